"""Numbers and periods as each language writes them."""

from collections.abc import Mapping
from typing import Final

import pandas as pd

from maligeo.core.words.pairs import word
from maligeo.core.words.typesetting import NARROW_SPACE, position_of

MONTHS: Final[Mapping[str, tuple[str, ...]]] = {
    "fr": (
        "janv.", "févr.", "mars", "avr.", "mai", "juin",
        "juil.", "août", "sept.", "oct.", "nov.", "déc.",
    ),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}  # fmt: skip


def number_text(
    value: float | None, language: str, *, decimals: int = 0, fixed: bool = False
) -> str:
    """Write a number as the language does.

    Parameters
    ----------
    value : float or None
        The number; missing gives the words for "no data".
    language : {"fr", "en"}
        French sets thousands apart by a narrow no-break space and decimals by a comma.
    decimals : int, default 0
        Most decimals; a number that is whole after rounding shows none.
    fixed : bool, default False
        Show the decimals of whole numbers too.

    Examples
    --------
    >>> number_text(1234567.8, "en", decimals=1), number_text(0.5, "fr", decimals=1)
    ('1,234,567.8', '0,5')
    """
    position = position_of(language)
    if value is None or pd.isna(value):
        return word("value.missing", language)
    text = f"{round(float(value), decimals) + 0.0:,.{decimals}f}"
    whole, _, part = text.partition(".")
    if position == 0:
        whole = whole.replace(",", NARROW_SPACE).replace("-", "\u2212")
    return (
        f"{whole}{',' if position == 0 else '.'}{part}"
        if part.strip("0") or (part and fixed)
        else whole
    )


def period_text(start: pd.Timestamp, end: pd.Timestamp, language: str) -> str:
    """Write a period of whole days as shortly as it can be said.

    Parameters
    ----------
    start, end : pandas.Timestamp
        First and last day.
    language : {"fr", "en"}
        The language.

    Examples
    --------
    >>> period_text(pd.Timestamp("2021-01-01"), pd.Timestamp("2021-09-30"), "en")
    'Jan–Sep 2021'
    """
    position_of(language)
    if not (start.is_month_start and end.is_month_end):
        return f"{day_text(start, language)} – {day_text(end, language)}"
    if (start.month, end.month) == (1, 12):
        return str(start.year) if start.year == end.year else f"{start.year}–{end.year}"
    first, last = (MONTHS[language][date.month - 1] for date in (start, end))
    if start.year != end.year:
        return f"{first} {start.year} – {last} {end.year}"
    months = first if start.month == end.month else f"{first}–{last}"
    return f"{months} {end.year}"


def day_text(date: pd.Timestamp, language: str) -> str:
    """Write a day, such as "1er juil. 2013"."""
    first = "1er" if language == "fr" and date.day == 1 else str(date.day)
    return f"{first} {MONTHS[language][date.month - 1]} {date.year}"
