import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import maligeo
from maligeo import look
from maligeo.core.errors import ArgumentError, UnknownNameError
from maligeo.measure.densities import concat_tables, density
from tests import worlds

UNITS = worlds.square_units()
MIN_CONTRAST = 4.5  # WCAG 2.1, success criterion 1.4.3, level AA
PALETTES = sorted({layer.palette for layer in look.LAYERS if not layer.breaks})
DIVERGING = [layer for layer in look.LAYERS if layer.breaks]


def incidents() -> pd.DataFrame:
    figures = worlds.figures(
        {"unit": "Alpha", "value": 8},
        {"unit": "Béta-Sud", "value": 0},
        {"value": 20},
        {"unit": "Alpha", "value": 40, "period_start": "2022-01-01", "period_end": "2022-12-31"},
        {"value": 50, "period_start": "2022-01-01", "period_end": "2022-12-31"},
    )
    return density(figures, UNITS, measure="incidents", population=worlds.people(1e5, 2e5))


class TestCatalogue:
    def test_all_layers_of_the_map_are_there(self) -> None:
        assert [layer.key for layer in look.LAYERS] == [
            "incidents", "incidents_per_100k", "incidents_growth", "incidents_clusters",
            "victims", "killed", "injured", "civilians", "civilians_killed", "civilians_injured",
            "suspected_sqm", "confirmed_sqm", "released_sqm", "cancelled_sqm", "reduced_sqm",
            "cleared_sqm",
            "projects", "projects_fractional", "projects_weighted", "projects_planned",
            "projects_suspended", "projects_cancelled", "programmes", "organisations",
            "people", "people_per_sqkm", "people_in_need", "displaced", "returnees", "refugees",
            "events", "fatalities", "wounded", "casualties",
        ]  # fmt: skip

    def test_a_table_shows_what_it_holds(self) -> None:
        assert [layer.key for layer in look.layers_of(incidents())] == [
            "incidents",
            "incidents_per_100k",
        ]

    def test_layers_stand_in_the_order_that_is_asked_for(self) -> None:
        chosen = look.layers_of(incidents(), ["incidents_per_100k", "incidents"])
        assert [layer.key for layer in chosen] == ["incidents_per_100k", "incidents"]

    def test_an_unknown_layer_is_named(self) -> None:
        with pytest.raises(UnknownNameError, match="'victims' is not known; there is incidents"):
            look.layers_of(incidents(), ["victims"])

    def test_no_layer_is_a_mistake(self) -> None:
        with pytest.raises(ArgumentError, match="no layer is asked for"):
            look.layers_of(incidents(), [])

    def test_a_table_without_values_shows_nothing(self) -> None:
        with pytest.raises(ArgumentError, match="nothing that a map can show"):
            look.layers_of(incidents().assign(count=pd.NA, per_100k=pd.NA))


