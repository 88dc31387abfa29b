"""Two maps side by side in a real Chromium with every request blocked."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest

from maligeo.maps import MapSide, comparison_map, save_map
from maligeo.measure.densities import density
from tests import worlds
from tests.conftest import HOSTILE
from tests.maps.boxes import box_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.conftest import Open

pytestmark = pytest.mark.browser

DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844, "is_mobile": True, "has_touch": True}
SIZES = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
LEFT, RIGHT = ".folium-map path.leaflet-interactive", ".mg-second path.leaflet-interactive"
FIRST = "window[Object.keys(window).find(k => /^map_/.test(k) && window[k] instanceof L.Map)]"
# Leaflet puts maps on whole pixels, so that two may be one apart.
TOGETHER = f"""(m => !m._animatingZoom && !m.twin._animatingZoom &&
  m.getZoom() === m.twin.getZoom() &&
  m.project(m.getCenter()).distanceTo(m.project(m.twin.getCenter())) < 2)({FIRST})"""
VIEW = f"(m => [m.getCenter().lat, m.getCenter().lng, m.getZoom()])({FIRST})"

Compare = Callable[..., Path]


@pytest.fixture(scope="session")
def small() -> tuple[pd.DataFrame, gpd.GeoDataFrame]:
    """Alpha: 30 in 2020, 12 in 2021; Béta-Sud: not named, then 0."""
    units = worlds.square_units().assign(source="hand-made")
    rows = [("2020", "Alpha", 30), ("2021", "Alpha", 12), ("2021", "Béta-Sud", 0)]
    figures = worlds.figures(
        *(
            {
                "unit": unit, "value": value,
                "period_start": f"{year}-01-01", "period_end": f"{year}-12-31",
            }
            for year, unit, value in rows
        )
    )  # fmt: skip
    people = worlds.people(1e5, 2e5)
    return density(figures, units, measure="incidents", population=people), units


@pytest.fixture(scope="session")
def compare(
    tmp_path_factory: pytest.TempPathFactory, small: tuple[pd.DataFrame, gpd.GeoDataFrame]
) -> Compare:
    folder, made = tmp_path_factory.mktemp("compared"), dict[str, Path]()

    def written(language: Any = "fr") -> Path:
        if language not in made:
            sides = [MapSide(*small, year) for year in ("2020", "2021")]
            fmap = comparison_map(*sides, language=language, audience="internal")
            made[language] = save_map(fmap, folder / f"{language}.html")
        return made[language]

    return written


def fills(page: "Page", paths: str) -> list[str]:
    found: list[str] = page.eval_on_selector_all(
        paths, "all => all.map(e => e.getAttribute('fill'))"
    )
    return found


def wait_until(page: "Page", condition: str) -> None:
    """Wait as the page's policy allows: it forbids what playwright waits by."""
    page.evaluate(
        f"async () => {{ while (!({condition})) await new Promise(requestAnimationFrame); }}"
    )


def settled(page: "Page") -> list[float]:
    """Give the view of the first map once both lie still and together."""
    still = f"(before => before === JSON.stringify({VIEW}))(window.before)"
    note = f"(window.before = JSON.stringify({VIEW}), true)"
    wait_until(page, f"{TOGETHER} && ({still} || !{note})")
    view: list[float] = page.evaluate(VIEW)
    return view


@SIZES
def test_two_maps_with_their_periods_and_one_legend(
    open_page: "Open", compare: Compare, size: dict[str, Any]
) -> None:
    page = open_page(compare(), **size)
    assert page.locator(LEFT).count() == page.locator(RIGHT).count() == 2
    captions = page.locator(".mg-caption").all_inner_texts()
    assert [text.replace("\n", " ") for text in captions] == ["A2020 · UNMAS", "B2021 · UNMAS"]
    assert page.locator(".mg-legend").count() == 1
    left, right = fills(page, LEFT), fills(page, RIGHT)
    assert left[1] == "url(#mg-hatch)"
    assert right[1] == "#ffffff"
    assert left[0] != right[0]
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert page.evaluate("document.documentElement.scrollHeight") <= size["height"]
    boxes = [box_of(page.locator(name)) for name in (".folium-map", ".mg-second")]
    assert boxes[0]["width"] == boxes[1]["width"]
    assert abs(boxes[0]["height"] - boxes[1]["height"]) <= 1
    if size is DESK:
        assert boxes[1]["x"] >= boxes[0]["x"] + boxes[0]["width"]
    else:
        assert boxes[1]["y"] >= boxes[0]["y"] + boxes[0]["height"]


@pytest.mark.parametrize("one", [".folium-map", ".mg-second"])
def test_what_one_map_does_the_other_does(open_page: "Open", compare: Compare, one: str) -> None:
    page = open_page(compare())
    start = settled(page)
    box = box_of(page.locator(one))
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 60, middle[1] + 40, steps=4)
    page.mouse.up()
    dragged = settled(page)
    assert dragged[:2] != start[:2]
    page.mouse.wheel(0, -300)
    wait_until(page, f"({FIRST}).getZoom() > {dragged[2]}")
    settled(page)
    page.locator(".mg-overview").click()
    assert settled(page) == pytest.approx(start, abs=0.02)


