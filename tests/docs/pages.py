"""Pages of the documentation: their code blocks, run in order as a reader would.

A page holds blocks of these languages:

- `python`: run in one namespace per page. What is printed stands in a block `text` right
  below.
- `console`: commands after "$ ", each with its output below it. `<!-- exit code 1 -->` above
  the block says how the last one ends.
- any language with a caption (`{code-block} text` and `:caption: name.csv`): written to a file.
- `makefile`, `none`: shown only.

`python -m tests.docs.pages PAGE …` runs pages and writes what they print into them.
"""

import contextlib
import difflib
import io
import os
import re
import runpy
import shlex
import sys
import tempfile
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import maligeo.cli
from conftest import KEY

WIDTH = "100"  # of the terminal that pages show
ANYTHING = "[...]"  # in a shown output: any text, also over several lines
SHOWN_ONLY = {"makefile", "none"}

_FENCE = re.compile(r"^(?P<marks>`{3,})(?P<info>[^`]*)$")
_DIRECTIVE = re.compile(r"^\{code-block\}\s+(?P<language>\w+)$")
_CAPTION = re.compile(r"^:caption:\s+(?P<name>\S+)$")
_EXIT = re.compile(r"^<!-- exit code (?P<code>\d+) -->$")


class PageError(Exception):
    """A page that does not do what it says."""


@dataclass(frozen=True)
class Block:
    """A code block of a page.

    `line` is that of its fence, `file` the name that a caption gives it, `exit_code` what a
    comment above it says, and `follows` whether it stands right below the block before it.
    `length` counts the lines between its fences.
    """

    line: int
    length: int
    language: str
    text: str
    file: str | None = None
    exit_code: int = 0
    follows: bool = False


def blocks_of(text: str) -> list[Block]:
    """Give the code blocks of a page in their order."""
    found: list[Block] = []
    lines = iter(enumerate(text.split("\n"), start=1))
    exit_code, follows = 0, False
    for number, line in lines:
        if fence := _FENCE.match(line):
            body = list(_body(lines, fence["marks"], number))
            found.append(_block(fence["info"].strip(), number, body, exit_code, follows))
            exit_code, follows = 0, True
        elif said := _EXIT.match(line):
            exit_code = int(said["code"])
        elif line.strip():
            exit_code, follows = 0, False
    return found


def _body(lines: Iterator[tuple[int, str]], marks: str, number: int) -> Iterator[str]:
    for _, line in lines:
        if line == marks:
            return
        yield line
    raise PageError(f"line {number}: the block has no end")


def _block(language: str, number: int, body: list[str], exit_code: int, follows: bool) -> Block:
    file, length = None, len(body)
    if directive := _DIRECTIVE.match(language):
        language = directive["language"]
        while body and (body[0].startswith(":") or (file and not body[0])):
            caption = _CAPTION.match(body.pop(0))
            file = caption["name"] if caption else file
    return Block(number, length, language, "\n".join(body), file, exit_code, follows)


