"""Files as people make them come to one table: held, counted piece by piece, or in a lazy frame."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from typer.testing import CliRunner

import maligeo
from maligeo.cli import app
from maligeo.core.errors import MaligeoError
from maligeo.provenance.record import Provenance
from maligeo.readers.files import csv
from maligeo.readers.files.sources import Source
from maligeo.readers.incidents import INCIDENTS
from maligeo.workflows import large_files
from maligeo.workflows.incident_columns import read_columns
from maligeo.workflows.study import Study
from maligeo.workflows.tilesets import SurfaceOptions, incident_surface, vector_archive
from tests.readers.test_corpus import CORPUS, ENTRIES, source_of, table_of

SAID = ("columns", "constants", "places", "dates")
ORDERS = {"dates_americaines.csv": "month-day"}
ABOUT = Provenance("tiles vector", {}, (), "internal", {}, {})
NOBODY_SEES = "in a lazy frame nobody sees"
# Of these a lazy frame is refused, whatever is said of dates: titles say where the rows below lie.
IN_BLOCKS = {
    "incidents_titres_totaux.xlsx", "incidents_par_blocs.xlsx", "incidents_blocs_cercles.csv",
}  # fmt: skip


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let files of text be read in pieces of some rows, for people who keep the records."""
    monkeypatch.setattr(csv, "BLOCK_BYTES", 2**9)
    monkeypatch.setattr(csv, "ROWS_TOGETHER", 1)
    maligeo.set_audience("internal")


def outcome(make: Callable[[], Study]) -> pd.DataFrame | str:
    """Give the table of a study, or what it is refused for, with rows counted from 1."""
    try:
        return make().table
    except MaligeoError as error:
        said = f"{type(error).__name__}: {error}"
        return re.sub(r"row \d+:(\d+)", lambda found: f"row {int(found[1]) + 1}", said)


def assert_same(found: pd.DataFrame | str, wanted: pd.DataFrame | str) -> None:
    if isinstance(found, pd.DataFrame) and isinstance(wanted, pd.DataFrame):
        pd.testing.assert_frame_equal(found, wanted)
    else:
        assert isinstance(found, str) and found == wanted


def named(*suffixes: str) -> list[Any]:
    return [
        pytest.param(entry, id=f"{entry['file']}-{number}")
        for number, entry in enumerate(ENTRIES)
        if entry["kind"] == "incidents"
        and (not suffixes or (CORPUS / entry["file"]).suffix in suffixes)
    ]


def frame_of(entry: Mapping[str, Any]) -> pd.DataFrame:
    """Give the cells of a file below its headings, as a person loads them."""
    rows, how = table_of(entry), entry.get("table", {})
    heading = how.get("headings", 1)
    names = rows[heading - 1]
    below = [row for row in rows[heading + how.get("tags", False) :] if any(map(str.strip, row))]
    cells = [(row + [""] * len(names))[: len(names)] for row in below]
    return pd.DataFrame(cells, columns=names).replace("", None)


