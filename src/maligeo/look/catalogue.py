"""Reads the TOML files of this folder, and refuses an entry that cannot be what it says."""

import dataclasses
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from maligeo.core.errors import ArgumentError

Kind = TypeVar("Kind")


def read_catalogue(name: str) -> dict[str, Any]:
    """Read a file of this folder, named without ".toml"."""
    return tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))


def entries(
    kind: type[Kind], found: Mapping[str, Mapping[str, Any]], *, where: str
) -> dict[str, Kind]:
    """Make an object of a dataclass from each entry.

    Parameters
    ----------
    kind : type
        The dataclass; its annotations say what an entry may hold.
    found : mapping of str to mapping
        The entries by name.
    where : str
        Where they stand, for messages.

    Raises
    ------
    ArgumentError
        If an entry lacks a field, has one that is not known, or one of a wrong kind.
    """
    for name, entry in found.items():
        faults = list(_faults(kind, entry))
        if faults:
            raise ArgumentError(f"{where}: {name}: {', '.join(faults)}")
    return {name: kind(**entry) for name, entry in found.items()}


def _faults(kind: type, entry: Mapping[str, Any]) -> Iterator[str]:
    hints = get_type_hints(kind)
    for field in dataclasses.fields(kind):
        if field.name not in entry and field.default is dataclasses.MISSING:
            yield f"{field.name} is missing"
    for name, value in entry.items():
        if name not in hints:
            yield f"{name} is not known"
        elif not _fits(value, hints[name]):
            yield f"{name} cannot be {value!r}"


def _fits(value: object, hint: Any) -> bool:
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    if isinstance(hint, UnionType):
        return any(_fits(value, one) for one in get_args(hint))
    return type(value) is hint
