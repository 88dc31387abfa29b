"""The profile of one unit, in words: for a page and for paper."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import geopandas as gpd
import pandas as pd

from maligeo import catalog
from maligeo.core import words
from maligeo.core.checks import require_choice, require_columns, require_vintage_of
from maligeo.core.columns import DENSITY, LANGUAGES, Language
from maligeo.core.errors import Fault, FrameError
from maligeo.core.placenames import find_unit
from maligeo.core.session import session_language
from maligeo.paper.report.numbers import INCIDENTS, Numbers, PeriodFigures, has_trend, numbers_of
from maligeo.readers.credits import credit_text
from maligeo.text.balance import balance
from maligeo.text.legend import GAPS
from maligeo.text.notes import boundary_section
from maligeo.text.readings import source_parts, span_text, without_units
from maligeo.text.titles import place_parts

_INDEX: Final = ["place_kind", "pcode", "name"]
_ROBUST: Final = "robust"
MOST_PERIODS: Final = 8  # rows of the table; the chart shows all


@dataclass(frozen=True, kw_only=True, eq=False)
class ReportOptions:
    """What a report is about, and what it says besides the density table.

    Attributes
    ----------
    region : str
        Name or alias of the unit.
    presence : pandas.DataFrame, optional
        Matrix of units and programmes, as from `maligeo.presence`.
    gaps : pandas.DataFrame, optional
        As from `maligeo.coverage_gaps`.
    language : {"fr", "en"}
        Language of the report; by default that of the session (`maligeo.set_language`).

    Raises
    ------
    ArgumentError
        If the language is not known.
    """

    region: str
    presence: pd.DataFrame | None = None
    gaps: pd.DataFrame | None = None
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
    count : int
        Projects that are recorded in the unit.
    note : str
        What cannot be placed and may be there; may be empty.
    """

    name: str
    count: int
    note: str


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
    programmes : tuple of Programme
        Those of the matrix of presence.
    gap : tuple of (str, str)
        What the gaps say, as label and value; empty without gaps.
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
    programmes: tuple[Programme, ...]
    gap: tuple[tuple[str, str], ...]
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
        """Give the keys of two headings, with the programmes that work there and the others."""
        yield "report.present", [one for one in self.programmes if one.count]
        yield "report.absent", [one for one in self.programmes if not one.count]


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
    _check(table, units, options)
    language = options.language
    at = find_unit(options.region, units)
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
        trend_note=words.word("report.trend_note", language) if has_trend(numbers.trend) else "",
        earlier=_earlier(numbers, language),
        locator_title=words.word("report.locator", language).format(name=name),
        programmes=tuple(_programmes(options.presence, pcode, language)),
        gap=tuple(_gap(options.gaps, pcode, language)),
        balance=lines,
        balance_title=title,
        quality=tuple(_quality(table, units, pcode, disclaimer, language)),
        sources=tuple(_sources(table, units, pcode, language)),
        disclaimer=disclaimer,
    )


def _earlier(numbers: Numbers, language: str) -> str:
    left = len(numbers.periods) - MOST_PERIODS
    if left <= 0:
        return ""
    count = words.number_text(left, language)
    return words.word("report.earlier", language).format(count=count)


def _check(table: pd.DataFrame, units: gpd.GeoDataFrame, options: ReportOptions) -> None:
    require_columns(table, DENSITY, what="density table")
    require_vintage_of(units, table, what="density table")
    if options.gaps is not None:
        require_columns(options.gaps, GAPS, what="gaps")
        require_vintage_of(units, options.gaps, what="gaps")
    if options.presence is not None and list(options.presence.index.names) != _INDEX:
        found = list(options.presence.index.names)
        fault = Fault(None, "index", found, f"must be {', '.join(_INDEX)}")
        raise FrameError("presence", [fault])


