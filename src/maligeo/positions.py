"""The positions of records, whichever way a frame holds them."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from maligeo.checks import require_columns
from maligeo.crs import require_geographic
from maligeo.errors import GeometryError

Floats = npt.NDArray[np.float64]


def positions_of(frame: pd.DataFrame, *, what: str) -> tuple[Floats, Floats]:
    """Give the positions of records.

    Parameters
    ----------
    frame : pandas.DataFrame or geopandas.GeoDataFrame, n rows
        Points in EPSG:4326, or columns `lon` and `lat` in degrees.
    what : str
        Name of the frame, for messages.

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
    shapes[shapely.is_empty(shapes)] = None
    kinds = shapely.get_type_id(shapes)
    if ((kinds >= 0) & (kinds != shapely.GeometryType.POINT)).any():
        raise GeometryError(f"{what} must be points: polygons go through maligeo.add_areas")
    return shapely.get_x(shapes), shapely.get_y(shapes)
