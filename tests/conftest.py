"""Maps of the bundled data and of a hostile small world, and a browser without a network."""

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest

from maligeo.core.session import set_audience, set_language
from maligeo.maps import add_presence, region_map, save_map
from maligeo.measure.densities import concat_tables, density
from maligeo.readers.boundaries import load_boundaries
from maligeo.workflows.study import study
from tests import worlds

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Dialog, Page

HOSTILE = (
    "l'eau `tick` </script><script>window.pwned=1</script>",
    '<img src=x onerror="window.pwned=2"> "quoted"',
    "${window.pwned=3} {{ 7*7 }} {% raw %} {# note #} {{{",
    "line\u2028para\u2029 --> <!-- ]]> &amp; \\u0041 \\",
    "javascript:window.pwned=4 \x00\x1f",
)

ARGUMENTS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture(autouse=True)
def own_session() -> Iterator[None]:
    """Let no test leave its audience or language to the next one."""
    yield
    set_audience(None)
    set_language(None)


@pytest.fixture(scope="session")
def units() -> gpd.GeoDataFrame:
    return load_boundaries()


@pytest.fixture(scope="session")
def table(units: gpd.GeoDataFrame) -> pd.DataFrame:
    return study(units=units).table


@pytest.fixture(scope="session")
def matrix(units: gpd.GeoDataFrame) -> pd.DataFrame:
    return study(units=units).presence


@pytest.fixture
def small_units() -> gpd.GeoDataFrame:
    return worlds.square_units().assign(source="hand-made")


@pytest.fixture
def small_table(small_units: gpd.GeoDataFrame) -> pd.DataFrame:
    figures = worlds.figures(
        {"value": 200},
        {"unit": "Alpha", "value": 38, "basis": "share_pct"},
        {"unit": "Alpha", "value": 12, "period_end": "2021-03-31"},
    )
    people = worlds.people(1e5, 2e5)
    return concat_tables(
        density(figures, small_units, measure="incidents", population=people),
        density(people, small_units, measure="people"),
    )


Write = Callable[..., Path]


@pytest.fixture(scope="session")
def write(
    tmp_path_factory: pytest.TempPathFactory,
    units: gpd.GeoDataFrame,
    table: pd.DataFrame,
    matrix: pd.DataFrame,
) -> Write:
    """Write a map of the bundled data once for each set of options."""
    folder, made = tmp_path_factory.mktemp("pages"), dict[str, Path]()

    def written(**options: Any) -> Path:
        name = "-".join(f"{key}_{value}" for key, value in sorted(options.items())) or "all"
        if name not in made:
            fmap = region_map(table, units, **options)
            add_presence(fmap, matrix)
            made[name] = save_map(fmap, folder / f"{len(made)}.html")
        return made[name]

    return written


Bundled = Callable[..., Path]


@pytest.fixture(scope="session")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Bundled:
    """Write the map that opens without any file, for the public, once for each language."""
    folder, made = tmp_path_factory.mktemp("bundled"), dict[str, Path]()

    def written(language: Any = "fr") -> Path:
        if language not in made:
            fmap = study().release(audience="public").map(language=language)
            made[language] = Path(fmap.save(folder / f"{language}.html"))
        return made[language]

    return written


@pytest.fixture
def hostile_page(small_units: gpd.GeoDataFrame, small_table: pd.DataFrame, tmp_path: Path) -> Path:
    """A page in which every text that comes from data is hostile."""
    units = small_units.assign(name=[HOSTILE[0], HOSTILE[1]], source=HOSTILE[2])
    renamed = dict(zip(small_units["name"], units["name"], strict=True))
    text = " | ".join(HOSTILE)
    table = small_table.assign(
        name=small_table["name"].map(renamed), note=text, source=text, publisher=HOSTILE[1]
    )
    index = pd.MultiIndex.from_tuples(
        [("unit", "ZZ01", HOSTILE[0]), ("unit", "ZZ02", HOSTILE[1]), ("countrywide", "", "")],
        names=["place_kind", "pcode", "name"],
    )
    matrix = pd.DataFrame({text: [1, 0, 2] for text in HOSTILE}, index=index, dtype="Int64")
    fmap = region_map(table, units, region=HOSTILE[0], audience="internal")
    add_presence(fmap, matrix)
    return save_map(fmap, tmp_path / "hostile.html")


def _missing_browser() -> str:
    if importlib.util.find_spec("playwright") is None:
        return "playwright is not installed"
    return "" if _chromium() else "there is no Chromium on this machine"


def _chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for path in map(shutil.which, names) if path), None)


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Chromium, or a skip with its reason; a failure where a browser is required."""
    missing = _missing_browser()
    if missing and os.environ.get("MALIGEO_REQUIRE_BROWSER") == "1":
        pytest.fail(f"MALIGEO_REQUIRE_BROWSER=1, but {missing}")
    if missing:
        pytest.skip(missing)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=_chromium(), args=list(ARGUMENTS))
        yield started
        started.close()


NewPage = Callable[..., "Page"]


@pytest.fixture(scope="session")
def new_page(browser: "Browser") -> NewPage:
    """Give an empty page that may open what begins as said, files alone unless more is said.

    Pages with the same options share a context, in which ours keep nothing.
    """
    made: dict[str, BrowserContext] = {}

    def given(*, opens: str | tuple[str, ...] = "file:", **options: Any) -> "Page":
        name = f"{opens} {sorted(options.items())}"
        if name not in made:
            made[name] = browser.new_context(**options)
            made[name].route(lambda url: not url.startswith(opens), lambda route: route.abort())
            made[name].new_page()  # stays open: the first page of a context takes far longer
        return made[name].new_page()

    return given


Open = Callable[..., "Page"]


@pytest.fixture
def open_page(new_page: NewPage) -> Iterator[Open]:
    """Open a file with every request blocked; at the end nothing was asked for or amiss."""
    pages: list[Page] = []
    requests: list[str] = []
    troubles: list[str] = []

    def dismissed(dialog: "Dialog") -> None:
        troubles.append(dialog.message)
        dialog.dismiss()

    def opened(path: Path, width: int = 1280, height: int = 800, **options: Any) -> "Page":
        page = new_page(viewport={"width": width, "height": height}, **options)
        pages.append(page)
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: troubles.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("dialog", dismissed)
        page.goto(path.as_uri())
        page.locator("path.leaflet-interactive").first.wait_for(state="attached")
        return page

    yield opened
    for page in pages:
        page.close()
    own = ("file:", "data:")
    assert [url for url in requests if not url.startswith(own)] == []
    assert len([url for url in requests if url.startswith("file:")]) == len(pages)
    assert troubles == []
