import json
import re
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.commands import run

DATA = Path(__file__).parents[2] / "data"
ROWS = {
    "projects/results.csv": "result_id",
    "incidents/figures.csv": "figure_id",
    "projects/projects.csv": "project_id",
    "projects/programmes.csv": "programme",
    "projects/statements.csv": "statement_id",
}


def rows_of(name: str) -> pd.DataFrame:
    return pd.read_csv(DATA / name, dtype="str", keep_default_na=False)


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_the_table_has_every_row_with_its_number_unit_and_source() -> None:
    done = run("results", "--format", "json", "--language", "fr")
    assert done.returncode == 0, done.stderr
    lines = json.loads(done.stdout)["rows"]
    by_id = {(line["line_id"], line["kind"] == "programme"): line for line in lines}
    for name, key in ROWS.items():
        for row in rows_of(name).to_dict("records"):
            line = by_id[row[key], key == "programme"]
            assert line["source"]
            if name in ("projects/results.csv", "incidents/figures.csv") and row["value"]:
                assert line["value"] == float(row["value"]), row
                assert line["shown"]
            if name == "projects/results.csv":
                assert line["unit"] == row["unit"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_is_printed_has_every_number_and_every_source(language: str) -> None:
    printed = squeezed(run("results", "--language", language, columns=4000).stdout)
    table = json.loads(run("results", "--format", "json", "--language", language).stdout)["rows"]
    for line in table:
        assert squeezed(line["shown"] or "") in printed
        assert squeezed(line["what"]) in printed
        assert squeezed(line["source"]) in printed


def test_french_goes_first_and_a_region_has_what_is_of_it(tmp_path: Path) -> None:
    given = ("results", "--region", "Tombouctou", "--kind", "result", "--language", "fr")
    done = run(*given)
    assert "plus de 218 000 personnes" in re.sub(r"[\u202f\u00a0]", " ", done.stdout)
    assert "1 326" not in done.stdout
    path = tmp_path / "r.xlsx"
    assert run(*given, "-o", path).returncode == 0
    book = pd.read_excel(path, header=1)
    assert book.shape[0] == 3
    again = run("verify", path)
    assert "same: every byte" in again.stdout, again.stderr


def test_a_wrong_kind_is_one_line() -> None:
    done = run("results", "--kind", "goats")
    assert done.returncode != 0
    assert "unattributed" in done.stderr
