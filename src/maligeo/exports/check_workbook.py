"""A file that was looked through, as a workbook in which its keeper can mend it."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from maligeo.core import words
from maligeo.core.errors import Fault, OutputFileError
from maligeo.core.files import written_whole
from maligeo.core.sentences import field_text, translated
from maligeo.core.spreadsheets import guarded
from maligeo.exports.excel import LONGEST_TEXT, MOST_ROWS, PLAIN_TEXTS, RED, SOME_DAY
from maligeo.readers.reading import Reading
from maligeo.text.file_readings import place_note

_WIDTH: Final = 22  # characters of a column
_WIDE: Final = 60
_AUTHOR: Final = "maligeo"
_PALE: Final = "#FFC7CE"


@dataclass(frozen=True)
class CheckSheets:
    """What is written of a file.

    Attributes
    ----------
    rows : pandas.DataFrame or None
        The rows as they stand, by their numbers in the file.
    reading : Reading or None
        What became of every column and row.
    faults : sequence of Fault
        Every fault.
    places : pandas.DataFrame or None
        `place`, `rows`, `proposals` and `note` of names that were not found.
    """

    rows: pd.DataFrame | None
    reading: Reading | None
    faults: Sequence[Fault] = ()
    places: pd.DataFrame | None = None


def write_check_workbook(path: Path, sheets: CheckSheets, language: str) -> None:
    """Write a file with its faults in red, and what became of columns, words and places.

    It is for internal use, readable by its owner alone, like what it is made from.

    Parameters
    ----------
    path : pathlib.Path
        File to write, .xlsx.
    sheets : CheckSheets
        What is written.
    language : {"fr", "en"}
        Language.

    Raises
    ------
    OutputFileError
        If the file is not called .xlsx, there are more rows than a sheet has, or it cannot
        be written.
    """
    import xlsxwriter  # only here: few programs write workbooks

    if path.suffix.lower() != ".xlsx":
        raise OutputFileError(f"cannot write {path}: what is checked is written as .xlsx")
    if sheets.rows is not None and len(sheets.rows) >= MOST_ROWS:
        raise OutputFileError(f"cannot write {path}: a sheet has {MOST_ROWS} rows at most")
    whole = io.BytesIO()
    with xlsxwriter.Workbook(whole, {**PLAIN_TEXTS, "in_memory": True}) as book:
        book.set_properties({"created": SOME_DAY.to_pydatetime()})
        if sheets.rows is not None:
            _write_rows(book, sheets.rows, sheets.faults, language)
        for name, columns, lines in _lists(sheets, language):
            _write_list(book, name, columns, lines, language)
    with written_whole(path, private=True) as draft:
        draft.write_bytes(whole.getvalue())


def _write_rows(book: Any, rows: pd.DataFrame, faults: Sequence[Fault], language: str) -> None:
    """Write the rows as text, with their number first and what is wrong as a note."""
    sheet = book.add_worksheet(_title("rows", language))
    names = [words.word("check.row", language), *map(str, rows.columns)]
    _head(book, sheet, names)
    wrong = _by_cell(rows, faults, language)
    marked = book.add_format({"bg_color": _PALE, "font_color": RED})
    for at, (number, cells) in enumerate(zip(rows.index, rows.to_numpy(dtype=object), strict=True)):
        for column, cell in enumerate([str(number), *cells]):
            reasons = wrong.get((at, column))
            if pd.notna(cell) or reasons:
                text = "" if pd.isna(cell) else _text(cell)
                sheet.write_string(at + 1, column, text, marked if reasons else None)
            if reasons:
                note = {"author": _AUTHOR, "x_scale": 2}
                sheet.write_comment(at + 1, column, "\n".join(reasons), note)
    sheet.set_column(0, 0, 8)
    sheet.set_column(1, max(len(names) - 1, 1), _WIDTH)
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{MOST_ROWS}"})


def _by_cell(
    rows: pd.DataFrame, faults: Sequence[Fault], language: str
) -> dict[tuple[int, int], list[str]]:
    """Give the reasons by place in the sheet; what lies in no column is put to the number."""
    lines = {number: at for at, number in enumerate(rows.index)}
    places = {str(name): at for at, name in enumerate(rows.columns, start=1)}
    wrong: dict[tuple[int, int], list[str]] = {}
    for fault in faults:
        if fault.row not in lines:
            continue
        named = [fault.column] if fault.column in places else fault.column.split(", ")
        columns = [places[name] for name in named if name in places] or [0]
        for column in columns:
            key = lines[fault.row], column
            wrong.setdefault(key, []).append(fault.reason_in(language))
    return wrong


_List = tuple[str, tuple[str, ...], Iterable[Sequence[object]]]


def _lists(sheets: CheckSheets, language: str) -> list[_List]:
    """Give the other sheets: name, columns and lines."""
    reading = sheets.reading
    own = None if reading is None else reading.columns
    faults = (
        ("" if f.row is None else f.row, f.column_in(language, own),
         "" if f.value is None else f.value,
         translated(f.reason, language),
         " / ".join(f.proposals))
        for f in sheets.faults
    )  # fmt: skip
    lists: list[_List] = []
    if reading is not None:
        columns = ("column", "became", "field", "proposal")
        lists.append(("columns", columns, _columns(reading, language)))
    lists.append(("faults", ("row", "column", "value", "reason", "proposal"), faults))
    if sheets.places is not None:
        places = [_place(row, language) for row in sheets.places.to_dict("records")]
        places += _meant(reading, language)
        lists.append(("places", ("place", "count", "proposal", "reason"), places))
    if reading is not None:
        lists.append(("words", ("column", "word", "count", "proposal"), _unknown(reading)))
    return lists


def _place(row: Mapping[Any, Any], language: str) -> tuple[object, ...]:
    proposals = "" if pd.isna(row["proposals"]) else row["proposals"].replace("|", " / ")
    return (
        row["place"],
        row["rows"],
        proposals,
        place_note(row["note"], language),
    )


def _meant(reading: Reading | None, language: str) -> list[tuple[object, ...]]:
    said = {} if reading is None else reading.places
    reason = words.word("check.meant", language)
    return [(name, rows, meant, reason) for name, (meant, rows) in said.items()]


def _columns(reading: Reading, language: str) -> Iterable[Sequence[object]]:
    def became(key: str) -> str:
        return words.word(f"check.{key}", language)

    def field(ours: str) -> str:
        return field_text(ours, language)

    constants = reading.constants.items()
    yield from ((name, became("used"), field(ours), "") for ours, name in reading.used.items())
    yield from (("", became("constant"), field(ours), text) for ours, text in constants)
    yield from ((name, became("kept"), "", "") for name in reading.kept)
    for name, ours in reading.not_understood.items():
        say = words.word("check.say", language).format(field=field(ours), ours=ours, column=name)
        yield name, became("not_understood"), field(ours), say
    yield from ((name, became("personal"), "", "") for name in reading.personal)


def _unknown(reading: Reading) -> Iterable[Sequence[object]]:
    for column, some in reading.unknown_words.items():
        for word, found in some.items():
            yield column, word, found.rows, " / ".join(found.proposals)


def _write_list(
    book: Any, name: str, columns: Sequence[str], lines: Iterable[Sequence[object]], language: str
) -> None:
    sheet = book.add_worksheet(_title(name, language))
    _head(book, sheet, [words.word(f"check.{column}", language) for column in columns])
    for at, cells in enumerate(lines, start=1):
        for column, cell in enumerate(cells):
            if isinstance(cell, int):
                sheet.write_number(at, column, cell)
            else:
                sheet.write_string(at, column, _text(cell))
    sheet.set_column(0, len(columns) - 1, _WIDTH)
    for wide in ("reason", "proposal"):
        if wide in columns:
            sheet.set_column(columns.index(wide), columns.index(wide), _WIDE)


def _head(book: Any, sheet: Any, names: Sequence[str]) -> None:
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    for at, name in enumerate(names):
        sheet.write_string(0, at, _text(name), bold)
    sheet.freeze_panes(1, 0)


def _text(cell: object) -> str:
    return guarded(str(cell))[:LONGEST_TEXT]


def _title(name: str, language: str) -> str:
    return words.word(f"check.sheet_{name}", language)
