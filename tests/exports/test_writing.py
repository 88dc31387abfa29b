"""The doors: which formats there are, who may see what, whole or not at all."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import LineString, Point, box

from maligeo.core.errors import (
    ArgumentError,
    CrsError,
    FrameError,
    GeometryError,
    OutputFileError,
    ReleaseError,
    VintageError,
)
from maligeo.exports import ExportOptions, write_layers, write_table
from tests import worlds
from tests.exports import exportworlds as small

TABLES = (".csv", ".xlsx", ".parquet")
SEVERAL = (".gpkg", ".shp.zip", ".zip", "")
ONE = (".geojson", ".parquet", ".fgb")


def write_any(path: Path, suffix: str) -> Path:
    """Write something of each format that layers have."""
    wanted = path / f"out{suffix}"
    if suffix in SEVERAL:
        return write_layers(
            small.layers(), wanted, density=small.densities(), audience="internal",
            about=small.ABOUT,
        )  # fmt: skip
    only = {"incidents": small.incidents()[:4]}
    return write_layers(only, wanted, audience="internal", about=small.ABOUT)


def contents(path: Path) -> dict[str, bytes]:
    if path.is_dir():
        return {file.name: file.read_bytes() for file in path.iterdir()}
    return {path.name: path.read_bytes()}


@pytest.mark.parametrize("suffix", SEVERAL + ONE)
def test_the_same_layers_give_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    found = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        found.append(contents(write_any(tmp_path / name, suffix)))
    assert found[0] == found[1]


@pytest.mark.parametrize("suffix", TABLES)
def test_the_same_table_gives_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    first, second = (
        write_table(small.table(), tmp_path / f"{at}{suffix}", audience="internal") for at in "ab"
    )
    assert first.read_bytes() == second.read_bytes()


def test_what_was_not_released_does_not_leave(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match=r"rows of the table.*'public'"):
        write_table(small.incidents(), tmp_path / "t.csv")
    with pytest.raises(ReleaseError, match=r"layer 'incidents'.*'partner'"):
        write_layers(small.layers(), tmp_path / "t.gpkg", audience="partner")
    with pytest.raises(ReleaseError, match="density table"):
        marked = small.densities()
        marked.attrs.clear()
        write_layers({"regions": small.units()}, tmp_path / "t.gpkg", density=marked)
    assert list(tmp_path.iterdir()) == []


def test_units_are_for_everybody_until_they_carry_more(tmp_path: Path) -> None:
    write_layers({"regions": small.units()}, tmp_path / "units.gpkg")
    with pytest.raises(ReleaseError, match="layer 'regions'"):
        write_layers({"regions": small.units().assign(dead=3)}, tmp_path / "more.gpkg")


def test_the_input_is_left_as_it_was(tmp_path: Path) -> None:
    frames = small.layers()
    before = {name: frame.copy() for name, frame in frames.items()}
    write_layers(frames, tmp_path / "a.gpkg", density=small.densities(), audience="internal")
    for name, frame in frames.items():
        pd.testing.assert_frame_equal(frame, before[name])


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("t.docx", r"t\.docx.*\.docx.*\.csv, \.xlsx, \.parquet"),
        ("t", r"the suffix ''"),
        ("t.gpkg", r"\.gpkg"),
    ],
)
def test_a_table_of_no_known_format(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        write_table(small.table(), tmp_path / name, audience="internal")


def test_layers_of_no_known_format_or_too_many(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r"\.kml.*\.gpkg"):
        write_layers(small.layers(), tmp_path / "t.kml", audience="internal")
    for suffix in ONE:
        with pytest.raises(ArgumentError, match=r"one layer, not regions, incidents, areas.*gpkg"):
            write_layers(small.layers(), tmp_path / f"t{suffix}", audience="internal")
    with pytest.raises(ArgumentError, match="no layer"):
        write_layers({}, tmp_path / "t.gpkg", audience="internal")
    for suffix in ONE:
        with pytest.raises(ArgumentError, match=r"no geometry.*write_table"):
            write_layers({"t": small.table()}, tmp_path / f"t{suffix}", audience="internal")
    assert list(tmp_path.iterdir()) == []


def test_capitals_in_a_suffix_do_not_matter(tmp_path: Path) -> None:
    path = write_layers({"areas": small.areas()}, tmp_path / "A.SHP.ZIP", audience="internal")
    assert len(gpd.read_file(f"/vsizip/{path}")) == 3


@pytest.mark.parametrize("name", ["Régions", "a b", "", "2a", "gpkg_x", "layer_styles", "x" * 61])
def test_names_that_are_none_of_a_layer(tmp_path: Path, name: str) -> None:
    with pytest.raises(ArgumentError, match="cannot be the name of a layer"):
        write_layers({name: small.areas()}, tmp_path / "t.gpkg", audience="internal")


def test_options_without_a_place_are_refused(tmp_path: Path) -> None:
    options = ExportOptions(hxl=True)
    with pytest.raises(ArgumentError, match="no row for HXL"):
        write_table(small.table(), tmp_path / "t.parquet", audience="internal", options=options)
    with pytest.raises(ArgumentError, match="are for tables"):
        write_layers(small.layers(), tmp_path / "t.gpkg", audience="internal", options=options)
    with pytest.raises(ArgumentError, match="language"):
        ExportOptions(language="de")  # type: ignore[arg-type]


def test_a_density_table_needs_its_units(tmp_path: Path) -> None:
    options = {"density": small.densities(), "audience": "internal"}
    with pytest.raises(ArgumentError, match="no layer holds the units"):
        write_layers({"incidents": small.incidents()}, tmp_path / "t.gpkg", **options)
    with pytest.raises(VintageError, match="2015 and 2023"):
        write_layers({"r": worlds.square_units("2023")}, tmp_path / "t.gpkg", **options)
    with pytest.raises(ArgumentError, match="called 'density'"):
        write_layers({"density": small.units()}, tmp_path / "t.gpkg", **options)
    with pytest.raises(ArgumentError, match="one layer"):
        write_layers({"regions": small.units()}, tmp_path / "t.geojson", **options)


def test_units_with_more_columns_take_a_density_table_too(tmp_path: Path) -> None:
    units = small.units().assign(chief_town=["A", "B"])
    options = {"density": small.densities(), "audience": "internal"}
    path = write_layers({"regions": units, "areas": small.areas()}, tmp_path / "t.gpkg", **options)
    read = gpd.read_file(path, layer="regions")
    assert {"chief_town", "incidents_2021"} <= set(read.columns)


def geo(*shapes: object, **columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs="EPSG:4326")


@pytest.mark.parametrize(
    ("frame", "error", "message"),
    [
        (geo(Point(0, 0), box(0, 0, 1, 1)), GeometryError, "Point and Polygon"),
        (geo(Point(0, 0).union(LineString([(1, 1), (2, 2)]))), GeometryError, "collection"),
        (geo(Point(0, 0, 5)), GeometryError, "heights"),
        (geo(Point(14, -190)), GeometryError, "outside the globe"),
        (geo(Point(0, 0)).set_crs("EPSG:3857", allow_override=True), CrsError, "EPSG:3857"),
        (geo(Point(0, 0)).set_crs(None, allow_override=True), CrsError, "no CRS"),
        (geo(Point(0, 0), Name=[1], name=[2]), FrameError, "other capitals"),
        (geo(Point(0, 0), Geometry=[1]), FrameError, "kept for the geometry"),
        (geo(Point(0, 0), second=gpd.GeoSeries([Point(1, 1)])), FrameError, "no place in files"),
    ],
)
@pytest.mark.parametrize("suffix", SEVERAL + ONE)
def test_layers_that_no_file_can_hold(
    tmp_path: Path, suffix: str, frame: gpd.GeoDataFrame, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        write_layers({"a": frame}, tmp_path / f"t{suffix}", audience="internal")
    assert list(tmp_path.iterdir()) == []


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """Let no file grow beyond a size, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # GDAL also says that it cannot write
@pytest.mark.parametrize("suffix", SEVERAL + ONE)
@pytest.mark.parametrize("size", [0, 300])
def test_a_full_disk_leaves_the_old_layers(tmp_path: Path, suffix: str, size: int) -> None:
    old = write_layers({"areas": small.areas()}, tmp_path / f"out{suffix}", audience="internal")
    before = contents(old)
    with full_disk(size), pytest.raises(OutputFileError, match="cannot write"):
        write_any(tmp_path, suffix)
    assert contents(old) == before
    assert [path.name for path in tmp_path.iterdir()] == [old.name]


@pytest.mark.parametrize("suffix", TABLES)
def test_a_full_disk_leaves_the_old_table(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"table{suffix}"
    path.write_text("before")
    with full_disk(60), pytest.raises(OutputFileError, match="cannot write"):
        write_table(small.table(), path, audience="internal", about=small.ABOUT)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_old_table_and_its_description(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    write_table(small.table()[:1], path, audience="internal", about=small.ABOUT)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert len(before) == 2
    with full_disk(400), pytest.raises(OutputFileError):  # enough for the table alone
        write_table(small.table(), path, audience="internal", about=small.ABOUT)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


@pytest.mark.parametrize("suffix", TABLES)
def test_a_taken_name_and_a_missing_folder(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(OutputFileError, match="there is no folder"):
        write_table(small.table(), tmp_path / "none" / f"t{suffix}", audience="internal")
    (tmp_path / f"taken{suffix}").mkdir()
    with pytest.raises(OutputFileError, match="taken"):
        write_table(small.table(), tmp_path / f"taken{suffix}", audience="internal")
    assert [path.name for path in tmp_path.iterdir()] == [f"taken{suffix}"]
