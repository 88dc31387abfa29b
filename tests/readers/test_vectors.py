import json
import random
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import box

from maligeo.core.errors import (
    ArgumentError,
    CrsError,
    GeometryError,
    InputFileError,
    MaligeoError,
    UnknownNameError,
)
from maligeo.readers.files.vectors import list_layers, read_vector

NAMES = ["Ségou", "Ménaka"]
BOXES = [box(-6.5, 13, -6, 13.5), box(2, 15.5, 2.5, 16)]
WRITERS: dict[str, Callable[[gpd.GeoDataFrame, Path], object]] = {
    "geojson": lambda frame, path: frame.to_file(path),
    "gpkg": lambda frame, path: frame.to_file(path),
    "shp": lambda frame, path: frame.to_file(path, encoding="utf-8"),
    "kml": lambda frame, path: frame.rename(columns={"name": "Name"}).to_file(path, driver="KML"),
    "fgb": lambda frame, path: frame.to_file(path),
    "parquet": lambda frame, path: frame.to_parquet(path),
}


def two_squares() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"name": NAMES}, geometry=BOXES, crs="EPSG:4326")


def written(folder: Path, kind: str, frame: gpd.GeoDataFrame | None = None) -> Path:
    path = folder / f"units.{kind}"
    WRITERS[kind](two_squares() if frame is None else frame, path)
    return path


@pytest.mark.parametrize("kind", WRITERS)
def test_every_format_gives_the_same_frame(tmp_path: Path, kind: str) -> None:
    path = written(tmp_path, kind)
    disguised = path if kind == "shp" else path.rename(tmp_path / "anything.txt")
    frame = read_vector(disguised).rename(columns={"Name": "name"}).sort_values("name")
    assert frame["name"].tolist() == sorted(NAMES)
    assert frame.crs == "EPSG:4326"
    assert frame.geometry.name == "geometry"
    assert all(found.equals(BOXES[NAMES.index(name)]) for name, found in
               zip(frame["name"], frame.geometry, strict=True))  # fmt: skip


@pytest.mark.parametrize("kind", ["gpkg", "shp", "fgb", "parquet"])
def test_coordinates_come_out_in_degrees(tmp_path: Path, kind: str) -> None:
    path = written(tmp_path, kind, two_squares().to_crs("EPSG:32630"))
    frame = read_vector(path)
    assert frame.crs == "EPSG:4326"
    assert frame.total_bounds == pytest.approx([-6.5, 13, 2.5, 16], abs=1e-6)


@pytest.mark.parametrize("kind", WRITERS)
def test_each_format_is_read_from_an_archive(tmp_path: Path, kind: str) -> None:
    written(tmp_path, kind)
    packed = tmp_path / "packed.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for part in tmp_path.glob("units.*"):
            archive.write(part, f"somewhere/{part.name}")
    assert len(read_vector(packed)) == 2
    assert list_layers(packed) == ["units"]


