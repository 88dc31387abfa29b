"""Two sides of one measure: what the page gets, by hand-computed answers."""

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from maligeo.core.columns import LANGUAGES
from maligeo.core.errors import ArgumentError, ReleaseError, UnknownNameError, VintageError
from maligeo.maps import (
    MapSide,
    PageMap,
    add_incidents,
    add_online_tiles,
    comparison_map,
    save_map,
)
from maligeo.maps.html import Call
from maligeo.measure.densities import concat_tables, density
from maligeo.readers.boundaries import load_boundaries
from maligeo.workflows.study import study
from tests import worlds
from tests.maps import layers

YEARS = ("2020", "2021")


def figure(year: str, unit: str, value: float | None, **more: object) -> dict[str, Any]:
    ends = {"period_start": f"{year}-01-01", "period_end": f"{year}-12-31"}
    return ends | {"unit": unit, "value": value} | more


def table_of(units: gpd.GeoDataFrame, *rows: dict[str, Any]) -> pd.DataFrame:
    people = worlds.people(1e5, 2e5, vintage=str(units["vintage"].iloc[0]))
    rows = tuple(row | {"vintage": units["vintage"].iloc[0]} for row in rows)
    figures = worlds.figures(*rows)
    return concat_tables(
        density(figures, units, measure="incidents", population=people),
        density(people, units, measure="people"),
    )


@pytest.fixture
def units() -> gpd.GeoDataFrame:
    return worlds.square_units().assign(source="hand-made")


@pytest.fixture
def table(units: gpd.GeoDataFrame) -> pd.DataFrame:
    """Alpha: 30, then 12; Béta-Sud: not named, then 0; the country as a whole: 40 and 20."""
    return table_of(
        units,
        figure("2020", "Mali", 40),
        figure("2020", "Alpha", 30),
        figure("2021", "Mali", 20),
        figure("2021", "Alpha", 12),
        figure("2021", "Béta-Sud", 0),
    )


def compared(*sides: MapSide, **options: Any) -> PageMap:
    return comparison_map(*sides, audience="internal", **options)


def told(fmap: PageMap) -> dict[str, Any]:
    calls = [child for child in fmap._children.values() if isinstance(child, Call)]
    found: dict[str, Any] = json.loads(
        next(call.data for call in calls if call.function == "compare")
    )
    return found


def by_year(table: pd.DataFrame, units: gpd.GeoDataFrame) -> list[MapSide]:
    return [MapSide(table, units, year) for year in YEARS]


def test_both_sides_have_one_look_and_their_own_cells(
    table: pd.DataFrame, units: gpd.GeoDataFrame
) -> None:
    before = table.copy()
    data = told(compared(*by_year(table, units)))
    assert len(data["sides"]) == 1
    assert [layer["key"] for layer in data["layers"]] == ["incidents", "incidents_per_100k"]
    first, second = data["layers"][0]["periods"]
    assert [period["label"] for period in (first, second)] == list(YEARS)
    assert [cell[0] > 0 for cell in first["cells"]] == [True, False]
    assert first["cells"][1][0] == -1
    assert second["cells"][1][0] == 0
    pd.testing.assert_frame_equal(table, before)


def test_classes_are_those_of_both_periods_together(
    table: pd.DataFrame, units: gpd.GeoDataFrame
) -> None:
    layer = told(compared(*by_year(table, units)))["layers"][0]
    classes = [period["cells"][0][0] for period in layer["periods"]]
    assert classes[0] > classes[1] > 0
    named = {entry["index"] for entry in layer["legend"]}
    assert {cell[0] for period in layer["periods"] for cell in period["cells"]} <= named


def test_a_difference_is_known_where_both_values_are(
    table: pd.DataFrame, units: gpd.GeoDataFrame
) -> None:
    rows = told(compared(*by_year(table, units)))["layers"][0]["differences"]
    assert [row["name"] for row in rows] == ["Alpha", "Béta-Sud"]
    assert [rows[0][key] for key in ("first", "second", "difference")] == ["30", "12", "\u221218"]
    assert rows[1]["first"] == {"~": ["pas de donnée", "no data"]}
    assert rows[1]["second"] == "0"
    assert rows[1]["difference"] == {"~": ["non connue", "not known"]}