@dataclass
class Reading:
    """A page as it is read; `renewed` collects outputs by block, where they shall be renewed."""

    page: Path
    names: dict[str, Any] = field(default_factory=lambda: {"__name__": "__page__"})
    renewed: dict[Block, str] | None = None

    def run(self) -> int:
        """Run the blocks in the current folder; give how many there were to run.

        Raises
        ------
        PageError
            At the first block that fails, prints something else than the page shows, or
            is of a language that nobody runs.
        """
        printed: str | None = None  # by the Python block before, not yet shown by the page
        run = 0
        for block in blocks_of(self.page.read_text(encoding="utf-8")):
            is_output = block.language == "text" and block.follows and printed is not None
            if printed and not is_output:
                raise PageError(f"{self._at(block)}: what is printed above is not shown")
            if is_output:
                self._renew(block, self._compared(block.text, printed or "", self._at(block)))
                printed = None
                continue
            printed = self._run(block)
            run += block.language not in SHOWN_ONLY
        if printed:
            raise PageError(
                f"{self.page.name}: what is printed at the end is not shown:\n{printed}"
            )
        return run

    def _at(self, block: Block) -> str:
        return f"{self.page.name}, line {block.line}"

    def _run(self, block: Block) -> str | None:
        """Run a block; give what a Python block printed."""
        if block.file is not None:
            Path(block.file).write_text(block.text + "\n", encoding="utf-8")
        elif block.language == "python":
            return self._run_python(block)
        elif block.language == "console":
            self._run_console(block)
        elif block.language not in SHOWN_ONLY:
            told = block.language or "no language"
            raise PageError(f"{self._at(block)}: nobody runs a block of {told!r}")
        return None

    def _run_python(self, block: Block) -> str:
        source = "\n" * block.line + block.text  # so that a traceback names the line of the page
        out = io.StringIO()
        try:
            with contextlib.redirect_stdout(out):
                exec(compile(source, self.page.name, "exec"), self.names)
        except Exception as error:
            raise PageError(f"{self._at(block)}: {traceback.format_exc()}") from error
        return out.getvalue()

    def _run_console(self, block: Block) -> None:
        first, *rest = re.split(r"^\$ ", block.text, flags=re.MULTILINE)
        if first.strip() or not rest:
            raise PageError(f"{self._at(block)}: a block of commands begins with '$ '")
        lines = []
        for at, part in enumerate(rest):
            command, _, shown = part.partition("\n")
            code, output = run_command(command)
            expected = block.exit_code if at + 1 == len(rest) else 0
            where = f"{self._at(block)}: {command!r}"
            if code != expected:
                raise PageError(f"{where} ended with {code}, not {expected}:\n{output}")
            lines += [f"$ {command}", self._compared(shown, output, where)]
        self._renew(block, "\n".join(line for line in lines if line))

    def _compared(self, shown: str, printed: str, where: str) -> str:
        """Hold what the page shows against what was printed; give what it should show."""
        wanted, got = _trimmed(shown), _trimmed(printed)
        pattern = ".*?".join(re.escape(part) for part in wanted.split(ANYTHING))
        if re.fullmatch(pattern, got, flags=re.DOTALL):
            return wanted
        if self.renewed is not None:
            return got
        lines = difflib.unified_diff(wanted.split("\n"), got.split("\n"), "shown", "printed")
        raise PageError("\n".join([f"{where}: the page shows something else", *lines]))

    def _renew(self, block: Block, text: str) -> None:
        if self.renewed is not None:
            self.renewed[block] = text


def _trimmed(text: str) -> str:
    """Drop blanks at the ends of lines, and empty lines around."""
    return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")


def run_command(command: str) -> tuple[int, str]:
    """Run `maligeo …` or `python FILE …`; give its exit code and what it wrote."""
    program, *arguments = shlex.split(command)
    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out):
        patch.setenv("COLUMNS", WIDTH)
        patch.setenv("TERM", "dumb")
        patch.setattr(sys, "argv", [program, *arguments])
        with contextlib.redirect_stderr(out):
            code = _exit_code(program, arguments)
    return code, out.getvalue()


def _exit_code(program: str, arguments: list[str]) -> int:
    try:
        if program == "maligeo":
            maligeo.cli.main()
        elif program == "python":
            sys.argv = arguments
            runpy.run_path(arguments[0], run_name="__main__")
        else:
            raise PageError(f"nobody runs {program!r}")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except Exception as error:
        raise PageError(f"{program!r} broke down: {traceback.format_exc()}") from error
    return 0


def renew(page: Path) -> None:
    """Run a page in an empty folder, with a release store of its own; write what it prints."""
    reading = Reading(page.resolve(), renewed={})
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as store:
        (Path(store) / "key").write_text(KEY.hex(), encoding="ascii")
        with contextlib.chdir(folder), pytest.MonkeyPatch.context() as patch:
            patch.setenv("MALIGEO_STORE", store)
            reading.run()
    lines = page.read_text(encoding="utf-8").split("\n")
    for block, text in reversed((reading.renewed or {}).items()):
        lines[block.line : block.line + block.length] = text.split("\n")
    page.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    os.environ["NO_COLOR"] = "1"
    for argument in sys.argv[1:]:
        renew(Path(argument))
