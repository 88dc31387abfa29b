"""Texts from anybody's data are computed by no spreadsheet, whichever file they go to."""

import csv
import io
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import maligeo
from maligeo.exports.write import csv_text, open_stream

FORMULAS = (
    "=cmd|' /C calc'!A0", "+1+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", "@SUM(1+1)*cmd",
    "\t=1+1", "\r=1+1", "\n=1+1", "\uff1d1+1", "Mopti;=1+1", "Mopti\t=1+1",
)  # fmt: skip
NUMBERS = ("-4.5", "-4,5", "+223", "-1e5", "-3 %", "-", "")
NUMBER = -4.5
CSV = ("table", "stream", "package", "rejects", "stdout")


def records() -> pd.DataFrame:
    texts = [*FORMULAS, *NUMBERS]
    return pd.DataFrame(
        {
            "event_id": texts,
            "date": pd.Timestamp("2022-03-01"),
            "event_type": "ied",
            "lat": 14.5,
            "lon": NUMBER,
        }
    )


def lies_in_wait(cell: str) -> bool:
    """Tell whether a cell, or a part of it where ";" separates, would be computed."""
    parts = [part for piece in cell.split(";") for part in piece.split("\t")]
    return any(
        part[:1] in {"=", "+", "-", "@", "\r", "\n", "\uff1d"} and part not in NUMBERS
        for part in parts
        if part and part != str(NUMBER)
    )


def csv_from(way: str, folder: Path) -> str:
    """Have the records written in one of the ways that end in CSV."""
    path = folder / "out.csv"
    frame = records()
    if way == "table":
        maligeo.write_table(frame, path, audience="internal")
    elif way == "stream":
        with open_stream(path, audience="internal") as write:
            write(frame)
    elif way == "package":
        maligeo.write_layers({"records": frame}, folder / "p.zip", audience="internal")
        with zipfile.ZipFile(folder / "p.zip") as archive:
            (name,) = (name for name in archive.namelist() if name.endswith(".csv"))
            return archive.read(name).decode()
    elif way == "rejects":
        given = folder / "in.csv"
        frame.assign(date="no day", **{"=1+1": "x"}).to_csv(given, index=False)
        maligeo.read_incidents(given, on_invalid="quarantine", rejects=path)
    else:
        return csv_text(frame, audience="internal")  # what `--format csv` prints
    return path.read_bytes().decode()


@pytest.mark.parametrize("way", CSV)
def test_no_cell_of_a_csv_file_is_computed(way: str, tmp_path: Path) -> None:
    rows = list(csv.reader(io.StringIO(csv_from(way, tmp_path), newline="")))
    assert len(rows) > 1
    assert [cell for row in rows for cell in row if lies_in_wait(cell)] == []


@pytest.mark.parametrize("way", ["table", "stream", "package", "rejects"])
def test_numbers_stay_numbers(way: str, tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(csv_from(way, tmp_path), newline="")))
    assert [row["event_id"] for row in rows][-len(NUMBERS) :] == list(NUMBERS)
    assert {row["lon"] for row in rows} == {str(NUMBER)}


def test_a_workbook_marks_such_texts_and_changes_none(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    kept = [text for text in FORMULAS if "\r" not in text]
    frame = pd.DataFrame({"=a": [*kept, "Mopti", "-4.5"], "n": NUMBER})
    maligeo.write_table(frame, path, audience="internal")
    sheet = openpyxl.load_workbook(path).worksheets[0]
    cells = [row[0] for row in sheet.iter_rows(min_row=3)]
    assert [cell.value for cell in cells] == frame["=a"].to_list()
    computed = {cell.value for cell in cells if cell.quotePrefix}
    assert computed == {text for text in kept if not text.startswith("Mopti")}
    assert sheet.cell(2, 1).quotePrefix
    assert sheet.cell(3, 2).value == NUMBER


def test_programs_can_have_the_texts_as_they_are(tmp_path: Path) -> None:
    options = maligeo.exports.ExportOptions(guard_formulas=False)
    path = maligeo.write_table(records(), tmp_path / "t.csv", audience="internal", options=options)
    with path.open(encoding="utf-8", newline="") as file:
        assert [row["event_id"] for row in csv.DictReader(file)] == records()["event_id"].to_list()
