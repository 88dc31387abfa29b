"""Tables of released cells: selections and sums of them, with what is known of each."""

from typing import Any

import pandas as pd
import pytest

from maligeo.core.errors import ReleaseError
from maligeo.disclosure import CellRelease, Release, release, require_released
from maligeo.join.points import locate
from maligeo.join.shares import allocate
from maligeo.measure.coverage import with_coverage
from maligeo.measure.densities import concat_tables, density
from maligeo.measure.need_response import coverage_gaps
from maligeo.readers.boundaries import load_boundaries
from maligeo.readers.figures import load_figures
from tests import worlds
from tests.disclosure import frames
from tests.disclosure.frames import DAY, GAO, MOPTI, OUTSIDE, even, placed

# Ten a quarter in Mopti for two years; two a quarter in Gao, but twenty in spring 2021.
WORLD: list[frames.Group] = [
    *even((2020, 2021), 10),
    *even((2020,), 2, lon=GAO),
    *[(GAO, day, 20 if day == "2021-05-15" else 2) for _, day, *_ in even((2021,))],
]


def cells(
    *groups: frames.Group, covers: str | None = "2020/2021", units: Any = None
) -> CellRelease:
    division = frames.regions() if units is None else units
    records = placed(*(groups or WORLD), units=division, covers=covers)
    return Release.asked("public", DAY).cells(records, division)


def row(table: pd.DataFrame, name: str, start: str | None = None) -> dict[str, Any]:
    rows = table[(table["name"] == name) & (table["measure"] == "incidents")]
    if start is not None:
        rows = rows[rows["period_start"] == start]
    (found,) = rows.to_dict("records")
    return found


def said(table: pd.DataFrame, name: str, start: str | None = None) -> tuple[Any, ...]:
    found = row(table, name, start)
    values = (found[column] for column in ("count", "count_low", "count_high", "note"))
    return tuple(None if pd.isna(value) else value for value in values)


def test_years_are_shown_where_nothing_is_asked_for_and_quarters_where_there_is_no_year() -> None:
    made = cells()
    assert made.table("incidents")["period_start"].dt.year.unique().tolist() == [2020, 2021]
    assert made.table("incidents", period="quarter")["period_start"].nunique() == 8
    part = cells(*even((2019,), 10)[1:], covers=None)
    assert part.table("incidents")["period_start"].nunique() == 3


def test_a_table_has_a_row_for_each_unit_and_each_place_that_is_none() -> None:
    table = cells().table("incidents", period="2021")
    kinds = ["unit", "unit", "countrywide", "unattributed", "outside"]
    assert table["place_kind"].tolist() == kinds
    assert said(table, "Mopti") == (40, 36, 44, "rounded to a multiple of 5")
    assert row(table, "Mopti")["per_1000_sqkm"] == 400
    assert table["source"].isna().all() and table["records"].isna().all()


def test_a_small_count_says_so_and_zero_is_one_of_them() -> None:
    table = cells().table("incidents", period="2020-01/2020-03")
    assert said(table, "Gao") == (None, 0, 4, "withheld: fewer than 5")
    outside = table[table["place_kind"] == "outside"].iloc[0]
    assert outside["note"] == "withheld: fewer than 5"
    assert pd.isna(row(table, "Gao")["per_1000_sqkm"])


def test_a_period_is_tiled_from_years_and_quarters() -> None:
    made = cells()
    half = made.table("incidents", period="2021-01/2021-06")
    assert said(half, "Mopti") == (20, 12, 28, "rounded to a multiple of 5")
    assert said(half, "Gao") == (None, 16, 28, "withheld: between 16 and 28")  # 0 to 4, 16 to 24
    long = made.table("incidents", period="2020-10/2021-12")  # a quarter, and a year
    assert said(long, "Mopti") == (50, 42, 58, "rounded to a multiple of 5")
    both = made.table("incidents", period=["2020-01/2020-06", "2020/2021"])
    assert len(both) == 10
    two = both[both["period_end"] == "2021-12-31"]
    assert said(two, "Mopti") == (80, 72, 88, "rounded to a multiple of 5")
    small = made.table("incidents", period="2020-01/2020-06")
    assert said(small, "Gao") == (None, 0, 8, "withheld: fewer than 9")


