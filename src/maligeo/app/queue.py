"""Tasks one after the other in a process of their own, with progress, and cancelled at will."""

import contextlib
import logging
import multiprocessing
import threading
from collections import deque
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from maligeo.app.tasks import Task, Texts
from maligeo.app.worker import BROKEN, work
from maligeo.core.columns import LANGUAGES
from maligeo.core.words import word

_LOOKS: Final = 0.1  # seconds between two looks at whether a task was cancelled
_LOG: Final = logging.getLogger(__name__)


@dataclass(eq=False)
class Running:
    """A task that waits, is worked on, or is over.

    Attributes
    ----------
    task : Task
        What is done.
    step : tuple of (str, int, int) or None
        What is being done; None while it waits for others.
    result : object
        What came of it.
    error : dict or None
        Why nothing did, by language.
    """

    task: Task
    step: tuple[str, int, int] | None = None
    result: Any = None
    error: Texts | None = None
    over: threading.Event = field(default_factory=threading.Event)
    cancelled: threading.Event = field(default_factory=threading.Event)

    @property
    def is_over(self) -> bool:
        """Whether it was done, failed, or was cancelled."""
        return self.over.is_set()


class Queue:
    """Tasks, and the one process that works on them; closed, it works no more.

    Parameters
    ----------
    folder : pathlib.Path
        For temporary files of the process.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._waiting = deque[Running]()
        self._news = threading.Condition()
        self._is_closed = False
        self._process: Any = None
        self._connection: Connection | None = None
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def start(self, task: Task) -> Running:
        """Put a task behind those that wait."""
        running = Running(task)
        with self._news:
            self._waiting.append(running)
            self._news.notify()
        return running

    @property
    def is_busy(self) -> bool:
        """Whether anything waits or is worked on."""
        return bool(self._waiting)

    def close(self) -> None:
        """End the process and give up what waits."""
        with self._news:
            self._is_closed = True
            for running in self._waiting:
                running.cancelled.set()
            self._news.notify()
        self._thread.join()

    def _work(self) -> None:
        with contextlib.suppress(OSError):
            self._ready()  # warm before the first file has come
        while True:
            with self._news:
                self._news.wait_for(lambda: self._waiting or self._is_closed)
                if self._is_closed:
                    break
                running = self._waiting[0]
            self._do(running)
            self._waiting.popleft()
            running.over.set()
        self._stop()

    def _do(self, running: Running) -> None:
        if running.cancelled.is_set():
            return
        try:
            connection = self._ready()
            connection.send(running.task)
            self._follow(running, connection)
        except (OSError, EOFError):  # the process is no more
            self._fail(running, "worker ended")

    def _follow(self, running: Running, connection: Connection) -> None:
        while not running.cancelled.is_set():
            if not connection.poll(_LOOKS):
                continue
            kind, content = connection.recv()
            if kind == "step":
                running.step = content
                continue
            if kind == "done":
                running.result = content
            elif kind == BROKEN:
                self._fail(running, content)
            else:
                running.error = content
            return
        self._stop()

    def _fail(self, running: Running, why: str) -> None:
        """Say that the program failed; what a file holds stands in no log."""
        _LOG.warning("a task failed: %s", why)
        running.error = {one: word("app.broken", one).format(why=why) for one in LANGUAGES}
        self._stop()

    def _ready(self) -> Connection:
        if self._process is None or not self._process.is_alive() or self._connection is None:
            self._stop()
            spawn = multiprocessing.get_context("spawn")
            self._connection, theirs = spawn.Pipe()
            self._process = spawn.Process(target=work, args=(theirs, self._folder), daemon=True)
            self._process.start()
            theirs.close()
        return self._connection

    def _stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
        if self._connection is not None:
            self._connection.close()
        self._process = self._connection = None
