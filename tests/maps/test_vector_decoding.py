"""The page's decoder of vector tiles, in Node.js, against mapbox-vector-tile's."""

import base64
import itertools
import json
import math
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import geopandas as gpd
import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from google.protobuf.message import DecodeError
from mapbox_vector_tile.Mapbox import vector_tile_pb2

from maligeo.tile_archives import open_tiles, uncompressed
from maligeo.tiles.vector import VectorOptions, vector_tiles

SCRIPT = resources.files("maligeo.maps") / "assets" / "mvt.js"
LONGEST = 300  # seconds after which the decoder is taken to hang
# Values as their type and text, since JSON has neither infinity nor all digits.
RUNNER = """
const fs = require("node:fs");
globalThis.window = {maligeo: {}};
(0, eval)(fs.readFileSync(process.argv[1], "utf8"));
const told = value => [typeof value, String(value)];
for (const line of fs.readFileSync(0, "utf8").split("\\n").slice(0, -1)) {
  let found;
  try {
    found = window.maligeo.readTile(Buffer.from(line, "base64")).map(layer => ({
      ...layer, features: layer.features.map(one => ({
        ...one, props: Array.from(one.props, ([key, value]) => [key, told(value)])
      }))
    }));
  } catch (error) {
    found = String(error);
  }
  console.log(JSON.stringify(found));
}
"""
WHOLE = [0, 1, 63, 64, 2**31, 2**32 - 1, 2**32, 2**53 - 1, 2**53, 2**53 + 1, 2**63 - 1]
VALUES: dict[str, list[Any]] = {
    "string_value": ["", "é", "\ufeffborn", "Ségou\u2028Mopti", "a\0b", "🜁", "__proto__"],
    "float_value": [0.0, -0.5, 0.1, 1e38, math.inf, -math.inf, math.nan],
    "double_value": [0.1, -1e308, 5e-324, -math.inf, math.nan, 2.0**70, 3.0],
    "int_value": [*WHOLE, *(-value for value in WHOLE), -(2**63), -(2**32) - 1],
    "uint_value": [*WHOLE, 2**63, 2**64 - 1],
    "sint_value": [*WHOLE, *(-value for value in WHOLE), -(2**63), -(2**32) - 1],
    "bool_value": [True, False],
}


def decoded(tiles: Iterable[bytes]) -> list[Any]:
    """Decode tiles by the page's script: layers, or the error as text."""
    node = shutil.which("node")
    if node is None:
        if os.environ.get("MALIGEO_REQUIRE_NODE") == "1":
            pytest.fail("MALIGEO_REQUIRE_NODE=1, but there is no Node.js")
        pytest.skip("there is no Node.js on this machine")
    lines = "".join(base64.b64encode(tile).decode() + "\n" for tile in tiles)
    ran = subprocess.run(
        [node, "-e", RUNNER, str(SCRIPT)],
        input=lines,
        capture_output=True,
        check=True,
        text=True,
        encoding="utf-8",
        timeout=LONGEST,
    )
    return [json.loads(line) for line in ran.stdout.split("\n")[:-1]]


def expected(tile: bytes) -> dict[str, Any]:
    found: dict[str, Any] = mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})
    return found


def text_of(value: object) -> tuple[str, object]:
    """Give type and value of an attribute as the script has them."""
    if isinstance(value, bool):
        return "boolean", value
    if isinstance(value, int):
        return ("number" if abs(value) < 2**53 else "string"), str(value)
    if isinstance(value, float):
        return "number", "NaN" if math.isnan(value) else value
    return "string", as_text(value)


