"""What documents say of the whole country: all of it, or beside a region its main lines."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from maligeo.core import words
from maligeo.text.results import brief_source

_STATED: Final = ("victims", "result", "total")
# Kinds of lines with a number that a report on the country lists.
_NUMBERED: Final = ("incidents", *_STATED, "money", "unattributed")
# Lines of a programme, and of victims; the others stand on the map and in `maligeo results`.
_MOST: Final = 3
_MOST_VICTIMS: Final = 4


@dataclass(frozen=True)
class Statements:
    """What documents say of the country in a programme.

    Attributes
    ----------
    name : str
        Name of the programme.
    by_source : tuple of (str, tuple of str)
        Words for each source, and what stands in it, line by line.
    """

    name: str
    by_source: tuple[tuple[str, tuple[str, ...]], ...]


def country_statements(lines: pd.DataFrame, language: str) -> Iterator[Statements]:
    """Give each programme and all numbers that its documents state of the country.

    Parameters
    ----------
    lines : pandas.DataFrame
        As from `maligeo.published_results`.
    language : {"fr", "en"}
        Language of the lines.
    """
    stated = _numbered(lines)
    for name, rows in stated.groupby("programme_name", sort=False):
        by_source = tuple(
            (
                words.word("results.source", language).format(source=brief_source(str(source))),
                tuple(map(_text, alike.to_dict("records"))),
            )
            for source, alike in rows.groupby("source", sort=False)
        )
        yield Statements(str(name), by_source)


def statement_sources(lines: pd.DataFrame) -> list[str]:
    """Give the sources of the lines that `country_statements` shows."""
    return list(_numbered(lines)["source"])


def country_texts(lines: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Give each programme and what its document states of the country.

    Parameters
    ----------
    lines : pandas.DataFrame
        As from `maligeo.published_results`.

    Yields
    ------
    tuple of str
        Name of the programme, and its first lines with their source; of victims those of the
        longest periods.
    """
    for name, rows in _main_lines(lines):
        texts = [_text(row) for row in rows.to_dict("records")]
        sources = ", ".join(dict.fromkeys(map(brief_source, rows["source"])))
        yield name, f"{' · '.join(texts)} ({sources})"


def country_sources(lines: pd.DataFrame) -> list[str]:
    """Give the sources of the lines that `country_texts` shows."""
    return [source for _, rows in _main_lines(lines) for source in rows["source"]]


def _numbered(lines: pd.DataFrame) -> pd.DataFrame:
    return lines[_of_country(lines) & lines["kind"].isin(_NUMBERED)]


def _of_country(lines: pd.DataFrame) -> "pd.Series[bool]":
    return lines["place_level"].isna() | (lines["place_level"] == "country")


def _main_lines(lines: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    stated = lines[_of_country(lines) & lines["kind"].isin(_STATED)]
    for name, rows in stated.groupby("programme_name", sort=False):
        lasting = (rows["period_end"] - rows["period_start"]).sort_values(
            ascending=False, kind="stable"
        )
        is_victims = (rows["kind"] == "victims").all()
        chosen = lasting.index[:_MOST_VICTIMS] if is_victims else rows.index[:_MOST]
        yield str(name), rows.loc[chosen]


def _text(row: Mapping[str, Any]) -> str:
    when = "" if pd.isna(row["period_start"]) else f", {row['period']}"
    return f"{row['shown']} – {row['what']}{when}"