def _programmes(presence: pd.DataFrame | None, pcode: str, language: str) -> Iterator[Programme]:
    """Say of each programme how many projects are recorded in the unit.

    A unit that the matrix does not hold is not known; it is not one without projects.
    """
    if presence is None or pcode not in presence.index.get_level_values("pcode"):
        return
    known = catalog.load_table("projects", "programmes").set_index("programme")[f"name_{language}"]
    kinds = presence.index.get_level_values("place_kind")
    here = presence[presence.index.get_level_values("pcode") == pcode].sum()
    apart = presence[kinds != "unit"].sum()
    for code in presence.columns:
        name = known.get(code)
        note = ""
        if apart[code]:
            count = words.number_text(float(apart[code]), language)
            note = words.word("report.unplaced", language).format(count=count)
        yield Programme(str(code) if pd.isna(name) else str(name), int(here[code]), note)


def _gap(gaps: pd.DataFrame | None, pcode: str, language: str) -> Iterator[tuple[str, str]]:
    """Give the place of the unit by falling gap, and how sure it is."""
    if gaps is None:
        return
    placed = gaps[gaps["place_kind"] == "unit"]
    rows = placed[placed["pcode"] == pcode]
    title = words.word("report.gap", language)
    if rows.empty or pd.isna(rows["gap_places"].iloc[0]):
        why = words.word("gaps.unknown_note", language)
        yield title, f"{words.word('gaps.unknown', language)} ({why})"
        return
    row = rows.iloc[0]
    known = placed["gap_places"].dropna()
    place = int((known > row["gap_places"]).sum()) + 1
    gap = _signed(float(row["gap_places"]), language)
    yield title, f"{gap}{_range(row, 'gap_places', language)}"
    text = words.word("report.gap_place", language)
    yield (
        words.word("report.gap_order", language),
        text.format(place=place, all=words.number_text(len(known), language)),
    )
    for side in ("need", "response"):
        rank = words.number_text(float(row[f"{side}_rank"]), language, decimals=1)
        yield words.word(f"report.{side}_rank", language), rank
    yield words.word("report.certainty", language), _certainty(row, language)
    if pd.notna(row["no_response"]) and row["no_response"]:
        yield words.word("gaps.response", language), words.word("gaps.none", language)


def _certainty(row: pd.Series, language: str) -> str:
    key = "report.robust" if row["certainty"] == _ROBUST else "gaps.depends"
    text = words.word(key, language)
    if "agreement" not in row.index or pd.isna(row["agreement"]):
        return text
    share = words.number_text(float(row["agreement"]) * 100, language)
    return f"{text} ({words.word('report.agreement', language).format(share=share)})"


def _range(row: pd.Series, name: str, language: str) -> str:
    ends = [row.get(f"{name}_{side}") for side in ("low", "high")]
    if any(end is None or pd.isna(end) for end in ends) or ends[0] == ends[1]:
        return ""
    low, high = (_signed(float(end), language) for end in ends)
    return f" ({words.word('value.interval', language).format(low=low, high=high)})"


def _signed(value: float, language: str) -> str:
    number = words.number_text(value, language, decimals=1)
    return f"+{number}" if value > 0 else number


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
    whole = [one for one in without_units(table, INCIDENTS) if one.rows["count"].notna().any()]
    if whole:
        spans = ", ".join(
            f"{span_text(one.rows, language)} ({one.publisher})" for one in whole if one.has_dates
        )
        yield words.word("report.national_only", language).format(periods=spans)


def _sources(
    table: pd.DataFrame, units: gpd.GeoDataFrame, pcode: str, language: str
) -> list[tuple[str, str]]:
    """List the sources of the unit's figures and whose its outline is."""
    own = table[(table["pcode"] == pcode) & table["count"].notna()]
    outlines = words.word("scale.outlines", language)
    credit = credit_text(units[units["pcode"] == pcode], language)
    return [*source_parts(own, language), (outlines.format(outlines=credit), "")]
