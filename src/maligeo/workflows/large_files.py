"""Incidents that are too many to be held row by row: counted piece by piece."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from maligeo.core.ahead import one_ahead
from maligeo.core.errors import FrameError, MaligeoError
from maligeo.join.points import LOCATED, Locator
from maligeo.measure.alike import put_together
from maligeo.measure.lazy import together
from maligeo.readers.cells.ids import CollectedIds, SuspectIds
from maligeo.readers.files.folders import PARQUET, size_of
from maligeo.readers.files.raw import is_table
from maligeo.readers.files.sources import WORKBOOKS, Source
from maligeo.readers.incident_frames import (
    Said,
    as_incidents,
    read_lazily,
    require_sound,
    rows_of,
)
from maligeo.readers.incidents import iter_columns, iter_incidents, read_incidents
from maligeo.readers.reading import ATTRIBUTE, meant_in

LARGE_BYTES: Final = 32_000_000
_ID: Final = "event_id"
_TOGETHER: Final = 16  # pieces whose rows are put together at once

Advance = Callable[[int], None]
Look = Callable[[pd.DataFrame], None]


@dataclass(frozen=True, eq=False)
class LargeList:
    """Incidents, counted; their rows are read, again, for who asks for them.

    Attributes
    ----------
    counted : pandas.DataFrame
        Located incidents, those that count alike in one row, as `put_together` gives them.
        `attrs` are those of all rows.
    parts : callable
        Gives every row again, located, in frames that are not held together.
    read : callable
        Gives every row.
    """

    counted: pd.DataFrame
    parts: Callable[[], Iterator[pd.DataFrame]]
    read: Callable[[], gpd.GeoDataFrame]

    @cached_property
    def frame(self) -> gpd.GeoDataFrame:
        """Every row, as `read_incidents` gives it."""
        return self.read()


def is_large(source: Source) -> bool:
    """Tell a file or folder that is read in pieces and is too large to be held."""
    path = Path(source)
    if not (path.is_dir() or path.is_file()):
        return False
    suffix = path.suffix.lower()
    is_known = path.is_dir() or suffix in PARQUET or (suffix not in WORKBOOKS and is_table(path))
    return is_known and size_of(path) > LARGE_BYTES


def count_file(
    source: Source,
    how: Locator,
    advance: Advance | None = None,
    *,
    each: Look | None = None,
    rejects: Path | None = None,
) -> LargeList:
    """Read a file or folder of incidents piece by piece, and put together what counts alike.

    Parameters
    ----------
    source : Source
        One for which `is_large` may hold.
    how : Locator
        How records are joined to units.
    advance : callable, optional
        Takes the number of rows so far.
    each : callable, optional
        Looks at each piece as it is located.
    rejects : path, optional
        CSV file for the rows with faults: without it they are raised.

    Returns
    -------
    LargeList

    Raises
    ------
    FrameError, InputFileError, UnknownNameError
        As `read_incidents`.
    """
    with sound_pieces(source) if rejects is None else _quarantined(source, rejects) as pieces:
        counted = _counted(_told(one_ahead(pieces), advance), how, each)
    return LargeList(
        counted, parts=partial(_located, source, how), read=partial(read_incidents, source)
    )


def _located(source: Source, how: Locator) -> Iterator[pd.DataFrame]:
    with sound_pieces(source) as pieces:
        yield from map(how.locate, one_ahead(pieces))


@contextmanager
def sound_pieces(source: Source, *, extra: bool = False) -> Iterator[Iterator[pd.DataFrame]]:
    """Give the pieces of a list as `iter_columns` does, and compare their ids in the end.

    Where anything is wrong, the list is read once more, as all its rows are; ids that seem to
    repeat are compared by their texts then.

    Parameters
    ----------
    source : Source
        As for `read_incidents`.
    extra : bool, default False
        As for `iter_columns`.

    Raises
    ------
    FrameError, InputFileError, UnknownNameError
        As `read_incidents`; else what the caller raises.
    """
    with CollectedIds() as ids:
        try:
            yield _remembered(iter_columns(source, extra=extra), ids)
        except MaligeoError:
            _name_faults(source)
            raise
        if len(hashes := ids.shared()):
            deque(iter_columns(source, seen=SuspectIds(hashes)), maxlen=0)


def _name_faults(source: Source) -> None:
    """Read a list once more, with all ids compared, and raise with every fault that it has."""
    deque(iter_incidents(source), maxlen=0)


def _remembered(pieces: Iterator[pd.DataFrame], ids: CollectedIds) -> Iterator[pd.DataFrame]:
    for piece in pieces:
        if _ID in piece.attrs[ATTRIBUTE].used:  # else they are made of the rows
            ids.remember(piece[_ID])
        yield piece


@contextmanager
def _quarantined(source: Source, rejects: Path) -> Iterator[Iterator[pd.DataFrame]]:
    yield iter_incidents(source, on_invalid="quarantine", rejects=rejects)


def _told(pieces: Iterator[pd.DataFrame], advance: Advance | None) -> Iterator[pd.DataFrame]:
    """Say after each piece how many rows there were so far."""
    rows = 0
    for piece in pieces:
        yield piece
        rows += len(piece)
        if advance is not None:
            advance(rows)


def _counted(pieces: Iterator[pd.DataFrame], how: Locator, each: Look | None) -> pd.DataFrame:
    parts = list[pd.DataFrame]()
    for piece in pieces:
        how.require_known(meant_in(piece))
        attrs, piece.attrs = piece.attrs, {}  # pandas copies them at every step
        located = how.locate(piece)
        if each is not None:
            each(located)
        part = put_together([located], how.level)
        part.attrs = attrs | {LOCATED: part.attrs[LOCATED]}
        parts.append(part)
        if len(parts) > _TOGETHER:
            parts = [put_together(parts, how.level)]
    return put_together(parts, how.level)


def count_lazily(given: Any, how: Locator) -> LargeList:
    """Count the incidents of a lazy frame, partition by partition.

    Parameters
    ----------
    given : dask frame
        As `as_incidents` takes or gives it.
    how : Locator
        How records are joined to units.

    Returns
    -------
    LargeList

    Raises
    ------
    FrameError
        With the faults of all partitions.
    UnknownNameError, ArgumentError
        As `as_incidents`.
    """
    is_read = ATTRIBUTE in given._meta.attrs
    incidents = given if is_read else read_lazily(given, Said(spatial=False))
    try:
        counted = together(how.locate(incidents), how.level)
    except FrameError:
        if not is_read:
            require_sound(given)  # names the faults of all partitions
        raise
    return LargeList(
        counted,
        parts=lambda: (part.compute() for part in how.locate(incidents).to_delayed()),
        read=lambda: rows_of(given if is_read else as_incidents(given)),
    )
