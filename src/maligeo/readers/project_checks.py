"""What contradicts itself between the rows of one project."""

from collections.abc import Mapping
from typing import Final

import geopandas as gpd
import pandas as pd

from maligeo.names import normalise
from maligeo.readers.rejecting import Faults

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
    faults.add(again, columns.get("project_id", "project_id"), projects["project_id"], reason)


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
    faults.add(other, columns.get(column, column), amounts.str.strip(), reason)


def _find_shares(projects: gpd.GeoDataFrame, columns: Mapping[str, str], faults: Faults) -> None:
    ids = projects["project_id"].array
    shares = projects["place_share"]
    total = shares.groupby(ids).transform("sum")
    complete = shares.notna().groupby(ids).transform("all")
    over = shares.notna() & (total > 1 + _TOLERANCE)
    short = complete & (total < 1 - _TOLERANCE)
    reason = "shares of the project add up to " + (total * 100).round(1).astype("string") + " %"
    faults.add(over | short, columns.get("place_share", "place_share"), shares, reason)
