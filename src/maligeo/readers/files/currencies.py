"""Currencies that stand in the format of a cell alone, as a spreadsheet shows them."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from maligeo.readers.cells.amounts import heading_unit
from maligeo.readers.formats import fields_named, resembled_field

_AMOUNTS: Final = frozenset({"budget_amount", "donor_amount", "disbursed_amount", "commitment"})
_SECTION: Final = re.compile(r'(?:\[[^\]]*\]|"[^"]*"|\\.|[^;])+', re.DOTALL)
# A sign with the number of its language, another word in brackets (a colour, a condition), a text
# in quotes, a letter of its own, room for a letter, a digit, anything else.
_PIECE: Final = re.compile(
    r'\[\$([^\]-]*)-?([^\]]*)\]|\[[^\]]*\]|"([^"]*)"|\\(.)|([_*].)|([0#?.,])|(.)', re.DOTALL
)
_SCALING: Final = re.compile(r"[0#?](,+)(?=\.|$)")  # each divides what is shown by a thousand
_OF_THE_US: Final = frozenset({"", "409", "0409", "en-us"})
_US_DOLLAR: Final = re.compile(
    r"\W*(?:us|[mk])?\s*\$\s*(?:us|[mk])?\W*", re.IGNORECASE
)  # no "$ CA"
_OTHER_DOLLAR: Final = "\N{CURRENCY SIGN}"


def amount_columns(columns: Sequence[str], stated: Mapping[str, str]) -> list[int]:
    """Give the places of the columns that hold amounts, by their headings or as is said."""
    said = {stated[ours] for ours in _AMOUNTS if ours in stated}
    return [
        at
        for at, name in enumerate(columns)
        if name in said or fields_named(name) & _AMOUNTS or resembled_field(name, _AMOUNTS)
    ]


def show_currencies(
    rows: list[list[str]], book: Any, sheet: str, columns: Sequence[int], before: int
) -> list[int]:
    """Write behind numbers the currency that the format of their cell shows.

    Parameters
    ----------
    rows : list of list of str
        All rows of the sheet; numbers in these columns are completed in place.
    book : openpyxl.Workbook
        Opened to be read only.
    sheet : str
        Name of the sheet.
    columns : sequence of int
        Places of the columns with amounts, from 0.
    before : int
        Rows before the first record.

    Returns
    -------
    list of int
        Places of the columns that were completed.
    """
    # Cells with their formats take twice as long to read: only where some format has a currency.
    if not columns or not any(map(currency_shown, _formats(book))):
        return []
    completed = dict[int, None]()
    for at in columns:
        cells = book[sheet].iter_rows(min_row=before + 1, min_col=at + 1, max_col=at + 1)
        for row, (cell,) in zip(rows[before:], cells, strict=False):
            is_number = at < len(row) and isinstance(cell.value, int | float)
            if is_number and (currency := currency_shown(cell.number_format)):
                row[at] = f"{row[at]} {currency}"
                completed[at] = None
    return list(completed)


def _formats(book: Any) -> set[str]:
    """List the formats of numbers in a workbook that are not built in, and the built-in ones."""
    built_in = {5, 6, 7, 8, 42, 44}
    uses = {style.numFmtId for style in book._cell_styles} & built_in
    return {*book._number_formats, *({"$0"} if uses else ())}


@cache
def currency_shown(number_format: str) -> str:
    """Give the currency that a format of numbers shows, by its code in ISO 4217.

    Parameters
    ----------
    number_format : str
        As spreadsheets write it, of one or several sections.

    Returns
    -------
    str
        "" where there is no currency that is known, and where the format adds "millions" to a
        number that is not divided for that: it would be read as a number of units.

    Examples
    --------
    >>> currency_shown('#,##0 "FCFA"'), currency_shown("[$€-40C] #,##0"), currency_shown("0.00")
    ('XOF', 'EUR', '')
    >>> currency_shown('0.0" M"[$€-40C]'), currency_shown('0.0,," M"[$€-40C]')
    ('', 'EUR')
    """
    sections = _SECTION.findall(number_format.replace("General", "0"))
    shown = [_currency(text, digits) for text, digits in map(_section, sections) if digits]
    found = {currency for currency in shown if currency != ""}
    return found.pop() or "" if len(found) == 1 else ""


def _section(section: str) -> tuple[str, str]:
    """Take a section of a format apart into the text beside a number, and its digits."""
    text, digits = "", ""
    for sign, language, quoted, escaped, padding, digit, other in _PIECE.findall(section):
        is_other = sign == "$" and language.lower() not in _OF_THE_US
        digits += digit
        text += (
            (_OTHER_DOLLAR if is_other else sign)
            or quoted
            or escaped
            or (" " if padding or digit else other)
        )
    return text, digits


def _currency(text: str, digits: str) -> str | None:
    """Give the currency of a section; "" where it shows none, None where it cannot be told."""
    factor, currency = heading_unit(text)
    commas = _SCALING.search(digits)
    divided = 1000.0 ** len(commas[1]) if commas is not None else 1.0
    if factor not in (1.0, divided) or ("$" in text and not _US_DOLLAR.fullmatch(text)):
        return None
    return currency or ""
