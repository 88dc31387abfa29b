"""Codes of units (p-codes) as their names, where a table has no names and the codes can tell."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

import pandas as pd

from maligeo.core.placenames import normalise
from maligeo.readers.quarantine import Faults
from maligeo.readers.reference import reference_units

_WORDS: Final = {1: "region", 2: "cercle", 3: "commune"}
_NEEDED: Final = "name the units in a column"
# The COD-AB of 2021 gives the codes of cercles and communes in these regions to others than the
# lists before and after it; it is not bundled, so that such a code alone can mean several.
_ALSO_OF_2021: Final = re.compile(r"ML(0[1-9]|10)\d+")


def names_of_codes(codes: "pd.Series[str]", level: int) -> tuple["pd.Series[str]", Faults]:
    """Give the names that codes stand for.

    Parameters
    ----------
    codes : pandas.Series of str
        Codes of units, such as "ML11"; missing ones stay missing.
    level : int
        Their level: 1 regions, 2 cercles, 3 communes.

    Returns
    -------
    names : pandas.Series of str
    faults : Faults
        For codes that are of no list; for all of them where no list has all; and for those
        that mean one unit in one list and another in the next.

    Examples
    --------
    >>> names, faults = names_of_codes(pd.Series(["ML05", "ML09"]), level=1)
    >>> names.tolist(), [fault.value for fault in faults]
    (['Mopti', <NA>], ['ML09'])
    """
    cells = codes.astype("string").str.strip().str.upper()
    distinct = set(cells.dropna())
    lists = _lists(level)
    known = set().union(*lists.values())
    holding = {of: names for of, names in lists.items() if distinct & known <= names.keys()}
    read = {code: _meaning(code, level, holding) for code in sorted(distinct)}
    names = cells.map({code: name for code, (name, _) in read.items()}).astype("string")
    reasons = cells.map({code: why for code, (_, why) in read.items()}).astype("string")
    faults = Faults()
    faults.add(reasons.notna(), str(codes.name), codes, reasons)
    return names, faults


def _meaning(
    code: str, level: int, holding: Mapping[str, Mapping[str, str]]
) -> tuple[str | None, str | None]:
    """Give the name of a code, or why it is not known."""
    if level > 1 and _ALSO_OF_2021.fullmatch(code):
        return None, f"means other units in the lists of 2015, 2021 and 2025: {_NEEDED}"
    if not holding:
        return None, f"stands with codes of another list: {_NEEDED}"
    meant = {of: names[code] for of, names in holding.items() if code in names}
    if not meant:
        return None, f"is no code of a {_WORDS[level]} that is known"
    if len({normalise(name) for name in meant.values()}) > 1:
        listed = ", ".join(f"{name} ({of})" for of, name in meant.items())
        return None, f"means several units: {listed}; {_NEEDED}"
    return next(iter(meant.values())), None


@cache
def _lists(level: int) -> dict[str, dict[str, str]]:
    """Give the names of codes by division; of several spellings the first."""
    table = reference_units()
    coded = table[(table["level"] == level) & table["pcode"].notna()]
    return {
        str(of): dict(zip(part["pcode"][::-1], part["name"][::-1], strict=True))
        for of, part in coded.groupby("vintage")
    }
