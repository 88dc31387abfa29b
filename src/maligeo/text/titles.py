"""What a map calls its place and period, and which towns it names."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from maligeo import catalog
from maligeo.core import words
from maligeo.core.errors import ArgumentError
from maligeo.core.periods import parse_period
from maligeo.core.placenames import NameTable
from maligeo.text.readings import PeriodRows


def place_parts(units: gpd.GeoDataFrame, place: str | None, language: str) -> list[str]:
    """Name the country, the place that a product is about and the administrative division.

    Parameters
    ----------
    units : geopandas.GeoDataFrame
        Units of one vintage.
    place : str, optional
        Name of the unit or region that the product is about.
    language : {"fr", "en"}
        Language of the texts.
    """
    country = str(catalog.country()[f"name_{language}"])
    vintage = str(units["vintage"].iloc[0])
    division = words.word("page.units", language).format(vintage=vintage)
    return [country, *([] if place is None else [place]), division]


def choose_period(
    found: Sequence[PeriodRows], period: str | None, publisher: str | None = None
) -> PeriodRows:
    """Choose the one period that a page is about.

    Parameters
    ----------
    found : sequence of PeriodRows
        As from `maligeo.text.readings.periods`, oldest first.
    period : str, optional
        Such as "2021", "2021-09" or "2021-01/2021-09"; the figures must lie within it.
        Of figures of one publisher that lie within one another, the widest are taken: a
        quarter is no rival of the nine months that hold it. Without a period, the latest
        that has dates.
    publisher : str, optional
        Name of the publisher, where several report a period.

    Raises
    ------
    ArgumentError
        If no figures by unit fit, or several do.
    """
    there = [one for one in found if publisher is None or one.publisher == publisher]
    if period is None or not (found and found[0].layer.has_periods):
        dated = [one for one in there if one.has_dates]
        there = (dated or there)[-1:]
    else:
        there = _within(there, period)
    if len(there) == 1:
        return there[0]
    choices = ", ".join(_describe(one) for one in (there or found))
    reason = "none of them fits" if not there else "say which, by period and publisher"
    raise ArgumentError(f"a page shows one period, and there is {choices or 'none'}: {reason}")


def _within(found: Sequence[PeriodRows], period: str) -> list[PeriodRows]:
    """Keep the figures whose period is the wanted one; without such, the widest that lie in it."""
    wanted = parse_period(period)
    dated = [one for one in found if one.has_dates]
    same = [one for one in dated if _span(one) == (wanted.start, wanted.end)]
    inside = [one for one in dated if wanted.start <= _span(one)[0] and _span(one)[1] <= wanted.end]
    return same or [one for one in inside if not any(_is_part(one, other) for other in inside)]


def _is_part(one: PeriodRows, other: PeriodRows) -> bool:
    """Tell whether a period of a publisher lies within a longer one of the same publisher."""
    (start, end), (first, last) = _span(one), _span(other)
    within = first <= start and end <= last and (start, end) != (first, last)
    return within and one.publisher == other.publisher


def _span(found: PeriodRows) -> tuple[pd.Timestamp, pd.Timestamp]:
    first = found.rows.iloc[0]
    return first["period_start"], first["period_end"]


def _describe(found: PeriodRows) -> str:
    if not found.has_dates:
        return "one without dates"
    start, end = (date.date().isoformat() for date in _span(found))
    return f"{start}/{end}" + (f" by {found.publisher}" if found.publisher else "")


_CERTAIN = "consistent"


def certain_towns() -> pd.DataFrame:
    """Give the bundled towns whose position agrees with their region."""
    towns = catalog.load_table("reference", "towns")
    return towns[towns["position_check"] == _CERTAIN]


def towns_by_unit(towns: pd.DataFrame, units: gpd.GeoDataFrame) -> pd.DataFrame:
    """Order the towns that lie in units, those that bear the name of their unit first.

    Parameters
    ----------
    towns : pandas.DataFrame
        Columns `name, lon, lat, population`.
    units : geopandas.GeoDataFrame, EPSG:4326
        Units with `name`, and `name_alt` where they have other names.

    Returns
    -------
    pandas.DataFrame
        With `at`, the row position of the unit; `own`, whether the town bears its name;
        `rank` within the unit from 0 on, by `own` and then by people.
    """
    lon, lat = (towns[column].to_numpy(dtype="float64") for column in ("lon", "lat"))
    inside = np.array([shapely.contains_xy(shape, lon, lat) for shape in units.geometry])
    kept = inside.any(axis=0)
    columns = [
        name for name in ("name", "name_alt", "lon", "lat", "population", "source") if name in towns
    ]
    placed = towns.loc[kept, columns].assign(at=inside.argmax(axis=0)[kept])
    names = NameTable.of_units(units)
    own = [at in names.find(name) for at, name in zip(placed["at"], placed["name"], strict=True)]
    ordered = placed.assign(own=own).sort_values(
        ["own", "population", "name"], ascending=[False, False, True], na_position="last"
    )
    return ordered.assign(rank=ordered.groupby("at").cumcount())
