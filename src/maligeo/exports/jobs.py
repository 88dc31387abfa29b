"""What is to be written and how: language, tags, guards, and what the description says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from maligeo.core import words
from maligeo.core.checks import require_choice
from maligeo.core.columns import LANGUAGES, Audience, Language
from maligeo.provenance.record import Provenance
from maligeo.readers.credits import credits_of

BETWEEN: Final = " / "
SOURCES: Final = "sources"  # what formats call the list of publishers


def languages_of(language: Language | None) -> tuple[Language, ...]:
    """Give the languages to write in: the one, or both."""
    return ("fr", "en") if language is None else (language,)


def word(key: str, language: Language | None) -> str:
    """Give a text in the language, or in both with a stroke between them."""
    return bilingual(words.word(key, one) for one in languages_of(language))


def bilingual(texts: Iterable[str]) -> str:
    """Join texts in several languages; what is the same in both stands once."""
    return BETWEEN.join(dict.fromkeys(texts))


def credited(frames: Iterable[pd.DataFrame], language: Language | None) -> list[tuple[str, str]]:
    """List the known publishers of frames once each: whom to name, and the address of the terms."""
    found = (credit for frame in frames for credit in credits_of(frame))
    named = (
        (bilingual(credit.in_words(one) for one in languages_of(language)), credit.licence["path"])
        for credit in found
    )
    return list(dict.fromkeys(named))


@dataclass(frozen=True)
class Licence:
    """Terms of a data package.

    Attributes
    ----------
    name : str
        Identifier, such as "CC-BY-4.0" (opendefinition.org) or "other-closed".
    title : str
        The terms in words.
    path : str
        Web address of the full text.
    """

    name: str
    title: str = ""
    path: str = ""


@dataclass(frozen=True)
class ExportOptions:
    """How a file is to be written.

    Attributes
    ----------
    language : {"fr", "en"}, optional
        Language of the headings of a table and of all words around the data. Without it
        the headings are the names of the columns, and words are in both languages.
    hxl : bool, default False
        Write a row of HXL hashtags below the headings (".csv", ".xlsx").
    guard_formulas : bool, default True
        Keep spreadsheets from computing texts that begin like a formula ("=", "+", "-",
        "@"): in CSV, also that of data packages, by an apostrophe before them; in Excel by
        the cell's own mark for texts, which changes nothing. Numbers stay numbers, negative
        ones too. False leaves the texts of CSV as they are, for programs that read them.
    title : str, default ""
        Title of a data package.
    licences : tuple of Licence
        Terms of a data package.
    layers : sequence of str, optional
        Of a density table next to layers: what becomes columns of the units, and styles of a
        GeoPackage, by keys as for `maligeo.region_map`; by default the counts of all measures,
        rates of incidents and density of people.
    """

    language: Language | None = None
    hxl: bool = False
    guard_formulas: bool = True
    title: str = ""
    licences: tuple[Licence, ...] = ()
    layers: Sequence[str] | None = None

    def __post_init__(self) -> None:
        if self.language is not None:
            require_choice(self.language, LANGUAGES, option="language")


@dataclass(frozen=True, kw_only=True)
class Job:
    """What every writer has to know besides the data.

    Attributes
    ----------
    path : pathlib.Path
        The wanted file or folder.
    audience : {"internal", "partner", "public"}
        For whom it is.
    about : Provenance or None
        What made it, for the same audience.
    options : ExportOptions
        How it is to be written.
    synthetic : bool
        Whether data were made up.
    sources : sequence of tuple of str
        Publishers and sources of the data, as text and web address.
    released : sequence of str
        What a release made coarser, in sentences.
    """

    path: Path
    audience: Audience
    about: Provenance | None
    options: ExportOptions = ExportOptions()
    synthetic: bool = False
    sources: Sequence[tuple[str, str]] = ()
    released: Sequence[str] = ()

    @property
    def language(self) -> Language | None:
        """Language of all words; None for both."""
        return self.options.language

    @property
    def is_private(self) -> bool:
        """Whether the file is for its owner alone."""
        return self.audience == "internal"

    @property
    def audience_words(self) -> str:
        """For whom the product is, in words."""
        return word(f"audience.{self.audience}", self.language)

    @property
    def described_sources(self) -> list[dict[str, str]]:
        """The sources as a data package lists them (Data Package 1.0, `sources`)."""
        return [{"title": text} | ({"path": path} if path else {}) for text, path in self.sources]

    @property
    def warnings(self) -> list[str]:
        """For whom the product is, and that data were made up where they were."""
        made_up = [word("synthetic.banner", self.language)] if self.synthetic else []
        return [self.audience_words, *made_up]
