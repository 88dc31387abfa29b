"""The reference table of units: which codes and names a division has."""

from functools import cache
from typing import Final

import pandas as pd

from maligeo import catalog
from maligeo.core.columns import unit_keys
from maligeo.core.errors import Fault, FrameError
from maligeo.core.placenames import ALIAS_SEPARATOR, normalise

_TABLES: Final = ("units", "cercles_2015", "pcodes_2023")


@cache
def reference_units() -> pd.DataFrame:
    """Give all units of which code and name are known.

    Returns
    -------
    pandas.DataFrame
        `vintage, level, pcode, name, name_alt, parent_pcode`, one row a unit: regions of
        2015, 2016 and 2023, cercles of 2015 and 2023. Do not change it: it is read once.
    """
    wanted = ["vintage", "level", "pcode", "name", "name_alt", "parent_pcode"]
    tables = [catalog.load_table("reference", name).reindex(columns=wanted) for name in _TABLES]
    table = pd.concat([part.astype("string") for part in tables], ignore_index=True)
    table["level"] = table["level"].astype("Int64")
    return table.drop_duplicates(["vintage", "level", "pcode", "name"], ignore_index=True)


@cache
def _names() -> dict[tuple[str, int, str], frozenset[str]]:
    """Give the names of each unit, normalised, by vintage, level and key."""
    table = reference_units()
    found: dict[tuple[str, int, str], frozenset[str]] = {}
    for row, key in zip(table.itertuples(), unit_keys(table), strict=True):
        aliases = [] if pd.isna(row.name_alt) else str(row.name_alt).split(ALIAS_SEPARATOR)
        names = frozenset(normalise(name) for name in (str(row.name), *aliases))
        place = (str(row.vintage), int(row.level), str(key))
        found[place] = found.get(place, frozenset()) | names
    return found


def is_reference_unit(vintage: str, level: int, key: str, name: str | None = None) -> bool:
    """Tell whether a division has a unit of this code (or name, where it has no code)."""
    names = _names().get((vintage, level, key))
    return names is not None and (name is None or normalise(name) in names)


def require_reference(units: pd.DataFrame, *, what: str = "units") -> None:
    """Refuse units whose codes and names are not those of their division.

    Parameters
    ----------
    units : pandas.DataFrame
        With `vintage, level, pcode, name`.
    what : str
        Name of the frame, for the message.

    Raises
    ------
    FrameError
        Naming each unit with its code, its name, and what the reference table has.
    """
    known, faults = _names(), []
    for row, key in zip(units.itertuples(), unit_keys(units), strict=True):
        names = known.get((str(row.vintage), int(row.level), str(key)))
        if names is None:
            reason = f"is no unit of level {row.level} in the division of {row.vintage}"
            faults.append(Fault(row.Index, "pcode", key, reason))
        elif normalise(str(row.name)) not in names:
            listed = " or ".join(sorted(names))
            reason = f"is not the name of {key} in the division of {row.vintage}: {listed}"
            faults.append(Fault(row.Index, "name", row.name, reason))
    if faults:
        raise FrameError(what, faults)
