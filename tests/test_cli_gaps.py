import io
from pathlib import Path

import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from maligeo.cli import gaps_commands
from maligeo.errors import MaligeoError

app = typer.Typer()
gaps_commands.register(app)


def run(*arguments: str, columns: int = 120) -> str:
    environment = {"COLUMNS": str(columns), "NO_COLOR": "1"}
    return CliRunner().invoke(app, arguments, env=environment, catch_exceptions=False).stdout


@pytest.fixture(scope="module")
def text() -> str:
    return run()


def test_it_names_who_has_incidents_and_nobody(text: str) -> None:
    assert "Incidents and no programme: Kayes, Koulikoro\n" in text
    assert "Incidents not known, which does not mean none: Bamako\n" in text
    assert "UNMAS/OCHA, 2022-01-01 to 2022-08-31" in text


def test_it_names_the_programmes_that_cannot_be_placed(text: str) -> None:
    lines = [line.split() for line in text.splitlines() if "cannot be placed" in line]
    assert [line[0] for line in lines] == ["minusma-qip", "minusma-tf"]
    assert [line[1] for line in lines] == ["740", "315"]
    assert "in none of the ranks: 1,067\n" in text


def test_regions_come_by_falling_gap_and_the_unplaced_last(text: str) -> None:
    at = [text.index(f"\n{name} ") for name in ("Ségou", "Gao", "Bamako", "unattributed")]
    assert at == sorted(at)


def test_a_narrow_terminal_still_shows_every_number() -> None:
    assert "1.5 (1.5…2.5) robust" in run(columns=80)


def test_by_sector() -> None:
    text = run("--by", "sector")
    assert "lutte antimines" in text
    assert "not stated" in text


def test_csv_for_all(tmp_path: Path) -> None:
    printed = run("--format", "csv")
    table = pd.read_csv(io.StringIO(printed))
    assert table["certainty"].dropna().isin(["robust", "depends on weights"]).all()
    path = tmp_path / "gaps.csv"
    run("-o", str(path))
    assert path.read_text(encoding="utf-8") == printed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--period", "2020"), "broken down by unit"),
        (("--vintage", "1960"), "1960"),
        (("-o", "missing/folder/table.csv"), "table.csv"),
    ],
)
def test_a_mistake_is_one_clear_line(arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(MaligeoError, match=message) as caught:
        run(*arguments)
    assert "\n" not in str(caught.value)
