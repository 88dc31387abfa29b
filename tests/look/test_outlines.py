import json

import geopandas as gpd
import pytest
import shapely
from shapely.geometry import box

from maligeo.catalog import load_table
from maligeo.look.outlines import DECIMALS, callouts, label_points, outlines
from maligeo.maps.html import Call
from maligeo.maps.page import PageMap
from maligeo.maps.towns import add_towns


def test_rounding_keeps_shared_borders_shared(units: gpd.GeoDataFrame) -> None:
    found = outlines(units).shapes
    assert shapely.is_valid(found).all()
    assert shapely.coverage_is_valid(found)
    for before, after in zip(units.geometry, found, strict=True):
        assert before.symmetric_difference(after).area < 1e-3 * before.area
        coordinates = shapely.get_coordinates(after)
        assert (coordinates == coordinates.round(DECIMALS)).all()


def test_labels_lie_in_their_units(units: gpd.GeoDataFrame) -> None:
    for shape, (lon, lat) in zip(units.geometry, label_points(units), strict=True):
        assert shape.contains(shapely.Point(lon, lat))


def test_around_a_focus_labels_stay_in_sight(units: gpd.GeoDataFrame) -> None:
    at = units["name"].tolist().index("Mopti")
    points = label_points(units, focus=[at])
    window = shapely.box(*units.geometry.iloc[at].bounds).buffer(1.5)
    near = [window.contains(shapely.Point(lon, lat)) for lon, lat in points]
    assert sum(near) >= 4


def test_only_bamako_needs_a_callout_and_it_lies_outside(units: gpd.GeoDataFrame) -> None:
    found = dict(zip(units["name"], callouts(units), strict=True))
    lon, lat = found.pop("Bamako")
    assert set(found.values()) == {None}
    assert shapely.union_all(units.geometry.array).distance(shapely.Point(lon, lat)) > 0.5


def test_a_multipolygon_is_labelled_in_its_largest_part() -> None:
    parts = shapely.MultiPolygon([box(0, 0, 1, 1), box(5, 5, 9, 9)])
    units = gpd.GeoDataFrame({"name": ["A"]}, geometry=[parts], crs="EPSG:4326")
    lon, lat = label_points(units)[0]
    assert (lon, lat) == pytest.approx((7, 7), abs=0.1)


def test_capitals_are_found_by_name(units: gpd.GeoDataFrame) -> None:
    fmap = PageMap("t", (0, 0, 1, 1), language="fr")
    add_towns(fmap, load_table("reference", "towns"), units, per_unit=2)
    call = list(fmap._children.values())[-1]
    assert isinstance(call, Call)
    towns = json.loads(call.data)["towns"]
    assert {town["name"] for town in towns if town["own"]} == set(units["name"])
    assert sum(town["drawn"] for town in towns) <= 2 * len(units) < len(towns)
