"""Tile archives: one way to write PMTiles, MBTiles and folders of tiles, chosen by suffix.

Tiles go to a journal beside the archive (see `maligeo.tiles.resuming`). When all are there
the archive is made from it, in the order of PMTiles, and only then takes its name: an archive
under its name is whole. Its bytes depend on the information and the tiles, and on nothing
else: neither on the order in which they came, nor on the time, nor on whether the run was
broken and taken up again.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pmtiles.tile import zxy_to_tileid

from maligeo.checks import require_choice
from maligeo.errors import ArgumentError, OutputFileError
from maligeo.tiles.content import Content
from maligeo.tiles.folder_archive import is_tile_folder, write_folder
from maligeo.tiles.grid import Tile
from maligeo.tiles.info import ArchiveInfo
from maligeo.tiles.mbtiles_archive import write_mbtiles
from maligeo.tiles.pmtiles_archive import write_pmtiles
from maligeo.tiles.resuming import Journal, digest_of, explained, open_journal

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
        One line that tells apart whatever leads to other tiles: the source and its date, the
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
    If the block fails the journal `.{name}.journal` stays beside the archive, for a run that
    goes on; it may be deleted. Equal tiles are stored once, except in a folder.

    Examples
    --------
    >>> info = ArchiveInfo("Roads", "png", (0, 4), Bounds(-12.3, 10.1, 4.3, 25.0))
    >>> with open_archive("roads.pmtiles", info) as archive:  # doctest: +SKIP
    ...     archive.put(0, 0, 0, png)
    """
    target = Path(path)
    require_choice(target.suffix.lower(), list(_FORMATS), option="suffix of the archive")
    _require_replaceable(target)
    with open_journal(target, job) as journal:
        yield Archive(journal)
        with explained(target):
            _publish(target, info, journal)


def _checked(tile: Tile) -> Tile:
    side = 1 << tile.z
    if not (0 <= tile.x < side and 0 <= tile.y < side):
        raise ArgumentError(f"there is no tile {tile.z}/{tile.x}/{tile.y}")
    return tile


def _require_replaceable(target: Path) -> None:
    """Refuse to replace a folder that holds anything but tiles."""
    if target.is_dir() and (target.suffix or not is_tile_folder(target)):
        raise OutputFileError(f"cannot write {target}: a folder with other content is there")
    if not target.suffix and target.is_file():
        raise OutputFileError(f"cannot write {target}: a file of that name is there")


def _publish(target: Path, info: ArchiveInfo, journal: Journal) -> None:
    """Write the archive beside its place, bring it to the disk, and rename it.

    The names beside it are always the same, since the journal's lock lets one run use them:
    what a killed run left there is cleared away by the next.
    """
    beside, former = (target.with_name(f".{target.name}.{word}") for word in ("new", "old"))
    _remove(beside)
    ordered = sorted(journal.tiles, key=lambda stored: zxy_to_tileid(*stored.tile))
    try:
        _FORMATS[target.suffix.lower()](beside, info, Content(ordered, journal.read))
        _sync(beside)
        _rename(beside, target, former)
    finally:
        _remove(beside)
    _remove(former)


def _rename(beside: Path, target: Path, former: Path) -> None:
    """Put an archive in its place; a folder that is there steps aside first."""
    if not target.is_dir():  # a file is replaced in one step
        beside.replace(target)
        return
    _remove(former)
    target.replace(former)
    try:
        beside.replace(target)
    except OSError:
        former.replace(target)
        raise


def _sync(path: Path) -> None:
    if path.is_dir():
        getattr(os, "sync", lambda: None)()  # one call for thousands of tiles
        return
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
