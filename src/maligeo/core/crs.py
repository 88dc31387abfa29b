"""Coordinate reference systems, rectangles in degrees, and the positions of records."""

from functools import cache
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS

from maligeo.core.checks import require_columns
from maligeo.core.errors import CrsError, GeometryError

GEOGRAPHIC = "EPSG:4326"
EQUAL_AREA = "EPSG:6933"
SQM_PER_SQKM = 1_000_000.0
_LONGEST_DEGREES = 0.0025  # about 280 m; at 0.01 a cut moved 1e-8 of the area of a star

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Shapes = npt.NDArray[np.object_]


@cache
def _geographic() -> CRS:
    return CRS(GEOGRAPHIC)


def require_geographic(frame: gpd.GeoDataFrame, *, what: str) -> None:
    """Refuse a frame that is not in EPSG:4326.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Frame to look at; it is not changed.
    what : str
        Name of the frame, for the message.

    Raises
    ------
    CrsError
        If the frame has no shapes, no CRS or another one. Nothing is reprojected silently.
    """
    if isinstance(frame, gpd.GeoDataFrame) and frame.active_geometry_name is None:
        raise CrsError(f"{what} has no column of shapes: name it with frame.set_geometry")
    if frame.crs is None:
        raise CrsError(f"{what} has no CRS: say which it is, e.g. frame.set_crs({GEOGRAPHIC!r})")
    if frame.crs != _geographic():
        found = frame.crs
        raise CrsError(
            f"{what} is in {found.name} ({found.to_string()[:40]}), not {GEOGRAPHIC}: "
            f"convert it with frame.to_crs({GEOGRAPHIC!r})"
        )


def to_geographic(frame: gpd.GeoDataFrame, *, what: str) -> gpd.GeoDataFrame:
    """Give a frame in EPSG:4326, whatever CRS it states.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Frame to look at; it is not changed.
    what : str
        Name of the frame, for the message.

    Raises
    ------
    CrsError
        If the frame has no shapes or states no CRS: none is assumed.

    Examples
    --------
    >>> points = gpd.GeoDataFrame(geometry=gpd.points_from_xy([500_000], [1_600_000]), crs=32630)
    >>> to_geographic(points, what="points").geometry.x.round(6).tolist()
    [-3.0]
    """
    is_other = frame.active_geometry_name is not None and frame.crs is not None
    if is_other and frame.crs != _geographic():
        moved = frame.to_crs(GEOGRAPHIC)
        moved.attrs = dict(frame.attrs)
        return moved
    require_geographic(frame, what=what)
    return frame


def area_sqkm(geometries: gpd.GeoSeries) -> Floats:
    """Give the areas of geometries in square kilometres.

    Computed in EPSG:6933, the cylindrical equal-area grid that the OCHA COD
    specification names. An edge in degrees is straight in longitude and latitude, as
    points are located; long ones are cut up first, so that they stay so when projected
    and the parts of a polygon add up to the whole.

    Parameters
    ----------
    geometries : geopandas.GeoSeries, shape (n,)
        Polygons with a CRS.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        Areas in km²; NaN where the geometry is missing.

    Raises
    ------
    CrsError
        If the series has no CRS.
    """
    if geometries.crs is None:
        raise CrsError("an area needs a CRS, and these geometries have none")
    shapes = np.asarray(geometries.array, dtype=object)
    parts, owner = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    if geometries.crs.is_geographic:  # rings, since GEOS rebuilds a polygon that it cuts up
        rings = shapely.segmentize(rings, _LONGEST_DEGREES)
    projected = gpd.GeoSeries(rings, crs=geometries.crs).to_crs(EQUAL_AREA)
    enclosed = shapely.area(shapely.polygons(np.asarray(projected.array, dtype=object)))
    is_hole = np.diff(part, prepend=-1) == 0
    signed = np.where(is_hole, -enclosed, enclosed)
    areas = np.bincount(owner[part], signed, len(shapes)).astype(np.float64)
    areas[shapely.is_missing(shapes)] = np.nan
    return areas / SQM_PER_SQKM


def shapes_of(geometries: gpd.GeoSeries) -> Shapes:
    """Give shapes, with None for every one that holds no position.

    Missing and empty shapes hold none, and neither does a point without a longitude or a
    latitude: geopandas makes `POINT (NaN NaN)` of missing coordinates.

    Parameters
    ----------
    geometries : geopandas.GeoSeries, shape (n,)
        Shapes of any kind; they are not changed.

    Returns
    -------
    numpy.ndarray of shapely geometries, shape (n,)
    """
    shapes = np.array(geometries.array, dtype=object)
    shapes[shapely.is_empty(shapes)] = None
    is_point = shapely.get_type_id(shapes) == shapely.GeometryType.POINT
    without = np.isnan(shapely.get_x(shapes)) | np.isnan(shapely.get_y(shapes))
    shapes[is_point & without] = None
    return shapes


def positions_of(
    frame: pd.DataFrame, *, what: str, instead: str = "polygons go through maligeo.add_areas"
) -> tuple[Floats, Floats]:
    """Give the positions of records.

    Parameters
    ----------
    frame : pandas.DataFrame or geopandas.GeoDataFrame, n rows
        Points in EPSG:4326, or columns `lon` and `lat` in degrees.
    what : str
        Name of the frame, for messages.
    instead : str, optional
        What to do with shapes that are no points, for messages.

    Returns
    -------
    lon, lat : float64 arrays, shape (n,)
        NaN where there is no position.

    Raises
    ------
    FrameError, CrsError, GeometryError
        If there are no columns, the CRS is another one, or a shape is no point.
    """
    if not isinstance(frame, gpd.GeoDataFrame):
        require_columns(frame, ("lon", "lat"), what=what)
        lon, lat = (frame[name].to_numpy(np.float64, na_value=np.nan) for name in ("lon", "lat"))
        return lon, lat
    require_geographic(frame, what=what)
    shapes = np.array(frame.geometry.array, dtype=object)
    shapes[shapely.is_empty(shapes)] = None  # GEOS gives no longitude of an empty point
    lon, lat = shapely.get_x(shapes), shapely.get_y(shapes)
    without = np.flatnonzero(np.isnan(lon) | np.isnan(lat))  # shapes that are no points, too
    lon[without] = lat[without] = np.nan
    kinds = shapely.get_type_id(shapes[without])  # -1 for a missing one
    odd = without[(kinds >= 0) & (kinds != shapely.GeometryType.POINT)]
    if len(odd):
        raise GeometryError(
            f"{what} must be points: {len(odd)} are not (row {frame.index[odd[0]]} is a "
            f"{shapes[odd[0]].geom_type}); {instead}"
        )
    return lon, lat


class Bounds(NamedTuple):
    """A rectangle in degrees, or in metres of web mercator where that is said."""

    west: float
    south: float
    east: float
    north: float

    @property
    def centre(self) -> tuple[float, float]:
        """Longitude and latitude of the middle."""
        return (self.west + self.east) / 2, (self.south + self.north) / 2
