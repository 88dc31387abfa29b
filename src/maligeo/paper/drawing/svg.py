"""Drawings as SVG: a page of its own, or a picture within a page."""

import unicodedata
from html import escape
from typing import Final

import numpy as np

from maligeo.paper.drawing.fonts import FAMILY, embedded_font, text_width
from maligeo.paper.drawing.shapes import (
    MM_PER_POINT,
    Drawing,
    Fill,
    Floats,
    Shape,
    Stroke,
    Words,
    paths,
)

_ANCHORS: Final = {"left": "start", "middle": "middle", "right": "end"}
_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_DUBLIN_CORE: Final = "http://purl.org/dc/elements/1.1/"
_DECIMALS: Final = 2  # of a millimetre


def svg_page(drawing: Drawing, *, title: str, record: str, language: str) -> str:
    """Write a page as an SVG of its own, with the letters that it uses.

    Parameters
    ----------
    drawing : Drawing
        The page.
    title : str
        Its title, for screen readers.
    record : str
        What the page was made from, for its metadata; may be empty.
    language : {"fr", "en"}
        Language of the texts.

    Notes
    -----
    Each line of text states its length, so that a program that does not read the embedded
    typeface leaves no text too long for its place.
    """
    fonts = "".join(_font_face(drawing, bold=bold) for bold in (False, True))
    size = f'width="{_number(drawing.width)}mm" height="{_number(drawing.height)}mm"'
    shapes = [_shape(shape, exact=True) for shape in drawing.shapes]
    return "\n".join(
        (
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} {_view(drawing)} role="img" '
            f'lang="{language}" xml:lang="{language}">',
            f"<title>{escape(title)}</title>",
            *([_metadata(record)] if record else []),
            f"<style>{fonts}</style>",
            '<rect width="100%" height="100%" fill="#ffffff"/>',
            f"<g font-family=\"'{FAMILY}', Verdana, sans-serif\">",
            *shapes,
            "</g></svg>\n",
        )
    )


def svg_picture(drawing: Drawing, *, title: str) -> str:
    """Write a drawing as an SVG element within a page, in the typeface of the page.

    Parameters
    ----------
    drawing : Drawing
        The picture.
    title : str
        What it shows, for readers who do not see it.
    """
    shapes = [_shape(shape, exact=False) for shape in drawing.shapes]
    head = f'<svg {_view(drawing)} role="img" aria-label="{escape(without_controls(title))}">'
    return "\n".join((head, *shapes, "</svg>"))


def without_controls(text: str) -> str:
    """Leave out control characters, which neither HTML nor XML may hold."""
    kept = (letter for letter in text if unicodedata.category(letter) not in ("Cc", "Cs"))
    return "".join(kept)


def _metadata(record: str) -> str:
    """Keep the record as the description of the page, in the terms of Dublin Core."""
    return (
        f'<metadata><rdf:RDF xmlns:rdf="{_RDF}" xmlns:dc="{_DUBLIN_CORE}"><rdf:Description>'
        f"<dc:description>{escape(record)}</dc:description>"
        "</rdf:Description></rdf:RDF></metadata>"
    )


def _view(drawing: Drawing) -> str:
    return f'viewBox="0 0 {_number(drawing.width)} {_number(drawing.height)}"'


def _font_face(drawing: Drawing, *, bold: bool) -> str:
    letters = "".join(
        shape.text for shape in drawing.shapes if isinstance(shape, Words) and shape.bold == bold
    )
    if not letters:
        return ""
    weight = 700 if bold else 400
    address = embedded_font(letters, bold=bold)
    return (
        f"@font-face{{font-family:'{FAMILY}';font-weight:{weight};src:url({address}) "
        "format('woff')}"
    )


def _shape(shape: Shape, *, exact: bool) -> str:
    if isinstance(shape, Words):
        return _text(shape, exact=exact)
    data = "".join(_path_data(part, closed) for part, closed in paths(shape.shape))
    if isinstance(shape, Stroke):
        dash = ",".join(_number(part) for part in shape.dash)
        return (
            f'<path d="{data}" fill="none" stroke="{shape.colour}" '
            f'stroke-width="{_number(shape.width)}" stroke-linejoin="round"'
            + (f' stroke-dasharray="{dash}"' if dash else "")
            + "/>"
        )
    return _fill(shape, data)


def _fill(shape: Fill, data: str) -> str:
    edge = (
        f' stroke="{shape.edge}" stroke-width="{_number(shape.width)}" stroke-linejoin="round"'
        if shape.edge
        else ""
    )
    opacity = f' fill-opacity="{_number(shape.opacity)}"' if shape.opacity < 1 else ""
    return f'<path d="{data}" fill="{shape.colour or "none"}"{opacity}{edge}/>'


def _text(shape: Words, *, exact: bool) -> str:
    weight = ' font-weight="700"' if shape.bold else ""
    length = text_width(shape.text, shape.size, bold=shape.bold) if exact else 0.0
    known = f' textLength="{_number(length)}" lengthAdjust="spacingAndGlyphs"' if length else ""
    return (
        f'<text x="{_number(shape.x)}" y="{_number(shape.y)}" '
        f'font-size="{_number(shape.size * MM_PER_POINT)}" fill="{shape.colour}"{weight} '
        f'text-anchor="{_ANCHORS[shape.side]}"{known}>{escape(without_controls(shape.text))}</text>'
    )


def _path_data(places: Floats, closed: bool) -> str:
    shown = np.round(places[:-1] if closed else places, _DECIMALS)
    pairs = [f"{_number(x)} {_number(y)}" for x, y in shown]
    return "M" + "L".join(pairs) + ("Z" if closed else "")


def _number(value: float) -> str:
    text = f"{round(float(value), _DECIMALS) + 0.0:.{_DECIMALS}f}"
    return text.rstrip("0").rstrip(".")
