"""Frames of incidents, whole or lazy, read as files are."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from maligeo.core import errors
from maligeo.core.errors import ArgumentError, Fault, FrameError
from maligeo.core.lazy import is_lazy, map_partitions
from maligeo.readers import formats
from maligeo.readers.cells.ids import REPEATS, hashes_of, repeated_in
from maligeo.readers.files.raw import RawFile
from maligeo.readers.files.sources import DateOrder
from maligeo.readers.frames import raw_frame, with_rows_of
from maligeo.readers.incidents import frames_of, opened_file, whole_of
from maligeo.readers.lazy_ids import ID, ids_again
from maligeo.readers.quarantine import Gate, row_in
from maligeo.readers.reading import ATTRIBUTE


def as_incidents(
    frame: Any,
    *,
    columns: Mapping[str, str] | None = None,
    constants: Mapping[str, str] | None = None,
    places: Mapping[str, str] | None = None,
    dates: DateOrder | None = None,
    event_types: Collection[str] | None = None,
    swap_coordinates: bool = False,
) -> Any:
    """Read incidents from a frame, as `read_incidents` reads them from a file.

    Parameters
    ----------
    frame : pandas.DataFrame, geopandas.GeoDataFrame in any stated CRS, or dask frame, n rows
        One row per incident, in columns of any usual name and words of any usual kind:
        positions as points or as `lon, lat`, `longitude, latitude`, `x, y` and the like in
        degrees; dates as dates, times, periods or text. One of dask stays lazy, and is read
        partition by partition.
    columns, constants, places, dates
        Which column is which field, what a field is in every row, what names of places mean,
        and the order of day and month, as for `maligeo.Source`.
    event_types, swap_coordinates
        As for `read_incidents`.

    Returns
    -------
    geopandas.GeoDataFrame or lazy frame of these, EPSG:4326
        As `read_incidents` gives it, with the index of the frame.

    Raises
    ------
    FrameError, UnknownNameError, ArgumentError
        As `read_incidents`; rows are counted from 1. Of a lazy frame when it is computed, for
        the first partition with faults: "2:7" is the row 7 of the third. Ids that repeat in
        other partitions are found when it is counted; dates such as 03/04/2022 need `dates`;
        titles of blocks, which say the place of the rows below them, are refused; that a name
        in `places` stands in no row is not found.
    CrsError
        If shapes have no CRS.

    Examples
    --------
    >>> import maligeo
    >>> import pandas as pd
    >>> frame = pd.DataFrame(
    ...     {"quand": [pd.Period("2022-03", "M")], "Engin": ["EEI"], "Morts": [2],
    ...      "lat": [14.5], "lng": [-4.2]}
    ... )
    >>> incidents = maligeo.as_incidents(frame, columns={"date": "quand"})
    >>> incidents[["date", "date_precision", "event_type", "killed"]]
            date date_precision event_type  killed
    0 2022-03-01          month        ied       2
    """
    said = Said(columns, constants, places, dates, event_types, swap_coordinates)
    return read_lazily(frame, said) if is_lazy(frame) else _read_frame(frame, said)


@dataclass(frozen=True)
class Said:
    """What is said of a frame, as for `as_incidents`.

    Attributes
    ----------
    columns, constants, places, dates, event_types, swap
        As its arguments.
    spatial : bool
        Whether points and all columns are wanted, and not `lon` and `lat` alone.
    """

    columns: Mapping[str, str] | None = None
    constants: Mapping[str, str] | None = None
    places: Mapping[str, str] | None = None
    dates: DateOrder | None = None
    event_types: Collection[str] | None = None
    swap: bool = False
    spatial: bool = True


def read_lazily(frame: Any, said: Said) -> Any:
    """Read a frame of dask, partition by partition; it stays lazy."""
    errors.require("dask_geopandas", extra="dask", why="a dask frame")
    return map_partitions(_read_part, frame, said)


def _read_frame(frame: pd.DataFrame, said: Said, *, is_part: bool = False) -> gpd.GeoDataFrame:
    """Read a frame, or a partition of one."""
    file = _raw(frame, said)
    if is_part and file.titles:
        raise ArgumentError(
            "in a lazy frame nobody sees which rows stand below a title of a block, such as "
            f"{_first_text(file.top)!r}: say the place of each row in a column"
        )
    opened = opened_file(file, formats.AUTO, said.event_types, said.swap)
    opened.is_part, opened.spatial, opened.extra = is_part, said.spatial, said.spatial
    return with_rows_of(
        whole_of(list(frames_of([opened], Gate("incidents", "raise", None)))), frame
    )


def _raw(frame: pd.DataFrame, said: Said) -> RawFile:
    return raw_frame(
        frame,
        "incidents",
        columns=said.columns,
        constants=said.constants,
        places=said.places,
        dates=said.dates,
    )


def _first_text(rows: Sequence[Mapping[str, str]]) -> str:
    return next(text for row in rows for text in row.values())


def _read_part(
    part: pd.DataFrame, said: Said, partition_info: Mapping[str, int] | None = None
) -> gpd.GeoDataFrame:
    """Read one partition; dask says which. Rows are named by it and their label in the index."""
    number = partition_info["number"] if partition_info else 0

    def label(row: Any) -> object:
        return row if row is None else row_in(str(number), part.index[row - 1])

    try:
        read = _read_frame(part, said, is_part=True)
    except FrameError as error:
        faults = [fault._replace(row=label(fault.row)) for fault in error.faults]
        raise FrameError(error.what, faults) from error
    reading = read.attrs[ATTRIBUTE]
    aside = {label(row): why for row, why in reading.set_aside.items()}
    read.attrs[ATTRIBUTE] = replace(reading, set_aside=aside)
    return read


def require_sound(frame: Any) -> None:
    """Look through all partitions of a lazy frame.

    Raises
    ------
    FrameError
        With the faults of all.
    """
    dask = errors.require("dask", extra="dask", why="a dask frame")
    partitions = frame.to_delayed()
    look, only = dask.delayed(_faults_of), dask.delayed(_ids_of)
    ids = [only(part) for part in partitions]
    hashes = dask.delayed(_repeated)(ids)
    repeated, *found = dask.compute(hashes, *(look(one, at) for at, one in enumerate(partitions)))
    faults = [fault for some in found for fault in some]
    named = {fault.row for fault in faults if fault.reason == REPEATS}
    column = opened_file(_raw(frame._meta, Said()), formats.AUTO, None, False).found.get(ID, ID)
    faults += [fault for fault in ids_again(ids, repeated, column) if fault.row not in named]
    if faults:
        raise FrameError("incidents", faults)


def _faults_of(part: pd.DataFrame, number: int) -> tuple[Fault, ...]:
    try:
        _read_part(part, Said(), {"number": number})
    except FrameError as error:
        return error.faults
    return ()


def _ids_of(part: pd.DataFrame) -> pd.DataFrame:
    """Give the ids of a partition alone, by the labels of their rows; none where they are made."""
    opened = opened_file(_raw(part, Said()), formats.AUTO, None, False)
    ids = opened.ids() if ID in opened.found else pd.Series(dtype="string", index=pd.Index([], int))
    return pd.DataFrame({ID: ids.array}, index=part.index[ids.index - 1])


def _repeated(parts: list[pd.DataFrame]) -> npt.NDArray[np.uint64]:
    return repeated_in(np.concatenate([hashes_of(part[ID]) for part in parts]))


def rows_of(lazy: Any) -> gpd.GeoDataFrame:
    """Compute all rows of a lazy frame of incidents, with the `attrs` of all."""
    dask = errors.require("dask", extra="dask", why="a dask frame")
    return whole_of(list(dask.compute(*lazy.to_delayed())))
