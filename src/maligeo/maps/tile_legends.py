"""Legends of tile layers, from the metadata of their archives."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from maligeo import look
from maligeo.core import words
from maligeo.core.errors import ArgumentError
from maligeo.tile_archives import UNIT_TAG, Description

_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")
_POINT_COUNT: Final = "point_count"
_DIGITS: Final = 3  # of a bound of classes
_IN_WORDS: Final = ("event_type", "outcome", "status", "date_precision", "location_precision")


def legend_of(
    described: Description, language: str, kept: tuple[int, int] | None = None
) -> dict[str, Any]:
    """Give what a page says of an archive: its title, its classes, and what it leaves out.

    Parameters
    ----------
    described : Description
        Of an archive of ours, or of another program, which may have no legend.
    language : {"fr", "en"}
        Language of the words.
    kept : tuple of int, optional
        Coarsest and finest zoom that are shown; all of them by default.
    """
    metadata = described.metadata
    found = metadata.get("legend")
    classes = _classes(found.get("classes") if isinstance(found, dict) else None, language)
    unit = str(found.get("unit", "")) if isinstance(found, dict) else ""
    remarks = [str(metadata["description"])] if metadata.get("description") else []
    if left_out := metadata.get("left_out"):
        names = ", ".join(_name(str(one), language) for one in left_out)
        remarks.append(words.word("tiles.left_out", language).format(names=names))
    if kept is not None and kept[1] < described.zooms[1]:
        text = words.word("tiles.kept", language)
        remarks.append(text.format(zoom=kept[1], finest=described.zooms[1]))
    if not classes and described.tile_type != "mvt":
        remarks.append(words.word("tiles.no_legend", language))
    return {
        "title": str(metadata.get("name", "")) or words.word("viewer.heading", language),
        "unit": words.word("tiles.unit_surface", language) if unit == UNIT_TAG else unit,
        "classes": classes,
        "remarks": remarks,
        "language": language,
        "tooFar": words.word("tiles.from_zoom", language),
        "unreadable": words.word("tiles.unreadable", language),
    }


def _classes(rows: object, language: str) -> list[dict[str, str]]:
    """Name classes of values, the largest first; nothing where the rows are none of ours."""
    if not isinstance(rows, list):
        return []
    named = []
    for row in rows:
        if not isinstance(row, dict) or not _COLOUR.fullmatch(str(row.get("colour", ""))):
            return []
        named.append({"colour": str(row["colour"]), "label": _label(row, language)})
    return named[::-1]


def _label(row: Mapping[str, Any], language: str) -> str:
    if "at" in row:
        return _number(row["at"], language)
    low, high = row.get("from"), row.get("to")
    if not low and high is not None:  # from zero: zero has a class of its own
        whole = "legend.below" if high else "legend.zero"
        return words.word(whole, language).format(high=_number(high, language))
    if high is None:
        return words.word("legend.above", language).format(low=_number(low, language))
    low, high = _number(low, language), _number(high, language)
    return words.word("legend.between", language).format(low=low, high=high)


def _number(value: Any, language: str) -> str:
    """Write a bound with three digits that count."""
    if not isinstance(value, int | float) or not math.isfinite(value):
        return str(value)
    size = math.floor(math.log10(abs(value))) if value else 0
    text = f"{value:.{max(_DIGITS - 1 - size, 0)}f}"
    decimals = len(text.rstrip("0").partition(".")[2])
    return words.number_text(float(text), language, decimals=decimals)


def vector_legend(
    described: Description, colours: Mapping[str, str], language: str
) -> list[dict[str, Any]]:
    """Give name, colour, rule of size and names of attributes of each vector layer.

    Parameters
    ----------
    described : Description
        Of the archive.
    colours : mapping of str to str
        Colour "#rrggbb" of each layer.
    language : {"fr", "en"}
        Language of the words.
    """
    points = described.metadata.get("point_layers", {})
    layers = []
    for name, colour in colours.items():
        told = points.get(name) if isinstance(points, dict) else None
        sized = isinstance(told, dict) and told.get("low_zooms") == "cluster"
        size_by = str(told.get("size_by", _POINT_COUNT)) if isinstance(told, dict) else _POINT_COUNT
        by = "tiles.by_points" if size_by == _POINT_COUNT else "tiles.by_count"
        layers.append(
            {
                "name": name,
                "label": _name(name, language),
                "colour": colour,
                "isPoints": isinstance(told, dict),
                "words": _attribute_words(described, name, language),
                "sizeBy": size_by,
                "largest": dict(told.get("largest", {})) if isinstance(told, dict) else {},
                "sized": words.word(by, language) if sized else "",
            }
        )
    return layers


def _attribute_words(described: Description, layer: str, language: str) -> dict[str, str]:
    """Name the attributes of a layer and what they may say, those that are known."""
    fields = [
        str(field)
        for told in described.metadata.get("vector_layers", [])
        if isinstance(told, dict) and told.get("id") == layer
        for field in told.get("fields", {})
    ]
    named = [f"field.{field}" for field in fields]
    said = [f"{field}." for field in fields if field in _IN_WORDS]
    return words.words(language, "value.yes", "value.no", *named, *said)


def layer_colours(
    described: Description, given: Mapping[str, str], taken: Sequence[str]
) -> dict[str, str]:
    """Choose a colour for each vector layer, which no other layer of the page has.

    Parameters
    ----------
    described : Description
        Of the archive.
    given : mapping of str to str
        Colours that were asked for.
    taken : sequence of str
        Colours of the layers that the page has already.

    Raises
    ------
    ArgumentError
        If a layer is not there, or a colour is none.
    """
    found = described.metadata.get("vector_layers", [])
    names = [str(layer["id"]) for layer in found if isinstance(layer, dict) and "id" in layer]
    if unknown := sorted(set(given) - set(names)):
        raise ArgumentError(f"the archive has no layer {', '.join(unknown)}")
    if wrong := [colour for colour in given.values() if not _COLOUR.fullmatch(colour)]:
        raise ArgumentError(f"a colour is written #rrggbb, unlike {', '.join(wrong)}")
    free = [one for one in look.TILE_COLOURS if one not in {*taken, *given.values()}]
    chosen = iter([*free, *look.TILE_COLOURS * len(names)])
    return {name: given[name] if name in given else next(chosen) for name in names}


def _name(layer: str, language: str) -> str:
    key = f"tile_layer.{layer}"
    return words.word(key, language) if words.has_word(key) else layer
