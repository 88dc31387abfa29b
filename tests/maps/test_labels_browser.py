"""Names and numbers of units in a real Chromium: all are there, and nothing lies on them."""

from collections.abc import Callable
from itertools import combinations, product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest

from maligeo.maps import MapSide, comparison_map, save_map

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.conftest import Bundled, Open, Write

pytestmark = pytest.mark.browser

DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844, "is_mobile": True, "has_touch": True}
SIZES = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
UNITS = [
    "Bamako", "Gao", "Kayes", "Kidal", "Koulikoro", "Mopti", "Sikasso", "Ségou", "Tombouctou",
]  # fmt: skip

Boxes = list[tuple[str, dict[str, float]]]


def drawn(page: "Page", selector: str) -> Boxes:
    """Give text and box of each visible part."""
    found: Boxes = page.evaluate(
        """selector => [...document.querySelectorAll(selector)]
           .filter(e => e.getClientRects().length && getComputedStyle(e).visibility === 'visible')
           .map(e => [e.textContent, e.getBoundingClientRect().toJSON()])""",
        selector,
    )
    return found


def lie_apart(one: dict[str, float], other: dict[str, float]) -> bool:
    return (
        one["right"] <= other["left"]
        or other["right"] <= one["left"]
        or one["bottom"] <= other["top"]
        or other["bottom"] <= one["top"]
    )


@pytest.fixture(scope="module")
def two(
    tmp_path_factory: pytest.TempPathFactory, units: gpd.GeoDataFrame, table: pd.DataFrame
) -> Path:
    sides = [MapSide(table, units, period) for period in ("2021-01/2021-09", "2022")]
    folder: Callable[[str], Path] = tmp_path_factory.mktemp
    return save_map(comparison_map(*sides), folder("two") / "two.html")


@SIZES
def test_every_unit_keeps_its_name_and_number(
    open_page: "Open", write: "Write", size: dict[str, Any]
) -> None:
    page = open_page(write(), **size)
    page.locator(".mg-measure label", has_text="Population").first.click()
    page.wait_for_timeout(300)
    texts = [text for text, _ in drawn(page, ".mg-region-label .mg-tag, .mg-callout")]
    assert sorted(text.rstrip("0123456789\u202f ") for text in texts) == UNITS
    assert all(text[-1].isdigit() for text in texts)


@SIZES
def test_no_square_of_a_town_lies_on_a_name_or_number(
    open_page: "Open", write: "Write", size: dict[str, Any]
) -> None:
    page = open_page(write(), **size)
    page.wait_for_timeout(300)
    labels, squares = drawn(page, ".mg-tag"), drawn(page, ".mg-town-mark i")
    assert len(squares) >= 7
    for (name, label), (_, square) in product(labels, squares):
        assert lie_apart(label, square), name


@SIZES
def test_no_callout_lies_on_a_control(
    open_page: "Open", write: "Write", size: dict[str, Any]
) -> None:
    page = open_page(write(), **size)
    page.wait_for_timeout(300)
    callouts, controls = drawn(page, ".mg-callout"), drawn(page, ".leaflet-control")
    assert len(callouts) == 1
    assert len(controls) >= 5
    width = page.evaluate("document.documentElement.clientWidth")
    assert all(box["left"] >= 0 and box["right"] <= width for _, box in controls)
    for (_, callout), (text, control) in product(callouts, controls):
        assert lie_apart(callout, control), text


BEYOND = """() => [...document.querySelectorAll('.mg-tag')].filter(tag => {
    const look = getComputedStyle(tag), box = tag.getBoundingClientRect();
    if (look.color !== 'rgb(255, 255, 255)' || look.visibility !== 'visible') return false;
    const name = tag.querySelector('.mg-tag-name').textContent;
    const corners = [[box.left, box.top], [box.right, box.top], [box.left, box.bottom],
        [box.right, box.bottom]];
    return !corners.every(([x, y]) => document.elementsFromPoint(x, y)
        .some(e => (e.getAttribute('aria-label') || '').startsWith(name)));
}).map(tag => tag.textContent)"""


@SIZES
@pytest.mark.parametrize("layer", ["Projets (compte entier)", "Programmes présents"])
def test_a_label_that_reaches_beyond_its_unit_is_not_white_on_white(
    open_page: "Open", bundled: "Bundled", size: dict[str, Any], layer: str
) -> None:
    page = open_page(bundled(), **size)
    page.locator(".mg-measure label", has_text=layer).click()
    page.wait_for_timeout(300)
    assert page.locator(".mg-tag.mg-light").count() > 2
    assert page.evaluate(BEYOND) == []


@SIZES
def test_both_maps_of_a_comparison_name_every_unit(
    open_page: "Open", two: Path, size: dict[str, Any]
) -> None:
    page = open_page(two, **size)
    page.wait_for_timeout(300)
    for one in (".folium-map", ".mg-second"):
        labels = drawn(page, f"{one} .mg-region-label .mg-tag-name, {one} .mg-callout .mg-tag-name")
        assert sorted(name for name, _ in labels) == UNITS
        boxes = drawn(page, f"{one} .mg-region-label .mg-tag, {one} .mg-callout")
        for (name, box), (_, other) in combinations(boxes, 2):
            assert lie_apart(box, other), name


def test_a_name_that_stands_aside_has_a_line_to_its_unit(open_page: "Open", write: "Write") -> None:
    page = open_page(write(), **PHONE)
    page.wait_for_timeout(300)
    aside = page.locator(".mg-tag.mg-aside").count()
    assert aside > 0
    lines = "all => all.filter(one => one.getAttribute('stroke-opacity') !== '0').length"
    callouts = len(drawn(page, ".mg-callout"))
    found = page.eval_on_selector_all(".leaflet-mg-leaders-pane path", lines)
    assert found == aside + callouts
