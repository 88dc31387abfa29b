"""Reported place names to units, from the top level down.

A commune's name may occur in several cercles, so each reported name narrows down the
units that the next one may mean. A name of another vintage counts where that region lies
wholly in one unit, and a misspelt name only when asked for, above a score, and never
between places that are known to be easily taken for one another.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from maligeo import catalog
from maligeo.core.placenames import NameTable, normalise
from maligeo.join.parts import KINDS, find_parts


def ancestor_names(units: gpd.GeoDataFrame, vintage: str, level: int) -> dict[int, NameTable]:
    """Give the names of the units above each unit, level by level.

    Taken from the columns `adm1_name`, `adm2_name` of the units where they are there, as
    in files that repeat them, and else from the bundled unit tables by `parent_pcode`.

    Parameters
    ----------
    units : geopandas.GeoDataFrame
        Units of one level and vintage, with `parent_pcode`.
    vintage : str
        Their vintage.
    level : int
        Their administrative level.

    Returns
    -------
    dict of int to NameTable
        For each level above, the names and aliases with the row positions of the units
        below them; a table without names where they are not known.
    """
    tables: dict[int, NameTable] = {}
    parent = units["parent_pcode"].reset_index(drop=True)
    for upper in range(level - 1, 0, -1):
        known = _known_units(vintage, upper)
        found = known.reindex(parent).reset_index(drop=True)
        names, aliases = found["name"], found["name_alt"]
        stated = units.get(f"adm{upper}_name")
        if stated is not None:
            stated = stated.reset_index(drop=True).astype("object")
            names = names.where(names.notna(), stated)
            aliases = aliases.astype("string").str.cat(stated, sep="|", na_rep="")
        tables[upper] = NameTable.from_columns(names.fillna(""), aliases)
        parent = found["parent_pcode"]
    return tables


def _known_units(vintage: str, level: int) -> pd.DataFrame:
    """List the units of a level by code, as far as the bundled tables know them.

    In columns of objects, which keep this type even where nothing is found: what
    `Series.map` makes of texts that it finds nowhere is a column of numbers or of nulls.
    """
    if level == 1:
        table = catalog.load_table("reference", "units")
    else:
        table = catalog.load_table("reference", "cercles_2015")
    table = table[(table["vintage"] == vintage) & (table["level"] == level)]
    known = table.dropna(subset="pcode").drop_duplicates("pcode").set_index("pcode")
    return known[["name", "name_alt", "parent_pcode"]].astype("object")


EXACT_SCORE = 100.0


@dataclass(frozen=True)
class NameMatch:
    """What the reported names of a record led to.

    Attributes
    ----------
    position : int or None
        Row position of the unit, or None when the names lead to none or to several.
    score : float or None
        100 for a name as it stands in the list of units or aliases, less for a misspelt
        one, None without a unit.
    note : str or None
        Why there is no unit, or how a name was read.
    """

    position: int | None = None
    score: float | None = None
    note: str | None = None


@dataclass(frozen=True)
class _Step:
    """The rows that one reported name leaves, and how it was read."""

    rows: frozenset[int]
    score: float = EXACT_SCORE
    note: str | None = None


class UnitNames:
    """The names by which the units of one level and vintage are known.

    Parameters
    ----------
    units : geopandas.GeoDataFrame
        Units with `pcode, name, name_alt, parent_pcode`.
    vintage : str
        Their vintage.
    level : int
        Their administrative level.
    min_score : float, optional
        Similarity from 0 to 100 from which a misspelt name is accepted (normalised
        indel similarity of rapidfuzz); None accepts exact names alone.
    """

    def __init__(
        self, units: gpd.GeoDataFrame, vintage: str, level: int, *, min_score: float | None = None
    ) -> None:
        own = NameTable.from_columns(units["name"], units["name_alt"])
        above = ancestor_names(units, vintage, level)
        self._tables = [*(above[upper] for upper in range(1, level)), own]
        self._all = frozenset(range(len(units)))
        self._vintage = vintage
        self._kin = _kin(vintage)
        self._kin_names = NameTable.from_columns(self._kin["name"], self._kin["name_alt"])
        self._min_score = min_score
        self._forbidden = _do_not_match() if min_score is not None else frozenset()

    def match(self, reported: Sequence[object], finer: Sequence[object] = ()) -> NameMatch:
        """Find the unit that reported names mean.

        Parameters
        ----------
        reported : sequence
            Names from the first level down to that of the units; anything but a string
            with letters counts as not reported.
        finer : sequence
            Names of the levels below; they lead to the unit that holds the place where no
            name of its own level is reported.

        Returns
        -------
        NameMatch
        """
        if not _is_name(reported[-1]):
            return self._match_parts(reported, finer)
        rows, score, notes = self._all, EXACT_SCORE, []
        for level, name in enumerate(reported, start=1):
            if not isinstance(name, str) or not _is_name(name):
                continue
            step = self._narrow(name, level, rows)
            if not step.rows:
                return NameMatch(note=step.note)
            rows, score = step.rows, min(score, step.score)
            notes += [step.note] if step.note else []
        if len(rows) > 1:
            return NameMatch(note=f"{reported[-1]!r} is the name of {len(rows)} units")
        return NameMatch(min(rows), score, "; ".join(notes) or None)

    def _match_parts(self, reported: Sequence[object], finer: Sequence[object]) -> NameMatch:
        """Find the unit that holds a place of a finer level."""
        level = len(reported)
        names = [
            (at, name) for at, name in enumerate(finer, level + 1) if isinstance(name, str)
            and _is_name(name)
        ]  # fmt: skip
        if not names:
            return NameMatch(note="no name is reported")
        known = [name if _is_name(name) else None for name in reported]
        parts = find_parts(self._vintage, names, known)
        holders = {part.above[:level] for part in parts}
        named = ", ".join(repr(name) for _, name in names)
        if len(holders) > 1:
            listed = "; ".join(sorted(" / ".join(holder) for holder in holders))
            return NameMatch(note=f"{named} is the name of several places: {listed}")
        if not holders:
            return NameMatch(note=f"{named} is no place that is known in {self._vintage}")
        held = self.match(next(iter(holders)))
        if held.position is None:
            return held
        part = parts[0]
        note = f"{part.name} ({KINDS[part.level]}) lies in {part.above[level - 1]}"
        return NameMatch(held.position, held.score, note)

    def _narrow(self, name: str, level: int, rows: frozenset[int]) -> _Step:
        """Keep the rows that a name of one level may mean."""
        table = self._tables[level - 1]
        found = rows & frozenset(table.find(name))
        if found:
            return _Step(found)
        elsewhere = bool(table.find(name))
        if level == 1:
            kin = self._narrow_by_kin(name, table)
            if kin is not None:
                return kin
        fuzzy = self._narrow_by_likeness(name, table, rows)
        if fuzzy is not None:
            return fuzzy
        where = "the place that is reported above it" if elsewhere else self._vintage
        return _Step(frozenset(), note=f"{name!r} is no unit of {where}")

    def _narrow_by_kin(self, name: str, table: NameTable) -> _Step | None:
        found = self._kin_names.find(name)
        if not found:
            return None
        kin = self._kin.iloc[found[0]]
        label = f"{kin['name']} (region of {kin['vintage']})"
        rows = frozenset(table.find(kin["home"]))
        if kin["nesting"] != "exact" or not rows:
            note = f"{label} does not lie wholly in one unit of {self._vintage}"
            return _Step(frozenset(), note=note)
        return _Step(rows, note=f"{label} lies in {kin['home']} of {self._vintage}")

    def _narrow_by_likeness(
        self, name: str, table: NameTable, rows: frozenset[int]
    ) -> _Step | None:
        if self._min_score is None:
            return None
        import rapidfuzz

        form = normalise(name)
        allowed = {
            known: rows & frozenset(positions)
            for known, positions in table.positions.items()
            if rows & frozenset(positions) and frozenset((form, known)) not in self._forbidden
        }
        ranked = rapidfuzz.process.extract(
            form,
            list(allowed),
            scorer=rapidfuzz.fuzz.ratio,
            score_cutoff=self._min_score,
            limit=None,
        )
        if not ranked:
            return None
        best = ranked[0][1]
        meant = [allowed[known] for known, score, _ in ranked if score == best]
        if len(set(meant)) > 1:
            return _Step(frozenset(), note=f"{name!r} is as near to several names")
        read = next(known for known, score, _ in ranked if score == best)
        return _Step(meant[0], score=best, note=f"{name!r} read as {read!r} (score {best:.0f})")


def _is_name(name: object) -> bool:
    return isinstance(name, str) and normalise(name) != ""


def _do_not_match() -> frozenset[frozenset[str]]:
    """List the pairs of different places whose names are easily taken for one another."""
    pairs = catalog.load_table("reference", "do_not_match")
    return frozenset(
        frozenset((normalise(one), normalise(other)))
        for one, other in zip(pairs["name_a"], pairs["name_b"], strict=True)
    )


def _kin(vintage: str) -> pd.DataFrame:
    """List the regions of other vintages with the unit of this one that they lie in."""
    units = catalog.load_table("reference", "units")
    home = f"part_of_{vintage}"
    others = units[units["vintage"] != vintage]
    others = others.assign(home=others.get(home, pd.NA)).dropna(subset="home")
    return others.sort_values("vintage", kind="stable").reset_index(drop=True)
