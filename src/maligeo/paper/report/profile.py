"""The profile of one unit, in words: for a page and for paper."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import geopandas as gpd
import pandas as pd

from maligeo.core import words
from maligeo.core.checks import require_choice, require_columns, require_vintage_of
from maligeo.core.columns import DENSITY, LANGUAGES, Language
from maligeo.core.errors import Fault, FrameError
from maligeo.core.session import session_language
from maligeo.join.regions import find_unit
from maligeo.look.waters import waters
from maligeo.paper.report.country import country_sources, country_texts
from maligeo.paper.report.numbers import INCIDENTS, Numbers, PeriodFigures, has_trend, numbers_of
from maligeo.readers.credits import credit_text
from maligeo.text.answers import (
    ANSWER,
    class_text,
    heading_text,
    period_lines,
    question_of,
    sentence,
)
from maligeo.text.balance import balance
from maligeo.text.legend import withheld_text
from maligeo.text.notes import boundary_section
from maligeo.text.readings import all_periods, cell_sources, source_parts, span_text, without_units
from maligeo.text.results import unit_texts
from maligeo.text.titles import place_parts

_INDEX: Final = ["place_kind", "pcode", "name"]
_UNPLACED: Final = ("joint", "unattributed")  # in some unit
MOST_PERIODS: Final = 8  # rows of the table; the chart shows all


@dataclass(frozen=True, kw_only=True, eq=False)
class ReportOptions:
    """What a report is about, and what it says besides the density table.

    Attributes
    ----------
    region : str, optional
        Name or alias of the unit; without it the report is about the whole country.
    presence : pandas.DataFrame, optional
        Matrix of units and programmes, as from `maligeo.presence`.
    organisations : pandas.DataFrame, optional
        The same matrix by organisation.
    gaps : pandas.DataFrame, optional
        As from `maligeo.incident_gaps`.
    results : pandas.DataFrame, optional
        As from `maligeo.published_results`, in the language of the report.
    language : {"fr", "en"}
        Language of the report; by default that of the session (`maligeo.set_language`).

    Raises
    ------
    ArgumentError
        If the language is not known.
    """

    region: str | None = None
    presence: pd.DataFrame | None = None
    organisations: pd.DataFrame | None = None
    gaps: pd.DataFrame | None = None
    results: pd.DataFrame | None = None
    language: Language = field(default_factory=session_language)

    def __post_init__(self) -> None:
        require_choice(self.language, LANGUAGES, option="language")


@dataclass(frozen=True)
class Programme:
    """A programme and what the sources record of it in the unit.

    Attributes
    ----------
    name : str
        Its name.
    count : int or None
        Projects that are recorded in the unit; None where it is named without a number.
    note : str
        What is for the whole country, and what cannot be placed and may be there; may be empty.
    is_countrywide : bool
        Whether a project of it is for the whole country.
    """

    name: str
    count: int | None
    note: str
    is_countrywide: bool


@dataclass(frozen=True)
class Profile:
    """What a report says.

    Attributes
    ----------
    name, title, subtitle : str
        The unit, and what stands above the page.
    at : int
        Row position of the unit.
    numbers : Numbers
        Its numbers.
    trend_title, trend_note : str
        What stands above and below the chart of its numbers.
    earlier : str
        Words for the periods that the table has no room for; may be empty.
    locator_title : str
        What stands above the map of where it lies.
    programmes_title : str
        What the first matrix lists the projects by.
    programmes, organisations : tuple of Programme
        Those of the matrices of presence; organisations only where they are in the unit, or
        have a project for the whole country.
    published : tuple of str
        What documents say of the unit besides its incidents and projects.
    country : tuple of (str, str)
        Programmes, and what their documents say of the whole country.
    gap : tuple of str
        The finding on need and response, and what is known of both; empty without gaps.
    balance : tuple of (str, str)
        What is placed and what is not, of the latest incidents.
    balance_title : str
        What the balance is about.
    quality : tuple of str
        How good the data are.
    sources : tuple of (str, str)
        Sources and their web addresses.
    disclaimer : str
        About boundaries and names.
    """

    name: str
    title: str
    subtitle: str
    at: int
    numbers: Numbers
    trend_title: str
    trend_note: str
    earlier: str
    locator_title: str
    programmes_title: str
    programmes: tuple[Programme, ...]
    organisations: tuple[Programme, ...]
    published: tuple[str, ...]
    country: tuple[tuple[str, str], ...]
    gap: tuple[str, ...]
    balance: tuple[tuple[str, str], ...]
    balance_title: str
    quality: tuple[str, ...]
    sources: tuple[tuple[str, str], ...]
    disclaimer: str

    @property
    def periods(self) -> tuple[PeriodFigures, ...]:
        """The latest periods, as many as a table has room for."""
        return self.numbers.periods[-MOST_PERIODS:]

    @property
    def has_rates(self) -> bool:
        """Whether a rate is known in any period."""
        return any(row.rate for row in self.numbers.periods)

    def programmes_by_presence(self) -> Iterator[tuple[str, list[Programme]]]:
        """Give the keys of headings, with the programmes there, named there, and the others."""
        yield "report.present", [one for one in self.programmes if one.count]
        named = [one for one in self.programmes if one.count is None]
        if named:
            yield "report.named", named
        yield "report.absent", [one for one in self.programmes if one.count == 0]


def profile_of(table: pd.DataFrame, units: gpd.GeoDataFrame, options: ReportOptions) -> Profile:
    """Say what a report says of one unit.

    Parameters
    ----------
    table : pandas.DataFrame
        Density table, as from `maligeo.concat_tables`.
    units : geopandas.GeoDataFrame
        Units of the same vintage.
    options : ReportOptions
        The unit, the matrix of presence, the gaps, the language.

    Raises
    ------
    FrameError
        If a frame lacks columns.
    VintageError
        If frames are of different vintages.
    UnknownNameError
        If no one unit bears the name.
    """
    require_report(table, units, options)
    language = options.language
    at = find_unit(options.region or "", units)
    name, pcode = str(units["name"].iloc[at]), str(units["pcode"].iloc[at])
    numbers = numbers_of(table, units, at, language)
    disclaimer = words.word("notes.disclaimer", language)
    title, lines = _balance(numbers, table, language)
    return Profile(
        name=name,
        title=words.word("report.title", language).format(name=name),
        subtitle=" · ".join(place_parts(units, None, language)),
        at=at,
        numbers=numbers,
        trend_title=words.word("report.trend", language).format(unit=numbers.trend_unit),
        trend_note=_trend_note(numbers, language),
        earlier=_earlier(numbers, language),
        locator_title=words.word("report.locator", language).format(name=name),
        programmes_title=_programmes_title(options.presence, language),
        programmes=tuple(_programmes(options.presence, pcode, language)),
        organisations=tuple(
            one
            for one in _programmes(options.organisations, pcode, language)
            if one.count != 0 or one.is_countrywide
        ),
        published=tuple(_published(options.results, units, at)),
        country=() if options.results is None else tuple(country_texts(options.results)),
        gap=tuple(_gap(options.gaps, units, pcode, language)),
        balance=lines,
        balance_title=title,
        quality=tuple(_quality(table, units, pcode, disclaimer, language)),
        sources=tuple(_sources(table, units, pcode, options)),
        disclaimer=disclaimer,
    )


def _published(results: pd.DataFrame | None, units: gpd.GeoDataFrame, at: int) -> Sequence[str]:
    return () if results is None else unit_texts(results, units, brief=True)[at]


def _trend_note(numbers: Numbers, language: str) -> str:
    """Say how the chart is to be read, or why there is nothing in it."""
    if has_trend(numbers.trend):
        return words.word("report.trend_note", language)
    return "" if numbers.latest is None else withheld_text(numbers.latest, language)


def _earlier(numbers: Numbers, language: str) -> str:
    left = len(numbers.periods) - MOST_PERIODS
    if left <= 0:
        return ""
    count = words.number_text(left, language)
    return words.word("report.earlier", language).format(count=count)


def require_report(table: pd.DataFrame, units: gpd.GeoDataFrame, options: ReportOptions) -> None:
    """Refuse frames without the columns of a report, or of several vintages."""
    require_columns(table, DENSITY, what="density table")
    require_vintage_of(units, table, what="density table")
    if options.gaps is not None:
        require_columns(options.gaps, ANSWER, what="gaps")
        require_vintage_of(units, options.gaps, what="gaps")
    if options.presence is not None and list(options.presence.index.names) != _INDEX:
        found = list(options.presence.index.names)
        fault = Fault(None, "index", found, f"must be {', '.join(_INDEX)}")
        raise FrameError("presence", [fault])


def _programmes_title(presence: pd.DataFrame | None, language: str) -> str:
    by = "programme" if presence is None else str(presence.columns.name)
    return words.word(f"report.{by}s", language)


def _programmes(presence: pd.DataFrame | None, pcode: str, language: str) -> Iterator[Programme]:
    """Say of each programme how many projects are recorded in the unit.

    A unit that the matrix does not hold is not known; it is not one without projects.
    """
    if presence is None or pcode not in presence.index.get_level_values("pcode"):
        return
    kinds = presence.index.get_level_values("place_kind")
    here = presence[presence.index.get_level_values("pcode") == pcode].iloc[0]
    everywhere = presence[kinds == "countrywide"].sum()
    apart = presence[kinds.isin(_UNPLACED)].sum()
    for code in presence.columns:
        beside = {"report.countrywide": everywhere[code], "report.unplaced": apart[code]}
        notes = [
            words.word(key, language).format(count=words.number_text(count, language))
            for key, count in beside.items()
            if count
        ]
        yield Programme(
            heading_text(code, presence.columns.name, language),
            None if pd.isna(here[code]) else int(here[code]),
            words.joined(notes, language),
            bool(everywhere[code]),
        )


def _gap(
    gaps: pd.DataFrame | None, units: gpd.GeoDataFrame, pcode: str, language: str
) -> Iterator[str]:
    """Give the finding on the unit, what is known of it, and of which time that is."""
    if gaps is None:
        return
    placed = gaps[(gaps["place_kind"] == "unit") & (gaps["pcode"] == pcode)]
    if placed.empty:
        return
    row = placed.iloc[0].to_dict()
    level = int(units["level"].iloc[0]) if "level" in units.columns else 1
    yield class_text(row, language)
    yield sentence(row, question_of(gaps, level), language)
    yield " · ".join(period_lines(gaps, language))


def _balance(
    numbers: Numbers, table: pd.DataFrame, language: str
) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Balance the latest incidents over the whole country."""
    if numbers.latest is None:
        return "", ()
    balanced = balance(numbers.latest, table, language)
    lines: Sequence[dict[str, str]] = balanced["lines"]  # type: ignore[assignment]
    title = words.word("report.balance", language).format(period=numbers.latest.label)
    return title, tuple((line["label"], line["value"]) for line in lines)


