"""Reported place names to units: own names, aliases, and regions of other vintages."""

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from maligeo import catalog
from maligeo.names import NameTable


@dataclass(frozen=True)
class NameMatch:
    """What a reported name led to.

    Attributes
    ----------
    position : int or None
        Row position of the unit, or None when the name leads to none or to several.
    note : str or None
        Why there is no unit, or how a name of another vintage was read.
    """

    position: int | None
    note: str | None = None


class UnitNames:
    """The names by which the units of one level and vintage are known.

    Parameters
    ----------
    units : geopandas.GeoDataFrame
        Units with `name` and `name_alt`.
    vintage : str
        Their vintage.
    level : int
        Their administrative level; names of other vintages are known for level 1.
    """

    def __init__(self, units: gpd.GeoDataFrame, vintage: str, level: int) -> None:
        self._own = NameTable.from_columns(units["name"], units["name_alt"])
        self._vintage = vintage
        self._kin = _kin(vintage) if level == 1 else pd.DataFrame()
        self._kin_names = (
            NameTable.from_columns(self._kin["name"], self._kin["name_alt"])
            if len(self._kin)
            else NameTable({})
        )

    def match(self, name: object) -> NameMatch:
        """Find the unit that a name means."""
        if not isinstance(name, str) or not name.strip():
            return NameMatch(None, "no name is reported")
        found = self._own.find(name)
        if len(found) == 1:
            return NameMatch(found[0])
        if found:
            return NameMatch(None, f"{name!r} is the name of {len(found)} units")
        return self._match_kin(name)

    def _match_kin(self, name: str) -> NameMatch:
        rows = self._kin.iloc[list(self._kin_names.find(name))] if len(self._kin) else self._kin
        if rows.empty:
            return NameMatch(None, f"{name!r} is no unit of {self._vintage}")
        kin = rows.iloc[0]
        label = f"{kin['name']} (region of {kin['vintage']})"
        home = self._own.find(kin["home"])
        if kin["nesting"] != "exact" or len(home) != 1:
            return NameMatch(None, f"{label} does not lie wholly in one unit of {self._vintage}")
        return NameMatch(home[0], f"{label} lies in {kin['home']} of {self._vintage}")


def _kin(vintage: str) -> pd.DataFrame:
    """List the regions of other vintages with the unit of this one that they lie in."""
    units = catalog.load_table("reference", "units")
    home = f"part_of_{vintage}"
    if home not in units.columns:
        return pd.DataFrame()
    others = units[(units["vintage"] != vintage) & units[home].notna()]
    others = others.rename(columns={home: "home"}).sort_values("vintage", kind="stable")
    return others[["vintage", "name", "name_alt", "home", "nesting"]].reset_index(drop=True)
