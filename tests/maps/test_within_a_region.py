"""The map of the cercles of one region: these in colour, their neighbours pale; on paper too."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest

import maligeo
from maligeo.join.regions import find_focus
from maligeo.look.outlines import label_points
from maligeo.maps.regions import bounds_of
from maligeo.paper.map.basemap import seen_bounds
from maligeo.paper.map.figure import scene_of
from maligeo.paper.options import MapOptions
from tests import divisions

if TYPE_CHECKING:
    from playwright.sync_api import Page

NAMES = {"Mopti", "Bandiagara", "Bankass", "Djenné", "Douentza", "Koro", "Ténenkou", "Youwarou"}


@pytest.fixture(scope="module")
def cercles() -> gpd.GeoDataFrame:
    return maligeo.as_units(divisions.cercles_of_2015(), vintage="2015")


@pytest.fixture(scope="module")
def study(cercles: gpd.GeoDataFrame) -> maligeo.Study:
    records = divisions.incidents_in(cercles, *cercles["name"], day="2021-05-01")
    made = maligeo.study(incidents=records, units=cercles, period="2021", covers="2021")
    return made.release(audience="internal")


def test_the_page_shows_the_cercles_of_the_region(
    study: maligeo.Study, tmp_path: Path, open_page: Callable[..., "Page"]
) -> None:
    path = study.map(region="Mopti", language="fr").save(tmp_path / "mopti.html")
    page = open_page(path)
    assert page.locator("h1").inner_text().startswith("Mopti – ")
    bold = page.locator(".mg-tag:not(.mg-pale) .mg-tag-name")
    bold.filter(has_text="Youwarou").wait_for()
    assert set(bold.all_inner_texts()) >= NAMES
    pale = page.locator(".mg-tag.mg-pale .mg-tag-name").all_inner_texts()
    assert set(pale) >= {"Diré", "Goundam", "San"}
    assert NAMES.isdisjoint(pale)


def test_labels_stay_near_the_region(cercles: gpd.GeoDataFrame) -> None:
    focus = find_focus("Mopti", cercles)
    inside = bounds_of(cercles.iloc[list(focus.rows)])
    points = label_points(cercles, focus=focus.rows)
    neighbour = points[list(cercles["name"]).index("Goundam")]
    assert neighbour[1] < inside.north + 1.5 * (inside.north - inside.south)


def test_on_paper_the_region_fills_the_sheet(study: maligeo.Study) -> None:
    options = MapOptions(region="Mopti", language="fr")
    scene = scene_of(study.table, study.units, options)
    rows = [at for at in range(len(study.units)) if not scene.is_pale(at)]
    assert set(study.units["name"].iloc[rows]) == NAMES
    seen, region = seen_bounds(scene), bounds_of(study.units.iloc[rows])
    assert seen.east - seen.west < 2 * (region.east - region.west)


def test_on_paper_every_cercle_of_the_region_has_its_name(
    study: maligeo.Study, tmp_path: Path
) -> None:
    path = study.map(region="Mopti", language="fr").save(tmp_path / "mopti.svg")
    text = path.read_text(encoding="utf-8")
    assert "Mopti – Incidents" in text
    assert all(name in text for name in NAMES)


def test_a_table_holds_the_cercles_of_the_region(study: maligeo.Study) -> None:
    assert set(study.count(region="Mopti").frame["name"]) == NAMES
