"""Which towns a map names: the capital of each unit, then the largest."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from maligeo import catalog
from maligeo.names import NameTable

_CERTAIN = "consistent"


def certain_towns() -> pd.DataFrame:
    """Give the bundled towns whose position agrees with their region."""
    towns = catalog.load_table("reference", "towns")
    return towns[towns["position_check"] == _CERTAIN]


def towns_by_unit(towns: pd.DataFrame, units: gpd.GeoDataFrame) -> pd.DataFrame:
    """Order the towns that lie in units, those that bear the name of their unit first.

    Parameters
    ----------
    towns : pandas.DataFrame
        Columns `name, lon, lat, population`.
    units : geopandas.GeoDataFrame, EPSG:4326
        Units with `name`, and `name_alt` where they have other names.

    Returns
    -------
    pandas.DataFrame
        With `at`, the row position of the unit; `own`, whether the town bears its name;
        `rank` within the unit from 0 on, by `own` and then by people.
    """
    lon, lat = (towns[column].to_numpy(dtype="float64") for column in ("lon", "lat"))
    inside = np.array([shapely.contains_xy(shape, lon, lat) for shape in units.geometry])
    kept = inside.any(axis=0)
    columns = [name for name in ("name", "lon", "lat", "population", "source") if name in towns]
    placed = towns.loc[kept, columns].assign(at=inside.argmax(axis=0)[kept])
    aliases = units["name_alt"] if "name_alt" in units else pd.Series(None, index=units.index)
    names = NameTable.from_columns(units["name"], aliases)
    own = [at in names.find(name) for at, name in zip(placed["at"], placed["name"], strict=True)]
    ordered = placed.assign(own=own).sort_values(
        ["own", "population", "name"], ascending=[False, False, True], na_position="last"
    )
    return ordered.assign(rank=ordered.groupby("at").cumcount())
