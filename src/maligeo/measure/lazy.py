"""Incidents in lazy frames: put together partition by partition, with ids that repeat found."""

from functools import partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from maligeo.core import errors
from maligeo.core.errors import FrameError
from maligeo.core.lazy import sum_by_tree
from maligeo.measure.alike import put_together
from maligeo.readers.cells.ids import hashes_of, repeated_in
from maligeo.readers.lazy_ids import ID, ids_again
from maligeo.readers.reading import ATTRIBUTE

_Hashes = npt.NDArray[np.uint64]

_IN_ONE: Final = 16  # partitions whose ids are compared in one task; of more, a range of all
_MOST_RANGES: Final = 64


def together(located: Any, level: int) -> pd.DataFrame:
    """Put the incidents of a lazy frame that count alike together, and compute it.

    Parameters
    ----------
    located : dask frame
        As from `locate`.
    level : int
        Of the units that they were located in.

    Returns
    -------
    pandas.DataFrame
        As `put_together` gives it for all rows.

    Raises
    ------
    FrameError
        If ids repeat in partitions that `as_incidents` read: in one it finds them itself.
    """
    dask = errors.require("dask", extra="dask", why="a dask frame")
    partitions = located.to_delayed()
    ranges = min(-(-len(partitions) // _IN_ONE), _MOST_RANGES)
    counted = dask.delayed(_counted, nout=1 + ranges)
    parts = [counted(one, level, ranges) for one in partitions]
    whole = sum_by_tree([part[0] for part in parts], partial(put_together, level=level))
    again = [dask.delayed(_repeated)([part[1 + at] for part in parts]) for at in range(ranges)]
    alike, *repeated = dask.compute(whole, *again)
    hashes = np.concatenate(repeated)
    faults = ids_again(partitions, hashes)
    if faults:
        raise FrameError("incidents", faults)
    return alike


def _counted(part: pd.DataFrame, level: int, ranges: int) -> tuple[Any, ...]:
    """Put a partition together; give the hashes of its ids in ranges beside it."""
    return put_together([part], level), *_ranges_of(_hashes(part), ranges)


def _hashes(part: pd.DataFrame) -> _Hashes:
    """Give the hashes of ids that were read; made ones say nothing of their records."""
    if ATTRIBUTE not in part.attrs or ID not in part.columns or _are_made(part):
        return np.zeros(0, dtype=np.uint64)
    return hashes_of(part[ID])


def _are_made(part: pd.DataFrame) -> bool:
    return ID not in part.attrs[ATTRIBUTE].used


def _ranges_of(hashes: _Hashes, ranges: int) -> list[_Hashes]:
    which = hashes % np.uint64(ranges)
    return [hashes[which == at] for at in range(ranges)]


def _repeated(parts: list[_Hashes]) -> _Hashes:
    return repeated_in(np.concatenate(parts))
