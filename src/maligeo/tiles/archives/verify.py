"""What an archive holds, and what is wrong with it and with its vector tiles."""

import hashlib
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from pmtiles.tile import Compression
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.io import MemoryFile

from maligeo.core.crs import Bounds
from maligeo.core.errors import InputFileError
from maligeo.tile_archives import (
    GZIP_SIGN,
    Description,
    MbtilesFile,
    PmtilesFile,
    Tile,
    TileFile,
    open_tiles,
    uncompressed,
)
from maligeo.tiles.grid import MAX_ZOOM, tiles_over

_VARINT, _FIXED64, _DELIMITED, _FIXED32 = 0, 1, 2, 5
_MOVE_TO, _LINE_TO, _CLOSE_PATH = 1, 2, 7
_POINT, _LINE, _POLYGON = 1, 2, 3
_LONGEST_VARINT: Final = 10
_LAYER: Final = 3
_NAME, _FEATURE, _KEY, _VALUE, _EXTENT, _VERSION = 1, 2, 3, 4, 5, 15
_TAGS, _TYPE, _GEOMETRY = 2, 3, 4

Field = tuple[int, int | bytes]


class TileLayers(NamedTuple):
    """The layers of a tile by name, with their number of features, and what is wrong."""

    features: dict[str, int]
    faults: list[str]


def check_mvt(content: bytes) -> TileLayers:
    """Read a whole tile, not compressed.

    Parameters
    ----------
    content : bytes
        The tile.

    Returns
    -------
    TileLayers
        Of each layer the first fault; a tile that cannot be read to its end has one.
    """
    layers: dict[str, int] = {}
    faults = []
    try:
        for number, value in _fields(content):
            if number == _LAYER and isinstance(value, bytes):
                name, count, fault = _check_layer(value)
                faults += [f"layer {name!r}: {fault}"] if fault else []
                faults += [f"layer {name!r} is there twice"] if name in layers else []
                layers[name] = count
    except ValueError as error:
        faults.append(str(error))
    if not layers and not faults:
        faults.append("there is no layer")
    return TileLayers(layers, faults)


def _check_layer(content: bytes) -> tuple[str, int, str]:
    """Give name, number of features and the first fault of a layer."""
    parts: dict[int, list[int | bytes]] = {}
    for number, value in _fields(content):
        parts.setdefault(number, []).append(value)
    features = [part for part in parts.get(_FEATURE, []) if isinstance(part, bytes)]
    names = parts.get(_NAME, [])
    name = names[0].decode("utf-8", "replace") if names and isinstance(names[0], bytes) else ""
    if not name:
        return name, len(features), "it has no name"
    if parts.get(_VERSION) not in ([1], [2]):
        return name, len(features), "its version is neither 1 nor 2"
    if parts.get(_EXTENT, [4096])[0] == 0:
        return name, len(features), "it has no extent"
    keys, values = len(parts.get(_KEY, [])), len(parts.get(_VALUE, []))
    for at, feature in enumerate(features):
        if fault := _feature_fault(feature, keys, values):
            return name, len(features), f"feature {at} {fault}"
    return name, len(features), "" if features else "it has no feature"


def _feature_fault(content: bytes, keys: int, values: int) -> str:
    parts = dict(_fields(content))
    tags, geometry = (_numbers(parts.get(number, b"")) for number in (_TAGS, _GEOMETRY))
    if len(tags) % 2:
        return "has a key without a value"
    if any(key >= keys for key in tags[::2]) or any(value >= values for value in tags[1::2]):
        return "points to a key or value that is not there"
    if len(set(tags[::2])) < len(tags) // 2:
        return "has a key twice"
    kind = parts.get(_TYPE, 0)
    return _geometry_fault(geometry, kind if isinstance(kind, int) else 0)


def _geometry_fault(numbers: list[int], kind: int) -> str:
    """Follow the commands of a geometry."""
    if kind not in (_POINT, _LINE, _POLYGON):
        return "has no known type of geometry"
    commands, at = [], 0
    while at < len(numbers):
        command, count = numbers[at] & 7, numbers[at] >> 3
        commands.append((command, count))
        at += 1 + (0 if command == _CLOSE_PATH else 2 * count)
    if at > len(numbers):
        return "has a geometry that is cut short"
    if not commands or not _is_sound(commands, kind):
        return "has a geometry whose commands do not make its type"
    return ""


