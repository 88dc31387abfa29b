"""The country in figures: every row of the bundled data within two clicks, in Chromium."""

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd
import pytest

from maligeo.core import words
from maligeo.text.results import STATEMENTS
from maligeo.workflows.study import study
from tests.maps.boxes import box_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.conftest import Bundled, NewPage, Open

pytestmark = pytest.mark.browser

DATA = Path(__file__).parents[2] / "data"
SIZES = pytest.mark.parametrize(
    "size",
    [{"width": 1280}, {"width": 390, "height": 844, "is_mobile": True, "has_touch": True}],
    ids=["desk", "phone"],
)
LANGUAGES = pytest.mark.parametrize("language", ["fr", "en"])
# Of each line that can be seen: section, number, what, when and where, remarks, source.
SEEN = """() => [...document.querySelectorAll('.mg-result')].flatMap(section =>
    [...section.querySelectorAll('.mg-lines li')].filter(li => li.checkVisibility()).map(li => [
        section.querySelector('summary').innerText,
        li.querySelector('b').innerText,
        li.querySelectorAll('span')[0].innerText,
        li.querySelector('.mg-when').innerText,
        (li.querySelector('small') || {innerText: ''}).innerText,
        li.closest('section').querySelector('.mg-remark').innerText,
    ]))"""


class Seen(NamedTuple):
    section: str
    number: str
    what: str
    when: str
    remarks: str
    source: str


def rows_of(name: str) -> pd.DataFrame:
    """Give a bundled table as its file has it."""
    return pd.read_csv(DATA / name, dtype="str", keep_default_na=False)


SOURCES = rows_of("reference/documents.csv").set_index("document_id")


@pytest.fixture
def default_map(bundled: "Bundled") -> Path:
    return bundled()


def visible(page: "Page", language: str) -> list[Seen]:
    """Open the drawer, and each section of it: two clicks for each line."""
    if language == "en":
        page.locator(".mg-language").click()
    page.locator(".mg-open-results").click()
    assert page.evaluate(SEEN) == []
    for summary in page.locator(".mg-result summary").all():
        summary.click()
    return [Seen(*parts) for parts in page.evaluate(SEEN)]


def digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def cites(seen: Seen, document: str) -> bool:
    """Tell whether a line stands above its document: publisher and title."""
    row = SOURCES.loc[document]
    return all(printed(row[name]) in printed(seen.source) for name in ("publisher", "title"))


def unit_word(unit: str, language: str, currency: str = "") -> str:
    return words.word(f"quantity.{unit}", language).format(number="", currency=currency).strip()


def serious_faults(axe: Any, page: "Page") -> list[tuple[str, list[Any]]]:
    return [
        (one["id"], [node["target"] for node in one["nodes"]][:3])
        for one in axe.run(page).response["violations"]
        if one["impact"] in ("serious", "critical")
    ]


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def printed(text: str) -> str:
    """Set the apostrophes of the data as a page prints them."""
    return words.curly(text)


@LANGUAGES
def test_every_result_is_visible_with_number_unit_and_source(
    open_page: "Open", default_map: Path, language: str
) -> None:
    lines = visible(open_page(default_map), language)
    for row in rows_of("projects/results.csv").to_dict("records"):
        measure = words.word(f"measure.{row['measure']}", language)
        number = digits(row["value"]) or digits(row["value_text"])
        unit = squeezed(unit_word(row["unit"], language, row["currency"]))
        fitting = [
            line for line in lines
            if digits(line.number) == number and line.what.startswith(measure)
            and unit in squeezed(line.number) and cites(line, row["document"])
        ]  # fmt: skip
        assert fitting, row
    same = rows_of("projects/results.csv")
    torn = same[(same["value"] == "146") & (same["kind"] == "unattributed")]
    shown = [line for line in lines if digits(line.number) == "146"]
    assert len(shown) == len(torn) == 2


