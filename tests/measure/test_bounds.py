"""Counts that are open above: records without a place or a date may belong to them."""

import datetime
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

import maligeo
from maligeo.core.errors import MaligeoError, UnknownNameError
from maligeo.measure.densities import density
from tests import worlds

UNITS = worlds.square_units()


def located(*rows: dict[str, object], covers: str | None = "2020/2021") -> pd.DataFrame:
    """Records of unit "Alpha" in March 2020; what a row says differs."""
    common = {"event_type": "ied", "date": "2020-03-10", "killed": 1, "adm1_name": "Alpha"}
    frame = pd.DataFrame([common | {"event_id": str(at)} | row for at, row in enumerate(rows)])
    frame["date"] = pd.to_datetime(frame["date"])
    found = maligeo.locate(frame, UNITS)
    return found if covers is None else maligeo.with_coverage(found, covers)


def counted(records: pd.DataFrame, period: object, measure: str = "incidents") -> pd.DataFrame:
    table = density(records, UNITS, measure=measure, period=period)  # type: ignore[arg-type]
    return table[table["place_kind"] == "unit"].set_index(["name", "period_start"])


def bounds(records: pd.DataFrame, name: str, year: str, **how: str) -> tuple[object, object]:
    row = counted(records, "year", **how).loc[(name, pd.Timestamp(year))]
    high = row["count_high"]
    return row["count_low"], None if pd.isna(high) else high


def test_an_undated_record_of_a_unit_leaves_every_period_of_it_open() -> None:
    records = located({}, {"date": None})
    assert bounds(records, "Alpha", "2020") == (1, None)
    assert bounds(records, "Alpha", "2021") == (0, None)
    assert bounds(records, "Béta-Sud", "2020") == (0, 0)


def test_an_unplaced_record_leaves_all_units_of_its_period_open() -> None:
    records = located({}, {"adm1_name": None})
    assert bounds(records, "Alpha", "2020") == (1, None)
    assert bounds(records, "Béta-Sud", "2020") == (0, None)
    assert bounds(records, "Béta-Sud", "2021") == (0, 0)


def test_an_event_that_is_placed_in_the_country_alone_lies_in_a_unit_of_it() -> None:
    records = located({}, {"adm1_name": None, "location_precision": "country"})
    assert records["place_kind"].tolist() == ["unit", "countrywide"]
    assert bounds(records, "Béta-Sud", "2020") == (0, None)


def test_a_record_outside_the_country_opens_nothing() -> None:
    outside = located({"lon": 0.5, "lat": 0.5}, {"lon": 50.0, "lat": 50.0, "adm1_name": None})
    assert outside["place_kind"].tolist() == ["unit", "outside"]
    assert bounds(outside, "Béta-Sud", "2020") == (0, 0)


def test_a_date_that_is_known_to_the_year_leaves_its_months_open() -> None:
    records = located({"date_precision": "year"}, {"date_precision": "day"})
    table = counted(records, "month")
    alpha = table.loc["Alpha"][lambda rows: rows.index.notna()]
    in_2020 = alpha.index.year == 2020
    assert alpha["count_high"].isna().tolist() == in_2020.tolist()
    assert alpha["count_low"].sum() == 1
    assert bounds(records, "Alpha", "2020") == (2, 2)


def test_an_unplaced_record_that_adds_nothing_opens_nothing() -> None:
    records = located({}, {"adm1_name": None, "killed": 0})
    assert bounds(records, "Béta-Sud", "2020", measure="killed") == (0, 0)
    records = located({}, {"adm1_name": None, "killed": None})
    assert bounds(records, "Béta-Sud", "2020", measure="killed") == (0, None)


def test_what_is_known_of_a_place_narrows_down_which_counts_are_open() -> None:
    units = worlds.communes()
    frame = pd.DataFrame(
        {
            "event_type": "ied", "date": pd.Timestamp("2020-03-10"),
            "adm1_name": ["Gao", "Gao", None], "adm2_name": [None, "Bourem", None],
            "adm3_name": [None, None, "Bamba"],
        }
    )  # fmt: skip
    gao = {"Gounzoureye", "Tidermène", "Bamba"}
    for row, may_be in ((0, gao | {"Bamba"}), (2, {"Bamba"})):
        records = maligeo.with_coverage(maligeo.locate(frame.iloc[[row]], units), "2020")
        assert records["place_kind"].tolist() == ["unattributed"]
        table = density(records, units, measure="incidents", period="2020")
        open_units = table[(table["place_kind"] == "unit") & table["count_high"].isna()]
        names = set(open_units["name"])
        assert names and names <= may_be, names


def test_an_open_count_has_no_upper_end_of_its_interval() -> None:
    people = worlds.people(10_000, 10_000)
    records = located({}, {"adm1_name": None})
    table = density(records, UNITS, measure="incidents", period="2020", population=people)
    alpha = table.set_index("name").loc["Alpha"]
    assert alpha["ci_low"] > 0
    assert pd.isna(alpha["ci_high"])