def test_an_archive_of_several_needs_a_name(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in ("mli_adm1", "mli_adm2"):
            archive.write(written(tmp_path, "geojson"), f"{name}.geojson")
    with pytest.raises(ArgumentError, match=r"2 layers.*'mli_adm1', 'mli_adm2'"):
        read_vector(tmp_path / "a.zip")
    assert len(read_vector(tmp_path / "a.zip", layer="mli_adm2")) == 2
    with pytest.raises(UnknownNameError, match="no layer 'mli_adm3'"):
        read_vector(tmp_path / "a.zip", layer="mli_adm3")


def test_a_geopackage_of_several_layers_needs_a_name(tmp_path: Path) -> None:
    for layer in ("adm1", "adm2"):
        two_squares().to_file(tmp_path / "a.gpkg", layer=layer)
    assert list_layers(tmp_path / "a.gpkg") == ["adm1", "adm2"]
    with pytest.raises(ArgumentError, match="layers: say which"):
        read_vector(tmp_path / "a.gpkg")
    assert len(read_vector(tmp_path / "a.gpkg", layer="adm2")) == 2


@pytest.mark.parametrize(
    ("encoding", "declared", "found"),
    [
        ("utf-8", "UTF-8", "utf-8"),
        ("utf-8", None, "utf-8"),
        ("utf-8", "1252", "utf-8"),
        ("cp1252", "ANSI 1252", "cp1252"),
        ("cp1252", None, "cp1252"),
        ("cp1252", "UTF-8", "cp1252"),
        ("cp850", "850", "cp850"),
        ("iso-8859-1", "ISO 88591", "iso8859-1"),
    ],
)
def test_attributes_of_a_shapefile_in_any_encoding(
    tmp_path: Path, encoding: str, declared: str | None, found: str
) -> None:
    path = tmp_path / "units.shp"
    two_squares().to_file(path, encoding=encoding)
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    assert "Ségou".encode(encoding) in table
    table[29] = 0  # the file's own word for its encoding
    path.with_suffix(".dbf").write_bytes(table)
    path.with_suffix(".cpg").unlink(missing_ok=True)
    if declared is not None:
        path.with_suffix(".cpg").write_text(declared)
    frame = read_vector(path)
    assert frame["name"].tolist() == NAMES
    assert frame.attrs["encoding"] == found


def test_bytes_that_no_encoding_of_windows_has_are_an_error(tmp_path: Path) -> None:
    path = written(tmp_path, "shp")
    table = path.with_suffix(".dbf").read_bytes()
    path.with_suffix(".dbf").write_bytes(table.replace("é".encode(), b"\x81\x8d"))
    with pytest.raises(InputFileError, match=r"neither UTF-8 nor cp1252: say which in a \.cpg"):
        read_vector(path)


def test_mixed_encodings_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "units.shp"
    frame = gpd.GeoDataFrame({"name": ["é", "è", "ê", "xyé"]}, geometry=BOXES * 2, crs=4326)
    frame.to_file(path, encoding="utf-8")
    table = path.with_suffix(".dbf").read_bytes()
    path.with_suffix(".dbf").write_bytes(table.replace("xyé".encode(), b"xy\xe9 "))
    with pytest.raises(InputFileError, match="mixes encodings: 3 of 4"):
        read_vector(path)


@pytest.mark.parametrize("content", [None, b"", b"  \n"])
def test_a_shapefile_without_prj_is_never_assumed(tmp_path: Path, content: bytes | None) -> None:
    path = written(tmp_path, "shp")
    path.with_suffix(".prj").unlink()
    if content is not None:
        path.with_suffix(".prj").write_bytes(content)
    with pytest.raises(CrsError, match=r"has no \.prj"):
        read_vector(path)


@pytest.mark.parametrize("suffix", [".shx", ".dbf"])
def test_a_shapefile_with_a_part_missing(tmp_path: Path, suffix: str) -> None:
    path = written(tmp_path, "shp")
    path.with_suffix(suffix).unlink()
    with pytest.raises(InputFileError, match=rf"lacks its \{suffix}"):
        read_vector(path)


@pytest.mark.parametrize("suffix", [".shp", ".shx", ".dbf"])
def test_a_shapefile_cut_off_anywhere(tmp_path: Path, suffix: str) -> None:
    path = written(tmp_path, "shp")
    part = path.with_suffix(suffix)
    whole = part.read_bytes()
    for length in range(0, len(whole) - 1, 7):
        part.write_bytes(whole[:length])
        with pytest.raises(InputFileError):
            read_vector(path)


@pytest.mark.parametrize("kind", ["gpkg", "parquet"])
def test_a_file_without_crs_is_never_assumed(tmp_path: Path, kind: str) -> None:
    frame = two_squares().set_crs(None, allow_override=True)
    path = tmp_path / f"units.{kind}"
    if kind == "gpkg":
        with pytest.warns(UserWarning, match="crs"):
            frame.to_file(path)
    else:
        frame.to_parquet(path)
    with pytest.raises(CrsError, match="none is assumed"):
        read_vector(path)


@pytest.mark.parametrize("kind", [kind for kind in WRITERS if kind != "shp"])
def test_a_file_cut_off_anywhere(tmp_path: Path, kind: str) -> None:
    path = written(tmp_path, kind)
    whole = path.read_bytes()
    end = len(whole.rstrip())
    for length in sorted({*range(0, end, max(1, end // 60)), end - 1}):
        path.write_bytes(whole[:length])
        try:
            frame = read_vector(path)
        except MaligeoError:
            continue
        assert kind == "gpkg"  # its last pages may be empty
        assert len(frame) == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"nom;code\nGao;ML07\n", "is a text: if it is a table, name it .csv"),
        (b"\x89PNG\r\n\x1a\n", "is a picture"),
        (
            b'{"type": "gdal_streamed_alg", "command_line": "gdal vector read /etc/passwd"}',
            "GeoJSON",
        ),
        (b"<OGRVRTDataSource/>", "not KML"),
        (b"<html><body/></html>", "is a web page"),
        (b'<!DOCTYPE k [<!ENTITY a "b">]><kml>&a;</kml>', "document type"),
        (b"<kml", "not XML"),
        (b"fgb\x03fgb\x00", "FlatGeobuf"),
        (b"SQLite format 3\0", "GeoPackage"),
        (b"PAR1", "GeoParquet"),
        (b"PK\x05\x06" + b"\0" * 18, "no layer"),
    ],
)
def test_what_is_no_vector_file_says_so(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "units.geojson"
    path.write_bytes(content)
    with pytest.raises(InputFileError, match=message):
        read_vector(path)


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="cannot be opened"):
        read_vector(tmp_path / "nothing.gpkg")
    with pytest.raises(InputFileError, match="is a folder: name a file in it"):
        read_vector(tmp_path)


def test_an_archive_within_an_archive_is_not_opened(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "inner.zip", "w") as archive:
        archive.write(written(tmp_path, "geojson"), "units.geojson")
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as archive:
        archive.write(tmp_path / "inner.zip", "units.geojson")
    with pytest.raises(InputFileError, match="archive within an archive"):
        read_vector(tmp_path / "outer.zip")


def test_billion_laughs_in_kml(tmp_path: Path) -> None:
    layers = "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10}">' for at in range(1, 10))
    text = f'<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY l0 "ha">{layers}]><kml>&l9;</kml>'
    (tmp_path / "laughs.kml").write_text(text)
    with pytest.raises(InputFileError, match="declares a document type"):
        read_vector(tmp_path / "laughs.kml")


def test_infinite_coordinates_are_an_error(tmp_path: Path) -> None:
    feature = {"type": "Point", "coordinates": [1e308, 1e308]}
    (tmp_path / "far.geojson").write_text(json.dumps(feature))
    with pytest.raises(GeometryError, match="not finite in 1 rows"):
        read_vector(tmp_path / "far.geojson")


def test_heights_are_left_out_and_missing_outlines_kept(tmp_path: Path) -> None:
    features = [
        {
            "type": "Feature",
            "properties": {"n": 1},
            "geometry": {"type": "Point", "coordinates": [1, 15, 9]},
        },
        {"type": "Feature", "properties": {"n": 2}, "geometry": None},
    ]
    (tmp_path / "a.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": features})
    )
    frame = read_vector(tmp_path / "a.geojson")
    assert frame["n"].tolist() == [1, 2]
    assert not frame.geometry.iloc[0].has_z
    assert frame.geometry.iloc[1] is None


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (
            '{"type": "Feature", "properties": {}, "geometry": null}, {"type": "Fature"}',
            "entry 2 of",
        ),
        ("7", "entry 1 of its features is no feature"),
        (
            '{"type": "Feature", "properties": {}, "geometry": '
            '{"type": "Polgon", "coordinates": [[[1, 15], [2, 15], [2, 16], [1, 15]]]}}',
            "Unsupported geometry type",
        ),
        (
            '{"type": "Feature", "properties": {}, "geometry": '
            '{"type": "LineString", "coordinates": [[1, 15], [2]]}}',
            "Invalid coord dimension",
        ),
    ],
)
def test_features_that_would_be_lost_are_an_error(
    tmp_path: Path, features: str, message: str
) -> None:
    text = f'{{"features": [{features}], "type": "FeatureCollection"}}'
    (tmp_path / "a.geojson").write_text(text)
    with pytest.raises(InputFileError, match=message):
        read_vector(tmp_path / "a.geojson")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ('{"type": "Point", "coordinates": [1, 15]}', 1),
        ('{"type": "Feature", "properties": {"features": [1]}, "geometry": null}', 1),
        ('\ufeff { "features" : [ ] , "type" : "FeatureCollection" } ', 0),
    ],
)
def test_features_are_counted(tmp_path: Path, text: str, count: int) -> None:
    (tmp_path / "a.geojson").write_text(text, encoding="utf-8")
    assert len(read_vector(tmp_path / "a.geojson")) == count


