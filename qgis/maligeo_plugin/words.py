"""What the plugin says, in French and English."""

from __future__ import annotations

import json
import re
from pathlib import Path

LANGUAGES = ("fr", "en")
_SPACES = re.compile(r" (?=[:;?!»])|(?<=«) ")  # those that must not break
_TEXTS = json.loads(Path(__file__).with_name("words.json").read_text(encoding="utf-8"))


def language_of(locale: str) -> str:
    """Give the language of the plugin for a locale of QGIS such as "fr_FR"."""
    return "fr" if locale.lower().startswith("fr") else "en"


def word(key: str, language: str, **values: object) -> str:
    """Give a text in a language, with values in their places.

    Raises
    ------
    KeyError
        If there is no such text.
    """
    text = str(_TEXTS[key][LANGUAGES.index(language)])
    if language == "fr":
        text = _SPACES.sub("\u00a0", text)
    return text.format(**values) if values else text
