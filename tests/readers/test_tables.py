import io
import zipfile
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from maligeo.core.errors import FrameError, InputFileError, UnknownNameError
from maligeo.readers.files import csv
from maligeo.readers.files.tables import join_chunks, open_table, read_table

openpyxl = pytest.importorskip("openpyxl")


def written(folder: Path, content: bytes | str, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("content", "encoding", "delimiter"),
    [
        ("nom;âge\nSégou;1,5\n".encode("cp1252"), "cp1252", ";"),
        ("nom;âge\nSégou;1,5\n".encode("cp850"), "cp850", ";"),
        ("nom;âge\nSégou;1,5\n".encode("mac_roman"), "mac_roman", ";"),
        ("nom\tâge\nSégou\t1,5\n".encode("utf-16"), "utf-16", "\t"),
        ("nom\tâge\nSégou\t1,5\n".encode("utf-16-le"), "utf-16-le", "\t"),
        ("nom|âge\nSégou|1,5\n".encode("utf-16-be"), "utf-16-be", "|"),
        ('nom,âge\nSégou,"1,5"\n'.encode("utf-8-sig"), "utf-8", ","),
        ('nom,âge\r\nSégou,"1,5"\r\n'.encode(), "utf-8", ","),
    ],
)
def test_encoding_and_delimiter_are_found(
    tmp_path: Path, content: bytes, encoding: str, delimiter: str
) -> None:
    raw = read_table(written(tmp_path, content))
    assert (raw.encoding, raw.delimiter) == (encoding, delimiter)
    assert raw.decimal == ("," if delimiter == ";" else None)
    assert raw.frame.to_dict("list") == {"nom": ["Ségou"], "âge": ["1,5"]}
    assert raw.frame.index.tolist() == [2]
    assert set(map(str, raw.frame.dtypes)) == {"string"}


def test_row_numbers_are_those_of_a_spreadsheet(tmp_path: Path) -> None:
    text = 'Report of March\n\na,b\n#x,#y +z\n1,"two\nlines"\n\n,\n3,4\n'
    raw = read_table(written(tmp_path, text))
    assert raw.hxl == {"a": "#x", "b": "#y +z"}
    assert raw.frame["a"].to_dict() == {5: "1", 8: "3"}
    assert raw.frame.loc[5, "b"] == "two\nlines"


def test_ragged_rows_keep_their_number_and_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv, "BLOCK_BYTES", 64)
    lines = [f"{n},{n}" if n % 10 else f"{n},{n},{n}" for n in range(2, 100)]
    path = written(tmp_path, "\n".join(["a,b", *lines]))
    raw = read_table(path)
    assert raw.frame.index.tolist() == list(range(2, 100))
    assert [fault.row for fault in raw.faults] == list(range(10, 100, 10))
    assert [fault.value for fault in raw.faults][:1] == ["10,10,10"]
    good = raw.frame[raw.frame["b"].notna()]
    assert (good["a"].astype(int) == good.index).all()


def test_a_partial_reading_never_holds_the_text_of_ragged_rows(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b,c\n1,2,SECRET\n1,SECRET\n")
    raw = join_chunks(list(open_table(path).chunks({"a"})))
    assert "SECRET" not in raw.frame.to_csv() + str(list(raw.faults))
    assert len(raw.frame) == 2


def test_the_same_rows_in_blocks_and_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, "a,b\n" + "".join(f'{n},"x\ny{n}"\n' for n in range(500)))
    whole = read_table(path).frame
    monkeypatch.setattr(csv, "BLOCK_BYTES", 256)
    pd.testing.assert_frame_equal(read_table(path).frame, whole)


def test_a_row_longer_than_the_blocks_that_are_read_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"{n},{'x' * (150 if n == 40 else 9)}" for n in range(2, 100)]
    path = written(tmp_path, "\n".join(["a,b", *rows]))
    whole = read_table(path).frame
    monkeypatch.setattr(csv, "BLOCK_BYTES", 64)
    pd.testing.assert_frame_equal(read_table(path).frame, whole)


def book(folder: Path, **sheets: list[list[object]]) -> Path:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    path = folder / "book.xlsx"
    made.save(path)
    return path


def test_excel_cells_as_text(tmp_path: Path) -> None:
    day = pd.Timestamp("2021-03-04").to_pydatetime()
    rows = [["a", "b", "c"], [1, 2.5, day], [None, None, None], ["x", True, None]]
    raw = read_table(book(tmp_path, one=rows, empty=[]))
    assert raw.frame.index.tolist() == [2, 4]
    assert raw.frame.loc[2].tolist() == ["1", "2.5", "2021-03-04"]
    assert raw.frame.loc[4, "b"] == "True"


def test_of_several_sheets_one_is_named(tmp_path: Path) -> None:
    path = book(tmp_path, one=[["a", "b"], [1, 2]], two=[["a", "b"], [3, 4]])
    with pytest.raises(UnknownNameError, match="several sheets"):
        read_table(path)
    assert read_table(path, sheet="two").frame["a"].tolist() == ["3"]
    assert read_table(f"{path}#one").frame["a"].tolist() == ["1"]
    with pytest.raises(UnknownNameError, match="no sheet 'three'"):
        read_table(path, sheet="three")


def test_parquet(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    pq.write_table(pa.table({"a": [1, None], "b": ["x", "y"]}), path)
    raw = read_table(path)
    assert raw.frame.index.tolist() == [2, 3]
    assert raw.frame.fillna("-").to_dict("list") == {"a": ["1", "-"], "b": ["x", "y"]}


def zipped(name: str, content: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)  # of no day
    return sink.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv", b"", "is empty"),
        ("t.csv", b"\n\n \n", "nothing in it"),
        ("t.csv", bytes(range(256)) * 20, "binary|cannot be read"),
        ("t.csv", "a\tb\nc\td\n".encode("utf-16")[:-1], "cannot be read"),
        ("t.xls", b"a,b\n1,2\n", "is a text, whatever its name says"),
        ("t.xlsx", b"a,b\n1,2\n", "is a text, whatever its name says"),
        ("t.xlsx", zipped("a.txt", b"x"), "is no workbook, but an archive"),
        ("t.xlsx", zipped("xl/workbook.xml", b" " * 40_000_000), "bomb"),
        ("t.parquet", b"PAR1 and no more", "cannot be read"),
    ],
)
def test_what_is_no_table_says_so(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    with pytest.raises(InputFileError, match=message):
        read_table(written(tmp_path, content, name))


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="cannot be opened"):
        read_table(tmp_path / "none.csv")


def test_a_column_name_that_repeats(tmp_path: Path) -> None:
    with pytest.raises(FrameError, match="repeats"):
        read_table(written(tmp_path, "a,b,a\n1,2,3\n"))
