"""Records beside tables of the same records: the one must not give back what the other hides."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from maligeo.checks import require_one_vintage, require_same_vintage
from maligeo.errors import ReleaseError
from maligeo.measure.timing import possible_days
from maligeo.releasing.suppression import hidden_cells
from maligeo.unitkeys import unit_keys

Flags = npt.NDArray[np.bool_]

_LEVELS = (1, 2, 3)


def in_hidden_cells(records: pd.DataFrame, tables: Sequence[pd.DataFrame]) -> Flags:
    """Tell which records lie in a unit and period whose count a table hides.

    Parameters
    ----------
    records : pandas.DataFrame, n rows
        Located incidents.
    tables : sequence of pandas.DataFrame
        Density tables of the same incidents, released.

    Returns
    -------
    array of bool, shape (n,)
        A record whose date may lie in the period counts as in it.

    Raises
    ------
    ReleaseError
        If the records were not located in the units of a table, so that it cannot be told.
    VintageError
        If records and a table are of different vintages.
    """
    found = np.zeros(len(records), dtype=np.bool_)
    for table in tables:
        cells = hidden_cells(table)
        if len(cells) and len(records):
            found |= _in_cells(records, cells.assign(key=unit_keys(cells)), table)
    return found


def _in_cells(records: pd.DataFrame, cells: pd.DataFrame, table: pd.DataFrame) -> Flags:
    key = _unit_of(records, table)
    first, last = possible_days(records["date"], records.get("date_precision"))
    found = np.zeros(len(records), dtype=np.bool_)
    for cell in cells.itertuples(index=False):
        if pd.isna(cell.period_start):
            meets = np.ones(len(records), dtype=np.bool_)
        else:
            start = np.datetime64(cell.period_start, "D")
            meets = ~(first > np.datetime64(cell.period_end, "D")) & ~(last < start)
        found |= meets & (key == cell.key)
    return found


def _unit_of(records: pd.DataFrame, table: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Give the unit of each record, at the level of a table."""
    require_same_vintage(
        require_one_vintage(records.get("vintage", ()), what="records"),
        require_one_vintage(table["vintage"], what="the table released with them"),
        what="records and the table released with them",
    )
    units = set(unit_keys(table[table["place_kind"] == "unit"]))
    for level in _LEVELS:
        if f"adm{level}_pcode" not in records.columns:
            continue
        named = pd.DataFrame(
            {part: records[f"adm{level}_{part}"].astype("string") for part in ("pcode", "name")}
        )
        key = unit_keys(named).astype("object")
        if units & set(key.dropna()):
            return np.asarray(key.fillna(""), dtype=object)
    raise ReleaseError(
        "the incidents were not located in the units of the table that is released with them: "
        "use maligeo.locate with the same units first"
    )
