"""Rows known again by what they say, whatever was done to the frame meanwhile.

A mark in `frame.attrs` survives every edit, so it can say nothing about content. A copy of the
rows can: rows that were left out, put in another order or given fewer columns are found again;
a row that was edited, added or given another column is not.
"""

from collections.abc import Iterable
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

_Hashes = npt.NDArray[np.uint64]
_PRIME: Final = np.uint64(0x100000001B3)  # of FNV-1a: parts of a row do not cancel out


class KeptRows(str):
    """A copy of some rows, as a value for `frame.attrs`.

    It is a text for all who copy, compare or write `attrs`: pandas writes them to Parquet as
    JSON. What is read back from there is the text alone, which knows no row.
    """

    rows: pd.DataFrame

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Self:
        """Keep the rows of a frame as they are now."""
        kept = cls(f"{len(frame)} rows")
        kept.rows = frame.copy()
        kept.rows.attrs = {}
        return kept

    def find_in(self, frame: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """Tell which rows of a frame are among those kept, in the columns that it has.

        Parameters
        ----------
        frame : pandas.DataFrame, n rows
            Any frame; levels of its index count as columns if there are several.

        Returns
        -------
        numpy.ndarray of bool, shape (n,)
            False for all if the frame has a column that was not kept.
        """
        if self.rows.equals(frame):  # nothing was done to it: the usual case, and quick
            return np.ones(len(frame), dtype=np.bool_)
        looked_at, kept = _flat(frame), _flat(self.rows)
        names = list(looked_at.columns)
        if not looked_at.columns.is_unique or not set(names) <= set(kept.columns):
            return np.zeros(len(frame), dtype=np.bool_)
        found: npt.NDArray[np.bool_] = np.isin(_hashes(looked_at, names), _hashes(kept, names))
        return found

    def __repr__(self) -> str:
        """Stay short where somebody looks at `attrs`."""
        return f"<{self}>"

    def __deepcopy__(self, memo: object) -> Self:
        """Give itself: pandas copies `attrs` at every step."""
        return self


def _flat(frame: pd.DataFrame) -> pd.DataFrame:
    if not isinstance(frame.index, pd.MultiIndex):
        return frame
    clash = set(frame.index.names) & set(frame.columns)
    return frame if clash else pd.DataFrame(frame).reset_index()


def _hashes(frame: pd.DataFrame, names: Iterable[Any]) -> _Hashes:
    """Make one hash of the cells of each row."""
    joined = np.zeros(len(frame), dtype=np.uint64)
    for name in names:
        joined = (joined ^ _cells(frame[name])) * _PRIME
    return joined


def _cells(column: "pd.Series[Any]") -> _Hashes:
    """Hash cells by value: of numbers and times whatever their type, 0 where it is missing."""
    hashes: _Hashes = pd.util.hash_array(_values(column), categorize=False)
    hashes[column.isna().to_numpy(np.bool_)] = 0
    return hashes


def _values(column: "pd.Series[Any]") -> npt.NDArray[Any]:
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        times: npt.NDArray[np.datetime64] = column.to_numpy("datetime64[ns]")
        return times
    if pd.api.types.is_numeric_dtype(column.dtype):
        numbers: npt.NDArray[np.float64] = column.to_numpy(np.float64, na_value=np.nan)
        return numbers + 0.0  # one zero
    return np.array([str(value) for value in column.tolist()], dtype=object)
