"""Which columns hold what in a file of boundaries: one entry per publisher, as data."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from maligeo.core.errors import ArgumentError, Fault, FrameError

FORMATS: Final = Path(__file__).parent / "formats"

_DEEPEST: Final = 5


@dataclass(frozen=True)
class Schema:
    """The columns of one file.

    Attributes
    ----------
    title : str
        Publisher and columns, for messages and the column `source`.
    level : int or None
        Level of the units, where the names of the columns say it.
    columns : mapping of str to str
        Column of the file for each of name, code, parent, valid_on, valid_to, iso_3166_2,
        level, vintage and country that it has.
    alternatives : tuple of str
        Columns with other spellings of the name.
    region : mapping of str to str
        Columns with the name and code of the first level, where there are such.
    cod_codes : bool
        Whether the codes are COD p-codes; others are of the publisher's own making.
    country_key : str
        Which code of the country stands in the column `country`: "iso2" or "iso3".
    """

    title: str
    level: int | None
    columns: Mapping[str, str]
    alternatives: tuple[str, ...] = ()
    region: Mapping[str, str] = field(default_factory=dict)
    cod_codes: bool = False
    country_key: str = "iso2"


def find_schema(columns: Iterable[str]) -> Schema:
    """Recognise a publisher by the names of the columns, whatever their case.

    Parameters
    ----------
    columns : iterable of str
        Columns of the file.

    Returns
    -------
    Schema
        Of the deepest level for which the file has a name and a code.

    Raises
    ------
    FrameError
        If no entry fits; it names those that there are.
    """
    present = {column.casefold(): column for column in columns}
    for entry in _entries():
        for level in _levels(entry):
            schema = _fit(entry, level, present)
            if schema is not None:
                return schema
    known = "; ".join(entry["title"] for entry in _entries())
    raise FrameError(
        "boundaries",
        [
            Fault(
                None,
                "columns",
                ", ".join(present.values())[:200],
                f"no known layout (there is {known}): give name_field and code_field",
            )
        ],
    )


def named_schema(columns: Iterable[str], name_field: str | None, code_field: str | None) -> Schema:
    """Describe a file of which the caller names the columns.

    Parameters
    ----------
    columns : iterable of str
        Columns of the file.
    name_field, code_field : str or None
        Columns with name and code of the units.

    Returns
    -------
    Schema

    Raises
    ------
    ArgumentError
        If one of the two is given without the other.
    FrameError
        If the file has no such column.
    """
    if name_field is None or code_field is None:
        raise ArgumentError("name_field and code_field go together: a unit needs both")
    given = {"name": name_field, "code": code_field}
    present = set(columns)
    faults = [
        Fault(None, column, None, f"column is missing; there is {', '.join(sorted(present))}")
        for column in given.values()
        if column not in present
    ]
    if faults:
        raise FrameError("boundaries", faults)
    return Schema("named columns", None, given, cod_codes=True)


@cache
def _entries() -> tuple[dict[str, Any], ...]:
    return tuple(
        tomllib.loads(path.read_text(encoding="utf-8"))
        for path in sorted(FORMATS.glob("boundaries_*.toml"))
    )


def _levels(entry: dict[str, Any]) -> range:
    """Give the levels to try, the deepest first; one alone where no column bears a number."""
    numbered = any("{n}" in name for name in entry["fields"]["name"])
    return range(_DEEPEST, -1, -1) if numbered else range(0, -1, -1)


def _fit(entry: dict[str, Any], level: int, present: Mapping[str, str]) -> Schema | None:
    columns = _resolve(entry["fields"], level, present)
    if any(mark not in columns for mark in entry["marks"]):
        return None
    others = (_named(name, level, present) for name in entry["alternatives"]["name_alt"])
    numbered = len(_levels(entry)) > 1
    top = _resolve(entry["fields"], 1, present) if numbered and level >= 1 else {}
    return Schema(
        title=entry["title"],
        level=level if numbered else entry.get("level"),
        columns=columns,
        alternatives=tuple(dict.fromkeys(name for name in others if name)),
        region={role: top[role] for role in ("name", "code") if role in top},
        cod_codes=entry["codes"] == "cod",
        country_key=entry.get("country", {}).get("key", "iso2"),
    )


def _resolve(
    fields: Mapping[str, list[str]], level: int, present: Mapping[str, str]
) -> dict[str, str]:
    found = {}
    for role, names in fields.items():
        columns = [column for name in names if (column := _named(name, level, present))]
        if columns:
            found[role] = columns[0]
    return found


def _named(template: str, level: int, present: Mapping[str, str]) -> str | None:
    if "{up}" in template and level == 0:
        return None
    name = template.replace("{n}", str(level)).replace("{up}", str(level - 1))
    return present.get(name.casefold())


def layer_of_level(layers: Iterable[str], level: int) -> str | None:
    """Find the one layer whose name bears a level: "mli_admbnda_adm2_…", "ADM_ADM_2".

    Returns
    -------
    str or None
        The layer, or None where none or several bear it.
    """
    wanted = re.compile(rf"(?:adm|admin|level|[a-z]{{3}})_?{level}(?!\d)", re.IGNORECASE)
    found = [layer for layer in layers if wanted.search(layer)]
    return found[0] if len(found) == 1 else None
