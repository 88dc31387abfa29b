"""Two periods, or two divisions, side by side: one measure, one legend, two maps."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from maligeo import catalog, labels, style
from maligeo.checks import (
    require_choice,
    require_columns,
    require_one_vintage,
    require_same_vintage,
)
from maligeo.columns import DENSITY, LANGUAGES, Audience, Language
from maligeo.crs import require_geographic
from maligeo.errors import ArgumentError
from maligeo.maps.choropleth import layer_look, unit_shapes
from maligeo.maps.context import add_neighbours, add_scale
from maligeo.maps.differences import SIDES, Pair, difference_notes, difference_rows
from maligeo.maps.embedding import add_call
from maligeo.maps.notes import add_notes
from maligeo.maps.page import PageMap
from maligeo.maps.region import bounds_of
from maligeo.releasing import require_released
from maligeo.style import Layer
from maligeo.wording.balances import balance
from maligeo.wording.cells import cells, has_low
from maligeo.wording.readings import PeriodRows, periods
from maligeo.wording.synthetic import is_synthetic
from maligeo.wording.titles import choose_period, place_parts
from maligeo.wording.towns import certain_towns


@dataclass(frozen=True)
class MapSide:
    """One of the two sides of a comparison.

    Attributes
    ----------
    table : pandas.DataFrame
        Density table, as from `maligeo.density` or `maligeo.combine`.
    units : geopandas.GeoDataFrame, EPSG:4326
        Units of the same vintage.
    period : str, optional
        Such as "2021" or "2021-01/2021-09"; it must hold one period of the table. By
        default the latest.
    publisher : str, optional
        Whose figures, where several report the period.
    """

    table: pd.DataFrame
    units: gpd.GeoDataFrame
    period: str | None = None
    publisher: str | None = None


def comparison_map(
    first: MapSide,
    second: MapSide,
    *,
    layers: Iterable[str] | None = None,
    language: Language = "fr",
    audience: Audience = "public",
) -> PageMap:
    """Show two periods or two divisions side by side, with the difference by unit.

    Both maps move together, wear the same classes and share a legend. Where the units are
    the same, a table has both values of each and their difference, which is not known
    where one of them is missing or no more than a lower bound. Figures of two publishers
    count different things: they are shown, and not subtracted.

    Parameters
    ----------
    first, second : MapSide
        The left and the right map, A and B.
    layers : iterable of str, optional
        Measures between which the reader chooses, as in `maligeo.region_map`. By default
        all that both tables hold, of the same units those that are about periods.
    language : {"fr", "en"}, default "fr"
        Language in which the page opens; a switch in it changes to the other one.
    audience : {"internal", "partner", "public"}, default "public"
        For whom the map is; both tables must have been released for them.

    Returns
    -------
    PageMap
        A Folium map for `maligeo.save_map`. Nothing else can be laid over it.

    Raises
    ------
    ArgumentError
        If the language or audience is not known, there is no measure that both sides can
        show, or a period does not name one set of figures.
    ReleaseError
        If a table was not released for the audience.
    UnknownNameError
        If a table does not hold a layer.
    VintageError
        If a table and its units are of different vintages.
    FrameError, CrsError
        If a column is missing, or units are not in EPSG:4326.

    Examples
    --------
    >>> import maligeo
    >>> units = maligeo.load_boundaries()
    >>> table = maligeo.bundled_density(units)
    >>> sides = [maligeo.MapSide(table, units, year) for year in ("2021", "2022")]
    >>> fmap = maligeo.comparison_map(*sides)
    >>> maligeo.save_map(fmap, "maps/2021-2022.html")  # doctest: +SKIP
    """
    require_choice(language, LANGUAGES, option="language")
    for side in (first, second):
        _require_side(side, audience)
    chosen = _layers(first, second, layers)
    for layer in chosen:  # a period that fits nothing is told before anything is drawn
        _pair(first, second, layer, language)
    fmap = _page(first, second, language, audience)
    add_call(fmap, "compare", lambda spoken: _data(first, second, chosen, spoken))
    add_neighbours(fmap, catalog.load_table("reference", "neighbours"))
    add_scale(fmap, first.units, towns=False)
    towns = certain_towns().head(0)  # none are drawn
    add_notes(fmap, first.table, first.units, towns)
    if second.table is not first.table:
        add_notes(fmap, second.table, second.units, towns)
    fmap.closed = True
    return fmap


def _require_side(side: MapSide, audience: Audience) -> None:
    require_columns(side.table, DENSITY, what="density table")
    require_released(side.table, audience, what="the figures")
    require_columns(side.units, ("vintage", "pcode", "name"), what="units")
    require_geographic(side.units, what="units")
    require_same_vintage(
        require_one_vintage(side.table["vintage"], what="density table"),
        require_one_vintage(side.units["vintage"], what="units"),
        what="density table and units",
    )


def _layers(first: MapSide, second: MapSide, keys: Iterable[str] | None) -> list[Layer]:
    """Give the measures that both sides can show."""
    if keys is not None:
        keys = list(keys)
        chosen = style.layers_of(first.table, keys)
        style.layers_of(second.table, keys)  # says what this one lacks
        return list(chosen)
    there = {layer.key for layer in style.layers_of(second.table)}
    found = [layer for layer in style.layers_of(first.table) if layer.key in there]
    if _same_units(first, second):
        found = [layer for layer in found if layer.has_periods]
    if not found:
        raise ArgumentError("there is no measure that both sides can show: name it by layers=[…]")
    return found


def _same_units(first: MapSide, second: MapSide) -> bool:
    columns = ["vintage", "pcode"]
    lists = [side.units[columns].astype(str).to_numpy().tolist() for side in (first, second)]
    return bool(lists[0] == lists[1])


def _pair(first: MapSide, second: MapSide, layer: Layer, language: str) -> Pair:
    found = [
        choose_period(periods(side.table, layer, language), side.period, side.publisher)
        for side in (first, second)
    ]
    return Pair(found[0], found[1], _same_units(first, second))


def _page(first: MapSide, second: MapSide, language: Language, audience: Audience) -> PageMap:
    both = gpd.GeoSeries([*first.units.geometry, *second.units.geometry], crs=first.units.crs)
    return PageMap(
        {spoken: labels.word("compare.page", spoken) for spoken in LANGUAGES},
        bounds_of(gpd.GeoDataFrame(geometry=both)),
        language=language,
        heading={spoken: _heading(first, second, spoken) for spoken in LANGUAGES},
        audience=audience,
    )


def _heading(first: MapSide, second: MapSide, language: str) -> list[str]:
    parts = [place_parts(side.units, None, language) for side in (first, second)]
    return list(dict.fromkeys([*parts[0], *parts[1]]))


def _data(
    first: MapSide, second: MapSide, chosen: Sequence[Layer], language: str
) -> dict[str, object]:
    same = _same_units(first, second)
    sides = [first] if same else [first, second]
    pairs = [_pair(first, second, layer, language) for layer in chosen]
    return {
        "sides": [unit_shapes(side.units) | _named(side.units, language) for side in sides],
        "layers": [_layer(pair, first, second, language) for pair in pairs],
        "synthetic": is_synthetic(first.table) or is_synthetic(second.table),
    }


def _named(units: gpd.GeoDataFrame, language: str) -> dict[str, object]:
    code = labels.word("popup.code", language)
    return {
        "names": [str(name) for name in units["name"]],
        "codes": [
            code.format(vintage=unit.vintage, pcode=unit.pcode)
            for unit in units[["vintage", "pcode"]].itertuples(index=False)
        ],
    }


def _layer(pair: Pair, first: MapSide, second: MapSide, language: str) -> dict[str, object]:
    """Describe a measure: one look for both sides, the cells of each, and the differences."""
    layer = pair.first.layer
    rows = pd.concat([pair.first.rows, pair.second.rows], ignore_index=True)
    classes = style.classify(rows, layer)
    sides = zip((pair.first, pair.second), (first, second), SIDES, strict=True)

    def codes(side: MapSide) -> list[str]:
        return [str(code) for code in side.units["pcode"]]

    return layer_look((pair.first, pair.second), classes, language) | {
        "periods": [
            {
                "side": letter,
                "label": _caption(found, side, language, divided=not pair.same_units),
                "publisher": found.publisher,
                "derived": found.is_derived,
                "low": has_low(found),
                "cells": [
                    list(cell)
                    for cell in cells(found, list(side.units["pcode"]), classes, language)
                ],
                "balance": balance(found, side.table, language),
            }
            for found, side, letter in sides
        ],
        "differences": difference_rows(pair, first.units, language) if pair.same_units else [],
        "notes": difference_notes(pair, language),
    }


def _caption(found: PeriodRows, side: MapSide, language: str, *, divided: bool) -> str:
    """Say what a side shows: its period and, where it is not that of the other, its division."""
    if not divided:
        return found.label
    vintage = str(side.units["vintage"].iloc[0])
    division = labels.word("page.units", language).format(vintage=vintage)
    return f"{found.label} · {division}" if found.label else division
