"""The page in a real Chromium without a network, as planners use it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.app.conftest import CORPUS, Served

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.conftest import NewPage

pytestmark = pytest.mark.browser

DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
READY = "main:not(:has([data-waiting])) h1"
STEPS = {
    "fr": ["Ce que nous avons lu", "Ce qui est à réparer", "Que voulez-vous savoir ?"],
    "en": ["What we read", "What needs repair", "What do you want to know?"],
}
Begin = Callable[..., "Page"]


@pytest.fixture
def begin(new_page: "NewPage", served: Served) -> Iterator[Begin]:
    """Open the page with all other addresses blocked; at the end nothing was amiss."""
    pages: list[Page] = []
    requests: list[str] = []
    troubles: list[str] = []
    own = (served.address, "data:")

    def begun(language: str = "fr", size: dict[str, int] = DESK, *, script: bool = True) -> "Page":
        page = new_page(opens=own, viewport=size, java_script_enabled=script)
        pages.append(page)
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(f"{served.address}/{language}/")
        return page

    yield begun
    for page in pages:
        page.close()
    assert [url for url in requests if not url.startswith(own)] == []
    assert troubles == []


def require_sound(page: "Page", *, script: bool = True) -> None:
    """Look for what reaches over the edge, and, with scripts, for faults of accessibility."""
    from axe_playwright_python.sync_playwright import Axe

    page.locator(READY).wait_for()
    page.wait_for_load_state()  # before its style is there a page is as wide as it likes
    box = page.locator("main").bounding_box()
    size = page.viewport_size
    assert box is not None
    assert size is not None
    assert box["width"] <= size["width"]
    if script:
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width == size["width"], page.url
        found = Axe().run(page, options={"resultTypes": ["violations"]})
        serious = [
            (one["id"], one["nodes"][0]["html"])
            for one in found.response["violations"]
            if one["impact"] in ("serious", "critical")
        ]
        assert serious == []


def repair(page: "Page", tmp_path: Path) -> None:
    """Say the order of the days in step 2, and put right in step 3 the two days that are none."""
    page.locator("a[href$='/understand']").first.click()
    page.locator("details summary").click()
    page.locator("select[name='incidents.dates']").select_option("day-month")
    page.locator("button.main").click()
    page.locator(READY).wait_for()
    assert page.locator("td strong").all_inner_texts() == ["31/02/2022", "15/13/2022"]
    better = tmp_path / "mieux.csv"
    text = (CORPUS / "dates_melangees.csv").read_text("utf-8")
    better.write_text(text.replace("31/02", "28/02").replace("15/13", "15/12"), "utf-8")
    page.locator("input[name=file]").set_input_files(better)
    page.locator("form:has(input[name=file]) button").click()
    page.locator("p.good").wait_for()
    page.locator("button.main").last.click()
    page.locator(READY).wait_for()


WAYS = [
    ("incidents", "incidents_villages.csv", "fr", PHONE, True),
    ("projects", "3w_deux_entetes.xlsx", "en", DESK, True),
    ("areas", "terres_liberees_ha.xlsx", "en", PHONE, False),
    ("incidents", "dates_melangees.csv", "fr", DESK, False),
]
ANSWERS = {
    "incidents_villages.csv": "chaque unité a trop peu d’incidents",
    "3w_deux_entetes.xlsx": "Gao: 13 incidents (6 to 24 allowing for rounding and chance)",
    "terres_liberees_ha.xlsx": "a table gives its square metres by region and year",
    "dates_melangees.csv": "chaque unité a trop peu d’incidents",
}


@pytest.mark.parametrize(("kind", "name", "language", "size", "script"), WAYS)
def test_four_workbooks_come_to_the_answer(
    begin: Begin,
    tmp_path: Path,
    kind: str,
    name: str,
    language: str,
    size: dict[str, int],
    script: bool,
) -> None:
    page = begin(language, size, script=script)
    require_sound(page, script=script)
    page.locator(f"#file-{kind}").set_input_files(CORPUS / name)
    for title in STEPS[language]:
        page.locator("button.main").last.click()
        page.locator(READY).wait_for()
        assert page.locator("h1").inner_text().replace("\u00a0", " ") == title
        assert page.locator("html").get_attribute("lang") == language
        require_sound(page, script=script)
        if title != STEPS[language][2]:
            assert name in page.locator("main").inner_text()
            assert page.locator(".banner").count() == 1
    if name == "dates_melangees.csv":
        repair(page, tmp_path)
    page.locator("button.main").click()
    page.locator("a[href$='maligeo.zip']").wait_for(timeout=120_000)
    said = page.locator("main").inner_text().replace("\u00a0", " ").replace("\u202f", " ")
    assert ANSWERS[name] in said
    require_sound(page, script=script)


@pytest.mark.parametrize(("language", "script"), [("fr", True), ("en", False)])
def test_a_place_is_accepted_by_a_menu_and_goes_along(
    begin: Begin, tmp_path: Path, language: str, script: bool
) -> None:
    listed = tmp_path / "liste.csv"
    listed.write_text(
        "Date,Région,Type\n2022-03-01,Tombouctu,EEI\n2022-03-02,Pays de nulle part,EEI\n", "utf-8"
    )
    page = begin(language, PHONE, script=script)
    page.locator("#file-incidents").set_input_files(listed)
    for _ in STEPS[language][:2]:
        page.locator("button.main").last.click()
        page.locator(READY).wait_for()
    require_sound(page, script=script)
    page.locator("select[name='incidents.p1']").select_option("Tombouctou")
    page.locator("input[name='incidents.q0']").fill("Cercle de Koro")
    page.locator("button.main").last.click()  # who goes on takes the choices along
    page.locator(READY).wait_for()
    page.locator("a[href$='/repair']").first.click()
    page.locator(READY).wait_for()
    require_sound(page, script=script)
    said = [one.replace("\u00a0", " ") for one in page.locator("main li").all_inner_texts()]
    assert [one.split(" (")[0] for one in said] == [
        "Pays de nulle part → Cercle de Koro", "Tombouctu → Tombouctou",
    ]  # fmt: skip


def press_to(page: "Page", selector: str) -> None:
    """Go to an element as those do who have no mouse."""
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(selector)


def test_the_whole_way_by_keyboard_alone(begin: Begin, tmp_path: Path) -> None:
    page = begin()
    press_to(page, "#file-incidents")
    page.locator("#file-incidents").set_input_files(CORPUS / "incidents_villages.csv")
    for _ in STEPS["fr"]:
        press_to(page, "main form:last-of-type button.main, button.main[name=next]")
        page.keyboard.press("Enter")
        page.locator(READY).wait_for()
        page.wait_for_load_state()
    press_to(page, "input[name=audience]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    press_to(page, "button.main")
    page.keyboard.press("Enter")
    page.locator("ul.sentences").first.wait_for(timeout=120_000)
    assert "INTERNE" in page.locator(".banner").inner_text()
    frame = page.frame_locator("iframe")
    frame.locator("path.leaflet-interactive").first.wait_for(state="attached")
    assert "Mopti" in page.locator("ul.sentences").first.inner_text()
    require_sound(page)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    require_sound(page)
    with page.expect_download() as download:
        press_to(page, "a[href$='maligeo.zip']")
        page.keyboard.press("Enter")
    assert Path(download.value.path()).read_bytes().startswith(b"PK")
    page.locator("a[hreflang=en]").click()
    assert page.locator("h1").inner_text() == "The answer"


def test_what_a_file_says_runs_nowhere(begin: Begin, tmp_path: Path) -> None:
    bad = tmp_path / "<img src=x onerror=window.pwned=1>.csv"
    text = "<script>window.pwned=2</script><img src=x onerror=window.pwned=3>"
    bad.write_text(f"Date,Région,{text},Type\n{text},{text},{text},{text}\n", "utf-8")
    page = begin()
    page.locator("#file-incidents").set_input_files(bad)
    for _ in STEPS["fr"]:
        page.locator("button.main").last.click()
        page.locator(READY).wait_for()
        page.wait_for_load_state()
        assert page.evaluate("window.pwned") is None
        assert page.locator("main img, main script").count() == 0
