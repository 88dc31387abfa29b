"""Withheld counts taken out of tables, with every column that would give them back."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import pandas as pd

from maligeo.columns import WITHHELD
from maligeo.measure.timing import UNDATED as UNDATED_NOTE
from maligeo.releasing.margins import Margins
from maligeo.releasing.suppression_blocks import Flags
from maligeo.releasing.suppression_periods import Span

_OF_THE_ROW: Final = (
    "count", "count_low", "count_high", "per_1000_sqkm", "per_100k", "ci_low", "ci_high",
    "smoothed_per_100k", "local_per_100k", "per_incident", "records", "low_count",
)  # fmt: skip
_OF_THE_SERIES: Final = ("smoothed_per_100k", "local_per_100k")  # they depend on other rows
_OF_THE_INCIDENTS: Final = ("records", "per_incident", "ci_low", "ci_high", "low_count")
_OF_THE_LARGEST: Final = ("ci_low", "ci_high", "low_count")  # they tell the worst incident
_INCIDENTS: Final = "incidents"
_HOW_MANY: Final = re.compile(r"not fully stated for \d+ of \d+")  # of the incidents
_SOME: Final = "not fully stated for all"


@dataclass(frozen=True)
class Blanks:
    """What has to go.

    Attributes
    ----------
    margins : Margins
        The cells of the tables.
    withheld : bool array
        Which of them are withheld.
    series : frozenset of (str, span)
        Measures and periods of which one is.
    told : frozenset of (str, span)
        Places and periods of which the tables tell the number of incidents.
    """

    margins: Margins
    withheld: Flags
    series: frozenset[tuple[str, Span]]
    told: frozenset[tuple[str, Span]]

    @classmethod
    def of(cls, margins: Margins, withheld: Flags) -> Self:
        """Say what has to go when some cells are withheld."""
        cells = list(enumerate(margins.cells))
        return cls(
            margins,
            withheld,
            frozenset((cell.measure, cell.span) for at, cell in cells if withheld[at]),
            frozenset(
                (cell.place, cell.span)
                for at, cell in cells
                if cell.measure == _INCIDENTS and not withheld[at]
            ),
        )


def blanked(table: pd.DataFrame, blanks: Blanks, at: int) -> pd.DataFrame:
    """Take out of a table what has to go.

    Parameters
    ----------
    table : pandas.DataFrame
        Density table.
    blanks : Blanks
        What has to go.
    at : int
        Position of the table among those of the margins.

    Returns
    -------
    pandas.DataFrame
        A copy with the same rows and types.
    """
    cells, totals = blanks.margins.rows[at], blanks.margins.totals[at]
    own = cells >= 0
    gone, total_gone = own & blanks.withheld[cells], own & blanks.withheld[totals]
    keys = [blanks.margins.cells[cell] if cell >= 0 else None for cell in cells]
    series = _flags(key and (key.measure, key.span) in blanks.series for key in keys)
    victims = _flags(key and key.measure != _INCIDENTS for key in keys)
    untold = victims & _flags(key and (key.place, key.span) not in blanks.told for key in keys)
    spans = {span for measure, span in blanks.series if measure != _INCIDENTS}
    worst = victims & _flags(key and key.span in spans for key in keys)
    released = table.copy()
    for columns, rows in (
        (_OF_THE_ROW, gone),
        (_OF_THE_SERIES, series),
        (_OF_THE_INCIDENTS, untold),
        (_OF_THE_LARGEST, worst),
        (("unique_total",), total_gone),
    ):
        for column in columns:
            if column in released.columns and rows.any():
                released[column] = released[column].mask(rows)
    released["note"] = _notes(table["note"], gone, untold)
    return released


def _notes(notes: pd.Series, gone: Flags, untold: Flags) -> pd.Series:
    """Say what is withheld, and take numbers of incidents out of the other notes."""
    found = notes.copy()
    if untold.any():
        vague = notes.astype("string").str.replace(_HOW_MANY, _SOME, regex=True)
        found = found.mask(untold, vague)
    if gone.any():
        undated = notes.astype("object").fillna("").str.contains(UNDATED_NOTE, regex=False)
        text = np.where(undated, f"{WITHHELD}; {UNDATED_NOTE}", WITHHELD)
        found = found.astype("string").mask(gone, pd.Series(text, notes.index, dtype="string"))
    return found


def _flags(found: Iterable[object]) -> Flags:
    return np.array([bool(value) for value in found], dtype=np.bool_)
