"""Whether two records name the same place: a village's name is borne by many."""

from functools import cache
from operator import ne
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from maligeo import catalog
from maligeo.core.placenames import NameTable, is_countrywide, normalise, split_places
from maligeo.join.parts import known_parts

PLACES: Final = ("place_name", "adm3_name", "adm2_name")  # the finest first
LEVELS: Final = (*PLACES, "adm1_name")
_OLDEST: Final = "2015"  # the division in which regions and cercles of later ones are found again


def same_place(
    one: pd.DataFrame, other: pd.DataFrame
) -> "tuple[pd.Series[str], npt.NDArray[np.bool_]]":
    """Name the finest column of places that two records have alike, row by row.

    Parameters
    ----------
    one, other : pandas.DataFrame, the same index
        With `place_name, adm3_name, adm2_name, adm1_name`.

    Returns
    -------
    same : pandas.Series of str
        "place_name", "adm3_name" or "adm2_name"; missing if a finer column differs, or a
        coarser one contradicts: another commune, cercle or region. Regions of several divisions
        contradict if they lie in different regions of 2015; a cercle of 2023 contradicts none
        of 2015 in the same region, since it may have been a part of it.
    contradicted : numpy.ndarray of bool
        Whether a coarser name is why it is missing.
    """
    same = pd.Series(pd.NA, index=one.index, dtype="string")
    open_ = np.ones(len(one), dtype=np.bool_)
    against = np.zeros(len(one), dtype=np.bool_)
    for name in LEVELS:
        sides = [side[name].astype("string").str.strip() for side in (one, other)]
        left, right = (texts.map(normalise, na_action="ignore") for texts in sides)
        both = (left.notna() & right.notna()).to_numpy(dtype=np.bool_)
        alike = both & (left == right).fillna(value=False).to_numpy(dtype=np.bool_)
        for at in np.flatnonzero(same.notna().to_numpy() & both & ~alike):
            against[at] |= _contradict(name, *(str(texts.iloc[at]) for texts in sides))
        if name in PLACES:
            same = same.mask(open_ & alike, name)
            open_ &= ~both
    return same.mask(against), against


def _contradict(column: str, one: str, other: str) -> bool:
    """Tell whether two names are those of different places; of a list of names nobody can."""
    by_level = {"adm2_name": _other_cercles, "adm1_name": _other_regions}
    differ = by_level.get(column, ne)
    return _is_one(one) and _is_one(other) and differ(one, other)


@cache
def _is_one(text: str) -> bool:
    """Tell the name of one place from several, and from the whole country."""
    return "(" not in text and len(split_places(text)) == 1 and not is_countrywide(text)


@cache
def _other_cercles(one: str, other: str) -> bool:
    found = [known_parts(_OLDEST, 2).find(name) for name in (one, other)]
    if set(found[0]) & set(found[1]):
        return False  # other names of one cercle
    divisions = [{part.of for part in parts} for parts in found]
    regions = [{part.above for part in parts} for parts in found]
    return divisions[0] == divisions[1] or regions[0].isdisjoint(regions[1])


@cache
def _other_regions(one: str, other: str) -> bool:
    table, homes = _regions()
    found = [{homes[at] for at in table.find(name)} or {normalise(name)} for name in (one, other)]
    return found[0].isdisjoint(found[1])


@cache
def _regions() -> tuple[NameTable, list[str]]:
    """Give the regions of all divisions by name, and the regions of 2015 in which they lie."""
    units = catalog.load_table("reference", "units")
    regions = units[(units["level"] == 1) & units[f"part_of_{_OLDEST}"].notna()]
    return NameTable.of_units(regions), [str(name) for name in regions[f"part_of_{_OLDEST}"]]
