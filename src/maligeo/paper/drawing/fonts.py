"""The one typeface of pages: measured, wrapped and cut down to the letters in use.

It is DejaVu Sans, which Matplotlib ships, so that a page looks the same on every machine.
"""

import base64
import io
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from maligeo.core import words
from maligeo.paper.drawing.shapes import MM_PER_POINT

FAMILY: Final = "DejaVu Sans"
_FILES: Final = {False: "DejaVuSans.ttf", True: "DejaVuSans-Bold.ttf"}
_MEASURED: Final = 100  # points at which letters are measured
_FIXED_POINT: Final = 65536  # FreeType counts in 16.16 fixed point
_JOINTS: Final = "/-_.,="  # after which a long word is cut, if it can be
_UNKNOWN: Final = "\ufffd"


def font_file(*, bold: bool) -> Path:
    """Give the file of the typeface."""
    import matplotlib  # only where a text is measured or drawn, as below

    return Path(matplotlib.get_data_path()) / "fonts" / "ttf" / _FILES[bold]


@cache
def _face(bold: bool) -> Any:
    from matplotlib.ft2font import FT2Font

    font = FT2Font(str(font_file(bold=bold)))
    font.set_size(_MEASURED, 72)
    return font


@cache
def _letters() -> frozenset[int]:
    """Give what both faces have."""
    return frozenset(_face(False).get_charmap()) & frozenset(_face(True).get_charmap())


def printable(text: object) -> str:
    """Give a text as one line of letters that the typeface has, with curly apostrophes.

    Line breaks become spaces, control characters go, and a letter that the typeface lacks
    becomes the sign for it, U+FFFD.
    """
    return "".join(map(_printed, words.curly(str(text))))


@lru_cache(maxsize=20_000)
def _printed(letter: str) -> str:
    kind = unicodedata.category(letter)
    if letter in "\t\n\r" or kind in ("Zl", "Zp"):
        return " "
    if kind.startswith("C"):
        return ""
    return letter if ord(letter) in _letters() else _UNKNOWN


@lru_cache(maxsize=20_000)
def _advance(letter: str, bold: bool) -> float:
    """Give the width of a letter in ems."""
    from matplotlib.ft2font import LoadFlags

    flags = LoadFlags.NO_HINTING
    glyph = _face(bold).load_char(ord(letter), flags=flags)
    return float(glyph.linearHoriAdvance) / _FIXED_POINT / _MEASURED


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Give the width of a line of text in millimetres.

    Parameters
    ----------
    text : str
        As from `printable`.
    size : float
        In points.
    bold : bool, default False
        Whether it is bold.

    Notes
    -----
    Letters are added up without kerning, which makes a line a little narrower at most.
    """
    return sum(_advance(letter, bold) for letter in text) * size * MM_PER_POINT


def wrapped(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Break a text into lines that are no wider than so many millimetres.

    Lines break at spaces that may break; a word that is wider than a line, such as a web
    address, is cut.
    """
    lines, current = [], ""
    for word in printable(text).split(" "):
        longer = f"{current} {word}" if current else word
        if text_width(longer, size, bold=bold) <= width:
            current = longer
            continue
        if current:
            lines.append(current)
        *whole, current = _cut(word, width, size, bold)
        lines += whole
    return [*lines, current] if current else lines


def _cut(word: str, width: float, size: float, bold: bool) -> list[str]:
    """Cut a word into pieces that fit."""
    pieces, piece = [], ""
    for letter in word:
        if piece and text_width(piece + letter, size, bold=bold) > width:
            joint = max(piece.rfind(sign) for sign in _JOINTS) + 1
            cut = joint if joint > len(piece) / 2 else len(piece)
            pieces.append(piece[:cut])
            piece = piece[cut:]
        piece += letter
    return [*pieces, piece]


def fitting(text: str, width: float, sizes: Iterable[float], *, bold: bool = False) -> float:
    """Give the first of some falling sizes at which a text fits on one line, or the last."""
    shown, size = printable(text), 0.0
    for size in sizes:
        if text_width(shown, size, bold=bold) <= width:
            return size
    return size


def embedded_font(letters: Iterable[str], *, bold: bool) -> str:
    """Give the typeface with nothing but some letters, as a data address (WOFF)."""
    from fontTools import subset

    options = subset.Options(flavor="woff", recalc_timestamp=False, notdef_outline=True)
    options.layout_features = []
    options.drop_tables += ["FFTM"]  # the font editor's time stamps
    buffer = io.BytesIO()
    with subset.load_font(str(font_file(bold=bold)), options) as font:
        cutter = subset.Subsetter(options)
        cutter.populate(text="".join(sorted(set(letters))))
        cutter.subset(font)
        subset.save_font(font, buffer, options)
    return "data:font/woff;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
