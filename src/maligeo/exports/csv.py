"""CSV files: data as they are, with HXL hashtags and a description beside on request."""

import json
import re
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, TextIO

import pandas as pd

from maligeo.core.files import written_whole
from maligeo.exports.column_dictionary import hashtags, headings, known_columns
from maligeo.exports.jobs import ExportOptions, TableJob
from maligeo.exports.plain_tables import PlainTable
from maligeo.provenance.record import CSV_METADATA, KEY

_SPECIAL: Final = re.compile(r'[",\r\n]')
_FORMULA: Final = re.compile(r"[=+\-@\t\r]")
_DATATYPES: Final = {
    "text": "string",
    "integer": "integer",
    "number": "double",
    "boolean": {"base": "boolean", "format": "True|False"},
    "date": "date",
    "datetime": "dateTime",
}


def write_csv(job: TableJob) -> None:
    """Write a table, and what describes it beside it where its making is told."""
    beside = job.path.with_name(job.path.name + CSV_METADATA)
    with ExitStack() as stack:
        path = stack.enter_context(written_whole(job.path))
        with path.open("w", encoding="utf-8", newline="") as file:
            write_rows(job.table, file, job.options)
        if job.about is not None:
            described = stack.enter_context(written_whole(beside))
            text = json.dumps(_description(job), ensure_ascii=False, indent=1) + "\n"
            described.write_text(text, encoding="utf-8")
    if job.about is None and _is_ours(beside):
        beside.unlink()  # it describes the file that stood here before


def write_rows(table: PlainTable, file: TextIO, options: ExportOptions) -> None:
    """Write headings, hashtags if asked for, and rows as CSV (RFC 4180, lines end in LF)."""
    guard = _guarded if options.guard_formulas else str
    names = headings(list(table.kinds), options.language)
    file.write(_line([guard(name) for name in names]))
    if options.hxl:
        file.write(_line(hashtags(table.frame)))
    columns = [_cells(table, name, options.guard_formulas) for name in table.kinds]
    file.writelines(_line(cells) for cells in zip(*columns, strict=True))


def _line(cells: Sequence[str]) -> str:
    """Join cells; the library of Python would leave a lone CR without quotation marks."""
    if len(cells) == 1 and not cells[0]:
        return '""\n'  # an empty line would be no row
    return ",".join(_quoted(cell) for cell in cells) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _SPECIAL.search(text) else text


def _cells(table: PlainTable, name: str, guarded: bool) -> Sequence[str]:
    values, kind = table.frame[name], table.kinds[name]
    if kind in ("date", "datetime"):
        return [time_text(value, kind) for value in values]
    if kind == "number":
        return ["" if pd.isna(value) else repr(float(value)) for value in values]
    texts = ["" if pd.isna(value) else str(value) for value in values]
    return [_guarded(text) for text in texts] if guarded and kind == "text" else texts


def time_text(value: Any, kind: str) -> str:
    """Write a day or a time as ISO 8601; empty where it is missing."""
    if pd.isna(value):
        return ""
    return str(value.date().isoformat() if kind == "date" else value.isoformat())


def _guarded(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would compute (OWASP, CSV injection)."""
    return f"'{text}" if _FORMULA.match(text) else text


def _description(job: TableJob) -> dict[str, Any]:
    known = known_columns()
    names = headings(list(job.table.kinds), job.options.language)
    columns: list[dict[str, Any]] = []
    for (name, kind), title in zip(job.table.kinds.items(), names, strict=True):
        column = {"name": name, "titles": title, "datatype": _DATATYPES[kind]}
        if name in known:
            column["dc:description"] = known[name].meanings["en"]
        columns.append(column)
    described: dict[str, Any] = {
        "@context": "http://www.w3.org/ns/csvw",
        "url": job.path.name,
        "dialect": {"headerRowCount": 2 if job.options.hxl else 1},
        "tableSchema": {"columns": columns},
    }
    return described | ({} if job.about is None else {KEY: json.loads(job.about.to_json())})


def _is_ours(path: Path) -> bool:
    """Tell whether a file is a description that was written here."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and KEY in found
