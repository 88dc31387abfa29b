"""Shapefiles, zipped; what their limits would cut or change is refused."""

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from maligeo.core.errors import FrameError, GeometryError, OutputFileError, explained
from maligeo.core.files import pack, written_whole
from maligeo.core.placenames import without_accents
from maligeo.exports.arrow import write_gdal
from maligeo.exports.csv import time_text
from maligeo.exports.data_package import (
    describe_fields,
    describe_file,
    write_description,
    write_resource,
)
from maligeo.exports.jobs import Job, word
from maligeo.exports.plain_layers import PlainLayer
from maligeo.exports.plain_tables import PlainTable

LONGEST_NAME: Final = 10
LONGEST_TEXT: Final = 254  # bytes of UTF-8
_DAY: Final = "2000-01-01"
_PRECISION, _STEP = 1e-12, 1e-15  # relative, and of the last decimal that is written
_OPTIONS: Final = {"DBF_DATE_LAST_UPDATE": _DAY, "2GB_LIMIT": "YES"}
_NOT_A_SIGN: Final = re.compile(r"[^A-Za-z0-9_]")


def write_shapefiles(layers: Sequence[PlainLayer], job: Job) -> None:
    """Write each layer as a Shapefile into one zip archive, with `datapackage.json`.

    Tables without geometry are CSV files there, which have none of these limits. GDAL and
    QGIS open the archive as it is. Columns get names of ten letters; the description lists
    them with the full ones.

    Raises
    ------
    FrameError
        If a text is longer than 254 bytes, or a value would not be read as it is.
    GeometryError
        If a layer has no shape at all, from which its kind could be seen.
    """
    note = word("export.short_names", job.language)
    with (
        written_whole(job.path, private=job.is_private) as draft,
        tempfile.TemporaryDirectory() as name,
    ):
        folder = Path(name)
        resources = [entry for layer in layers for entry in _resources(folder, layer, job)]
        write_description(folder, job, resources, note=note)
        pack(folder, draft)


def _resources(folder: Path, layer: PlainLayer, job: Job) -> Iterator[dict[str, Any]]:
    if layer.is_spatial:
        yield from _write(folder, layer, job)
    else:
        yield write_resource(folder, layer, job)


def _write(folder: Path, layer: PlainLayer, job: Job) -> Iterator[dict[str, Any]]:
    if not layer.family:
        raise GeometryError(
            f"layer {layer.name!r} has no shape, and a Shapefile must know whether it holds "
            "points, lines or polygons; use another format"
        )
    _require_short_texts(layer)
    short = short_names(list(layer.table.kinds))
    path = folder / f"{layer.name}.shp"
    options = {"layer_options": _OPTIONS, "encoding": "UTF-8"}
    write_gdal(_renamed(layer, short), path, driver="ESRI Shapefile", options=options)
    _require_unchanged(layer, path, short)
    fields = describe_fields(layer, job.language)
    for file in sorted(folder.glob(f"{layer.name}.*")):
        described = describe_file(f"{layer.name}-{file.suffix[1:]}", file)
        if file.suffix == ".dbf":
            named = [{"field": short[field["name"]]} | field for field in fields]
            described |= {"features": len(layer.table.frame), "schema": {"fields": named}}
        yield described


def short_names(names: Sequence[str]) -> dict[str, str]:
    """Give columns names of ten letters, digits or "_", each once whatever the capitals.

    Examples
    --------
    >>> short_names(["civilians_killed", "civilians_injured", "région"])
    {'civilians_killed': 'civilians_', 'civilians_injured': 'civilian_2', 'région': 'region'}
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        bare = without_accents(name).encode("ascii", "ignore").decode()
        stem = _NOT_A_SIGN.sub("_", bare) or "column"
        stem = stem if stem[0].isalpha() else f"c{stem}"
        short, number = stem[:LONGEST_NAME], 2
        while short.lower() in taken:
            ending = f"_{number}"
            short, number = stem[: LONGEST_NAME - len(ending)] + ending, number + 1
        taken.add(short.lower())
        found[name] = short
    return found


def _require_short_texts(layer: PlainLayer) -> None:
    faults = []
    for name in layer.table.of_kind("text"):
        sizes = layer.table.frame[name].map(lambda text: len(text.encode()), na_action="ignore")
        reason = f"a Shapefile would cut the text after {LONGEST_TEXT} bytes"
        faults += layer.table.faults(name, sizes > LONGEST_TEXT, reason)
    if faults:
        raise FrameError(f"layer {layer.name!r}", faults)


def _renamed(layer: PlainLayer, short: Mapping[str, str]) -> PlainLayer:
    frame = layer.table.frame.rename(columns=dict(short))
    kinds = {short[name]: kind for name, kind in layer.table.kinds.items()}
    return replace(layer, table=PlainTable(frame, kinds))


def _require_unchanged(layer: PlainLayer, path: Path, short: Mapping[str, str]) -> None:
    """Read the file again: refuse values that the format does not hold, and half a file."""
    with explained(f"cannot write {path.name}", OutputFileError):
        read = pyogrio.read_dataframe(path, encoding="UTF-8", use_arrow=True)
    whole = isinstance(read, gpd.GeoDataFrame) and set(short.values()) <= set(read.columns)
    if not whole or not _same_shapes(layer.one_type(), np.asarray(read.geometry.array)):
        raise OutputFileError(f"cannot write {path.name}: it is not whole when read again")
    faults = []
    for name, kind in layer.table.kinds.items():
        values, found = layer.table.frame[name], read[short[name]]
        same = _SAME.get(kind, _same_values)(values, found)
        reason = "a Shapefile does not hold this value"
        faults += layer.table.faults(name, pd.Series(~same, values.index), reason)
    if faults:
        raise FrameError(f"layer {layer.name!r}", faults)


def _same_shapes(shapes: Any, found: Any) -> bool:
    """Compare number of corners and extent, which do not depend on where a ring begins."""
    return len(shapes) == len(found) and bool(
        (shapely.get_num_coordinates(shapes) == shapely.get_num_coordinates(found)).all()
        and np.array_equal(shapely.bounds(shapes), shapely.bounds(found), equal_nan=True)
    )


def _same_values(values: pd.Series, found: pd.Series) -> Any:
    both = values.isna().to_numpy() & found.isna().to_numpy()
    left, right = values.astype("object"), found.astype("object")
    pairs = zip(left, right, strict=True)
    return both | np.array([bool(pd.notna(b)) and a == b for a, b in pairs], dtype=bool)


def _same_texts(values: pd.Series, found: pd.Series) -> Any:
    return np.array(_texts(values)) == np.array(_texts(found))


def _texts(values: pd.Series) -> list[str]:
    return ["" if pd.isna(value) else str(value) for value in values]


def _same_numbers(values: pd.Series, found: pd.Series) -> Any:
    left, right = (one.to_numpy(np.float64, na_value=np.nan) for one in (values, found))
    same_zeros = (left == 0) == (right == 0)
    return same_zeros & np.isclose(left, right, rtol=_PRECISION, atol=_STEP, equal_nan=True)


def _same_days(values: pd.Series, found: pd.Series) -> Any:
    days = [time_text(value, "date") for value in values]
    return np.array(days) == np.array([_day(value) for value in found])


def _day(value: Any) -> str:
    return "" if pd.isna(value) else str(value)[: len(_DAY)]


def _same_times(values: pd.Series, found: pd.Series) -> Any:
    return np.array([time_text(value, "datetime") for value in values]) == np.array(_texts(found))


_SAME: Final = {
    "text": _same_texts,
    "number": _same_numbers,
    "date": _same_days,
    "datetime": _same_times,
}
