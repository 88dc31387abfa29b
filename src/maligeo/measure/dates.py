"""Days that the dates of records may mean, and the periods in which these lie."""

import datetime
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from maligeo.core.errors import ArgumentError, Fault, FrameError
from maligeo.core.periods import Period, parse_period

CALENDAR: Final = {"year": "Y", "quarter": "Q", "month": "M"}
OF_OTHER_PERIODS: Final = "rows_of_other_periods"  # in attrs: how many a choice of periods left out

Periods = str | Sequence[str] | None
Days = npt.NDArray[np.datetime64]

_WEEK, _DAY = np.timedelta64(6, "D"), np.timedelta64(1, "D")
_MONTHS: Final = {"year": 12, "quarter": 3, "month": 1}
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
    calendar = start.dt.to_period(CALENDAR[period])
    return (start == calendar.dt.start_time) & (end == calendar.dt.end_time.dt.normalize())


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
    if isinstance(dates.dtype, pd.PeriodDtype):
        start, end = dates.dt.start_time, dates.dt.end_time
        return tuple(np.array(day, dtype="datetime64[D]") for day in (start, end))  # type: ignore[return-value]
    day = _as_days(dates)
    first, last = (np.array(day, dtype="datetime64[D]") for _ in range(2))
    if precision is None:
        return first, last
    codes, words = pd.factorize(precision)
    odd = np.append([word not in _PRECISIONS for word in words], [False])[codes]
    if odd.any():
        reason = f"is none of {', '.join(_PRECISIONS)}"
        found = precision[odd].items()
        raise FrameError(
            "records", [Fault(row, "date_precision", word, reason) for row, word in found]
        )
    for at, word in enumerate(words):
        rows = np.flatnonzero((codes == at) & ~np.isnat(first))
        if word == "week":
            first[rows], last[rows] = first[rows] - _WEEK, last[rows] + _WEEK
        elif word in CALENDAR:
            first[rows], last[rows] = _calendar_days(first[rows], word)
    return first, last


def _calendar_days(days: Days, period: str) -> tuple[Days, Days]:
    """Give the first and last day of the period of the calendar that holds each day."""
    length = _MONTHS[period]
    months = days.astype("datetime64[M]").astype(np.int64)
    start = months - months % length
    first: Days = start.astype("datetime64[M]").astype("datetime64[D]")
    after: Days = (start + length).astype("datetime64[M]").astype("datetime64[D]")
    return first, after - _DAY


def _as_days(dates: pd.Series) -> pd.Series:
    """Give dates as days; a time with a zone is the day at that place."""
    if isinstance(dates.dtype, pd.DatetimeTZDtype):
        return dates.dt.tz_localize(None)
    if pd.api.types.is_datetime64_dtype(dates):
        return dates
    odd = [(row, day) for row, day in dates.dropna().items() if not isinstance(day, datetime.date)]
    if odd:
        reason = "is no date: maligeo.as_incidents reads dates as people write them"
        raise FrameError("records", [Fault(row, "date", value, reason) for row, value in odd])
    local = dates.map(lambda day: pd.Timestamp(day).tz_localize(None), na_action="ignore")
    return pd.to_datetime(local)


def span_of(first: Days, last: Days) -> Period | None:
    """Give the span of all dates; None without any."""
    first, last = first[~np.isnat(first)], last[~np.isnat(last)]
    if len(first) == 0 or len(last) == 0:
        return None
    return Period(pd.Timestamp(first.min()), pd.Timestamp(last.max()))


def of_periods(records: pd.DataFrame, period: Periods, *, date: str) -> pd.DataFrame:
    """Keep the records that are counted in some periods.

    Parameters
    ----------
    records : pandas.DataFrame
        With dates, and `date_precision` where it is known.
    period : str, sequence of str or None
        Periods, as for `asked_periods`; without any, and for those of the calendar, every
        record stays.
    date : str
        The column of dates; records without the column stay.

    Returns
    -------
    pandas.DataFrame
        `attrs["rows_of_other_periods"]` is how many were left out: they lie in another period,
        or nobody says in which.
    """
    by_calendar = isinstance(period, str) and period in CALENDAR
    if period is None or by_calendar or date not in records.columns:
        return records
    spans = asked_periods(period, within=None)
    days = possible_days(records[date], records.get("date_precision"))
    kept = records[np.any([period_of([span], *days) >= 0 for span in spans], axis=0)]
    kept.attrs = {**records.attrs, OF_OTHER_PERIODS: len(records) - len(kept)}
    return kept


def are_apart(periods: Sequence[Period]) -> bool:
    """Tell whether no two periods share a day."""
    ordered = sorted(periods)
    return all(one.end < other.start for one, other in pairwise(ordered))


def period_of(periods: Sequence[Period], first: Days, last: Days) -> npt.NDArray[np.intp]:
    """Give the period in which each record lies, of several without a day in common; else -1."""
    starts, ends = (np.array(days, dtype="datetime64[D]") for days in zip(*periods, strict=True))
    origin, days = starts.min(), int((ends.max() - starts.min()).astype(np.int64)) + 1
    by_day = np.full(days + 1, -1, dtype=np.intp)  # the last one for all other days
    for at, (start, end) in enumerate(zip(starts - origin, ends - origin, strict=True)):
        by_day[start.astype(np.int64) : end.astype(np.int64) + 1] = at
    day = (first - origin).astype(np.int64)
    day[(day < 0) | (day >= days)] = days
    period: npt.NDArray[np.intp] = by_day[day]
    period[~(last <= ends[period])] = -1
    return period
