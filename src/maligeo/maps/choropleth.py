"""Regions coloured by a measure, with a switch for measure and period."""

from collections.abc import Iterable, Sequence

import geopandas as gpd
import pandas as pd

from maligeo import labels, style
from maligeo.checks import require_columns, require_one_vintage, require_same_vintage
from maligeo.columns import DENSITY
from maligeo.maps.balances import balance
from maligeo.maps.embedding import Call
from maligeo.maps.legends import legend
from maligeo.maps.outlines import callouts, features, label_points
from maligeo.maps.page import PageMap
from maligeo.maps.popups import cards
from maligeo.maps.readings import PeriodRows, interval_text, periods, value_text
from maligeo.style import Classes, Layer


def add_choropleth(
    fmap: PageMap,
    table: pd.DataFrame,
    units: gpd.GeoDataFrame,
    *,
    layers: Iterable[str] | None = None,
    focus: int | None = None,
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
    focus : int, optional
        Row position of the one unit that the map is about.

    Raises
    ------
    FrameError
        If a column is missing.
    VintageError
        If table and units are of different vintages.
    UnknownNameError
        If the table does not hold a layer.
    """
    require_columns(table, DENSITY, what="density table")
    require_same_vintage(
        require_one_vintage(table["vintage"], what="density table"),
        require_one_vintage(units["vintage"], what="units"),
        what="density table and units",
    )
    chosen = style.layers_of(table, layers)
    shown = [periods(table, layer, fmap.language) for layer in chosen]
    data = {
        "features": features(units),
        "points": label_points(units, focus=focus),
        "callouts": callouts(units),
        "cards": cards(units, shown, fmap.language),
        "layers": [
            _layer(layer, found, table, units["pcode"].tolist(), fmap.language)
            for layer, found in zip(chosen, shown, strict=True)
        ],
        "focus": focus,
    }
    fmap.add_child(Call("regions", data))


def _layer(
    layer: Layer,
    found: Sequence[PeriodRows],
    table: pd.DataFrame,
    pcodes: Sequence[str],
    language: str,
) -> dict[str, object]:
    """Describe a layer: its words, its classes, and its values in each period."""
    classes = style.classify(table, layer)
    fills = [style.MISSING_COLOUR, style.ZERO_COLOUR, *classes.colours]
    texts = {
        part: labels.word(f"{part}.{layer.key}", language)
        for part in ("layer", "title", "unit", "about")
    }
    return texts | {
        "key": layer.key,
        "fills": fills,
        "pales": [style.pale(fill) for fill in fills],
        "inks": [style.DARK_INK, style.DARK_INK, *classes.inks],
        "legend": legend(layer, classes, language),
        "periods": [
            {
                "label": period.label,
                "publisher": period.publisher,
                "derived": period.is_derived,
                "cells": _cells(period, pcodes, classes, language),
                "balance": balance(period, table, language),
            }
            for period in found
        ],
    }


def _cells(
    period: PeriodRows, pcodes: Sequence[str], classes: Classes, language: str
) -> list[list[object]]:
    """Give class, value and precision of each unit, in the order of the units."""
    units, layer = period.units, period.layer
    cells: list[list[object]] = []
    for pcode in pcodes:
        if pcode not in units.index:
            cells.append([-1, labels.word("value.missing", language), ""])
            continue
        row = units.loc[pcode]
        text = value_text(row["shown"], layer, language, derived=row["derived"])
        cells.append([classes.index(row["shown"]), text, interval_text(row, layer, language)])
    return cells
