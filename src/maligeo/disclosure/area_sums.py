"""Areas for others: square metres by unit, year and status, without outlines."""

from typing import Final

import geopandas as gpd
import pandas as pd

from maligeo.core.errors import ReleaseError
from maligeo.disclosure.policy import Rules
from maligeo.join.declared import COMPUTED
from maligeo.join.points import unit_level
from maligeo.join.shares import allocate

SUM_COLUMNS: Final = (
    "area_id", "status", "end_date", "date_precision", "vintage", "pcode", "name", "place_kind",
    "share", "net_area_sqm", "basis",
)  # fmt: skip

_KEYS: Final = ["status", "end_date", "vintage", "pcode", "name", "place_kind", "basis"]


def area_sums(areas: pd.DataFrame, units: gpd.GeoDataFrame, rules: Rules) -> pd.DataFrame:
    """Add areas up by unit, year and status.

    Parameters
    ----------
    areas : pandas.DataFrame
        As from `read_areas`, or allocated to the units.
    units : geopandas.GeoDataFrame, EPSG:4326
        The units.
    rules : Rules
        Which statuses and levels pass.

    Returns
    -------
    pandas.DataFrame
        Columns `SUM_COLUMNS`, as `density` takes allocated areas; `area_id` is a number of
        no meaning, `end_date` the first day of the year. What is computed of outlines and
        what is declared without one are sums apart.

    Raises
    ------
    ReleaseError
        If the units are finer than passes.
    """
    lattice = rules.lattice_for("areas")
    level = unit_level(units)
    if not lattice.times(level):
        raise ReleaseError(f"areas are not released by units of level {level}")
    shares = areas if "net_area_sqm" in areas.columns else allocate(areas, units, by="area")
    passing = shares["status"].map(lambda status: lattice.has(f"{status}_sqm"))
    kept = shares[passing.fillna(value=False).astype(bool)]
    day = pd.to_datetime(kept.get("end_date", pd.Series(pd.NaT, index=kept.index)))
    year = day.dt.to_period("Y").dt.start_time.astype("datetime64[us]")
    basis = kept.get("basis", pd.Series(COMPUTED, index=kept.index))
    rows = pd.DataFrame(kept).assign(end_date=year, basis=basis.astype("string"))
    sqm = rows.groupby(_KEYS, dropna=False, sort=True)["net_area_sqm"]
    sums = sqm.sum(min_count=1).reset_index()  # areas of no known size are not zero
    sums["area_id"] = (sums.index + 1).astype("string")
    sums["date_precision"], sums["share"] = "year", 1.0
    return sums[list(SUM_COLUMNS)]
