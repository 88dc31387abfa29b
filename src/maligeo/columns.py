"""Names and order of the columns in each kind of frame, and the words allowed in them."""

from typing import Final, Literal, get_args

Counting = Literal["full", "fractional", "weighted"]
Language = Literal["fr", "en"]
PlaceKind = Literal["unit", "joint", "countrywide", "unattributed", "outside"]
Audience = Literal["internal", "partner", "public"]
LocateMethod = Literal["inside", "border", "nearest", "name", "none"]

COUNTINGS: Final[tuple[str, ...]] = get_args(Counting)
LANGUAGES: Final[tuple[str, ...]] = get_args(Language)
AUDIENCES: Final[tuple[str, ...]] = get_args(Audience)
PLACE_KINDS: Final[tuple[str, ...]] = get_args(PlaceKind)
LOCATE_METHODS: Final[tuple[str, ...]] = get_args(LocateMethod)

UNITS: Final = (
    "vintage",
    "level",
    "pcode",
    "name",
    "name_alt",
    "parent_pcode",
    "iso_3166_2",
    "valid_on",
    "valid_to",
    "area_sqkm",
    "source",
    "geometry",
)

FIGURES: Final = (
    "figure_id",
    "unit",
    "vintage",
    "period_start",
    "period_end",
    "measure",
    "who",
    "device",
    "value",
    "basis",
    "publisher",
    "note",
    "source",
)

PROJECTS: Final = (
    "project_id",
    "project_count",
    "title",
    "programme",
    "funder",
    "implementer",
    "sector",
    "status",
    "start_date",
    "end_date",
    "budget_amount",
    "budget_currency",
    "donor_amount",
    "disbursed_amount",
    "place",
    "place_level",
    "place_parent",
    "place_share",
    "reach",
    "location_precision",
    "note",
    "source",
    "adm1_name",
    "adm2_name",
    "adm3_name",
)

WITHHELD: Final = "withheld"  # how the note of a count begins that a release hides

ALLOCATION: Final = ("vintage", "pcode", "name", "place_kind", "share", "share_by")

DENSITY: Final = (
    "vintage",
    "pcode",
    "name",
    "place_kind",
    "period_start",
    "period_end",
    "measure",
    "count",
    "count_low",
    "count_high",
    "area_sqkm",
    "population",
    "population_year",
    "per_1000_sqkm",
    "per_100k",
    "ci_low",
    "ci_high",
    "smoothed_per_100k",
    "basis",
    "publisher",
    "source",
    "note",
    "records",
    "unique_total",
    "per_incident",
    "low_count",
    "local_per_100k",
)

POPULATION: Final = ("vintage", "pcode", "name", "population", "population_year", "source", "note")

RECORD_COLUMNS: Final = frozenset(
    {
        *PROJECTS, *ALLOCATION, *FIGURES,
        "event_id", "date", "date_precision", "event_type", "outcome", "killed", "injured",
        "civilians_killed", "civilians_injured", "area_id", "method", "declared_area_sqm",
        "computed_area_sqm", "devices", "organisation", "location_code", "lon", "lat", "geometry",
        "locate_method", "locate_distance_m", "locate_score", "locate_disagrees", "locate_note",
        *(f"adm{level}_{part}" for level in (1, 2, 3) for part in ("pcode", "name", "reported")),
    }
)  # fmt: skip
