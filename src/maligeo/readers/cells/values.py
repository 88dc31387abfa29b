"""Cells to numbers and dates, as people write them; what cannot be read is a fault.

Each function takes a column of text and gives the values and a `Faults`; a value that is
missing stays missing, one that cannot be read becomes missing and a fault.
"""

import re
from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from maligeo.core.crs import Floats
from maligeo.readers.cells.months import day_of, month_numbers, month_of, year_of
from maligeo.readers.formats import word_key
from maligeo.readers.quarantine import Faults

DAY_MONTH: Final = "day-month"
MONTH_DAY: Final = "month-day"
EARLIEST_YEAR: Final = 1900
MISSING_WORDS: Final = frozenset(
    {
        "", "-", "--", "---", "–", "—", ".", "?", "n/a", "na", "n.a.", "#n/a", "null", "none",
        "nan", "nil", "nd", "n/d", "n.d.", "unknown", "not known", "inconnu", "inconnue",
        "non connu", "non précisé", "non disponible", "nsp",
    }
)  # fmt: skip
# What a count of nothing is called: not unknown, but none.
_NONE_WORDS: Final = frozenset(
    {"néant", "neant", "ras", "r.a.s.", "r.a.s", "aucun", "aucune", "zéro", "zero"}
)
# Figures are [0-9] in all patterns: \d would also take those of other scripts.
_NO_TEXT: Final = pa.array([], pa.large_string())
_MISSING: Final = pa.array(sorted(MISSING_WORDS), pa.large_string())
_LARGEST: Final = 2.0**53
_TEXT: Final = pd.StringDtype("pyarrow")
_PIECE: Final = 2**18  # rows, more than the pieces have in which large files are read

_PLAIN: Final = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
# The characters themselves: pandas hands some patterns to RE2, which knows no "\u00a0".
_GROUP_MARK: Final = "[ \u00a0\u2009\u202f'’]"
_SPACED: Final = rf"[+-]?[0-9]{{1,3}}(?:{_GROUP_MARK}[0-9]{{3}})+(?:[.,][0-9]+)?"
_COMMA_GROUPS: Final = r"[+-]?[0-9]{1,3}(?:(?:,[0-9]{3}){2,}(?:\.[0-9]+)?|,[0-9]{3}\.[0-9]+)"
_DOT_GROUPS: Final = r"[+-]?[0-9]{1,3}(?:(?:\.[0-9]{3}){2,}(?:,[0-9]+)?|\.[0-9]{3},[0-9]+)"
_COMMA: Final = r"[+-]?[0-9]*,[0-9]+"
_COMMA_OR_GROUP: Final = r"[+-]?[1-9][0-9]{0,2},[0-9]{3}"
_DOT_OR_GROUP: Final = r"[+-]?[1-9][0-9]{0,2}\.[0-9]{3}"

