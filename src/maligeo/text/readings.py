"""What a density table says, in words: values, intervals, periods and balances.

Everything that a map shows as text is written here, in its language, so that the script
in the page only places it.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import pandas as pd

from maligeo.core import words
from maligeo.core.columns import AT_LEAST, OUTSIDE_COVERAGE, UNDATED, WITHHELD
from maligeo.look import FINE_BELOW, Classes, Layer, count_layer, count_layers, layer_rows
from maligeo.measure.answer import EVENTS
from maligeo.measure.counts import SOURCE_SEPARATOR
from maligeo.measure.project_counts import NO_RECORD
from maligeo.measure.rates import poisson_interval, whole_counts
from maligeo.readers.credits import credits_of, uncredited
from maligeo.readers.people import PEOPLE
from maligeo.text.measures import layer_text

PERIOD = ["period_start", "period_end", "publisher"]

# Remarks on records that are in no period, and what a choice of them is called.
_APART: Final = {UNDATED: "period.undated", OUTSIDE_COVERAGE: "period.uncovered"}
_ZERO_NOTES: Final = ("legend.at_least", "legend.not_recorded", "legend.zero_note")
_ROW = re.compile(r", row \d+$")  # a file is named once, however many of its rows are shown
_ADDRESS = re.compile(r",?\s*(https?://\S+)$")


@dataclass(frozen=True)
class PeriodRows:
    """The rows of one layer, period and publisher.

    Attributes
    ----------
    layer : Layer
        The layer.
    rows : pandas.DataFrame
        Density rows of all kinds of place, with the columns `shown`, `derived` and
        `hidden`.
    by_unit : dict
        The rows about one unit as dictionaries, by p-code.
    apart : list of dict
        The rows that are about no single unit.
    label : str
        The period in words; empty before `in_language`.
    """

    layer: Layer
    rows: pd.DataFrame
    by_unit: dict[str, dict[str, Any]]
    apart: list[dict[str, Any]]
    label: str = ""

    @property
    def units(self) -> pd.DataFrame:
        """The rows about one unit, by p-code."""
        return self.rows[self.rows["place_kind"] == "unit"].set_index("pcode")

    @property
    def places(self) -> list[dict[str, Any]]:
        """All rows as dictionaries, units first."""
        return [*self.by_unit.values(), *self.apart]

    @property
    def publisher(self) -> str:
        """Who published the figures; empty for counts of our own."""
        name = self.rows["publisher"].iloc[0]
        return "" if pd.isna(name) else str(name)

    @property
    def has_dates(self) -> bool:
        """Whether the figures are about a period that is known."""
        return bool(pd.notna(self.rows["period_start"].iloc[0]))

    @property
    def has_withheld(self) -> bool:
        """Whether a release hides a value."""
        return any(row["hidden"] for row in self.places)

    @property
    def is_withheld(self) -> bool:
        """Whether a release gives a value of no unit."""
        return all(row["hidden"] for row in self.by_unit.values()) and bool(self.by_unit)

    @property
    def has_bounds(self) -> bool:
        """Whether a value is a lower bound only."""
        return any(is_at_least(row) for row in self.by_unit.values())

    @property
    def zero_note(self) -> str:
        """The key of the words for what a zero says: counted, "at least", or in no source."""
        if self.has_bounds:
            return _ZERO_NOTES[0]
        unnamed = (str(row["note"]) == NO_RECORD for row in self.by_unit.values())
        return _ZERO_NOTES[1] if any(unnamed) else _ZERO_NOTES[-1]

    @property
    def is_derived(self) -> bool:
        """Whether a value follows from a published share."""
        return any(row["derived"] for row in self.by_unit.values())


def periods(table: pd.DataFrame, layer: Layer, language: str) -> list[PeriodRows]:
    """Give the periods in which at least one unit has a value, oldest first.

    Parameters
    ----------
    table : pandas.DataFrame
        Density table.
    layer : Layer
        The layer.
    language : {"fr", "en"}
        Language of the labels.

    Returns
    -------
    list of PeriodRows
        A period that several publishers report appears once for each of them.
    """
    return in_language(read_periods(table, layer), language)


def read_periods(table: pd.DataFrame, layer: Layer) -> list[PeriodRows]:
    """Give the periods as `periods` does, without labels: the same for every language."""
    return [period for period in all_periods(table, layer) if _has_unit(period)]


def all_periods(table: pd.DataFrame, layer: Layer) -> list[PeriodRows]:
    """Give all periods of a layer without labels, also those that say nothing of any unit.

    Records without a date come first.
    """
    shown = layer_rows(table, layer).reset_index(drop=True)
    columns = {name: shown[name].tolist() for name in shown}
    places = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    found = []
    for _, rows in shown.groupby(PERIOD, dropna=False, sort=True):
        there = [places[at] for at in rows.index]
        by_unit = {row["pcode"]: row for row in there if row["place_kind"] == "unit"}
        apart = [row for row in there if row["place_kind"] != "unit"]
        found.append(PeriodRows(layer, rows, by_unit, apart))
    return sorted(found, key=lambda period: period.has_dates)  # the last one is shown first


def in_language(found: Sequence[PeriodRows], language: str) -> list[PeriodRows]:
    """Label the periods of one layer, as from `read_periods`."""
    spans = [_span_text(one.rows, one.layer, language) for one in found]
    by = words.word("period.by", language)
    return [
        replace(one, label=by.format(period=span, publisher=one.publisher))
        if spans.count(span) > 1 and one.publisher
        else replace(one, label=span)
        for one, span in zip(found, spans, strict=True)
    ]


def all_counts(table: pd.DataFrame) -> list[list[PeriodRows]]:
    """Give all periods of the counts of each measure, as `all_periods` does."""
    return [all_periods(table, layer) for layer in count_layers(table)]


def without_units(found: Iterable[PeriodRows]) -> list[PeriodRows]:
    """Keep the periods that say nothing of any unit."""
    return [period for period in found if not _has_unit(period)]


def zero_note(found: Iterable[PeriodRows]) -> str:
    """Give the key of the words for what the zeros of several periods say, at the least."""
    return min((period.zero_note for period in found), key=_ZERO_NOTES.index)


def span_text(rows: pd.DataFrame, language: str) -> str:
    """Write the one period of some rows."""
    first = rows.iloc[0]
    return words.period_text(first["period_start"], first["period_end"], language)


def value_text(value: float | None, layer: Layer, language: str, *, derived: bool = False) -> str:
    """Write a shown value; what is derived from a share says so by "≈"."""
    text = _number(value, layer, language)
    if not derived or value is None or pd.isna(value):
        return text
    return words.word("value.derived", language).format(value=text)


def is_at_least(row: Mapping[str, Any] | pd.Series) -> bool:
    """Tell whether a count is a lower bound only: in part known, or open to other records."""
    partial = isinstance(row["note"], str) and AT_LEAST in row["note"]
    return partial and pd.notna(row["count"]) and pd.isna(row["count_high"])


def bound_text(
    value: float | None,
    row: Mapping[str, Any] | pd.Series,
    language: str,
    write: Callable[[float | None], str],
) -> str:
    """Write a value of a row, with the bound where it is a lower bound only.

    A count that a release rounded may lie below what is shown: the bound is its own lowest,
    and so is that of what is in proportion to it.

    Parameters
    ----------
    value : float or None
        The count of the row, or a rate that was made of it.
    row : mapping or pandas.Series
        Row of a density table.
    language : {"fr", "en"}
        Language of the text.
    write : callable
        Writes a value.
    """
    text = write(value)
    if value is None or pd.isna(value) or not is_at_least(row):
        return text
    low, count = row["count_low"], row["count"]
    if pd.isna(low) or low >= count:
        return words.word("value.at_least", language).format(value=text)
    lowest = write(float(value * low / count))
    return words.word("value.at_least_low", language).format(value=text, low=lowest)


def known_text(row: Mapping[str, Any], layer: Layer, language: str) -> str:
    """Write the value that a row of `PeriodRows` shows, with its bound where it has one."""

    def write(value: float | None) -> str:
        return value_text(value, layer, language, derived=row["derived"])

    return bound_text(row["shown"], row, language, write)


def interval_text(row: Mapping[str, Any] | pd.Series, layer: Layer, language: str) -> str:
    """Write what is known about the precision of a value; empty for an exact one.

    For a derived value it is what the rounding of the published share and chance leave,
    for a rate of whole counts the 95 % interval of the table.
    """
    if pd.isna(row["shown"]):
        return ""
    low, high, key = _interval(row, layer)
    if low is None:
        return ""
    ends = [_number(end, layer, language) for end in (low, high)]
    return words.word(key, language).format(low=ends[0], high=ends[1])


def source_parts(table: pd.DataFrame, language: str) -> list[tuple[str, str]]:
    """List whose data a table holds: known publishers with their terms, then all other sources.

    Returns
    -------
    list of tuple of str
        Text, and web address or nothing.
    """
    credited = [(credit.in_words(language), credit.licence["path"]) for credit in credits_of(table)]
    return [*credited, *cell_sources(uncredited(table))]


def cell_sources(cells: Iterable[object]) -> list[tuple[str, str]]:
    """List the sources that some cells name once each, as text and web address."""
    parts = (
        _ROW.sub("", part.strip()) for cell in cells for part in str(cell).split(SOURCE_SEPARATOR)
    )
    return sorted({_source(part) for part in parts if part})


def _source(text: str) -> tuple[str, str]:
    """Set the web address apart."""
    address = _ADDRESS.search(text)
    return (text[: address.start()], address.group(1)) if address else (text, "")


def _number(value: float | None, layer: Layer, language: str) -> str:
    """Write a number with the decimals of its layer; large ones and zero are whole."""
    if layer.levels and value is not None and pd.notna(value):
        key = f"level.{layer.levels[int(value) - 1]}"
        return words.word(f"{key}_short" if words.has_word(f"{key}_short") else key, language)
    fine = value is not None and not pd.isna(value) and 0 < value < FINE_BELOW
    decimals = layer.decimals if fine else 0
    return words.number_text(value, language, decimals=decimals, fixed=True)


def _interval(
    row: Mapping[str, Any] | pd.Series, layer: Layer
) -> tuple[float | None, float | None, str]:
    """Give both ends and the words for them; nothing when the value is exact."""
    if layer.breaks:
        low, high = (None if pd.isna(row[end]) else float(row[end]) for end in _ENDS)
        open_key = "value.confidence_open" if high is None else "value.confidence"
        return low, high, "value.both" if row["derived"] and high is not None else open_key
    if row["derived"] and pd.notna(row["count_low"]) and pd.notna(row["count_high"]):
        ends = derived_ends(row, layer)
        low, high = _whole_ends(*ends) if not layer.is_rate else ends
        return low, high, "value.both" if layer.measure in EVENTS else "value.interval"
    if layer.column == "per_100k" and pd.notna(row["ci_low"]):
        if pd.isna(row["ci_high"]):
            return float(row["ci_low"]), None, "value.confidence_open"
        return float(row["ci_low"]), float(row["ci_high"]), "value.confidence"
    return None, None, ""


def derived_ends(row: Mapping[str, Any] | pd.Series, layer: Layer) -> tuple[float, float]:
    """Give what the rounding of a published share leaves of a value, and of events chance too.

    The ends are those of the least and of the most that the rounding leaves, so that what is
    less exact never looks more exact than a whole count.
    """
    low, high = float(row["count_low"]), float(row["count_high"])
    if layer.measure in EVENTS:
        least, most = whole_counts([low], [high])
        low, high = float(poisson_interval(least)[0][0]), float(poisson_interval(most)[1][0])
    scale = float(row[layer.column]) / float(row["count"]) if row["count"] else 0.0
    return low * scale * layer.factor, high * scale * layer.factor


def _whole_ends(low: float, high: float) -> tuple[float, float]:
    """Give the whole numbers around an interval: a count is never a fraction."""
    return math.floor(round(low, 9)), math.ceil(round(high, 9))


def _has_unit(period: PeriodRows) -> bool:
    """Tell whether any unit has a value, or a count that was released as "fewer than 5"."""
    rows, is_count = period.by_unit.values(), not period.layer.is_rate
    return any(pd.notna(row["shown"]) or (is_count and row["hidden"]) for row in rows)


def _span_text(rows: pd.DataFrame, layer: Layer, language: str) -> str:
    first = rows.iloc[0]
    if layer.measure == PEOPLE:
        return _year_of_people(rows, language)
    if pd.isna(first["period_start"]):
        notes = set(rows["note"].dropna())
        key = next((key for note, key in _APART.items() if notes == {note}), "period.all")
        return words.word(key, language)
    return span_text(rows, language)


def _year_of_people(rows: pd.DataFrame, language: str) -> str:
    """Say when people were counted, or of which year they are as somebody's table says."""
    year, source = rows["period_end"].iloc[0], rows["source"].astype("string")
    if pd.isna(year):
        return words.word("period.no_year", language)
    is_census = source.str.contains(_CENSUS).fillna(value=False).any()
    key = "period.census" if is_census else "period.people"
    return words.word(key, language).format(year=year.year)


