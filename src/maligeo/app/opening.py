"""The page on this machine: started, shown in a browser, and gone when nobody is there."""

from __future__ import annotations

import signal
import tempfile
import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

from maligeo.app.folders import private_folder, runs_root
from maligeo.app.guard import Keys, guarded
from maligeo.app.jobs import Desk
from maligeo.app.routes import page_app
from maligeo.core.errors import ArgumentError
from maligeo.serving.listening import Listening

LOOPBACK: Final = "127.0.0.1"
_MEGABYTE: Final = 1_000_000
_MOST_FILES: Final = 5  # in one request: one of each kind
_FORM: Final = _MEGABYTE  # for what a form has besides its files
_LEFT_S: Final = 150.0  # a page in the background reports once a minute
_LOOKS_S: Final = 2.0
_ENDINGS: Final = ("SIGTERM", "SIGHUP")


def open_page(
    *,
    port: int = 0,
    largest_mb: int = 100,
    idle_minutes: float = 30.0,
    show: Callable[[str], object] = webbrowser.open,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serve the page for people without a command line, until nobody is there any more.

    This machine alone can reach it, and of this machine who has the address. Files that are
    dropped lie in a folder that their owner alone can read, and that is removed at the end.

    Parameters
    ----------
    port : int, default 0
        Port to listen on; 0 for any that is free.
    largest_mb : int, default 100
        Most megabytes of a file that is dropped.
    idle_minutes : float, default 30
        Minutes without a request after which it ends; it ends two or three minutes after its
        last page was closed, where scripts run.
    show : callable, default the browser of the system
        Takes the address for the first request, which is good for one.
    ready : callable, optional
        Takes the address of the page, once it is listened on.

    Raises
    ------
    ArgumentError
        If the port cannot be listened on, or a number is none.
    OutputFileError
        If there can be no folder for the files.
    MissingDependencyError
        If the extra `serve` is not installed.
    """
    if not 0 <= port < 1 << 16:
        raise ArgumentError(f"port {port} does not exist; ports go from 1 to 65535")
    if largest_mb < 1 or idle_minutes <= 0:
        raise ArgumentError("the page needs at least 1 MB for a file, and some time")
    keys, largest = Keys(), largest_mb * _MEGABYTE
    with private_folder(runs_root()) as folder, _temporary(folder):
        desk = Desk(folder, largest)
        try:
            app = guarded(page_app(desk, keys), keys, _MOST_FILES * largest + _FORM)
            with Listening(app, LOOPBACK, port) as listening, _ended_by_signals():
                _end_when_idle(desk, listening, idle_minutes * 60)
                address = f"http://{LOOPBACK}:{listening.port}"

                def begin() -> None:
                    if ready is not None:
                        ready(f"{address}/{keys.token}/")
                    show(f"{address}{keys.start}")

                listening.run(begin)
        finally:
            desk.close()


@contextmanager
def _temporary(folder: Path) -> Iterator[None]:
    """Have what is uploaded pass through the private folder alone."""
    before = tempfile.tempdir
    passing = folder / "passing"
    passing.mkdir(mode=0o700)
    tempfile.tempdir = str(passing)
    try:
        yield
    finally:
        tempfile.tempdir = before


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let what ends a process end it in order: uvicorn hands signals on when it is done."""

    def leave(_signal: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    before = {}
    for name in _ENDINGS:
        with suppress(AttributeError, ValueError):  # not on Windows, or not in the main thread
            number = getattr(signal, name)
            before[number] = signal.signal(number, leave)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end_when_idle(desk: Desk, listening: Listening, idle_s: float) -> None:
    over = threading.Event()

    def look() -> None:
        while not over.wait(_LOOKS_S):
            if desk.idle_for(idle_s, _LEFT_S):
                listening.end()
                return

    threading.Thread(target=look, daemon=True).start()