def test_zoom_stands_on_the_right_map_and_moves_both(open_page: "Open", compare: Compare) -> None:
    page = open_page(compare())
    start = settled(page)
    assert page.locator(".folium-map .leaflet-control-zoom").count() == 0
    page.locator(".mg-second .leaflet-control-zoom-in").click()
    wait_until(page, f"({FIRST}).getZoom() > {start[2]}")
    settled(page)


@SIZES
def test_the_table_shows_what_is_known_and_leads_to_units(
    open_page: "Open", compare: Compare, size: dict[str, Any]
) -> None:
    page = open_page(compare("en"), **size)
    if size is PHONE:
        assert page.locator(".mg-toggle").get_attribute("aria-expanded") == "false"
        page.locator(".mg-toggle").tap()
    cells = page.locator(".mg-differences tbody td").all_inner_texts()
    assert cells == ["30", "12", "\u221218", "no data", "0", "not known"]
    page.locator(".mg-differences .mg-link").first.click()
    card = page.locator(".mg-card")
    assert card.locator("h2").inner_text() == "Alpha"
    assert "\u221218" in card.inner_text()


def test_a_click_on_either_map_opens_its_card(open_page: "Open", compare: Compare) -> None:
    page = open_page(compare())
    for paths, box in ((LEFT, ".folium-map"), (RIGHT, ".mg-second")):
        page.locator(paths).first.click()
        assert page.locator(f"{box} .mg-card h2").inner_text() == "Alpha"
        page.keyboard.press("Escape")
        page.locator(".mg-card").wait_for(state="detached")


def test_keys_reach_both_maps_and_all_that_is_on_them(open_page: "Open", compare: Compare) -> None:
    page = open_page(compare())
    for paths, box in ((LEFT, ".folium-map"), (RIGHT, ".mg-second")):
        page.locator(paths).last.focus()
        page.keyboard.press("Enter")
        assert page.locator(f"{box} .mg-card h2").inner_text() == "Béta-Sud"
        page.keyboard.press("Escape")
        page.locator(".mg-card").wait_for(state="detached")
        focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
        assert focused.startswith("Béta-Sud")


def test_the_pointer_marks_the_unit_on_both(open_page: "Open", compare: Compare) -> None:
    page = open_page(compare())
    page.locator(LEFT).first.hover()
    assert page.locator(".leaflet-mg-halo-pane path").count() == 2


@SIZES
def test_language_and_measure_change_and_both_stay_where_they_were(
    open_page: "Open", compare: Compare, size: dict[str, Any]
) -> None:
    page = open_page(compare(), **size)
    if size is PHONE:
        page.locator(".mg-toggle").tap()
    page.locator(".mg-measure label").last.click()
    page.evaluate(f"({FIRST}).setView([0.4, 0.8], 9, {{animate: false}})")
    before = settled(page)
    page.locator(".mg-language").click()
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("h1").inner_text() == "Rate of explosive incidents"
    assert settled(page) == pytest.approx(before, abs=0.01)
    assert page.locator(RIGHT).count() == 2
    assert page.locator(".mg-caption").count() == 2
    assert page.locator(".mg-second").count() == 1


@SIZES
def test_axe_finds_nothing_serious_on_two_maps(
    open_page: "Open", compare: Compare, size: dict[str, Any]
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = open_page(compare(), **size)
    page.wait_for_timeout(100)
    for _ in range(2):
        found = axe.run(page).response["violations"]
        serious = [
            (one["id"], [node["target"] for node in one["nodes"]][:3])
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
        assert serious == []
        page.locator(RIGHT).first.dispatch_event("click")


def test_hostile_texts_do_nothing_on_two_maps(
    open_page: "Open", small: tuple[pd.DataFrame, gpd.GeoDataFrame], tmp_path: Path
) -> None:
    table, units = small
    named = units.assign(name=list(HOSTILE[:2]), source=HOSTILE[2])
    renamed = dict(zip(units["name"], named["name"], strict=True))
    text = " | ".join(HOSTILE)
    bad = table.assign(
        name=table["name"].map(renamed), note=text, source=text, publisher=HOSTILE[1]
    )
    sides = [MapSide(bad, named, year) for year in ("2020", "2021")]
    page = open_page(save_map(comparison_map(*sides, audience="internal"), tmp_path / "map.html"))
    for path in page.locator("path.leaflet-interactive").all():
        path.dispatch_event("click")
    for link in page.locator(".mg-differences .mg-link").all():
        link.click()
    page.locator(".mg-open-notes").click()
    page.locator(".mg-language").click()
    assert page.evaluate("window.pwned") is None
    assert page.locator("img").count() == 0
    assert HOSTILE[1] in page.locator(".mg-caption").first.inner_text()
