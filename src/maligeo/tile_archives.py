"""Reading tile archives: PMTiles, MBTiles and folders of tiles, with one set of words.

Nothing stays open between two reads, so an archive may be replaced at any time; whoever has
opened the old one then gets an error, never a mixture.
"""

import gzip
import json
import math
import os
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

from pmtiles import tile as pmt

from maligeo.core.crs import Bounds
from maligeo.core.databases import rows_of
from maligeo.core.errors import ArgumentError, InputFileError
from maligeo.core.inputs import require_ordinary

LARGE_TILE: Final = 500_000  # bytes as stored; more is slow on weak lines and small devices
GZIP_SIGN: Final = b"\x1f\x8b"
SUFFIXES: Final = (".pmtiles", ".mbtiles", "")
UNIT_TAG: Final = "per 1,000 km²"  # unit of density surfaces, which pages write in words

_HEADER_BYTES: Final = 127
_LARGEST_DIRECTORY: Final = 1 << 24  # bytes; a million entries take about half of it
_LARGEST_TILE: Final = 1 << 26
_MOST_LEVELS: Final = 4  # of directories
_E7: Final = 10_000_000
_CACHED_LEAVES: Final = 64
_SMALLEST_SPAN: Final = 1e-4  # degrees: of an archive of one place
_TILEJSON_KEYS: Final = ("minzoom", "maxzoom", "bounds", "center", "tiles", "tilejson", "json")


class Tile(NamedTuple):
    """Zoom, column from the west and row from the north of a tile."""

    z: int
    x: int
    y: int


@dataclass(frozen=True)
class Description:
    """What an archive says about itself.

    Attributes
    ----------
    archive_format : {"pmtiles", "mbtiles", "folder"}
        Kind of archive.
    tile_type : str
        "mvt", "png", "webp", "jpg", or "" where it is not stated.
    zooms : tuple of int
        Coarsest and finest zoom.
    bounds : tuple of four float
        West, south, east, north in degrees.
    metadata : mapping
        All else: name, attribution, vector_layers, legend and so on.
    """

    archive_format: str
    tile_type: str
    zooms: tuple[int, int]
    bounds: Bounds
    metadata: dict[str, Any] = field(default_factory=dict)


class TileFile(Protocol):
    """An archive that can be read. Vector tiles may be compressed by gzip."""

    path: Path
    description: Description

    def tile(self, address: Tile) -> bytes | None:
        """Give a tile as it is stored; None where the archive has none."""

    def tiles(self) -> Iterator[tuple[Tile, bytes]]:
        """Give every tile, in an order of the archive's own."""


def centre_of(bounds: Bounds, zooms: tuple[int, int]) -> list[float]:
    """Give longitude, latitude and zoom at which a map shows all of an archive.

    Parameters
    ----------
    bounds : Bounds
        West, south, east, north in degrees.
    zooms : tuple of int
        Those that there are.
    """
    west, south, east, north = bounds
    share = max(east - west, north - south, _SMALLEST_SPAN) / 360
    return [*Bounds(*bounds).centre, min(max(math.floor(-math.log2(share)), zooms[0]), zooms[1])]


def advice_on(tile: Tile, size: int, tile_type: str) -> str:
    """Say what to do about a tile that is too large; nothing where it is not.

    Parameters
    ----------
    tile : Tile
        The largest tile of an archive.
    size : int
        Its bytes as stored.
    tile_type : str
        As in `Description`.
    """
    if size <= LARGE_TILE:
        return ""
    remedy = (
        "add zooms, so that the finest tiles hold less (--zooms 0-12), keep fewer columns, "
        "or leave --low-zooms at cluster"
        if tile_type == "mvt"
        else "take --size 256, or fewer colours"
    )
    return (
        f"tile {tile.z}/{tile.x}/{tile.y} has {size / 1000:,.0f} kB, more than the "
        f"{LARGE_TILE / 1000:.0f} kB that load well on a weak line: {remedy}"
    )


def open_tiles(path: str | Path) -> TileFile:
    """Open an archive for reading.

    Parameters
    ----------
    path : str or pathlib.Path
        "….pmtiles", "….mbtiles", or a folder with `metadata.json`.

    Raises
    ------
    ArgumentError
        If the suffix is none of these.
    InputFileError
        If it is missing, damaged or not what its suffix says.
    """
    source = Path(path)
    if source.suffix.lower() not in SUFFIXES:
        raise ArgumentError(f"{source} is no tile archive: choose .pmtiles, .mbtiles or a folder")
    if not source.exists():
        raise InputFileError(f"cannot read {source}: it does not exist")
    require_ordinary(source)
    readers: dict[str, Callable[[Path], TileFile]] = {
        ".pmtiles": PmtilesFile,
        ".mbtiles": MbtilesFile,
        "": TileFolder,
    }
    return readers[source.suffix.lower()](source)


