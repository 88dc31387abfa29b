"""Names of regions, cercles and communes that are bundled, and the units that hold them."""

from dataclasses import dataclass
from functools import cache
from typing import Final

import pandas as pd

from maligeo import catalog
from maligeo.core.placenames import ALIAS_SEPARATOR, NameTable, normalise, without_accents

KINDS: Final = {1: "region", 2: "cercle", 3: "commune"}
_TITLES: Final = {1: "Région", 2: "Cercle", 3: "Commune"}
_VOWELS: Final = tuple("AEIOUY")


@dataclass(frozen=True)
class Part:
    """A named place.

    Attributes
    ----------
    name : str
        Its name as listed.
    level : int
        Its administrative level.
    above : tuple of str
        Names of the units that hold it, from the first level down; one with "|" where the
        place was divided, and "" where that is not known.
    of : str
        The vintage that has it, where the one asked for has not; else "".
    """

    name: str
    level: int
    above: tuple[str, ...]
    of: str = ""

    @property
    def kind(self) -> str:
        """What it is, with the division where it is another one."""
        return f"{KINDS[self.level]} of {self.of}" if self.of else KINDS[self.level]

    @property
    def stated(self) -> str:
        """Its name with what it is, as people write it in any column: "Cercle d'Ansongo"."""
        vowel = without_accents(self.name).upper().startswith(_VOWELS)
        of = "d'" if vowel else "de "
        return f"{_TITLES[self.level]} {of}{self.name}"

    @property
    def where(self) -> str:
        """The units that hold it, the nearest first, as "Koro (Mopti)"."""
        known = [name.replace(ALIAS_SEPARATOR, " / ") for name in self.above if name]
        if not known:
            return ""
        return known[-1] if len(known) == 1 else f"{known[-1]} ({', '.join(known[-2::-1])})"


@dataclass(frozen=True)
class Parts:
    """The places of one level that are known of one vintage."""

    table: NameTable
    places: tuple[Part, ...]

    def find(self, name: object) -> list[Part]:
        """Give the places that bear a name."""
        return [self.places[at] for at in self.table.find(name)]


@cache
def known_parts(vintage: str, level: int) -> Parts:
    """List the known places of a level, and their names with aliases.

    Parameters
    ----------
    vintage : str
        Whose units `above` names. Cercles of another division are among them where their
        region lies wholly in one of this one; of units of one's own nothing is known.
    level : int
        1, 2 or 3.
    """
    if _regions(vintage).empty:
        return Parts(NameTable({}), ())
    frame = {1: _regions, 2: _cercles, 3: _communes}[level](vintage)
    places = tuple(
        Part(
            row["name"],
            level,
            tuple(row[f"above_{at}"] for at in range(1, level)),
            row.get("of", ""),
        )
        for row in frame.to_dict("records")
    )
    return Parts(NameTable.from_columns(frame["name"], frame["name_alt"]), places)


def regions_elsewhere(vintage: str) -> pd.DataFrame:
    """List the regions of other vintages with the unit of this one, `home`, that they lie in."""
    units = catalog.load_table("reference", "units")
    home = f"part_of_{vintage}"
    others = units[units["vintage"] != vintage]
    others = others.assign(home=others.get(home, pd.NA)).dropna(subset="home")
    return others.sort_values("vintage", kind="stable").reset_index(drop=True)


def _regions(vintage: str) -> pd.DataFrame:
    units = catalog.load_table("reference", "units")
    return units[(units["vintage"] == vintage) & (units["level"] == 1)]


def _cercles(vintage: str) -> pd.DataFrame:
    """List the cercles of 2015 and of 2023 by the region in which they lie."""
    old = catalog.load_table("reference", "cercles_2015")
    column = f"region_{vintage}"
    old = old.assign(above_1=old[column].fillna("") if column in old.columns else "")
    new = _cercles_of_2023(vintage)
    first, then = (new, old) if vintage == "2023" else (old, new)
    listed = NameTable.of_units(first).positions.keys()
    others = then["name"].str.cat(then["name_alt"].fillna(""), sep=ALIAS_SEPARATOR)
    forms = others.map(lambda names: {normalise(one) for one in names.split(ALIAS_SEPARATOR)})
    added = then[[listed.isdisjoint(some) for some in forms]]
    added = added.assign(of=added["vintage"].astype("string"))
    return pd.concat([first.assign(of=""), added])[["name", "name_alt", "above_1", "of"]]


def _cercles_of_2023(vintage: str) -> pd.DataFrame:
    """List the cercles of 2023 whose region is one of a vintage, or lies wholly in one."""
    listed = catalog.load_table("reference", "pcodes_2023")
    names = listed[listed["level"] == 1].set_index("pcode")["name"]
    cercles = listed[listed["level"] == 2]
    own, others = _regions(vintage), regions_elsewhere(vintage)
    others = others[(others["vintage"] == "2023") & (others["nesting"] == "exact")]
    homes = [*own["name"], *others["home"]]
    table = NameTable.of_units(pd.concat([own, others]) if vintage == "2023" else others)
    homes = homes if vintage == "2023" else list(others["home"])
    home = {code: [homes[at] for at in table.find(name)] for code, name in names.items()}
    regions = [next(iter(home[code]), "") for code in cercles["parent_pcode"]]
    cercles = cercles.assign(name_alt=pd.NA, above_1=regions)
    return cercles if vintage == "2023" else cercles[cercles["above_1"] != ""]


def _communes(vintage: str) -> pd.DataFrame:
    """List the communes of 2015, by the region to which their cercle belongs."""
    communes = catalog.load_table("reference", "communes_2015")
    cercles = catalog.load_table("reference", "cercles_2015").set_index("pcode")
    region = f"region_{vintage}"
    known = region in cercles.columns
    regions = communes["parent_pcode"].map(cercles[region]).fillna("") if known else ""
    # Communes came to other cercles in 2023, of which there is no list.
    holders = "" if vintage == "2023" else communes["parent_pcode"].map(cercles["name"])
    return communes.assign(name_alt=pd.NA, above_1=regions, above_2=holders)
