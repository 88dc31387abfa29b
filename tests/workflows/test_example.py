"""The made-up set of files: read as files of people are, the same each time, and marked."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

from maligeo import catalog
from maligeo.core import words
from maligeo.core.audiences import is_synthetic
from maligeo.core.columns import LANGUAGES, Language
from maligeo.core.errors import OutputFileError
from maligeo.core.placenames import normalise
from maligeo.exports.templates import sheet_name
from maligeo.join.points import locate
from maligeo.readers.areas import read_areas
from maligeo.readers.boundaries import load_boundaries
from maligeo.readers.files.sources import Source
from maligeo.readers.incidents import read_incidents
from maligeo.readers.people import read_people
from maligeo.readers.projects import read_projects
from maligeo.workflows.checking import check_source, possible_kinds
from maligeo.workflows.examples import write_example
from maligeo.workflows.study import study

KINDS = ("incidents", "projects", "areas", "population")


@dataclass(frozen=True)
class Example:
    """A set of files in a language."""

    folder: Path
    language: Language

    def file(self, kind: str) -> Path:
        return self.folder / words.word(f"example.file_{kind}", self.language)


@pytest.fixture(scope="module", params=LANGUAGES)
def example(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Example]:
    language = cast("Language", request.param)
    folder = tmp_path_factory.mktemp("example")
    yield Example(write_example(folder, language=language), language)


@pytest.mark.parametrize("kind", KINDS)
def test_each_file_is_sound_and_of_its_kind(example: Example, kind: str) -> None:
    source = Source(example.file(kind))
    checked = check_source(dict.fromkeys(possible_kinds(source), source))
    assert (checked.kind, checked.faults) == (kind, None)
    assert is_synthetic(checked.frame)


def test_the_counts_are_those_of_the_page_that_describes_them(example: Example) -> None:
    incidents = read_incidents(example.file("incidents"))
    projects = read_projects(example.file("projects"))
    areas = read_areas(example.file("areas"))
    outlined = int(areas.geometry.notna().sum())
    counts = (len(incidents), projects["project_id"].nunique(), len(areas), outlined)
    assert counts == (300, 60, 25, 8)
    text = example.file("read_me").read_text(encoding="utf-8-sig")
    assert all(f"{count} " in text for count in counts)
    names = [example.file(kind).name for kind in (*KINDS, "workbook", "faulty")]
    assert all(name in text for name in names)


def test_there_is_something_to_see_of_rows_and_places(example: Example) -> None:
    incidents = read_incidents(example.file("incidents"))
    reading = incidents.attrs["reading"]
    assert sorted(reading.set_aside.values()) == ["note", "total", "total", "total"]
    assert reading.not_understood and reading.kept
    located = locate(incidents, load_boundaries())
    lost = located[located["adm1_place_kind"] == "unattributed"]
    assert {"village", "misspelt"} == {
        "misspelt" if pd.notna(cercle) else "village" for cercle in lost["adm2_name"]
    }
    assert {"unit", "joint", "countrywide"} <= set(located["adm1_place_kind"])


def test_the_workbook_has_the_same_records(example: Example) -> None:
    book = example.file("workbook")

    def sheet(kind: str) -> Source:
        return Source(book, sheet=sheet_name(kind, example.language))

    pairs = (
        (read_incidents(sheet("incidents")), read_incidents(example.file("incidents"))),
        (read_areas(sheet("areas")), read_areas(example.file("areas"))),
        (read_projects(sheet("projects")), read_projects(example.file("projects"))),
        (read_people(sheet("population")), read_people(example.file("population"))),
    )
    for ours, theirs in pairs:
        # Ids are made of the content of a file; columns that are not read stay as written.
        unlike = {"project_id", "geometry", *ours.attrs["reading"].not_understood}
        same = [name for name in ours.columns if name not in unlike]
        left, right = (pd.DataFrame(one)[same].reset_index(drop=True) for one in (ours, theirs))
        pd.testing.assert_frame_equal(left, right)


def test_the_faulty_file_has_faults_of_several_kinds(example: Example) -> None:
    source = Source(example.file("faulty"))
    checked = check_source(dict.fromkeys(possible_kinds(source), source))
    assert checked.kind == "incidents"
    assert len({fault.reason for fault in checked.faulty_cells}) == 8
    assert len(checked.frame) == 32


def test_every_file_says_that_it_is_made_up(example: Example) -> None:
    title = words.word("example.title", example.language).partition(" ")[0]
    for path in sorted(example.folder.iterdir()):
        assert "synth" in path.name
        if path.suffix != ".xlsx":
            assert title in path.read_text(encoding="utf-8-sig").split("\n")[0]
            continue
        for sheet in openpyxl.load_workbook(path).worksheets:
            assert title in str(sheet.cell(1, 1).value)


def test_no_village_is_a_real_one(example: Example) -> None:
    incidents = read_incidents(example.file("incidents"))
    projects = read_projects(example.file("projects"))
    areas = read_areas(example.file("areas"))
    villages = {
        *incidents["place_name"].dropna(), *areas["place_name"].dropna(),
        *projects.loc[projects["place"].str.startswith("Ficti"), "place"],
    }  # fmt: skip
    real = {
        normalise(name)
        for table in ("towns", "communes_2015", "cercles_2015")
        for name in catalog.load_table("reference", table)["name"]
    }
    assert len(villages) > 100
    assert all(name.startswith("Ficti") and normalise(name) not in real for name in villages)


def test_positions_lie_in_their_region_and_are_too_round_to_be_of_anything(
    example: Example,
) -> None:
    incidents = read_incidents(example.file("incidents"))
    placed = gpd.GeoDataFrame(incidents[incidents.geometry.notna()])
    assert len(placed) > 100
    coordinates = placed.geometry.get_coordinates()
    assert (coordinates.round(1) == coordinates).all(axis=None)
    located = locate(placed.assign(reported=placed["adm1_name"]), load_boundaries())
    assert (located["adm1_name"] == located["reported"]).all()


def test_both_languages_have_the_same_numbers(tmp_path: Path) -> None:
    frames = []
    for name in LANGUAGES:
        language = cast("Language", name)
        made = Example(write_example(tmp_path / name, language=language), language)
        frames.append(read_incidents(made.file("incidents")))
    left, right = (frame[["event_id", "date", "event_type", "killed"]] for frame in frames)
    pd.testing.assert_frame_equal(pd.DataFrame(left), pd.DataFrame(right))


def test_its_bytes_repeat(tmp_path: Path) -> None:
    first, second = (write_example(tmp_path / name) for name in ("a", "b"))
    names = sorted(path.name for path in first.iterdir())
    assert names == sorted(path.name for path in second.iterdir())
    assert all((first / name).read_bytes() == (second / name).read_bytes() for name in names)


def test_what_somebody_changed_is_not_replaced(tmp_path: Path) -> None:
    made = Example(write_example(tmp_path, language="fr"), "fr")
    made.file("incidents").write_text("corrigé")
    with pytest.raises(OutputFileError, match="is there already"):
        write_example(tmp_path, language="fr")
    assert made.file("incidents").read_text() == "corrigé"


@pytest.mark.parametrize("audience", ["internal", "public"])
def test_all_that_a_study_makes_of_it_says_that_it_is_made_up(
    audience: str, tmp_path: Path
) -> None:
    made = Example(write_example(tmp_path / "made", language="fr"), "fr")
    banner = words.word("synthetic.banner", "fr")
    released = study(
        incidents=made.file("incidents"), projects=made.file("projects"), covers="2021/2022"
    ).release(audience=audience, as_of="2024-01-01")  # type: ignore[arg-type]
    assert is_synthetic(released.table)
    assert is_synthetic(released.answer().frame)
    for name in ("map.html", "report.html"):
        product = released.map() if name == "map.html" else released.report()
        assert banner in product.save(tmp_path / name).read_text(encoding="utf-8")
    table = released.answer().save(tmp_path / "answer.csv")
    described = table.with_name("answer.csv-metadata.json").read_text(encoding="utf-8")
    assert "made up as an example" in described


@pytest.mark.parametrize("kind", ["incidents", "projects", "population"])
def test_what_is_made_up_of_one_input_marks_the_answer(kind: str, tmp_path: Path) -> None:
    made = Example(write_example(tmp_path, language="en"), "en")
    records = study(**{kind: made.file(kind)}, period="2022")  # type: ignore[arg-type]
    assert is_synthetic(records.answer().frame)
