"""Regions coloured by a measure, with a switch for measure and period."""

from collections.abc import Iterable, Sequence

import geopandas as gpd
import pandas as pd

from maligeo import labels, style
from maligeo.checks import require_columns, require_one_vintage, require_same_vintage
from maligeo.columns import DENSITY
from maligeo.errors import ArgumentError
from maligeo.maps.embedding import add_call
from maligeo.maps.packing import packed_shapes
from maligeo.maps.page import PageMap
from maligeo.maps.popups import cards
from maligeo.names import ALIAS_SEPARATOR
from maligeo.outlines import DECIMALS, callouts, label_points, outlines
from maligeo.releasing import require_released
from maligeo.style import Classes, Scheme
from maligeo.wording.balances import balance
from maligeo.wording.cells import cells, has_low
from maligeo.wording.legends import legend
from maligeo.wording.readings import PeriodRows, periods
from maligeo.wording.synthetic import is_synthetic

_MEANINGS = ("layer", "title", "unit", "about")


def add_choropleth(
    fmap: PageMap,
    table: pd.DataFrame,
    units: gpd.GeoDataFrame,
    *,
    layers: Iterable[str] | None = None,
    scheme: Scheme | Sequence[float] | None = None,
) -> None:
    """Colour the units of a map by the measures of a density table.

    Parameters
    ----------
    fmap : PageMap
        The map; its panel gets the choice of measure and period, the legend and the
        balance of what is placed and what is not.
    table : pandas.DataFrame
        Density table, as from `maligeo.combine`.
    units : geopandas.GeoDataFrame, EPSG:4326
        Units of the same vintage, as from `load_boundaries`.
    layers : iterable of str, optional
        Keys of `maligeo.style.LAYERS`, in the order in which they are to stand; by
        default all that the table holds.
    scheme : {"jenks", "log_jenks", "quantiles", "pretty"} or sequence of float, optional
        How class breaks are found, the same for all layers, or the breaks of the one
        layer; see `maligeo.style.classify`. By default each layer has its own.

    Raises
    ------
    ReleaseError
        If the table was not released for the audience of the map.
    ArgumentError
        If the scheme is not known, or breaks are given for several layers.
    FrameError
        If a column is missing.
    VintageError
        If table and units are of different vintages.
    UnknownNameError
        If the table does not hold a layer.
    """
    require_columns(table, DENSITY, what="density table")
    require_released(table, fmap.audience, what="the figures")
    require_same_vintage(
        require_one_vintage(table["vintage"], what="density table"),
        require_one_vintage(units["vintage"], what="units"),
        what="density table and units",
    )
    chosen = style.layers_of(table, layers)
    if len(chosen) > 1 and not (scheme is None or isinstance(scheme, str)):
        raise ArgumentError("class breaks are given for one layer: name it with layers=[...]")
    classes = [style.classify(table, layer, scheme=scheme) for layer in chosen]
    aliases = [_aliases(text) for text in units["name_alt"]] if "name_alt" in units else []
    fixed = unit_shapes(units, fmap.focus) | {"aliases": aliases, "synthetic": is_synthetic(table)}
    pcodes = units["pcode"].tolist()

    def build(language: str) -> dict[str, object]:
        shown = [periods(table, layer, language) for layer in chosen]
        described = [
            _layer(found, of, table, pcodes, language)
            for found, of in zip(shown, classes, strict=True)
        ]
        return fixed | {"cards": cards(units, shown, language), "layers": described}

    add_call(fmap, "regions", build)


def unit_shapes(units: gpd.GeoDataFrame, focus: int | None = None) -> dict[str, object]:
    """Give what the page needs to draw units: outlines, places of names and of callouts.

    Parameters
    ----------
    units : geopandas.GeoDataFrame, EPSG:4326
        Units of one vintage.
    focus : int, optional
        Row position of the one unit that the map is about.
    """
    return {
        "outlines": packed_shapes(outlines(units).shapes, DECIMALS),
        "points": [place[::-1] for place in label_points(units, focus=focus)],
        "callouts": [place and place[::-1] for place in callouts(units)],
        "focus": focus,
    }


def layer_look(found: Sequence[PeriodRows], classes: Classes, language: str) -> dict[str, object]:
    """Describe a layer without its values: words, colours and legend.

    Parameters
    ----------
    found : sequence of PeriodRows
        All that is shown of it.
    classes : Classes
        Its classes.
    language : {"fr", "en"}
        Language of the texts.
    """
    layer, withheld = found[0].layer, any(period.has_withheld for period in found)
    fills = [style.MISSING_COLOUR, style.ZERO_COLOUR, *classes.colours]
    texts = {part: labels.word(f"{part}.{layer.key}", language) for part in _MEANINGS}
    return texts | {
        "key": layer.key,
        "fills": fills,
        "pales": [style.pale(fill) for fill in fills],
        "inks": [style.DARK_INK, style.DARK_INK, *classes.inks],
        "legend": legend(layer, classes, language, withheld=withheld),
    }


def _aliases(text: object) -> list[str]:
    """Take the other names of a unit apart."""
    return text.split(ALIAS_SEPARATOR) if isinstance(text, str) else []


def _layer(
    found: Sequence[PeriodRows],
    classes: Classes,
    table: pd.DataFrame,
    pcodes: Sequence[str],
    language: str,
) -> dict[str, object]:
    """Describe a layer: its words, its classes, and its values in each period."""
    return layer_look(found, classes, language) | {
        "periods": [
            {
                "label": period.label,
                "publisher": period.publisher,
                "derived": period.is_derived,
                "low": has_low(period),
                "cells": [list(cell) for cell in cells(period, pcodes, classes, language)],
                "balance": balance(period, table, language),
            }
            for period in found
        ],
    }
