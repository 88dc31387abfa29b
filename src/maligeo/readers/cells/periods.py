"""Cells and headings to periods, as people write them: years, quarters, months, spans, days."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

import pandas as pd

from maligeo.core.errors import ArgumentError
from maligeo.core.periods import Period, parse_period
from maligeo.readers.cells.months import month_numbers
from maligeo.readers.cells.values import DAY_MONTH, parse_dates, strip_missing
from maligeo.readers.formats import word_key
from maligeo.readers.quarantine import Faults

PARTS: Final = {"year": "Y", "quarter": "Q", "month": "M", "week": "W", "day": "D"}
_YEARS: Final = range(1900, 2101)
_FILLERS: Final = re.compile(
    r"^(?:annee|an|year|en|mois|month|periode|period)\s+|\b(?:de|d|of|the)\s+"
)
_MONTHS_OF: Final = {"q": 3, "t": 3, "trimestre": 3, "quarter": 3, "s": 6, "h": 6, "semestre": 6}
_PATTERNS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<year>\d{4})",
        r"(?P<year>\d{4}) (?P<last>\d{4})",
        r"(?P<year>\d{4}) (?P<month>\d{1,2}|[a-z]+)",
        r"(?P<month>\d{1,2}|[a-z]+) (?P<year>\d{4})",
        r"(?P<part>[tqsh]|trimestre|semestre|quarter) ?(?P<nth>\d) (?P<year>\d{4})",
        r"(?P<year>\d{4}) ?(?P<part>[tqsh]) ?(?P<nth>\d)",
        r"(?P<nth>\d)(?:er|ere|e|eme|st|nd|rd|th)? (?P<part>trimestre|semestre|quarter) "
        r"(?P<year>\d{4})",
        r"(?P<month>[a-z]+) (?:a |au |to |et |and )?(?P<until>[a-z]+) (?P<year>\d{4})",
    )
)
_DATE: Final = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ].*)?")
_DAY: Final = "is not a date"
_UNREADABLE: Final = "is not a period, such as 2022, 2022-03, mars 2022 or T1 2022"


def read_period(text: str) -> Period | None:
    """Read one period; a date in figures is left to `parse_periods`.

    Parameters
    ----------
    text : str
        Such as "2022", "2022-03", "mars 2022", "T1 2022", "1er semestre 2022",
        "janvier-mars 2022", "2019-2021" or "2021-01/2021-09".

    Returns
    -------
    Period or None

    Examples
    --------
    >>> read_period("T2 2022").start.date().isoformat()
    '2022-04-01'
    """
    if "/" in text:
        try:
            return parse_period(text)
        except ArgumentError:  # a slash in a month, as in 03/2022
            pass
    key = _FILLERS.sub("", word_key(text))
    found = next((match for pattern in _PATTERNS if (match := pattern.fullmatch(key))), None)
    parts = {} if found is None else found.groupdict()
    if not parts or int(parts["year"]) not in _YEARS:
        return None
    return _of_parts(parts)


def _of_parts(parts: dict[str, str]) -> Period | None:
    year = int(parts["year"])
    first, last = 1, 12
    if "last" in parts:
        if int(parts["last"]) not in _YEARS:
            return None
        return _months(year, 1, (int(parts["last"]) - year + 1) * 12)
    if "part" in parts:
        length, nth = _MONTHS_OF[parts["part"]], int(parts["nth"])
        first, last = (nth - 1) * length + 1, nth * length
    elif "month" in parts:
        first = last = _month(parts["month"])
        last = _month(parts["until"]) if "until" in parts else last
    return _months(year, first, last) if 1 <= first <= last <= 12 else None


def _months(year: int, first: int, last: int) -> Period | None:
    begin = pd.Period(year=year, month=first, freq="M")
    end = begin + (last - first)
    return Period(begin.start_time, end.end_time.normalize()) if end >= begin else None


@cache
def _month(word: str) -> int:
    return int(word) if word.isdigit() else month_numbers().get(word, 0)


def split_headings(headings: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Take the period from the end of headings: "PDI janv. 2022" is ("PDI", "janv. 2022").

    Parameters
    ----------
    headings : iterable of str

    Returns
    -------
    dict of str to (str, str)
        What stands before the period, which may be nothing, and the period; headings without
        one are left out.
    """
    ends = {heading: list(_ends(heading)) for heading in headings}
    texts = {end for some in ends.values() for _, end in some if _DATE.fullmatch(end)}
    dates, _ = parse_dates(pd.Series(sorted(texts), dtype="string"), fallback=DAY_MONTH)
    days = {text for text, date in zip(sorted(texts), dates, strict=True) if pd.notna(date)}
    split = {}
    for heading, some in ends.items():
        found = next(((what, end) for what, end in some if end in days or read_period(end)), None)
        if found is not None:
            split[heading] = found
    return split


def _ends(heading: str) -> Iterator[tuple[str, str]]:
    """Cut a heading before each of its words, the longest end first."""
    words = heading.split()
    for at in range(len(words)):
        yield " ".join(words[:at]).strip(" -–:,(_"), " ".join(words[at:]).strip("()")


def parse_periods(
    texts: pd.Series,
    *,
    fallback: str | None = None,
    stated: str | None = None,
    days: bool = False,
) -> tuple[pd.DataFrame, Faults]:
    """Read periods.

    Dates that are all the first of a month, of several months, are these months: so are
    months kept in a spreadsheet.

    Parameters
    ----------
    texts : pandas.Series of str
        Its name and index name the faults.
    fallback : {"day-month", "month-day"}, optional
        Order of day and month where no cell shows one.
    stated : {"day-month", "month-day"}, optional
        Order whatever the cells show.
    days : bool, default False
        A date is always that day.

    Returns
    -------
    periods : pandas.DataFrame, same index
        `period_start, period_end`, datetime64; missing where a cell is.
    faults : Faults
        For what is no period.
    """
    cells = strip_missing(texts)
    codes, distinct = pd.factorize(cells, use_na_sentinel=True)
    known = pd.Series(distinct, dtype="string")
    dates, odd = parse_dates(known, stated=stated, fallback=fallback)
    ends = dates.copy()
    firsts = dates.dropna()
    if not days and firsts.nunique() > 1 and bool((firsts.dt.day == 1).all()):
        ends = (dates + pd.offsets.MonthEnd()).where(dates.notna())
    reasons = pd.Series({fault.row: fault.reason for fault in odd}, index=known.index, dtype=object)
    for at, text in known[dates.isna()].items():
        period = read_period(text)
        if period is not None:
            dates[at], ends[at] = period
            reasons[at] = None
    reasons = reasons.where(reasons != _DAY, _UNREADABLE)
    taken = {
        name: _taken(values, codes, texts.index)
        for name, values in (("period_start", dates), ("period_end", ends), ("reason", reasons))
    }
    faults = Faults()
    why = taken.pop("reason").astype("string")
    faults.add(why.notna(), str(texts.name), texts, why)
    return pd.DataFrame(taken), faults


def _taken(values: pd.Series, codes: object, index: pd.Index) -> pd.Series:
    """Spread what was read of distinct cells over all; code -1 is an empty one."""
    return pd.Series(values.reindex(pd.Index(codes)).array, index=index)


def lasting(dates: pd.Series, part: str) -> pd.Series:
    """Give the last day of the year, quarter, month, week or day that begins at each date."""
    return dates.dt.to_period(PARTS[part]).dt.end_time.dt.normalize()