def test_a_coverage_is_not_taken_for_all_time() -> None:
    records = located({}, {"date": "2021-06-01"}, covers="2020-10")
    table = density(records, UNITS, measure="incidents")
    beta = table[table["name"] == "Béta-Sud"]
    assert beta["period_start"].tolist() == [pd.Timestamp("2020-10-01")]
    assert beta["period_end"].tolist() == [pd.Timestamp("2020-10-31")]
    alpha = table[(table["name"] == "Alpha") & (table["records"] > 0)]
    assert alpha["note"].tolist() == ["of days that the source does not cover"]
    assert table["count"].sum() == 2


def test_a_coverage_of_records_without_any_date_leaves_zeros_unknown() -> None:
    records = located({"date": None}, covers="2020-10")
    table = density(records, UNITS, measure="incidents").set_index("name")
    assert pd.isna(table.loc["Béta-Sud", "count"])


def test_a_coverage_of_what_is_no_unit_is_named() -> None:
    records = maligeo.with_coverage(located({}, covers=None), {"ZZ01": "2020", "Beta-Sud": "2020"})
    with pytest.raises(UnknownNameError, match=r"'Beta-Sud' \(is it ZZ02\?\)"):
        density(records, UNITS, measure="incidents", period="year")


def test_areas_are_open_as_incidents_are() -> None:
    land = gpd.GeoDataFrame(
        {
            "area_id": ["a", "b"], "status": "cleared",
            "end_date": [pd.Timestamp("2020-05-01"), pd.NaT],
        },
        geometry=[box(0.1, 0.1, 0.2, 0.2), box(1.1, 0.1, 1.2, 0.2)], crs="EPSG:4326",
    )  # fmt: skip
    shares = maligeo.with_coverage(maligeo.allocate(land, UNITS, by="area"), "2020")
    table = density(shares, UNITS, measure="cleared_sqm", period="2020").set_index("name")
    dated = table[table["period_start"].notna()]
    assert dated.loc["Alpha", "count_high"] == dated.loc["Alpha", "count"]
    assert dated.loc["Béta-Sud", "count"] == 0
    assert pd.isna(dated.loc["Béta-Sud", "count_high"])


def projects(*rows: dict[str, object]) -> pd.DataFrame:
    frame = worlds.projects(*rows)
    for side in ("start_date", "end_date"):
        frame[side] = pd.to_datetime(frame[side])
    return maligeo.allocate(maligeo.locate(frame, UNITS), UNITS)


def test_a_project_without_dates_leaves_its_unit_open_in_every_period() -> None:
    whole: dict[str, object] = {"start_date": "2010-01-01", "end_date": "2010-12-31"}
    shares = projects(
        {"project_id": "p", "adm1_name": "Alpha"} | whole,
        {"project_id": "q", "adm1_name": "Béta-Sud", "start_date": None, "end_date": None},
    )
    table = density(shares, UNITS, measure="projects", period="2010")
    rows = table[(table["place_kind"] == "unit") & table["period_start"].notna()].set_index("name")
    assert rows["count"].to_dict() == {"Alpha": 1, "Béta-Sud": 0}
    assert rows["count_high"].isna().to_dict() == {"Alpha": False, "Béta-Sud": True}


def test_a_project_without_a_place_leaves_all_units_open_and_a_countrywide_one_none() -> None:
    known: dict[str, object] = {"project_id": "p", "adm1_name": "Alpha"}
    for level, is_open in (("country", False), ("unattributed", True)):
        shares = projects(
            known | {"start_date": None, "end_date": None},
            {"project_id": "q", "place_level": level, "start_date": None, "end_date": None},
        )
        table = density(shares, UNITS, measure="projects").set_index("name")
        assert pd.isna(table.loc["Béta-Sud", "count_high"]) is is_open, level


DAYS = st.one_of(st.none(), st.dates(datetime.date(2018, 1, 1), datetime.date(2022, 12, 31)))
ROWS = st.fixed_dictionaries(
    {
        "date": DAYS,
        "date_precision": st.sampled_from([None, "day", "week", "month", "quarter", "year"]),
        "adm1_name": st.sampled_from([None, "Alpha", "Béta-Sud", "nowhere"]),
        "location_precision": st.sampled_from([None, "adm1", "country"]),
        "killed": st.sampled_from([0, 1, 7]),
        "injured": st.sampled_from([0, 2]),
    }
)
COVERS = st.sampled_from([None, "2019", "2020-10", "2018/2021", "2030"])


@settings(max_examples=50)
@given(rows=st.lists(ROWS, min_size=1, max_size=12), covers=COVERS,
       period=st.sampled_from([None, "year", "quarter", "month"]),
       measure=st.sampled_from(["incidents", "killed", "victims"]))  # fmt: skip
