"""A page whose scripts do not run: its first measure as picture and table, and the notes."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import maligeo
from maligeo.core.words import word
from maligeo.maps import (
    PageMap,
    add_areas,
    add_incidents,
    add_presence,
    add_projects,
    comparison_map,
    region_map,
    save_map,
)
from maligeo.maps.comparison import MapSide
from maligeo.maps.regions import add_left_out
from tests.conftest import HOSTILE
from tests.maps import layers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.conftest import NewPage, Write

OUTSIDE = re.compile(r"""(?:src|href)\s*=|url\((?!#)""")
MOST_GROWTH = 20_000  # bytes of a page of nine regions


def still(page: str) -> str:
    """The part of a page that a browser shows where no script runs."""
    (found,) = re.findall(r"<noscript>(.*?)</noscript>", page, re.DOTALL)
    return str(found)


@pytest.fixture
def quiet(new_page: "NewPage") -> "Iterator[Any]":
    """Open pages in a browser whose scripts are switched off."""
    pages: list[Page] = []

    def opened(path: Path, width: int = 900) -> "Page":
        page = new_page(java_script_enabled=False, viewport={"width": width, "height": 800})
        page.goto(path.as_uri())
        pages.append(page)
        return page

    yield opened
    for page in pages:
        page.close()


def test_it_is_small_and_asks_for_nothing(write: "Write") -> None:
    part = still(write().read_text(encoding="utf-8"))
    assert len(part.encode()) < MOST_GROWTH
    assert not OUTSIDE.search(part)
    assert "<script" not in part


@pytest.mark.parametrize(
    ("language", "head", "mopti", "none", "legend"),
    [
        ("fr", "Région", "≈ 50 (36 à 66, arrondi et hasard)", "pas de donnée", "40 et plus"),
        ("en", "Region", "≈ 50 (36 to 66, rounding and chance)", "no data", "40 and more"),
    ],
)
def test_the_table_has_every_value_of_the_first_measure(
    write: "Write", language: str, head: str, mopti: str, none: str, legend: str
) -> None:
    part = still(write(language=language).read_text(encoding="utf-8"))
    rows = re.findall(r"<tr>(.*?)</tr>", part, re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", row) for row in rows]
    assert cells[0][0] == head
    assert len(cells[0]) == 4  # three periods
    by_name = {row[0]: row[1:] for row in cells[1:10]}
    assert len(by_name) == 9
    assert by_name["Mopti"][-1].replace("\u00a0", " ").replace("\u2013", "-") == mopti
    assert by_name["Bamako"] == [none] * 3
    assert legend in part
    assert "Natural Earth" in part  # the notes


@pytest.mark.browser
def test_the_account_of_records_and_the_matrix_can_be_read(
    quiet: Any, tmp_path: Path, units: gpd.GeoDataFrame, table: pd.DataFrame
) -> None:
    fmap = region_map(table, units, language="en", audience="internal")
    made_up = maligeo.study().shares.assign(source="own list", organisation="Well Builders")
    add_incidents(fmap, layers.incidents(text="x"))
    add_areas(fmap, layers.areas(text="y"))
    add_projects(fmap, made_up, units)
    add_presence(fmap, maligeo.presence(made_up, units, by="organisation"))
    page = quiet(save_map(fmap, tmp_path / "own.html"))
    text = page.locator(".mg-still").inner_text()
    for key in ("incidents.title", "areas.title", "projects.title"):
        assert word("records.title", "en").format(layer=word(key, "en")) in text
    head = page.locator(".mg-still table", has_text="Well Builders").locator("tr").first
    shown = head.inner_text().split("\t")
    assert shown[0] == "Region"
    assert "UNMAS" in shown  # who carries a project out is an organisation too


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 900])
def test_a_browser_shows_it(write: "Write", quiet: Any, width: int) -> None:
    page = quiet(write(), width)
    assert page.locator("h1").inner_text() == "Incidents d’engins explosifs (EEI et mines)"
    assert page.locator(".mg-audience").inner_text() == "Version publique"
    box = page.locator(".mg-still svg").bounding_box()
    assert box and box["width"] > 250 and box["height"] > 200
    fills = page.locator(".mg-still path").all()
    assert len({one.get_attribute("fill") for one in fills}) == len(fills) == 5
    assert page.locator(".mg-still table").first.is_visible()
    assert not page.locator(".mg-main").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.browser
def test_with_scripts_nothing_of_it_is_seen(write: "Write", open_page: Any) -> None:
    page = open_page(write())
    assert page.locator(".mg-still").count() == 0
    assert page.locator(".mg-main").is_visible()


@pytest.mark.browser
def test_axe_finds_nothing_serious_without_scripts(
    write: "Write", browser: "Browser", tmp_path: Path
) -> None:
    """axe is a script itself: it looks at what is left without those of the page."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    text = write(language="en").read_text(encoding="utf-8")
    bare = re.sub(r"<script>.*?</script>|</?noscript>|<meta[^>]*>", "", text, flags=re.DOTALL)
    path = tmp_path / "bare.html"
    path.write_text('<meta charset="utf-8">' + bare, encoding="utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    found = axe.run(page).response["violations"]
    page.close()
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []


def test_an_internal_page_says_so_without_scripts(
    small_table: pd.DataFrame, small_units: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    fmap = region_map(small_table, small_units, audience="internal")
    page = save_map(fmap, tmp_path / "map.html").read_text(encoding="utf-8")
    assert page.index("INTERNE") < page.index("<noscript>")


def test_hostile_texts_end_nothing(hostile_page: Path) -> None:
    part = still(hostile_page.read_text(encoding="utf-8"))
    assert not re.search(r"<(?:script|img)", part)
    assert "{" not in re.sub(r"<style>.*?</style>", "", part, flags=re.DOTALL)
    assert "&lt;/script&gt;" in part
    assert HOSTILE[0].split("<")[0].replace("'", "’") in part


def test_made_up_data_say_so(small_table: pd.DataFrame, small_units: gpd.GeoDataFrame) -> None:
    banner = word("synthetic.banner", "fr")
    fmap = region_map(small_table, small_units, audience="internal")
    assert banner not in fmap.still[0]
    fmap = region_map(small_table.assign(source="synthetic"), small_units, audience="internal")
    assert banner in fmap.still[0]


def rings(part: str) -> list[shapely.Polygon]:
    """Read the paths of a picture again, in pixels."""
    found = []
    for path in re.findall(r' d="([^"]*)"', part):
        for start, moves in re.findall(r"M([^l]*)l([^z]*)z", path):
            numbers = [int(one) for one in re.findall(r"-?\d+", f"{start} {moves}")]
            steps = list(zip(numbers[::2], numbers[1::2], strict=True))
            corners = [(sum(x for x, _ in steps[:at]), sum(y for _, y in steps[:at]))
                       for at in range(1, len(steps) + 1)]  # fmt: skip
            found.append(shapely.Polygon(corners))
    return found


def test_the_picture_is_that_of_the_units(
    small_table: pd.DataFrame, small_units: gpd.GeoDataFrame
) -> None:
    """Two squares of a degree beside each other: as wide as the picture, each one half of it."""
    fmap = region_map(small_table, small_units, audience="internal")
    drawn = rings(fmap.still[0])
    assert len(drawn) == 2
    west, _, east, _ = shapely.total_bounds(drawn)
    assert (west, east) == (0, 640)
    assert sorted(round(one.bounds[2] - one.bounds[0]) for one in drawn) == [320, 320]


def test_of_a_long_table_the_last_period_stays(units: gpd.GeoDataFrame) -> None:
    located = maligeo.locate(
        pd.DataFrame(columns=["event_id", "date", "event_type", "lon", "lat"]), units
    )
    covered = maligeo.with_coverage(located, "2000/2024")
    table = maligeo.density(covered, units, measure="incidents", period="month")
    part = region_map(table, units, audience="internal").still[0]
    assert "Une période sur 300\u00a0: la dernière." in part
    assert "déc. 2024" in part
    assert "nov. 2024" not in part


def test_the_picture_and_table_of_a_comparison(
    table: pd.DataFrame, units: gpd.GeoDataFrame
) -> None:
    sides = [MapSide(table, units, period) for period in ("2021-01/2021-09", "2022")]
    fmap = comparison_map(*sides, language="en")
    part = fmap.still[0]
    assert part.count("<svg") == 2
    assert "Jan–Sep 2021" in part and "Jan–Aug 2022" in part
    assert '<th scope="row">Mopti</th><td>≈ 57</td><td>≈ 50</td></tr>' in re.sub(r"\n", "", part)


def test_what_is_left_out_is_said_there_too(
    small_table: pd.DataFrame, small_units: gpd.GeoDataFrame
) -> None:
    fmap: PageMap = region_map(small_table, small_units, audience="internal")
    before = len(fmap.still)
    add_left_out(fmap, ["incidents"])
    assert [word("left_out.incidents", "fr")[:20] in one for one in fmap.still[before:]] == [True]