@LANGUAGES
def test_every_figure_is_visible_with_number_unit_and_source(
    open_page: "Open", default_map: Path, language: str
) -> None:
    lines = visible(open_page(default_map), language)
    for row in rows_of("incidents/figures.csv").to_dict("records"):
        share = row["basis"] == "share_pct"
        kind = "incidents" if row["measure"] == "incidents" else "victims"
        measure = words.word(f"measure.{kind}_share" if share else f"measure.{row['measure']}",
                             language)  # fmt: skip
        start, end = map(pd.Timestamp, (row["period_start"], row["period_end"]))
        when = words.period_text(start, end, language)
        places = ["national"] if row["unit"] == "Mali" else row["unit"].split("|")
        number = digits(row["value"]) or {"incidents": "", "victims": "60", "killed": "30"}[
            row["measure"]]  # fmt: skip
        fitting = [
            line for line in lines
            if digits(line.number) == number and line.what.startswith(measure)
            and when in line.when and all(place in line.when for place in places)
            and cites(line, row["document"]) and ("%" in line.number) == share
        ]  # fmt: skip
        assert fitting, row
    illegible = [line for line in lines if "1 5 EEI/mines" in line.remarks]
    wanted = words.word("qualifier.illegible", language)
    assert [line.number for line in illegible] == [wanted]


@LANGUAGES
def test_every_project_and_programme_is_visible_with_money_places_and_source(
    open_page: "Open", default_map: Path, language: str
) -> None:
    lines = visible(open_page(default_map), language)
    for row in rows_of("projects/projects.csv").to_dict("records"):
        of = [
            line
            for line in lines
            if printed(row["title"]) in printed(line.what) and cites(line, row["document"])
        ]
        place = "" if row["place"] == "Mali" else row["place"]
        count = row["project_count"].strip("0") and row["project_count"]
        assert [line for line in of if place in line.when and digits(line.number) == count], row
        for name in ("budget_amount", "donor_amount", "disbursed_amount"):
            amounts = [line for line in of if row["budget_currency"] in line.number
                       and digits(line.number) == row[name]]  # fmt: skip
            assert amounts or not row[name], row
    for row in rows_of("projects/programmes.csv").to_dict("records"):
        name = printed(row[f"name_{language}"])
        of = [
            line for line in lines if printed(line.section) == name and cites(line, row["document"])
        ]
        assert any(printed(line.what).startswith(name)
                   and printed(row["funder"].split("|")[0]) in printed(line.what)
                   for line in of), row  # fmt: skip


@LANGUAGES
def test_every_statement_is_visible_with_its_source(
    open_page: "Open", default_map: Path, language: str
) -> None:
    lines = visible(open_page(default_map), language)
    for row in rows_of("projects/statements.csv").to_dict("records"):
        text = row[f"text_{language}"]
        assert any(
            squeezed(line.what) == squeezed(text) and cites(line, row["document"]) for line in lines
        ), row


@pytest.mark.parametrize("width", [390, 1000])
def test_without_scripts_the_same_lines_can_be_read(
    open_page: "Open", new_page: "NewPage", default_map: Path, width: int
) -> None:
    wanted = visible(open_page(default_map), "fr")
    page = new_page(java_script_enabled=False, viewport={"width": width, "height": 800})
    page.goto(default_map.as_uri())
    assert page.evaluate(SEEN) == []
    for summary in page.locator(".mg-result summary").all():
        summary.click()
    found = [Seen(*parts) for parts in page.evaluate(SEEN)]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()
    assert len(wanted) > 150
    assert found == wanted


def test_texts_of_documents_say_their_language(
    open_page: "Open", bundled: "Bundled", new_page: "NewPage"
) -> None:
    page = open_page(bundled("en"))
    visible(page, "fr")  # no other language is chosen
    titles = {printed(title) for title in rows_of("projects/projects.csv")["title"]}
    told = ".mg-result li span[lang=fr]"
    assert set(page.locator(told).all_inner_texts()) == titles
    bare = page.locator(".mg-result li > span:first-of-type").evaluate_all(
        "all => all.flatMap(e => [...e.childNodes]).filter(n => n.nodeType === 3).map(n => n.data)"
    )
    assert bare
    assert not titles & {part.strip(" ·–") for part in bare}
    cited = page.locator(".mg-result .mg-remark:has-text('Coopération') [lang=fr]").first
    assert cited.inner_text().startswith("Coopération luxembourgeoise")
    still = new_page(java_script_enabled=False, viewport={"width": 1000, "height": 800})
    still.goto(bundled("en").as_uri())
    for summary in still.locator(".mg-result summary").all():
        summary.click()
    assert set(still.locator(told).all_inner_texts()) == titles
    still.close()
    page.locator(".mg-drawer-results .mg-close").click()
    page.locator("path.leaflet-interactive[aria-label^=Sikasso]").focus()
    page.keyboard.press("Enter")
    assert page.locator(".mg-card .mg-projects [lang=fr]").count() == 3  # title, sector, source


