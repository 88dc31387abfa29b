"""Command lines, and what stands around them: names of files, profiles, and what was written.

This module knows nothing of QGIS.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

_PART = "|layername="
_NO_NAME = re.compile(r"[^\w-]+")
_NOT_NAMED = "couche"


class ColumnsError(ValueError):
    """What is said of columns is not written as field=column."""


class Shown(NamedTuple):
    """A layer of a file that was written: its name, and what it shows and for whom."""

    name: str
    title: str
    audience: str


def line_of(command: str, files: Sequence[str], **options: object) -> list[str]:
    """Give the arguments of a command.

    Parameters
    ----------
    command : str
        Its name, such as "locate".
    files : sequence of str
        What it takes by position.
    **options
        By name, "as_of" for --as-of; a list repeats the option; what is None or empty is
        left out.

    Examples
    --------
    >>> line_of("locate", ["a.csv"], level=2, vintage="", profile=["p.toml"])
    ['locate', '--level=2', '--profile=p.toml', '--', 'a.csv']
    """
    found = [command]
    for name, value in options.items():
        values = value if isinstance(value, list) else [value]
        flag = "--" + name.replace("_", "-")
        found += [f"{flag}={one}" for one in values if one not in (None, "")]
    return [*found, "--", *files] if files else found


def file_of(value: str) -> str | None:
    """Give a file as maligeo names it, of a text that QGIS has for it; None if it is none.

    Examples
    --------
    >>> file_of("memory?geometry=Point") is None
    True
    """
    path, part, layer = value.partition(_PART)
    if "|" in path or "|" in layer or not Path(path).is_file():
        return None
    return f"{path}#{layer}" if part else path


def file_name(layer: str) -> str:
    """Give a layer of QGIS the name of a file, by which maligeo speaks of it.

    Examples
    --------
    >>> file_name("Incidents / 2022")
    'Incidents_2022.gpkg'
    """
    return f"{_NO_NAME.sub('_', layer).strip('_') or _NOT_NAMED}.gpkg"


def columns_of(text: str) -> dict[str, str]:
    """Read which column is which field: "killed=Morts; date=Jour".

    Raises
    ------
    ColumnsError
        If a part is not written so; its text is the part.
    """
    found = {}
    for part in re.split(r"[;\n]", text):
        if not part.strip():
            continue
        field, equals, column = (each.strip() for each in part.partition("="))
        if not (field and equals and column):
            raise ColumnsError(part.strip())
        found[field] = column
    return found


def profile_of(kind: str, columns: Mapping[str, str]) -> str:
    """Write a profile of maligeo: which column of a file of a kind is which field.

    Examples
    --------
    >>> print(profile_of("incidents", {"killed": "Morts"}))
    [incidents]
    columns = { "killed" = "Morts" }
    <BLANKLINE>
    """
    pairs = ", ".join(
        f"{json.dumps(field, ensure_ascii=False)} = {json.dumps(column, ensure_ascii=False)}"
        for field, column in columns.items()
    )
    return f"[{kind}]\ncolumns = {{ {pairs} }}\n"


def layers_in(path: str) -> list[Shown]:
    """Give the layers of a GeoPackage that a map can show, in their order."""
    query = (
        "select c.table_name, c.description, g.geometry_type_name from gpkg_contents c "
        "join gpkg_geometry_columns g on g.table_name = c.table_name order by c.rowid"
    )
    with closing(_opened(path)) as database:
        titles = _titles(database)
        rows = database.execute(query).fetchall()
    return [
        Shown(name, titles.get(name, ""), (description or "").split(" | ")[0])
        for name, description, _ in rows
    ]


def sentences_in(path: str) -> list[str]:
    """Give what an answer that was written says of each unit."""
    query = "select sentence from gaps where place_kind = 'unit' order by rowid"
    with closing(_opened(path)) as database:
        return [text for (text,) in database.execute(query) if text]


def _titles(database: sqlite3.Connection) -> dict[str, str]:
    """Give what the first style of each layer shows."""
    there = "select 1 from sqlite_master where name = 'layer_styles'"
    if database.execute(there).fetchone() is None:
        return {}
    query = "select f_table_name, description from layer_styles where useAsDefault"
    return {name: text or "" for name, text in database.execute(query)}


def _opened(path: str) -> sqlite3.Connection:
    """Open a file that nothing is written to."""
    return sqlite3.connect(f"{Path(path).resolve().as_uri()}?mode=ro", uri=True)
