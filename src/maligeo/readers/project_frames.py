"""Project frames: places taken apart and given their level, rows of one project compared."""

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from maligeo import catalog
from maligeo.core import columns
from maligeo.core.crs import GEOGRAPHIC, Floats
from maligeo.core.placenames import (
    NameTable,
    is_countrywide,
    kind_word,
    normalise,
    split_inner,
    split_places,
    stated_kind,
)
from maligeo.readers.cells.coordinates import inside_country
from maligeo.readers.formats import read_catalogue
from maligeo.readers.quarantine import Faults

EXTRA: Final = ("location_code", "geometry")


_REPORTED_LEVELS: Final = {"adm1": "adm1_name", "adm2": "adm2_name", "adm3": "adm3_name"}
_FLOATS: Final = ("budget_amount", "donor_amount", "disbursed_amount", "place_share")
_DATES: Final = ("start_date", "end_date")
_NOT_BELOW_REGION: Final = ("adm1", "country", "unattributed", "abroad")


def project_frame(rows: pd.DataFrame) -> gpd.GeoDataFrame:
    """Give rows of projects all their columns, in order and of their types.

    Parameters
    ----------
    rows : pandas.DataFrame, n rows
        Any of the columns, with `geometry`, or `lon` and `lat` for positions; the index,
        the row number in the file, may repeat.

    Returns
    -------
    geopandas.GeoDataFrame, n rows, EPSG:4326
        Columns as `maligeo.core.columns.PROJECTS`, then `location_code` and `geometry`.
    """
    names = [name for name in (*columns.PROJECTS, *EXTRA) if name != "geometry"]
    frame = rows.reindex(columns=[*names, "lon", "lat"])
    frame["project_count"] = frame["project_count"].astype("Int64").fillna(1)
    for name in _FLOATS:
        frame[name] = pd.to_numeric(frame[name]).astype("Float64")
    for name in _DATES:
        frame[name] = pd.to_datetime(frame[name]).astype("datetime64[us]")
    for name in frame.columns.difference(["project_count", "lon", "lat", *_FLOATS, *_DATES]):
        frame[name] = frame[name].astype("string")
    frame = with_reported_names(frame)
    if "geometry" in rows:
        shapes = gpd.array.from_shapely(rows["geometry"].to_numpy(), crs=GEOGRAPHIC)
        return gpd.GeoDataFrame(frame[names], geometry=shapes)
    lon, lat = (pd.to_numeric(frame[name]).to_numpy(dtype="float64") for name in ("lon", "lat"))
    return gpd.GeoDataFrame(frame[names], geometry=points(lon, lat))


def points(lon: Floats, lat: Floats) -> gpd.array.GeometryArray:
    """Make points, missing where a coordinate is."""
    made = gpd.points_from_xy(lon, lat, crs=GEOGRAPHIC)
    made[~(np.isfinite(lon) & np.isfinite(lat))] = None
    return made


def with_reported_names(projects: pd.DataFrame) -> pd.DataFrame:
    """Fill `adm1_name, adm2_name, adm3_name` from place, level and parent."""
    named = projects.copy()
    for level, column in _REPORTED_LEVELS.items():
        own = named["place"].where(named["place_level"] == level)
        named[column] = own.fillna(named[column]) if column in named else own
    below_region = ~named["place_level"].isin(_NOT_BELOW_REGION)
    named["adm1_name"] = named["adm1_name"].fillna(named["place_parent"].where(below_region))
    return named


def designated_level(code: str | None) -> str | None:
    """Give the level of place that a GeoNames feature code means, or None."""
    if code is None:
        return None
    levels: dict[str, str] = read_catalogue("projects_places")["designations"]
    return levels.get(code.strip().upper())


def in_country(lon: float, lat: float) -> bool:
    """Tell whether a position lies in the bounding box of the country."""
    return bool(inside_country(lon, lat))


