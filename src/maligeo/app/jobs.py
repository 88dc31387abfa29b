"""Jobs: what somebody dropped, said and asked in one tab, and what came of it."""

from __future__ import annotations

import secrets
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Final

from maligeo.app.checks import CheckTask, Findings
from maligeo.app.making import Made, MakeTask, ReportTask
from maligeo.app.queue import Queue, Running
from maligeo.app.tasks import KINDS, Question, Task, Upload
from maligeo.core.errors import ArgumentError
from maligeo.core.files import OWNERS_FILE
from maligeo.readers.files.sources import SAID, Source
from maligeo.workflows.records import INCIDENTS

MOST_JOBS: Final = 20
_FULL: Final = 10  # files of the largest size, in all jobs together
_OWNERS_FOLDER: Final = 0o700
_LONGEST_NAME: Final = 120
SUFFIXES: Final = (
    ".csv", ".xlsx", ".xlsm", ".xls", ".ods", ".tsv", ".txt", ".parquet", ".xml", ".zip", ".gpkg",
    ".geojson", ".json", ".kml", ".kmz", ".fgb", ".shp",
)  # fmt: skip


@dataclass
class Job:
    """What one tab is about.

    Attributes
    ----------
    name : str
        Its name in addresses, that nobody can guess.
    folder : pathlib.Path
        Where its files lie.
    question : Question
        The files, and what is asked of them.
    checking, making : Running or None
        The last look through the files, and the last answer.
    said : dict of str to dict
        What is said of files of each kind, kept for the next one.
    is_asked : bool
        Whether anything was asked yet.
    """

    name: str
    folder: Path
    queue: Queue
    question: Question = field(default_factory=Question)
    checking: Running | None = None
    making: Running | None = None
    said: dict[str, dict[str, object]] = field(default_factory=dict)
    is_asked: bool = False
    _files: int = 0

    @property
    def uploads(self) -> Mapping[str, Upload]:
        """The files by kind."""
        return self.question.files

    @property
    def findings(self) -> dict[str, Findings]:
        """What was found in each file; empty until it was looked for."""
        result = None if self.checking is None else self.checking.result
        found: dict[str, Findings] = {} if result is None else result["files"]
        return found

    @property
    def faulty(self) -> list[str]:
        """Kinds whose files cannot be used as they are: rows with faults, or nothing is read."""
        leaving = self.question.leaving_faults
        return [
            kind
            for kind, found in self.findings.items()
            if found.error or (found.fault_count and kind not in leaving) or found.is_undecided
        ]

    @property
    def values(self) -> dict[str, list[str]]:
        """By what projects can be chosen."""
        result = None if self.checking is None else self.checking.result
        found: dict[str, list[str]] = {} if result is None else result["values"]
        return found

    @property
    def period(self) -> str:
        """The period that is asked for; until somebody asks, what the incidents are of."""
        found = self.findings.get(INCIDENTS)
        return self.question.period if self.is_asked or found is None else found.period

    @property
    def made(self) -> Made | None:
        """What was made last; while reports are added to it, what was there before."""
        if self.making is None:
            return None
        task, found = self.making.task, self.making.result
        before = task.made if isinstance(task, ReportTask) else None
        return before if found is None else found

    @property
    def products(self) -> Path:
        """Where products lie."""
        return self.folder / "products"

    def put(self, kind: str, name: str, content: IO[bytes], *, keeping: bool = False) -> None:
        """Take a file; its name is for showing alone.

        Parameters
        ----------
        kind : str
            What it holds.
        name : str
            What its owner calls it.
        content : file
        keeping : bool, default False
            Keep what was said of the file that it replaces.
        """
        shown = _shown(name)
        suffix = Path(shown).suffix.lower()
        if suffix not in SUFFIXES:
            raise ArgumentError(key="app_suffix", values={"file": shown})
        self._files += 1
        folder = self.folder / f"{self._files}"
        folder.mkdir(mode=_OWNERS_FOLDER)
        path = folder / f"{kind}{suffix}"
        with path.open("xb") as target:
            path.chmod(OWNERS_FILE)
            shutil.copyfileobj(content, target)
        former = self.uploads.get(kind)
        if not keeping:
            self.said.pop(kind, None)
        self._set(kind, Upload(_saying(path, self.said.get(kind, {})), shown))
        if former is not None:
            shutil.rmtree(Path(former.source).parent, ignore_errors=True)

    def move(self, kind: str, to: str) -> None:
        """Say that a file holds something else than was thought; what was said of it is gone.

        Raises
        ------
        ArgumentError
            If there is another file of that kind.
        """
        if to in self.uploads:
            values = {"file": self.uploads[kind].name, "other": self.uploads[to].name}
            raise ArgumentError(key="app_taken", values=values)
        files = dict(self.uploads)
        upload = files.pop(kind)
        self.said.pop(kind, None)
        self.question = replace(self.question, files=files)
        self._set(to, replace(upload, source=Source(upload.source.path)))

    def drop(self, kind: str) -> None:
        """Take a file away: the bundled data stand in its place."""
        files = dict(self.uploads)
        former = files.pop(kind, None)
        self.question = replace(self.question, files=files)
        if former is not None:
            shutil.rmtree(Path(former.source).parent, ignore_errors=True)

    def say(self, kind: str, said: Mapping[str, object]) -> None:
        """Say how files of a kind are read, in the place of what was said before."""
        self.said[kind] = dict(said)
        if kind in self.uploads:
            upload = self.uploads[kind]
            source = _saying(Path(upload.source), self.said[kind])
            self._set(kind, replace(upload, source=source))

    def check(self) -> None:
        """Begin to look through the files."""
        self.cancel()
        self.making = None
        leaving = self.question.leaving_faults & self.uploads.keys()
        self.question = replace(self.question, leaving_faults=leaving)
        self.checking = self.queue.start(CheckTask(self.uploads, self.folder))

    def looked(self) -> Running | None:
        """Give the last look through the files; one that was cancelled is begun anew."""
        if self.checking is None:
            self.check()
        for kind, found in self.findings.items():
            if found.sheet and kind in self.uploads and self.uploads[kind].source.sheet is None:
                self.say(kind, said_of(self.uploads[kind].source) | {"sheet": found.sheet})
        return self.checking

    def ask(self, question: Question) -> None:
        """Begin to answer a question about the files."""
        self.cancel()
        self.question, self.is_asked = question, True
        self.making = self.queue.start(MakeTask(question, self.products))

    def report(self, regions: list[str]) -> None:
        """Begin to write the reports of regions."""
        if self.made is not None:
            task = ReportTask(self.question, self.products, self.made, regions)
            self.making = self.queue.start(task)

    def cancel(self) -> None:
        """Give up what is not over."""
        for name in ("checking", "making"):
            running: Running | None = getattr(self, name)
            if running is not None and not running.is_over:
                running.cancelled.set()
                setattr(self, name, self._again(running.task))

    def _again(self, task: Task) -> Running | None:
        """Give what was there before a task that only adds to it."""
        if not isinstance(task, ReportTask):
            return None
        before = Running(task, result=task.made)
        before.over.set()
        return before

    def _set(self, kind: str, upload: Upload) -> None:
        files = {**self.uploads, kind: upload}
        ordered: dict[str, Upload] = {one: files[one] for one in KINDS if one in files}
        self.question = replace(self.question, files=ordered)


