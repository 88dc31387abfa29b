"""Rivers and lakes for orientation: thin, blue-grey, under all that a map says."""

from functools import cache
from typing import Final

import geopandas as gpd
import pandas as pd

from maligeo import catalog

WATER_COLOUR: Final = "#6d9cc0"
RIVER_WIDTH: Final = 0.3  # millimetres on paper

_RESOURCES: Final = ("rivers", "lakes")


@cache
def waters() -> gpd.GeoDataFrame:
    """Give the bundled rivers and lakes.

    Returns
    -------
    geopandas.GeoDataFrame, EPSG:4326
        Columns `name, source, geometry`: lines and polygons, the rivers first.
    """
    layers = [gpd.read_file(catalog.resource_path("reference", name)) for name in _RESOURCES]
    return gpd.GeoDataFrame(pd.concat(layers, ignore_index=True), crs="EPSG:4326")
