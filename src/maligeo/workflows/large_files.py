"""Files of incidents too large to be held row by row: counted piece by piece."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

from maligeo.core.ahead import one_ahead
from maligeo.core.errors import FrameError
from maligeo.join.points import LOCATED, Locator
from maligeo.measure.alike import put_together
from maligeo.readers.cells.ids import CollectedIds
from maligeo.readers.files.raw import is_table
from maligeo.readers.files.sources import WORKBOOKS, Source
from maligeo.readers.incidents import attrs_of_whole, iter_columns, read_incidents

LARGE_BYTES: Final = 100_000_000
_TOGETHER: Final = 16  # pieces whose rows are put together at once

Advance = Callable[[int], None]


@dataclass(frozen=True, eq=False)
class LargeFile:
    """Incidents of a file, counted; its rows are read again for who asks for them.

    Attributes
    ----------
    source : Source
    counted : pandas.DataFrame
        Located incidents, those that count alike in one row, as `put_together` gives them.
        `attrs` are those of the file.
    """

    source: Source
    counted: pd.DataFrame

    @cached_property
    def frame(self) -> gpd.GeoDataFrame:
        """Every row, as `read_incidents` gives it."""
        return read_incidents(self.source)


def is_large(source: Source) -> bool:
    """Tell a file that is read in pieces and is too large to be held."""
    path = Path(source)
    if path.suffix.lower() in WORKBOOKS or not path.is_file() or not is_table(path):
        return False
    return path.stat().st_size > LARGE_BYTES


def count_file(source: Source, how: Locator, advance: Advance | None = None) -> LargeFile:
    """Read a file of incidents piece by piece, and put together what counts alike.

    Parameters
    ----------
    source : Source
        A table for which `is_large` may hold.
    how : Locator
        How records are joined to units.
    advance : callable, optional
        Takes the number of rows so far.

    Returns
    -------
    LargeFile

    Raises
    ------
    FrameError, InputFileError, UnknownNameError
        As `read_incidents`.
    """
    ids = CollectedIds()
    try:
        counted = _counted(iter_columns(source, ids), how, advance)
        is_sound = not ids.may_repeat()
    except FrameError:
        is_sound = False
    if not is_sound:
        read_incidents(source)  # names every fault
    return LargeFile(source, counted)


def _counted(pieces: Iterator[pd.DataFrame], how: Locator, advance: Advance | None) -> pd.DataFrame:
    parts, attrs = list[pd.DataFrame](), list[dict[str, object]]()
    located_as, rows = Counter[str](), 0
    for piece in one_ahead(pieces):
        attrs.append(piece.attrs)
        piece.attrs = {}  # pandas copies them at every step
        located = how.locate(piece)
        located_as.update(located.attrs.pop(LOCATED))
        parts.append(put_together([located], how.level))
        if len(parts) > _TOGETHER:
            parts = [put_together(parts, how.level)]
        rows += len(piece)
        if advance is not None:
            advance(rows)
    counted = put_together(parts, how.level)
    counted.attrs = attrs_of_whole(attrs, empty=counted.empty) | {LOCATED: dict(located_as)}
    return counted
