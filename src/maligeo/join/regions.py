"""The unit that a name means, or the units of the region that bears it."""

from dataclasses import dataclass
from typing import Final

import pandas as pd

from maligeo import catalog
from maligeo.core.errors import UnknownNameError
from maligeo.core.placenames import NameTable, stated_kind
from maligeo.join.names import ancestor_names

_KINDS: Final = {"adm1": 1, "adm2": 2, "adm3": 3}


@dataclass(frozen=True)
class Focus:
    """What a map is about: one unit, or the units of a region or cercle.

    Attributes
    ----------
    name : str
        Its name.
    rows : tuple of int
        Row positions of its units.
    """

    name: str
    rows: tuple[int, ...]

    @property
    def is_one(self) -> bool:
        """Whether it is one unit of those of the map."""
        return len(self.rows) == 1


def find_focus(region: str, units: pd.DataFrame) -> Focus:
    """Find the units that a name means: a unit, or all units of a region or cercle.

    Parameters
    ----------
    region : str
        The name, in any spelling. Of a region and a cercle of one name the region is meant;
        "cercle de Mopti" is the cercle.
    units : pandas.DataFrame
        Units of one level and vintage: `name`, and `name_alt`, `level`, `parent_pcode` where
        they have them.

    Raises
    ------
    UnknownNameError
        If none or several units bear it; as `find_unit`.
    """
    level = int(units["level"].iloc[0]) if "level" in units.columns else 1
    if level > 1 and "parent_pcode" in units.columns:
        above = ancestor_names(units, str(units["vintage"].iloc[0]), level)
        first = _KINDS.get(stated_kind(region) or "", 1)
        for names, table in (above[upper] for upper in range(first, level)):
            if rows := table.find(region):
                return Focus(names[rows[0]], rows)
    at = find_unit(region, units)
    return Focus(str(units["name"].iloc[at]), (at,))


def find_unit(region: str, units: pd.DataFrame) -> int:
    """Give the row position of the one unit that bears a name or alias.

    Parameters
    ----------
    region : str
        The name, in any spelling that `normalise` brings together; or the code of the unit,
        where several bear one name.
    units : pandas.DataFrame
        Units of one vintage: `name`, and `name_alt` where they have other names.

    Raises
    ------
    UnknownNameError
        If none or several bear it; of a region of another division it says in which of these
        it lies.
    """
    found = NameTable.of_units(units).find(region)
    if not found and "pcode" in units.columns:
        found = tuple(int(at) for at in (units["pcode"] == region).to_numpy().nonzero()[0])
    if len(found) == 1:
        return found[0]
    values = {"name": region, "known": ", ".join(units["name"])}
    later = None if found else _later_region(region, units)
    if later is None:
        raise UnknownNameError(key="unknown_region", values=values)
    raise UnknownNameError(key="later_region", values=values | later)


def _later_region(region: str, units: pd.DataFrame) -> dict[str, str] | None:
    """Say of a region of a later division in which of the units it lies."""
    if "vintage" not in units.columns or not len(units):
        return None
    vintage, listed = str(units["vintage"].iloc[0]), catalog.load_table("reference", "units")
    column = f"part_of_{vintage}"
    if column not in listed.columns:
        return None
    later = listed[(listed["vintage"] > vintage) & listed[column].isin(units["name"])]
    rows = NameTable.of_units(later).find(region)
    if not rows:
        return None
    last = later.iloc[rows[-1]]
    return {
        "name": str(last["name"]),
        "later": str(last["vintage"]),
        "old": str(last[column]),
        "vintage": vintage,
    }
