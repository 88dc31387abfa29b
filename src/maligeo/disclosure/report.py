"""What a release withheld, in words that do not give it back."""

from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from maligeo.core import columns
from maligeo.disclosure.policy import RecordRules

_KNOWN = columns.RECORD_COLUMNS.union(columns.DENSITY, columns.UNITS)


@dataclass(frozen=True)
class Report:
    """What a release did to a frame.

    Attributes
    ----------
    columns_withheld : tuple of str
        Columns of the library that did not pass.
    own_columns_withheld : int
        How many others: their names may give something away, and are not repeated.
    smallest_cell, round_to : int
        As in the policy.
    steps : tuple of str
        Steps of generalisation of place and time.
    grid_degrees : float or None
        Side of the cells in which places are given.
    rows_withheld : int or None
        Rows that were left out; None where they are fewer than `smallest_cell`.
    measures_withheld : int
        How many measures of a table did not pass.
    cells_hidden : int
        Counts that were hidden, small ones and those that would give them back.
    waiting_from : str or None
        First day (ISO 8601) of the periods of a table that are too recent to be released.
    """

    columns_withheld: tuple[str, ...] = ()
    own_columns_withheld: int = 0
    smallest_cell: int = 1
    round_to: int = 1
    steps: tuple[str, ...] = ()
    grid_degrees: float | None = None
    rows_withheld: int | None = 0
    measures_withheld: int = 0
    cells_hidden: int = 0
    waiting_from: str | None = None

    @classmethod
    def of_records(
        cls, frame: pd.DataFrame, released: pd.DataFrame, rules: RecordRules, *, withheld: int
    ) -> "Report":
        """Report on records."""
        known, own = withheld_columns(frame, released)
        return cls(
            columns_withheld=known,
            own_columns_withheld=own,
            smallest_cell=rules.smallest_cell,
            steps=tuple(" ".join(step) for step in rules.steps),
            grid_degrees=rules.grid_degrees,
            rows_withheld=None if 0 < withheld < rules.smallest_cell else withheld,
        )

    def to_attrs(self) -> dict[str, Any]:
        """Give the report as plain values, as `frame.attrs` holds it."""
        return asdict(self)


def withheld_columns(frame: pd.DataFrame, released: pd.DataFrame) -> tuple[tuple[str, ...], int]:
    """Name the known columns that are gone, and count the others."""
    gone = [str(name) for name in frame.columns if name not in released.columns]
    known = tuple(sorted(name for name in gone if name in _KNOWN))
    return known, len(gone) - len(known)
