"""What columns mean: heading, meaning, unit and HXL hashtag of those that are known.

They stand in `columns.csv` in this folder; a new column is a new line there. Hashtags are
of the HXL 1.1 hashtag dictionary (hxlstandard.org, 2018-04-30).
"""

import csv
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Final, Literal, NamedTuple, cast

import pandas as pd

from maligeo.core.bilingual import french_spaces
from maligeo.core.columns import Language

Display = Literal[
    "text", "date", "count", "number", "rate", "area", "distance", "money", "year", "share",
    "flag", "rank", "coordinate",
]  # fmt: skip

_LEVEL: Final = "#adm{n}"
_PLACE: Final = "#loc"  # a unit whose level the table does not say
_CODE: Final = re.compile(r"[A-Z]{2}(?:\d{2})+")
_DIGITS_PER_LEVEL: Final = 2
_HALVES: Final = " / "


class Column(NamedTuple):
    """What is known of a column.

    Attributes
    ----------
    name : str
        Its name in frames.
    display : Display
        What kind of value it holds, for the number format of a spreadsheet.
    unit : str
        Unit of measurement, "French / English" where the languages differ.
    hxl : str
        Hashtag and attributes; `#adm{n}` where the level depends on the table.
    headings, meanings : mapping of str to str
        By language.
    """

    name: str
    display: Display
    unit: str
    hxl: str
    headings: Mapping[str, str]
    meanings: Mapping[str, str]

    def unit_in(self, language: str) -> str:
        """Give the unit of measurement in a language."""
        halves = self.unit.split(_HALVES)
        return halves[0] if language == "fr" else halves[-1]


@cache
def known_columns() -> Mapping[str, Column]:
    """Read what is known of columns, by their names."""
    text = (resources.files("maligeo.exports") / "columns.csv").read_text("utf-8")
    return {row["name"]: _column(row) for row in csv.DictReader(text.splitlines())}


def _column(row: Mapping[str, str]) -> Column:
    return Column(
        row["name"],
        cast(Display, row["kind"]),
        row["unit"],
        row["hxl"],
        {"fr": french_spaces(row["heading_fr"]), "en": row["heading_en"]},
        {"fr": french_spaces(row["meaning_fr"]), "en": row["meaning_en"]},
    )


def headings(names: Sequence[str], language: Language | None) -> list[str]:
    """Give the headings of columns.

    Parameters
    ----------
    names : sequence of str
        Columns of a table, each once.
    language : {"fr", "en"} or None
        None keeps the names.

    Returns
    -------
    list of str
        Each once: where two columns would have one heading, their names follow it.
    """
    if language is None:
        return list(names)
    known = known_columns()
    found = [known[name].headings[language] if name in known else name for name in names]
    return [
        f"{heading} ({name})" if found.count(heading) > 1 else heading
        for heading, name in zip(found, names, strict=True)
    ]


def hashtags(frame: pd.DataFrame) -> list[str]:
    """Give the HXL hashtag of each column; empty where none is known.

    The level of `name` and `pcode` comes from the column `level`, else from the length of
    the p-codes, two digits a level (OCHA COD-AB); where neither says one level for all
    rows they are tagged as places.
    """
    level = _level(frame)
    tag = _PLACE if level is None else f"#adm{level}"
    known = known_columns()
    return [known[name].hxl.replace(_LEVEL, tag) if name in known else "" for name in frame.columns]


def _level(frame: pd.DataFrame) -> int | None:
    if "level" in frame.columns:
        levels = set(frame["level"].dropna())
    elif "pcode" in frame.columns:
        levels = {_level_of(str(code)) for code in frame["pcode"].dropna()}
    else:
        return None
    found = levels.pop() if len(levels) == 1 else None
    return None if found is None else int(found)


def _level_of(code: str) -> int | None:
    return (len(code) - 2) // _DIGITS_PER_LEVEL if _CODE.fullmatch(code) else None
