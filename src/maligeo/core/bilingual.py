"""Texts in French and English, read from the TOML files of `core/words`.

This stands apart from `core.words`, so that errors can read their texts without a circle.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

NARROW_SPACE: Final = "\u202f"
NO_BREAK_SPACE: Final = "\u00a0"
FRENCH_SPACES: Final = NARROW_SPACE + NO_BREAK_SPACE

_FOLDER: Final = Path(__file__).parent / "words"
_BEFORE_HIGH_SIGN = re.compile(r" (?=[:;!?%»])|(?<=«) ")
_BETWEEN_THOUSANDS = re.compile(r"(?<=\d) (?=\d{3}(?!\d))")
_BEFORE_UNIT = re.compile(r"(?<=[\d}]) (?=(?:km²|km|m²|m|ha|ko|Mo|Mio|USD|EUR|XOF)(?![\w²]))")
_IN_A_WORD = re.compile(r"(?<=[^\W\d_])'(?=[^\W\d_])")
_QUOTED = re.compile(r"(?<![=\w])\"([^\"=]+)\"(?!\w)")


@cache
def read_texts(name: str) -> Mapping[str, Mapping[str, str]]:
    """Read the texts of one file.

    Parameters
    ----------
    name : str
        Name of a file in `core/words` without ".toml".

    Returns
    -------
    mapping of str to mapping
        Name of each text, such as "legend.missing", to its text by language, "fr" and
        "en", with the spaces of French typography.
    """
    return {
        key: {"fr": french_spaces(text["fr"]), "en": text["en"]}
        for key, text in read_file(name).items()
    }


def read_file(name: str) -> dict[str, Any]:
    """Read a file of `core/words` as it stands."""
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def french_spaces(text: str) -> str:
    """Put the spaces that must not break before high signs and units, and between thousands."""
    joined = _BEFORE_HIGH_SIGN.sub(NO_BREAK_SPACE, text)
    joined = _BETWEEN_THOUSANDS.sub(NARROW_SPACE, joined)
    return _BEFORE_UNIT.sub(NO_BREAK_SPACE, joined)


def curly(text: str) -> str:
    """Set the apostrophes within words as both languages print them: "l'État" is "l’État".

    What the data call something has straight ones, by which names are found.
    """
    return _IN_A_WORD.sub("’", text) if "'" in text else text


def english_quotes(text: str) -> str:
    """Set what stands between straight quotes as English prints it."""
    return _QUOTED.sub(r"“\1”", text)
