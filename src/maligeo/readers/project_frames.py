"""Frames of projects: their columns and types, and the places in which they work."""

from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from maligeo import catalog, columns
from maligeo.crs import GEOGRAPHIC
from maligeo.readers.coordinates import inside_country
from maligeo.readers.sourceformats import read_catalogue

EXTRA: Final = ("location_code", "geometry")

_Floats = npt.NDArray[np.float64]

_REPORTED_LEVELS: Final = {"adm1": "adm1_name", "adm2": "adm2_name", "adm3": "adm3_name"}
_FLOATS: Final = ("budget_amount", "donor_amount", "disbursed_amount", "place_share")
_DATES: Final = ("start_date", "end_date")
_NOT_BELOW_REGION: Final = ("adm1", "country", "unattributed", "abroad")


def project_frame(rows: pd.DataFrame) -> gpd.GeoDataFrame:
    """Give rows of projects all their columns, in order and of their types.

    Parameters
    ----------
    rows : pandas.DataFrame, n rows
        Any of the columns, with `geometry`, or `lon` and `lat` for positions; the index,
        the row number in the file, may repeat.

    Returns
    -------
    geopandas.GeoDataFrame, n rows, EPSG:4326
        Columns as `maligeo.columns.PROJECTS`, then `location_code` and `geometry`.
    """
    names = [name for name in (*columns.PROJECTS, *EXTRA) if name != "geometry"]
    frame = rows.reindex(columns=[*names, "lon", "lat"])
    frame["project_count"] = frame["project_count"].astype("Int64").fillna(1)
    for name in _FLOATS:
        frame[name] = pd.to_numeric(frame[name]).astype("Float64")
    for name in _DATES:
        frame[name] = pd.to_datetime(frame[name]).astype("datetime64[us]")
    for name in frame.columns.difference(["project_count", "lon", "lat", *_FLOATS, *_DATES]):
        frame[name] = frame[name].astype("string")
    frame = with_reported_names(frame)
    if "geometry" in rows:
        shapes = gpd.array.from_shapely(rows["geometry"].to_numpy(), crs=GEOGRAPHIC)
        return gpd.GeoDataFrame(frame[names], geometry=shapes)
    lon, lat = (pd.to_numeric(frame[name]).to_numpy(dtype="float64") for name in ("lon", "lat"))
    return gpd.GeoDataFrame(frame[names], geometry=points(lon, lat))


def points(lon: _Floats, lat: _Floats) -> gpd.array.GeometryArray:
    """Make points, missing where a coordinate is."""
    made = gpd.points_from_xy(lon, lat, crs=GEOGRAPHIC)
    made[~(np.isfinite(lon) & np.isfinite(lat))] = None
    return made


def with_reported_names(projects: pd.DataFrame) -> pd.DataFrame:
    """Fill `adm1_name, adm2_name, adm3_name` from place, level and parent."""
    named = projects.copy()
    for level, column in _REPORTED_LEVELS.items():
        own = named["place"].where(named["place_level"] == level)
        named[column] = own.fillna(named[column]) if column in named else own
    below_region = ~named["place_level"].isin(_NOT_BELOW_REGION)
    named["adm1_name"] = named["adm1_name"].fillna(named["place_parent"].where(below_region))
    return named


def designated_level(code: str | None) -> str | None:
    """Give the level of place that a GeoNames feature code means, or None."""
    if code is None:
        return None
    levels: dict[str, str] = read_catalogue("projects_places")["designations"]
    return levels.get(code.strip().upper())


def in_country(lon: float, lat: float) -> bool:
    """Tell whether a position lies in the bounding box of the country."""
    return bool(inside_country(lon, lat))


def on_globe(lon: float, lat: float) -> bool:
    """Tell whether numbers can be a position; 0, 0 is what programs write for none."""
    return abs(lat) <= 90 and abs(lon) <= 180 and (lon, lat) != (0, 0)


def position_fault(lon: float, lat: float) -> str | None:
    """Say what is wrong with a position that should lie in the country, or None."""
    if lon == 0 and lat == 0:
        return "is the null point 0, 0"
    if abs(lat) > 90 or abs(lon) > 180:
        return "is no latitude and longitude"
    if in_country(lon, lat):
        return None
    name = catalog.country()["name_en"]
    if in_country(lat, lon):
        return (
            f"latitude and longitude are swapped: {lon:g} north, {lat:g} east lies in {name}, "
            f"{lat:g} north, {lon:g} east does not"
        )
    return f"lies outside {name}"
