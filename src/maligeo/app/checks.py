"""Files looked through for the page: what was understood, what is wrong, and what may be meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import pandas as pd

from maligeo.app.sayings import on_page
from maligeo.app.tasks import KINDS, Bench, Texts, Upload, error_texts, named_in
from maligeo.core.columns import LANGUAGES
from maligeo.core.errors import Fault, FrameError, MaligeoError, UnknownNameError, said_once
from maligeo.core.words import word
from maligeo.exports.check_workbook import CheckSheets, write_check_workbook
from maligeo.measure.presence import NOT_STATED, columns_of, named_values
from maligeo.readers.files.raw import open_raw
from maligeo.readers.files.sources import LAYERED, WORKBOOKS, Source
from maligeo.readers.files.tables import list_sheets
from maligeo.readers.files.vectors import list_layers
from maligeo.readers.projects import load_projects
from maligeo.readers.reading import Reading, assumptions, reading_lines, reading_lists
from maligeo.text.file_readings import place_note
from maligeo.workflows.checking import Checked, check_source, sheet_kinds
from maligeo.workflows.records import PROJECTS

FILTERS: Final = ("organisation", "sector", "status")
MOST_RED: Final = 50_000  # rows of a file; of more, the workbook has those with faults
SHOWN: Final = 200  # faults, names, values on a page; the workbook has all
_OWN_TABLE: Final = ("used", "constant", "kept", "not_understood", "personal", "aside")


@dataclass
class Findings:
    """What was found in one file, in words and plain values.

    Attributes
    ----------
    error : dict or None
        Why it could not be read, by language.
    seems : list of str
        What else a file may hold that could not be read as what it was said to be.
    parts : list of (str, list of str)
        Sheets or layers of which one is to be chosen, and kinds that each seems to hold.
    part : str
        "sheet" or "layer".
    sheet : str
        The one that was read, since it alone seems to hold such records.
    columns : list of str
        Headings of the file.
    reading : Reading or None
        What became of its columns and rows.
    rows, notes : dict
        What is said of its rows, and of what else was seen, by language.
    faults : list of dict
        `rows`, `column` and `reason` by language, `value`, `proposals`.
    fault_count : int
        How many there are.
    places : dict
        How many rows are placed, and so on.
    names : list of dict
        `place`, `rows`, `proposals`, `note` by language of places that were not found.
    workbooks : dict of str to str
        Names of the workbook with its faults in red, by language; empty without one.
    period : str
        The quarters of the last year of its dates, those that are over before others; empty
        without any date.
    """

    error: Texts | None = None
    seems: list[str] = field(default_factory=list)
    parts: list[tuple[str, list[str]]] = field(default_factory=list)
    part: str = ""
    sheet: str = ""
    columns: list[str] = field(default_factory=list)
    reading: Reading | None = None
    records: int = 0
    rows: Texts = field(default_factory=dict)
    notes: Texts = field(default_factory=dict)
    faults: list[dict[str, Any]] = field(default_factory=list)
    fault_count: int = 0
    places: Mapping[str, int] = field(default_factory=dict)
    names: list[dict[str, Any]] = field(default_factory=list)
    workbooks: dict[str, str] = field(default_factory=dict)
    period: str = ""

    @property
    def is_undecided(self) -> bool:
        """Whether one of several sheets or layers is still to be chosen."""
        return bool(self.parts) and self.reading is None and not self.records


@dataclass(frozen=True)
class CheckTask:
    """Look through files.

    Attributes
    ----------
    files : mapping of str to Upload
        By kind.
    folder : pathlib.Path
        Where workbooks with faults in red go.
    """

    files: Mapping[str, Upload]
    folder: Path

    def run(self, bench: Bench) -> dict[str, Any]:
        """Give `files`, the findings by kind, and `values`, by which projects can be chosen."""
        found, frames = dict[str, Findings](), dict[str, pd.DataFrame]()
        for at, (kind, upload) in enumerate(self.files.items()):
            bench.say("check", at, len(self.files) if len(self.files) > 1 else 0)
            found[kind] = self._found(kind, upload.source, frames)
        projects = frames.get(PROJECTS)
        if PROJECTS not in self.files:
            projects = load_projects()
        return {"files": found, "values": {} if projects is None else _values(projects)}

    def named(self, text: str) -> str:
        """Put the names of the files for their paths in a text."""
        return named_in(text, self.files)

    def _found(self, kind: str, source: Source, frames: dict[str, pd.DataFrame]) -> Findings:
        findings = Findings()
        try:
            findings.part, findings.parts = _parts(source)
            if findings.parts and getattr(source, findings.part) is None:
                holding = [name for name, kinds in findings.parts if kind in kinds]
                if len(holding) != 1:
                    return findings
                findings.sheet = holding[0]
                source = replace(source, sheet=findings.sheet)
            findings.columns = _columns(source)
            checked = check_source({kind: source})
        except MaligeoError as error:
            findings.error = self._texts(error_texts(error))
            seems = sheet_kinds(replace(source, columns={}), source.sheet)
            findings.seems = [one for one in seems if one in KINDS and kind not in seems]
            if isinstance(error, FrameError):
                _list_faults(findings, error.faults)
            return findings
        frames[kind] = checked.frame
        _describe(findings, checked)
        if findings.fault_count or findings.names:
            findings.workbooks = self._workbooks(kind, checked)
        return findings

    def _texts(self, texts: Texts) -> Texts:
        return {language: self.named(text) for language, text in texts.items()}

    def _workbooks(self, kind: str, checked: Checked) -> dict[str, str]:
        places = None if checked.places is None else checked.places.names
        is_long = checked.reading is not None and checked.reading.rows_in_file > MOST_RED
        rows = checked.rows({fault.row for fault in checked.faulty_cells} if is_long else None)
        sheets = CheckSheets(rows, checked.reading, checked.faulty_cells, places)
        names = {language: f"{kind}-{language}.xlsx" for language in LANGUAGES}
        try:
            for language, name in names.items():
                write_check_workbook(self.folder / name, sheets, language)
        except MaligeoError:  # more rows than a sheet has; the faults are on the page
            return {}
        return names


def _parts(source: Source) -> tuple[str, list[tuple[str, list[str]]]]:
    """Name the sheets or layers of a file that has several."""
    path = Path(source)
    if path.suffix.lower() in WORKBOOKS:
        sheets = list_sheets(path)
        if len(sheets) > 1:
            return "sheet", [(name, sheet_kinds(Source(path), name)) for name in sheets]
    elif path.suffix.lower() in LAYERED:
        layers = list_layers(path)
        if len(layers) > 1:
            return "layer", [(name, []) for name in layers]
    return "", []


def _columns(source: Source) -> list[str]:
    try:
        return list(open_raw(source).columns)
    except UnknownNameError:
        raise
    except MaligeoError:  # IATI, or what its reader will name
        return []


def _describe(findings: Findings, checked: Checked) -> None:
    reading = checked.reading
    findings.records, findings.reading = checked.records, reading
    findings.period = _last_quarters(checked.frame)
    if reading is not None:
        findings.columns = [name for name in findings.columns if name not in reading.personal]
        for language in LANGUAGES:
            findings.rows[language] = reading_lines(reading, checked.records, language)[0]
            findings.notes[language] = list(_notes(reading, language))
    _list_faults(findings, checked.faulty_cells)
    if checked.places is not None:
        findings.places = checked.places.counts
        findings.names = [_place(row) for row in checked.places.names.to_dict("records")[:SHOWN]]


def _last_quarters(records: pd.DataFrame) -> str:
    """Give the period that a list is of, in quarters, of which a public count is made."""
    dates = records["date"].dropna() if "date" in records.columns else pd.Series(dtype="object")
    quarters = pd.PeriodIndex(pd.to_datetime(dates), freq="Q").unique()
    over = quarters[quarters.end_time < pd.Timestamp.now()]
    chosen = over if len(over) else quarters
    if not len(chosen):
        return ""
    last = chosen[chosen.year == chosen.max().year]
    start, end = last.min().start_time, last.max().end_time
    return f"{start:%Y}" if (start.month, end.month) == (1, 12) else f"{start:%Y-%m}/{end:%Y-%m}"


def _notes(reading: Reading, language: str) -> Iterator[tuple[str, list[str]]]:
    """Give what is said besides the columns, which have a table of their own."""
    for key, items in reading_lists(reading, language):
        if items and key.removeprefix("reading.") not in _OWN_TABLE:
            yield word(key, language), items
    for assumed in assumptions(reading, language):
        yield on_page(assumed, language), []


def _list_faults(findings: Findings, faults: tuple[Fault, ...]) -> None:
    own = findings.columns or None
    findings.fault_count = len(faults)
    findings.faults = [
        {
            "rows": [str(row) for row in rows if row is not None],
            "column": {one: fault.column_in(one, own) for one in LANGUAGES},
            "value": "" if fault.value is None else str(fault.value),
            "reason": {one: on_page(fault.reason_in(one), one) for one in LANGUAGES},
            "proposals": list(fault.proposals),
        }
        for fault, rows in said_once(faults)[:SHOWN]
    ]


def _place(row: Mapping[Any, Any]) -> dict[str, Any]:
    proposals = row["proposals"]
    return {
        "place": str(row["place"]),
        "rows": int(row["rows"]),
        "proposals": proposals.split("|") if isinstance(proposals, str) and proposals else [],
        "note": {one: place_note(row["note"], one) for one in LANGUAGES},
    }


def _values(projects: pd.DataFrame) -> dict[str, list[str]]:
    """List the words by which projects can be chosen."""
    found = dict[str, list[str]]()
    for by in FILTERS:
        if set(columns_of(by)) & set(projects.columns):
            words = {str(one) for each in named_values(projects, by) for one in each}
            found[by] = sorted(words - {NOT_STATED})[:SHOWN]
    return {by: words for by, words in found.items() if words}
