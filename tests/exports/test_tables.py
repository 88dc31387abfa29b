"""CSV, Excel and Parquet read again in their own kind of tool."""

import csv
import json
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from maligeo.core.errors import FrameError, GeometryError
from maligeo.exports import ExportOptions, write_table
from maligeo.provenance.record import KEY, Provenance
from maligeo.workflows.study import study
from tests.exports import exportworlds as small

HXL = ExportOptions(hxl=True)


def write(table: pd.DataFrame, path: Path, **options: Any) -> Path:
    return write_table(table, path, **({"audience": "internal"} | options))


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def sheet_of(path: Path, name: str = "maligeo") -> Worksheet:
    return openpyxl.load_workbook(path)[name]


def test_csv_says_zero_missing_and_days(tmp_path: Path) -> None:
    rows = rows_of(write(small.table(), tmp_path / "t.csv"))
    assert rows == [
        ["name", "count", "records", "low", "period_start", "place_kind"],
        ["Ségou", "1.5", "1", "True", "2021-01-01", "unit"],
        ["'=1+1", "0.0", "", "False", "", ""],
        ["'@here", "", "0", "", "2021-09-30", "joint"],
        ["-5", "3.0", "4", "True", "", "unit"],
        ["", "0.30000000000000004", "-5", "True", "", "unit"],
    ]


def test_csv_keeps_hours(tmp_path: Path) -> None:
    times = pd.to_datetime(["2021-01-02 03:04:05", "2021-01-02 00:00:00"])
    rows = rows_of(write(pd.DataFrame({"at": times}), tmp_path / "t.csv"))
    assert rows[1:] == [["2021-01-02T03:04:05"], ["2021-01-02T00:00:00"]]


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "parquet"])
def test_hostile_texts_stay_as_they_are(tmp_path: Path, suffix: str) -> None:
    texts = [text for text in small.HOSTILE if suffix != "xlsx" or "\r" not in text]
    frame = pd.DataFrame({"a": texts, "b": range(len(texts))})
    path = write(frame, tmp_path / f"t.{suffix}", options=ExportOptions(guard_formulas=False))
    if suffix == "csv":
        found = [row[0] for row in rows_of(path)[1:]]
    elif suffix == "parquet":
        found = pq.read_table(path).column("a").to_pylist()
    else:
        sheet = sheet_of(path)
        cells = [sheet.cell(row, 1) for row in range(3, 3 + len(texts))]
        assert {cell.data_type for cell in cells} == {"s"}
        found = [str(cell.value) for cell in cells]
        texts = [text.replace("\x01", "_x0001_").replace("\x1f", "_x001F_") for text in texts]
        texts = [text.replace("\ufffe", "_xFFFE_") for text in texts]
    assert found == texts


def test_guards_are_for_texts_alone(tmp_path: Path) -> None:
    frame = pd.DataFrame({"=a": list(small.HOSTILE), "n": -1.0})
    rows = rows_of(write(frame, tmp_path / "t.csv"))
    assert rows[0] == ["'=a", "n"]
    for row, text in zip(rows[1:], small.HOSTILE, strict=True):
        number = text in ("-5", "+33")
        assert row[0] == (f"'{text}" if text[0] in "=+-@\t\r" and not number else text)
        assert row[1] == "-1.0"


def test_hashtags_stand_below_the_headings(tmp_path: Path) -> None:
    table = small.densities()
    rows = rows_of(write(table, tmp_path / "t.csv", options=HXL))
    tags = dict(zip(rows[0], rows[1], strict=True))
    assert tags["pcode"] == "#adm1+code"
    assert tags["name"] == "#adm1+name"
    assert tags["period_start"] == "#date+start"
    assert tags["count"] == "#indicator+num"
    assert tags["low_count"] == ""
    assert len(rows) == len(table) + 2
    sheet = sheet_of(write(table, tmp_path / "t.xlsx", options=HXL))
    assert [str(cell.value or "") for cell in sheet[3]] == rows[1]


