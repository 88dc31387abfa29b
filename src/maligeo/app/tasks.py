"""Work that takes a while: what is asked of it, and the study that it is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Protocol

from maligeo.app.sayings import on_page
from maligeo.core.columns import LANGUAGES, Audience, Language
from maligeo.core.errors import MaligeoError
from maligeo.readers.files.sources import Source
from maligeo.workflows.checking import BOUNDARIES, POPULATION
from maligeo.workflows.records import AREAS, INCIDENTS, PROJECTS, READERS
from maligeo.workflows.study import Study, study

KINDS: Final = (INCIDENTS, PROJECTS, AREAS, BOUNDARIES, POPULATION)
Texts = dict[str, Any]  # what is said, by language
Say = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Upload:
    """A file that was dropped.

    Attributes
    ----------
    source : Source
        Where it lies, under a name of ours, and what is said of it.
    name : str
        What its owner calls it; it is shown, and never a path.
    """

    source: Source
    name: str


@dataclass(frozen=True)
class Question:
    """What is asked of the files.

    Attributes
    ----------
    files : mapping of str to Upload
        By kind; what is missing is the bundled data.
    period, covers : str
        As for `maligeo.study`, several with commas; empty for none.
    only : mapping of str to str
        Projects to keep.
    audience, language : str
        For whom, and in which language, products are.
    leaving_faults : frozenset of str
        Kinds whose rows with faults are left out, by choice.
    """

    files: Mapping[str, Upload] = field(default_factory=dict)
    period: str = ""
    covers: str = ""
    only: Mapping[str, str] = field(default_factory=dict)
    audience: Audience = "public"
    language: Language = "fr"
    leaving_faults: frozenset[str] = frozenset()

    def study(self) -> Study:
        """Read the files, as `maligeo.study` does."""
        sources = {kind: self._given(kind, one.source) for kind, one in self.files.items()}
        made = study(
            incidents=sources.get(INCIDENTS),
            projects=sources.get(PROJECTS),
            areas=sources.get(AREAS),
            units=sources.get(BOUNDARIES),
            population=sources.get(POPULATION),
            period=_periods(self.period),
            covers=_periods(self.covers),
        )
        return made.asking(only=self.only) if self.only else made

    def _given(self, kind: str, source: Source) -> Any:
        """Give a file as it is, or its good rows."""
        if kind not in self.leaving_faults:
            return source
        with TemporaryDirectory() as folder:
            rejects = Path(folder, "rejects.csv")
            return READERS[kind](source, on_invalid="quarantine", rejects=rejects)


def _periods(text: str) -> str | list[str] | None:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    return parts[0] if len(parts) == 1 else parts or None


@dataclass
class Bench:
    """What a worker keeps from one task to the next: the study that was asked for last.

    Attributes
    ----------
    say : callable
        Takes the step, what is done of it, and all of it.
    """

    say: Say
    _last: tuple[Question, Study] | None = None

    def released(self, question: Question) -> Study:
        """Give the study of a question, released for its audience."""
        if self._last is None or self._last[0] != question:
            self.say("read", 0, 0)
            exact = question.study()
            self.say("release", 0, 0)
            released = exact.release(
                audience=question.audience,
                progress=lambda done, whole: self.say("release", done, whole),
            )
            self._last = question, released
        return self._last[1]


class Task(Protocol):
    """Something to be done by a worker; it can be pickled, and so can its result."""

    def run(self, bench: Bench) -> Any:
        """Do it."""

    def named(self, text: str) -> str:
        """Put the names of files, as their owner knows them, for their paths in a text."""


def named_in(text: str, files: Mapping[str, Upload]) -> str:
    """Put the names of files, as their owner knows them, for their paths in a text."""
    for one in files.values():
        path = Path(one.source)
        text = text.replace(str(path), one.name).replace(str(path.parent), "")
    return text


def error_texts(error: MaligeoError) -> Texts:
    """Say an error in every language."""
    return {one: on_page(error.message(one), one) for one in LANGUAGES}
