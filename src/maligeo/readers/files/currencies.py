"""Currencies that stand in the format of a cell alone, as a spreadsheet shows them."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from maligeo.readers.formats import fields_named, read_catalogue, resembled_field

_AMOUNTS: Final = frozenset({"budget_amount", "donor_amount", "disbursed_amount", "commitment"})
# A sign with the number of its language, another word in brackets, a text in quotes, a bare sign.
_SIGN: Final = re.compile(r'\[\$([^\]-]+)[^\]]*\]|\[[^\]]*\]|"([^"]+)"|([$€£])')


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
            sign = currency_shown(cell.number_format) if at < len(row) else ""
            if sign and isinstance(cell.value, int | float):
                row[at] = f"{row[at]} {sign}"
                completed[at] = None
    return list(completed)


def _formats(book: Any) -> set[str]:
    """List the formats of numbers in a workbook that are not built in, and the built-in ones."""
    built_in = {5, 6, 7, 8, 42, 44}
    uses = {style.numFmtId for style in book._cell_styles} & built_in
    return {*book._number_formats, *({"$"} if uses else ())}


@cache
def currency_shown(number_format: str) -> str:
    """Give the sign of a currency in a format of numbers; "" where there is none.

    Examples
    --------
    >>> currency_shown('#,##0 "FCFA"'), currency_shown("[$€-40C] #,##0"), currency_shown("0.00")
    ('FCFA', '€', '')
    """
    signs = ("".join(found).strip() for found in _SIGN.findall(number_format))
    return next((sign for sign in signs if _key(sign) in _known()), "")


@cache
def _known() -> frozenset[str]:
    listed: dict[str, list[str]] = read_catalogue("currencies")["currencies"]
    return frozenset(_key(word) for code, words in listed.items() for word in (code, *words))


def _key(word: str) -> str:
    return re.sub(r"\s", "", word).casefold()