def test_points_become_two_columns(tmp_path: Path) -> None:
    rows = rows_of(write(small.incidents(), tmp_path / "t.csv", options=HXL))
    assert rows[0][-2:] == ["lon", "lat"]
    assert rows[1][-2:] == ["#geo+lon", "#geo+lat"]
    assert rows[2][-2:] == ["0.1", "0.2"]
    assert rows[6][-2:] == ["", ""]
    with pytest.raises(GeometryError, match="write_layers"):
        write(small.areas(), tmp_path / "areas.csv")
    with pytest.raises(FrameError, match="'lon': the points"):
        write(small.incidents().assign(lon=1), tmp_path / "t.csv")


def test_an_index_of_several_levels_becomes_columns(tmp_path: Path) -> None:
    index = pd.MultiIndex.from_tuples([("unit", "ZZ01"), ("joint", "")], names=["kind", "pcode"])
    rows = rows_of(write(pd.DataFrame({"x": [1, 2]}, index=index), tmp_path / "t.csv"))
    assert rows == [["kind", "pcode", "x"], ["unit", "ZZ01", "1"], ["joint", "", "2"]]


def test_a_csv_file_is_described_beside_it(tmp_path: Path) -> None:
    path = write(small.densities(), tmp_path / "t.csv", about=small.ABOUT, options=HXL)
    beside = tmp_path / "t.csv-metadata.json"
    described = json.loads(beside.read_text("utf-8"))
    assert described["@context"] == "http://www.w3.org/ns/csvw"
    assert described["url"] == "t.csv"
    assert described["dialect"] == {"headerRowCount": 2}
    columns = described["tableSchema"]["columns"]
    assert [column["name"] for column in columns] == rows_of(path)[0]
    kinds = {column["name"]: column["datatype"] for column in columns}
    assert (kinds["period_start"], kinds["count"], kinds["records"]) == (
        "date",
        "double",
        "integer",
    )
    assert Provenance.from_json(json.dumps(described[KEY])) == small.ABOUT
    write(small.table(), path)
    assert not beside.exists()  # else it would describe another file
    beside.write_text('{"somebody": "else"}')
    write(small.table(), path)
    assert beside.exists()


def test_parquet_keeps_types_and_says_what_made_it(tmp_path: Path) -> None:
    frame = small.table()
    frame.attrs["secret"] = "where it was"
    path = write(frame, tmp_path / "t.parquet", about=small.ABOUT)
    table = pq.read_table(path)
    assert [str(field.type) for field in table.schema] == [
        "string", "double", "int64", "bool", "date32[day]", "string",
    ]  # fmt: skip
    assert table.column("records").to_pylist() == [1, None, 0, 4, -5]
    assert table.column("count").to_pylist() == [1.5, 0.0, None, 3.0, 0.1 + 0.2]
    assert Provenance.from_json(table.schema.metadata[KEY.encode()].decode()) == small.ABOUT
    assert b"where it was" not in path.read_bytes()
    again = pd.read_parquet(path)
    assert again["records"].dtype == "Int64"
    assert again["low"].tolist()[:2] == [True, False]


def test_the_workbook_is_for_reading(tmp_path: Path) -> None:
    path = write(small.densities(), tmp_path / "t.xlsx", about=small.ABOUT)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["maligeo", "Notes"]
    assert {sheet.sheet_state for sheet in book} == {"visible"}
    sheet = book["maligeo"]
    assert not any(column.hidden for column in sheet.column_dimensions.values())
    assert not any(row.hidden for row in sheet.row_dimensions.values())
    assert sheet.freeze_panes == "A3"
    assert sheet.auto_filter.ref.startswith("A2:")
    head = sheet["A1"]
    assert head.value == "INTERNE\u00a0: ne pas diffuser / INTERNAL: do not pass on"
    assert head.font.color.rgb == "FFC00000"
    assert "INTERNAL" in (sheet.oddHeader.center.text or "")
    assert [cell.value for cell in sheet[2]] == list(small.densities().columns)
    columns = {cell.value: cell for cell in sheet[2]}
    assert "km²" in columns["area_sqkm"].comment.text
    by_name = {name: sheet.cell(3, cell.column) for name, cell in columns.items()}
    assert by_name["period_start"].number_format == "yyyy-mm-dd"
    assert by_name["population_year"].number_format == "0"
    assert by_name["per_100k"].number_format == "#,##0.0"
    joined = "".join(str(prop.value) for prop in book.custom_doc_props.props)
    assert Provenance.from_json(joined) == small.ABOUT
    assert book.custom_doc_props.names[0] == KEY


