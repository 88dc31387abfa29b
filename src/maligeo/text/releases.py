"""What a release made coarser, and why, in sentences for whoever reads the product."""

import pandas as pd

from maligeo.core import words
from maligeo.core.audiences import RELEASE
from maligeo.core.columns import ROUNDED, WITHHELD


def is_rounded(table: pd.DataFrame) -> bool:
    """Tell whether a release rounded counts of a table, or withheld some."""
    if "note" not in table.columns:
        return False
    notes = table["note"].astype("string").fillna("")
    return bool(notes.str.startswith((ROUNDED, WITHHELD)).any())


def release_sentences(frame: pd.DataFrame, language: str | None) -> list[str]:
    """Say what a release made coarser, and why.

    Parameters
    ----------
    frame : pandas.DataFrame
        A released frame.
    language : {"fr", "en"} or None
        Language; None for both.

    Returns
    -------
    list of str
        Empty for what is internal, or was published by others.
    """
    rules = frame.attrs.get(RELEASE, {}).get("rules")
    if rules is None:
        return []
    keys = ["release.counts"] if is_rounded(frame) else []
    if {"adm1_name", "status", "event_type"}.intersection(frame.columns):
        keys.append("release.records")
    smallest, to = rules.get("smallest_cell", 1), rules.get("round_to", 1)
    return [
        words.word(key, one).format(smallest=smallest, to=to)
        for one in (("fr", "en") if language is None else (language,))
        for key in keys
    ]
