import ast
import re
import string
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import get_args

import pandas as pd
import pytest

from maligeo import look
from maligeo.app.checks import FILTERS
from maligeo.app.pages import STEPS
from maligeo.app.tasks import KINDS as APP_KINDS
from maligeo.cli.same import SHOWN as PAIRED
from maligeo.core import words
from maligeo.core.bilingual import read_file
from maligeo.core.columns import AUDIENCES, DENSITY, PLACE_KINDS, WORDS
from maligeo.core.errors import ArgumentError, UnknownNameError
from maligeo.core.words import NARROW_SPACE, NO_BREAK_SPACE
from maligeo.exports.templates import KINDS as KINDS_OF_SHEETS
from maligeo.exports.templates import template_headings
from maligeo.join.event_pairs import LIKELY, POSSIBLE, VICTIMS_DIFFER, VICTIMS_TAKEN
from maligeo.join.points import locate
from maligeo.join.shares import allocate
from maligeo.look.layers import Group, read_catalogue
from maligeo.measure.answer import CLASSES
from maligeo.measure.cell_changes import KEYS, STATES
from maligeo.measure.certainty import CAUSES
from maligeo.measure.dates import CALENDAR
from maligeo.measure.densities import density
from maligeo.measure.need_response import STATES as RESPONSE_STATES
from maligeo.provenance.product_changes import PARTS
from maligeo.readers import formats
from maligeo.readers.boundary_schemas import FIELDS
from maligeo.readers.files.sources import DATE_ORDERS
from maligeo.readers.formats import load_format
from maligeo.text.changes import ORDER
from maligeo.text.results import GROUPS, KINDS
from maligeo.workflows.builds.settings import KINDS as BUILD_KINDS
from tests import worlds

ALIKE = {
    "heading.note", "heading.exact", "heading.date",
    "kind.incidents",
    "answer.need", "answer.incidents.one", "answer.incidents.many",
    "answer.organisations.one", "answer.by.programme",
    "answer.by.organisation", "answer.level.2", "answer.level.3",
    # the same word in both languages, or a pattern without words
    "legend.zero", "legend.whole", "value.derived", "period.by", "period.people",
    "region.title",
    "measure.budget", "qualifier.exact", "quantity.items", "quantity.units", "quantity.money",
    "quantity.programmes", "quantity.organisations", "quantity.incidents", "quantity.tonnes",
    "notes.total", "record_field.date", "incidents.group", "layer.people", "title.people",
    "layer.other", "level.neither_short",
    *(f"unit.{amount}" for amount in ("money", "money_donor", "money_disbursed")),
    "popup.sources", "field.pcode", "tile_layer.incidents", "notes.sources",
    "control.period_plain",
    "template.sheet_incidents", "template.sheet_population", "example.what_incidents",
    "example.total_year", "control.pause",
    "named.line", "named.programme", "named.organisation", "named.source",
    "record_field.position", "changes.position", "state.number",
    # the page
    "app.file_incidents", "app.by_organisation", "record_field.adm2_name", "record_field.adm3_name",
    "record_field.budget_amount", "record_field.programme", "record_field.code",
    "record_field.incidents", "field.date",
}  # fmt: skip

FORMATS = sorted(
    path.stem
    for path in (Path(words.__file__).parents[2] / "readers" / "formats").glob("*.toml")
    if "signature" in formats.read_catalogue(path.stem)
)
SOURCES = Path(words.__file__).parents[2]
DATA = Path(__file__).parents[2] / "data"
FILES = (
    "page", "measures", "layers", "paper", "release", "export", "tiles", "reading", "answer",
    "results", "template", "example", "app", "build", "changes", "fields",
)  # fmt: skip
RESULTS, FIGURES = (
    pd.read_csv(DATA / name, dtype="str")
    for name in ("projects/results.csv", "incidents/figures.csv")
)
ENTRIES = list(read_catalogue("layers"))
LAYERS = [*ENTRIES, "gaps"]
TITLES = [name for name in LAYERS if words.has_word(f"title.{name}")]  # else that of the layer
RATES = list(read_catalogue("rates"))

