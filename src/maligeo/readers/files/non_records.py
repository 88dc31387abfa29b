"""Rows of a table that are no records: totals, notes, headings that are repeated."""

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from maligeo.core.placenames import is_countrywide
from maligeo.readers.cells.titles import title_of
from maligeo.readers.cells.values import utf8_of
from maligeo.readers.formats import fields_named

TOTAL: Final = "total"
NOTE: Final = "note"
UNREAD: Final = "unread_title"
HEADER: Final = "header"

# Cheap to look for: without one of these no cell of a column is the label of a total, and
# without a match of the pattern this one is not.
_PARTS: Final = "tota|cumul|ensemble|somme|sum|overall"
_FIRST_LETTER: Final = ord("A")
_HINT: Final = r"(?im)^\W*(sous|sub|s\W|grand|tota|cumul|ensemble|somme|sum|overall)|total\W*$"
_A_TOTAL: Final = r"((sous|sub|grand|s)[\s/.-]*)?tota(l|ux)"
# What can be nothing else, whatever stands beside it.
_TOTAL: Final = re.compile(
    rf"\W*({_A_TOTAL}(\s*(général|generale?|partiel|mali|national|[:/–-].*|\d.*"
    r"|(de la |du |d'|de )?(région|region|cercle|commune)\b.*))?|(sous|sub|s)[\s/.-]*total\b.*)\W*",
    re.IGNORECASE,
)
# What is one where only figures stand beside it: "Total Gao", "Gao Total", "Cumul 2022".
_LABEL: Final = re.compile(
    rf"\W*({_A_TOTAL}\b.*|.*\btotal|(cumul|somme|sum|overall)\b.*"
    r"|ensemble(\s*(du|de la|de l'|des)\b.*)?)\W*",
    re.IGNORECASE,
)
# One behind names of places, as in "Gao | Total | 4".
_BARE_LABEL: Final = re.compile(rf"\W*({_A_TOTAL}|cumul|ensemble|somme)\W*", re.IGNORECASE)
_FIGURE: Final = re.compile(r"[+-]?\s*\d[\d\s.,'’\u00a0\u202f]*(%|[^\W\d]{1,5}|[$€£])?|\W*")
_NOTE: Final = re.compile(
    r"\s*(sources?|notes?|n\.?\s?b\.?|remarques?|légende|legende|legend|\*|\(\d\)"
    r"|mise? à jour|updated?)(\b|\s|:).*",
    re.IGNORECASE | re.DOTALL,
)
_LOOKED_AT: Final = 6  # filled cells of a row, and columns, in which the label of a total may be
_SHORT: Final = 12  # letters of a cell
_SAMPLE: Final = 1000  # cells that show whether a column repeats few texts
_SUMMED: Final = 2  # rows above that figures of a row are the sum of
_FIRST: Final = 2  # columns in which a lone note is no record
_OF_UNITS: Final = re.compile(r"adm\d_(name|code)|unit")
_WIDE: Final = 3  # columns of a table in which a lone note or title is no record


def find_non_records(
    frame: pd.DataFrame, *, of_figures: bool = False, titled: bool = False, unread: int = 0
) -> "pd.Series[str]":
    """Tell rows that are no records.

    Parameters
    ----------
    frame : pandas.DataFrame of str
        Rows as read.
    of_figures : bool, default False
        Whether a row is a figure: that of the country as a whole is one then.
    titled : bool, default False
        Whether titles of blocks say the place of the rows below them: bare names of units are
        titles then too.
    unread : int, default 0
        Columns of the table that are never read, beside those of the frame.

    Returns
    -------
    pandas.Series of str
        "total", "note" (also the title of a block), "unread_title" (one that is to say a place
        and names no unit) or "header", with the numbers of these rows alone. A row of a single
        cell that is none of them stays a record: it may be one with faults.
    """
    if frame.empty or not len(frame.columns):
        return pd.Series(dtype="string")
    first = _first_filled(frame)
    totals = _totals(frame, first)
    if of_figures:
        totals = [row for row in totals if not is_countrywide(str(first[row]))]
    found = dict.fromkeys(totals, TOTAL)
    found |= dict.fromkeys(frame.index[_headers(frame)].tolist(), HEADER)
    if len(frame.columns) + unread >= _WIDE:
        for row, (heading, text) in lone_cells(frame).items():
            title = title_of(text, heading=heading if titled and not of_figures else None)
            is_beside = heading not in frame.columns[:_FIRST]
            if row in found or (is_beside and not _is_title_beside(text, heading)):
                continue
            if _NOTE.fullmatch(text):
                found[row] = NOTE
            elif title:
                found[row] = UNREAD if titled and "" in title.values() else NOTE
    return pd.Series(found, dtype="string").sort_index()


def _is_title_beside(text: str, heading: str) -> bool:
    """Tell a title in a further column, where names of units and notes may be records."""
    return bool(title_of(text)) and not any(map(_OF_UNITS.fullmatch, fields_named(heading)))


