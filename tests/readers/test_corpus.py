"""Files as people make them, each against what a careful person reads in it.

`tests/data/corpus/expected.toml` says what each file holds. Columns and rows are counted here with
csv, openpyxl and pyogrio, never with the library.
"""

import csv
import functools
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest
from shapely import Point
from typer.testing import CliRunner

import maligeo
from maligeo.cli import app
from maligeo.core.errors import MaligeoError
from maligeo.readers.files.sources import Source
from maligeo.readers.reading import Reading

CORPUS = Path(__file__).parents[1] / "data" / "corpus"
ENTRIES: list[dict[str, Any]] = tomllib.loads((CORPUS / "expected.toml").read_text("utf-8"))[
    "reading"
]
RECORDS = ("incidents", "projects", "areas", "figures")
ASPECTS = ("kind", "columns", "rows", "values")
# Headings of columns that hold names, numbers or accounts of persons, as lists and forms have them.
OF_PERSONS = [
    "Point focal", "Focal point", "Personne ressource", "Responsable", "Nom du responsable",
    "Chef de projet", "Chef de village", "Nom du chef de village", "Enquêteur", "Agent de saisie",
    "Superviseur", "Reported by", "Déclarant", "Nom déclarant", "Victime 1", "Noms des blessés",
    "Liste des victimes", "Identité", "Propriétaire du terrain", "Nom du propriétaire", "Landowner",
    "Collected by", "Investigator", "Team leader", "Created by", "Username", "_submitted_by",
    "deviceid", "subscriberid", "N° tel", "Num tel", "Saisi par", "Rapporté par", "Né le",
    "Nom du bénéficiaire", "Groupe ethnique", "Matricule", "Votre nom", "CreatedBy", "Victim 2",
    "nom_declar", "Noms et prénoms des décédés", "Personne à contacter", "Contact ONG",
    "N° de la pièce d'identité", "Type of injury", "Nom du démineur", "Chargé de projet",
]  # fmt: skip
OF_NO_PERSON = [
    "Nom du village", "Nom du projet", "Nom de la localité", "NOM_ZONE", "Nom du site",
    "nom_villag", "Project name", "Org name", "Nom de l'organisation", "Contact avec la mine",
    "Village", "Chef-lieu", "Chef de file", "Organisation responsable", "Device ID",
    "Personnes âgées", "Personnes touchées par l'incident", "Nb de responsables formés", "Victimes",
    "Cleared by", "Implemented by", "Tués 2022", "Comité directeur", "Nom du puits",
]  # fmt: skip
TOLERANCE = 2e-5  # degrees, two metres


def marks(entry: Mapping[str, Any], aspect: str) -> list[pytest.MarkDecorator]:
    """Expect a failure where the entry says that it is pending or a fault, and why."""
    found = []
    for name in ("pending", "fault"):
        said = entry.get(name, {})
        why = said if isinstance(said, str) else said.get(aspect)
        if why:
            found.append(pytest.mark.xfail(strict=True, reason=f"{name}: {why}"))
    return found


def aspects() -> Iterator[Any]:
    for number, entry in enumerate(ENTRIES):
        refused = entry["kind"] == "refused"
        for aspect in ("refused",) if refused else ASPECTS:
            if aspect != "columns" or not entry["file"].endswith(".xml"):
                name = f"{entry['file']}-{number}-{aspect}"
                yield pytest.param(number, aspect, id=name, marks=marks(entry, aspect))


def table_of(entry: Mapping[str, Any]) -> list[list[str]]:
    """Give the cells of a table as they stand, counted as a spreadsheet counts them."""
    path, how = CORPUS / entry["file"], entry.get("table", {})
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path, data_only=True)
        sheet = book[entry.get("say", {}).get("sheet", book.sheetnames[0])]
        return [["" if cell is None else str(cell) for cell in row] for row in sheet.values]
    encoding = how.get("encoding", "utf-8-sig")
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.reader(file, delimiter=how.get("delimiter", ",")))