def _is_sound(commands: list[tuple[int, int]], kind: int) -> bool:
    """Tell whether commands make points, lines or rings."""
    if kind == _POINT:
        return len(commands) == 1 and commands[0][0] == _MOVE_TO and commands[0][1] > 0
    unit = 2 if kind == _LINE else 3
    fewest = 1 if kind == _LINE else 2  # a line to at least so many places
    if len(commands) % unit:
        return False
    return all(
        commands[at] == (_MOVE_TO, 1)
        and commands[at + 1][0] == _LINE_TO
        and commands[at + 1][1] >= fewest
        and (kind == _LINE or commands[at + 2] == (_CLOSE_PATH, 1))
        for at in range(0, len(commands), unit)
    )


def _numbers(content: int | bytes) -> list[int]:
    """Read packed numbers."""
    if isinstance(content, int):
        return [content]
    numbers, at = [], 0
    while at < len(content):
        number, at = _varint(content, at)
        numbers.append(number)
    return numbers


def _fields(content: bytes) -> Iterator[Field]:
    """Give number and value of each field of a message."""
    at = 0
    while at < len(content):
        head, at = _varint(content, at)
        number, wire = head >> 3, head & 7
        if wire == _VARINT:
            value, at = _varint(content, at)
            yield number, value
            continue
        if wire == _DELIMITED:
            length, at = _varint(content, at)
        elif wire in (_FIXED32, _FIXED64):
            length = 4 if wire == _FIXED32 else 8
        else:
            raise ValueError(f"it is no vector tile: there is no wire type {wire}")
        if at + length > len(content):
            raise ValueError("it is cut short")
        yield number, content[at : at + length]
        at += length


def _varint(content: bytes, at: int) -> tuple[int, int]:
    """Read a number, and give the place after it."""
    number = 0
    for step, byte in enumerate(content[at : at + _LONGEST_VARINT]):
        number |= (byte & 0x7F) << 7 * step
        if byte < 0x80:
            return number, at + step + 1
    raise ValueError("it is cut short, or no vector tile")


Progress = Callable[[int], None]

_DRIVERS: Final = {"png": "PNG", "webp": "WEBP", "jpg": "JPEG"}
_SHOWN_PER_REASON: Final = 20
_E7: Final = 1e-7


class ZoomCount(NamedTuple):
    """Tiles of one zoom, their bytes, equal ones counted each time, and the largest of them."""

    tiles: int
    bytes: int
    largest_bytes: int
    largest: Tile


@dataclass(frozen=True)
class TilesInfo:
    """What an archive holds.

    Attributes
    ----------
    path : pathlib.Path
        The archive.
    description : Description
        What it says about itself.
    file_bytes : int
        Size on the disk; of a folder, of its tiles.
    zooms : dict of int to ZoomCount
        What each zoom has.
    distinct : int
        Different tiles.
    """

    path: Path
    description: Description
    file_bytes: int
    zooms: dict[int, ZoomCount]
    distinct: int

    @property
    def largest(self) -> ZoomCount | None:
        """The zoom with the largest tile; None where there is no tile."""
        return max(self.zooms.values(), key=lambda zoom: zoom.largest_bytes, default=None)


class TileFault(NamedTuple):
    """One thing that is wrong in an archive.

    Attributes
    ----------
    address : Tile or None
        The tile; None where the fault lies in the archive.
    reason : str
        What is wrong, in a sentence without a full stop.
    """

    address: Tile | None
    reason: str

    def __str__(self) -> str:
        if self.address is None:
            return self.reason
        return f"tile {self.address.z}/{self.address.x}/{self.address.y}: {self.reason}"