# Families of texts whose names the code puts together, and what stands after the dot.
COMPUTED = {
    "reading": [
        "day-month", "month-day", "stated_day-month", "stated_month-day", "total", "note",
        "unread_title", "header", "abroad",
    ],
    "kind": ["incidents", "areas", "figures", "projects", "population", "boundaries"],
    "level": ["cold", "neither", "neither_short", "hot"],
    "heading": [
        "name", "measure", "period", "count", "per_1000_sqkm", "per_100k",
        "population_year", "low_count", "note", "publisher", "device", "recorded", "published",
        "difference", "agrees", "from_name", "to_name", "weight", "method", "exact", *PAIRED,
    ],
    "located": [
        "rows", "inside", "border", "nearest", "name", "place", "fuzzy", "too_coarse", "outside",
        "unnamed", "disagreeing",
    ],
    "check": [
        "row", "column", "became", "field", "value", "reason", "proposal", "place", "word",
        "count", "used", "constant", "kept", "not_understood", "personal", "sheet_rows",
        "sheet_columns", "sheet_faults", "sheet_places", "sheet_words",
    ],
    "report": [
        "victims", "killed", "injured", "programmes", "sectors", "funders",
    ],
    "presence": [
        f"{part}_{by}"
        for part in ("button", "title")
        for by in ("programme", "organisation", "sector", "funder")
    ],
    "answer": [
        *(f"by_{why}" for why in ("chance", "rounding", "both")),
        *(
            f"{what}.{number}"
            for what in (
                "organisations", "projects", "unplaced", "incidents", "victims", "killed",
                "injured", "planned", "countrywide", "need_unstated",
                *load_format("plain_figures").settings["measures"],
            )
            for number in ("one", "many")
        ),
        *(f"{text}.{name}" for text in ("class", "short") for name in CLASSES),
        *(f"by.{by}" for by in ("organisation", "programme", "funder", "sector")),
        *(f"column.{name}" for name in ("projects", "placed", "countrywide", "unattributed")),
        *(f"depends.{cause}" for cause in CAUSES),
        "undated", *(f"level.{level}" for level in (1, 2, 3)),
    ],
    "left_out": ("areas", "incidents"),
    # what the bundled documents say
    "measure": [
        *RESULTS["measure"].unique(), *FIGURES["measure"].unique(), "incidents_share",
        "victims_share", "budget_amount", "donor_amount", "disbursed_amount",
    ],
    "quantity": [*RESULTS["unit"].unique(), "persons_one", "projects_one", "incidents"],
    "qualifier": [*RESULTS["qualifier"].unique(), "illegible"],
    "people": ["not_found", "without", *RESULTS["disaggregation"].dropna().unique(),
               *(who for who in FIGURES["who"].unique() if who != "all")],
    "device": FIGURES["device"].unique(),
    "results": ["office", "named", "funder", "implementer", "sector"],
    "result_kind": KINDS,
    "result_group": set(GROUPS.values()),
    **dict.fromkeys(("layer", "unit", "about"), LAYERS),
    "title": TITLES,
    **dict.fromkeys(("rate_layer", "rate_unit", "rate_about"), RATES),
    "group": get_args(Group),
    "audience": AUDIENCES,
    "place": (*PLACE_KINDS, "nation"),
    "event_type": [*look.EVENT_MARKS, "other", "missing"],
    "status": [*look.AREA_LOOKS, "missing"],
    "outcome": WORDS["outcome"],
    "date_precision": WORDS["date_precision"],
    "location_precision": WORDS["location_precision"],
    "field": [
        "event_id", "outcome", "killed", "injured", "civilians_killed", "civilians_injured",
        "adm1_name", "adm2_name", "adm3_name", "date_precision", "location_precision", "source",
        "area_id", "method", "start_date", "end_date", "declared_area_sqm", "computed_area_sqm",
        "devices", "organisation", "count", "point_count", "name", "pcode",
    ],
    "legend": ["zero_note", "missing_note", "withheld_note", "derived", "low"],
    "compare": ["note_chance", "note_units", "note_publishers", "note_lengths", "note_bounds"],
    "records": [
        "in_file", "left_out", "other_periods", "quarantined", "set_aside", "shown", "hidden",
        "placed", "too_coarse", "not_placed", "declared",
    ],
    "points": [
        "rows", "used", "without_position", "without_weight", "outside", "too_coarse",
    ],
    "projects": ["placed", "apart", "sized"],
    "named": [
        "programme", "organisation", "implementer", "funder", "sector", "status", "period",
        "budget", "source", "here", "also",
        *(f"reach_{reach}" for reach in sorted(WORDS["reach"])),
        *(f"kind_{kind}" for kind in ("joint", "countrywide", "unattributed", "outside")),
    ],
    "project_status": [
        "planned", "active", "finalisation", "completed", "suspended", "cancelled",
    ],
    "tile_layer": ["boundaries", "incidents", "areas", "projects"],
    "export": ["column", "heading", "unit", "meaning"],
    "template": [
        *(f"sheet_{kind}" for kind in (*KINDS_OF_SHEETS, "read_me", "lists")),
        *{field for kind in KINDS_OF_SHEETS for field in template_headings(kind, "fr")},
        "rows", "required", "dates", "positions", "empty", "words", "persons", "internal",
        "check", "column", "content", "name", "not_listed", "not_a_place", "not_a_date",
        "not_a_number",
    ],
    "example": [
        *(f"file_{kind}" for kind in (*KINDS_OF_SHEETS, "workbook", "faulty", "read_me")),
        *(f"what_{kind}" for kind in (*KINDS_OF_SHEETS, "faulty")),
        *(f"headings_{kind}" for kind in KINDS_OF_SHEETS), "groups_projects",
        "access", "activities", "country", "funders", "methods", "note", "operators",
        "organisations", "partners", "read_me", "sectors", "source", "title", "total",
        "total_year", "wrong_number", "wrong_word",
    ],
    "app": [
        *(f"{part}_{step}" for part in ("name", "step") for step in STEPS),
        *(f"{part}_{kind}" for part in ("file", "about") for kind in APP_KINDS),
        *(f"{part}_{audience}" for part in ("for", "means") for audience in AUDIENCES),
        *(f"doing_{step}" for step in (
            "wait", "check", "read", "release", "answer", "map", "report", "reports", "pack"
        )),
        *(f"aside_{why}" for why in ("total", "note", "header", "unread_title", "abroad")),
        *(f"dates_{order}" for order in DATE_ORDERS), *(f"by_{by}" for by in FILTERS),
        "choose_sheet", "choose_layer", "is_internal", "is_partner",
        "get_carte", "get_rapport", "get_reponse", "get_comptes",
    ],
    "build": [
        *(f"by_{time}" for time in CALENDAR),
        *(f"kind_{kind}" for kind in (*BUILD_KINDS, "figure")),
        *(f"role_{role}" for role in ("bundled_data", "gazetteer")),
        *(f"why_{why}" for why in (
            "new", "store", "input", "reading", "option", "version", "missing", "altered", "made"
        )),
        *(f"input_{state}" for state in ("new", "changed", "same", "gone")),
        *(f"would_{action}" for action in ("make", "keep", "drop")),
        *(f"state_{state.replace(' ', '_')}" for state in RESPONSE_STATES),
        *(f"column_{beside}" for beside in ("unstated", "undated")),
    ],
    **{f"changes_{of}": changes for of, changes in ORDER.items()},
    "said_records": [
        *(f"{text}_{side}" for text in ("repeated_id", "not_compared") for side in ("old", "new")),
        *(one for one in ORDER["records"] if one not in ("repeated_id", "not_compared")),
    ],
    "said_units": [
        *ORDER["units"], "split_group", "merged_group", "ceded_to_none", "ceded_from_none",
        "split_unmeasured", "merged_unmeasured", "moved_unmeasured",
    ],
    "said_cells": ORDER["cells"],
    "said_product": ORDER["product"],
    "state": [state for state in STATES if state != "withheld"],
    "changes_column": [name for name in DENSITY if name not in KEYS],
    "product_part": PARTS,
    "pairs": [
        LIKELY, POSSIBLE, "place_name", "adm3_name", "adm2_name", "killed", "injured",
        "without_day", "without_place", VICTIMS_TAKEN, VICTIMS_DIFFER,
    ],
    "record_field": [
        *{field for stem in FORMATS for field in load_format(stem).columns}, *FIELDS, "lon", "lat",
        "position", "outline",
    ],
}  # fmt: skip


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def literals(path: Path) -> Iterator[str]:
    """Give the texts between quotes of a source file; of Python without the documentation."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        yield from re.findall(r"""["']([a-z_0-9]+\.[a-z_0-9]+)["']""", text)
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def computed_families(paths: Iterable[Path]) -> Iterator[str]:
    """Give the families of which the code puts a name together, such as f"layer.{key}"."""
    for path in paths:
        text = path.read_text(encoding="utf-8")
        yield from re.findall(r"""f"([a-z_]+)\.[a-z_]*\{""", text)
        yield from re.findall(r"""["']([a-z_]+)\.["'] [+~]""", text)


def test_both_languages_have_the_same_words() -> None:
    assert words.words("fr").keys() == words.words("en").keys()


@pytest.mark.parametrize("name", FILES)
def test_a_text_has_both_languages_and_nothing_else(name: str) -> None:
    for key, text in read_file(name).items():
        assert text.keys() == {"fr", "en"}, key


def test_a_name_stands_in_one_file() -> None:
    names = [key for name in FILES for key in read_file(name)]
    assert len(names) == len(set(names))
    assert set(names) == set(words.words("fr"))


def test_every_text_is_used() -> None:
    paths = [path for path in SOURCES.rglob("*") if path.suffix in (".py", ".js", ".html")]
    found = {text for path in paths for text in literals(path)}
    found |= {f"{family}.{name}" for family, names in COMPUTED.items() for name in names}
    assert sorted(words.words("fr").keys() - found) == []


def test_names_that_the_code_puts_together_are_listed_above() -> None:
    known = {key.split(".")[0] for key in words.words("fr")}
    paths = [path for path in SOURCES.rglob("*") if path.suffix in (".py", ".js", ".html")]
    assert set(computed_families(paths)) & known <= COMPUTED.keys()
    for family, names in COMPUTED.items():
        for name in names:
            assert words.has_word(f"{family}.{name}"), f"{family}.{name}"


def test_remarks_have_both_languages_and_the_same_numbers() -> None:
    remarks = read_file("remarks")["remark"]
    assert len(remarks) > 10
    for remark in remarks:
        assert remark.keys() == {"pattern", "fr", "en"}
        numbers = [set(re.findall(r"\\\d", remark[language])) for language in ("fr", "en")]
        whole = r"\g<0>" in remark["en"]
        assert numbers[0] == numbers[1] or whole, remark["pattern"]
        assert len(numbers[0]) == re.compile(remark["pattern"]).groups


def test_every_remark_of_the_bundled_tables_has_its_french_form() -> None:
    notes = {
        note
        for path in sorted(DATA.glob("*/*.csv"))
        if path.stem != "do_not_match"  # read by nobody
        for note in pd.read_csv(path, dtype="str").get("note", pd.Series(dtype="str")).dropna()
    }
    assert len(notes) > 100
    pairs = {
        pair
        for note in notes
        for pair in zip(words.note_text(note, "en"), words.note_text(note, "fr"), strict=True)
    }
    assert sorted(english for english, french in pairs if english == french) == []


def test_every_word_is_translated() -> None:
    for key in words.words("fr"):
        french, english = words.word(key, "fr"), words.word(key, "en")
        assert french.strip(), key
        assert english.strip(), key
        assert placeholders(french) == placeholders(english), key
        assert french != english or key in ALIKE, key


def test_no_space_breaks_before_a_french_high_sign() -> None:
    texts = {key: words.word(key, "fr") for key in words.words("fr")}
    assert [key for key, text in texts.items() if re.search(r" [:;!?%»]|« |'", text)] == []


def test_every_layer_and_kind_of_place_has_words() -> None:
    for name in ENTRIES:
        for part in ("layer", "unit", "about"):
            assert words.word(f"{part}.{name}", "fr")
    for kind in PLACE_KINDS:
        assert words.word(f"place.{kind}", "en")


def test_an_unknown_word_or_language_is_named() -> None:
    with pytest.raises(UnknownNameError, match=r"legend\.colour"):
        words.word("legend.colour", "fr")
    with pytest.raises(ArgumentError, match="language 'de'"):
        words.word("legend.zero", "de")


@pytest.mark.parametrize(
    ("value", "decimals", "french", "english"),
    [
        (22395490, 0, f"22{NARROW_SPACE}395{NARROW_SPACE}490", "22,395,490"),
        (57.38, 0, "57", "57"),
        (0.55, 1, "0,6", "0.6"),
        (6.0, 1, "6", "6"),
        (-3.5, 1, "\u22123,5", "-3.5"),
        (-0.01, 1, "0", "0"),
        (0.0, 0, "0", "0"),
    ],
)
def test_numbers(value: float, decimals: int, french: str, english: str) -> None:
    assert words.number_text(value, "fr", decimals=decimals) == french
    assert words.number_text(value, "en", decimals=decimals) == english


def test_a_fixed_number_keeps_its_decimals() -> None:
    assert words.number_text(6.0, "fr", decimals=1, fixed=True) == "6,0"


def test_a_missing_number_is_words_and_never_zero() -> None:
    assert words.number_text(None, "fr") == "pas de donnée"
    assert words.number_text(pd.NA, "en") == "no data"


@pytest.mark.parametrize(
    ("start", "end", "french", "english"),
    [
        ("2021-01-01", "2021-09-30", "janv.–sept. 2021", "Jan–Sep 2021"),
        ("2021-01-01", "2021-12-31", "2021", "2021"),
        ("2021-01-01", "2021-01-31", "janv. 2021", "Jan 2021"),
        ("2019-01-01", "2020-12-31", "2019–2020", "2019–2020"),
        ("2013-07-01", "2015-07-31", "juil. 2013 – juil. 2015", "Jul 2013 – Jul 2015"),
        ("2013-07-01", "2022-04-04", "1er juil. 2013 – 4 avr. 2022", "1 Jul 2013 – 4 Apr 2022"),
    ],
)
def test_periods(start: str, end: str, french: str, english: str) -> None:
    span = pd.Timestamp(start), pd.Timestamp(end)
    assert words.period_text(*span, "fr") == french
    assert words.period_text(*span, "en") == english


def test_notes_that_the_code_writes_have_a_french_form() -> None:
    units = worlds.square_units()
    figures = worlds.figures(
        {"value": 200},
        {"unit": "Alpha", "value": 38, "basis": "share_pct"},
        {"unit": "Alpha", "value": 5, "basis": "share_pct", "period_end": "2021-06-30"},
        {"value": 9, "period_end": "2021-03-31"},
    )
    table = density(figures, units, measure="incidents")
    notes = table["note"].dropna().unique()
    assert len(notes) >= 5
    for note in notes:
        french, english = (words.note_text(note, language) for language in ("fr", "en"))
        assert len(french) == len(english)
        assert all(one != other for one, other in zip(french, english, strict=True))


def test_notes_about_records_have_a_french_form() -> None:
    units = worlds.square_units()
    incidents = pd.DataFrame(
        {"event_id": ["a", "b"], "date": pd.Timestamp("2021-03-01"), "event_type": "ied",
         "killed": pd.array([1, pd.NA], dtype="Int64"), "adm1_name": "Alpha"}
    )  # fmt: skip
    stated = {"adm1_name": "Alpha", "budget_currency": "EUR", "status": "active"}
    projects = worlds.projects(
        {"project_id": "p", "budget_amount": 3.0, "start_date": "2021-01-01", **stated},
        {"project_id": "q", **stated},
    ).assign(end_date=pd.NaT)
    shares = allocate(locate(projects, units), units)
    tables = [
        density(locate(incidents, units), units, measure="killed"),
        density(shares, units, measure="money"),
        density(shares, units, measure="projects", period="2021"),
    ]
    notes = {note for table in tables for note in table["note"].dropna()}
    assert len(notes) >= 4
    for note in notes:
        french, english = (words.note_text(note, language) for language in ("fr", "en"))
        assert all(one != other for one, other in zip(french, english, strict=True))


def test_a_derived_note_in_both_languages() -> None:
    note = "derived: 38 % of 151; share of the national 151 incidents"
    assert words.note_text(note, "fr") == [
        f"calculé comme 38{NO_BREAK_SPACE}% de 151",
        "part des 151 incidents du pays",
    ]
    assert words.note_text(note, "en") == [
        "derived as 38% of 151",
        "share of the national 151 incidents",
    ]


def test_a_note_of_the_data_stays_as_it_is() -> None:
    assert words.note_text("count the goats; twice", "fr") == ["count the goats", "twice"]
    assert words.note_text(pd.NA, "fr") == []
