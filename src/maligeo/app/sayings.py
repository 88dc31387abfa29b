"""Sentences that advise options of the command line, as the page says them: by step and field."""

import re
from functools import partial
from typing import Final

from maligeo.core.sentences import field_text
from maligeo.core.words import word

# What an option is on the page; longer patterns first.
_OPTIONS: Final = (
    (re.compile(r'--column "(?P<field>\w+)=(?P<text>[^"]+)"'), "app.option_column"),
    (re.compile(r"--column (?P<field>\w+)=(?P<text>[^\s,;)]*[^\s,;).])"), "app.option_column"),
    (
        re.compile(r"columns=\{'(?P<field>\w+)': (?P<text>…)\}, (?:ou|or) --profile"),
        "app.option_column",
    ),
    (re.compile(r"--constant (?P<field>\w+)=(?P<text>[^\s,;)]*[^\s,;).])"), "app.option_constant"),
    (re.compile(r"--dates day-month (?:ou|or) month-day"), "app.option_order"),
    (re.compile(r"--dates (?P<dates>day-month|month-day)"), "app.option_dates"),
    (re.compile(r"--audience (?P<audience>internal|partner|public)"), "app.option_audience"),
    (re.compile(r"--covers(?: [\d/-]*\d)?"), "app.option_covers"),
    (
        re.compile(r"--(?:kind )?(?P<kind>incidents|projects|areas|boundaries|population)\b"),
        "app.option_file",
    ),
    (re.compile(r"--place\b"), "app.option_place"),
    (re.compile(r"--level\b"), "app.option_level"),
    (re.compile(r"--vintage\b"), "app.option_vintage"),
    (re.compile(r'--(?:sheet|layer)(?: "[^"]*")?'), "app.option_part"),
)
_COMMAND: Final = re.compile(r" \(maligeo [^)]*\)")  # which there is none of on the page
_SEVERAL: Final = re.compile(r'(?<=") (?=--column ")')  # options, one behind the other


def on_page(text: str, language: str) -> str:
    """Say where on the page something can be said, in the place of an option.

    Parameters
    ----------
    text : str
        A sentence for the command line.
    language : {"fr", "en"}
        Its language.

    Examples
    --------
    >>> on_page("or say what the records cover (--covers)", "en")
    'or say what the records cover (step 4, what the list covers)'
    """
    text = _SEVERAL.sub("; ", _COMMAND.sub("", text))
    for pattern, key in _OPTIONS:
        text = pattern.sub(partial(_said, key, language), text)
    return text


def _said(key: str, language: str, found: "re.Match[str]") -> str:
    parts = found.groupdict()
    if "field" in parts:
        parts["field"] = field_text(parts["field"], language)
    if "kind" in parts:
        parts["kind"] = word(f"app.file_{parts['kind']}", language)
    if "dates" in parts:
        parts["dates"] = word(f"app.dates_{parts['dates']}", language)
    if "audience" in parts:
        parts["audience"] = word(f"app.for_{parts['audience']}", language).rstrip(".")
    return word(key, language).format(**parts)
