"""What an archive holds, and what is wrong with it."""

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

from maligeo.errors import InputFileError
from maligeo.tilefiles import (
    GZIP_SIGN,
    Address,
    Description,
    MbtilesFile,
    PmtilesFile,
    TileFile,
    open_tiles,
    uncompressed,
)
from maligeo.tiles.grid import MAX_ZOOM, Bounds, tiles_over
from maligeo.tiles.mvt_checks import check_mvt

Progress = Callable[[int], None]

_DRIVERS: Final = {"png": "PNG", "webp": "WEBP", "jpg": "JPEG"}
_SHOWN_PER_REASON: Final = 20
_E7: Final = 1e-7


class ZoomCount(NamedTuple):
    """Tiles of one zoom, and their size in bytes, equal ones counted each time."""

    tiles: int
    bytes: int


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


class TileFault(NamedTuple):
    """One thing that is wrong in an archive.

    Attributes
    ----------
    address : Address or None
        The tile; None where the fault lies in the archive.
    reason : str
        What is wrong, in a sentence without a full stop.
    """

    address: Address | None
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
    for address, data in opened.tiles():
        counts[address.z] += 1
        sizes[address.z] += len(data)
        distinct.add(_digest(data))
    path = Path(archive)
    file_bytes = sizes.total() if path.is_dir() else path.stat().st_size
    zooms = {zoom: ZoomCount(counts[zoom], sizes[zoom]) for zoom in sorted(counts)}
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
        yield TileFault(None, f"the bounds {described.bounds} are no rectangle on the globe")
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
    for name, (told, counted) in found.items():
        if told not in (0, counted):  # 0: not known
            yield f"the header has {name} {told}, the directories have {counted}"


def _mbtiles_faults(opened: MbtilesFile) -> Iterator[str]:
    """Compare the tables with the specification."""
    for (state,) in opened.rows("pragma integrity_check"):
        if state != "ok":
            yield f"the database is damaged: {state}"
    told = {str(name) for name, _ in opened.rows("select name, value from metadata")}
    yield from (f"the metadata lack {name}" for name in ("name", "format") if name not in told)
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


def _address_faults(address: Address, described: Description) -> Iterator[str]:
    z, x, y = address
    if not described.zooms[0] <= z <= described.zooms[1]:
        yield "its zoom is not among those told"
    elif not (0 <= x < 1 << z and 0 <= y < 1 << z):
        yield "there is no such place in the grid"
    elif _is_rectangle(described):
        west, south, east, north = described.bounds
        inside = tiles_over(Bounds(west - _E7, south - _E7, east + _E7, north + _E7), z)
        # The drawing of a shape may reach a little into the next tile.
        if not (inside.x0 - 1 <= x <= inside.x1 + 1 and inside.y0 - 1 <= y <= inside.y1 + 1):
            yield "it lies outside the bounds told"


def _is_rectangle(described: Description) -> bool:
    west, south, east, north = described.bounds
    return -180 <= west <= east <= 180 and -90 <= south <= north <= 90


def _content_faults(opened: TileFile, data: bytes) -> Iterator[str]:
    described = opened.description
    if not data:
        yield "it is empty"
        return
    if isinstance(opened, PmtilesFile):
        told = opened.header["tile_compression"] == Compression.GZIP
        if told != data.startswith(GZIP_SIGN):
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
    told = described.metadata.get("vector_layers", [])
    known = {layer.get("id") for layer in told if isinstance(layer, dict)}
    yield from (f"layer {name!r} is not described" for name in layers if name not in known)


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()
