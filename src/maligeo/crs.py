"""The gate for coordinate reference systems, and areas in the equal-area one."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS

from maligeo.errors import CrsError

GEOGRAPHIC = "EPSG:4326"
EQUAL_AREA = "EPSG:6933"
SQM_PER_SQKM = 1_000_000.0
_LONGEST_DEGREES = 0.01


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
        If the frame has no CRS or another one. Nothing is reprojected silently.
    """
    if frame.crs is None:
        raise CrsError(f"{what} has no CRS: say which it is, e.g. frame.set_crs({GEOGRAPHIC!r})")
    if CRS(frame.crs) != CRS(GEOGRAPHIC):
        found = CRS(frame.crs)
        raise CrsError(
            f"{what} is in {found.name} ({found.to_string()[:40]}), not {GEOGRAPHIC}: "
            f"convert it with frame.to_crs({GEOGRAPHIC!r})"
        )


def area_sqkm(geometries: gpd.GeoSeries) -> npt.NDArray[np.float64]:
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