def on_globe(lon: float, lat: float) -> bool:
    """Tell whether numbers can be a position; 0, 0 is what programs write for none."""
    return abs(lat) <= 90 and abs(lon) <= 180 and (lon, lat) != (0, 0)


def position_fault(lon: float, lat: float) -> str | None:
    """Say what is wrong with a position that should lie in the country, or None."""
    if lon == 0 and lat == 0:
        return "is the null point 0, 0"
    if abs(lat) > 90 or abs(lon) > 180:
        return "is no latitude and longitude"
    if in_country(lon, lat):
        return None
    name = catalog.country()["name_en"]
    if in_country(lat, lon):
        return (
            f"latitude and longitude are swapped: {lon:g} north, {lat:g} east lies in {name}, "
            f"{lat:g} north, {lon:g} east does not"
        )
    return f"lies outside {name}"


_AMOUNTS: Final = ("budget_amount", "donor_amount", "disbursed_amount")
_TOLERANCE: Final = 0.005  # shares are often rounded to whole per cents


def check_projects(projects: gpd.GeoDataFrame, columns: Mapping[str, str]) -> Faults:
    """Find rows that repeat, amounts that differ, and shares that do not add up.

    Parameters
    ----------
    projects : geopandas.GeoDataFrame
        One row per project and place; the index holds row numbers of the file.
    columns : mapping of str to str
        Column of ours to the column of the file, to name the faults.

    Returns
    -------
    Faults
        A project and place that stand twice; an amount other than in an earlier row of
        the project (its money counts once, so that it must be the same in every row); the
        rows of a project whose shares, all given, do not add up to 100 %.
    """
    faults = Faults()
    known = projects[projects["project_id"].notna()]
    if len(known):
        _find_repeats(known, columns, faults)
        for column in _AMOUNTS:
            _find_other_amounts(known, column, columns, faults)
        _find_shares(known, columns, faults)
    return faults


def _find_repeats(projects: gpd.GeoDataFrame, columns: Mapping[str, str], faults: Faults) -> None:
    keys = pd.DataFrame({"id": projects["project_id"], "spot": projects.geometry.to_wkb()})
    for column in ("place", "place_level", "adm1_name", "adm2_name"):
        forms = {name: normalise(name) for name in projects[column].dropna().unique()}
        keys[column] = projects[column].map(forms)
    keys = keys.reset_index(drop=True)
    rows = pd.Series(projects.index, index=keys.index)
    first = rows.groupby([keys[name] for name in keys], dropna=False).transform("first")
    again = rows != first
    reason = "the project and its place stand already in row " + first.astype("string")
    again.index = reason.index = projects.index
    faults.add(again, columns.get("project_id", "(project_id)"), projects["project_id"], reason)


def _find_other_amounts(
    projects: gpd.GeoDataFrame, column: str, columns: Mapping[str, str], faults: Faults
) -> None:
    given = projects[projects[column].notna()]
    if given.empty:
        return
    amounts = given[column].astype("string") + " " + given["budget_currency"].fillna("").array
    first = amounts.groupby(given["project_id"].array).transform("first")
    other = amounts != first
    reason = "an earlier row of the project says " + first.str.strip()
    faults.add(other, columns.get(column, f"({column})"), amounts.str.strip(), reason)


def _find_shares(projects: gpd.GeoDataFrame, columns: Mapping[str, str], faults: Faults) -> None:
    ids = projects["project_id"].array
    shares = projects["place_share"]
    total = shares.groupby(ids).transform("sum")
    complete = shares.notna().groupby(ids).transform("all")
    over = shares.notna() & (total > 1 + _TOLERANCE)
    short = complete & (total < 1 - _TOLERANCE)
    reason = "shares of the project add up to " + (total * 100).round(1).astype("string") + " %"
    faults.add(over | short, columns.get("place_share", "(place_share)"), shares, reason)


LEVELS: Final = ("adm3", "adm2", "adm1")
PLACE_COLUMNS: Final = (
    "place", "place_level", "place_parent", "adm1_name", "adm2_name", "adm3_name", "note",
)  # fmt: skip

