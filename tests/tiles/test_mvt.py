"""The encoder of points, decoded by mapbox-vector-tile, and the checks on vector tiles."""

import math
from collections import Counter, defaultdict
from typing import Any

import geopandas as gpd
import mapbox_vector_tile
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from maligeo.core.errors import FrameError
from maligeo.tiles.archives.verify import check_mvt
from maligeo.tiles.mvt import points as points_of_tiles
from maligeo.tiles.mvt.features import (
    Ints,
    Records,
    delimited,
    field_types,
    number_field,
    plain_columns,
    point_features,
    put_varints,
    varint,
    width_of,
)
from maligeo.tiles.mvt.points import LowZooms, PointLayer

TOP = 6


def layer_of(
    lon: list[float],
    lat: list[float],
    columns: dict[str, Any] | None = None,
    low_zooms: LowZooms = "all",
    top: int = TOP,
    sums: tuple[str, ...] = (),
) -> PointLayer:
    frame = pd.DataFrame(columns or {}, index=range(len(lon)))
    points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs=4326)
    plain = plain_columns(frame, what="points")
    return PointLayer.build("points", points, plain, top_zoom=top, low_zooms=low_zooms, sums=sums)


def decoded(layer: PointLayer, zoom: int) -> list[dict[str, Any]]:
    """Every feature of a zoom with its place on the grid; not what the next tiles repeat."""
    features = []
    for tile, content in layer.tiles_at(zoom):
        assert check_mvt(content).faults == []
        found = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})
        assert found["points"]["extent"] == 4096
        for feature in found["points"]["features"]:
            across, down = feature["geometry"]["coordinates"]
            assert -128 <= across < 4224 and -128 <= down < 4224
            if not (0 <= across < 4096 and 0 <= down < 4096):
                continue
            features.append(feature | {"x": tile.x + across / 4096, "y": tile.y + down / 4096})
    return features


def on_grid(lon: float, lat: float, zoom: int) -> tuple[float, float]:
    """Where a position lies, by the formula of the slippy map, written anew."""
    down = (1 - math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) / math.pi) / 2
    return (lon + 180) / 360 * 2**zoom, down * 2**zoom


places = st.tuples(st.floats(-180, 180), st.floats(-85, 85))


@settings(max_examples=40, deadline=None)
@given(st.lists(places, min_size=1, max_size=40), st.integers(0, 18))
def test_every_point_is_at_the_top_zoom_within_a_unit(
    where: list[tuple[float, float]], top: int
) -> None:
    lon, lat = (list(side) for side in zip(*where, strict=True))
    found = decoded(layer_of(lon, lat, top=top), top)
    assert sorted(feature["id"] for feature in found) == list(range(len(where)))
    for feature in found:
        lon, lat = where[feature["id"]]
        x, y = on_grid(lon, lat, top)
        assert abs(feature["x"] - x) * 4096 <= 1.001
        assert abs(feature["y"] - y) * 4096 <= 1.001


values = st.fixed_dictionaries(
    {
        "text": st.none() | st.text(max_size=9),
        "whole": st.none() | st.integers(-(2**63), 2**63 - 1),
        "real": st.none() | st.floats(allow_nan=False),
        "truth": st.none() | st.booleans(),
        "few": st.none() | st.sampled_from(["ied", "erw"]),
    }
)


@settings(max_examples=60, deadline=None)
@given(st.lists(values, min_size=1, max_size=60), st.integers(1, 5))
def test_attributes_come_back_with_their_types(rows: list[dict[str, Any]], tiles: int) -> None:
    columns = {
        "text": pd.array([row["text"] for row in rows], dtype="string"),
        "whole": pd.array([row["whole"] for row in rows], dtype="Int64"),
        "real": pd.array([row["real"] for row in rows], dtype="float64"),
        "truth": pd.array([row["truth"] for row in rows], dtype="boolean"),
        "few": pd.Categorical([row["few"] for row in rows]),
    }
    lon = [-180 + 360 * (at % tiles + 0.5) / tiles for at in range(len(rows))]
    found = decoded(layer_of(lon, [0.0] * len(rows), columns), TOP)
    for feature in found:
        expected = {key: value for key, value in rows[feature["id"]].items() if value is not None}
        assert feature["properties"] == expected
        kinds = {key: type(value) for key, value in expected.items()}
        assert {key: type(value) for key, value in feature["properties"].items()} == kinds