def test_at_least_is_seen_in_a_workbook_and_the_cell_stays_a_number(tmp_path: Path) -> None:
    answer = study().answer(language="fr").save(tmp_path / "a.xlsx")
    sheet = sheet_of(answer)
    headings = {cell.value: cell.column_letter for cell in sheet[2]}
    named = {cell.value: cell.row for cell in sheet[headings["name"]]}
    for region in ("Kayes", "Koulikoro"):
        cell = sheet[f"{headings['projects']}{named[region]}"]
        assert (cell.value, cell.number_format[:4]) == (0, '"≥ "')


def test_cells_of_a_workbook_have_types(tmp_path: Path) -> None:
    sheet = sheet_of(write(small.table(), tmp_path / "t.xlsx"))
    found = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
    day = pd.Timestamp("2021-01-01").to_pydatetime()
    assert found[0] == ["Ségou", 1.5, 1, True, day, "unit"]
    assert found[1] == ["=1+1", 0, None, False, None, None]
    assert sheet.cell(4, 1).data_type == "s"
    assert sheet.cell(5, 2).value is None


@pytest.mark.parametrize(
    ("language", "heading"), [("fr", "Superficie (km²)"), ("en", "Area (km²)")]
)
def test_headings_in_a_language(tmp_path: Path, language: Any, heading: str) -> None:
    options = ExportOptions(language=language)
    for suffix in ("csv", "xlsx"):
        path = write(small.densities(), tmp_path / f"t.{suffix}", options=options)
        if suffix == "csv":
            heads = rows_of(path)[0]
        else:
            heads = [str(cell.value) for cell in sheet_of(path)[2]]
        assert heading in heads
        assert len(set(heads)) == len(heads)


def notes_of(path: Path) -> str:
    sheet = sheet_of(path, "Notes")
    return "\n".join(" ".join(str(c.value) for c in row if c.value) for row in sheet.iter_rows())


def test_the_notes_say_what_there_is_to_know(tmp_path: Path) -> None:
    table = small.densities()
    table.attrs["release"] = {"rules": {"smallest_cell": 5, "round_to": 5}}
    table["note"] = "withheld: fewer than 5"
    path = write(table, tmp_path / "t.xlsx", about=small.ABOUT)
    text = notes_of(path)
    for part in (
        "An empty cell: not known. A zero: counted, and there was none.",
        "Une case vide\u00a0: non connu.",
        "Administrative division: 2015.",
        f"Rows: {len(table)}.",
        "counts below 5 are not given",
        "les nombres au-dessous de 5 ne sont pas donnés",
        "area_sqkm Superficie (km²) / Area (km²) km²",
        "hand-made",
        "neither recognition nor official endorsement",
        "density: incidents {incidents}",
        "relevés.csv " + "ab" * 32,
    ):
        assert part in text, part
    assert "Synthetic" not in text
    english = notes_of(write(table, tmp_path / "e.xlsx", options=ExportOptions(language="en")))
    assert "case vide" not in english


def test_made_up_data_say_so(tmp_path: Path) -> None:
    frame = small.table().assign(source="synthetic, for the example")
    path = write(frame, tmp_path / "t.xlsx", options=ExportOptions(language="en"))
    assert "Synthetic data" in notes_of(path)
    assert "Synthetic data" in str(sheet_of(path)["A1"].value)


