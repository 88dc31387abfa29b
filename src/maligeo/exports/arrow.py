"""Formats written through Arrow: Parquet, GeoParquet and FlatGeobuf."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely

from maligeo.core.crs import GEOGRAPHIC
from maligeo.core.errors import ArgumentError, Fault, FrameError, OutputFileError, explained
from maligeo.core.files import written_whole
from maligeo.exports.excel import audience_words, word
from maligeo.exports.jobs import Job, LayersJob, TableJob
from maligeo.exports.plain_layers import GEOMETRY, PlainLayer
from maligeo.exports.plain_tables import Kind, PlainTable
from maligeo.provenance.record import KEY

_TYPES: Final[Mapping[Kind, pa.DataType]] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us"),
}
_WKB: Final = {b"ARROW:extension:name": b"ogc.wkb"}


def arrow_table(table: PlainTable) -> pa.Table:
    """Make an Arrow table: texts, 64-bit numbers, booleans, days and times of microseconds."""
    arrays = [
        pa.Array.from_pandas(table.frame[name], type=_TYPES[kind])
        for name, kind in table.kinds.items()
    ]
    return pa.Table.from_arrays(arrays, names=list(table.kinds))


def write_gdal(layer: PlainLayer, path: Path, *, driver: str, options: Mapping[str, Any]) -> None:
    """Write a layer through GDAL; in a file that is there it becomes one more layer.

    Times of day are written as ISO 8601 texts, since GDAL keeps milliseconds at most.

    Parameters
    ----------
    layer : PlainLayer
        The layer.
    path : pathlib.Path
        The file.
    driver : str
        GDAL's name of the format.
    options : mapping
        Further arguments of `pyogrio.write_arrow`: metadata and options of the driver.

    Raises
    ------
    OutputFileError
        If GDAL cannot write it.
    """
    table = _without_times(arrow_table(layer.table), layer.table)
    geometry: dict[str, Any] = {}
    if layer.is_spatial:
        shapes = pa.array(shapely.to_wkb(layer.one_type()), type=pa.binary())
        field = pa.field(GEOMETRY, pa.binary(), metadata=_WKB)
        columns, fields = [*table.columns, shapes], [*table.schema, field]
        table = pa.Table.from_arrays(columns, schema=pa.schema(fields))
        geometry = {
            "geometry_name": GEOMETRY,
            "geometry_type": layer.geometry_type,
            "crs": GEOGRAPHIC,
        }
    with explained(f"cannot write {path.name}", OutputFileError):
        pyogrio.write_arrow(table, path, driver=driver, **geometry, **options)


def _without_times(table: pa.Table, plain: PlainTable) -> pa.Table:
    for name in plain.of_kind("datetime"):
        texts = [None if pd.isna(time) else time.isoformat() for time in plain.frame[name]]
        at = table.schema.get_field_index(name)
        table = table.set_column(at, name, pa.array(texts, type=pa.string()))
    return table


AUDIENCE_KEY: Final = "maligeo-audience"
SYNTHETIC_KEY: Final = "maligeo-synthetic"


def write_parquet(job: TableJob) -> None:
    """Write a table; days stay days, and whole numbers nullable integers."""
    frame = job.table.frame
    schema = pa.Table.from_pandas(frame, preserve_index=False).schema
    _write(arrow_table(job.table).replace_schema_metadata(schema.metadata), job)


def write_geoparquet(job: LayersJob) -> None:
    """Write one layer as GeoParquet 1.1 (opengeospatial/geoparquet), encoded as WKB."""
    layer = job.layers[0]
    if layer.shapes is None:
        raise ArgumentError(f"layer {layer.name!r} has no geometry: use maligeo.write_table")
    frame = gpd.GeoDataFrame(
        layer.table.frame.copy(), geometry=gpd.GeoSeries(layer.shapes, crs=GEOGRAPHIC)
    )
    whole = io.BytesIO()
    frame.to_parquet(whole, index=False, geometry_encoding="WKB", schema_version="1.1.0")
    found = pq.read_table(pa.BufferReader(whole.getvalue()))
    _write(_with_days(found, layer), job)


def _with_days(table: pa.Table, layer: PlainLayer) -> pa.Table:
    """Give columns of days the type of days."""
    for name in layer.table.of_kind("date"):
        at = table.schema.get_field_index(name)
        table = table.set_column(at, name, table.column(name).cast(pa.date32()))
    return table


def _write(table: pa.Table, job: Job) -> None:
    metadata: dict[Any, Any] = dict(table.schema.metadata or {})
    metadata[AUDIENCE_KEY] = audience_words(job.audience, job.options.language)
    if job.synthetic:
        metadata[SYNTHETIC_KEY] = word("synthetic.banner", job.options.language)
    if job.about is not None:
        metadata[KEY] = job.about.to_json()
    with written_whole(job.path) as beside:
        pq.write_table(table.replace_schema_metadata(metadata), beside)


def write_flatgeobuf(job: LayersJob) -> None:
    """Write one layer, with a spatial index.

    Raises
    ------
    ArgumentError
        If the layer has no geometry.
    FrameError
        If a shape is missing, for which the index has no place.
    """
    layer = job.layers[0]
    if layer.shapes is None:
        raise ArgumentError(f"layer {layer.name!r} has no geometry: use maligeo.write_table")
    faults = [
        Fault(row, "geometry", None, "FlatGeobuf has no place for a missing shape")
        for row, shape in enumerate(layer.shapes)
        if shape is None
    ]
    if faults:
        raise FrameError(f"layer {layer.name!r}", faults)
    options: dict[str, Any] = {
        "layer": layer.name,
        "layer_options": {"DESCRIPTION": audience_words(job.audience, job.options.language)},
    }
    if job.about is not None:
        options["layer_metadata"] = {KEY: job.about.to_json()}
    with written_whole(job.path) as beside:
        beside.unlink()
        write_gdal(layer, beside, driver="FlatGeobuf", options=options)
