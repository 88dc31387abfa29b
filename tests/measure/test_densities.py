import math
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box

from maligeo.core import words
from maligeo.core.columns import DENSITY
from maligeo.core.errors import ArgumentError, FrameError, UnknownNameError, VintageError
from maligeo.join.points import locate
from maligeo.join.shares import allocate
from maligeo.measure.densities import concat_tables, density, with_rates
from maligeo.measure.project_counts import project_measures_in
from maligeo.measure.rates import poisson_interval, smooth_rates
from maligeo.measure.unplaced import NO_PLACE
from tests import worlds

UNITS = worlds.square_units()


def by_name(table: pd.DataFrame) -> pd.DataFrame:
    return table.set_index(table["name"].fillna(table["place_kind"]))


class TestFigures:
    def test_counts_by_area_people_and_year(self) -> None:
        figures = worlds.figures({"unit": "Alpha", "value": 8}, {"value": 20})
        table = by_name(
            density(figures, UNITS, measure="incidents", population=worlds.people(50_000, 10_000))
        )
        alpha = table.loc["Alpha"]
        assert alpha["count"] == 8
        assert alpha["per_1000_sqkm"] == pytest.approx(80.0)
        assert alpha["per_100k"] == pytest.approx(16.0 * 365.25 / 365)
        assert alpha["population_year"] == 2020
        assert table.loc["unattributed", "count"] == 12
        assert list(table.columns) == list(DENSITY)

    def test_a_unit_that_is_not_named_is_missing_and_not_zero(self) -> None:
        table = by_name(
            density(worlds.figures({"unit": "Alpha", "value": 8}), UNITS, measure="incidents")
        )
        assert pd.isna(table.loc["Béta-Sud", "count"])
        assert pd.isna(table.loc["Béta-Sud", "per_1000_sqkm"])
        assert table.loc["Béta-Sud", "note"] == "not named by the source"

    def test_a_published_zero_stays_zero(self) -> None:
        table = by_name(
            density(worlds.figures({"unit": "Alpha", "value": 0}), UNITS, measure="incidents")
        )
        assert table.loc["Alpha", "count"] == 0

    def test_a_share_becomes_a_derived_count_with_its_rounding(self) -> None:
        figures = worlds.figures(
            {"value": 200}, {"unit": "Alpha", "value": 38, "basis": "share_pct"}
        )
        table = by_name(density(figures, UNITS, measure="incidents"))
        alpha = table.loc["Alpha"]
        assert (alpha["count"], alpha["count_low"], alpha["count_high"]) == (76.0, 75.0, 77.0)
        assert alpha["basis"] == "derived"
        assert alpha["note"] == "derived: 38 % of 200"
        assert table.loc["unattributed", "count"] == 124.0

    def test_a_derived_count_has_no_poisson_interval(self) -> None:
        figures = worlds.figures(
            {"value": 200}, {"unit": "Alpha", "value": 38, "basis": "share_pct"}
        )
        table = by_name(
            density(figures, UNITS, measure="incidents", population=worlds.people(1e5, 1e5))
        )
        assert pd.isna(table.loc["Alpha", "ci_low"])
        assert table.loc["Alpha", "per_100k"] == pytest.approx(76.0 * 365.25 / 365)

    def test_a_joint_share_is_never_split(self) -> None:
        figures = worlds.figures(
            {"unit": "Alpha|Béta-Sud", "value": 43, "basis": "share_pct"}, {"value": 100}
        )
        table = by_name(density(figures, UNITS, measure="incidents"))
        assert table.loc["Alpha + Béta-Sud", "count"] == 43
        assert table.loc["Alpha + Béta-Sud", "place_kind"] == "joint"
        assert table.loc[["Alpha", "Béta-Sud"], "count"].isna().all()
        assert table.loc["unattributed", "count"] == 57

    def test_a_unit_that_is_named_only_together_with_others_says_so(self) -> None:
        joint = {"unit": "Alpha|Béta-Sud", "value": 22, "basis": "share_pct"}
        table = by_name(density(worlds.figures(joint), UNITS, measure="incidents"))
        assert pd.isna(table.loc["Alpha", "count"])
        assert table.loc["Alpha", "note"] == "named only together: Alpha + Béta-Sud"

    def test_a_shorter_period_gives_at_least_its_count(self) -> None:
        quarter = {"period_start": pd.Timestamp("2021-07-01")}
        quarter |= {"period_end": pd.Timestamp("2021-09-30")}
        table = density(
            worlds.figures(
                {"value": 20},
                {"unit": "Alpha", "value": 8},
                {"unit": "Béta-Sud", "value": 3} | quarter,
            ),
            UNITS,
            measure="incidents",
        )
        whole = by_name(table[table["period_end"] == "2021-12-31"])
        found = whole.loc["Béta-Sud", ["count", "count_low", "count_high"]]
        assert found.fillna(-1).tolist() == [3, 3, -1]
        assert whole.loc["unattributed", "count"] == 9
        assert words.note_text(whole.loc["Béta-Sud", "note"], "fr") == [
            "au moins\N{NO-BREAK SPACE}: 3 pour juil.–sept. 2021, rien pour le reste"
        ]

    def test_a_national_count_that_cannot_be_read_says_so(self) -> None:
        unread = {"value": pd.NA, "note": "illegible: digits are lost"}
        table = density(worlds.figures(unread), UNITS, measure="incidents")
        assert table["note"].tolist() == ["illegible: digits are lost"]

    def test_a_share_of_an_unpublished_total_has_no_count(self) -> None:
        figures = worlds.figures({"unit": "Alpha", "value": 46, "basis": "share_pct"})
        table = by_name(density(figures, UNITS, measure="incidents"))
        assert table["count"].isna().all()
        assert "not published" in table.loc["Alpha", "note"]

    def test_publishers_are_not_pooled(self) -> None:
        figures = worlds.figures({"value": 10}, {"value": 12, "publisher": "MINUSMA"})
        table = density(figures, UNITS, measure="incidents")
        assert table["publisher"].tolist() == ["MINUSMA", "UNMAS"]
        assert table["count"].tolist() == [12, 10]

    def test_figures_about_different_people_are_refused(self) -> None:
        figures = worlds.figures({"value": 10}, {"value": 4, "who": "civilians"})
        with pytest.raises(ArgumentError, match="different people"):
            density(figures, UNITS, measure="incidents")

    def test_regions_above_the_nation_are_refused(self) -> None:
        with pytest.raises(FrameError, match="more than the nation"):
            density(
                worlds.figures({"unit": "Alpha", "value": 8}, {"value": 5}),
                UNITS,
                measure="incidents",
            )

    def test_an_unknown_unit_is_no_unit_and_not_lost(self) -> None:
        figures = worlds.figures({"unit": "Alfa", "value": 1}, {"unit": "Beta Sul", "value": 8})
        table = by_name(density(figures, UNITS, measure="incidents"))
        assert table["count"].fillna(0).to_dict() == {"Alpha": 1, "Béta-Sud": 0, "unattributed": 8}
        note = table.loc["unattributed", "note"]
        assert note == "of no unit here: Beta Sul (8, Béta-Sud?)"
        national = by_name(
            density(
                pd.concat([figures, worlds.figures({"value": 10, "figure_id": "all"})]),
                UNITS,
                measure="incidents",
            )
        )
        assert national.loc["unattributed", "count"] == 9
        assert "Beta Sul" in national.loc["unattributed", "note"]

    def test_a_period_keeps_what_lies_within(self) -> None:
        figures = worlds.figures(
            {"value": 10}, {"value": 3, "period_start": "2020-12-01", "period_end": "2021-01-31"}
        )
        assert density(figures, UNITS, measure="incidents", period="2021")["count"].tolist() == [10]
        with pytest.raises(ArgumentError, match="1999"):
            density(figures, UNITS, measure="incidents", period="1999")

    def test_approximate_people_are_told(self) -> None:
        table = by_name(
            density(
                worlds.figures({"unit": "Béta-Sud", "value": 8}),
                UNITS,
                measure="incidents",
                population=worlds.people(1, 1),
            )
        )
        assert table.loc["Béta-Sud", "note"] == "population approximate: counted from the air"
        assert pd.isna(table.loc["Alpha", "note"]) or "air" not in table.loc["Alpha", "note"]


