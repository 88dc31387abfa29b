"""Regions coloured by a measure: their cards, towns and neighbours, and the drawer of notes."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from maligeo import catalog, look
from maligeo.core import words
from maligeo.core.audiences import is_synthetic
from maligeo.core.checks import require_columns, require_vintage_of
from maligeo.core.columns import DENSITY, LANGUAGES, Audience, Language
from maligeo.core.crs import Bounds, require_geographic
from maligeo.core.errors import ArgumentError
from maligeo.core.placenames import ALIAS_SEPARATOR
from maligeo.core.session import session_audience, session_language
from maligeo.join.regions import Focus, find_focus
from maligeo.look import Classes, Scheme
from maligeo.look.outlines import (
    DECIMALS,
    Outlines,
    callouts,
    label_points,
    outlines,
)
from maligeo.look.waters import waters
from maligeo.maps.html import add_call
from maligeo.maps.packing import packed_shapes
from maligeo.maps.page import PageMap
from maligeo.maps.towns import add_towns
from maligeo.maps.waters import add_waters
from maligeo.maps.without_script import first_measure, notes
from maligeo.readers.credits import credit_text
from maligeo.text.balance import balance
from maligeo.text.legend import legend, withheld_text
from maligeo.text.measures import Part, layer_text
from maligeo.text.notes import Notes
from maligeo.text.readings import (
    LOW_SIGN,
    PeriodRows,
    cell_sources,
    cells,
    has_low,
    in_language,
    interval_text,
    is_low,
    known_text,
    read_periods,
    zero_note,
)
from maligeo.text.titles import certain_towns, place_parts

Card = dict[str, object]


def cards(
    units: gpd.GeoDataFrame, layers: Sequence[Sequence[PeriodRows]], language: str
) -> list[Card]:
    """Write the card of each unit.

    Parameters
    ----------
    units : geopandas.GeoDataFrame
        Units of one vintage.
    layers : sequence of sequences of PeriodRows
        The periods of each layer, in the order in which they are to stand.
    language : {"fr", "en"}
        Language of the texts.

    Returns
    -------
    list of dict
        In the order of the units: `name, code, figures, notes, sources`; a figure has
        `name, periods`, and each period `label, value, detail`.
    """
    code = words.word("popup.code", language)
    return [
        {
            "name": str(unit.name),
            "code": code.format(vintage=unit.vintage, pcode=unit.pcode),
            "figures": [_figure(spans, unit.pcode, language) for spans in layers],
            "notes": _notes(layers, unit.pcode, language),
            "sources": _sources(layers, unit.pcode),
        }
        for unit in units[["name", "pcode", "vintage"]].itertuples(index=False)
    ]


def _figure(spans: Sequence[PeriodRows], pcode: str, language: str) -> dict[str, object]:
    first = spans[0]
    name = layer_text("layer", first.layer, language)
    if len(spans) == 1 and first.has_dates:
        name = f"{name}, {first.label}"
    return {
        "name": name,
        "periods": [
            _reading(period, pcode, language) for period in spans if pcode in period.by_unit
        ],
    }


def _reading(period: PeriodRows, pcode: str, language: str) -> dict[str, str]:
    row, layer = period.by_unit[pcode], period.layer
    interval = interval_text(row, layer, language)
    value = known_text(row, layer, language)
    return {
        "label": period.label,
        "value": f"{value}{LOW_SIGN}" if is_low(row, layer) else value,
        "detail": f"({interval})" if interval else "",
    }


def _notes(layers: Sequence[Sequence[PeriodRows]], pcode: str, language: str) -> list[str]:
    """Give the remarks on a unit once each: those of no period first, then by period.

    What "*" after a rate means is one of them.
    """
    lasting: dict[str, None] = {}
    dated: dict[str, dict[str, None]] = {}
    years: dict[int, None] = {}
    shown = [period for spans in layers for period in spans if pcode in period.by_unit]
    for period in shown:
        row = period.by_unit[pcode]
        remarks = words.note_text(row["note"], language)
        if period.layer.has_periods and period.has_dates:
            for remark in remarks:
                dated.setdefault(remark, {})[period.label] = None
        else:
            lasting |= dict.fromkeys(remarks)
        if pd.notna(row["population_year"]):
            years[int(row["population_year"])] = None
    own = [
        f"{_span([*labels])} – {remark}"
        for remark, labels in dated.items()
        if remark not in lasting
    ]
    low = any(is_low(period.by_unit[pcode], period.layer) for period in shown)
    marked = [words.word("legend.low", language)] if low else []
    found = [*lasting, *marked, *_bases(sorted(years), language), *own]
    return [text[:1].upper() + text[1:] for text in found]


def _span(labels: Sequence[str]) -> str:
    """Name a period, or the first and the last of several."""
    return labels[0] if len(labels) == 1 else f"{labels[0]} … {labels[-1]}"


def _bases(years: Sequence[int], language: str) -> list[str]:
    """Say of which years the people are that rates are about."""
    if len(years) > 1:
        text = words.word("popup.bases", language)
        return [text.format(first=years[0], last=years[-1])]
    return [words.word("popup.base", language).format(year=year) for year in years]


def _sources(layers: Sequence[Sequence[PeriodRows]], pcode: str) -> list[str]:
    shown = (period for spans in layers for period in spans if pcode in period.by_unit)
    rows = (period.by_unit[pcode] for period in shown)
    cells = dict.fromkeys(row["source"] for row in rows if pd.notna(row["source"]))
    return list(dict.fromkeys(text for text, _ in cell_sources(cells)))


_MEANINGS: Final[tuple[Part, ...]] = ("layer", "title", "unit", "about")


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
        Density table, as from `maligeo.concat_tables`.
    units : geopandas.GeoDataFrame, EPSG:4326
        Units of the same vintage, as from `load_boundaries`.
    layers : iterable of str, optional
        What is shown, in this order, as for `region_map`.
    scheme : {"jenks", "log_jenks", "quantiles", "pretty"} or sequence of float, optional
        How class breaks are found, the same for all layers, or the breaks of the one
        layer; see `maligeo.look.classify`. By default each layer has its own.

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
    colour_units(fmap, table, units, outlines(units), layers=layers, scheme=scheme)


def colour_units(
    fmap: PageMap,
    table: pd.DataFrame,
    units: gpd.GeoDataFrame,
    drawn: Outlines,
    *,
    layers: Iterable[str] | None = None,
    scheme: Scheme | Sequence[float] | None = None,
) -> None:
    """Colour units whose outlines are simplified already, see `add_choropleth`."""
    require_columns(table, DENSITY, what="density table")
    fmap.gate.admit(table, what="the figures")
    require_vintage_of(units, table, what="density table")
    chosen = look.layers_of(table, layers)
    if len(chosen) > 1 and not (scheme is None or isinstance(scheme, str)):
        raise ArgumentError("class breaks are given for one layer: name it with layers=[...]")
    classes = [look.classify(table, layer, scheme=scheme) for layer in chosen]
    aliases = [_aliases(text) for text in units["name_alt"]] if "name_alt" in units else []
    fixed = unit_shapes(units, drawn, fmap.focus) | {
        "aliases": aliases,
        "synthetic": is_synthetic(table),
    }
    pcodes = units["pcode"].tolist()
    found = [read_periods(table, layer) for layer in chosen]

    def build(language: str) -> dict[str, object]:
        shown = [in_language(spans, language) for spans in found]
        described = [
            _layer(spans, of, table, pcodes, language)
            for spans, of in zip(shown, classes, strict=True)
        ]
        return fixed | {"cards": cards(units, shown, language), "layers": described}

    made = add_call(fmap, "regions", build)
    fmap.still.append(first_measure(made[fmap.language], drawn.shapes, fmap.language))


def unit_shapes(
    units: gpd.GeoDataFrame, drawn: Outlines, focus: Focus | None = None
) -> dict[str, object]:
    """Give what the page needs to draw units: outlines, places of names and of callouts.

    Parameters
    ----------
    units : geopandas.GeoDataFrame, EPSG:4326
        Units of one vintage.
    drawn : Outlines
        Their outlines, as from `maligeo.look.outlines.outlines`.
    focus : Focus, optional
        The units that the map is about.
    """
    rows = () if focus is None else focus.rows
    return {
        "outlines": packed_shapes(drawn.shapes, DECIMALS),
        "points": [place[::-1] for place in label_points(units, focus=rows)],
        "callouts": [place and place[::-1] for place in callouts(units)],
        "focus": rows or None,
        "place": None if focus is None else focus.name,
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
    fills = [look.MISSING_COLOUR, look.ZERO_COLOUR, *classes.colours]
    texts = {part: layer_text(part, layer, language) for part in _MEANINGS}
    return texts | {
        "key": layer.key,
        "group": words.word(f"group.{layer.group}", language),
        "fills": fills,
        "pales": [look.pale(fill) for fill in fills],
        "inks": [look.DARK_INK, look.DARK_INK, *classes.inks],
        "legend": legend(layer, classes, language, withheld=withheld, zero=zero_note(found)),
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
                "why": withheld_text(period, language),
                "cells": [list(cell) for cell in cells(period, pcodes, classes, language)],
                "balance": balance(period, table, language),
            }
            for period in found
        ],
    }


def add_neighbours(fmap: PageMap, neighbours: pd.DataFrame) -> None:
    """Write the names of the neighbouring countries on the plain background.

    Parameters
    ----------
    fmap : PageMap
        The map.
    neighbours : pandas.DataFrame
        Columns `name_fr, name_en, lon, lat`, degrees.

    Raises
    ------
    FrameError
        If a column is missing.
    """
    require_columns(neighbours, ("name_fr", "name_en", "lon", "lat"), what="neighbours")
    places = list(
        zip(neighbours["lat"].astype(float), neighbours["lon"].astype(float), strict=True)
    )

    def build(language: str) -> list[list[object]]:
        names = neighbours[f"name_{language}"]
        return [[text, lat, lon] for text, (lat, lon) in zip(names, places, strict=True)]

    add_call(fmap, "neighbours", build)


def add_scale(fmap: PageMap, units: gpd.GeoDataFrame, *, towns: bool = True) -> None:
    """Add a scale bar in kilometres, a north arrow and the origin of the outlines and rivers.

    Parameters
    ----------
    fmap : PageMap
        The map.
    units : geopandas.GeoDataFrame
        Units with `source`.
    towns : bool, default True
        Whether the bundled towns are on the map, whose source is then named too.
    """
    key = "scale.attribution" if towns else "scale.outlines"

    def build(language: str) -> dict[str, str]:
        outlines, drawn = (credit_text(part, language, brief=True) for part in (units, waters()))
        return {"credit": words.word(key, language).format(outlines=outlines, waters=drawn)}

    add_call(fmap, "scale", build)


def add_notes(
    fmap: PageMap, table: pd.DataFrame, units: gpd.GeoDataFrame, towns: pd.DataFrame
) -> None:
    """Add what a reader must know: vintage, outlines, balance, method, sources, disclaimer.

    Parameters
    ----------
    fmap : PageMap
        The map.
    table, units, towns
        As `maligeo.text.notes.Notes` takes them.

    Raises
    ------
    ReleaseError
        If the table was not released for the audience of the map.
    """
    explain(fmap, table, units, towns, outlines(units))


def explain(
    fmap: PageMap,
    table: pd.DataFrame,
    units: gpd.GeoDataFrame,
    towns: pd.DataFrame,
    drawn: Outlines,
) -> None:
    """Add the notes on units whose outlines are simplified already, see `add_notes`."""
    fmap.gate.admit(table, what="the figures")
    told = Notes(table, units, towns)
    made = add_call(fmap, "notes", lambda one: with_zoom(told.sections(one), drawn.zoom, one))
    fmap.still.append(notes(made[fmap.language]))


def add_left_out(fmap: PageMap, kinds: Sequence[str]) -> None:
    """Say in the drawer of sources and limits which records the map does not show, and why.

    Parameters
    ----------
    fmap : PageMap
        The map.
    kinds : sequence of str
        "incidents" or "areas", of which an audience sees numbers alone.
    """

    def build(language: str) -> dict[str, object]:
        return {
            "title": words.word("left_out.title", language),
            "paragraphs": [words.word(f"left_out.{kind}", language) for kind in kinds],
            "items": [],
            "grid": [],
        }

    if kinds:
        made = add_call(fmap, "note", build)
        fmap.still.append(notes([made[fmap.language]]))


def with_zoom(
    sections: list[dict[str, Any]], zoom: int | None, language: str
) -> list[dict[str, Any]]:
    """Say in the first section, which is about boundaries, how far simplified outlines hold.

    Parameters
    ----------
    sections : list of dict
        As from `maligeo.text.notes.Notes.sections`.
    zoom : int or None
        As in `maligeo.look.outlines.Outlines`; without it nothing was left out.
    language : {"fr", "en"}
        Language of the texts.
    """
    if zoom is None:
        return sections
    first, *others = sections
    said = words.word("notes.simplified", language).format(zoom=zoom)
    division, *rest = first["paragraphs"]
    return [first | {"paragraphs": [division, said, *rest]}, *others]


def region_map(
    table: pd.DataFrame,
    units: gpd.GeoDataFrame,
    *,
    layers: Iterable[str] | None = None,
    region: str | None = None,
    language: Language | None = None,
    audience: Audience | None = None,
) -> PageMap:
    """Make an interactive map of regions, and list what could not be placed.

    Parameters
    ----------
    table : pandas.DataFrame
        Density table, as from `maligeo.concat_tables`.
    units : geopandas.GeoDataFrame, EPSG:4326
        Units of the same vintage, as from `maligeo.load_boundaries`.
    layers : iterable of str, optional
        What can be shown, in this order: measures of the table ("killed", "cleared_sqm",
        "money_EUR", "displaced"), and what they are related to ("killed_per_100k",
        "killed_per_1000_sqkm", "killed_per_incident", "incidents_smoothed_per_100k",
        "incidents_local_per_100k", "cleared_sqm_share", "people_per_sqkm"). By default the
        counts of all its measures, the rate of incidents and the density of people.
    region : str, optional
        Name or alias of one unit, or of a region or cercle that holds units: the map is then
        about it, with the others pale.
    language : {"fr", "en"}, optional
        Language in which the page opens; a switch in it changes to the other one. By
        default that of the session (`maligeo.set_language`), which is French at first.
    audience : {"internal", "partner", "public"}, optional
        For whom the map is; by default that of the session, else the public.
        The table, and what is added later, must have been released
        for them (`maligeo.release`); the page says for whom it is.

    Returns
    -------
    PageMap
        A Folium map. The functions `add_*` lay more over it, `maligeo.save_map` writes it;
        a notebook shows it as it is.

    Raises
    ------
    ArgumentError
        If the language or audience is not known or the table holds nothing to show.
    ReleaseError
        If the table was not released for the audience.
    UnknownNameError
        If the region or a layer is not known.
    VintageError
        If table and units are of different vintages.
    FrameError
        If a column is missing.
    CrsError
        If the units are not in EPSG:4326.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import maligeo
    >>> units = maligeo.load_boundaries()
    >>> fmap = maligeo.region_map(maligeo.study(units=units).table, units, language="en")
    >>> fmap.language
    'en'
    """
    audience = session_audience(audience)
    language = session_language(language)
    require_columns(units, ("vintage", "pcode", "name", "name_alt"), what="units")
    require_geographic(units, what="units")
    focus = None if region is None else find_focus(region, units)
    towns = certain_towns()
    fmap = _page(units, focus, language, audience)
    drawn = outlines(units)
    colour_units(fmap, table, units, drawn, layers=layers)
    add_waters(fmap)
    add_neighbours(fmap, catalog.load_table("reference", "neighbours"))
    add_towns(fmap, towns, units)
    add_scale(fmap, units)
    explain(fmap, table, units, towns, drawn)
    return fmap


def _page(
    units: gpd.GeoDataFrame, focus: Focus | None, language: Language, audience: Audience
) -> PageMap:
    name = None if focus is None else focus.name
    return PageMap(
        {one: _title(name, one) for one in LANGUAGES},
        bounds_of(units if focus is None else units.iloc[list(focus.rows)]),
        language=language,
        heading={one: place_parts(units, name, one) for one in LANGUAGES},
        audience=audience,
        focus=focus,
    )


def _title(name: str | None, language: str) -> str:
    if name is None:
        return words.word("page.title", language)
    return words.word("region.page", language).format(name=name)


def bounds_of(units: gpd.GeoDataFrame) -> Bounds:
    """Give west, south, east and north of units, in degrees."""
    return Bounds(*(round(float(side), 4) for side in units.total_bounds))
