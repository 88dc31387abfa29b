"""Records over several units: which share of a record belongs to which unit."""

import re
from typing import Any

import geopandas as gpd
import pandas as pd

from maligeo.core import columns
from maligeo.core.audiences import inherit_audience
from maligeo.core.checks import (
    require_choice,
    require_columns,
    require_frame,
    require_one_vintage,
    require_same_vintage,
    require_vintage_of,
)
from maligeo.core.errors import ArgumentError, Fault, FrameError
from maligeo.core.placenames import JOINT
from maligeo.join.overlay import allocate_areas
from maligeo.join.points import Locator
from maligeo.readers.reading import meant_in

METHODS = ("equal", "area", "population", "stated")
TOLERANCE = 1e-6  # of stated shares, which people round

_KEY = ["project_id", "place_kind", "pcode"]
_REPORTED = re.compile(r"adm\d_(?:name|reported)")


def allocate(
    records: pd.DataFrame,
    units: gpd.GeoDataFrame | Locator,
    *,
    by: str = "equal",
    population: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Divide each record among the units that it concerns.

    Polygons (a frame with `area_id`) are divided by area, see `maligeo.join.overlay`. Projects
    (located by `maligeo.locate`, one row per `project_id` and place) are divided among
    the units of their places; several places in one unit count once there. What is
    countrywide or cannot be placed keeps a share in a row of its own kind, so that the
    shares of a record always add up to 1. Places that are an office, or that a source names
    without a number (`reach`), have the share 0.

    Parameters
    ----------
    records : pandas.DataFrame or geopandas.GeoDataFrame
        Areas in any stated CRS, or located projects.
    units : geopandas.GeoDataFrame in EPSG:4326, or Locator
        Units of one vintage, the same as those located in; a `Locator` of them also says how
        areas without an outline are joined to them, as by a gazetteer.
    by : {"equal", "area", "population", "stated"}, default "equal"
        "equal": each place the same. "area": polygons by the area in each unit, projects
        by the area of the units. "population": by the people of the units. "stated": by
        the column `place_share`, as fractions or percentages. With "area" and
        "population" a place without a unit first takes its equal share.
    population : pandas.DataFrame, optional
        People per unit, as from `maligeo.population`, for "population".

    Returns
    -------
    pandas.DataFrame, one row per record and unit
        The input's columns without geometry (of projects those of the first place in the
        unit, with `place` joined by " | ") and `vintage, pcode, name, place_kind, share,
        share_by`; the shares of a record add up to 1.

    Raises
    ------
    ArgumentError
        If the way of sharing is not known or does not suit the records.
    FrameError
        If projects were not located first, or stated shares do not add up to 1.
    VintageError
        If records and units are of different vintages.
    CrsError
        If areas state no CRS, or units are not in EPSG:4326.

    Examples
    --------
    >>> import maligeo
    >>> units = maligeo.load_boundaries()
    >>> shares = maligeo.allocate(maligeo.locate(maligeo.load_projects(), units), units)
    >>> shares[["project_id", "name", "place_kind", "share"]].head(3)
                    project_id   name    place_kind  share
    0              eutf-centre  Mopti          unit    0.5
    1              eutf-centre  Ségou          unit    0.5
    2  lux-developpement-rural   <NA>  unattributed    1.0
    """
    require_choice(by, METHODS, option="by")
    require_frame(records, what="records")
    how = units if isinstance(units, Locator) else None
    outlines = units.units if isinstance(units, Locator) else units
    if "area_id" in records.columns:
        if by != "area":
            raise ArgumentError(f"polygons are divided by area, not by {by!r}")
        places = meant_in(records)
        if places:
            (how or Locator(outlines)).require_known(places)
        return inherit_audience(allocate_areas(records, outlines, how), records)
    places = _places(records, outlines)
    counted = places[~without_projects(places)]
    weights = {
        "equal": lambda: pd.Series(1.0, index=counted.index),
        "area": lambda: _unit_weight(counted, outlines, "area_sqkm"),
        "population": lambda: _people_weight(counted, population),
        "stated": lambda: _stated_weight(counted, records, outlines),
    }[by]()
    shares = _shares(counted, weights) if by != "stated" else weights
    places["share"] = shares.reindex(places.index, fill_value=0.0)
    places["share_by"] = by
    others = [column for column in places.columns if column not in columns.ALLOCATION]
    divided = places[[*others, *columns.ALLOCATION]].reset_index(drop=True)
    return inherit_audience(divided, records, population)


def _places(located: pd.DataFrame, units: gpd.GeoDataFrame) -> pd.DataFrame:
    """Reduce located projects to one row per project and unit (or kind of place)."""
    keyed = with_codes(located, units)
    require_columns(keyed, ("project_id", "place", "vintage"), what="located projects")
    require_vintage_of(units, keyed, what="located projects")
    # Next to a place of activity, an office in the same unit says nothing more.
    order = without_projects(keyed).sort_values(kind="stable").index
    keyed = keyed.loc[order]
    group = keyed.groupby(_KEY, dropna=False, sort=False)
    places = group.head(1).sort_index()
    places["place"] = group["place"].transform(_join).loc[places.index]
    return places


def with_codes(located: pd.DataFrame, units: gpd.GeoDataFrame) -> pd.DataFrame:
    """Name the unit columns that `locate` wrote alike for every level, as plain text.

    Parameters
    ----------
    located : pandas.DataFrame
        As from `maligeo.locate`, at one level.
    units : geopandas.GeoDataFrame
        The units.

    Returns
    -------
    pandas.DataFrame
        With `pcode, name`, a row for each unit of a place that is several units together, and
        one for each project of which no place of activity is known.

    Raises
    ------
    ArgumentError
        If the records are located at no level or at several.
    """
    codes = [
        column
        for column in located.columns
        if column.startswith("adm") and column.endswith("_pcode")
    ]
    if len(codes) != 1 or "place_kind" not in located.columns:
        raise ArgumentError("records must be located at one level first: use maligeo.locate")
    names = {codes[0]: "pcode", codes[0].replace("_pcode", "_name"): "name"}
    keyed = pd.DataFrame(located.drop(columns="geometry", errors="ignore")).rename(columns=names)
    text = dict.fromkeys(("pcode", "name", "place_kind", "vintage"), "string")
    return _with_unplaced(_in_each(keyed.reset_index(drop=True).astype(text), units))


def _in_each(keyed: pd.DataFrame, units: gpd.GeoDataFrame) -> pd.DataFrame:
    """Give a place that is several units together a row in each of them."""
    joint = (keyed["place_kind"] == "joint").fillna(value=False)
    if not joint.any():
        return keyed
    single = units[~units["name"].duplicated(keep=False)]
    codes = dict(zip(single["name"].astype(str), single["pcode"], strict=True))
    split = keyed["name"].where(joint).str.split(JOINT, regex=False)
    split = split.where(
        split.map(lambda names: isinstance(names, list) and set(names) <= set(codes))
    )
    several = split.notna()
    rows = keyed.assign(name=split.where(several, keyed["name"])).explode("name")
    several = several.reindex(rows.index)
    rows["pcode"] = rows["pcode"].mask(several, rows["name"].map(codes)).astype("string")
    rows["place_kind"] = rows["place_kind"].mask(several, "unit")
    if "place_share" in rows.columns:
        parts = rows.groupby(level=0)["name"].transform("size")
        rows["place_share"] = rows["place_share"].astype("Float64") / parts
    return rows.astype({"name": "string"}).reset_index(drop=True)


def without_projects(places: pd.DataFrame) -> "pd.Series[bool]":
    """Tell which places are an office, or named without a number: they count no project."""
    if "reach" not in places.columns:
        return pd.Series(False, index=places.index)
    return places["reach"].isin(columns.NO_PROJECTS)


def named_alone(places: pd.DataFrame) -> "pd.Series[bool]":
    """Tell which places a source names for projects without a number; an office is none."""
    if "reach" not in places.columns:
        return pd.Series(False, index=places.index)
    return (places["reach"] == "named").fillna(False).astype(bool)


def _with_unplaced(keyed: pd.DataFrame) -> pd.DataFrame:
    """Give projects of which no place of activity is known a row that counts them."""
    apart = without_projects(keyed)
    alone = keyed[apart.groupby(keyed["project_id"]).transform("all")]
    if alone.empty:
        return keyed
    reported = {name for name in keyed.columns if _REPORTED.fullmatch(name)}
    placed = {"pcode", "name", "place", "reach"} & set(keyed.columns)
    nowhere = dict.fromkeys(sorted(reported | placed), pd.NA)
    rows = alone.drop_duplicates("project_id").assign(place_kind="unattributed", **nowhere)
    return pd.concat([keyed, rows.astype(keyed.dtypes)], ignore_index=True)


def _shares(places: pd.DataFrame, weight: pd.Series) -> pd.Series:
    """Give each place without a unit its equal share, and divide the rest by weight."""
    project = places["project_id"]
    has_unit = places["place_kind"] == "unit"
    equal = 1.0 / project.groupby(project).transform("size")
    left = 1.0 - equal.where(~has_unit, 0.0).groupby(project).transform("sum")
    within = weight.where(has_unit, 0.0)
    total = within.groupby(project).transform("sum")
    return (left * within / total).where(has_unit, equal)


def _unit_weight(places: pd.DataFrame, table: pd.DataFrame, column: str) -> pd.Series:
    """Look the weight of each place's unit up; a unit without one is a fault."""
    weight = places["pcode"].map(table.drop_duplicates("pcode").set_index("pcode")[column])
    weight = weight.astype("float64")
    faulty = places[(places["place_kind"] == "unit") & ~(weight > 0)]
    if len(faulty):
        reason = f"has no {column} to divide by"
        raise FrameError("units", [Fault(None, column, name, reason) for name in faulty["name"]])
    return weight


