"""Rows of a region that are the total of its cercles, or of a cercle that are that of its communes.

A row that names a region and no cercle, beside rows that name cercles of it, is either their
total or what lies in none of them. Which of the two can be seen from the numbers, or it is asked.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from maligeo.core.placenames import normalise
from maligeo.readers.cells.values import each_word
from maligeo.readers.quarantine import Faults

_PLACES: Final = ("adm1_name", "adm2_name", "adm3_name")
_SERIES: Final = ["period_start", "period_end", "measure", "who", "device", "publisher", "basis"]
_UNCLEAR: Final = (
    "may be the total of its parts, which come to {total:g}, or what lies in none of them: leave "
    "the row out if it is their total"
)


def find_totals(figures: pd.DataFrame, found: Mapping[str, str]) -> tuple[list[int], Faults]:
    """Tell the rows that are totals of finer rows.

    Parameters
    ----------
    figures : pandas.DataFrame
        Figures with `adm1_name, adm2_name, adm3_name`, by rows of the file, which may repeat.
    found : mapping of str to str
        Fields of ours to columns of the file.

    Returns
    -------
    totals : list of int
        Rows whose figures are those of their parts added up.
    faults : Faults
        For rows that are neither that nor less than their parts.
    """
    totals: list[int] = []
    faults = Faults()
    names = [name for name in _PLACES if name in found]
    for level, name in enumerate(names[:-1], start=1):
        compared = _compared(figures, names, level)
        for row, cells in compared.groupby(level=0):
            same = cells["value"] == cells["total"]
            if bool(same.all()):
                totals.append(row)
            elif bool(
                (same & (cells["total"] > 0)).any() or (cells["value"] > cells["total"]).any()
            ):
                odd = cells[~same].iloc[[0]]
                reason = _UNCLEAR.format(total=float(odd["total"].iloc[0]))
                mask = pd.Series(True, index=odd.index)
                faults.add(mask, found[name], odd[name], reason)
    return totals, faults


def _compared(figures: pd.DataFrame, names: Sequence[str], level: int) -> pd.DataFrame:
    """Give figures of a level that have parts, with the sum of these."""
    below = names[level:]
    keys = [f"_{name}" for name in names[:level]]
    plain = figures.copy()
    for name, key in zip(names, keys, strict=False):
        plain[key] = each_word(figures[name], normalise)
    coarse = plain[names[level - 1]].notna() & plain[below].isna().all(axis=1)
    finest = plain[below[0]].notna() & plain[below[1:]].isna().all(axis=1)
    if not (coarse.any() and finest.any()):
        return plain.iloc[:0].assign(total=0.0)
    by = [*keys, *_SERIES]
    totals = plain[finest].groupby(by, dropna=False)["value"].sum(min_count=1)
    named = plain[coarse].rename_axis("row").reset_index()
    merged = named.merge(totals.rename("total").reset_index(), on=by, how="inner")
    return merged.dropna(subset=["value", "total"]).set_index("row")