class TestAllocated:
    def shares(self) -> pd.DataFrame:
        located = locate(
            worlds.projects(
                {"project_id": "p1", "adm1_name": "Alpha"},
                {"project_id": "p1", "adm1_name": "Beta Sud"},
                {"project_id": "p2", "adm1_name": "Alfa", "programme": "two"},
                {"project_id": "p3", "place_level": "country"},
                {"project_id": "p4", "project_count": 740, "place_level": "unattributed"},
                {"project_id": "p5", "project_count": 0, "place_level": "unattributed"},
            ),
            UNITS,
        )
        return allocate(located, UNITS)

    def test_full_and_fractional_counts(self) -> None:
        full = by_name(density(self.shares(), UNITS, measure="projects"))
        part = by_name(density(self.shares(), UNITS, measure="projects", counting="fractional"))
        assert full["count"].to_dict() == {
            "Alpha": 2, "Béta-Sud": 1, "countrywide": 1, "unattributed": 740,
        }  # fmt: skip
        assert part["count"].to_dict() == {
            "Alpha": 1.5, "Béta-Sud": 0.5, "countrywide": 1, "unattributed": 740,
        }  # fmt: skip
        assert part["count"].sum() == 1 + 1 + 1 + 740
        assert set(part["measure"]) == {"projects_fractional"}

    def test_programmes_count_once_per_unit(self) -> None:
        table = by_name(density(self.shares(), UNITS, measure="programmes"))
        assert table.loc["Alpha", "count"] == 2
        assert table.loc["Béta-Sud", "count"] == 1

    def test_a_unit_without_a_record_says_so(self) -> None:
        shares = self.shares()
        table = by_name(density(shares[shares["name"] != "Béta-Sud"], UNITS, measure="projects"))
        assert table.loc["Béta-Sud", "count"] == 0
        assert table.loc["Béta-Sud", "note"] == "no record in these sources"

    def test_a_part_of_a_programme_is_refused(self) -> None:
        with pytest.raises(ArgumentError, match="in full"):
            density(self.shares(), UNITS, measure="programmes", counting="fractional")


