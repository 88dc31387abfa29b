"""Administrative units with their outlines, as frames of one shape."""

import geopandas as gpd
import pandas as pd

from maligeo import catalog, columns
from maligeo.crs import area_sqkm
from maligeo.errors import UnknownNameError

_BUNDLED = {(1, "2015"): "mali_2015_adm1"}


def load_boundaries(level: int = 1, vintage: str = "2015") -> gpd.GeoDataFrame:
    """Load the bundled boundaries.

    They are a generalisation at 1:10 million (Natural Earth, public domain), good for
    maps of the country and for counts by region, and too coarse near a border and for
    Bamako, whose outline agrees with the official one by 0.58 only (intersection over
    union). For exact work read the official COD-AB files.

    Parameters
    ----------
    level : int, default 1
        Administrative level: 1 for regions.
    vintage : str, default "2015"
        The division: "2015" is the 8 regions and the District of Bamako.

    Returns
    -------
    geopandas.GeoDataFrame, 9 rows, EPSG:4326
        Columns `vintage, level, pcode, name, name_alt, parent_pcode, iso_3166_2, valid_on,
        valid_to, area_sqkm, source, geometry`, in the order of the p-codes. `area_sqkm`
        is computed from these outlines in EPSG:6933.

    Raises
    ------
    UnknownNameError
        If no boundaries of that level and vintage are bundled.
    """
    if (level, str(vintage)) not in _BUNDLED:
        bundled = ", ".join(f"level {at} of {of}" for at, of in _BUNDLED)
        raise UnknownNameError(
            f"no boundaries of level {level}, vintage {vintage!r} are bundled (there is {bundled})"
        )
    path = catalog.resource_path("boundaries", _BUNDLED[level, str(vintage)])
    units = gpd.read_file(path)
    units["vintage"] = units["vintage"].astype("string")
    for column in ("valid_on", "valid_to"):
        units[column] = pd.to_datetime(units[column])
    units["area_sqkm"] = area_sqkm(units.geometry)
    return units[list(columns.UNITS)]
