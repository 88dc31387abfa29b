"""Currencies that the format of a cell alone shows."""

from pathlib import Path

import openpyxl
import pytest

import maligeo

FORMATS = {
    '#,##0 "FCFA"': "XOF",
    "#,##0\\ [$F CFA-280C]": "XOF",
    '_-* #,##0.00\\ "€"_-;-* #,##0.00\\ "€"_-;_-* "-"??\\ "€"_-;_-@_-': "EUR",
    '_("$"* #,##0.00_);_("$"* \\(#,##0.00\\);_("$"* "-"??_);_(@_)': "USD",
    "[$£-809]#,##0": "GBP",
    '#,##0 "ha"': None,
    "[$-40C]#,##0": None,
    '#,##0\\ "€";\\-#,##0;0': "EUR",
    'General "FCFA"': "XOF",
    # In millions as it is shown, and not as it is stored: the amount would be a millionth.
    '0.0" M"[$€-40C]': None,
    '0 " millions "[$€-40C]': None,
    "0\\M\\ [$€-40C]": None,
    '#,##0 "MFCFA"': None,
    '#,##0,"M€"': None,
    # Divided for show alone: the amount is stored in full.
    '0.0,," M"[$€-40C]': "EUR",
    "#,##0,, [$€-40C]": "EUR",
    '[>=1000000]0.0,,"M €";0 "€"': "EUR",
    "[$$-409]#,##0": "USD",
    "[$$-en-US]#,##0": "USD",
    "[$$-1009]#,##0": None,
    "[$$-C0C]#,##0": None,
    '"CA"$0': None,
    '0 "$ CA"': None,
    "#,##0": None,
}


def book(path: Path, cells: list[tuple[object, str]]) -> Path:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.append(["Titre du projet", "Région", "Budget", "Ménages"])
    for row, (value, shown) in enumerate(cells, 2):
        sheet.append([f"P{row}", "Gao", value, 1])
        sheet.cell(row, 3).number_format = shown
        sheet.cell(row, 4).number_format = shown
    made.save(path)
    return path


@pytest.mark.parametrize("shown", FORMATS)
def test_a_currency_that_a_cell_shows_is_read(tmp_path: Path, shown: str) -> None:
    read = maligeo.read_projects(book(tmp_path / "b.xlsx", [(1500.5, shown), (None, "0")]))
    assert read["budget_amount"].fillna(-1).tolist() == [1500.5, -1]
    assert read["budget_currency"].fillna("").tolist()[0] == (FORMATS[shown] or "")
    assert read["Ménages"].tolist() == ["1", "1"]  # shows a currency too, and is no amount


def test_text_and_other_currencies_of_a_column_stand(tmp_path: Path) -> None:
    cells = [("2 000 €", '#,##0 "FCFA"'), (3, '#,##0 "FCFA"'), (4, "0")]
    read = maligeo.read_projects(book(tmp_path / "b.xlsx", cells))
    assert read["budget_currency"].fillna("").tolist() == ["EUR", "XOF", ""]
    assert read.attrs["reading"].shown == ("Budget",)


def test_a_cell_that_is_not_there_has_no_currency(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.append(["Titre du projet", "Budget", "Région"])
    for row, value in enumerate((2, None, 3), 2):
        sheet.cell(row, 1, f"P{row}")
        sheet.cell(row, 3, "Gao")
        if value is not None:
            sheet.cell(row, 2, value).number_format = '#,##0 "FCFA"'
    made.save(tmp_path / "b.xlsx")
    try:
        read = maligeo.read_projects(tmp_path / "b.xlsx")["budget_currency"].fillna("").tolist()
    except maligeo.MaligeoError as error:
        read = [str(error)]
    assert read == ["XOF", "", "XOF"]
