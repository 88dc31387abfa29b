"""Rows of tables that are no records, beside rows that look like them."""

import pandas as pd
import pytest

from maligeo.readers.files.non_records import find_non_records


def found(*rows: str) -> dict[int, str]:
    """Find them in rows of a table whose cells are separated by bars."""
    cells = [[cell.strip() or pd.NA for cell in row.split("|")] for row in rows]
    return dict(find_non_records(pd.DataFrame(cells, dtype="string[pyarrow]")))


@pytest.mark.parametrize(
    "row",
    [
        "| | Total Gao | 4 | 1", "TOTAL MOPTI | | | 4 | 1", "S/Total | | | 4 | 1",
        "Total mars | | | 4 | 1", "Cumul | | | 4 |", "Ensemble | | | 4 | 1",
        "Ensemble du pays | | | 4 | 1", "Sous-total centre | | | | ", "Grand total | | | 4 | 1",
        "Total Bailleur X | | | 120 500 | 183,7", "Gao Total | | | 4 | 1", "Somme | | | 4 | -",
        "Gao | Sous-total | | 4 | 1", "Overall | | | 4 | 25 %", "Total project funds | | | 4 USD |",
    ],
)  # fmt: skip
def test_a_total_by_its_label_is_no_record(row: str) -> None:
    assert found("1 | EEI | Gao | 9 | 9", "2 | mine | Gao | 9 | 9", row) == {2: "total"}


@pytest.mark.parametrize(
    "row",
    [
        "Totalé | | | 4 | 1", "Total Énergies | ONG | Gao | 4 | 1", "P5 | Appui | Total | Gao | 3",
        "Ensemble pour la paix | | | 4 | 1", "4 | Total WASH | | 5 | 4", "Sommet | | | 4 | 1",
        "01/03/2022 | EEI | Total Gao | 4 | 1", "Total Gao | tous | | 12 | 4",
    ],
)  # fmt: skip
def test_a_record_that_begins_like_a_total_stays(row: str) -> None:
    assert found("1 | EEI | Gao | 9 | 9", "2 | mine | Gao | 9 | 9", row) == {}


def test_figures_that_add_up_make_a_label_certain() -> None:
    rows = [
        "1 | EEI | Gao | 4 | 1", "2 | mine | Gao | 3 | 1", "Total Gao | tous | | 7 | 2",
        "3 | EEI | Kidal | 2 | 0", "4 | EEI | Kidal | 1 | 1", "Total Kidal | tous | | 3 | 1",
        "Total du pays | tous | | 10 | 3", "Total Access | ONG | | 10 | 4",
    ]  # fmt: skip
    assert found(*rows) == {2: "total", 5: "total", 6: "total"}
