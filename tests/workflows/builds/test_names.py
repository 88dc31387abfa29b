"""A name that nothing bears is a fault of the file, by its key, in a dry run too."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import maligeo
from maligeo.core.errors import OutputFileError, SettingsError
from maligeo.workflows import records
from tests.workflows.builds.months import write_month, write_records

LISTS = (
    'audiences = "internal"\nperiod = "2021"\nincidents = "incidents.csv"\n'
    'projects = "projects.csv"\n'
)
MAP = '[[map]]\nfile = "a.html"\n'
TABLE = '[[table]]\nfile = "a.csv"\nof = "incidents"\n'
PAPER = '[[map]]\nfile = "a.pdf"\nlayers = ["incidents", "killed"]\n'
ANSWER = '[[answer]]\nfile = "a.csv"\n'

MISSPELT = """
need = ["incidents", "kiled"]
only = { organisation = ["Medico", "Mediko"] }
map = [
    { file = "a.html", region = "Moptii", layers = ["incidents", "kiled"] },
    { file = "b.html", layers = ["killed_per_100kk", "gapss"] },
]
table = [
    { file = "c.csv", of = "incidents", region = "Gaoo", measure = "injurd" },
    { file = "d.csv", of = "projects" },
]
report = [{ file = "e.html", region = "Kidall" }]
export = [
    { file = "f.pptx", region = "Kidall" },
    { file = "g.gpkg", layers = ["gaps", "surface"] },
]
answer = [{ file = "h.csv" }]
"""
# Key, what the file says, and what may be meant.
FAULTS = {
    ("map[1].region", "Moptii", "Mopti"),
    ("map[1].layers", "kiled", "killed"),
    ("map[2].layers", "killed_per_100kk", "killed_per_100k"),
    ("map[2].layers", "gapss", "gaps"),
    ("table[1].region", "Gaoo", "Gao"),
    ("table[1].measure", "injurd", "injured"),
    ("report[1].region", "Kidall", "Kidal"),
    ("export[1].region", "Kidall", "Kidal"),
    ("export[2].layers", "surface", "surface"),  # which a page has, and no file
    ("need", "kiled", "killed"),
    ("only.organisation", "Mediko", "Medico"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("names")
    write_records(made)
    (made / "projects.csv").write_text(
        "project_id,title,adm1_name,organisation,status,source\n"
        "a,Wells,Mopti,Medico,active,synthetic\nb,School,Gao,Aquadev,planned,synthetic\n",
        encoding="utf-8",
    )
    return made


def test_every_name_that_nothing_bears_is_named(folder: Path) -> None:
    with pytest.raises(SettingsError) as raised:
        maligeo.build(write_month(folder, LISTS + MISSPELT), dry_run=True)
    faults = raised.value.faults
    assert {(one.column, one.value, *one.proposals) for one in faults} == FAULTS
    assert len(faults) == len(FAULTS)
    assert all(one.reason.startswith("is none of ") for one in faults)
    french = raised.value.message("fr").replace("\u00a0", " ").splitlines()[1:]
    assert all(" : n’est rien de ce qui est connu : " in line for line in french)


def test_names_are_looked_up_before_anything_is_made(folder: Path, tmp_path: Path) -> None:
    text = LISTS + '[[map]]\nfile = "0.html"\n' + TABLE + 'region = "Gaoo"\n'
    with pytest.raises(SettingsError, match=r"table\[1\].region: is none of Kayes"):
        maligeo.build(write_month(folder, text), output=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_need_of_a_map_that_may_show_it(folder: Path) -> None:
    with pytest.raises(SettingsError, match="need: is none of incidents"):
        maligeo.build(write_month(folder, 'need = "nead"\n' + LISTS + MAP), dry_run=True)


def test_a_region_of_another_division(folder: Path) -> None:
    with pytest.raises(SettingsError) as raised:
        maligeo.build(write_month(folder, MAP + 'region = "Taoudénit"\n'), dry_run=True)
    (fault,) = raised.value.faults
    assert fault.reason.startswith("is a region of 2023: in the boundaries of 2015 it lies in Tom")
    assert fault.message("fr").replace("\u00a0", " ").startswith(
        "map[1].region : est une région de 2023 : dans les limites de 2015 elle est dans Tombouctou"
    )  # fmt: skip


def test_words_that_together_keep_no_project(folder: Path) -> None:
    """One project is of Medico, and another one planned."""
    table = '[[table]]\nfile = "a.csv"\nof = "projects"\n'
    text = LISTS + 'only = {organisation = "Medico", status = "planned"}\n' + table
    with pytest.raises(SettingsError) as raised:
        maligeo.build(write_month(folder, text), dry_run=True)
    assert [str(one) for one in raised.value.faults] == [
        "only: no project has all of this at once: organisation Medico; status planned"
    ]
    study = maligeo.study(projects=folder / "projects.csv")
    with pytest.raises(maligeo.MaligeoError, match="no project has all of this at once"):
        assert len(study.asking(only=["organisation=Medico", "status=planned"]).projects)


def test_names_that_are_borne(folder: Path) -> None:
    text = (
        LISTS + 'need = {incidents = 1, killed = 2}\nonly = {status = ["active", "planned"]}\n'
        + MAP + 'region = "gao"\nlayers = ["killed_per_100k", "gaps", "surface", "incidents"]\n'
        + ANSWER.replace("a.csv", "b.csv") + TABLE + 'measure = "killed"\nregion = "ML05"\n'
        '[[export]]\nfile = "c.gpkg"\nlayers = ["gaps", "killed"]\n'
    )  # fmt: skip
    steps = maligeo.build(write_month(folder, text), dry_run=True)
    assert set(steps["action"]) == {"make"}


def test_words_of_projects_are_no_matter_of_land_alone(folder: Path) -> None:
    areas = "area_id,status,area_sqm,end_date,adm1_name,source\na,cleared,9,2021-02-03,Gao,x\n"
    (folder / "areas.csv").write_text(areas, encoding="utf-8")
    text = LISTS + 'areas = "areas.csv"\nonly = {organisation = "Nobody"}\n' + TABLE.replace(
        '"incidents"', '"areas"'
    )  # fmt: skip
    assert len(maligeo.build(write_month(folder, text), dry_run=True)) == 2


def test_what_stands_there_is_not_read_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Any] = []

    def counted(source: Any) -> pd.DataFrame:
        read.append(source)
        return maligeo.read_incidents(source)

    monkeypatch.setitem(records.READERS, "incidents", counted)
    file = write_month(folder, LISTS + TABLE + 'measure = "killed"\n', name="kept.toml")
    maligeo.build(file)
    assert len(read) == 1
    maligeo.build(file, dry_run=True)
    assert len(read) == 1


def test_what_else_is_wrong_is_said_whole_in_the_language_of_the_reader(folder: Path) -> None:
    with pytest.raises(OutputFileError) as raised:
        maligeo.build(write_month(folder, LISTS + PAPER))
    french = raised.value.message("fr").replace("\u00a0", " ")
    assert french == (
        "a.pdf ne peut pas être fait pour le public « internal » : une carte sur papier montre "
        "une couche, et incidents, killed sont demandées"
    )
