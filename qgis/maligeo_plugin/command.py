"""The installed command `maligeo`: where it is, whether it is new enough, and how it runs.

This module knows nothing of QGIS.
"""

from __future__ import annotations

import io
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any, NamedTuple, Protocol

from maligeo_plugin.words import word

OLDEST = (0, 2)  # version that has all that is asked of it
WRONG_USAGE = 2  # exit code of a command that does not exist or does not know an option
_NAME = "maligeo"
_VERSION = re.compile(r"^maligeo (\d+)\.(\d+)\S*")
_WAIT = 0.2  # seconds between two looks at whether it was cancelled
_PATIENCE = 10.0  # seconds for a command to clear up after itself
# What QGIS sets for its own Python and libraries, and what another Python must not take over.
_OF_QGIS = (
    "PYTHONHOME", "PYTHONPATH", "GDAL_DATA", "GDAL_DRIVER_PATH", "PROJ_DATA", "PROJ_LIB",
    "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH",
)  # fmt: skip


class CommandError(Exception):
    """Something is wrong with the command; its text is for people."""


class Watch(Protocol):
    """Who watches a command that runs."""

    def is_cancelled(self) -> bool:
        """Tell whether it shall end."""

    def show_step(self, what: str, done: int, total: int | None) -> None:
        """Take how far it is."""

    def show_line(self, line: str) -> None:
        """Take a line that it says."""


class Ended(NamedTuple):
    """How a command ended: its exit code, what it wrote, and what it said on the way."""

    code: int
    written: str
    said: list[str]
    cancelled: bool = False


def find_command(setting: str, language: str) -> str:
    """Give the path of the command.

    Parameters
    ----------
    setting : str
        Its path, as the user says it; without one it is looked for on PATH.
    language : {"fr", "en"}
        Language of errors.

    Raises
    ------
    CommandError
        If it is not there.
    """
    found = shutil.which(setting.strip() or _NAME)
    if found is None:
        key = "command.not_there" if setting.strip() else "command.missing"
        raise CommandError(word(key, language, path=setting.strip()))
    return found


def require_version(command: str, language: str) -> str:
    """Give the version of the command, such as "maligeo 0.2.0".

    Raises
    ------
    CommandError
        If it cannot run, is something else, or is too old.
    """
    try:
        asked = subprocess.run(
            [command, "--version"],
            stdin=subprocess.DEVNULL, capture_output=True, check=False, env=environment(language),
            **_start(),
        )  # fmt: skip
    except OSError as error:
        why = word("command.cannot_run", language, path=command, why=error.strerror)
        raise CommandError(why) from error
    said = str(asked.stdout, "utf-8", "replace").strip()
    version = _VERSION.match(said)
    if version is None:
        raise CommandError(word("command.something_else", language, path=command))
    if (int(version[1]), int(version[2])) < OLDEST:
        needed = ".".join(map(str, OLDEST))
        raise CommandError(word("command.too_old", language, found=said, needed=needed))
    return said


def environment(language: str, base: Mapping[str, str] | None = None) -> dict[str, str]:
    """Give the environment of the command: not that of QGIS's Python, and lines for steps."""
    kept = {
        name: value
        for name, value in (os.environ if base is None else base).items()
        if name not in _OF_QGIS
    }
    return kept | {
        "MALIGEO_LANGUAGE": language,
        "MALIGEO_PROGRESS": "lines",
        "NO_COLOR": "1",
        "PYTHONUTF8": "1",
    }


def run_command(line: Sequence[str], language: str, watch: Watch) -> Ended:
    """Run a command in a process of its own; cancelled, it ends and clears up.

    Parameters
    ----------
    line : sequence of str
        Path of the command, and its arguments.
    language : {"fr", "en"}
        In which it speaks.
    watch : Watch
        Who watches.
    """
    process = subprocess.Popen(
        list(line), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=environment(language), **_start(),
    )  # fmt: skip
    written, said = io.BytesIO(), list[str]()
    lines: queue.Queue[bytes | None] = queue.Queue()
    readers = [
        threading.Thread(target=_copy, args=(process.stdout, written), daemon=True),
        threading.Thread(target=_read_lines, args=(process.stderr, lines), daemon=True),
    ]
    cancelled = False
    with process:
        for reader in readers:
            reader.start()
        for raw in _until_the_end(lines):
            if raw is not None:
                _take(str(raw, "utf-8", "replace").rstrip("\r\n"), said, watch)
            if not cancelled and watch.is_cancelled():
                cancelled = True
                _end(process)
        for reader in readers:
            reader.join()
    code = process.returncode
    text = str(written.getvalue(), "utf-8", "replace")
    return Ended(code, text, said, cancelled and code != 0)


def _take(line: str, said: list[str], watch: Watch) -> None:
    """Tell a step from what is said."""
    step = step_of(line)
    if step is not None:
        watch.show_step(*step)
    elif line:
        said.append(line)
        watch.show_line(line)


def step_of(line: str) -> tuple[str, int, int | None] | None:
    r"""Read a line about how far a command is: what is counted, steps done, and all steps.

    Examples
    --------
    >>> step_of("progress\trows\t20\t80")
    ('rows', 20, 80)
    >>> step_of("maligeo: a warning") is None
    True
    """
    parts = line.split("\t")
    if len(parts) != 4 or parts[0] != "progress" or not parts[2].isdigit():
        return None
    return parts[1], int(parts[2]), int(parts[3]) if parts[3].isdigit() else None


def _copy(stream: IO[bytes], target: io.BytesIO) -> None:
    target.write(stream.read())


def _read_lines(stream: IO[bytes], lines: queue.Queue[bytes | None]) -> None:
    for line in stream:
        lines.put(line)
    lines.put(None)


def _until_the_end(lines: queue.Queue[bytes | None]) -> Iterator[bytes | None]:
    """Give each line, and None in between, until the stream ends."""
    while True:
        try:
            line = lines.get(timeout=_WAIT)
        except queue.Empty:
            yield None
            continue
        if line is None:
            return
        yield line


def _end(process: subprocess.Popen[bytes]) -> None:
    """Interrupt a command as Ctrl+C does, and end it where it does not listen."""
    if sys.platform == "win32":
        process.terminate()
        return
    process.send_signal(signal.SIGINT)
    timer = threading.Timer(_PATIENCE, process.kill)
    timer.daemon = True
    timer.start()


def _start() -> dict[str, Any]:
    """Give what starts a process without a window of its own, and apart from others' Ctrl+C."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}
