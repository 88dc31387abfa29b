"""Names of cercles and communes, and the units of coarser levels that hold them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import pandas as pd

from maligeo import catalog
from maligeo.core.placenames import NameTable, normalise

KINDS: Final = {2: "cercle", 3: "commune"}
_SEVERAL: Final = "|"


@dataclass(frozen=True)
class Part:
    """A named place below the units.

    Attributes
    ----------
    name : str
        Its name as listed.
    level : int
        Its administrative level.
    above : tuple of str
        Names of the units that hold it, from the first level down; one with "|" where the
        place was divided, and "" where that is not known.
    """

    name: str
    level: int
    above: tuple[str, ...]


def find_parts(
    vintage: str, names: Sequence[tuple[int, str]], known: Sequence[object]
) -> list[Part]:
    """Find the places that names below the level of the units mean.

    Parameters
    ----------
    vintage : str
        Of the units.
    names : sequence of (int, str)
        Levels and names that are reported, the coarsest first.
    known : sequence
        Names that are reported of levels above, from the first down; anything but a string
        is not reported.

    Returns
    -------
    list of Part
        Those of the coarsest name that is known and lies in what is reported above it:
        none, one, or several that bear the same name.
    """
    above = {
        level: normalise(_listed(name, level, vintage))
        for level, name in enumerate(known, start=1)
        if isinstance(name, str)
    }
    for level, name in names:
        table, parts = _parts(vintage, level)
        found = [parts[at] for at in table.find(name)]
        fitting = [part for part in found if _lies_in(part, above)]
        if fitting:
            return fitting
        above[level] = normalise(_listed(name, level, vintage))
    return []


def _listed(name: str, level: int, vintage: str) -> str:
    """Give the name under which a region or cercle is listed; an unknown one as it stands."""
    if level == 1:
        table, names = _regions(vintage)
        return next((names[at] for at in table.find(name)), name)
    table, parts = _parts(vintage, level)
    return next((parts[at].name for at in table.find(name)), name)


@cache
def _regions(vintage: str) -> tuple[NameTable, tuple[str, ...]]:
    units = catalog.load_table("reference", "units")
    own = units[(units["vintage"] == vintage) & (units["level"] == 1)]
    return NameTable.from_columns(own["name"], own["name_alt"]), tuple(own["name"])


def _lies_in(part: Part, above: dict[int, str]) -> bool:
    stated = ((above.get(level), name) for level, name in enumerate(part.above, start=1))
    return all(
        want is None or want in {normalise(one) for one in name.split(_SEVERAL)}
        for want, name in stated
    )


@cache
def _parts(vintage: str, level: int) -> tuple[NameTable, tuple[Part, ...]]:
    """List the known places of a level, and their names with aliases."""
    frame = _cercles(vintage) if level == 2 else _communes(vintage)
    parts = tuple(
        Part(row["name"], level, tuple(row[f"above_{at}"] for at in range(1, level)))
        for row in frame.to_dict("records")
    )
    return NameTable.from_columns(frame["name"], frame["name_alt"]), parts


def _cercles(vintage: str) -> pd.DataFrame:
    if vintage == "2023":
        listed = catalog.load_table("reference", "pcodes_2023")
        names = listed[listed["level"] == 1].set_index("pcode")["name"]
        cercles = listed[listed["level"] == 2]
        regions = cercles["parent_pcode"].map(names)
        return cercles.assign(name_alt=pd.NA, above_1=regions.fillna(""))
    cercles = catalog.load_table("reference", "cercles_2015")
    region = f"region_{vintage}"
    regions = cercles[region].fillna("") if region in cercles.columns else ""
    return cercles.assign(above_1=regions)


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
