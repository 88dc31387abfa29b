"""People per administrative unit: from the censuses, a table of one's own, or a raster."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from maligeo import catalog
from maligeo.core import columns
from maligeo.core.audiences import mark_published
from maligeo.core.checks import require_columns, require_one_vintage
from maligeo.core.columns import unit_keys
from maligeo.core.crs import area_sqkm, require_geographic
from maligeo.core.errors import ArgumentError, UnknownNameError
from maligeo.join.divisions import crosswalk
from maligeo.join.zonal import sum_raster
from maligeo.measure.own_people import people_of_table
from maligeo.readers.boundaries import load_boundaries
from maligeo.readers.files.sources import Source

APPROXIMATE: Final = "approximate: the units of the census do not nest exactly"
BETWEEN: Final = "interpolated between the censuses of 2009 and 2022"
BY_REGION: Final = "by the growth of the region of 2015 in which it lies"
AFTER: Final = "projected from the census of 2022 by the growth of the country"
FIRST: Final = 2009
LATEST: Final = 2022
LAST: Final = LATEST + 10  # a growth of the past says little of what comes later
YEARS: Final = tuple(range(FIRST, LAST + 1))
PLAUSIBLE: Final = 3.0  # a raster within this factor of the census is believed
MOST_OF_COUNTRY: Final = 0.8


def population(
    units: gpd.GeoDataFrame,
    *,
    year: int | Sequence[int] | None = None,
    table: str | Path | Source | pd.DataFrame | None = None,
    raster: str | Path | None = None,
    kind: str | None = None,
) -> pd.DataFrame:
    """Give the people of each unit, from the bundled censuses, a table, or a raster.

    Parameters
    ----------
    units : geopandas.GeoDataFrame
        Units of one vintage, with columns `vintage, pcode, name`; of the first level for
        a census, with outlines in EPSG:4326 for a raster.
    year : int or sequence of int, optional
        A year from 2009 to 2032, or several. 2009 (RGPH4, in the division of 2015) and 2022
        (RGPH5, in that of 2023, added up to older divisions by `crosswalk`; the default)
        were counted; other years are estimated, see the notes. For a table the years to keep,
        or the year that it is about, where it does not say; for a raster the year that it is
        about, which has to be said.
    table : path, Source or pandas.DataFrame, optional
        A table of one's own instead of a census, of units of any level: names of units, and
        people in one column ("Population"), or in one for each year ("Population 2021").
    raster : str or pathlib.Path, optional
        Raster of people instead of a census; needs the extra "raster". Or a layer of polygons
        with a column of people, such as Kontur's hexagons.
    kind : {"count", "density"}, optional
        Whether a cell of the raster holds people, or people per km²; a polygon holds people.

    Returns
    -------
    pandas.DataFrame, one row per unit and year, in the order of units
        Columns `vintage, pcode, name, population, population_year, source, note`.
        `population` counts people; `note` says where a sum is approximate, and on what an
        estimate rests. From a raster they are fractions, by the exact part of each cell in the
        unit. People of a table are missing for units that it does not name; what it names and
        no unit is, stands in `attrs["remarks"]`, and `attrs["reading"]` is its `Reading`.

    Raises
    ------
    UnknownNameError
        If the censuses say nothing of that year or these units, or a table has no column of
        people.
    FrameError, InputFileError
        As `read_figures` raises for a table.
    ArgumentError
        If year or kind of the raster are not said, or the raster gives more than three
        times, or less than a third of, the people whom the nearest census counted in the
        country: then `kind` is probably wrong.
    VintageError
        If the units are of several vintages, or of another than a table says it is about.
    CrsError, InputFileError, MissingDependencyError
        As `maligeo.join.zonal.sum_raster` raises.

    Notes
    -----
    Between the censuses the people P of a unit grow geometrically, P(t) = P(2022) × exp(g (t -
    2022)), g = ln(P(2022) / P(2009)) / 13; a unit that came later grows as the region of 2015
    in which it lies. After 2022 all units grow as the country did between the censuses (3.4 %
    a year): a projection, and none of INSTAT's. See Shryock and Siegel (1976), The Methods and
    Materials of Demography, chapter 13.

    Examples
    --------
    >>> import maligeo
    >>> people = maligeo.population(maligeo.load_boundaries())
    >>> people[["name", "population", "population_year"]].head(2)
            name  population  population_year
    0      Kayes     3200061             2022
    1  Koulikoro     3238899             2022
    >>> people = maligeo.population(maligeo.load_boundaries(), year=2015)
    >>> people.loc[7, "population"], people.loc[7, "note"]
    (np.int64(74479), 'interpolated between the censuses of 2009 and 2022')
    """
    require_columns(units, ("vintage", "pcode", "name"), what="units")
    vintage = require_one_vintage(units["vintage"], what="units")
    asked = [] if year is None else [year] if isinstance(year, int) else list(year)
    if raster is not None:
        return _from_raster(units, Path(raster), kind, asked)
    if kind is not None:
        raise ArgumentError("kind is about a raster, and none is given")
    if table is not None:
        return people_of_table(units, table, asked)
    found = [_from_census(units, vintage, one) for one in asked or [LATEST]]
    if len(found) == 1:
        return mark_published(found[0])
    return mark_published(pd.concat(found, ignore_index=True))


def people_nearest(people: pd.DataFrame, year: int | None) -> pd.DataFrame:
    """Keep of each unit the people of the year that is nearest to a year.

    Parameters
    ----------
    people : pandas.DataFrame
        As from `population`, of one or several years.
    year : int or None
        The year; None for the latest census, or what is nearest to it.

    Returns
    -------
    pandas.DataFrame
        One row per unit; of two years that are as near, the earlier.
    """
    years = people["population_year"].to_numpy(dtype=np.float64, na_value=np.nan)
    order = np.lexsort((years, np.abs(years - (LATEST if year is None else year))))
    again = unit_keys(people).iloc[order].duplicated().to_numpy()
    return people.iloc[np.sort(order[~again])]


def _from_census(units: gpd.GeoDataFrame, vintage: str, year: int) -> pd.DataFrame:
    if "level" in units.columns and (units["level"] != 1).any():
        raise UnknownNameError(
            "the censuses are bundled by region: for finer units give a table of people or a raster"
        )
    if not FIRST <= year <= LAST:
        raise UnknownNameError(
            f"nothing is known of the people of {year}: there is {FIRST} to {LAST}"
        )
    is_counted = year == LATEST or (year == FIRST and vintage == _division_of(FIRST))
    census = _counted_in(year, vintage) if is_counted else _estimated(vintage, year)
    known = units[["vintage", "pcode", "name"]].merge(
        census.drop(columns=["vintage", "pcode"]), on="name", how="left"
    )
    if known["population"].isna().any():
        without = ", ".join(known.loc[known["population"].isna(), "name"])
        raise UnknownNameError(f"the census of {year} has no figure for: {without}")
    known.index = units.index
    return known[list(columns.POPULATION)]


def _division_of(year: int) -> str:
    """Name the division in which a census counted."""
    table = _censuses()
    return str(table.loc[table["population_year"] == year, "vintage"].iloc[0])


@cache
def _counted_in(year: int, vintage: str) -> pd.DataFrame:
    """Give the people whom a census counted in the regions of its division or an older one."""
    table = _censuses()
    census = table[table["population_year"] == year]
    division = _division_of(year)
    return census if division == vintage else _add_up(census, division, vintage)


@cache
def _estimated(vintage: str, year: int) -> pd.DataFrame:
    """Estimate the people of regions in a year without a census."""
    latest, oldest = _counted_in(LATEST, vintage), _division_of(FIRST)
    first = _counted_in(FIRST, oldest).set_index("name")
    then = first["population"].astype("float64")
    last = _counted_in(LATEST, oldest).set_index("name")["population"].astype("float64")
    if year > LATEST:
        growth, remark = np.log(last.sum() / then.sum()), AFTER
        source = latest["source"]
    else:
        units = catalog.load_table("reference", "units")
        within = units[units["vintage"] == vintage].set_index("name")[f"part_of_{oldest}"]
        growth = latest["name"].map(within).map(np.log(last / then)).to_numpy()
        remark = BETWEEN if vintage == oldest else f"{BETWEEN} {BY_REGION}"
        source = f"{first['source'].iloc[0]} | " + latest["source"]
    people = latest["population"] * np.exp(growth * (year - LATEST) / (LATEST - FIRST))
    known = latest["note"].astype("string")
    return latest.assign(
        population=people.round().astype("Int64"),
        population_year=year,
        source=source,
        note=(known + "; ").fillna("") + remark,
    )


def _censuses() -> pd.DataFrame:
    table = catalog.load_table("reference", "population")
    units = catalog.load_table("reference", "units")
    return table.merge(units[["vintage", "name"]], on=["vintage", "name"])


def _add_up(census: pd.DataFrame, census_vintage: str, wanted: str) -> pd.DataFrame:
    """Sum the people of newer units within the older ones that they came from."""
    if wanted > census_vintage:
        raise UnknownNameError(
            f"the census in units of {census_vintage} does not reach the smaller units of {wanted}"
        )
    weights = crosswalk(census_vintage, wanted)
    joined = weights.merge(census, left_on="from_name", right_on="name", suffixes=("_weights", ""))
    summed = joined.groupby("to_name", as_index=False, sort=False).agg(
        population=("population", "sum"),
        population_year=("population_year", "first"),
        source=("source", "first"),
        exact=("exact", "all"),
    )
    summed["note"] = summed["exact"].map({True: pd.NA, False: APPROXIMATE}).astype("string")
    return summed.rename(columns={"to_name": "name"}).assign(vintage=wanted, pcode=pd.NA)


def _from_raster(
    units: gpd.GeoDataFrame, raster: Path, kind: str | None, years: Sequence[int]
) -> pd.DataFrame:
    if len(years) != 1:
        raise ArgumentError("say which year the raster is about")
    year = years[0]
    require_geographic(units, what="units")
    people = sum_raster(units.geometry, raster, kind=kind)
    _require_plausible(float(people.sum()), units, raster, kind, year)
    table = pd.DataFrame(units[["vintage", "pcode", "name"]])
    table["population"] = pd.array(people, dtype="Float64")
    table["population_year"] = pd.array([year] * len(units), dtype="Int64")
    table["source"] = f"raster {raster.name} ({kind})"
    table["note"] = pd.array([pd.NA] * len(units), dtype="string")
    return table[list(columns.POPULATION)]


def _require_plausible(
    people: float, units: gpd.GeoDataFrame, raster: Path, kind: str | None, year: int
) -> None:
    """Compare a raster with the census nearest in time, where the units can be compared."""
    counted = _counted(units, year)
    if counted is None or counted / PLAUSIBLE <= people <= counted * PLAUSIBLE:
        return
    raise ArgumentError(
        f"{raster} as {kind!r} gives {people:,.0f} people where the census counted "
        f"{counted:,.0f}: it probably holds what the other kind says"
    )


def _counted(units: gpd.GeoDataFrame, year: int) -> float | None:
    """Give the people whom the nearest census counted in these units, if that is known.

    Known by name for first-level units, and for the country where the units make up most
    of it.
    """
    census = _censuses()
    years = census["population_year"].astype("int64")
    census = census[(years - year).abs() == (years - year).abs().min()]
    vintage, census_vintage = str(units["vintage"].iloc[0]), str(census["vintage"].iloc[0])
    if vintage < census_vintage:
        census = _add_up(census, census_vintage, vintage)
    by_name = census.set_index("name")["population"]
    level = units["level"] if "level" in units.columns else pd.Series(0, index=units.index)
    if vintage <= census_vintage and (level == 1).all() and units["name"].isin(by_name.index).all():
        return float(units["name"].map(by_name).sum())
    most = area_sqkm(units.geometry).sum() > MOST_OF_COUNTRY * load_boundaries()["area_sqkm"].sum()
    return float(by_name.sum()) if most else None