def _quality(
    table: pd.DataFrame, units: gpd.GeoDataFrame, pcode: str, disclaimer: str, language: str
) -> Iterator[str]:
    """Give the notes of the unit's figures, and how good its outline is."""
    rows = table[(table["pcode"] == pcode) & table["note"].notna()]
    dated: dict[str, list[str]] = {}
    for _, row in rows.iterrows():
        for remark in words.note_text(row["note"], language):
            dated.setdefault(remark, []).append(_when(row, language))
    together: dict[str, list[str]] = {}
    for remark, whens in dated.items():
        together.setdefault(", ".join(dict.fromkeys(filter(None, whens))), []).append(remark)
    for when, remarks in together.items():
        remark = " · ".join(remarks)
        text = words.word("paper.remark", language)
        yield text.format(names=when, remark=remark) if when else remark
    yield from _nowhere(table, language)
    paragraphs: Sequence[str] = boundary_section(units, language)["paragraphs"]  # type: ignore[assignment]
    yield from (text for text in paragraphs if text != disclaimer)


def _when(row: pd.Series, language: str) -> str:
    if pd.isna(row["period_start"]):
        return ""
    return words.period_text(row["period_start"], row["period_end"], language)


def _nowhere(table: pd.DataFrame, language: str) -> Iterator[str]:
    """Count the national figures that no unit has a part of."""
    whole = [
        one
        for one in without_units(all_periods(table, INCIDENTS))
        if one.rows["count"].notna().any()
    ]
    if whole:
        spans = ", ".join(
            f"{span_text(one.rows, language)} ({one.publisher})" for one in whole if one.has_dates
        )
        yield words.word("report.national_only", language).format(periods=spans)


def _sources(
    table: pd.DataFrame, units: gpd.GeoDataFrame, pcode: str, options: ReportOptions
) -> list[tuple[str, str]]:
    """List the sources of what the report says, and whose the outline of the unit is."""
    language = options.language
    own = table[(table["pcode"] == pcode) & table["count"].notna()]
    said = () if options.results is None else country_sources(options.results)
    outlines = words.word("scale.outlines", language)
    credit = credit_text(units[units["pcode"] == pcode], language)
    parts = dict.fromkeys([*source_parts(own, language), *cell_sources(said)])
    drawn = outlines.format(outlines=credit, waters=credit_text(waters(), language))
    return [*parts, (drawn, "")]
