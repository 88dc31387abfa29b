import io
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from maligeo.cli import app
from maligeo.core.errors import MaligeoError
from tests.cli.commands import run as run_whole


def run(*arguments: str, columns: int = 120) -> str:
    environment = {"COLUMNS": str(columns), "NO_COLOR": "1"}
    return (
        CliRunner()
        .invoke(app, ["gaps", *arguments], env=environment, catch_exceptions=False)
        .stdout
    )


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


INCIDENTS = """event_id,date,event_type,killed,injured,latitude,longitude
a,2021-03-04,ied,1,2,14.5,-4.1
b,2021-05-04,ied,0,2,14.6,-4.0
c,2021-05-14,mine,0,1,16.2,-0.1
d,2021-06-14,mine,0,1,13.4,-6.2
"""
PROJECTS = """project_id,title,programme,place,budget
p1,Water,alpha,"Gao, Ménaka et Kidal",1 302 180 $
p2,Schools,beta,Mopti,300.000 FCFA
"""


def test_gaps_of_ones_own_files(tmp_path: Path) -> None:
    incidents, projects = tmp_path / "incidents.csv", tmp_path / "projects.csv"
    incidents.write_text(INCIDENTS, encoding="utf-8")
    projects.write_text(PROJECTS, encoding="utf-8")
    files = ("--incidents", str(incidents), "--projects", str(projects))
    internal = (*files, "--audience", "internal")
    done = run_whole("gaps", *internal, "--covers", "2021", "--period", "2021")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("INTERNAL")
    assert "Incidents: your records, 2021-01-01 to 2021-12-31" in done.stdout
    assert "Incidents and no programme: Ségou" in done.stdout
    undated = run_whole("gaps", *internal)
    assert undated.returncode == 1
    assert undated.stderr.strip().splitlines() == [
        "maligeo: the incidents are about no period: say which, such as 2021"
    ]
    public = run_whole("gaps", *files, "--covers", "2021", "--period", "2021")
    assert public.returncode == 1  # four incidents in all: nothing of them is a number
    assert "no unit has a value" in public.stderr


def test_gaps_of_released_counts(tmp_path: Path) -> None:
    incidents, projects = tmp_path / "incidents.csv", tmp_path / "projects.csv"
    header, *_ = INCIDENTS.splitlines()
    days = [f"2021-{month:02d}-{day:02d}" for month in (2, 5, 8, 11) for day in range(1, 13)]
    rows = [f"m{at},{day},ied,1,2,14.5,-4.{at}" for at, day in enumerate(days, start=10)]
    rows += [f"g{at},{day},ied,0,1,16.2,-0.{at}" for at, day in enumerate(days, start=10)]
    incidents.write_text("\n".join([header, *rows]), encoding="utf-8")
    projects.write_text(PROJECTS, encoding="utf-8")
    files = ("--incidents", str(incidents), "--projects", str(projects))
    done = run_whole("gaps", *files, "--covers", "2021", "--period", "2021")
    assert done.returncode == 0, done.stderr
    assert "INTERNE" not in done.stdout
    assert "Incidents not known, which does not mean none: Bamako" in done.stdout
    assert "48" not in done.stdout  # it is rounded