_TABLES: Final = {"adm1": "units", "adm2": "cercles_2015", "settlement": "towns"}


def places_of(cells: Mapping[str, str]) -> list[dict[str, Any]]:
    """Give the places that the cells of one row name.

    Parameters
    ----------
    cells : mapping of str to str
        The filled ones of `adm1_name, adm2_name, adm3_name` (columns that say the level)
        and `place` (one that does not).

    Returns
    -------
    list of dict
        Of `place, place_level, place_parent, adm1_name, adm2_name, note`, one per place:
        those of `place`, where there is one and at most one unit stands next to it, else
        those of the lowest level that is filled. One dict of level "unattributed" where
        no place is named.
    """
    units = {level: _split(cells.get(f"{level}_name", "")) for level in LEVELS}
    filled = [level for level in LEVELS if units[level]]
    above = {f"{level}_name": units[level][0] for level in LEVELS if len(units[level]) == 1}
    named = _split(cells.get("place", ""))
    if named and all(len(units[level]) == 1 for level in filled):
        return [row for name in named for row in _within(name, above)]
    if not filled:
        return [{"place_level": "unattributed"}]
    lowest = filled[0]
    row = {
        "place_level": lowest,
        "place_parent": above.get("adm1_name") if lowest != "adm1" else None,
        "note": f"place: {cells['place']}" if named else None,
    }
    upper = {column: name for column, name in above.items() if column != f"{lowest}_name"}
    return [_in_column(name, row | upper) for name in units[lowest]]


@lru_cache(maxsize=10_000)
def level_of(name: str) -> str | None:
    """Find the level of a place from its name alone.

    A prefix says it ("Région de Gao", "cercle d'Ansongo"); else a name that a region of
    any division bears is that region, one that a cercle bears the cercle, one that a town
    bears the town. None for all others.
    """
    if is_countrywide(name):
        return "country"
    stated = stated_kind(name)
    if stated is not None:
        return stated
    return next((level for level in _TABLES if _table(level).find(name)), None)


def _split(cell: str) -> list[str]:
    return split_places(cell, is_name=lambda text: any(_table(one).find(text) for one in _TABLES))


def _within(name: str, above: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Describe a place, or those that stand in parentheses behind the region in which they lie."""
    outer, inner = split_inner(name)
    held = [] if kind_word(inner) else _split(inner)
    if not held or level_of(outer) != "adm1" or not _alike(above.get("adm1_name", outer), outer):
        yield _named(name, above)
        return
    for one in held:
        narrower = (level for level in ("adm2", "settlement") if _table(level).find(one))
        level = stated_kind(one) or next(narrower, None)
        yield {"place": one, "place_level": level, "place_parent": outer, "adm1_name": outer}


def _in_column(name: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Describe a place in the column of a level, unless it says that it is of another."""
    stated = "country" if is_countrywide(name) else stated_kind(name)
    level = row["place_level"] if stated in (None, "settlement") else stated
    return {**row, "place": name, "place_level": level}


def _named(name: str, above: Mapping[str, str]) -> dict[str, Any]:
    """Describe a place that stands in a column of no level, below the units next to it."""
    same = [level for level in LEVELS if _alike(above.get(f"{level}_name"), name)]
    level = same[0] if same else level_of(name)
    if above and not same and level not in (None, "settlement"):
        # Next to the unit in which it lies, a name is not that of another unit.
        level = "settlement" if level != "country" else level
    row: dict[str, Any] = {"place": name, "place_level": level} | dict(above)
    parent = above.get("adm1_name")
    row["place_parent"] = None if level in ("adm1", "country") else parent
    return row


def _alike(unit: str | None, name: str) -> bool:
    return unit is not None and normalise(unit) == normalise(name)


@cache
def _table(level: str) -> NameTable:
    known: pd.DataFrame = catalog.load_table("reference", _TABLES[level])
    return NameTable.from_columns(known["name"], known["name_alt"])
