"""Attempts to undo a release: by what is drawn but not said, by another day, by surfaces."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest

import maligeo
from maligeo.disclosure import Release, release
from maligeo.maps import MapSide, comparison_map
from maligeo.measure.divisions import read_counts
from tests.attacks.commands import run
from tests.attacks.houses import PLACES, incidents, located, shown, write_csv
from tests.attacks.inverting import Inversion, betrayed, true_numbers
from tests.attacks.planted import LATER
from tests.stores import new_store

DAY = "2021-02-03"
SEEN = (("Tombouctou", DAY, 10), ("Mopti", DAY, 30), ("Gao", DAY, 20))  # rounded to themselves


def house(kidal: int, segou: int, *seen: tuple[str, str, int]) -> gpd.GeoDataFrame:
    """Two regions of one event each, of some rows, and others whose counts are shown.

    Kidal has fewer than 5 rows, which are "fewer than 5"; Ségou more, which are withheld.
    The events are the same whatever the numbers are, and so is the dataset.
    """
    parts = [incidents((name, DAY, 1)).loc[[0] * rows] for name, rows in
             (("Kidal", kidal), ("Ségou", segou))]  # fmt: skip
    both = pd.concat([*parts, incidents(*(seen or SEEN))], ignore_index=True)
    return located(both.assign(event_id=[f"e{at}" for at in range(len(both))]))


def write_all(records: gpd.GeoDataFrame, folder: Path, store: Path) -> pd.DataFrame:
    """Write what can be made of incidents for the public; give their table."""
    units = maligeo.load_boundaries()
    cells = Release("public", LATER, store).cells(records, units)
    table = cells.table(period="year", population=maligeo.population(units))
    need = table[table["measure"] == "incidents"]
    projects = maligeo.locate(maligeo.load_projects(), units)
    gaps = maligeo.incident_gaps(need, projects, units, people=maligeo.population(units))
    fmap = maligeo.region_map(table, units, language="en")
    maligeo.add_gaps(fmap, gaps, units)
    maligeo.add_heat(fmap, maligeo.density_surface(cells.spread(), bandwidth_km=150, cell_km=40))
    maligeo.save_map(fmap, folder / "map.html")
    both = comparison_map(MapSide(table, units, "2021"), MapSide(table, units, "2021"))
    maligeo.save_map(both, folder / "compare.html")
    for layer in ("incidents", "incidents_per_100k"):
        options = maligeo.MapOptions(layer=layer)
        maligeo.map_figure(table, units, folder / f"{layer}.svg", options=options)
    for region in ("Kidal", "Gao"):
        report = maligeo.ReportOptions(region=region, gaps=gaps)
        for suffix in ("html", "pdf"):
            maligeo.region_report(table, units, folder / f"{region}.{suffix}", options=report)
    for suffix in ("csv", "xlsx", "parquet"):
        for name, frame in (("table", table), ("all", cells.all()), ("gaps", gaps)):
            maligeo.write_table(frame, folder / f"{name}.{suffix}")
    layers = {"units": units, "marks": cells.marks()}
    maligeo.write_layers(layers, folder / "l.gpkg", density=table)
    maligeo.vector_tiles({"marks": cells.marks()}, folder / "m.pmtiles", zooms=(0, 2))
    maligeo.vector_tiles({"units": units}, folder / "v.pmtiles", zooms=(0, 2))
    return table


# --- what is drawn must not depend on what is hidden -----------------------------------


def write_house(kidal: int, segou: int, folder: Path) -> Path:
    """Write what can be made of a house, of which the same is said whatever it hides."""
    made = folder / "made"
    made.mkdir()
    said = shown(write_all(house(kidal, segou), made, new_store(folder / "store")))
    assert said["Kidal"] == "withheld: fewer than 5"
    assert said["Ségou"] == "withheld"
    assert said["Gao"] == 20
    return made


@pytest.fixture(scope="module")
def of_3_and_8(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_house(3, 8, tmp_path_factory.mktemp("house"))


@pytest.mark.parametrize(("kidal", "segou"), [(4, 7), (1, 30), (2, 12)])
def test_products_are_the_same_whatever_the_hidden_counts_are(
    kidal: int, segou: int, of_3_and_8: Path, tmp_path: Path
) -> None:
    """Classes, colours, order, ranks, legends, balances, rates, points: byte for byte."""
    assert len(list(of_3_and_8.iterdir())) > 14
    assert differing(of_3_and_8, write_house(kidal, segou, tmp_path)) == []


def test_products_differ_where_a_shown_count_does(tmp_path: Path) -> None:
    """So that the test above can fail."""
    folders = [tmp_path / name for name in ("one", "other")]
    for folder, gao in zip(folders, (20, 40), strict=True):
        folder.mkdir()
        seen = (("Gao", DAY, gao), ("Mopti", DAY, 30))
        write_all(house(3, 8, *seen), folder, new_store(tmp_path / f"store-{folder.name}"))
    names = {path.name for path in folders[0].iterdir()}
    assert names - set(differing(*folders)) == {"v.pmtiles", "Kidal.html", "Kidal.pdf"}


def differing(first: Path, second: Path) -> list[str]:
    """Name the files of a folder that are not the same in another."""
    names = sorted(path.name for path in first.iterdir())
    return [name for name in names if (first / name).read_bytes() != (second / name).read_bytes()]


def test_a_kind_of_incident_is_told_nowhere(tmp_path: Path) -> None:
    """A 26th incident beside 25 of a kind was of the other kind."""
    frame = incidents(("Gao", DAY, 25), ("Mopti", DAY, 30))
    mines = frame.assign(event_type=np.where(np.arange(len(frame)) % 5, "ied", "landmine"))
    folders = [tmp_path / name for name in ("one", "other")]
    for folder, one in zip(folders, (frame, mines), strict=True):
        folder.mkdir()
        write_all(located(one), folder, new_store(tmp_path / f"store-{folder.name}"))
    assert differing(*folders) == []


# --- one table, whatever it is written as ----------------------------------------------------


def from_workbook(path: Path) -> pd.DataFrame:
    rows = list(openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True))
    head = next(at for at, row in enumerate(rows) if "place_kind" in row)
    return pd.DataFrame(rows[head + 1 :], columns=list(rows[head]))


@pytest.mark.parametrize("seed", range(2))
def test_every_format_says_the_same(seed: int, tmp_path: Path) -> None:
    """A workbook, or Parquet, holds no digit more than the text."""
    rng = np.random.default_rng(seed)
    days = ("2021-02-03", "2021-05-03", "2021-08-03", "2021-11-03")
    rows = [(place, day, int(rng.integers(0, 9))) for place in PLACES for day in days]
    frame = incidents(*rows)
    path = write_csv(frame, tmp_path / "i.csv")
    periods = "2021,2021-01/2021-03,2021-04/2021-06,2021-07/2021-09,2021-10/2021-12"
    asked = ("density", "--incidents", path, "--covers", "2021", "--period", periods)
    for suffix in ("csv", "xlsx", "parquet"):
        run(*asked, "--as-of", LATER, "-o", tmp_path / f"t.{suffix}")
    table = read_counts(tmp_path / "t.csv")
    numbers = ["count", "count_low", "count_high", "per_1000_sqkm", "per_100k", "ci_low", "ci_high"]
    for other in (from_workbook(tmp_path / "t.xlsx"), read_counts(tmp_path / "t.parquet")):
        assert other["note"].fillna("").tolist() == table["note"].fillna("").tolist()
        for name in numbers:
            one, two = (part[name].astype(float).to_numpy() for part in (table, other))
            np.testing.assert_allclose(one, two, rtol=1e-12)
    truth = true_numbers(located(frame), "adm1_pcode")
    assert betrayed(Inversion([table], "ML05"), truth) == []


# --- another day -------------------------------------------------------------------------------


def test_quarters_that_were_told_bind_the_year(tmp_path: Path) -> None:
    """Told by quarter before the year is over, they bound what the year then says."""
    rows = (("Gao", "2021-02-03", 11), ("Gao", "2021-11-03", 1), ("Mopti", "2021-05-03", 3),
            ("Mopti", "2021-10-03", 4))  # fmt: skip
    records, units = located(incidents(*rows)), maligeo.load_boundaries()
    days = ("2021-08-01", "2021-11-01", "2022-01-15", "2022-08-01")
    tables = [release(records, units, as_of=day) for day in days]
    assert [len(table["period_end"].unique()) for table in tables] == [1, 2, 3, 4]
    truth = true_numbers(records, "adm1_pcode")
    for code in ("ML05", "ML07"):
        assert betrayed(Inversion(tables, code), truth) == []


def test_another_day_of_release_adds_whole_periods_and_changes_none() -> None:
    rng = np.random.default_rng(1)
    rows = [
        (place, f"{year}-{month:02d}-03", int(rng.integers(0, 8)))
        for place in PLACES
        for year in (2021, 2022)
        for month in (2, 5, 8, 11)
    ]
    records, units = located(incidents(*rows), "2021/2022"), maligeo.load_boundaries()
    first, second = (release(records, units, as_of=day) for day in ("2022-06-01", "2023-06-01"))
    keys = ["name", "place_kind", "measure", "period_start", "period_end"]
    columns = [*keys, "count", "count_low", "count_high", "note"]
    both = first[keys].merge(second[columns], on=keys, how="left")
    pd.testing.assert_frame_equal(both[columns], first[columns].reset_index(drop=True))
    assert len(second) > len(first)


# --- surfaces and what a release says of itself ------------------------------------------------


def test_a_public_surface_is_that_of_the_released_cells_and_of_nothing_else(
    tmp_path: Path,
) -> None:
    """Moving a record within its region, or adding one that is withheld, changes no cell."""
    held = incidents(("Gao", DAY, 10), ("Mopti", DAY, 10), ("Kidal", DAY, 2))
    moved = held.set_geometry(held.geometry.translate(0.15, -0.15))
    more = incidents(("Gao", DAY, 10), ("Mopti", DAY, 10), ("Kidal", DAY, 4))
    units = maligeo.load_boundaries()

    def surface(frame: gpd.GeoDataFrame, name: str) -> np.ndarray:
        cells = Release("public", LATER, tmp_path / name).cells(located(frame), units)
        found = maligeo.density_surface(cells.spread(), bandwidth_km=150, cell_km=40)
        return np.asarray(found.values)

    first = surface(held, "held")
    assert np.array_equal(first, surface(moved, "moved"), equal_nan=True)
    assert np.array_equal(first, surface(more, "more"), equal_nan=True)
    inside = [
        maligeo.density_surface(located(one), bandwidth_km=150, cell_km=40).values
        for one in (held, moved)
    ]
    assert not np.array_equal(inside[0], inside[1], equal_nan=True)


def test_what_a_release_says_of_itself_counts_nothing(tmp_path: Path) -> None:
    units = maligeo.load_boundaries()
    said = []
    for few in (1, 4):
        records = located(incidents(("Gao", DAY, 10), ("Kidal", DAY, few)))
        store = new_store(tmp_path / f"store-{few}")
        said.append(release(records, units, as_of=LATER, store=store).attrs["release"])
    assert said[0] == said[1]
    assert set(said[0]) == {"id", "audience", "rules"}
