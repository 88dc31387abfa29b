"""Formats written through Arrow: Parquet, GeoParquet and FlatGeobuf."""

import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely

from maligeo.core.crs import GEOGRAPHIC, Shapes
from maligeo.core.errors import ArgumentError, Fault, FrameError, OutputFileError, explained
from maligeo.core.files import written_whole
from maligeo.exports.jobs import Job, word
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
SOURCES_KEY: Final = "maligeo-sources"


def write_parquet(table: PlainTable, job: Job) -> None:
    """Write a table; days stay days, and whole numbers nullable integers."""
    with open_parquet(job) as write:
        write(with_pandas_types(table))


def write_geoparquet(layers: Sequence[PlainLayer], job: Job) -> None:
    """Write one layer as GeoParquet 1.1 (opengeospatial/geoparquet), encoded as WKB."""
    with open_parquet(job) as write:
        write(geoparquet_table(layers[0]))


def with_pandas_types(table: PlainTable) -> pa.Table:
    """Make an Arrow table that says for pandas of which types its columns are."""
    schema = pa.Table.from_pandas(table.frame, preserve_index=False).schema
    return arrow_table(table).replace_schema_metadata(schema.metadata)


def geoparquet_table(layer: PlainLayer) -> pa.Table:
    """Make the Arrow table of a layer as GeoParquet has it."""
    shapes = _shapes_of(layer)
    frame = gpd.GeoDataFrame(
        layer.table.frame.copy(), geometry=gpd.GeoSeries(shapes, crs=GEOGRAPHIC)
    )
    whole = io.BytesIO()
    frame.to_parquet(whole, index=False, geometry_encoding="WKB", schema_version="1.1.0")
    return _with_days(pq.read_table(pa.BufferReader(whole.getvalue())), layer)


def without_extent(table: pa.Table) -> pa.Table:
    """Leave the extent out of the description of points, for a table with more to follow."""
    described = json.loads(table.schema.metadata[b"geo"])
    described["columns"][GEOMETRY].pop("bbox", None)
    described["columns"][GEOMETRY]["geometry_types"] = ["Point"]
    metadata = table.schema.metadata | {b"geo": json.dumps(described).encode()}
    return table.replace_schema_metadata(metadata)


def _shapes_of(layer: PlainLayer) -> Shapes:
    if layer.shapes is None:
        raise ArgumentError(f"layer {layer.name!r} has no geometry: use maligeo.write_table")
    return layer.shapes


def _with_days(table: pa.Table, layer: PlainLayer) -> pa.Table:
    """Give columns of days the type of days."""
    for name in layer.table.of_kind("date"):
        at = table.schema.get_field_index(name)
        table = table.set_column(at, name, table.column(name).cast(pa.date32()))
    return table


@contextmanager
def open_parquet(job: Job) -> Iterator[Callable[[pa.Table], None]]:
    """Open a Parquet file that takes a table in pieces; the first one gives the schema."""
    metadata: dict[Any, Any] = {AUDIENCE_KEY: job.audience_words}
    if job.synthetic:
        metadata[SYNTHETIC_KEY] = word("synthetic.banner", job.language)
    if job.sources:
        metadata[SOURCES_KEY] = _source_text(job)
    if job.about is not None:
        metadata[KEY] = job.about.to_json()
    with written_whole(job.path, private=job.is_private) as draft, ExitStack() as stack:
        writers: list[pq.ParquetWriter] = []

        def write(table: pa.Table) -> None:
            if not writers:
                schema = table.schema.with_metadata((table.schema.metadata or {}) | metadata)
                writers.append(stack.enter_context(pq.ParquetWriter(draft, schema)))
            writers[0].write_table(table.cast(writers[0].schema))

        yield write


def write_flatgeobuf(layers: Sequence[PlainLayer], job: Job) -> None:
    """Write one layer, with a spatial index.

    Raises
    ------
    ArgumentError
        If the layer has no geometry.
    FrameError
        If a shape is missing, for which the index has no place.
    """
    layer = layers[0]
    faults = [
        Fault(row, "geometry", None, "FlatGeobuf has no place for a missing shape")
        for row, shape in enumerate(_shapes_of(layer))
        if shape is None
    ]
    if faults:
        raise FrameError(f"layer {layer.name!r}", faults)
    options: dict[str, Any] = {
        "layer": layer.name,
        "layer_options": {"DESCRIPTION": job.audience_words},
    }
    described = {} if job.about is None else {KEY: job.about.to_json()}
    if job.sources:
        described[SOURCES_KEY] = _source_text(job)
    if described:
        options["layer_metadata"] = described
    with written_whole(job.path, private=job.is_private) as draft:
        draft.unlink()
        write_gdal(layer, draft, driver="FlatGeobuf", options=options)


def _source_text(job: Job) -> str:
    return json.dumps(job.described_sources, ensure_ascii=False)
