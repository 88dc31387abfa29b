"""What a command shows: tables on a terminal or in a file, and progress on standard error."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer
from rich.console import Console, JustifyMethod
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from maligeo.cli.command import put_bytes
from maligeo.core.audiences import audience_of
from maligeo.core.columns import AUDIENCES
from maligeo.core.session import session_language
from maligeo.core.words import note_text, word
from maligeo.exports.write import csv_text, json_text
from maligeo.workflows.recipes import TableProduct

_NOTE = "note"
_COUNT = "count"
_AT_LEAST = "\u2265 "  # before a count to which more may belong
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


def say_internal(table: pd.DataFrame) -> None:
    """Say above a table that it is internal, if it is."""
    if audience_of(table) == AUDIENCES[0]:
        typer.secho(word("audience.internal", session_language()), fg="red")


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
        say_internal(frame)
        table, notes = _readable(frame, shown)
        console = Console()
        least = sum((column.min_width or _LEAST_TEXT) + 1 for column in table.columns)
        console.print(table, width=max(console.width, least), crop=False)
        console.print(*notes, sep="\n")
    else:
        text = json_text if output_format is Format.json else csv_text
        released = text(product.released(), audience=product.recipe.audience)
        put_bytes(released.encode("utf-8"))


def _readable(table: pd.DataFrame, shown: Sequence[str]) -> tuple[Table, list[Text]]:
    """Lay a table out for reading, and its notes, numbered; no number is ever broken."""
    notes = list(dict.fromkeys(table[_NOTE].dropna())) if _NOTE in shown else []
    number = {note: str(count) for count, note in enumerate(notes, start=1)}
    readable = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    language = session_language()
    at_least = _open_counts(table)
    for column in shown:
        heading = word(f"heading.{column}", language)
        figures = pd.api.types.is_numeric_dtype(table[column])
        side: JustifyMethod = "right" if figures or column == _NOTE else "left"
        whole = figures or pd.api.types.is_datetime64_any_dtype(table[column])
        widest = max((len(_cell(value)) for value in table[column]), default=0) if whole else None
        if widest is not None and column == _COUNT and at_least.any():
            widest += len(_AT_LEAST)
        readable.add_column(
            heading,
            justify=side,
            overflow="fold",
            min_width=widest,
            no_wrap=whole,
        )
    for (_, row), is_open in zip(table.iterrows(), at_least, strict=True):
        cells = [_cell(row[column]) for column in shown if column != _NOTE]
        if is_open and _COUNT in shown:
            cells[list(shown).index(_COUNT)] = _AT_LEAST + _cell(row[_COUNT])
        if pd.isna(row[shown[0]]) and "place_kind" in row.index:
            cells[0] = f"({row['place_kind']})"
        if _NOTE in shown:
            cells.append(number.get(row[_NOTE], "") if pd.notna(row[_NOTE]) else "")
        readable.add_row(*cells)
    texts = {note: "; ".join(note_text(note, language)) for note in number}
    below = [Text(f"{count:>3}  {texts[note]}") for note, count in number.items()]
    return readable, [Text(), *below] if below else []


def _open_counts(table: pd.DataFrame) -> "pd.Series[bool]":
    """Tell the counts of units to which more may belong than is recorded."""
    if not {_COUNT, "count_high", "place_kind"} <= set(table.columns):
        return pd.Series(False, index=table.index)
    is_open = table[_COUNT].notna() & table["count_high"].isna()
    return is_open & (table["place_kind"] == "unit")


def _cell(value: object) -> str:
    if pd.isna(value):
        return "–"
    if isinstance(value, pd.Timestamp):
        return str(value.date().isoformat())
    if isinstance(value, bool | np.bool_):
        return word("value.yes", session_language()) if value else ""
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return str(value)


Advance = Callable[..., None]


class RateColumn(ProgressColumn):
    """Steps in a second."""

    def render(self, task: Task) -> Text:
        """Give the rate, once it is known."""
        return Text("" if task.speed is None else f"{task.speed:,.1f}/s")


@contextmanager
def progress_bar(what: str) -> Iterator[Advance]:
    """Show a bar while something runs, from its first step; only where a person watches.

    Parameters
    ----------
    what : str
        What is counted, such as "zooms".

    Yields
    ------
    callable
        Takes the steps done and, where they are known, all steps.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        RateColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(what, total=None, visible=False)

        def advance(done: int, total: int | None = None) -> None:
            bar.update(task, completed=done, total=total, visible=True)

        yield advance
