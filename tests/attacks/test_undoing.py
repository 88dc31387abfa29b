"""Attempts to undo a release: by sums, by a second release, by what is drawn but not said."""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from tests.disclosure.attackers import findings, puzzle_of

import maligeo
from maligeo.core.errors import ArgumentError
from maligeo.disclosure import release
from maligeo.maps import MapSide, comparison_map
from maligeo.measure.divisions import read_counts
from tests.attacks.commands import run
from tests.attacks.planted import LATER

PLACES = {
    "Kidal": (1.2, 18.3), "Ségou": (-6.2, 13.7), "Tombouctou": (-3.2, 18.2),
    "Mopti": (-4.22, 14.72), "Gao": (0.2, 16.7), "Kayes": (-11.2, 14.2),
}  # fmt: skip


def incidents(*rows: tuple[str, str, str, int]) -> gpd.GeoDataFrame:
    """So many incidents of a kind in a region on a day, each with one killed."""
    listed = [row[:3] for row in rows for _ in range(row[3])]
    return gpd.GeoDataFrame(
        {
            "event_id": [f"e{at}" for at in range(len(listed))],
            "date": pd.to_datetime([day for _, day, _ in listed]),
            "date_precision": "day",
            "event_type": [kind for _, _, kind in listed],
            "killed": pd.array([1] * len(listed), dtype="Int64"),
            "injured": pd.array([0] * len(listed), dtype="Int64"),
            "location_precision": "exact",
            "source": "a house",
        },
        geometry=shapely.points([PLACES[place] for place, _, _ in listed]),
        crs="EPSG:4326",
    )


def located(*rows: tuple[str, str, str, int], covers: str = "2021") -> gpd.GeoDataFrame:
    units = maligeo.load_boundaries()
    found: gpd.GeoDataFrame = maligeo.with_coverage(maligeo.locate(incidents(*rows), units), covers)
    return found


def counted(records: pd.DataFrame, period: str = "year") -> pd.DataFrame:
    units = maligeo.load_boundaries()
    counts = {"population": maligeo.population(units), "period": period}
    return maligeo.concat_tables(
        maligeo.density(records, units, measure="incidents", **counts),
        maligeo.density(records, units, measure="victims", **counts),
    )


def hidden(table: pd.DataFrame) -> set[tuple[str, str]]:
    rows = table[table["note"] == "withheld"]
    return set(zip(rows["name"], rows["measure"], strict=True))


# --- what is drawn must not depend on what is hidden -----------------------------------


def house(kidal: int, segou: int) -> pd.DataFrame:
    """Two regions that a release hides, and four that it shows, always of one total."""
    day, kind = "2021-02-03", "ied"
    counts = {"Kidal": kidal, "Ségou": segou, "Tombouctou": 12, "Mopti": 33, "Gao": 20}
    return located(*((name, day, kind, count) for name, count in counts.items()))


def write_all(records: pd.DataFrame, folder: Path) -> None:
    """Write what can be made of a table and of its records for the public."""
    units = maligeo.load_boundaries()
    held = counted(records)
    table = release(held, as_of=LATER)
    told = release(records, as_of=LATER, linked_tables=[table])
    need = table[table["measure"] == "incidents"]
    projects = maligeo.locate(maligeo.load_projects(), units)
    gaps = maligeo.incident_gaps(need, projects, units, people=maligeo.population(units))
    fmap = maligeo.region_map(table, units, language="en")
    maligeo.add_incidents(fmap, told)
    maligeo.add_gaps(fmap, gaps, units)
    maligeo.save_map(fmap, folder / "map.html")
    both = comparison_map(MapSide(table, units), MapSide(table, units))
    maligeo.save_map(both, folder / "compare.html")
    for layer in ("incidents", "incidents_per_100k"):
        options = maligeo.MapOptions(layer=layer, incidents=told)
        maligeo.map_figure(table, units, folder / f"{layer}.svg", options=options)
    for suffix in ("html", "pdf"):
        report = maligeo.ReportOptions(region="Kidal", gaps=gaps)
        maligeo.region_report(table, units, folder / f"report.{suffix}", options=report)
    for suffix in ("csv", "xlsx", "parquet"):
        for name, frame in (("table", table), ("records", told), ("gaps", gaps)):
            maligeo.write_table(frame, folder / f"{name}.{suffix}")
    maligeo.write_layers({"units": units, "told": told}, folder / "l.gpkg", density=table)
    maligeo.vector_tiles({"units": units}, folder / "v.pmtiles", zooms=(0, 2))


