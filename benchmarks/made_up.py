"""Made-up incidents in made-up cercles: squares that bear the names and codes of 2015."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from maligeo import catalog

FIRST_YEAR, LAST_YEAR = 2019, 2024
COVERS = f"{FIRST_YEAR}/{LAST_YEAR}"
AS_OF = "2025-07-01"  # all of it is old enough

_ROWS = 5
_SIDE = 1.2  # of a square, in degrees
_WEST, _SOUTH = -12.0, 11.0
# How often something happens in a region, and how the years differ.
_OFTEN = {"ML01": 0.5, "ML02": 1.5, "ML03": 0.6, "ML04": 5.0, "ML05": 10.0, "ML06": 5.0,
          "ML07": 6.0, "ML08": 3.0, "ML09": 0.1}  # fmt: skip
_YEARS = np.array([1.0, 1.2, 1.5, 1.6, 1.7, 1.6])
_TOWNS = 6  # of a cercle
_BY_NAME = 0.03  # share of records that name a region and no place
_NO_VICTIMS, _CIVILIAN = 0.55, 0.5


def cercles() -> gpd.GeoDataFrame:
    """Give the cercles of 2015 as squares, those of a region next to one another.

    Returns
    -------
    geopandas.GeoDataFrame, EPSG:4326, 50 rows
        Units of level 2.
    """
    table = catalog.load_table("reference", "cercles_2015")
    table = table.sort_values(["parent_pcode", "pcode"], ignore_index=True)
    column, row = np.divmod(np.arange(len(table)), _ROWS)
    west, south = _WEST + column * _SIDE, _SOUTH + row * _SIDE
    return _units(table, 2, shapely.box(west, south, west + _SIDE, south + _SIDE))


def regions() -> gpd.GeoDataFrame:
    """Give the regions that these cercles make up.

    Returns
    -------
    geopandas.GeoDataFrame, EPSG:4326, 9 rows
        Units of level 1.
    """
    shapes = cercles().dissolve("parent_pcode").geometry
    table = catalog.load_table("reference", "units")
    table = table[(table["vintage"] == "2015") & (table["level"] == 1)]
    return _units(table, 1, shapes.loc[table["pcode"]].to_numpy())


def _units(table: pd.DataFrame, level: int, shapes: object) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(
        {name: table[name].astype("string").to_numpy() for name in ("pcode", "name", "name_alt")},
        geometry=shapes,
        crs="EPSG:4326",
    )
    frame.insert(0, "vintage", pd.array(["2015"] * len(frame), dtype="string"))
    frame.insert(1, "level", level)
    country = pd.array(["ML"] * len(frame), dtype="string")
    frame["parent_pcode"] = country if level == 1 else table["parent_pcode"].to_numpy()
    frame["area_sqkm"] = frame.to_crs("EPSG:6933").area / 1e6
    frame["source"] = "made up"
    return frame


def incidents(count: int, seed: int = 0) -> gpd.GeoDataFrame:
    """Make incidents of six years, many in few places, some with victims.

    Parameters
    ----------
    count : int
    seed : int

    Returns
    -------
    geopandas.GeoDataFrame, EPSG:4326
        Columns as `maligeo.locate` and `maligeo.density` take them, all seven measures.
    """
    rng = np.random.default_rng((seed, count))
    units = cercles()
    weight = units["parent_pcode"].map(_OFTEN).to_numpy(float) * rng.lognormal(0.0, 1.0, len(units))
    own = rng.choice(len(units), count, p=weight / weight.sum())
    corner = shapely.bounds(units.geometry.to_numpy())[own][:, :2]
    towns = rng.uniform(0.1, 0.9, (len(units), _TOWNS, 2))[own, rng.integers(_TOWNS, size=count)]
    places = corner + _SIDE * np.clip(towns + rng.normal(0.0, 0.03, (count, 2)), 0.01, 0.99)
    by_name = rng.random(count) < _BY_NAME
    places[by_name] = np.nan
    region = units["parent_pcode"].map(regions().set_index("pcode")["name"]).to_numpy()[own]
    killed, injured = (_victims(rng, count) for _ in range(2))
    frame = {
        "event_id": pd.array([f"e{row}" for row in range(count)], dtype="string"),
        "event_type": "ied",
        "date": _days(rng, count),
        "killed": killed,
        "injured": injured,
        "civilians_killed": rng.binomial(killed, _CIVILIAN),
        "civilians_injured": rng.binomial(injured, _CIVILIAN),
        "adm1_name": pd.array(np.where(by_name, region, None), dtype="string"),
    }
    geometry = gpd.points_from_xy(*places.T)
    return gpd.GeoDataFrame(frame, geometry=np.where(by_name, None, geometry), crs="EPSG:4326")


def _days(rng: np.random.Generator, count: int) -> pd.DatetimeIndex:
    year = rng.choice(len(_YEARS), count, p=_YEARS / _YEARS.sum()) + FIRST_YEAR
    first = year.astype(str).astype("datetime64[D]")
    return pd.DatetimeIndex(first + rng.integers(365, size=count).astype("timedelta64[D]"))


def _victims(rng: np.random.Generator, count: int) -> np.ndarray:
    """Give victims of each incident: none for most, of some very many."""
    many = np.ceil(rng.lognormal(0.4, 0.9, count)).astype(int)
    return np.where(rng.random(count) < _NO_VICTIMS, 0, many)
