"""What one map on paper shows: values, classes, words, balance and sources."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from maligeo import look
from maligeo.core import words
from maligeo.core.checks import require_columns, require_vintage_of
from maligeo.core.columns import DENSITY
from maligeo.core.errors import ArgumentError
from maligeo.paper.options import MapOptions
from maligeo.text.answers import (
    ANSWER,
    ANSWER_LOOK,
    answer_cell,
    answer_legend,
    by_class,
    certainty_text,
    measures_of,
    period_lines,
    question_of,
    sentence,
)
from maligeo.text.balance import balance
from maligeo.text.legend import legend, withheld_text
from maligeo.text.measures import layer_text
from maligeo.text.notes import Notes, boundary_section, source_section
from maligeo.text.readings import Cell, PeriodRows, cells, has_low, periods
from maligeo.text.titles import choose_period

Section = Mapping[str, Any]
Days = tuple[pd.Timestamp, pd.Timestamp]


@dataclass(frozen=True)
class Entry:
    """A class in the legend.

    Attributes
    ----------
    index : int
        -1 for missing, 0 for zero, then from 1 upwards.
    label, note : str
        Its words.
    """

    index: int
    label: str
    note: str


@dataclass(frozen=True)
class Subject:
    """What a map shows of its units.

    Attributes
    ----------
    title, unit : str
        What it is about, and what its numbers count.
    period, publisher : str
        Empty where there is none.
    days : (Timestamp, Timestamp) or None
        First and last day that the incidents on it are about.
    cells : tuple of Cell
        One per unit, in their order.
    fills : tuple of str
        Colours of missing, zero and the classes.
    legend : tuple of Entry
        Classes from the largest to missing.
    remarks : tuple of str
        What the signs after numbers mean.
    lines : tuple of mapping
        Balance of what is placed and what is not: `label, value, strong`.
    asides : tuple of str
        What there is to say below the balance.
    findings : tuple of (str, tuple of (str, str))
        Classes of need and response, each with its units: what is known of them, and how sure
        that is; empty for other maps.
    sections : tuple of mapping
        Notes, as from `maligeo.text.notes.Notes.sections`.
    dotted : tuple of int
        Class indexes that are dotted, since they are not certain.
    """

    title: str
    unit: str
    period: str
    publisher: str
    days: Days | None
    cells: tuple[Cell, ...]
    fills: tuple[str, ...]
    legend: tuple[Entry, ...]
    remarks: tuple[str, ...]
    lines: tuple[Mapping[str, Any], ...]
    asides: tuple[str, ...]
    findings: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    sections: tuple[Section, ...]
    dotted: tuple[int, ...]

    @property
    def heading(self) -> str:
        """What it is about, when, and by whom."""
        publisher = "" if self.publisher in self.period else self.publisher
        return " · ".join(filter(None, (self.title, self.period, publisher)))


def subject_of(
    table: pd.DataFrame, units: gpd.GeoDataFrame, towns: pd.DataFrame, options: MapOptions
) -> Subject:
    """Say what a map of a table shows.

    Parameters
    ----------
    table : pandas.DataFrame
        Density table, or gaps as from `maligeo.incident_gaps`.
    units : geopandas.GeoDataFrame
        Units of the same vintage.
    towns : pandas.DataFrame
        Towns that are shown, with `source`.
    options : MapOptions
        Layer, period, publisher, scheme and language.

    Raises
    ------
    FrameError
        If the table is neither, or lacks a column.
    VintageError
        If table and units are of different vintages.
    UnknownNameError, ArgumentError
        If the table does not hold the layer or the one period.
    """
    is_gaps = {"class", "depends_on"} <= set(table.columns)
    require_columns(
        table, ANSWER if is_gaps else DENSITY, what="gaps" if is_gaps else "density table"
    )
    require_vintage_of(units, table, what="table")
    if not is_gaps:
        return _of_density(table, units, towns, options)
    if options.layer not in (None, "gaps"):
        raise ArgumentError(f"a table of gaps has no layer {options.layer!r}")
    if options.period is not None or options.publisher is not None:
        raise ArgumentError("a table of gaps is about one period: choose it in coverage_gaps")
    return _of_gaps(table, units, towns, options)


def _of_density(
    table: pd.DataFrame, units: gpd.GeoDataFrame, towns: pd.DataFrame, options: MapOptions
) -> Subject:
    language = options.language
    layer = look.layers_of(table, None if options.layer is None else [options.layer])[0]
    found = periods(table, layer, language)
    shown = choose_period(found, options.period, options.publisher)
    classes = look.classify(table, layer, scheme=options.scheme)
    balanced: dict[str, Any] = balance(shown, table, language)
    entries: list[dict[str, Any]] = legend(
        layer, classes, language, withheld=shown.has_withheld, zero=shown.zero_note
    )
    return Subject(
        title=layer_text("title", layer, language),
        unit=layer_text("unit", layer, language),
        period=shown.label,
        publisher=shown.publisher,
        days=_days(shown.rows) if layer.measure == "incidents" else None,
        cells=tuple(cells(shown, units["pcode"].tolist(), classes, language)),
        fills=(look.MISSING_COLOUR, look.ZERO_COLOUR, *classes.colours),
        legend=tuple(Entry(**entry) for entry in entries),
        remarks=tuple(_remarks(shown, len(found), language)),
        lines=tuple(balanced["lines"]),
        asides=tuple(balanced["notes"]),
        findings=(),
        sections=tuple(_sections(shown, units, towns, language)),
        dotted=(),
    )


def _days(rows: pd.DataFrame) -> Days | None:
    """Give the first and last day of a period; None where it is not known."""
    if not {"period_start", "period_end"} <= set(rows.columns):
        return None
    first, last = rows["period_start"].min(), rows["period_end"].max()
    return None if pd.isna(first) or pd.isna(last) else (first, last)


def _remarks(shown: PeriodRows, count: int, language: str) -> list[str]:
    """Explain the signs after the numbers, those that occur."""
    why, keys = withheld_text(shown, language), []
    if shown.is_derived:
        keys.append("legend.derived")
    if has_low(shown):
        keys.append("legend.low")
    if count > 1:
        keys.append("legend.same")
    return [*filter(None, [why]), *(words.word(key, language) for key in keys)]


def _sections(
    shown: PeriodRows,
    units: gpd.GeoDataFrame,
    towns: pd.DataFrame,
    language: str,
) -> list[Section]:
    """Give the notes of what is shown; the balance stands next to the map already."""
    layer = shown.layer
    rows = shown.rows.drop(columns=["shown", "derived"])
    balanced = words.word("notes.balance", language)
    method = words.word("notes.method", language)
    found = []
    for section in Notes(rows, units, towns).sections(language):
        if section["title"] == balanced:
            continue
        meaning = {"items": [(layer_text("about", layer, language), "")]}
        kept = section | meaning if section["title"] == method else section
        found.append(_undisclaimed(kept, language))
    return [*found, *_unit_notes(shown, units, language)]


def _undisclaimed(section: Section, language: str) -> dict[str, object]:
    """Leave out the disclaimer, which stands on the page by itself."""
    disclaimer = words.word("notes.disclaimer", language)
    kept = [text for text in section["paragraphs"] if text != disclaimer]
    return {**section, "paragraphs": kept}


def _unit_notes(
    shown: PeriodRows, units: gpd.GeoDataFrame, language: str
) -> list[dict[str, object]]:
    """List the remarks of the table, each with the units that it concerns."""
    names = dict(zip(units["pcode"], units["name"], strict=True))
    said: dict[str, list[str]] = {}
    for _, row in shown.rows.iterrows():
        for remark in words.note_text(row["note"], language):
            name = names.get(row["pcode"], row["name"])
            said.setdefault(remark, []).append("" if pd.isna(name) else str(name))
    remarks = [
        _named_remark(remark, list(filter(None, who)), language) for remark, who in said.items()
    ]
    if not remarks:
        return []
    title = words.word("popup.notes", language)
    return [{"title": title, "paragraphs": [" · ".join(remarks)], "items": [], "grid": []}]


def _named_remark(remark: str, names: Sequence[str], language: str) -> str:
    if not names:
        return remark
    text = words.word("paper.remark", language)
    return text.format(names=", ".join(names), remark=remark)


def _of_gaps(
    gaps: pd.DataFrame, units: gpd.GeoDataFrame, towns: pd.DataFrame, options: MapOptions
) -> Subject:
    language = options.language
    behind = gaps if options.behind is None else options.behind
    placed = gaps[gaps["place_kind"] == "unit"]
    rows = {row["pcode"]: row for row in placed.to_dict("records")}
    need, response = period_lines(gaps, language)
    return Subject(
        title=words.word("title.gaps", language),
        unit=words.word("unit.gaps", language),
        period=need,
        publisher="",
        days=_days(gaps),
        cells=tuple(answer_cell(rows.get(code), language) for code in units["pcode"]),
        fills=ANSWER_LOOK.fills,
        legend=tuple(Entry(**entry) for entry in answer_legend(language)),
        remarks=(need, response),
        lines=(),
        asides=(),
        findings=tuple(_findings(gaps, units, language)),
        sections=(
            _undisclaimed(boundary_section(units, language), language),
            {
                "title": words.word("notes.method", language),
                "paragraphs": [words.word("about.gaps", language)],
                "items": [],
                "grid": [],
            },
            source_section(_used(behind, gaps), units, towns, language),
        ),
        dotted=ANSWER_LOOK.dotted,
    )


def _used(behind: pd.DataFrame, gaps: pd.DataFrame) -> pd.DataFrame:
    """Leave out figures of need of other periods than that of the answer."""
    if "measure" not in behind.columns:
        return behind
    first = gaps[gaps["place_kind"] == "unit"].iloc[0]
    of_period = pd.Series(data=True, index=behind.index)
    for side in ("period_start", "period_end"):
        day = first[side]
        of_period &= behind[side].isna() if pd.isna(day) else behind[side] == day
    return behind[of_period | ~behind["measure"].isin(measures_of(gaps))]


def _findings(
    gaps: pd.DataFrame, units: gpd.GeoDataFrame, language: str
) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    """Give the classes that occur, with what is known of each of their units."""
    level = int(units["level"].iloc[0]) if "level" in units.columns else 1
    question, codes = question_of(gaps, level), set(units["pcode"])
    for name, rows in by_class(gaps):
        told = tuple(
            (sentence(row, question, language), certainty_text(row, language))
            for row in rows
            if row["pcode"] in codes
        )
        if told:
            yield words.word(f"answer.class.{name}", language), told
