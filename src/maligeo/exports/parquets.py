"""Parquet and GeoParquet, with what made the file in its key-value metadata."""

import io
from typing import Any, Final

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq

from maligeo.crs import GEOGRAPHIC
from maligeo.errors import ArgumentError
from maligeo.exports.arrowtables import arrow_table
from maligeo.exports.plainlayers import PlainLayer
from maligeo.exports.tablejobs import Job, LayersJob, TableJob
from maligeo.exports.wordings import audience_words, word
from maligeo.provenance import KEY
from maligeo.wholefiles import written_whole

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
