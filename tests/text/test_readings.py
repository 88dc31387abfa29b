from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

from maligeo.look import LAYERS, Classes, Layer, classify
from maligeo.measure.densities import density
from maligeo.text.balance import balance, totals
from maligeo.text.legend import legend
from maligeo.text.readings import (
    PeriodRows,
    all_counts,
    interval_text,
    periods,
    source_parts,
    value_text,
)
from tests import worlds

BY_KEY = {layer.key: layer for layer in LAYERS}
INCIDENTS, RATE = BY_KEY["incidents"], BY_KEY["incidents_per_100k"]


def lines_of(period: PeriodRows, table: pd.DataFrame) -> list[tuple[str, str]]:
    lines: Any = balance(period, table, "en")["lines"]
    return [(line["label"], line["value"]) for line in lines]


def notes_of(period: PeriodRows, table: pd.DataFrame) -> Any:
    return balance(period, table, "en")["notes"]


def test_periods_with_values_alone_can_be_chosen(table: pd.DataFrame) -> None:
    found = [period.label for period in periods(table, INCIDENTS, "en")]
    assert found == ["Jan–Sep 2021", "Jul–Sep 2021", "Jan–Aug 2022"]


def test_two_publishers_of_one_period_are_told_apart(small_units: gpd.GeoDataFrame) -> None:
    figures = worlds.figures(
        {"unit": "Alpha", "value": 8}, {"unit": "Alpha", "value": 9, "publisher": "OCHA"}
    )
    table = density(figures, small_units, measure="incidents")
    assert [period.label for period in periods(table, INCIDENTS, "en")] == [
        "2021 (OCHA)",
        "2021 (UNMAS)",
    ]


def test_a_derived_count_is_about_and_has_whole_ends(table: pd.DataFrame) -> None:
    row = periods(table, INCIDENTS, "en")[0].units.loc["ML05"]
    assert value_text(row["shown"], INCIDENTS, "en", derived=row["derived"]) == "≈ 57"
    assert interval_text(row, INCIDENTS, "en") == "43 to 75, rounding and chance"


def test_a_counted_rate_has_a_confidence_interval(small_table: pd.DataFrame) -> None:
    first = periods(small_table, RATE, "en")[0]
    row = first.units.loc["ZZ01"]
    assert row["count"] == 12
    assert value_text(row["shown"], RATE, "en", derived=row["derived"]) == "48.7"
    assert interval_text(row, RATE, "en") == "95% CI: 25.2 to 85.1"


def test_missing_and_zero_are_different_words() -> None:
    assert value_text(None, INCIDENTS, "en") == "no data"
    assert value_text(0.0, INCIDENTS, "en") == "0"


def test_regions_and_the_rest_make_the_national_total(table: pd.DataFrame) -> None:
    first = periods(table, INCIDENTS, "en")[0]
    assert lines_of(first, table) == [
        ("Placed in a region", "≈ 140"),
        ("Region not stated", "≈ 11"),
        ("National total", "151"),
    ]


def test_a_total_that_nobody_published_is_not_invented(table: pd.DataFrame) -> None:
    third_quarter = periods(table, INCIDENTS, "en")[1]
    assert lines_of(third_quarter, table) == [
        ("Placed in a region", "50"),
        ("Region not stated", "not published"),
        ("National total", "not published"),
    ]


def test_a_rate_is_balanced_in_what_it_counts(table: pd.DataFrame) -> None:
    rate, count = (periods(table, layer, "en")[0] for layer in (RATE, INCIDENTS))
    assert lines_of(rate, table) == lines_of(count, table)
    assert "incidents" in notes_of(rate, table)[0]


def test_full_counts_say_that_they_do_not_add_up(table: pd.DataFrame) -> None:
    full = periods(table, BY_KEY["projects"], "en")[0]
    parts = periods(table, BY_KEY["projects_fractional"], "en")[0]
    assert "do not add up" in " ".join(notes_of(full, table))
    assert lines_of(full, table)[-1][1] == lines_of(parts, table)[-1][1]


def test_programmes_have_no_total(table: pd.DataFrame) -> None:
    programmes = periods(table, BY_KEY["programmes"], "en")[0]
    assert [label for label, _ in lines_of(programmes, table)] == [
        "Whole country",
        "Region not stated",
    ]


def test_joint_figures_keep_a_line_of_their_own(small_units: gpd.GeoDataFrame) -> None:
    figures = worlds.figures(
        {"unit": "Alpha|Béta-Sud", "value": 43, "basis": "share_pct"},
        {"unit": "Alpha", "value": 10, "basis": "share_pct"},
        {"value": 100},
    )
    table = density(figures, small_units, measure="incidents")
    lines = lines_of(periods(table, INCIDENTS, "en")[0], table)
    assert ("Alpha + Béta-Sud together", "≈ 43") in lines
    assert lines[-1] == ("National total", "100")


def test_national_figures_stand_in_the_balance_of_all_periods(table: pd.DataFrame) -> None:
    lines = totals(all_counts(table), "en")
    year = next(line for line in lines if line["period"] == "2020 · MINUSMA")
    assert (year["placed"], year["unplaced"], year["total"]) == ("0", "169", "169")


def test_sources_show_addresses_apart() -> None:
    rows = pd.DataFrame({"source": ["UNMAS, fiche | site, title, https://example.org/a", None]})
    assert source_parts(rows, "fr") == [
        ("UNMAS, fiche", ""),
        ("site, title", "https://example.org/a"),
    ]


class TestLegend:
    @pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.key)
    def test_every_class_has_a_line_and_missing_comes_last(
        self, table: pd.DataFrame, layer: Layer
    ) -> None:
        classes = classify(table, layer)
        entries = legend(layer, classes, "fr")
        indexes = [entry["index"] for entry in entries]
        highest = list(range(len(classes.lows), 0, -1))
        assert indexes == [*highest, *([0] if layer.can_be_zero else []), -1]
        assert len({entry["label"] for entry in entries}) == len(entries)

    def test_whole_numbers_are_told_one_by_one(self) -> None:
        classes = Classes((0.0, 10.0, 20.0), 57.0, ("#a",) * 3, ("#b",) * 3)
        labels = [entry["label"] for entry in legend(INCIDENTS, classes, "en")]
        assert labels == ["20 and more", "10 – 19", "1 – 9", "0", "No data"]

    @pytest.mark.parametrize(("language", "said"), [("fr", "plus de 0"), ("en", "more than 0")])
    def test_one_class_beside_zero_does_not_begin_with_it(self, language: str, said: str) -> None:
        classes = Classes((0.0,), 0.2, ("#a",), ("#b",))
        labels = [entry["label"] for entry in legend(RATE, classes, language)]
        assert labels[:2] == [said, "0"]

    def test_fractions_say_from_where_to_below_where(self) -> None:
        classes = Classes((0.0, 1.0, 2.5), 8.0, ("#a",) * 3, ("#b",) * 3)
        labels = [entry["label"] for entry in legend(RATE, classes, "fr")]
        assert labels[:3] == ["2,5 et plus", "1 à moins de 2,5", "moins de 1"]
