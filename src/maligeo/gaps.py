"""Where nobody works: who is present in which unit, and who is not."""

import geopandas as gpd
import pandas as pd

from maligeo.checks import require_columns, require_one_vintage, require_same_vintage

_KEY = ["place_kind", "pcode", "name"]


def presence(
    shares: pd.DataFrame, units: gpd.GeoDataFrame, *, by: str = "programme"
) -> pd.DataFrame:
    """Cross units with programmes (or sectors, funders …), empty cells and all.

    Parameters
    ----------
    shares : pandas.DataFrame
        Allocated projects, as from `allocate`.
    units : geopandas.GeoDataFrame
        Units of the same vintage; each gets a row, also without any project.
    by : str, default "programme"
        Column of `shares` that gives the columns of the matrix, in order of appearance.

    Returns
    -------
    pandas.DataFrame
        Index `place_kind, pcode, name`: the units in their order, then what is
        countrywide and what could not be attributed. Cells count the projects recorded
        there (a project in several units counts in each); 0 means that the sources
        record none, not that none exists.

    Raises
    ------
    FrameError
        If a column is missing.
    VintageError
        If shares and units are of different vintages.
    """
    require_columns(shares, ("project_id", "project_count", by, *_KEY), what="allocated projects")
    vintage = require_one_vintage(units["vintage"], what="units")
    require_same_vintage(
        require_one_vintage(shares["vintage"], what="allocated projects"),
        vintage,
        what="projects and units",
    )
    headings = list(dict.fromkeys(shares[by].dropna()))
    rows = pd.MultiIndex.from_frame(_rows(shares, units))
    keyed = shares.assign(pcode=shares["pcode"].fillna(""), name=shares["name"].fillna(""))
    matrix = keyed.pivot_table(
        index=_KEY, columns=by, values="project_count", aggfunc="sum", observed=True
    )
    return matrix.reindex(index=rows, columns=headings).fillna(0).astype("Int64")


def _rows(shares: pd.DataFrame, units: gpd.GeoDataFrame) -> pd.DataFrame:
    """List the units, then the kinds of place without a unit that occur."""
    placed = units[["pcode", "name"]].assign(place_kind="unit")
    kinds = [kind for kind in ("countrywide", "unattributed") if kind in set(shares["place_kind"])]
    others = pd.DataFrame({"place_kind": kinds, "pcode": "", "name": ""})
    return pd.concat([placed, others], ignore_index=True)[_KEY].astype("string")
