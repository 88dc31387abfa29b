"""Products taken apart down to their bytes, whatever they are wrapped in.

Shares no code with the library, so that what the library hides from itself is seen here.
"""

import base64
import binascii
import datetime
import gzip
import hashlib
import html
import io
import json
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import geopandas as gpd
import mapbox_vector_tile
import numpy as np
import openpyxl
import pyarrow.parquet as pq
import pypdf
import rasterio
from pmtiles.reader import MmapSource, Reader, all_tiles

Piece = tuple[str, bytes]

_BASE64 = re.compile(rb"[A-Za-z0-9+/]{16,}={0,2}")
_ESCAPED = re.compile(rb"\\u([0-9a-fA-F]{4})")
_STREAM = re.compile(rb"stream\r?\n")
_POSITIONS = re.compile(
    rb'"(?:lon|x)":\{"data":"([^"]*)"\},"(?:lat|y)":\{"data":"([^"]*)"\},"steps":(\d+)'
)
_PACKED_DAYS = re.compile(rb'"first":(\d+),"count":(\d+),"bits":(\d+),"data":"([^"]*)"')
_WORLD = 2**25  # steps around the world; other positions are in parts of a degree
_DEEPEST = 4


def pieces_of(path: Path) -> Iterator[Piece]:
    """Every name and every run of bytes of a file, or of all files below a folder.

    Hidden files, drafts that were left behind, and files beside the product are files too.
    """
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    seen: set[bytes] = set()
    for label, content in (piece for file in files for piece in _all_of(file)):
        digest = hashlib.sha256(content).digest()
        if digest not in seen:
            seen.add(digest)
            yield label, content
    _packed.cache_clear()


def _all_of(file: Path) -> Iterator[Piece]:
    yield f"name of {file.name}", file.name.encode()
    if file.is_file():
        content = file.read_bytes()
        yield from _content(file.name, content, 0)
        yield from _by_its_own_tool(file)
        if file.suffix == ".pbf":
            z, x, y = (int(part) for part in (*file.parts[-3:-1], file.stem))
            yield from _tile(content, z, x, y)


def _content(label: str, content: bytes, depth: int) -> Iterator[Piece]:
    """Give bytes, and all that is packed in them."""
    yield label, content
    if depth >= _DEEPEST:
        return
    for inner, found in _packed(content):
        yield from _content(f"{label} > {inner}", found, depth + 1)


@cache
def _packed(content: bytes) -> tuple[Piece, ...]:
    """Unpack once what stands in a product many times, such as a page without its escapes."""
    return tuple(_unpacked(content))


def _unpacked(content: bytes) -> Iterator[Piece]:
    if content[:2] == b"\x1f\x8b":
        yield "gzip", gzip.decompress(content)
    elif content[:4] == b"PK\x03\x04":
        yield from _zip_members(content)
    elif content[:8] == b"\x89PNG\r\n\x1a\n":
        yield from _png_chunks(content)
    elif content[:4] == b"%PDF":
        yield from _pdf_streams(content)
    elif _is_text(content):
        yield from _texts(content)


def _zip_members(content: bytes) -> Iterator[Piece]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        yield "comment", archive.comment
        for entry in archive.infolist():
            yield f"name {entry.filename}", entry.filename.encode() + entry.comment + entry.extra
            yield entry.filename, archive.read(entry)


def _png_chunks(content: bytes) -> Iterator[Piece]:
    """Give what stands in a picture beside its pixels."""
    at = 8
    while at < len(content):
        length, kind = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        body = content[at + 8 : at + 8 + length]
        if kind in (b"zTXt", b"iCCP", b"iTXt"):
            yield kind.decode(), body
            yield from ((kind.decode(), inflated) for inflated in _inflated(body))
        elif kind != b"IDAT":
            yield kind.decode("latin-1"), body
        at += 12 + length


