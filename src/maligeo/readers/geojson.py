"""How many features a GeoJSON file has, by its own text.

GDAL passes over objects in the list of features that it does not take for any; counted
here, they are missed.
"""

import json
import re
from pathlib import Path
from typing import Final

from maligeo.errors import InputFileError

_BLANK: Final = re.compile(r"[ \t\r\n]*")
_DECODER: Final = json.JSONDecoder()


def count_features(path: Path) -> int:
    """Count the features of a GeoJSON file (RFC 7946), one at a time.

    Parameters
    ----------
    path : pathlib.Path
        The file, in UTF-8.

    Returns
    -------
    int
        The length of the list of features; 1 for a single feature or geometry.

    Raises
    ------
    InputFileError
        If it is not JSON, or if something in the list is no feature.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        return _count(text, path)
    except (OSError, ValueError, IndexError, RecursionError) as error:
        raise InputFileError(f"{path} is not GeoJSON: {error}") from error


def _count(text: str, path: Path) -> int:
    lists = counted = 0
    at = _skip(text, 0) + 1
    while text[at := _skip(text, at)] != "}":
        key, at = _DECODER.raw_decode(text, at)
        at = _skip(text, _skip(text, at, ":"))
        if key == "features" and text[at] == "[":
            lists += 1
            number, at = _count_list(text, at + 1, path)
            counted += number
        else:
            at = _DECODER.raw_decode(text, at)[1]
        at = _skip(text, at, ",")
    return counted if lists else 1


def _count_list(text: str, at: int, path: Path) -> tuple[int, int]:
    """Count the features of a list, keeping none; also say where the list ends."""
    number = 0
    while text[at := _skip(text, at)] != "]":
        feature, at = _DECODER.raw_decode(text, at)
        number += 1
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            raise InputFileError(f"{path}: entry {number} of its features is no feature")
        at = _skip(text, at, ",")
    return number, at + 1


def _skip(text: str, at: int, mark: str = "") -> int:
    """Go on behind blanks, and behind a mark where it stands there."""
    match = _BLANK.match(text, at)
    at = match.end() if match else at
    return at + len(mark) if mark and text.startswith(mark, at) else at
