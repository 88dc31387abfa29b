"""File Geodatabase: read back by GDAL from the archive as it is, and from the folder in it."""

import json
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from shapely.geometry import Point

import maligeo
from maligeo.core.errors import MaligeoError, OutputFileError
from maligeo.exports import write_layers
from tests.cli.commands import SAME, run


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("geodatabase") / "mali.gdb.zip"
    return maligeo.study().export(path, layers=["gaps", "incidents"], language="en")


def test_layers_and_tables_are_there_with_their_columns(exported: Path) -> None:
    layers = dict(pyogrio.list_layers(exported).tolist())
    assert layers == {
        "units": "MultiPolygon", "gaps": "MultiPolygon", "projects": None, "density": None,
    }  # fmt: skip
    density = pyogrio.read_dataframe(exported, layer="density")
    table = maligeo.study().table
    assert len(density) == len(table)
    assert density["count"].fillna(-1).tolist() == table["count"].fillna(-1).tolist()
    days = pd.to_datetime(density["period_start"]).dt.tz_localize(None)
    assert days.dropna().tolist() == table["period_start"].dropna().tolist()


def test_the_folder_in_it_is_one_and_its_shapes_are_those_of_the_units(
    exported: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(exported) as archive:
        archive.extractall(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["datapackage.json", "mali.gdb"]
    units = maligeo.load_boundaries()
    read = pyogrio.read_dataframe(tmp_path / "mali.gdb", layer="units")
    assert read.crs == units.crs
    assert read["pcode"].tolist() == units["pcode"].tolist()
    distances = shapely.hausdorff_distance(read.geometry.to_numpy(), units.geometry.to_numpy())
    assert distances.max() < 1e-9


def test_every_file_is_described_and_the_same_bytes_are_made_again(exported: Path) -> None:
    with zipfile.ZipFile(exported) as archive:
        described = json.loads(archive.read("datapackage.json"))
        names = set(archive.namelist()) - {"datapackage.json"}
    assert {one["path"] for one in described["resources"]} == names
    assert described["audience"] == "public"
    assert run("verify", exported).stdout == SAME


def test_a_name_of_a_layer_that_the_format_changes_is_refused(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"n": [1]}, geometry=[Point(-4, 14)], crs="EPSG:4326")
    with pytest.raises(OutputFileError, match="'a-b' as the name of a layer"):
        write_layers({"a-b": frame}, tmp_path / "x.gdb.zip", audience="internal")
    assert list(tmp_path.iterdir()) == []


def test_columns_that_the_format_names_anew_are_described_with_both_names(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"select": [1], "Date de saisie": ["x"], "Date_de_saisie": ["y"]},
        geometry=[Point(-4, 14)],
        crs="EPSG:4326",
    )
    path = write_layers({"points": frame}, tmp_path / "x.gdb.zip", audience="internal")
    names = pyogrio.read_info(path, layer="points")["fields"].tolist()
    assert len({name.casefold() for name in names}) == 3
    assert names[0] == "select_"
    with zipfile.ZipFile(path) as archive:
        described = json.loads(archive.read("datapackage.json"))
    (layer,) = next(one["layers"] for one in described["resources"] if "layers" in one)
    pairs = {one["field"]: one["name"] for one in layer["schema"]["fields"]}
    assert pairs == dict(zip(names, frame.columns[:3], strict=True))
    read = pyogrio.read_dataframe(path, layer="points")
    assert read.iloc[0, :3].tolist() == [1, "x", "y"]


def test_units_and_records_are_read_by_maligeo_too(exported: Path, tmp_path: Path) -> None:
    units = maligeo.read_boundaries(f"{exported}#units")
    assert units["pcode"].tolist() == maligeo.load_boundaries()["pcode"].tolist()
    rows = "date,lon,lat,killed,Remarque libre\n2021-03-05,-4.1,14.5,2,a\n2021-04-06,-4.2,14.6,,b\n"
    (tmp_path / "list.csv").write_text(rows, encoding="utf-8")
    study = maligeo.study(incidents=tmp_path / "list.csv").release(audience="internal")
    path = study.export(tmp_path / "own.gdb.zip")
    read = maligeo.read_incidents(f"{path}#incidents")
    assert read["date"].dt.strftime("%Y-%m-%d").tolist() == ["2021-03-05", "2021-04-06"]
    assert read["killed"].fillna(-1).tolist() == [2, -1]
    assert read.geometry.x.round(7).tolist() == [-4.1, -4.2]
    with pytest.raises(MaligeoError, match="has no layer 'roads'"):
        maligeo.read_boundaries(f"{exported}#roads")


def test_an_archive_with_two_geodatabases_is_no_geodatabase(exported: Path, tmp_path: Path) -> None:
    both = tmp_path / "both.zip"
    with zipfile.ZipFile(exported) as source, zipfile.ZipFile(both, "w") as target:
        for name in source.namelist():
            target.writestr(f"a/{name}", source.read(name))
            target.writestr(f"b/{name}", source.read(name))
    with pytest.raises(MaligeoError, match="holds no layer with geometry"):
        maligeo.read_boundaries(both)


def test_whole_numbers_are_doubles_and_what_is_missing_stays_missing(tmp_path: Path) -> None:
    numbers = pd.array([2**40, None], dtype="Int64")
    frame = gpd.GeoDataFrame(
        {"n": numbers, "t": ["é", None]}, geometry=[Point(-4, 14), None], crs="EPSG:4326"
    )
    path = write_layers({"points": frame}, tmp_path / "x.gdb.zip", audience="internal")
    read = pyogrio.read_dataframe(path, layer="points")
    assert np.isnan(read["n"][1])
    assert read["n"][0] == 2**40
    assert read["t"].isna().tolist() == [False, True]
    assert read.geometry.isna().tolist() == [False, True]
    assert path.stat().st_mode & 0o077 == 0  # internal: its owner's alone


def test_records_are_refused_without_a_release(tmp_path: Path) -> None:
    incidents = maligeo.as_incidents(
        pd.DataFrame({"date": ["2021-01-01"], "lon": [-4.0], "lat": [14.0], "killed": [1]})
    )
    with pytest.raises(MaligeoError, match="public"):
        write_layers({"incidents": incidents}, tmp_path / "x.gdb.zip")
