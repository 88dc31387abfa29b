"""Every word of the interface in French and English; numbers and dates in either language.

The words are in the TOML files of this folder, one block for each text, so that they can be
translated without reading code.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

import pandas as pd

from maligeo.core.bilingual import (
    NARROW_SPACE,
    NO_BREAK_SPACE,
    curly,
    english_quotes,
    french_spaces,
    read_file,
    read_texts,
)
from maligeo.core.checks import require_choice, require_known
from maligeo.core.columns import LANGUAGES

__all__ = [
    "MONTHS",
    "NARROW_SPACE",
    "NO_BREAK_SPACE",
    "both",
    "colon",
    "curly",
    "day_text",
    "has_word",
    "joined",
    "known_remarks",
    "note_text",
    "number_text",
    "period_text",
    "since_text",
    "size_text",
    "word",
    "words",
]

MONTHS: Final[Mapping[str, tuple[str, ...]]] = {
    "fr": (
        "janv.", "févr.", "mars", "avr.", "mai", "juin",
        "juil.", "août", "sept.", "oct.", "nov.", "déc.",
    ),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}  # fmt: skip

_FILES: Final = (
    "page", "measures", "layers", "paper", "release", "export", "tiles", "reading", "answer",
    "results", "template", "example", "app", "build", "changes", "fields",
)  # fmt: skip
_THOUSAND, _MILLION = 1_000, 1_000_000
_MINUS: Final = "\u2212"
_AS_WRITTEN: Final = str.maketrans("“”’", '""\'')  # what was printed before has other marks
_SPAN = re.compile(r"(\d{4}-\d\d-\d\d) to (\d{4}-\d\d-\d\d)")  # in a remark
_NOTE_BREAK = re.compile(r"\s*;\s*")


def word(key: str, language: str) -> str:
    """Give one text of the interface.

    Parameters
    ----------
    key : str
        Name of the text, such as "legend.missing".
    language : {"fr", "en"}
        The language.

    Returns
    -------
    str
        With `{placeholders}` where the text has them.

    Raises
    ------
    ArgumentError
        If the language is not known.
    UnknownNameError
        If there is no text of that name.
    """
    require_known(key, _texts(), what="text")
    _require_language(language)
    return _texts()[key][language]


def both(key: str) -> str:
    """Give a text in French and in English, for what a reader cannot switch."""
    return " / ".join(dict.fromkeys(word(key, language) for language in LANGUAGES))


def has_word(key: str) -> bool:
    """Tell whether there is a text of a name, such as "outcome.exploded"."""
    return key in _texts()


def words(language: str, *prefixes: str) -> dict[str, str]:
    """Give the texts whose names start with one of some prefixes, or all of them."""
    _require_language(language)
    return {
        key: text[language] for key, text in _texts().items() if key.startswith(prefixes or ("",))
    }


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    return {key: text for name in _FILES for key, text in read_texts(name).items()}


def _require_language(language: str) -> None:
    require_choice(language, LANGUAGES, option="language")


def joined(texts: Iterable[str], language: str) -> str:
    """Put texts one after another with semicolons, before which French sets a space."""
    return (f"{NO_BREAK_SPACE}; " if language == "fr" else "; ").join(texts)


def colon(language: str) -> str:
    """Give the colon between a heading and what it is of, before which French sets a space."""
    return f"{NO_BREAK_SPACE}: " if language == "fr" else ": "


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
    _require_language(language)
    if value is None or pd.isna(value):
        return word("value.missing", language)
    text = f"{round(float(value), decimals) + 0.0:,.{decimals}f}"
    whole, _, part = text.partition(".")
    if language == "fr":
        whole = whole.replace(",", NARROW_SPACE).replace("-", _MINUS)
    point = "," if language == "fr" else "."
    return f"{whole}{point}{part}" if part.strip("0") or (part and fixed) else whole


def size_text(size: int, language: str) -> str:
    """Write the size of a file in thousands of bytes, from a million on in millions.

    Examples
    --------
    >>> size_text(430_129, "en"), size_text(8_000_000, "en")
    ('430 kB', '8.0 MB')
    """
    large = size >= _MILLION
    number = number_text(
        size / (_MILLION if large else _THOUSAND), language, decimals=int(large), fixed=True
    )
    if language == "fr":
        return f"{number}{NO_BREAK_SPACE}{'Mo' if large else 'ko'}"
    return f"{number} {'MB' if large else 'kB'}"


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
    _require_language(language)
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


def since_text(start: pd.Timestamp, language: str) -> str:
    """Write since when something is; sources that know the year alone are kept as its first day."""
    if (start.month, start.day) == (1, 1):
        return word("since.year", language).format(date=start.year)
    return word("since.day", language).format(date=day_text(start, language))


def note_text(note: object, language: str) -> list[str]:
    """Take a note of a table apart into remarks, in the language where they are known.

    Parameters
    ----------
    note : object
        Content of a cell `note`, remarks joined by "; "; anything but a string is none.
    language : {"fr", "en"}
        The language. A remark that comes from the data and has no French form stays as
        it is written.

    Returns
    -------
    list of str
    """
    _require_language(language)
    if not isinstance(note, str):
        return []
    return [_remark(text, language) for text in _NOTE_BREAK.split(note) if text]


def known_remarks(note: object) -> str:
    """Give those remarks of a note that have a form in both languages, as they are written.

    Others come from whoever wrote the data, and may say anything.
    """
    if not isinstance(note, str):
        return ""
    remarks = [text for text in _NOTE_BREAK.split(note) if text]
    known = [text for text in remarks if any(pattern.fullmatch(text) for pattern, _ in _remarks())]
    return "; ".join(known)


def _remark(text: str, language: str) -> str:
    said = curly(_in_language(text, language))
    return said if language == "fr" else english_quotes(said)


def _in_language(text: str, language: str) -> str:
    written = text.translate(_AS_WRITTEN)
    text = _SPAN.sub(
        lambda span: period_text(pd.Timestamp(span[1]), pd.Timestamp(span[2]), language), text
    )
    if language == "fr" and written in _data_notes():
        return french_spaces(_data_notes()[written])
    for pattern, texts in _remarks():
        found = pattern.fullmatch(text)
        if found:
            expanded = found.expand(texts[language])
            return french_spaces(expanded) if language == "fr" else expanded
    return text


@cache
def _remarks() -> tuple[tuple[re.Pattern[str], Mapping[str, str]], ...]:
    """Give the known remarks: how the code and the bundled data write them, and both texts."""
    return tuple(
        (re.compile(remark["pattern"]), remark) for remark in read_file("remarks")["remark"]
    )


@cache
def _data_notes() -> Mapping[str, str]:
    """Give the remarks of the bundled tables with their French forms."""
    return read_file("data_notes")