@pytest.mark.parametrize("kind", WRITERS)
def test_mutated_files_raise_nothing_but_errors_of_ours(tmp_path: Path, kind: str) -> None:
    path = written(tmp_path, kind)
    parts = {part: part.read_bytes() for part in tmp_path.glob("units.*")}
    chance = random.Random(f"mutate {kind}")
    for _ in range(60):
        for part, whole in parts.items():
            part.write_bytes(mutated(whole, chance))
        try:
            frame = read_vector(path)
        except MaligeoError:
            continue
        assert frame.crs == "EPSG:4326"


def mutated(whole: bytes, chance: random.Random) -> bytes:
    content = bytearray(whole)
    for _ in range(chance.choice([0, 1, 1, 2, 8])):
        at = chance.randrange(len(content))
        match chance.randrange(3):
            case 0:
                content[at] = chance.randrange(256)
            case 1:
                content[at:at] = chance.randbytes(3)
            case _ if len(content) > 10:
                del content[at : at + 4]
    return bytes(content)


def test_the_parts_of_a_shapefile_may_have_capital_suffixes(tmp_path: Path) -> None:
    path = written(tmp_path, "shp")
    for part in list(tmp_path.glob("units.*")):
        shutil.move(part, part.with_suffix(part.suffix.upper()))
    assert read_vector(path.with_suffix(".SHP"))["name"].tolist() == NAMES
