"""Texts that a spreadsheet would compute: put so that it shows them (OWASP, CSV injection)."""

import re
from typing import Final

_SIGNS: Final = "=+\\-@\uff1d\uff0b\uff0d\uff20\t\r\n"  # also in full width, as in East Asia
_COMPUTED: Final = re.compile(f"[{_SIGNS}]")
# Where ";" is the separator of lists, as in French, each part becomes a cell of its own.
_PARTS_COMPUTED: Final = re.compile(f"(?:^|(?<=[;\t]))(?=[{_SIGNS}])")
_NUMBER: Final = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?\s?%?")
_NOTHING: Final = ("-", "+")  # a sign alone is a text to every spreadsheet


def is_computed(text: str) -> bool:
    """Tell whether a spreadsheet might take a cell for a formula; a number is none."""
    return bool(_COMPUTED.match(text)) and not _is_plain(text)


def guarded(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would compute.

    Parameters
    ----------
    text : str
        Content of a cell of a CSV file.

    Returns
    -------
    str
        The text itself where nothing in it would be computed. Numbers stay as they are,
        also negative ones and those that are written as text.

    Examples
    --------
    >>> guarded("=1+1"), guarded("-4.5"), guarded("Gao")
    ("'=1+1", '-4.5', 'Gao')
    """
    return text if _is_plain(text) else _PARTS_COMPUTED.sub("'", text)


def _is_plain(text: str) -> bool:
    return text in _NOTHING or _NUMBER.fullmatch(text) is not None
