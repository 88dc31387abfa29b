"""Density tables for an audience, and records released beside them."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from maligeo.core.errors import ReleaseError, VintageError
from maligeo.disclosure import release, require_released
from maligeo.join.points import locate
from maligeo.join.shares import allocate
from maligeo.measure.counts import with_coverage
from maligeo.measure.densities import concat_tables, density
from maligeo.measure.need_response import coverage_gaps
from maligeo.readers.boundaries import load_boundaries
from maligeo.readers.figures import load_figures
from tests import worlds
from tests.disclosure import frames

LATER = "2026-01-01"


def incidents(*counts: tuple[float, str, int]) -> pd.DataFrame:
    """Located incidents: so many at a longitude and on a day, covered everywhere in 2021."""
    rows = [(x, day) for x, day, count in counts for _ in range(count)]
    frame = gpd.GeoDataFrame(
        {
            "event_id": [f"e{at}" for at in range(len(rows))],
            "date": pd.to_datetime([day for _, day in rows]),
            "event_type": "ied",
            "killed": 1,
            "injured": 0,
            "source": frames.SECRET,
        },
        geometry=shapely.points([x for x, _ in rows], [0.3] * len(rows)),
        crs="EPSG:4326",
    )
    return with_coverage(locate(frame, worlds.square_units()), "2021")


def counted(
    records: pd.DataFrame, period: object = "year", measure: str = "incidents"
) -> pd.DataFrame:
    return density(records, worlds.square_units(), measure=measure, period=period)  # type: ignore[arg-type]


def by_name(table: pd.DataFrame) -> dict[str, object]:
    units = table[table["place_kind"] == "unit"]
    return dict(zip(units["name"], units["count"], strict=True))


def test_a_small_count_and_one_that_gives_it_back_are_hidden() -> None:
    table = release(
        counted(incidents((0.3, "2021-02-03", 3), (1.3, "2021-02-03", 30))), as_of=LATER
    )
    assert all(pd.isna(count) for count in by_name(table).values())
    assert table["note"].isin(["withheld"]).sum() == 2
    assert table.attrs["release"]["cells_hidden"] == 2
    require_released(table, "public", what="density")


def test_counts_from_the_smallest_cell_on_and_zeros_are_shown() -> None:
    table = release(counted(incidents((0.3, "2021-02-03", 5))), as_of=LATER)
    assert by_name(table) == {"Alpha": 5, "Béta-Sud": 0}


def test_partners_see_every_count() -> None:
    table = release(counted(incidents((0.3, "2021-02-03", 2))), audience="partner", as_of=LATER)
    assert by_name(table)["Alpha"] == 2
    with pytest.raises(ReleaseError, match="were not released for the audience 'public'"):
        require_released(table, "public", what="density")


def test_who_reported_and_remarks_of_others_are_withheld() -> None:
    held = counted(incidents((0.3, "2021-02-03", 9)))
    assert frames.SECRET in held.to_csv()
    noted = held.assign(note=f"not covered by the source; {frames.SECRET}", phone=frames.SECRET)
    table = release(noted, as_of=LATER)
    assert frames.SECRET not in table.to_csv() + str(table.attrs)
    assert set(table["note"]) == {"not covered by the source"}


def test_recent_periods_are_left_out() -> None:
    records = incidents((0.3, "2021-02-03", 9), (0.3, "2021-11-03", 9))
    table = release(counted(records, "quarter"), as_of="2021-12-29")
    assert set(table["period_end"].dt.strftime("%m-%d")) == {"03-31", "06-30", "09-30"}


def test_counts_of_no_period_cannot_be_held_back_and_stay() -> None:
    with pytest.raises(ReleaseError, match="period='year'"):
        release(counted(incidents((0.3, "2021-02-03", 9)), None), as_of=LATER)


def test_measures_that_nobody_allowed_do_not_pass() -> None:
    shares = allocate(frames.areas(20), worlds.square_units(), by="area")
    held = concat_tables(
        density(shares, worlds.square_units(), measure="suspected_sqm"),
        density(shares, worlds.square_units(), measure="cleared_sqm"),
    )
    table = release(held, as_of=LATER)
    assert set(table["measure"]) == {"cleared_sqm"}
    assert table.attrs["release"]["measures_withheld"] == 1
    assert set(release(held, audience="partner")["measure"]) == set(held["measure"])


def test_published_figures_pass_as_they_are() -> None:
    bundled = density(load_figures("incidents"), load_boundaries(), measure="incidents")
    assert release(bundled) is bundled
    figures = worlds.figures({"value": 200}, {"unit": "Alpha", "value": 2})
    held = density(figures, worlds.square_units(), measure="incidents")
    mixed = concat_tables(held, counted(incidents((0.3, "2021-02-03", 9))))
    table = release(mixed, as_of=LATER)
    published = table["publisher"].notna()
    assert published.sum() == len(held)
    assert table.loc[published, "count"].tolist() == held["count"].tolist()
    with pytest.raises(ReleaseError, match="not those of the bundled figures"):
        require_released(table, "public", what="density")  # they were made up


def test_counts_can_be_rounded(tmp_path) -> None:  # type: ignore[no-untyped-def]
    policy = tmp_path / "own.toml"
    policy.write_text(
        "[public]\nsmallest_cell = 1\nround_to = 5\n"
        '[public.measures]\nshown = []\nhidden_when_small = ["incidents"]\n',
        encoding="utf-8",
    )
    records = incidents((0.3, "2021-02-03", 12), (1.3, "2021-02-03", 13))
    table = release(counted(records), policy=policy, as_of=LATER)
    assert by_name(table) == {"Alpha": 10, "Béta-Sud": 15}
    finer = table[["per_1000_sqkm", "count_low", "unique_total", "records"]]
    assert finer.isna().all(axis=None)


def test_gaps_of_released_tables_are_released_and_know_nothing_of_what_is_hidden() -> None:
    units = worlds.square_units()
    need = release(
        counted(incidents((0.3, "2021-02-03", 30), (1.3, "2021-02-03", 12))), as_of=LATER
    )
    projects = locate(worlds.projects({"project_id": "p", "adm1_name": "Alpha"}), units)
    response = release(density(allocate(projects, units), units, measure="projects"))
    gaps = coverage_gaps(need, response, units, need_by="count")
    assert gaps.attrs["audience"] == "public"
    require_released(gaps, "public", what="gaps")
    assert release(gaps)["need_rank"].tolist() == gaps["need_rank"].tolist()


def test_records_beside_a_table_do_not_give_its_hidden_counts_back() -> None:
    records = incidents((0.3, "2021-02-03", 3), (1.3, "2021-02-03", 30))
    table = release(counted(records), as_of=LATER)
    alone = release(records, as_of=LATER)
    assert set(alone["adm1_name"].dropna()) == {"Béta-Sud"}  # 33 in all, so 3 elsewhere
    beside = release(records, as_of=LATER, linked_tables=[table])
    assert beside["adm1_name"].isna().all() and beside.geometry.isna().all()
    assert len(beside) == 33


def test_records_beside_a_table_of_other_units_cannot_be_told() -> None:
    records = incidents((0.3, "2021-02-03", 3), (1.3, "2021-02-03", 30))
    table = release(counted(records), as_of=LATER)
    with pytest.raises(VintageError, match="2023"):
        release(records, as_of=LATER, linked_tables=[table.assign(vintage="2023")])
    elsewhere = table.assign(pcode="QQ01", name="Elsewhere")
    with pytest.raises(ReleaseError, match="not located in the units"):
        release(records, as_of=LATER, linked_tables=[elsewhere])


def test_a_record_of_vague_date_counts_as_in_the_hidden_period() -> None:
    records = incidents((0.3, "2021-02-03", 3), (1.3, "2021-02-03", 30))
    table = release(counted(records), as_of=LATER)
    vague = records.assign(date=pd.Timestamp("2021-01-01"), date_precision="year")
    beside = release(vague, as_of=LATER, linked_tables=[table])
    assert beside["adm1_name"].isna().all()


def test_what_is_released_twice_a_year_apart_changes_by_whole_periods_alone() -> None:
    early = incidents((0.3, "2021-02-03", 9), (0.3, "2021-11-03", 2))
    late = incidents((0.3, "2021-02-03", 9), (0.3, "2021-11-03", 8))
    first = release(counted(early, "quarter"), as_of="2021-12-29")
    second = release(counted(late, "quarter"), as_of="2022-12-29")
    shared = second[second["period_end"] <= "2021-09-30"].reset_index(drop=True)
    columns = ["name", "place_kind", "period_start", "count", "note"]
    pd.testing.assert_frame_equal(first[columns].reset_index(drop=True), shared[columns])
