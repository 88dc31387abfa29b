"""CSV files: data as they are, with HXL hashtags and a description on request."""

import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final, TextIO

import numpy as np
import pandas as pd

from maligeo.core.files import written_whole
from maligeo.core.spreadsheets import guarded
from maligeo.exports.column_dictionary import hashtags, headings, known_columns
from maligeo.exports.jobs import ExportOptions, Job, word
from maligeo.exports.plain_tables import PlainTable
from maligeo.provenance.record import CSV_METADATA, KEY

_SPECIAL: Final = re.compile(r'[",\r\n]')
_DATATYPES: Final = {
    "text": "string",
    "integer": "integer",
    "number": "double",
    "boolean": {"base": "boolean", "format": "True|False"},
    "date": "date",
    "datetime": "dateTime",
}


def write_csv(table: PlainTable, job: Job) -> None:
    """Write a table, and next to it what describes it where its provenance is known."""
    with open_csv(job) as write:
        write(table)


@contextmanager
def open_csv(job: Job) -> Iterator[Callable[[PlainTable], None]]:
    """Open a CSV file that takes a table in pieces; the first one gives the columns.

    Its description, NAME.csv-metadata.json, is written with it where the provenance is known;
    else one of an older file, which was written here, is deleted.
    """
    description = job.path.with_name(job.path.name + CSV_METADATA)
    first: list[PlainTable] = []
    with ExitStack() as stack:
        draft = stack.enter_context(written_whole(job.path, private=job.is_private))
        with draft.open("w", encoding="utf-8", newline="") as file:

            def write(table: PlainTable) -> None:
                write_rows(table, file, job.options, head=not first)
                first[:] = first or [table]

            yield write
        if job.about is not None:
            text = json.dumps(_description(first, job), ensure_ascii=False, indent=1) + "\n"
            draft = stack.enter_context(written_whole(description, private=job.is_private))
            draft.write_text(text, encoding="utf-8")
    if job.about is None and _is_ours(description):
        description.unlink()


def write_rows(
    table: PlainTable, file: TextIO, options: ExportOptions, *, head: bool = True
) -> None:
    """Write headings, hashtags if asked for, and rows as CSV (RFC 4180, lines end in LF)."""
    if head:
        guard = guarded if options.guard_formulas else str
        names = headings(list(table.kinds), options.language)
        file.write(_line([guard(name) for name in names]))
    if head and options.hxl:
        file.write(_line(hashtags(table.frame)))
    columns = [_cells(table, name, options.guard_formulas) for name in table.kinds]
    file.writelines(_line(cells) for cells in zip(*columns, strict=True))


def _line(cells: Sequence[str]) -> str:
    """Join cells; the libraries of Python and pandas leave a lone CR without quotation marks."""
    if len(cells) == 1 and not cells[0]:
        return '""\n'  # an empty line would be no row
    return ",".join(_quoted(cell) for cell in cells) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _SPECIAL.search(text) else text


def _cells(table: PlainTable, name: str, guard: bool) -> Sequence[str]:
    values, kind = table.frame[name], table.kinds[name]
    if kind in ("date", "datetime"):
        return [time_text(value, kind) for value in values]
    if kind == "number":
        numbers = values.to_numpy(np.float64, na_value=np.nan).tolist()
        return ["" if math.isnan(number) else repr(number) for number in numbers]
    texts = ["" if value is pd.NA else str(value) for value in values.tolist()]
    return [guarded(text) for text in texts] if guard and kind == "text" else texts


def time_text(value: Any, kind: str) -> str:
    """Write a day or a time as ISO 8601; empty where it is missing."""
    if pd.isna(value):
        return ""
    return str(value.date().isoformat() if kind == "date" else value.isoformat())


def _description(first: Sequence[PlainTable], job: Job) -> dict[str, Any]:
    known = known_columns()
    columns: list[dict[str, Any]] = []
    for table in first:
        names = headings(list(table.kinds), job.language)
        for (name, kind), title in zip(table.kinds.items(), names, strict=True):
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
    if job.synthetic:
        described["dc:description"] = word("synthetic.banner", job.language)
    if job.sources:
        described["dc:source"] = [" ".join(part for part in one if part) for one in job.sources]
    return described | ({} if job.about is None else {KEY: json.loads(job.about.to_json())})


def _is_ours(path: Path) -> bool:
    """Tell whether a file is a description that was written here."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and KEY in found