class TestPeople:
    def test_people_and_their_density(self) -> None:
        table = by_name(density(worlds.people(50_000, 10_000), UNITS, measure="people"))
        assert table.loc["Alpha", "count"] == 50_000
        assert table.loc["Alpha", "per_1000_sqkm"] == 500_000
        assert pd.isna(table.loc["Alpha", "per_100k"])
        assert table.loc["Alpha", "period_start"] == pd.Timestamp("2020-01-01")
        assert "air" in table.loc["Béta-Sud", "note"]


def test_records_of_no_known_kind_are_refused() -> None:
    with pytest.raises(FrameError, match="load_figures"):
        density(pd.DataFrame({"x": [1]}), UNITS, measure="incidents")


def test_an_unknown_measure_names_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match="'accidents' is not known; there is incidents"):
        density(worlds.figures({"value": 1}), UNITS, measure="accidents")


def test_vintages_do_not_join() -> None:
    newer = worlds.square_units("2023")
    with pytest.raises(VintageError, match=r"2015 and 2023.*crosswalk 2015 2023"):
        density(worlds.figures({"value": 1}), newer, measure="incidents")
    table = density(worlds.figures({"value": 1}), UNITS, measure="incidents")
    with pytest.raises(VintageError, match="2015 and 2023"):
        concat_tables(table, table.assign(vintage="2023"))
    with pytest.raises(VintageError, match="people"):
        density(
            worlds.figures({"value": 1}), UNITS, measure="incidents",
            population=worlds.people(1, 1, vintage="2023"),
        )  # fmt: skip


def test_combine_keeps_every_row_and_column() -> None:
    first = density(worlds.figures({"value": 1}), UNITS, measure="incidents")
    second = density(worlds.people(1, 2), UNITS, measure="people")
    both = concat_tables(first, second)
    assert len(both) == len(first) + len(second)
    assert list(both.columns) == list(DENSITY)


def test_inputs_are_left_alone() -> None:
    figures, units = worlds.figures({"value": 1}), worlds.square_units()
    people = worlds.people(1, 2)
    before = figures.copy(), gpd.GeoDataFrame(units.copy()), people.copy()
    density(figures, units, measure="incidents", population=people)
    for frame, copy in zip((figures, units, people), before, strict=True):
        pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(copy))