def counted(entry: Mapping[str, Any]) -> tuple[set[str], int]:
    """Give the columns and the number of the rows of a file, without the library."""
    path = CORPUS / entry["file"]
    if path.suffix == ".xml":
        return set(), len(ElementTree.parse(path).getroot().findall("iati-activity"))
    if path.suffix not in {".csv", ".txt", ".xlsx"}:
        about = pyogrio.read_info(path, layer=entry.get("say", {}).get("layer"))
        return {*about["fields"], "geometry"}, about["features"]
    rows, how = table_of(entry), entry.get("table", {})
    heading = how.get("headings", 1)
    below = rows[heading + how.get("tags", False) :]
    return set(filter(None, rows[heading - 1])), sum(any(map(str.strip, row)) for row in below)


def source_of(entry: Mapping[str, Any]) -> Source:
    return Source(CORPUS / entry["file"], **entry.get("say", {}))


def check(entry: Mapping[str, Any]) -> tuple[int, str]:
    """Run `maligeo check` on a file with what is said of it."""
    said = entry.get("say", {})
    options = [f"--{name}={said[name]}" for name in ("sheet", "layer") if name in said]
    for name in ("columns", "constants"):
        options += [f"--{name[:-1]}={one}={it}" for one, it in said.get(name, {}).items()]
    path = str(CORPUS / entry["file"])
    done = CliRunner().invoke(app, ["check", path, "--language=en", *options])
    refusal = done.exception if isinstance(done.exception, MaligeoError) else ""
    return done.exit_code, f"{done.output}{refusal}"


@functools.cache
def read(number: int, folder: Path) -> gpd.GeoDataFrame:
    entry = ENTRIES[number]
    reader = getattr(maligeo, f"read_{entry['kind']}")
    options = entry.get("options", {})
    if entry["kind"] != "boundaries":
        options = {"on_invalid": "quarantine", "rejects": folder / f"{number}.csv"}
    return reader(source_of(entry), **options)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("corpus")


def test_there_is_enough_of_it() -> None:
    files = {path.name for path in CORPUS.iterdir()} - {"expected.toml"}
    assert files == {entry["file"] for entry in ENTRIES}
    assert len(files) >= 45
    assert max((CORPUS / name).stat().st_size for name in files) < 30_000


@pytest.mark.parametrize("entry", [entry for entry in ENTRIES if entry["kind"] != "refused"])
def test_what_is_expected_adds_up(entry: dict[str, Any]) -> None:
    columns, rows = counted(entry)
    parts = [len(entry.get(part, ())) for part in ("set_aside", "rejected")]
    assert entry["read"] + entry.get("left_out", 0) + sum(parts) == entry["in_file"] == rows
    if "used" in entry:
        extra = [
            *entry.get("kept", ()),
            *entry.get("not_understood", ()),
            *entry.get("personal", ()),
        ]
        used = set(entry["used"].values())
        assert sorted([*used, *extra]) == sorted(columns)


@pytest.mark.parametrize(("number", "aspect"), list(aspects()))
def test_a_file(number: int, aspect: str, folder: Path) -> None:
    entry = ENTRIES[number]
    if aspect == "refused":
        is_refused(entry)
    elif aspect == "kind":
        is_of_its_kind(entry)
    elif aspect == "columns":
        columns_are(entry, read(number, folder).attrs["reading"])
    elif aspect == "rows":
        rows_are(entry, read(number, folder), folder / f"{number}.csv")
    else:
        frame = read(number, folder)
        assert len(frame) == entry.get("records", entry["read"])
        for one in entry.get("checks", ()):
            value_is(one, frame)


def test_columns_about_persons_are_never_read() -> None:
    headings = ["date", "type", "région", *OF_PERSONS]
    row = ["2022-03-01", "EEI", "Gao", *("SECRET" for _ in OF_PERSONS)]
    read_in = maligeo.as_incidents(pd.DataFrame([row], columns=headings))
    told = [name for name in OF_PERSONS if name not in read_in.attrs["reading"].personal]
    assert told == []


