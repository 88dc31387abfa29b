"""Files looked through for the page, without the page."""

from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from maligeo.app.checks import CheckTask
from maligeo.app.tasks import Bench, Upload
from maligeo.readers.files.sources import Source


def test_of_a_long_file_the_workbook_has_the_faulty_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("maligeo.app.checks.MOST_RED", 10)
    path = tmp_path / "incidents.csv"
    rows = [f"2022-03-{day:02},Gao,EEI,1" for day in range(1, 13)]
    rows[4] = "2022-13-05,Gao,EEI,un"
    path.write_text("\n".join(["Date,Région,Type,Morts", *rows]), "utf-8")
    steps: list[tuple[str, int, int]] = []
    bench = Bench(lambda *step: steps.append(step))
    task = CheckTask({"incidents": Upload(Source(path), "liste.csv")}, tmp_path)
    found = task.run(bench)["files"]["incidents"]
    sheet = load_workbook(tmp_path / found.workbooks["fr"]).worksheets[0]
    assert [row[0] for row in sheet.values] == ["ligne", "6"]
    assert steps == [("check", 0, 0)]  # of one file nobody knows how much is done


TODAY = pd.Timestamp.today()
FIRST = (TODAY.month - 1) // 3 * 3 + 1


@pytest.mark.parametrize(
    ("dates", "period"),
    [
        (["2022-02-03", "2022-03-31"], "2022-01/2022-03"),
        (["2021-05-01", "2022-02-03", "2022-09-30"], "2022-01/2022-09"),
        (["2022-01-31", "2022-12-01"], "2022"),
        (["2022-11-05", f"{TODAY:%Y-%m-%d}"], "2022-10/2022-12"),  # what is over can be published
        ([f"{TODAY:%Y-%m-%d}"], f"{TODAY:%Y}-{FIRST:02}/{TODAY:%Y}-{FIRST + 2:02}"),
        ([], ""),
    ],
)
def test_the_period_that_a_list_is_of(tmp_path: Path, dates: list[str], period: str) -> None:
    path = tmp_path / "liste.csv"
    path.write_text("\n".join(["Date,Région,Type", *(f"{day},Gao,EEI" for day in dates)]), "utf-8")
    task = CheckTask({"incidents": Upload(Source(path), "liste.csv")}, tmp_path)
    found = task.run(Bench(lambda *step: None))["files"]["incidents"]
    assert found.period == period
