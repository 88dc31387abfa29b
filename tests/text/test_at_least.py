"""Counts that other records may belong to are worded "at least", wherever they are shown."""

from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

import maligeo
from maligeo.core import words
from maligeo.core.columns import Language
from maligeo.disclosure import Release
from maligeo.exports import write_table
from maligeo.join.shares import allocate
from maligeo.look import LAYERS, classify
from maligeo.maps.regions import cards, layer_look
from maligeo.measure.densities import concat_tables, density
from maligeo.paper.report.numbers import numbers_of
from maligeo.text.legend import legend
from maligeo.text.readings import cells, interval_text, periods, unit_text
from tests import worlds
from tests.disclosure import frames

UNITS = worlds.square_units()
BY_KEY = {layer.key: layer for layer in LAYERS}
AT_LEAST = {"fr": "au moins", "en": "at least"}


def table(*, unplaced: bool) -> pd.DataFrame:
    records = pd.DataFrame(
        {"event_type": "ied", "date": pd.Timestamp("2021-03-01"), "killed": 2,
         "adm1_name": ["Alpha", None if unplaced else "Alpha"]}
    )  # fmt: skip
    located = maligeo.with_coverage(maligeo.locate(records, UNITS), "2021")
    people = worlds.people(20_000, 20_000)
    counted = (
        density(located, UNITS, measure=measure, period="2021", population=people)
        for measure in ("incidents", "killed")
    )
    return concat_tables(*counted)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("key", ["incidents", "incidents_per_100k"])
def test_values_and_zeros_are_at_least_where_a_record_may_lie(language: str, key: str) -> None:
    layer, said = BY_KEY[key], AT_LEAST[language]
    (found,) = periods(table(unplaced=True), layer, language)
    zero = f"{said} 0"
    assert unit_text(found, "ZZ02", language).rstrip("*") == zero
    assert unit_text(found, "ZZ01", language).startswith(f"{said} ")
    classes = classify(table(unplaced=True), layer)
    shown = cells(found, ["ZZ01", "ZZ02"], classes, language)
    assert [cell.text.startswith(said) for cell in shown] == [True, True]
    (placed,) = periods(table(unplaced=False), layer, language)
    assert unit_text(placed, "ZZ02", language).rstrip("*") == "0"
    assert said not in unit_text(placed, "ZZ01", language)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_legend_of_a_zero_says_what_may_be_added(language: str) -> None:
    layer = BY_KEY["incidents"]
    texts = {}
    for unplaced in (False, True):
        counted = table(unplaced=unplaced)
        (found,) = periods(counted, layer, language)
        made = legend(layer, classify(counted, layer), language, zero=found.zero_note)
        texts[unplaced] = next(entry["note"] for entry in made if entry["index"] == 0)
    assert texts[False] == words.word("legend.zero_note", language)
    assert AT_LEAST[language] in str(texts[True])
    assert str(texts[False]) not in str(texts[True])


def test_a_zero_of_projects_is_not_called_counted() -> None:
    """That no source names a project in Beta does not say that there is none."""
    placed = maligeo.locate(worlds.projects({"project_id": "a", "adm1_name": "Alpha"}), UNITS)
    counted = density(allocate(placed, UNITS), UNITS, measure="projects")
    layer = BY_KEY["projects"]
    (found,) = periods(counted, layer, "en")
    assert unit_text(found, "ZZ02", "en") == "0"
    page = layer_look([found], classify(counted, layer), "en")
    (zero,) = (entry for entry in page["legend"] if entry["index"] == 0)  # type: ignore[attr-defined]
    assert zero["note"] == "no project in the sources, which does not prove that there is none"


def test_an_interval_has_its_lower_end_alone() -> None:
    layer = BY_KEY["incidents_per_100k"]
    (found,) = periods(table(unplaced=True), layer, "en")
    assert interval_text(found.units.loc["ZZ01"], layer, "en") == "95% CI: 0.1 or more"
    (placed,) = periods(table(unplaced=False), layer, "en")
    assert " to " in interval_text(placed.units.loc["ZZ01"], layer, "en")


@pytest.fixture(scope="module")
def study() -> maligeo.Study:
    records = pd.DataFrame(
        {"event_type": "ied", "date": "2021-03-01", "killed": 2, "injured": 0,
         "adm1_name": ["Mopti", "Gao", None]}
    )  # fmt: skip
    made: maligeo.Study = maligeo.study(incidents=records, period="2021", covers="2021")
    return made.release(audience="internal")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_maps_and_reports_say_it(study: maligeo.Study, tmp_path: Path, language: Language) -> None:
    said = AT_LEAST[language]
    page = study.map(language=language).save(tmp_path / "map.html").read_text("utf-8")
    assert f"{said} 0" in page
    report = study.report("Mopti", language=language).save(tmp_path / "mopti.html")
    assert f"{said} 1" in report.read_text("utf-8")
    assert f"{said} 2" in report.read_text("utf-8")  # victims


def public_table(people: pd.DataFrame | None = None) -> pd.DataFrame:
    """Forty incidents a year in Mopti, each with a dead, and forty that nobody placed.

    Forty that were released are 36 to 44.
    """
    groups = [*frames.even((2021,), killed=1), *frames.even((2021,), lon=float("nan"), killed=1)]
    records = frames.placed(*groups, covers="2021")
    made = Release.asked("public", frames.DAY).cells(records, frames.regions())
    measures = ("incidents", "killed")
    return made.table(*measures, period="2021", population=people)


@pytest.mark.parametrize(
    ("language", "count", "rate"),
    [
        ("fr", "40 (au moins 36)", "40,0 (au moins 36,0)"),
        ("en", "40 (at least 36)", "40.0 (at least 36.0)"),
    ],
)
def test_a_rounded_count_is_no_bound_and_its_lowest_is(
    language: str, count: str, rate: str
) -> None:
    """36 may be the truth: "at least 40" would not be."""
    people = worlds.people(1e5, 1e5).assign(pcode=["ML05", "ML07"], name=["Mopti", "Gao"])
    table = public_table(people)
    for key, text in (("incidents", count), ("incidents_per_100k", rate)):
        (found,) = periods(table, BY_KEY[key], language)
        assert unit_text(found, "ML05", language).rstrip("*") == text
        (card,) = cards(frames.regions().iloc[:1], [[found]], language)
        assert text in str(card["figures"])


def test_a_report_gives_the_lowest_too() -> None:
    numbers = numbers_of(public_table(), frames.regions(), 0, "fr")
    said = {figure.label: figure.value for figure in numbers.figures}
    assert said["Incidents, 2021"] == said["Tués, 2021"] == "40 (au moins 36)"


def test_a_workbook_calls_no_rounded_count_at_least(tmp_path: Path) -> None:
    path = write_table(public_table(), tmp_path / "public.xlsx", audience="public")
    cells = [cell for row in load_workbook(path).worksheets[0].iter_rows() for cell in row]
    forty = [cell.number_format for cell in cells if cell.value == 40]
    assert len(forty) == 2  # incidents and killed
    assert not any("≥" in one for one in forty)


def test_workbooks_say_it(study: maligeo.Study, tmp_path: Path) -> None:
    path = study.count("incidents").save(tmp_path / "count.xlsx")
    rows = list(load_workbook(path).worksheets[0].iter_rows(values_only=True))
    text = str(rows)
    assert "at least: records without a place may lie here" in text or "au moins" in text
