"""Which cells of a table differ from those of the table that stood there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from maligeo.core import words
from maligeo.core.columns import Language
from maligeo.core.errors import explained
from maligeo.exports.column_dictionary import headings
from maligeo.look.layers import count_layer
from maligeo.text.measures import layer_text

TABLES: Final = ("table", "answer")  # kinds of products

_KEYS: Final = (
    "vintage", "pcode", "name", "place_kind", "period_start", "period_end", "measure", "publisher",
)  # fmt: skip
# What people look for first: counts, and of an answer what it finds, and from what.
_FIRST: Final = ("count", "class", "incidents", "victims", "programmes", "projects")
_SAID: Final = ("note", "source", "sentence")  # what follows from the other cells
_TITLE_ROWS: Final = 1  # of a workbook, above its headings


@dataclass(frozen=True)
class Cell:
    """A cell that differs; "" where there is no number."""

    row: tuple[str, ...]
    column: str
    old: str
    new: str

    def texts(self, language: Language) -> tuple[str, str, str, str]:
        """Say where it is, of what, and what it was and is."""
        known = dict(zip(_KEYS, self.row, strict=True))
        place = known["name"] or words.word(f"place.{known['place_kind'] or 'unit'}", language)
        parts = [place, self._measure(known["measure"], language)]
        if known["period_start"] and known["period_end"]:
            start, end = (pd.Timestamp(known[one]) for one in ("period_start", "period_end"))
            parts.append(words.period_text(start, end, language))
        parts.append(known["publisher"])
        where = " · ".join(filter(None, parts))
        column = headings([self.column], language)[0]
        return where, column, self._value(self.old, language), self._value(self.new, language)

    @staticmethod
    def _measure(name: str, language: Language) -> str:
        return layer_text("layer", count_layer(name), language) if name else ""

    @staticmethod
    def _value(text: str, language: Language) -> str:
        if not text:
            return words.word("build.no_number", language)
        try:
            number = float(text)
        except ValueError:
            return text
        return words.number_text(number, language, decimals=2)


@dataclass(frozen=True)
class Differences:
    """What differs between two tables.

    Attributes
    ----------
    cells : tuple of Cell
        In rows that both have.
    rows_new, rows_gone : int
        Rows that one of them has.
    """

    cells: tuple[Cell, ...] = ()
    rows_new: int = 0
    rows_gone: int = 0

    def __bool__(self) -> bool:
        return bool(self.cells or self.rows_new or self.rows_gone)

    @property
    def shown(self) -> tuple[Cell, ...]:
        """The cells to name: what people look for first, where any of that differs."""
        return tuple(cell for cell in self.cells if cell.column in _FIRST) or self.cells


def differences(old: Path, new: Path) -> Differences:
    """Compare two tables that maligeo wrote.

    Parameters
    ----------
    old, new : pathlib.Path
        .csv, .xlsx or .parquet.

    Raises
    ------
    InputFileError
        If one cannot be read.
    """
    before, after = _rows(old), _rows(new)
    common = [key for key in after if key in before]
    return Differences(
        tuple(cell for key in common for cell in _cells(key, before[key], after[key])),
        len(after) - len(common),
        len(before) - len(common),
    )


def _rows(path: Path) -> dict[tuple[str, ...], dict[str, str]]:
    """Read the rows of a table as texts, each by what it is about."""
    with explained(f"cannot read {path}"):
        if path.suffix.lower() == ".parquet":
            table = pd.read_parquet(path)
        elif path.suffix.lower() == ".xlsx":
            table = pd.read_excel(path, header=_TITLE_ROWS)
        else:
            table = pd.read_csv(path)
    texts = table.astype("object").where(table.notna(), "").map(_text)
    found: dict[tuple[str, ...], dict[str, str]] = {}
    for row in texts.to_dict("records"):
        key = tuple(row.get(name, "") for name in _KEYS)
        again = sum(known[: len(_KEYS)] == key for known in found) if key in found else 0
        found[(*key, str(again)) if again else key] = row
    return found


def _text(value: object) -> str:
    """Write a cell; a number is the same whether the others of its column are whole or not."""
    is_number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    return f"{float(value):.12g}" if is_number else str(value)  # type: ignore[arg-type]


def _cells(key: tuple[str, ...], old: dict[str, str], new: dict[str, str]) -> Iterator[Cell]:
    for column in dict.fromkeys((*old, *new)):
        if column in _KEYS or column in _SAID:
            continue
        before, after = old.get(column, ""), new.get(column, "")
        if before != after:
            yield Cell(key[: len(_KEYS)], column, before, after)
