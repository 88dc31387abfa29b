import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from maligeo.core.words import curly
from tests.cli.commands import run

DATA = Path(__file__).parents[2] / "data"
Lines = dict[str, list[dict[str, Any]]]


def rows_of(name: str) -> pd.DataFrame:
    return pd.read_csv(DATA / name, dtype="str", keep_default_na=False)


def digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def squeezed(text: str) -> str:
    """Leave out spaces, and set apostrophes as they are printed."""
    return re.sub(r"\s", "", curly(text))


@pytest.fixture(scope="module", params=["fr", "en"])
def written(request: pytest.FixtureRequest) -> Lines:
    """The lines of the table, in a language, by their id."""
    done = run("results", "--format", "json", "--language", request.param)
    assert done.returncode == 0, done.stderr
    by_id: Lines = {}
    for line in json.loads(done.stdout)["rows"]:
        by_id.setdefault(line["line_id"], []).append(line)
    return by_id


DOCUMENTS = rows_of("reference/documents.csv").set_index("document_id")
LEAST = {"more than 30": 30.0, "plus de 60": 60.0}  # figures that are words in a note


def cites(line: dict[str, Any], document: str) -> bool:
    row = DOCUMENTS.loc[document]
    return all(row[part] in line["source"] for part in ("publisher", "title"))


def test_every_result_has_its_number_unit_and_source(written: Lines) -> None:
    for row in rows_of("projects/results.csv").to_dict("records"):
        (line,) = written[row["result_id"]]
        assert cites(line, row["document"]), row
        assert (line["unit"], line["currency"] or "") == (row["unit"], row["currency"])
        assert line["value"] == (float(row["value"]) if row["value"] else None), row
        assert digits(line["shown"]) == digits(row["value"] or row["value_text"]), row


def test_every_figure_has_its_number_unit_and_source(written: Lines) -> None:
    for row in rows_of("incidents/figures.csv").to_dict("records"):
        (line,) = written[row["figure_id"]]
        assert cites(line, row["document"]), row
        counted = "incidents" if row["measure"] == "incidents" else "persons"
        assert line["unit"] == ("percent" if row["basis"] == "share_pct" else counted)
        in_words = next((number for text, number in LEAST.items() if text in row["note"]), None)
        assert line["value"] == (float(row["value"]) if row["value"] else in_words), row
        assert line["measure"] == row["measure"]
        assert (line["place"] or "Mali") == row["unit"]


def test_every_number_of_incidents_is_counted_with_its_source() -> None:
    rows = json.loads(run("density", "--format", "json").stdout)["rows"]
    counted = [row for row in rows if row["measure"] == "incidents"]
    figures = rows_of("incidents/figures.csv")
    for row in figures[figures["measure"] == "incidents"].to_dict("records"):
        unit = " + ".join(row["unit"].split("|"))
        of = [one for one in counted if one["period_start"][:10] == row["period_start"]
              and one["period_end"][:10] == row["period_end"] and cites(one, row["document"])
              and one["publisher"] == row["publisher"]]  # fmt: skip
        of = [one for one in of if unit in ("Mali", one["name"])]
        assert of, row
        if row["basis"] == "share_pct":
            assert any(f"{row['value']} % of" in (one["note"] or "") for one in of), row
        elif row["value"]:
            numbers = {one["unique_total"] if unit == "Mali" else one["count"] for one in of}
            assert float(row["value"]) in numbers, row


def test_every_project_has_its_count_money_place_and_source(written: Lines) -> None:
    for row in rows_of("projects/projects.csv").to_dict("records"):
        (line,) = [one for one in written[row["project_id"]] if one["kind"] == "project"]
        assert cites(line, row["document"]), row
        assert line["value"] == float(row["project_count"] or 0), row
        assert row["title"] in line["what"].replace("\u2019", "'"), row
        assert row["place"] in ("", *(line["place"] or "").split("|")), row
        for name in ("budget_amount", "donor_amount", "disbursed_amount"):
            amounts = written.get(f"{row['project_id']}:{name}", [])
            found = [(one["value"], one["currency"], one["unit"]) for one in amounts]
            stated = [(float(row[name]), row["budget_currency"], "money")] if row[name] else []
            assert found == stated, row
            assert all(cites(one, row["document"]) for one in amounts)


def test_every_programme_and_statement_has_its_words_and_source(written: Lines) -> None:
    for row in rows_of("projects/programmes.csv").to_dict("records"):
        (line,) = [one for one in written[row["programme"]] if one["kind"] == "programme"]
        assert cites(line, row["document"]), row
        assert row["funder"].split("|")[0] in line["what"].replace("\u2019", "'")
    for row in rows_of("projects/statements.csv").to_dict("records"):
        (line,) = written[row["statement_id"]]
        assert cites(line, row["document"]), row
        assert squeezed(line["what"]) in (squeezed(row["text_fr"]), squeezed(row["text_en"]))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_is_printed_has_every_number_and_every_source(language: str) -> None:
    printed = squeezed(run("results", "--language", language, columns=4000).stdout)
    table = json.loads(run("results", "--format", "json", "--language", language).stdout)["rows"]
    for line in table:
        assert squeezed(line["shown"] or "") in printed
        assert curly(squeezed(line["what"])) in printed
        assert curly(squeezed(line["source"])) in printed


def test_remarks_stand_below_with_their_numbers() -> None:
    asked = ("--region", "Tombouctou", "--kind", "result", "--language", "en")
    printed = run("results", *asked, columns=100).stdout.splitlines()
    assert [line.split()[-1] for line in printed if "Tombouctou" in line] == ["1", "2", "3"]
    assert any(
        line.startswith("1 The document does not tie it to one of its four projects")
        for line in printed
    )


@pytest.mark.parametrize("command", ["results", "gaps", "density"])
def test_apostrophes_of_a_terminal_are_those_of_print(command: str) -> None:
    assert re.findall(r"\w'\w", run(command, "--language", "fr").stdout) == []


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
