"""The journal of an archive: what a run has finished, so that the next need not repeat it.

The journal of `mali.pmtiles` is `.mali.pmtiles.journal`. It begins with two lines of text,
its kind and the job; then come the finished parts of the job, one after the other:

    part: uint64, tiles: uint32, length of the body: uint64, CRC-32 of the body: uint32
    body: for each tile z: uint8, x, y, length: uint32, BLAKE2b digest: 16 bytes;
          the tiles themselves; the rest, which is what the job wants to remember of the part

All numbers are little-endian. A part counts when it is there to its last byte and its sum is
right; what a killed run began to write after it is cut off. The file is locked as long as a
run uses it, and deleted when the archive stands under its name.
"""

import hashlib
import io
import os
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from maligeo.core.errors import OutputFileError, explained
from maligeo.core.files import OWNERS_FILE, try_lock
from maligeo.tile_archives import Tile

_DELETES_OPEN_FILES: Final = os.name != "nt"  # so that no other run can lock it in between


class StoredTile(NamedTuple):
    """Where the journal keeps a tile. Tiles of equal digest are equal."""

    tile: Tile
    offset: int
    length: int
    digest: bytes


class Content(NamedTuple):
    """All tiles of an archive in the order of PMTiles, and how to read one."""

    tiles: Sequence[StoredTile]
    read: Callable[[StoredTile], bytes]

    def distinct(self) -> list[StoredTile]:
        """Give the first of the tiles of each digest, in the same order."""
        first: dict[bytes, StoredTile] = {}
        for stored in self.tiles:
            first.setdefault(stored.digest, stored)
        return list(first.values())


_KIND: Final = b"maligeo tile journal 1\n"
_HEAD: Final = struct.Struct("<QIQI")
_ENTRY: Final = struct.Struct("<BIII16s")
_DIGEST_BYTES: Final = 16


class _Span(NamedTuple):
    offset: int
    length: int


class Journal:
    """An open, locked journal.

    Attributes
    ----------
    tiles : list of StoredTile
        All tiles of the finished parts, in the order in which they came.
    """

    def __init__(self, target: Path, file: io.FileIO, job: str) -> None:
        self.tiles: list[StoredTile] = []
        self._target = target
        self._file = file
        self._rests: dict[int, _Span] = {}
        self._end = 0
        self._begin(_KIND + job.encode() + b"\n", afresh=not job)

    def __contains__(self, part: object) -> bool:
        """Tell whether a part is finished."""
        return part in self._rests

    def __len__(self) -> int:
        """Give the number of finished parts."""
        return len(self._rests)

    def rest_of(self, part: int) -> bytes:
        """Give what the job wanted to remember of a finished part."""
        return self._read(*self._rests[part])

    def read(self, stored: StoredTile) -> bytes:
        """Give the bytes of a tile."""
        return self._read(stored.offset, stored.length)

    def append(
        self,
        part: int,
        tiles: Sequence[tuple[Tile, bytes]],
        rest: bytes,
        *,
        digests: Sequence[bytes],
    ) -> None:
        """Keep a finished part; on an error the journal is as it was before.

        Parameters
        ----------
        part : int
            Its number.
        tiles : sequence of (Tile, bytes)
            Its tiles.
        rest : bytes
            What the job wants to remember of it.
        digests : sequence of bytes
            As from `digest_of`, one for each tile.

        Raises
        ------
        OutputFileError
            If it cannot be written.
        """
        table = b"".join(
            _ENTRY.pack(*tile, len(data), digest)
            for (tile, data), digest in zip(tiles, digests, strict=True)
        )
        body = b"".join([table, *(data for _, data in tiles), rest])
        head = _HEAD.pack(part, len(tiles), len(body), zlib.crc32(body))
        with not_written(self._target):
            self._write(head + body)
        self._note(part, len(tiles), body)

    def _begin(self, opening: bytes, *, afresh: bool) -> None:
        """Take over the parts of an earlier run of the same job, or begin afresh."""
        if afresh or self._read(0, len(opening)) != opening:
            self._file.truncate(0)
            self._write(opening)
        self._end = len(opening)
        while (record := self._next_record()) is not None:
            self._note(*record)
        self._file.truncate(self._end)

    def _next_record(self) -> tuple[int, int, bytes] | None:
        """Read the part after those known; None where no whole one follows."""
        head = self._read(self._end, _HEAD.size)
        if len(head) < _HEAD.size:
            return None
        part, count, length, checksum = _HEAD.unpack(head)
        if self._end + _HEAD.size + length > os.fstat(self._file.fileno()).st_size:
            return None
        body = self._read(self._end + _HEAD.size, length)
        return (part, count, body) if zlib.crc32(body) == checksum else None

    def _note(self, part: int, count: int, body: bytes) -> None:
        start = self._end + _HEAD.size
        at = start + count * _ENTRY.size
        for z, x, y, length, digest in _ENTRY.iter_unpack(body[: count * _ENTRY.size]):
            self.tiles.append(StoredTile(Tile(z, x, y), at, length, digest))
            at += length
        self._end = start + len(body)
        self._rests[part] = _Span(at, self._end - at)

    def _read(self, offset: int, length: int) -> bytes:
        self._file.seek(offset)
        return self._file.read(length)

    def _write(self, data: bytes) -> None:
        left = memoryview(data)
        try:
            while left:
                left = left[self._file.write(left) :]
        except OSError:
            self._file.truncate(self._end)
            raise


def not_written(target: Path) -> AbstractContextManager[None]:
    """Turn whatever is raised while writing into an error that names the archive."""
    kept = "finished tiles are kept; the same call goes on"
    return explained(f"cannot write {target} ({kept})", OutputFileError)


@contextmanager
def open_journal(target: Path, job: str) -> Iterator[Journal]:
    """Open the journal of an archive for this process alone.

    Parameters
    ----------
    target : pathlib.Path
        The archive.
    job : str
        One line that says what is made. Finished parts are taken over from a journal of the
        same job; a journal of another job, or of none, is emptied.

    Yields
    ------
    Journal
        It is deleted when the block ends, and kept when the block fails.

    Raises
    ------
    OutputFileError
        If another run writes the same archive, or the journal cannot be written.
    """
    path = target.with_name(f".{target.name}.journal")
    with not_written(target):
        file = _open_locked(path, target)
    try:
        with not_written(target):
            journal = Journal(target, file, job)
        yield journal
        if not _DELETES_OPEN_FILES:
            file.close()
        path.unlink()
    finally:
        file.close()


def digest_of(data: bytes) -> bytes:
    """Give the digest by which equal tiles are known."""
    return hashlib.blake2b(data, digest_size=_DIGEST_BYTES).digest()


def _open_locked(path: Path, target: Path) -> io.FileIO:
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=OWNERS_FILE)  # it holds tiles of which nobody says for whom they are
        file = path.open("a+b", buffering=0)
        if not try_lock(file):
            file.close()
            raise OutputFileError(f"cannot write {target}: another run is writing it")
        if path.exists() and os.path.samestat(path.stat(), os.fstat(file.fileno())):
            return file
        file.close()  # the run that had it has deleted it meanwhile
