"""The nearest unit to points that lie just outside all of them, in metres.

A plane in which degrees of longitude are shortened by the cosine of the latitude is
within a few parts in ten thousand of the ellipsoid over a narrow band of latitude, so the
nearest boundary point is looked for there, band by band; the distance that counts is the
geodesic one to that point.
"""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Geod

from maligeo.errors import ArgumentError

_BAND_DEGREES = 0.25
_METRES_PER_DEGREE = 110_500.0  # the shortest degree of latitude is 110,574 m

Floats = npt.NDArray[np.float64]


def nearest_units(
    units: gpd.GeoSeries, lon: Floats, lat: Floats, *, within_m: float
) -> tuple[npt.NDArray[np.int32], Floats]:
    """Find the nearest unit of each point, as far as it lies within a distance.

    Parameters
    ----------
    units : geopandas.GeoSeries, EPSG:4326
        Outlines of the units.
    lon, lat : numpy.ndarray of float64, shape (n,)
        Points outside of all units; what is not finite has no nearest unit.
    within_m : float
        Greatest distance in metres, geodesic on WGS 84.

    Returns
    -------
    unit : int32 array, shape (n,)
        Row position of the unit, the lowest of several equally near; -1 where none lies
        within the distance.
    distance_m : float64 array, shape (n,)
        Distance in metres, NaN where there is no unit.

    Raises
    ------
    ArgumentError
        If the distance is not a positive number.
    """
    if not (np.isfinite(within_m) and within_m > 0):
        raise ArgumentError(f"a nearest distance must be a positive number of metres: {within_m}")
    unit = np.full(len(lon), -1, dtype=np.int32)
    distance = np.full(len(lon), np.nan)
    possible = np.flatnonzero(_near_bounds(units, lon, lat, within_m))
    bands = np.floor(lat[possible] / _BAND_DEGREES).astype(np.int64)
    outlines = np.asarray(units.array, dtype=object)
    for band in np.unique(bands):
        at = possible[bands == band]
        middle = (band + 0.5) * _BAND_DEGREES
        unit[at], distance[at] = _nearest_in_band(outlines, lon[at], lat[at], middle)
    far = ~(distance <= within_m)
    unit[far], distance[far] = -1, np.nan
    return unit, distance


def _near_bounds(
    units: gpd.GeoSeries, lon: Floats, lat: Floats, within_m: float
) -> npt.NDArray[np.bool_]:
    """Leave out the points whose distance from the box of all units is too great already."""
    if units.is_empty.all():
        return np.zeros(len(lon), dtype=np.bool_)
    west, south, east, north = units.total_bounds
    margin = within_m / _METRES_PER_DEGREE
    widest = min(max(abs(south), abs(north)) + margin, 89.0)
    wide = margin / np.cos(np.radians(widest))
    inside: npt.NDArray[np.bool_] = (
        (lon >= west - wide)
        & (lon <= east + wide)
        & (lat >= south - margin)
        & (lat <= north + margin)
    )
    return inside


def _nearest_in_band(
    outlines: npt.NDArray[np.object_], lon: Floats, lat: Floats, middle: float
) -> tuple[npt.NDArray[np.int32], Floats]:
    shrink = float(np.cos(np.radians(middle)))
    plane = shapely.transform(outlines, lambda xy: xy * (shrink, 1.0))
    points = shapely.points(lon * shrink, lat)
    tree = shapely.STRtree(plane)
    which, found = tree.query_nearest(points, all_matches=True)
    first = np.unique(which, return_index=True)[1]  # pairs come ordered by point
    found = np.minimum.reduceat(found, first).astype(np.int32)
    line = shapely.shortest_line(points, plane[found])
    ends = shapely.get_coordinates(line)[1::2]
    *_, metres = Geod(ellps="WGS84").inv(lon, lat, ends[:, 0] / shrink, ends[:, 1])
    return found, np.asarray(metres, dtype=np.float64)
