"""The model workbook: what is filled in is read back, and every word of its lists is known."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import openpyxl
import pandas as pd
import pytest

from maligeo import catalog
from maligeo.core import words
from maligeo.core.columns import LANGUAGES, Language
from maligeo.core.errors import OutputFileError
from maligeo.exports.templates import (
    KINDS,
    sheet_name,
    template_headings,
    template_words,
    write_template,
)
from maligeo.join.points import locate
from maligeo.readers.areas import read_areas
from maligeo.readers.boundaries import load_boundaries
from maligeo.readers.files.sources import Source
from maligeo.readers.formats import read_catalogue
from maligeo.readers.incidents import read_incidents
from maligeo.readers.people import read_people
from maligeo.readers.projects import read_projects
from maligeo.workflows.checking import check_source, possible_kinds, sheet_kinds

READERS: Mapping[str, Callable[[Source], pd.DataFrame]] = {
    "incidents": read_incidents,
    "projects": read_projects,
    "areas": read_areas,
    "population": read_people,
}
DAY = datetime.date(2022, 4, 3)
# One sound row of each kind, in fields of ours; words of lists by what they mean.
ROWS: Mapping[str, Mapping[str, Any]] = {
    "incidents": {
        "event_id": "a-1", "date": DAY, "date_precision": "month", "event_type": "ied_mine",
        "outcome": "defused", "killed": 0, "injured": 3, "civilians_killed": 0,
        "civilians_injured": 2, "adm1_name": "Mopti", "adm2_name": "Koro", "adm3_name": "Koro",
        "place_name": "Fictidougou", "latitude": 14.25, "longitude": -3.125,
        "location_precision": "near", "source": "synthetic",
    },
    "projects": {
        "project_id": "p-1", "title": "Puits", "organisation": "ONG A", "implementer": "ONG B",
        "funder": "C", "sector": "Eau", "status": "active", "start_date": DAY, "end_date": DAY,
        "budget_amount": 1250000.5, "budget_currency": "XOF", "place": "Fictidougou",
        "adm1_name": "Gao", "adm2_name": "Bourem", "latitude": 16.5, "longitude": -0.25,
        "location_precision": "adm2", "source": "synthetic",
    },
    "areas": {
        "area_id": "z-1", "status": "cleared", "method": "déminage manuel", "start_date": DAY,
        "end_date": DAY, "declared_area": 1.5, "devices": 4, "organisation": "D",
        "adm1_name": "Kidal", "place_name": "Fictidougou", "source": "synthetic",
    },
    "population": {"adm1_name": "Ségou", "year": 2022, "people": 123456, "source": "synthetic"},
}  # fmt: skip
SHEETS = [(kind, language) for kind in KINDS for language in LANGUAGES]


def filled(folder: Path, kind: str, language: str, rows: Sequence[Mapping[str, Any]]) -> Source:
    """Fill in a sheet as a person does: below the headings, words as the lists offer them."""
    spoken = cast("Language", language)
    path = write_template(folder / "modele.xlsx", language=spoken)
    book = openpyxl.load_workbook(path)
    sheet = book[sheet_name(kind, spoken)]
    columns = {name: at for at, name in enumerate(template_headings(kind, spoken), start=1)}
    for number, row in enumerate(rows, start=2):
        for name, value in row.items():
            sheet.cell(number, columns[name], value)
    book.save(path)
    return Source(path, sheet=sheet.title)


def in_words(kind: str, language: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Say what words of a list mean in the words that it offers."""
    at = LANGUAGES.index(cast("Language", language))
    offered = read_catalogue(f"plain_{kind}")["template"].get("words", {})
    return {
        name: offered[name][value][at] if name in offered else value for name, value in row.items()
    }


@pytest.mark.parametrize(("kind", "language"), SHEETS)
def test_an_empty_sheet_is_an_empty_list_of_its_kind(
    kind: str, language: str, tmp_path: Path
) -> None:
    source = filled(tmp_path, kind, language, [])
    frame = READERS[kind](source)
    reading = frame.attrs["reading"]
    assert len(frame) == 0
    assert set(template_headings(kind, cast("Language", language)).values()) == set(
        reading.used.values()
    )
    assert not reading.not_understood
    assert sheet_kinds(source, str(source.sheet)) == [kind]


