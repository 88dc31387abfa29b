"""Regions and cercles of 2015: the bundled regions, and squares that bear the names of cercles."""

from dataclasses import dataclass
from functools import cache

import geopandas as gpd
import numpy as np
import shapely

from maligeo import catalog
from maligeo.readers.boundaries import load_boundaries

OUTSIDE = (3.9, 11.2)  # longitude and latitude that are in no unit
_WEST, _SOUTH, _SIDE = -11.0, 11.0, 0.5  # of the squares, in degrees
_WIDEST = 10  # cercles side by side


@dataclass(frozen=True)
class Places:
    """Where incidents can be.

    Attributes
    ----------
    regions : geopandas.GeoDataFrame
        Units of level 1.
    cercles : geopandas.GeoDataFrame or None
        Units of level 2; None where incidents are counted by region alone.
    """

    regions: gpd.GeoDataFrame
    cercles: gpd.GeoDataFrame | None

    @property
    def units(self) -> gpd.GeoDataFrame:
        """The finest units."""
        return self.regions if self.cercles is None else self.cercles

    def some(self, rng: np.random.Generator, code: str) -> tuple[float, float]:
        """Give a position inside a unit."""
        shape = _shape(self.units, code)
        west, south, east, north = shape.bounds
        while True:
            x, y = rng.uniform(west, east), rng.uniform(south, north)
            if shapely.contains_xy(shape, x, y):
                return round(float(x), 5), round(float(y), 5)


def _shape(units: gpd.GeoDataFrame, code: str) -> shapely.Geometry:
    return units.geometry.iloc[list(units["pcode"]).index(code)].buffer(-0.01)


@cache
def bundled() -> Places:
    """The nine regions of 2015 as they are bundled."""
    return Places(load_boundaries(), None)


@cache
def squares(codes: tuple[str, ...] = ()) -> Places:
    """All cercles of 2015, or of some regions, as squares of 0.5 degrees, a row for a region."""
    table = catalog.load_table("reference", "cercles_2015")
    if codes:
        table = table[table["parent_pcode"].isin(codes)].reset_index(drop=True)
    parents = sorted(table["parent_pcode"].unique())
    at = table.groupby("parent_pcode").cumcount()
    row = table["parent_pcode"].map(parents.index)
    west, south = _WEST + _SIDE * at, _SOUTH + _SIDE * row
    cercles = gpd.GeoDataFrame(
        {
            "vintage": "2015",
            "level": 2,
            "pcode": table["pcode"].astype(str),
            "name": table["name"].astype(str),
            "name_alt": None,
            "parent_pcode": table["parent_pcode"].astype(str),
            "source": "squares",
        },
        geometry=shapely.box(
            *(side.to_numpy(np.float64) for side in (west, south, west + _SIDE, south + _SIDE))
        ),
        crs="EPSG:4326",
    )
    assert at.max() < _WIDEST
    cercles.insert(6, "area_sqkm", cercles.to_crs("EPSG:6933").area / 1e6)
    names = load_boundaries().set_index("pcode")
    joined = cercles.dissolve(by="parent_pcode")
    regions = gpd.GeoDataFrame(
        {
            "vintage": "2015",
            "level": 1,
            "pcode": joined.index,
            "name": list(names.loc[joined.index, "name"]),
            "name_alt": None,
            "parent_pcode": "ML",
            "area_sqkm": list(joined.to_crs("EPSG:6933").area / 1e6),
            "source": "squares",
        },
        geometry=list(joined.geometry),
        crs="EPSG:4326",
    )
    return Places(regions, cercles)


def region_of(places: Places) -> dict[str, str]:
    """Give the region of each unit of the finest level."""
    if places.cercles is None:
        return {code: code for code in places.regions["pcode"]}
    codes, parents = (places.cercles[name] for name in ("pcode", "parent_pcode"))
    return dict(zip(codes, parents, strict=True))


def region_names(places: Places) -> dict[str, str]:
    """Give the name of each region by its code."""
    return dict(zip(places.regions["pcode"], places.regions["name"], strict=True))
