"""A file that is counted piece by piece comes to what its rows come to."""

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import maligeo
from maligeo.core.errors import Fault, FrameError, InputFileError, MaligeoError
from maligeo.disclosure import Release
from maligeo.disclosure.partition import measures_in
from maligeo.measure.alike import ALIKE, put_together
from maligeo.measure.counts import INCIDENT_MEASURES
from maligeo.readers.cells import ids as ids_of_files
from maligeo.readers.cells.coordinates import Positions
from maligeo.readers.files import csv
from maligeo.readers.files.sources import Source
from maligeo.readers.positions import to_points
from maligeo.workflows import large_files
from maligeo.workflows.checking import check_source
from maligeo.workflows.incident_columns import read_columns
from maligeo.workflows.study import Study
from maligeo.workflows.tilesets import SurfaceOptions, incident_surface, vector_archive
from tests import worlds
from tests.incidentlists import incident_rows
from tests.stores import new_store

DATA = Path(__file__).parents[1] / "data"
LISTS = sorted([*(DATA / "corpus").glob("*.csv"), *(DATA / "incidents").glob("*.csv")])
ROWS = 3_000


@pytest.fixture
def in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every file be read in pieces of some five hundred rows."""
    monkeypatch.setattr(csv, "BLOCK_BYTES", 2**15)
    monkeypatch.setattr(csv, "ROWS_TOGETHER", 1)


def studies(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Study]:
    """The study of a file that is counted piece by piece, and of all its rows."""
    for largest in (-1, 10**18):
        monkeypatch.setattr(large_files, "LARGE_BYTES", largest)
        yield maligeo.study(incidents=path, covers="2021/2022", period="year")


def counted_of(study: Study) -> pd.DataFrame:
    found = study.records.counted
    assert found is not None
    return found


def outcome(study: Study) -> list[object]:
    """The table of a study and all that can be counted, or why there is none."""
    counted = {one: study.count(one).frame for one in study.measures if one in INCIDENT_MEASURES}
    return [study.table, *counted.values(), study.reading, counted_of(study).attrs]


def assert_same(found: list[object], wanted: list[object]) -> None:
    assert len(found) == len(wanted)
    for one, other in zip(found, wanted, strict=True):
        if isinstance(one, pd.DataFrame) and isinstance(other, pd.DataFrame):
            pd.testing.assert_frame_equal(one, other)
        else:
            assert one == other


def counts_of(path: Path, locator: maligeo.Locator, *, in_rows: bool) -> list[object] | str:
    """All that can be counted of a file, and what is known of it; else why there is none."""
    try:
        if in_rows:
            located = locator.locate(maligeo.read_incidents(path))
        else:
            located = large_files.count_file(Source.of(path), locator).counted
        covered = maligeo.with_coverage(located, "2021/2022")
        tables = [
            maligeo.density(covered, locator.units, measure=measure, period=period)
            for measure in measures_in(located)
            for period in ("2021", "year" if located["date"].notna().any() else None)
        ]
    except MaligeoError as error:
        return str(error)
    return [*tables, located.attrs]


@pytest.mark.usefixtures("in_pieces")
@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_any_list_comes_to_the_same(path: Path, locator: maligeo.Locator) -> None:
    found, wanted = (counts_of(path, locator, in_rows=in_rows) for in_rows in (False, True))
    if isinstance(found, str) or isinstance(wanted, str):
        assert found == wanted
    else:
        assert_same(found, wanted)


@pytest.fixture(scope="module")
def locator(units: gpd.GeoDataFrame) -> maligeo.Locator:
    return maligeo.Locator(units)


@pytest.fixture
def internal() -> None:
    maligeo.set_audience("internal")


@pytest.mark.usefixtures("in_pieces", "internal")
def test_every_product_of_an_answer_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "list.csv"
    incident_rows(ROWS).assign(note="a column of its own").to_csv(path, index=False)
    counted, whole = studies(path, monkeypatch)
    assert len(counted_of(counted)) < len(counted_of(whole))
    assert_same(outcome(counted), outcome(whole))
    for language in ("fr", "en"):
        pd.testing.assert_frame_equal(
            counted.answer(language=language).frame, whole.answer(language=language).frame
        )


@pytest.mark.usefixtures("in_pieces", "internal")
def test_what_is_public_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "list.csv"
    frame = incident_rows(ROWS).assign(date_precision=["day", "month", "week"] * (ROWS // 3))
    frame["civilians_killed"] = [None] * (ROWS // 2) + ["0"] * (ROWS // 2)  # none in first pieces
    frame.loc[::50, "date"] = "2021-12-30"
    frame.to_csv(path, index=False)
    made = [
        public_products(study, path, tmp_path / name)
        for name, study in zip(("counted", "whole"), studies(path, monkeypatch), strict=True)
    ]
    assert made[0].keys() == made[1].keys()
    assert len(made[0]) > 4
    assert [name for name in made[0] if made[0][name] != made[1][name]] == []


def public_products(study: Study, path: Path, folder: Path) -> dict[str, bytes]:
    """Give what is public of a list, and what is kept of its release, by the names of files."""
    folder.mkdir()
    store = new_store(folder / "store")
    study.release(audience="public", as_of="2026-01-01", store=store).count().save(
        folder / "table.csv"
    )
    release = Release.asked("public", "2026-01-01", folder=store)
    surface = SurfaceOptions(bandwidth_km=100, cell_km=50)
    incident_surface(Source.of(path), options=surface, rules=release).save(folder / "s.tif")
    archive = vector_archive({"incidents": Source.of(path)}, zooms=(0, 3), rules=release)
    archive.save(folder / "t.pmtiles")
    return {file.name: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.usefixtures("in_pieces", "internal")
def test_nothing_is_read_again_for_an_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "list.csv"
    incident_rows(2_000).to_csv(path, index=False)
    monkeypatch.setattr(large_files, "LARGE_BYTES", -1)
    study = maligeo.study(incidents=path, covers="2021/2022", period="2021")
    path.unlink()
    assert study.table["count"].sum() > 0
    assert (study.answer().frame["place_kind"] == "unit").sum() == 9
    with pytest.raises(InputFileError):
        _ = study.incidents


def faulty_list(folder: Path, *, ids: bool, cells: bool) -> Path:
    """Write a list of which an id repeats, or one cell in a hundred rows is at fault, or both."""
    frame, path = incident_rows(ROWS), folder / "list.csv"
    if ids:
        frame.loc[ROWS - 1, "event_id"] = "E3"
    if cells:
        frame.loc[::300, "killed"] = "beaucoup"
        frame.loc[7::300, "latitude"] = 58.5
        frame.loc[11::300, "date"] = "31/02/2021"
    frame.to_csv(path, index=False)
    return path


@pytest.mark.usefixtures("in_pieces", "internal")
@pytest.mark.parametrize(("ids", "cells"), [(False, True), (True, False), (True, True)])
def test_faults_are_named_as_of_all_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ids: bool, cells: bool
) -> None:
    path = faulty_list(tmp_path, ids=ids, cells=cells)
    monkeypatch.setattr(large_files, "LARGE_BYTES", -1)
    with pytest.raises(FrameError) as counted:
        maligeo.study(incidents=path)
    with pytest.raises(FrameError) as whole:
        maligeo.read_incidents(path)
    assert list(counted.value.faults) == list(whole.value.faults)


@pytest.mark.usefixtures("in_pieces", "internal")
@pytest.mark.parametrize("ids", [False, True])
def test_ids_that_only_share_a_hash_are_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ids: bool
) -> None:
    path, hashes = faulty_list(tmp_path, ids=ids, cells=False), ids_of_files._hashes
    monkeypatch.setattr(
        ids_of_files, "_hashes", lambda given: hashes(given) | np.uint64(2**64 - 256)
    )
    monkeypatch.setattr(large_files, "LARGE_BYTES", -1)
    try:
        faults = [] if maligeo.study(incidents=path).table.empty else ["none"]
    except FrameError as error:
        faults = [f"{fault.row}: {fault.value}" for fault in error.faults]
    assert faults == ([f"{ROWS + 1}: E3"] if ids else ["none"])


@pytest.mark.usefixtures("in_pieces", "internal")
@pytest.mark.parametrize("places", [{}, {"Nulle part": "Gao"}])
@pytest.mark.parametrize("cells", [False, True])
def test_faults_of_a_surface_are_those_of_all_rows(
    tmp_path: Path, cells: bool, places: dict[str, str]
) -> None:
    """They come first, also where a place is said that stands nowhere."""
    source = Source.of(faulty_list(tmp_path, ids=True, cells=cells)).saying(places=places)
    with pytest.raises(FrameError) as whole:
        maligeo.read_incidents(source)
    with pytest.raises(MaligeoError) as told:
        _ = incident_surface(source).surface
    assert str(told.value) == str(whole.value)


@pytest.mark.usefixtures("in_pieces", "internal")
@pytest.mark.parametrize("made_up", [0, 1])
def test_a_surface_knows_what_is_made_up_and_holds_no_points(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made_up: int
) -> None:
    path = tmp_path / "list.csv"
    sources = ["presse"] * (ROWS - made_up) + ["synthétique"] * made_up
    incident_rows(ROWS).assign(source=sources).to_csv(path, index=False)
    options, points = SurfaceOptions(bandwidth_km=100, cell_km=50), list[int]()

    def made(found: Positions) -> gpd.GeoSeries:
        points.append(len(found.lon))
        return to_points(found)

    monkeypatch.setattr("maligeo.readers.incidents.to_points", made)
    surface = incident_surface(Source.of(path), options=options).surface
    assert ("synthetic" in surface.provenance) == bool(made_up)
    assert not points


@pytest.mark.usefixtures("in_pieces", "internal")
def test_columns_of_a_folder_are_those_of_its_rows(tmp_path: Path) -> None:
    """Files with columns of their own, texts that repeat, that differ in every row, and neither."""
    folder, frame = tmp_path / "lists", incident_rows(ROWS)
    folder.mkdir()
    one, two = frame.iloc[:2_000].copy(), frame.iloc[2_000:].copy()
    one["note"] = [f"note {at}" if at < 1_000 else "the same" for at in range(len(one))]
    two["weather"] = ["sun", None] * (len(two) // 2)
    two["adm2_name"] = None
    for name, part in (("a", one), ("b", two)):
        part.to_csv(folder / f"{name}.csv", index=False)
    held = maligeo.read_incidents(folder)
    columns = read_columns(Source.of(folder))
    texts = pd.DataFrame(held.drop(columns="geometry")).reset_index(drop=True)
    assert [name for name in columns if name not in ("lon", "lat")] == list(texts)
    for name in texts:
        assert columns[name].astype(object).map(str).tolist() == texts[name].map(str).tolist()
    lon, lat = held.geometry.x.to_numpy(), held.geometry.y.to_numpy()
    assert np.array_equal(columns[["lon", "lat"]], np.column_stack([lon, lat]), equal_nan=True)
    assert columns.attrs == held.attrs
    assert columns.memory_usage(deep=True).sum() < 0.6 * texts.memory_usage(deep=True).sum()


def looked_through(
    path: Path, monkeypatch: pytest.MonkeyPatch, largest: int, rejects: Path | None = None
) -> list[object]:
    monkeypatch.setattr(large_files, "LARGE_BYTES", largest)
    checked = check_source({"incidents": Source.of(path)}, rejects)
    assert checked.places is not None
    rows = b"" if rejects is None else rejects.read_bytes()
    found = [checked.records, checked.reading, checked.faulty_cells, str(checked.faults), rows]
    return [*found, checked.places.counts, checked.places.names, checked.frame.attrs["format"]]


@pytest.mark.usefixtures("in_pieces", "internal")
@pytest.mark.parametrize(
    ("faults", "with_rejects"),
    [([], False), (["ids"], True), (["killed"], False), (["ids", "killed", "places"], True)],
)
def test_a_list_is_checked_as_all_its_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, faults: list[str], with_rejects: bool
) -> None:
    rows, path = 1_500, tmp_path / "list.csv"
    frame = incident_rows(rows).rename(columns={"region": "adm1_name"})
    # One name stands in two columns, and in rows with faults as in others.
    frame["adm2_name"] = ["Tombouctu" if at % 7 == 0 else None for at in range(rows)]
    if "ids" in faults:
        frame.loc[rows - 1, "event_id"] = "E3"
    if "killed" in faults:
        frame.loc[::300, "killed"] = "beaucoup"
    if "places" in faults:
        frame.loc[::300, "adm1_name"] = "Nulle Part"
        frame.loc[::300, ["latitude", "longitude"]] = np.nan
    frame.to_csv(path, index=False)
    rejects = tmp_path / "rejects.csv" if with_rejects else None
    found, wanted = (looked_through(path, monkeypatch, most, rejects) for most in (-1, 10**18))
    assert bool(wanted[2]) == bool(faults)
    assert_same(found, wanted)


@pytest.mark.usefixtures("in_pieces", "internal")
def test_a_check_of_a_sound_list_holds_no_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "list.csv"
    incident_rows(ROWS).assign(date="2021-05-01", injured="0").to_csv(path, index=False)
    monkeypatch.setattr(large_files, "LARGE_BYTES", -1)
    checked = check_source({"incidents": Source.of(path)})
    assert checked.records == ROWS
    assert len(checked.frame) < ROWS / 10


def test_what_cannot_be_located_is_said_although_the_file_is_sound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, locator: maligeo.Locator
) -> None:
    path = tmp_path / "list.csv"
    incident_rows(20).to_csv(path, index=False)

    def refuse(*_: object) -> None:
        raise FrameError("records", [Fault(None, "lon", 1, "is refused")])

    monkeypatch.setattr(maligeo.Locator, "locate", refuse)
    said = ""
    try:
        large_files.count_file(Source.of(path), locator)
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
    assert said.startswith("FrameError") and "is refused" in said


@pytest.mark.usefixtures("internal")
def test_a_file_of_usual_size_keeps_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    incident_rows(100).to_csv(path, index=False)
    assert ALIKE not in counted_of(maligeo.study(incidents=path)).columns


@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from([None, *pd.date_range("2021-12-30", periods=4)]),
            st.sampled_from([None, "day", "month", "year", "week"]),
            st.sampled_from([None, 0, 1, 3]),
            st.sampled_from([None, 0, 2]),
            st.sampled_from([(0.5, 0.5), (1.5, 0.5), (9.0, 9.0), (None, None)]),
            st.sampled_from([None, "Alpha", "Beta", "Alpha + Beta", "Nowhere"]),
        ),
        min_size=1,
        max_size=30,
    ),
    cut=st.integers(0, 30),
    period=st.sampled_from([None, "year", "month", "2021", ["2021", "2021-12/2022-01"]]),
)
@settings(max_examples=60)
def test_any_incidents_count_the_same_put_together(
    rows: list[tuple[object, ...]], cut: int, period: str | list[str] | None
) -> None:
    units = worlds.square_units()
    frame = pd.DataFrame(
        [(*row[:4], *row[4], row[5]) for row in rows],  # type: ignore[misc]
        columns=["date", "date_precision", "killed", "injured", "lon", "lat", "adm1_name"],
    ).assign(event_type="ied")
    frame["date"] = pd.to_datetime(frame["date"])
    frame = frame.astype({"killed": "Int64", "injured": "Int64", "lon": float, "lat": float})
    if period in ("year", "month") and frame["date"].isna().all():
        period = None
    located = maligeo.locate(frame, units)
    pieces = [piece for piece in (located.iloc[:cut], located.iloc[cut:]) if len(piece)]
    alike = put_together([put_together([piece], 1) for piece in pieces], 1)
    assert alike[ALIKE].sum() == len(located)
    assert not alike.drop(columns=ALIKE).duplicated().any()
    for measure in ("incidents", "killed", "victims"):
        wanted, found = (
            maligeo.density(one, units, measure=measure, period=period) for one in (located, alike)
        )
        pd.testing.assert_frame_equal(found, wanted)


def test_units_without_a_code_stay_apart(small_units: gpd.GeoDataFrame) -> None:
    bare = small_units.assign(pcode="")
    frame = pd.DataFrame(
        {"date": pd.Timestamp("2021-05-01"), "event_type": "ied", "lon": [0.5, 1.5], "lat": 0.5}
    )
    alike = put_together([maligeo.locate(frame, bare)], 1)
    assert list(alike[ALIKE]) == [1, 1]
