"""Marks for released cells: one for each incident that is counted, nowhere in particular."""

from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from maligeo.core.columns import unit_keys
from maligeo.core.crs import GEOGRAPHIC, Floats
from maligeo.disclosure.cells import INCIDENTS
from maligeo.join.points import unit_level

_DAYS: Final = 200  # a period below it is a quarter
_CANDIDATES: Final = 4  # places to choose from, for each that is wanted


def marks(table: pd.DataFrame, units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Draw one mark for each incident that a table shows, in the middle of its unit.

    Parameters
    ----------
    table : pandas.DataFrame
        Released incidents by unit and period, as from `cell_table`.
    units : geopandas.GeoDataFrame, EPSG:4326
        The units.

    Returns
    -------
    geopandas.GeoDataFrame, EPSG:4326
        Incidents of which nothing is known but the unit and the period: all of a cell are
        in one place, which says so (`location_precision`).
    """
    level = unit_level(units)
    rows = table[(table["measure"] == INCIDENTS) & table["count"].notna()]
    rows = rows[rows["place_kind"] == "unit"]
    times = rows["count"].to_numpy(np.float64).astype(np.int64)
    repeated = rows.loc[rows.index.repeat(times)].reset_index(drop=True)
    places = units.geometry.representative_point().set_axis(unit_keys(units))
    quarterly = (repeated["period_end"] - repeated["period_start"]).dt.days < _DAYS
    return gpd.GeoDataFrame(
        {
            "event_type": pd.array([pd.NA] * len(repeated), dtype="string"),
            "date": repeated["period_start"],
            "date_precision": np.where(quarterly, "quarter", "year"),
            "location_precision": f"adm{level}",
            "vintage": repeated["vintage"],
            f"adm{level}_pcode": repeated["pcode"],
            f"adm{level}_name": repeated["name"],
            "place_kind": "unit",
            "locate_method": "name",
        },
        geometry=places.reindex(unit_keys(repeated)).to_numpy(),
        crs=GEOGRAPHIC,
    )


def spread(marked: gpd.GeoDataFrame, units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Spread the marks of each unit evenly over it: nothing finer is known of them.

    Returns
    -------
    geopandas.GeoDataFrame, EPSG:4326
        The marks, `date` and points, for a surface.
    """
    keys = np.asarray(unit_keys(units).astype(object))
    level = unit_level(units)
    named = {part: marked[f"adm{level}_{part}"] for part in ("pcode", "name")}
    own = np.asarray(unit_keys(pd.DataFrame(named)).astype(object))
    lon, lat = np.full(len(marked), np.nan), np.full(len(marked), np.nan)
    for key, shape in zip(keys, units.geometry, strict=True):
        rows = np.flatnonzero(own == key)
        lon[rows], lat[rows] = _even(shape, len(rows))
    points = gpd.points_from_xy(lon, lat, crs=GEOGRAPHIC)
    spread_out = gpd.GeoDataFrame(marked[["event_type", "date"]], geometry=points)
    spread_out.attrs = dict(marked.attrs)
    return spread_out


def _even(shape: shapely.Geometry, number: int) -> tuple[Floats, Floats]:
    """Give so many places in a shape, evenly far from one another."""
    if not number:
        return np.empty(0), np.empty(0)
    west, south, east, north = shape.bounds
    filled = max(shape.area / ((east - west) * (north - south)), 0.01)
    side = int(np.ceil(np.sqrt(_CANDIDATES * number / filled))) + 2
    steps = (np.arange(side) + 0.5) / side
    lon, lat = (grid.ravel() for grid in np.meshgrid(west + steps * (east - west),
                                                     south + steps * (north - south)))  # fmt: skip
    inside = np.flatnonzero(shapely.contains_xy(shape, lon, lat))
    chosen: npt.NDArray[np.int64] = inside[np.arange(number) * len(inside) // number]
    return lon[chosen], lat[chosen]
