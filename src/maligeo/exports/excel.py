"""Excel workbooks: a table, its columns in words, and a sheet of notes."""

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

import pandas as pd

from maligeo.core import extras, words
from maligeo.core.columns import Audience, Language
from maligeo.core.errors import Fault, FrameError
from maligeo.core.files import written_whole
from maligeo.exports.column_dictionary import Column, hashtags, headings, known_columns
from maligeo.exports.jobs import TableJob
from maligeo.exports.plain_tables import PlainTable
from maligeo.provenance.record import KEY, Provenance

BETWEEN: Final = " / "


def spoken(language: Language | None) -> tuple[Language, ...]:
    """Give the languages to write in: the one, or both."""
    return ("fr", "en") if language is None else (language,)


def word_in(key: str, language: Language) -> str:
    """Give a text of the interface or of exports in one language."""
    return words.word(key, language)


def word(key: str, language: Language | None) -> str:
    """Give a text in the language, or in both with a stroke between them."""
    return joined(word_in(key, one) for one in spoken(language))


def joined(texts: Iterable[str]) -> str:
    """Join texts in several languages; what is the same in both stands once."""
    return BETWEEN.join(dict.fromkeys(texts))


def audience_words(audience: Audience, language: Language | None) -> str:
    """Say for whom a product is."""
    return word(f"audience.{audience}", language)


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
        count = words.number_text(len(frame), one)
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
    return word(key, job.options.language) if words.has_word(key) else name


def _made(about: Provenance, job: TableJob) -> list[tuple[str, ...]]:
    language = job.options.language
    rows: list[tuple[str, ...]] = []
    if about.product:
        rows.append((word("export.command", language), about.product))
    kind = word("export.input", language)
    rows += [(kind, part.role, part.name or "–", part.sha256) for part in about.inputs]
    kind = word("export.version", language)
    rows += [(kind, name, number) for name, number in sorted(about.versions.items())]
    return rows + [(name, text) for name, text in sorted(about.more.items())]


SHEET: Final = "maligeo"
NOTES: Final = "Notes"  # in French as in English
RED: Final = "#C00000"
MOST_ROWS: Final = 1_048_576
MOST_COLUMNS: Final = 16_384
LONGEST_TEXT: Final = 32_767
LARGEST_EXACT: Final = 10**15 - 1  # a spreadsheet keeps fifteen digits
LARGEST, SMALLEST = 9.99999999999999e307, 2.2250738585072014e-308  # but for zero
FIRST_DAY: Final = pd.Timestamp("1900-03-01")  # before, Excel's calendar has a day too many

_DAY: Final = pd.Timestamp("2000-01-01")
_FORMATS: Final[Mapping[str, str]] = {
    "count": "#,##0",
    "number": "#,##0.##",
    "rate": "#,##0.0",
    "area": "#,##0",
    "distance": "#,##0",
    "money": "#,##0.00",
    "year": "0",
    "share": "0.000",
    "rank": "0",
    "coordinate": "0.00000",
}
_NARROWEST, _WIDEST = 9, 60  # characters
_NOTE_WIDTHS: Final = (26, 40, 30, 80)
_PROPERTY_CHARACTERS: Final = 255
_PLAIN_TEXTS: Final = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write_workbook(job: TableJob) -> None:
    """Write a table with its notes.

    The first row says for whom the file is, the second has the headings, the third the HXL
    hashtags if asked for; these stay in sight.

    Raises
    ------
    FrameError
        If a value is none that Excel keeps: a text of more than 32,767 characters, a whole
        number of more than 15 digits, a day before March 1900; or if there are too many rows.
    MissingDependencyError
        If xlsxwriter is not installed.
    """
    xlsxwriter = extras.require("xlsxwriter", extra="excel", why="writing Excel files")
    _require_fitting(job)
    whole = io.BytesIO()
    with xlsxwriter.Workbook(whole, {**_PLAIN_TEXTS, "in_memory": True}) as book:
        _describe(book, job)
        _write_data(book, job)
        _write_notes(book, job)
    with written_whole(job.path) as beside:
        beside.write_bytes(whole.getvalue())


def _require_fitting(job: TableJob) -> None:
    table = job.table
    rows, columns = len(table.frame) + _head_rows(job), len(table.kinds)
    faults = []
    if rows > MOST_ROWS or columns > MOST_COLUMNS:
        reason = f"a sheet has {MOST_ROWS:,} rows and {MOST_COLUMNS:,} columns at most"
        faults.append(Fault(None, "", f"{rows:,} rows, {columns:,} columns", reason))
    for name in table.of_kind("text"):
        wrong = table.frame[name].str.len() > LONGEST_TEXT
        faults += table.faults(name, wrong, f"a cell holds {LONGEST_TEXT:,} characters at most")
    for name in table.of_kind("integer"):
        values = table.frame[name]
        wrong = (values > LARGEST_EXACT) | (values < -LARGEST_EXACT)
        faults += table.faults(name, wrong, "Excel keeps fifteen digits only: make it a text")
    for name in table.of_kind("number"):
        sizes = table.frame[name].abs()
        wrong = (sizes > LARGEST) | ((sizes < SMALLEST) & (sizes > 0))
        faults += table.faults(name, wrong, "the number is too large or too small for Excel")
    for name in table.of_kind("date", "datetime"):
        wrong = table.frame[name] < FIRST_DAY
        faults += table.faults(name, wrong, "Excel has no days before March 1900")
    if faults:
        raise FrameError(f"table for {job.path.name}", faults)


