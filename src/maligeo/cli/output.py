"""The tables that a command shows, on a terminal or in a file."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer
from rich.console import Console
from rich.table import Table

from maligeo.cli.command import put_bytes
from maligeo.cli.speech import HOLDERS, SPACES
from maligeo.core.session import session_language
from maligeo.core.words import (
    NO_BREAK_SPACE,
    curly,
    joined,
    note_text,
    number_text,
    period_text,
    word,
)
from maligeo.exports.write import csv_text, json_text
from maligeo.join.comparable import date_texts
from maligeo.look.layers import count_layer
from maligeo.text.changes import date_text
from maligeo.text.measures import layer_text
from maligeo.workflows.recipes import TableProduct, marks_of

_NOTE = "note"
_COUNT = "count"
_ABOVE = ("measure", "publisher")  # stand above their rows, having no room beside them
_DATE = "date"
_START, _END, _PERIOD = "period_start", "period_end", "period"
_MISSING = "–"
_DERIVED = "derived"
_AT_LEAST = f"\u2265{NO_BREAK_SPACE}"  # before a count to which more may belong
_SLACK = 4  # signs by which a table of Rich is wider than it was told to be
_WHOLE_FROM = 1000  # numbers are given without decimals
_LEAST_TEXT = 4  # signs of a column of words, which may go on in the next line


class Format(StrEnum):
    """Ways to write a table to the standard output."""

    text = "text"
    csv = "csv"
    json = "json"


FormatOption = Annotated[Format, typer.Option("--format", help="For reading, or all of it.")]


def is_passed_on(audience: str | None, output_format: Format, output: Path | None) -> bool:
    """Tell whether what a command gives may leave the person who asked for it.

    A file does, and CSV or JSON, and what an audience was named for, and what goes elsewhere
    than to a terminal: it is released first.
    """
    to_file = output is not None or output_format is not Format.text
    return to_file or audience is not None or not sys.stdout.isatty()


def say_marks(table: pd.DataFrame) -> None:
    """Say above a table that it is internal, and that some of it is made up, where it is."""
    for mark in marks_of(table, session_language()):
        typer.secho(mark, fg="red")


def put(
    product: TableProduct,
    shown: Sequence[str],
    output_format: Format,
    output: Path | None,
) -> None:
    """Write a table to a file by its suffix, or to the standard output.

    Parameters
    ----------
    product : TableProduct
        Its frame has a column `name`, and `place_kind` where rows have no name.
    shown : sequence of str
        Columns that the readable form shows; their headings are words.
    output_format : Format
        For the standard output. The readable form is for whoever sits there; as CSV or JSON
        the table is what a file would hold.
    output : pathlib.Path or None
        The file, ".csv", ".xlsx", ".parquet" or ".json"; without it the standard output.
    """
    if output is not None:
        product.save(output)
    elif output_format is Format.text:
        frame = product.frame
        say_marks(frame)
        show_whole(*_readable(frame, shown))
    else:
        text = json_text if output_format is Format.json else csv_text
        released = text(product.released(), audience=product.recipe.audience)
        put_bytes(released.encode("utf-8"))


def show_whole(*parts: str | Table) -> None:
    """Show texts and tables with lines broken between words alone.

    Rich also breaks lines at the spaces within numbers, and before the ";" of French.
    """
    terminal = Console().width
    for part in parts:
        whole = unbroken(part) if isinstance(part, str) else part
        width = terminal if isinstance(part, str) else max(terminal - _SLACK, _least(part))
        console = Console(highlight=False, markup=False, width=width)
        with console.capture() as shown:
            console.print(whole, crop=False)
        typer.echo(shown.get().translate(SPACES), nl=False)


def unbroken(text: str) -> str:
    """Keep together what no-break spaces hold, in a text or a cell for `show_whole`.

    Apostrophes are curly, as in all that is shown.
    """
    return curly(text).translate(HOLDERS)


def listed(items: Iterable[tuple[str, str]]) -> Table:
    """Lay a list out: a sign or a number, and a text that goes on below itself."""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, show_header=False)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold", ratio=1)
    for sign, text in items:
        table.add_row(sign, unbroken(text))
    return table


def _least(table: Table) -> int:
    """Give the least width at which no number and no word of a table is broken."""
    return sum((column.min_width or _LEAST_TEXT) + 1 for column in table.columns) - 1


@dataclass(frozen=True)
class _Column:
    """A column of a readable table: heading, cells, and how narrow it can be."""

    heading: str
    cells: list[str]
    is_figures: bool
    least: int

    @property
    def most(self) -> int:
        return max([self.least, *map(len, self.cells)])


def _readable(table: pd.DataFrame, shown: Sequence[str]) -> Iterator[str | Table]:
    """Lay a table out for reading, measure by measure, and its notes, numbered, below it."""
    language = session_language()
    notes = _notes(table, language) if _NOTE in shown else []
    number = {note: str(at) for at, note in enumerate(dict.fromkeys(filter(None, notes)), start=1)}
    above = [name for name in _ABOVE if name in table] if _ABOVE[0] in shown else []
    columns = [
        _column(table, name, [number.get(note, "") for note in notes], language)
        for name in shown
        if name not in (_END, *above)
    ]
    widths = _widths(columns, Console().width)
    headings = _headings(table, above, language)
    if above:
        yield _laid_out(columns, widths, (), headed=True)
    for heading, rows in groupby(range(len(table)), key=headings.__getitem__):
        if heading:
            yield f"\n{heading}"
        yield _laid_out(columns, widths, rows, headed=not above)
    if number:
        yield ""
        yield listed((at, note) for note, at in number.items())


def _column(table: pd.DataFrame, name: str, numbers: list[str], language: str) -> _Column:
    """Write a column; that of notes has their numbers."""
    is_note = name == _NOTE
    texts = numbers if is_note else _texts(table, name, language)
    is_figures = is_note or pd.api.types.is_numeric_dtype(table[name])
    parts = texts if is_figures else [part for text in texts for part in text.split(" ")]
    heading = word(f"heading.{_PERIOD if name == _START else name}", language)
    least = max(map(len, [*parts, *heading.replace("\n", " ").split(" ")]), default=0)
    return _Column(unbroken(heading), [unbroken(text) for text in texts], is_figures, least)


def _widths(columns: Sequence[_Column], room: int) -> list[int]:
    """Give each column the width of its cells, and take from the widest words what is too much."""
    widths = [column.least if column.is_figures else column.most for column in columns]
    while sum(widths) + len(widths) - 1 > room:
        spare = [width - column.least for width, column in zip(widths, columns, strict=True)]
        if max(spare, default=0) <= 0:
            break
        widths[spare.index(max(spare))] -= 1
    return widths


def _laid_out(
    columns: Sequence[_Column], widths: Sequence[int], rows: Iterable[int], *, headed: bool
) -> Table:
    """Give some rows as a table, with its headings or as one that goes on below another."""
    laid = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, show_header=headed)
    for column, width in zip(columns, widths, strict=True):
        laid.add_column(
            column.heading,
            justify="right" if column.is_figures else "left",
            overflow="fold",
            min_width=width,
            max_width=width,
            no_wrap=column.is_figures,
        )
    for at in rows:
        laid.add_row(*(column.cells[at] for column in columns))
    return laid


def _headings(table: pd.DataFrame, names: Sequence[str], language: str) -> list[str]:
    """Write the line below which each row stands: what is counted, and who published it."""
    parts = [table[name].astype("string").fillna("") for name in names]
    if parts:
        parts[0] = parts[0].map(lambda name: _measure(name, language))
    return [" · ".join(filter(None, row)) for row in zip(*parts, strict=True)] or [""] * len(table)


def _measure(name: str, language: str) -> str:
    """Name a measure in words, and by the name that --measure takes where that is another."""
    title = layer_text("layer", count_layer(name), language)
    return title if title == name else f"{title} [{name}]"


def _notes(table: pd.DataFrame, language: str) -> list[str]:
    """Write the note of each row, with where its count may lie if that is not exactly known."""
    counts = table.reindex(columns=[_COUNT, "count_low", "count_high"])
    texts = []
    for note, (count, low, high) in zip(table[_NOTE], counts.to_numpy(), strict=True):
        parts = note_text(note, language)
        if pd.notna([count, low, high]).all() and low < high:
            ends = {"low": _cell(low, language), "high": _cell(high, language)}
            parts = [*parts, word("table.interval", language).format(**ends)]
        texts.append(joined(parts, language))
    return texts


def _texts(table: pd.DataFrame, name: str, language: str) -> list[str]:
    """Write the cells of a column; both ends of a period are one."""
    if name == _START and _END in table.columns:
        spans = zip(table[_START], table[_END], strict=True)
        return [
            _MISSING if pd.isna(start) or pd.isna(end) else period_text(start, end, language)
            for start, end in spans
        ]
    if name == _DATE:
        known = date_texts(table)
        return [_MISSING if pd.isna(one) else date_text(one, language) for one in known]
    texts = [_cell(value, language) for value in table[name]]
    if name == _COUNT:
        rounded = _rounded(table, language)
        texts = [rounded.get(at, one) for at, one in enumerate(texts)]
        bounded = _bounded(table, language)
        texts = [bounded.get(at, "{count}").format(count=one) for at, one in enumerate(texts)]
    if name == "name" and "place_kind" in table.columns:
        kinds = zip(table["place_kind"], table["name"].isna(), texts, strict=True)
        return [word(f"place.{kind}", language) if bare else text for kind, bare, text in kinds]
    return texts


def _rounded(table: pd.DataFrame, language: str) -> dict[int, str]:
    """Write the counts that are derived from a share as nothing more exact than they are."""
    if "basis" not in table.columns:
        return {}
    is_derived = (table["basis"] == _DERIVED) & table[_COUNT].notna()
    text = word("value.derived", language)
    return {
        int(at): text.format(value=number_text(table[_COUNT].iloc[at], language))
        for at in np.flatnonzero(is_derived)
    }


def _bounded(table: pd.DataFrame, language: str) -> dict[int, str]:
    """Say how the counts of units are written to which more may belong than is recorded.

    One that a release rounded may lie below what is shown: its own lowest is the bound.
    """
    if not {_COUNT, "count_low", "count_high", "place_kind"} <= set(table.columns):
        return {}
    is_open = table[_COUNT].notna() & table["count_high"].isna() & (table["place_kind"] == "unit")
    lower = (table["count_low"] < table[_COUNT]).fillna(value=False)
    return {
        int(at): f"{{count}} ({_AT_LEAST}{_cell(table['count_low'].iloc[at], language)})"
        if lower.iloc[at]
        else f"{_AT_LEAST}{{count}}"
        for at in np.flatnonzero(is_open)
    }


def _cell(value: object, language: str) -> str:
    if pd.isna(value):
        return _MISSING
    if isinstance(value, pd.Timestamp):
        return str(value.date().isoformat())
    if isinstance(value, bool | np.bool_):
        return word("value.yes", language) if value else ""
    if isinstance(value, float):
        large = abs(value) >= _WHOLE_FROM
        text = number_text(value, language) if large else f"{value:.4g}"
        return text.replace(".", ",") if language == "fr" else text
    return str(value)
