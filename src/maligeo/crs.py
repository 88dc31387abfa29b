"""The gate for coordinate reference systems, and areas in the equal-area one."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from pyproj import CRS

from maligeo.errors import CrsError

GEOGRAPHIC = "EPSG:4326"
EQUAL_AREA = "EPSG:6933"
SQM_PER_SQKM = 1_000_000.0


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
    specification names.

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
    projected = geometries.to_crs(EQUAL_AREA)
    return np.asarray(projected.area, dtype=np.float64) / SQM_PER_SQKM
