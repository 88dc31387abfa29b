"""Figures to units, by the names that they give, with what is known of each that leads to none."""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

import geopandas as gpd
import pandas as pd
from rapidfuzz import fuzz, process

from maligeo import catalog
from maligeo.core.placenames import normalise, split_places
from maligeo.join.names import UnitNames, ancestor_names
from maligeo.join.points import unit_level

How = Literal["nation", "unit", "kin", "part", "guess", "joint", "coarser", "none"]

_LEVELS: Final = (1, 2, 3)
_LIKE: Final = 75.0  # of 100, from which a name is proposed for another
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
    """

    position: int
    how: How
    remark: str
    key: str


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
        self._listed = list(units["name"])
        self._nation = normalise(str(catalog.country()["name_fr"]))
        above = ancestor_names(known, vintage, self._level).get(1)
        local = [name for name in unlevelled if normalise(name) != self._nation]
        self._are_regions = above is not None and all(map(above.find, local))

    def place(self, unit: str, stated: Sequence[str | None]) -> Placed:
        """Find the unit that a figure is about."""
        key = "/".join(normalise(name or "") for name in (*stated, unit))
        if normalise(unit) == self._nation:
            return Placed(-1, "nation", "", key)
        names = self._with_unit(unit, stated)
        finest = max((at for at, name in enumerate(names, start=1) if name), default=0)
        if finest == 0:
            return self._place_unlevelled(unit, key)
        if finest < self._level:
            return self._joint(unit, key) or Placed(-1, "coarser", "", key)
        found = self._names.match(names[: self._level], names[self._level :])
        if found.position is None:
            return self._joint(unit, key) or self._unknown(unit, key)
        how: How = "part" if finest > self._level else "kin" if found.note else "unit"
        return Placed(found.position, how, found.note or "", key)

    def _with_unit(self, unit: str, stated: Sequence[str | None]) -> list[str | None]:
        """Put a unit that is none of the places stated below the finest of these."""
        names = list(stated)
        if not any(names) or normalise(unit) in {normalise(name) for name in names if name}:
            return names
        below = max(at for at, name in enumerate(names, start=1) if name)
        return [*names[:below], unit, *names[below + 1 :]][: len(_LEVELS)]

    def _place_unlevelled(self, unit: str, key: str) -> Placed:
        if self._are_regions:
            return Placed(-1, "coarser", "", key)
        found = self._names.match([*[None] * (self._level - 1), unit])
        how: How = "kin" if found.note else "unit"
        if found.position is None:
            finer = [unit] * (len(_LEVELS) - self._level)
            found, how = self._names.match([None] * self._level, finer), "guess"
        if found.position is None:
            return self._joint(unit, key) or self._unknown(unit, key)
        return Placed(found.position, how, found.note or "", key)

    def _joint(self, unit: str, key: str) -> Placed | None:
        """Tell names of several units, each of which is known."""
        parts = split_places(unit)
        above = [None] * (self._level - 1)
        known = [self._names.match([*above, part]).position is not None for part in parts]
        return Placed(-1, "joint", "", key) if len(parts) > 1 and all(known) else None

    def _unknown(self, unit: str, key: str) -> Placed:
        near = process.extractOne(
            unit, self._listed, scorer=fuzz.ratio, processor=normalise, score_cutoff=_LIKE
        )
        return Placed(-1, "none", near[0] if near else "", key)