class TestBreaks:
    def test_classes_hold_over_all_periods(self) -> None:
        table = incidents()
        classes = look.classify(table, look.LAYERS[0])
        assert classes.lows == (0.0, 20.0)
        assert classes.highest == 40.0
        assert [classes.index(value) for value in (None, pd.NA, 0.0, 8.0, 40.0)] == [
            -1, -1, 0, 1, 2,
        ]  # fmt: skip

    def test_few_values_have_a_class_each(self) -> None:
        assert look.class_breaks([1, 2, 3, 4, 4, 0]) == (0.0, 2.0, 3.0, 4.0)

    def test_no_break_lies_within_what_a_value_may_be(self) -> None:
        table = maligeo.study().table
        layer = look.LAYERS[0]
        rows = look.layer_rows(table, layer)
        rows = rows[rows["derived"] & (rows["place_kind"] == "unit") & rows["count"].notna()]
        classes = look.classify(table, layer)
        low, high = (rows[end].map(classes.index) for end in ("count_low", "count_high"))
        assert layer.key == "incidents"
        assert len(rows) >= 10
        assert low.tolist() == high.tolist()

    def test_a_break_is_looked_for_between_what_values_may_be(self) -> None:
        values, apart = [1.0, 34.0, 50.0], [(1.0, 1.0), (33.0, 41.0), (48.9, 50.3)]
        assert look.class_breaks(values) == (0.0, 20.0, 50.0)
        assert look.class_breaks(values, reach=apart) == (0.0, 20.0, 45.0)
        overlapping = [(1.0, 1.0), (30.0, 52.0), (48.0, 54.0)]
        assert look.class_breaks(values, reach=overlapping) == (0.0, 20.0, 50.0)

    def test_nothing_above_zero_has_no_class(self) -> None:
        assert look.class_breaks([0.0, float("nan")]) == ()

    @pytest.mark.parametrize(
        ("below", "upto", "expected"),
        [(18.0, 28.7, 20.0), (33.5, 49.6, 40.0), (5.4, 10.7, 10.0), (0.9, 1.0, 1.0)],
    )
    def test_bounds_are_round(self, below: float, upto: float, expected: float) -> None:
        assert look.roundest(below, upto) == expected

    @pytest.mark.parametrize("scheme", ["jenks", "log_jenks", "quantiles", "pretty"])
    @given(
        values=st.lists(st.integers(0, 5_000_000).map(lambda n: n / 10), min_size=1, max_size=40)
    )
    def test_breaks_rise_and_no_class_is_empty(self, scheme: str, values: list[float]) -> None:
        lows = look.class_breaks(values, scheme=scheme, classes=5)  # type: ignore[arg-type]
        assert list(lows) == sorted(set(lows))
        positive = [value for value in values if value > 0]
        counts = np.bincount(np.searchsorted(lows, positive, side="right"), minlength=1)
        assert (counts[1:] > 0).all()
        assert counts.sum() == len(positive)
        assert len(lows) <= 5 or scheme == "pretty"

    def test_shown_and_classed_values_agree(self) -> None:
        layer = look.LAYERS[1]
        values = pd.Series([9.96, 0.04, 123.4, None], dtype="Float64")
        assert layer.shown(values).tolist()[:3] == [10.0, 0.0, 123.0]


class TestColours:
    @pytest.mark.parametrize("palette", PALETTES)
    @pytest.mark.parametrize("count", range(1, look.MOST_CLASSES + 1))
    def test_text_is_readable_on_every_fill(self, palette: str, count: int) -> None:
        for fill in look.ramp(palette, count):
            assert look.contrast(look.ink_on(fill), fill) >= MIN_CONTRAST

    @pytest.mark.parametrize("palette", PALETTES)
    def test_neither_zero_nor_missing_wears_a_colour_of_the_ramp(self, palette: str) -> None:
        apart = {look.ZERO_COLOUR, look.MISSING_COLOUR}
        assert apart.isdisjoint(look.ramp(palette, look.MOST_CLASSES))
        assert len(apart) == 2

    @pytest.mark.parametrize("palette", PALETTES)
    def test_a_ramp_darkens(self, palette: str) -> None:
        ramp = look.ramp(palette, look.MOST_CLASSES)
        against_white = [look.contrast(fill, "#ffffff") for fill in ramp]
        assert against_white == sorted(against_white)

    @pytest.mark.parametrize("layer", DIVERGING, ids=lambda one: one.key)
    def test_a_diverging_palette_is_lightest_in_the_middle(self, layer: look.Layer) -> None:
        ramp = look.ramp(layer.palette, len(layer.breaks) + 1, whole=True)
        against_white = [look.contrast(fill, "#ffffff") for fill in ramp]
        middle = len(ramp) // 2
        assert against_white[: middle + 1] == sorted(against_white[: middle + 1], reverse=True)
        assert against_white[middle:] == sorted(against_white[middle:])
        assert len(set(ramp)) == len(ramp) == len(layer.breaks) + 1
        assert {look.ZERO_COLOUR, look.MISSING_COLOUR}.isdisjoint(ramp)
        assert not layer.levels or len(layer.levels) == len(ramp)
        assert all(look.contrast(look.ink_on(fill), fill) >= MIN_CONTRAST for fill in ramp)

    def test_contrast_of_black_and_white(self) -> None:
        assert look.contrast("#000000", "#ffffff") == pytest.approx(21.0)

    def test_pale_lies_between_colour_and_ground(self) -> None:
        assert look.pale(look.GROUND_COLOUR) == look.GROUND_COLOUR
        assert look.pale("#b30000", share=1.0) == "#b30000"


def test_combined_tables_keep_their_measures_apart() -> None:
    people = density(worlds.people(1e5, 2e5), UNITS, measure="people")
    keys = [layer.key for layer in look.layers_of(concat_tables(incidents(), people))]
    assert keys == ["incidents", "incidents_per_100k", "people", "people_per_sqkm"]
