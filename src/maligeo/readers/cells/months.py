"""Dates that name no day: months, in words and in figures, and years."""

import calendar
import re
from typing import Final

from maligeo.readers.formats import read_catalogue, word_key

FIRST: Final = "first"  # day of a month or a year
LAST: Final = "last"
_MONTH_IN_FIGURES: Final = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})|([0-9]{1,2})[-/.]([0-9]{4})")
_YEAR: Final = re.compile(r"((?:19|20)[0-9]{2})(?:\.0)?")  # as spreadsheets write numbers
_LONGEST_MONTH: Final = 7  # letters of a month in figures; nearly all cells are longer
_MONTH_YEAR: Final = r"^([^\W0-9_]+)\.?[\s/-]+([0-9]{4})$"


def month_numbers() -> dict[str, int]:
    """Give the number of each word for a month, in the form of `word_key`."""
    return {word_key(word): number for word, number in read_catalogue("months")["months"].items()}


def month_of(text: str) -> tuple[int, int] | None:
    """Give the year and the month where a cell names no day."""
    cell = text.strip()
    if cell[:1].isdecimal():
        found = _MONTH_IN_FIGURES.fullmatch(cell) if len(cell) <= _LONGEST_MONTH else None
        parts = [int(part) for part in found.groups() if part] if found else [0, 0]
        return (max(parts), min(parts)) if 1 <= min(parts) <= 12 else None
    found = re.match(_MONTH_YEAR, cell)
    number = month_numbers().get(word_key(found[1])) if found else None
    return None if found is None or number is None else (int(found[2]), number)


def year_of(text: str) -> int | None:
    """Give the year where a cell names no more than that."""
    found = _YEAR.fullmatch(text.strip())
    return int(found[1]) if found else None


def day_of(text: str, which: str) -> str:
    """Write the first or the last day of a month or a year where a cell names no more."""
    found, year = month_of(text), year_of(text)
    if year is not None:
        found = year, 12 if which == LAST else 1
    if found is None:
        return text
    year, month = found
    day = calendar.monthrange(year, month)[1] if which == LAST else 1
    return f"{year:04}-{month:02}-{day:02}"
