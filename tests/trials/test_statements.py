"""Statements of products that were not true."""

import html
import re
from pathlib import Path

import pandas as pd
import pytest

from tests.trials.trying import HERE, Done, lines, run, table


def words(page: Path) -> str:
    """The words of a page as it is read, in one line."""
    text = re.sub(r"<(style|script)\b.*?</\1>", " ", page.read_text(encoding="utf-8"), flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def between(text: str, first: str, last: str) -> str:
    return text.split(first, 1)[1].split(last, 1)[0] if first in text else ""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("products")


def report(folder: Path, region: str) -> Path:
    path = folder / f"{region}.html"
    done = run("report", "--region", region, "--language", "en", "-o", path)
    assert done.code == 0, done.said
    return path


@pytest.fixture(scope="module")
def of_mopti(folder: Path) -> str:
    return words(report(folder, "Mopti"))


@pytest.fixture(scope="module")
def of_bamako(folder: Path) -> str:
    return words(report(folder, "Bamako"))


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    path = folder / "mali.html"
    assert run("map", "--language", "en", "-o", path).code == 0
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def gaps() -> Done:
    return run("gaps")


class TestPresence:
    def test_bamako_is_named_for_quick_impact_projects(self, of_bamako: str) -> None:
        nobody = between(of_bamako, "No project named here", "Data quality")
        assert "MINUSMA: Trust Fund" in nobody
        assert "quick-impact" not in nobody

    def test_mopti_is_named_for_them_too(self, of_mopti: str) -> None:
        nobody = between(of_mopti, "No project named here", "Data quality")
        assert "MINUSMA: Trust Fund" in nobody
        assert "quick-impact" not in nobody

    def test_bamako_is_not_said_to_have_no_programme(self, gaps: Done) -> None:
        assert not re.search(r"no programme: [^:]*Bamako", gaps.said)

    def test_offices_are_no_projects(self) -> None:
        counts = table("density")
        projects = counts[counts["measure"] == "projects_fractional"].set_index("place_kind")
        assert projects.loc["unit", "count"].sum() == pytest.approx(7)
        assert projects.loc["countrywide", "count"] == 5

    def test_a_zero_is_at_least_zero_where_projects_have_no_region(self, of_bamako: str) -> None:
        assert "at least 0" in between(of_bamako, "Projects recorded", "Programmes present")

    def test_what_is_placed_is_counted_once(self, page: str) -> None:
        assert '"Placed in a region"]},"value":"18"' not in page
        assert '"Placed in a region"]},"value":"7"' in page


@pytest.fixture(scope="module")
def one(folder: Path) -> pd.DataFrame:
    """The answer about one incident in Kidal and one project in Mopti."""
    need = lines(folder / "one.csv", "event_id,date,region,type", "a,2022-03-01,Kidal,ied")
    work = lines(folder / "work.csv", "project_id,title,start_date,end_date,region",
                 "p,Now,2021-01-01,2023-12-31,Mopti")  # fmt: skip
    files = ("--incidents", need, "--projects", work)
    return table("gaps", *files, "--covers", "2022", "--period", "2022", *HERE).set_index("name")


class TestCertainty:
    def test_one_incident_makes_nothing_certain(self, one: pd.DataFrame) -> None:
        found = one
        assert "robust" not in found["certainty"].astype(str).tolist()
        certain = pd.to_numeric(found["certainty"], errors="coerce")
        assert not certain["Kidal"] >= 0.9

    def test_a_region_with_most_projects_unplaced_is_not_certain(self, gaps: Done) -> None:
        assert "Koulikoro" in gaps.said
        assert not re.search(r"Koulikoro [^A-Z]* robust", gaps.said)

    def test_a_region_with_a_project_is_not_said_to_have_no_record(self, one: pd.DataFrame) -> None:
        assert "response: no record" in one.loc["Kidal", "note"]
        assert "response: no record" not in str(one.loc["Mopti", "note"])


class TestPeriods:
    def test_the_response_has_a_period_of_its_own(self, gaps: Done) -> None:
        assert re.search(r"[Rr]esponse: projects of any date", gaps.said)

    def test_what_is_unplaced_is_said_beside_the_answer(self, of_mopti: str) -> None:
        assert "1,063 projects" in between(of_mopti, "Where Mopti lies", "Programmes in")


class TestOnTheMap:
    def test_what_is_not_certain_is_marked(self, page: str) -> None:
        assert "not certain" in page

    def test_own_records_are_not_said_to_be_published(self, folder: Path) -> None:
        path = lines(folder / "own.csv", "event_id,date,region,type", "a,2022-03-01,Kidal,ied")
        made = folder / "own.html"
        options = ("--covers", "2022", "--period", "2022", "--language", "en", *HERE)
        assert run("map", "--incidents", path, *options, "-o", made).code == 0
        assert "as published" not in made.read_text(encoding="utf-8")


class TestIntervals:
    def test_a_derived_count_has_chance_in_its_interval(self, of_mopti: str) -> None:
        said = re.search(r"Jan–Aug 2022 ≈ 50 (\d+) to (\d+)", of_mopti)
        assert said
        assert int(said[2]) - int(said[1]) > 20

    def test_a_rate_is_drawn_inside_its_band(self, folder: Path) -> None:
        chart = between(report(folder, "Kayes").read_text(), 'aria-label="Trend', "</svg>")
        band = [float(at) for at in re.findall(
            r'd="M[\d.]+ ([\d.]+)L[\d.]+ ([\d.]+)L[^"]+" fill="#1f5f99" fill-opacity', chart
        )[0]]  # fmt: skip
        line = re.findall(r'd="M[\d.]+ ([\d.]+)L110 [\d.]+" fill="none" stroke="#1f5f99"', chart)
        assert min(band) <= float(line[0]) <= max(band)
