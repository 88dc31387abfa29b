"""Tables in files."""

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from maligeo.errors import ArgumentError, OutputFileError
from maligeo.exports import write_table

TABLE = pd.DataFrame(
    {
        "name": pd.array(["Ségou", "=1+1", "@here", "-5", None], dtype="string"),
        "count": pd.array([1.5, 0, None, 3, 4], dtype="Float64"),
        "records": pd.array([1, None, 3, 4, 5], dtype="Int64"),
        "low": pd.array([True, False, None, True, True], dtype="boolean"),
        "period_start": pd.to_datetime(["2021-01-01", None, "2021-09-30", None, None]),
    }
)


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "parquet"])
def test_what_is_written_is_read_again(tmp_path: Path, suffix: str) -> None:
    path = write_table(TABLE, tmp_path / f"table.{suffix}")
    read = {"csv": pd.read_csv, "xlsx": pd.read_excel, "parquet": pd.read_parquet}[suffix](path)
    assert list(read.columns) == list(TABLE.columns)
    assert read["name"].tolist()[:4] == TABLE["name"].tolist()[:4]
    assert read["count"].isna().tolist() == [False, False, True, False, False]
    assert read["count"].fillna(-1).tolist() == [1.5, 0, -1, 3, 4]
    assert pd.to_datetime(read["period_start"]).iloc[2] == pd.Timestamp("2021-09-30")
    assert pd.isna(read["low"].iloc[2])


def test_the_same_table_gives_the_same_bytes(tmp_path: Path) -> None:
    for suffix in ("csv", "xlsx", "parquet"):
        first, second = (write_table(TABLE, tmp_path / f"{at}.{suffix}") for at in "ab")
        assert first.read_bytes() == second.read_bytes()


def test_no_text_becomes_a_formula_in_excel(tmp_path: Path) -> None:
    path = write_table(TABLE, tmp_path / "table.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book["maligeo"]
    assert [sheet.cell(row, 1).data_type for row in range(2, 6)] == ["s"] * 4
    assert sheet.cell(4, 2).value is None
    book.close()


def test_a_failure_leaves_what_stood_there(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("before")
    with pytest.raises(AttributeError):
        write_table(None, path)  # type: ignore[arg-type]
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r"table.docx.*\.csv, \.xlsx, \.parquet"):
        write_table(TABLE, tmp_path / "table.docx")
    with pytest.raises(OutputFileError, match="there is no folder"):
        write_table(TABLE, tmp_path / "none" / "table.csv")
    (tmp_path / "taken.csv").mkdir()
    with pytest.raises(OutputFileError, match=r"taken\.csv"):
        write_table(TABLE, tmp_path / "taken.csv")
