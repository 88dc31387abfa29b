"""What became of the records behind a layer: placed, not placed, quarantined, too coarse."""

import numpy as np
import pandas as pd

from maligeo import labels
from maligeo.join.findings import TOO_COARSE


def records_section(
    frame: pd.DataFrame, shown: int, layer: str, language: str
) -> dict[str, object]:
    """Account for every record of a layer, for the drawer of sources and limits.

    Parameters
    ----------
    frame : pandas.DataFrame
        Records as read and, if so, located; `attrs` of `read_*` and `locate` are used.
    shown : int
        How many of them the map shows.
    layer : str
        Name of the layer, in the language.
    language : {"fr", "en"}
        Language of the texts.

    Returns
    -------
    dict
        A section: `title`, `paragraphs`, `items`, `grid` (label and number).
    """
    counts = record_counts(frame, shown)
    head = [labels.word("records.what", language), labels.word("records.count", language)]
    rows = [
        [labels.word(f"records.{key}", language), labels.number_text(count, language)]
        for key, count in counts.items()
    ]
    return {
        "title": labels.word("records.title", language).format(layer=layer),
        "paragraphs": [],
        "items": [],
        "grid": [head, *rows],
    }


def record_counts(frame: pd.DataFrame, shown: int) -> dict[str, int]:
    """Count the records of a layer by what became of them.

    Parameters
    ----------
    frame : pandas.DataFrame
        Records as read and, if so, located.
    shown : int
        How many of them the map shows.

    Returns
    -------
    dict of str to int
        `in_file`, `left_out` and `quarantined` where the reader counted them; `shown` and
        `hidden`, which add up to the rows of the frame; `placed`, `too_coarse` and
        `not_placed`, which also do, for located records.
    """
    counts: dict[str, int] = {}
    names = {"rows_in_file": "in_file", "rows_left_out": "left_out"}
    for attribute, key in (names | {"rows_rejected": "quarantined"}).items():
        if attribute in frame.attrs:
            counts[key] = _total(frame.attrs[attribute])
    counts |= {"shown": shown, "hidden": len(frame) - shown}
    if not {"locate_method", "locate_note"} <= set(frame.columns):  # a release tells no note
        return counts
    placed = int((frame["locate_method"] != "none").sum())
    coarse = int((frame["locate_note"] == TOO_COARSE).sum())
    rest = len(frame) - placed - coarse
    return counts | {"placed": placed, "too_coarse": coarse, "not_placed": rest}


def _total(count: object) -> int:
    """Add up what a reader counted, which may be by kind."""
    if isinstance(count, dict):
        return sum(int(part) for part in count.values())
    return int(count) if isinstance(count, int | np.integer) else 0
