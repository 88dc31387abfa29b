"""Frames in memory as raw rows, so that they are read as files are."""

import datetime
import hashlib
from collections.abc import Collection, Iterator, Mapping
from functools import partial
from typing import Any, Final, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa

from maligeo.core.crs import GEOGRAPHIC
from maligeo.core.errors import ArgumentError, CrsError, Fault, FrameError
from maligeo.readers.files.raw import DIGITS, RawFile
from maligeo.readers.files.sources import DateOrder, Source
from maligeo.readers.files.tables import TEXT, RawTable
from maligeo.readers.formats import GEOMETRY, without_persons

_Read = TypeVar("_Read", bound=pd.DataFrame)
_PERIODS: Final = {"D": "day", "W": "week", "M": "month", "Y": "year"}
_NUMBERS: Final = "iuf"  # kinds of dtypes
_PRECISION: Final = "date_precision"


def raw_frame(
    frame: pd.DataFrame,
    what: str,
    *,
    columns: Mapping[str, str] | None,
    constants: Mapping[str, str] | None,
    places: Mapping[str, str] | None,
    dates: DateOrder | None,
) -> RawFile:
    """Take a frame as a file of records.

    Parameters
    ----------
    frame : pandas.DataFrame or geopandas.GeoDataFrame in any stated CRS, n rows
        Times with a zone are the day at that place; periods are their first day, and say by
        themselves how precise it is.
    what : str
        Name of the frame, for messages.
    columns, constants, places, dates
        As for `Source`.

    Raises
    ------
    ArgumentError
        If it is no frame.
    CrsError
        If its shapes have no CRS.
    FrameError
        If names of columns repeat, or a period is none of a day, week, month or year.
    """
    if not isinstance(frame, pd.DataFrame):
        raise ArgumentError(f"{what} must be a frame, not {type(frame).__name__}")
    numbered = frame.set_axis(pd.RangeIndex(1, len(frame) + 1, name="row"))
    attributes, shapes = _parts(numbered, what)
    repeated = attributes.columns[attributes.columns.duplicated()]
    if len(repeated):
        raise FrameError(what, [Fault(None, name, name, "repeats") for name in repeated])
    texts = pd.DataFrame({name: _texts(values) for name, values in attributes.items()})
    texts.index = numbered.index
    said = dict(constants or {})
    if _PRECISION not in (columns or {}) and _PRECISION not in said:
        said |= _precisions(attributes, what)
    kept = without_persons(texts.columns)
    personal = tuple(name for name in texts.columns if name not in kept)

    def read(wanted: Collection[str]) -> Iterator[RawTable]:
        yield RawTable(texts[list(wanted)], geometry=shapes)

    source = Source(
        what, columns=dict(columns or {}), constants=said, places=dict(places or {}), dates=dates
    )
    top = tuple(texts.head(3).fillna("").to_dict("records"))
    return RawFile(source, kept, personal, {}, read, content=partial(_content, texts), top=top)


def _content(texts: pd.DataFrame) -> str:
    hashed = hashlib.sha256(pd.util.hash_pandas_object(texts, index=False).to_numpy().tobytes())
    return hashed.hexdigest()[:DIGITS]


def with_rows_of(read: _Read, frame: pd.DataFrame) -> _Read:
    """Give what was read of a frame the index of its rows."""
    read.index = frame.index[read.index - 1]
    return read


def _parts(frame: pd.DataFrame, what: str) -> tuple[pd.DataFrame, gpd.GeoSeries | None]:
    """Take a frame apart into what becomes text, with shapes as WKT, and the shapes."""
    if not isinstance(frame, gpd.GeoDataFrame):
        return frame.rename(columns=str), None
    if frame.crs is None:
        raise CrsError(f"{what} does not say its CRS: state it with set_crs")
    shapes = frame.geometry.to_crs(GEOGRAPHIC).rename(GEOMETRY)
    others = pd.DataFrame(frame.drop(columns=frame.geometry.name)).rename(columns=str)
    return others.assign(**{GEOMETRY: shapes.to_wkt()}), shapes


def _texts(values: pd.Series) -> pd.Series:
    """Write cells as a table would hold them; missing ones stay missing."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.cat.categories.dtype)
    if isinstance(values.dtype, pd.StringDtype):
        return values.astype(TEXT)
    cells = None
    if values.dtype.kind in _NUMBERS:
        cells = pa.array(values, from_pandas=True)
    elif isinstance(values.dtype, np.dtype) and values.dtype.kind == "M" and _are_days(values):
        cells = pa.array(values, from_pandas=True).cast(pa.date32())
    if cells is None:
        return values.map(_text, na_action="ignore").astype(TEXT)
    texts = TEXT.__from_arrow__(cells.cast(pa.large_string()))
    return pd.Series(texts, index=values.index, name=values.name)


def _are_days(times: pd.Series) -> bool:
    return bool((times.isna() | (times == times.dt.normalize())).all())


def _text(value: Any) -> str | None:
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return None
    if isinstance(value, pd.Period):
        value = value.start_time
    if isinstance(value, datetime.datetime):
        local = value.replace(tzinfo=None)
        return local.date().isoformat() if local.time() == datetime.time() else local.isoformat(" ")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _precisions(frame: pd.DataFrame, what: str) -> dict[str, str]:
    """Say how precise the periods of a frame are."""
    kinds = {
        name: str(values.dtype) for name, values in frame.items()
        if isinstance(values.dtype, pd.PeriodDtype)
    }  # fmt: skip
    words = {name: _PERIODS.get(kind[len("period[")]) for name, kind in kinds.items()}
    odd = [name for name, word in words.items() if word is None]
    if odd:
        reason = f"holds periods that are none of {', '.join(_PERIODS.values())}"
        raise FrameError(what, [Fault(None, name, kinds[name], reason) for name in odd])
    said = {word for word in words.values() if word is not None}
    return {_PRECISION: said.pop()} if len(said) == 1 else {}
