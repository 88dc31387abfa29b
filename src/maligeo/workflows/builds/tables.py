"""Which cells of a table or an answer differ from those of the one that stood there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from maligeo.core import words
from maligeo.core.columns import DENSITY, Language
from maligeo.core.errors import VintageError, explained
from maligeo.exports.column_dictionary import headings
from maligeo.measure.cell_changes import COUNT, FOLLOWING, KEYS, cell_changes
from maligeo.measure.divisions import read_counts
from maligeo.text.answers import certainty_text, measures_of
from maligeo.text.changes import row_text, state_text

TABLES: Final = ("table", "answer")  # kinds of products

_UNIT: Final = tuple(name for name in KEYS if name != "measure")  # what a row of an answer is of
# What an answer says of a measure, as a density table has it: its name, and what follows it.
_OF_MEASURE: Final = {COUNT: "", **{f"{COUNT}_{side}": f"_{side}" for side in ("low", "high")}} | {
    rate: f"_{rate}" for rate in ("per_100k", "per_1000_sqkm", "ci_low", "ci_high")
}
_BESIDE: Final = ("unstated", "undated")  # what it says of a measure besides
_SAID: Final = ("sentence", "note")  # of an answer: both follow from its other cells
_LATER: Final = re.compile("rank|gap_places|agreement|certainty|projects_by|note|source|area|popul")
_NEED: Final = re.compile(r"need(?: not known)?: ")
_REMARKS: Final = "; "
_TITLE_ROWS: Final = 1  # of a workbook, above its headings
_FINDING: Final = "class"
_WORDS: Final = {_FINDING: "answer.class.", "response_state": "build.state_"}
_NOTHING: Final = "–"  # of texts: nobody is named, nothing depends
_FLAGS: Final = {"True": "value.yes", "False": "value.no"}


@dataclass(frozen=True)
class Cell:
    """A cell that differs.

    Attributes
    ----------
    row : mapping of str to object
        As `cell_changes` gives it; of an answer without a measure where it is about none.
    """

    row: Mapping[str, Any]

    @property
    def order(self) -> int:
        """How soon people look for it: for findings, for counts, for what follows from these."""
        field = str(self.row["field"])
        if field == _FINDING:
            return 0
        return 2 if field in FOLLOWING or _LATER.search(field) else 1

    def texts(self, language: Language) -> tuple[str, str, str, str]:
        """Say where it is, of what, and what it was and is."""
        old, new = (self._value(side, language) for side in ("old", "new"))
        return row_text(self.row, language), self._column(language), old, new

    def _column(self, language: Language) -> str:
        field = str(self.row["field"])
        own = f"build.column_{field}"
        return words.word(own, language) if words.has_word(own) else headings([field], language)[0]

    def _value(self, side: str, language: Language) -> str:
        field, text = self.row["field"], str(self.row[side])
        if field == "depends_on" and self.row[side] is not None:
            return certainty_text({field: text}, language)
        key = _FLAGS.get(text, _WORDS.get(field, "?") + text.replace(" ", "_"))
        if words.has_word(key):
            return words.word(key, language)
        is_text = "text" in (self.row["old_state"], self.row["new_state"])
        return (
            _NOTHING if is_text and self.row[side] is None else state_text(self.row, side, language)
        )


@dataclass(frozen=True)
class Differences:
    """What differs between two tables.

    Attributes
    ----------
    cells : tuple of Cell
        In rows that both have; first those that people look for.
    rows_new, rows_gone : int
        Rows that one of them has.
    """

    cells: tuple[Cell, ...] = ()
    rows_new: int = 0
    rows_gone: int = 0

    def __bool__(self) -> bool:
        return bool(self.cells or self.rows_new or self.rows_gone)


def differences(old: Path, new: Path, kind: str) -> Differences:
    """Compare two tables that maligeo wrote.

    Parameters
    ----------
    old, new : pathlib.Path
        .csv, .xlsx or .parquet.
    kind : str
        Of `TABLES`: what they are.

    Raises
    ------
    InputFileError
        If one cannot be read.
    """
    if kind == "answer":
        return _of_answers(_read_answer(old), _read_answer(new))
    before, after = read_counts(old), read_counts(new)
    try:
        found = cell_changes(before, after)
    except VintageError:  # the units are others, and so is every row
        return Differences((), len(after), len(before))
    rows = found["change"].value_counts()
    return Differences(_ordered(_changed(found)), int(rows.get("new", 0)), int(rows.get("gone", 0)))


def _changed(found: pd.DataFrame) -> Iterator[Cell]:
    for row in found[found["change"].isin(["value", "state"])].to_dict("records"):
        yield Cell({str(name): None if pd.isna(one) else one for name, one in row.items()})


def _ordered(cells: Iterator[Cell]) -> tuple[Cell, ...]:
    return tuple(sorted(cells, key=lambda cell: cell.order))


def _read_answer(path: Path) -> pd.DataFrame:
    """Read an answer, of each unit one row, by what it is about."""
    with explained(f"cannot read {path}"):
        if path.suffix.lower() == ".parquet":
            table = pd.read_parquet(path)
        elif path.suffix.lower() == ".xlsx":
            table = pd.read_excel(path, header=_TITLE_ROWS)
        else:
            table = pd.read_csv(path)
    days = {name: pd.to_datetime(table[name]) for name in ("period_start", "period_end")}
    table = table.assign(**days, vintage=table["vintage"].astype("string"))
    about = table[list(_UNIT)].astype("string").fillna("").agg("\0".join, axis="columns")
    again = about.groupby(about).cumcount().astype("string")
    return table.set_index(about.str.cat(again, sep="\0"))


def _of_answers(old: pd.DataFrame, new: pd.DataFrame) -> Differences:
    both = [name for name in new.index if name in old.index]
    before, after = old.loc[both], new.loc[both]
    measures = list(dict.fromkeys((*measures_of(old), *measures_of(new))))
    need = cell_changes(*(_need(one, measures) for one in (before, after)))
    cells = (*_changed(need), *_beside(before, after, measures))
    return Differences(_ordered(iter(cells)), len(new) - len(both), len(old) - len(both))


def _need(answer: pd.DataFrame, measures: Sequence[str]) -> pd.DataFrame:
    """Give the counts of an answer as a density table has them."""
    none = pd.Series(pd.NA, index=answer.index)
    parts = [
        answer[list(_UNIT)].assign(
            measure=measure,
            note=[_note(note, at, len(measures)) for note in answer["note"]],
            **{name: answer.get(f"{measure}{end}", none) for name, end in _OF_MEASURE.items()},
        )
        for at, measure in enumerate(measures)
    ]
    return pd.concat(parts, ignore_index=True).reindex(columns=list(DENSITY))


def _note(note: object, at: int, count: int) -> str | None:
    """Give what an answer notes of one of its measures; alike notes stand there once."""
    found: list[list[str]] = []
    is_need = False
    for remark in str(note).split(_REMARKS) if isinstance(note, str) else ():
        if start := _NEED.match(remark):
            found.append([])
        is_need = bool(start) or (is_need and not remark.startswith("response"))
        if is_need:
            found[-1].append(remark[start.end() :] if start else remark)
    if not found:
        return None
    return _REMARKS.join(found[at if len(found) == count else 0])


def _beside(old: pd.DataFrame, new: pd.DataFrame, measures: Sequence[str]) -> Iterator[Cell]:
    """Compare what else answers say: the finding, who is active there, ranks."""
    names = list(dict.fromkeys((*old.columns, *new.columns)))
    counted = {f"{measure}{end}" for measure in measures for end in _OF_MEASURE.values()}
    of_measure = {f"{measure}_{end}": (measure, end) for measure in measures for end in _BESIDE}
    for name in names:
        if name in counted or name in (*_UNIT, *_SAID):
            continue
        measure, field = of_measure.get(name, (None, name))
        sides = [_column(one, name, measure) for one in (old, new)]
        for about, before, after in zip(new.index, *sides, strict=True):
            states = [_state(value) for value in (before, after)]
            if states[0] != states[1]:
                row = {one: None if pd.isna(new.at[about, one]) else new.at[about, one]
                       for one in _UNIT}  # fmt: skip
                told = dict(zip(("old_state", "old"), states[0], strict=True))
                told |= zip(("new_state", "new"), states[1], strict=True)
                yield Cell({**row, "measure": measure, "field": field, **told})


def _column(answer: pd.DataFrame, name: str, measure: str | None) -> pd.Series:
    """Give a column; beside a count that is known nothing is none."""
    none = pd.Series(pd.NA, index=answer.index)
    found = answer.get(name, none).astype("object")
    if measure is None:
        return found
    return found.mask(found.isna() & answer.get(measure, none).notna(), 0)


def _state(value: Any) -> tuple[str, str | None]:
    """Say what is known of a cell; numbers are the same however their column is written."""
    if pd.isna(value):
        return "no_data", None
    if pd.api.types.is_number(value) and not pd.api.types.is_bool(value):
        return "number", f"{float(value):.12g}"
    return "text", str(value)
