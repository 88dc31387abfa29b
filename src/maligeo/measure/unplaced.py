"""In which units, and in which periods, a record may lie of which that is not known.

Such a record leaves the counts open that it may belong to: they are "at least", without an
upper bound.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from maligeo.core.columns import AT_LEAST
from maligeo.core.placenames import JOINT, NameTable
from maligeo.join.names import ancestor_names
from maligeo.join.points import unit_level

NO_PLACE: Final = f"{AT_LEAST}: records without a place may lie here"
NO_DATE: Final = f"{AT_LEAST}: records without a date may belong here"


_FINEST: Final = {"country": 0, "adm1": 1, "adm2": 2}  # levels of coarse places
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Scopes:
    """In which of m units each of n records may lie that is in none of them.

    Attributes
    ----------
    which : int array, shape (n,)
        Row of `groups`; -1 for a record that has a unit, or can lie in none.
    groups : bool array, shape (k, m)
        The units of each group.
    """

    which: npt.NDArray[np.intp]
    groups: Flags

    def open_for(self, records: Flags) -> Flags:
        """Tell in which units any of some records may lie."""
        found = np.zeros(len(self.groups) + 1, dtype=np.bool_)
        found[self.which[records]] = True  # the last one for those in no group
        return np.asarray(self.groups[found[:-1]].any(axis=0), dtype=np.bool_)


def scopes_of(records: pd.DataFrame, units: pd.DataFrame, lost: npt.NDArray[np.intp]) -> Scopes:
    """Find the units in which records without one may lie.

    Parameters
    ----------
    records : pandas.DataFrame, n rows
        Located or allocated records; names that they report, of the level of the units and
        above, narrow down where they may lie.
    units : pandas.DataFrame, m rows
        Units of one level and vintage.
    lost : int array
        Row positions of the records that lie in the units, and it is not known in which.

    Returns
    -------
    Scopes
    """
    which = np.full(len(records), -1, dtype=np.intp)
    groups = {frozenset(range(len(units))): 0}
    which[lost] = 0
    known = {"level", "parent_pcode", "vintage"} <= set(units.columns) and len(lost) > 0
    reported = _reported(records.iloc[lost], unit_level(units)) if known else pd.DataFrame()
    if reported.notna().any(axis=None):
        tables = _names(units)
        for names, rows in reported.groupby(list(reported.columns), dropna=False).indices.items():
            stated = names if isinstance(names, tuple) else (names,)
            group = _meant(stated, tables, frozenset(range(len(units))))
            which[lost[rows]] = groups.setdefault(group, len(groups))
    flags = np.zeros((len(groups), len(units)), dtype=np.bool_)
    for group, at in groups.items():
        flags[at, list(group)] = True
    return Scopes(which, flags)


def _reported(records: pd.DataFrame, level: int) -> pd.DataFrame:
    """Give the names that are reported, from the first level down to that of the units.

    Names finer than a place is known are left out: they are those of a centre.
    """
    names = {}
    nothing = pd.Series(pd.NA, index=records.index, dtype="object")
    precision = records.get("location_precision", nothing).astype("object")
    finest = precision.map(_FINEST).fillna(level).astype("int64")
    for at in range(1, level + 1):
        name, reported = (
            records[column].astype("object") if column in records.columns else nothing
            for column in (f"adm{at}_name", f"adm{at}_reported")
        )
        names[f"adm{at}_name"] = name.where(name.notna(), reported).where(finest >= at)
    return pd.DataFrame(names, index=records.index)


def _names(units: pd.DataFrame) -> list[NameTable]:
    level, vintage = unit_level(units), str(units["vintage"].iloc[0])
    above = ancestor_names(units, vintage, level)
    return [*(above[upper][1] for upper in range(1, level)), NameTable.of_units(units)]


def _meant(
    names: Sequence[object], tables: Sequence[NameTable], everywhere: frozenset[int]
) -> frozenset[int]:
    """Keep the units that all names allow; names that contradict one another allow both."""
    left = everywhere
    for name, table in zip(names, tables, strict=True):
        parts = name.split(JOINT) if isinstance(name, str) else []
        found = frozenset(at for part in parts for at in table.find(part))
        if found:
            left = left & found or left | found
    return left
