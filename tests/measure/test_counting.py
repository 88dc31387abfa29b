"""Located incidents and allocated areas: hand-computed worlds, and laws that must hold."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, box

from maligeo.core.errors import ArgumentError, FrameError, UnknownNameError, VintageError
from maligeo.join.points import locate
from maligeo.join.shares import allocate
from maligeo.measure import densities
from maligeo.measure.counts import area_measures_in
from maligeo.measure.coverage import with_coverage
from maligeo.measure.densities import density
from maligeo.measure.rates import clustered_interval, poisson_interval
from tests import worlds

UNITS = worlds.square_units()
PLACES = {"Alpha": (0.5, 0.5), "Béta-Sud": (1.5, 0.5), "outside": (9.0, 9.0)}


def incidents(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    common: dict[str, Any] = {
        "date": "2021-03-04", "date_precision": "day", "killed": 0, "injured": 0,
        "civilians_killed": pd.NA, "civilians_injured": pd.NA, "location_precision": "exact",
        "source": "hand-made", "at": "Alpha",
    }  # fmt: skip
    frame = pd.DataFrame([{"event_id": f"e{at}"} | common | row for at, row in enumerate(rows)])
    victims = [column for column in frame.columns if column.endswith(("killed", "injured"))]
    frame = frame.astype(dict.fromkeys(victims, "Int64"))
    frame["date"] = pd.to_datetime(frame["date"])
    points = [Point(PLACES[at]) if at in PLACES else None for at in frame.pop("at")]
    located: gpd.GeoDataFrame = locate(
        gpd.GeoDataFrame(frame, geometry=points, crs="EPSG:4326"), UNITS
    )
    return located


def by_place(table: pd.DataFrame) -> pd.DataFrame:
    return table.set_index(table["name"].fillna(table["place_kind"]))


class TestIncidents:
    def test_incidents_by_area_people_and_year(self) -> None:
        records = incidents({}, {}, {"at": "Béta-Sud"}, {"at": "outside"}, {"at": None})
        table = by_place(
            density(
                records, UNITS, measure="incidents", period="2021",
                population=worlds.people(50_000, 10_000),
            )
        )  # fmt: skip
        assert table["count"].to_dict() == {
            "Alpha": 2, "Béta-Sud": 1, "countrywide": 0, "unattributed": 1, "outside": 1,
        }  # fmt: skip
        alpha = table.loc["Alpha"]
        assert alpha["per_1000_sqkm"] == pytest.approx(20.0)
        assert alpha["per_100k"] == pytest.approx(4.0 * 365.25 / 365)
        assert alpha["population_year"] == 2020
        low, high = poisson_interval(2)
        assert alpha["ci_low"] == pytest.approx(float(low) * 2 * 365.25 / 365)
        assert pd.isna(alpha["ci_high"])  # the one that is in no unit may lie here
        placed = records[records["place_kind"] != "unattributed"]
        alpha = by_place(
            density(
                placed, UNITS, measure="incidents", period="2021",
                population=worlds.people(50_000, 10_000),
            )
        ).loc["Alpha"]  # fmt: skip
        assert alpha["ci_high"] == pytest.approx(float(high) * 2 * 365.25 / 365)
        assert alpha["low_count"]
        assert (table["unique_total"] == 5).all()
        assert table.loc["Alpha", "records"] == 2

    def test_twenty_events_are_no_low_count(self) -> None:
        records = incidents(*[{}] * 20, *[{"at": "Béta-Sud"}] * 19)
        table = by_place(density(records, UNITS, measure="incidents"))
        assert not table.loc["Alpha", "low_count"]
        assert table.loc["Béta-Sud", "low_count"]

    def test_victims_and_victims_per_incident(self) -> None:
        records = incidents({"killed": 3, "injured": 5}, {"killed": 1}, {"at": "Béta-Sud"})
        table = by_place(density(records, UNITS, measure="victims"))
        assert table["count"].iloc[:2].tolist() == [9, 0]
        assert table["per_incident"].iloc[:2].tolist() == [4.5, 0.0]
        killed = by_place(density(records, UNITS, measure="killed"))
        assert killed.loc["Alpha", "count"] == 4

    def test_victims_have_the_interval_of_clusters(self) -> None:
        records = incidents({"killed": 8}, {"killed": 1})
        people = worlds.people(100_000, 100_000)
        table = by_place(
            density(records, UNITS, measure="killed", period="2021", population=people)
        )
        low, high = clustered_interval(9, 65, largest=8.0)
        year = 365.25 / 365
        assert table.loc["Alpha", "ci_low"] == pytest.approx(float(low) * year)
        assert table.loc["Alpha", "ci_high"] == pytest.approx(float(high) * year)
        assert float(low) < float(poisson_interval(9)[0])
        assert table.loc["Alpha", "low_count"]

    def test_what_is_not_stated_makes_a_sum_a_lower_bound(self) -> None:
        records = incidents({"killed": 2, "injured": pd.NA}, {"killed": 1, "injured": 1})
        table = by_place(density(records, UNITS, measure="victims"))
        alpha = table.loc["Alpha"]
        assert alpha["count"] == alpha["count_low"] == 4
        assert pd.isna(alpha["count_high"])
        assert alpha["note"] == "at least: not fully stated for 1 of 2"
        civilians = by_place(density(records, UNITS, measure="civilians"))
        assert pd.isna(civilians.loc["Alpha", "count"])

    def test_without_a_statement_an_empty_unit_is_missing_and_not_zero(self) -> None:
        table = by_place(density(incidents({}), UNITS, measure="incidents", period="2021"))
        assert pd.isna(table.loc["Béta-Sud", "count"])
        assert "no statement" in table.loc["Béta-Sud", "note"]

    def test_zero_only_where_the_source_covers_unit_and_period(self) -> None:
        records = with_coverage(incidents({}), {"ZZ01": "2021", "ZZ02": ["2021-01", "2021-02"]})
        table = density(records, UNITS, measure="incidents", period=["2021-01/2021-02", "2021"])
        short, year = (by_place(rows) for _, rows in table.groupby("period_end"))
        assert short["count"].iloc[:2].tolist() == [0, 0]
        assert year.loc["Alpha", "count"] == 1
        assert pd.isna(year.loc["Béta-Sud", "count"])
        assert "part of the period" in year.loc["Béta-Sud", "note"]

    @pytest.mark.parametrize("period", ["year", "quarter", "month"])
    def test_records_outside_the_coverage_are_in_some_row(self, period: str) -> None:
        days = ("2017-06-01", "2018-06-01", "2019-06-01", "2021-06-01")
        records = incidents(*({"date": day} for day in days))
        table = density(
            with_coverage(records, "2018/2019"), UNITS, measure="incidents", period=period
        )
        assert table["records"].sum() == len(records)
        outside = table[(table["records"] > 0) & (table["period_start"] > "2020")]
        assert outside["note"].tolist() == ["at least: not covered by the source"]
        assert outside["count_high"].isna().all()

    def test_a_count_in_a_period_half_covered_is_a_lower_bound(self) -> None:
        records = with_coverage(incidents({}), "2021-01/2021-06")
        people = worlds.people(1e5, 1e5)
        table = density(records, UNITS, measure="incidents", period="2021", population=people)
        alpha = by_place(table).loc["Alpha"]
        assert alpha["count"] == 1
        assert pd.isna(alpha["count_high"])
        assert pd.isna(alpha["ci_low"])
        assert "at least" in alpha["note"]

    def test_months_quarters_and_years(self) -> None:
        records = with_coverage(
            incidents({"date": "2020-12-31"}, {"date": "2021-01-01"}, {"date": "2021-03-31"}),
            "2020-10/2021-03",
        )
        counts = {
            period: density(records, UNITS, measure="incidents", period=period)
            .query("name == 'Alpha'")["count"]
            .tolist()
            for period in ("month", "quarter")
        }
        assert counts == {"month": [0, 0, 1, 1, 0, 1], "quarter": [1, 2]}
        years = density(records, UNITS, measure="incidents", period="year")
        assert years.query("name == 'Alpha'")["count"].tolist() == [1, 2]
        assert years["period_end"].max() == pd.Timestamp("2021-12-31")

    def test_a_date_too_coarse_for_the_period_is_a_row_of_its_own(self) -> None:
        records = incidents(
            {"date_precision": "year"}, {"date_precision": "month"}, {},
            {"date": "2021-03-29", "date_precision": "week"}, {"date": None},
        )  # fmt: skip
        table = density(records, UNITS, measure="incidents", period=["2021-03", "2021-04"])
        alpha = table[table["name"] == "Alpha"]
        assert alpha["count"].iloc[0] == 2
        assert pd.isna(alpha["count"].iloc[1])
        assert alpha["count"].iloc[2] == 3
        assert pd.isna(alpha["period_start"].iloc[2])
        assert "too coarse" in alpha["note"].iloc[2]
        assert table["count"].sum() == 5

    def test_what_does_not_fit_is_refused(self) -> None:
        records = incidents({})
        with pytest.raises(UnknownNameError, match="'wounded' is not known; there is incidents"):
            density(records, UNITS, measure="wounded")
        with pytest.raises(ArgumentError, match="not like"):
            density(records, UNITS, measure="incidents", period=["2021", "spring"])
        with pytest.raises(VintageError, match="2015 and 2023"):
            density(records, worlds.square_units("2023"), measure="incidents")
        with pytest.raises(FrameError, match="fortnight"):
            density(records.assign(date_precision="fortnight"), UNITS, measure="incidents",
                    period="2021")  # fmt: skip
        with pytest.raises(FrameError, match="is no unit of these"):
            density(records, UNITS.iloc[1:], measure="incidents")
        with pytest.raises(ArgumentError, match="no dates"):
            density(incidents({"date": None}), UNITS, measure="incidents", period="year")
        with pytest.raises(ArgumentError, match="empty"):
            with_coverage(records, {})

    def test_no_record_at_all_is_a_table_all_the_same(self) -> None:
        empty = with_coverage(incidents({}).iloc[:0], "2021")
        table = by_place(density(empty, UNITS, measure="incidents", period="2021"))
        assert table["count"].tolist() == [0, 0, 0, 0, 0]


WORLD = st.lists(
    st.tuples(
        st.sampled_from([*PLACES, "nowhere"]),
        st.dates(pd.Timestamp("2019-11-01").date(), pd.Timestamp("2022-02-01").date()),
        st.sampled_from(["day", "week", "month", "year"]),
        st.one_of(st.none(), st.integers(0, 30)),
    ),
    min_size=1,
    max_size=25,
)


def build(world: list[tuple[str, object, str, int | None]]) -> gpd.GeoDataFrame:
    return incidents(
        *(
            {"at": at, "date": str(day), "date_precision": precision, "killed": killed}
            for at, day, precision, killed in world
        )
    )


def test_periods_that_share_days_are_each_counted_as_alone() -> None:
    records = incidents(
        {"killed": 2},
        {"date": "2021-08-01", "killed": 1, "at": "Béta-Sud"},
        {"date": "2021-12-31", "date_precision": "week", "killed": 3},
        {"date": None, "killed": 4},
        {"date": "2022-02-01", "killed": 5, "at": None},
    )
    periods = ["2021", "2021-06/2022-05", "2022-01"]
    table = density(records, UNITS, measure="killed", period=periods)
    for period in periods:
        alone = density(records, UNITS, measure="killed", period=period)
        start, end = alone.loc[0, ["period_start", "period_end"]]
        same = (table["period_start"] == start) & (table["period_end"] == end)
        pd.testing.assert_frame_equal(
            table[same].reset_index(drop=True),
            alone[alone["period_start"].notna()].reset_index(drop=True),
        )
    assert table.loc[table["period_start"].isna(), "count"].sum() == 4


@settings(max_examples=10, deadline=None)
@given(WORLD, st.randoms(use_true_random=False), st.sampled_from(["incidents", "victims"]))
def test_the_order_of_the_records_changes_no_byte(
    world: list[tuple[str, object, str, int | None]], dice: object, measure: str
) -> None:
    records = build(world)
    order = list(range(len(records)))
    dice.shuffle(order)  # type: ignore[attr-defined]
    people = worlds.people(50_000, 10_000)
    tables = [
        density(frame, UNITS, measure=measure, period="quarter", population=people).to_csv()
        for frame in (records, records.iloc[order])
    ]
    assert tables[0] == tables[1]


@settings(max_examples=10, deadline=None)
@given(WORLD, st.sampled_from(["incidents", "victims", "killed"]))
def test_many_rows_are_counted_as_few_are(
    world: list[tuple[str, object, str, int | None]], measure: str
) -> None:
    records = with_coverage(build([*world, *world]), "2020-02/2021-10")
    for period in (None, "month", ["2020", "2020-06/2021-03"]):
        few = density(records, UNITS, measure=measure, period=period)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(densities, "_MANY", 0)
            many = density(records, UNITS, measure=measure, period=period)
        pd.testing.assert_frame_equal(many, few)
        assert many.attrs == few.attrs


def test_every_fault_of_many_rows_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(densities, "_MANY", 0)
    records = incidents({"killed": 1}, {"killed": 1}, {"killed": 1}).set_axis(["a", "b", "c"])
    with pytest.raises(FrameError) as told:
        density(records.assign(killed=[-1, 2, -1]), UNITS, measure="killed")
    assert [fault.row for fault in told.value.faults] == ["a", "c"]


def test_a_column_that_many_rows_lack_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(densities, "_MANY", 0)
    kinds = incidents({}, {}).filter(regex="place_kind").columns
    with pytest.raises(Exception, match="place_kind") as told:
        density(incidents({}, {}).drop(columns=kinds), UNITS, measure="incidents")
    assert isinstance(told.value, FrameError)


@settings(max_examples=10, deadline=None)
@given(WORLD)
def test_every_incident_is_counted_once(world: list[tuple[str, object, str, int | None]]) -> None:
    records = build(world)
    for period in (None, "month", "year"):
        table = density(records, UNITS, measure="incidents", period=period)
        assert table["count"].sum() == len(records)
        assert table["records"].sum() == len(records)


@settings(max_examples=10, deadline=None)
@given(WORLD)
def test_rates_do_not_change_when_the_whole_world_is_doubled(
    world: list[tuple[str, object, str, int | None]],
) -> None:
    records = build(world)
    twice = pd.concat([records, records], ignore_index=True)
    once = density(
        records, UNITS, measure="incidents", period="year", population=worlds.people(4e4, 1e4)
    )
    double = density(
        gpd.GeoDataFrame(twice), UNITS.assign(area_sqkm=UNITS["area_sqkm"] * 2),
        measure="incidents", period="year", population=worlds.people(8e4, 2e4),
    )  # fmt: skip
    for column in ("per_1000_sqkm", "per_100k"):
        np.testing.assert_allclose(
            once[column].to_numpy(float, na_value=np.nan),
            double[column].to_numpy(float, na_value=np.nan),
            rtol=1e-12,
        )


class TestAreas:
    def shares(self) -> pd.DataFrame:
        areas = gpd.GeoDataFrame(
            {
                "area_id": ["a1", "a2", "a3", "a4", "a5"],
                "status": ["cleared", "cleared", "cancelled", "cleared", "cleared"],
                "end_date": pd.to_datetime(
                    ["2020-05-01", "2021-05-01", "2021-06-01", "2021-07-01", None]
                ),
                "source": "hand-made",
            },
            geometry=[
                box(0.9, 0.4, 1.1, 0.6), box(0.9, 0.4, 1.0, 0.6), box(0.2, 0.2, 0.3, 0.3),
                box(3.0, 3.0, 3.1, 3.1), box(0.0, 0.0, 0.1, 0.1),
            ],
            crs="EPSG:4326",
        )  # fmt: skip
        return allocate(areas, UNITS, by="area")

    def test_each_square_metre_counts_once_and_by_its_status(self) -> None:
        shares = self.shares()
        table = by_place(density(shares, UNITS, measure="cleared_sqm"))
        net = shares[shares["status"] == "cleared"].groupby("name")["net_area_sqm"].sum()
        assert table.loc["Alpha", "count"] == pytest.approx(net["Alpha"], abs=0.01)
        assert table.loc["Béta-Sud", "count"] == pytest.approx(net["Béta-Sud"], abs=0.01)
        assert table.loc["outside", "count"] > 1e8
        assert table["count"].sum() == pytest.approx(table["unique_total"].iloc[0], abs=0.05)
        assert table["ci_low"].isna().all()
        cancelled = by_place(density(shares, UNITS, measure="cancelled_sqm"))
        assert cancelled.loc["Alpha", "count"] > 0
        assert pd.isna(cancelled.loc["Béta-Sud", "count"])

    def test_by_year_of_release_with_the_undated_apart(self) -> None:
        table = density(self.shares(), UNITS, measure="cleared_sqm", period="year")
        assert table["period_start"].dt.year.dropna().unique().tolist() == [2020, 2021]
        undated = table[table["period_start"].isna()]
        assert undated["name"].tolist() == ["Alpha"]
        second = table[(table["period_start"].dt.year == 2021) & (table["name"] == "Alpha")]
        assert second["count"].iloc[0] == 0  # a2 was cleared in 2020 already

    def test_released_land_is_what_was_cancelled_reduced_and_cleared(self) -> None:
        shares = self.shares()
        released = by_place(density(shares, UNITS, measure="released_sqm"))
        parts = [
            by_place(density(shares, UNITS, measure=f"{one}_sqm"))["count"].fillna(0)
            for one in ("cancelled", "reduced", "cleared")
            if one in set(shares["status"])
        ]
        assert len(parts) >= 2
        total = sum(part.sum() for part in parts)
        assert released["count"].sum() == pytest.approx(total, abs=0.05)
        hazards = shares.assign(status="suspected")
        assert density(hazards, UNITS, measure="released_sqm")["count"].fillna(0).sum() == 0

    def test_there_is_no_other_sum_of_statuses(self) -> None:
        with pytest.raises(UnknownNameError, match="hazardous_sqm"):
            density(self.shares(), UNITS, measure="hazardous_sqm")

    def test_the_sum_is_named_where_it_has_several_parts(self) -> None:
        found = {
            statuses: area_measures_in(pd.DataFrame({"status": list(statuses)}))
            for statuses in (("cleared",), ("cleared", "suspected"), ("cleared", "reduced"))
        }
        assert ["released_sqm" in names for names in found.values()] == [False, False, True]

    def test_the_order_of_the_areas_changes_no_byte(self) -> None:
        shares = self.shares()
        tables = [
            density(frame, UNITS, measure="cleared_sqm", period="year").to_csv()
            for frame in (shares, shares.iloc[::-1], shares.sample(frac=1, random_state=3))
        ]
        assert len(set(tables)) == 1
