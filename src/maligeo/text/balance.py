"""What adds up: placed and unplaced, and what became of the records behind a layer."""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from maligeo.core import words
from maligeo.core.columns import PLACE_KINDS
from maligeo.join.results import TOO_COARSE
from maligeo.look import Layer, count_layer
from maligeo.measure.dates import OF_OTHER_PERIODS
from maligeo.readers.reading import ATTRIBUTE
from maligeo.text.measures import layer_text
from maligeo.text.readings import PeriodRows, hidden_text, span_text, value_text
from maligeo.text.releases import is_rounded

Line = dict[str, str | bool]
Row = dict[str, Any]


def balance(period: PeriodRows, table: pd.DataFrame, language: str) -> dict[str, object]:
    """Say how the records of a layer and period divide into placed and not placed.

    Parameters
    ----------
    period : PeriodRows
        Rows of the layer and period.
    table : pandas.DataFrame
        The whole density table, for the number of records behind counts that do not add up.
    language : {"fr", "en"}
        Language of the texts.

    Returns
    -------
    dict
        `lines` (label, value, strong) and `notes`. A rate is balanced in what it counts; of
        growth and clusters there is nothing to add up.
    """
    if period.layer.breaks:
        return {"lines": [], "notes": [words.word("total.ratio", language)]}
    counted = _counting_layer(period.layer)
    write = _Writer(counted, language)
    lines = [_unit_line(period, write)] if counted.key != "programmes" else []
    lines += _apart_lines(period, write)
    notes = []
    if period.layer.is_rate:
        unit = layer_text("unit", counted, language)
        notes.append(write.word("unplaced.counted_in").format(unit=unit))
    if counted.additive:
        whole = "total.national" if period.apart else "total.regions"
        lines.append(write.total(whole, _total(period)))
    else:
        notes.append(
            write.word("total.programmes" if counted.key == "programmes" else "total.full")
        )
        lines += _record_lines(period, table, write)
    if is_rounded(period.rows):
        notes.append(write.word("total.hidden_note"))
    if not period.apart:
        notes.append(write.word("unplaced.none"))
    return {"lines": lines, "notes": notes}


class _Writer:
    """Amounts of one layer in one language."""

    def __init__(self, layer: Layer, language: str) -> None:
        self.layer = layer
        self.language = language

    def word(self, key: str) -> str:
        return words.word(key, self.language)

    def amount(self, value: float | None, *, derived: bool) -> str:
        if value is None or pd.isna(value):
            return self.word("total.unknown")
        return value_text(value, self.layer, self.language, derived=derived)

    def line(self, label: str, value: float | None, *, derived: bool) -> Line:
        return {"label": label, "value": self.amount(value, derived=derived), "strong": False}

    def total(self, key: str, value: float | None) -> Line:
        text = self.amount(value, derived=False)
        return {"label": self.word(key), "value": text, "strong": True}


def _counting_layer(layer: Layer) -> Layer:
    """Give the layer that counts what a rate relates."""
    if not layer.is_rate:
        return layer
    return count_layer(layer.measure)


def _unit_line(period: PeriodRows, write: _Writer) -> Line:
    placed = _sum(period.by_unit.values())
    if not write.layer.additive:  # a project in three regions is one that has a region
        once = [row["unique_total"] for row in period.places if pd.notna(row["unique_total"])]
        apart = math.fsum(row["count"] for row in period.apart if pd.notna(row["count"]))
        placed = max(float(once[0]) - apart, 0.0) if once else placed
    return write.line(write.word("place.unit"), placed, derived=period.is_derived)


def _apart_lines(period: PeriodRows, write: _Writer) -> Iterator[Line]:
    """Give a line for each row that is about no single unit, in a fixed order."""
    for row in sorted(period.apart, key=lambda row: PLACE_KINDS.index(row["place_kind"])):
        name = "" if pd.isna(row["name"]) else str(row["name"])
        label = write.word(f"place.{row['place_kind']}").format(name=name)
        if row["hidden"]:
            text = hidden_text(row["note"], write.layer, write.language)
            yield {"label": label, "value": text, "strong": False}
        else:
            yield write.line(label, row["count"], derived=row["derived"])


def _record_lines(period: PeriodRows, table: pd.DataFrame, write: _Writer) -> list[Line]:
    """Give the number of records, each counted once, where the table knows it."""
    rows = table[table["measure"] == period.layer.total_measure]
    if rows.empty:
        return []
    total = rows["count"].sum()
    return [write.total("total.records", total)]


def _is_complete(period: PeriodRows) -> bool:
    """Whether each row that is about no single unit has an amount."""
    return all(pd.notna(row["count"]) for row in period.apart)


def _sum(rows: Iterable[Row]) -> float | None:
    """Add up counts; not known where one is withheld."""
    rows = list(rows)
    if any(row["hidden"] for row in rows):
        return None
    return math.fsum(row["count"] for row in rows if pd.notna(row["count"]))


