"""No table loses a column, a row or a record, whatever stands in it."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import maligeo
from maligeo.core.errors import ArgumentError, FrameError
from maligeo.readers.reading import Reading

FEW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))

# Columns that make a table one of a kind, each with cells that are sound.
BASE: dict[str, dict[str, list[str]]] = {
    "incidents": {
        "Date": ["2022-03-01", "14/04/2022", "12 mars 2022"],
        "Type d'engin": ["EEI", "mine antichar", "obus"],
        "Région": ["Mopti", "Gao", "Ségou"],
    },
    "projects": {
        "Titre du projet": ["Puits", "Écoles"],
        "Région": ["Mopti", "Gao, Kidal", "Ségou / Mopti"],
        "Bailleur": ["Bailleur A", ""],
    },
    "areas": {
        "Id zone": ["Z"],
        "Statut": ["dépolluée", "ZDS", "CHA"],
        "wkt": ["POLYGON (({x} 14, {x}1 14, {x}1 14.001, {x} 14.001, {x} 14))"],
    },
}
KNOWN = ["Cercle", "Commune", "Nbre de morts", "Blessés", "Budget (FCFA)", "Statut",
         "Date de fin", "Superficie (ha)", "source"]  # fmt: skip
RESEMBLING = ["Décédés à l'hôpital", "Date de saisie", "Code région", "Coût unitaire"]
PERSONAL = ["Nom de la victime", "Prénom", "Téléphone", "Âge", "Adresse du témoin"]
ODD = ["Observations", "Unnamed: 7", "2021", "#", "Q12/b", "é" * 40, "vintage", "geometry_1", "%"]
CELLS = ["", "", "5", "0", "1 200", "néant", "Gao", "2022-03-01", "x", "-3", "1,5", "Personne A"]
TITLES = {"total": ["TOTAL", "Total général", "Totaux"], "note": ["Source : ministère", "N.B. : x"]}


@dataclass(frozen=True)
class Made:
    """A table that was made, and what each of its rows is."""

    kind: str
    names: list[str]
    rows: list[list[str]]
    roles: list[str]

    def write(self, path: Path) -> Path:
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([self.names, *self.rows])
        return path

    def frame(self) -> pd.DataFrame:
        return pd.DataFrame(self.rows, columns=self.names).replace("", None)


@st.composite
def tables(draw: st.DrawFn, *, titles: bool = True) -> Made:
    kind = draw(st.sampled_from(sorted(BASE)))
    base = BASE[kind]
    more = st.sampled_from([*KNOWN, *RESEMBLING, *PERSONAL, *ODD])
    names = [*base, *draw(st.lists(more, unique=True, max_size=6))]
    names = list(dict.fromkeys(names))
    wanted = ["sound", "faulty", *(["total", "note", "blank", "header"] if titles else [])]
    roles = draw(st.lists(st.sampled_from(wanted), min_size=1, max_size=8))
    rows = [draw(rows_of(kind, names, role, at)) for at, role in enumerate(roles)]
    return Made(kind, names, rows, roles)


@st.composite
def rows_of(draw: st.DrawFn, kind: str, names: list[str], role: str, at: int) -> list[str]:
    if role == "blank":
        return [""] * len(names)
    if role == "header":
        return names
    if role in TITLES:
        rest = ["7" if role == "total" and draw(st.booleans()) else "" for _ in names[1:]]
        return [draw(st.sampled_from(TITLES[role])), *rest]
    row = [draw(st.sampled_from(CELLS)) if role == "faulty" else "" for _ in names]
    for place, cells in enumerate(BASE[kind].values()):
        row[place] = draw(st.sampled_from(cells)).format(x=f"-{at}.00")
    if kind == "areas":
        row[0] += str(at)
    if role == "faulty":
        row[draw(st.integers(0, len(BASE[kind]) - 1))] = draw(st.sampled_from(["?!", "31/02/2022"]))
    return row


def columns_add_up(reading: Reading, names: list[str]) -> None:
    used = set(reading.used.values())
    assert sorted([*used, *reading.extra, *reading.personal]) == sorted(names)


def rows_add_up(reading: Reading, rows: int) -> None:
    rest = reading.rows_left_out + reading.rows_rejected + len(reading.set_aside)
    assert reading.rows_read + rest == reading.rows_in_file == rows


@FEW
@given(made=tables())
def test_columns_and_rows_of_a_file_add_up(tmp_path: Path, made: Made) -> None:
    path, rejects = made.write(tmp_path / "made.csv"), tmp_path / "rejects.csv"
    frame = getattr(maligeo, f"read_{made.kind}")(path, on_invalid="quarantine", rejects=rejects)
    reading = frame.attrs["reading"]
    columns_add_up(reading, made.names)
    rows_add_up(reading, sum(role != "blank" for role in made.roles))
    aside = {at: role for at, role in enumerate(made.roles, 2) if role in {*TITLES, "header"}}
    assert dict(reading.set_aside) == aside
    rejected = pd.read_csv(rejects)["row"].tolist()
    assert len(rejected) == reading.rows_rejected
    assert all(made.roles[row - 2] == "faulty" for row in rejected)
    assert reading.rows_read >= made.roles.count("sound")


@FEW
@given(made=tables(titles=False))
def test_a_frame_is_read_as_its_file_is(tmp_path: Path, made: Made) -> None:
    path, rejects = made.write(tmp_path / "made.csv"), tmp_path / "rejects.csv"
    read = getattr(maligeo, f"read_{made.kind}")(path, on_invalid="quarantine", rejects=rejects)
    of_file = read.attrs["reading"]
    try:
        frame = getattr(maligeo, f"as_{made.kind}")(made.frame())
    except FrameError:
        assert of_file.rows_rejected > 0
        return
    assert of_file.rows_rejected == 0
    reading = frame.attrs["reading"]
    columns_add_up(reading, made.names)
    rows_add_up(reading, len(made.rows))
    assert (reading.used, reading.extra, reading.personal) == (
        of_file.used, of_file.extra, of_file.personal,
    )  # fmt: skip
    assert len(frame) == len(read)


@pytest.mark.parametrize("kind", sorted(BASE))
def test_a_line_of_totals_in_a_frame_is_no_record(kind: str) -> None:
    sound = [cells[0].format(x="-4.00") for cells in BASE[kind].values()]
    total = ["TOTAL", *[None] * (len(sound) - 1)]
    frame = pd.DataFrame([sound, total], columns=list(BASE[kind]))
    reading = getattr(maligeo, f"as_{kind}")(frame).attrs["reading"]
    assert list(reading.set_aside.values()) == ["total"]
    rows_add_up(reading, 2)


def test_a_note_beside_persons_is_no_record(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Titre du projet,Région,Nom de la victime\nPuits,Gao,\nSource : x,,\n", "utf-8")
    reading = maligeo.read_projects(path).attrs["reading"]
    assert dict(reading.set_aside) == {3: "note"}


def test_a_reference_point_of_a_rejected_area_counts_once(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    points = "Z,SHA,RP,0,14,-4\nZ,SHA,TP,1,14,-4\nZ,SHA,TP,2,14.001,-4\n"
    path.write_text(f"area_id,status,point_type,vertex,lat,lon\n{points}", "utf-8")
    rejects = tmp_path / "rejects.csv"
    frame = maligeo.read_areas(path, on_invalid="quarantine", rejects=rejects)
    reading = frame.attrs["reading"]
    rows_add_up(reading, 3)
    assert reading.rows_read >= 0


PLACES = ["Mopti", "Gao", "Kidal", "Tombouctou", "National", "Mopti - Ségou", "Nulle part", ""]
POSITIONS = [(14.5, -4.2), (16.27, -0.04), (12.65, -8.0), (14.1, -1.6), (13.5, 2.1), ("", "")]
INCIDENTS = st.fixed_dictionaries(
    {
        "date": st.sampled_from(["2019-12-31", "2020-01-01", "2021-07-04", "2022-12-31", ""]),
        "type": st.sampled_from(["EEI", "mine", "obus"]),
        "région": st.sampled_from(PLACES),
        "position": st.sampled_from(POSITIONS),
        "morts": st.sampled_from(["", "0", "1", "7"]),
    }
)


@settings(FEW, max_examples=15)
@given(
    rows=st.lists(INCIDENTS, min_size=1, max_size=12),
    covers=st.sampled_from([None, "2020/2022", "2021"]),
)
def test_a_table_counts_every_record_of_the_file(
    tmp_path: Path, units: gpd.GeoDataFrame, rows: list[dict[str, Any]], covers: str | None
) -> None:
    """From the file to the table: by unit and year, beyond the coverage, undated, unplaced."""
    path = tmp_path / "list.csv"
    lines = [
        [row["date"], row["type"], row["région"], *row["position"], row["morts"]] for row in rows
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["date", "type", "région", "lat", "lon", "morts"], *lines])
    located = maligeo.locate(maligeo.read_incidents(path), units)
    assert len(located) == len(rows)
    if covers is not None:
        located = maligeo.with_coverage(located, covers)
    killed = sum(int(row["morts"] or 0) for row in rows)
    for measure, total in (("incidents", len(rows)), ("killed", killed)):
        for period in (None, "year"):
            if period is not None and covers is None and not any(row["date"] for row in rows):
                with pytest.raises(ArgumentError, match="have no dates"):
                    maligeo.density(located, units, measure=measure, period=period)
                continue
            table = maligeo.density(located, units, measure=measure, period=period)
            assert table["count"].sum() == total, (measure, period)