def test_a_public_workbook_is_not_red(tmp_path: Path) -> None:
    frame = pd.DataFrame(small.units().drop(columns="geometry"))
    options = ExportOptions(language="fr")
    path = write_table(frame, tmp_path / "t.xlsx", about=small.ABOUT, options=options)
    properties = openpyxl.load_workbook(path).custom_doc_props.props
    told = Provenance.from_json("".join(str(prop.value) for prop in properties))
    assert (told.audience, told.request) == ("public", small.ABOUT.request)
    head = sheet_of(path)["A1"]
    assert head.value == "Version publique"
    assert head.font.color is None or head.font.color.rgb != "FFC00000"
    assert sheet_of(path).sheet_properties.tabColor is None


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        (["x" * 32_768], "32,767 characters"),
        ([10**15], "fifteen digits"),
        ([pd.Timestamp("1900-02-28")], "before March 1900"),
        ([1e308], "too large"),
        ([5e-324], "too small"),
    ],
)
def test_what_excel_would_change(tmp_path: Path, column: list[object], reason: str) -> None:
    with pytest.raises(FrameError, match=reason):
        write(pd.DataFrame({"a": column}), tmp_path / "t.xlsx")
    write(pd.DataFrame({"a": column}), tmp_path / "t.parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["t.parquet"]


def test_too_many_rows_for_a_sheet(tmp_path: Path) -> None:
    frame = pd.DataFrame(index=range(1_048_576)).assign(a=1)
    with pytest.raises(FrameError, match="1,048,576 rows"):
        write(frame, tmp_path / "t.xlsx")


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "parquet"])
def test_tables_without_rows_or_columns(tmp_path: Path, suffix: str) -> None:
    path = write(small.table()[:0], tmp_path / f"rows.{suffix}")
    write(pd.DataFrame(index=range(2)), tmp_path / f"columns.{suffix}")
    if suffix == "csv":
        assert rows_of(path) == [list(small.table().columns)]
    elif suffix == "xlsx":
        assert [cell.value for cell in sheet_of(path)[2]] == list(small.table().columns)
    else:
        assert pq.read_table(path).num_rows == 0


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
COLUMNS = st.lists(
    st.tuples(
        st.one_of(st.none(), TEXT.filter(bool)),
        st.one_of(st.none(), st.floats(-9.9e307, 9.9e307, allow_subnormal=False)),
        st.one_of(st.none(), st.integers(-(10**15) + 1, 10**15 - 1)),
        st.one_of(st.none(), st.booleans()),
        st.one_of(st.none(), st.dates(pd.Timestamp("1900-03-01").date())),
    ),
    min_size=1,
    max_size=6,
)
ONCE_MORE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def typed(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    kinds = ("string", "Float64", "Int64", "boolean", "datetime64[us]")
    columns = zip("abcde", kinds, zip(*rows, strict=True), strict=True)
    return pd.DataFrame({name: pd.Series(list(held), dtype=kind) for name, kind, held in columns})


@ONCE_MORE
@given(COLUMNS)
def test_csv_and_parquet_lose_nothing(tmp_path: Path, rows: list[tuple[Any, ...]]) -> None:
    frame = typed(rows)
    read = pq.read_table(write(frame, tmp_path / "t.parquet"))
    assert [tuple(row.values()) for row in read.to_pylist()] == rows
    plain = ExportOptions(guard_formulas=False)
    found = rows_of(write(frame, tmp_path / "t.csv", options=plain))[1:]
    for cells, row in zip(found, rows, strict=True):
        for cell, value in zip(cells, row, strict=True):
            if value is None:
                assert cell == ""
            elif isinstance(value, float):
                assert float(cell) == value
            else:
                assert cell == str(value)


@settings(ONCE_MORE, max_examples=25)
@given(COLUMNS)
def test_excel_keeps_sixteen_digits(tmp_path: Path, rows: list[tuple[Any, ...]]) -> None:
    rows = [("x" if row[0] else None, *row[1:]) for row in rows]
    sheet = sheet_of(write(typed(rows), tmp_path / "t.xlsx"))
    found = list(sheet.iter_rows(3, 2 + len(rows), 1, 5, values_only=True))
    for cells, row in zip(found, rows, strict=True):
        assert cells[0] == row[0]
        assert cells[2:4] == row[2:4]
        assert (cells[1] is None) == (row[1] is None)
        if row[1] is not None:
            assert float(str(cells[1])) == pytest.approx(row[1], rel=1e-15, abs=0)
        assert (None if cells[4] is None else cells[4].date()) == row[4]