def _inflated(body: bytes) -> Iterator[bytes]:
    """Try each place where a compressed part may begin."""
    for at in (found.start() for found in re.finditer(rb"\x78[\x01\x5e\x9c\xda]", body)):
        try:
            yield zlib.decompressobj().decompress(body[at:])
        except zlib.error:
            continue


def _pdf_streams(content: bytes) -> Iterator[Piece]:
    """Inflate every stream, also one that no page uses any more."""
    for found in _STREAM.finditer(content):
        try:
            inflated = zlib.decompressobj().decompress(content[found.end() :])
            yield f"stream at {found.start()}", inflated
        except zlib.error:
            continue


def _is_text(content: bytes) -> bool:
    return b"\0" not in content[:4096] and len(content) > 0


def _texts(content: bytes) -> Iterator[Piece]:
    """Undo what scripts, pages and addresses do to text, and decode what looks like base64."""
    if b"\\u" in content:
        yield "escapes", _ESCAPED.sub(_sign, content)
    if b"&" in content:
        yield "entities", html.unescape(content.decode("utf-8", "replace")).encode()
    yield from _page_arrays(content)
    if b"%" in content and content[:4] != b"%PDF":
        yield "address", unquote_to_bytes(content)
    for at, found in enumerate(_BASE64.finditer(content)):
        text = found[0].rstrip(b"=")
        try:
            yield f"base64 {at}", base64.b64decode(text + b"=" * (-len(text) % 4))
        except binascii.Error:
            continue


def _sign(escape: re.Match[bytes]) -> bytes:
    return chr(int(escape[1], 16)).encode("utf-8", "replace")


def _page_arrays(content: bytes) -> Iterator[Piece]:
    """Undo how a page of ours packs positions, corners and days."""
    for at, found in enumerate(_POSITIONS.finditer(content)):
        first, second = (np.cumsum(_steps(base64.b64decode(found[part]))) for part in (1, 2))
        pairs = np.column_stack([first, second]) / int(found[3])
        if int(found[3]) == _WORLD:
            pairs = np.column_stack([pairs[:, 0] * 360 - 180, _north(pairs[:, 1])])
        yield f"positions {at}", "\n".join(f"{x:.6f} {y:.6f}" for x, y in pairs).encode()
    for at, found in enumerate(_PACKED_DAYS.finditer(content)):
        day, count, width = (int(found[part]) for part in (1, 2, 3))
        bits = np.unpackbits(
            np.frombuffer(base64.b64decode(found[4]), np.uint8), bitorder="little"
        )[: count * width]
        since = bits.reshape(count, width) @ (1 << np.arange(width, dtype=np.int64))
        start = datetime.date(1970, 1, 1) + datetime.timedelta(day - 1)
        days = [str(start + datetime.timedelta(int(step))) for step in since if step]
        yield f"days {at}", "\n".join(days).encode()


def _north(down: Any) -> Any:
    """Latitude of a share of the way from north to south on web maps."""
    return np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * down))))


def _steps(content: bytes) -> list[int]:
    """Read whole numbers of seven bits to a byte, the lowest bit being the sign."""
    numbers, number, shift = [], 0, 0
    for byte in content:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            numbers.append((number >> 1) ^ -(number & 1))
            number = shift = 0
    return numbers


def _tile(content: bytes, z: int, x: int, y: int) -> Iterator[Piece]:
    """Read a vector tile as any map does: attributes, and corners in degrees."""
    plain = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    if plain[:4] in (b"\x89PNG", b"RIFF"):
        return
    for name, layer in mapbox_vector_tile.decode(plain, {"y_coord_down": True}).items():
        lines = []
        for feature in layer["features"]:
            lines.append(str(feature["properties"]))
            for east, south in _corners(feature["geometry"]["coordinates"]):
                across, down = x + east / layer["extent"], y + south / layer["extent"]
                lines.append(f"{across / 2**z * 360 - 180:.6f} {_north(down / 2**z):.6f}")
        yield f"layer {name} of {z}/{x}/{y}", "\n".join(lines).encode()


