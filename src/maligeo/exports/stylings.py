"""How QGIS is to draw a layer: the classes and marks of the maps, as rules."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from maligeo import labels, style
from maligeo.columns import Language
from maligeo.exports.columndictionary import known_columns
from maligeo.exports.plainlayers import PlainLayer
from maligeo.exports.regionvalues import RegionValue
from maligeo.exports.symbology import Rule, fill, hatched_fill, marker, patterned_fill, qml
from maligeo.exports.wordings import joined, spoken, word, word_in
from maligeo.wording.legends import legend

_COARSE: Final = "'adm1', 'adm2', 'adm3'"
_PLACELESS: Final = "country"
_PRECISION: Final = "location_precision"


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


def styles_of(
    layer: PlainLayer, values: Sequence[RegionValue], language: Language | None
) -> list[Style]:
    """Give the styles of a layer, the first of which is to be shown.

    Parameters
    ----------
    layer : PlainLayer
        Units, incidents (points with `event_type`) or areas (polygons with `status`).
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
    aliases = {name: _alias(name, values, language) for name in names}
    if values:
        return [_value_style(value, aliases, language) for value in values]
    if layer.family == "Point" and "event_type" in names:
        rules = [*_event_rules(language), *_precision_rules(layer, language)]
        title = word("incidents.title", language)
        return [Style("event_type", title, qml(rules, aliases, within=_placed(layer)))]
    if layer.family == "Polygon" and {"area_id", "status"} <= set(names):
        title = word("areas.title", language)
        return [Style("status", title, qml(list(_status_rules(language)), aliases))]
    return []


def _value_style(
    value: RegionValue, aliases: Mapping[str, str], language: Language | None
) -> Style:
    rules = _class_rules(value, language)
    return Style(value.column, _title(value, language), qml(rules, aliases))


def column_title(name: str, values: Sequence[RegionValue], language: Language | None) -> str:
    """Give the heading of a column of a layer; empty where none is known."""
    return _alias(name, values, language)


def _alias(name: str, values: Sequence[RegionValue], language: Language | None) -> str:
    known = known_columns()
    if name in known:
        return joined(known[name].headings[one] for one in spoken(language))
    return next((_title(value, language) for value in values if value.column == name), "")


def _title(value: RegionValue, language: Language | None) -> str:
    texts = []
    for one in spoken(language):
        layer = labels.word(f"layer.{value.layer.key}", one)
        period = value.labels[one]
        between = word_in("export.column_of", one)
        texts.append(between.format(layer=layer, period=period) if period else layer)
    return joined(texts)


def _class_rules(value: RegionValue, language: Language | None) -> list[Rule]:
    """Give one rule for each class, one for zero and one for missing."""
    column, classes = f'"{value.column}"', value.classes
    told = _legend(value, language)
    bounds = [*pairwise(classes.lows), *((low, None) for low in classes.lows[-1:])]
    rules = [
        Rule(told[at], _between(column, low, high), fill(colour))
        for at, ((low, high), colour) in enumerate(
            zip(bounds, classes.colours, strict=True), start=1
        )
    ]
    zero = Rule(told.get(0, "0"), f"{column} <= 0", fill(style.ZERO_COLOUR))
    missing = Rule(told[-1], f"{column} IS NULL", hatched_fill(style.MISSING_COLOUR))
    return [*reversed(rules), zero, missing]


def _legend(value: RegionValue, language: Language | None) -> Mapping[int, str]:
    texts: dict[int, list[str]] = {}
    for one in spoken(language):
        for entry in legend(value.layer, value.classes, one):
            note = f" ({entry['note']})" if entry["note"] else ""
            texts.setdefault(int(str(entry["index"])), []).append(f"{entry['label']}{note}")
    return {index: joined(found) for index, found in texts.items()}


def _between(column: str, low: float, high: float | None) -> str:
    lowest = f"{column} > 0" if low == 0 else f"{column} >= {low:.15g}"
    return lowest if high is None else f"{lowest} AND {column} < {high:.15g}"


def _event_rules(language: Language | None) -> Iterator[Rule]:
    for kind, mark in style.EVENT_MARKS.items():
        label = word(f"event_type.{kind}", language)
        yield Rule(label, f"\"event_type\" = '{kind}'", marker(mark))
    other, missing = "event_type.other", "event_type.missing"
    known = ", ".join(f"'{kind}'" for kind in style.EVENT_MARKS)
    outside = f'"event_type" NOT IN ({known})'
    yield Rule(word(other, language), outside, marker(style.OTHER_MARK))
    yield Rule(word(missing, language), '"event_type" IS NULL', marker(style.OTHER_MARK))


def _precision_rules(layer: PlainLayer, language: Language | None) -> Iterator[Rule]:
    """Make signs hollow whose position is that of a unit: a dot of paper over the sign."""
    if _PRECISION in layer.table.kinds:
        dot = marker(style.Mark(style.ZERO_COLOUR, "circle"), size=1.2, outline=None)
        label = word("incidents.hollow", language)
        yield Rule(label, f'"{_PRECISION}" IN ({_COARSE})', dot)


def _placed(layer: PlainLayer) -> str:
    """Leave out points that stand for the whole country, as maps do."""
    if _PRECISION not in layer.table.kinds:
        return ""
    return f"coalesce(\"{_PRECISION}\", '') <> '{_PLACELESS}'"


def _status_rules(language: Language | None) -> Iterator[Rule]:
    for status, appearance in style.AREA_LOOKS.items():
        label = word(f"status.{status}", language)
        yield Rule(label, f"\"status\" = '{status}'", patterned_fill(appearance))
    known = ", ".join(f"'{status}'" for status in style.AREA_LOOKS)
    outside, nothing = f'"status" NOT IN ({known})', '"status" IS NULL'
    yield Rule(word("export.other_status", language), outside, patterned_fill(style.OTHER_AREA))
    yield Rule(word("status.missing", language), nothing, patterned_fill(style.OTHER_AREA))