def _saying(path: Path, said: Mapping[str, object]) -> Source:
    return Source(path, **said)  # type: ignore[arg-type]


def said_of(source: Source) -> dict[str, object]:
    """Give what is said of a file, without the file; its places hold for the next one too."""
    said = {name: getattr(source, name) for name in SAID if getattr(source, name)}
    return said | ({"remembered": True} if source.places else {})


def _shown(name: str) -> str:
    """Give the name of a file without folders and control characters."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(sign for sign in last if sign.isprintable())
    return plain[-_LONGEST_NAME:] or "?"


class Desk:
    """All jobs of a run, and since when nobody has asked for anything.

    Parameters
    ----------
    folder : pathlib.Path
        The private folder of the run.
    largest : int
        Most bytes of a file.
    clock : callable
        Gives seconds.
    """

    def __init__(
        self, folder: Path, largest: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.folder, self.largest = folder, largest
        (folder / "temporary").mkdir(mode=_OWNERS_FOLDER)
        self.queue = Queue(folder / "temporary")
        self._jobs = dict[str, Job]()
        self._lock = threading.Lock()
        self._clock = clock
        self._last = clock()
        self._left: float | None = None

    def new(self) -> Job:
        """Begin a job; of too many, the one that was begun first is given up.

        Raises
        ------
        ArgumentError
            If the files of all jobs fill the room that they may have.
        """
        self.require_room(0)
        with self._lock:
            if len(self._jobs) >= MOST_JOBS:
                first = self._jobs.pop(next(iter(self._jobs)))
                first.cancel()
                shutil.rmtree(first.folder, ignore_errors=True)
            name = secrets.token_urlsafe(12)
            folder = self.folder / f"job-{secrets.token_hex(6)}"
            folder.mkdir(mode=_OWNERS_FOLDER)
            self._jobs[name] = Job(name, folder, self.queue)
            return self._jobs[name]

    def job(self, name: str) -> Job | None:
        """Give a job by its name."""
        return self._jobs.get(name)

    def require_room(self, size: int) -> None:
        """Refuse more files than the disk should bear."""
        held = sum(
            Path(upload.source).stat().st_size
            for job in list(self._jobs.values())
            for upload in job.uploads.values()
        )
        if held + size > _FULL * self.largest:
            raise ArgumentError(key="app_full", values={})

    def require_size(self, name: str, size: int) -> None:
        """Refuse a file that is too large."""
        if size > self.largest:
            values = {"file": _shown(name), "most": self.largest // 1_000_000}
            raise ArgumentError(key="app_large", values=values)

    def touch(self) -> None:
        """Note that somebody asked for something."""
        self._last, self._left = self._clock(), None

    def stay(self) -> None:
        """Note that a page is open still."""
        self._left = None

    def leave(self) -> None:
        """Note that a page was closed; another may be open, or the next one is coming."""
        self._left = self._clock()

    def idle_for(self, idle_s: float, left_s: float) -> bool:
        """Tell whether nobody was there for so long, or for less after a page was closed."""
        if self.queue.is_busy:
            self._last = self._clock()
            return False
        now = self._clock()
        return now - self._last > idle_s or (self._left is not None and now - self._left > left_s)

    def close(self) -> None:
        """Give up all work."""
        self.queue.close()
