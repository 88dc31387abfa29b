"""QGIS styles (QML): symbols, the rules that choose among them, and titles of columns."""

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, Literal, NamedTuple
from xml.etree import ElementTree as ET  # only written here, never read

from maligeo import look
from maligeo.core import words
from maligeo.core.columns import Language
from maligeo.exports.column_dictionary import known_columns
from maligeo.exports.jobs import bilingual, languages_of, word
from maligeo.exports.plain_layers import PlainLayer, RegionValue
from maligeo.look import Look, Mark, Pattern
from maligeo.measure.answer import TOO_FEW, UNKNOWN
from maligeo.measure.certainty import RESPONSES, SOLID
from maligeo.text.answers import ANSWER_LOOK, answer_legend
from maligeo.text.legend import COARSE, PLACELESS, legend
from maligeo.text.measures import layer_text

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
        attributes = {
            "key": _key(rule.expression),
            "label": _for_xml(rule.label),
            "filter": rule.expression,
            "symbol": str(at),
        }
        ET.SubElement(parent, "rule", attributes)
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


_PRECISION: Final = "location_precision"
_DOTS: Final = _simple_fill(_BORDER, "dense6", border=None, width=0)


class Style(NamedTuple):
    """A style of a layer.

    Attributes
    ----------
    name : str
        Its name.
    description : str
        What it shows, in words.
    qml : str
        The style as QGIS writes it.
    """

    name: str
    description: str
    qml: str


def styles_of(layer: PlainLayer, language: Language | None) -> list[Style]:
    """Give the styles of a layer, the first of which is to be shown.

    Parameters
    ----------
    layer : PlainLayer
        Units, an answer (polygons with `class`), incidents (points with `event_type`) or areas
        (polygons with `status`).
    values : sequence of RegionValue
        Measures that are columns of the layer.
    language : {"fr", "en"} or None
        Language of the legends; None writes both.

    Returns
    -------
    list of Style
        Empty for layers of other kinds, which QGIS may draw as it likes.
    """
    names = layer.table.kinds
    aliases = {name: column_title(name, layer.values, language) for name in names}
    if layer.values:
        return [
            Style(
                value.column,
                _title(value, language),
                qml(_class_rules(value, language), aliases),
            )
            for value in layer.values
        ]
    if layer.family == "Point" and "event_type" in names:
        rules = [*_event_rules(language), *_precision_rules(layer, language)]
        title = word("incidents.title", language)
        return [Style("event_type", title, qml(rules, aliases, within=_placed(layer)))]
    if layer.family == "Polygon" and {"class", "depends_on"} <= set(names):
        title = word("title.gaps", language)
        return [Style("class", title, qml(list(_answer_rules(language)), aliases))]
    if layer.family == "Polygon" and {"area_id", "status"} <= set(names):
        title = word("areas.title", language)
        return [Style("status", title, qml(list(_status_rules(language)), aliases))]
    return []


def column_title(name: str, values: Sequence[RegionValue], language: Language | None) -> str:
    """Give the heading of a column of a layer; empty where none is known."""
    known = known_columns()
    if name in known:
        return bilingual(known[name].headings[one] for one in languages_of(language))
    return next((_title(value, language) for value in values if value.column == name), "")


def _title(value: RegionValue, language: Language | None) -> str:
    texts = []
    for one in languages_of(language):
        layer = layer_text("layer", value.layer, one)
        period = value.labels[one]
        between = words.word("export.column_of", one)
        texts.append(between.format(layer=layer, period=period) if period else layer)
    return bilingual(texts)


def _class_rules(value: RegionValue, language: Language | None) -> list[Rule]:
    """Give one rule for each class, one for zero and one for missing."""
    column, classes = f'"{value.column}"', value.classes
    labels = _legend(value, language)
    bounds = [*pairwise(classes.lows), *((low, None) for low in classes.lows[-1:])]
    rules = [
        Rule(labels[at], _between(column, low, high), fill(colour))
        for at, ((low, high), colour) in enumerate(
            zip(bounds, classes.colours, strict=True), start=1
        )
    ]
    zero = Rule(labels.get(0, "0"), f"{column} <= 0", fill(look.ZERO_COLOUR))
    missing = Rule(labels[-1], f"{column} IS NULL", hatched_fill(look.MISSING_COLOUR))
    return [*reversed(rules), zero, missing]


