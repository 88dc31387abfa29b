"""Styles as QGIS writes them (QML): symbols, and the rules that choose among them.

Rules rather than ranges: a range of QGIS holds both its ends, and has no place for what is
missing; a rule says exactly which values it is for.
"""

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Final, Literal, NamedTuple
from xml.etree import ElementTree as ET  # only written here, never read

from maligeo.style import Look, Mark, Pattern

DOCTYPE: Final = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
VERSION: Final = "3.22.0"  # what this was written for; later ones read it too

_NOT_XML: Final = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\U00010000-\U0010ffff]")
_BORDER: Final = "#5f6870"
_HATCH: Final = "#b3b8bc"
_BRUSHES: Final[Mapping[Pattern, str]] = {
    "rising": "b_diagonal",
    "cross": "diagonal_x",
    "dots": "dense6",
    "level": "horizontal",
    "upright": "vertical",
    "empty": "no",
}
Properties = Mapping[str, str]


class Symbol(NamedTuple):
    """A symbol: what it fills or marks, and its parts from bottom to top.

    Attributes
    ----------
    kind : {"fill", "marker"}
        What it draws.
    parts : tuple of (str, mapping)
        Class and properties of each symbol layer.
    """

    kind: Literal["fill", "marker"]
    parts: tuple[tuple[str, Properties], ...]


class Rule(NamedTuple):
    """A rule of a style: its words in the legend, which features it is for, and its symbol."""

    label: str
    expression: str
    symbol: Symbol


def fill(colour: str) -> Symbol:
    """Fill a polygon with a colour "#rrggbb", with a fine border."""
    return Symbol("fill", (_simple_fill(colour, "solid", border=_BORDER, width=0.2),))


def hatched_fill(colour: str) -> Symbol:
    """Fill a polygon with a colour and hatch it, for what is missing."""
    ground = _simple_fill(colour, "solid", border=None, width=0)
    return Symbol("fill", (ground, _simple_fill(_HATCH, "b_diagonal", border=_BORDER, width=0.2)))


def patterned_fill(look: Look) -> Symbol:
    """Fill a polygon as maps draw a status of land."""
    brush = _BRUSHES[look.pattern]
    return Symbol("fill", (_simple_fill(look.colour, brush, border=look.colour, width=0.4),))


def marker(mark: Mark, *, size: float = 2.6, outline: str | None = "#ffffff") -> Symbol:
    """Mark a point as maps draw a type of incident; the size in millimetres."""
    properties = {
        "name": mark.shape,
        "color": _colour(mark.colour),
        "size": f"{size:g}",
        "size_unit": "MM",
        "outline_color": _colour(outline or mark.colour),
        "outline_style": "solid" if outline else "no",
        "outline_width": "0.2",
        "outline_width_unit": "MM",
    }
    return Symbol("marker", (("SimpleMarker", properties),))


def _simple_fill(
    colour: str, brush: str, *, border: str | None, width: float
) -> tuple[str, Properties]:
    properties = {
        "color": _colour(colour),
        "style": brush,
        "outline_color": _colour(border or colour),
        "outline_style": "solid" if border else "no",
        "outline_width": f"{width:g}",
        "outline_width_unit": "MM",
        "joinstyle": "bevel",
    }
    return "SimpleFill", properties


def _colour(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"{red},{green},{blue},255"


def qml(rules: Sequence[Rule], aliases: Mapping[str, str], *, within: str = "") -> str:
    """Write a style.

    Parameters
    ----------
    rules : sequence of Rule
        In the order of the legend.
    aliases : mapping of str to str
        Headings of columns; those without one are left out.
    within : str, optional
        An expression: features for which it is false are not drawn.

    Returns
    -------
    str
        XML, the same for the same rules.
    """
    root = ET.Element("qgis", {"version": VERSION, "styleCategories": "Symbology|Fields"})
    renderer = ET.SubElement(
        root, "renderer-v2", {"type": "RuleRenderer", "symbollevels": "0", "enableorderby": "0"}
    )
    parent = ET.SubElement(renderer, "rules", {"key": _key("root")})
    if within:
        parent = ET.SubElement(parent, "rule", {"key": _key(within), "filter": within})
    symbols = ET.SubElement(renderer, "symbols")
    for at, rule in enumerate(rules):
        told = {
            "label": _for_xml(rule.label),
            "filter": rule.expression,
            "symbol": str(at),
        }
        ET.SubElement(parent, "rule", {"key": _key(rule.expression)} | told)
        _add_symbol(symbols, str(at), rule.symbol)
    named = ET.SubElement(root, "aliases")
    for at, (column, alias) in enumerate(aliases.items()):
        if alias:
            ET.SubElement(
                named, "alias", {"field": column, "index": str(at), "name": _for_xml(alias)}
            )
    ET.indent(root, " ")
    return f"{DOCTYPE}\n{ET.tostring(root, encoding='unicode')}\n"


def _for_xml(text: str) -> str:
    """Replace the signs that XML has no place for."""
    return _NOT_XML.sub("\ufffd", text)


def _key(text: str) -> str:
    """Give a rule the key that QGIS wants, the same each time."""
    return f"{{{uuid.uuid5(uuid.NAMESPACE_OID, text)}}}"


def _add_symbol(symbols: ET.Element, name: str, symbol: Symbol) -> None:
    attributes = {"name": name, "type": symbol.kind, "alpha": "1", "clip_to_extent": "1"}
    parent = ET.SubElement(symbols, "symbol", attributes)
    for kind, properties in symbol.parts:
        part = ET.SubElement(parent, "layer", {"class": kind, "enabled": "1", "pass": "0"})
        options = ET.SubElement(part, "Option", {"type": "Map"})
        for key, value in properties.items():
            ET.SubElement(options, "Option", {"name": key, "type": "QString", "value": value})
        for key, value in properties.items():  # QGIS before 3.20 reads these
            ET.SubElement(part, "prop", {"k": key, "v": value})
