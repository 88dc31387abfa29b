"""Towns and offices in a real Chromium: what a card says of them, and how they are marked."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest

import maligeo
from maligeo.maps import add_offices, region_map, save_map
from tests.conftest import HOSTILE
from tests.maps.boxes import box_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.conftest import Bundled, Open

pytestmark = pytest.mark.browser

DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844, "is_mobile": True, "has_touch": True}
SIZES = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])


def find(page: "Page", typed: str) -> str:
    """Search, and give what the card says."""
    page.locator(".mg-search-field").fill(typed)
    page.keyboard.press("Enter")
    page.locator(".mg-card").wait_for()
    return page.locator(".mg-card").inner_text().replace("\u00a0", " ").replace("\t", " ")


@SIZES
def test_tessalit_has_a_card(open_page: "Open", bundled: "Bundled", size: dict[str, Any]) -> None:
    said = find(open_page(bundled(), **size), "tessalit")
    assert said.startswith("Tessalit\n")
    for part in (
        "Lieu ville", "Cercle Tessalit", "Région Kidal", "Bureau UNMAS",
        "Programme de lutte antimines d’UNMAS au Mali", "Ici : bureau, pas un lieu d’activité",
        "Source : UNMAS Mali, fiche d’information",
    ):  # fmt: skip
        assert part in said
    assert "ne disent rien d’autre" not in said


def test_it_is_in_english_too(open_page: "Open", bundled: "Bundled") -> None:
    said = find(open_page(bundled("en")), "Tessalit")
    assert "Office UNMAS" in said
    assert "Here: an office, not a place of activity" in said


def test_a_town_of_which_nothing_is_known_says_so(open_page: "Open", bundled: "Bundled") -> None:
    page = open_page(bundled())
    said = find(page, "nioro")
    assert "Cercle Nioro" in said
    assert "Région Kayes" in said
    assert "ne disent rien d’autre de ce lieu" in said
    page.locator(".mg-card button", has_text="Fiche : Kayes").click()
    assert page.locator(".mg-card h2").all_inner_texts() == ["Kayes"]


def test_every_town_is_found_by_its_other_names_too(open_page: "Open", bundled: "Bundled") -> None:
    page = open_page(bundled())
    assert find(page, "Tesaliti").startswith("Tessalit\n")


@SIZES
def test_offices_are_marks_of_their_own(
    open_page: "Open", bundled: "Bundled", size: dict[str, Any]
) -> None:
    page = open_page(bundled(), **size)
    marks = page.locator(".mg-office")
    names = sorted(marks.evaluate_all("all => all.map(one => one.getAttribute('aria-label'))"))
    towns = ("Gao", "Kidal", "Mopti", "Tessalit", "Tombouctou")
    assert names == [f"Bureau\u00a0: UNMAS, {town}" for town in towns]
    assert page.locator("path.mg-project").count() == 0
    legend = page.locator(".mg-office-legend")
    assert "ni un projet, ni un lieu d’activité" in legend.inner_text().replace("\u00a0", " ")
    assert legend.locator(".mg-office-sign").count() == 1
    page.wait_for_timeout(300)
    labels = [
        box_of(tag) for tag in page.locator(".mg-region-label .mg-tag:not(.mg-hidden)").all()
        if tag.is_visible()
    ]  # fmt: skip
    for mark in page.locator(".mg-office .mg-office-sign").all():
        box = box_of(mark)
        for label in labels:
            assert (
                box["x"] + box["width"] <= label["x"]
                or label["x"] + label["width"] <= box["x"]
                or box["y"] + box["height"] <= label["y"]
                or label["y"] + label["height"] <= box["y"]
            )


def test_an_office_opens_by_key_and_goes_with_its_switch(
    open_page: "Open", bundled: "Bundled"
) -> None:
    page = open_page(bundled())
    page.locator(".mg-office[aria-label$=Gao]").focus()
    page.keyboard.press("Enter")
    assert page.locator(".mg-card h2").inner_text() == "Gao"
    assert "Bureau" in page.locator(".mg-card .mg-fields").inner_text()
    page.keyboard.press("Escape")
    page.locator(".mg-overlay label", has_text="Bureaux").locator("input").uncheck()
    assert page.locator(".mg-office").count() == 0


def test_hostile_names_of_offices_do_nothing(
    open_page: "Open", tmp_path: Path, units: gpd.GeoDataFrame, table: pd.DataFrame
) -> None:
    projects = maligeo.study().projects.assign(implementer=" | ".join(HOSTILE))
    fmap = region_map(table, units, audience="internal")
    add_offices(fmap, projects, units)
    page = open_page(save_map(fmap, tmp_path / "map.html"))
    assert page.locator(".mg-office").count() == 5
    find(page, "Tessalit")
    assert page.evaluate("window.pwned") is None
    assert page.locator("img").count() == 0
