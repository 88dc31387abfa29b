"""Products made for the page: each is what `maligeo.study` gives, written by the same code."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pandas as pd

from maligeo.app.sayings import on_page
from maligeo.app.tasks import Bench, Question, Texts, error_texts, named_in
from maligeo.core.columns import LANGUAGES
from maligeo.core.errors import MaligeoError
from maligeo.core.files import OWNERS_FILE, pack, remove
from maligeo.core.placenames import plain_name
from maligeo.core.session import speaking
from maligeo.core.words import word
from maligeo.text.answers import by_class, certainty_text, heading_text, period_lines, presence_text
from maligeo.text.balance import totals
from maligeo.text.readings import all_counts
from maligeo.text.releases import release_sentences
from maligeo.workflows.recipes import Product
from maligeo.workflows.study import Study

MAP: Final = "carte.html"
REPORT: Final = "rapport.pdf"
ANSWER: Final = "reponse.xlsx"
ANSWER_TEXT: Final = "reponse.csv"
COUNTS: Final = "comptes.xlsx"
RECORD: Final = "provenance.json"
_MOST_HEADINGS: Final = 100
_STEPS: Final = ("answer", "map", "report", "pack")


@dataclass
class Made:
    """What was made, in words and plain values.

    Attributes
    ----------
    audience, language : str
        For whom, and the language of what was written.
    answers : dict
        By language: `periods`, lines; `classes`, title and sentences of each.
    matrix : dict
        By language: `by`, `places`, `rows`, and `nothing`, what a cell says where nobody is.
    balance : dict
        By language: lines as `totals` gives them.
    remarks : dict
        By language: what is to be known of all of it.
    troubles : list of (str, dict)
        Products that could not be made, and why by language.
    files : list of str
        What can be downloaded.
    regions : list of str
        Units that a report can be about.
    reports : dict of str to str
        Those that have one, and its file.
    records : dict of str to object
        How each file was made.
    """

    audience: str
    language: str
    answers: Texts = field(default_factory=dict)
    matrix: Texts = field(default_factory=dict)
    balance: Texts = field(default_factory=dict)
    remarks: Texts = field(default_factory=dict)
    troubles: list[tuple[str, Texts]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    regions: list[str] = field(default_factory=list)
    reports: dict[str, str] = field(default_factory=dict)
    records: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class MakeTask:
    """Answer a question: map, report of the country, tables, and all of it in one archive."""

    question: Question
    folder: Path

    def run(self, bench: Bench) -> Made:
        """Make everything that can be made; what cannot is among the troubles."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(mode=0o700)
        asked = self.question
        with speaking(asked.language):
            study = bench.released(asked)
            made = Made(asked.audience, asked.language, regions=list(map(str, study.units["name"])))
            writing = _Writing(made, self.folder, self.named)
            bench.say("answer", 0, len(_STEPS))
            _say_all(study, made, writing.tried)
            self._write_tables(study, writing)
            bench.say("map", 1, len(_STEPS))
            writing.save(MAP, lambda: study.map(language=asked.language))
            bench.say("report", 2, len(_STEPS))
            writing.save(REPORT, lambda: study.report(language=asked.language))
            if study.is_withheld:  # the remarks say it better
                made.troubles[:] = [one for one in made.troubles if one[0] != ANSWER]
            bench.say("pack", 3, len(_STEPS))
            writing.pack()
        return made

    def named(self, text: str) -> str:
        """Put the names of the files for their paths in a text."""
        return named_in(text, self.question.files)

    def _write_tables(self, study: Study, writing: _Writing) -> None:
        language = self.question.language
        if writing.save(ANSWER, lambda: study.answer(language=language)):
            writing.save(ANSWER_TEXT, lambda: study.answer(language=language))
        elif len(study.records.given) <= 1:
            writing.save(COUNTS, study.count)


@dataclass(frozen=True)
class ReportTask:
    """Write reports of regions beside what was made before."""

    question: Question
    folder: Path
    made: Made
    regions: Sequence[str]

    def run(self, bench: Bench) -> Made:
        """Give what was made, with the reports."""
        asked = self.question
        with speaking(asked.language):
            study = bench.released(asked)
            writing = _Writing(self.made, self.folder, self.named)
            for at, region in enumerate(self.regions):
                bench.say("reports", at, len(self.regions))
                self._write(study, region, writing)
            writing.pack()
        return self.made

    def named(self, text: str) -> str:
        """Put the names of the files for their paths in a text."""
        return named_in(text, self.question.files)

    def _write(self, study: Study, region: str, writing: _Writing) -> None:
        name = report_name(self.made.regions.index(region) + 1, region)
        language = self.question.language
        if writing.save(name, lambda: study.report(region, language=language)):
            self.made.reports[region] = name


