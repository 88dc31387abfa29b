"""Whom to name for boundaries, towns and records, and under which terms they were published."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import pandas as pd

from maligeo import catalog
from maligeo.core import words
from maligeo.core.audiences import CREDITS
from maligeo.readers.formats import read_catalogue

BY_LAYOUT: Final = "by the layout of the file"  # in a column `source`: inferred, not stated
UNSTATED: Final = "publisher not stated"

_LONGEST: Final = 60  # signs that are shown of a source of no known publisher
_PUBLIC_DOMAIN: Final = "other-pd"
_DISSOLVED: Final = "cercles of 2015, dissolved: "


@dataclass(frozen=True)
class Credit:
    """A publisher whose data a frame holds.

    Attributes
    ----------
    text : str
        Publisher and title, with country and division where they are known.
    licence : mapping of str to str
        `fr` and `en` for people, `name` (SPDX or opendefinition.org), `path` (web address).
    by_layout : bool
        Whether the publisher follows from the layout of a file only.
    """

    text: str
    licence: Mapping[str, str]
    by_layout: bool = False

    def in_words(self, language: str, *, brief: bool = False) -> str:
        """Write publisher and licence, and that they are inferred where they are."""
        free = brief and self.licence["name"] == _PUBLIC_DOMAIN
        said = self.text if free else f"{self.text}, {self.licence[language]}"
        return f"{said} ({words.word('credit.by_layout', language)})" if self.by_layout else said


def credits_of(frame: pd.DataFrame) -> tuple[Credit, ...]:
    """Find the known publishers of a frame by its column `source`.

    Parameters
    ----------
    frame : pandas.DataFrame
        Units, towns or records, with `source`, of units also `vintage`. What was released
        without `source` has them in `attrs["credits"]`.

    Returns
    -------
    tuple of Credit
        In the order of the catalogue; empty where no publisher is known.

    Examples
    --------
    >>> import maligeo
    >>> credits_of(maligeo.load_boundaries())[0].licence["name"]
    'other-pd'
    """
    entries = read_catalogue("credits")
    return tuple(
        Credit(
            _title(entries[key]["text"], frame),
            entries[key]["licence"],
            any(
                BY_LAYOUT in source for source in _sources(frame) if entries[key]["mark"] in source
            ),
        )
        for key in publishers_of(frame)
    )


def publishers_of(frame: pd.DataFrame) -> list[str]:
    """Name the known publishers of a frame as the catalogue `formats/credits.toml` does."""
    sources, marked = list(_sources(frame)), frame.attrs.get(CREDITS, ())
    return [
        key
        for key, entry in read_catalogue("credits").items()
        if key in marked or any(entry["mark"] in source for source in sources)
    ]


def credit_text(frame: pd.DataFrame, language: str, *, brief: bool = False) -> str:
    """Write whom to name for a frame: publisher, title and licence.

    Parameters
    ----------
    frame : pandas.DataFrame
        As for `credits_of`.
    language : {"fr", "en"}
        Language of the words.
    brief : bool, default False
        Leave out that something is in the public domain, which asks for nothing.

    Returns
    -------
    str
        Known publishers first, then the beginning of every other source; that the publisher
        is not stated where there is none.

    Examples
    --------
    >>> import maligeo
    >>> credit_text(maligeo.load_boundaries(), "en")
    'Natural Earth, public domain'
    """
    others = sorted({source[:_LONGEST] for source in uncredited(frame)})
    found = [credit.in_words(language, brief=brief) for credit in credits_of(frame)]
    return words.joined([*found, *others], language) or words.word("credit.unstated", language)


def uncredited(frame: pd.DataFrame) -> list[str]:
    """List the sources of a frame that are of no known publisher, as they stand."""
    marks = [entry["mark"] for entry in _entries()]
    return [
        source
        for source in _sources(frame)
        if source != UNSTATED and not any(mark in source for mark in marks)
    ]


def source_of(key: str, vintage: str) -> str:
    """Write the column `source` of units whose publisher follows from the layout of a file."""
    entry = read_catalogue("credits")[key]
    title = _filled(entry["text"], vintage)
    return f"{title}, {entry['licence']['en']} ({BY_LAYOUT})"


def known_sources(sources: pd.Series) -> pd.Series:
    """Keep the sources of known publishers; of others a file name might stand there."""
    marks = tuple(entry["mark"] for entry in _entries())
    bare = sources.astype("string").str.removeprefix(_DISSOLVED)
    return sources.astype("string").where(bare.str.startswith(marks).fillna(False), UNSTATED)


@cache
def _entries() -> tuple[dict[str, Any], ...]:
    return tuple(read_catalogue("credits").values())


def _sources(frame: pd.DataFrame) -> Iterator[str]:
    """Give each source of a frame once; none where it has no such column."""
    if "source" in frame.columns:
        yield from map(str, frame["source"].dropna().unique())


def _title(text: str, frame: pd.DataFrame) -> str:
    vintages = set(frame["vintage"].dropna()) if "vintage" in frame.columns else set()
    return _filled(text, str(vintages.pop()) if len(vintages) == 1 else "")


def _filled(text: str, vintage: str) -> str:
    country = str(catalog.country()["name_en"])
    return text.format(country=country, vintage=vintage).strip()
