"""Two maps side by side, and in words how their values differ."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Any, Final, NamedTuple

import geopandas as gpd
import pandas as pd

from maligeo import catalog, look
from maligeo.core import words
from maligeo.core.audiences import is_synthetic
from maligeo.core.checks import require_columns, require_vintage_of
from maligeo.core.columns import DENSITY, LANGUAGES, Audience, Language
from maligeo.core.crs import require_geographic
from maligeo.core.errors import ArgumentError
from maligeo.core.session import session_audience, session_language
from maligeo.disclosure import Gate
from maligeo.look import Layer
from maligeo.look.outlines import outlines
from maligeo.maps.html import add_call
from maligeo.maps.page import PageMap
from maligeo.maps.regions import (
    add_neighbours,
    add_scale,
    bounds_of,
    explain,
    layer_look,
    unit_shapes,
)
from maligeo.maps.waters import add_waters
from maligeo.maps.without_script import first_comparison
from maligeo.text.balance import balance
from maligeo.text.legend import withheld_text
from maligeo.text.readings import (
    PeriodRows,
    cells,
    has_low,
    is_at_least,
    periods,
    read_periods,
    unit_text,
    value_text,
)
from maligeo.text.titles import certain_towns, choose_period, place_parts

SIDES: Final = ("A", "B")

_MINUS: Final = "\u2212"
_SAME_LENGTH: Final = 3  # days: months and leap years differ by that much


class Pair(NamedTuple):
    """The rows of one layer on both sides.

    Attributes
    ----------
    first, second : PeriodRows
        Of A and of B.
    same_units : bool
        Whether both are about the same units.
    """

    first: PeriodRows
    second: PeriodRows
    same_units: bool

    @property
    def is_comparable(self) -> bool:
        """Whether the figures count the same things: they are of one publisher."""
        return self.first.publisher == self.second.publisher


def difference_rows(pair: Pair, units: gpd.GeoDataFrame, language: str) -> list[dict[str, str]]:
    """Give both values of each unit and their difference, in the order of the units.

    Parameters
    ----------
    pair : Pair
        Rows of the same units.
    units : geopandas.GeoDataFrame
        The units, with `pcode` and `name`.
    language : {"fr", "en"}
        Language of the texts.

    Returns
    -------
    list of dict
        `name, first, second, difference`: B less A, as the values are shown. It is "not
        known" where a value is missing or no more than a lower bound, and empty
        everywhere where the two are of different publishers.
    """
    return [
        {
            "name": str(name),
            "first": unit_text(pair.first, pcode, language),
            "second": unit_text(pair.second, pcode, language),
            "difference": _difference(pair, pcode, language),
        }
        for pcode, name in zip(units["pcode"], units["name"], strict=True)
    ]


def difference_notes(pair: Pair, language: str) -> list[str]:
    """Say what must not be read into the differences."""
    events = pair.first.layer.has_periods
    keys = ["chance"] if events and pair.same_units and pair.is_comparable else []
    if not pair.same_units:
        keys.append("units")
    if not pair.is_comparable:
        keys.append("publishers")
    if not pair.first.layer.is_rate and _lengths_differ(pair):
        keys.append("lengths")
    if any(found.has_bounds for found in pair[:2]):
        keys.append("bounds")
    return [words.word(f"compare.note_{key}", language) for key in keys]


def _difference(pair: Pair, pcode: str, language: str) -> str:
    if not pair.is_comparable:
        return ""
    rows = [found.by_unit.get(pcode) for found in (pair.first, pair.second)]
    known = [row for row in rows if row is not None and pd.notna(row["shown"])]
    if len(known) < len(rows) or any(map(is_at_least, known)):
        return words.word("compare.unknown", language)
    layer = pair.first.layer
    step = round(float(known[1]["shown"]) - float(known[0]["shown"]), layer.decimals)
    text = value_text(abs(step), layer, language)
    signed = text if step == 0 else f"{'+' if step > 0 else _MINUS}{text}"
    if not any(row["derived"] for row in known):
        return signed
    return words.word("value.derived", language).format(value=signed)


def _lengths_differ(pair: Pair) -> bool:
    lengths = [_days(found) for found in (pair.first, pair.second)]
    return None not in lengths and abs(lengths[0] - lengths[1]) > _SAME_LENGTH  # type: ignore[operator]


def _days(found: PeriodRows) -> int | None:
    first = found.rows.iloc[0]
    if pd.isna(first["period_start"]) or pd.isna(first["period_end"]):
        return None
    return int((first["period_end"] - first["period_start"]).days)


@dataclass(frozen=True)
class MapSide:
    """One of the two sides of a comparison.

    Attributes
    ----------
    table : pandas.DataFrame
        Density table, as from `maligeo.density` or `maligeo.concat_tables`.
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
    language: Language | None = None,
    audience: Audience | None = None,
) -> PageMap:
    """Show two periods or two divisions side by side, with the difference by unit.

    Both maps move together, wear the same classes and share a legend. Where the units are
    the same, a table has both values of each and their difference, which is not known
    where one of them is missing or no more than a lower bound. Figures of two publishers
    count different things: they are shown, and not subtracted.

    Parameters
    ----------
    first, second : MapSide
        The left and the right map, A and B. Of one table without a period, two are taken that
        compare: of one publisher and equally long, the latest; where there are none such the
        page says so, and shows the latest two.
    layers : iterable of str, optional
        Measures between which the reader chooses, as in `maligeo.region_map`. By default
        all that both tables hold, of the same units those that are about periods.
    language : {"fr", "en"}, optional
        Language in which the page opens; a switch in it changes to the other one. By
        default that of the session (`maligeo.set_language`), which is French at first.
    audience : {"internal", "partner", "public"}, optional
        For whom the map is; by default that of the session, else the public.
        Both tables must have been released for them.

    Returns
    -------
    PageMap
        A Folium map for `maligeo.save_map`. Nothing else can be laid over it.

    Raises
    ------
    ArgumentError
        If the language or audience is not known, there is no measure that both sides can
        show, a period does not name one set of figures, or there is none to compare with.
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
    >>> table = maligeo.study(units=units).table
    >>> periods = ("2021-01/2021-09", "2022")
    >>> sides = [maligeo.MapSide(table, units, period) for period in periods]
    >>> fmap = maligeo.comparison_map(*sides)
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     maligeo.save_map(fmap, f"{folder}/2021-2022.html").name
    '2021-2022.html'
    """
    audience = session_audience(audience)
    language = session_language(language)
    gate = Gate(audience)
    for side in (first, second):
        _require_side(side, gate)
    chosen = _layers(first, second, layers)
    first, second, are_alike = _with_periods(first, second, chosen[0])
    for layer in chosen:  # a period that fits nothing is an error before anything is drawn
        _pair(first, second, layer, language)
    fmap = _page(first, second, language, audience)
    sides = [first] if _same_units(first, second) else [first, second]
    drawn = [outlines(side.units) for side in sides]
    shapes = [unit_shapes(side.units, of) for side, of in zip(sides, drawn, strict=True)]

    def notes(pair: Pair, language: str) -> list[str]:
        none = [] if are_alike else [words.word("compare.note_none", language)]
        return [*none, *difference_notes(pair, language)]

    def build(language: str) -> dict[str, object]:
        pairs = [_pair(first, second, layer, language) for layer in chosen]
        names = [_named(side.units, language) for side in sides]
        return {
            "sides": [shape | named for shape, named in zip(shapes, names, strict=True)],
            "layers": [
                _layer(pair, first, second, language) | {"notes": notes(pair, language)}
                for pair in pairs
            ],
            "synthetic": is_synthetic(first.table) or is_synthetic(second.table),
        }

    made = add_call(fmap, "compare", build)
    fmap.still.append(first_comparison(made[language], [of.shapes for of in drawn], language))
    add_waters(fmap)
    add_neighbours(fmap, catalog.load_table("reference", "neighbours"))
    add_scale(fmap, first.units, towns=False)
    towns = certain_towns().head(0)  # none are drawn
    explain(fmap, first.table, first.units, towns, drawn[0])
    if second.table is not first.table:
        explain(fmap, second.table, second.units, towns, drawn[-1])
    fmap.closed = True
    return fmap


