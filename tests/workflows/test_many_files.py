"""A list counts the same in one file, a folder of files, GeoParquet or a lazy frame."""

import os
import signal
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import maligeo
from benchmarks import ways
from maligeo.core.errors import ArgumentError, FrameError, InputFileError
from maligeo.measure.alike import ALIKE
from maligeo.readers.files import csv, geoparquet
from maligeo.readers.files.sources import Source
from maligeo.workflows import large_files
from maligeo.workflows.study import Study
from tests import worlds
from tests.incidentlists import incident_rows
from tests.stores import new_store

ROWS = 3_000
PARTS = 5
COVERS = "2021/2022"


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every file be read in pieces of some hundred rows, for people who keep the records."""
    monkeypatch.setattr(csv, "BLOCK_BYTES", 2**15)
    monkeypatch.setattr(csv, "ROWS_TOGETHER", 1)
    monkeypatch.setattr(geoparquet, "PARQUET_ROWS", 170)
    maligeo.set_audience("internal")


def pieces_of(frame: pd.DataFrame, parts: int = PARTS) -> list[pd.DataFrame]:
    cuts = np.linspace(0, len(frame), parts + 1).astype(int)
    return [frame.iloc[start:end] for start, end in pairwise(cuts)]


def points_of(frame: pd.DataFrame) -> gpd.GeoDataFrame:
    places = gpd.points_from_xy(frame["longitude"], frame["latitude"], crs=4326)
    points = gpd.GeoSeries(places, index=frame.index).where(frame["latitude"].notna(), None)
    return gpd.GeoDataFrame(frame.drop(columns=["latitude", "longitude"]), geometry=points)


def as_csv(folder: Path, frame: pd.DataFrame) -> Path:
    frame.to_csv(folder / "list.csv", index=False)
    return folder / "list.csv"


def as_csv_folder(folder: Path, frame: pd.DataFrame) -> Path:
    for at, piece in enumerate(pieces_of(frame)):
        piece.to_csv(folder / f"part-{at}.csv", index=False)
    (folder / ".hidden.txt").touch()
    (folder / "_SUCCESS").touch()
    return folder


def as_parquet_folder(folder: Path, frame: pd.DataFrame) -> Path:
    for at, piece in enumerate(pieces_of(frame)):
        piece.to_parquet(folder / f"part-{at}.parquet", index=False)
    (folder / "_metadata").touch()
    return folder


def as_geoparquet(folder: Path, frame: pd.DataFrame) -> Path:
    points_of(frame).to_parquet(folder / "list.parquet", index=False, row_group_size=400)
    return folder / "list.parquet"


def as_geoarrow(folder: Path, frame: pd.DataFrame) -> Path:
    points_of(frame).to_parquet(folder / "list.geoparquet", geometry_encoding="geoarrow")
    return folder / "list.geoparquet"


def as_geoparquet_folder(folder: Path, frame: pd.DataFrame) -> Path:
    for at, piece in enumerate(pieces_of(frame)):
        points_of(piece).to_parquet(
            folder / f"part-{at}.parquet", index=False, write_covering_bbox=True
        )
    return folder


def lazy_of(frame: pd.DataFrame, parts: int = PARTS) -> Any:
    dd = pytest.importorskip("dask.dataframe")
    return dd.from_pandas(frame, npartitions=parts)


def as_dask(_folder: Path, frame: pd.DataFrame) -> Any:
    return lazy_of(frame)


def as_dask_points(_folder: Path, frame: pd.DataFrame) -> Any:
    dask_geopandas = pytest.importorskip("dask_geopandas")
    return dask_geopandas.from_geopandas(points_of(frame), npartitions=3)


def as_read_dask(_folder: Path, frame: pd.DataFrame) -> Any:
    return maligeo.as_incidents(lazy_of(frame))


FORMS = (
    as_csv, as_csv_folder, as_parquet_folder, as_geoparquet, as_geoarrow, as_geoparquet_folder,
    as_dask, as_dask_points, as_read_dask,
)  # fmt: skip


def study_of(given: Any) -> Study:
    return maligeo.study(incidents=given, covers=COVERS, period="year")


def counted_of(study: Study) -> pd.DataFrame:
    found = study.records.counted
    assert found is not None
    return found


def without_source(table: pd.DataFrame) -> pd.DataFrame:
    """The source of a list without one is the name of its file."""
    return table.drop(columns="source")


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return incident_rows(ROWS)


@pytest.fixture(scope="module")
def plain(frame: pd.DataFrame) -> Study:
    maligeo.set_audience("internal")
    return study_of(maligeo.as_incidents(frame))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_every_form_of_a_list_comes_to_the_same(
    form: Callable[[Path, pd.DataFrame], Any],
    frame: pd.DataFrame,
    plain: Study,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(large_files, "LARGE_BYTES", -1)
    (tmp_path / "list").mkdir()
    found = study_of(form(tmp_path / "list", frame))
    assert ALIKE in counted_of(found).columns
    assert ALIKE not in counted_of(plain).columns
    pd.testing.assert_frame_equal(without_source(found.table), without_source(plain.table))
    for measure in ("injured", "victims"):
        tables = [without_source(study.count(measure).frame) for study in (found, plain)]
        pd.testing.assert_frame_equal(*tables)
    answers = [study.answer(language="fr").frame for study in (found, plain)]
    pd.testing.assert_frame_equal(*answers)
    read, whole = (study.reading["incidents"] for study in (found, plain))
    assert (read.rows_in_file, read.rows_read) == (whole.rows_in_file, whole.rows_read)
    assert read.used.items() - whole.used.items() <= {("geometry", "geometry")}
    assert counted_of(found).attrs["locate"] == counted_of(plain).attrs["locate"]
    if form not in (as_csv_folder, as_dask):
        return
    public = [
        study.release(audience="public", as_of="2026-01-01", store=new_store(tmp_path / name))
        for name, study in (("found", found), ("plain", plain))
    ]
    pd.testing.assert_frame_equal(*(without_source(study.table) for study in public))


@pytest.mark.parametrize(
    "form", [as_csv_folder, as_parquet_folder, as_geoparquet, as_geoarrow, as_geoparquet_folder]
)
def test_rows_are_read_as_of_one_file(
    form: Callable[[Path, pd.DataFrame], Path], frame: pd.DataFrame, tmp_path: Path
) -> None:
    path = form(tmp_path, frame)
    found, wanted = maligeo.read_incidents(path), maligeo.as_incidents(frame)
    same = ["event_id", "date", "event_type", "killed", "injured", "adm1_name"]
    pd.testing.assert_frame_equal(
        pd.DataFrame(found[same]).reset_index(drop=True), pd.DataFrame(wanted[same])
    )
    places = [one.geometry.reset_index(drop=True) for one in (found, wanted)]
    assert places[0].geom_equals(places[1]).eq(places[1].notna()).all()
    assert found.index.is_unique
    if path.is_dir():
        last = max(one.name for one in path.iterdir())
        assert found.index[-1].startswith(f"{last}:")
    pieces = pd.concat(list(maligeo.iter_incidents(path)))
    pd.testing.assert_index_equal(pieces.index, found.index)


def test_faults_of_a_folder_name_their_file(frame: pd.DataFrame, tmp_path: Path) -> None:
    bad = frame.head(30).copy()
    bad.loc[3, "killed"], bad.loc[20, "killed"] = "beaucoup", "-1"
    bad.loc[29, "event_id"] = bad.loc[0, "event_id"]
    as_csv_folder(tmp_path, bad)
    with pytest.raises(FrameError) as caught:
        maligeo.read_incidents(tmp_path)
    rows = {fault.row: fault.column for fault in caught.value.faults}
    assert rows == {
        "part-0.csv:5": "killed", "part-3.csv:4": "killed", "part-4.csv:7": "event_id",
    }  # fmt: skip
    assert "row part-0.csv:5, killed" in str(caught.value)
    rejects = tmp_path.parent / "rejects.csv"
    good = maligeo.read_incidents(tmp_path, on_invalid="quarantine", rejects=rejects)
    assert len(good) == len(bad) - 3
    assert list(pd.read_csv(rejects)["row"]) == list(rows)


def test_ids_that_repeat_across_files_are_found_when_counted(
    frame: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(large_files, "LARGE_BYTES", -1)
    twice = frame.assign(event_id=[*frame["event_id"][:-1], "E3"])
    as_parquet_folder(tmp_path, twice)
    with pytest.raises(FrameError) as caught:
        study_of(tmp_path)
    assert [fault.row for fault in caught.value.faults] == [f"part-4.parquet:{ROWS // PARTS + 1}"]


def test_a_folder_accounts_for_columns_that_only_some_files_have(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "id,date,type,Morts,lat,lon,fiche\na,2021-03-01,ied,2,14.5,-4.2,x\n", "utf-8"
    )
    (tmp_path / "b.csv").write_text(
        "id,date,type,killed,lat,lon\nb,2021-03-01,ied,3,14.5,-4.2\n", "utf-8"
    )
    (tmp_path / "c.csv").write_text("id,date,type,lat,lon\nc,2021-03-01,ied,14.5,-4.2\n", "utf-8")
    read = maligeo.read_incidents(tmp_path)
    assert read["killed"].tolist() == [2, 3, pd.NA]
    assert read["fiche"].tolist()[0] == "x"
    assert read["fiche"].isna().tolist() == [False, True, True]
    assert read["source"].unique().tolist() == [tmp_path.name]
    reading = read.attrs["reading"]
    assert dict(reading.in_some) == {"Morts": "killed", "killed": "killed", "fiche": ""}
    assert reading.columns_in_file == 8
    table = maligeo.study(incidents=tmp_path, covers="2021", period="2021").count("killed").frame
    mopti = table[table["name"] == "Mopti"].iloc[0]
    assert mopti["count"] == 5
    assert pd.isna(mopti["count_high"])


def test_the_order_of_day_and_month_is_that_of_all_files(tmp_path: Path) -> None:
    head = "id,date,type,lat,lon\n"
    (tmp_path / "a.csv").write_text(f"{head}a,03/04/2021,ied,14.5,-4.2\n", "utf-8")
    (tmp_path / "b.csv").write_text(f"{head}b,04/25/2021,ied,14.5,-4.2\n", "utf-8")
    dates = maligeo.read_incidents(tmp_path)["date"]
    assert list(dates.dt.month) == [3, 4]


def test_rows_that_are_no_records_are_named_with_their_file(tmp_path: Path) -> None:
    head = "id,date,type,killed,lat,lon\n"
    for name in "ab":
        text = f"{head}{name},2021-03-01,ied,2,14.5,-4.2\nTotal,,,2,,\n"
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    reading = maligeo.read_incidents(tmp_path).attrs["reading"]
    assert reading.set_aside == {"a.csv:3": "total", "b.csv:3": "total"}


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ({}, "without CSV or Parquet"),
        ({"a.csv": "x", "read.me": "x"}, "read.me"),
        ({"a.csv": "x", "b.parquet": "x"}, "b.parquet"),
        ({"a.csv": "date,type,lat,lon\n2021-03-01,ied,14.5,-4.2\n"}, "hold the same"),
    ],
)
def test_what_is_no_folder_of_one_list_is_refused(
    files: dict[str, str], complaint: str, tmp_path: Path
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    if complaint == "hold the same":
        (tmp_path / "copy.csv").write_text(files["a.csv"], "utf-8")
    with pytest.raises(InputFileError, match=complaint):
        maligeo.read_incidents(tmp_path)


def test_files_of_several_makes_are_refused(tmp_path: Path) -> None:
    data = Path(__file__).parents[1] / "data" / "incidents"
    (tmp_path / "a.csv").write_text("id,date,type,lat,lon\na,2021-03-01,ied,14.5,-4.2\n", "utf-8")
    acled = next(path for path in sorted(data.glob("*.csv")) if "acled" in path.name)
    (tmp_path / "b.csv").write_bytes(acled.read_bytes())
    with pytest.raises(InputFileError, match=r"a\.csv \(plain_incidents\), b\.csv \(acled\)"):
        maligeo.read_incidents(tmp_path)


def test_a_file_of_lists_or_several_shapes_is_read_whole(tmp_path: Path) -> None:
    points = points_of(incident_rows(20)).assign(marks=[["a", "b"]] * 20)
    points.to_parquet(tmp_path / "list.parquet", index=False)
    assert len(maligeo.read_incidents(tmp_path / "list.parquet")) == 20


def test_a_file_in_metres_is_read_by_row_groups(tmp_path: Path) -> None:
    frame = incident_rows(600)
    points_of(frame).to_crs(32630).to_parquet(tmp_path / "list.parquet", index=False)
    read = maligeo.read_incidents(tmp_path / "list.parquet")
    there = read.geometry.notna().to_numpy()
    np.testing.assert_allclose(read.geometry.x[there], frame["longitude"][there], atol=1e-7)


def test_shapes_that_are_no_points_are_faults_by_their_row(tmp_path: Path) -> None:
    points = points_of(incident_rows(400))
    points.loc[399, "geometry"] = points.geometry.dropna().iloc[0].buffer(0.1)
    points.to_parquet(tmp_path / "list.parquet", index=False)
    with pytest.raises(FrameError) as caught:
        maligeo.read_incidents(tmp_path / "list.parquet")
    assert [(fault.row, fault.reason) for fault in caught.value.faults] == [(400, "is not a point")]


def test_a_parquet_file_is_not_held_as_a_whole(tmp_path: Path) -> None:
    path = as_geoparquet(tmp_path, incident_rows(1_000))
    sizes = [len(piece) for piece in maligeo.iter_incidents(path)]
    assert sum(sizes) == 1_000
    assert max(sizes) < 1_000


def test_density_of_a_lazy_frame_is_that_of_the_plain_one(
    frame: pd.DataFrame, units: gpd.GeoDataFrame
) -> None:
    located = maligeo.locate(maligeo.as_incidents(frame), units)
    lazy = maligeo.locate(maligeo.as_incidents(lazy_of(frame, 17)), units)
    both = [maligeo.with_coverage(one, COVERS) for one in (located, lazy)]
    for measure, period in (("incidents", "2021"), ("victims", "month")):
        tables = [maligeo.density(x, units, measure=measure, period=period) for x in both]
        assert isinstance(tables[1], pd.DataFrame)
        pd.testing.assert_frame_equal(*tables)


def test_ids_that_repeat_across_partitions_are_found(
    frame: pd.DataFrame, units: gpd.GeoDataFrame
) -> None:
    twice = frame.assign(event_id=[*frame["event_id"][:-1], "E3"])
    lazy = lazy_of(twice, 17)
    for count in (
        lambda: study_of(lazy),
        lambda: maligeo.density(
            maligeo.locate(maligeo.as_incidents(lazy), units), units, measure="incidents"
        ),
    ):
        with pytest.raises(FrameError) as caught:
            count()
        assert [(one.row, one.value) for one in caught.value.faults] == [(f"16:{ROWS - 1}", "E3")]


def test_faults_of_all_partitions_are_named(frame: pd.DataFrame) -> None:
    bad = frame.copy()
    bad.loc[[3, ROWS - 2], "killed"] = "beaucoup"
    with pytest.raises(FrameError) as caught:
        study_of(lazy_of(bad))
    assert [fault.row for fault in caught.value.faults] == ["0:3", f"{PARTS - 1}:{ROWS - 2}"]


def test_the_order_of_dates_is_not_guessed_by_partition(frame: pd.DataFrame) -> None:
    lazy = lazy_of(frame.assign(date="03/04/2021"))
    with pytest.raises(ArgumentError, match="dates="):
        study_of(lazy)
    read = maligeo.as_incidents(lazy, dates="day-month")
    assert set(read["date"].compute().dt.month) == {4}


def test_rows_of_a_lazy_frame_are_there_for_who_asks(frame: pd.DataFrame, plain: Study) -> None:
    incidents = study_of(lazy_of(frame)).incidents
    assert incidents is not None
    assert plain.incidents is not None
    same = ["event_id", "date", "killed", "adm1_pcode", "adm1_name", "place_kind"]
    found, wanted = (
        pd.DataFrame(one[same]).astype("object") for one in (incidents, plain.incidents)
    )
    pd.testing.assert_frame_equal(found, wanted)


def test_odd_rows_and_faults_are_the_same_in_every_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("dask.dataframe")
    monkeypatch.setattr(large_files, "LARGE_BYTES", -1)
    found = dict(ways.compare(2_000, tmp_path))
    assert [what for what in found.values() if not what.startswith("the same")] == []
    assert found["at fault, lazy frame"] == "the same 20 faults"


def test_ids_that_repeat_in_other_partitions_are_named_beside_other_faults(
    frame: pd.DataFrame,
) -> None:
    bad = frame.astype({"killed": object}).rename(columns={"event_id": "ID incident"})
    bad.loc[7, "killed"] = "beaucoup"
    bad.loc[[9, ROWS - 1], "ID incident"] = "E3"
    with pytest.raises(FrameError) as told:
        study_of(lazy_of(bad))
    said = {(fault.row, fault.column, fault.value) for fault in told.value.faults}
    wanted = {("0:7", "killed", "beaucoup"), ("0:9", "ID incident", "E3")}
    assert said == wanted | {(f"{PARTS - 1}:{ROWS - 1}", "ID incident", "E3")}


def test_a_record_of_a_lazy_study_names_no_file(frame: pd.DataFrame, tmp_path: Path) -> None:
    product = study_of(lazy_of(frame)).count("killed")
    assert product.recipe.record.options["incidents"] == {"role": "incidents"}
    assert product.save(tmp_path / "killed.csv").exists()


@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from([None, "2021-12-30", "2021-12-31", "2022-01-01"]),
            st.sampled_from(["0", "1", "3", None]),
            st.sampled_from([(0.5, 0.5), (1.5, 0.5), (None, None)]),
            st.sampled_from([None, "Alpha", "Beta", "Alpha + Beta", "Nowhere"]),
        ),
        min_size=1,
        max_size=20,
    ),
    cut=st.integers(0, 20),
)
@settings(max_examples=12, deadline=None)
def test_any_rows_count_the_same_in_partitions(rows: list[Any], cut: int) -> None:
    dd = pytest.importorskip("dask.dataframe")
    dask = pytest.importorskip("dask")
    units = worlds.square_units()
    frame = pd.DataFrame(
        [(*row[:2], *row[2], row[3]) for row in rows],
        columns=["date", "killed", "lon", "lat", "adm1_name"],
    ).assign(event_type="ied")
    frame = frame.astype({"lon": float, "lat": float, "killed": "Int64"})
    frame["date"] = pd.to_datetime(frame["date"])
    located = maligeo.locate(frame, units)
    parts = [part for part in (frame.iloc[:cut], frame.iloc[cut:]) if len(part)]
    lazy = dd.from_delayed([dask.delayed(part) for part in parts], meta=frame.iloc[:0])
    with dask.config.set(scheduler="synchronous"):
        for measure in ("incidents", "killed"):
            found, wanted = (
                maligeo.density(one, units, measure=measure, period="2021")
                for one in (maligeo.locate(lazy, units), located)
            )
            pd.testing.assert_frame_equal(found, wanted)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Any]:
    distributed = pytest.importorskip("distributed")
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1",
        dashboard_address=None, local_directory=str(tmp_path / "dask"),
    )  # fmt: skip
    with cluster, distributed.Client(cluster) as connected:
        yield connected


def test_a_worker_killed_in_the_middle_changes_nothing(
    client: Any, frame: pd.DataFrame, plain: Study, tmp_path: Path
) -> None:
    """One worker kills itself in the middle of the work, once."""
    fuse = tmp_path / "fuse"
    fuse.touch()

    def trip(part: pd.DataFrame) -> pd.DataFrame:
        if len(part) and part.index[0] >= ROWS // 2:
            try:
                fuse.unlink()
            except FileNotFoundError:
                return part
            os.kill(os.getpid(), signal.SIGKILL)
        return part

    lazy = lazy_of(frame, 6)
    lazy = lazy.map_partitions(trip, meta=lazy._meta)
    before = set(client.scheduler_info()["workers"])
    found = study_of(lazy)
    assert not fuse.exists(), "no worker was killed"
    pd.testing.assert_frame_equal(found.table, plain.table)
    assert set(client.scheduler_info()["workers"]) != before


def test_large_folders_and_files_are_counted_piece_by_piece(
    frame: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = as_csv_folder(tmp_path, frame)
    sizes = [part.stat().st_size for part in path.glob("*.csv")]
    monkeypatch.setattr(large_files, "LARGE_BYTES", sum(sizes))
    assert not large_files.is_large(Source.of(path))
    monkeypatch.setattr(large_files, "LARGE_BYTES", sum(sizes) - 1)
    assert large_files.is_large(Source.of(path))
    assert not large_files.is_large(Source.of(path / "part-0.csv"))


def test_schemas_of_geoparquet_without_rows_are_read(tmp_path: Path) -> None:
    path = as_geoparquet(tmp_path, incident_rows(5))
    pq.write_table(pa.Table.from_batches([], schema=pq.read_schema(path)), path)
    read = maligeo.read_incidents(path)
    assert read.empty
    assert read.attrs["victims"] == ["killed", "injured"]


def test_outlines_of_several_row_groups_stay_with_their_rows(tmp_path: Path) -> None:
    west, south = (side.ravel() for side in np.meshgrid(np.arange(20), np.arange(20)))
    corner = -4 + west * 0.01, 14 + south * 0.01
    outlines = shapely.box(*corner, corner[0] + 0.001 + west * 1e-5, corner[1] + 0.001)
    land = gpd.GeoDataFrame({"id": [f"A{at}" for at in range(400)]}, geometry=outlines, crs=4326)
    land.assign(status="cleared").to_parquet(tmp_path / "land.parquet", index=False)
    areas = maligeo.read_areas(tmp_path / "land.parquet")
    assert areas.geometry.geom_equals(land.geometry.set_axis(areas.index)).all()
