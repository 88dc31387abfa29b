"""Commands run as `maligeo` runs them, in this process or in one of their own."""

import os
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import maligeo
from maligeo.cli import main

# What `maligeo verify` says of a product that the same code made.
SAME = f"same: every byte\nmade by maligeo {maligeo.__version__}\n"
SETTINGS = {"COLUMNS": "200", "NO_COLOR": "1", "MALIGEO_LANGUAGE": "en"}


class Done(NamedTuple):
    """What came of a command."""

    returncode: int
    stdout: str
    stderr: str


def run(*arguments: str | Path, cwd: Path | None = None, columns: int = 200) -> Done:
    """Run a command in this process."""
    out, errors = StringIO(), StringIO()
    with (
        chdir(cwd or Path.cwd()),
        redirect_stdout(out),
        redirect_stderr(errors),
        mock.patch.dict(os.environ, SETTINGS | {"COLUMNS": str(columns)}),
    ):
        code = _exit_code([str(part) for part in arguments])
    return Done(code, out.getvalue(), errors.getvalue())


def _exit_code(arguments: list[str]) -> int:
    try:
        main(arguments)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def run_apart(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own."""
    environment = os.environ | {"PYTHONWARNINGS": "error"} | SETTINGS
    return subprocess.run(
        [sys.executable, "-m", "maligeo", *arguments],
        cwd=cwd, env=environment, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
