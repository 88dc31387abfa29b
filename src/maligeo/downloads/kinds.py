"""What kind of file came: known by its first bytes, and refused where it is another."""

import csv
import stat
import zipfile
from collections.abc import Collection
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Final

from maligeo.core.errors import InputFileError
from maligeo.readers.files.archives import DEFAULT_LIMITS, Limits, require_bounded

HEAD_BYTES: Final = 1 << 16

_TAIL_BYTES: Final = 512
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_STARTS: Final = {
    "zip": (b"PK\x03\x04",),
    "geojson": (b"{",),
    "tiff": (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    "gzip": (b"\x1f\x8b",),
    "pdf": (b"%PDF-",),
}
_OTHER_STARTS: Final = {
    b"version https://git-lfs": "a pointer to a file in large file storage",
    b"<!doctype html": "a web page, perhaps one to log in",
    b"<html": "a web page, perhaps one to log in",
}
_BY_SUFFIX: Final = {
    ".zip": "zip", ".xlsx": "zip", ".geojson": "geojson", ".tif": "tiff", ".tiff": "tiff",
    ".csv": "csv", ".gz": "gzip", ".pdf": "pdf",
}  # fmt: skip


def kind_of(kind: str, file: str) -> str:
    """Give the kind of a file; "any" goes by its suffix, where that says it."""
    return _BY_SUFFIX.get(PurePosixPath(file).suffix, kind) if kind == "any" else kind


def require_kind(path: Path, kind: str, limits: Limits = DEFAULT_LIMITS) -> None:
    """Refuse a file that is not what was asked for: a page to log in, a pointer, a cut file.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    kind : str
        One of `offers.KINDS`.
    limits : Limits
        How much an archive may hold.

    Raises
    ------
    InputFileError
        Saying what it is instead, or what is unsafe in the archive.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        file.seek(-min(path.stat().st_size, _TAIL_BYTES), 2)
        tail = file.read().rstrip()
    require_start(head, kind)
    if kind == "geojson" and not tail.endswith(b"}"):
        raise InputFileError("what came is a GeoJSON file that breaks off")
    if kind == "pdf" and b"%%EOF" not in tail:
        raise InputFileError("what came is a PDF file that breaks off")
    if kind == "zip":
        _require_safe_archive(path, limits)


def require_start(head: bytes, kind: str) -> None:
    """Refuse a file by its first bytes; `InputFileError` says what it is instead."""
    text = head.removeprefix(_BYTE_ORDER_MARK).lstrip()
    known = (name for start, name in _OTHER_STARTS.items() if text.lower().startswith(start))
    other = next(known, "")
    if kind in _STARTS:
        is_good = (text if kind == "geojson" else head).startswith(_STARTS[kind])
    else:
        is_good = bool(text) and not other and not (kind == "csv" and b"\0" in head)
    if not is_good:
        other = other or (f"something that begins with {head[:16]!r}" if head else "empty")
        raise InputFileError(f"what came is no {kind} file but {other}")


def require_headings(found: Collection[str], wanted: Collection[str]) -> None:
    """Refuse records that have lost a column: what reads them would find something else.

    Raises
    ------
    InputFileError
        Naming the columns that are missing.
    """
    missing = [name for name in wanted if name not in found]
    if missing:
        raise InputFileError(
            f"the publisher has changed the columns: there is no {', '.join(missing)} any more"
        )


def headings(head: bytes) -> list[str]:
    """Read the headings of a CSV from its first bytes."""
    text = head.removeprefix(_BYTE_ORDER_MARK).decode("utf-8", errors="surrogateescape")
    return next(csv.reader(text.splitlines()[:1]), [])


def _require_safe_archive(path: Path, limits: Limits) -> None:
    """Refuse paths that other programs would follow; our own unzipper ignores them."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise InputFileError(f"what came is a zip archive that does not open: {error}") from error
    for info in infos:
        names = (PurePosixPath(info.filename), PureWindowsPath(info.filename))
        leaves = any(name.is_absolute() or name.drive or ".." in name.parts for name in names)
        if leaves or stat.S_ISLNK(info.external_attr >> 16):
            raise InputFileError(f"the archive that came is not safe: it holds {info.filename!r}")
    require_bounded(path, limits=limits)
