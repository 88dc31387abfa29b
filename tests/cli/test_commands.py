import io
import re
from pathlib import Path

import pandas as pd
import pytest

import maligeo
from maligeo.cli import COMMANDS, load_command
from tests.cli.commands import run, run_apart


def test_map_without_arguments_writes_the_map(tmp_path: Path) -> None:
    done = run_apart("map", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "maps" / "mali.html").read_text(encoding="utf-8")
    assert len(page.encode()) < 1_500_000
    assert "Tombouctou" in page


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    pages = [tmp_path / name for name in ("a.html", "b.html")]
    assert run("map", "-o", str(pages[0])).returncode == 0
    assert run_apart("map", "-o", str(pages[1])).returncode == 0
    assert pages[0].read_bytes() == pages[1].read_bytes()


def test_one_region_in_english(tmp_path: Path) -> None:
    page = tmp_path / "mopti.html"
    done = run("map", "--region", "region de MOPTI", "--language", "en", "-o", str(page))
    assert done.returncode == 0, done.stderr
    assert '<html lang="en"' in page.read_text(encoding="utf-8")


def test_a_period_with_a_national_total_alone_still_gives_a_map(tmp_path: Path) -> None:
    page = tmp_path / "2020.html"
    done = run("map", "--period", "2020", "-o", str(page))
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    done = run("density", "--format", "csv")
    assert done.returncode == 0, done.stderr
    return pd.read_csv(io.StringIO(done.stdout))


@pytest.mark.parametrize(
    ("start", "end", "national"),
    [
        ("2021-01-01", "2021-09-30", 151),
        ("2022-01-01", "2022-08-31", 134),
        ("2020-01-01", "2020-12-31", 169),
        ("2021-01-01", "2021-12-31", 245),
    ],
)
def test_regions_and_remainder_add_up_to_the_published_total(
    table: pd.DataFrame, start: str, end: str, national: int
) -> None:
    rows = table[
        (table["measure"] == "incidents")
        & (table["period_start"] == start)
        & (table["period_end"] == end)
    ]
    assert rows["count"].sum() == pytest.approx(national, abs=1e-9)


def test_fractional_projects_add_up_to_all_projects(table: pd.DataFrame) -> None:
    from maligeo.readers.projects import load_projects

    projects = load_projects().drop_duplicates("project_id")
    counted = table.loc[table["measure"] == "projects_fractional", "count"].sum()
    assert counted == pytest.approx(projects["project_count"].sum(), abs=1e-9)


def test_density_as_text_and_for_one_region() -> None:
    done = run("density", "--region", "Timbuktu", "--period", "2021")
    assert done.returncode == 0, done.stderr
    assert "Tombouctou" in done.stdout
    assert "Kayes" not in done.stdout


def test_density_to_a_file(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    assert run("density", "-o", str(path)).returncode == 0
    assert len(pd.read_csv(path)) > 50


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("map", "--region", "Atlantis"), "Atlantis"),
        (("density", "--region", "Atlantis"), "Atlantis"),
        (("map", "--vintage", "1960"), "1960"),
        (("map", "--level", "2"), "level 2"),
        (("map", "--language", "de"), "language"),
        (("density", "--period", "yesterday"), "yesterday"),
        (("density", "--period", "1970"), "1970"),
        (("density", "-o", "table.docx"), "table.docx"),
        (("density", "-o", "missing/folder/table.csv"), "table.csv"),
        (("map", "-o", "/proc/no/such.html"), "/proc/no"),
    ],
)
def test_a_mistake_is_one_clear_line(
    tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode != 0
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_the_version_is_that_of_the_code() -> None:
    done = run("--version")
    assert (done.returncode, done.stdout) == (0, f"maligeo {maligeo.__version__}\n")


def test_the_help_lists_every_command_without_loading_one() -> None:
    done = run("--help", columns=100)
    assert done.returncode == 0
    listed = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("│ ")]
    assert [name for name in listed if name in COMMANDS] == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_what_the_help_says_of_a_command_is_what_the_command_says(name: str) -> None:
    said = load_command(name).help
    assert said.partition("\n\n")[0].replace("\n", " ") == COMMANDS[name][1]


def test_a_command_that_does_not_exist_is_refused() -> None:
    assert run("draw").returncode == 2


@pytest.mark.parametrize("columns", [120, 80, 40])
def test_no_number_and_no_day_is_broken_on_a_terminal(columns: int) -> None:
    wide = run("density", columns=400)
    narrow = run("density", columns=columns)
    assert narrow.returncode == 0
    numbers = re.compile(r"\d[\d,.]*\d|\d{4}-\d\d-\d\d")
    table = wide.stdout.partition("\n\n")[0]
    assert set(numbers.findall(table)) <= set(numbers.findall(narrow.stdout))
    if columns >= 80:
        lines = narrow.stdout.partition("\n\n")[0].splitlines()
        assert max(len(line.rstrip()) for line in lines) <= columns
