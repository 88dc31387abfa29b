"""Archives of vector tiles, decoded by mapbox-vector-tile and held against their frames."""

import gzip
import json
import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import mapbox_vector_tile
import mercantile
import numpy as np
import pandas as pd
import pytest
import shapely
from pmtiles.reader import MmapSource, Reader, all_tiles

from maligeo.core.errors import ArgumentError, CrsError, FrameError, OutputFileError
from maligeo.readers.boundaries import load_boundaries
from maligeo.tile_archives import open_tiles
from maligeo.tiles.archives.verify import verify_tiles
from maligeo.tiles.vector import VectorOptions, vector_tiles

house_tiles = partial(vector_tiles, audience="internal")  # the door has its own tests

ZOOMS = (0, 7)
EXTENT, BUFFER = 4096, 128
Features = list[dict[str, Any]]


@pytest.fixture(scope="module")
def units() -> gpd.GeoDataFrame:
    return load_boundaries()[["pcode", "name", "area_sqkm", "geometry"]]


@pytest.fixture(scope="module")
def incidents() -> gpd.GeoDataFrame:
    rng = np.random.default_rng(5)
    count = 3000
    return gpd.GeoDataFrame(
        {"event_id": [f"E{at:05d}" for at in range(count)], "killed": rng.integers(0, 9, count)},
        geometry=gpd.points_from_xy(rng.uniform(-12, 4, count), rng.uniform(10, 25, count)),
        crs=4326,
    )


@pytest.fixture(scope="module")
def archive(
    tmp_path_factory: pytest.TempPathFactory, units: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame
) -> Path:
    path = tmp_path_factory.mktemp("vector") / "mali.pmtiles"
    return house_tiles({"regions": units, "incidents": incidents}, path, zooms=ZOOMS)


def tiles_of(path: Path) -> Iterator[tuple[tuple[int, int, int], dict[str, Features]]]:
    """Decode every tile of a PMTiles archive."""
    with path.open("rb") as file:
        for address, data in all_tiles(MmapSource(file)):
            layers = mapbox_vector_tile.decode(
                gzip.decompress(data), default_options={"y_coord_down": True}
            )
            yield address, {name: layer["features"] for name, layer in layers.items()}


def own(points: Features) -> Features:
    """Leave out what a tile repeats of the next ones."""
    return [
        at for at in points if all(0 <= side < EXTENT for side in at["geometry"]["coordinates"])
    ]


