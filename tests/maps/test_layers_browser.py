"""The layers over the regions in a real Chromium with every request blocked."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest

import maligeo
from maligeo.core.columns import Language
from maligeo.maps import (
    add_areas,
    add_gaps,
    add_heat,
    add_incidents,
    add_presence,
    add_projects,
    region_map,
    save_map,
)
from tests.conftest import HOSTILE
from tests.maps import layers
from tests.maps.boxes import box_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.conftest import Open

pytestmark = pytest.mark.browser

DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844, "is_mobile": True, "has_touch": True}
SIZES = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
CANVAS = "canvas.mg-canvas[data-painted]"
MAP = "window[Object.keys(window).find(k => /^map_/.test(k) && window[k] instanceof L.Map)]"

Full = Callable[..., Path]


@pytest.fixture(scope="session")
def full(
    tmp_path_factory: pytest.TempPathFactory,
    units: gpd.GeoDataFrame,
    table: pd.DataFrame,
    matrix: pd.DataFrame,
) -> Full:
    """Write a map with some of the layers, once."""
    folder, made = tmp_path_factory.mktemp("layers"), dict[tuple[str, ...], Path]()
    frames = layers.incidents()
    adders: dict[str, Callable[[Any], None]] = {
        "incidents": lambda fmap: add_incidents(fmap, frames),
        "areas": lambda fmap: add_areas(fmap, layers.areas()),
        "projects": lambda fmap: add_projects(fmap, layers.shares(), units),
        "gaps": lambda fmap: add_gaps(fmap, layers.gaps(units), units),
        "heat": lambda fmap: add_heat(
            fmap, frames.drop(columns="location_precision"), by_year=True
        ),
    }

    def written(*names: str, language: Language = "fr") -> Path:
        if (language, *names) not in made:
            fmap = region_map(table, units, language=language, audience="internal")
            add_presence(fmap, matrix)
            for name in names:
                adders[name](fmap)
            made[(language, *names)] = save_map(fmap, folder / f"{len(made)}.html")
        return made[(language, *names)]

    return written


def count_text(page: "Page") -> str:
    return page.locator(".mg-overlay .mg-unit").first.inner_text()


def groups(page: "Page") -> list[str]:
    page.locator(".mg-overlay summary").click()
    page.locator(".mg-groups li").first.wait_for()
    return page.locator(".mg-groups button").all_inner_texts()


@SIZES
def test_incidents_are_filtered_by_type_and_month(
    open_page: "Open", full: Full, size: dict[str, Any]
) -> None:
    page = open_page(full("incidents"), **size)
    page.locator(CANVAS).wait_for()
    assert page.evaluate("document.documentElement.scrollHeight") <= size["height"]
    assert count_text(page) == "60 incidents sur 60"
    page.locator(".mg-kinds input").first.uncheck()
    assert count_text(page) == "40 incidents sur 60"
    until = page.locator(".mg-months input").nth(1)
    until.focus()
    page.keyboard.press("ArrowLeft")
    assert count_text(page) == "39 incidents sur 60"
    assert (until.get_attribute("aria-valuetext") or "").endswith("2024")


def test_groups_add_up_and_open(open_page: "Open", full: Full) -> None:
    page = open_page(full("incidents", language="en"))
    page.locator(CANVAS).wait_for()
    found = groups(page)
    counts = [int(text.split()[0]) if text[0].isdigit() else 1 for text in found]
    assert sum(counts) == 60
    zoom = page.evaluate(f"{MAP}.getZoom()")
    page.locator(".mg-groups button").first.click()
    page.wait_for_timeout(600)
    assert page.evaluate(f"{MAP}.getZoom()") > zoom


def test_a_click_on_a_point_opens_its_card_and_not_the_region(
    open_page: "Open", full: Full
) -> None:
    page = open_page(full("incidents"))
    page.evaluate(f"{MAP}.setView([14.5, -2], 12, {{animate: false}})")
    page.locator(CANVAS).wait_for()
    box = box_of(page.locator(".folium-map"))
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    card = page.locator(".mg-card")
    assert "E000" in card.inner_text()
    assert "sans date" in card.inner_text()
    assert card.locator("h2").inner_text() == "Engin explosif improvisé (EEI)"


@SIZES
def test_the_language_changes_and_all_stays_where_it_was(
    open_page: "Open", full: Full, size: dict[str, Any]
) -> None:
    page = open_page(full("incidents", "gaps"), **size)
    page.locator(".mg-measure label").last.click()
    page.locator(".mg-kinds input").first.uncheck()
    view = page.evaluate(
        f"(m => {{ m.setView([14, -4], 8, {{animate: false}}); return m.getCenter().lat; }})({MAP})"
    )
    page.locator(".mg-language").click()
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("h1").inner_text() == "Need and response"
    assert "40 incidents of 60" in count_text(page)
    assert page.title().startswith("Mali: explosive")
    assert page.evaluate(f"{MAP}.getCenter().lat") == pytest.approx(view, abs=1e-3)
    page.locator(".mg-language").click()
    assert page.locator("h1").inner_text() == "Besoin et réponse"
    assert page.locator("path.leaflet-interactive").count() == 9


@pytest.mark.parametrize("typed", ["segou", "SÉGOU", "ség"])
def test_search_knows_no_accents_and_works_by_keys(
    open_page: "Open", full: Full, typed: str
) -> None:
    page = open_page(full())
    field = page.locator(".mg-search-field")
    field.focus()
    page.keyboard.type(typed)
    assert page.locator(".mg-found li").first.inner_text() == "Ségou"
    page.keyboard.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") == "mg-found-0"
    page.keyboard.press("Enter")
    assert page.locator(".mg-card h2").inner_text() == "Ségou"
    assert page.locator(".mg-found").is_hidden()


def test_search_says_when_there_is_nothing(open_page: "Open", full: Full) -> None:
    page = open_page(full())
    page.locator(".mg-search-field").fill("atlantis")
    assert page.locator(".mg-search [role=status]").inner_text() == "Aucun lieu de ce nom"


@SIZES
def test_areas_open_by_click_and_hide_by_status(
    open_page: "Open", full: Full, size: dict[str, Any]
) -> None:
    page = open_page(full("areas"), **size)
    page.evaluate(f"{MAP}.setView([13.25, -5.75], 9, {{animate: false}})")
    page.locator(CANVAS).wait_for()
    box = box_of(page.locator(".folium-map"))
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.click(*middle)
    text = page.locator(".mg-card").inner_text()
    assert "Zone soupçonnée dangereuse" in text
    assert "1er mars 2020" in text
    assert "1\u202f234" in text
    page.keyboard.press("Escape")
    page.locator(".mg-kinds input").first.uncheck()
    page.mouse.click(*middle)
    assert page.locator(".mg-card h2").inner_text() == "Ségou"


def test_projects_have_circles_and_cards_and_no_lines(open_page: "Open", full: Full) -> None:
    page = open_page(full("projects"))
    circles = page.locator("path.mg-project")
    assert circles.count() == 2
    lines = "all => all.filter(one => one.getAttribute('stroke-dasharray')).length"
    assert page.eval_on_selector_all(".leaflet-pane path", lines) == 0
    page.locator("path.mg-project[aria-label^=Mopti]").focus()
    page.keyboard.press("Enter")
    text = page.locator(".mg-card").inner_text()
    assert "200\u00a0USD" in text.replace("\u202f", "\u00a0")
    assert "Aussi : Gao" in text.replace("\u00a0", " ")


def test_circles_of_a_project_that_is_chosen_stand_out(
    open_page: "Open", tmp_path: Path, units: gpd.GeoDataFrame, table: pd.DataFrame
) -> None:
    shares = layers.shares()
    far = shares.iloc[[2]].assign(project_id="p4", pcode="ML01", name="Kayes")
    fmap = region_map(table, units, audience="internal")
    add_projects(fmap, pd.concat([shares, far], ignore_index=True), units)
    page = open_page(save_map(fmap, tmp_path / "map.html"))
    page.locator("path.mg-project[aria-label^=Mopti]").focus()
    page.keyboard.press("Enter")
    page.locator(".mg-light-up").first.click()
    strong = [
        float(
            page.locator(f"path.mg-project[aria-label^={name}]").get_attribute("fill-opacity") or 0
        )
        for name in ("Mopti", "Gao", "Kayes")
    ]
    assert strong[0] == strong[1] > strong[2]
    assert page.locator("path.mg-lit").count() == 2


def test_the_map_of_one_region_has_the_sentence_beside_its_figures(
    open_page: "Open", tmp_path: Path, units: gpd.GeoDataFrame, table: pd.DataFrame
) -> None:
    fmap = region_map(table, units, region="Mopti", language="en", audience="internal")
    add_gaps(fmap, layers.gaps(units), units)
    page = open_page(save_map(fmap, tmp_path / "mopti.html"))
    said = page.locator(".mg-region .mg-lead").inner_text()
    assert "Mopti: " in said and "incidents" in said


@SIZES
def test_gaps_have_classes_dots_and_a_list_that_leads(
    open_page: "Open", full: Full, size: dict[str, Any]
) -> None:
    page = open_page(full("gaps"), **size)
    page.locator(".mg-measure label").last.click()
    assert page.locator(".mg-ranking h3").count() == 6
    assert page.locator(".mg-legend .mg-dotted").count() == 2
    fills = page.evaluate("[...document.querySelectorAll('path[fill^=\"url(#mg-dots\"]')].length")
    assert fills == 5  # four findings that are not certain, and too few events
    assert page.locator(".mg-ranking li").count() == 9
    page.locator(".mg-ranking button").nth(1).click()
    name = page.locator(".mg-ranking b").nth(1).inner_text()
    assert page.locator(".mg-card h2").inner_text() == name
    assert page.locator(".mg-card .mg-lead p").inner_text().startswith(name)


def test_the_matrix_leads_to_a_region(open_page: "Open", full: Full) -> None:
    page = open_page(full())
    page.locator(".mg-open", has_text="programmes").click()
    page.locator(".mg-presence .mg-link", has_text="Gao").click()
    assert page.locator(".mg-card h2").inner_text() == "Gao"
    assert not page.locator(".mg-presence").is_visible()


def test_heat_has_a_year_and_takes_the_colours_off_the_regions(
    open_page: "Open", full: Full
) -> None:
    page = open_page(full("heat"))
    picture = page.locator(".leaflet-mg-heat-pane img")
    late = picture.get_attribute("src")
    assert page.locator(".mg-span").inner_text() == "2025"
    fills = "all => [...new Set(all.map(one => one.getAttribute('fill')))]"
    assert page.eval_on_selector_all("path.leaflet-interactive", fills) == ["#ffffff"]
    page.locator(".mg-overlay input[type=range]").focus()
    page.keyboard.press("ArrowLeft")
    assert picture.get_attribute("src") != late
    page.locator(".mg-overlay h2 input").uncheck()
    assert picture.count() == 0
    assert len(page.eval_on_selector_all("path.leaflet-interactive", fills)) > 1


def test_every_record_is_accounted_for(open_page: "Open", full: Full) -> None:
    page = open_page(full("incidents", "areas"))
    page.locator(".mg-open", has_text="Sources").click()
    text = page.locator(".mg-drawer-notes").inner_text()
    assert "Relevés de la couche" in text
    assert "Sans position, non montrés" in text


def test_synthetic_data_are_announced(
    open_page: "Open", table: pd.DataFrame, units: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    fmap = region_map(table, units, audience="internal")
    add_incidents(fmap, layers.incidents(text="synthetic"))
    page = open_page(save_map(fmap, tmp_path / "map.html"))
    assert page.locator(".mg-banner").inner_text().startswith("Données fictives")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_do_nothing_in_any_layer(
    open_page: "Open",
    table: pd.DataFrame,
    units: gpd.GeoDataFrame,
    tmp_path: Path,
    text: str,
) -> None:
    named = units.assign(name=[f"{text} {at}" for at in range(len(units))], name_alt=text)
    records = layers.incidents(text=text).assign(event_type=text, event_id=text)
    records = records.set_geometry(gpd.points_from_xy([-4.0] * 60, [14.5] * 60), crs=4326)
    fmap = region_map(table, named, audience="internal")
    add_incidents(fmap, records)
    add_areas(fmap, layers.areas(text=text).assign(status=text))
    add_projects(fmap, layers.shares(text=text), named)
    add_gaps(fmap, layers.gaps(named, text=text), named)
    page = open_page(save_map(fmap, tmp_path / "map.html"))
    groups(page)
    page.locator(".mg-search-field").fill(text)
    page.keyboard.press("Enter")
    page.locator(".mg-measure label").last.click()
    for path in page.locator("path.leaflet-interactive").all():
        path.dispatch_event("click")
    page.evaluate(f"{MAP}.closePopup()")  # a card that is closed later brings the map back
    page.evaluate(f"{MAP}.setView([14.5, -4], 17, {{animate: false}})")
    box = box_of(page.locator(".folium-map"))
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.locator(".mg-pager button").last.click()
    page.locator(".mg-language").click()
    assert page.evaluate("window.pwned") is None
    assert page.locator("img:not(.leaflet-image-layer)").count() == 0


@SIZES
@pytest.mark.parametrize(
    "names", [(), ("incidents", "areas", "projects", "gaps"), ("heat",)], ids="+".join
)
def test_axe_finds_nothing_serious(
    open_page: "Open", full: Full, size: dict[str, Any], names: tuple[str, ...]
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = open_page(full(*names), **size)
    page.wait_for_timeout(100)
    if "gaps" in names:
        page.locator(".mg-measure label").last.click()
    found = axe.run(page).response["violations"]
    serious = [
        (one["id"], [node["target"] for node in one["nodes"]][:3])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == []


def test_the_page_works_in_the_frame_of_a_notebook(
    browser: "Browser", table: pd.DataFrame, units: gpd.GeoDataFrame
) -> None:
    page = browser.new_page()
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.route(lambda url: url.startswith("http"), lambda route: route.abort())
    page.set_content(region_map(table, units)._repr_html_())
    frame = page.frame_locator("iframe")
    frame.locator("path.leaflet-interactive").first.wait_for(state="attached")
    assert frame.locator("path.leaflet-interactive").count() == 9
    frame.locator(".mg-language").click()
    assert frame.locator("h1").inner_text() == "Explosive incidents (IEDs and mines)"
    page.close()
    assert troubles == []


@SIZES
def test_many_measures_are_a_list_by_group(
    open_page: "Open", tmp_path: Path, size: dict[str, Any]
) -> None:
    frames = layers.incidents(text="found").drop(columns="adm1_name")
    frames["injured"] = frames["killed"]
    study = maligeo.study(incidents=frames).release(audience="internal")
    keys = [f"{one}{end}" for one in ("incidents", "victims", "killed", "injured")
            for end in ("", "_per_100k", "_per_1000_sqkm")]  # fmt: skip
    keys.append("people")
    path = study.map(layers=keys, language="en").save(tmp_path / "many.html")
    page = open_page(path, **size)
    names = page.locator(".mg-measure optgroup").evaluate_all("all => all.map(one => one.label)")
    assert names == ["Incidents and victims", "People"]
    assert page.locator(".mg-measure option").count() == len(keys)
    page.locator(".mg-measure select").select_option(label="Killed by explosive devices")
    assert page.locator(".mg-title").text_content() == "Killed by explosive devices"
    box = box_of(page.locator(".mg-measure select"))
    assert box["x"] + box["width"] <= size["width"]
    page.locator(".mg-language").click()
    assert page.locator(".mg-title").text_content() == "Tués par des engins explosifs"
    chosen = page.locator(".mg-measure select").evaluate("one => one.selectedOptions[0].text")
    assert chosen == "Tués par des engins explosifs"