@pytest.mark.parametrize(
    ("count", "low", "high"),
    # Exact limits as tabulated for the mean of a Poisson variable, 95 %.
    [
        (0, 0.0, 3.689),
        (1, 0.0253, 5.572),
        (5, 1.623, 11.668),
        (10, 4.795, 18.390),
        (50, 37.11, 65.92),
    ],
)
def test_poisson_interval_against_the_table(count: int, low: float, high: float) -> None:
    found = [float(side[0]) for side in poisson_interval([count])]
    assert found == pytest.approx([low, high], rel=2e-3, abs=1e-4)


def test_poisson_interval_of_a_missing_count_is_missing() -> None:
    assert all(math.isnan(float(side[0])) for side in poisson_interval([np.nan]))


def test_smoothing_by_hand() -> None:
    """Two units of 100 and 300 people with 10 and 12 events.

    Mean 22/400 = 0.055; spread (100·0.045² + 300·0.015²)/400 = 0.000675; between
    0.000675 - 0.055/200 = 0.0004; weights 0.0004/(0.0004 + 0.00055) and
    0.0004/(0.0004 + 0.00055/3).
    """
    found = smooth_rates([10, 12], [100, 300])
    expected = [
        0.055 + 0.0004 / 0.00095 * 0.045,
        0.055 - 0.0004 / (0.0004 + 0.00055 / 3) * 0.015,
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@given(st.lists(st.tuples(st.integers(0, 500), st.floats(1, 1e6)), min_size=2, max_size=30))
def test_smoothed_rates_lie_between_the_raw_rate_and_the_mean(
    world: list[tuple[int, float]],
) -> None:
    count, people = (np.array(column, dtype=float) for column in zip(*world, strict=True))
    smoothed, rate = smooth_rates(count, people), count / people
    mean = count.sum() / people.sum()
    slack = 1e-9 * (1 + rate.max())
    assert (smoothed >= np.minimum(rate, mean) - slack).all()
    assert (smoothed <= np.maximum(rate, mean) + slack).all()
    assert (smoothed >= -slack).all()


def test_one_known_unit_cannot_be_smoothed() -> None:
    assert np.isnan(smooth_rates([3, np.nan], [100, 100])).all()


class TestWaysOfCounting:
    def shares(self, **options: Any) -> pd.DataFrame:
        located = locate(
            worlds.projects(
                {"project_id": "p1", "adm1_name": "Alpha"},
                {"project_id": "p1", "adm1_name": "Béta-Sud"},
                {"project_id": "p2", "adm1_name": "Alpha"},
                {"project_id": "p3", "place_level": "country"},
            ),
            UNITS,
        )
        return allocate(located, UNITS, **options)

    def test_full_counts_show_the_unique_total_beside_the_sum(self) -> None:
        table = density(self.shares(), UNITS, measure="projects")
        assert table["count"].sum() == 4
        assert (table["unique_total"] == 3).all()
        assert "3.0" in table.to_csv()

    def test_weighted_counting_takes_the_shares_by_area(self) -> None:
        shares = self.shares(by="area")
        table = by_name(density(shares, UNITS, measure="projects", counting="weighted"))
        assert table["count"].to_dict() == {
            "Alpha": pytest.approx(1.2), "Béta-Sud": pytest.approx(0.8), "countrywide": 1,
        }  # fmt: skip
        assert set(table["measure"]) == {"projects_weighted"}
        with pytest.raises(ArgumentError, match="fractional counting needs shares by equal"):
            density(shares, UNITS, measure="projects", counting="fractional")

    def test_projects_count_in_each_period_in_which_they_are_under_way(self) -> None:
        shares = self.shares()
        shares["start_date"] = pd.to_datetime(
            shares["project_id"].map({"p1": "2020-06-01", "p2": "2021-02-01"})
        )
        shares["end_date"] = pd.to_datetime(
            shares["project_id"].map({"p1": "2021-01-31", "p2": "2021-12-31"})
        )
        table = density(shares, UNITS, measure="projects", period="year")
        alpha = table[table["name"] == "Alpha"]
        assert alpha["count"].tolist() == [1, 2]
        undated = table[table["period_start"].isna()]
        assert undated["place_kind"].tolist() == ["countrywide"]
        assert "the period is unknown" in undated["note"].iloc[0]
        programmes = density(shares, UNITS, measure="programmes", period="2021")
        assert by_name(programmes).loc["Alpha", "count"] == 1


class TestMoney:
    def shares(self) -> pd.DataFrame:
        amounts: list[dict[str, Any]] = [
            {"project_id": "p1", "adm1_name": "Alpha", "amount": 300.0, "currency": "EUR"},
            {"project_id": "p1", "adm1_name": "Béta-Sud", "amount": 300.0, "currency": "EUR"},
            {"project_id": "p2", "adm1_name": "Alpha", "amount": 1000.0, "currency": "USD"},
            {"project_id": "p3", "adm1_name": "Béta-Sud", "amount": pd.NA, "currency": pd.NA},
            {"project_id": "p4", "place_level": "country", "amount": 50.0, "currency": "EUR"},
            {
                "project_id": "b1", "project_count": 0, "place_level": "unattributed",
                "amount": 7.0, "currency": "EUR",
            },
        ]  # fmt: skip
        names = {"amount": "budget_amount", "currency": "budget_currency"}
        rows = worlds.projects(*amounts).rename(columns=names).astype({"budget_amount": "Float64"})
        return allocate(locate(rows, UNITS), UNITS)

    def test_an_amount_counts_once_by_share_and_currencies_stay_apart(self) -> None:
        table = density(self.shares(), UNITS, measure="money")
        euro, dollar = (by_name(rows) for _, rows in table.groupby("measure"))
        assert euro["count"].to_dict() == {
            "Alpha": 150, "Béta-Sud": 150, "countrywide": 50, "unattributed": 7,
        }  # fmt: skip
        assert (euro["unique_total"] == 357).all()
        assert dollar["count"].iloc[0] == 1000
        assert set(table["measure"]) == {"money_EUR", "money_USD"}

    def test_projects_that_state_no_amount_make_it_a_lower_bound(self) -> None:
        table = density(self.shares(), UNITS, measure="money")
        beta = table[table["name"] == "Béta-Sud"].set_index("measure")
        stated = "at least: no amount is stated by 1 of 2"
        assert beta.loc["money_EUR", "note"] == f"{stated}; {NO_PLACE}"
        assert pd.isna(beta.loc["money_EUR", "count_high"])
        assert pd.isna(beta.loc["money_USD", "count"])

    def test_a_project_of_another_currency_is_a_record(self) -> None:
        stated = self.shares().dropna(subset="budget_amount")
        table = density(stated, UNITS, measure="money").set_index(["measure", "name"])
        beta = table.loc[("money_USD", "Béta-Sud")]
        assert beta["count"] == 0
        assert pd.isna(beta["note"])  # p1 is there, in euros

    def test_a_budget_that_was_cancelled_is_no_money(self) -> None:
        shares = self.shares()
        status = shares["project_id"].map({"p2": "cancelled"}).astype("string")
        paid = shares.assign(status=status, disbursed_amount=shares["budget_amount"])
        euro = density(paid, UNITS, measure="money")
        assert set(euro["measure"]) == {"money_EUR"}
        assert "money" not in project_measures_in(paid[paid["project_id"] == "p2"])
        found = density(paid, UNITS, measure="money_disbursed")
        assert (found.loc[found["measure"] == "money_disbursed_USD", "count"] == 1000).any()

    def test_what_makes_no_sum_is_refused(self) -> None:
        shares = self.shares()
        with pytest.raises(ArgumentError, match="counts once"):
            density(shares, UNITS, measure="money", counting="full")
        with pytest.raises(ArgumentError, match="spread over time"):
            density(shares, UNITS, measure="money", period="2021")
        torn = shares.copy()
        torn.loc[0, "budget_amount"] = 299.0
        torn.loc[2, "budget_currency"] = pd.NA
        with pytest.raises(FrameError, match=r"(?s)2 faults.*another amount.*currency"):
            density(torn, UNITS, measure="money")
        none = shares.assign(budget_amount=pd.array([pd.NA] * len(shares), dtype="Float64"))
        with pytest.raises(UnknownNameError, match="no project states"):
            density(none, UNITS, measure="money")


def test_calendar_periods_keep_the_figures_that_last_exactly_that() -> None:
    figures = worlds.figures(
        {"value": 10}, {"value": 3, "period_start": "2021-01-01", "period_end": "2021-03-31"},
        {"value": 2, "period_start": "2021-02-01", "period_end": "2021-03-31"},
    )  # fmt: skip
    kept = {
        period: density(figures, UNITS, measure="incidents", period=period)["count"].tolist()
        for period in ("year", "quarter")
    }
    assert kept == {"year": [10], "quarter": [3]}
    several = density(figures, UNITS, measure="incidents", period=["2021-02/2021-03", "2020"])
    assert several["count"].tolist() == [2]


def test_a_unit_that_stands_twice_is_refused() -> None:
    figures = worlds.figures({"unit": "Alpha", "value": 3}, {"unit": "ALPHA", "value": 4})
    with pytest.raises(FrameError, match="stands twice"):
        density(figures, UNITS, measure="incidents")


def test_published_victims_have_no_interval() -> None:
    figures = worlds.figures({"unit": "Alpha", "value": 8, "measure": "killed"})
    table = density(figures, UNITS, measure="killed", population=worlds.people(1e5, 1e5))
    assert table["ci_low"].isna().all()
    assert table["per_100k"].notna().any()


@pytest.mark.parametrize("measure", ["incidents", "projects", "people", "money"])
def test_the_order_of_the_rows_changes_no_byte(measure: str) -> None:
    records = {
        "incidents": worlds.figures(
            {"value": 200}, {"unit": "Alpha|Béta-Sud", "value": 12, "source": "b"},
            {"unit": "Alpha", "value": 38, "basis": "share_pct", "source": "a"},
            {"unit": "Béta-Sud", "value": 11}, {"value": 7, "publisher": "MINUSMA"},
        ),
        "projects": TestWaysOfCounting().shares(),
        "money": TestMoney().shares(),
        "people": worlds.people(10, 20),
    }[measure]  # fmt: skip
    people = worlds.people(50_000, 10_000)
    tables = {
        density(rows, UNITS, measure=measure, population=people.iloc[::step]).to_csv()
        for rows, step in ((records, 1), (records.iloc[::-1], -1), (records.sample(frac=1), 1))
    }
    assert len(tables) == 1


def test_the_local_mean_needs_enough_units() -> None:
    """Thirty-six cells, one of them with many incidents: its neighbours are drawn to it."""
    cells = worlds.square_units().iloc[[0] * 36].reset_index(drop=True)
    cells["pcode"] = cells["name"] = [f"C{at:02}" for at in range(36)]
    cells = cells.set_geometry([box(at % 6, at // 6, at % 6 + 1, at // 6 + 1) for at in range(36)],
                               crs="EPSG:4326")  # fmt: skip
    figures = worlds.figures(
        *({"unit": name, "value": 40 if name == "C14" else 2} for name in cells["name"])
    )
    people = cells[["vintage", "pcode", "name"]].assign(
        population=1e5, population_year=2020, source="hand-made", note=None
    )
    table = by_name(density(figures, cells, measure="incidents", population=people))
    assert table["local_per_100k"].iloc[:36].notna().all()
    assert table.loc["C15", "local_per_100k"] > table.loc["C35", "local_per_100k"]
    fewer = density(figures.iloc[:20], cells.iloc[:20], measure="incidents", population=people)
    assert fewer["local_per_100k"].isna().all()


def test_nothing_of_a_lazy_frame_is_computed_where_the_units_are_of_two_vintages() -> None:
    dask = pytest.importorskip("dask.dataframe")
    row = {"event_id": ["a", "b"], "date": pd.Timestamp("2021-03-01"), "event_type": "ied"}
    located = locate(pd.DataFrame({**row, "lon": [0.5, 0.6], "lat": 0.5}), UNITS)
    computed = list[int]()

    def counted(part: pd.DataFrame) -> pd.DataFrame:
        computed.append(len(part))
        return part

    lazy = dask.from_pandas(located, npartitions=2).map_partitions(counted, meta=located.iloc[:0])
    mixed = UNITS.assign(vintage=["2015", *["2023"] * (len(UNITS) - 1)])
    with pytest.raises(VintageError):
        density(lazy, mixed, measure="incidents")
    assert not computed


def test_rates_of_people_who_are_no_longer_known_leave_no_interval() -> None:
    figures = worlds.figures({"unit": "Alpha", "value": 8}, {"value": 20})
    table = density(figures, UNITS, measure="incidents", population=worlds.people(50_000, 10_000))
    assert table["ci_low"].notna().any()
    again = with_rates(table.assign(population=pd.NA))
    assert again[["per_100k", "ci_low", "ci_high"]].isna().all(axis=None)