def _legend(value: RegionValue, language: Language | None) -> Mapping[int, str]:
    texts: dict[int, list[str]] = {}
    for one in languages_of(language):
        for entry in legend(value.layer, value.classes, one, zero=value.zero):
            note = f" ({entry['note']})" if entry["note"] else ""
            texts.setdefault(int(str(entry["index"])), []).append(f"{entry['label']}{note}")
    return {index: bilingual(found) for index, found in texts.items()}


def _between(column: str, low: float, high: float | None) -> str:
    lowest = f"{column} > 0" if low == 0 else f"{column} >= {low:.15g}"
    return lowest if high is None else f"{lowest} AND {column} < {high:.15g}"


def _answer_rules(language: Language | None) -> Iterator[Rule]:
    """Give a rule for each class of need and response, with dots over what is not certain."""
    labels: dict[int, list[str]] = {}
    for one in languages_of(language):
        for entry in answer_legend(one):
            note = f" ({entry['note']})" if entry["note"] else ""
            labels.setdefault(int(entry["index"]), []).append(f"{entry['label']}{note}")
    unsure = len(RESPONSES) + 1  # the first index of what is not certain
    expressions = {at: f"\"class\" = '{name}'" for at, name in enumerate(RESPONSES, start=1)}
    expressions |= {
        unsure: f"\"depends_on\" <> '{SOLID}'",
        max(ANSWER_LOOK.dotted): f"\"class\" = '{TOO_FEW}'",
        -1: f"\"class\" = '{UNKNOWN}'",
    }
    for at, texts in labels.items():
        if at == -1:
            symbol = hatched_fill(look.MISSING_COLOUR)
        elif at == unsure:
            symbol = Symbol("fill", (_DOTS,))
        else:
            ground = fill(ANSWER_LOOK.fills[at + 1])
            symbol = Symbol("fill", (*ground.parts, *[_DOTS] * (at in ANSWER_LOOK.dotted)))
        yield Rule(bilingual(texts), expressions[at], symbol)


def _event_rules(language: Language | None) -> Iterator[Rule]:
    for kind, mark in look.EVENT_MARKS.items():
        label = word(f"event_type.{kind}", language)
        yield Rule(label, f"\"event_type\" = '{kind}'", marker(mark))
    other, missing = "event_type.other", "event_type.missing"
    known = ", ".join(f"'{kind}'" for kind in look.EVENT_MARKS)
    outside = f'"event_type" NOT IN ({known})'
    yield Rule(word(other, language), outside, marker(look.OTHER_MARK))
    yield Rule(word(missing, language), '"event_type" IS NULL', marker(look.OTHER_MARK))


def _precision_rules(layer: PlainLayer, language: Language | None) -> Iterator[Rule]:
    """Make signs hollow whose position is that of a unit: a dot of paper over the sign."""
    if _PRECISION in layer.table.kinds:
        dot = marker(look.Mark(look.ZERO_COLOUR, "circle"), size=1.2, outline=None)
        label = word("incidents.hollow", language)
        levels = ", ".join(f"'{level}'" for level in COARSE)
        yield Rule(label, f'"{_PRECISION}" IN ({levels})', dot)


def _placed(layer: PlainLayer) -> str:
    """Leave out points that stand for the whole country, as maps do."""
    if _PRECISION not in layer.table.kinds:
        return ""
    return f"coalesce(\"{_PRECISION}\", '') <> '{PLACELESS}'"


def _status_rules(language: Language | None) -> Iterator[Rule]:
    for status, appearance in look.AREA_LOOKS.items():
        label = word(f"status.{status}", language)
        yield Rule(label, f"\"status\" = '{status}'", patterned_fill(appearance))
    known = ", ".join(f"'{status}'" for status in look.AREA_LOOKS)
    outside, nothing = f'"status" NOT IN ({known})', '"status" IS NULL'
    yield Rule(word("export.other_status", language), outside, patterned_fill(look.OTHER_AREA))
    yield Rule(word("status.missing", language), nothing, patterned_fill(look.OTHER_AREA))
