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
        (
            "incidents/acled.csv",
            "(acled)\nRows: 4 in the file, of which 2 read, 2 left out",
        ),
        (
            "incidents/ucdp.csv",
            "(ucdp)\nRows: 3 in the file, of which 3 read, 0 left out",
        ),
        ("areas/turning_points.csv", "land (plain_areas)\nRows: 8 in the file, of which"),
        (
            "projects/iati_203.xml",
            "(iati)\nRows: 5 in the file, of which 4 read, 1 left out",
        ),
    ],
)
def test_a_sound_file(name: str, told: str) -> None:
    code, output = run_check(DATA / name, "--language", "en")
    assert code == 0
    assert told in output
    assert "No fault found" in output


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
    code, output = run_check(
        DATA / "incidents/faulty.csv", "--rejects", rejects, "--language", "en"
    )
    assert code == 1
    assert "The 15 rows with faults are in" in output
    assert len(rejects.read_text("utf-8").splitlines()) == 16


def test_a_file_of_no_known_make(tmp_path: Path) -> None:
    path = tmp_path / "strange.csv"
    path.write_text("apples,pears\n1,2\n")
    with pytest.raises(UnknownNameError, match="lists no land"):
        run_check(path, "--kind", "areas")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="cannot be opened"):
        run_check(tmp_path / "none.csv", "--kind", "incidents")


def test_the_public_readers_are_there() -> None:
    assert all(hasattr(maligeo, f"read_{kind}") for kind in ("incidents", "areas"))


def test_it_speaks_french_and_says_what_to_say(tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    path.write_text(
        "Date;Région;Engin;Décédés (femmes);Blessés\n04/03/2022;Gao;EEI;1;2\nTOTAL;;;1;2\n", "utf-8"
    )
    code, output = run_check(path)
    plain = output.replace("\u00a0", " ").replace("\u202f", " ")
    assert code == 0
    for line in (
        "Lignes : 2 dans le fichier, dont 1 lues",
        "  Décédés (femmes) → killed",
        "ligne 3 : un total",
        "le jour vient d’abord",
        "Aucune faute trouvée.",
    ):
        assert line in plain


def test_what_is_said_is_kept_and_used(tmp_path: Path) -> None:
    path, kept = tmp_path / "liste.csv", tmp_path / "mars.toml"
    path.write_text("quand;Région;Pertes\n04/03/2022;Gao;3\n", "utf-8")
    said = ["--column", "date=quand", "--column", "killed=Pertes", "--constant", "event_type=EEI"]
    code, _ = run_check(path, "--kind", "incidents", *said, "--save-profile", kept)
    assert code == 0
    counted = ["density", "--incidents", str(path), "--profile", str(kept), "--measure", "killed"]
    shown = ["--covers", "2022-03", "--period", "2022-03", "--audience", "internal"]
    done = CliRunner().invoke(app, [*counted, *shown, "--format", "csv"])
    assert ",Gao,unit,2022-03-01,2022-03-31,killed,3.0," in done.stdout


def test_a_fault_leaves_the_reading_to_be_seen() -> None:
    _, output = run_check(DATA / "incidents/faulty.csv", "--language", "en")
    assert "Columns read:" in output
    assert "15 with faults" in output
