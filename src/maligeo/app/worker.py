"""The process that works: what is slow or may fail is done in it, apart from the server."""

import contextlib
import gc
import logging
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Final

from maligeo.app.tasks import Bench, Task, error_texts
from maligeo.core.errors import MaligeoError

BROKEN: Final = "broken"  # an error of ours, of which nothing is said: it may quote the file
_ALLOCATIONS: Final = 100_000  # between two searches for garbage, as on the command line


def work(connection: Connection, folder: Path) -> None:
    """Do what is asked, one task after the other, until the server is gone.

    Parameters
    ----------
    connection : Connection
        Takes tasks; gives ("step", …) and then ("done", result) or ("failed", texts).
    folder : pathlib.Path
        For temporary files, so that what a kill leaves is removed with the rest.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal; the server ends this process
    gc.set_threshold(_ALLOCATIONS)
    _say_nothing()
    tempfile.tempdir = str(folder)
    threading.Thread(target=_end_with_server, daemon=True).start()
    bench = Bench(lambda *step: connection.send(("step", step)))
    while True:
        try:
            task: Task = connection.recv()
        except EOFError:
            return
        connection.send(_done(task, bench))


def _done(task: Task, bench: Bench) -> tuple[str, Any]:
    try:
        return "done", task.run(bench)
    except MaligeoError as error:
        return "failed", {one: task.named(text) for one, text in error_texts(error).items()}
    except Exception as error:  # one bad file never ends the server
        return BROKEN, type(error).__name__


def _say_nothing() -> None:
    """Write nothing to where logs may go: libraries quote what they read."""
    logging.disable(logging.CRITICAL)
    nothing = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.__stdout__, sys.__stderr__):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            os.dup2(nothing, stream.fileno())  # type: ignore[union-attr]


def _end_with_server() -> None:
    """End when the server does, however it ends."""
    server = multiprocessing.parent_process()
    if server is not None:
        wait([server.sentinel])
        os._exit(0)
