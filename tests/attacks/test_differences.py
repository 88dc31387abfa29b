"""G2, G3, G6, G9, G11: products of one file held against one another, and what they then tell."""

import gzip
from pathlib import Path
from typing import Any

import geopandas as gpd
import mapbox_vector_tile
import numpy as np
import pandas as pd
import pytest

import maligeo
from maligeo.core.errors import ReleaseError
from maligeo.disclosure import Release
from maligeo.measure.divisions import read_counts
from maligeo.tile_archives import Tile, open_tiles
from maligeo.tiles import vector_tiles
from tests.attacks.commands import refused, run
from tests.attacks.houses import PLACES, incidents, located, shown, write_csv
from tests.attacks.inverting import Inversion, betrayed, true_numbers
from tests.attacks.planted import LATER

DAY = "2021-02-03"
COUNTS = {"Kidal": 3, "Ségou": 9, "Tombouctou": 12, "Mopti": 33, "Gao": 20}
MONTHS = (2, 5, 8, 11)
MEASURES = ("incidents", "victims", "killed", "injured")


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Incidents of one year by region, one of them a lone few."""
    rows = [(name, DAY, count) for name, count in COUNTS.items()]
    return write_csv(incidents(*rows), tmp_path / "i.csv")


def table_of(path: Path, out: Path, *more: str) -> pd.DataFrame:
    """Ask for a table as an outsider may: each time anew, by a command of its own."""
    asked = ("--incidents", path, "--covers", "2021", "--as-of", LATER)
    run("density", *asked, *more, "-o", out)
    return read_counts(out)


def test_one_region_is_a_row_of_the_table_of_all(kept: Path, tmp_path: Path) -> None:
    """G2: ask for each region by itself, and subtract it from the total that stands beside it."""
    whole = table_of(kept, tmp_path / "all.csv", "--period", "year")
    assert shown(whole)["Kidal"] == "withheld: fewer than 5"
    for name in PLACES:
        part = table_of(kept, tmp_path / f"{name}.csv", "--period", "year", "--region", name)
        expected = whole[whole["name"] == name].reset_index(drop=True)
        pd.testing.assert_frame_equal(part, expected)
    assert whole["unique_total"].isna().all()
    assert whole["records"].isna().all()


def test_a_total_gives_no_small_count(kept: Path, tmp_path: Path) -> None:
    """G2: look for a number from which the others can be subtracted."""
    table = table_of(kept, tmp_path / "t.csv", "--period", "year")
    assert (table["count"].dropna() % 5 == 0).all()
    public = (tmp_path / "t.csv").read_text("utf-8")
    assert str(sum(COUNTS.values())) not in public.replace("\n", ",").split(",")


def test_an_internal_table_is_not_converted_for_others(kept: Path, tmp_path: Path) -> None:
    """G3: let `crosswalk --table` take the internal table, and divide by the public weights."""
    inside, out = tmp_path / "internal.csv", tmp_path / "xw.csv"
    asked = ("--incidents", kept, "--covers", "2021", "--period", "year")
    run("density", *asked, "--audience", "internal", "-o", inside)
    method = ("crosswalk", "2015", "2016", "--method", "population")
    for audience in ("public", "partner"):
        said = refused(*method, "--table", inside, "--audience", audience, "-o", out)
        assert "release the records" in said
    assert not out.exists()
    weights = maligeo.crosswalk("2015", "2016", method="population")
    table = maligeo.convert(read_counts(inside), weights)
    with pytest.raises(ReleaseError, match="release the records"):
        maligeo.release(table, as_of=LATER)
    run(*method, "--table", inside, "--audience", "internal", "-o", out)


def test_a_released_table_is_converted_from_what_it_says(kept: Path) -> None:
    """G3: divide a converted public table by the weights again."""
    units = maligeo.load_boundaries()
    released = maligeo.release(located(maligeo.read_incidents(kept)), units, as_of=LATER)
    year = released[
        (released["period_end"] == "2021-12-31") & (released["period_start"].dt.month == 1)
    ]
    counts = year[year["measure"] == "incidents"]
    weights = maligeo.crosswalk("2015", "2016", method="population")
    table = maligeo.convert(counts, weights)
    nothing = table.loc[table["name"].isin(["Kidal"]), "count"]
    assert nothing.isna().all()
    split = table[table["name"].isin(["Tombouctou", "Taoudénit"])]["count"].sum()
    whole = counts.loc[counts["name"] == "Tombouctou", "count"].sum()
    assert split == pytest.approx(whole)
    assert whole in (10, 15)


def test_levels_are_not_combined_from_two_releases(kept: Path, tmp_path: Path) -> None:
    """G9: put tables that were released apart into one frame, which says to be public."""
    units, records = maligeo.load_boundaries(), located(maligeo.read_incidents(kept))
    first, second = (maligeo.release(records, units, as_of=day) for day in (LATER, "2025-01-01"))
    both = maligeo.concat_tables(first, second.assign(measure="victims").head(0), second.tail(0))
    assert both.attrs["audience"] == "internal"
    with pytest.raises(ReleaseError):
        maligeo.write_table(both, tmp_path / "both.csv")
    with pytest.raises(ReleaseError):
        maligeo.release(both, as_of=LATER)


def hurt(seed: int) -> gpd.GeoDataFrame:
    """Incidents of two regions and four quarters, with victims who are partly civilians."""
    rng = np.random.default_rng(seed)
    rows = [(name, f"2021-{month:02d}-03", int(rng.choice([0, 1, 2, 4, 6, 9])))
            for name in ("Mopti", "Gao") for month in MONTHS]  # fmt: skip
    frame = incidents(("Mopti", DAY, 6), *rows)
    killed, injured = (rng.poisson(mean, len(frame)) for mean in (0.8, 1.2))
    civil = [rng.binomial(number, 0.5) for number in (killed, injured)]
    whole = {"killed": killed, "injured": injured, "civilians_killed": civil[0],
             "civilians_injured": civil[1]}  # fmt: skip
    return frame.assign(**{name: pd.array(value, dtype="Int64") for name, value in whole.items()})


@pytest.mark.parametrize("seed", range(4))
def test_one_table_of_all_measures_cannot_be_inverted(seed: int) -> None:
    """G6: feed one release to an integer program that knows how measures are made of parts."""
    frame = hurt(seed)
    records, units = located(frame), maligeo.load_boundaries()
    released = maligeo.release(records, units, as_of=LATER)
    assert len(released["measure"].unique()) == 7
    truth = true_numbers(records, "adm1_pcode")
    for code in ("ML05", "ML07"):
        assert betrayed(Inversion([released], code), truth) == []


def test_the_attacker_finds_what_rounding_by_itself_would_give() -> None:
    """G6: four quarters "fewer than 5" and a year rounded to 20 are four times 4."""
    records = located(incidents(*(("Mopti", f"2021-{month:02d}-03", 4) for month in MONTHS)))
    truth = true_numbers(records, "adm1_pcode")
    ends = [("01-01", "12-31"), ("01-01", "03-31"), ("04-01", "06-30"), ("07-01", "09-30"),
            ("10-01", "12-31")]  # fmt: skip
    rounded = pd.DataFrame(
        {
            "pcode": "ML05", "place_kind": "unit", "measure": "incidents",
            "period_start": [pd.Timestamp(f"2021-{first}") for first, _ in ends],
            "period_end": [pd.Timestamp(f"2021-{last}") for _, last in ends],
            "count": [20.0, *[None] * 4],
            "note": ["rounded", *["withheld: fewer than 5"] * 4],
        }
    )  # fmt: skip
    assert len(betrayed(Inversion([rounded], "ML05"), truth)) == 4
    released = maligeo.release(records, maligeo.load_boundaries(), as_of=LATER)
    assert betrayed(Inversion([released], "ML05"), truth) == []


def test_periods_that_overlap_cannot_be_inverted(tmp_path: Path) -> None:
    """G6: ask for half-years and for the half-year between them."""
    frame = hurt(9)
    path = write_csv(frame, tmp_path / "i.csv")
    periods = "2021,2021-01/2021-06,2021-04/2021-09,2021-07/2021-12,2021-04/2021-06"
    tables = [
        table_of(path, tmp_path / f"{measure}.csv", "--period", periods, "--measure", measure)
        for measure in ("civilians", "killed", "victims")
    ]
    records = located(frame)
    by_quarter = [table_of(path, tmp_path / "q.csv", "--period", "quarter")]
    narrow = [keep_lattice(table) for table in tables]
    for code in ("ML05", "ML07"):
        assert (
            betrayed(Inversion(narrow + by_quarter, code), true_numbers(records, "adm1_pcode"))
            == []
        )
    for table in tables:
        assert_sums(table, released_cells(frame))


def keep_lattice(table: pd.DataFrame) -> pd.DataFrame:
    """Keep years and quarters; a sum of these says what they say."""
    return table[is_year(table) | is_quarter(table)]


def is_year(table: pd.DataFrame) -> "pd.Series[bool]":
    return (table["period_end"] - table["period_start"]).dt.days > 360


def is_quarter(table: pd.DataFrame) -> "pd.Series[bool]":
    return (table["period_end"] - table["period_start"]).dt.days < 93


def released_cells(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    return maligeo.release(located(frame), maligeo.load_boundaries(), as_of=LATER)


def assert_sums(table: pd.DataFrame, cells: pd.DataFrame) -> None:
    """A period of several quarters has the sum of their released numbers, and no other."""
    quarters = cells[is_quarter(cells)]
    between = table[~is_year(table) & ~is_quarter(table) & (table["place_kind"] == "unit")]
    for row in between.itertuples():
        parts = quarters[
            (quarters["name"] == row.name)
            & (quarters["measure"] == row.measure)
            & (quarters["period_start"] >= row.period_start)
            & (quarters["period_end"] <= row.period_end)
        ]
        total = parts["count"].sum(min_count=len(parts)) if parts["count"].notna().all() else None
        assert (pd.isna(row.count) and total is None) or row.count == total


@pytest.mark.parametrize("seed", range(2))
def test_commands_one_after_another_cannot_be_inverted(seed: int, tmp_path: Path) -> None:
    """G9: ask for victims, killed and injured, by year and by quarter, each by a command."""
    frame = hurt(20 + seed)
    path = write_csv(frame, tmp_path / "i.csv")
    tables = [
        table_of(
            path, tmp_path / f"{measure}-{period}.csv", "--measure", measure, "--period", period
        )
        for measure in MEASURES
        for period in ("year", "quarter")
    ]
    truth = true_numbers(located(frame), "adm1_pcode")
    for code in ("ML05", "ML07"):
        assert betrayed(Inversion(tables, code), truth) == []


def test_one_attack_with_two_killed_stays_unknown(tmp_path: Path) -> None:
    """G9: victims 9 and injured 7 gave the two who were killed in the one attack in Gao."""
    frame = incidents(("Gao", DAY, 1), ("Mopti", DAY, 20), killed=0, injured=1)
    frame.loc[0, ["killed", "injured"]] = 2, 7
    path = write_csv(frame, tmp_path / "i.csv")
    for measure in ("victims", "killed", "injured"):
        table = table_of(path, tmp_path / "t.csv", "--measure", measure, "--period", "year")
        assert shown(table, measure)["Gao"] == "withheld"


def test_a_file_under_another_name_is_the_same_dataset(kept: Path, tmp_path: Path) -> None:
    """G9: leave one record out, or add one, and subtract the tables."""
    whole = table_of(kept, tmp_path / "a.csv", "--period", "year")
    frame = pd.read_csv(kept)
    for at, part in enumerate((frame.iloc[:-1], frame.iloc[1:], pd.concat([frame, frame.tail(1)]))):
        path = tmp_path / f"other-{at}.csv"
        part.assign(event_id=[f"x{row}" for row in range(len(part))]).to_csv(path, index=False)
        again = table_of(path, tmp_path / "b.csv", "--period", "year")
        pd.testing.assert_frame_equal(again, whole)


def test_a_filter_cannot_single_a_record_out(kept: Path, tmp_path: Path) -> None:
    """G9: give a file of the landmines alone after the file of all."""
    frame = pd.read_csv(kept)
    frame.loc[frame.index % 4 == 0, "event_type"] = "landmine"
    frame.to_csv(kept, index=False)
    whole = table_of(kept, tmp_path / "a.csv", "--period", "year")
    frame[frame["event_type"] == "landmine"].to_csv(tmp_path / "mines.csv", index=False)
    mines = table_of(tmp_path / "mines.csv", tmp_path / "b.csv", "--period", "year")
    pd.testing.assert_frame_equal(mines, whole)


def test_boundaries_a_strip_apart_are_refused(kept: Path) -> None:
    """G9: shift a border by 0.001 degrees, and subtract: who is in the strip?"""
    units = maligeo.load_boundaries()
    records = maligeo.read_incidents(kept)
    maligeo.release(located(records), units, as_of=LATER)
    shifted = units.set_geometry(units.geometry.translate(0.001, 0.0))
    with pytest.raises(ReleaseError, match="two divisions"):
        maligeo.release(located(records, units=shifted), shifted, as_of=LATER)


def test_two_divisions_of_one_dataset_are_refused(kept: Path) -> None:
    """G9: count by the regions of 2015, then by those of 2016."""
    units = maligeo.load_boundaries()
    records = maligeo.read_incidents(kept)
    maligeo.release(located(records), units, as_of=LATER)
    renamed = units.assign(vintage="2016")
    with pytest.raises(ReleaseError):
        maligeo.release(located(records, units=renamed), renamed, as_of=LATER)


def points_in(archive: Path, units: gpd.GeoDataFrame) -> dict[tuple[str, str], int]:
    """Count what the points of an archive stand for, by region and first day."""
    data = open_tiles(archive).tile(Tile(0, 0, 0)) or b""
    layer = mapbox_vector_tile.decode(_unpacked(data))["incidents"]["features"]
    found: dict[tuple[str, str], int] = {}
    for feature in layer:
        said: dict[str, Any] = feature["properties"]
        key = (said["adm1_name"], said["date"][:10])
        found[key] = found.get(key, 0) + int(said.get("count", 1))
    return found


def _unpacked(data: bytes) -> bytes:
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def test_tiles_say_what_tables_say(kept: Path, tmp_path: Path) -> None:
    """G9, G11: subtract the points of a map or an archive from the counts of their region."""
    units = maligeo.load_boundaries()
    table = table_of(kept, tmp_path / "q.csv", "--period", "quarter")
    rows = table[(table["place_kind"] == "unit") & table["count"].notna()]
    days = rows["period_start"].dt.strftime("%Y-%m-%d")
    counts = dict(zip(zip(rows["name"], days, strict=True), rows["count"], strict=True))
    tiled = ("--incidents", kept, "--zooms", "0-0", "--low-zooms", "all", "--as-of", LATER)
    run("tiles", "vector", *tiled, "-o", tmp_path / "v.pmtiles")
    assert points_in(tmp_path / "v.pmtiles", units) == counts
    drawn = Release.asked("public", LATER).cells(located(maligeo.read_incidents(kept)), units)
    vector_tiles({"incidents": drawn.marks()}, tmp_path / "m.pmtiles", zooms=(0, 0))
    assert points_in(tmp_path / "m.pmtiles", units) == counts


def test_many_rows_of_one_event_are_one_event(tmp_path: Path) -> None:
    """G17: a row for each victim makes five records of one attack."""
    frame = incidents(("Mopti", DAY, 20))
    attack = (
        incidents(("Gao", DAY, 1)).loc[[0] * 12].assign(event_id=[f"v{at}" for at in range(12)])
    )
    path = write_csv(pd.concat([frame, attack], ignore_index=True), tmp_path / "i.csv")
    for measure in ("incidents", "victims", "killed"):
        for period in ("year", "quarter"):
            table = table_of(path, tmp_path / "t.csv", "--measure", measure, "--period", period)
            gao = table[table["name"] == "Gao"]
            assert gao["count"].isna().all()
            assert gao["note"].str.startswith("withheld").all()