def test_any_table_is_a_selection_of_the_same_cells() -> None:
    """Whatever is asked for first, by whichever way, the cells are those of the release."""
    records = placed(*WORLD, covers="2020/2021")
    units = frames.regions()
    asked = cells().table("incidents", period="2021-04/2021-06")
    whole = release(records, units, as_of=DAY)
    same = whole[
        (whole["measure"] == "incidents")
        & (whole["period_start"] == "2021-04-01")
        & (whole["period_end"] == "2021-06-30")
    ]
    columns = ["pcode", "place_kind", "count", "count_low", "count_high", "note"]
    pd.testing.assert_frame_equal(
        asked[columns].reset_index(drop=True), same[columns].reset_index(drop=True)
    )


@pytest.mark.parametrize(
    ("period", "message"),
    [
        ("month", "nothing is released by month: there is 2020 – 2021, 2020 Q1"),
        ("day", "nothing is released by day"),
        ("2021-08-17", "period 2021-08-17 is not released: there is 2020 – 2021"),
        ("2021-08", "2020 Q1 – 2021 Q4"),
        ("2021-02/2021-06", "is not released"),
        ("2021-01/2021-05", "is not released"),
        ("2019", "is not released"),
        ("2021/2022", "is not released"),
        (["2021", "2021-08-17"], "2021-08-17 is not released"),
    ],
)
def test_a_period_that_is_not_there_is_refused_with_what_is_possible(
    period: Any, message: str
) -> None:
    with pytest.raises(ReleaseError, match=message):
        cells().table("incidents", period=period)


def test_a_measure_that_is_not_there_is_refused_with_what_is() -> None:
    with pytest.raises(ReleaseError, match=r"victims is not released .* there is incidents$"):
        cells().table("victims")


def test_cercles_have_years_alone() -> None:
    made = cells(units=frames.cercles())
    table = made.table("incidents")
    assert row(table, "Mopti", "2021-01-01")["count"] == 40
    with pytest.raises(ReleaseError, match="no quarter is released: there is 2020 – 2021"):
        made.table("incidents", period="quarter")
    with pytest.raises(ReleaseError, match="2021-01/2021-03 is not released"):
        made.table("incidents", period="2021-01/2021-03")


def test_what_nobody_says_is_covered_is_not_bounded() -> None:
    """Without a statement that somebody looked, fewer than 5 may be anything."""
    stated = "withheld: fewer than 5; no statement that the source covers this"
    table = cells(covers=None).table("incidents", period="2020-01/2020-03")
    assert said(table, "Gao") == (None, None, None, stated)
    assert said(table, "Mopti")[0] == 10  # what was counted was counted


def test_coverage_is_that_of_each_unit_and_period() -> None:
    records = with_coverage(placed(*WORLD), {"ML05": "2020/2021", "ML07": "2021"})
    made = Release.asked("public", DAY).cells(records, frames.regions())
    told = {year: made.table("incidents", period=f"{year}-01/{year}-03") for year in (2020, 2021)}
    assert "no statement" in said(told[2020], "Gao")[3]
    assert said(told[2021], "Gao")[3] == "withheld: fewer than 5"


def test_counts_that_are_not_stated_for_all_are_at_least() -> None:
    groups = [*even((2021,), 9, killed=1), (MOPTI, "2021-02-16", 1, {"killed": None})]
    table = cells(*groups, covers="2021").table("killed", period="2021")
    (found,) = table[table["name"] == "Mopti"].to_dict("records")
    assert found["note"].endswith("; at least: not fully stated for all")
    assert pd.isna(found["count_high"]) and found["count_low"] >= 31


def test_victims_have_no_intervals_and_incidents_have() -> None:
    made = cells(*even((2021,), 10, killed=1), covers="2021")
    people = worlds.people(1e5, 2e5).assign(pcode=["ML05", "ML07"], name=["Mopti", "Gao"])
    table = made.table("incidents", "killed", period="2021", population=people)
    ends = table[table["name"] == "Mopti"].set_index("measure")[["ci_low", "ci_high"]]
    assert ends.loc["incidents"].notna().all()
    assert ends.loc["killed"].isna().all()
    low, high = ends.loc["incidents"]
    assert low < 36 < 44 < high  # of 100,000 people: rounding is allowed for


def test_people_and_their_caveats_stand_beside() -> None:
    people = worlds.people(1e5, 2e5).assign(pcode=["ML05", "ML07"], name=["Mopti", "Gao"])
    table = cells().table("incidents", period="2021", population=people)
    assert row(table, "Mopti")["per_100k"] == pytest.approx(40, rel=1e-2)
    assert row(table, "Gao")["population"] == 200_000


