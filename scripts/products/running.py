"""Make all products with the maligeo of this interpreter: python -m products.running FOLDER.

The commands run in one process, which saves the start of each.
"""

import contextlib
import io
import os
import runpy
import shlex
import sys
from pathlib import Path

from products.commands import Line, command_lines
from products.scripted import write_scripted

_FAILURE = 1


def main() -> None:
    """Make the products in the folder that is the only argument; the inputs are in it."""
    folder = Path(sys.argv[1]).resolve()
    os.chdir(folder)  # paths in messages are then the same wherever the folder is
    for line in command_lines(folder):
        _run(line)
    write_scripted(Path("inputs"), Path("products"))


def _run(line: Line) -> None:
    """Run a command line as `python -m maligeo` does, and keep what it prints."""
    product = f"products/{line.product}"
    output = ["-o", product] if line.writes else []
    arguments = [*shlex.split(line.command), *output]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        code = _exit_code(arguments)
    text = f"{printed.getvalue()}exit code {code}\n"
    Path(f"{product}.txt").write_text(text, encoding="utf-8")


def _exit_code(arguments: list[str]) -> int | str | None:
    before, sys.argv = sys.argv, ["maligeo", *arguments]
    try:
        runpy.run_module("maligeo", run_name="__main__")
    except SystemExit as end:
        return end.code
    except Exception as error:  # a crash is to be the same too, and not to end the others
        print(f"{type(error).__name__}: {error}")
        return _FAILURE
    finally:
        sys.argv = before
    return 0


if __name__ == "__main__":
    main()
