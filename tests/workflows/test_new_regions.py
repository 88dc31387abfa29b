"""A layer of the twenty regions of 2023: everything works with it as with that of 2015."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

import maligeo
from maligeo.core.audiences import is_published
from tests import divisions
from tests.cli.commands import run

TOGETHER = "Mopti + Douentza + Bandiagara"


@pytest.fixture(scope="module")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cod") / "mli_admin1.geojson"
    divisions.regions_of_2023().to_file(path)
    return path


@pytest.fixture(scope="module")
def regions(layer: Path) -> gpd.GeoDataFrame:
    return maligeo.read_boundaries(layer)


@pytest.fixture(scope="module")
def found(regions: gpd.GeoDataFrame) -> pd.DataFrame:
    table = maligeo.study(units=regions).table
    latest = table["period_end"] == pd.Timestamp("2022-08-31")
    return table[(table["measure"] == "incidents") & latest]


def test_the_layer_is_known_by_its_columns(regions: gpd.GeoDataFrame) -> None:
    assert len(regions) == 20
    assert set(regions["vintage"]) == {"2023"}
    assert {"Ségou", "Taoudénit", "Ménaka"} <= set(regions["name"])


def test_people_are_those_of_the_census(regions: gpd.GeoDataFrame) -> None:
    people = maligeo.population(regions).set_index("name")["population"]
    assert people["Bandiagara"] == 868_916
    assert people.sum() == 22_395_490


def test_a_figure_of_an_old_region_is_of_all_its_parts_and_of_none_alone(
    found: pd.DataFrame,
) -> None:
    by_name = found.set_index("name")
    assert by_name.loc[TOGETHER, "place_kind"] == "joint"
    assert by_name.loc[TOGETHER, "count"] == pytest.approx(0.37 * 134)
    assert by_name.loc[["Mopti", "Douentza", "Bandiagara"], "count"].isna().all()
    note = by_name.loc["Bandiagara", "note"]
    assert note.endswith("published for Mopti in the division of 2015")
    assert TOGETHER in note
    assert "other limits" in by_name.loc["Dioïla", "note"]


def test_the_total_of_the_country_stays(found: pd.DataFrame) -> None:
    assert found["count"].sum() == pytest.approx(134)


def test_a_region_that_was_not_divided_keeps_its_figure(found: pd.DataFrame) -> None:
    assert found.set_index("name").loc["Kidal", "count"] == pytest.approx(0.08 * 134)


def test_a_project_in_an_old_region_is_named_in_its_parts_and_counted_in_none(
    regions: gpd.GeoDataFrame,
) -> None:
    table = maligeo.study(units=regions).table
    projects = table[table["measure"] == "projects"].set_index("name")
    assert projects.loc["Bandiagara", "count"] == 0
    assert projects.loc["Bandiagara", "note"].startswith("named by the source")
    assert projects.loc["Kidal", "count"] == 2
    published = maligeo.study().table
    of_2015 = published[published["measure"] == "projects"]
    assert projects["unique_total"].iloc[0] == of_2015["unique_total"].iloc[0]


def test_all_of_it_counts_as_published(regions: gpd.GeoDataFrame) -> None:
    study = maligeo.study(units=regions)
    assert is_published(study.table)
    assert is_published(study.gaps)


@pytest.mark.parametrize("region", ["Bandiagara", "Menaka", "Nioro"])
def test_a_report_of_a_new_region(layer: Path, tmp_path: Path, region: str) -> None:
    target = tmp_path / "report.html"
    asked = ("--region", region, "--language", "fr", "--boundaries", f"{layer}", "-o", f"{target}")
    result = run("report", *asked)
    assert result.returncode == 0, result.stderr
    text = target.read_text(encoding="utf-8")
    assert "découpage de 2023" in text
    assert "citées seulement ensemble" in text
    together = {"Bandiagara": "≈ 50", "Menaka": "≈ 13", "Nioro": "≈ 1"}
    assert f"({together[region]})" in text


@pytest.mark.parametrize("name", ["map.html", "map.pdf"])
def test_a_map_for_the_public(layer: Path, tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    result = run("map", "--region", "Nioro", "--boundaries", f"{layer}", "-o", f"{target}")
    assert result.returncode == 0, result.stderr
    assert target.stat().st_size > 20_000


def test_gaps_say_who_is_named(layer: Path) -> None:
    result = run("gaps", "--boundaries", f"{layer}", "--language", "en")
    assert result.returncode == 0, result.stderr
    assert "Bandiagara" in result.stdout


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", "est une région de 2023 ; dans le découpage de 2015 elle est dans Mopti"),
        ("en", "is a region of 2023; in the division of 2015 it lies in Mopti"),
    ],
)
def test_without_the_layer_a_new_region_is_explained(language: str, said: str) -> None:
    result = run("report", "--region", "bandiagara", "--language", language)
    assert result.returncode != 0
    text = " ".join(result.stderr.replace("\u202f", " ").replace("\xa0", " ").split())
    assert said in text
    assert "maligeo fetch cod-ab" in text