@pytest.mark.parametrize("entry", named(".csv", ".txt"))
def test_a_file_counts_the_same_piece_by_piece(
    entry: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = source_of(entry)
    held = outcome(lambda: maligeo.study(incidents=source, period="year"))
    monkeypatch.setattr(large_files, "LARGE_BYTES", -1)
    assert large_files.is_large(source)
    assert_same(outcome(lambda: maligeo.study(incidents=source, period="year")), held)


def checked(entry: Mapping[str, Any], folder: Path) -> list[object]:
    """Give all that `maligeo check` says of a file, its exit code and the rows with faults.

    Of every other file in English, and without a file for these rows.
    """
    is_odd, said, rejects = (
        ENTRIES.index(dict(entry)) % 2,
        entry.get("say", {}),
        folder / "rejects.csv",
    )
    options = [f"--{name}={said[name]}" for name in ("dates",) if name in said]
    for name in ("columns", "constants", "places"):
        options += [f"--{name[:-1]}={one}={it}" for one, it in said.get(name, {}).items()]
    path = str(CORPUS / entry["file"])
    more = ["--kind=incidents", *(["--language=en"] if is_odd else [f"--rejects={rejects}"])]
    done = CliRunner().invoke(app, ["check", path, *more, *options])
    if done.exception is not None and not isinstance(done.exception, (MaligeoError, SystemExit)):
        raise done.exception
    rows = rejects.read_bytes() if rejects.exists() else b""
    rejects.unlink(missing_ok=True)
    return [done.output, done.exit_code, str(done.exception), rows]


@pytest.mark.parametrize("entry", named(".csv", ".txt"))
def test_a_file_is_checked_the_same_piece_by_piece(
    entry: Mapping[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = checked(entry, tmp_path)
    monkeypatch.setattr(large_files, "LARGE_BYTES", -1)
    assert checked(entry, tmp_path) == held


def read(make: Callable[[], pd.DataFrame]) -> pd.DataFrame | str:
    """Give the columns of a list with what is known of it, or what it is refused for."""
    try:
        made = make()
    except MaligeoError as error:
        return f"{type(error).__name__}: {error}"
    plain = {name: made[name].astype(object).map(str) for name in made.columns}
    found = pd.DataFrame(plain).reset_index(drop=True)
    found.attrs = made.attrs
    return found


def placed_rows(source: Source) -> pd.DataFrame:
    """Give rows with positions as numbers, before the columns of the file."""
    rows = maligeo.read_incidents(source)
    axes = {"lon": rows.geometry.x, "lat": rows.geometry.y}
    found = pd.DataFrame(rows.drop(columns="geometry"))
    for at, (name, axis) in enumerate(axes.items(), start=len(INCIDENTS) - 1):
        found.insert(at, name, axis)
    found.attrs = rows.attrs
    return found


@pytest.mark.parametrize("entry", named())
def test_columns_of_any_file_are_those_of_its_rows(entry: Mapping[str, Any]) -> None:
    source = source_of(entry)
    found, wanted = read(lambda: read_columns(source)), read(lambda: placed_rows(source))
    assert_same(found, wanted)
    if isinstance(found, pd.DataFrame) and isinstance(wanted, pd.DataFrame):
        assert found.attrs == wanted.attrs


@pytest.mark.parametrize("entry", named(".geojson", ".gpkg", ".parquet", ".txt"))
def test_surfaces_and_tiles_of_columns_are_those_of_rows(
    entry: Mapping[str, Any], units: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    source, zooms = source_of(entry), (0, 3)
    rows = maligeo.read_incidents(source)
    options = SurfaceOptions(bandwidth_km=100, cell_km=50)
    found = incident_surface(source, options=options).surface
    located = maligeo.locate(rows, units)
    wanted = maligeo.density_surface(located, bandwidth_km=100, cell_km=50, units=units)
    assert found.values.tobytes() == wanted.values.tobytes()
    assert (found.provenance, found.audience) == (wanted.provenance, wanted.audience)
    (tmp_path / "rows").mkdir()
    path = tmp_path / "rows" / "incidents.pmtiles"
    maligeo.vector_tiles({"incidents": rows}, path, zooms=zooms, about=ABOUT)
    product = vector_archive({"incidents": source}, zooms=zooms)
    made = product.save(tmp_path / "incidents.pmtiles", about=ABOUT)
    assert made.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("entry", named(".csv", ".txt", ".xlsx"))
def test_a_lazy_frame_counts_the_same_or_is_refused(entry: Mapping[str, Any]) -> None:
    dd = pytest.importorskip("dask.dataframe")
    dask = pytest.importorskip("dask")
    frame = frame_of(entry)
    said = {name: it for name, it in entry.get("say", {}).items() if name in SAID}
    lazy = dd.from_pandas(frame, npartitions=3)

    def counted(given: Any) -> pd.DataFrame | str:
        with dask.config.set(scheduler="synchronous"):
            return outcome(
                lambda: maligeo.study(
                    incidents=maligeo.as_incidents(given, **said) if said else given
                )
            )

    found = counted(lazy)
    if entry["file"] in IN_BLOCKS:
        assert isinstance(found, str)
        assert NOBODY_SEES in found or "is of no known make" in found
        return
    if isinstance(found, str) and NOBODY_SEES in found and "dates" not in said:
        said["dates"] = ORDERS.get(entry["file"], "day-month")
        found = counted(lazy)
    wanted = counted(frame)
    if said and isinstance(wanted, str) and isinstance(found, str):
        # A frame that is read before says the faults of the first partition that has any.
        assert found.partition(":")[0] == wanted.partition(":")[0]
        return
    assert_same(found, wanted)