def _total(period: PeriodRows) -> float | None:
    """Give what all places come to; where counts are withheld, what the table says of it."""
    if period.has_withheld:
        stated = (row["unique_total"] for row in period.places)
        return next((float(total) for total in stated if pd.notna(total)), None)
    return _sum(period.places) if _is_complete(period) else None


def totals(found: Iterable[Sequence[PeriodRows]], language: str) -> list[dict[str, str]]:
    """Count what is placed and what is not, for each additive measure and period.

    Parameters
    ----------
    found : iterable of sequence of PeriodRows
        All periods of each measure, as from `all_counts`.
    language : {"fr", "en"}
        Language of the texts.

    Returns
    -------
    list of dict
        `measure, period, placed, unplaced, total` as text.
    """
    return [
        _total_line(period, language)
        for periods in found
        for period in periods
        if period.layer.additive and any(pd.notna(row["count"]) for row in period.places)
    ]


def _total_line(period: PeriodRows, language: str) -> dict[str, str]:
    write = _Writer(period.layer, language)
    apart = _sum(period.apart) if _is_complete(period) else None
    span = span_text(period.rows, language) if period.has_dates else ""
    measure = layer_text("layer", period.layer, language)
    if period.layer.group == "land":  # other measures say themselves what is counted
        measure += f", {layer_text('unit', period.layer, language)}"
    return {
        "measure": measure,
        "period": f"{span} · {period.publisher}" if period.publisher else span,
        "placed": write.amount(_sum(period.by_unit.values()), derived=period.is_derived),
        "unplaced": write.amount(apart, derived=period.is_derived),
        "total": write.amount(_total(period), derived=False),
    }


def records_section(
    frame: pd.DataFrame, shown: int, layer: str, language: str
) -> dict[str, object]:
    """Account for every record of a layer, for the drawer of sources and limits.

    Parameters
    ----------
    frame : pandas.DataFrame
        Records as read and, if so, located; `attrs` of `read_*` and `locate` are used.
    shown : int
        How many of them the map shows.
    layer : str
        Name of the layer, in the language.
    language : {"fr", "en"}
        Language of the texts.

    Returns
    -------
    dict
        A section: `title`, `paragraphs`, `items`, `grid` (label and number).
    """
    counts = record_counts(frame, shown)
    head = [words.word("records.what", language), words.word("records.count", language)]
    rows = [
        [words.word(f"records.{key}", language), words.number_text(count, language)]
        for key, count in counts.items()
    ]
    return {
        "title": words.word("records.title", language).format(layer=layer),
        "paragraphs": [],
        "items": [],
        "grid": [head, *rows],
    }


def record_counts(frame: pd.DataFrame, shown: int) -> dict[str, int]:
    """Count the records of a layer by what became of them.

    Parameters
    ----------
    frame : pandas.DataFrame
        Records as read and, if so, located.
    shown : int
        How many of them the map shows.

    Returns
    -------
    dict of str to int
        `in_file`, `left_out`, `other_periods`, `quarantined` and `set_aside` (rows that are no
        records) where they were counted; `shown` and
        `hidden`, which add up to the rows of the frame; of the hidden, `declared`: areas with a
        declared size and no outline, where there are any; `placed`, `too_coarse` and
        `not_placed`, which also do, for located records.
    """
    counts: dict[str, int] = {}
    names = {
        "rows_in_file": "in_file", "rows_left_out": "left_out", OF_OTHER_PERIODS: "other_periods",
    }  # fmt: skip
    for attribute, key in (names | {"rows_rejected": "quarantined"}).items():
        if attribute in frame.attrs:
            counts[key] = _added(frame.attrs[attribute])
    reading = frame.attrs.get(ATTRIBUTE)
    if reading is not None and reading.set_aside:
        counts["set_aside"] = len(reading.set_aside)
    counts |= {"shown": shown, "hidden": len(frame) - shown}
    if declared := _declared_only(frame):
        counts["declared"] = declared
    if not {"locate_method", "locate_note"} <= set(frame.columns):  # a release has no note
        return counts
    placed = int((frame["locate_method"] != "none").sum())
    coarse = int((frame["locate_note"] == TOO_COARSE).sum())
    rest = len(frame) - placed - coarse
    return counts | {"placed": placed, "too_coarse": coarse, "not_placed": rest}


def _declared_only(frame: pd.DataFrame) -> int:
    """Count the areas that are known by a declared size, without an outline."""
    if not {"declared_area_sqm", "geometry"} <= set(frame.columns):
        return 0
    return int((frame["geometry"].isna() & frame["declared_area_sqm"].notna()).sum())


def _added(count: object) -> int:
    """Add up what a reader counted, which may be by kind."""
    if isinstance(count, dict):
        return sum(int(part) for part in count.values())
    return int(count) if isinstance(count, int | np.integer) else 0
