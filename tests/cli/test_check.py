from pathlib import Path

import pytest
from typer.testing import CliRunner

import maligeo
from maligeo.cli import app
from maligeo.core.errors import InputFileError, UnknownNameError

DATA = Path(__file__).parents[1] / "data"


def run_check(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["check", *map(str, arguments)])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("incidents/acled.csv", "incidents (acled), 4 rows in the file, 2 incidents read"),
        ("incidents/ucdp.csv", "incidents (ucdp), 3 rows in the file, 3 incidents read"),
        ("areas/turning_points.csv", "areas (plain_areas), 8 rows in the file, 2 areas read"),
        ("projects/iati_203.xml", "projects (iati), 5 rows in the file, 7 projects read"),
    ],
)
def test_a_sound_file(name: str, told: str) -> None:
    code, output = run_check(DATA / name)
    assert code == 0
    assert told in output
    assert "no fault found" in output


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("incidents/faulty.csv", ["15 faults", "row 3", "row 19, killed: is not a whole number"]),
        ("areas/faulty.csv", ["12 faults", "row 3, wkt: crosses itself"]),
    ],
)
def test_every_fault_is_printed_and_the_exit_code_is_one(name: str, told: list[str]) -> None:
    code, output = run_check(DATA / name)
    assert code == 1
    assert all(words in output for words in told)


def test_faulty_rows_to_a_file(tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.csv"
    code, output = run_check(DATA / "incidents/faulty.csv", "--rejects", rejects)
    assert code == 1
    assert "15 rows have faults" in output
    assert len(rejects.read_text("utf-8").splitlines()) == 16


def test_a_file_of_no_known_make(tmp_path: Path) -> None:
    path = tmp_path / "strange.csv"
    path.write_text("apples,pears\n1,2\n")
    with pytest.raises(UnknownNameError, match="lacks area_id"):
        run_check(path, "--kind", "areas")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="cannot be opened"):
        run_check(tmp_path / "none.csv", "--kind", "incidents")


def test_the_public_readers_are_there() -> None:
    assert all(hasattr(maligeo, f"read_{kind}") for kind in ("incidents", "areas"))
