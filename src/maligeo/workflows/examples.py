"""A made-up set of files to try everything with; each of them says that it is made up."""

import csv
import datetime
import io
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from maligeo.core import words
from maligeo.core.columns import Language
from maligeo.core.errors import OutputFileError
from maligeo.core.files import written_whole
from maligeo.core.session import session_language
from maligeo.exports.excel import PLAIN_TEXTS, RED, SOME_DAY
from maligeo.exports.templates import sheet_name
from maligeo.workflows.example_tables import Cell, ExampleTable, ExampleTables

_WIDTH: Final = 20  # characters of a column
# What programs write where people have French or English settings.
_DELIMITERS: Final = {"fr": ";", "en": ","}
_DECIMALS: Final = {"fr": ",", "en": "."}
_DAY: Final = "%d/%m/%Y"
_READ_ME: Final = "read_me"


def write_example(folder: str | Path, *, language: Language | None = None) -> Path:
    """Write a made-up set of files to try maligeo with.

    300 incidents, a 3W of 60 projects with two rows of headings, 25 released areas in hectares
    and people by region, as CSV and in one workbook; a list of incidents with faults to repair;
    and a page that says what to try. Totals, villages without a position and misspelt places are
    part of it. Everything is drawn by lot and says that it is made up: each file by its name, its
    title and its column of sources, and so does every product that is made of them.

    Parameters
    ----------
    folder : str or pathlib.Path
        Folder to write into; it is made if it is missing.
    language : {"fr", "en"}, optional
        Language of the files; by default that of the session, else French. Numbers and places
        are the same in both, and the same every time.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    OutputFileError
        If a file is there already, so that nothing is lost that was changed in it, or cannot be
        written.
    ArgumentError
        If the language is not known.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import maligeo
    >>> folder = maligeo.write_example(Path(tempfile.mkdtemp(), "example"), language="en")
    >>> sorted(file.name for file in folder.glob("*.csv"))[:2]
    ['synthetic_incidents.csv', 'synthetic_land.csv']
    >>> incidents = maligeo.read_incidents(folder / "synthetic_incidents.csv")
    >>> len(incidents), incidents["source"].iloc[0]
    (300, 'Synthetic data, made up as an example')
    """
    spoken, target = session_language(language), Path(folder)
    made = ExampleTables(spoken)
    tables = made.all()
    files = {_file(table.kind, spoken): _as_csv(table, spoken) for table in tables}
    files[_file("workbook", spoken)] = _as_workbook(tables, spoken)
    files[_file("faulty", spoken)] = _as_workbook([made.faulty(tables[0])], spoken)
    files[_file(_READ_ME, spoken)] = _read_me(tables, spoken)
    there = [target / name for name in files if (target / name).exists()]
    if there:
        raise OutputFileError(f"{there[0]} is there already: choose another folder")
    for name, content in files.items():
        with written_whole(target / name) as draft:
            draft.write_bytes(content)
    return target


def _file(kind: str, language: Language) -> str:
    return words.word(f"example.file_{kind}", language)


def _title(kind: str, language: Language) -> str:
    what = words.word(f"example.what_{kind}", language)
    return words.word("example.title", language).format(what=what)


def _as_csv(table: ExampleTable, language: Language) -> bytes:
    """Write a table as spreadsheets of the language save it, with a title above the headings."""
    text = io.StringIO()
    lines = csv.writer(text, delimiter=_DELIMITERS[language], lineterminator="\r\n")
    lines.writerow([_title(table.kind, language)])
    lines.writerows(row for row in (table.groups, table.headings) if row)
    lines.writerows([_cell_text(cell, language) for cell in row] for row in table.rows)
    return text.getvalue().encode("utf-8-sig")


def _cell_text(cell: Cell, language: Language) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime.date):
        return cell.strftime(_DAY)
    return str(cell).replace(".", _DECIMALS[language]) if isinstance(cell, float) else str(cell)


def _as_workbook(tables: Sequence[ExampleTable], language: Language) -> bytes:
    """Write tables as a workbook, a sheet each."""
    import xlsxwriter  # only here: few programs write workbooks

    whole = io.BytesIO()
    with xlsxwriter.Workbook(whole, {**PLAIN_TEXTS, "in_memory": True}) as book:
        book.set_properties({"created": SOME_DAY.to_pydatetime()})
        for table in tables:
            kind = table.kind if len(tables) > 1 else "incidents"
            _write_sheet(book, book.add_worksheet(sheet_name(kind, language)), table, language)
    return whole.getvalue()


def _write_sheet(book: Any, sheet: Any, table: ExampleTable, language: Language) -> None:
    warning = book.add_format({"bold": True, "font_color": RED})
    bold = book.add_format({"bold": True, "bottom": 1, "align": "center"})
    days = book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.write_string(0, 0, _title(table.kind, language), warning)
    sheet.set_header(f"&C&K{RED[1:]}{_title(table.kind, language)}")
    sheet.set_tab_color(RED)
    for first, last, group in _spans(table.groups):
        sheet.write_string(1, first, group, bold)
        if last > first:
            sheet.merge_range(1, first, 1, last, group, bold)
    top = 2 if table.groups else 1
    sheet.write_row(top, 0, table.headings, bold)
    for at, row in enumerate(table.rows, start=top + 1):
        for column, cell in enumerate(row):
            if isinstance(cell, datetime.date):
                sheet.write_datetime(at, column, cell, days)
            elif cell is not None:
                sheet.write(at, column, cell)
    sheet.set_column(0, len(table.headings) - 1, _WIDTH)
    sheet.freeze_panes(top + 1, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _spans(groups: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Give the first and last column of each title."""
    starts = [at for at, group in enumerate(groups) if group]
    for first, following in pairwise([*starts, len(groups)]):
        yield first, following - 1, groups[first]


def _read_me(tables: Sequence[ExampleTable], language: Language) -> bytes:
    counts = {table.kind: table.records for table in tables}
    areas = next(table for table in tables if table.kind == "areas")
    outline = areas.headings.index("WKT")
    text = words.word(f"example.{_READ_ME}", language).format(
        **{kind: _file(kind, language) for kind in (*counts, "workbook", "faulty")},
        incident_count=counts["incidents"],
        project_count=counts["projects"],
        area_count=counts["areas"],
        outline_count=sum(row[outline] is not None for row in areas.rows),
    )
    return text.strip().replace("\n", "\r\n").encode("utf-8-sig") + b"\r\n"
