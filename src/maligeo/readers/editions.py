"""Whether the codes and names of units are those of the edition that they say they are of.

A unit is known by its edition and code, so that codes of another edition make wrong joins.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

import pandas as pd

from maligeo import catalog
from maligeo.core.errors import UnknownNameError, VintageError
from maligeo.core.placenames import ALIAS_SEPARATOR, normalise
from maligeo.readers.reference import reference_units

_SHOWN: Final = 4
_YEAR: Final = re.compile(r"\d{4}")
_NAME: Final = re.compile(r"[\w.-]{1,40}")


@cache
def editions() -> tuple[str, ...]:
    """Name the divisions of which the reference table holds the regions."""
    return tuple(sorted(catalog.load_table("reference", "units")["vintage"].unique()))


def require_vintage(vintage: str) -> None:
    """Refuse what can be neither a known division nor one of the user's own.

    Raises
    ------
    UnknownNameError
        If it is a year that is no known one, or no short name.
    """
    if vintage in editions() or (_NAME.fullmatch(vintage) and not _YEAR.fullmatch(vintage)):
        return
    raise UnknownNameError(
        f"vintage {vintage!r} is not known; there is {', '.join(editions())}, and units of no "
        "known division bear a name of your own, such as 'zones-2024'"
    )


@dataclass(frozen=True)
class _Edition:
    """Names by code and codes by name, of one division and level."""

    names: dict[str, frozenset[str]]
    codes: dict[str, frozenset[str]]
    shown: dict[str, str]

    def contradicts(self, code: str, names: frozenset[str]) -> bool:
        """Tell whether a code is another unit's, or a name that of another code."""
        if names & self.names.get(code, frozenset()):
            return False
        return any(name in self.codes for name in names)


@cache
def _edition(vintage: str, level: int) -> _Edition:
    listed = reference_units()
    communes = catalog.load_table("reference", "communes_2015").assign(name_alt=pd.NA)
    table = pd.concat([listed, communes[["vintage", "level", "pcode", "name", "name_alt"]]])
    table = table[(table["vintage"].astype(str) == vintage) & (table["level"].astype(int) == level)]
    names: dict[str, frozenset[str]] = {}
    codes: dict[str, frozenset[str]] = {}
    shown: dict[str, str] = {}
    for row in table.dropna(subset="pcode").itertuples():
        code, own = str(row.pcode), _spellings((row.name, row.name_alt))
        names[code] = names.get(code, frozenset()) | own
        shown.setdefault(code, str(row.name))
        for name in own:
            codes[name] = codes.get(name, frozenset()) | {code}
    return _Edition(names, codes, shown)


def _spellings(cells: Iterable[object]) -> frozenset[str]:
    parts = (
        part for cell in cells if isinstance(cell, str) for part in cell.split(ALIAS_SEPARATOR)
    )
    return frozenset(map(normalise, parts)) - {""}


def require_edition(units: pd.DataFrame, vintage: str, *, what: str) -> None:
    """Refuse units of a known division whose codes and names belong to another.

    Parameters
    ----------
    units : pandas.DataFrame
        Units of one level: `level, pcode, name, name_alt`. Codes of another make than COD
        p-codes are not compared.
    vintage : str
        The division that they are said to be of.
    what : str
        Name of the file or frame, for the message.

    Raises
    ------
    VintageError
        With examples, and the divisions that codes and names fit.
    """
    if units.empty or vintage not in editions():
        return
    level = int(units["level"].iloc[0])
    known = _edition(vintage, level)
    pattern = f"{catalog.country()['iso2']}\\d+"
    coded = units[units["pcode"].astype("string").str.fullmatch(pattern).fillna(False)]
    pairs = _pairs(coded)
    odd = [(code, name) for code, name, names in pairs if known.contradicts(code, names)]
    if not odd:
        return
    fitting = [
        other for other in editions() if other != vintage and _fits(_edition(other, level), pairs)
    ]
    examples = ", ".join(_example(code, name, known) for code, name in odd[:_SHOWN])
    more = f" and {len(odd) - _SHOWN} more" if len(odd) > _SHOWN else ""
    values = {
        "file": what,
        "count": len(odd),
        "all": len(pairs),
        "vintage": vintage,
        "examples": f"{examples}{more}",
        "fitting": ", ".join(fitting),
    }
    if fitting:
        raise VintageError(key="contradicting_codes", values=values)
    raise VintageError(key="contradicting_codes_of_none", values=values)


def _pairs(units: pd.DataFrame) -> list[tuple[str, str, frozenset[str]]]:
    cells = zip(units["pcode"], units["name"], units["name_alt"], strict=True)
    return [(str(code), str(name), _spellings((name, other))) for code, name, other in cells]


def _fits(edition: _Edition, pairs: list[tuple[str, str, frozenset[str]]]) -> bool:
    known = [code in edition.names for code, _, _ in pairs]
    contradicted = any(edition.contradicts(code, names) for code, _, names in pairs)
    return not contradicted and 2 * sum(known) > len(pairs)


def _example(code: str, name: str, edition: _Edition) -> str:
    there = edition.shown.get(code)
    return f"{code} is {name}, there {there}" if there else f"{code} is {name}, there no unit"