def as_text(value: object) -> object:
    """Give text that is no UTF-8, which mapbox-vector-tile leaves as bytes, as a browser does."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def value_of(kind: str, text: str, like: object) -> tuple[str, object]:
    """Read type and text of the script in the way of the value that is expected."""
    if kind == "boolean":
        return kind, text == "true"
    if isinstance(like, float) and text != "NaN":
        return kind, float(text.replace("Infinity", "inf"))
    return kind, text


def lines_of(geometry: dict[str, Any]) -> list[list[list[int]]]:
    """Give the points, lines or rings of a geometry one after another."""
    coordinates = geometry["coordinates"]
    match geometry["type"]:
        case "Point":
            return [[coordinates]]
        case "MultiPoint":
            return [[place] for place in coordinates]
        case "LineString":
            return [coordinates]
        case "Polygon":
            return [closed(ring) for ring in coordinates]
        case "MultiPolygon":
            return [closed(ring) for polygon in coordinates for ring in polygon]
    return list(coordinates)


def closed(ring: list[list[int]]) -> list[list[int]]:
    return ring if ring[0] == ring[-1] else [*ring, ring[0]]


def area(ring: Sequence[Sequence[int]]) -> int:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring))


def parts_of(feature: dict[str, Any]) -> list[list[list[int]]]:
    """Give the script's parts as lists of places; rings come back to where they began."""
    parts = [
        [list(place) for place in zip(part[::2], part[1::2], strict=True)]
        for part in feature["parts"]
    ]
    if feature["kind"] != 3:
        return parts
    return [
        ring for ring in map(closed, parts) if area(ring)
    ]  # as mapbox-vector-tile leaves them out


def require_same(found: list[dict[str, Any]], wanted: dict[str, Any]) -> None:
    """Compare layers, features, attributes and every corner."""
    kinds = ("Point", "LineString", "Polygon")
    assert [layer["name"] for layer in found] == [as_text(name) for name in wanted]
    for layer, known in zip(found, wanted.values(), strict=True):
        assert layer["extent"] == known["extent"]
        for ours, theirs in zip(layer["features"], known["features"], strict=True):
            assert theirs["geometry"]["type"].removeprefix("Multi") == kinds[ours["kind"] - 1]
            assert parts_of(ours) == lines_of(theirs["geometry"])
            props = {as_text(key): value for key, value in theirs["properties"].items()}
            told = {key: value_of(kind, text, props[key]) for key, (kind, text) in ours["props"]}
            assert told == {key: text_of(value) for key, value in props.items()}


def awkward_tile() -> vector_tile_pb2.tile:
    """A tile with every kind of value and geometry, written as the specification allows."""
    tile = vector_tile_pb2.tile()
    layer = tile.layers.add(name="vaïleurs", version=2, extent=512)
    for kind, values in VALUES.items():
        for at, value in enumerate(values):
            layer.keys.append(f"{kind} {at}")
            setattr(layer.values.add(), kind, value)
    layer.keys.append("__proto__")
    layer.values.add().string_value = "a text"
    everything = [at for number in range(len(layer.values)) for at in (number, number)]
    layer.features.add(id=2**60, type=1, tags=everything, geometry=[9, 50, 34])
    layer.features.add(type=1, geometry=[17, 10, 14, 3, 9])
    layer.features.add(type=2, geometry=[9, 4, 4, 18, 0, 16, 16, 0])
    layer.features.add(type=2, geometry=[9, 4, 4, 18, 0, 16, 16, 0, 9, 17, 17, 10, 4, 8])
    layer.features.add(type=3, geometry=[9, 6, 12, 18, 10, 12, 24, 44, 15])
    two = [9, 0, 0, 26, 20, 0, 0, 20, 19, 0, 15, 9, 22, 2, 26, 18, 0, 0, 18, 17, 0, 15]
    layer.features.add(type=3, geometry=[*two, 9, 4, 13, 26, 0, 8, 8, 0, 0, 7, 15])
    tile.layers.add(name="empty", version=2)
    return tile


