"""The units in which incidents are counted for others: reference units, or listed ones."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import shapely

from maligeo.core.columns import PLACE_KINDS, unit_keys
from maligeo.core.errors import FrameError, ReleaseError
from maligeo.core.periods import parse_period
from maligeo.disclosure.policy import TIMES, Lattice, Rules
from maligeo.join.points import unit_level
from maligeo.measure.counts import UNPLACED
from maligeo.measure.dates import Periods
from maligeo.readers.reference import require_reference

_DIGITS: Final = 16


@dataclass(frozen=True)
class Division:
    """The units in which a dataset is counted.

    Attributes
    ----------
    vintage : str
        Their division.
    level : int
        1 for regions, 2 for cercles.
    regions : tuple of str
        Keys of the regions, and the kinds of place that are no unit, in brackets.
    cercles : mapping of str to str
        The region of each cercle.
    outlines : str
        Hash of names, codes and outlines.
    """

    vintage: str
    level: int
    regions: tuple[str, ...]
    cercles: Mapping[str, str]
    outlines: str

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON has it."""
        return {**vars(self), "cercles": dict(self.cercles)}

    def refines(self, other: "Division") -> bool:
        """Tell whether these are cercles of the regions of another division."""
        return self.vintage == other.vintage and self.level > other.level

    @classmethod
    def of(cls, units: gpd.GeoDataFrame, rules: Rules) -> "Division":
        """Describe units, and refuse those that may not be told apart in public.

        Raises
        ------
        ReleaseError
            If they are in no reference table and not in the policy, finer than it
            allows, or smaller.
        """
        outlines = units_hash(units)
        level = unit_level(units)
        require_cells(rules.lattice_for("incidents"), "incidents", level, None)
        if outlines not in rules.boundaries:
            require_known_units(units, outlines)
        small = units[units["area_sqkm"] < rules.smallest_unit_sqkm]
        if len(small):
            raise ReleaseError(
                f"{small['name'].iloc[0]} has {small['area_sqkm'].iloc[0]:,.1f} km²: units "
                f"below {rules.smallest_unit_sqkm:,.0f} km² are not released"
            )
        keys = unit_keys(units)
        beside = tuple(f"({kind})" for kind in PLACE_KINDS if kind in UNPLACED)
        if level == 1:
            return cls(str(units["vintage"].iloc[0]), 1, (*keys, *beside), {}, outlines)
        parents = units["parent_pcode"].astype("string")
        if parents.isna().any():
            raise ReleaseError("the cercles do not say in which region they are (parent_pcode)")
        cercles = dict(zip(keys, parents, strict=True))
        regions = (*dict.fromkeys(parents), *beside)
        return cls(str(units["vintage"].iloc[0]), 2, regions, cercles, outlines)


def require_cells(lattice: Lattice, kind: str, level: int, period: Periods) -> None:
    """Refuse units and periods that are finer than what is released.

    Raises
    ------
    ReleaseError
        Saying what is possible.
    """
    if not lattice.times(level):
        raise ReleaseError(
            f"{kind} are not released by units of level {level}: {possible(lattice)}"
        )
    finest = lattice.finest(level)
    if finest is None or period is None:
        return
    for text in [period] if isinstance(period, str) else period:
        if not _is_whole(text, finest):
            raise ReleaseError(f"{kind} are not released for {text}: {possible(lattice)}")


def _is_whole(text: str, finest: str) -> bool:
    """Tell whether a period is made of whole months, quarters or years."""
    if text in TIMES:
        return TIMES.index(text) >= TIMES.index(finest)
    span = parse_period(text)
    first, last = (pd.Period(day, freq=finest[0].upper()) for day in span)
    return bool(span.start == first.start_time and span.end == last.end_time.normalize())


def possible(lattice: Lattice) -> str:
    """Say in words which levels and periods an audience may have."""
    names = {1: "regions", 2: "cercles", 3: "communes"}
    levels = sorted({level for level, _ in lattice.cells})
    return "; ".join(f"{names[level]} by {' and '.join(lattice.times(level))}" for level in levels)


def require_known_units(units: pd.DataFrame, outlines: str) -> None:
    """Refuse units that are in no reference table.

    Raises
    ------
    ReleaseError
        With each code and name that does not agree, and the hash by which a policy can
        list the units.
    """
    try:
        require_reference(units)
    except FrameError as error:
        raise ReleaseError(
            f"these units are in no reference table, and could be drawn around a single place:\n"
            f"{error}\nAn organisation can list units of its own in its policy: "
            f'boundaries = ["{outlines}"]'
        ) from error


def units_hash(units: pd.DataFrame) -> str:
    """Give the hash of codes, names and outlines of units."""
    ordered = units.assign(key=unit_keys(units)).sort_values("key")
    digest = hashlib.sha256()
    for row in ordered.itertuples():
        digest.update(f"{row.vintage}|{row.level}|{row.key}|{row.name}|".encode())
        if isinstance(units, gpd.GeoDataFrame):
            digest.update(shapely.to_wkb(shapely.normalize(row.geometry)))
    return digest.hexdigest()[:_DIGITS]
