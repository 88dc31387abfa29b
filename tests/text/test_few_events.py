"""One rule for few events: the star on maps and in reports is the column `low_count`."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from maligeo.core import words
from maligeo.exports.column_dictionary import known_columns
from maligeo.look import LAYERS
from maligeo.measure.answer import TOO_FEW_EVENTS
from maligeo.measure.densities import density
from maligeo.measure.rates import UNRELIABLE_BELOW
from maligeo.text.readings import has_low, periods, unit_text
from tests import worlds

BY_KEY = {layer.key: layer for layer in LAYERS}
DOCS = Path(__file__).parents[2] / "docs"


def stars(table: pd.DataFrame, key: str) -> dict[tuple[str, str], bool]:
    """Give by period and unit whether its text has a star."""
    return {
        (found.label, pcode): unit_text(found, pcode, "en").endswith("*")
        for found in periods(table, BY_KEY[key], "en")
        for pcode in found.by_unit
    }


def low_counts(table: pd.DataFrame) -> dict[tuple[str, str], bool]:
    return {
        (found.label, pcode): bool(pd.notna(row["shown"]) and row["low_count"])
        for found in periods(table, BY_KEY["incidents_per_100k"], "en")
        for pcode, row in found.by_unit.items()
    }


def test_the_star_is_the_low_count_of_the_table(table: pd.DataFrame) -> None:
    found = stars(table, "incidents_per_100k")
    assert found == low_counts(table)
    assert {True, False} == set(found.values())


def test_a_count_alone_has_no_star(table: pd.DataFrame) -> None:
    assert not any(stars(table, "incidents").values())


@pytest.mark.parametrize(("count", "starred"), [(0, True), (4, True), (19, True), (20, False)])
def test_a_rate_has_a_star_below_twenty_events(
    small_units: gpd.GeoDataFrame, count: int, starred: bool
) -> None:
    figures = worlds.figures({"unit": "Alpha", "value": count}, {"unit": "Béta-Sud", "value": 40})
    people = worlds.people(1e5, 2e5)
    table = density(figures, small_units, measure="incidents", population=people)
    found = periods(table, BY_KEY["incidents_per_100k"], "en")[0]
    assert has_low(found) == starred
    assert stars(table, "incidents_per_100k")[found.label, "ZZ01"] == starred


def test_map_table_and_tutorials_say_the_same_number() -> None:
    for language, few in (
        ("fr", f"moins de {UNRELIABLE_BELOW}"),
        ("en", f"fewer than {UNRELIABLE_BELOW}"),
    ):
        assert few in words.word("legend.low", language)
        assert few in known_columns()["low_count"].meanings[language]
    for page, few in (("tutorials/planner.md", "fewer than"), ("fr/demarrage.md", "moins de")):
        text = " ".join((DOCS / page).read_text(encoding="utf-8").split())
        assert f"{few} {UNRELIABLE_BELOW} incidents" in text


def test_map_table_and_methods_say_what_too_few_and_unreliable_are() -> None:
    methods = (DOCS / "methods.md").read_text(encoding="utf-8")
    for language, fewer, conclusion, rate in (
        ("fr", "moins de", "trop peu pour conclure", "taux peu fiable"),
        ("en", "fewer than", "too few to say", "unreliable rate"),
    ):
        legend = words.word("answer.class.few", language).replace("\u00a0", " ").lower()
        meaning = known_columns()["class"].meanings[language]
        for text in (legend, meaning):
            assert f"{fewer} {TOO_FEW_EVENTS} incidents" in text
            assert conclusion in text
        assert rate in words.word("legend.low", language)
        assert rate in known_columns()["low_count"].meanings[language]
        if language == "en":
            assert f"{fewer} {TOO_FEW_EVENTS} incidents" in methods
            assert conclusion in methods
            assert rate in methods
