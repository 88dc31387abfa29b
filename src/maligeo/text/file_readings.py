"""What becomes of the places of a file, in sentences."""

from collections.abc import Mapping

import pandas as pd

from maligeo.core.sentences import translated
from maligeo.core.words import joined, number_text, word
from maligeo.readers.reading import name_line

_MOST_ROWS = 20


def place_lines(counts: Mapping[str, int], names: pd.DataFrame, language: str) -> list[str]:
    """Say what becomes of the places of a file.

    Parameters
    ----------
    counts : mapping of str to int
        Rows that are `placed`, `too_coarse`, `outside`, `not_found`.
    names : pandas.DataFrame
        `place`, `rows` and `proposals` (separated by "|") of names that were not found.
    language : {"fr", "en"}
        Language.
    """
    texts = {key: number_text(count, language) for key, count in counts.items()}
    lines = [word("reading.places", language).format(**texts)]
    if len(names):
        lines.append(word("reading.place_names", language))
    for place, rows, near in names[["place", "rows", "proposals"]].head(_MOST_ROWS).to_numpy():
        proposals = near.split("|") if isinstance(near, str) and near else []
        lines.append(f"  {name_line(place, int(rows), proposals, language)}")
    return [*lines, "  …"] if len(names) > _MOST_ROWS else lines


def place_note(note: object, language: str) -> str:
    """Say in a language what `locate` notes of a name that it did not find, or read otherwise."""
    told = note.split("; ") if isinstance(note, str) else []
    return joined((translated(one, language) for one in told), language)
