"""Rows of a table that are no records: totals, notes, headings that are repeated."""

import re
from collections.abc import Sequence
from typing import Final

import pandas as pd
import pyarrow.compute as pc

TOTAL: Final = "total"
NOTE: Final = "note"
HEADER: Final = "header"

_HINT: Final = "tota"  # in all words for totals; looking for it is cheap
_TOTAL: Final = re.compile(
    r"\W*((sous|sub|grand)[\s-]*)?tota(l|ux)\b"
    r"(\s*(général|general|generale?|partiel|mali|national|\W.*|\d.*|(de la |du |d'|de )?"
    r"(région|region|cercle|commune)\b.*))?\W*",
    re.IGNORECASE,
)
_NOTE: Final = re.compile(
    r"\s*(sources?|notes?|n\.?\s?b\.?|remarques?|légende|legende|legend|\*|\(\d\)"
    r"|mise? à jour|updated?)(\b|\s|:).*",
    re.IGNORECASE | re.DOTALL,
)
_LOOKED_AT: Final = 4  # columns in which the first filled cell of a row is looked for
_WIDE: Final = 3  # columns of a table in which a lone cell is no record


def find_non_records(frame: pd.DataFrame, *, lone_cells: bool) -> "pd.Series[str]":
    """Tell rows that are no records.

    Parameters
    ----------
    frame : pandas.DataFrame of str
        Rows as read.
    lone_cells : bool
        Whether a row with nothing but its first cell is no record, as the title of a block.
        Notes are none in any case.

    Returns
    -------
    pandas.Series of str
        "total", "note" or "header", with the numbers of these rows alone.
    """
    if frame.empty or not len(frame.columns):
        return pd.Series(dtype="string")
    first = _first_filled(frame)
    found = pd.Series(pd.NA, index=frame.index, dtype="string")
    hinted = _holding(first, _HINT)
    totals = first[hinted].str.fullmatch(_TOTAL)
    found[totals.index[totals.fillna(False)]] = TOTAL
    found[_headers(frame)] = HEADER
    if len(frame.columns) >= _WIDE:
        lone = _lone(frame)
        notes = first[lone] if lone_cells else first[lone][first[lone].str.fullmatch(_NOTE)]
        found[notes.index.difference(found.index[found.notna()])] = NOTE
    return found.dropna()


def _first_filled(frame: pd.DataFrame) -> "pd.Series[str]":
    first = frame.iloc[:, 0]
    for at in range(1, min(_LOOKED_AT, len(frame.columns))):
        if not first.isna().any():
            break
        first = first.fillna(frame.iloc[:, at])
    return first


def _holding(texts: "pd.Series[str]", part: str) -> "pd.Series[bool]":
    matched = pc.match_substring(pd.array(texts).__arrow_array__(), part, ignore_case=True)
    return pd.Series(matched.to_pandas(), index=texts.index).fillna(False).astype(bool)


def _headers(frame: pd.DataFrame) -> "pd.Series[bool]":
    """Tell rows that repeat the headings: in their first two columns at least."""
    same = pd.Series(True, index=frame.index)
    names: Sequence[str] = list(frame.columns[:2])
    for name in names:
        same &= (frame[name].str.strip() == name).fillna(False).astype(bool)
        if not same.any():
            break
    return same


def _lone(frame: pd.DataFrame) -> "pd.Series[bool]":
    """Tell rows in which one cell alone is filled, the first or the second."""
    empty = pd.Series(True, index=frame.index)
    for at in range(2, len(frame.columns)):
        empty &= frame.iloc[:, at].isna()
        if not empty.any():
            return empty
    return empty & (frame.iloc[:, 0].isna() | frame.iloc[:, 1].isna())