def _require_side(side: MapSide, gate: Gate) -> None:
    require_columns(side.table, DENSITY, what="density table")
    gate.admit(side.table, what="the figures")
    require_columns(side.units, ("vintage", "pcode", "name"), what="units")
    require_geographic(side.units, what="units")
    require_vintage_of(side.units, side.table, what="density table")


def _layers(first: MapSide, second: MapSide, keys: Iterable[str] | None) -> list[Layer]:
    """Give the measures that both sides can show."""
    if keys is not None:
        keys = list(keys)
        chosen = look.layers_of(first.table, keys)
        look.layers_of(second.table, keys)  # says what this one lacks
        return list(chosen)
    there = {layer.key for layer in look.layers_of(second.table)}
    found = [layer for layer in look.layers_of(first.table) if layer.key in there]
    if _same_units(first, second):
        found = [layer for layer in found if layer.has_periods]
    if not found:
        raise ArgumentError("there is no measure that both sides can show")
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


def _with_periods(first: MapSide, second: MapSide, layer: Layer) -> tuple[MapSide, MapSide, bool]:
    """Choose two periods of one table where none is named, and tell whether they compare.

    Those compare that are of one publisher, equally long and apart. The latest are taken, of
    the same months of two years if there are such.
    """
    named = any(side.period or side.publisher for side in (first, second))
    if named or first.table is not second.table or not layer.has_periods:
        return first, second, True
    dated = [one for one in read_periods(first.table, layer) if one.has_dates]
    if len(dated) < 2:
        raise ArgumentError("there is one period, and nothing to compare it with")
    apart = [pair for pair in permutations(dated, 2) if _span(pair[0])[1] < _span(pair[1])[0]]
    earlier, later = max(apart or [(dated[-2], dated[-1])], key=_preference)
    sides = (
        replace(side, period="/".join(str(day.date()) for day in _span(one)), publisher=publisher)
        for side, one in zip((first, second), (earlier, later), strict=True)
        for publisher in [one.publisher or None]
    )
    return next(sides), next(sides), bool(apart) and _are_alike(earlier, later)


