"""Periods: read from text, cut to days, and turned into years of observation."""

import re
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


def parse_period(text: str) -> Period:
    """Read a period from its ISO 8601 text.

    Parameters
    ----------
    text : str
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
    first, slash, last = text.strip().partition("/")
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
