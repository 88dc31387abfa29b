"""What came over the line: whether it is the kind of file that was asked for, and safe."""

import csv
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Final, Literal, TextIO

from maligeo.core.errors import InputFileError
from maligeo.core.files import written_whole
from maligeo.downloads.offers import Rows
from maligeo.readers.files.archives import require_bounded, unpacked

_HEAD_BYTES: Final = 512
_LFS: Final = b"version https://git-lfs"
_STARTS: Final = {
    "zip": (b"PK\x03\x04",),
    "geojson": (b"{",),
    "tiff": (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
}


def require_kind(path: Path, kind: str) -> None:
    """Refuse a file that is not what was asked for: a page to log in, a pointer, a cut file.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    kind : str
        "zip", "geojson" or "tiff".

    Raises
    ------
    InputFileError
        Saying what it is instead, or what is unsafe in the archive.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        file.seek(-min(path.stat().st_size, _HEAD_BYTES), 2)
        tail = file.read().rstrip()
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip() if kind == "geojson" else head
    if not start.startswith(_STARTS[kind]):
        raise InputFileError(f"what came is no {kind} file but {_named(head)}")
    if kind == "geojson" and not tail.endswith(b"}"):
        raise InputFileError("what came is a GeoJSON file that breaks off")
    if kind == "zip":
        _require_safe_archive(path)


def choose_rows(archive: Path, rows: Rows, target: Path) -> int:
    """Write the wanted rows of the one CSV in an archive to a file of their own.

    Parameters
    ----------
    archive : pathlib.Path
        A zip archive that holds one CSV.
    rows : Rows
        Which rows.
    target : pathlib.Path
        CSV to write, with the same columns, in the order of the archive.

    Returns
    -------
    int
        The number of rows.

    Raises
    ------
    InputFileError
        If the archive does not hold one CSV with that column, or no row fits.
    OutputFileError
        If the file cannot be written.
    """
    with unpacked(archive, frozenset({".csv"})) as members:
        if len(members) != 1:
            raise InputFileError(f"{archive} holds {len(members)} CSV files, not one")
        with (
            _text(members[0].path, "r") as source,
            written_whole(target) as beside,
            _text(beside, "w") as sink,
        ):
            count = _copy_rows(source, sink, rows, archive)
            if not count:
                raise InputFileError(f"{archive} has no row with {rows.column} = {rows.equals}")
    return count


def _text(path: Path, mode: Literal["r", "w"]) -> TextIO:
    """Open a CSV so that bytes which are no UTF-8 come out as they went in."""
    return path.open(mode, encoding="utf-8", errors="surrogateescape", newline="")


def _copy_rows(source: TextIO, sink: TextIO, rows: Rows, archive: Path) -> int:
    writer = csv.writer(sink, lineterminator="\n")
    count = 0
    try:
        lines = csv.reader(source)
        header = next(lines, [])
        at = [name.removeprefix("\ufeff") for name in header].index(rows.column)
        writer.writerow(header)
        for row in _whole(lines, len(header)):
            if row[at] == rows.equals:
                writer.writerow(row)
                count += 1
    except (csv.Error, ValueError) as error:
        raise InputFileError(f"the CSV in {archive} cannot be read: {error}") from error
    return count


def _whole(lines: Iterator[list[str]], width: int) -> Iterator[list[str]]:
    for number, row in enumerate(lines, start=2):
        if row and len(row) != width:
            raise ValueError(f"row {number} has {len(row)} of {width} cells")
        if row:
            yield row


def _require_safe_archive(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise InputFileError(f"what came is a zip archive that does not open: {error}") from error
    unsafe = [info.filename for info in infos if _leaves_folder(info) or _is_link(info)]
    if unsafe:
        raise InputFileError(f"the archive that came is not safe: it holds {unsafe[0]!r}")
    require_bounded(path)


def _leaves_folder(info: zipfile.ZipInfo) -> bool:
    names = (PurePosixPath(info.filename), PureWindowsPath(info.filename))
    return any(name.is_absolute() or name.drive or ".." in name.parts for name in names)


def _is_link(info: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(info.external_attr >> 16)


def _named(head: bytes) -> str:
    """Say in a word what the beginning of a file looks like."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if not head:
        return "empty"
    if start.startswith(_LFS):
        return "a pointer to a file in large file storage"
    if start.startswith((b"<!doctype html", b"<html")):
        return "a web page, perhaps one to log in"
    return f"something that begins with {head[:16]!r}"
