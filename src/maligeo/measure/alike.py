"""Incidents that count alike as one row with their number: lists of any size in little memory.

Where they lie, when they were and whom they hurt is all that counting asks for. Rows that
agree in it add up, so that a list can be put together piece by piece, in any order.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from maligeo.core.checks import require_columns
from maligeo.join.points import LOCATED
from maligeo.measure.grouping import Groups
from maligeo.readers.incidents import VICTIMS, attrs_of_whole
from maligeo.readers.reading import ATTRIBUTE as READING

ALIKE: Final = "(alike)"  # column: how many records a row stands for; no reader gives it

_COUNTED: Final = (
    "date", "date_precision", "killed", "injured", "civilians_killed", "civilians_injured",
    "vintage", "place_kind", "locate_method", "source",
)  # fmt: skip
# Where those may lie that have no unit; of one that has, nobody asks.
_WHEREABOUTS: Final = ("location_precision", "adm1_name", "adm2_name", "adm3_name",
                       "adm1_reported", "adm2_reported", "adm3_reported")  # fmt: skip


def put_together(located: Sequence[pd.DataFrame], level: int) -> pd.DataFrame:
    """Put incidents that count alike into one row each.

    Parameters
    ----------
    located : sequence of pandas.DataFrame
        Incidents as from `maligeo.locate`, or as this function gives them; at least one.
    level : int
        Of the units that they were located in.

    Returns
    -------
    pandas.DataFrame
        One row for each combination of what counting asks for, in the order in which they
        first occur, with how many records each stands for in `ALIKE`. `density` counts it as
        it counts the records. `attrs` are those of the first, and what they count is added up.

    Raises
    ------
    FrameError
        With the column that tells how a record lies in its unit, if a frame lacks it.
    """
    attrs = [frame.attrs for frame in located]
    parts = [frame if ALIKE in frame.columns else _narrowed(frame, level) for frame in located]
    whole = parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)
    groups = Groups(len(whole))
    names = [name for name in whole.columns if name != ALIKE]
    varied = {name for name in names if groups.tell_apart(whole[name])}
    first, counts = groups.add_up(whole[ALIKE].to_numpy() if ALIKE in whole else None)
    cells = {name: whole[name].array for name in names}
    together = pd.DataFrame(
        {
            name: cells[name].take(first) if name in varied else cells[name][: len(first)].copy()
            for name in names
        }
    )
    together[ALIKE] = counts
    together.attrs = _added_attrs(attrs, empty=together.empty)
    return together


def _added_attrs(attrs: Sequence[dict[str, Any]], *, empty: bool) -> dict[str, Any]:
    """Add up what readers and `locate` counted, where they did."""
    together = dict(attrs[0])
    if all(READING in one for one in attrs):
        kept = {name: value for name, value in together.items() if name != VICTIMS}
        together = kept | attrs_of_whole(attrs, empty=empty)
    if all(LOCATED in one for one in attrs):
        counts = Counter[str]()
        for one in attrs:
            counts.update(one[LOCATED])
        together[LOCATED] = dict(counts)
    return together


def numbers_of(located: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Give for each row how many records it stands for."""
    numbers = np.ones(len(located), dtype=np.int64)
    return located[ALIKE].to_numpy() if ALIKE in located.columns else numbers


def _name(level: int, part: str) -> str:
    return f"adm{level}_{part}"


def _narrowed(located: pd.DataFrame, level: int) -> pd.DataFrame:
    of_level = [_name(level, part) for part in ("pcode", "name", "place_kind")]
    wanted = [*dict.fromkeys([*_COUNTED, *_WHEREABOUTS, *of_level])]
    bare = pd.DataFrame(located)  # without `attrs`, which pandas copies with every column
    narrow = pd.DataFrame({name: bare[name].array for name in wanted if name in bare}, copy=False)
    kind = of_level[-1] if of_level[-1] in narrow else "place_kind"
    require_columns(narrow, (kind,), what="located incidents")
    placed = (narrow[kind] == "unit").to_numpy(dtype=np.bool_)
    for name in narrow.columns.intersection(_WHEREABOUTS).drop(
        _name(level, "name"), errors="ignore"
    ):
        if narrow[name].notna().any():
            narrow[name] = narrow[name].mask(placed)
    return narrow
