"""To which administrative division a file of boundaries belongs, by what it shows itself."""

import datetime as dt
import tomllib
from collections.abc import Iterable
from functools import cache
from typing import Any, Final, NamedTuple

import pandas as pd

from maligeo import catalog
from maligeo.core.errors import VintageError
from maligeo.core.placenames import NameTable, normalise
from maligeo.readers.boundary_schemas import FORMATS

_SHOWN: Final = 4


class Sign(NamedTuple):
    """Something in a file that speaks for some divisions and against the others.

    Attributes
    ----------
    what : str
        What was found, in words.
    vintages : frozenset of str
        The divisions that it fits; none for a code that belongs to another unit.
    """

    what: str
    vintages: frozenset[str]

    def __str__(self) -> str:
        return f"{self.what} ({' or '.join(sorted(self.vintages)) or 'no division'})"


def vintage_of(signs: Iterable[Sign], *, what: str) -> str:
    """Give the one division that all the signs fit.

    Parameters
    ----------
    signs : iterable of Sign
        As `find_signs` gives them.
    what : str
        Name of the file, for the message.

    Returns
    -------
    str
        The vintage.

    Raises
    ------
    VintageError
        If there is no sign, if they leave several divisions open, or if they contradict
        one another; the message lists them and asks for `vintage=`.
    """
    found = list(signs)
    listed = "; ".join(map(str, found))
    left = frozenset(_vintages()).intersection(*(sign.vintages for sign in found))
    if len(left) == 1:
        return next(iter(left))
    if not found:
        reason = "nothing in it shows its division"
    elif left:
        reason = f"its signs fit {' and '.join(sorted(left))}: {listed}"
    else:
        reason = f"its signs contradict one another: {listed}"
    raise VintageError(
        f"{what}: {reason}; say which it is, one of {', '.join(_vintages())}, or a name of your "
        "own, such as zones-2024, for units of none of these"
    )


def find_signs(units: pd.DataFrame, regions: pd.DataFrame, *, cod_codes: bool) -> list[Sign]:
    """Collect what a file shows of its division.

    Parameters
    ----------
    units : pandas.DataFrame
        Its units: `level, pcode, name, valid_on`, and `vintage` where it says so itself.
    regions : pandas.DataFrame
        `pcode, name` of its units of the first level, each once.
    cod_codes : bool
        Whether the codes are COD p-codes, which then count as signs.

    Returns
    -------
    list of Sign
        From the declared vintage, the dates of validity, the number of units, the names
        of regions that only some divisions have, and codes that changed hands (ML09 is
        Bamako until 2021 and Taoudénit from 2025).
    """
    level = int(units["level"].iloc[0]) if len(units) else 1
    counted = {1: len(regions), level: len(units)}
    signs = [*_declared(units), *_dates(units), *_counts(counted), *_region_names(regions)]
    if cod_codes:
        signs += _region_codes(regions)
        signs += _pairs(units)
    return signs


@cache
def _rules() -> dict[str, Any]:
    return tomllib.loads((FORMATS / "boundaries-vintages.toml").read_text(encoding="utf-8"))


@cache
def _vintages() -> tuple[str, ...]:
    return tuple(sorted(_rules()["starts"]))


@cache
def _regions() -> pd.DataFrame:
    return catalog.load_table("reference", "units")


def _declared(units: pd.DataFrame) -> list[Sign]:
    if "vintage" not in units.columns:
        return []
    distinct = sorted(set(units["vintage"].dropna()))
    return [Sign(f"the column vintage says {name}", frozenset({name})) for name in distinct]


def _dates(units: pd.DataFrame) -> list[Sign]:
    starts: dict[str, dt.date] = _rules()["starts"]
    days = sorted({day.date() for day in units["valid_on"].dropna()})
    return [
        Sign(f"valid on {day}", frozenset({max(v for v in starts if starts[v] <= day)}))
        for day in days
        if any(start <= day for start in starts.values())
    ]


def _counts(counted: dict[int, int]) -> list[Sign]:
    counts = _rules()["counts"]
    return [
        Sign(f"{count} units of level {level}", frozenset(counts[str(level)][str(count)]))
        for level, count in sorted(counted.items())
        if str(count) in counts.get(str(level), {})
    ]


def _region_names(regions: pd.DataFrame) -> list[Sign]:
    """Find the regions that only some divisions have, put together by which."""
    known = _regions()
    table = NameTable.from_columns(known["name"], known["name_alt"])
    groups: dict[frozenset[str], list[str]] = {}
    for name in regions["name"].dropna():
        vintages = frozenset(known["vintage"].iloc[list(table.find(name))])
        if vintages and vintages != frozenset(_vintages()):
            groups.setdefault(vintages, []).append(name)
    return [Sign(f"there is {_enumerate(names)}", vintages) for vintages, names in groups.items()]


def _region_codes(regions: pd.DataFrame) -> list[Sign]:
    """Compare codes with the division in which a region of that name bears them."""
    known = _regions()
    table = NameTable.from_columns(known["name"], known["name_alt"])
    groups: dict[frozenset[str], list[str]] = {}
    for unit in regions.dropna(subset=["name", "pcode"]).itertuples():
        rows = known.iloc[list(table.find(unit.name))]
        fitting = frozenset(rows.loc[rows["pcode"] == unit.pcode, "vintage"])
        taken = unit.pcode in set(known["pcode"].dropna())
        if not rows.empty and taken and fitting != frozenset(_vintages()):
            groups.setdefault(fitting, []).append(f"{unit.pcode} is {unit.name}")
    return [Sign(_enumerate(texts), vintages) for vintages, texts in groups.items()]


def _pairs(units: pd.DataFrame) -> list[Sign]:
    signs = []
    for pair in _rules()["pairs"]:
        names = units.loc[units["pcode"] == pair["code"], "name"].dropna()
        if normalise(pair["name"]) in set(map(normalise, names)):
            text = f"{pair['code']} is {pair['name']}"
            signs.append(Sign(text, frozenset(pair["vintages"])))
    return signs


def _enumerate(texts: list[str]) -> str:
    more = len(texts) - _SHOWN
    return ", ".join(texts[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
