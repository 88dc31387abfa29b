"""Packed arrays, read back by the script of the page in a real Chromium."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely

from maligeo.maps.packing import packed_numbers, packed_places, packed_shapes, packed_steps

if TYPE_CHECKING:
    from tests.conftest import Open, Write

pytestmark = pytest.mark.browser


@pytest.fixture
def ask(open_page: "Open", write: "Write") -> Any:
    page = open_page(write())
    return lambda code, *values: page.evaluate(
        f"values => {code}", [json.loads(json.dumps(value)) for value in values]
    )


def test_numbers_of_every_width(ask: Any) -> None:
    for width in (1, 2, 3, 7, 8, 9, 12, 16, 17, 23, 24, 25, 31, 32):
        rng = np.random.default_rng(width)
        most = 2**width - 1
        values = [0, most, *rng.integers(0, most, 50, endpoint=True).tolist(), most, 0]
        found = ask("Array.from(maligeo.numbers(values[0]))", packed_numbers(values))
        assert found == values, width


def test_steps_of_every_size(ask: Any) -> None:
    ends = [
        0,
        1,
        -1,
        63,
        -64,
        64,
        8191,
        -8192,
        8192,
        1_800_000,
        -1_800_000,
        18_000_000,
        -18_000_000,
    ]
    packed = packed_steps(ends)
    assert ask("Array.from(maligeo.stepped(values[0], values[1]))", packed, len(ends)) == ends


def test_places_come_back_to_a_metre(ask: Any) -> None:
    lon, lat = np.array([-12.2, 0.0, 4.24567, 180.0]), np.array([10.1, 0.0, 24.99999, -60.0])
    code = """(p => Array.from(p.x, (x, at) => maligeo.placeOf(x / p.steps, p.y[at] / p.steps))
                .map(place => [place.lng, place.lat]))(maligeo.places(values[0]))"""
    found = np.array(ask(code, packed_places(lon, lat)))
    assert found == pytest.approx(np.column_stack([lon, lat]), abs=6e-6)


def test_shapes_keep_their_parts_and_holes(ask: Any, tmp_path: Path) -> None:
    hole = shapely.Polygon(
        [(0, 0), (4, 0), (4, 4), (0, 4)], holes=[[(1, 1), (2, 1), (2, 2), (1, 2)]]
    )
    both = shapely.MultiPolygon([hole, shapely.box(5, 5, 6, 6)])
    packed = packed_shapes(np.array([both, shapely.box(7, 7, 8, 8)], dtype=object), 4)
    code = """maligeo.shapes(values[0]).map(parts => parts.map(rings =>
                rings.map(ring => ring.map(place => [place.lng, place.lat]))))"""
    found = ask(code, packed)
    assert [len(shape) for shape in found] == [2, 1]
    again = shapely.Polygon(found[0][0][0], found[0][0][1:])
    assert again.equals(hole)