def uncompressed(data: bytes) -> bytes:
    """Undo gzip where a tile is compressed by it.

    Raises
    ------
    InputFileError
        If the compressed data are damaged, or larger than any tile is.
    """
    if not data.startswith(GZIP_SIGN):
        return data
    unpacker = zlib.decompressobj(wbits=31)
    try:
        content = unpacker.decompress(data, _LARGEST_TILE)
    except zlib.error as error:
        raise InputFileError(f"the compression is damaged: {error}") from error
    if not unpacker.eof:
        raise InputFileError("the compressed tile is cut short or too large")
    return content


class PmtilesFile:
    """A PMTiles archive, version 3 of the specification."""

    def __init__(self, path: Path) -> None:
        self.path = path
        status = path.stat()
        self._stamp = _stamp(status)
        self.size = status.st_size
        self.header = self._read_header()
        self._leaf = lru_cache(_CACHED_LEAVES)(self.directory)
        self.root = self.directory(self.header["root_offset"], self.header["root_length"])
        self.description = self._described()

    def tile(self, address: Tile) -> bytes | None:
        """Give a tile as it is stored; None where the archive has none."""
        number = pmt.zxy_to_tileid(*address)
        entries = self.root
        for _ in range(_MOST_LEVELS):
            entry = pmt.find_tile(entries, number)
            if entry is None:
                return None
            if entry.run_length:
                return self.content(entry)
            start = self.header["leaf_directory_offset"] + entry.offset
            entries = self._leaf(start, entry.length)
        raise InputFileError(f"{self.path}: directories lie too deep in one another")

    def tiles(self) -> Iterator[tuple[Tile, bytes]]:
        """Give every tile, in the order of their numbers."""
        for entry in self.entries():
            content = self.content(entry)
            for number in range(entry.tile_id, entry.tile_id + entry.run_length):
                yield Tile(*pmt.tileid_to_zxy(number)), content

    def entries(self) -> Iterator[pmt.Entry]:
        """Give every entry that stands for tiles, through all directories."""
        yield from self._entries_of(self.root, _MOST_LEVELS)

    def content(self, entry: pmt.Entry) -> bytes:
        """Read what an entry points to."""
        return self._read(self.header["tile_data_offset"] + entry.offset, entry.length)

    def directory(self, offset: int, length: int) -> list[pmt.Entry]:
        """Read a directory."""
        if length > _LARGEST_DIRECTORY:
            raise InputFileError(f"{self.path}: a directory is too large ({length} bytes)")
        data = self._internal(offset, length)
        try:
            entries: list[pmt.Entry] = pmt.deserialize_directory(gzip.compress(data, 0))
        except (IndexError, ValueError, EOFError, TypeError) as error:
            raise InputFileError(f"{self.path}: a directory is damaged") from error
        return entries

    def _entries_of(self, entries: list[pmt.Entry], levels: int) -> Iterator[pmt.Entry]:
        if not levels:
            raise InputFileError(f"{self.path}: directories lie too deep in one another")
        for entry in entries:
            if entry.run_length:
                yield entry
            else:
                start = self.header["leaf_directory_offset"] + entry.offset
                yield from self._entries_of(self.directory(start, entry.length), levels - 1)

    def _read_header(self) -> pmt.HeaderDict:
        head = self._read(0, min(_HEADER_BYTES, self.size))
        if len(head) < _HEADER_BYTES or not head.startswith(b"PMTiles\x03"):
            raise InputFileError(f"{self.path} is not a PMTiles archive of version 3")
        try:
            header = pmt.deserialize_header(head)
        except ValueError as error:
            raise InputFileError(f"{self.path}: the header is damaged: {error}") from error
        known = (pmt.Compression.NONE, pmt.Compression.GZIP)
        for compression in (header["internal_compression"], header["tile_compression"]):
            if compression not in known:
                raise InputFileError(f"{self.path}: {compression.name} is not read")
        return header

    def _described(self) -> Description:
        header = self.header
        raw = self._internal(header["metadata_offset"], header["metadata_length"])
        metadata = _json_object(raw, self.path) if raw else {}
        west, south = header["min_lon_e7"] / _E7, header["min_lat_e7"] / _E7
        east, north = header["max_lon_e7"] / _E7, header["max_lat_e7"] / _E7
        kind = header["tile_type"].name.lower()
        kind = {"jpeg": "jpg", "unknown": ""}.get(kind, kind)
        zooms = header["min_zoom"], header["max_zoom"]
        return Description("pmtiles", kind, zooms, Bounds(west, south, east, north), metadata)

    def _internal(self, offset: int, length: int) -> bytes:
        data = self._read(offset, length)
        return uncompressed(data) if data else data

    def _read(self, offset: int, length: int) -> bytes:
        try:
            with self.path.open("rb") as file:
                if _stamp(os.fstat(file.fileno())) != self._stamp:
                    raise InputFileError(f"{self.path} has changed since it was opened")
                file.seek(offset)
                data = file.read(min(length, self.size))
        except OSError as error:
            if isinstance(error, InputFileError):
                raise
            raise InputFileError(f"cannot read {self.path}: {error.strerror}") from error
        if len(data) < length:
            raise InputFileError(f"{self.path} is cut short: {length} bytes lack at {offset}")
        return data