def house_tiles(folder: Path, units: gpd.GeoDataFrame) -> Iterator[bytes]:
    rng = np.random.default_rng(5)
    lon, lat = rng.normal(-3, 2, 400), rng.normal(15, 2, 400)
    points = gpd.GeoDataFrame(
        {
            "killed": rng.integers(0, 9, 400),
            "share": rng.random(400),
            "known": rng.random(400) < 0.5,
            "kind": rng.choice(["EEI", "mine", "Ségou"], 400),
            "below": -rng.integers(0, 2**40, 400),
        },
        geometry=gpd.points_from_xy(lon, lat, crs=4326),
    )
    outer = shapely.Point(-3, 15).buffer(4)
    ring = outer.difference(shapely.Point(-3, 15).buffer(2))
    shapes = [shapely.union_all([ring, shapely.Point(-3, 15).buffer(1)]), shapely.box(2, 11, 3, 12)]
    lines = [
        shapely.LineString([(-10, 12), (3, 24)]),
        shapely.MultiLineString([[(0, 14), (1, 14)]]),
    ]
    layers = {
        "regions": units[["pcode", "name", "geometry"]],
        "points": points,
        "shapes": gpd.GeoDataFrame({"n": [1, 2]}, geometry=shapes, crs=4326),
        "lines": gpd.GeoDataFrame({"n": [0.5, None]}, geometry=lines, crs=4326),
    }
    for low_zooms in ("cluster", "all"):
        options = VectorOptions(low_zooms=low_zooms)
        path = folder / f"{low_zooms}.pmtiles"
        vector_tiles(layers, path, zooms=(0, 8), options=options, audience="internal")
        yield from (uncompressed(stored) for _, stored in open_tiles(path).tiles())


def test_every_tile_that_the_library_makes_is_read_as_it_was_written(
    tmp_path: Path, units: gpd.GeoDataFrame
) -> None:
    tiles = list(house_tiles(tmp_path, units))
    assert len(tiles) > 200
    kinds = set()
    for found, tile in zip(decoded(tiles), tiles, strict=True):
        require_same(found, expected(tile))
        kinds |= {feature["kind"] for layer in found for feature in layer["features"]}
    assert kinds == {1, 2, 3}


def test_every_kind_of_value_and_geometry_is_read() -> None:
    tile = awkward_tile().SerializeToString()
    found = decoded([tile])[0]
    require_same(found, expected(tile))
    features = found[0]["features"]
    assert len(features[0]["props"]) == sum(map(len, VALUES.values())) + 1
    assert dict(features[0]["props"])["int_value 10"] == ["string", str(2**63 - 1)]
    # Two polygons, the second with a hole, whose corners go the other way round.
    assert [math.copysign(1, area(ring)) for ring in parts_of(features[5])] == [1, 1, -1]


def test_tiles_of_another_encoder_are_read() -> None:
    hole = shapely.box(0, 0, 40, 40).difference(shapely.box(10, 10, 20, 20))
    geometries = [
        shapely.Point(1, 2),
        shapely.MultiPoint([(1, 2), (3, 4)]),
        shapely.LineString([(0, 0), (9, 9), (-80, 4200)]),
        shapely.MultiLineString([[(0, 0), (1, 1)], [(5, 5), (6, 7), (0, 1)]]),
        hole,
        shapely.union_all([hole, shapely.box(12, 12, 15, 15), shapely.box(90, 0, 91, 1)]),
    ]
    props = {"int": -5, "large": -(2**60), "float": 0.1, "text": "É", "yes": True, "no": False}
    layer = {"name": "a", "features": [{"geometry": g, "properties": props} for g in geometries]}
    tiles = [
        mapbox_vector_tile.encode([layer, {"name": "b", "features": []}], default_options=options)
        for options in ({"extents": 4096}, {"extents": 256}, {"y_coord_down": True})
    ]
    for found, tile in zip(decoded(tiles), tiles, strict=True):
        assert len(found[0]["features"]) == len(geometries)
        require_same(found, expected(tile))