def test_an_increase_has_a_sign_and_none_is_zero(
    table: pd.DataFrame, units: gpd.GeoDataFrame
) -> None:
    second, first = by_year(table, units)
    rows = told(compared(first, second))["layers"][0]["differences"]
    assert rows[0]["difference"] == "+18"
    rows = told(compared(first, first))["layers"][0]["differences"]
    assert [row["difference"] for row in rows] == ["0", "0"]


def test_rates_are_subtracted_as_they_are_shown(
    table: pd.DataFrame, units: gpd.GeoDataFrame
) -> None:
    rows = told(compared(*by_year(table, units)))["layers"][1]["differences"]
    # 30 of 100,000 people in 366 days of 365.25, and 12 in 365
    assert [rows[0][key]["~"][1] for key in ("first", "second")] == ["29.9", "12.0*"]
    assert rows[0]["difference"]["~"] == ["\u221217,9", "\u221217.9"]


def test_what_follows_from_a_share_says_so(units: gpd.GeoDataFrame) -> None:
    shares = table_of(
        units,
        figure("2020", "Mali", 200),
        figure("2020", "Alpha", 38, basis="share_pct"),
        figure("2021", "Alpha", 80),
    )
    rows = told(compared(*by_year(shares, units)))["layers"][0]["differences"]
    assert rows[0]["difference"] == "≈ +4"


def test_figures_of_two_publishers_are_not_subtracted(units: gpd.GeoDataFrame) -> None:
    mixed = table_of(
        units, figure("2020", "Alpha", 30), figure("2021", "Alpha", 12, publisher="OCHA")
    )
    layer = told(compared(*by_year(mixed, units)))["layers"][0]
    assert [row["difference"] for row in layer["differences"]] == ["", ""]
    assert any("publish" in note["~"][1] for note in layer["notes"])


def test_periods_of_different_lengths_are_told_for_counts_alone(units: gpd.GeoDataFrame) -> None:
    uneven = table_of(
        units,
        figure("2020", "Alpha", 30),
        figure("2021", "Alpha", 12, period_end="2021-03-31"),
    )
    counts, rates = told(compared(*by_year(uneven, units)))["layers"]
    assert any("equally long" in note["~"][1] for note in counts["notes"])
    assert not any("equally long" in note["~"][1] for note in rates["notes"])


def test_a_lower_bound_gives_no_difference(table: pd.DataFrame, units: gpd.GeoDataFrame) -> None:
    partial = table.copy()
    row = (partial["name"] == "Alpha") & (partial["period_start"] == "2020-01-01")
    partial.loc[row, "count_high"] = pd.NA
    partial.loc[row, "note"] = "at least: no value for Gamma"
    layer = told(compared(*by_year(partial, units)))["layers"][0]
    assert layer["differences"][0]["difference"] == {"~": ["non connue", "not known"]}
    assert any("least" in note["~"][1] for note in layer["notes"])


def test_two_divisions_have_units_of_their_own_and_no_difference(
    table: pd.DataFrame, units: gpd.GeoDataFrame
) -> None:
    later = worlds.square_units("2023").assign(
        source="hand-made", geometry=[shapely.box(0, 0, 2, 0.5), shapely.box(0, 0.5, 2, 1)]
    )
    other = table_of(later, figure("2021", "Alpha", 7))
    data = told(compared(MapSide(table, units, "2021"), MapSide(other, later)))
    assert len(data["sides"]) == 2
    assert [layer["key"] for layer in data["layers"]] == [
        "incidents", "incidents_per_100k", "people", "people_per_sqkm",
    ]  # fmt: skip
    layer = data["layers"][0]
    assert layer["differences"] == []
    assert any("same units" in note["~"][1] for note in layer["notes"])
    assert layer["periods"][1]["label"]["~"][1] == "2021 · division of 2023"


def test_only_measures_that_both_hold(table: pd.DataFrame, units: gpd.GeoDataFrame) -> None:
    data = told(compared(*by_year(table, units), layers=["incidents_per_100k"]))
    assert [layer["key"] for layer in data["layers"]] == ["incidents_per_100k"]
    with pytest.raises(UnknownNameError, match="projects"):
        compared(*by_year(table, units), layers=["projects"])
    people = table[table["measure"] == "people"]
    with pytest.raises(ArgumentError, match="no measure that both sides can show"):
        compared(MapSide(people, units), MapSide(people, units))