@SIZES
@pytest.mark.parametrize("section", [0, 1, -1])
def test_axe_finds_nothing_serious_in_the_panel(
    open_page: "Open", default_map: Path, size: dict[str, Any], section: int
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = open_page(default_map, **size)
    page.locator(".mg-open-results").click()
    page.locator(".mg-result summary").nth(section).click()
    assert serious_faults(axe, page) == []


def test_axe_finds_nothing_serious_with_all_of_the_panel_open(
    open_page: "Open", default_map: Path
) -> None:
    """Statements of the documents stand in the sections of their programmes."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = open_page(default_map)
    lines = visible(page, "fr")
    kinds = {words.word(f"result_kind.{kind}", "fr") for kind in STATEMENTS}
    assert kinds <= {line.number for line in lines}
    assert serious_faults(axe, page) == []


@SIZES
@pytest.mark.parametrize("region", ["Tombouctou", "Gao", "Bamako"])
def test_axe_finds_nothing_serious_in_a_card(
    open_page: "Open", default_map: Path, size: dict[str, Any], region: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = open_page(default_map, **size)
    page.locator(f"path.leaflet-interactive[aria-label^={region}]").focus()
    page.keyboard.press("Enter")
    page.locator(".mg-card").wait_for()
    page.wait_for_timeout(300)
    assert serious_faults(axe, page) == []


def test_what_is_of_a_region_stands_in_its_card(open_page: "Open", default_map: Path) -> None:
    page = open_page(default_map)
    for region, said in (
        ("Tombouctou", "plus de 218 000 personnes"),
        ("Mopti", "plus de 60 %"),
        ("Sikasso", "lait local"),
        ("Kidal", "équipes mobiles"),
    ):
        page.locator(f"path.leaflet-interactive[aria-label^={region}]").click()
        text = page.locator(".mg-card").inner_text()
        assert squeezed(said) in squeezed(text), region
        page.keyboard.press("Escape")
        page.locator(".mg-card").wait_for(state="detached")


def test_the_drawer_obeys_keys_and_fits_a_phone(open_page: "Open", default_map: Path) -> None:
    page = open_page(default_map, width=390, height=844, is_mobile=True, has_touch=True)
    page.locator(".mg-open-results").focus()
    page.keyboard.press("Enter")
    page.locator(".mg-result summary").last.focus()
    page.keyboard.press("Enter")
    body = page.locator(".mg-drawer-results .mg-drawer-body")
    assert page.locator(".mg-result").last.locator("li").first.is_visible()
    assert body.evaluate("box => box.scrollWidth <= box.clientWidth")
    for line in page.locator(".mg-result[open] li").all():
        box = box_of(line)
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    page.keyboard.press("Escape")
    assert not body.is_visible()
    assert page.evaluate("document.activeElement.className").endswith("mg-open-results")


def test_on_paper_all_of_it_is_unfolded_and_says_for_whom_it_is(
    open_page: "Open", default_map: Path
) -> None:
    pypdf = pytest.importorskip("pypdf")
    page = open_page(default_map)
    page.locator(".mg-open-results").click()
    content = page.pdf(prefer_css_page_size=True, print_background=True)
    sheets = [sheet.extract_text() for sheet in pypdf.PdfReader(io.BytesIO(content)).pages]
    whole = squeezed("".join(sheets))
    for number in ("4391584m²", "1055personnes", "29800000USD", "plusde218000personnes"):
        assert number in whole, number
    assert all("Version publique" in sheet for sheet in sheets)
    assert page.evaluate(SEEN) == []  # folded again, and the map is as it was


def test_a_map_of_own_files_does_not_have_it(tmp_path: Path) -> None:
    own = tmp_path / "p.csv"
    own.write_text("project_id,title,adm1\nP1,Puits,Mopti\n", encoding="utf-8")
    text = study(projects=own).map(language="fr").save(tmp_path / "own.html").read_text("utf-8")
    assert '"results", {' not in text
    assert "Terres remises" not in text


def test_the_default_page_stays_small(default_map: Path) -> None:
    assert default_map.stat().st_size < 1_000_000
