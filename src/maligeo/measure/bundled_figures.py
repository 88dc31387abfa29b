"""Rows of density tables that say what the bundled figures say, and nothing else.

A table that comes from a file, or that a release has gone over, no longer holds the rows that
it was made from. Who is named in its column `publisher` proves nothing: anybody can fill it.
So such rows are compared with the counts that the bundled figures give.
"""

from contextlib import suppress
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from maligeo import catalog
from maligeo.core.errors import FrameError
from maligeo.core.kept_rows import KeptRows
from maligeo.core.placenames import normalise
from maligeo.join.carried import carry_figures
from maligeo.measure.densities import typed
from maligeo.measure.populations import AFTER, APPROXIMATE, BETWEEN, BY_REGION
from maligeo.measure.published import published_series
from maligeo.readers.editions import editions
from maligeo.readers.figures import load_figures

_COMPARED: Final = (
    "vintage", "name", "place_kind", "period_start", "period_end", "measure", "count", "count_low",
    "count_high", "basis", "publisher", "source", "note", "unique_total", "records",
    "per_incident",
)  # fmt: skip
_BOUNDS: Final = ("count", "count_low", "count_high")
_DIGITS: Final = 14  # a workbook keeps no more
# What rates add to the note of a count.
_CAVEAT: Final = (
    rf"(?:(?:^|; )population (?:{APPROXIMATE}; )?"
    rf"(?:{APPROXIMATE}|{AFTER}|{BETWEEN}(?: {BY_REGION})?))$"
)


def bundled_rows(table: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Tell which rows of a density table are those that the bundled figures give.

    Parameters
    ----------
    table : pandas.DataFrame, n rows
        Columns as `maligeo.core.columns.DENSITY`, or some of them.

    Returns
    -------
    numpy.ndarray of bool, shape (n,)
        Whether publisher, measure, unit, period, counts, sources and remarks are those of
        the figures. Areas, people, and the rates that follow from them are not compared.
    """
    names = [name for name in _COMPARED if name in table.columns]
    return _counts().find_in(_comparable(table[names]))


def bundled_measures() -> list[str]:
    """Name what the bundled figures count."""
    return sorted(_counts().rows["measure"].unique())


@cache
def _counts() -> KeptRows:
    """Give the counts of all bundled figures, as `density` makes them."""
    units = catalog.load_table("reference", "units")
    counts = []
    for vintage in editions():
        figures = carry_figures(load_figures(), vintage, 1)
        figures = figures[figures["vintage"] == vintage]
        for series in published_series(figures, units[units["vintage"] == vintage]):
            with suppress(FrameError):  # two national counts of one period: `density` refuses them
                counts.extend([row | {"vintage": vintage} for row in series.counts()])
    table = typed(pd.DataFrame(counts).reindex(columns=list(_COMPARED)))
    return KeptRows.of(_comparable(table))


def _comparable(table: pd.DataFrame) -> pd.DataFrame:
    changed: dict[str, object] = {}
    if "name" in table.columns:
        changed["name"] = [
            normalise(str(name)) if pd.notna(name) else pd.NA for name in table["name"]
        ]
    for name in (name for name in _BOUNDS if name in table.columns):
        numbers = table[name].to_numpy(np.float64, na_value=np.nan)
        changed[name] = [float(f"{number:.{_DIGITS}g}") for number in numbers]
    if "note" in table.columns:
        note = table["note"].astype("string").str.replace(_CAVEAT, "", regex=True)
        changed["note"] = note.mask(note == "")
    return table.assign(**changed).reset_index(drop=True)
