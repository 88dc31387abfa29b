"""Which periods are asked for, and which records lie in them.

A record is as long as its date is vague: a day, or all the days that a coarser date may
mean. It belongs to a period that holds all of these days. One that only overlaps a
period is too coarse for it, and is counted apart.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from maligeo.errors import ArgumentError, Fault, FrameError
from maligeo.periods import Period, parse_period

CALENDAR: Final = {"year": "Y", "quarter": "Q", "month": "M"}
UNDATED: Final = "without a date, or with one too coarse for these periods"

Periods = str | Sequence[str] | None
Days = npt.NDArray[np.datetime64]

_WEEK = np.timedelta64(6, "D")
_PRECISIONS = ("day", "week", "month", "quarter", "year")


def asked_periods(period: Periods, *, within: Period | None) -> list[Period]:
    """Give the periods that an option asks for.

    Parameters
    ----------
    period : str, sequence of str, or None
        "year", "quarter" or "month" for the calendar; an ISO 8601 period such as "2021"
        or "2021-01/2021-09"; or several of the latter.
    within : Period or None
        The span of the records, which the calendar periods cover.

    Returns
    -------
    list of Period
        In the order asked for, or of time; empty for None.

    Raises
    ------
    ArgumentError
        If a text is no period, or there are no dates to make calendar periods of.
    """
    if period is None:
        return []
    if not isinstance(period, str):
        return [parse_period(text) for text in period]
    if period not in CALENDAR:
        return [parse_period(period)]
    if within is None:
        raise ArgumentError(f"the records have no dates, so that there is no {period} to count by")
    found = pd.period_range(within.start, within.end, freq=CALENDAR[period])
    return [Period(at.start_time.normalize(), at.end_time.normalize()) for at in found]


def is_calendar(start: pd.Series, end: pd.Series, period: str) -> pd.Series:
    """Tell which rows last exactly one year, quarter or month of the calendar."""
    held = start.dt.to_period(CALENDAR[period])
    return (start == held.dt.start_time) & (end == held.dt.end_time.dt.normalize())


def possible_days(dates: pd.Series, precision: pd.Series | None) -> tuple[Days, Days]:
    """Give the first and last day that each date may mean.

    Parameters
    ----------
    dates : pandas.Series of datetime64
        As reported.
    precision : pandas.Series of str or None
        "day", "week" (up to six days before or after), "month", "quarter", "year"; a
        missing one is a day.

    Returns
    -------
    first, last : numpy.ndarray of datetime64[D]
        NaT where there is no date.

    Raises
    ------
    FrameError
        If a precision is none of these words.
    """
    day = pd.to_datetime(dates)
    first, last = (np.array(day, dtype="datetime64[D]") for _ in range(2))
    if precision is None:
        return first, last
    word = precision.astype("object").where(precision.notna(), "day")
    odd = word[~word.isin(_PRECISIONS)]
    if len(odd):
        reason = f"is none of {', '.join(_PRECISIONS)}"
        faults = [Fault(row, "date_precision", value, reason) for row, value in odd.items()]
        raise FrameError("records", faults)
    week = (word == "week").to_numpy()
    first[week], last[week] = first[week] - _WEEK, last[week] + _WEEK
    for unit, code in CALENDAR.items():
        rows = (word == unit).to_numpy()
        held = day[rows].dt.to_period(code).dt
        first[rows] = held.start_time.to_numpy().astype("datetime64[D]")
        last[rows] = held.end_time.to_numpy().astype("datetime64[D]")
    return first, last


def span_of(first: Days, last: Days) -> Period | None:
    """Give the span of all dates; None without any."""
    first, last = first[~np.isnat(first)], last[~np.isnat(last)]
    if len(first) == 0 or len(last) == 0:
        return None
    return Period(pd.Timestamp(first.min()), pd.Timestamp(last.max()))


def sort_into(
    periods: Sequence[Period], first: Days, last: Days
) -> tuple[list[npt.NDArray[np.bool_]], npt.NDArray[np.bool_]]:
    """Say which records lie in each period, and which cannot be told.

    Returns
    -------
    inside : list of bool array
        For each period.
    undated : bool array
        Records without a date, and those that reach into a period and lie in none.
    """
    undated = np.isnat(first) | np.isnat(last)
    placed = np.zeros(len(first), dtype=np.bool_)
    inside = []
    for period in periods:
        start, end = (np.datetime64(day, "D") for day in period)
        within = (first >= start) & (last <= end)
        undated |= (first <= end) & (last >= start)
        placed |= within
        inside.append(within)
    return inside, undated & ~placed
