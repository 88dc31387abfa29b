"""What is known of columns: whole, in both languages, with hashtags of HXL."""

import re

import pandas as pd
import pytest

from maligeo.core import columns
from maligeo.core.bilingual import read_file
from maligeo.exports.column_dictionary import hashtags, headings, known_columns

# Hashtags of the HXL 1.1 dictionary that are used; attributes may be anybody's.
HASHTAGS = {
    "#activity", "#adm1", "#adm2", "#adm3", "#affected", "#currency", "#date", "#description",
    "#event", "#geo", "#indicator", "#loc", "#meta", "#org", "#output", "#population",
    "#sector", "#status", "#value",
}  # fmt: skip
TAG = re.compile(r"(#adm\{n\}|#[a-z][a-z0-9_]*)(\+[a-z][a-z0-9_]*)*")


def test_every_entry_is_whole() -> None:
    for name, column in known_columns().items():
        assert all(column.headings.values()), name
        assert all(column.meanings.values()), name
        assert (column.display in ("area", "distance", "money")) <= bool(column.unit), name


def test_columns_of_the_library_are_known() -> None:
    ours = {*columns.UNITS, *columns.FIGURES, *columns.PROJECTS, *columns.DENSITY}
    ours |= {*columns.ALLOCATION, *columns.POPULATION}
    ours |= {*columns.RECORD_CHANGES, *columns.UNIT_CHANGES, *columns.CELL_CHANGES}
    assert ours - {"geometry"} <= set(known_columns())


def test_hashtags_are_of_the_standard() -> None:
    for name, column in known_columns().items():
        if column.hxl:
            assert TAG.fullmatch(column.hxl), name
            assert column.hxl.split("+")[0] in HASHTAGS | {"#adm{n}"}, name


def test_hashtags_that_count_hold_numbers() -> None:
    for name, column in known_columns().items():
        if column.hxl.split("+")[0] in ("#affected", "#population", "#value"):
            assert column.display in ("count", "money"), name
        if column.hxl.startswith("#date"):
            assert column.display == "date", name


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        ({"name": ["A"], "pcode": ["ML01"]}, ["#adm1+name", "#adm1+code"]),
        ({"name": ["A", "B"], "pcode": ["ML0101", None]}, ["#adm2+name", "#adm2+code"]),
        ({"name": ["A", "B"], "pcode": ["ML01", "ML0101"]}, ["#loc+name", "#loc+code"]),
        ({"name": ["A"], "pcode": ["somewhere"]}, ["#loc+name", "#loc+code"]),
        ({"name": ["A"], "level": [3]}, ["#adm3+name", ""]),
        ({"name": [], "pcode": []}, ["#loc+name", "#loc+code"]),
        ({"adm2_name": ["A"], "unheard_of": [1]}, ["#adm2+name", ""]),
    ],
)
def test_hashtags_say_the_level_where_it_is_one(
    frame: dict[str, list[object]], expected: list[str]
) -> None:
    assert hashtags(pd.DataFrame(frame)) == expected


def test_headings_are_told_apart() -> None:
    assert headings(["organisation", "implementer", "x"], "en") == [
        "Organisation",
        "Implementer",
        "x",
    ]
    assert headings(["name", "unit"], "en") == ["Unit (name)", "Unit (unit)"]
    assert headings(["name", "unit"], None) == ["name", "unit"]


def test_words_of_exports_come_in_pairs() -> None:
    for key, text in read_file("export").items():
        french, english = text["fr"], text["en"]
        assert french and english, key
        assert french != english, key
        assert re.findall(r"\{\w+\}", french) == re.findall(r"\{\w+\}", english), key
