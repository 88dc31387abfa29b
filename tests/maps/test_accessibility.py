"""Narrow screens and forced colours (the high contrast of Windows) in a real Chromium."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest

from maligeo.maps import add_areas, add_gaps, add_incidents, add_presence, region_map, save_map
from tests.maps import layers
from tests.maps.boxes import box_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.conftest import Open, Write

pytestmark = pytest.mark.browser

WIDTHS = pytest.mark.parametrize("width", [320, 360, 375])
LANGUAGES = pytest.mark.parametrize("language", ["fr", "en"])
LONG = (
    "Commune rurale de Nampalari-Dougabougou-Sokolo (cercle de Niono)",
    "Goundam-Nord-Ouest-Transsaharienne-Administrative-Provisoire",
)
# What reaches over the right edge, but for what scrolls: the map and the drawers.
CUT_OFF = """() => {
    const width = document.documentElement.clientWidth;
    return [...document.querySelectorAll('.mg-page *')]
        .filter(e => !e.closest('.leaflet-map-pane, .mg-drawer-body'))
        .map(e => [e.className || e.tagName, e.getBoundingClientRect()])
        .filter(([name, box]) => box.width && box.right > width + 0.5)
        .map(([name]) => name);
}"""


def phone(open_page: "Open", path: Path, width: int) -> "Page":
    return open_page(path, width=width, height=720, is_mobile=True, has_touch=True)


def require_whole(page: "Page", width: int) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate(CUT_OFF) == []


@WIDTHS
@LANGUAGES
def test_nothing_is_cut_off_on_a_narrow_phone(
    open_page: "Open", write: "Write", width: int, language: str
) -> None:
    page = phone(open_page, write(language=language), width)
    require_whole(page, width)
    for button in page.locator(".mg-open:not(.mg-language)").all():
        button.tap()
        require_whole(page, width)
        page.keyboard.press("Escape")
    page.locator(".mg-language").tap()
    assert page.locator("html").get_attribute("lang") != language
    require_whole(page, width)


@WIDTHS
def test_the_credit_does_not_lie_on_the_scale(
    open_page: "Open", write: "Write", width: int
) -> None:
    page = phone(open_page, write(), width)
    scale = box_of(page.locator(".leaflet-control-scale"))
    credit = box_of(page.locator(".leaflet-control-attribution"))
    beside = scale["x"] + scale["width"] <= credit["x"]
    above = scale["y"] + scale["height"] <= credit["y"]
    assert beside or above


@pytest.mark.parametrize("width", [800, 1280])
def test_a_long_credit_does_not_lie_on_the_scale(
    open_page: "Open", long_names: Any, width: int
) -> None:
    page = open_page(long_names("en"), width=width)
    credit = page.locator(".leaflet-control-attribution")
    credit.evaluate("e => e.append(' · ' + 'COD-AB Mali 2015, CC BY-IGO '.repeat(4))")
    page.wait_for_timeout(300)
    above, below = box_of(page.locator(".leaflet-control-scale")), box_of(credit)
    assert above["y"] + above["height"] <= below["y"]


@pytest.fixture
def long_names(small_units: gpd.GeoDataFrame, small_table: pd.DataFrame, tmp_path: Path) -> Any:
    """A map of one's own files whose names, sources and programmes are long."""
    renamed = dict(zip(small_units["name"], LONG, strict=True))
    units = small_units.assign(name=list(LONG), source=LONG[0])
    table = small_table.assign(name=small_table["name"].map(renamed), source=LONG[1])
    index = pd.MultiIndex.from_tuples(
        [("unit", "ZZ01", LONG[0]), ("unit", "ZZ02", LONG[1])],
        names=["place_kind", "pcode", "name"],
    )

    def written(language: Any) -> Path:
        fmap = region_map(table, units, region=LONG[0], language=language, audience="internal")
        add_incidents(fmap, layers.incidents(text=LONG[0]))
        add_areas(fmap, layers.areas(text=LONG[1]))
        add_gaps(fmap, layers.gaps(units), units)
        matrix = pd.DataFrame({name: [1, 0] for name in LONG}, index=index, dtype="Int64")
        add_presence(fmap, matrix)
        return save_map(fmap, tmp_path / "long.html")

    return written


@WIDTHS
@LANGUAGES
def test_long_names_are_not_cut_off(
    open_page: "Open", long_names: Any, width: int, language: str
) -> None:
    page = phone(open_page, long_names(language), width)
    require_whole(page, width)
    page.locator("path.leaflet-interactive").first.dispatch_event("click")
    require_whole(page, width)


def colour(page: "Page", selector: str, at: int = 0) -> str:
    found: str = page.locator(selector).nth(at).evaluate("e => getComputedStyle(e).backgroundColor")
    return found


def test_forced_colours_keep_the_legend(open_page: "Open", write: "Write") -> None:
    path = write()
    plain, forced = open_page(path), open_page(path, forced_colors="active")
    assert forced.evaluate("matchMedia('(forced-colors: active)').matches")
    count = forced.locator(".mg-classes .mg-swatch").count()
    assert count == 6
    seen = [colour(forced, ".mg-classes .mg-swatch", at) for at in range(count)]
    assert seen == [colour(plain, ".mg-classes .mg-swatch", at) for at in range(count)]
    assert len(set(seen)) == count
    missing = forced.locator(".mg-classes .mg-missing").evaluate(
        "e => getComputedStyle(e).backgroundImage"
    )
    assert "gradient" in missing
    assert colour(forced, ".mg-callout .mg-swatch") == colour(plain, ".mg-callout .mg-swatch")


def test_forced_colours_keep_the_classes_of_need_and_response(
    open_page: "Open", long_names: Any
) -> None:
    colours = []
    for forced in ("active", "none"):
        page = open_page(long_names("en"), forced_colors=forced)
        page.locator(".mg-measure label", has_text="Need and response").click()
        swatches = page.locator(".mg-legend:visible .mg-swatch")
        assert swatches.count() >= 5
        colours.append(
            [
                swatches.nth(at).evaluate("e => getComputedStyle(e).backgroundColor")
                for at in range(swatches.count())
            ]
        )
    assert colours[0] == colours[1]
    assert len(set(colours[0])) >= 4


def test_forced_colours_mark_what_is_chosen(open_page: "Open", write: "Write") -> None:
    page = open_page(write(), forced_colors="active")
    periods = page.locator(".mg-period label span")
    marked = [colour(page, ".mg-period label span", at) for at in range(periods.count())]
    assert len(set(marked)) == 2
    assert marked.count(marked[-1]) == 1  # the last period is the one that is shown
    page.locator(".mg-period label").first.click()
    assert colour(page, ".mg-period label span") == marked[-1]
    button = page.locator(".mg-open").first
    before = button.evaluate("e => getComputedStyle(e).backgroundColor")
    button.click()
    assert button.evaluate("e => getComputedStyle(e).backgroundColor") != before
