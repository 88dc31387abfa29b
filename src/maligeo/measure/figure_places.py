"""Figures to units, by the names that they give, with what is known of each that leads to none."""

from collections.abc import Mapping, Sequence
from typing import Final, Literal, NamedTuple

import geopandas as gpd
import pandas as pd

from maligeo import catalog
from maligeo.core.placenames import JOINT, normalise, split_places
from maligeo.join.meanings import Meanings, NameMatch
from maligeo.join.names import UnitNames, ancestor_names
from maligeo.join.points import unit_level
from maligeo.join.proposals import proposed_names
from maligeo.readers.reading import meant_in

How = Literal["nation", "unit", "kin", "part", "guess", "joint", "coarser", "none"]

_LEVELS: Final = (1, 2, 3)
_NEEDED: Final = ("name_alt", "parent_pcode")


class Placed(NamedTuple):
    """Where a figure belongs.

    Attributes
    ----------
    position : int
        Row position of its unit; -1 where it is of none, or of several.
    how : str
        "nation"; "unit", by its own name; "kin", by that of a region of another division;
        "part", a place of a finer level, and "guess", one whose level nobody says; "joint",
        several units together; "coarser", a unit of a level above; "none".
    remark : str
        How the name was read, or what it may mean.
    key : str
        The names in comparable form.
    together : str
        The names of several units, as a table shows them.
    positions : tuple of int
        Row positions of several units.
    """

    position: int
    how: How
    remark: str
    key: str
    together: str = ""
    positions: tuple[int, ...] = ()


def place_figures(figures: pd.DataFrame, units: gpd.GeoDataFrame) -> list[Placed]:
    """Find the unit of each figure.

    Parameters
    ----------
    figures : pandas.DataFrame
        With `unit`, and `adm1_name, adm2_name, adm3_name` where levels are known.
    units : geopandas.GeoDataFrame
        Units of one level and vintage.

    Returns
    -------
    list of Placed
        In the order of the figures.
    """
    names = [f"adm{level}_name" for level in _LEVELS]
    asked = figures.reindex(columns=["unit", *names]).astype(object)
    rows = list(asked.where(asked.notna(), None).itertuples(index=False, name=None))
    atlas = _Atlas(units, [str(unit) for unit, *above in rows if not any(above)])
    atlas.require_known(meant_in(figures))
    placed = {row: atlas.place(str(row[0]), row[1:]) for row in dict.fromkeys(rows)}
    return [placed[row] for row in rows]


class _Atlas:
    """The names of units, as figures may write them.

    Parameters
    ----------
    units : geopandas.GeoDataFrame
        Units of one level and vintage.
    unlevelled : sequence of str
        Names of which nobody says the level.
    """

    def __init__(self, units: gpd.GeoDataFrame, unlevelled: Sequence[str]) -> None:
        vintage = str(units["vintage"].iloc[0])
        self._level = unit_level(units) if "level" in units.columns else 1
        known = units.reindex(columns=list(dict.fromkeys((*units.columns, *_NEEDED))))
        self._names = UnitNames(known, vintage, self._level)
        self._meanings = Meanings(self._names)
        self._nation = normalise(str(catalog.country()["name_fr"]))
        local = [name for name in unlevelled if normalise(name) != self._nation]
        names = ancestor_names(known, vintage, self._level).get(1)
        self._are_regions = names is not None and all(map(names[1].find, local))

    def require_known(self, places: Mapping[str, tuple[str, int]]) -> None:
        """Refuse what names are said to mean where that is no place."""
        self._meanings.require_known({name: meant for name, (meant, _) in places.items()})

    def place(self, unit: str, stated: Sequence[str | None]) -> Placed:
        """Find the unit that a figure is about."""
        key = "/".join(normalise(name or "") for name in (*stated, unit))
        if normalise(unit) == self._nation:
            return Placed(-1, "nation", "", key)
        named = {normalise(name) for name in stated if name}
        finest = max((at for at, name in enumerate(stated, start=1) if name), default=0)
        if not named:
            return self._place_unlevelled(unit, key)
        is_finer = normalise(unit) not in named  # of a level that nobody says
        if finest < self._level and not is_finer:
            found = self._meanings.match([*stated, None])
            return self._found(found, "coarser", key, unit)
        found = self._meanings.match([*stated, unit if is_finer else None])
        how: How = "part" if is_finer or finest > self._level else "unit"
        return self._found(found, how, key, unit)

    def _place_unlevelled(self, unit: str, key: str) -> Placed:
        if self._are_regions:
            return Placed(-1, "coarser", "", key)
        own = [unit if level == self._level else None for level in _LEVELS]
        found = self._meanings.match([*own, None])
        if not found.positions:
            finer = self._meanings.match([None, None, None, unit])
            return self._found(finer if finer.positions else found, "guess", key, unit)
        return self._found(found, "unit", key, unit)

    def _found(self, found: NameMatch, how: How, key: str, unit: str) -> Placed:
        """Say where a figure belongs whose names led to one unit, to several, or to none."""
        remark = found.note or ""
        if len(found.positions) > 1:
            parts = split_places(unit, is_name=self._is_unit)
            return Placed(-1, "joint", "", key, JOINT.join(parts), tuple(found.positions))
        if found.positions:
            how = "kin" if how == "unit" and remark else "part" if how == "coarser" else how
            return Placed(found.positions[0], how, remark, key)
        return Placed(-1, "coarser" if how == "coarser" else "none", proposed_names(remark), key)

    def _is_unit(self, name: str) -> bool:
        return bool(self._names.bearing(name, self._level))
