"""What a file is, by its content: one that holds no records is named as what it is."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from maligeo.core.errors import InputFileError, explained
from maligeo.readers.files.sources import WORKBOOKS

_HEAD_BYTES: Final = 8192
_SHOWN_MEMBERS: Final = 5
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # of before 2007, and what has a password
_OFFICE_BYTES: Final = 64 * 1024 * 1024  # in which the names of its parts are looked for
_XML_ROOT: Final = re.compile(rb"(?:\s|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>]*>)*<([\w:]+)", re.DOTALL)
_PAGES: Final = (b"<!doctype html", b"<html", b"<table", b"<meta", b"<head", b"mime-version:")
_OLD_XML: Final = b"urn:schemas-microsoft-com:office:spreadsheet"
_KNOWN: Final = (b"{", b"<", b"PAR1", b"fgb")  # starts of files that are read whatever their name
_TABLES: Final = frozenset({".csv", ".tsv", ".txt", ".tab"})


def require_records(path: Path) -> None:
    """Refuse a file whose content is something else than records, and say what to do.

    Raises
    ------
    InputFileError
        If it is a folder, empty, a document, a picture, a web page, an old or foreign
        workbook, an archive without records, or bears the suffix of another kind of file.
    """
    if path.is_dir():
        raise InputFileError(f"{path} is a folder: name a file in it")
    with explained(f"{path} cannot be opened"), path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head:
        raise InputFileError(f"{path} is empty")
    _refuse_by_start(path, head)
    if head.startswith(_OFFICE):
        raise _old_office(path)
    if head.startswith(_ZIP):
        _require_known_archive(path)
    elif _is_text(head):
        _require_known_text(path, head)


# First bytes of what is never read, and what to do instead.
_STARTS: Final[tuple[tuple[Callable[[bytes], bool], str], ...]] = (
    (
        lambda head: head.startswith(b"%PDF"),
        "is a PDF, of which no table can be read: ask for the workbook that it was made from",
    ),
    (
        lambda head: (
            head.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*"))
            or head[8:12] == b"WEBP"
        ),
        "is a picture, of which no table can be read: ask for the list that it shows",
    ),
    (
        lambda head: head.startswith(b"{\\rtf"),
        "is a text document (RTF): copy its table into a workbook, and save it as .xlsx",
    ),
    (
        lambda head: head.startswith((b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ")),
        "is a packed archive: unpack it, and name the file in it",
    ),
    (
        lambda head: _OLD_XML in head,
        "is a workbook as XML (Excel 2003): open it in a spreadsheet, and save it as .xlsx",
    ),
    (
        lambda head: head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_PAGES),
        "is a web page, whatever its name says: open it in a spreadsheet, and save it as .xlsx",
    ),
)


def _refuse_by_start(path: Path, head: bytes) -> None:
    for matches, what in _STARTS:
        if matches(head):
            raise InputFileError(f"{path} {what}")


def _old_office(path: Path) -> InputFileError:
    """Tell a workbook, a document and an encrypted file of the old container apart."""
    with path.open("rb") as file:
        content = file.read(_OFFICE_BYTES)
    if "EncryptedPackage".encode("utf-16-le") in content:
        return InputFileError(
            f"{path} is protected by a password: open it, and save it without one"
        )
    if "WordDocument".encode("utf-16-le") in content:
        return InputFileError(
            f"{path} is a Word document: copy its table into a workbook, and save it as .xlsx"
        )
    return InputFileError(f"{path} is an Excel file of before 2007: save it as .xlsx")


def _require_known_archive(path: Path) -> None:
    with explained(f"{path} is damaged or cut off: copy or download it again"):
        archive = zipfile.ZipFile(path)
    with archive:
        names = archive.namelist()
    for part, what in (
        ("word/", "is a Word document: copy its table into a workbook, and save it as .xlsx"),
        ("ppt/", "is a presentation: copy its table into a workbook, and save it as .xlsx"),
        ("xl/workbook.bin", "is a binary workbook (.xlsb): save it as .xlsx"),
        ("content.xml", "is a document of LibreOffice (.ods, .odt): save it as .xlsx"),
    ):
        if any(name.startswith(part) for name in names):
            raise InputFileError(f"{path} {what}")
    is_workbook = "xl/workbook.xml" in names
    if is_workbook and path.suffix.lower() not in WORKBOOKS:
        raise InputFileError(f"{path} is a workbook, whatever its name says: name it .xlsx")
    if not is_workbook and path.suffix.lower() in WORKBOOKS:
        listed = ", ".join(names[:_SHOWN_MEMBERS]) or "nothing"
        raise InputFileError(f"{path} is no workbook, but an archive of other files: {listed}")


def _require_known_text(path: Path, head: bytes) -> None:
    suffix = path.suffix.lower()
    if suffix in WORKBOOKS | {".xls"}:
        raise InputFileError(f"{path} is a text, whatever its name says: name it .csv")
    root = _XML_ROOT.match(head.removeprefix(b"\xef\xbb\xbf"))
    if root is not None and root[1].lower() == b"gpx":
        raise InputFileError(
            f"{path} is a track of a GPS (GPX): save its points as GeoJSON, as in QGIS"
        )
    # Two bytes a letter, as in UTF-16: without its mark and zeros the start is plain.
    plain = head.lstrip(b"\xef\xbb\xbf\xff\xfe").replace(b"\0", b"")
    is_known = plain.lstrip(b" \t\r\n").startswith(_KNOWN)
    if not is_known and suffix not in _TABLES:
        raise InputFileError(f"{path} is a text: if it is a table, name it .csv")


def _is_text(head: bytes) -> bool:
    """Tell text from binary data; that of two or four bytes a letter has a mark."""
    return head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" not in head
