"""Names and order of the columns in each kind of frame, their words, and the keys of units."""

from collections.abc import Mapping
from typing import Any, Final, Literal, get_args

import pandas as pd

from maligeo.core.checks import require_frame

Counting = Literal["full", "fractional", "weighted"]
Language = Literal["fr", "en"]
PlaceKind = Literal["unit", "joint", "countrywide", "unattributed", "outside"]
Audience = Literal["internal", "partner", "public"]
LocateMethod = Literal["inside", "border", "nearest", "name", "place", "none"]
Near = Literal["position", "names"]

COUNTINGS: Final[tuple[str, ...]] = get_args(Counting)
LANGUAGES: Final[tuple[str, ...]] = get_args(Language)
AUDIENCES: Final[tuple[str, ...]] = get_args(Audience)
PLACE_KINDS: Final[tuple[str, ...]] = get_args(PlaceKind)
LOCATE_METHODS: Final[tuple[str, ...]] = get_args(LocateMethod)
NEAR: Final[tuple[str, ...]] = get_args(Near)

UNITS: Final = (
    "vintage", "level", "pcode", "name", "name_alt", "parent_pcode", "iso_3166_2", "valid_on",
    "valid_to", "area_sqkm", "source", "geometry",
)  # fmt: skip

FIGURES: Final = (
    "figure_id", "unit", "vintage", "period_start", "period_end", "measure", "who", "device",
    "value", "basis", "publisher", "note", "source",
)  # fmt: skip

PROJECTS: Final = (
    "project_id", "project_count", "title", "programme", "organisation", "funder", "implementer",
    "sector", "status", "start_date", "end_date", "budget_amount", "budget_currency",
    "donor_amount", "disbursed_amount", "place", "place_level", "place_parent", "place_share",
    "reach", "location_precision", "note", "source", "adm1_name", "adm2_name", "adm3_name",
)  # fmt: skip

# Reach of places that a source names, and in which it counts no project.
NO_PROJECTS: Final = ("office", "named")

WITHHELD: Final = "withheld"  # how the note of a count begins that a release hides
FEWER: Final = f"{WITHHELD}: fewer than "  # and a number
NOT_COVERED: Final = "no statement that the source covers this"
ROUNDED: Final = "rounded to a multiple of "  # and a number
# How the remarks read on rows of records that are in no period.
UNDATED: Final = "without a date, or with one too coarse for these periods"
OUTSIDE_COVERAGE: Final = "of days that the source does not cover"
NAMED: Final = "named by the source, number not known"  # of a unit: some are there
AT_LEAST: Final = "at least"  # how a remark begins that leaves a count without an upper bound

COUNT: Final = "count"  # how many records a row stands for
# What may be added up over records, whatever else they say.
ADDITIVE: Final = (
    COUNT, "killed", "injured", "civilians_killed", "civilians_injured", "devices",
)  # fmt: skip

# Lines of what the bundled documents say, as `maligeo.text.results` writes them.
RESULTS: Final = (
    "line_id", "programme", "programme_name", "kind", "measure", "what", "shown", "value", "unit",
    "currency", "qualifier", "printed", "period_start", "period_end", "period", "place",
    "place_level", "place_parent", "where", "source", "note",
)  # fmt: skip

ALLOCATION: Final = ("vintage", "pcode", "name", "place_kind", "share", "share_by")

DENSITY: Final = (
    "vintage", "pcode", "name", "place_kind", "period_start", "period_end", "measure", "count",
    "count_low", "count_high", "area_sqkm", "population", "population_year", "per_1000_sqkm",
    "per_100k", "ci_low", "ci_high", "smoothed_per_100k", "basis", "publisher", "source", "note",
    "records", "unique_total", "per_incident", "low_count", "local_per_100k",
)  # fmt: skip

POPULATION: Final = ("vintage", "pcode", "name", "population", "population_year", "source", "note")

# What changed between two editions of something, by what they are.
RECORD_CHANGES: Final = (
    "change", "old_id", "new_id", "old_row", "new_row", "record", "field", "old", "new",
    "difference", "matched_by", "note",
)  # fmt: skip
UNIT_CHANGES: Final = (
    "change", "old_vintage", "old_pcode", "old_name", "new_vintage", "new_pcode", "new_name",
    "old_share", "new_share", "shared_sqkm", "note",
)  # fmt: skip
CELL_CHANGES: Final = (
    "change", "vintage", "pcode", "name", "place_kind", "period_start", "period_end", "measure",
    "publisher", "field", "old_state", "old", "new_state", "new", "difference", "note",
)  # fmt: skip
EVENT_PAIRS: Final = (
    "accepted", "likelihood", "first_id", "second_id", "first_date", "second_date", "days_apart",
    "first_place", "second_place", "same_place", "distance_m", "first_type", "second_type",
    "first_killed", "second_killed", "first_injured", "second_injured", "rivals",
)  # fmt: skip
PRODUCT_CHANGES: Final = ("change", "part", "name", "old", "new")

_OF_LEVEL: Final = ("pcode", "name", "reported", "place_kind")  # of what was located
RECORD_COLUMNS: Final = frozenset(
    {
        *PROJECTS, *ALLOCATION, *FIGURES,
        "event_id", "date", "date_precision", "event_type", "outcome", "killed", "injured",
        "civilians_killed", "civilians_injured", "area_id", "method", "declared_area_sqm",
        "computed_area_sqm", "devices", "organisation", "place_name", "place_lon", "place_lat",
        "location_code", "lon", "lat", "geometry",
        "locate_method", "locate_distance_m", "locate_score", "locate_disagrees", "locate_note",
        *(f"adm{level}_{part}" for level in (1, 2, 3) for part in _OF_LEVEL),
    }
)  # fmt: skip