def lone_cells(frame: pd.DataFrame) -> dict[int, tuple[str, str]]:
    """Give the rows in which one cell alone is filled, with its heading and its text."""
    lone = _lone(frame)
    if not lone.any():
        return {}
    rows = frame[lone]
    return {
        int(row): (str(name), str(text))
        for name, texts in rows.items()
        for row, text in texts.dropna().items()
    }


def _first_filled(frame: pd.DataFrame) -> "pd.Series[str]":
    first = frame.iloc[:, 0]
    for at in range(1, len(frame.columns)):
        if not first.isna().any():
            break
        first = first.fillna(frame.iloc[:, at])
    return first


def _totals(frame: pd.DataFrame, first: "pd.Series[str]") -> list[int]:
    """Give the rows that sum up others, by their labels and by their figures."""
    columns = [first, *(frame.iloc[:, at] for at in range(1, min(_LOOKED_AT, len(frame.columns))))]
    hinted = np.logical_or.reduce([_hinted(column) for column in columns])
    totals: list[int] = []
    for at in np.flatnonzero(hinted).tolist():
        cells = ["" if pd.isna(cell) else str(cell).strip() for cell in frame.iloc[at]]
        if _is_total(cells) or (_is_labelled(cells) and _sums_up(frame, at, totals)):
            totals.append(at)
    return [int(row) for row in frame.index[totals]]


def _hinted(texts: "pd.Series[str]") -> npt.NDArray[np.bool_]:
    """Tell cells with a hint, after a look at the whole column at once: mostly there is none."""
    given = pa.chunked_array(pa.array(texts))
    if not any(_holds_parts(piece) for piece in _letters(given)):
        return np.zeros(len(texts), dtype=bool)
    matched = pc.match_substring_regex(given, _HINT)
    return np.asarray(pc.fill_null(matched, False).to_numpy(), dtype=bool)


def _letters(texts: pa.ChunkedArray) -> list[npt.NDArray[np.uint8]]:
    """Give the UTF-8 of a column that has letters; of one that repeats few texts, of these."""
    pieces = utf8_of(texts)
    if all(piece.max(initial=0) < _FIRST_LETTER for piece in pieces):
        return []
    is_short = sum(map(len, pieces)) <= _SHORT * len(texts)  # looked through sooner than told apart
    if is_short or len(texts[:_SAMPLE].unique()) >= _SAMPLE / 2:
        return pieces
    return [np.frombuffer(texts.unique().buffers()[-1], np.uint8)]


def _holds_parts(letters: npt.NDArray[np.uint8]) -> bool:
    """Tell whether some text holds a part of the label of a total: as if all were one text."""
    ends = pa.py_buffer(np.array([0, len(letters)], dtype=np.int64))
    text = pa.Array.from_buffers(pa.large_binary(), 1, [None, ends, pa.py_buffer(letters)])
    return pc.match_substring_regex(text, _PARTS, ignore_case=True)[0].as_py() is True


def _is_total(cells: Sequence[str]) -> bool:
    """Tell a total by the first cells of a row, and by what stands beside its label."""
    filled = [at for at, cell in enumerate(cells) if cell][:_LOOKED_AT]
    if filled and _TOTAL.fullmatch(cells[filled[0]]):
        return True
    for at in filled:
        beside = [cell for cell in cells[at + 1 :] if cell]
        pattern = _LABEL if at == filled[0] else _BARE_LABEL
        if pattern.fullmatch(cells[at]):
            return bool(beside) and all(map(_FIGURE.fullmatch, beside))
    return False


def _is_labelled(cells: Sequence[str]) -> bool:
    return any(map(_LABEL.fullmatch, cells[:_LOOKED_AT]))


def _sums_up(frame: pd.DataFrame, at: int, totals: Sequence[int]) -> bool:
    """Tell a row all of whose figures are the sums of the rows above, of its block or of all."""
    sums = pd.to_numeric(frame.iloc[at], errors="coerce").dropna()
    block = range(totals[-1] + 1 if totals else 0, at)
    records = [row for row in range(at) if row not in totals]
    if sums.empty or not (sums > 0).any():
        return False
    figures = frame.iloc[:at][list(sums.index)].apply(pd.to_numeric, errors="coerce")
    return any(
        len(rows) >= _SUMMED and bool((figures.iloc[rows].sum() == sums).all())
        for rows in ([*block], records)
    )


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
    """Tell rows in which one cell alone is filled."""
    columns = [pa.array(frame.iloc[:, at]) for at in range(len(frame.columns))]
    if sum(column.null_count == 0 for column in columns) > 1:  # mostly: no cell need be looked at
        return pd.Series(False, index=frame.index)
    filled = pd.Series(0, index=frame.index, dtype="int32")
    for at in range(len(frame.columns)):
        filled += frame.iloc[:, at].notna()
        if (filled > 1).all():  # as soon as it is known of all rows that they have several
            break
    return filled == 1