def test_totals_over_all_rows_are_the_records(
    rows: Sequence[dict[str, object]], covers: str | None, period: str | None, measure: str
) -> None:
    frame = pd.DataFrame(rows).assign(event_type="ied", lon=pd.NA, lat=pd.NA)
    frame["date"] = pd.to_datetime(frame["date"])
    outside = pd.DataFrame([{"date": pd.Timestamp("2019-05-05"), "lon": 50.0, "lat": 50.0,
                             "event_type": "ied", "killed": 1, "injured": 0}])  # fmt: skip
    frame = pd.concat([frame.astype({"lon": "Float64", "lat": "Float64"}), outside])
    records = maligeo.locate(frame.reset_index(drop=True), UNITS)
    if covers is not None:
        records = maligeo.with_coverage(records, covers)
    table = density(records, UNITS, measure=measure, period=period)
    parts = {"incidents": [], "killed": ["killed"], "victims": ["killed", "injured"]}[measure]
    total = frame[parts].sum().sum() if parts else len(frame)
    assert table["count"].sum() == total
    assert table["records"].sum() == len(frame)
    assert (table["count_low"] <= table["count_high"]).fillna(value=True).all()
    _require_true_bounds(table, records, total)


def _require_true_bounds(table: pd.DataFrame, records: pd.DataFrame, total: float) -> None:
    """No unit has a bound where an unplaced record could break it."""
    dated = table[(table["place_kind"] == "unit") & table["count_high"].notna()]
    unplaced = records[records["place_kind"].isin(["unattributed", "countrywide"])]
    first = unplaced["date"].dropna()
    for row in dated[dated["measure"] == "incidents"].itertuples():
        assert not unplaced["date"].isna().any()
        if pd.notna(row.period_start):
            assert not ((first >= row.period_start) & (first <= row.period_end)).any()


@pytest.mark.parametrize("killed", [["1", "x"], [-1, 2], [1.5, 2], [float("inf"), 1]])
def test_numbers_of_people_that_are_none_are_refused_with_their_row(killed: list[object]) -> None:
    records = located({}, {}).assign(killed=killed)
    with pytest.raises(MaligeoError, match=r"row [01], killed: is no whole number of people"):
        density(records, UNITS, measure="killed", period="year")


@pytest.mark.parametrize("period", [2020, [2020], pd.Period("2020"), pd.Period("2020-03", "M")])
def test_a_period_may_be_a_number_or_a_period(period: object) -> None:
    assert counted(located({}), period)["count"].sum() == 1


@pytest.mark.parametrize("wrong", [20.5, True, {}, object(), [None], "x", ["2020", 1.5]])
def test_what_is_no_period_is_refused_in_plain_words(wrong: object) -> None:
    if wrong == {}:
        wrong = {"2020": 1}
    with pytest.raises(MaligeoError, match="is not like 2021"):
        counted(located({}), wrong)


@pytest.mark.parametrize(
    "covers", [["2020", "2021"], 2020, {"ZZ01": 2020}, {"ZZ01": ["2020", 2021]}]
)
def test_a_coverage_may_be_several_periods_or_a_number(covers: object) -> None:
    records = maligeo.with_coverage(located({}, covers=None), covers)  # type: ignore[arg-type]
    assert counted(records, "2020").loc["Alpha", "count"].tolist() == [1]


@pytest.mark.parametrize("covers", [None, [], {}, 1.5, {"ZZ01": None}, [[]]])
def test_what_is_no_coverage_is_refused(covers: object) -> None:
    with pytest.raises(MaligeoError):
        maligeo.with_coverage(located({}, covers=None), covers)  # type: ignore[arg-type]


def levels() -> list[gpd.GeoDataFrame]:
    """A region that leaves out the east, with a cercle and a commune that reach there."""
    wide, west = box(0, 0, 2, 1), box(0, 0, 1, 1)
    rows = [("Region", "ZZ01", "ZZ", west), ("Cercle", "ZZ0101", "ZZ01", wide),
            ("Commune", "ZZ010101", "ZZ0101", west)]  # fmt: skip
    return [
        gpd.GeoDataFrame(
            {
                "vintage": "own",
                "level": [level],
                "pcode": code,
                "name": name,
                "name_alt": None,
                "parent_pcode": parent,
                "area_sqkm": 1.0,
            },
            geometry=[shape],
            crs="EPSG:4326",
        )
        for level, (name, code, parent, shape) in enumerate(rows, start=1)
    ]


def test_records_located_at_three_levels_keep_the_kind_of_place_of_each(tmp_path: Path) -> None:
    records = pd.DataFrame(
        {"event_type": "ied", "date": pd.Timestamp("2020-03-01"), "lon": [0.5, 1.5], "lat": 0.5}
    )
    for units in (*levels(), levels()[2]):
        records = maligeo.locate(records, units)
    kinds = {level: records[f"adm{level}_place_kind"].tolist() for level in (1, 2, 3)}
    assert kinds == {1: ["unit", "outside"], 2: ["unit", "unit"], 3: ["unit", "outside"]}
    assert records["place_kind"].tolist() == kinds[3]
    assert records.columns.is_unique
    counts = {}
    for level, units in enumerate(levels(), start=1):
        table = density(records, units, measure="incidents")
        counts[level] = table.groupby("place_kind")["count"].sum()[["unit", "outside"]].tolist()
    assert counts == {1: [1, 1], 2: [2, 0], 3: [1, 1]}
    path = maligeo.write_table(records, tmp_path / "located.csv", audience="internal")
    assert len(pd.read_csv(path)) == 2
