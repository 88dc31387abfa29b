"""Excel workbooks: a table, its columns in words, and a sheet of notes."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from maligeo.core import words
from maligeo.core.columns import ROUNDED
from maligeo.core.errors import Fault, FrameError
from maligeo.core.files import written_whole
from maligeo.core.spreadsheets import is_computed
from maligeo.exports.column_dictionary import Column, hashtags, headings, known_columns
from maligeo.exports.jobs import Job, bilingual, languages_of, word
from maligeo.exports.plain_tables import PlainTable
from maligeo.provenance.record import Provenance, office_properties

_VINTAGE: Final = "vintage"
_AT_LEAST: Final = "\u2265"
_RESPONSE: Final = (
    "organisations",
    "programmes",
    "projects",
    "projects_by_share",
    "projects_fractional",
)


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


def notes_of(table: PlainTable, job: Job) -> Iterator[Line]:
    """Say what a reader of a table has to know, line by line."""
    language = job.language
    internal = job.audience == "internal"
    yield Line((job.audience_words,), "warning" if internal else "heading")
    if job.synthetic:
        yield Line((word("synthetic.banner", language),), "warning")
    yield from _reading(table.frame, job)
    yield from _section("export.release", [(text,) for text in job.released], job)
    yield from _columns(table, job)
    yield from _section("notes.sources", job.sources, job)
    disclaimers = [(words.word("export.disclaimer", one),) for one in languages_of(language)]
    yield from _section("export.disclaimer_title", disclaimers, job)
    if job.about is not None:
        yield from _section("export.made", _made(job.about, job), job)


def _section(key: str, rows: Sequence[tuple[str, ...]], job: Job) -> Iterator[Line]:
    """Give a heading and its lines, after an empty line; nothing where there is no line."""
    if rows:
        yield Line(("",))
        yield Line((word(key, job.language),), "heading")
        yield from (Line(tuple(cell for cell in row if cell)) for row in rows)


def _reading(frame: pd.DataFrame, job: Job) -> Iterator[Line]:
    languages = languages_of(job.language)
    rows = [(words.word("export.missing", one),) for one in languages]
    for one in languages:
        count = words.number_text(len(frame), one)
        rows.append((words.word("export.rows", one).format(count=count),))
    if _VINTAGE in frame.columns:
        vintages = ", ".join(sorted({str(name) for name in frame[_VINTAGE].dropna()}))
        if vintages:
            texts = [words.word("export.vintage", one) for one in languages]
            rows += [(text.format(vintage=vintages),) for text in texts]
    yield from _section("export.reading", rows, job)


def _columns(table: PlainTable, job: Job) -> Iterator[Line]:
    known, languages = known_columns(), languages_of(job.language)
    described = [known[name] for name in table.kinds if name in known]
    if not described:
        return
    yield Line(("",))
    yield Line((word("export.columns", job.language),), "heading")
    parts = ("column", "heading", "unit", "meaning")
    yield Line(tuple(word(f"export.{part}", job.language) for part in parts), "heading")
    for column in described:
        heading = bilingual(column.headings[one] for one in languages)
        unit = bilingual(column.unit_in(one) for one in languages)
        meaning = bilingual(column.meanings[one] for one in languages)
        yield Line((column.name, heading, unit, meaning))


def _made(about: Provenance, job: Job) -> list[tuple[str, ...]]:
    language = job.language
    rows: list[tuple[str, ...]] = []
    if about.request:
        rows.append((word("export.command", language), about.request))
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

SOME_DAY: Final = pd.Timestamp("2000-01-01")
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
PLAIN_TEXTS: Final = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write_workbook(table: PlainTable, job: Job) -> None:
    """Write a table with its notes.

    The first row says for whom the file is, the second has the headings, the third the HXL
    hashtags if asked for; these stay in sight.

    Raises
    ------
    FrameError
        If a value is none that Excel keeps: a text of more than 32,767 characters, a whole
        number of more than 15 digits, a day before March 1900; or if there are too many rows.
    """
    import xlsxwriter  # only here: few programs write workbooks

    _require_fitting(table, job)
    whole = io.BytesIO()
    with xlsxwriter.Workbook(whole, {**PLAIN_TEXTS, "in_memory": True}) as book:
        _describe(book, job)
        _write_data(book, table, job)
        _write_notes(book, table, job)
    with written_whole(job.path, private=job.is_private) as draft:
        draft.write_bytes(whole.getvalue())


def _require_fitting(table: PlainTable, job: Job) -> None:
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


def _head_rows(job: Job) -> int:
    return 3 if job.options.hxl else 2


def _describe(book: Any, job: Job) -> None:
    book.set_properties({"created": SOME_DAY.to_pydatetime(), "subject": job.audience_words})
    if job.about is None:
        return
    for name, text in office_properties(job.about.to_json()).items():
        book.set_custom_property(name, text, "text")


def _write_data(book: Any, table: PlainTable, job: Job) -> None:
    sheet = book.add_worksheet(SHEET)
    names = list(table.kinds)
    titles = headings(names, job.language)
    _write_audience(book, sheet, job)
    look = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}
    bold, quoted = book.add_format(look), book.add_format({**look, "quote_prefix": True})
    guard = job.options.guard_formulas
    known = known_columns()
    for at, (name, title) in enumerate(zip(names, titles, strict=True)):
        sheet.write_string(1, at, title, quoted if guard and is_computed(title) else bold)
        if name in known:
            note = _header_note(known[name], job)
            sheet.write_comment(1, at, note, {"author": SHEET, "x_scale": 2})
    if job.options.hxl:
        for at, tag in enumerate(hashtags(table.frame)):
            sheet.write_string(2, at, tag)
    first = _head_rows(job)
    _write_columns(book, sheet, table, titles, first, guard=guard)
    sheet.freeze_panes(first, 0)
    if names:
        sheet.autofilter(first - 1, 0, max(first - 1 + len(table.frame), first), len(names) - 1)


def _write_audience(book: Any, sheet: Any, job: Job) -> None:
    """Say in the first row and on each printed page for whom it is; red where it is internal."""
    internal = job.audience == "internal"
    look = {"bold": True, "font_color": RED} if internal else {"bold": True}
    sheet.write_string(0, 0, " | ".join(job.warnings), book.add_format(look))
    colour = f"&K{RED[1:]}" if internal else ""
    sheet.set_header(f"&C{colour}{job.audience_words.replace('&', '&&')}")
    sheet.set_footer("&C&P / &N")
    sheet.set_landscape()
    sheet.repeat_rows(0, _head_rows(job) - 1)
    if internal:
        sheet.set_tab_color(RED)


def _header_note(column: Column, job: Job) -> str:
    parts = []
    for one in languages_of(job.language):
        unit = column.unit_in(one)
        parts.append(f"{column.meanings[one]} [{unit}]" if unit else column.meanings[one])
    return bilingual(parts)


def _write_columns(
    book: Any,
    sheet: Any,
    table: PlainTable,
    titles: Sequence[str],
    first: int,
    *,
    guard: bool,
) -> None:
    known = known_columns()
    looks: dict[str, Any] = {}
    quoted = book.add_format({"quote_prefix": True})
    for at, (name, kind) in enumerate(table.kinds.items()):
        pattern = _pattern(known.get(name), kind)
        least = f'"{_AT_LEAST} "{pattern}'
        look, open_look = (
            looks.setdefault(one, book.add_format({"num_format": one})) for one in (pattern, least)
        )
        is_open = _is_open(table.frame, name)
        sheet.set_column(at, at, _width(table, name, titles[at]))
        write = _WRITERS[kind]
        for row, value in enumerate(table.frame[name].tolist()):
            if not pd.isna(value):
                computed = guard and kind == "text" and is_computed(value)
                fitting = open_look if is_open[row] else look
                write(sheet, first + row, at, value, quoted if computed else fitting)


def _is_open(frame: pd.DataFrame, name: str) -> npt.NDArray[np.bool_]:
    """Tell which numbers of a column are "at least": the cell shows it and stays a number.

    Not those that a release rounded: they may lie above the bound, which stands beside.
    """
    if name in _RESPONSE and "unplaced" in frame.columns:
        return np.asarray(frame["unplaced"].fillna(0) > 0, dtype=np.bool_)
    if name == "count" and {"count_low", "count_high"} <= set(frame.columns):
        found = frame["count_high"].isna() & frame["count_low"].notna()
    elif {f"{name}_low", f"{name}_high"} <= set(frame.columns):
        found = frame[name].notna() & frame[f"{name}_low"].notna() & frame[f"{name}_high"].isna()
    else:
        return np.zeros(len(frame), dtype=np.bool_)
    note = frame.get("note", pd.Series(pd.NA, index=frame.index)).astype("string").fillna("")
    return np.asarray(found & ~note.str.contains(ROUNDED, regex=False), dtype=np.bool_)


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


def _write_notes(book: Any, table: PlainTable, job: Job) -> None:
    sheet = book.add_worksheet(NOTES)
    looks = {
        "heading": book.add_format({"bold": True}),
        "warning": book.add_format({"bold": True, "font_color": RED}),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
    }
    for row, line in enumerate(notes_of(table, job)):
        for at, text in enumerate(line.cells):
            sheet.write_string(row, at, text, looks[line.look])
    for at, width in enumerate(_NOTE_WIDTHS):
        sheet.set_column(at, at, width)
