"""What all commands have in common: help, standard streams, quiet, interrupts."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from maligeo.cli import COMMANDS
from tests.cli.commands import run

ROWS = "date,lon,lat,killed\n2021-01-01,-4.2,14.5,1\n2021-02-01,-4.3,14.6,0\n"
OWN = ("--covers", "2021", "--period", "2021", "--audience", "internal")


def piped(
    *arguments: str, given: bytes = b"", cwd: Path | None = None
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "maligeo", *arguments],
        input=given, capture_output=True, check=False, cwd=cwd,
    )  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_h_is_help(name: str) -> None:
    short, long = run(name, "-h"), run(name, "--help")
    assert short.returncode == long.returncode == 0
    assert short.stdout == long.stdout != ""


def test_a_shell_completes_commands_options_and_their_words() -> None:
    def completed(line: str) -> list[str]:
        words = line.split(" ")
        done = subprocess.run(
            [sys.executable, "-m", "maligeo"],
            env=os.environ | {
                                "_MALIGEO_COMPLETE": "complete_bash",
                "COMP_WORDS": line,
                "COMP_CWORD": str(len(words) - 1),
            },
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.stdout.split()

    assert {"density", "gaps", "map"} <= set(completed("maligeo "))
    assert "--incidents" in completed("maligeo density --inc")


def test_standard_input_is_read_by_its_content(tmp_path: Path) -> None:
    book = tmp_path / "i.xlsx"
    pd.DataFrame({"date": ["2021-01-01"], "lon": [-4.2], "lat": [14.5]}).assign(killed=1).to_excel(
        book, index=False
    )
    for given, rows in ((ROWS.encode(), 2), (book.read_bytes(), 1)):
        done = piped("density", "--incidents", "-", *OWN, "--format", "csv", given=given)
        lines = done.stdout.decode("utf-8").splitlines()
        mopti = next(line for line in lines if ",Mopti," in line)
        assert mopti.split(",")[7] == f"{rows}.0", done.stderr


def test_standard_output_gets_the_product_and_nothing_else(tmp_path: Path) -> None:
    done = piped("map", "-o", "-", cwd=tmp_path)
    assert done.stdout.startswith(b"<!DOCTYPE html>")
    assert done.stdout.rstrip().endswith(b"</html>")
    (tmp_path / "i.csv").write_text(ROWS, encoding="utf-8")
    located = piped("locate", "i.csv", "-o", "-", cwd=tmp_path).stdout.decode("utf-8")
    assert [line.split(",")[0] for line in located.splitlines()] == [
        "date",
        "2021-01-01",
        "2021-02-01",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["i.csv"]


def test_a_command_that_writes_no_stream_says_so(tmp_path: Path) -> None:
    done = run("tiles", "vector", "-o", "-", cwd=tmp_path)
    assert (done.returncode, list(tmp_path.iterdir())) == (1, [])
    assert "standard output" in done.stderr


def test_json_has_the_rows_of_csv(tmp_path: Path) -> None:
    run("density", "-o", "t.csv", cwd=tmp_path)
    run("density", "-o", "t.json", cwd=tmp_path)
    printed = json.loads(run("density", "--format", "json").stdout)
    written = json.loads((tmp_path / "t.json").read_text(encoding="utf-8"))
    table = pd.read_csv(tmp_path / "t.csv", dtype={"vintage": str})
    assert printed["rows"] == written["rows"]
    assert "Public version" in printed["audience"]
    assert len(table) == len(printed["rows"])
    for name in ("name", "count", "period_start", "note"):
        column = pd.Series([row[name] for row in printed["rows"]], dtype=table[name].dtype)
        pd.testing.assert_series_equal(column, table[name], check_names=False)
    assert run("about", "t.json", cwd=tmp_path).returncode == 0


def test_quiet_says_nothing_and_verbose_more(tmp_path: Path) -> None:
    quiet = run("map", "-q", "-o", "a.html", cwd=tmp_path)
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")
    assert run("density", "-q").stdout == run("density").stdout
    verbose = run("map", "-v", "-o", "a.html", cwd=tmp_path)
    assert "Python" in verbose.stderr
    failed = run("map", "-q", "--region", "Nowhere", cwd=tmp_path)
    assert failed.returncode == 1
    assert failed.stderr.startswith("maligeo: ")
    assert "Traceback" in run("map", "-v", "--region", "Nowhere", cwd=tmp_path).stderr


def test_a_warning_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def warn(*_: object, **__: object) -> None:
        warnings.warn("the file is\nlarge", stacklevel=1)
        raise SystemExit(0)

    monkeypatch.setattr("maligeo.study", warn)
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        done = run("density", cwd=tmp_path)
    assert done.stderr == "maligeo: the file is\nlarge\n"


SLOW = """
import sys
class Slow:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            sys.stdout.write("loading\\n"); sys.stdout.flush()
            import time; time.sleep(20)
sys.meta_path.insert(0, Slow())
import maligeo.__main__
maligeo.__main__.main()
"""


def test_a_process_that_ends_looks_for_no_garbage() -> None:
    code = (
        "import atexit, gc, maligeo.__main__\n"
        "atexit.register(lambda: print(gc.get_freeze_count() > 10_000))\n"
        "maligeo.__main__.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[1:] == ["True"]


@pytest.mark.parametrize("module", ["typer", "geopandas", "rasterio", "matplotlib", "pandas"])
def test_an_interrupt_during_an_import_is_one_line(tmp_path: Path, module: str) -> None:
    lines = {
        "rasterio": ["surface", "i.csv", "-o", "s.tif"],
        "matplotlib": ["map", "-o", "m.pdf"],
    }
    (tmp_path / "i.csv").write_text(ROWS, encoding="utf-8")
    arguments: Sequence[str] = lines.get(module, ["density"])
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW.format(module=module), *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == b"loading\n"
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert (process.returncode, errors.decode()) == (130, "maligeo: interrupted\n")
    assert [path.name for path in tmp_path.iterdir()] == ["i.csv"]


def test_an_interrupt_of_the_work_leaves_nothing(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "maligeo", "map", "-o", "m.html"],
        stderr=subprocess.PIPE, cwd=tmp_path,
    )  # fmt: skip
    time.sleep(1.5)  # wherever it is by then
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert "Traceback" not in errors.decode()
    assert not [path for path in tmp_path.iterdir() if path.name != "m.html"]


def test_an_interrupt_is_how_a_server_ends(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "maligeo", "serve", str(tmp_path), "--port", str(port)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert (process.returncode, errors) == (0, b"")
