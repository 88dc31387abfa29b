"""What programs read, taken apart: tables, layers, packages, rasters and tiles."""

import io
import json
import re
import sqlite3
import warnings
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import PurePath
from typing import Any, Final

import pmtiles.reader
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import rasterio

from products.parts import Part, digest, is_record, json_text, without_versions

_PACKAGE: Final = "datapackage.json"
_LAYOUT_NUMBERS: Final = re.compile(r"_offset$|_length$")
_PANDAS: Final = ("creator", "pandas_version")
_DBF_DAY: Final = slice(1, 4)


def text_parts(content: bytes) -> Iterator[Part]:
    """Take a table of text as its lines."""
    yield Part("lines", without_versions(content.decode("utf-8")))


def json_parts(content: bytes, name: str = "") -> Iterator[Part]:
    """Take the members of a JSON file; of a package also hashes of its files are left out."""
    found = json.loads(content)
    if PurePath(name).name == _PACKAGE:
        for resource in found.get("resources", []):
            # The files carry the record too; they are compared themselves.
            resource.pop("hash", None)
            resource.pop("bytes", None)
    yield Part("members", without_versions(json_text(found)))


def parquet_parts(content: bytes) -> Iterator[Part]:
    """Take a Parquet file apart: its schema, metadata and rows."""
    table = pq.read_table(io.BytesIO(content))
    yield from _arrow_parts(table, table.schema.metadata or {})


def flatgeobuf_parts(content: bytes) -> Iterator[Part]:
    """Take a FlatGeobuf apart: its description and features."""
    info = pyogrio.read_info(content, layer=0)
    described = {
        name: _plain(info.get(name))
        for name in ("geometry_type", "crs", "total_bounds", "fields", "dtypes", "layer_metadata")
    }
    yield Part("description", without_versions(json_text(described)))
    _, table = pyogrio.read_arrow(io.BytesIO(content))
    yield from _arrow_parts(table, {})


def _arrow_parts(table: pa.Table, metadata: Mapping[bytes, bytes]) -> Iterator[Part]:
    kept: dict[str, Any] = {}
    for key, value in metadata.items():
        text = value.decode("utf-8", "replace")
        if is_record(key.decode(), text) or key == b"ARROW:schema":
            continue
        decoded: Any = json.loads(text) if text.startswith("{") else text
        if key == b"pandas":
            decoded = {name: part for name, part in json.loads(text).items() if name not in _PANDAS}
        kept[key.decode()] = decoded
    yield Part("metadata", without_versions(json_text(kept)))
    yield Part("schema", "\n".join(f"{field.name}: {field.type}" for field in table.schema))
    columns = [column.to_pylist() for column in table.columns]
    rows = ("\t".join(map(_cell, row)) for row in zip(*columns, strict=True))
    yield Part("rows", "\n".join(rows))


def database_parts(content: bytes) -> Iterator[Part]:
    """Take a GeoPackage or MBTiles apart: every table, without the rows of the record."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(content)
        master = "select name, sql from sqlite_master where type = 'table' order by name"
        for name, sql in database.execute(master).fetchall():
            if (sql or "").upper().startswith("CREATE VIRTUAL"):
                continue  # an index, of which the tables behind it are compared
            rows = database.execute(f'select * from "{name}"').fetchall()
            lines = ("\t".join(map(_cell, row)) for row in rows if not _holds_record(row))
            yield Part(f"table {name}", without_versions("\n".join([sql, *sorted(lines)])))


def _holds_record(row: tuple[Any, ...]) -> bool:
    if any(is_record(cell, cell) for cell in row):
        return True
    texts = [cell for cell in row if isinstance(cell, str) and cell.startswith("{")]
    return any(is_record(*item) for text in texts for item in _members(text))


def _members(text: str) -> list[tuple[str, Any]]:
    try:
        return list(json.loads(text).items())
    except ValueError:
        return []


def raster_parts(content: bytes) -> Iterator[Part]:
    """Take a GeoTIFF apart: its grid, tags and cells."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with rasterio.MemoryFile(content) as memory, memory.open() as raster:
            tags = {name: value for name, value in raster.tags().items() if not is_record(name)}
            profile = {name: str(value) for name, value in raster.profile.items()}
            yield Part("grid", json_text(profile | {"overviews": str(raster.overviews(1))}))
            yield Part("tags", without_versions(json_text(tags)))
            yield Part("cells", digest(raster.read().tobytes()))


def pmtiles_parts(content: bytes) -> Iterator[Part]:
    """Take an archive of tiles apart: its header, its metadata, the bytes of its tiles."""
    source = pmtiles.reader.MemorySource(content)
    reader = pmtiles.reader.Reader(source)
    header = {
        name: str(value)
        for name, value in reader.header().items()
        if not _LAYOUT_NUMBERS.search(name)
    }
    yield Part("header", json_text(header))
    yield Part("metadata", without_versions(json_text(reader.metadata())))
    tiles = pmtiles.reader.all_tiles(source)
    yield Part("tiles", "\n".join(f"{address} {digest(tile)}" for address, tile in tiles))


def dbf_parts(content: bytes) -> Iterator[Part]:
    """Take the table of a Shapefile, without the day on which it was written."""
    kept = bytearray(content)
    kept[_DBF_DAY] = b"\0\0\0"
    yield Part("bytes", kept.decode("latin-1"))


def _cell(value: Any) -> str:
    return digest(value) if isinstance(value, bytes) else str(value)


def _plain(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else value
