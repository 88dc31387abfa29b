"""Tile archives: one way to write PMTiles, MBTiles and folders of tiles, chosen by suffix.

Tiles go to a journal next to the archive (see `maligeo.tiles.archives.journal`). When all are there
the archive is made from it, in the order of PMTiles, and only then takes its name: an archive
under its name is whole. Its bytes depend on the information and the tiles, and on nothing
else: neither on the order in which they came, nor on the time, nor on whether the run was
broken and taken up again.
"""

import gzip
import json
import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from pmtiles.tile import (
    Compression,
    Entry,
    HeaderDict,
    TileType,
    serialize_header,
    zxy_to_tileid,
)
from pmtiles.writer import optimize_directories

from maligeo.core.audiences import AUDIENCE, stated_audience
from maligeo.core.checks import require_choice
from maligeo.core.errors import ArgumentError, OutputFileError
from maligeo.core.files import (
    close_to_others,
    publish,
    remove,
    require_portable,
    require_replaceable,
)
from maligeo.core.inputs import require_no_input
from maligeo.tile_archives import Tile, advice_on, centre_of
from maligeo.tiles.archives.journal import (
    Content,
    Journal,
    StoredTile,
    digest_of,
    not_written,
    open_journal,
)
from maligeo.tiles.metadata import ArchiveInfo

_log = logging.getLogger("maligeo")

_HEADER_BYTES: Final = 127
_ROOM_FOR_ROOT: Final = 16_384 - _HEADER_BYTES
_E7: Final = 10_000_000


def write_pmtiles(path: Path, info: ArchiveInfo, content: Content) -> None:
    """Write a clustered PMTiles archive; each distinct tile once, runs of equal ones as one."""
    distinct = content.distinct()
    entries = _entries(content, distinct)
    root, leaves, _ = optimize_directories(entries, _ROOM_FOR_ROOT)
    metadata = gzip.compress(_as_json(info), mtime=0)
    sizes = len(root), len(metadata), len(leaves)
    header = _header(info, content, entries, distinct, sizes)
    with path.open("wb") as file:
        for section in (serialize_header(header), root, metadata, leaves):
            file.write(section)
        for stored in distinct:
            file.write(content.read(stored))


def _entries(content: Content, distinct: list[StoredTile]) -> list[Entry]:
    offsets, offset = {}, 0
    for stored in distinct:
        offsets[stored.digest] = offset
        offset += stored.length
    entries: list[Entry] = []
    for stored in content.tiles:
        tile_id, found = zxy_to_tileid(*stored.tile), offsets[stored.digest]
        last = entries[-1] if entries else None
        if last and last.offset == found and last.tile_id + last.run_length == tile_id:
            last.run_length += 1
        else:
            entries.append(Entry(tile_id, found, stored.length, 1))
    return entries


def _as_json(info: ArchiveInfo) -> bytes:
    return json.dumps(info.described(), ensure_ascii=False, sort_keys=True).encode()


def _header(
    info: ArchiveInfo,
    content: Content,
    entries: list[Entry],
    distinct: list[StoredTile],
    sizes: tuple[int, int, int],
) -> HeaderDict:
    """Describe the archive; its sections follow one another as the specification advises."""
    root, metadata, leaves = sizes
    west, south, east, north = (round(degrees * _E7) for degrees in info.bounds)
    lon, lat = (round(degrees * _E7) for degrees in info.bounds.centre)
    return {
        "version": 3,
        "root_offset": _HEADER_BYTES,
        "root_length": root,
        "metadata_offset": _HEADER_BYTES + root,
        "metadata_length": metadata,
        "leaf_directory_offset": _HEADER_BYTES + root + metadata,
        "leaf_directory_length": leaves,
        "tile_data_offset": _HEADER_BYTES + root + metadata + leaves,
        "tile_data_length": sum(stored.length for stored in distinct),
        "addressed_tiles_count": len(content.tiles),
        "tile_entries_count": len(entries),
        "tile_contents_count": len(distinct),
        "clustered": True,
        "internal_compression": Compression.GZIP,
        "tile_compression": Compression.GZIP if info.tile_type == "mvt" else Compression.NONE,
        "tile_type": TileType[info.tile_type.upper()],
        "min_zoom": info.zooms[0],
        "max_zoom": info.zooms[1],
        "min_lon_e7": west,
        "min_lat_e7": south,
        "max_lon_e7": east,
        "max_lat_e7": north,
        "center_zoom": int(centre_of(info.bounds, info.zooms)[2]),
        "center_lon_e7": lon,
        "center_lat_e7": lat,
    }


# The specification asks for a table or a view `tiles`; a view lets equal tiles share a row.
_SCHEMA: Final = """
pragma application_id = 0x4d504258;
pragma page_size = 4096;
pragma journal_mode = off;
pragma synchronous = off;
create table metadata (name text, value text);
create unique index metadata_name on metadata (name);
create table images (tile_id integer primary key, tile_data blob);
create table map (
    zoom_level integer, tile_column integer, tile_row integer, tile_id integer,
    primary key (zoom_level, tile_column, tile_row)
) without rowid;
create view tiles as
    select zoom_level, tile_column, tile_row, tile_data from map join images using (tile_id);
begin;
"""
_SEPARATE: Final = ("vector_layers", "tilestats")  # what goes into the row "json"