_TIME: Final = (
    r"(?:[T ]\s*[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?"
    r"\s*(?:[AaPp][Mm])?\s*(?:Z|UTC|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_YEAR_FIRST: Final = rf"^([0-9]{{4}})[-/.]([0-9]{{1,2}})[-/.]([0-9]{{1,2}}){_TIME}$"
_YEAR_LAST: Final = rf"^([0-9]{{1,2}})[-/.]([0-9]{{1,2}})[-/.]([0-9]{{4}}){_TIME}$"
_SHORT_YEAR: Final = re.compile(rf"([0-9]{{1,2}}[-/.][0-9]{{1,2}}[-/.])([0-9]{{2}})({_TIME})")
_YEARS_AHEAD: Final = 20  # that a year of two digits may lie from today: the end of a project
_DAY_WORD: Final = r"^([0-9]{1,2})(?:er|st|nd|rd|th)?[\s./-]+([^\W0-9_]+)\.?[\s./,-]+([0-9]{4})$"
_WEEKDAY: Final = (
    r"(?i)^(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday),?\s+(?:le\s+)?"
)
_WORD_DAY: Final = r"^([^\W0-9_]+)\.?\s+([0-9]{1,2})(?:er|st|nd|rd|th)?,?\s+([0-9]{4})$"


class Distinct(NamedTuple):
    """The texts of a column, each that differs once, and where they stand.

    Attributes
    ----------
    texts : pyarrow.Array
        Texts that differ.
    codes : pyarrow.Array of int32
        For each row its text; null where it has none.
    index : pandas.Index
    name : Hashable
        Of the column.
    """

    texts: pa.Array
    codes: pa.Array
    index: pd.Index
    name: Hashable

    @classmethod
    def of(cls, texts: "pd.Series | Distinct") -> "Distinct":
        """Take a column of text apart, unless that is done."""
        if isinstance(texts, Distinct):
            return texts
        cells = pa.chunked_array(pa.array(texts.astype(_TEXT)))
        if cells.null_count == len(cells):
            return cls(_NO_TEXT, pa.nulls(len(cells), pa.int32()), texts.index, texts.name)
        whole = cells.dictionary_encode().combine_chunks()
        encoded = whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole
        return cls(encoded.dictionary, encoded.indices, texts.index, texts.name)

    @property
    def series(self) -> pd.Series:
        """The texts that differ, as a column of their own."""
        return pd.Series(_TEXT.__from_arrow__(self.texts), name=self.name)

    def spread(self, changed: pa.Array) -> pd.Series:
        """Give each row what became of its text."""
        array = pa.DictionaryArray.from_arrays(self.codes, changed.cast(pa.large_string()))
        taken = _TEXT.__from_arrow__(array.dictionary_decode())
        return pd.Series(taken, index=self.index, name=self.name, copy=False)

    def coded(self, changed: pa.Array) -> pd.Series:
        """Give each row what became of its text, as a category."""
        codes, words = pd.factorize(_TEXT.__from_arrow__(changed.cast(pa.large_string())))
        taken = pd.Categorical.from_codes(self.each(codes, -1), words, validate=False)
        return pd.Series(taken, index=self.index, name=self.name, copy=False)

    def each(self, values: npt.NDArray[Any], empty: object) -> npt.NDArray[Any]:
        """Give each row the value of its text, and one that is empty this one."""
        padded = np.append(values, np.array([empty], dtype=values.dtype))
        found: npt.NDArray[Any] = padded.take(self.codes.fill_null(-1).to_numpy())
        return found


def utf8_of(cells: pa.ChunkedArray) -> list[npt.NDArray[np.uint8]]:
    """Give the letters of a column of text, piece by piece, perhaps with more around them."""
    return [np.frombuffer(chunk.buffers()[-1] or b"", np.uint8) for chunk in cells.chunks]


def same_text(text: str | None, index: pd.Index) -> pd.Series:
    """Make a column, without a name, that holds the same text in every row, or none."""
    rows = len(index)
    array = _of_a_piece(text)[:rows] if rows <= _PIECE else _repeated(text, rows)
    return pd.Series(_TEXT.__from_arrow__(array), index=index, copy=False)


@lru_cache(maxsize=16)
def _of_a_piece(text: str | None) -> pa.Array:
    """Keep a repeated text for the pieces of a file: memory asked for anew costs most of it."""
    return _repeated(text, _PIECE)


def _repeated(text: str | None, rows: int) -> pa.Array:
    return pa.repeat(pa.scalar(text, pa.large_string()), rows)


def filled(texts: pd.Series, text: str) -> pd.Series:
    """Put a text where there is none."""
    missing = texts.isna().to_numpy()
    if missing.all():
        return same_text(text, texts.index)
    return texts.fillna(text) if missing.any() else texts


def no_counts(index: pd.Index) -> "pd.Series[int]":
    """Make a column of whole numbers that are all missing."""
    nothing = np.zeros(len(index), dtype="int64")
    missing = pd.arrays.IntegerArray(nothing, np.ones(len(index), dtype=bool))
    return pd.Series(missing, index=index, copy=False)


def strip_missing(texts: pd.Series) -> pd.Series:
    """Trim cells, and turn words that say "not known" into missing values.

    Parameters
    ----------
    texts : pandas.Series of str

    Returns
    -------
    pandas.Series of string, same index
    """
    distinct = Distinct.of(texts)
    if not len(distinct.texts):
        return texts.astype(_TEXT)
    trimmed, missing = trimmed_texts(distinct.texts)
    if trimmed.equals(distinct.texts) and not pc.any(missing).as_py():
        return texts.astype(_TEXT)
    return distinct.spread(pc.if_else(missing, None, trimmed))


def trimmed_texts(texts: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Trim texts, and tell which say "not known"."""
    trimmed = pc.utf8_trim_whitespace(texts)
    return trimmed, pc.is_in(pc.utf8_lower(trimmed), value_set=_MISSING)


def each_word(texts: pd.Series, change: Callable[[str], str | None]) -> pd.Series:
    """Change the texts of a column, each that differs once; missing ones stay missing."""
    distinct = Distinct.of(texts)
    changed = [change(text) for text in distinct.texts.to_pylist()]
    return distinct.spread(pa.array(changed, pa.large_string()))


def parse_numbers(
    texts: pd.Series, *, decimal: str | None = None
) -> tuple["pd.Series[float]", Faults]:
    """Read numbers: "1302180", "1 302 180,5", "1.302.180", "-4,16", "5e3".

    A single comma before three digits ("1,234") may group or cut. It cuts where other
    cells of the column have decimal commas or `decimal` is ","; it groups where others
    have commas as groups or `decimal` is "."; else it is a fault. A single dot cuts,
    unless other cells of the column have decimal commas.

    Parameters
    ----------
    texts : pandas.Series of str
        Its name and index name the faults.
    decimal : {",", "."}, optional
        What the file uses, for cells that do not show it (`RawTable.decimal`).

    Returns
    -------
    values : pandas.Series of Float64
    faults : Faults
        For text in a number column, infinite values and numbers with two meanings.
    """
    faults = Faults()
    try:
        quick = pc.cast(pa.array(texts.astype(_TEXT)), pa.float64())
    except pa.ArrowInvalid:
        values = _careful_numbers(texts, decimal, faults)
    else:
        values = pd.Series(quick.to_pandas(zero_copy_only=False).to_numpy("float64"), texts.index)
        there = texts.notna().to_numpy()
        odd = pd.Series(there & ~np.isfinite(values.to_numpy()), index=texts.index)
        if odd.any():
            values = _careful_numbers(texts, decimal, faults)
    numbers = pd.Series(
        pd.arrays.FloatingArray(values.to_numpy("float64"), values.isna().to_numpy()),
        index=texts.index,
        name=texts.name,
    )
    return numbers, faults


def _careful_numbers(texts: pd.Series, decimal: str | None, faults: Faults) -> "pd.Series[float]":
    cells = strip_missing(texts).str.replace("−", "-", regex=False)
    spaced = cells.str.fullmatch(_SPACED).fillna(False)
    cells = cells.mask(spaced, cells.str.replace(_GROUP_MARK, "", regex=True))
    comma_groups = cells.str.fullmatch(_COMMA_GROUPS).fillna(False)
    dot_groups = cells.str.fullmatch(_DOT_GROUPS).fillna(False)
    comma = cells.str.fullmatch(_COMMA).fillna(False)
    open_comma = comma & cells.str.fullmatch(_COMMA_OR_GROUP).fillna(False)
    cuts = bool((comma & ~open_comma).any() or dot_groups.any())
    groups = bool(comma_groups.any())
    if cuts == groups:
        cuts, groups = decimal == ",", decimal == "."
    if cuts:
        dot_groups |= cells.str.fullmatch(_DOT_OR_GROUP).fillna(False) & bool(comma.any())
    elif groups:
        comma_groups |= open_comma
        comma &= ~open_comma
    else:
        comma &= ~open_comma
    plain = cells.mask(comma_groups, cells.str.replace(",", "", regex=False))
    plain = plain.mask(dot_groups, cells.str.replace(".", "", regex=False))
    plain = plain.mask(comma | dot_groups, plain.str.replace(",", ".", regex=False))
    readable = plain.str.fullmatch(_PLAIN).fillna(False)
    values = pd.Series(np.nan, index=texts.index)
    values[readable] = plain[readable].to_numpy(dtype=object).astype("float64")
    finite = np.isfinite(values)
    column = str(texts.name)
    two_ways = open_comma & ~finite
    faults.add(two_ways, column, texts, "may have a decimal comma or a comma between thousands")
    faults.add(cells.notna() & ~finite & ~two_ways, column, texts, "is not a number")
    return values.where(finite)


def parse_counts(
    texts: pd.Series, *, decimal: str | None = None
) -> tuple["pd.Series[int]", Faults]:
    """Read whole numbers that are not negative, such as victims.

    Parameters
    ----------
    texts : pandas.Series of str
    decimal : {",", "."}, optional
        As for `parse_numbers`.

    Returns
    -------
    values : pandas.Series of Int64
    faults : Faults
    """
    quick = _plain_counts(texts)
    if quick is not None:
        return quick, Faults()
    distinct = Distinct.of(texts)
    values, faults = _whole_numbers(distinct.series, decimal)
    if len(faults):
        _, faults = _whole_numbers(texts, decimal)
    bad = np.isnan(values)
    whole = np.where(bad, 0, values).astype("int64")
    counts = pd.arrays.IntegerArray(distinct.each(whole, 0), distinct.each(bad, True))
    return pd.Series(counts, texts.index, name=texts.name, copy=False), faults


def _plain_counts(texts: pd.Series) -> "pd.Series[int] | None":
    """Read a column of nothing but whole numbers in plain figures; None for any other."""
    cells = pa.chunked_array(pa.array(texts.astype(_TEXT)))
    if any(piece.max(initial=0) > ord("9") for piece in utf8_of(cells)):  # such as "0x1F"
        return None
    try:
        numbers = pc.cast(cells, pa.int64())
    except pa.ArrowInvalid:
        return None
    missing = numbers.is_null().to_numpy()
    whole = numbers.fill_null(0).to_numpy()
    if len(whole) and not 0 <= whole.min() <= whole.max() < _LARGEST:
        return None
    counts = pd.arrays.IntegerArray(whole, missing)
    return pd.Series(counts, texts.index, name=texts.name, copy=False)


def _whole_numbers(texts: pd.Series, decimal: str | None) -> tuple[Floats, Faults]:
    none = texts.str.strip().str.lower().isin(_NONE_WORDS)
    numbers, faults = parse_numbers(texts.mask(none, "0"), decimal=decimal)
    values = numbers.to_numpy("float64", na_value=np.nan)
    with np.errstate(invalid="ignore"):
        negative = values < 0
        broken = ~negative & np.isfinite(values) & (values != np.floor(values))
        huge = values >= _LARGEST
    column = str(texts.name)
    for marked, reason in (
        (negative, "is negative"),
        (broken, "is not a whole number"),
        (huge, "is too large to be a count"),
    ):
        faults.add(pd.Series(marked, index=texts.index), column, texts, reason)
    return np.where(negative | broken | huge, np.nan, values), faults


def date_orders(texts: pd.Series) -> frozenset[str]:
    """Tell in which orders day and month stand in a column, by the days after the 12th.

    Parameters
    ----------
    texts : pandas.Series of str

    Returns
    -------
    frozenset of str
        Of "day-month" and "month-day": none, one, or both where they contradict.
    """
    cells = Distinct.of(texts).series
    if _iso_days(cells) is not None:
        return frozenset()
    parts = cells.str.strip().str.extract(_YEAR_LAST)
    pairs = parts.dropna().iloc[:, :2].astype("int64")
    seen = set()
    if ((pairs[0] > 12) & (pairs[1] <= 12)).any():
        seen.add(DAY_MONTH)
    if ((pairs[1] > 12) & (pairs[0] <= 12)).any():
        seen.add(MONTH_DAY)
    return frozenset(seen)


def have_order(texts: pd.Series) -> bool:
    """Tell whether a column has dates in figures, in which day and month stand in some order."""
    return bool(Distinct.of(texts).series.str.strip().str.match(_YEAR_LAST).any())


def spans_named(texts: pd.Series | Distinct) -> "pd.Series[str]":
    """Say "month" or "year" of the texts that name no day: "avr. 2022", "04/2022", "2022"."""
    distinct = Distinct.of(texts)
    if _iso_days(distinct.series) is not None:
        return same_text(None, texts.index)
    each = distinct.texts.to_pylist()
    spans = ["month" if month_of(text) else "year" if year_of(text) else None for text in each]
    return distinct.spread(pa.array(spans, pa.large_string()))


def count_spans(columns: Sequence[pd.Series]) -> dict[str, int]:
    """Count the cells that name no day, but a month or a year, by the column that has any."""
    counts = {str(texts.name): int(spans_named(texts).notna().sum()) for texts in columns}
    return {name: count for name, count in counts.items() if count}


def parse_dates(
    texts: pd.Series | Distinct,
    *,
    orders: Callable[[], frozenset[str]] | None = None,
    stated: str | None = None,
    fallback: str | None = None,
    latest: pd.Timestamp | None = None,
    month: str | None = None,
) -> tuple["pd.Series[pd.Timestamp]", Faults]:
    """Read dates: ISO 8601, day and month in figures, months in French or English words.

    "05/04/2021" is read in the order that other cells show ("25/04/2021"). Where they
    show both orders, or none and no `fallback` is given, it is a fault.

    Parameters
    ----------
    texts : pandas.Series of str, or Distinct
        Its name and index name the faults. A time of day is left out.
    orders : callable, optional
        Gives what `date_orders` found in the whole file, when this is a part of it; asked
        only where a date needs it.
    stated : {"day-month", "month-day"}, optional
        Order whatever the cells show; "05/04/21" is read in it too, as of this century.
    fallback : {"day-month", "month-day"}, optional
        Order to assume where no cell shows one.
    latest : pandas.Timestamp, optional
        A date after it lies in the future and is a fault.
    month : {"first", "last"}, optional
        Read "avr. 2022" or "2022" as that day of the month or year; see `spans_named`.
        Without it, it is a fault.

    Returns
    -------
    values : pandas.Series of datetime64[us]
    faults : Faults
        For text that is no date, days that do not exist, years before 1900 or, where no order
        is stated, of two digits, dates after `latest`, and dates of unknown order.
    """
    distinct = Distinct.of(texts)
    known = distinct.series
    days = _iso_days(known)
    reasons = pd.Series(pd.NA, index=known.index, dtype=_TEXT)
    if days is None:
        cells = strip_missing(known)
        cells = cells.str.replace(_WEEKDAY, "", regex=True)
        if month is not None:
            cells = each_word(cells, lambda text: day_of(text, month))
        if stated is not None:
            cells, seen = each_word(cells, _in_this_century), frozenset({stated})
        elif orders is None or not cells.str.match(_YEAR_LAST).any():
            seen = date_orders(cells)
        else:
            seen = orders()
        days, reasons = _read_days(cells, seen, fallback)
    early = ~np.isnat(days) & (days < np.datetime64(f"{EARLIEST_YEAR}-01-01"))
    reasons = reasons.mask(early, f"lies before the year {EARLIEST_YEAR}")
    if latest is not None:
        late = ~np.isnat(days) & (days > np.datetime64(latest, "D"))
        reasons = reasons.mask(late, "lies in the future")
    days[reasons.notna().to_numpy(dtype=bool)] = np.datetime64("NaT")
    dates = distinct.each(days.astype("datetime64[us]"), np.datetime64("NaT"))
    faults = Faults()
    if reasons.notna().any():
        each = distinct.spread(pa.array(reasons))
        faults.add(each.notna(), str(distinct.name), distinct.spread(distinct.texts), each)
    return pd.Series(dates, index=distinct.index, name=distinct.name, copy=False), faults


def _in_this_century(text: str) -> str:
    """Write "05/04/21" with its whole year, unless that is none of our time."""
    found = _SHORT_YEAR.fullmatch(text)
    if found is None or (year := 2000 + int(found[2])) > pd.Timestamp.now().year + _YEARS_AHEAD:
        return text
    return f"{found[1]}{year}{found[3]}"


def _iso_days(cells: pd.Series) -> npt.NDArray[np.datetime64] | None:
    """Read distinct dates that are all like 2021-09-30; None when any is not."""
    try:
        days = pc.cast(pa.array(cells), pa.date32())
    except pa.ArrowInvalid:
        return None
    found: npt.NDArray[np.datetime64] = days.to_numpy(zero_copy_only=False).astype("datetime64[D]")
    return found


def _read_days(
    cells: pd.Series, seen: frozenset[str], fallback: str | None
) -> tuple[npt.NDArray[np.datetime64], pd.Series]:
    """Read distinct dates: days, and reasons where a cell is none."""
    count = len(cells)
    parts = np.full((count, 3), np.nan)  # year, month, day
    for pattern, order in (
        (_YEAR_FIRST, (0, 1, 2)),
        (_DAY_WORD, (2, 1, 0)),
        (_WORD_DAY, (2, 0, 1)),
    ):
        _fill(parts, cells, pattern, order)
    figures = _numbers_of(cells, _YEAR_LAST)
    first, second = figures[:, 0], figures[:, 1]
    with np.errstate(invalid="ignore"):
        certain = (first > 12) | (second > 12) | (first == second)
        month_first = second > 12
    order_known = seen if seen else frozenset({fallback} - {None})
    if len(order_known) == 1:
        month_first = np.where(certain, month_first, MONTH_DAY in order_known)
        certain = ~np.isnan(first)
    swapped = np.where(month_first[:, None], figures[:, [2, 0, 1]], figures[:, [2, 1, 0]])
    parts = np.where(certain[:, None], swapped, parts)
    days = _days(parts)
    reasons = pd.Series(pd.NA, index=cells.index, dtype=_TEXT)
    reasons = reasons.mask(cells.notna() & np.isnat(days), "is not a date")
    short = cells.str.fullmatch(_SHORT_YEAR.pattern).fillna(False)
    reasons = reasons.mask(short, "has a year of two digits, so that century and order are open")
    why = "stand in both orders in this column" if seen else "cannot be distinguished"
    reasons = reasons.mask(~np.isnan(first) & ~certain, f"day and month {why}")
    return days, reasons


def _fill(parts: Floats, cells: pd.Series, pattern: str, order: tuple[int, int, int]) -> None:
    found = _numbers_of(cells, pattern)[:, list(order)]
    rows = ~np.isnan(found).any(axis=1)
    parts[rows] = found[rows]


def _numbers_of(cells: pd.Series, pattern: str) -> Floats:
    """Take the three parts of dates of one form; a month in words becomes its number."""
    groups = cells.str.extract(pattern)
    numbers = np.full((len(cells), 3), np.nan)
    for at in range(3):
        part = groups[at]
        figures = part.str.fullmatch(r"[0-9]{1,4}").fillna(False).to_numpy(dtype=bool)
        numbers[figures, at] = part[figures].astype("float64")
        words = part.notna().to_numpy(dtype=bool) & ~figures
        numbers[words, at] = [month_numbers().get(word_key(word), np.nan) for word in part[words]]
    return numbers


def _days(parts: Floats) -> npt.NDArray[np.datetime64]:
    """Put year, month and day together; NaT where there is no such day."""
    whole = np.where(np.isnan(parts), 0, parts).astype("int64")
    year, month, day = whole.T
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    days: npt.NDArray[np.datetime64] = months.astype("datetime64[D]") + (day - 1)
    exists = (month >= 1) & (month <= 12) & (day >= 1) & (days.astype("datetime64[M]") == months)
    days[~exists] = np.datetime64("NaT")
    return days