def report_name(number: int, region: str) -> str:
    """Name the file of a report; what a file calls a unit may be anything.

    Examples
    --------
    >>> report_name(4, "Ségou"), report_name(1, "../../etc")
    ('fiche-4-segou.pdf', 'fiche-1-etc.pdf')
    """
    return f"fiche-{number}-{plain_name(region)}.pdf"


@dataclass(frozen=True)
class _Writing:
    """Where products go, and what comes of each."""

    made: Made
    folder: Path
    named: Callable[[str], str]

    def save(self, name: str, product: Callable[[], Product]) -> bool:
        """Write a product; tell whether it could be made."""

        def write() -> None:
            given = product()
            path = self.folder / name
            given.save(path)
            self.made.records[name] = json.loads(given.record_for(path).to_json())
            if name not in self.made.files:
                self.made.files.append(name)

        return self.tried(name, write)

    def tried(self, name: str, step: Callable[[], None]) -> bool:
        """Do one thing; an error of it ends nothing else."""
        before = [one for one in self.made.troubles if one[0] != name]
        self.made.troubles[:] = before
        try:
            step()
        except MaligeoError as error:
            texts = {one: self.named(text) for one, text in error_texts(error).items()}
            if texts not in (each for _, each in before):
                self.made.troubles.append((name, texts))
            return False
        return True

    def pack(self) -> None:
        """Put everything into one archive, with the record of how it was made."""
        record = self.folder / RECORD
        record.write_text(
            json.dumps(self.made.records, ensure_ascii=False, indent=2, sort_keys=True) + "\n",
            encoding="utf-8",
        )
        record.chmod(OWNERS_FILE)
        own = (RECORD, *self.made.files)
        for left in [one for one in self.folder.iterdir() if not one.name.startswith(own)]:
            remove(left)  # of work that was cancelled
        archive = self.folder.with_suffix(".zip")
        pack(self.folder, archive)
        archive.chmod(OWNERS_FILE)


def _say_all(study: Study, made: Made, tried: Callable[[str, Callable[[], None]], bool]) -> None:
    """Say what is found, in every language."""

    def answer() -> None:
        made.answers = {one: _answer(study, one) for one in LANGUAGES}

    def matrix() -> None:
        made.matrix = {one: _matrix(study, one) for one in LANGUAGES if study.has_headings}

    def balance() -> None:
        found = all_counts(study.table)
        made.balance = {one: totals(found, one) for one in LANGUAGES}

    tried(ANSWER, answer)
    tried("matrix", matrix)
    tried("balance", balance)
    made.remarks = {one: [on_page(each, one) for each in _remarks(study, one)] for one in LANGUAGES}


def _answer(study: Study, language: str) -> dict[str, Any]:
    frame = study.answered(language)
    classes = [
        {
            "class": name,
            "title": word(f"answer.class.{name}", language),
            "sentences": [(row["sentence"], certainty_text(row, language)) for row in rows],
        }
        for name, rows in by_class(frame)
    ]
    return {"periods": period_lines(frame, language), "classes": classes}


def _matrix(study: Study, language: str) -> dict[str, Any]:
    matrix, by = study.presence, study.heading
    rows = [
        (heading_text(heading, by, language), [presence_text(cell, language) for cell in column])
        for heading, column in list(matrix.items())[:_MOST_HEADINGS]
    ]
    places = [
        word(f"place.{kind}", language).format(name=name) if kind != "unit" else str(name)
        for kind, _, name in matrix.index
    ]
    return {
        "by": word(f"answer.by.{by}", language),
        "places": places,
        "rows": rows,
        "nothing": presence_text(0.0, language),
    }


def _remarks(study: Study, language: str) -> Iterator[str]:
    yield from study.records.remarks(language)
    if study.is_withheld:
        yield word("legend.all_withheld", language)
    for kind in study.left_out:
        yield word(f"left_out.{kind}", language)
    yield from _of_release(study, language)


def _of_release(study: Study, language: str) -> list[str]:
    try:
        table: pd.DataFrame = study.table
    except MaligeoError:  # said where the balance should stand
        return []
    return release_sentences(table, language)
