"""Incidents that count alike as one row with their number: lists of any size in little memory.

Where they lie, when they were and whom they hurt is all that counting asks for. Rows that
agree in it add up, so that a list can be put together piece by piece, in any order.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from maligeo.join.points import LOCATED
from maligeo.readers.incidents import VICTIMS, attrs_of_whole
from maligeo.readers.reading import ATTRIBUTE as READING

ALIKE: Final = "(alike)"  # column: how many records a row stands for; no reader gives it

_COUNTED: Final = (
    "date", "date_precision", "killed", "injured", "civilians_killed", "civilians_injured",
    "vintage", "place_kind", "locate_method", "source",
)  # fmt: skip
# Where those may lie that have no unit; of one that has, nobody asks.
_WHEREABOUTS: Final = ("location_precision", "adm1_name", "adm2_name", "adm3_name",
                       "adm1_reported", "adm2_reported", "adm3_reported")  # fmt: skip
_BITS: Final = 63  # of a number that is not negative


def put_together(located: Sequence[pd.DataFrame], level: int) -> pd.DataFrame:
    """Put incidents that count alike into one row each.

    Parameters
    ----------
    located : sequence of pandas.DataFrame
        Incidents as from `maligeo.locate`, or as this function gives them; at least one.
    level : int
        Of the units that they were located in.

    Returns
    -------
    pandas.DataFrame
        One row for each combination of what counting asks for, in the order in which they
        first occur, with how many records each stands for in `ALIKE`. `density` counts it as
        it counts the records. `attrs` are those of the first, and what they count is added up.
    """
    attrs = [frame.attrs for frame in located]
    parts = [_narrowed(frame, level) for frame in located]
    whole = parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)
    groups = _Groups(len(whole))
    names = [name for name in whole.columns if name != ALIKE]
    varied = {name for name in names if groups.tell_apart(whole[name])}
    first, counts = groups.add_up(numbers_of(whole))
    cells = {name: whole[name].array for name in names}
    together = pd.DataFrame(
        {
            name: cells[name].take(first) if name in varied else cells[name][: len(first)].copy()
            for name in names
        }
    )
    together[ALIKE] = counts
    together.attrs = _added_attrs(attrs, empty=together.empty)
    return together


def _added_attrs(attrs: Sequence[dict[str, Any]], *, empty: bool) -> dict[str, Any]:
    """Add up what readers and `locate` counted, where they did."""
    together = dict(attrs[0])
    if all(READING in one for one in attrs):
        kept = {name: value for name, value in together.items() if name != VICTIMS}
        together = kept | attrs_of_whole(attrs, empty=empty)
    if all(LOCATED in one for one in attrs):
        counts = Counter[str]()
        for one in attrs:
            counts.update(one[LOCATED])
        together[LOCATED] = dict(counts)
    return together


def numbers_of(located: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Give for each row how many records it stands for."""
    numbers = np.ones(len(located), dtype=np.int64)
    return located[ALIKE].to_numpy() if ALIKE in located.columns else numbers


def _name(level: int, part: str) -> str:
    return f"adm{level}_{part}"


def _narrowed(located: pd.DataFrame, level: int) -> pd.DataFrame:
    of_level = [_name(level, part) for part in ("pcode", "name", "place_kind")]
    wanted = [*dict.fromkeys([*_COUNTED, *_WHEREABOUTS, *of_level, ALIKE])]
    bare = pd.DataFrame(located.copy(deep=False))
    bare.attrs = {}  # pandas copies them with every column that is taken
    narrow = pd.DataFrame({name: bare[name].array for name in wanted if name in bare}, copy=False)
    placed = (narrow[_name(level, "place_kind")] == "unit").to_numpy(dtype=np.bool_)
    for name in narrow.columns.intersection(_WHEREABOUTS).drop(
        _name(level, "name"), errors="ignore"
    ):
        if narrow[name].notna().any():
            narrow[name] = narrow[name].mask(placed)
    return narrow


def _coded(column: pd.Series) -> tuple[npt.NDArray[Any], int]:
    """Give a number for each row by what it says, -1 for nothing, and how many there are."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy(), len(column.cat.categories)
    if column.isna().all():
        return np.full(len(column), -1, dtype=np.int8), 0
    codes, distinct = pd.factorize(column)
    return codes, len(distinct)


class _Groups:
    """Rows that say the same in every column that was added."""

    def __init__(self, rows: int) -> None:
        self._keys = np.zeros(rows, dtype=np.int64)
        self._bits = rows.bit_length()
        self._size = 1

    def tell_apart(self, column: pd.Series) -> bool:
        """Tell rows apart by one more column; False where it says the same of all."""
        codes, words = _coded(column)
        if not len(codes) or codes.min() == codes.max():
            return False
        if (self._size * (words + 1)).bit_length() > _BITS:
            self._number_anew()
        self._keys *= words + 1
        self._keys += codes
        self._keys += 1
        self._size *= words + 1
        if self._size.bit_length() + self._bits > _BITS:
            self._number_anew()
        return True

    def _number_anew(self) -> None:
        """Renumber the groups so far from 0: the number of the row has to fit behind."""
        self._keys, distinct = pd.factorize(self._keys)
        self._size = len(distinct)

    def add_up(
        self, numbers: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int64]]:
        """Give the first row of each group, and the sum of its numbers, which are above 0."""
        if not len(numbers):
            return np.zeros(0, dtype=np.intp), numbers
        # With the row behind the key one sort finds equal keys, and the first row of each.
        keys = self._keys
        keys <<= self._bits
        keys |= np.arange(len(keys))
        keys.sort()
        row = keys & ((1 << self._bits) - 1)
        keys >>= self._bits
        starts = np.flatnonzero(np.diff(keys, prepend=-1))
        counts = np.zeros(len(keys), dtype=np.int64)
        counts[row[starts]] = np.add.reduceat(numbers[row], starts)
        first = np.flatnonzero(counts)
        return first, counts[first]
