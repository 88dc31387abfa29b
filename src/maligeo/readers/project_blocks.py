"""Projects at several places, whose title is one cell merged over a row for each place."""

from collections.abc import Mapping
from typing import Final

import pandas as pd

_OF_PLACES: Final = (
    "place", "adm1_name", "adm2_name", "adm3_name", "latitude", "longitude", "place_share",
)  # fmt: skip
_OF_ROWS: Final = (*_OF_PLACES, "note", "source", "place_level", "place_parent", "reach",
                   "location_precision", "location_code")  # fmt: skip


def rows_of_one_project(
    rows: pd.DataFrame, found: Mapping[str, str], block: Mapping[int, int]
) -> dict[int, int]:
    """Tell which rows below a merged title are further places of the project in its first row.

    Parameters
    ----------
    rows : pandas.DataFrame of str
        Rows of a table; the index holds their numbers.
    found : mapping of str to str
        Fields to columns.
    block : mapping of int to int
        Rows that have their title from a merged cell, and the first row of it.

    Returns
    -------
    dict of int to int
        Of these, the rows that say of the project (its organisation, sector, dates, money)
        nothing else than the first one, and name a place that no other row of it names.
    """
    common = [name for ours, name in found.items() if ours not in _OF_ROWS and name in rows]
    places = [found[ours] for ours in _OF_PLACES if ours in found]
    same: dict[int, int] = {}
    seen = {first: {_texts(rows, first, places)} for first in block.values() if first in rows.index}
    for row, first in block.items():
        if row not in rows.index or first not in seen:
            continue
        own, said = rows.loc[row, common], rows.loc[first, common]
        place = _texts(rows, row, places)
        if (own.isna() | (own == said).fillna(False)).all() and place not in seen[first]:
            same[row] = first
            seen[first].add(place)
    return same


def _texts(rows: pd.DataFrame, row: int, columns: list[str]) -> tuple[str, ...]:
    return tuple(rows.loc[row, columns].fillna(""))