def test_a_period_that_names_no_figures(table: pd.DataFrame, units: gpd.GeoDataFrame) -> None:
    with pytest.raises(ArgumentError, match="2020-01-01/2020-12-31"):
        compared(MapSide(table, units, "2020"), MapSide(table, units, "1999"))


def test_the_years_of_the_bundled_data_stand_side_by_side() -> None:
    units = load_boundaries()
    sides = [MapSide(study(units=units).table, units, year) for year in ("2021", "2022")]
    found = told(comparison_map(*sides))["layers"]
    assert [layer["key"] for layer in found] == ["incidents", "incidents_per_100k"]
    for layer in found:
        labels = [period["label"]["~"][1] for period in layer["periods"]]
        assert labels == ["Jan–Sep 2021", "Jan–Aug 2022"]


def test_what_is_not_released_or_of_another_vintage(
    table: pd.DataFrame, units: gpd.GeoDataFrame
) -> None:
    side = MapSide(table, units, "2020")
    with pytest.raises(ReleaseError, match="the figures were not released"):
        comparison_map(side, side)
    with pytest.raises(VintageError, match="crosswalk"):
        compared(side, MapSide(table, units.assign(vintage="2023")))


def test_a_comparison_is_complete(table: pd.DataFrame, units: gpd.GeoDataFrame) -> None:
    fmap = compared(*by_year(table, units))
    with pytest.raises(ArgumentError, match="comparison is complete"):
        add_incidents(fmap, layers.incidents())
    with pytest.raises(ArgumentError, match="comparison is complete"):
        add_online_tiles(fmap)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_sides_give_the_same_bytes(
    table: pd.DataFrame, units: gpd.GeoDataFrame, tmp_path: Path, language: Any
) -> None:
    pages = [
        save_map(compared(*by_year(table, units), language=language), tmp_path / name).read_bytes()
        for name in ("a.html", "b.html")
    ]
    assert pages[0] == pages[1]


class TestChosenPeriods:
    """Two periods are chosen where none is named."""

    @staticmethod
    def labels(fmap: PageMap) -> list[str]:
        found = [period["label"] for period in told(fmap)["layers"][0]["periods"]]
        return [label["~"][1] if isinstance(label, dict) else label for label in found]

    def test_two_years_of_one_publisher(self, table: pd.DataFrame, units: gpd.GeoDataFrame) -> None:
        side = MapSide(table, units)
        fmap = compared(side, side)
        assert self.labels(fmap) == ["2020", "2021"]
        notes = told(fmap)["layers"][0]["notes"]
        assert not any("comparable" in str(note) for note in notes)

    def test_they_are_equally_long_and_of_the_same_months(self, units: gpd.GeoDataFrame) -> None:
        quarters = [("01-01", "03-31"), ("04-01", "06-30"), ("07-01", "09-30")]
        rows = [
            figure(year, "Alpha", 5)
            | {"period_start": f"{year}-{start}", "period_end": f"{year}-{end}"}
            for year in YEARS
            for start, end in quarters
        ]
        side = MapSide(table_of(units, *rows, figure("2021", "Alpha", 9, publisher="other")), units)
        assert self.labels(compared(side, side)) == ["Jul–Sep 2020", "Jul–Sep 2021"]

    def test_it_says_that_none_compare(self, units: gpd.GeoDataFrame) -> None:
        table = study().table
        side = MapSide(table, load_boundaries())
        fmap = compared(side, side)
        assert self.labels(fmap) == ["Jan–Sep 2021", "Jan–Aug 2022"]
        told_layer = told(fmap)["layers"][0]
        assert "No two periods are comparable" in told_layer["notes"][0]["~"][1]

    def test_one_period_is_none_to_compare(self, units: gpd.GeoDataFrame) -> None:
        side = MapSide(table_of(units, figure("2020", "Alpha", 3)), units)
        with pytest.raises(ArgumentError, match="nothing to compare it with"):
            compared(side, side)

    def test_a_study_takes_them_too(self) -> None:
        fmap = study().map(compare="auto").page
        assert len(told(fmap)["layers"][0]["periods"]) == 2
