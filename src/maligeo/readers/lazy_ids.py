"""Ids that repeat among the partitions of a lazy frame."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from maligeo.core import errors
from maligeo.core.errors import Fault
from maligeo.readers.cells.ids import REPEATS, hashes_of
from maligeo.readers.quarantine import row_in

ID: Final = "event_id"


def ids_again(
    partitions: list[Any], hashes: npt.NDArray[np.uint64], column: str = ID
) -> list[Fault]:
    """Name the rows whose ids occurred before, here or in an earlier partition.

    Parameters
    ----------
    partitions : list of dask.delayed.Delayed
        Frames with `event_id`.
    hashes : uint64 array
        Those that several ids have; two that differ may share one.
    column : str
        Name of the column, for the faults.

    Returns
    -------
    list of Fault
        Rows by the number of the partition and their label.
    """
    if not len(hashes):
        return []
    dask = errors.require("dask", extra="dask", why="a dask frame")
    named = dask.delayed(_rows_with)
    found = dask.compute(*(named(one, at, hashes) for at, one in enumerate(partitions)))
    rows = pd.concat(found)
    return [Fault(row, column, text, REPEATS) for row, text in rows[rows.duplicated()].items()]


def _rows_with(part: pd.DataFrame, number: int, hashes: npt.NDArray[np.uint64]) -> pd.Series:
    ids = part[ID].set_axis([row_in(str(number), row) for row in part.index]).dropna()
    return ids[np.isin(hashes_of(ids), hashes)].astype("str")
