"""Tables written to files: CSV, Excel and Parquet by suffix, whole or not at all."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pandas as pd

from maligeo import _optional
from maligeo.checks import require_choice
from maligeo.errors import OutputFileError
from maligeo.wholefiles import written_whole

SHEET: Final = "maligeo"
_EARLIEST_IN_ZIP = "2000-01-01"


def write_table(table: pd.DataFrame, path: str | Path) -> Path:
    """Write a table to a file; the index is left out.

    Parameters
    ----------
    table : pandas.DataFrame
        Without geometry.
    path : str or pathlib.Path
        ".csv" (UTF-8; dates as ISO 8601; missing is empty), ".xlsx" (needs the extra
        "excel") or ".parquet". The folder has to exist.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    ArgumentError
        If the suffix is none of these.
    OutputFileError
        If the file cannot be written; what stood there before is then left alone.
    MissingDependencyError
        If Excel is asked for and xlsxwriter is not installed.

    Notes
    -----
    In Excel a text stays a text, also one that begins with "=", "+", "-" or "@", which
    would else be a formula. A CSV file has no such types: whoever opens it in a
    spreadsheet has to import these columns as text.
    """
    wanted = Path(path)
    writers: dict[str, Callable[[pd.DataFrame, Path], None]] = {
        ".csv": _write_csv,
        ".xlsx": _write_excel,
        ".parquet": _write_parquet,
    }
    suffix = wanted.suffix.lower()
    require_choice(suffix, list(writers), option=f"cannot write {wanted.name}: the suffix")
    if not wanted.parent.is_dir():
        raise OutputFileError(f"cannot write {wanted}: there is no folder {wanted.parent}")
    with written_whole(wanted) as beside:
        writers[suffix](table, beside)
    return wanted


def _write_csv(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path, index=False, encoding="utf-8", lineterminator="\n", date_format="%Y-%m-%d")


def _write_parquet(table: pd.DataFrame, path: Path) -> None:
    table.to_parquet(path, index=False)


def _write_excel(table: pd.DataFrame, path: Path) -> None:
    xlsxwriter = _optional.require("xlsxwriter", extra="excel", why="writing Excel files")
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), {**options, "default_date_format": "yyyy-mm-dd"}) as book:
        book.set_properties({"created": pd.Timestamp(_EARLIEST_IN_ZIP).to_pydatetime()})
        sheet = book.add_worksheet(SHEET)
        bold = book.add_format({"bold": True})
        for at, name in enumerate(table.columns):
            sheet.write_string(0, at, str(name), bold)
            for row, value in enumerate(table[name].tolist(), start=1):
                _write_cell(sheet, (row, at), value)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(table), max(len(table.columns) - 1, 0))


def _write_cell(sheet: Any, at: tuple[int, int], value: Any) -> None:
    """Write a value by its type; a missing one leaves the cell empty."""
    if pd.isna(value):
        return
    if isinstance(value, pd.Timestamp):
        sheet.write_datetime(*at, value.to_pydatetime())
    elif isinstance(value, bool):
        sheet.write_boolean(*at, value)
    elif isinstance(value, int | float) and math.isfinite(value):
        sheet.write_number(*at, value)
    else:
        sheet.write_string(*at, str(value))