def test_many_values_make_wide_indices() -> None:
    count = 40_000
    lon = np.linspace(10.0, 10.01, count).tolist()
    names = [f"name {at}" for at in range(count)]
    found = decoded(layer_of(lon, [5.0] * count, {"name": names, "row": range(count)}, top=2), 2)
    assert len(found) == count
    for feature in found[::997]:
        assert feature["properties"] == {
            "name": names[feature["id"]],
            "row": feature["id"],
        }


Counted = defaultdict[tuple[int, int], Counter[str]]


def by_cell(features: list[dict[str, Any]], zoom: int, cells: int) -> Counted:
    """Add up the numbers of features by squares of a tile."""
    found: Counted = defaultdict(Counter)
    for feature in features:
        properties = {k: v for k, v in feature["properties"].items() if isinstance(v, int | float)}
        found[int(feature["x"] * cells), int(feature["y"] * cells)].update(properties)
    return found


def test_in_every_cell_of_every_zoom_counts_and_sums_add_up_to_the_records() -> None:
    rng = np.random.default_rng(3)
    middles = rng.uniform((-11, 11), (3, 24), (12, 2))
    places = middles[rng.integers(0, 12, 4000) ** 2 // 12] + rng.normal(0, 0.3, (4000, 2))
    killed = [None if at < 1 else int(at) - 1 for at in rng.poisson(2, 4000)]
    cost = rng.uniform(0, 9, 4000).tolist()
    columns = {"killed": pd.array(killed, dtype="Int64"), "cost": cost, "kind": ["ied"] * 4000}
    lon, lat = places.T.tolist()
    layer = layer_of(lon, lat, columns, "cluster", top=11, sums=("killed", "cost"))
    for zoom in range(11):
        expected: Counted = defaultdict(Counter)
        for at, (x, y) in enumerate(map(on_grid, lon, lat, [zoom] * len(lon))):
            stated = {"killed": killed[at]} if killed[at] is not None else {"killed_not_stated": 1}
            expected[int(x * 32), int(y * 32)].update(stated | {"point_count": 1, "cost": cost[at]})
        features = decoded(layer, zoom)
        assert len(features) == len(expected) == layer.shown_at(zoom)
        found = by_cell(features, zoom, 32)
        assert found.keys() == expected.keys()
        for cell, sums in expected.items():
            assert found[cell] == pytest.approx(dict(sums)), (zoom, cell)
        assert layer.largest_at(zoom) == max(sums["point_count"] for sums in expected.values())


def test_what_is_not_stated_is_no_zero_and_no_attribute_is_of_the_first_record() -> None:
    lon, lat = [-4.0, -4.001, -4.002, -8.0, -8.001, 3.0], [15.0, 15.0, 15.0, 14.0, 14.0, 24.0]
    columns = {
        "kind": list("abcdef"),
        "killed": pd.array([2, None, 0, None, None, None], dtype="Int64"),
    }
    layer = layer_of(lon, lat, columns, "cluster", top=12, sums=("killed",))
    unknown, several, single = sorted(decoded(layer, 7), key=lambda feature: feature["x"])
    assert unknown["properties"] == {"point_count": 2, "killed_not_stated": 2}
    assert several["properties"] == {"point_count": 3, "killed": 2, "killed_not_stated": 1}
    assert several.get("id", 0) == 0
    assert several["x"] == pytest.approx(on_grid(-4.001, 15.0, 7)[0], abs=1 / 4096)
    assert single["properties"] == {"point_count": 1, "kind": "f", "killed_not_stated": 1}
    assert single["id"] == 5
    assert [feature["properties"]["point_count"] for feature in decoded(layer, 12)] == [1] * 6


def test_what_records_count_themselves_is_what_they_are_drawn_by() -> None:
    columns = {"count": [5, 10, 40]}
    layer = layer_of([1.0, 1.0, 9.0], [2.0, 2.0, 9.0], columns, "cluster", sums=("count",))
    assert layer.size_by == "count"
    assert [layer.largest_at(zoom) for zoom in (0, 5, 6)] == [55, 40, 40]


def test_all_points_at_every_zoom() -> None:
    layer = layer_of([1.0, 1.0, 1.0], [2.0, 2.0, 2.0])
    assert [len(decoded(layer, zoom)) for zoom in (0, 3, 6)] == [3, 3, 3]


def test_what_lies_near_an_edge_is_in_the_next_tiles_too() -> None:
    layer = layer_of([0.001, 10.0, -179.999], [0.001, 10.0, 60.0], {"name": list("abc")}, top=3)
    found = defaultdict(set)
    for tile, content in layer.tiles_at(3):
        decoded_tile = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})
        for feature in decoded_tile["points"]["features"]:
            across, down = feature["geometry"]["coordinates"]
            place = tile.x * 4096 + across, tile.y * 4096 + down
            found[feature["properties"]["name"], *place].add(tile[1:])
    ((a, _), (b, _), (c, _)) = (min((k, v) for k, v in found.items() if k[0] == n) for n in "abc")
    assert found[a] == {(3, 3), (3, 4), (4, 3), (4, 4)}
    assert found[b] == {(4, 3)}
    assert found[c] == {(0, 2)}
    assert len(found) == 3


