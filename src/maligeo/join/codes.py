"""Codes that records bring along, against the names that they report."""

import numpy as np
import pandas as pd

from maligeo.core.columns import unit_keys
from maligeo.core.placenames import NameTable
from maligeo.join.results import Findings

_THEIRS = " (file)"  # behind the name of a column that bears one of ours


def with_own_codes(records: pd.DataFrame, level: int) -> pd.DataFrame:
    """Keep the codes that records bring along beside those that locating gives them."""
    ours = f"adm{level}_pcode"
    is_located = f"adm{level}_place_kind" in records.columns
    if is_located or ours not in records.columns:
        return records
    theirs = f"{ours}{_THEIRS}"
    return records.drop(columns=theirs, errors="ignore").rename(columns={ours: theirs})


def remark_codes(found: Findings, records: pd.DataFrame, units: pd.DataFrame, level: int) -> None:
    """Remark on rows whose code is that of another unit than their name.

    Parameters
    ----------
    found : Findings
        Of the records; rows that have a remark already keep it.
    records : pandas.DataFrame
        As from `with_own_codes`, with the names as reported.
    units : pandas.DataFrame
        Units of the level.
    level : int
        Their level.
    """
    columns = [f"adm{level}_pcode{_THEIRS}", f"adm{level}_name"]
    if not set(columns) <= set(records.columns):
        return
    stated = records[columns].astype("object").set_axis(["code", "name"], axis=1)
    rows = np.flatnonzero((found.note < 0) & stated.notna().all(axis=1).to_numpy())
    groups = stated.iloc[rows].groupby(["code", "name"], sort=True).indices
    by_code = {str(code): at for at, code in enumerate(unit_keys(units))}
    table, names = NameTable.of_units(units), units["name"].tolist()
    for (code, name), at in groups.items():
        unit, named = by_code.get(str(code).strip()), table.find(name)
        if unit is not None and named and unit not in named:
            note = f"the code {code} is {names[unit]}, and the name {name}: they contradict"
            found.remark(rows[at], note)
