"""The places of a project in a table: cells taken apart, each name given its level."""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any, Final

import pandas as pd

from maligeo import catalog
from maligeo.names import NameTable, normalise, split_places
from maligeo.readers.sourceformats import read_catalogue, word_key

LEVELS: Final = ("adm3", "adm2", "adm1")
PLACE_COLUMNS: Final = (
    "place", "place_level", "place_parent", "adm1_name", "adm2_name", "adm3_name", "note",
)  # fmt: skip

_TABLES: Final = {"adm1": "units", "adm2": "cercles_2015", "settlement": "towns"}


def places_of(cells: Mapping[str, str]) -> list[dict[str, Any]]:
    """Give the places that the cells of one row name.

    Parameters
    ----------
    cells : mapping of str to str
        The filled ones of `adm1_name, adm2_name, adm3_name` (columns that say the level)
        and `place` (one that does not).

    Returns
    -------
    list of dict
        Of `place, place_level, place_parent, adm1_name, adm2_name, note`, one per place:
        those of `place`, where there is one and at most one unit stands beside it, else
        those of the lowest level that is filled. One dict of level "unattributed" where
        no place is named.
    """
    units = {level: split_places(cells.get(f"{level}_name", "")) for level in LEVELS}
    filled = [level for level in LEVELS if units[level]]
    above = {f"{level}_name": units[level][0] for level in LEVELS if len(units[level]) == 1}
    named = split_places(cells.get("place", ""))
    if named and all(len(units[level]) == 1 for level in filled):
        return [_named(name, above) for name in named]
    if not filled:
        return [{"place_level": "unattributed"}]
    lowest = filled[0]
    row = {
        "place_level": lowest,
        "place_parent": above.get("adm1_name") if lowest != "adm1" else None,
        "note": f"place: {cells['place']}" if named else None,
    }
    upper = {column: name for column, name in above.items() if column != f"{lowest}_name"}
    return [row | upper | {"place": name} for name in units[lowest]]


@lru_cache(maxsize=10_000)
def level_of(name: str) -> str | None:
    """Find the level of a place from its name alone.

    A prefix says it ("Région de Gao", "cercle d'Ansongo"); else a name that a region of
    any division bears is that region, one that a cercle bears the cercle, one that a town
    bears the town. None for all others.
    """
    if word_key(name) in _countrywide():
        return "country"
    words = word_key(name).removeprefix("la ").removeprefix("le ").split()
    prefixes: dict[str, list[str]] = read_catalogue("projects_places")["prefixes"]
    for level, prefix in prefixes.items():
        if len(words) > 1 and words[0] in prefix:
            return level
    return next((level for level in _TABLES if _table(level).find(name)), None)


def _named(name: str, above: Mapping[str, str]) -> dict[str, Any]:
    """Describe a place that stands in a column of no level, below the units beside it."""
    same = [level for level in LEVELS if _alike(above.get(f"{level}_name"), name)]
    level = same[0] if same else level_of(name)
    if above and not same and level not in (None, "settlement"):
        # Beside the unit in which it lies, a name is not that of another unit.
        level = "settlement" if level != "country" else level
    row: dict[str, Any] = {"place": name, "place_level": level} | dict(above)
    parent = above.get("adm1_name")
    row["place_parent"] = None if level in ("adm1", "country") else parent
    return row


def _alike(unit: str | None, name: str) -> bool:
    return unit is not None and normalise(unit) == normalise(name)


@cache
def _table(level: str) -> NameTable:
    known: pd.DataFrame = catalog.load_table("reference", _TABLES[level])
    return NameTable.from_columns(known["name"], known["name_alt"])


@cache
def _countrywide() -> frozenset[str]:
    return frozenset(map(word_key, read_catalogue("projects_places")["countrywide"]["names"]))