def write_mbtiles(path: Path, info: ArchiveInfo, content: Content) -> None:
    """Write an MBTiles file; each distinct tile once."""
    distinct = content.distinct()
    number = {stored.digest: at for at, stored in enumerate(distinct)}
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.executescript(_SCHEMA)
        database.executemany("insert into metadata values (?, ?)", _metadata(info))
        images = ((number[stored.digest], content.read(stored)) for stored in distinct)
        database.executemany("insert into images values (?, ?)", images)
        # Rows count from the south, as in the Tile Map Service specification.
        places = sorted(
            (z, x, (1 << z) - 1 - y, number[digest]) for (z, x, y), _, _, digest in content.tiles
        )
        database.executemany("insert into map values (?, ?, ?, ?)", places)
        database.execute("commit")


def _metadata(info: ArchiveInfo) -> Iterator[tuple[str, str]]:
    lowest, highest = info.zooms
    lon, lat, zoom = centre_of(info.bounds, info.zooms)
    yield "format", "pbf" if info.tile_type == "mvt" else info.tile_type
    yield "bounds", ",".join(f"{degrees:.7f}" for degrees in info.bounds)
    yield "center", f"{lon:.7f},{lat:.7f},{zoom:.0f}"
    yield "minzoom", str(lowest)
    yield "maxzoom", str(highest)
    described = info.described()
    layers = {key: described.pop(key) for key in _SEPARATE if key in described}
    if layers:
        yield "json", json.dumps(layers, ensure_ascii=False, sort_keys=True)
    for key, value in described.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        yield key, text


_METADATA: Final = "metadata.json"
_SUFFIXES: Final = {"png": ".png", "webp": ".webp", "mvt": ".pbf"}


def write_folder(path: Path, info: ArchiveInfo, content: Content) -> None:
    """Write the tiles as files, and `metadata.json` as in TileJSON 3.

    Vector tiles lie there uncompressed: a plain web server does not say that they are
    compressed.
    """
    path.mkdir(exist_ok=True)
    suffix = _SUFFIXES[info.tile_type]
    folders = {path / str(z) / str(x) for (z, x, _), *_ in content.tiles}
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    for stored in content.tiles:
        z, x, y = stored.tile
        data = content.read(stored)
        file = path / str(z) / str(x) / f"{y}{suffix}"
        file.write_bytes(gzip.decompress(data) if info.tile_type == "mvt" else data)
    text = json.dumps(_tilejson(info, suffix), ensure_ascii=False, indent=2, sort_keys=True)
    (path / _METADATA).write_text(text + "\n", encoding="utf-8")


def _tilejson(info: ArchiveInfo, suffix: str) -> dict[str, object]:
    return info.described() | {
        "tilejson": "3.0.0",
        "tiles": [f"{{z}}/{{x}}/{{y}}{suffix}"],
        "minzoom": info.zooms[0],
        "maxzoom": info.zooms[1],
        "bounds": list(info.bounds),
        "center": centre_of(info.bounds, info.zooms),
    }


Write = Callable[[Path, ArchiveInfo, Content], None]

_FORMATS: Final[dict[str, Write]] = {
    ".pmtiles": write_pmtiles,
    ".mbtiles": write_mbtiles,
    "": write_folder,
}


