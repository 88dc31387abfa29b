"""G4, G13, G17: what is too recent to be told must not show in anything."""

import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

import maligeo
from maligeo.core.errors import ArgumentError, ReleaseError
from maligeo.measure.divisions import read_counts
from tests.attacks.commands import refused, run
from tests.attacks.houses import incidents, located, write_csv
from tests.attacks.unpacking import pieces_of

DAY = "2025-06-10"
OLD = (("Gao", "2024-02-03", 12), ("Mopti", "2024-05-03", 20), ("Gao", "2024-11-03", 9))
RECENT = (("Gao", "2025-05-20", 7), ("Mopti", "2025-06-01", 6))


def released(frame: gpd.GeoDataFrame, store: Path, day: str = DAY) -> pd.DataFrame:
    units = maligeo.load_boundaries()
    return maligeo.release(located(frame, None), units, as_of=day, store=store)


def stores(folder: Path, number: int) -> list[Path]:
    """Give copies of a store that released the old records before there were others."""
    first = folder / "store"
    released(incidents(*OLD), first)
    return [Path(shutil.copytree(first, folder / f"store-{at}")) for at in range(number)]


def test_incidents_of_yesterday_change_no_cell(tmp_path: Path) -> None:
    """G4: ask for the table without a period, which held everything up to yesterday."""
    alone, without, with_them = *stores(tmp_path, 2), tmp_path / "new"
    tables = [
        released(incidents(*rows), store)
        for rows, store in ((OLD, alone), ((*OLD, *RECENT), without), ((*OLD, *RECENT), with_them))
    ]
    for table in tables:
        assert table["period_start"].notna().all()
        assert table["period_end"].max() <= pd.Timestamp("2025-03-31")
    past = [table[table["period_end"] <= "2024-12-31"].reset_index(drop=True) for table in tables]
    pd.testing.assert_frame_equal(past[0], past[1])
    assert past[2]["note"].tolist() == past[0]["note"].tolist()  # of a store that began with all
    assert ((past[2]["count"] - past[0]["count"]).dropna().abs() <= 5).all()


def test_tables_of_two_periods_do_not_bring_a_row_without_one_in(tmp_path: Path) -> None:
    """G4: combine counts by year with counts of all time, and release them together."""
    units, records = maligeo.load_boundaries(), located(incidents(*OLD, *RECENT), None)
    counts = [
        maligeo.density(records, units, measure="incidents", period=period)
        for period in ("year", None)
    ]
    with pytest.raises(ReleaseError, match="release the records"):
        maligeo.release(maligeo.concat_tables(*counts), as_of=DAY)
    marked = maligeo.release(records, units, as_of=DAY)
    timeless = marked.head(9).assign(period_start=pd.NaT, period_end=pd.NaT, count=10, note=pd.NA)
    timeless.attrs = marked.attrs
    with pytest.raises(ReleaseError, match="finer than the quarter"):
        maligeo.write_table(timeless, tmp_path / "t.csv")


def test_a_date_that_says_only_the_year_waits_for_the_end_of_the_year(tmp_path: Path) -> None:
    """G4: six records "2025, to the year" stood in a row without a date, in March 2025."""
    vague = incidents(("Gao", "2025-01-01", 6)).assign(date_precision="year")
    frame = pd.concat([incidents(*OLD), vague.assign(event_id=[*"abcdef"])], ignore_index=True)
    path = write_csv(frame, tmp_path / "i.csv")
    asked = ("--incidents", path, "--covers", "2024", "--period", "quarter")
    run("density", *asked, "--as-of", "2025-04-01", "-o", tmp_path / "q.csv")
    table = read_counts(tmp_path / "q.csv")
    assert table["period_end"].max() == pd.Timestamp("2024-12-31")
    beside = table[table["place_kind"] != "unit"]
    assert beside["count"].isna().all()
    assert not (table["count"] == 6).any()


def test_no_note_and_no_record_counts_what_waits(tmp_path: Path) -> None:
    """G13: `rows_withheld` on three days running gave the incidents of each of these days."""
    made = []
    recent = (RECENT, (*RECENT, ("Kidal", "2025-06-02", 3)), ())
    for at, (rows, store) in enumerate(zip(recent, stores(tmp_path, 3), strict=True)):
        folder = tmp_path / f"out-{at}"
        folder.mkdir()
        study = maligeo.study(incidents=incidents(*OLD, *rows), covers="2024", period="year")
        public = study.release(audience="public", as_of=DAY, store=store)
        for name in ("t.csv", "t.xlsx", "t.parquet"):
            public.count("incidents").save(folder / name)
        public.export(folder / "l.gpkg")
        public.map().save(folder / "m.html")
        public.report("Gao").save(folder / "r.html")
        assert "rows_withheld" not in public.table.attrs["release"]
        made.append(dict(pieces_of(folder)))
    assert made[0].keys() == made[1].keys() == made[2].keys()
    for other in made[1:]:
        assert [label for label in made[0] if made[0][label] != other[label]] == []


def test_the_day_of_a_release_is_not_to_come(tmp_path: Path) -> None:
    """G17: `--as-of 2999-01-01` switched the delay off."""
    path = write_csv(incidents(*OLD), tmp_path / "i.csv")
    for command in (("density", "--incidents", path), ("map", "--incidents", path),
                    ("surface", path), ("tiles", "vector", "--incidents", path),
                    ("gaps", "--incidents", path)):  # fmt: skip
        said = refused(*command, "--as-of", "2999-01-01", "-o", tmp_path / "o.csv")
        assert "still to come" in said
    assert not (tmp_path / "o.csv").exists()
    tomorrow = pd.Timestamp.today().normalize() + pd.Timedelta(days=1)
    with pytest.raises(ArgumentError, match="still to come"):
        maligeo.release(located(incidents(*OLD)), maligeo.load_boundaries(), as_of=tomorrow)
    with pytest.raises(ArgumentError, match="still to come"):
        maligeo.study(incidents=path).release(as_of="2999-01-01")


def test_nothing_of_recent_quarters_alone_is_released() -> None:
    """G4: a file of the last weeks has no cell, and its refusal counts nothing."""
    with pytest.raises(ReleaseError, match="nothing is old enough") as caught:
        maligeo.release(located(incidents(*RECENT), None), maligeo.load_boundaries(), as_of=DAY)
    assert "13" not in str(caught.value)
    assert "7" not in str(caught.value)