def inspect_tiles(archive: str | Path) -> TilesInfo:
    """Read what an archive holds.

    Parameters
    ----------
    archive : str or pathlib.Path
        "….pmtiles", "….mbtiles" or a folder of tiles.

    Returns
    -------
    TilesInfo

    Raises
    ------
    ArgumentError
        If the suffix is none of these.
    InputFileError
        If it is missing or cannot be read; `verify_tiles` says more.
    """
    opened = open_tiles(archive)
    counts, sizes, distinct = Counter[int](), Counter[int](), set()
    largest: dict[int, tuple[int, Tile]] = {}
    for address, data in opened.tiles():
        counts[address.z] += 1
        sizes[address.z] += len(data)
        largest[address.z] = max(largest.get(address.z, (0, address)), (len(data), address))
        distinct.add(_digest(data))
    path = Path(archive)
    file_bytes = sizes.total() if path.is_dir() else path.stat().st_size
    zooms = {zoom: ZoomCount(counts[zoom], sizes[zoom], *largest[zoom]) for zoom in sorted(counts)}
    return TilesInfo(path, opened.description, file_bytes, zooms, len(distinct))


def verify_tiles(archive: str | Path, *, progress: Progress | None = None) -> list[TileFault]:
    """Read every tile of an archive and say what is wrong.

    The directories of PMTiles and the tables of MBTiles are checked against their
    specifications; pictures are decoded; of vector tiles every layer, feature and geometry
    is read. Equal tiles are checked once.

    Parameters
    ----------
    archive : str or pathlib.Path
        "….pmtiles", "….mbtiles" or a folder of tiles.
    progress : callable, optional
        Called with the number of tiles read so far.

    Returns
    -------
    list of TileFault
        Empty where nothing is wrong. A reason that is true of many tiles is listed for the
        first 20 of them and then counted.

    Raises
    ------
    ArgumentError
        If the suffix is none of these.
    InputFileError
        If there is no such archive.
    """
    if not Path(archive).exists():
        raise InputFileError(f"cannot read {archive}: it does not exist")
    try:
        opened = open_tiles(archive)
        return _shortened([*_structure_faults(opened), *_tile_faults(opened, progress)])
    except InputFileError as error:
        return [TileFault(None, str(error))]


def _shortened(faults: list[TileFault]) -> list[TileFault]:
    seen, kept = Counter[str](), []
    for fault in faults:
        seen[fault.reason] += 1
        if seen[fault.reason] <= _SHOWN_PER_REASON:
            kept.append(fault)
    rest = {reason: count - _SHOWN_PER_REASON for reason, count in seen.items()}
    more = [f"{count} more tiles: {reason}" for reason, count in rest.items() if count > 0]
    return [*kept, *(TileFault(None, text) for text in more)]


def _structure_faults(opened: TileFile) -> Iterator[TileFault]:
    described = opened.description
    low, high = described.zooms
    if not 0 <= low <= high <= MAX_ZOOM:
        yield TileFault(None, f"the zooms {low} to {high} do not exist")
    if not _is_rectangle(described):
        yield TileFault(None, f"the bounds {tuple(described.bounds)} are no rectangle on the globe")
    if described.tile_type not in ("mvt", *_DRIVERS):
        yield TileFault(None, f"the type of the tiles, {described.tile_type!r}, is not known")
    if described.tile_type == "mvt" and "vector_layers" not in described.metadata:
        yield TileFault(None, "the metadata do not describe the vector_layers")
    reasons: Iterator[str] = iter(())
    if isinstance(opened, PmtilesFile):
        reasons = _pmtiles_faults(opened)
    elif isinstance(opened, MbtilesFile):
        reasons = _mbtiles_faults(opened)
    for reason in reasons:
        yield TileFault(None, reason)


def _pmtiles_faults(opened: PmtilesFile) -> Iterator[str]:
    """Compare header, directories and file."""
    header = opened.header
    if header["tile_data_offset"] + header["tile_data_length"] > opened.size:
        yield "the tiles reach beyond the end of the file"
    tiles, entries, contents, after = 0, 0, set(), 0
    highest = 0
    for entry in opened.entries():
        if entry.tile_id < after:
            yield f"the directory is not in order at tile number {entry.tile_id}"
        if entry.offset + entry.length > header["tile_data_length"] or not entry.length:
            yield f"the entry of tile number {entry.tile_id} points beyond the tiles"
        if header["clustered"] and entry.offset > highest:
            yield f"the tiles are not clustered, at tile number {entry.tile_id}"
        highest = max(highest, entry.offset + entry.length)
        after = entry.tile_id + entry.run_length
        tiles, entries = tiles + entry.run_length, entries + 1
        contents.add(entry.offset)
    found = {
        "addressed_tiles_count": (header["addressed_tiles_count"], tiles),
        "tile_entries_count": (header["tile_entries_count"], entries),
        "tile_contents_count": (header["tile_contents_count"], len(contents)),
    }
    for name, (stated, counted) in found.items():
        if stated not in (0, counted):  # 0: not known
            yield f"the header has {name} {stated}, the directories have {counted}"


