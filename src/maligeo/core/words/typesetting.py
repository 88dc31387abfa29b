"""Pairs of French and English, and the spaces that French typography wants."""

import re
from typing import Final

from maligeo.core.checks import require_choice
from maligeo.core.columns import LANGUAGES

NARROW_SPACE: Final = "\u202f"
NO_BREAK_SPACE: Final = "\u00a0"

_BEFORE_HIGH_SIGN = re.compile(r" (?=[:;!?%»])|(?<=«) ")
_BETWEEN_THOUSANDS = re.compile(r"(?<=\d) (?=\d{3}(?!\d))")


def typeset(pair: tuple[str, str], language: str) -> str:
    """Choose from a pair (French, English), and set French spaces."""
    text = pair[position_of(language)]
    return _french_spaces(text) if language == "fr" else text


def _french_spaces(text: str) -> str:
    """Put the spaces that must not break before high signs and between thousands."""
    joined = _BEFORE_HIGH_SIGN.sub(NO_BREAK_SPACE, text)
    return _BETWEEN_THOUSANDS.sub(NARROW_SPACE, joined)


def position_of(language: str) -> int:
    """Give the place of a language in a pair.

    Raises
    ------
    ArgumentError
        If the language is not known.
    """
    require_choice(language, LANGUAGES, option="language")
    return LANGUAGES.index(language)