_ENDS: Final = ("count_low", "count_high")
LOW_SIGN: Final = "*"
_CENSUS: Final = "RGPH"  # in the names of the sources of both censuses


class Cell(NamedTuple):
    """What a map shows of a unit.

    Attributes
    ----------
    class_index : int
        Class, as in `Classes.index`: -1 missing, 0 zero, then from 1 upwards.
    text : str
        The value, with "*" where it is a rate of few events (`low_count`).
    precision : str
        Its interval; empty for an exact value.
    """

    class_index: int
    text: str
    precision: str


def cells(period: PeriodRows, pcodes: Sequence[str], classes: Classes, language: str) -> list[Cell]:
    """Give class, value and precision of each unit, in the order of the units.

    Parameters
    ----------
    period : PeriodRows
        Rows of one layer and period.
    pcodes : sequence of str
        Codes of the units in the order of the map.
    classes : Classes
        Classes of the layer.
    language : {"fr", "en"}
        Language of the texts.

    Returns
    -------
    list of Cell
        One per code; a unit that the rows do not name is missing.
    """
    return [_cell(period, pcode, classes, language) for pcode in pcodes]


def is_low(row: Mapping[str, Any] | pd.Series, layer: Layer) -> bool:
    """Tell whether a rate rests on few events, as the column `low_count` of the table says."""
    low = row["low_count"]
    return layer.column == "per_100k" and bool(pd.notna(row["shown"]) and pd.notna(low) and low)


