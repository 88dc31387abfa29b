"""Measures of a density table as columns of the units, one for each period."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import geopandas as gpd
import pandas as pd

from maligeo import look
from maligeo.core.checks import require_columns, require_vintage_of
from maligeo.core.columns import DENSITY
from maligeo.core.errors import ArgumentError
from maligeo.core.placenames import without_accents
from maligeo.look import Classes, Layer
from maligeo.text.readings import PeriodRows, in_language, read_periods

_NOT_A_SIGN: Final = re.compile(r"[^a-z0-9]+")


class RegionValue(NamedTuple):
    """A column that holds a measure in one period.

    Attributes
    ----------
    column : str
        Its name, such as "incidents_per_100k_2021".
    layer : Layer
        The measure, as maps show it.
    classes : Classes
        Its classes, the same in all periods.
    labels : mapping of str to str
        The period in words, by language.
    """

    column: str
    layer: Layer
    classes: Classes
    labels: Mapping[str, str]


def region_values(
    units: gpd.GeoDataFrame, table: pd.DataFrame
) -> tuple[gpd.GeoDataFrame, list[RegionValue]]:
    """Join the measures of a density table to units.

    Parameters
    ----------
    units : geopandas.GeoDataFrame, m rows
        Units of one vintage and level.
    table : pandas.DataFrame
        Density table of the same, as from `maligeo.concat_tables`.

    Returns
    -------
    geopandas.GeoDataFrame, m rows
        The units, and a column for each measure and period, rounded as maps show it;
        missing where the table has no value.
    list of RegionValue
        The columns; of each measure the newest period first, measures in the order of the
        catalogue `maligeo.look.LAYERS`.

    Raises
    ------
    FrameError
        If a column is missing.
    VintageError
        If table and units are of different vintages.
    ArgumentError
        If the table has rows about other units, or holds nothing that a map can show.
    """
    require_columns(table, DENSITY, what="density table")
    require_vintage_of(units, table, what="density table")
    others = set(table.loc[table["place_kind"] == "unit", "pcode"]) - set(units["pcode"])
    if others:
        raise ArgumentError(f"the density table is about other units: {', '.join(sorted(others))}")
    values: list[RegionValue] = []
    columns: dict[str, pd.Series] = {}
    for layer in look.layers_of(table):
        classes = look.classify(table, layer)
        read = read_periods(table, layer)
        french, english = (in_language(read, language) for language in ("fr", "en"))
        names = _names(layer, english)
        found = list(zip(names, french, english, strict=True))
        for name, first, second in reversed(found):
            columns[name] = units["pcode"].map(second.units["shown"]).astype("Float64")
            texts = {"fr": first.label, "en": second.label}
            values.append(RegionValue(name, layer, classes, texts))
    return units.assign(**columns), values


def _names(layer: Layer, found: Sequence[PeriodRows]) -> list[str]:
    """Name a column for each period; the publisher is named where a period repeats."""
    spans = [_span(rows) for rows in found]
    names = []
    for span, rows in zip(spans, found, strict=True):
        parts = [layer.key, span]
        if spans.count(span) > 1:
            parts.append(_slug(rows.publisher))
        names.append("_".join(part for part in parts if part))
    return [f"{name}_{at}" if names.count(name) > 1 else name for at, name in enumerate(names, 1)]


def _span(rows: PeriodRows) -> str:
    """Write a period as "2021", "202101_202109" or "20210115_20210203"; empty for none."""
    first, last = (rows.rows[column].iloc[0] for column in ("period_start", "period_end"))
    if pd.isna(first) or pd.isna(last):
        return ""
    if not (first.is_month_start and last.is_month_end):
        return f"{first:%Y%m%d}_{last:%Y%m%d}"
    if (first.month, last.month) != (1, 12):
        return f"{first:%Y%m}_{last:%Y%m}"
    return f"{first:%Y}" if first.year == last.year else f"{first:%Y}_{last:%Y}"


def _slug(name: str) -> str:
    bare = without_accents(name.lower()).encode("ascii", "ignore").decode()
    return _NOT_A_SIGN.sub("_", bare).strip("_")