def _span(found: PeriodRows) -> tuple[pd.Timestamp, pd.Timestamp]:
    row = found.rows.iloc[0]
    return row["period_start"], row["period_end"]


def _are_alike(earlier: PeriodRows, later: PeriodRows) -> bool:
    pair = Pair(earlier, later, same_units=True)
    return pair.is_comparable and not _lengths_differ(pair)


def _preference(pair: tuple[PeriodRows, PeriodRows]) -> tuple[bool, bool, Any, Any]:
    earlier, later = pair
    spans = [_span(one) for one in pair]
    months = [(start.month, start.day) for start, _ in spans]
    return _are_alike(earlier, later), months[0] == months[1], spans[1][1], spans[0][1]


def _page(first: MapSide, second: MapSide, language: Language, audience: Audience) -> PageMap:
    both = gpd.GeoSeries([*first.units.geometry, *second.units.geometry], crs=first.units.crs)
    return PageMap(
        {one: words.word("compare.page", one) for one in LANGUAGES},
        bounds_of(gpd.GeoDataFrame(geometry=both)),
        language=language,
        heading={one: _heading(first, second, one) for one in LANGUAGES},
        audience=audience,
    )


def _heading(first: MapSide, second: MapSide, language: str) -> list[str]:
    parts = [place_parts(side.units, None, language) for side in (first, second)]
    return list(dict.fromkeys([*parts[0], *parts[1]]))


def _named(units: gpd.GeoDataFrame, language: str) -> dict[str, object]:
    code = words.word("popup.code", language)
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
    classes = look.classify(rows, layer)
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
                "why": withheld_text(found, language),
                "cells": [
                    list(cell)
                    for cell in cells(found, list(side.units["pcode"]), classes, language)
                ],
                "balance": balance(found, side.table, language),
            }
            for found, side, letter in sides
        ],
        "differences": difference_rows(pair, first.units, language) if pair.same_units else [],
    }


def _caption(found: PeriodRows, side: MapSide, language: str, *, divided: bool) -> str:
    """Say what a side shows: its period and, where it is not that of the other, its division."""
    if not divided:
        return found.label
    vintage = str(side.units["vintage"].iloc[0])
    division = words.word("page.units", language).format(vintage=vintage)
    return f"{found.label} · {division}" if found.label else division
