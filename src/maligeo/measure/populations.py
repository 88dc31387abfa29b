"""People per administrative unit, from a census or from a raster."""

from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

from maligeo import catalog
from maligeo.core import columns
from maligeo.core.audiences import mark_published
from maligeo.core.checks import require_columns, require_one_vintage
from maligeo.core.crs import area_sqkm, require_geographic
from maligeo.core.errors import ArgumentError, UnknownNameError
from maligeo.join.divisions import crosswalk
from maligeo.join.zonal import sum_raster
from maligeo.readers.boundaries import load_boundaries

APPROXIMATE = "approximate: the units of the census do not nest exactly"
LATEST: Final = 2022
PLAUSIBLE: Final = 3.0  # a raster within this factor of the census is believed
MOST_OF_COUNTRY: Final = 0.8


def population(
    units: gpd.GeoDataFrame,
    *,
    year: int | None = None,
    raster: str | Path | None = None,
    kind: str | None = None,
) -> pd.DataFrame:
    """Give the people of each unit, from a bundled census or from a raster.

    Parameters
    ----------
    units : geopandas.GeoDataFrame
        Units of one vintage, with columns `vintage, pcode, name`; of the first level for
        a census, with outlines in EPSG:4326 for a raster.
    year : int, optional
        Year of the census: 2009 (RGPH4, in the division of 2015) or 2022 (RGPH5, in that
        of 2023, added up to older divisions by `crosswalk`; the default). For a raster
        the year that it is about, which has to be said.
    raster : str or pathlib.Path, optional
        Raster of people instead of a census; needs the extra "raster".
    kind : {"count", "density"}, optional
        Whether a cell of the raster holds people, or people per km².

    Returns
    -------
    pandas.DataFrame, one row per unit, in their order
        Columns `vintage, pcode, name, population, population_year, source, note`.
        `population` counts people; `note` says where a sum is approximate. From a raster
        they are fractions, by the exact part of each cell in the unit.

    Raises
    ------
    UnknownNameError
        If no census of that year is bundled, or it does not reach these units.
    ArgumentError
        If year or kind of the raster are not said, or the raster gives more than three
        times, or less than a third of, the people whom the nearest census counted in the
        country: then `kind` is probably wrong.
    VintageError
        If the units are of several vintages.
    CrsError, InputFileError, MissingDependencyError
        As `maligeo.join.zonal.sum_raster` raises.

    Examples
    --------
    >>> import maligeo
    >>> people = maligeo.population(maligeo.load_boundaries())
    >>> people[["name", "population", "population_year"]].head(2)
            name  population  population_year
    0      Kayes     3200061             2022
    1  Koulikoro     3238899             2022
    """
    require_columns(units, ("vintage", "pcode", "name"), what="units")
    vintage = require_one_vintage(units["vintage"], what="units")
    if raster is not None:
        return _from_raster(units, Path(raster), kind, year)
    if kind is not None:
        raise ArgumentError("kind is about a raster, and none is given")
    return _from_census(units, vintage, LATEST if year is None else year)


def _from_census(units: gpd.GeoDataFrame, vintage: str, year: int) -> pd.DataFrame:
    if "level" in units.columns and (units["level"] != 1).any():
        raise UnknownNameError("the censuses are bundled by region: for finer units give a raster")
    census = _census(year)
    census_vintage = str(census["vintage"].iloc[0])
    if census_vintage != vintage:
        census = _add_up(census, census_vintage, vintage)
    known = units[["vintage", "pcode", "name"]].merge(
        census.drop(columns=["vintage", "pcode"]), on="name", how="left"
    )
    if known["population"].isna().any():
        without = ", ".join(known.loc[known["population"].isna(), "name"])
        raise UnknownNameError(f"the census of {year} has no figure for: {without}")
    known.index = units.index
    return mark_published(known[list(columns.POPULATION)])


def _census(year: int) -> pd.DataFrame:
    table = _censuses()
    years = sorted({int(known) for known in table["population_year"]})
    if year not in years:
        raise UnknownNameError(f"no census of {year} is bundled; there is {years}")
    return table[table["population_year"] == year]


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
    units: gpd.GeoDataFrame, raster: Path, kind: str | None, year: int | None
) -> pd.DataFrame:
    if year is None:
        raise ArgumentError("say which year the raster is about")
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