def _head_rows(job: TableJob) -> int:
    return 3 if job.options.hxl else 2


def _describe(book: Any, job: TableJob) -> None:
    words = audience_words(job.audience, job.options.language)
    book.set_properties({"created": _DAY.to_pydatetime(), "subject": words})
    if job.about is None:
        return
    text = job.about.to_json()
    starts = range(0, len(text), _PROPERTY_CHARACTERS)
    for at, start in enumerate(starts, start=1):
        name = KEY if at == 1 else f"{KEY}-{at}"
        book.set_custom_property(name, text[start : start + _PROPERTY_CHARACTERS], "text")


def _write_data(book: Any, job: TableJob) -> None:
    sheet = book.add_worksheet(SHEET)
    names, table = list(job.table.kinds), job.table
    titles = headings(names, job.options.language)
    _write_audience(book, sheet, job)
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    known = known_columns()
    for at, (name, title) in enumerate(zip(names, titles, strict=True)):
        sheet.write_string(1, at, title, bold)
        if name in known:
            note = _header_note(known[name], job)
            sheet.write_comment(1, at, note, {"author": SHEET, "x_scale": 2})
    if job.options.hxl:
        for at, tag in enumerate(hashtags(table.frame)):
            sheet.write_string(2, at, tag)
    _write_columns(book, sheet, job, titles)
    first = _head_rows(job)
    sheet.freeze_panes(first, 0)
    if names:
        sheet.autofilter(first - 1, 0, max(first - 1 + len(table.frame), first), len(names) - 1)


def _write_audience(book: Any, sheet: Any, job: TableJob) -> None:
    """Say in the first row and on each printed page for whom it is; red for the house."""
    words = audience_words(job.audience, job.options.language)
    internal = job.audience == "internal"
    look = {"bold": True, "font_color": RED} if internal else {"bold": True}
    told = [words, word("synthetic.banner", job.options.language)] if job.synthetic else [words]
    sheet.write_string(0, 0, " | ".join(told), book.add_format(look))
    colour = f"&K{RED[1:]}" if internal else ""
    sheet.set_header(f"&C{colour}{words.replace('&', '&&')}")
    sheet.set_footer("&C&P / &N")
    sheet.set_landscape()
    sheet.repeat_rows(0, _head_rows(job) - 1)
    if internal:
        sheet.set_tab_color(RED)


def _header_note(column: Column, job: TableJob) -> str:
    parts = []
    for one in spoken(job.options.language):
        unit = column.unit_in(one)
        parts.append(f"{column.meanings[one]} [{unit}]" if unit else column.meanings[one])
    return joined(parts)


def _write_columns(book: Any, sheet: Any, job: TableJob, titles: Sequence[str]) -> None:
    known, first = known_columns(), _head_rows(job)
    looks: dict[str, Any] = {}
    for at, (name, kind) in enumerate(job.table.kinds.items()):
        pattern = _pattern(known.get(name), kind)
        look = looks.setdefault(pattern, book.add_format({"num_format": pattern}))
        sheet.set_column(at, at, _width(job.table, name, titles[at]))
        write = _WRITERS[kind]
        for row, value in enumerate(job.table.frame[name].tolist(), start=first):
            if not pd.isna(value):
                write(sheet, row, at, value, look)


def _pattern(column: Column | None, kind: str) -> str:
    if kind in ("date", "datetime"):
        return "yyyy-mm-dd" if kind == "date" else "yyyy-mm-dd hh:mm:ss"
    if kind in ("integer", "number") and column is not None:
        return _FORMATS.get(column.display, "General")
    return "General"


_Write = Callable[[Any, int, int, Any, Any], Any]
_WRITERS: Final[Mapping[str, _Write]] = {
    "text": lambda sheet, row, at, value, look: sheet.write_string(row, at, value, look),
    "integer": lambda sheet, row, at, value, look: sheet.write_number(row, at, value, look),
    "number": lambda sheet, row, at, value, look: sheet.write_number(row, at, value, look),
    "boolean": lambda sheet, row, at, value, look: sheet.write_boolean(row, at, value, look),
    "date": lambda sheet, row, at, value, look: sheet.write_datetime(row, at, value, look),
    "datetime": lambda sheet, row, at, value, look: sheet.write_datetime(row, at, value, look),
}


def _width(table: PlainTable, name: str, title: str) -> int:
    """Give a width in characters that shows most values and the words of the heading."""
    longest_word = max((len(part) for part in title.split()), default=0)
    kind = table.kinds[name]
    if kind == "text":
        sizes = table.frame[name].str.len().dropna()
        longest = int(sizes.quantile(0.95)) if len(sizes) else 0
    else:
        longest = {"date": 10, "datetime": 19, "boolean": 6}.get(kind, 12)
    return min(max(longest, longest_word, _NARROWEST) + 3, _WIDEST)


def _write_notes(book: Any, job: TableJob) -> None:
    sheet = book.add_worksheet(NOTES)
    looks = {
        "heading": book.add_format({"bold": True}),
        "warning": book.add_format({"bold": True, "font_color": RED}),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
    }
    for row, line in enumerate(notes_of(job)):
        for at, text in enumerate(line.cells):
            sheet.write_string(row, at, text, looks[line.look])
    for at, width in enumerate(_NOTE_WIDTHS):
        sheet.set_column(at, at, width)