@pytest.mark.parametrize("low_zooms", ["all", "cluster"])
def test_a_zoom_comes_to_the_same_in_parts(
    monkeypatch: pytest.MonkeyPatch, low_zooms: LowZooms
) -> None:
    rng = np.random.default_rng(5)
    count = 3_000
    columns = {
        "name": [f"N{at}" for at in range(count)],
        "killed": pd.array(rng.choice([0.0, 1.0, 7.0, np.nan], count), dtype="Int64"),
        "kind": rng.choice(["ied", "landmine"], count),
    }
    lon, lat = (rng.uniform(-60, 60, count).tolist() for _ in range(2))
    layer = layer_of(lon, lat, columns, low_zooms, sums=("killed",))
    encoded = list[int]()

    def counted(ids: Ints, places: Ints, tags: Ints) -> Records:
        encoded.append(len(ids))
        return point_features(ids, places, tags)

    monkeypatch.setattr(points_of_tiles, "point_features", counted)
    for zoom in (2, TOP):
        at_once = decoded(layer, zoom)
        with monkeypatch.context() as patch:
            patch.setattr(points_of_tiles, "_TOGETHER", 200, raising=False)
            encoded.clear()
            assert decoded(layer, zoom) == at_once
        assert len(encoded) > 1


def test_multipoints_are_points_of_one_row() -> None:
    points = gpd.GeoSeries([shapely.MultiPoint([(1, 1), (50, 50)]), shapely.Point(9, 9)], crs=4326)
    plain = pd.DataFrame({"name": pd.array(["both", "one"], dtype="string")})
    layer = PointLayer.build("points", points, plain, top_zoom=4, low_zooms="all")
    found = sorted((feature["id"], feature["properties"]["name"]) for feature in decoded(layer, 4))
    assert found == [(0, "both"), (0, "both"), (1, "one")]


@pytest.mark.parametrize("top", [10, 20, 24])
def test_rows_of_one_place_keep_their_order(top: int) -> None:
    found = decoded(layer_of([7.0] * 50, [7.0] * 50, top=top), top)
    assert [feature["id"] for feature in found] == list(range(50))


@given(st.lists(st.integers(0, 2**63), min_size=1))
def test_a_varint_may_be_wider_than_it_need_be(numbers: list[int]) -> None:
    width = width_of(max(numbers))
    out = np.empty((len(numbers), width), dtype=np.uint8)
    put_varints(out, np.array(numbers, dtype=np.uint64))
    for row, number in zip(out, numbers, strict=True):
        assert sum((int(byte) & 0x7F) << 7 * at for at, byte in enumerate(row)) == number
        assert all(byte & 0x80 for byte in row[:-1])
        assert not row[-1] & 0x80


