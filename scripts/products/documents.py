"""What people look at, taken apart: pages, drawings, pictures, paper, printed text."""

import io
import json
import re
from collections.abc import Iterator
from typing import Final

import pypdf
from PIL import Image

from products.parts import RECORDS, Kind, Part, digest, is_record, json_text, without_versions

_SCRIPT: Final = re.compile(r"<script\b([^>]*)>(.*?)</script\s*>", re.DOTALL)
_STYLE: Final = re.compile(r"<style\b[^>]*>(.*?)</style\s*>", re.DOTALL)
_CALL: Final = re.compile(r'\bmaligeo\.(open|call)\((?:\w+, )?("[\w-]+"), ')
_HASHES: Final = re.compile(r"(?:'sha256-[^']*' ?)+")
_COMMENT: Final = re.compile(r"/\*.*?\*/|^\s*//[^\n]*$", re.DOTALL | re.MULTILINE)
_DESCRIPTION: Final = re.compile(r"<((?:\w+:)?description)>\s*\{.*?</\1>", re.DOTALL)
_SVG_TEXT: Final = re.compile(r"<text\b[^>]*>.*?</text>", re.DOTALL)
_TAG: Final = re.compile(r"<[^>]*>")
_PDF_TEXT: Final = re.compile(rb"\bBT\b.*?\bET\b", re.DOTALL)
_PDF_RECORDS: Final = (
    "/Subject",
    "/MaligeoAbout",
    "/Producer",
    "/Creator",
    "/CreationDate",
    "/ModDate",
)
_SIZE: Final = re.compile(r"\(\d[\d., ]*[kMG]?B\)|^\d[\d,]* bytes", re.MULTILINE)
_FRAMES: Final = re.compile(r"[\u2500-\u257f|+=-]{2,}|[\u2500-\u257f]")


def page_parts(content: bytes) -> Iterator[Part]:
    """Take a page apart: its data, its words and marks, its styles, its scripts."""
    text = content.decode("utf-8")
    scripts: list[str] = []
    for attributes, body in _SCRIPT.findall(text):
        if "application/json" in attributes:
            if not any(name in attributes for name in RECORDS):
                yield Part(f"data {attributes.strip()}", json_text(json.loads(body)))
            continue
        code = body
        for part, piece in _calls(body):
            yield part
            code = code.replace(piece, "")
        scripts.append(code)
    styles = "\n".join(_STYLE.findall(text))
    marks = _HASHES.sub("HASHES ", _STYLE.sub("", _SCRIPT.sub("", text)))
    yield Part("marks", _lines_of_marks(marks))
    yield Part("styles", _without_comments(styles))
    yield Part("scripts", _without_comments("\n".join(scripts)), Kind.code)


def _calls(script: str) -> Iterator[tuple[Part, str]]:
    """Give the data that a script hands over, and the piece of the script that holds them."""
    seen: dict[str, int] = {}
    for call in _CALL.finditer(script):
        try:
            value, end = json.JSONDecoder().raw_decode(script, call.end())
        except ValueError:  # a call of the page's own code, with more than data in it
            continue
        name = f"{call[1]} {call[2]}"
        seen[name] = seen.get(name, 0) + 1
        piece = script[call.end() : end]
        if isinstance(value, dict | list):
            yield Part(f"data {name} {seen[name]}", json_text(value)), piece


def _lines_of_marks(text: str) -> str:
    lines = (line.strip() for line in re.sub(r">\s*<", ">\n<", text).splitlines())
    return without_versions("\n".join(line for line in lines if line))


def _without_comments(code: str) -> str:
    lines = (line.strip() for line in _COMMENT.sub("", code).splitlines())
    return "\n".join(line for line in lines if line)


def svg_parts(content: bytes) -> Iterator[Part]:
    """Take a drawing apart: its words, and its lines and fills."""
    text = without_versions(_DESCRIPTION.sub("", content.decode("utf-8")))
    found = _SVG_TEXT.findall(text)
    yield Part("words", " ".join(_TAG.sub(" ", one) for one in found), Kind.words)
    yield Part("texts", "\n".join(_TAG.findall("".join(found))), Kind.layout)
    yield Part("drawing", _lines_of_marks(_SVG_TEXT.sub("<text/>", text)), Kind.layout)


def pdf_parts(content: bytes) -> Iterator[Part]:
    """Take pages of paper apart: their words, their drawings, and where the words stand."""
    reader = pypdf.PdfReader(io.BytesIO(content))
    kept = {
        name: str(value)
        for name, value in (reader.metadata or {}).items()
        if name not in _PDF_RECORDS
    }
    yield Part("information", json_text(kept))
    for at, page in enumerate(reader.pages, start=1):
        contents = page.get_contents()
        drawn = contents.get_data() if contents is not None else b""
        without_texts = _PDF_TEXT.sub(b"", drawn).decode("latin-1")
        words = without_versions(" ".join(page.extract_text().split()))
        placed = b"\n".join(_PDF_TEXT.findall(drawn)).decode("latin-1")
        yield Part(f"size of page {at}", str([float(side) for side in page.mediabox]))
        yield Part(f"words of page {at}", words, Kind.words)
        yield Part(f"drawing of page {at}", without_texts, Kind.layout)
        yield Part(f"texts of page {at}", placed, Kind.layout)
        yield from _pictures(page, at)


def _pictures(page: pypdf.PageObject, at: int) -> Iterator[Part]:
    for picture in page.images:
        yield Part(f"picture {picture.name} of page {at}", digest(picture.data))


def png_parts(content: bytes) -> Iterator[Part]:
    """Take a picture apart: its texts and its pixels."""
    with Image.open(io.BytesIO(content)) as picture:
        picture.load()
        texts = {
            name: without_versions(str(value))
            for name, value in picture.info.items()
            if not is_record(name, value) and name not in ("Software", "Creation Time")
        }
        yield Part("texts", json_text(texts))
        yield Part("size", f"{picture.size}")
        yield Part("pixels", digest(picture.convert("RGBA").tobytes()), Kind.layout)


def printed_parts(content: bytes) -> Iterator[Part]:
    """Take what a command printed: words without frames, widths and sizes of files."""
    text = _SIZE.sub("SIZE", without_versions(content.decode("utf-8")))
    lines = (" ".join(_FRAMES.sub(" ", line).split()) for line in text.splitlines())
    yield Part("text", "\n".join(line for line in lines if line))
