"""GeoJSON, GeoParquet, FlatGeobuf and Shapefiles read again by other tools."""

import json
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPoint, Point, Polygon, box

from maligeo.core.errors import FrameError, GeometryError
from maligeo.exports import ExportOptions, write_layers
from maligeo.exports.shapefile import short_names
from maligeo.provenance.record import KEY, Provenance
from tests.exports import exportworlds as small

ENGLISH = ExportOptions(language="en")


def write(frame: gpd.GeoDataFrame, path: Path, **options: Any) -> Path:
    return write_layers({path.name.split(".")[0]: frame}, path, audience="internal", **options)


def collection(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def geo(*shapes: object, **columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs="EPSG:4326")


def test_a_point_without_coordinates_is_written_as_missing(tmp_path: Path) -> None:
    frame = geo(*gpd.points_from_xy([-4.1, None], [14.1, None]), a=[1, 2])
    features = collection(write(frame, tmp_path / "i.geojson"))["features"]
    assert [feature["geometry"] is None for feature in features] == [False, True]


def test_geojson_is_as_the_rfc_wants_it(tmp_path: Path) -> None:
    path = write(small.incidents(), tmp_path / "i.geojson", about=small.ABOUT, options=ENGLISH)
    found = collection(path)
    assert found["type"] == "FeatureCollection"
    assert "crs" not in found
    assert found["bbox"] == [0.1, 0.1, 1.9, 0.5]
    assert found["audience"] == "INTERNAL: do not pass on"
    assert Provenance.from_json(json.dumps(found[KEY])) == small.ABOUT
    first, second = found["features"][:2]
    assert first["geometry"] == {"type": "Point", "coordinates": [0.1, 0.2]}
    assert first["properties"] == {
        "event_id": "a",
        "date": "2021-01-02",
        "event_type": "ied",
        "killed": 1,
        "location_precision": "exact",
        "source": "hand-made",
    }
    assert (second["properties"]["date"], second["properties"]["killed"]) == (None, None)
    assert found["features"][2]["properties"]["killed"] == 0
    assert found["features"][4]["geometry"] is None


def test_rings_turn_right_and_coordinates_are_short(tmp_path: Path) -> None:
    hole = [(0.2, 0.2), (0.4, 0.2), (0.4, 0.4), (0.2, 0.4)]
    wrong = Polygon([(0, 0), (0, 1), (1, 1), (1 / 3, -1e-9)], [hole])
    found = collection(write(geo(wrong), tmp_path / "a.geojson"))
    outer, inner = found["features"][0]["geometry"]["coordinates"]
    assert shapely.is_ccw(shapely.linearrings(outer))
    assert not shapely.is_ccw(shapely.linearrings(inner))
    assert [0.3333333, 0.0] in outer
    assert "-0.0" not in (tmp_path / "a.geojson").read_text()


def test_gdal_reads_the_geojson(tmp_path: Path) -> None:
    path = write(small.areas().assign(t=list(small.HOSTILE[:3])), tmp_path / "a.geojson")
    read = pyogrio.read_dataframe(path)
    assert read.crs.to_epsg() == 4326
    assert read["t"].tolist() == list(small.HOSTILE[:3])
    assert read.geometry.geom_equals(small.areas().geometry).all()
    assert read["status"].isna().tolist() == [False, False, True]


def test_geojson_without_rows_shapes_or_columns(tmp_path: Path) -> None:
    found = collection(write(small.areas()[:0], tmp_path / "a.geojson"))
    assert (found["features"], "bbox" in found) == ([], False)
    found = collection(write(geo(Point(), None), tmp_path / "b.geojson"))
    assert [feature["geometry"] for feature in found["features"]] == [None, None]
    assert [feature["properties"] for feature in found["features"]] == [{}, {}]


def test_geoparquet_is_read_as_it_was_written(tmp_path: Path) -> None:
    before = small.areas().assign(day=pd.to_datetime(["2021-01-02", None, "2022-01-01"]))
    path = write(before, tmp_path / "a.parquet", about=small.ABOUT)
    metadata = pq.read_metadata(path).metadata
    assert Provenance.from_json(metadata[KEY.encode()].decode()) == small.ABOUT
    described = json.loads(metadata[b"geo"])
    assert described["version"] == "1.1.0"
    assert described["columns"]["geometry"]["encoding"] == "WKB"
    assert set(described["columns"]["geometry"]["geometry_types"]) == {"Polygon", "MultiPolygon"}
    assert str(pq.read_schema(path).field("day").type) == "date32[day]"
    read = gpd.read_parquet(path)
    assert read.crs.to_epsg() == 4326
    assert read.geometry.geom_equals_exact(before.geometry, 0).all()
    assert read["status"].isna().tolist() == [False, False, True]


def test_geoparquet_keeps_private_attributes_in_the_house(tmp_path: Path) -> None:
    frame = small.areas()
    frame.attrs["rows"] = "exact place of the depot"
    assert b"depot" not in write(frame, tmp_path / "a.parquet").read_bytes()


def test_flatgeobuf_is_read_as_it_was_written(tmp_path: Path) -> None:
    before = small.incidents()[:4]
    path = write(before, tmp_path / "i.fgb", about=small.ABOUT)
    read = pyogrio.read_dataframe(path, use_arrow=True).sort_values("event_id", ignore_index=True)
    assert read.geometry.geom_equals(before.geometry).all()
    assert read["killed"].fillna(-1).tolist() == [1, -1, 0, 2]
    assert small.ABOUT.to_json() in pyogrio.read_info(path)["layer_metadata"][KEY]
    with pytest.raises(FrameError, match="row 4, geometry: FlatGeobuf has no place"):
        write(small.incidents(), tmp_path / "missing.fgb")


def members(path: Path) -> set[str]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return set(archive.namelist())


def shapes(path: Path, name: str) -> gpd.GeoDataFrame:
    return pyogrio.read_dataframe(f"/vsizip/{path}/{name}.shp", use_arrow=True)


def test_shapefiles_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = write_layers(
        small.layers(), tmp_path / "mali.shp.zip", density=small.densities(),
        audience="internal", about=small.ABOUT, options=ENGLISH,
    )  # fmt: skip
    names = members(path)
    for layer in small.layers():
        assert {f"{layer}.{end}" for end in ("shp", "shx", "dbf", "prj", "cpg")} <= names
    assert "density.csv" in names
    read = shapes(path, "incidents")
    assert read["killed"].fillna(-1).tolist() == [1, -1, 0, 2, 3]
    assert read.geometry.isna().tolist() == [False] * 4 + [True]
    assert pd.to_datetime(read["date"]).isna().tolist() == [False, True, False, False, False]
    assert read.crs.to_epsg() == 4326
    regions = shapes(path, "regions")
    assert regions["name"].tolist() == ["Alpha", "Béta-Sud"]
    assert regions["incidents_"].tolist() == [76.0, 124.0]
    with zipfile.ZipFile(path) as archive:
        assert archive.read("regions.cpg") == b"UTF-8"
        described = json.loads(archive.read("datapackage.json"))
    fields = next(r for r in described["resources"] if r["name"] == "regions-dbf")["schema"][
        "fields"
    ]
    full = {field["field"]: field["name"] for field in fields}
    assert full["incidents_"] == "incidents_2021"
    assert full["parent_pco"] == "parent_pcode"
    assert "ten letters only" in described["description"]
    assert Provenance.from_json(json.dumps(described[KEY])) == small.ABOUT


def test_short_names_are_told_apart() -> None:
    names = [f"a_very_long_name_{at}" for at in range(120)] + ["É", "é ", "2nd", "_", "年"]
    short = short_names(names)
    assert len({one.lower() for one in short.values()}) == len(names)
    assert all(len(one) <= 10 and one.isascii() and one[0].isalpha() for one in short.values())
    assert short_names(["area_sqkm", "name"]) == {"area_sqkm": "area_sqkm", "name": "name"}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["é" * 128], r"row 0, a: a Shapefile would cut the text after 254 bytes"),
        ([2**63 - 1], "does not hold this value"),
        ([1e-40], "does not hold this value"),
        (["blank at the end "], "does not hold this value"),
    ],
)
def test_a_shapefile_changes_nothing_silently(
    tmp_path: Path, values: list[object], message: str
) -> None:
    with pytest.raises(FrameError, match=message):
        write(geo(Point(0, 0), a=values), tmp_path / "a.shp.zip")
    assert list(tmp_path.iterdir()) == []