def test_types_of_columns() -> None:
    frame = pd.DataFrame(
        {
            "day": pd.to_datetime(["2021-05-01", None]),
            "moment": pd.to_datetime(["2021-05-01 10:00", "2021-05-02 00:00"]),
            "category": pd.Categorical([3, 4]),
            "objects": np.array([True, None], dtype=object),
            "empty": [None, None],
            "mixed numbers": np.array([1, 2.5], dtype=object),
        }
    )
    plain = plain_columns(frame, what="frame")
    assert plain["day"].tolist() == ["2021-05-01", pd.NA]
    assert plain["moment"].tolist() == ["2021-05-01T10:00:00", "2021-05-02T00:00:00"]
    assert list(field_types(plain).values()) == [
        "String", "String", "Number", "Boolean", "String", "Number",
    ]  # fmt: skip


def test_a_column_of_anything_else_is_refused_with_all_the_others() -> None:
    frame = pd.DataFrame({"lists": [[1], [2]], "fine": [1, 2], "mixed": ["a", 1]})
    with pytest.raises(FrameError, match="lists") as caught:
        plain_columns(frame, what="frame")
    assert [fault.column for fault in caught.value.faults] == ["lists", "mixed"]


NAME = delimited(1, b"roads")
VERSION = number_field(15, 2)
KEY, VALUE = delimited(3, b"k"), delimited(4, number_field(4, 1))


def feature(geometry: list[int], kind: int = 1, tags: list[int] | None = None) -> bytes:
    packed = delimited(4, b"".join(map(varint, geometry)))
    pairs = delimited(2, b"".join(map(varint, tags))) if tags else b""
    return delimited(2, pairs + number_field(3, kind) + packed)


def tile(*parts: bytes) -> bytes:
    return delimited(3, b"".join(parts))


POINT, LINE, RING = [9, 2, 2], [9, 2, 2, 10, 4, 4], [9, 0, 0, 18, 2, 0, 0, 2, 15]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no layer"),
        (b"\x1a\x05ab", "cut short"),
        (b"\xff" * 20, "cut short, or no vector tile"),
        (b"\x0b", "wire type 3"),
        (tile(VERSION, feature(POINT)), "no name"),
        (tile(NAME, feature(POINT)), "version"),
        (tile(NAME, VERSION), "no feature"),
        (tile(NAME, VERSION, number_field(5, 0), feature(POINT)), "extent"),
        (tile(NAME, VERSION, feature(POINT)) * 2, "twice"),
        (tile(NAME, VERSION, KEY, feature(POINT, tags=[0])), "without a value"),
        (tile(NAME, VERSION, KEY, VALUE, feature(POINT, tags=[0, 1])), "not there"),
        (tile(NAME, VERSION, KEY, VALUE, feature(POINT, tags=[1, 0])), "not there"),
        (tile(NAME, VERSION, KEY, VALUE, feature(POINT, tags=[0, 0, 0, 0])), "key twice"),
        (tile(NAME, VERSION, feature(POINT, kind=0)), "no known type"),
        (tile(NAME, VERSION, feature([9, 2])), "cut short"),
        (tile(NAME, VERSION, feature(LINE)), "do not make"),
        (tile(NAME, VERSION, feature(POINT, kind=2)), "do not make"),
        (tile(NAME, VERSION, feature(LINE, kind=3)), "do not make"),
        (tile(NAME, VERSION, feature([])), "do not make"),
    ],
)
def test_what_is_wrong_with_a_vector_tile(content: bytes, reason: str) -> None:
    assert any(reason in fault for fault in check_mvt(content).faults)


def test_a_sound_tile_has_no_fault() -> None:
    parts = [feature(POINT, tags=[0, 0]), feature(LINE, 2), feature(RING, 3), feature(RING * 2, 3)]
    assert check_mvt(tile(NAME, VERSION, KEY, VALUE, *parts)) == ({"roads": 4}, [])
