"""Cards and the search in a real Chromium: what they cover, and where the map is afterwards."""

from typing import TYPE_CHECKING, Any

import pytest

from tests.maps.boxes import box_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.conftest import Open, Write

pytestmark = pytest.mark.browser

DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844, "is_mobile": True, "has_touch": True}
SIZES = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
MAP = "window[Object.keys(window).find(k => /^map_/.test(k) && window[k] instanceof L.Map)]"
VIEW = f"(m => [m.getCenter().lat, m.getCenter().lng, m.getZoom()])({MAP})"


def search(page: "Page", text: str) -> None:
    page.locator(".mg-search-field").fill(text)
    page.keyboard.press("Enter")
    page.locator(".mg-card").wait_for()


def close(page: "Page") -> None:
    page.locator(".leaflet-pan-anim").wait_for(state="detached")  # the map moves for a card
    page.locator(".leaflet-popup-close-button").click()
    page.locator(".mg-card").wait_for(state="detached")


@SIZES
def test_closing_a_card_brings_the_map_back(
    open_page: "Open", write: "Write", size: dict[str, Any]
) -> None:
    page = open_page(write(), **size)
    before = page.evaluate(VIEW)
    search(page, "Sikasso")
    assert page.evaluate(VIEW) != before
    close(page)
    assert page.evaluate(VIEW) == pytest.approx(before, abs=1e-6)


def test_a_card_that_follows_another_brings_the_map_back_as_well(
    open_page: "Open", write: "Write"
) -> None:
    page = open_page(write(), height=500)
    before = page.evaluate(VIEW)
    for name in ("Tombouctou", "Kidal"):
        page.locator(f"path.leaflet-interactive[aria-label^={name}]").focus()
        page.keyboard.press("Enter")
        page.wait_for_timeout(400)
        assert page.locator(".mg-card h2").all_inner_texts() == [name]
    assert page.evaluate(VIEW) != before
    page.keyboard.press("Escape")
    page.locator(".mg-card").wait_for(state="detached")
    assert page.evaluate(VIEW) == pytest.approx(before, abs=1e-6)


def test_a_reader_who_moved_on_stays_there(open_page: "Open", write: "Write") -> None:
    page = open_page(write())
    search(page, "Gao")
    page.evaluate(f"{MAP}.setZoom(9, {{animate: false}})")
    moved = page.evaluate(VIEW)
    close(page)
    assert page.evaluate(VIEW) == pytest.approx(moved, abs=1e-6)


@SIZES
def test_a_long_card_scrolls_to_its_end(
    open_page: "Open", write: "Write", size: dict[str, Any]
) -> None:
    page = open_page(write(), **size)
    search(page, "Mopti")
    last = page.locator(".mg-card li").last
    last.scroll_into_view_if_needed()
    page.wait_for_timeout(400)
    card, line = box_of(page.locator(".leaflet-popup-content-wrapper")), box_of(last)
    stage = box_of(page.locator(".folium-map"))
    assert line["y"] + line["height"] <= card["y"] + card["height"]
    assert card["y"] >= stage["y"]
    assert card["y"] + card["height"] <= stage["y"] + stage["height"]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_an_interval_stands_in_one_line_with_its_value_and_nothing_is_cut(
    open_page: "Open", write: "Write", width: int, language: str
) -> None:
    page = open_page(write(language=language), width=width, height=844)
    search(page, "Mopti")
    card = page.locator(".leaflet-popup-content")
    assert card.evaluate("e => e.scrollWidth <= e.clientWidth")
    lines = card.locator(".mg-figures small").evaluate_all(
        "all => all.map(e => e.getClientRects().length)"
    )
    assert len(lines) >= 4
    assert width == 320 or set(lines) == {1}


@pytest.mark.parametrize("name", ["Tombouctou", "Kayes", "Gao", "Bamako"])
def test_no_control_covers_a_card(open_page: "Open", write: "Write", name: str) -> None:
    page = open_page(write())
    search(page, name)
    page.wait_for_timeout(400)
    card = box_of(page.locator(".leaflet-popup-content-wrapper"))
    for control in (".mg-search-field", ".leaflet-control-zoom", ".mg-overview"):
        box = box_of(page.locator(control))
        apart = (
            box["x"] + box["width"] <= card["x"]
            or card["x"] + card["width"] <= box["x"]
            or box["y"] + box["height"] <= card["y"]
        )
        assert apart, control


@SIZES
def test_a_search_that_finds_nothing_says_so_to_the_eye(
    open_page: "Open", write: "Write", size: dict[str, Any]
) -> None:
    page = open_page(write(), **size)
    said = page.locator(".mg-search [role=status]")
    page.locator(".mg-search-field").fill("atlantis")
    assert said.inner_text() == "Aucun lieu de ce nom"
    assert box_of(said)["height"] > 20
    page.locator(".mg-search-field").fill("gao")
    assert said.inner_text() == ""


def test_a_phone_shows_the_legend_after_a_layer_is_chosen(
    open_page: "Open", write: "Write"
) -> None:
    page = open_page(write(), **PHONE)
    last = page.locator(".mg-measure label").last
    last.scroll_into_view_if_needed()
    last.tap()
    legend, side = box_of(page.locator(".mg-legend .mg-unit")), box_of(page.locator(".mg-side"))
    toggle = box_of(page.locator(".mg-toggle"))
    assert toggle["y"] + toggle["height"] <= legend["y"]
    assert legend["y"] + legend["height"] <= side["y"] + side["height"]
    assert box_of(page.locator(".folium-map"))["height"] >= 240


def test_a_remark_of_one_period_names_it_once(open_page: "Open", write: "Write") -> None:
    page = open_page(write())
    search(page, "Mopti")
    remarks = [text for text in page.locator(".mg-card li").all_inner_texts() if "151" in text]
    assert remarks
    assert all(text.count("sept. 2021") == 1 for text in remarks)
