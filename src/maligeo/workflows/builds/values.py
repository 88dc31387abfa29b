"""What a value of the file of a build may be: each function names a fault, or gives ""."""

from __future__ import annotations

import string
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, Final, get_args

from rapidfuzz import process

from maligeo.core.columns import LANGUAGES, Counting
from maligeo.core.errors import OutputFileError
from maligeo.core.files import require_portable
from maligeo.tiles.mvt.points import LowZooms
from maligeo.workflows.needs import names_table

INDEX: Final = "index.html"
RASTER: Final = "raster"  # of which tiles are made, instead of records

_RESERVED: Final = (INDEX, "datapackage.json")
_NEAR: Final = 60  # likeness of a key that may be meant, of 100
_FINEST_ZOOM: Final = 24


def near(word: object, known: Collection[str]) -> list[str]:
    """Give what may be meant by a word that is not known."""
    found = process.extractOne(str(word), list(known), score_cutoff=_NEAR)
    return [] if found is None else [found[0]]


def name_fault(file: str) -> str:
    """Say why no file of a build can have a name; empty where one can."""
    paths = (PurePosixPath(file), PureWindowsPath(file))
    if any(one.is_absolute() or one.drive or ".." in one.parts for one in paths):
        return "is not within the output folder"
    if any(sign in file for sign in '{}<>:"|?*\\'):
        return "has signs that a name of a file cannot have"
    if not paths[0].parts or paths[0].parts[0].casefold() in _RESERVED:
        return "is a name that the build needs for itself"
    try:
        for part in PurePosixPath(file).parts:
            require_portable(part)
    except OutputFileError:
        return "is a name that Windows keeps for a device"
    return ""


def placeholders(file: str) -> set[str]:
    """Name what stands in braces in the name of a file."""
    return {name for _, name, _, _ in string.Formatter().parse(file) if name}


def text_fault(value: Any) -> str:
    """Say why a value is no text."""
    if value is None:
        return "is missing"
    return "" if isinstance(value, str) and value.strip() else "is no text"


def texts_fault(value: Any) -> str:
    """Say why a value is neither a text nor a list of texts."""
    listed = [value] if isinstance(value, str) else value
    is_good = isinstance(listed, list) and listed and not any(map(text_fault, listed))
    return "" if is_good else "is no text, nor a list of texts"


def need_fault(value: Any) -> str:
    """Say why a value names no measures of need."""
    fault = texts_fault(list(value) if isinstance(value, dict) else value)
    if fault:
        return fault
    if any(map(names_table, [value] if isinstance(value, str) else value)):
        return "names a file, which is given as figures: name one of its measures here"
    if not isinstance(value, dict):
        return ""
    is_good = value and all(
        isinstance(one, int | float) and not isinstance(one, bool) and one > 0
        for one in value.values()
    )
    return "" if is_good else "must have a number above 0 for each measure"


def _periods_fault(value: Any) -> str:
    if value == "auto" or (isinstance(value, list) and len(value) == 2 and not texts_fault(value)):
        return ""
    return 'is neither "auto" nor two periods'


def whole_number_fault(value: Any) -> str:
    """Say why a value is no whole number."""
    is_good = isinstance(value, int) and not isinstance(value, bool)
    return "" if is_good else "is no whole number"


def _flag_fault(value: Any) -> str:
    return "" if isinstance(value, bool) else "is neither true nor false"


def _zooms_fault(value: Any) -> str:
    is_good = (
        isinstance(value, list)
        and len(value) == 2
        and all(type(one) is int for one in value)
        and 0 <= value[0] <= value[1] <= _FINEST_ZOOM
    )
    return "" if is_good else "is not two zooms like [0, 8]"


def _choice_of(known: Sequence[str]) -> Callable[[Any], str]:
    return lambda value: "" if value in known else f"is none of {', '.join(known)}"


# What is checked of options by their name; others are left to the function that takes them.
OPTION_FAULTS: Final[Mapping[str, Callable[[Any], str]]] = {
    "region": text_fault,
    "language": _choice_of(LANGUAGES),
    "layers": texts_fault,
    "compare": _periods_fault,
    "online_tiles": _flag_fault,
    "tiles": texts_fault,
    "measure": text_fault,
    "counting": _choice_of(get_args(Counting)),
    "zooms": _zooms_fault,
    "low_zooms": _choice_of(get_args(LowZooms)),
    "attribution": text_fault,
    RASTER: text_fault,
}
