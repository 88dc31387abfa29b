"""Records and the tables of them (linked tables): neither may give back what the other hides."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from maligeo.core.checks import require_one_vintage, require_same_vintage
from maligeo.core.columns import unit_keys
from maligeo.core.crs import Flags
from maligeo.core.errors import ReleaseError
from maligeo.disclosure.suppression import hidden_cells
from maligeo.measure.counts import possible_days

RELEASE: Final = "release"
WAITING: Final = "waiting_from"  # first day of what a table leaves out because it is recent

_LEVELS: Final = (1, 2, 3)
_PERIOD: Final = ["period_start", "period_end"]


@dataclass(frozen=True)
class LinkedTables:
    """What tables of the same records say of each record, n rows.

    Attributes
    ----------
    hidden : array of bool, shape (n,)
        Records in a unit and period whose count a table hides: their unit must not be released.
    counted : array of bool, shape (n,)
        Records in a unit and period whose count a table shows. They must not be released
        without their unit: the count less the records that are released in the unit is how
        many of those without a unit belong there.
    waiting : array of bool, shape (n,)
        Records of periods that a table leaves out because they are recent. Released now,
        they would give back what the table hides when it has the period.
    """

    hidden: Flags
    counted: Flags
    waiting: Flags

    @classmethod
    def of(cls, records: pd.DataFrame, tables: Sequence[pd.DataFrame]) -> "LinkedTables":
        """Compare records with tables.

        Parameters
        ----------
        records : pandas.DataFrame, n rows
            Located incidents.
        tables : sequence of pandas.DataFrame
            Density tables of the same incidents, released.

        Returns
        -------
        LinkedTables
            A record whose date may lie in a period counts as in it.

        Raises
        ------
        ReleaseError
            If the records were not located in the units of a table, so that it cannot be
            said.
        VintageError
            If records and a table are of different vintages.
        """
        hidden, counted, waiting = (np.zeros(len(records), dtype=np.bool_) for _ in range(3))
        for table in tables:
            if records.empty:
                break
            waiting |= _may_be_after(records, table)
            units = table[table["place_kind"] == "unit"]
            if len(units):
                key = _unit_of(records, table)
                hidden |= _in_cells(records, key, hidden_cells(table))
                counted |= _in_cells(records, key, units)
        return cls(hidden, counted & ~hidden, waiting)


def _in_cells(records: pd.DataFrame, key: pd.Series, cells: pd.DataFrame) -> Flags:
    """Tell which records may lie in one of some units and periods."""
    found = np.zeros(len(records), dtype=np.bool_)
    first, last = possible_days(records["date"], records.get("date_precision"))
    keyed = cells[_PERIOD].assign(key=unit_keys(cells).to_numpy())
    for (start, end), group in keyed.groupby(_PERIOD, dropna=False):
        meets = key.isin(group["key"]).to_numpy(np.bool_)
        if not pd.isna(start):
            before, after = last < np.datetime64(start, "D"), first > np.datetime64(end, "D")
            meets = meets & ~before & ~after
        found |= meets
    return found


def _may_be_after(records: pd.DataFrame, table: pd.DataFrame) -> Flags:
    """Tell which records may be of a period that is too recent for a table."""
    begins = table.attrs.get(RELEASE, {}).get(WAITING)
    if begins is None:
        return np.zeros(len(records), dtype=np.bool_)
    _, last = possible_days(records["date"], records.get("date_precision"))
    after: Flags = ~(last < np.datetime64(begins, "D"))
    return after


def _unit_of(records: pd.DataFrame, table: pd.DataFrame) -> pd.Series:
    """Give the unit of each record, at the level of a table; missing where it is in none."""
    require_same_vintage(
        require_one_vintage(records.get("vintage", ()), what="records"),
        require_one_vintage(table["vintage"], what="the table released with them"),
        what="records and the table released with them",
    )
    units = set(unit_keys(table[table["place_kind"] == "unit"]))
    levels = [level for level in _LEVELS if f"adm{level}_pcode" in records.columns]
    keys = [_keys_at(level, records) for level in levels]
    for key in keys:
        if units & set(key.dropna()):
            return key
    if keys and all(key.isna().all() for key in keys):  # located, and in no unit
        return keys[0]
    raise ReleaseError(
        "the incidents were not located in the units of the table that is released with them: "
        "use maligeo.locate with the same units first"
    )


def _keys_at(level: int, records: pd.DataFrame) -> pd.Series:
    parts = ("pcode", "name")
    named = {part: records[f"adm{level}_{part}"].astype("string") for part in parts}
    return unit_keys(pd.DataFrame(named)).reset_index(drop=True)
