"""Cells that hold for several rows: merged ones of a workbook, and columns that look so."""

import re
from collections.abc import Iterator, Sequence
from typing import IO, Final, NamedTuple

import pandas as pd

from maligeo.core.columns import ADDITIVE
from maligeo.core.errors import InputFileError
from maligeo.readers.formats import fields_named

Blocks = dict[str, dict[int, int]]

_BYTES: Final = 2**20
_MERGED: Final = re.compile(
    rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"'
)
_LONGEST: Final = 512  # bytes of such an element, which may lie on the border of two pieces
_NUMBER: Final = re.compile(r"[+-]?[\d\s.,'’\u00a0\u202f]*\d\s*%?")
# What belongs to a block as a whole: repeated in each of its rows, it would count several times.
_OF_THE_WHOLE: Final = frozenset(
    {
        *ADDITIVE, "budget_amount", "donor_amount", "disbursed_amount", "project_count",
        "place_share", "declared_area_sqm", "value", "population",
    }
)  # fmt: skip
# Numbers that hold for each row of a block nevertheless.
_OF_EACH: Final = frozenset(
    {
        "project_id", "event_id", "area_id", "date", "start_date", "end_date", "latitude",
        "longitude", "utm_zone", "utm_easting", "utm_northing",
    }
)  # fmt: skip


class MergedRange(NamedTuple):
    """Cells that are merged into one; rows and columns are counted from 1."""

    column: int
    first: int
    last: int


def merged_ranges(sheet: IO[bytes]) -> list[MergedRange]:
    """Find the cells of a sheet that are merged over several rows.

    Parameters
    ----------
    sheet : file of bytes
        The XML of a sheet. It is looked through and not parsed: it may be large, and readers
        that go row by row do not come to its end.

    Returns
    -------
    list of MergedRange
        By their first column, in rising order.
    """
    found: set[MergedRange] = set()
    rest = b""
    while piece := sheet.read(_BYTES):
        text = rest + piece
        for column, first, _, last in _MERGED.findall(text):
            if int(last) > int(first):
                found.add(MergedRange(_column_number(column), int(first), int(last)))
        rest = text[-_LONGEST:]
    return sorted(found)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def blocks_of(
    ranges: Sequence[MergedRange], columns: Sequence[str], rows: range, what: str
) -> Blocks:
    """Say which rows of which columns lie in a merged cell below its first row, and that row.

    Raises
    ------
    InputFileError
        If more is merged than there are cells.
    """
    blocks: Blocks = {}
    left = len(columns) * len(rows)
    for column, first, last in ranges:
        if first not in rows or column > len(columns):
            continue
        below = range(first + 1, min(last + 1, rows.stop))
        left -= len(below)
        if left < 0:
            raise InputFileError(f"{what} is broken: merged cells overlap")
        blocks.setdefault(columns[column - 1], {}).update(dict.fromkeys(below, first))
    return blocks


def filled_down(
    frame: pd.DataFrame, whole: pd.DataFrame, blocks: Blocks
) -> tuple[pd.DataFrame, Blocks]:
    """Repeat what merged cells say in each of their rows, but for what belongs to them together.

    Parameters
    ----------
    frame : pandas.DataFrame of str
        Rows that are records.
    whole : pandas.DataFrame of str
        All rows.
    blocks : dict
        As `blocks_of` gives it.

    Returns
    -------
    frame : pandas.DataFrame of str
    filled : dict
        As `blocks`, of the cells that were filled alone.
    """
    filled = {name: found for name, found in _fillings(frame, whole, blocks) if found}
    if not filled:
        return frame, {}
    frame = frame.copy()
    for name, rows in filled.items():
        frame.loc[list(rows), name] = whole.loc[list(rows.values()), name].array
    return frame, filled


def _fillings(
    frame: pd.DataFrame, whole: pd.DataFrame, blocks: Blocks
) -> Iterator[tuple[str, dict[int, int]]]:
    for name in (name for name in blocks if name in frame.columns):
        empty = frame.index[frame[name].isna()]
        there = set(blocks[name].values()).intersection(whole.index)
        holds = {first for first in there if _holds_for_each(name, whole.at[first, name])}
        rows = {row: blocks[name][row] for row in empty if row in blocks[name]}
        yield name, {row: first for row, first in rows.items() if first in holds}


def _holds_for_each(heading: str, text: object) -> bool:
    if not isinstance(text, str):
        return False
    fields = fields_named(heading)
    if fields & _OF_THE_WHOLE:
        return False
    return bool(fields & _OF_EACH) or _NUMBER.fullmatch(text) is None


def looks_merged(cells: pd.Series) -> bool:
    """Tell a column that is written in the first row of each block of rows alone.

    More than half of it is empty, its first cell is not, and no two cells that follow each
    other say the same.
    """
    said = cells.dropna()
    if len(said) < 2 or 2 * len(said) >= len(cells) or pd.isna(cells.iloc[0]):
        return False
    return bool((said != said.shift()).all())