# Kind, and columns that only a frame of the kind has; the first that fits holds.
_SIGNS: Final = (
    ("unit_changes", {"change", "old_pcode", "new_pcode", "old_share"}),
    ("cell_changes", {"change", "field", "old_state", "new_state"}),
    ("product_changes", {"change", "part", "old", "new"}),
    ("results", {"line_id", "shown", "where"}),
    ("figures", {"figure_id", "basis", "value"}),
    ("gaps", {"need_rank", "response_rank", "gap_places"}),
    ("density", {"measure", "count", "place_kind"}),
    ("areas", {"area_id", "status"}),
    ("projects", {"project_id"}),
    ("incidents", {"event_type", "date"}),
    ("population", {"population", "population_year", "pcode"}),
    ("weights", {"from_vintage", "to_vintage", "weight"}),
    ("placement", {"projects", "placed", "countrywide", "unattributed"}),
    ("units", {"vintage", "level", "pcode", "name"}),
    ("incidents", {"locate_method", "date"}),
)
CHANGE_KINDS: Final = ("unit_changes", "cell_changes", "product_changes")
_PRESENCE: Final = ("place_kind", "pcode", "name")  # the index of the matrix


def frame_kind(frame: pd.DataFrame) -> str:
    """Tell from its columns what a frame holds.

    Parameters
    ----------
    frame : pandas.DataFrame
        The frame.

    Returns
    -------
    str
        "incidents", "areas", "projects", "figures", "results", "density", "gaps",
        "population", "weights", "placement", "presence", "units", "unit_changes",
        "cell_changes" or "product_changes"; empty if it is none of these.

    Raises
    ------
    ArgumentError
        If it is no frame of pandas or geopandas.
    """
    require_frame(frame, what="the frame")
    if tuple(frame.index.names) == _PRESENCE:
        return "presence"
    present = set(frame.columns)
    return next((kind for kind, signs in _SIGNS if signs <= present), "")


def unit_keys(frame: pd.DataFrame) -> pd.Series:
    """Give what identifies the unit of each row within its vintage.

    The code where there is one; Taoudénit has none in the division of 2016 and goes by
    its name. At lower levels names repeat, so that the code comes first.

    Parameters
    ----------
    frame : pandas.DataFrame
        With columns `pcode, name`.

    Returns
    -------
    pandas.Series of str
        Missing where a row has neither.
    """
    code = frame["pcode"].astype("string")
    coded = code.fillna("") != ""
    return code if coded.all() else code.where(coded, frame["name"].astype("string"))


def with_types(frame: pd.DataFrame, types: Mapping[str, Any]) -> pd.DataFrame:
    """Give each column its type, as `astype` does, and sooner where there are many.

    Parameters
    ----------
    frame : pandas.DataFrame
        Any frame; its `attrs` stay.
    types : mapping of str to dtype
        The type of every column.

    Returns
    -------
    pandas.DataFrame
        The frame itself where every column has its type.
    """
    wanted = {name: pd.api.types.pandas_dtype(types[name]) for name in frame.columns}
    held = dict(frame.dtypes.items())
    if held == wanted:
        return frame
    cells = {
        name: (frame[name] if held[name] == of else frame[name].astype(of)).array
        for name, of in wanted.items()
    }
    typed = pd.DataFrame(cells, index=frame.index)
    typed.attrs = frame.attrs
    return typed


WORDS: Final[Mapping[str, frozenset[str]]] = {
    "date_precision": frozenset({"day", "week", "month", "quarter", "year"}),
    "event_type": frozenset({"ied", "landmine", "ied_mine", "erw", "other"}),
    "outcome": frozenset({"exploded", "found", "defused", "unknown"}),
    "location_precision": frozenset({"exact", "near", "adm3", "adm2", "adm1", "country"}),
    "status": frozenset(
        {
            *("suspected", "confirmed", "cancelled", "reduced", "cleared"),  # of land
            *("planned", "active", "finalisation", "completed", "suspended"),  # of projects
        }
    ),
    "reach": frozenset({"activity", "beneficiaries", *NO_PROJECTS}),
    "place_level": frozenset(
        {"adm1", "adm2", "adm3", "settlement", "site", "country", "unattributed", "abroad"}
    ),
    "place_kind": frozenset(PLACE_KINDS),
    **{f"adm{level}_place_kind": frozenset(PLACE_KINDS) for level in (1, 2, 3)},
    "locate_method": frozenset(LOCATE_METHODS),
}
_CURRENCY: Final = "budget_currency"
_CODE: Final = "[A-Z]{3}"  # ISO 4217


def known_words(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out words that are not on the list of their column; they become missing."""
    odd = {name: flags for name, flags in _odd_words(frame).items() if flags.any()}
    return frame.assign(
        **{name: frame[name].astype("string").mask(flags) for name, flags in odd.items()}
    )


def unlisted_words(frame: pd.DataFrame) -> list[str]:
    """Name the columns that hold words that are not on their list."""
    return [name for name, flags in _odd_words(frame).items() if flags.any()]


def has_odd_words(frame: pd.DataFrame) -> bool:
    """Tell whether a column of listed words holds any other word."""
    return any(bool(flags.any()) for flags in _odd_words(frame).values())


def _odd_words(frame: pd.DataFrame) -> dict[str, "pd.Series[bool]"]:
    listed = {name: frame[name] for name in (*WORDS, _CURRENCY) if name in frame.columns}
    return {
        name: column.notna() & ~_is_listed(column.astype("string"), name).fillna(False)
        for name, column in listed.items()
    }


def _is_listed(words: "pd.Series[str]", name: str) -> "pd.Series[bool]":
    return words.str.fullmatch(_CODE) if name == _CURRENCY else words.isin(WORDS[name])
