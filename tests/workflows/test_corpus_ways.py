"""Files as people make them come to one table: held, counted piece by piece, or in a lazy frame."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

import maligeo
from maligeo.core.errors import MaligeoError
from maligeo.measure.surface import Surface
from maligeo.provenance.record import Provenance
from maligeo.readers.files import csv
from maligeo.workflows import large_files
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


def surface_of(make: Callable[[], Surface]) -> list[object] | str:
    """Give the cells of a surface and what they are made from, or what it is refused for."""
    try:
        made = make()
    except MaligeoError as error:
        return f"{type(error).__name__}: {error}"
    return [made.values.tobytes(), made.provenance, made.audience]


@pytest.mark.parametrize("entry", named())
def test_a_surface_needs_positions_alone(entry: Mapping[str, Any], units: gpd.GeoDataFrame) -> None:
    source = source_of(entry)
    options = SurfaceOptions(bandwidth_km=100, cell_km=50)
    found = surface_of(lambda: incident_surface(source, options=options).surface)
    assert found == surface_of(
        lambda: maligeo.density_surface(
            maligeo.locate(maligeo.read_incidents(source), units),
            bandwidth_km=100,
            cell_km=50,
            units=units,
        )
    )


def tiles_of(make: Callable[[], Path]) -> bytes | str:
    """Give the bytes of an archive, or why there is none."""
    try:
        return make().read_bytes()
    except MaligeoError as error:
        return f"{type(error).__name__}: {error}"


@pytest.mark.parametrize("entry", named())
def test_tiles_of_columns_are_those_of_rows(entry: Mapping[str, Any], tmp_path: Path) -> None:
    source = source_of(entry)
    zooms = (0, 3)

    def of_columns() -> Path:
        product = vector_archive({"incidents": source}, zooms=zooms)
        return product.save(tmp_path / "columns.pmtiles", about=ABOUT)

    def of_rows() -> Path:
        layers = {"incidents": maligeo.read_incidents(source)}
        path = tmp_path / "rows" / "columns.pmtiles"
        path.parent.mkdir()
        return maligeo.vector_tiles(layers, path, zooms=zooms, about=ABOUT)

    assert tiles_of(of_columns) == tiles_of(of_rows)


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
