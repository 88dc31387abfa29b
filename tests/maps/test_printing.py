"""Maps on paper, printed by a real Chromium: whole, and each sheet says for whom it is."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest

from maligeo.maps import add_areas, add_incidents, add_projects, region_map, save_map
from tests.maps import layers
from tests.maps.boxes import box_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.conftest import Bundled, Open

pytestmark = pytest.mark.browser

MAP = "window[Object.keys(window).find(k => /^map_/.test(k) && window[k] instanceof L.Map)]"
REGIONS = "path.leaflet-interactive"

SIZES = ({"width": 1280, "height": 800}, {"width": 390, "height": 844})
PORTRAIT, LANDSCAPE = {"format": "A4"}, {"format": "A4", "landscape": True}

Layered = Callable[[str], Path]


@pytest.fixture(scope="module")
def layered(
    tmp_path_factory: pytest.TempPathFactory, units: gpd.GeoDataFrame, table: pd.DataFrame
) -> Layered:
    folder = tmp_path_factory.mktemp("printed")

    def written(audience: str) -> Path:
        path = folder / f"{audience}.html"
        if path.exists():
            return path
        fmap = region_map(table, units, audience=audience)  # type: ignore[arg-type]
        if audience == "internal":
            add_areas(fmap, layers.areas())
            add_projects(fmap, layers.shares(), units)
            add_incidents(fmap, layers.incidents())
        return save_map(fmap, path)

    return written


@pytest.fixture
def whole(bundled: "Bundled") -> Path:
    """Give the map of the bundled data, with need and response among its layers."""
    return bundled()


def sheets(page: "Page", **options: Any) -> list[str]:
    pypdf = pytest.importorskip("pypdf")
    content = page.pdf(**(options or {"prefer_css_page_size": True}), print_background=True)
    return [sheet.extract_text() for sheet in pypdf.PdfReader(io.BytesIO(content)).pages]


@pytest.mark.parametrize(
    ("audience", "said"),
    [
        ("internal", "INTERNE : ne pas diffuser"),
        ("partner", "Pour les partenaires nommés : ne pas publier"),
        ("public", "Version publique"),
    ],
)
def test_every_sheet_says_for_whom_it_is(
    open_page: "Open", layered: Layered, audience: str, said: str
) -> None:
    found = sheets(open_page(layered("public" if audience == "public" else audience)))
    assert len(found) == 1
    for text in found:
        assert said in text.replace("\u00a0", " ").replace("\u202f", " ")


def test_the_whole_country_is_on_the_first_sheet(open_page: "Open", layered: Layered) -> None:
    page = open_page(layered("internal"))
    page.evaluate(
        """window.addEventListener('beforeprint', () => {
             const frame = document.querySelector('.folium-map').getBoundingClientRect();
             window.printed = [...document.querySelectorAll('path.leaflet-interactive')]
               .map(e => e.getBoundingClientRect())
               .every(b => b.left >= frame.left && b.right <= frame.right &&
                 b.top >= frame.top && b.bottom <= frame.bottom);
             window.size = [frame.width, frame.height];
           })"""
    )
    first = sheets(page)[0]
    assert page.evaluate("window.printed") is True
    wide, high = page.evaluate("window.size")
    assert (wide > 600, high / wide) == (True, pytest.approx(0.761, abs=0.001))
    for name in ("Tombouctou", "Kidal", "Légende".upper()):
        assert name in first


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("size", SIZES, ids=["desk", "phone"])
def test_map_and_legend_of_every_layer_are_on_one_sheet(
    open_page: "Open", whole: Path, size: dict[str, int], language: str
) -> None:
    page = open_page(whole, **size)
    if language == "en":
        page.locator(".mg-language").click()
    measures = page.locator(".mg-measure input")
    assert measures.count() >= 8
    for at in range(measures.count()):
        measures.nth(at).check(force=True)
        legend = page.locator(".mg-legend .mg-unit").inner_text()
        title = page.locator(".mg-title").inner_text()
        for sheet in (PORTRAIT, LANDSCAPE, {"format": "Letter"}) if at % 7 == 0 else (LANDSCAPE,):
            (text,) = sheets(page, **sheet)
            for part in (title, legend, "Tombouctou"):
                assert part.casefold() in text.casefold(), title


@pytest.mark.parametrize("size", SIZES, ids=["desk", "phone"])
def test_points_areas_and_projects_are_on_one_sheet_too(
    open_page: "Open", layered: Layered, size: dict[str, int]
) -> None:
    (text,) = sheets(open_page(layered("internal"), **size), **PORTRAIT)
    assert "LÉGENDE" in text


def test_a_phone_prints_what_a_desk_prints(open_page: "Open", whole: Path) -> None:
    pages = [open_page(whole, **size) for size in SIZES]
    texts = [sheets(page)[0].partition("BILAN")[0] for page in pages]
    sizes = [page.evaluate("document.documentElement.style.cssText") for page in pages]
    assert (texts[0], sizes[0]) == (texts[1], sizes[1])


def test_what_canvases_show_is_printed_where_it_is(open_page: "Open", layered: Layered) -> None:
    pypdf = pytest.importorskip("pypdf")
    content = open_page(layered("internal")).pdf(prefer_css_page_size=True, print_background=True)
    streams = []
    for sheet in pypdf.PdfReader(io.BytesIO(content)).pages:
        forms = [form.get_object() for form in sheet["/Resources"]["/XObject"].values()]
        streams += [sheet.get_contents().get_data(), *(form.get_data() for form in forms)]
    scale = re.compile(rb"^(3\.\d+) 0 0 (3\.\d+) \S+ \S+ cm$", re.MULTILINE)
    # 300 dots to 96 pixels, for what a canvas shows as for the regions below it.
    assert {float(one) for stream in streams for pair in scale.findall(stream) for one in pair} == {
        3.125
    }


def test_after_printing_the_page_is_as_before(open_page: "Open", layered: Layered) -> None:
    page = open_page(layered("internal"))
    view = f"(m => [m.getCenter().lat.toFixed(4), m.getZoom(), m.getSize().x].join())({MAP})"
    page.evaluate(f"({MAP}).setView([15, -3], 7, {{animate: false}})")
    before = page.evaluate(view)
    sheets(page)
    assert page.evaluate(view) == before
    assert page.locator("html.mg-paper").count() == 0
    assert (
        page.evaluate("document.querySelector('.mg-main').lastElementChild.className") == "mg-stage"
    )


def test_what_is_only_for_the_screen_is_not_on_paper(open_page: "Open", layered: Layered) -> None:
    page = open_page(layered("internal"))
    page.locator(".mg-overlay h2 input").first.uncheck()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".mg-play").count() == 1
    for name in (
        ".mg-buttons", ".mg-search", ".mg-measure", ".mg-play", ".mg-overlay input[type=range]"
    ):  # fmt: skip
        assert page.locator(name).first.is_hidden()
    shown = page.locator(".mg-overlay h2").all()
    assert [part.is_visible() for part in shown] == [False, True, True]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_dark_screen_changes_no_colour(open_page: "Open", layered: Layered, scheme: str) -> None:
    page = open_page(layered("public"), color_scheme=scheme)
    colours = page.evaluate(
        """['.mg-page', '.mg-side', '.leaflet-container'].map(name =>
             getComputedStyle(document.querySelector(name)).color)
           .concat(getComputedStyle(document.body).backgroundColor,
             getComputedStyle(document.documentElement).colorScheme)"""
    )
    assert colours == [*["rgb(22, 33, 43)"] * 3, "rgb(255, 255, 255)", "light only"]


@pytest.mark.parametrize(
    "size", [{"width": 1280, "height": 800}, {"width": 390, "height": 844}], ids=["desk", "phone"]
)
def test_the_red_bar_is_on_the_first_screen(
    open_page: "Open", layered: Layered, size: dict[str, int]
) -> None:
    page = open_page(layered("internal"), **size)
    bar = page.locator(".mg-audience")
    box = box_of(bar)
    assert (box["x"], box["y"], box["width"]) == (0, 0, size["width"])
    assert bar.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(179, 18, 29)"
    assert bar.inner_text().replace("\u202f", " ").replace("\u00a0", " ").startswith("INTERNE :")
    page.locator(".mg-language").click()
    assert bar.inner_text() == "INTERNAL: do not pass on"
