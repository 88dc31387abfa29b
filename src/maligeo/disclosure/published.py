"""What was published by its source passes as it is, as long as it is still that.

Neither a mark nor the name of a publisher is believed. A row counts as published if it is one
of the rows that were loaded from the bundled data, or computed from such rows alone and not
changed since (`maligeo.core.audiences`); a row of a density table also if it says what the
bundled figures say (`maligeo.measure.bundled_figures`), since tables come from files too.
Everything else is somebody's own data.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from maligeo.core.audiences import is_published, published_rows
from maligeo.measure.bundled_figures import bundled_measures, bundled_rows

_REFERENCE: Final = ("source", "note")  # in words of whoever counted the people
_UNKNOWN: Final = (
    "rows with a publisher that are not those of the bundled figures (leave 'publisher' empty, "
    "so that they are protected like all other counts)"
)
_COUNTING: Final = ("density", "gaps")
_KEYS: Final = ("vintage", "name", "place_kind", "period_start", "period_end", "publisher")


def published_counts(table: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Tell which rows of a density table were published, and so need no protection.

    Parameters
    ----------
    table : pandas.DataFrame, n rows
        Columns as `maligeo.core.columns.DENSITY`.

    Returns
    -------
    numpy.ndarray of bool, shape (n,)
    """
    found = published_rows(table)
    named = table["publisher"].notna() if "publisher" in table.columns else pd.Series(dtype=bool)
    if found.all() or not named.any():
        return found
    known: npt.NDArray[np.bool_] = bundled_rows(table) & named.to_numpy(np.bool_)
    return found | known


def unpublished_faults(frame: pd.DataFrame, *, kind: str) -> list[str]:
    """List what a frame gives out for published although it is not.

    Parameters
    ----------
    frame : pandas.DataFrame
        A frame that says to be released.
    kind : str
        What it holds, as `maligeo.core.columns.frame_kind` says.

    Returns
    -------
    list of str
        Empty when all is well.
    """
    if is_published(frame):
        return []
    if kind in ("figures", "results"):
        return [f"{kind} that are not those of the bundled data"]
    if kind == "population":
        told = [name for name in _REFERENCE if name in frame.columns and frame[name].notna().any()]
        return [f"words of somebody's own in {name!r}" for name in told]
    if kind not in _COUNTING or "publisher" not in frame.columns:
        return []
    named = frame["publisher"].notna().to_numpy(np.bool_)
    if kind == "density":
        known = not (named & ~published_counts(frame)).any()
    else:
        known = not named.any() or _of_bundled_counts(frame[named])
    return [] if known else [_UNKNOWN]


def _of_bundled_counts(gaps: pd.DataFrame) -> bool:
    """Tell whether all counts of gaps that name a publisher are those of the bundled figures."""
    keys = gaps[[name for name in _KEYS if name in gaps.columns]]
    counts = [
        keys.assign(measure=name, count=gaps[name])
        for name in bundled_measures()
        if name in gaps.columns
    ]
    return bool(counts) and all(bundled_rows(each).all() for each in counts)