def _people_weight(places: pd.DataFrame, population: pd.DataFrame | None) -> pd.Series:
    if population is None:
        raise ArgumentError("dividing by population needs population=, see maligeo.population")
    require_columns(population, columns.POPULATION, what="people")
    of_people = require_one_vintage(population["vintage"], what="people")
    if len(places):
        require_same_vintage(of_people, str(places["vintage"].iloc[0]), what="people and projects")
    return _unit_weight(places, population, "population")


def _stated_weight(
    places: pd.DataFrame, located: pd.DataFrame, units: gpd.GeoDataFrame
) -> pd.Series:
    """Add up the shares that the source states; percentages count as hundredths."""
    require_columns(located, ("place_share",), what="located projects")
    keyed = with_codes(located, units)
    stated = keyed[~without_projects(keyed)].astype({"place_share": "Float64"})
    project = stated["project_id"]
    alone = project.groupby(project).transform("size") == 1
    share = stated["place_share"].mask(alone & stated["place_share"].isna(), 1.0)
    total = share.groupby(project).transform(lambda values: values.sum(skipna=False))
    percent = (total - 100).abs() <= 100 * TOLERANCE
    sound = (percent | ((total - 1).abs() <= TOLERANCE)).fillna(False)
    if not sound.all():
        bad = stated[~sound].drop_duplicates("project_id")
        raise FrameError("located projects", [_unsound(row, total) for row in bad.itertuples()])
    keyed = stated.assign(share=(share / total).astype("float64"))
    summed = keyed.groupby(_KEY, dropna=False, sort=False)["share"].transform("sum")
    return summed.loc[places.index]


def _unsound(row: Any, total: pd.Series) -> Fault:
    found = total.loc[row.Index]
    reason = f"stated shares of {row.project_id} do not add up to 1 or 100 %"
    return Fault(row.Index, "place_share", None if pd.isna(found) else float(found), reason)


def _join(places: pd.Series) -> str | None:
    distinct = list(dict.fromkeys(places.dropna()))
    return " | ".join(distinct) if distinct else None
