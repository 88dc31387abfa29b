"""Grids of square cells in an equal-area projection about the middle of an area."""

import math
from typing import Final, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from affine import Affine
from pyproj import CRS, Transformer
from rasterio.features import rasterize

from maligeo.crs import GEOGRAPHIC

Floats = npt.NDArray[np.float64]

_LONGEST_DEGREES: Final = 0.01
_EARTH_RADIUS_M: Final = 6_371_007.0  # of the sphere of equal area


class MetricGrid(NamedTuple):
    """Square cells, north up, in the Lambert azimuthal equal-area projection."""

    crs: CRS
    cell_m: float
    west: float
    north: float
    shape: tuple[int, int]

    @property
    def transform(self) -> Affine:
        """From columns and rows to metres."""
        return Affine(self.cell_m, 0.0, self.west, 0.0, -self.cell_m, self.north)

    @property
    def distance_error_max(self) -> float:
        """By which share a distance is wrong at most, which is in the farthest corner."""
        rows, columns = self.shape
        corners = [(column, row) for column in (0, columns) for row in (0, rows)]
        farthest = max(math.hypot(*(self.transform @ corner)) for corner in corners)
        return 1 / math.cos(math.asin(farthest / (2 * _EARTH_RADIUS_M))) - 1

    def cells_of(self, lon: Floats, lat: Floats) -> npt.NDArray[np.int64]:
        """Give the number of the cell of each position, row by row."""
        x, y = Transformer.from_crs(GEOGRAPHIC, self.crs, always_xy=True).transform(lon, lat)
        rows, columns = self.shape
        column = np.clip((x - self.west) / self.cell_m, 0, columns - 1).astype(np.int64)
        row = np.clip((self.north - y) / self.cell_m, 0, rows - 1).astype(np.int64)
        cells: npt.NDArray[np.int64] = row * columns + column
        return cells

    def cells_inside(self, area: gpd.GeoSeries) -> npt.NDArray[np.bool_]:
        """Find the cells whose centre lies in an area."""
        shapes = _projected(area, self.crs)
        burnt = rasterize(shapes, out_shape=self.shape, transform=self.transform, dtype="uint8")
        return np.asarray(burnt, dtype=bool)


def grid_over(area: gpd.GeoSeries, *, cell_m: float, margin: int) -> MetricGrid:
    """Lay cells over an area.

    Parameters
    ----------
    area : geopandas.GeoSeries
        Outlines in EPSG:4326.
    cell_m : float
        Side of a cell in metres.
    margin : int
        Cells beyond the area on each side.
    """
    west, south, east, north = area.total_bounds
    lon, lat = round((west + east) / 2, 1), round((south + north) / 2, 1)
    crs = CRS.from_dict({"proj": "laea", "lon_0": lon, "lat_0": lat, "datum": "WGS84"})
    x0, y0, x1, y1 = _projected(area, crs).total_bounds
    first_column, first_row = (math.floor(edge / cell_m) - margin for edge in (x0, -y1))
    last_column, last_row = (math.ceil(edge / cell_m) + margin for edge in (x1, -y0))
    shape = (last_row - first_row, last_column - first_column)
    return MetricGrid(crs, cell_m, first_column * cell_m, -first_row * cell_m, shape)


def outlines_of(units: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Give the outlines of units that have one."""
    shapes = np.asarray(units.geometry.array, dtype=object)
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    return gpd.GeoSeries(shapes[there], crs=GEOGRAPHIC)


def rectangle_of(lon: Floats, lat: Floats) -> gpd.GeoSeries:
    """Give a rectangle around positions."""
    low_lon, low_lat, high_lon, high_lat = lon.min(), lat.min(), lon.max(), lat.max()
    some = _LONGEST_DEGREES  # also where all positions are the same
    box = shapely.box(low_lon - some, low_lat - some, high_lon + some, high_lat + some)
    return gpd.GeoSeries([box], crs=GEOGRAPHIC)


def _projected(area: gpd.GeoSeries, crs: CRS) -> gpd.GeoSeries:
    """Project outlines; long edges are cut up first, so that they stay straight in degrees."""
    return area.segmentize(_LONGEST_DEGREES).to_crs(crs)
