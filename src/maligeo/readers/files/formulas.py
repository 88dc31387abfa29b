"""Formulas of workbooks that no program has computed: their cells look empty and are not."""

import re
from pathlib import Path
from typing import IO, Final

from maligeo.core.errors import InputFileError

_SHOWN: Final = 5
_BYTES: Final = 2**20
_LONGEST: Final = 2**16  # bytes of a cell, which may lie on the border of two pieces
# A text that is empty is a result too, and its cell says that it is a text.
_WITHOUT_RESULT: Final = re.compile(
    rb'<(?:\w+:)?c r="([A-Z]{1,3}[0-9]{1,7})"(?![^<>]*\bt="str")[^<>]*>'
    rb"<(?:\w+:)?f\b[^<>]*(?:/>|>[^<]*</(?:\w+:)?f>)"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>"
)


def require_computed(sheet: IO[bytes], path: Path) -> None:
    """Refuse a sheet with formulas that have no result.

    Parameters
    ----------
    sheet : file of bytes
        The XML of the sheet. It is looked through and not parsed: it may be large.
    path : pathlib.Path
        The workbook, for the message.

    Raises
    ------
    InputFileError
        With the first of these cells, and what to do.
    """
    found: dict[str, None] = {}
    rest = b""
    while piece := sheet.read(_BYTES):
        text = rest + piece
        found |= dict.fromkeys(match[1].decode() for match in _WITHOUT_RESULT.finditer(text))
        rest = text[-_LONGEST:]
    if found:
        cells = ", ".join([*found][:_SHOWN]) + (", …" if len(found) > _SHOWN else "")
        raise InputFileError(
            f"{path}: no program has computed the formulas in {cells} ({len(found)} in all), so "
            "that these cells are empty: open the file in Excel or LibreOffice, save it, and "
            "read it again"
        )
