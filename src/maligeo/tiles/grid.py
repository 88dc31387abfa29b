"""The web-mercator tile grid: pure arithmetic on tiles, pixels and degrees.

A zoom `z` divides the square of web mercator (EPSG:3857) into 2^z by 2^z tiles; `x` counts
from the west, `y` from the north, as in every "XYZ" or "slippy map" server.
"""

import math
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from maligeo.core.crs import Bounds
from maligeo.core.errors import ArgumentError
from maligeo.tile_archives import Tile

HALF_WORLD_M: Final = math.pi * 6_378_137.0
MAX_LATITUDE: Final = math.degrees(math.atan(math.sinh(math.pi)))
MAX_ZOOM: Final = 24
_SAME: Final = 1e-13  # of the width of the grid: 4 micrometres

Floats = npt.NDArray[np.float64]


class TileRange(NamedTuple):
    """The tiles of one zoom from column `x0` to `x1` and row `y0` to `y1`, both included."""

    z: int
    x0: int
    y0: int
    x1: int
    y1: int

    def __contains__(self, tile: object) -> bool:
        """Tell whether a tile is of the range."""
        if not isinstance(tile, Tile) or tile.z != self.z:
            return False
        return self.x0 <= tile.x <= self.x1 and self.y0 <= tile.y <= self.y1

    @property
    def size(self) -> int:
        """Number of tiles."""
        return (self.x1 - self.x0 + 1) * (self.y1 - self.y0 + 1)

    def tiles(self) -> Iterator[Tile]:
        """Give the tiles row by row, from the north-west."""
        for y in range(self.y0, self.y1 + 1):
            for x in range(self.x0, self.x1 + 1):
                yield Tile(self.z, x, y)


def bounds_of(tile: Tile) -> Bounds:
    """Give the rectangle of a tile in degrees."""
    side = 2.0**tile.z
    north, south = (
        math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / side))))
        for row in (tile.y, tile.y + 1)
    )
    west, east = (column / side * 360.0 - 180.0 for column in (tile.x, tile.x + 1))
    return Bounds(west, south, east, north)


def mercator_bounds_of(tile: Tile) -> Bounds:
    """Give the rectangle of a tile in metres of EPSG:3857."""
    side = 2 * HALF_WORLD_M / 2**tile.z
    west, north = -HALF_WORLD_M + tile.x * side, HALF_WORLD_M - tile.y * side
    return Bounds(west, north - side, west + side, north)


def parent_of(tile: Tile) -> Tile:
    """Give the tile of the zoom above that holds this one; that of zoom 0 is its own."""
    return Tile(tile.z - 1, tile.x >> 1, tile.y >> 1) if tile.z else tile


def descendants_of(tile: Tile, z: int) -> TileRange:
    """Give the tiles of a finer zoom that lie in this one."""
    side = 1 << (z - tile.z)
    x, y = tile.x * side, tile.y * side
    return TileRange(z, x, y, x + side - 1, y + side - 1)


def tiles_over(bounds: Bounds, z: int) -> TileRange:
    """Give the tiles that share some area with a rectangle.

    Parameters
    ----------
    bounds : Bounds
        Degrees. A rectangle that ends on the edge of a tile does not reach the next one.
    z : int
        Zoom.

    Raises
    ------
    ArgumentError
        If the rectangle is empty or turned round.
    """
    if not (bounds.west < bounds.east and bounds.south < bounds.north):
        raise ArgumentError(f"the bounds {tuple(bounds)} hold nothing")
    left, top = _fractions(bounds.west, bounds.north)
    right, bottom = _fractions(bounds.east, bounds.south)
    x0, y0 = _clamped(left, z), _clamped(top, z)
    x1, y1 = (max(first, _clamped(end, z, last=True)) for first, end in ((x0, right), (y0, bottom)))
    return TileRange(z, x0, y0, x1, y1)


def pixel_lons(z: int, first: int, count: int, tile_size: int) -> Floats:
    """Give the longitudes of the centres of pixel columns, counted from the grid's west."""
    across = (first + np.arange(count, dtype=np.float64) + 0.5) / (tile_size * 2.0**z)
    return across * 360.0 - 180.0


def pixel_lats(z: int, first: int, count: int, tile_size: int) -> Floats:
    """Give the latitudes of the centres of pixel rows, counted from the grid's north."""
    down = (first + np.arange(count, dtype=np.float64) + 0.5) / (tile_size * 2.0**z)
    lats: Floats = np.degrees(np.arctan(np.sinh(np.pi * (1.0 - 2.0 * down))))
    return lats


def zoom_of_pixel(degrees: float, tile_size: int) -> int:
    """Give the coarsest zoom whose pixels are no wider than some degrees, but for 0.1 %."""
    exact = math.log2(360.0 / degrees / tile_size)
    return min(max(math.ceil(exact - 1e-3), 0), MAX_ZOOM)


def _fractions(lon: float, lat: float) -> tuple[float, float]:
    """Give a position as shares of the grid's width from the west and height from the north."""
    sine = math.sin(math.radians(min(max(lat, -MAX_LATITUDE), MAX_LATITUDE)))
    return (lon + 180.0) / 360.0, 0.5 - math.atanh(sine) / (2 * math.pi)


def _clamped(fraction: float, z: int, *, last: bool = False) -> int:
    """Give the column or row at a share of the grid; the one before, where a range ends on it."""
    exact = math.ldexp(fraction, z)
    snapped = round(exact) if abs(exact - round(exact)) < math.ldexp(_SAME, z) else exact
    at = math.ceil(snapped) - 1 if last else math.floor(snapped)
    return min(max(at, 0), (1 << z) - 1)