def test_texts_of_254_bytes_and_hours_fit_a_shapefile(tmp_path: Path) -> None:
    times = pd.to_datetime(["2021-01-02 03:04:05.678901"])
    frame = geo(Point(0, 0), text=["é" * 127], at=times, yes=pd.array([None], dtype="boolean"))
    read = shapes(write(frame, tmp_path / "a.shp.zip"), "a")
    assert read["text"].tolist() == ["é" * 127]
    assert read["at"].tolist() == ["2021-01-02T03:04:05.678901"]
    assert read["yes"].isna().all()


def test_a_shapefile_needs_a_shape(tmp_path: Path) -> None:
    with pytest.raises(GeometryError, match="no shape"):
        write(geo(None), tmp_path / "a.shp.zip")


def test_the_shapes_of_no_records_are_those_that_they_would_have(tmp_path: Path) -> None:
    path = write(small.areas()[:0], tmp_path / "a.shp.zip")
    info = pyogrio.read_info(f"/vsizip/{path}/a.shp")
    assert (info["geometry_type"], info["features"]) == ("Polygon", 0)


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".parquet", ".fgb", ".shp.zip"])
def test_mixed_single_and_multiple_shapes(tmp_path: Path, suffix: str) -> None:
    frame = geo(Point(1, 2), MultiPoint([(3, 4), (5, 6)]), at=[1, 2])
    path = write(frame, tmp_path / f"a{suffix}")
    if suffix == ".parquet":
        read = gpd.read_parquet(path)
    else:
        read = shapes(path, "a") if suffix == ".shp.zip" else pyogrio.read_dataframe(path)
    read = read.sort_values("at", ignore_index=True)
    assert read.geometry.geom_equals(frame.geometry).all()


