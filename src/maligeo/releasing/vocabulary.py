"""Columns that hold words of a list: any other word in them is free text, and is withheld."""

from collections.abc import Mapping
from typing import Final

import pandas as pd

from maligeo.columns import LOCATE_METHODS, PLACE_KINDS

WORDS: Final[Mapping[str, frozenset[str]]] = {
    "date_precision": frozenset({"day", "week", "month", "quarter", "year"}),
    "event_type": frozenset({"ied", "landmine", "ied_mine", "erw", "other"}),
    "outcome": frozenset({"exploded", "found", "defused", "unknown"}),
    "location_precision": frozenset({"exact", "near", "adm3", "adm2", "adm1", "country"}),
    "status": frozenset(
        {
            *("suspected", "confirmed", "cancelled", "reduced", "cleared"),  # of land
            *("planned", "active", "finalisation", "completed", "suspended"),  # of projects
        }
    ),
    "reach": frozenset({"activity", "beneficiaries"}),
    "place_level": frozenset(
        {"adm1", "adm2", "adm3", "settlement", "site", "country", "unattributed", "abroad"}
    ),
    "place_kind": frozenset(PLACE_KINDS),
    "locate_method": frozenset(LOCATE_METHODS),
}
_CURRENCY: Final = "budget_currency"
_CODE: Final = "[A-Z]{3}"  # ISO 4217


def known_words(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out words that are not on the list of their column; they become missing."""
    odd = {name: flags for name, flags in _odd_words(frame).items() if flags.any()}
    return frame.assign(
        **{name: frame[name].astype("string").mask(flags) for name, flags in odd.items()}
    )


def unlisted_words(frame: pd.DataFrame) -> list[str]:
    """Name the columns that hold words that are not on their list."""
    return [name for name, flags in _odd_words(frame).items() if flags.any()]


def _odd_words(frame: pd.DataFrame) -> dict[str, "pd.Series[bool]"]:
    held = {name: frame[name] for name in (*WORDS, _CURRENCY) if name in frame.columns}
    return {
        name: column.notna() & ~_is_listed(column.astype("string"), name).fillna(False)
        for name, column in held.items()
    }


def _is_listed(words: "pd.Series[str]", name: str) -> "pd.Series[bool]":
    return words.str.fullmatch(_CODE) if name == _CURRENCY else words.isin(WORDS[name])