def test_what_the_format_may_have_besides_is_passed_over() -> None:
    plain = awkward_tile().SerializeToString()
    layer = bytes([26]) + varint(len(awkward_tile().layers[0].SerializeToString()))
    unknown = b"".join(  # in the tile itself: a number, eight bytes, text, four bytes
        [varint(99 << 3) + varint(2**40), varint(98 << 3 | 1) + b"8 bytes.",
         varint(97 << 3 | 2) + varint(3) + b"abc", varint(96 << 3 | 5) + b"4321"]
    )  # fmt: skip
    assert plain.startswith(layer)
    loose = vector_tile_pb2.tile()
    loose.layers.add(name="loose", version=2, keys=["k"]).values.add(int_value=1)
    # Numbers of a list one by one, and values before their keys.
    feature = bytes([16, 0, 16, 0, 24, 1, 32, 9, 32, 50, 32, 34])
    body = loose.layers[0].SerializeToString() + bytes([18, len(feature)]) + feature
    tiles = [plain + unknown, unknown + plain, bytes([26, len(body)]) + body, b""]
    for found, tile in zip(decoded(tiles), tiles, strict=True):
        require_same(found, expected(tile))
    assert decoded(tiles)[2][0]["features"] == [
        {"kind": 1, "props": [["k", ["number", "1"]]], "parts": [[25, 17]]}
    ]


def varint(number: int) -> bytes:
    found = []
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    return bytes([*found, number])


def one_feature(geometry: Sequence[int], tags: Sequence[int] = (), extent: int = 4096) -> bytes:
    tile = vector_tile_pb2.tile()
    layer = tile.layers.add(name="a", version=2, extent=extent, keys=["k"])
    layer.values.add().int_value = 1
    layer.features.add(type=2, geometry=geometry, tags=tags)
    return bytes(tile.SerializeToString())


@pytest.mark.parametrize(
    ("tile", "reason"),
    [
        (one_feature([9, 4, 4, 18, 0, 16]), "a line is cut off"),
        (one_feature([9, 4, 4, (2**29 - 1) << 3 | 2, 0, 16]), "a line is cut off"),
        (one_feature([9, 4]), "a line is cut off"),
        (one_feature([18, 0, 16, 16, 0]), "a line without a beginning"),
        (one_feature([15]), "a line without a beginning"),
        (one_feature([9, 4, 4, 12]), "an unknown command"),
        (one_feature([9, 4, 4, 23]), "a command that is repeated"),
        (one_feature([17, 4, 4, 4, 4]), "a command that is repeated"),
        (one_feature([]) + b"\x12" + varint(2**40), "a field is cut off"),
        (one_feature([], [0]), "an attribute is not there"),
        (one_feature([], [0, 1]), "an attribute is not there"),
        (one_feature([], [1, 0]), "an attribute is not there"),
        (one_feature([], extent=0), "a layer without an extent"),
        (b"\x1f\x8b\x08\x00", "a field"),
        (b"\x1a\x7f", "a field is cut off"),
        (b"\x1a" + b"\xff" * 11, "a number has no end"),
        (b"\x1a\x80", "a number has no end"),
        (b"\x1b", "a field of an unknown kind"),
        (b"\x02\x00", "a field without a number"),
    ],
)
def test_what_is_no_tile_is_an_error_that_says_so(tile: bytes, reason: str) -> None:
    found = decoded([tile])[0]
    assert isinstance(found, str)
    assert reason in found


def test_a_tile_that_is_cut_off_is_refused_wherever_it_is_cut() -> None:
    whole = awkward_tile().SerializeToString()
    tiles = [whole[:size] for size in range(len(whole))]
    wrong = [size for size, found in enumerate(decoded(tiles)) if not isinstance(found, str)]
    first = len(whole) - len(b"\x1a\x09\x0a\x05empty\x78\x02")
    assert wrong == [0, first]  # nothing, and the first layer alone


def test_a_tile_with_wrong_bytes_is_refused_or_read_as_by_the_other_decoder() -> None:
    whole, rng = bytearray(awkward_tile().SerializeToString()), np.random.default_rng(11)
    tiles = []
    for _ in range(1500):
        changed = whole.copy()
        for at in rng.integers(0, len(whole), rng.integers(1, 4)):
            changed[at] = rng.integers(0, 256)
        tiles.append(bytes(changed))
    read = 0
    for found, tile in zip(decoded(tiles), tiles, strict=True):
        try:
            wanted = expected(tile)
        except DecodeError:
            assert isinstance(found, str)
            continue
        except (AssertionError, IndexError, ValueError):
            continue  # of what it does not like, the script may read the rest
        if not isinstance(found, str):
            read += 1
            require_same(found, wanted)
    assert read > 300
