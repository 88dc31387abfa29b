"""The units above a unit: which cercle and region a commune lies in, by name."""

import geopandas as gpd
import pandas as pd

from maligeo import catalog
from maligeo.names import NameTable


def ancestor_names(units: gpd.GeoDataFrame, vintage: str, level: int) -> dict[int, NameTable]:
    """Give the names of the units above each unit, level by level.

    Taken from the columns `adm1_name`, `adm2_name` of the units where they are there, as
    in files that repeat them, and else from the bundled unit tables by `parent_pcode`.

    Parameters
    ----------
    units : geopandas.GeoDataFrame
        Units of one level and vintage, with `parent_pcode`.
    vintage : str
        Their vintage.
    level : int
        Their administrative level.

    Returns
    -------
    dict of int to NameTable
        For each level above, the names and aliases with the row positions of the units
        below them; a table without names where they are not known.
    """
    tables: dict[int, NameTable] = {}
    parent = units["parent_pcode"].reset_index(drop=True)
    for upper in range(level - 1, 0, -1):
        known = _known_units(vintage, upper)
        names, aliases = parent.map(known["name"]), parent.map(known["name_alt"])
        stated = units.get(f"adm{upper}_name")
        if stated is not None:
            stated = stated.reset_index(drop=True).astype("object")
            names = names.astype("object").where(names.notna(), stated)
            aliases = aliases.astype("string").str.cat(stated, sep="|", na_rep="")
        tables[upper] = NameTable.from_columns(names.fillna(""), aliases)
        parent = parent.map(known["parent_pcode"])
    return tables


def _known_units(vintage: str, level: int) -> pd.DataFrame:
    """List the units of a level by code, as far as the bundled tables know them."""
    if level == 1:
        table = catalog.load_table("reference", "units")
    else:
        table = catalog.load_table("reference", "cercles_2015")
    table = table[(table["vintage"] == vintage) & (table["level"] == level)]
    known = table.dropna(subset="pcode").drop_duplicates("pcode").set_index("pcode")
    return known[["name", "name_alt", "parent_pcode"]].astype("object")
