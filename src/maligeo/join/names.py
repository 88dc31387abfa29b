"""The names by which units are known, from the top level down.

A commune's name may occur in several cercles, so each reported name narrows down the
units that the next one may mean. A name of another vintage counts where that region lies
wholly in one unit, and a misspelt name only when asked for, above a score, and never
between places that are known to be easily taken for one another.
"""

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import pandas as pd
from rapidfuzz import fuzz, process

from maligeo import catalog
from maligeo.core.placenames import ALIAS_SEPARATOR, NameTable, normalise
from maligeo.join.parts import Part, known_parts, regions_elsewhere
from maligeo.join.proposals import do_not_match


def ancestor_names(
    units: gpd.GeoDataFrame, vintage: str, level: int
) -> dict[int, tuple[list[str], NameTable]]:
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
    dict of int to (list of str, NameTable)
        For each level above, its name for each unit ("" where it is not known), and the
        names and aliases with the row positions of the units below them.
    """
    tables: dict[int, tuple[list[str], NameTable]] = {}
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
        listed = [str(name) for name in names.fillna("")]
        tables[upper] = listed, NameTable.from_columns(listed, aliases)
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


EXACT_SCORE: Final = 100.0


@dataclass(frozen=True)
class Step:
    """The rows of units that a reported name leaves, and how it was read.

    Attributes
    ----------
    rows : frozenset of int
        Row positions.
    score : float
        100 for a name as it stands in the list of units or aliases, less for a misspelt one.
    note : str or None
        How it was read, or why it leaves none.
    by_place : bool
        Whether a place of a gazetteer led to them.
    """

    rows: frozenset[int]
    score: float = EXACT_SCORE
    note: str | None = None
    by_place: bool = False


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
        self._names = [*(above[upper][0] for upper in range(1, level)), list(units["name"])]
        self._tables = [*(above[upper][1] for upper in range(1, level)), own]
        self.all = frozenset(range(len(units)))
        self.vintage = vintage
        self.level = level
        self._kin = regions_elsewhere(vintage)
        self._kin_names = NameTable.from_columns(self._kin["name"], self._kin["name_alt"])
        self._min_score = min_score

    def bearing(self, name: str, level: int) -> frozenset[int]:
        """Give the rows that bear a name, or whose unit of a level above does.

        A region that the units call by another of its names ("Timbuktu") is found too.
        """
        table = self._tables[level - 1]
        found = table.find(name)
        if level == 1 and not found:
            alike = known_parts(self.vintage, 1).table.alike(name)
            found = next((rows for form in alike if (rows := table.find(form))), ())
        return frozenset(found)

    def listed(self) -> dict[str, str]:
        """Give the comparable forms of all names to the names as listed."""
        kin = {
            form: str(self._kin["name"].iloc[at[0]])
            for form, at in self._kin_names.positions.items()
        }
        for names, table in zip(self._names, self._tables, strict=True):
            kin |= {form: names[at[0]] for form, at in table.positions.items()}
        return kin

    def label(self, row: int, *, own: bool = False) -> str:
        """Name the units above a row, from the first down, and the row itself where asked."""
        above = [names[row] for names in self._names[:-1] if names[row]]
        return " / ".join([*above, self._names[-1][row]] if own or not above else above)

    def holding(self, part: Part) -> frozenset[int]:
        """Give the rows that hold a place of this level or a finer one; several if divided."""
        rows = self.all
        for level, name in enumerate((*part.above, part.name)[: self.level], start=1):
            if not name and level < self.level:
                continue
            some = [self.bearing(one, level) for one in name.split(ALIAS_SEPARATOR)]
            rows = rows & frozenset().union(*some) if all(some) else frozenset()
        return rows

    def narrow(self, name: str, level: int, rows: frozenset[int]) -> Step:
        """Keep the rows that a name of one level may mean."""
        table = self._tables[level - 1]
        found = rows & self.bearing(name, level)
        if found:
            return Step(found)
        if level == 1:
            kin = self._narrow_by_kin(name, table, rows)
            if kin is not None:
                return kin
        return self._narrow_by_likeness(name, table, rows) or Step(frozenset())

    def _narrow_by_kin(self, name: str, table: NameTable, rows: frozenset[int]) -> Step | None:
        found = self._kin_names.find(name)
        if not found:
            return None
        kin = self._kin.iloc[found[0]]
        label = f"{kin['name']} (region of {kin['vintage']})"
        home = rows & frozenset(table.find(kin["home"]))
        if kin["nesting"] != "exact" or not home:
            note = f"{label} does not lie wholly in one unit of {self.vintage}"
            return Step(frozenset(), note=note)
        return Step(home, note=f"{label} lies in {kin['home']} of {self.vintage}")

    def _narrow_by_likeness(self, name: str, table: NameTable, rows: frozenset[int]) -> Step | None:
        if self._min_score is None:
            return None
        form = normalise(name)
        allowed = {
            known: rows & frozenset(positions)
            for known, positions in table.positions.items()
            if rows & frozenset(positions) and frozenset((form, known)) not in do_not_match()
        }
        ranked = process.extract(
            form,
            list(allowed),
            scorer=fuzz.ratio,
            score_cutoff=self._min_score,
            limit=None,
        )
        if not ranked:
            return None
        best = ranked[0][1]
        meant = [allowed[known] for known, score, _ in ranked if score == best]
        if len(set(meant)) > 1:
            return Step(frozenset(), note=f"{name!r} is as near to several names")
        read = next(known for known, score, _ in ranked if score == best)
        return Step(meant[0], score=best, note=f"{name!r} read as {read!r} (score {best:.0f})")
