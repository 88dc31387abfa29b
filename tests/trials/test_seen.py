"""What was known, and could not be seen where people look for it."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import maligeo
from tests import divisions
from tests.trials.trying import HERE, lines, outcome, run, table

if TYPE_CHECKING:
    from playwright.sync_api import Page

Open = Callable[..., "Page"]

YEARS = range(2017, 2021)
OF_2020 = ("--period", "2020", "--covers", "2020")
PHONE = {"width": 390, "height": 844, "is_mobile": True, "has_touch": True}
REGION = "path.leaflet-interactive[aria-label^={}]"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("seen")


@pytest.fixture(scope="module")
def incidents(folder: Path) -> Path:
    """A list of incidents that ends in October 2020."""
    path = folder / "incidents.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["event_id", "date", "event_type", "longitude", "latitude", "killed"])
        for at, year in enumerate(YEARS):
            rows.writerow([f"E{year}", f"{year}-10-05", "ied", -4 + at / 10, 14.5, 1])
    return path


@pytest.fixture(scope="module")
def default_map(folder: Path) -> Callable[[str], Path]:
    made: dict[str, Path] = {}

    def written(language: str) -> Path:
        if language not in made:
            made[language] = folder / f"{language}.html"
            assert run("map", "--language", language, "-o", made[language]).code == 0
        return made[language]

    return written


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.fixture(scope="module")
def counts() -> pd.DataFrame:
    """Incidents as published, by region and period."""
    found = table("density")
    found["start"] = found["period_start"].str[:10]
    return found[found["measure"] == "incidents"].set_index(["name", "start", "period_end"])


class TestPeriod:
    def test_points_are_those_of_the_period(self, incidents: Path, folder: Path) -> None:
        path = folder / "period.html"
        assert run("map", "--incidents", incidents, *OF_2020, *HERE, "-o", path).code == 0
        found = re.search(r'"marks":\{"count":(\d+)', path.read_text(encoding="utf-8"))
        assert found
        assert int(found[1]) == 1

    def test_a_coverage_beyond_the_last_record_is_remarked(
        self, incidents: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        done = run("density", "--incidents", incidents, *OF_2020, *HERE)
        assert re.search(r"2020-10-05|5 Oct 2020", done.errors + caplog.text)


class TestNamedTogether:
    @pytest.mark.parametrize(
        ("start", "end"), [("2017-01-01", "2017-12-31"), ("2018-01-01", "2018-10-31")]
    )
    @pytest.mark.parametrize("name", ["Mopti", "Ségou"])
    def test_what_a_source_names_with_another_is_not_unnamed(
        self, counts: pd.DataFrame, name: str, start: str, end: str
    ) -> None:
        note = str(counts.loc[(name, start, end), "note"])
        assert "not named by the source" not in note
        assert "Mopti + Ségou" in note

    @pytest.mark.parametrize(("name", "least"), [("Ségou", 3), ("Koulikoro", 4)])
    def test_a_quarter_gives_the_least_of_nine_months(
        self, counts: pd.DataFrame, name: str, least: int
    ) -> None:
        row = counts.loc[(name, "2021-01-01", "2021-09-30")]
        assert row["count"] == row["count_low"] == least
        assert pd.isna(row["count_high"])

    def test_a_total_that_cannot_be_read_is_said_to_be_printed(self, counts: pd.DataFrame) -> None:
        notes = counts.loc[(slice(None), "2013-07-01", "2023-01-31"), "note"]
        assert notes.str.contains("1 5 EEI/mines").tolist() == [True]


class TestDates:
    @pytest.mark.parametrize("result", ["unmas-01", "unmas-02", "unmas-09", "unmas-12"])
    def test_a_result_has_no_date_where_its_sentence_has_none(self, result: str) -> None:
        starts = maligeo.load_results().set_index("result_id")["period_start"]
        assert pd.isna(starts[result])

    @pytest.mark.parametrize("result", ["unmas-06", "unmas-07", "unmas-08"])
    def test_nor_the_year_of_another_sentence(self, result: str) -> None:
        starts = maligeo.load_results().set_index("result_id")["period_start"]
        assert starts[result] is pd.NaT or starts[result].year == 2015


class TestPeople:
    def test_a_year_between_the_censuses_has_people_of_its_own(self) -> None:
        units = maligeo.load_boundaries()
        between = outcome(lambda: maligeo.population(units, year=2015))
        assert isinstance(between, pd.DataFrame), between
        before, after = (
            maligeo.population(units, year=year)["population"].sum() for year in (2009, 2022)
        )
        assert before < between["population"].sum() < after

    def test_a_table_of_two_columns_says_how_many_people_there_are(
        self, incidents: Path, folder: Path
    ) -> None:
        people = lines(folder / "people.csv", "region,population", "Mopti,1000000")
        asked = (*OF_2020, *HERE, "--population", people, "--format", "csv")
        done = run("density", "--incidents", incidents, *asked)
        assert done.code == 0, done.said
        found = pd.read_csv(io.StringIO(done.out)).set_index("name")
        assert found.loc["Mopti", "population"] == 1_000_000


class TestMeasures:
    def test_the_killed_are_a_map(self, incidents: Path, folder: Path) -> None:
        units = maligeo.load_boundaries()
        located = maligeo.locate(maligeo.read_incidents(incidents), units)
        killed = maligeo.density(located, units, measure="killed", period="year")
        made = outcome(lambda: maligeo.region_map(killed, units, audience="internal"))
        assert not isinstance(made, Exception), made
        path = maligeo.save_map(made, folder / "killed.html")
        assert "Tués par des engins explosifs" in path.read_text(encoding="utf-8")


@pytest.mark.browser
class TestBundled:
    def test_what_the_documents_say_is_within_two_clicks(
        self, open_page: Open, default_map: Callable[[str], Path]
    ) -> None:
        page = open_page(default_map("fr"))
        seen = []
        for button in page.locator(".mg-open").all():
            button.click()
            for summary in page.locator("summary:visible").all():
                summary.click()
            seen.append(page.locator("body").inner_text())
            page.keyboard.press("Escape")
        text = squeezed("".join(seen))
        told = ("4391584m²", "466326", "29800000USD", "150personnes", "1404", "1055", "2374")
        assert [number for number in told if number not in text] == []

    def test_a_town_with_an_office_opens_a_card(
        self, open_page: Open, default_map: Callable[[str], Path]
    ) -> None:
        page = open_page(default_map("fr"))
        page.locator(".mg-search-field").fill("Tessalit")
        page.keyboard.press("Enter")
        page.wait_for_timeout(500)
        cards = page.locator(".leaflet-popup-content").all_inner_texts()
        assert ["UNMAS" in card for card in cards] == [True]


class TestDivisions:
    def test_a_region_of_2023_says_where_it_lay(self, folder: Path) -> None:
        done = run("report", "--region", "Bandiagara", "-o", folder / "none.html")
        assert "2023" in done.said
        assert "cod-ab" in done.said

    def test_a_region_of_2023_has_a_report(self, folder: Path) -> None:
        layer, path = folder / "mli_admin1.geojson", folder / "bandiagara.html"
        divisions.regions_of_2023().to_file(layer)
        asked = ("--region", "Bandiagara", "--boundaries", layer)
        done = run("report", *asked, "--language", "en", "-o", path)
        assert done.code == 0, done.said
        assert "Mopti + Douentza + Bandiagara" in path.read_text(encoding="utf-8")

    def test_a_region_has_a_map_of_its_cercles(self, incidents: Path, folder: Path) -> None:
        cercles, path = folder / "mli_admin2.geojson", folder / "mopti.svg"
        divisions.cercles_of_2015().to_file(cercles)
        asked = ("--boundaries", cercles, "--level", "2", "--region", "Mopti")
        done = run("map", "--incidents", incidents, *OF_2020, *asked, *HERE, "-o", path)
        assert done.code == 0, done.said
        text = path.read_text(encoding="utf-8")
        assert all(name in text for name in ("Bandiagara", "Koro", "Youwarou"))


def lines_between_places(page: "Page") -> int:
    """Count the straight lines over the map, but for those from labels to their units."""
    found: int = page.evaluate(
        """[...document.querySelectorAll('.leaflet-pane path[fill=none]')].filter(
               path => !path.closest('[class*=leaders]')
                       && path.getAttribute('d').split('L').length === 2).length"""
    )
    return found


@pytest.mark.browser
class TestLook:
    def test_no_web_of_lines_lies_over_the_country(self, open_page: Open, folder: Path) -> None:
        rows = [f'p{at},Project {at},"Gao, Kidal, Mopti, Kayes"' for at in range(5)]
        path, made = folder / "projects.csv", folder / "projects.html"
        lines(path, "project_id,title,region", *rows)
        assert run("map", "--projects", path, *HERE, "-o", made).code == 0
        assert lines_between_places(open_page(made)) == 0

    def test_a_comparison_keeps_every_name_on_a_phone(self, open_page: Open, folder: Path) -> None:
        path = folder / "two.html"
        assert run("map", "--compare", "2021-01/2021-09,2022", "-o", path).code == 0
        page = open_page(path, **PHONE)
        page.wait_for_timeout(500)
        shown = "one => one.checkVisibility({visibilityProperty: true, opacityProperty: true})"
        texts = [one.text_content() or "" for one in page.locator(".folium-map div").all()
                 if one.evaluate(shown)]  # fmt: skip
        assert len([text for text in texts if re.fullmatch(r"Mopti\D{0,3}\d+", text)]) >= 2

    def test_rivers_order_the_country(
        self, open_page: Open, default_map: Callable[[str], Path]
    ) -> None:
        page = open_page(default_map("fr"))
        page.locator(".mg-open", has_text="Sources").click()
        assert "Fleuves, rivières et lac" in page.locator("body").inner_text()


@pytest.mark.browser
class TestFrench:
    @pytest.fixture
    def page(self, open_page: Open, default_map: Callable[[str], Path]) -> "Page":
        return open_page(default_map("fr"))

    def test_a_response_agrees_with_its_adjective(self, page: "Page") -> None:
        page.locator("label", has_text="Besoin et réponse").first.click()
        text = page.locator("body").inner_text()
        assert "éponse élevée" in text
        assert re.findall(r"réponse (?:haut|bas)\b|non comparable ·", text) == []

    def test_apostrophes_are_those_of_print(self, page: "Page") -> None:
        page.locator(REGION.format("Mopti")).first.focus()
        page.keyboard.press("Enter")
        text = page.locator(".leaflet-popup-content").inner_text()
        assert "d’urgence" in text
        assert re.findall(r"\w'\w", text) == []


class TestTables:
    def test_each_publisher_stands_apart_in_the_printed_table(self) -> None:
        said = run("density").out
        above = [
            line.strip()
            for line in said.splitlines()
            if re.match(r"incidents|.*\[incidents\]", line)
        ]
        publishers = {line.rpartition(" ")[2] for line in above}
        assert publishers == {"MINUSMA", "OCHA", "UNMAS", "UNMAS/OCHA"}

    def test_a_count_made_of_a_share_has_its_interval(self) -> None:
        said = run("density").said
        assert re.search(r"37 ?% of 134[^0-9]*(134[^0-9]*)?48\.91 to 50\.25", said)


@pytest.mark.browser
class TestCards:
    @pytest.fixture
    def page(self, open_page: Open, default_map: Callable[[str], Path]) -> "Page":
        return open_page(default_map("en"))

    def test_no_bound_of_a_class_lies_within_what_rounding_leaves(self, page: "Page") -> None:
        lows = [int(text.split()[0]) for text in page.locator(".mg-classes li").all_inner_texts()
                if text[0].isdigit()]  # fmt: skip
        assert 20 in lows
        assert not [low for low in lows if 48.91 < low <= 50.25]

    def test_a_cell_of_the_matrix_is_the_same_to_eye_and_ear(self, page: "Page") -> None:
        page.locator(".mg-open", has_text="programmes").first.click()
        widths = page.locator(".mg-presence tbody td").evaluate_all(
            "cells => cells.map(cell => cell.firstElementChild || cell)"
            ".map(part => part.getBoundingClientRect().width)"
        )
        assert len(widths) > 50
        assert min(widths) > 4

    def test_a_card_names_the_sources_of_its_own_region(self, page: "Page") -> None:
        sources = []
        for name in ("Kayes", "Mopti", "Sikasso"):
            page.locator(REGION.format(name)).first.focus()
            page.keyboard.press("Enter")
            card = page.locator(".leaflet-popup-content", has_text=name)
            sources.append(card.inner_text().upper().rpartition("SOURCES")[2])
            page.keyboard.press("Escape")
            card.wait_for(state="detached")
        assert len(set(sources)) > 1
