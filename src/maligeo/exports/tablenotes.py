"""What a reader of a table has to know: for whom, how to read it, columns, sources, making."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

from maligeo import labels
from maligeo.exports.columndictionary import known_columns
from maligeo.exports.tablejobs import TableJob
from maligeo.exports.wordings import audience_words, joined, spoken, word, word_in
from maligeo.provenance import Provenance

_VINTAGE: Final = "vintage"


class Line(NamedTuple):
    """A line of notes.

    Attributes
    ----------
    cells : tuple of str
        Its cells from left to right.
    look : {"heading", "warning", "text"}
        How it looks; a warning is red.
    """

    cells: tuple[str, ...]
    look: Literal["heading", "warning", "text"] = "text"


def notes_of(job: TableJob) -> Iterator[Line]:
    """Tell what a reader of a table has to know, line by line."""
    language = job.options.language
    internal = job.audience == "internal"
    yield Line((audience_words(job.audience, language),), "warning" if internal else "heading")
    if job.synthetic:
        yield Line((word("synthetic.banner", language),), "warning")
    yield from _reading(job)
    yield from _section("export.release", _released(job.released, "", job), job)
    yield from _columns(job)
    yield from _section("notes.sources", job.sources, job)
    disclaimers = [(word_in("export.disclaimer", one),) for one in spoken(language)]
    yield from _section("export.disclaimer_title", disclaimers, job)
    if job.about is not None:
        yield from _section("export.made", _made(job.about, job), job)


def _section(key: str, rows: Sequence[tuple[str, ...]], job: TableJob) -> Iterator[Line]:
    """Give a heading and its lines, after an empty line; nothing where there is no line."""
    if rows:
        yield Line(("",))
        yield Line((word(key, job.options.language),), "heading")
        yield from (Line(tuple(cell for cell in row if cell)) for row in rows)


def _reading(job: TableJob) -> Iterator[Line]:
    frame, languages = job.table.frame, spoken(job.options.language)
    rows = [(word_in("export.missing", one),) for one in languages]
    for one in languages:
        count = labels.number_text(len(frame), one)
        rows.append((word_in("export.rows", one).format(count=count),))
    if _VINTAGE in frame.columns:
        vintages = ", ".join(sorted({str(name) for name in frame[_VINTAGE].dropna()}))
        if vintages:
            texts = [word_in("export.vintage", one) for one in languages]
            rows += [(text.format(vintage=vintages),) for text in texts]
    yield from _section("export.reading", rows, job)


def _columns(job: TableJob) -> Iterator[Line]:
    known, languages = known_columns(), spoken(job.options.language)
    held = [known[name] for name in job.table.kinds if name in known]
    if not held:
        return
    yield Line(("",))
    yield Line((word("export.columns", job.options.language),), "heading")
    parts = ("column", "heading", "unit", "meaning")
    yield Line(tuple(word(f"export.{part}", job.options.language) for part in parts), "heading")
    for column in held:
        heading = joined(column.headings[one] for one in languages)
        unit = joined(column.unit_in(one) for one in languages)
        meaning = joined(column.meanings[one] for one in languages)
        yield Line((column.name, heading, unit, meaning))


def _released(report: Any, within: str, job: TableJob) -> list[tuple[str, ...]]:
    """Lay the report of a release out as lines of name and value."""
    if report is None:
        return []
    if isinstance(report, Mapping):
        return [
            line
            for name, part in report.items()
            for line in _released(part, _joined(within, _report_word(str(name), job)), job)
        ]
    if isinstance(report, list | tuple):
        return [line for part in report for line in _released(part, within, job)]
    return [(within, str(report)) if within else (str(report),)]


def _joined(within: str, name: str) -> str:
    return f"{within}, {name}" if within else name


def _report_word(name: str, job: TableJob) -> str:
    """Say a name of the report in words, where there are some."""
    key = f"release.{name}"
    return word(key, job.options.language) if labels.has_word(key) else name


def _made(about: Provenance, job: TableJob) -> list[tuple[str, ...]]:
    language = job.options.language
    rows: list[tuple[str, ...]] = []
    if about.command:
        rows.append((word("export.command", language), " ".join(("maligeo", *about.command))))
    kind = word("export.input", language)
    rows += [(kind, part.role, part.name or "–", part.sha256) for part in about.inputs]
    kind = word("export.version", language)
    rows += [(kind, name, number) for name, number in sorted(about.versions.items())]
    return rows + [(name, text) for name, text in sorted(about.more.items())]
