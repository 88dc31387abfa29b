"""Rows of a table that are no records: totals, notes, headings that are repeated."""

import re
from collections.abc import Sequence
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

TOTAL: Final = "total"
NOTE: Final = "note"
HEADER: Final = "header"

_HINT: Final = "tota"  # in all words for totals; looking for it is cheap
_TOTAL: Final = re.compile(
    r"\W*((sous|sub|grand)[\s-]*)?tota(l|ux)\b"
    r"(\s*(général|generale?|partiel|mali|national|[:/–-].*|\d.*|(de la |du |d'|de )?"
    r"(région|region|cercle|commune)\b.*))?\W*",
    re.IGNORECASE,
)
_NOTE: Final = re.compile(
    r"\s*(sources?|notes?|n\.?\s?b\.?|remarques?|légende|legende|legend|\*|\(\d\)"
    r"|mise? à jour|updated?)(\b|\s|:).*",
    re.IGNORECASE | re.DOTALL,
)
# The title of a block of rows, as in a cell that is merged over a whole line.
_TITLE: Final = re.compile(r"\s*(région|region|district|cercle|commune)s?\b.*", re.IGNORECASE)
_WIDE: Final = 3  # columns of a table in which a lone note or title is no record


def find_non_records(frame: pd.DataFrame) -> "pd.Series[str]":
    """Tell rows that are no records.

    Parameters
    ----------
    frame : pandas.DataFrame of str
        Rows as read.

    Returns
    -------
    pandas.Series of str
        "total", "note" (also the title of a block) or "header", with the numbers of these rows
        alone. A row of a single cell that is neither stays a record: it may be one with faults.
    """
    if frame.empty or not len(frame.columns):
        return pd.Series(dtype="string")
    first = _first_filled(frame)
    found = pd.Series(pd.NA, index=frame.index, dtype="string")
    hinted = _holding(first, _HINT)
    found[_matching(first[hinted], _TOTAL)] = TOTAL
    found[_headers(frame)] = HEADER
    if len(frame.columns) >= _WIDE:
        lone = first[_lone(frame) & found.isna()]
        found[_matching(lone, _NOTE)] = NOTE
        found[_matching(lone, _TITLE)] = NOTE
    return found.dropna()


def _matching(texts: "pd.Series[str]", pattern: re.Pattern[str]) -> list[int]:
    """Give the rows whose whole text a pattern matches; there are few to look at."""
    return [row for row, text in texts.dropna().items() if pattern.fullmatch(text)]


def _first_filled(frame: pd.DataFrame) -> "pd.Series[str]":
    first = frame.iloc[:, 0]
    for at in range(1, len(frame.columns)):
        if not first.isna().any():
            break
        first = first.fillna(frame.iloc[:, at])
    return first


def _holding(texts: "pd.Series[str]", part: str) -> "pd.Series[bool]":
    matched = pc.match_substring(pa.array(texts), part, ignore_case=True)
    holds = pc.fill_null(matched, False).to_numpy(zero_copy_only=False)
    return pd.Series(holds, index=texts.index, dtype=bool)


def _headers(frame: pd.DataFrame) -> "pd.Series[bool]":
    """Tell rows that repeat the headings: in their first two columns at least."""
    same = pd.Series(True, index=frame.index)
    names: Sequence[str] = list(frame.columns[:2])
    for name in names:
        same &= (frame[name] == name).fillna(False).astype(bool)
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
