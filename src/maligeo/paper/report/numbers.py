"""The numbers of one unit: by period, per people, over time; as a density table has them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from maligeo import look
from maligeo.core import words
from maligeo.core.columns import UNDATED
from maligeo.look import Layer
from maligeo.measure.project_counts import NO_RECORD
from maligeo.measure.published import TOGETHER
from maligeo.text.answers import NOT_RECORDED
from maligeo.text.readings import (
    PeriodRows,
    bound_text,
    derived_ends,
    interval_text,
    is_low,
    periods,
    unit_text,
    value_text,
)

VICTIMS: Final = ("victims", "killed", "injured")
_BY_KEY: Final = {layer.key: layer for layer in look.LAYERS}
INCIDENTS: Final = _BY_KEY["incidents"]
RATE: Final = _BY_KEY["incidents_per_100k"]


@dataclass(frozen=True)
class Figure:
    """A key figure.

    Attributes
    ----------
    label, value, note : str
        The note, such as an interval, may be empty.
    """

    label: str
    value: str
    note: str


@dataclass(frozen=True)
class PeriodFigures:
    """Incidents of one period and publisher.

    Attributes
    ----------
    period, publisher : str
        The publisher is empty for records of one's own.
    count, count_interval : str
        Incidents, and how exactly they are known.
    rate, rate_interval : str
        Incidents per 100,000 people and year; empty where people are not known.
    """

    period: str
    publisher: str
    count: str
    count_interval: str
    rate: str
    rate_interval: str

    def cells(self, *, has_rates: bool) -> tuple[str, ...]:
        """Give it as a row of a table: period, count and, where any is known, rate."""
        period = " · ".join(filter(None, (self.period, self.publisher)))
        rate = [with_remark(self.rate, self.rate_interval)] if has_rates else []
        return (period, with_remark(self.count, self.count_interval), *rate)


@dataclass(frozen=True)
class TrendPoint:
    """A value of one period.

    Attributes
    ----------
    start, end : pandas.Timestamp
        First and last day.
    value, low, high : float or None
        The value and its interval; None where not known.
    text : str
        The value in words.
    publisher : str
        Empty for records of one's own.
    """

    start: pd.Timestamp
    end: pd.Timestamp
    value: float | None
    low: float | None
    high: float | None
    text: str
    publisher: str


@dataclass(frozen=True)
class Numbers:
    """All numbers of one unit.

    Attributes
    ----------
    figures : tuple of Figure
        Key figures.
    periods : tuple of PeriodFigures
        Oldest first.
    trend : tuple of TrendPoint
        Oldest first.
    trend_unit : str
        What the trend counts.
    remarks : tuple of str
        What the signs after numbers mean.
    latest : PeriodRows or None
        Incidents of the latest period.
    """

    figures: tuple[Figure, ...]
    periods: tuple[PeriodFigures, ...]
    trend: tuple[TrendPoint, ...]
    trend_unit: str
    remarks: tuple[str, ...]
    latest: PeriodRows | None


def numbers_of(table: pd.DataFrame, units: gpd.GeoDataFrame, at: int, language: str) -> Numbers:
    """Gather the numbers of one unit.

    Parameters
    ----------
    table : pandas.DataFrame
        Density table.
    units : geopandas.GeoDataFrame
        Units of the same vintage.
    at : int
        Row position of the unit.
    language : {"fr", "en"}
        Language of the texts.
    """
    pcode = str(units["pcode"].iloc[at])
    counts = _periods_of(table, INCIDENTS, language)
    rates = {_key(one): one for one in _periods_of(table, RATE, language)}
    known = [one for one in counts if _has_value(one, pcode)]
    latest = (known or counts)[-1] if counts else None
    has_rates = any(_has_value(one, pcode) for one in rates.values())
    shown = list(rates.values()) if has_rates else counts
    key = RATE.key if has_rates else INCIDENTS.key
    return Numbers(
        figures=tuple(_figures(table, units.iloc[at], latest, rates, language)),
        periods=tuple(_period_figures(one, rates, pcode, language) for one in counts),
        trend=tuple(_trend_point(one, pcode, language) for one in shown if one.has_dates),
        trend_unit=words.word(f"unit.{key}", language),
        remarks=tuple(_remarks([*counts, *rates.values()], pcode, language)),
        latest=latest,
    )


def with_remark(value: str, remark: str) -> str:
    """Write an interval, say, in brackets behind a value, where there is one."""
    return f"{value} ({remark})" if remark else value


def has_trend(points: Sequence[TrendPoint]) -> bool:
    """Tell whether a value of any period is known."""
    return any(point.value is not None for point in points)


def _periods_of(table: pd.DataFrame, layer: Layer, language: str) -> list[PeriodRows]:
    counted = (table["measure"] == layer.measure).any()
    return periods(table, layer, language) if counted else []


def _key(found: PeriodRows) -> tuple[object, ...]:
    first = found.rows.iloc[0]
    parts = (first["period_start"], first["period_end"], first["publisher"])
    return tuple(None if pd.isna(part) else part for part in parts)


def _has_value(found: PeriodRows, pcode: str) -> bool:
    row = found.by_unit.get(pcode)
    return row is not None and bool(pd.notna(row["shown"]))


def _texts(found: PeriodRows | None, pcode: str, language: str) -> tuple[str, str]:
    """Give value and interval of a unit in a period; both empty without such a period."""
    if found is None:
        return "", ""
    row, text = found.by_unit.get(pcode), unit_text(found, pcode, language)
    return text, "" if row is None else interval_text(row, found.layer, language)


def _period_figures(
    found: PeriodRows, rates: dict[tuple[object, ...], PeriodRows], pcode: str, language: str
) -> PeriodFigures:
    publisher = "" if found.publisher in found.label else found.publisher
    count = _texts(found, pcode, language)
    return PeriodFigures(
        found.label, publisher, *count, *_texts(rates.get(_key(found)), pcode, language)
    )


def _trend_point(found: PeriodRows, pcode: str, language: str) -> TrendPoint:
    first = found.rows.iloc[0]
    row: dict[str, Any] = found.by_unit.get(pcode, {})
    low, high = _ends(row, found.layer) if row else (None, None)
    return TrendPoint(
        start=first["period_start"],
        end=first["period_end"],
        value=_number(row.get(found.layer.column), found.layer.factor),
        low=low,
        high=high,
        text=_texts(found, pcode, language)[0],
        publisher=found.publisher,
    )


def _ends(row: dict[str, Any], layer: Layer) -> tuple[float | None, float | None]:
    """Give the interval of a value: of a share rounding and chance, of a rate its confidence."""
    if row["derived"] and pd.notna(row["count_low"]) and row["count"]:
        return derived_ends(row, layer)
    if layer.is_rate:
        return _number(row["ci_low"]), _number(row["ci_high"])
    return None, None


def _number(value: Any, scale: float = 1.0) -> float | None:
    return None if value is None or pd.isna(value) else float(value) * scale


def _figures(
    table: pd.DataFrame,
    unit: pd.Series,
    latest: PeriodRows | None,
    rates: dict[tuple[object, ...], PeriodRows],
    language: str,
) -> Iterator[Figure]:
    pcode = str(unit["pcode"])
    if latest is not None:
        label = words.word("report.incidents", language).format(period=latest.label)
        text, interval = _texts(latest, pcode, language)
        yield Figure(label, text, interval or _together(latest, pcode, language))
        rate = rates.get(_key(latest))
        if rate is not None:
            text, interval = _texts(rate, pcode, language)
            yield Figure(words.word("report.rate", language), text, interval)
    yield from _victims(table, pcode, language)
    yield from _standing(table, pcode, language)
    if "area_sqkm" in unit.index and pd.notna(unit["area_sqkm"]):
        area = words.number_text(float(unit["area_sqkm"]), language)
        label = words.word("report.area", language)
        yield Figure(label, f"{area}{words.NO_BREAK_SPACE}km²", "")


def _together(found: PeriodRows, pcode: str, language: str) -> str:
    """Say what a source counts for several units together, this one among them."""
    remarks = str(found.by_unit[pcode]["note"]).split("; ") if pcode in found.by_unit else []
    named = next((one for one in remarks if one.startswith(TOGETHER)), None)
    if named is None:
        return ""
    said = words.note_text(named, language)[0]
    values = [
        value_text(row["shown"], found.layer, language, derived=row["derived"])
        for row in found.apart
        if str(row["name"]) == named.removeprefix(TOGETHER)
    ]
    return f"{said} ({values[0]})" if values else said


def _victims(table: pd.DataFrame, pcode: str, language: str) -> Iterator[Figure]:
    """Give victims of the latest period in which they are known, where the table counts them."""
    for measure in VICTIMS:
        rows = table[(table["measure"] == measure) & (table["pcode"] == pcode)]
        known = rows[rows["count"].notna()].sort_values(
            "period_end", kind="stable", na_position="first"
        )
        if known.empty:
            continue
        row = known.iloc[-1]
        undated = UNDATED in str(row["note"])
        when = (
            words.word("period.undated" if undated else "period.all", language)
            if pd.isna(row["period_start"])
            else words.period_text(row["period_start"], row["period_end"], language)
        )
        label = words.word(f"report.{measure}", language).format(period=when)
        count = bound_text(
            float(row["count"]), row, language, partial(words.number_text, language=language)
        )
        yield Figure(label, count, _rate(row, language))


def _rate(row: pd.Series, language: str) -> str:
    """Write the rate of a row and its interval, where people are known."""
    if pd.isna(row["per_100k"]):
        return ""
    write = partial(words.number_text, language=language, decimals=1, fixed=True)
    rate = bound_text(float(row["per_100k"]), row, language, write)
    text = words.word("report.per_100k", language).format(rate=rate)
    if pd.isna(row["ci_low"]):
        return text
    low, high = (
        words.number_text(_number(row[end]), language, decimals=1, fixed=True)
        for end in ("ci_low", "ci_high")
    )
    key = "value.confidence_open" if pd.isna(row["ci_high"]) else "value.confidence"
    return f"{text}, {words.word(key, language).format(low=low, high=high)}"


def _standing(table: pd.DataFrame, pcode: str, language: str) -> Iterator[Figure]:
    """Give people, projects and programmes, which are about no period to choose."""
    people = _latest_text(table, "people", pcode, language)
    if people is not None:
        label, value = people
        density = _latest_text(table, "people_per_sqkm", pcode, language)
        unit = words.word("unit.people_per_sqkm", language)
        note = f"{density[1]} {unit}" if density else ""
        yield Figure(f"{words.word('layer.people', language)}, {label}", value, note)
    projects = _present(table, "projects", pcode, language)
    if projects is not None:
        shares = _latest_text(table, "projects_fractional", pcode, language)
        notes = [projects[1]]
        if shares is not None and projects[0] != NOT_RECORDED:
            notes.insert(0, words.word("report.shares", language).format(count=shares[1]))
        remark = words.joined(filter(None, notes), language)
        yield Figure(words.word("report.projects", language), projects[0], remark)
    programmes = _present(table, "programmes", pcode, language)
    if programmes is not None:
        value, beside = programmes
        remark = beside if value == NOT_RECORDED else ""  # else one may be in both
        yield Figure(words.word("layer.programmes", language), value, remark)


def _present(table: pd.DataFrame, key: str, pcode: str, language: str) -> tuple[str, str] | None:
    """Give who is present in a unit, and what is for the whole country beside it.

    That no source names a project there is no count of none, and no 0.
    """
    found = _periods_of(table, _BY_KEY[key], language)
    if not found:
        return None
    latest = found[-1]
    row, text = latest.by_unit.get(pcode), _texts(latest, pcode, language)[0]
    notes = []
    if row is not None and str(row["note"]) == NO_RECORD:
        text, notes = NOT_RECORDED, words.note_text(NO_RECORD, language)
    rows = [one for one in latest.apart if one["place_kind"] == "countrywide"]
    everywhere = sum(float(one["count"]) for one in rows if pd.notna(one["count"]))
    if everywhere:
        count = words.number_text(everywhere, language)
        notes.append(words.word("report.countrywide", language).format(count=count))
    return text, words.joined(notes, language)


def _latest_text(
    table: pd.DataFrame, key: str, pcode: str, language: str
) -> tuple[str, str] | None:
    """Give period and value of a layer of the catalogue; nothing where it is not counted."""
    found = _periods_of(table, _BY_KEY[key], language)
    return (found[-1].label, _texts(found[-1], pcode, language)[0]) if found else None


def _remarks(found: list[PeriodRows], pcode: str, language: str) -> Iterator[str]:
    rows = [(one.by_unit[pcode], one.layer) for one in found if pcode in one.by_unit]
    if any(row["derived"] and pd.notna(row["shown"]) for row, _ in rows):
        yield words.word("legend.derived", language)
    if any(is_low(row, layer) for row, layer in rows):
        yield words.word("legend.low", language)