@pytest.mark.parametrize(("kidal", "segou"), [(4, 7), (1, 10), (2, 9)])
def test_products_are_the_same_whatever_the_hidden_counts_are(
    kidal: int, segou: int, tmp_path: Path
) -> None:
    """Classes, colours, order, ranks, legends, balances, rates, points: byte for byte."""
    folders = [tmp_path / name for name in ("one", "other")]
    for folder, counts in zip(folders, ((3, 8), (kidal, segou)), strict=True):
        folder.mkdir()
        records = house(*counts)
        table = release(counted(records), as_of=LATER)
        assert {name for name, _ in hidden(table)} == {"Kidal", "Ségou"}
        write_all(records, folder)
    names = sorted(path.name for path in folders[0].iterdir())
    assert len(names) > 14
    differing = [
        name
        for name in names
        if (folders[0] / name).read_bytes() != (folders[1] / name).read_bytes()
    ]
    assert differing == []


def test_products_differ_where_a_shown_count_does(tmp_path: Path) -> None:
    """So that the test above can fail."""
    folders = [tmp_path / name for name in ("one", "other")]
    day = "2021-02-03"
    for folder, gao in zip(folders, (20, 21), strict=True):
        folder.mkdir()
        write_all(located(("Gao", day, "ied", gao), ("Mopti", day, "ied", 33)), folder)
    same = [
        path.name
        for path in folders[0].iterdir()
        if path.read_bytes() == (folders[1] / path.name).read_bytes()
    ]
    assert same == ["v.pmtiles"]


# --- sums --------------------------------------------------------------------------------


def _from_csv(path: Path) -> pd.DataFrame:
    return read_counts(path)


def _from_workbook(path: Path) -> pd.DataFrame:
    rows = list(openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True))
    head = next(at for at, row in enumerate(rows) if "place_kind" in row)
    return pd.DataFrame(rows[head + 1 :], columns=list(rows[head]))


def _from_parquet(path: Path) -> pd.DataFrame:
    return pd.read_parquet(path)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("suffix", "read"), [("csv", _from_csv), ("xlsx", _from_workbook), ("parquet", _from_parquet)]
)
def test_sums_of_a_table_give_nothing_back_as_it_stands_in_a_product(
    suffix: str, read: Callable[[Path], pd.DataFrame], seed: int, tmp_path: Path
) -> None:
    rng = np.random.default_rng(seed)
    days = ("2021-02-03", "2021-05-03", "2021-08-03", "2021-11-03")
    rows = [(place, day, "ied", int(rng.integers(0, 9))) for place in PLACES for day in days]
    path = tmp_path / "incidents.csv"
    frame = incidents(*rows)
    flat = pd.DataFrame(frame.drop(columns="geometry"))
    flat.assign(lon=frame.geometry.x, lat=frame.geometry.y).to_csv(path, index=False)
    periods = "2021,2021-01/2021-03,2021-04/2021-06,2021-07/2021-09,2021-10/2021-12"
    asked: list[str | Path] = [
        "density",
        "--incidents",
        path,
        "--covers",
        "2021",
        "--period",
        periods,
    ]
    made = {name: tmp_path / f"{name}.{suffix}" for name in ("internal", "public")}
    for audience, product in made.items():
        day = [] if audience == "internal" else ["--as-of", LATER]
        run(*asked, "--audience", audience, *day, "-o", product)
    public, inside = read(made["public"]), read(made["internal"])
    truth = puzzle_of([inside]).shown
    small = [name for name, value in truth.items() if 0 < value < 5]
    assert small
    assert findings(puzzle_of([public]), truth, small, 5) == []


def test_tables_beside_a_table_are_refused_since_nothing_would_protect_them() -> None:
    held = counted(located(("Gao", "2021-02-03", "ied", 6)))
    table = release(held, as_of=LATER)
    with pytest.raises(ArgumentError, match="linked_tables go with incidents"):
        release(held, as_of=LATER, linked_tables=[table])


# --- records against their table -----------------------------------------------------------


def told_in(records: pd.DataFrame, name: str) -> int:
    return int((records["adm1_name"] == name).sum())


def test_a_lone_kind_of_incident_is_not_left_over_from_a_count() -> None:
    """26 in Gao of which 25 are told there: the 26th must not be one of five landmines."""
    day = "2021-02-03"
    records = located(
        ("Gao", day, "ied", 25), ("Gao", day, "landmine", 1),
        ("Mopti", day, "ied", 26), ("Mopti", day, "landmine", 4),
    )  # fmt: skip
    table = release(counted(records), as_of=LATER)
    assert hidden(table) == set()
    alone = release(records, as_of=LATER)
    assert (alone["event_type"] == "landmine").sum() == 5
    beside = release(records, as_of=LATER, linked_tables=[table])
    assert (told_in(beside, "Gao"), told_in(beside, "Mopti")) == (25, 26)
    assert len(beside) == 51


