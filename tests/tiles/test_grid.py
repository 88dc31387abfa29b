import math

import mercantile
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maligeo.core.crs import Bounds
from maligeo.core.errors import ArgumentError
from maligeo.tile_archives import Tile
from maligeo.tiles.grid import (
    MAX_LATITUDE,
    bounds_of,
    descendants_of,
    mercator_bounds_of,
    parent_of,
    pixel_lats,
    pixel_lons,
    tiles_over,
    zoom_of_pixel,
)

zooms = st.integers(0, 20)


@st.composite
def tiles(draw: st.DrawFn) -> Tile:
    z = draw(zooms)
    side = st.integers(0, 2**z - 1)
    return Tile(z, draw(side), draw(side))


@given(tiles())
def test_bounds_are_those_of_mercantile(tile: Tile) -> None:
    theirs = mercantile.Tile(tile.x, tile.y, tile.z)
    assert bounds_of(tile) == pytest.approx(tuple(mercantile.bounds(theirs)), abs=1e-11)
    assert mercator_bounds_of(tile) == pytest.approx(tuple(mercantile.xy_bounds(theirs)), abs=1e-6)


@given(tiles())
def test_the_bounds_of_a_tile_hold_that_tile_alone(tile: Tile) -> None:
    assert list(tiles_over(bounds_of(tile), tile.z).tiles()) == [tile]


@given(st.floats(-180, 159), st.floats(-85, 65), st.floats(0.001, 20), st.integers(0, 9))
def test_tiles_over_bounds_are_those_of_mercantile(
    west: float, south: float, size: float, z: int
) -> None:
    bounds = Bounds(west, south, west + size, south + size)
    theirs = {(t.z, t.x, t.y) for t in mercantile.tiles(*bounds, z)}
    found = tiles_over(bounds, z)
    assert set(found.tiles()) == theirs
    assert found.size == len(theirs)


@given(tiles(), st.integers(0, 3))
def test_descendants_and_ancestors_undo_one_another(tile: Tile, steps: int) -> None:
    below = descendants_of(tile, tile.z + steps)
    assert below.size == 4**steps
    above = set(below.tiles())
    for _ in range(steps):
        above = {parent_of(found) for found in above}
    assert above == {tile}
    # A range is a tuple of numbers that holds tiles.
    assert all(found in below for found in below.tiles())  # type: ignore[comparison-overlap]
    beyond = Tile(tile.z + steps, below.x1 + 1, below.y1)
    assert beyond not in below  # type: ignore[comparison-overlap]


def test_the_parent_of_the_whole_world_is_the_world() -> None:
    assert parent_of(Tile(3, 5, 6)) == (2, 2, 3)
    assert parent_of(Tile(0, 0, 0)) == (0, 0, 0)


def test_bounds_that_hold_nothing_are_refused() -> None:
    with pytest.raises(ArgumentError, match="hold nothing"):
        tiles_over(Bounds(4, 10, -12, 25), 3)


@given(tiles().filter(lambda tile: tile.z < 15))
def test_pixels_lie_in_their_tile_in_order(tile: Tile) -> None:
    across = pixel_lons(tile.z, tile.x * 256, 256, 256)
    down = pixel_lats(tile.z, tile.y * 256, 256, 256)
    bounds = bounds_of(tile)
    assert bounds.west < across[0] < across[-1] < bounds.east
    assert bounds.south < down[-1] < down[0] < bounds.north
    assert (np.diff(across) > 0).all()
    assert (np.diff(down) < 0).all()


def test_zooms_of_cells() -> None:
    whole = 360 / 256
    assert zoom_of_pixel(whole, 256) == 0
    assert zoom_of_pixel(whole / 8, 256) == 3
    assert zoom_of_pixel(whole / 8.1, 256) == 4
    assert zoom_of_pixel(whole / 8, 512) == 2
    assert math.isclose(MAX_LATITUDE, 85.0511287798066)