def metadata_of(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        found: dict[str, Any] = Reader(MmapSource(file)).metadata()
    return found


def in_units(shape: shapely.Geometry, z: int, x: int, y: int) -> shapely.Geometry:
    """Bring a geometry in degrees to the units of a tile, by mercantile alone."""
    bounds = mercantile.xy_bounds(x, y, z)
    side = (bounds.right - bounds.left) / EXTENT

    def moved(coordinates: np.ndarray) -> np.ndarray:
        metres = np.array([mercantile.xy(*at) for at in coordinates])
        return np.stack(
            [(metres[:, 0] - bounds.left) / side, (bounds.top - metres[:, 1]) / side], axis=1
        )

    return shapely.transform(shape, moved)


def test_every_point_is_at_the_top_zoom(archive: Path, incidents: gpd.GeoDataFrame) -> None:
    found = {}
    for (z, x, y), layers in tiles_of(archive):
        if z == ZOOMS[1]:
            for feature in own(layers.get("incidents", [])):
                assert feature["id"] not in found
                found[feature["id"]] = (z, x, y), feature
    assert sorted(found) == list(range(len(incidents)))
    for row, (address, feature) in found.items():
        record = incidents.iloc[row]
        expected = in_units(record.geometry, *address)
        assert shapely.geometry.shape(feature["geometry"]).distance(expected) <= 2**0.5 + 1e-3
        assert feature["properties"] == {
            "event_id": record["event_id"], "killed": record["killed"], "point_count": 1,
        }  # fmt: skip


def test_polygons_at_the_top_zoom_are_the_input_within_a_unit(
    archive: Path, units: gpd.GeoDataFrame
) -> None:
    # Edges are straight in degrees: cut them up before they are bent by the projection.
    fine = units.set_index("pcode").geometry.segmentize(0.05)
    seen = set()
    for address, layers in tiles_of(archive):
        if address[0] != ZOOMS[1]:
            continue
        frame = shapely.box(-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
        for feature in layers.get("regions", []):
            code = feature["properties"]["pcode"]
            drawn = shapely.geometry.shape(feature["geometry"])
            expected = shapely.intersection(in_units(fine[code], *address), frame)
            assert drawn.is_valid
            assert shapely.hausdorff_distance(drawn.boundary, expected.boundary) <= 1.5
            seen.add(code)
    assert seen == set(units["pcode"])


def test_shared_borders_stay_shared_at_every_zoom(archive: Path) -> None:
    checked = set()
    for (z, _, _), layers in tiles_of(archive):
        if z == 0:  # Bamako is smaller than two units there, and drawn as a square
            continue
        drawn = [shapely.geometry.shape(f["geometry"]) for f in layers.get("regions", [])]
        if len(drawn) > 1:
            assert shapely.coverage_is_valid(np.array(drawn, dtype=object))
            checked.add(z)
    assert checked == set(range(1, ZOOMS[1] + 1))


def test_simplified_borders_stay_near(archive: Path, units: gpd.GeoDataFrame) -> None:
    fine = units.set_index("pcode").geometry.segmentize(0.05)
    for address, layers in tiles_of(archive):
        if not 2 <= address[0] < ZOOMS[1]:
            continue
        frame = shapely.box(-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
        for feature in layers.get("regions", []):
            drawn = shapely.geometry.shape(feature["geometry"])
            whole = in_units(fine[feature["properties"]["pcode"]], *address)
            expected = shapely.intersection(whole, frame)
            off = shapely.symmetric_difference(drawn, expected).area
            assert off <= 2 * expected.length + 4


def test_every_unit_is_seen_at_every_zoom(archive: Path, units: gpd.GeoDataFrame) -> None:
    seen: defaultdict[int, set[str]] = defaultdict(set)
    for (z, _, _), layers in tiles_of(archive):
        seen[z] |= {feature["properties"]["pcode"] for feature in layers.get("regions", [])}
    assert all(codes == set(units["pcode"]) for codes in seen.values())


def test_tiny_areas_and_lines_do_not_vanish(tmp_path: Path) -> None:
    squares = [shapely.box(lon, 15, lon + 1e-4, 15.0001) for lon in (-5, -4, -3)]
    land = gpd.GeoDataFrame({"area_id": ["a", "b", "c"]}, geometry=squares, crs=4326)
    roads = gpd.GeoDataFrame(
        {"road": ["r"]}, geometry=[shapely.LineString([(-5, 14), (-3, 16), (0, 15)])], crs=4326
    )
    path = house_tiles({"land": land, "roads": roads}, tmp_path / "land.pmtiles", zooms=(0, 9))
    seen: defaultdict[int, set[str]] = defaultdict(set)
    for (z, _, _), layers in tiles_of(path):
        assert "roads" in layers or "land" in layers
        seen[z] |= {feature["properties"]["area_id"] for feature in layers.get("land", [])}
    assert seen == {zoom: {"a", "b", "c"} for zoom in range(10)}


def test_overlapping_areas_are_drawn_as_they_are(tmp_path: Path) -> None:
    shapes = [shapely.Point(-4, 15).buffer(1, 64), shapely.Point(-3.5, 15).buffer(1, 64)]
    land = gpd.GeoDataFrame({"area_id": ["a", "b"]}, geometry=shapes, crs=4326)
    path = house_tiles({"land": land}, tmp_path / "land.pmtiles", zooms=(3, 5))
    for address, layers in tiles_of(path):
        for feature in layers["land"]:
            row = ["a", "b"].index(feature["properties"]["area_id"])
            drawn = shapely.geometry.shape(feature["geometry"])
            frame = shapely.box(-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
            expected = shapely.intersection(in_units(shapes[row], *address), frame)
            assert shapely.hausdorff_distance(drawn, expected) <= 3


def test_the_metadata_say_what_is_shown(archive: Path) -> None:
    metadata = metadata_of(archive)
    regions, points = metadata["vector_layers"]
    assert regions["fields"] == {"pcode": "String", "name": "String", "area_sqkm": "Number"}
    assert points["fields"] == {
        "event_id": "String", "killed": "Number", "point_count": "Number",
    }  # fmt: skip
    assert (points["id"], points["minzoom"], points["maxzoom"]) == ("incidents", *ZOOMS)
    assert "below zoom 7 the points of each square" in points["description"]
    told = metadata["point_layers"]["incidents"]
    assert (told["low_zooms"], told["points"], told["sums"]) == ("cluster", 3000, ["killed"])
    counted: defaultdict[str, int] = defaultdict(int)
    largest: defaultdict[str, int] = defaultdict(int)
    for (z, _, _), layers in tiles_of(archive):
        for feature in own(layers.get("incidents", [])):
            counted[str(z)] += 1
            count = feature["properties"]["point_count"]
            largest[str(z)] = max(largest[str(z)], count)
    assert told["features_shown"] == counted
    assert told["largest"] == largest
    assert counted["7"] == 3000


def test_the_archive_passes_its_own_verification(archive: Path) -> None:
    assert verify_tiles(archive) == []


def test_the_same_layers_give_the_same_bytes(
    archive: Path, tmp_path: Path, units: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame
) -> None:
    again = tmp_path / archive.name
    house_tiles({"regions": units, "incidents": incidents}, again, zooms=ZOOMS)
    assert again.read_bytes() == archive.read_bytes()


def test_a_broken_run_goes_on_and_gives_the_same_bytes(
    archive: Path, tmp_path: Path, units: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame
) -> None:
    layers, target = {"regions": units, "incidents": incidents}, tmp_path / archive.name
    seen: list[int] = []

    def stop(done: int, _: int) -> None:
        seen.append(done)
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        house_tiles(layers, target, zooms=ZOOMS, options=VectorOptions(progress=stop))
    assert not target.exists()
    counting = VectorOptions(progress=lambda done, _: seen.append(done))
    house_tiles(layers, target, zooms=ZOOMS, options=counting)
    assert seen == [1, 2, 3, 4, 5, 6, 7, 8]  # no zoom is made twice
    assert target.read_bytes() == archive.read_bytes()


def test_mbtiles_and_folders_hold_the_same_tiles(
    archive: Path, tmp_path: Path, units: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame
) -> None:
    layers = {"regions": units, "incidents": incidents}
    path = house_tiles(layers, tmp_path / "mali.mbtiles", zooms=ZOOMS)
    folder = house_tiles(layers, tmp_path / "mali", zooms=ZOOMS)
    with archive.open("rb") as file:
        expected = dict(all_tiles(MmapSource(file)))
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("select zoom_level, tile_column, tile_row, tile_data from tiles")
        found = {(z, x, (1 << z) - 1 - y): data for z, x, y, data in rows}
        told = json.loads(database.execute(
            "select value from metadata where name = 'json'").fetchone()[0])  # fmt: skip
    assert found == expected
    assert [layer["id"] for layer in told["vector_layers"]] == ["regions", "incidents"]
    for (z, x, y), data in expected.items():
        assert (folder / f"{z}/{x}/{y}.pbf").read_bytes() == gzip.decompress(data)
    assert verify_tiles(path) == []
    assert verify_tiles(folder) == []


def test_columns_are_chosen_by_layer(tmp_path: Path, units: gpd.GeoDataFrame) -> None:
    path = house_tiles(
        {"regions": units},
        tmp_path / "a.pmtiles",
        zooms=(0, 1),
        options=VectorOptions(columns={"regions": ["name"]}),
    )
    assert metadata_of(path)["vector_layers"][0]["fields"] == {"name": "String"}
    with pytest.raises(FrameError, match="missing"):
        house_tiles(
            {"regions": units}, path, options=VectorOptions(columns={"regions": ["people"]})
        )


def test_columns_are_added_up_by_choice(tmp_path: Path, incidents: gpd.GeoDataFrame) -> None:
    frame = incidents.assign(cost=1.5, killed=1)
    target = tmp_path / "a.pmtiles"
    house_tiles({"a": frame}, target, zooms=(0, 4), options=VectorOptions(sums={"a": ["cost"]}))
    for _, layers in tiles_of(target):
        for properties in (feature["properties"] for feature in layers["a"]):
            assert properties["cost"] == 1.5 * properties["point_count"]
            assert ("killed" in properties) == (properties["point_count"] == 1)
    with pytest.raises(ArgumentError, match="event_id cannot be added up"):
        house_tiles({"a": frame}, target, options=VectorOptions(sums={"a": ["event_id"]}))


def test_a_row_of_several_points_is_not_added_up(tmp_path: Path) -> None:
    shape = shapely.MultiPoint([(1, 1), (1.001, 1)])
    frame = gpd.GeoDataFrame({"killed": [3]}, geometry=[shape], crs=4326)
    target = house_tiles({"a": frame}, tmp_path / "a.pmtiles", zooms=(3, 9))
    for (z, _, _), layers in tiles_of(target):
        for properties in (feature["properties"] for feature in own(layers.get("a", []))):
            assert properties == ({"point_count": 2} if z < 9 else {"point_count": 1, "killed": 3})
    with pytest.raises(ArgumentError, match="several points"):
        house_tiles({"a": frame}, target, options=VectorOptions(sums={"a": ["killed"]}))


@pytest.mark.parametrize("name", ["point_count", "killed_not_stated"])
def test_a_column_that_tiles_have_of_their_own_is_refused(
    tmp_path: Path, incidents: gpd.GeoDataFrame, name: str
) -> None:
    with pytest.raises(ArgumentError, match=f"tiles have {name} of their own"):
        house_tiles({"a": incidents.assign(**{name: 1})}, tmp_path / "a.pmtiles")


def test_a_tile_that_is_too_large_is_named_with_what_to_do(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rng = np.random.default_rng(1)
    places = gpd.points_from_xy(*rng.uniform((1, 1), (2, 2), (30_000, 2)).T, crs=4326)
    texts = [rng.bytes(12).hex() for _ in range(30_000)]
    frame = gpd.GeoDataFrame({"text": texts}, geometry=places)
    house_tiles({"a": frame}, tmp_path / "fine.pmtiles", zooms=(3, 9))
    assert not caplog.messages
    house_tiles({"a": frame}, tmp_path / "a.pmtiles", zooms=(3, 4))
    (message,) = caplog.messages
    assert "a.pmtiles: tile 4/8/7 has " in message
    assert "more than the 500 kB" in message
    assert "add zooms" in message


def test_publishers_of_units_are_named(tmp_path: Path, incidents: gpd.GeoDataFrame) -> None:
    options = VectorOptions(attribution="NGO, CC BY 4.0")
    layers = {"incidents": incidents.assign(source="a secret file"), "units": load_boundaries()}
    house = house_tiles(layers, tmp_path / "a.pmtiles", zooms=(0, 2), options=options)
    named = metadata_of(house)["attribution"]
    assert "NGO, CC BY 4.0 | Natural Earth, domaine public" in named
    assert "secret" not in named
    for name in ("a.mbtiles", "a"):
        path = house_tiles(layers, tmp_path / name, zooms=(0, 2), options=options)
        assert open_tiles(path).description.metadata["attribution"] == named


def test_typed_attributes_of_polygons_with_missing_values(tmp_path: Path) -> None:
    boxes = [shapely.box(at, 10, at + 0.8, 11) for at in range(3)]
    frame = gpd.GeoDataFrame(
        {
            "whole": pd.array([1, None, -3], dtype="Int64"),
            "real": [0.5, np.nan, 2.0],
            "text": ["é", None, "z"],
            "truth": pd.array([True, None, False], dtype="boolean"),
            "day": pd.to_datetime(["2021-05-01", None, "2022-01-01"]),
        },
        geometry=boxes,
        crs=4326,
    )
    path = house_tiles({"boxes": frame}, tmp_path / "a.pmtiles", zooms=(0, 0))
    ((_, layers),) = tiles_of(path)
    found = [feature["properties"] for feature in layers["boxes"]]
    assert sorted(found, key=len) == [
        {},
        {"whole": 1, "real": 0.5, "text": "é", "truth": True, "day": "2021-05-01"},
        {"whole": -3, "real": 2.0, "text": "z", "truth": False, "day": "2022-01-01"},
    ]


def test_rows_without_a_geometry_are_counted(tmp_path: Path) -> None:
    places = [None, shapely.Point(), shapely.Point(1, 1), *gpd.points_from_xy([None], [None])]
    frame = gpd.GeoDataFrame({"a": [1, 2, 3, 4]}, geometry=places, crs=4326)
    nothing = gpd.GeoDataFrame({"a": [1]}, geometry=[None], crs=4326)
    path = house_tiles({"some": frame, "none": nothing}, tmp_path / "a.pmtiles", zooms=(0, 2))
    metadata = metadata_of(path)
    assert metadata["without_geometry"] == {"some": 3, "none": 1}
    assert metadata["point_layers"]["some"]["points"] == 1
    for _, layers in tiles_of(path):
        assert [(at["id"], at["properties"]) for at in layers["some"]] == [
            (2, {"a": 3, "point_count": 1})
        ]


def test_progress_counts_zooms(tmp_path: Path, incidents: gpd.GeoDataFrame) -> None:
    calls: list[tuple[int, int]] = []
    house_tiles(
        {"a": incidents}, tmp_path / "a.pmtiles", zooms=(2, 4),
        options=VectorOptions(progress=lambda done, total: calls.append((done, total))),
    )  # fmt: skip
    assert calls == [(1, 3), (2, 3), (3, 3)]


def test_what_cannot_be_drawn_is_listed(tmp_path: Path) -> None:
    bow = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    kinds = shapely.GeometryCollection([shapely.Point(1, 1)])
    shapes = [shapely.Point(0, 0), bow, kinds, shapely.Point(0, 89)]
    frame = gpd.GeoDataFrame(geometry=shapes, index=[10, 11, 12, 13], crs=4326)
    with pytest.raises(FrameError, match="layer 'all'") as caught:
        house_tiles({"all": frame}, tmp_path / "a.pmtiles")
    found = {(fault.row, fault.reason) for fault in caught.value.faults}
    assert found == {
        (11, "is not valid"),
        (11, "stands in a layer of points"),
        (12, "is of a kind that tiles do not have"),
        (13, "lies beyond web mercator"),
    }


def test_mistakes_in_options(tmp_path: Path, incidents: gpd.GeoDataFrame) -> None:
    target = tmp_path / "a.pmtiles"
    with pytest.raises(ArgumentError, match="at least one layer"):
        house_tiles({}, target)
    with pytest.raises(ArgumentError, match="low_zooms 'thin'"):
        VectorOptions(low_zooms="thin")  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="zooms"):
        house_tiles({"a": incidents}, target, zooms=(5, 2))
    with pytest.raises(ArgumentError, match="suffix"):
        house_tiles({"a": incidents}, tmp_path / "a.zip")
    with pytest.raises(CrsError):
        house_tiles({"a": incidents.to_crs(3857)}, target)
    with pytest.raises(ArgumentError, match="no row"):
        house_tiles({"a": incidents.iloc[:0]}, target)
    assert not list(tmp_path.iterdir())


def test_an_archive_where_it_cannot_be_written(incidents: gpd.GeoDataFrame) -> None:
    with pytest.raises(OutputFileError):
        house_tiles({"a": incidents}, "/proc/no/such.pmtiles", zooms=(0, 1))


def test_temporary_files_are_gone(
    tmp_path: Path, units: gpd.GeoDataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    house_tiles({"regions": units}, tmp_path / "a.pmtiles", zooms=(0, 3))
    assert not list(scratch.iterdir())
    shutil.rmtree(scratch)
    assert [path.name for path in tmp_path.iterdir()] == ["a.pmtiles"]
