"""Periods: read from text, cut to days, and turned into years of observation."""

import datetime
import re
from collections.abc import Iterable, Mapping
from numbers import Integral
from typing import NamedTuple

import pandas as pd

from maligeo.core.errors import ArgumentError

DAYS_PER_YEAR = 365.25
_PART = re.compile(r"^\d{4}(?:-\d{2}(?:-\d{2})?)?$")


class Period(NamedTuple):
    """A span of whole days, both ends inside.

    Attributes
    ----------
    start, end : pandas.Timestamp
        First and last day.
    """

    start: pd.Timestamp
    end: pd.Timestamp


def period_text(given: object) -> str:
    """Write a period as its ISO 8601 text, whatever it is given as.

    Parameters
    ----------
    given : str, int, datetime.date or pandas.Period
        A text as it is; a year; a day; a day, month or year.

    Raises
    ------
    ArgumentError
        If it is none of these.
    """
    if isinstance(given, str):
        return given
    if isinstance(given, Integral) and not isinstance(given, bool):
        return str(given)
    if isinstance(given, pd.Period):
        days = (given.start_time.date(), given.end_time.date())
        return str(given) if _PART.match(str(given)) else "/".join(day.isoformat() for day in days)
    if isinstance(given, datetime.date) and not pd.isna(given):
        return datetime.date(given.year, given.month, given.day).isoformat()
    raise ArgumentError(f"period {given!r} is not like 2021, 2021-09 or 2021-01/2021-09")


def period_texts(given: object) -> str | list[str] | None:
    """Write one period, or several, as texts; None stays None.

    Raises
    ------
    ArgumentError
        If it is neither.
    """
    if given is None:
        return None
    several = isinstance(given, Iterable) and not isinstance(given, str | Mapping)
    return [period_text(one) for one in given] if several else period_text(given)  # type: ignore[attr-defined]


def parse_period(text: str) -> Period:
    """Read a period from its ISO 8601 text.

    Parameters
    ----------
    text : str, or what `period_text` takes
        A year ("2021"), a month ("2021-09"), a day, or an interval of two of these with a
        slash ("2021-01/2021-09"); a partial end stands for its last day.

    Returns
    -------
    Period

    Raises
    ------
    ArgumentError
        If the text is no such period or ends before it starts.

    Examples
    --------
    >>> parse_period("2021-01/2021-09").end.date().isoformat()
    '2021-09-30'
    """
    first, slash, last = period_text(text).strip().partition("/")
    last = last if slash else first
    if not (_PART.match(first) and _PART.match(last)):
        raise ArgumentError(f"period {text!r} is not like 2021, 2021-09 or 2021-01/2021-09")
    try:
        period = Period(
            pd.Period(first).start_time.normalize(), pd.Period(last).end_time.normalize()
        )
    except ValueError as error:
        raise ArgumentError(f"period {text!r} holds no such date: {error}") from error
    if period.end < period.start:
        raise ArgumentError(f"period {text!r} ends before it starts")
    return period


def years(start: "pd.Series[pd.Timestamp]", end: "pd.Series[pd.Timestamp]") -> "pd.Series[float]":
    """Give the length of periods in years of 365.25 days, both ends inside."""
    return ((end - start).dt.days + 1) / DAYS_PER_YEAR