class Archive:
    """An archive that is being written; see `open_archive`."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._known = {stored.tile: stored.digest for stored in journal.tiles}

    def __contains__(self, tile: object) -> bool:
        """Tell whether a tile is there, from this run or an earlier one of the same job."""
        return tile in self._known

    def __len__(self) -> int:
        """Give the number of tiles."""
        return len(self._known)

    def put(self, z: int, x: int, y: int, data: bytes) -> None:
        """Add one tile.

        Parameters
        ----------
        z, x, y : int
            Zoom, column from the west, row from the north.
        data : bytes
            The tile; vector tiles compressed by gzip.

        Raises
        ------
        ArgumentError
            If there is no such tile in the grid, or it was put with other content.
        """
        tile = Tile(z, x, y)
        if tile not in self._known:
            self.put_part(zxy_to_tileid(*_checked(tile)), [(tile, data)])
        elif self._known[tile] != digest_of(data):
            raise ArgumentError(f"tile {z}/{x}/{y} is put twice, with different content")

    def put_part(
        self, part: int, tiles: Sequence[tuple[Tile, bytes]], *, rest: bytes = b""
    ) -> None:
        """Add all tiles of a part of the job at once: after a kill it is there, or it is not.

        Parameters
        ----------
        part : int
            Number of the part, from 0 to 2^64-1, each once. `put` takes the tile's own
            number in PMTiles; an archive uses one of the two ways.
        tiles : sequence of (Tile, bytes)
            Its tiles; it may have none.
        rest : bytes, optional
            What the job needs to know of the part when it goes on.

        Raises
        ------
        ArgumentError
            If the part or one of its tiles is there already.
        """
        fresh = {_checked(tile): digest_of(data) for tile, data in tiles}
        twice = self._known.keys() & fresh.keys()
        if twice or len(fresh) < len(tiles) or part in self._journal:
            raise ArgumentError(f"part {part} or a tile of it is put twice")
        self._journal.append(part, tiles, rest, digests=list(fresh.values()))
        self._known |= fresh

    def has_part(self, part: int) -> bool:
        """Tell whether a part is finished, by this run or an earlier one of the same job."""
        return part in self._journal

    def rest_of(self, part: int) -> bytes:
        """Give what the job wanted to know of a finished part."""
        return self._journal.rest_of(part)


@contextmanager
def open_archive(path: str | Path, info: ArchiveInfo, *, job: str = "") -> Iterator[Archive]:
    """Open an archive of tiles; it appears under its name when the block ends well.

    Parameters
    ----------
    path : str or pathlib.Path
        "….pmtiles" (PMTiles 3), "….mbtiles" (MBTiles 1.3), or without a suffix a folder of
        `{z}/{x}/{y}.{png,webp,pbf}` with `metadata.json`. What is there is replaced, but a
        folder only if it is empty or holds such tiles.
    info : ArchiveInfo
        What the archive says about itself.
    job : str, optional
        One line that distinguishes whatever leads to other tiles: the source and its date, the
        options. If an earlier run of the same job was killed, its tiles are there already.
        Without it nothing is taken over.

    Yields
    ------
    Archive
        Takes tiles by `put`, or by `put_part` for a job whose parts can be done again.

    Raises
    ------
    ArgumentError
        If the suffix is none of these.
    OutputFileError
        If the file cannot be written, a folder of something else is in the way, or another
        run is writing the same archive.

    Notes
    -----
    If the block fails the journal `.{name}.journal` stays next to the archive, for a run that
    goes on; it may be deleted. Equal tiles are stored once, except in a folder.

    A tile of more than 500 kB is named in a warning of the logger "maligeo".

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from maligeo.core.crs import Bounds
    >>> from maligeo.tile_archives import open_tiles
    >>> info = ArchiveInfo("Roads", "png", (0, 4), Bounds(-12.3, 10.1, 4.3, 25.0))
    >>> with TemporaryDirectory() as folder:
    ...     with open_archive(Path(folder) / "roads.mbtiles", info) as archive:
    ...         archive.put(0, 0, 0, b"a picture")
    ...     open_tiles(Path(folder) / "roads.mbtiles").description.zooms
    (0, 4)
    """
    target = Path(path)
    require_choice(target.suffix.lower(), list(_FORMATS), option="suffix of the archive")
    require_portable(target.name)
    require_no_input(target)
    _require_replaceable(target)
    with open_journal(target, job) as journal:
        yield Archive(journal)
        with not_written(target):
            _publish(target, info, journal)
        largest = max(journal.tiles, key=lambda stored: (stored.length, stored.tile), default=None)
    if largest and (advice := advice_on(largest.tile, largest.length, info.tile_type)):
        _log.warning("%s: %s", target, advice)


def _checked(tile: Tile) -> Tile:
    side = 1 << tile.z
    if not (0 <= tile.x < side and 0 <= tile.y < side):
        raise ArgumentError(f"there is no tile {tile.z}/{tile.x}/{tile.y}")
    return tile


def _require_replaceable(target: Path) -> None:
    """Refuse to replace a folder that holds anything but tiles as they are written here."""
    if not target.suffix:
        names = {entry.name for entry in target.iterdir()} if target.is_dir() else set[str]()
        has_tiles = _METADATA in names
        require_replaceable(target, {_METADATA, *filter(str.isdecimal, names)} if has_tiles else ())
    elif target.is_dir():
        raise OutputFileError(f"cannot write {target}: a folder of that name is there")


def _publish(target: Path, info: ArchiveInfo, journal: Journal) -> None:
    """Write the archive next to its place, bring it to the disk, and rename it.

    The draft has a fixed name, so that a killed run leaves one at most: the journal's lock
    lets no other run write it.
    """
    draft = target.with_name(f".{target.name}.new")
    remove(draft)
    ordered = sorted(journal.tiles, key=lambda stored: zxy_to_tileid(*stored.tile))
    private = stated_audience(info.more.get(AUDIENCE)) == "internal"
    try:
        if private:  # before there is anything in it
            make = draft.touch if target.suffix else draft.mkdir
            make()
            close_to_others(draft)
        _FORMATS[target.suffix.lower()](draft, info, Content(ordered, journal.read))
        if private:
            close_to_others(draft)
        publish(draft, target)
    finally:
        remove(draft)
