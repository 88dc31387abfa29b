import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from maligeo.core.crs import Bounds, area_sqkm
from maligeo.paper.drawing.shapes import (
    Drawing,
    Stroke,
    Words,
    hatch,
    line,
    moved,
    paths,
    patterned,
    rectangle,
)
from maligeo.paper.map.furniture import graticule, scale_bar, scale_block
from maligeo.paper.map.projection import Box, aspect, fitted, round_up

GEOD = Geod(ellps="WGS84")
BOX = Box(10, 20, 160, 150)
MALI = Bounds(-12.3, 10.1, 4.3, 25.0)


@pytest.mark.parametrize(
    "bounds", [MALI, Bounds(-5, 13, -2, 16), Bounds(0, 0, 1, 1), Bounds(-1, -60, 9, -50)]
)
def test_the_scale_bar_is_as_long_as_it_says(bounds: Bounds) -> None:
    projection = fitted(bounds, BOX)
    bar = scale_bar(projection)
    lon, _, _ = GEOD.fwd(0.0, projection.latitude, 90, 0.0)
    ends = projection.place([lon, lon + 1], [projection.latitude] * 2)
    one_degree = float(np.hypot(*(ends[1] - ends[0])))
    # along the parallel, a degree is so many metres
    radius = abs(GEOD.line_length([0.0, 0.001], [projection.latitude] * 2)) * 1000
    assert bar.millimetres / one_degree == pytest.approx(bar.km * 1000 / radius, rel=1e-6)
    assert bar.km in {digit * 10.0**power for digit in (1, 2, 5) for power in range(-3, 5)}
    assert bar.millimetres <= 60


def test_lengths_on_paper_agree_with_the_scale_in_figures() -> None:
    projection = fitted(MALI, BOX)
    length = GEOD.line_length([0.0, 0.01], [projection.latitude] * 2) * 1000  # millimetres
    ends = projection.place([0.0, 0.01], [projection.latitude] * 2)
    drawn = float(np.hypot(*(ends[1] - ends[0])))
    assert length / drawn == pytest.approx(projection.denominator, rel=1e-6)
    assert projection.latitude == 17.6
    assert projection.denominator == round_up(projection.denominator)


@given(
    lon=st.floats(-12, 3),
    lat=st.floats(10, 23),
    wide=st.floats(0.05, 1.5),
    high=st.floats(0.05, 1.5),
)
def test_areas_are_true_everywhere(lon: float, lat: float, wide: float, high: float) -> None:
    projection = fitted(MALI, BOX)
    cell = shapely.segmentize(shapely.box(lon, lat, lon + wide, lat + high), 0.01)
    on_paper = float(shapely.area(projection.shape([cell])[0]))
    sqkm = on_paper * (projection.denominator / 1e6) ** 2
    assert sqkm == pytest.approx(area_sqkm(gpd.GeoSeries([cell], crs=4326))[0], rel=1e-6)


def test_what_must_be_seen_lies_in_the_box_and_the_bounds_come_back() -> None:
    projection = fitted(MALI, BOX)
    west, south, east, north = MALI
    places = projection.place([west, east, west, east], [south, north, north, south])
    assert (places >= [BOX.x - 1e-9, BOX.y - 1e-9]).all()
    assert (places <= [BOX.right + 1e-9, BOX.bottom + 1e-9]).all()
    shown = projection.bounds
    corners = projection.place([shown[0], shown[2]], [shown[1], shown[3]])
    assert corners == pytest.approx(np.array([[BOX.x, BOX.bottom], [BOX.right, BOX.y]]))
    assert aspect(MALI) == pytest.approx(1.06, abs=0.02)


@pytest.mark.parametrize(
    ("value", "expected"), [(7_812_345, 7_900_000), (7_900_000, 7_900_000), (101, 110), (5, 5)]
)
def test_scales_are_rounded_up(value: float, expected: float) -> None:
    assert round_up(value) == pytest.approx(expected)


def test_the_block_tells_the_scale_in_both_languages() -> None:
    projection = fitted(MALI, BOX)
    for language, text in (
        ("en", "Scale 1:12,000,000"),
        ("fr", "Échelle 1\u00a0: 12\u202f000\u202f000"),
    ):
        texts = [
            one.text
            for one in scale_block(projection, 6, language).shapes
            if isinstance(one, Words)
        ]
        assert text in texts
        assert {"0", "N"} <= set(texts)


def test_a_graticule_lies_on_its_degrees() -> None:
    projection = fitted(MALI, BOX)
    drawing = graticule(projection, 6, "fr")
    texts = [one.text for one in drawing.shapes if isinstance(one, Words)]
    assert "10°\u00a0O" in texts and "20°\u00a0N" in texts and "0°" in texts
    lines = [one.shape for one in drawing.shapes if isinstance(one, Stroke)]
    assert len(lines) == len(texts)
    meridian = projection.place([-10.0], [12.0])[0]
    assert any(abs(shapely.bounds(one)[0] - meridian[0]) < 1e-9 for one in lines)


@pytest.mark.parametrize("pattern", ["rising", "cross", "level", "upright", "dots"])
def test_patterns_stay_within_their_polygon(pattern: str) -> None:
    shape = shapely.buffer(shapely.points(30, 40), 5)
    marks = hatch(shape, pattern, spacing=1.0)  # type: ignore[arg-type]
    assert not shapely.is_empty(marks)
    assert shapely.within(marks, shapely.buffer(shape, 1e-6))
    assert len(patterned(shape, "#000000", pattern)) == 3  # type: ignore[arg-type]


def test_an_empty_pattern_has_no_marks() -> None:
    assert shapely.is_empty(hatch(rectangle(0, 0, 5, 5), "empty", spacing=1))


def test_hatching_has_the_spacing_that_is_asked_for() -> None:
    lines = shapely.get_parts(hatch(rectangle(0, 0, 10, 10), "level", spacing=2.0))
    heights = sorted(round(float(shapely.bounds(one)[1]), 6) for one in lines)
    assert heights == [0, 2, 4, 6, 8, 10] or heights == [2, 4, 6, 8, 10] or heights == [2, 4, 6, 8]


def test_drawings_are_put_where_they_belong() -> None:
    part = Drawing(10, 10)
    part.add(Words(1, 2, "x", 5), Stroke(line((0, 0), (1, 1)), "#000000"))
    page = Drawing(100, 100)
    page.put(part, 30, 40)
    words, stroke = page.shapes
    assert isinstance(words, Words) and (words.x, words.y) == (31, 42)
    assert isinstance(stroke, Stroke) and shapely.bounds(stroke.shape) == pytest.approx(
        [30, 40, 31, 41]
    )
    assert moved(words, 1, 1) == Words(32, 43, "x", 5)


def test_holes_turn_the_other_way_round() -> None:
    ring = shapely.difference(rectangle(0, 0, 10, 10), rectangle(2, 2, 3, 3))
    mirrored = shapely.transform(ring, lambda places: places * [-1, 1])
    for shape in (ring, mirrored):
        turns = [shapely.is_ccw(shapely.linearrings(part)) for part, _ in paths(shape)]
        assert len(turns) == 2 and turns[0] != turns[1]
