"""Frames with secrets in every corner, and small worlds of reference units to count by hand."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import box

from maligeo.join.points import locate
from maligeo.measure.coverage import with_coverage
from tests import worlds

SECRET = "informant-of-the-well"
DAY = "2026-01-01"  # a day of release on which all of the small worlds is old enough

# A cercle, or a place that is none, and its longitude.
MOPTI, BANDIAGARA, GAO, ANSONGO, OUTSIDE = 0.1, 0.6, 1.1, 1.6, 2.5

Whole = tuple[float, str, int, dict[str, Any]]
Group = tuple[float, str, int] | Whole

_COLUMN = 700  # rows one above the other, a hundred metres apart and more


def regions(vintage: str = "2015") -> gpd.GeoDataFrame:
    """Two squares side by side, with the codes and names of the regions of Mopti and Gao."""
    named = {"pcode": ["ML05", "ML07"], "name": ["Mopti", "Gao"], "name_alt": None}
    return worlds.square_units(vintage).assign(**named, parent_pcode="ML")


def cercles() -> gpd.GeoDataFrame:
    """Two cercles of each of these regions, from west to east."""
    return gpd.GeoDataFrame(
        {
            "vintage": "2015",
            "level": 2,
            "pcode": ["ML0501", "ML0502", "ML0701", "ML0702"],
            "name": ["Mopti", "Bandiagara", "Gao", "Ansongo"],
            "name_alt": None,
            "parent_pcode": ["ML05", "ML05", "ML07", "ML07"],
            "area_sqkm": [100.0, 100.0, 200.0, 200.0],
        },
        geometry=[box(west, 0, west + 0.5, 1) for west in (0, 0.5, 1, 1.5)],
        crs="EPSG:4326",
    )


def events(*groups: Group) -> gpd.GeoDataFrame:
    """So many incidents at a longitude and on a day, each in a place of its own."""
    rows: list[dict[str, Any]] = []
    for lon, day, count, *more in groups:
        columns = more[0] if more else {}
        rows += [
            {"date": day, "lon": lon, "event_type": "ied", "source": SECRET, **columns}
            for _ in range(count)
        ]
    frame = pd.DataFrame(rows, columns=None if rows else ["date", "lon", "event_type", "source"])
    frame.insert(0, "event_id", [f"e{at}" for at in range(len(rows))])
    frame["date"] = pd.to_datetime(frame["date"])
    at = frame.groupby(["lon", "date"]).cumcount().to_numpy()
    lon = frame.pop("lon").to_numpy(np.float64) + 0.002 * (at // _COLUMN)
    points = shapely.points(lon, 0.02 + 0.00135 * (at % _COLUMN))
    return gpd.GeoDataFrame(frame, geometry=points, crs="EPSG:4326")


def placed(
    *groups: Group, units: gpd.GeoDataFrame | None = None, covers: str | None = None
) -> pd.DataFrame:
    """These events, located; in the regions unless others are given."""
    found = locate(events(*groups), regions() if units is None else units)
    return found if covers is None else with_coverage(found, covers)


def even(
    years: tuple[int, ...] = (2021,), each: int = 10, *, lon: float = MOPTI, **columns: Any
) -> list[Whole]:
    """So many events in each quarter of some years."""
    days = [f"{year}-{month:02d}-15" for year in years for month in (2, 5, 8, 11)]
    return [(lon, day, each, columns) for day in days]


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
    return locate(incidents(rows, seed=seed), regions())


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
