"""People per administrative unit."""

import geopandas as gpd
import pandas as pd

from maligeo import catalog, columns
from maligeo.checks import require_columns, require_one_vintage
from maligeo.crosswalks import crosswalk
from maligeo.errors import UnknownNameError

APPROXIMATE = "approximate: the units of the census do not nest exactly"


def population(units: gpd.GeoDataFrame, *, year: int = 2022) -> pd.DataFrame:
    """Give the people of each unit from a bundled census.

    Parameters
    ----------
    units : geopandas.GeoDataFrame
        First-level units of one vintage, with columns `vintage, pcode, name`.
    year : int, default 2022
        Year of the census: 2009 (RGPH4, in the division of 2015) or 2022 (RGPH5, in that
        of 2023, added up to older divisions by `crosswalk`).

    Returns
    -------
    pandas.DataFrame, one row per unit, in their order
        Columns `vintage, pcode, name, population, population_year, source, note`.
        `population` counts people; `note` says where a sum is approximate.

    Raises
    ------
    UnknownNameError
        If no census of that year is bundled, or it does not reach these units.
    VintageError
        If the units are of several vintages.
    """
    require_columns(units, ("vintage", "pcode", "name"), what="units")
    vintage = require_one_vintage(units["vintage"], what="units")
    census = _census(year)
    held = str(census["vintage"].iloc[0])
    if held != vintage:
        census = _add_up(census, held, vintage)
    known = units[["vintage", "pcode", "name"]].merge(
        census.drop(columns=["vintage", "pcode"]), on="name", how="left", validate="1:1"
    )
    if known["population"].isna().any():
        without = ", ".join(known.loc[known["population"].isna(), "name"])
        raise UnknownNameError(f"the census of {year} has no figure for: {without}")
    known.index = units.index
    return known[list(columns.POPULATION)]


def _census(year: int) -> pd.DataFrame:
    table = catalog.load_table("reference", "population")
    units = catalog.load_table("reference", "units")
    table = table.merge(units[["vintage", "name"]], on=["vintage", "name"])
    years = sorted({int(known) for known in table["population_year"]})
    if year not in years:
        raise UnknownNameError(f"no census of {year} is bundled; there is {years}")
    return table[table["population_year"] == year]


def _add_up(census: pd.DataFrame, held: str, wanted: str) -> pd.DataFrame:
    """Sum the people of newer units within the older ones that they came from."""
    if wanted > held:
        raise UnknownNameError(
            f"the census in units of {held} does not reach the smaller units of {wanted}"
        )
    weights = crosswalk(held, wanted)
    joined = weights.merge(census, left_on="from_name", right_on="name", suffixes=("_weights", ""))
    summed = joined.groupby("to_name", as_index=False, sort=False).agg(
        population=("population", "sum"),
        population_year=("population_year", "first"),
        source=("source", "first"),
        exact=("exact", "all"),
    )
    summed["note"] = summed["exact"].map({True: pd.NA, False: APPROXIMATE}).astype("string")
    return summed.rename(columns={"to_name": "name"}).assign(vintage=wanted, pcode=pd.NA)
