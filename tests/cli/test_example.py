"""`maligeo template` and `maligeo example`, and what the other commands say of the example."""

from pathlib import Path

from maligeo.core import words
from maligeo.exports.templates import write_template
from maligeo.workflows.examples import write_example
from tests.cli.commands import run

BANNER = words.word("synthetic.banner", "en")


def test_a_model_workbook_is_written(tmp_path: Path) -> None:
    done = run("template", "model.xlsx", "--language", "fr", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("model.xlsx (")
    same = write_template(tmp_path / "same.xlsx", language="fr")
    assert (tmp_path / "model.xlsx").read_bytes() == same.read_bytes()


def test_another_suffix_is_refused(tmp_path: Path) -> None:
    done = run("template", "model.csv", "--language", "fr", cwd=tmp_path)
    assert done.returncode == 1
    assert "s’écrit en .xlsx" in done.stderr


def test_the_example_is_written_once(tmp_path: Path) -> None:
    done = run("example", "made", "--language", "en", cwd=tmp_path)
    assert done.returncode == 0
    written = sorted(path.name for path in (tmp_path / "made").iterdir())
    assert [line.split("/")[-1].split(" (")[0] for line in done.stderr.splitlines()] == written
    again = run("example", "made", "--language", "fr", cwd=tmp_path)
    assert again.returncode == 0  # files of the other language have other names
    again = run("example", "made", "--language", "en", cwd=tmp_path)
    assert again.returncode == 1
    assert "is there already: choose another folder" in again.stderr


def test_what_is_shown_of_it_says_that_it_is_made_up(tmp_path: Path) -> None:
    write_example(tmp_path, language="en")
    incidents = ("--incidents", "synthetic_incidents.csv", "--period", "2022")
    commands = (("density", *incidents), ("gaps", *incidents), ("reconcile", *incidents[:2]))
    for command in commands:
        done = run(*command, "--audience", "internal", cwd=tmp_path)
        assert done.stdout.splitlines()[1] == BANNER
    assert BANNER not in run("density", "--period", "2022").stdout
