"""Marks for released cells: how many incidents a unit had, nowhere in particular in it."""

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
    """Draw one mark for each released number of incidents, in the middle of its unit.

    Parameters
    ----------
    table : pandas.DataFrame
        Released incidents by unit and period, as from `cell_table`.
    units : geopandas.GeoDataFrame, EPSG:4326
        The units.

    Returns
    -------
    geopandas.GeoDataFrame, EPSG:4326
        `count` incidents each, of which nothing is known but the unit and the period.
    """
    level = unit_level(units)
    rows = table[(table["measure"] == INCIDENTS) & table["count"].notna()]
    rows = rows[rows["place_kind"] == "unit"].reset_index(drop=True)
    places = units.geometry.representative_point().set_axis(unit_keys(units))
    quarterly = (rows["period_end"] - rows["period_start"]).dt.days < _DAYS
    return gpd.GeoDataFrame(
        {
            "event_type": pd.array([pd.NA] * len(rows), dtype="string"),
            "date": rows["period_start"],
            "date_precision": np.where(quarterly, "quarter", "year"),
            "location_precision": f"adm{level}",
            "vintage": rows["vintage"],
            f"adm{level}_pcode": rows["pcode"],
            f"adm{level}_name": rows["name"],
            "place_kind": "unit",
            "locate_method": "name",
            "count": rows["count"].astype("Int64"),
        },
        geometry=places.reindex(unit_keys(rows)).to_numpy(),
        crs=GEOGRAPHIC,
    )


def spread(marked: gpd.GeoDataFrame, units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Spread the incidents that marks count evenly over their units: nothing finer is known.

    Returns
    -------
    geopandas.GeoDataFrame, EPSG:4326
        One point for each, for a surface.
    """
    counts = marked["count"].to_numpy(np.int64)
    marked = marked.loc[marked.index.repeat(counts)].reset_index(drop=True)
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