ONE_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
POSITIONS = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


@settings(ONE_FOLDER, max_examples=15)
@given(st.lists(POSITIONS, min_size=1, max_size=8))
def test_places_survive_every_format(tmp_path: Path, places: list[tuple[float, float]]) -> None:
    frame = geo(*[Point(*place) for place in places], at=range(len(places)))
    exact = np.array(places)
    for suffix in (".gpkg", ".parquet", ".fgb", ".shp.zip", ".geojson"):
        path = write(frame, tmp_path / f"a{suffix}")
        if suffix == ".parquet":
            read = gpd.read_parquet(path)
        else:
            read = shapes(path, "a") if suffix == ".shp.zip" else pyogrio.read_dataframe(path)
        read = read.sort_values("at")
        found = np.column_stack([read.geometry.x, read.geometry.y])
        if suffix == ".geojson":
            assert np.abs(found - exact).max() <= 0.5001e-7
        else:
            assert np.array_equal(found, exact)


def test_made_up_layers_say_so(tmp_path: Path) -> None:
    frame = small.areas().assign(source="synthetic")
    found = collection(write(frame, tmp_path / "a.geojson", options=ENGLISH))
    assert found["synthetic"].startswith("Synthetic data")
    assert "synthetic" not in collection(write(geo(box(0, 0, 1, 1)), tmp_path / "b.geojson"))
