"""The parts of a Shapefile: whether all are there and whole, and how their texts are encoded."""

import codecs
import re
import struct
from pathlib import Path
from typing import Final

from maligeo.core.errors import CrsError, InputFileError, explained

SIDECARS: Final = frozenset({".shx", ".dbf", ".prj", ".cpg"})

_HEADER_BYTES: Final = 100
_INDEX_BYTES: Final = 8
_DBF_HEADER: Final = struct.Struct("<4xIHH17xB2x")
_MULTIBYTE: Final = re.compile(rb"[\xc3-\xf4][\x80-\xbf]")
_HIGH: Final = re.compile(rb"[\x80-\xff]+")
# Language driver ids of dBASE that occur in French-speaking countries.
_LANGUAGE_DRIVERS: Final = {0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x57: "cp1252"}


def check_parts(path: Path, what: str) -> str:
    """Look at the parts of a Shapefile before it is read.

    Parameters
    ----------
    path : pathlib.Path
        The `.shp`; the others are looked for next to it, whatever the case of their suffix.
    what : str
        Name of the file, for the messages.

    Returns
    -------
    str
        The encoding of the attributes.

    Raises
    ------
    InputFileError
        If `.shx` or `.dbf` is missing, if a part is cut off, if they disagree on the
        number of records, or if the texts mix encodings.
    CrsError
        If `.prj` is missing or empty.
    """
    parts = _parts(path, what)
    if ".prj" not in parts or not parts[".prj"].read_bytes().strip():
        raise CrsError(
            f"{what} has no .prj, so that its coordinate reference system is not known; "
            "none is assumed"
        )
    lost = [suffix for suffix in (".shx", ".dbf") if suffix not in parts]
    if lost:
        raise InputFileError(f"{what} lacks its {' and '.join(lost)}")
    outlines, index = _length(path, what), _length(parts[".shx"], what)
    if outlines < _HEADER_BYTES or index < _HEADER_BYTES:
        raise InputFileError(f"{what} has a broken header")
    table = parts[".dbf"].read_bytes()
    records, start, width, driver = _table_header(table, what)
    announced = (index - _HEADER_BYTES) // _INDEX_BYTES
    if records != announced:
        raise InputFileError(f"{what} has {announced} outlines and {records} rows of attributes")
    if len(table) < start + records * width:
        raise InputFileError(f"{what} is cut off: its .dbf should have {records} rows")
    declared = _declared(parts.get(".cpg"), driver)
    return text_encoding(table[start : start + records * width], declared, what)


def text_encoding(body: bytes, declared: str | None, what: str) -> str:
    """Find the encoding of some text from its bytes.

    Parameters
    ----------
    body : bytes
        The text.
    declared : str or None
        What the file says; it is believed where the bytes do not prove otherwise.
    what : str
        Name of the file, for the message.

    Returns
    -------
    str
        "utf-8" when the bytes are valid UTF-8, else what is declared, else "cp1252", of
        which the printable part of latin-1 is a part.

    Raises
    ------
    InputFileError
        If most of the accented letters are UTF-8 and others are not, or if the bytes fit
        none of these encodings.
    """
    if _decodes(body, "utf-8"):
        return "utf-8"
    runs = _HIGH.findall(body)
    proper = sum(1 for run in runs if _decodes(run, "utf-8"))
    if 2 * proper > len(runs):
        raise InputFileError(
            f"{what} mixes encodings: {proper} of {len(runs)} accented passages are UTF-8"
        )
    for name in (declared, "cp1252"):
        if name and _decodes(body, name):
            return name
    raise InputFileError(f"{what} has texts that are neither UTF-8 nor cp1252: say which in a .cpg")


def _parts(path: Path, what: str) -> dict[str, Path]:
    with explained(f"{what} cannot be opened"):
        others = [other for other in path.parent.iterdir() if other.stem == path.stem]
    return {other.suffix.lower(): other for other in others if other.is_file()}


def _length(path: Path, what: str) -> int:
    """Give the length that a .shp or .shx announces, which must not exceed the real one."""
    with path.open("rb") as file:
        head = file.read(_HEADER_BYTES)
    if len(head) < _HEADER_BYTES:
        raise InputFileError(f"{what} is cut off: its {path.suffix} has no whole header")
    announced: int = 2 * struct.unpack(">I", head[24:28])[0]
    actual = path.stat().st_size
    if announced > actual:
        raise InputFileError(
            f"{what} is cut off: its {path.suffix} should have {announced} bytes and has {actual}"
        )
    return announced


def _table_header(table: bytes, what: str) -> tuple[int, int, int, int]:
    if len(table) < _DBF_HEADER.size:
        raise InputFileError(f"{what} is cut off: its .dbf has no whole header")
    records, start, width, driver = _DBF_HEADER.unpack_from(table)
    return records, start, width, driver


def _declared(cpg: Path | None, driver: int) -> str | None:
    """Read the encoding that a .cpg ("UTF-8", "1252", "ISO 88591") or the .dbf declares."""
    text = cpg.read_text(encoding="latin-1").strip() if cpg else ""
    number = re.sub(r"^(?:ansi|oem|windows|ms|cp)?[\s_-]*", "", text.casefold())
    named = {"88591": "iso-8859-1", "885915": "iso8859-15", "65001": "utf-8"}.get(
        re.sub(r"^iso[\s_-]*", "", number).replace("-", "").replace("_", "")
    )
    for name in (named, f"cp{number}", text):
        if name and _known(name):
            return codecs.lookup(name).name
    return _LANGUAGE_DRIVERS.get(driver)


def _known(name: str) -> bool:
    try:
        return codecs.lookup(name)._is_text_encoding
    except (LookupError, ValueError):
        return False


def _decodes(body: bytes, name: str) -> bool:
    try:
        body.decode(name)
    except UnicodeError:
        return False
    return True