@pytest.mark.parametrize(("kind", "language"), SHEETS)
def test_what_is_filled_in_is_read_back(kind: str, language: str, tmp_path: Path) -> None:
    row = ROWS[kind]
    source = filled(tmp_path, kind, language, [in_words(kind, language, row)])
    checked = check_source(dict.fromkeys(possible_kinds(source), source))
    assert (checked.kind, checked.faults) == (kind, None)
    read = READERS[kind](source).iloc[0]
    renamed = {"declared_area": "declared_area_sqm", "people": "value", "year": "period_start"}
    meant = {renamed.get(name, name): value for name, value in row.items()}
    if kind == "areas":
        meant["declared_area_sqm"] = 15_000.0
    elif kind == "population":
        meant["period_start"] = pd.Timestamp("2022-01-01")
    else:
        assert (read.geometry.y, read.geometry.x) == (meant["latitude"], meant["longitude"])
    for name in ("latitude", "longitude"):
        meant.pop(name, None)
    if kind == "projects":  # places have a column of their own
        assert meant.pop("adm1_name") in str(read["place_parent"])
        meant.pop("adm2_name")
    for name, value in meant.items():
        expected = pd.Timestamp(value) if isinstance(value, datetime.date) else value
        assert read[name] == expected, name


@pytest.mark.parametrize(("kind", "language"), SHEETS)
def test_every_word_of_every_list_is_understood(kind: str, language: str, tmp_path: Path) -> None:
    catalogue = read_catalogue(f"plain_{kind}")["template"]
    first = in_words(kind, language, ROWS[kind])
    plain = {name: value for name, value in first.items() if name not in ("latitude", "longitude")}
    unique = "area_id" if kind == "areas" else {"incidents": "event_id"}.get(kind, "project_id")
    for name, meanings in catalogue.get("words", {}).items():
        offered = template_words(kind, cast("Language", language))[name]
        rows = [plain | {unique: f"r{at}", name: word} for at, word in enumerate(offered)]
        read = READERS[kind](filled(tmp_path / name, kind, language, rows))
        assert list(read[name]) == list(meanings), name


@pytest.mark.parametrize("field", ["adm1_name", "adm2_name"])
def test_every_unit_of_the_lists_is_found(field: str, tmp_path: Path) -> None:
    names = template_words("incidents", "fr")[field]
    rows = [
        {"event_id": f"r{at}", "date": DAY, "event_type": "EEI", field: name}
        for at, name in enumerate(names)
    ]
    located = locate(read_incidents(filled(tmp_path, "incidents", "fr", rows)), load_boundaries())
    lost = pd.Series(names)[located["adm1_pcode"].isna().to_numpy()]
    assert set(lost) <= divided_names()


def divided_names() -> set[str]:
    """Name the regions of 2023 that lie in no single one of 2015, and their cercles."""
    units = catalog.load_table("reference", "units")
    is_divided = (units["vintage"] == "2023") & (units["nesting"] != "exact")
    cercles = catalog.load_table("reference", "pcodes_2023")
    inside = cercles["parent_pcode"].isin(units.loc[is_divided, "pcode"])
    return {*units.loc[is_divided, "name"], *cercles.loc[inside, "name"]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_sheet_says_what_is_needed(language: str, tmp_path: Path) -> None:
    path = write_template(tmp_path / "modele.xlsx", language=cast("Language", language))
    book = openpyxl.load_workbook(path)
    said = [str(cell) for row in book.worksheets[0].iter_rows(values_only=True) for cell in row]
    for key in ("persons", "dates", "required", "internal"):
        assert words.word(f"template.{key}", language) in said
    for kind in KINDS:
        headings = template_headings(kind, cast("Language", language))
        assert set(headings.values()) <= set(said)
        sheet = book[sheet_name(kind, cast("Language", language))]
        assert sheet.freeze_panes == "A2"
        prompts = [one.prompt for one in sheet.data_validations.dataValidation]
        assert len(prompts) == len(headings)
        assert all(0 < len(prompt) <= 255 for prompt in prompts)


def test_its_bytes_repeat(tmp_path: Path) -> None:
    first, second = (write_template(tmp_path / name) for name in ("a.xlsx", "b.xlsx"))
    assert first.read_bytes() == second.read_bytes()


def test_it_is_a_workbook(tmp_path: Path) -> None:
    with pytest.raises(OutputFileError, match="a model workbook is written as"):
        write_template(tmp_path / "modele.csv")