class MbtilesFile:
    """An MBTiles archive, version 1.3 of the specification."""

    def __init__(self, path: Path) -> None:
        self.path = path
        texts = {str(name): str(value) for name, value in self.rows(_ALL_METADATA)}
        more = _json_object(texts["json"].encode(), path) if "json" in texts else {}
        metadata = {key: text for key, text in texts.items() if key not in _TILEJSON_KEYS} | more
        kind = str(metadata.pop("format", ""))
        zooms = self._zooms(texts)
        bounds = _bounds(texts.get("bounds", "").split(","), path)
        kind = {"pbf": "mvt", "jpeg": "jpg"}.get(kind, kind)
        self.description = Description("mbtiles", kind, zooms, bounds, metadata)

    def tile(self, address: Tile) -> bytes | None:
        """Give a tile as it is stored; None where the archive has none."""
        z, x, y = address
        found = next(self.rows(_ONE_TILE, (z, x, (1 << z) - 1 - y)), None)
        return bytes(found[0]) if found else None

    def tiles(self) -> Iterator[tuple[Tile, bytes]]:
        """Give every tile, by zoom, column and row."""
        for z, x, row, data in self.rows(_ALL_TILES):
            yield Tile(z, x, (1 << z) - 1 - row), bytes(data)

    def rows(self, query: str, values: tuple[object, ...] = ()) -> Iterator[tuple[Any, ...]]:
        """Ask the database; it is opened for reading alone."""
        return rows_of(self.path, query, values)

    def _zooms(self, texts: dict[str, str]) -> tuple[int, int]:
        """Give the zooms that are stated, or, where none are, those of the tiles."""
        stated = texts.get("minzoom"), texts.get("maxzoom")
        low, high = stated if None not in stated else next(iter(self.rows(_ZOOMS)))
        try:
            return int(low or 0), int(high or 0)
        except ValueError as error:
            raise InputFileError(f"{self.path}: the zooms {low}, {high} are no numbers") from error


class TileFolder:
    """A folder `{z}/{x}/{y}.png` (or another suffix) with `metadata.json` as in TileJSON."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            described = _json_object((path / "metadata.json").read_bytes(), path)
            zooms = int(described["minzoom"]), int(described["maxzoom"])
            self._suffix = Path(str(described["tiles"][0])).suffix
        except (OSError, KeyError, IndexError, TypeError, ValueError) as error:
            raise InputFileError(f"{path} has no complete metadata.json") from error
        metadata = {key: value for key, value in described.items() if key not in _TILEJSON_KEYS}
        kind = self._suffix.removeprefix(".")
        bounds = _bounds(described.get("bounds", []), path)
        self.description = Description(
            "folder", {"pbf": "mvt"}.get(kind, kind), zooms, bounds, metadata
        )

    def tile(self, address: Tile) -> bytes | None:
        """Give a tile as it is stored; None where the folder has none."""
        z, x, y = address
        file = self.path / str(z) / str(x) / f"{y}{self._suffix}"
        return file.read_bytes() if file.is_file() else None

    def tiles(self) -> Iterator[tuple[Tile, bytes]]:
        """Give every tile, by zoom, column and row."""
        files = self.path.glob(f"*/*/*{self._suffix}")
        parts = [(file.parent.parent.name, file.parent.name, file.stem) for file in files]
        numbered = (tuple(map(int, part)) for part in parts if all(map(str.isdecimal, part)))
        for z, x, y in sorted(numbered):
            file = self.path / str(z) / str(x) / f"{y}{self._suffix}"
            yield Tile(z, x, y), file.read_bytes()


_ALL_METADATA: Final = "select name, value from metadata order by rowid"
_ONE_TILE: Final = (
    "select tile_data from tiles where zoom_level = ? and tile_column = ? and tile_row = ?"
)
_ALL_TILES: Final = (
    "select zoom_level, tile_column, tile_row, tile_data from tiles "
    "order by zoom_level, tile_column, tile_row"
)
_ZOOMS: Final = "select min(zoom_level), max(zoom_level) from tiles"


def _stamp(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_ino, status.st_size, status.st_mtime_ns


def _json_object(raw: bytes, path: Path) -> dict[str, Any]:
    try:
        value = json.loads(raw)
    except ValueError as error:
        raise InputFileError(f"{path}: the metadata are not JSON: {error}") from error
    if not isinstance(value, dict):
        raise InputFileError(f"{path}: the metadata are not a JSON object")
    return value


def _bounds(parts: list[Any], path: Path) -> Bounds:
    """Give the bounds that are stated, or those of web mercator."""
    if parts in ([], [""]):
        return Bounds(-180.0, -85.0511, 180.0, 85.0511)
    try:
        return Bounds(*map(float, parts))
    except (TypeError, ValueError) as error:
        raise InputFileError(f"{path}: the bounds {parts} are not four numbers") from error
