"""Which projects are under way in a period, and of which that is not known."""

from typing import Final

import pandas as pd

from maligeo.core.checks import require_columns
from maligeo.core.periods import Period

ACTIVE: Final = "active"
UNDATED: Final = "undated"
PLANNED: Final = "planned"
SUSPENDED: Final = "suspended"
CANCELLED: Final = "cancelled"
NOT_THEN: Final = "not then"

_BY_STATUS: Final = (PLANNED, SUSPENDED, CANCELLED)
_DATES: Final = ("start_date", "end_date")


def activity(projects: pd.DataFrame, span: Period | None) -> "pd.Series[str]":
    """Say of each project whether it is under way in a period.

    Parameters
    ----------
    projects : pandas.DataFrame, n rows
        With `status` where it is known, and for a period `start_date, end_date`.
    span : Period, optional
        The period; without it every project that is neither planned, suspended nor cancelled
        is "active", whenever it was.

    Returns
    -------
    pandas.Series of str, n rows
        "active": under way for a day at least. "undated": nobody says whether it was then.
        "not then": it ended before, or began later. "planned", "suspended" and "cancelled" as
        their status says, of those that are not "not then".

    Raises
    ------
    FrameError
        If a column is missing.
    """
    require_columns(projects, _DATES if span is not None else (), what="projects")
    found = pd.Series(ACTIVE, index=projects.index, dtype="str")
    if span is not None:
        start, end = (pd.to_datetime(projects[name]) for name in _DATES)
        within = start.between(span.start, span.end) | end.between(span.start, span.end)
        around = (start <= span.end) & (end >= span.start)
        found = found.where(within | around, UNDATED)
    stated = projects.get("status", pd.Series(pd.NA, index=projects.index))
    for status in _BY_STATUS:
        found = found.mask((stated == status).fillna(False), status)
    if span is not None:
        found = found.mask((start > span.end) | (end < span.start), NOT_THEN)
    return found