def _mbtiles_faults(opened: MbtilesFile) -> Iterator[str]:
    """Compare the tables with the specification."""
    for (state,) in opened.rows("pragma integrity_check"):
        if state != "ok":
            yield f"the database is damaged: {state}"
    stated = {str(name) for name, _ in opened.rows("select name, value from metadata")}
    yield from (f"the metadata lack {name}" for name in ("name", "format") if name not in stated)
    twice = (
        "select count(*) from (select 1 from tiles "
        "group by zoom_level, tile_column, tile_row having count(*) > 1)"
    )
    count = next(iter(opened.rows(twice)))[0]
    if count:
        yield f"{count} tiles are there more than once"


def _tile_faults(opened: TileFile, progress: Progress | None) -> Iterator[TileFault]:
    """Read every tile; what is wrong with equal ones is found once."""
    known: dict[bytes, list[str]] = {}
    count = 0
    for count, (address, data) in enumerate(opened.tiles(), start=1):
        digest = _digest(data)
        if digest not in known:
            known[digest] = list(_content_faults(opened, data))
        reasons = [*_address_faults(address, opened.description), *known[digest]]
        yield from (TileFault(address, reason) for reason in reasons)
        if progress is not None:
            progress(count)
    if not count:
        yield TileFault(None, "there is no tile")


def _address_faults(address: Tile, described: Description) -> Iterator[str]:
    z, x, y = address
    if not described.zooms[0] <= z <= described.zooms[1]:
        yield "its zoom is not among those of the archive"
    elif not (0 <= x < 1 << z and 0 <= y < 1 << z):
        yield "there is no such place in the grid"
    elif _is_rectangle(described):
        west, south, east, north = described.bounds
        inside = tiles_over(Bounds(west - _E7, south - _E7, east + _E7, north + _E7), z)
        # The drawing of a shape may reach a little into the next tile.
        if not (inside.x0 - 1 <= x <= inside.x1 + 1 and inside.y0 - 1 <= y <= inside.y1 + 1):
            yield "it lies outside the bounds of the archive"


def _is_rectangle(described: Description) -> bool:
    west, south, east, north = described.bounds
    return -180 <= west <= east <= 180 and -90 <= south <= north <= 90


def _content_faults(opened: TileFile, data: bytes) -> Iterator[str]:
    described = opened.description
    if not data:
        yield "it is empty"
        return
    if isinstance(opened, PmtilesFile):
        is_packed = opened.header["tile_compression"] == Compression.GZIP
        if is_packed != data.startswith(GZIP_SIGN):
            yield "it is not compressed as the header says"
    if described.tile_type in _DRIVERS:
        yield from _picture_faults(data, _DRIVERS[described.tile_type])
    elif described.tile_type == "mvt":
        yield from _vector_faults(data, described)


def _picture_faults(data: bytes, driver: str) -> Iterator[str]:
    try:
        with warnings.catch_warnings(), MemoryFile(data) as memory:
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with memory.open(driver=driver) as picture:
                picture.read()
                shape = picture.shape
    except RasterioError:
        yield f"it is no whole {driver} picture"
        return
    if shape not in ((256, 256), (512, 512), (1024, 1024)):
        yield f"it measures {shape[1]} by {shape[0]} pixels"


def _vector_faults(data: bytes, described: Description) -> Iterator[str]:
    try:
        layers, faults = check_mvt(uncompressed(data))
    except InputFileError as error:
        yield str(error)
        return
    yield from faults
    described_layers = described.metadata.get("vector_layers", [])
    known = {layer.get("id") for layer in described_layers if isinstance(layer, dict)}
    yield from (f"layer {name!r} is not described" for name in layers if name not in known)


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()
