"""Whatever a file holds, a reader gives a frame or a `MaligeoError`, and loses no row."""

import random
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maligeo.core.errors import MaligeoError
from maligeo.readers.areas import read_areas
from maligeo.readers.incidents import read_incidents

DATA = Path(__file__).parents[1] / "data"
SEEDS = sorted([*(DATA / "incidents").iterdir(), *(DATA / "areas").iterdir()])
Reader = Callable[..., gpd.GeoDataFrame]
shared = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=60,
)

CELLS = st.one_of(
    st.sampled_from(
        [
            "", "1", "-1", "1,5", "1.234", "nan", "inf", "1e400", "14.5", "-3.5", "0", "2021-01-01",
            "31/12/2020", "12/31/2020", "0000-00-00", "99999999999-01-01", "1 mars 2021", "ied",
            "SHA", "cleared", "30PVB1212", "30N 500000 1500000", "14°30'N 3°30'W", "#x", "=1+1",
            "POLYGON((0 0,1 1,1 0,0 0))", "POLYGON((-3 15,-3 15,-3 15,-3 15))",
            "POINT(1e308 1e308)",
            "MULTIPOLYGON EMPTY", '"', "'", "\r", "\n", ";", "\ufeff", "\0", "٣", "½", "²",
        ]
    ),
    st.text(max_size=12),
    st.floats().map(str),
    st.dates().map(str),
)  # fmt: skip
INCIDENT_COLUMNS = [
    "id", "date", "type", "outcome", "killed", "injured", "lat", "lon", "coordinates", "mgrs",
    "zone", "easting", "northing", "wkt", "region", "commune", "location_precision", "nom",
]  # fmt: skip
AREA_COLUMNS = [
    "area_id", "status", "wkt", "lat", "lon", "vertex", "point_type", "polygon", "area_ha",
    "start_date", "end_date", "devices", "coordinates", "mgrs",
]  # fmt: skip


def written(path: Path, columns: list[str], rows: list[list[str]], encoding: str) -> None:
    table = pd.DataFrame(rows, columns=columns)
    text = table.to_csv(index=False, sep=";" if encoding == "cp1252" else ",")
    path.write_bytes(text.encode(encoding, errors="replace"))


def read_or_tell(reader: Reader, path: Path) -> None:
    """Read with quarantine; every row is in the frame, left out, or in the file."""
    rejects = path.with_suffix(".rejects")
    try:
        frame = reader(path, on_invalid="quarantine", rejects=rejects)
    except MaligeoError:
        assert not list(path.parent.glob(".rejects-*"))
        return
    counts = frame.attrs
    if reader is read_incidents:
        reading = counts["reading"]
        kept = len(frame) + counts["rows_left_out"] + counts["rows_rejected"]
        assert kept + len(reading.set_aside) == counts["rows_in_file"]
        assert (reading.rows_in_file, reading.rows_read) == (counts["rows_in_file"], len(frame))
    assert frame.crs == "EPSG:4326"


def made_of(columns: list[str], least: list[str]) -> st.SearchStrategy[object]:
    chosen = st.lists(st.sampled_from(columns), unique=True).map(
        lambda some: list(dict.fromkeys([*least, *some]))
    )
    return chosen.flatmap(
        lambda names: st.tuples(
            st.just(names),
            st.lists(st.lists(CELLS, min_size=len(names), max_size=len(names)), max_size=8),
            st.sampled_from(["utf-8", "cp1252", "utf-16"]),
        )
    )


@shared
@given(made_of(INCIDENT_COLUMNS, ["date", "type", "lat", "lon"]))
def test_made_tables_of_incidents(
    tmp_path: Path, made: tuple[list[str], list[list[str]], str]
) -> None:
    path = tmp_path / "made.csv"
    written(path, *made)
    read_or_tell(read_incidents, path)


@shared
@given(made_of(INCIDENT_COLUMNS, ["date", "type", "coordinates"]))
def test_made_tables_of_one_cell_positions(
    tmp_path: Path, made: tuple[list[str], list[list[str]], str]
) -> None:
    path = tmp_path / "made.csv"
    written(path, *made)
    read_or_tell(read_incidents, path)


@shared
@given(made_of(AREA_COLUMNS, ["area_id", "status", "wkt"]))
def test_made_tables_of_areas(tmp_path: Path, made: tuple[list[str], list[list[str]], str]) -> None:
    path = tmp_path / "made.csv"
    written(path, *made)
    read_or_tell(read_areas, path)


@shared
@given(
    made_of([name for name in AREA_COLUMNS if name != "wkt"], ["area_id", "status", "lat", "lon"])
)
def test_made_tables_of_turning_points(
    tmp_path: Path, made: tuple[list[str], list[list[str]], str]
) -> None:
    path = tmp_path / "made.csv"
    written(path, *made)
    read_or_tell(read_areas, path)


@shared
@given(
    st.binary(max_size=400),
    st.sampled_from([".csv", ".tsv", ".xlsx", ".parquet", ".geojson", ".zip"]),
)
def test_any_bytes(tmp_path: Path, content: bytes, suffix: str) -> None:
    path = tmp_path / f"any{suffix}"
    path.write_bytes(content)
    for reader in (read_incidents, read_areas):
        read_or_tell(reader, path)


def mutated(content: bytes, seed: int) -> bytes:
    dice = random.Random(seed)
    changed = bytearray(content)
    for _ in range(dice.randint(1, 12)):
        at = dice.randrange(len(changed))
        kind = dice.randrange(4)
        if kind == 0:
            changed[at] = dice.randrange(256)
        elif kind == 1:
            del changed[at : at + dice.randint(1, 40)]
        elif kind == 2:
            changed[at:at] = changed[at : at + dice.randint(1, 40)]
        else:
            changed[at:at] = dice.choice(
                [b'"', b"\0", b"\xff", b"\n", b",", b";", b"\r\n", b"9" * 30]
            )
        if not changed:
            return b""
    return bytes(changed)


@pytest.mark.parametrize("seed", SEEDS, ids=lambda path: path.name)
def test_mutated_files(tmp_path: Path, seed: Path) -> None:
    reader = read_areas if seed.parent.name == "areas" else read_incidents
    content = seed.read_bytes()
    for number in range(40):
        path = tmp_path / seed.name
        path.write_bytes(mutated(content, number))
        read_or_tell(reader, path)


@pytest.mark.parametrize("suffix", [".xlsx", ".parquet", ".gpkg", ".geojson", ".shp", ".fgb"])
def test_mutated_binary_files(tmp_path: Path, suffix: str) -> None:
    table = pd.DataFrame(
        {"date": ["2021-01-01"] * 3, "type": ["ied"] * 3, "lat": 14.5, "lon": -3.5}
    )
    made = tmp_path / f"seed{suffix}"
    if suffix == ".xlsx":
        pytest.importorskip("openpyxl")
        table.to_excel(made, index=False)
    elif suffix == ".parquet":
        table.to_parquet(made)
    else:
        points = gpd.points_from_xy(table["lon"], table["lat"])
        gpd.GeoDataFrame(table, geometry=points, crs=4326).to_file(made)
    content = made.read_bytes()
    for number in range(40):
        made.write_bytes(mutated(content, number))
        read_or_tell(read_incidents, made)