def test_it_passes_the_gate_and_says_for_whom() -> None:
    made = cells()
    for table in (made.table(), made.all(), made.table(period="2021-01/2021-06")):
        assert table.attrs["audience"] == "public"
        require_released(table, "public", what="density")
    assert made.all().attrs["release"]["id"] == made.table().attrs["release"]["id"]


def test_a_table_that_was_counted_from_records_is_refused() -> None:
    counted = density(placed(*WORLD), frames.regions(), measure="incidents", period="year")
    with pytest.raises(ReleaseError, match="release the records"):
        release(counted, as_of=DAY)
    with pytest.raises(ReleaseError, match="release the records"):
        release(counted, audience="partner", as_of=DAY)


def test_who_reported_is_in_no_table() -> None:
    table = cells().all()
    assert frames.SECRET not in table.to_csv() + str(table.attrs)


def test_places_that_are_none_are_counted_too() -> None:
    table = cells(*WORLD, (OUTSIDE, "2021-02-15", 20)).table("incidents", period="2021")
    outside = table[table["place_kind"] == "outside"].iloc[0]
    assert outside["count"] == 20


def test_partners_count_what_was_released_to_them() -> None:
    units = frames.regions()
    partner = release(placed(*WORLD, covers="2020/2021"), audience="partner", as_of=DAY)
    table = density(partner, units, measure="incidents", period="2021-01/2021-03")
    assert table.attrs["audience"] == "partner"
    assert row(table, "Gao")["count"] == 2
    require_released(table, "partner", what="density")
    with pytest.raises(ReleaseError, match="were not released for the audience 'public'"):
        require_released(table, "public", what="density")


def test_published_figures_pass_as_they_are() -> None:
    units = load_boundaries()
    bundled = density(load_figures("incidents"), units, measure="incidents")
    assert release(bundled) is bundled


def test_measures_that_nobody_allowed_do_not_pass() -> None:
    shares = allocate(frames.areas(20), frames.regions(), by="area")
    suspected = shares[shares["status"] == "suspected"]
    with pytest.raises(ReleaseError, match="release the records"):
        release(density(suspected, frames.regions(), measure="suspected_sqm"), as_of=DAY)
    assert "suspected" not in set(release(shares, frames.regions(), as_of=DAY)["status"])


def test_gaps_of_released_tables_are_released_and_know_nothing_of_what_is_withheld() -> None:
    units = frames.regions()
    need = cells().table("incidents", period="2021")
    projects = locate(worlds.projects({"project_id": "p", "adm1_name": "Mopti"}), units)
    shares = allocate(release(projects, audience="public", as_of=DAY), units)
    response = density(shares, units, measure="projects")
    gaps = coverage_gaps(need, response, units, need_by="count")
    assert gaps.attrs["audience"] == "public"
    require_released(gaps, "public", what="gaps")


def test_tables_of_two_days_do_not_go_together() -> None:
    first = cells().table("incidents")
    second = Release.asked("public", "2026-02-01").cells(
        placed(*WORLD, covers="2020/2021"), frames.regions()
    )
    joined = concat_tables(first, second.table("incidents"))
    assert joined.attrs["audience"] == "internal"
    with pytest.raises(ReleaseError, match="were not released"):
        require_released(joined, "public", what="density")


NOWHERE = "at least: records without a place may lie here"
NOWHERE_AT = float("nan")


def test_where_records_without_a_place_are_released_units_are_at_least() -> None:
    lost: list[frames.Group] = [(NOWHERE_AT, day, 10) for _, day, *_ in even((2021,))]
    table = cells(*WORLD, *lost).table("incidents", period="year")
    closed, opened = row(table, "Mopti", "2020-01-01"), row(table, "Mopti", "2021-01-01")
    assert (closed["count"], opened["count"]) == (40, 40)
    assert closed["count_high"] == 44
    assert pd.isna(opened["count_high"])
    assert str(opened["note"]).endswith(NOWHERE)
    assert NOWHERE not in str(closed["note"])


def test_whether_units_are_open_follows_from_released_cells_alone() -> None:
    # Four records without a place in a year are "fewer than 5", as none at all are.
    few: list[frames.Group] = [(NOWHERE_AT, "2021-02-15", 1)]
    tables = [cells(*WORLD, *more).table("incidents", period="year") for more in ([], few)]
    units = [table[table["place_kind"] == "unit"].reset_index(drop=True) for table in tables]
    columns = ["name", "period_start", "count", "count_low", "count_high", "note"]
    pd.testing.assert_frame_equal(units[0][columns], units[1][columns])
