"""Frames with secrets in every corner, for tests of what leaves the house."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from maligeo.join.points import locate
from tests import worlds

SECRET = "informant-of-the-well"


def incidents(rows: int = 400, *, seed: int = 0) -> gpd.GeoDataFrame:
    """Incidents in the square units, with exact places, days, victims and a column of secrets."""
    rng = np.random.default_rng(seed)
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 1461, rows), unit="D")
    frame = gpd.GeoDataFrame(
        {
            "event_id": [f"{SECRET}-{at}" for at in range(rows)],
            "date": days,
            "date_precision": pd.Categorical(rng.choice(["day", "month", "year"], rows)),
            "event_type": pd.Categorical(
                rng.choice(["ied", "landmine", "erw"], rows, p=[0.7, 0.25, 0.05])
            ),
            "killed": rng.poisson(1, rows),
            "location_precision": rng.choice(["exact", "near", "adm2", "adm1"], rows),
            "source": SECRET,
            SECRET: np.arange(rows),
        },
        geometry=shapely.points(rng.uniform(0.01, 2.99, rows), rng.uniform(0.01, 1.99, rows)),
        crs="EPSG:4326",
        index=pd.Index([f"{SECRET}-{at}" for at in range(rows)], name=SECRET),
    )
    frame.attrs["file"] = SECRET
    return frame


def located(rows: int = 400, *, seed: int = 0) -> gpd.GeoDataFrame:
    """Located incidents, see `incidents`."""
    return locate(incidents(rows, seed=seed), worlds.square_units())


def areas(rows: int = 60, *, seed: int = 0) -> gpd.GeoDataFrame:
    """Squares of land of every status."""
    rng = np.random.default_rng(seed)
    west, south = rng.uniform(0.01, 2.9, rows), rng.uniform(0.01, 1.9, rows)
    return gpd.GeoDataFrame(
        {
            "area_id": [f"{SECRET}-{at}" for at in range(rows)],
            "status": rng.choice(["suspected", "confirmed", "cleared", "reduced"], rows),
            "method": SECRET,
            "end_date": pd.Timestamp("2021-03-17"),
            "organisation": SECRET,
        },
        geometry=shapely.box(west, south, west + 0.01, south + 0.01),
        crs="EPSG:4326",
    )