@pytest.mark.parametrize("heading", OF_NO_PERSON)
def test_columns_about_places_and_projects_are_kept(heading: str) -> None:
    frame = pd.DataFrame(
        [["2022-03-01", "EEI", "Gao", "x"]], columns=["date", "type", "région", heading]
    )
    assert maligeo.as_incidents(frame).attrs["reading"].personal == ()


def is_refused(entry: Mapping[str, Any]) -> None:
    for kind in RECORDS:
        with pytest.raises(MaligeoError):
            getattr(maligeo, f"read_{kind}")(source_of(entry))
    code, told = check(entry)
    assert code != 0
    for word in entry.get("says", ()):
        assert word in told


def is_of_its_kind(entry: Mapping[str, Any]) -> None:
    """Let `maligeo check` find out, which says of what kind a file is in its first line."""
    names = {"areas": "hazardous or released land"}
    if entry["kind"] == "boundaries":
        return  # `check` has no words for what has to be said of these
    _, told = check(entry)
    first = told.partition("\n")[0]
    assert first.rpartition(": ")[2].startswith(names.get(entry["kind"], entry["kind"])), told
    for word in entry.get("says", ()):
        assert word in told


def columns_are(entry: Mapping[str, Any], reading: Reading) -> None:
    columns, _ = counted(entry)
    used, others = set(reading.used.values()), [*reading.extra, *reading.personal]
    assert sorted([*used, *others]) == sorted(columns)
    if "used" not in entry:  # a column may be a field of its own, as each year of a wide table
        return
    assert dict(reading.used) == entry["used"]
    assert sorted(reading.personal) == sorted(entry.get("personal", ()))
    assert sorted(reading.not_understood) == sorted(entry.get("not_understood", ()))
    assert sorted(reading.kept) == sorted(entry.get("kept", ()))


def rows_are(entry: Mapping[str, Any], frame: pd.DataFrame, rejects: Path) -> None:
    if entry["kind"] == "boundaries":
        assert len(frame) == entry["read"]
        return
    reading = frame.attrs["reading"]
    _, rows = counted(entry)
    rest = len(reading.set_aside) + reading.rows_rejected
    assert reading.rows_read + reading.rows_left_out + rest == reading.rows_in_file == rows
    rejected = pd.read_csv(rejects)["row"].tolist() if rejects.exists() else []
    assert rejected == entry.get("rejected", [])
    aside = {int(row): why for row, why in entry.get("set_aside", {}).items()}
    assert dict(reading.set_aside) == aside
    assert reading.rows_read == entry["read"]
    assert reading.rows_left_out == entry.get("left_out", 0)


def value_is(one: Mapping[str, Any], frame: gpd.GeoDataFrame) -> None:
    """Hold one value of a file against what was read."""
    if "sum" in one:
        found = frame[one["sum"]].sum()
    elif "count" in one:
        found = (frame[one["count"]] == one["of"]).sum()
    elif "missing" in one:
        found = frame[one["missing"]].isna().sum()
    elif "money" in one:
        of_it = frame[frame["budget_currency"] == one["money"]]
        found = of_it.drop_duplicates("project_id")["budget_amount"].sum()
    elif "figure" in one:
        found = frame.loc[frame["measure"] == one["figure"], "value"].sum()
    elif "located" in one:
        located = maligeo.locate(frame, maligeo.load_boundaries())
        found, one = located["adm1_pcode"].notna().sum(), {"is": one["located"]}
    else:
        found = cell_of(one, frame)
    assert found == pytest.approx(one["is"], abs=TOLERANCE), one


def cell_of(one: Mapping[str, Any], frame: gpd.GeoDataFrame) -> Any:
    if "row" in one:
        cell = frame.loc[one["row"], one["field"]]
    else:
        [(name, value)] = one["where"].items()
        [cell] = frame.loc[frame[name] == value, one["field"]].unique()[:2]
    if isinstance(cell, pd.Timestamp):
        return cell.date().isoformat()
    if one["field"] == "geometry":
        point = cell if isinstance(cell, Point) else cell.centroid
        return [point.x, point.y]
    return cell
