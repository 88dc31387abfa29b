"""The record in what people look at: pages, pictures and paper."""

import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from maligeo.core.png import SIGNATURE
from maligeo.core.xml import elements_of
from maligeo.provenance.record import KEY, LONGEST, PDF_KEY

_SCRIPT: Final = re.compile(
    rb"<script\b(?=[^>]*\stype=[\"']?application/json[\"'\s>])"
    rb"(?=[^>]*\sid=[\"']?" + KEY.encode() + rb"[\"'\s>])[^>]*>(.*?)</script\s*>",
    re.DOTALL | re.IGNORECASE,
)

_KEYWORD: Final = KEY.encode("latin-1")

_TAIL: Final = 4096  # bytes at the end of a PDF in which its trailer stands
_LONGEST_OBJECT: Final = 4 * LONGEST
_INFO: Final = re.compile(rb"/Info\s+(\d{1,10})\s+(\d{1,5})\s+R")
# The record, and where it stood before viewers were given a sentence there.
_PLACES: Final = tuple(
    re.compile(b"/" + name.encode() + rb"\s*([(<])") for name in (PDF_KEY, "Subject")
)
_ESCAPE: Final = re.compile(rb"\\(\r\n|[0-7]{1,3}|.)", re.DOTALL)
_ESCAPED: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_LINE_ENDS: Final = (b"\r\n", b"\n", b"\r")


def in_page(path: Path) -> str | None:
    """Give the content of the script element of the record."""
    found = _SCRIPT.findall(path.read_bytes())
    if len(found) > 1:
        raise ValueError(f"it carries {len(found)} records of what made it, not one")
    return found[0].decode("utf-8") if found else None


def in_png(path: Path) -> str | None:
    """Give the text chunk of the record (PNG, third edition, 11.3.3)."""
    data = path.read_bytes()
    if not data.startswith(SIGNATURE):
        raise ValueError("it is not a PNG picture")
    for kind, content in _chunks(data):
        keyword, _, rest = content.partition(b"\0")
        if keyword != _KEYWORD:
            continue
        if kind == b"tEXt":
            return rest.decode("latin-1")
        if kind == b"iTXt":
            return _international(rest)
    return None


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(SIGNATURE)
    while at < len(data):
        length, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        end = at + 8 + length
        checksum = data[end : end + 4]
        if len(checksum) < 4 or zlib.crc32(data[at + 4 : end]) != int.from_bytes(checksum):
            raise ValueError(f"it is damaged at byte {at}")
        yield kind, data[at + 8 : end]
        at = end + 4


def _international(rest: bytes) -> str:
    packed, content = rest[:1] == b"\1", rest[2:].split(b"\0", 2)[2]
    if packed:
        content = zlib.decompressobj().decompress(content, 4 * LONGEST)
    return content.decode("utf-8")


def in_svg(path: Path) -> str | None:
    """Give the description in the metadata (Dublin Core, as drawing programs write it)."""
    for description in elements_of(path.read_bytes(), "description"):
        text = "".join(description.itertext())
        if text.lstrip().startswith("{"):
            return text
    return None


def in_pdf(path: Path) -> str | None:
    """Give the entry of the record in the information dictionary (ISO 32000-1, 14.3.3).

    Only what stands there uncompressed is found, as in every PDF that is made here.
    """
    data = path.read_bytes()
    if not data.startswith(b"%PDF-"):
        raise ValueError("it is not a PDF")
    named = _INFO.findall(data[-_TAIL:])
    if not named:
        return None
    number, generation = named[-1]
    start = re.search(rb"(?:^|[\r\n])" + number + rb"\s+" + generation + rb"\s+obj\b", data)
    if start is None:
        raise ValueError("it is damaged: its information is missing")
    content = data[start.end() : start.end() + _LONGEST_OBJECT]
    for place in _PLACES:
        entry = place.search(content.partition(b"endobj")[0])
        if entry is not None:
            text = _text(entry[1], content[entry.end() :])
            return text if text.lstrip().startswith("{") else None
    return None


def _text(opening: bytes, rest: bytes) -> str:
    raw = _literal(rest) if opening == b"(" else _hexadecimal(rest)
    return raw[2:].decode("utf-16-be") if raw.startswith(b"\xfe\xff") else raw.decode("latin-1")


def _hexadecimal(content: bytes) -> bytes:
    return bytes.fromhex(content.partition(b">")[0].decode("ascii"))


def _literal(content: bytes) -> bytes:
    """Read a string in parentheses, after the first of them (ISO 32000-1, 7.3.4.2)."""
    depth = 1
    for mark in re.finditer(rb"\\.|[()]", content, re.DOTALL):
        depth += {b"(": 1, b")": -1}.get(mark[0], 0)
        if depth == 0:
            return _ESCAPE.sub(_unescaped, content[: mark.start()])
    raise ValueError("a text of the PDF has no end")


def _unescaped(found: "re.Match[bytes]") -> bytes:
    escaped = bytes(found[1])
    if escaped in _LINE_ENDS:
        return b""
    if escaped[:1].isdigit():
        return bytes([int(escaped, 8) & 0xFF])
    return _ESCAPED.get(escaped, escaped)