def _corners(coordinates: list[Any]) -> Iterator[tuple[float, float]]:
    if coordinates and isinstance(coordinates[0], int | float):
        yield coordinates[0], coordinates[1]
    else:
        for part in coordinates:
            yield from _corners(part)


def _by_its_own_tool(file: Path) -> Iterator[Piece]:
    """Read a file as its own tools do, which undo packings that bytes alone do not show."""
    suffix = file.suffix.lower()
    if suffix in (".gpkg", ".mbtiles"):
        yield from _database(file)
    elif suffix == ".pmtiles":
        yield from _pmtiles(file)
    elif suffix == ".parquet":
        yield from _parquet(file)
    elif suffix == ".pdf":
        yield from _pdf(file)
    elif suffix == ".xlsx":
        yield from _workbook(file)
    elif suffix == ".fgb":
        yield "features", gpd.read_file(file).to_csv().encode()
    elif suffix in (".tif", ".tiff"):
        with rasterio.open(file) as raster:
            tags = {name: raster.tags(ns=name) for name in (None, *raster.tag_namespaces())}
            yield "tags", json.dumps({str(key): value for key, value in tags.items()}).encode()
            yield "cells", np.ascontiguousarray(raster.read()).tobytes()


def _database(file: Path) -> Iterator[Piece]:
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
        for line in database.iterdump():
            yield "dump", line.encode()
        master = "select name from sqlite_master where type in ('table', 'view')"
        for (table,) in database.execute(master).fetchall():
            for row in database.execute(f'select * from "{table}"'):
                for value in row:
                    if isinstance(value, bytes):
                        yield from _content(f"{table} blob", value, 0)
                if table == "tiles":
                    zoom, column, upwards, content = row
                    yield from _tile(content, zoom, column, 2**zoom - 1 - upwards)


def _pmtiles(file: Path) -> Iterator[Piece]:
    with file.open("rb") as opened:
        source = MmapSource(opened)
        yield "metadata", json.dumps(Reader(source).metadata(), ensure_ascii=False).encode()
        for address, content in all_tiles(source):
            yield from _content(f"tile {address}", content, 0)
            yield from _tile(content, *address)


def _parquet(file: Path) -> Iterator[Piece]:
    found = pq.ParquetFile(file)
    for key, value in (found.metadata.metadata or {}).items():
        yield from _content(f"metadata {key!r}", key + b"=" + value, 0)
    yield "schema", str(found.schema_arrow).encode()
    statistics = [
        found.metadata.row_group(group).column(column).statistics
        for group in range(found.metadata.num_row_groups)
        for column in range(found.metadata.num_columns)
    ]
    yield "statistics", str([one and (one.min, one.max) for one in statistics]).encode()
    table = found.read(use_pandas_metadata=False)
    yield "rows", table.to_pandas(ignore_metadata=True).to_csv().encode()
    for column in table.columns:
        for chunk in column.chunks:
            yield from (
                ("column", buffer.to_pybytes()) for buffer in chunk.buffers() if buffer is not None
            )


def _pdf(file: Path) -> Iterator[Piece]:
    reader = pypdf.PdfReader(file)
    yield "information", str(reader.metadata).encode()
    yield "xmp", str(reader.root_object.get("/Metadata", "")).encode()
    for page in reader.pages:
        yield "text", page.extract_text().encode("utf-8", "replace")
    for name, contents in reader.attachments.items():
        for content in contents:
            yield from _content(f"attachment {name}", name.encode() + content, 0)


def _workbook(file: Path) -> Iterator[Piece]:
    book = openpyxl.load_workbook(file)
    yield "properties", str(vars(book.properties)).encode()
    yield "names", str(list(book.defined_names.items())).encode()
    for sheet in book.worksheets:  # hidden ones too
        cells = [[str(cell.value), str(cell.comment or "")] for row in sheet for cell in row]
        yield f"sheet {sheet.title}", str([sheet.title, sheet.sheet_state, cells]).encode()