@pytest.mark.parametrize("seed", range(6))
def test_records_beside_a_table_leave_no_small_rest_that_has_a_kind(seed: int) -> None:
    """Who is told without a unit comes from hidden cells alone, so that no rest is named."""
    rng = np.random.default_rng(seed)
    rows = [
        (place, f"2021-{month:02d}-03", str(kind), int(rng.integers(0, 12)))
        for place in PLACES
        for month in (2, 8)
        for kind in ("ied", "landmine", "erw")
    ]
    records = located(*rows)
    table = release(counted(records), as_of=LATER)
    beside = release(records, as_of=LATER, linked_tables=[table])
    counts = table[(table["measure"] == "incidents") & (table["place_kind"] == "unit")]
    dark = set(counts.loc[counts["note"] == "withheld", "name"])
    assert not dark & set(beside["adm1_name"].dropna())
    without = int(beside["adm1_name"].isna().sum())
    assert without <= records["adm1_name"].isin(dark).sum()
    if not dark:
        assert without == 0


def test_records_wait_for_the_period_of_the_table_that_would_hide_them() -> None:
    """Told by quarter before the year is over, they would bound what the year then hides."""
    records = located(
        ("Gao", "2021-02-03", "ied", 11), ("Gao", "2021-11-03", "ied", 1),
        ("Mopti", "2021-10-03", "ied", 3),
    )  # fmt: skip
    early = release(counted(records), as_of="2021-08-01")
    assert len(early) == 0
    assert len(release(records, as_of="2021-08-01")) == 11
    assert len(release(records, as_of="2021-08-01", linked_tables=[early])) == 0
    late = release(counted(records), as_of="2022-08-01")
    assert {name for name, _ in hidden(late)} == {"Gao", "Mopti"}
    beside = release(records, as_of="2022-08-01", linked_tables=[late])
    assert beside["adm1_name"].isna().all()


def test_another_day_of_release_adds_whole_periods_and_changes_none() -> None:
    rng = np.random.default_rng(1)
    rows = [
        (place, f"{year}-{month:02d}-03", "ied", int(rng.integers(0, 8)))
        for place in PLACES
        for year in (2021, 2022)
        for month in (2, 5, 8, 11)
    ]
    records = located(*rows, covers="2021/2022")
    tables = [release(counted(records), as_of=day) for day in ("2022-06-01", "2023-06-01")]
    shared = tables[1][tables[1]["period_start"] == pd.Timestamp("2021-01-01")]
    columns = ["name", "place_kind", "measure", "count", "note", "unique_total"]
    first, second = (
        table[columns].sort_values(columns[:3], ignore_index=True) for table in (tables[0], shared)
    )
    pd.testing.assert_frame_equal(first, second)
    told = [
        release(records, as_of=day, linked_tables=[table])
        for day, table in zip(("2022-06-01", "2023-06-01"), tables, strict=True)
    ]
    again = told[1][told[1]["date"] < pd.Timestamp("2022-01-01")]
    assert told[0].drop(columns="geometry").value_counts(dropna=False).to_dict() == (
        again.drop(columns="geometry").value_counts(dropna=False).to_dict()
    )


# --- surfaces and ranks ---------------------------------------------------------------------


def test_a_public_surface_is_that_of_the_released_points_and_of_nothing_else() -> None:
    """Moving a record within its cell, or one that is withheld, changes no cell."""
    day = "2021-02-03"
    held = located(("Gao", day, "ied", 9), ("Mopti", day, "ied", 9), ("Kidal", day, "ied", 2))
    moved = held.copy()
    apart = np.where(np.arange(len(held)) % 2, 0.15, -0.15)
    moved.geometry = shapely.points(held.geometry.x + apart, held.geometry.y + apart)
    surfaces = [
        maligeo.density_surface(release(one, as_of=LATER), bandwidth_km=150, cell_km=20).values
        for one in (held, moved)
    ]
    assert np.array_equal(surfaces[0], surfaces[1], equal_nan=True)
    inside = [
        maligeo.density_surface(one, bandwidth_km=150, cell_km=20).values for one in (held, moved)
    ]
    assert not np.array_equal(inside[0], inside[1], equal_nan=True)


def test_a_report_of_a_release_counts_nothing_small() -> None:
    day = "2021-02-03"
    for few in (1, 4):
        records = located(("Gao", day, "ied", 9), ("Kidal", day, "erw", few))
        assert release(records, as_of=LATER).attrs["release"]["rows_withheld"] is None
    table = release(counted(house(3, 8)), as_of=LATER)
    assert table.attrs["release"]["cells_hidden"] == (table["note"] == "withheld").sum()