def has_low(period: PeriodRows) -> bool:
    """Tell whether a unit of a layer and period is marked for its few events."""
    return any(is_low(row, period.layer) for row in period.by_unit.values())


def hidden_text(note: object, layer: Layer, language: str) -> str:
    """Write what is known of a count that a release does not give: its bounds, or nothing."""
    first = str(note).split("; ", maxsplit=1)[0]
    if first == WITHHELD:
        return words.word("value.withheld", language)
    bounds = words.joined(words.note_text(first, language), language)
    if not layer.is_rate:
        return bounds
    return f"{bounds} {layer_text('unit', count_layer(layer.measure), language)}"


def unit_text(found: PeriodRows, pcode: str, language: str) -> str:
    """Write what is known of a unit: its value, that there is none, or that it is withheld."""
    row = found.by_unit.get(pcode)
    if row is None:
        return words.word("value.missing", language)
    if row["hidden"]:
        return hidden_text(row["note"], found.layer, language)
    text = known_text(row, found.layer, language)
    return f"{text}{LOW_SIGN}" if is_low(row, found.layer) else text


def _cell(found: PeriodRows, pcode: str, classes: Classes, language: str) -> Cell:
    row, text = found.by_unit.get(pcode), unit_text(found, pcode, language)
    if row is None:
        return Cell(-1, text, "")
    return Cell(classes.index(row["shown"]), text, interval_text(row, found.layer, language))
