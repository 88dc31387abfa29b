import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import Polygon, box

from maligeo.core.errors import ArgumentError
from maligeo.join.points import nearest_units

GEOD = Geod(ellps="WGS84")
UNITS = gpd.GeoSeries([box(0, 14, 1, 15), box(2, 14, 3, 15), Polygon()], crs="EPSG:4326")


def nearest(lon: list[float], lat: list[float], within_m: float) -> tuple[list[int], np.ndarray]:
    unit, distance = nearest_units(UNITS, np.array(lon), np.array(lat), within_m=within_m)
    return unit.tolist(), distance


def test_just_outside_leads_to_the_unit_with_its_distance() -> None:
    unit, distance = nearest([1.001, 0.5], [14.5, 13.999], 500)
    assert unit == [0, 0]
    expected = [GEOD.inv(1.001, 14.5, 1, 14.5)[2], GEOD.inv(0.5, 13.999, 0.5, 14)[2]]
    np.testing.assert_allclose(distance, expected, rtol=1e-6)


def test_too_far_and_not_finite_lead_nowhere() -> None:
    unit, distance = nearest([1.1, np.nan, np.inf, 80], [14.5, 14.5, 14.5, 14.5], 1000)
    assert unit == [-1, -1, -1, -1]
    assert np.isnan(distance).all()


def test_equally_near_units_give_the_lower() -> None:
    assert nearest([1.5], [14.5], 100_000)[0] == [0]


def test_no_units_and_no_points() -> None:
    empty = gpd.GeoSeries([Polygon()], crs="EPSG:4326")
    assert nearest_units(empty, np.array([0.0]), np.array([0.0]), within_m=10)[0].tolist() == [-1]
    assert nearest([], [], 10)[0] == []


@pytest.mark.parametrize("within_m", [0, -1, np.nan, np.inf])
def test_a_distance_must_be_positive(within_m: float) -> None:
    with pytest.raises(ArgumentError, match="positive number of metres"):
        nearest([0], [0], within_m)


@given(st.floats(-0.5, 3.5), st.floats(13.5, 15.5))
def test_the_distance_is_the_shortest(lon: float, lat: float) -> None:
    """Oracle: geodesic distances to points set close together on every outline."""
    point = shapely.Point(lon, lat)
    if UNITS.intersects(point).any():
        return
    unit, distance = nearest([lon], [lat], 200_000)
    outline = shapely.get_coordinates(shapely.segmentize(np.asarray(UNITS.boundary), 0.002))
    count = len(outline)
    around = GEOD.inv(np.full(count, lon), np.full(count, lat), outline[:, 0], outline[:, 1])[2]
    assert unit[0] >= 0
    assert distance[0] <= around.min() * (1 + 1e-3) + 0.1
    assert distance[0] >= around.min() - 250  # half the spacing of the points
