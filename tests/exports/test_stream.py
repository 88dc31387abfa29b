import csv
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow.csv
import pytest

from maligeo.core.errors import ArgumentError, InputFileError, ReleaseError
from maligeo.core.spreadsheets import guarded
from maligeo.exports import write_layers, write_table
from maligeo.exports.write import open_stream
from maligeo.provenance import read_about
from maligeo.provenance.record import InputFile, Provenance
from tests.exports import exportworlds as small

PIECES = [
    pd.DataFrame(
        {
            "event_id": ["a", "é;\"b'"],
            "adm1_name": pd.Categorical(["Gao", None]),
            "lon": [0.5, None],
            "lat": [14.0, None],
            "locate_distance_m": [0.0, None],
        }
    ),
    pd.DataFrame(
        {
            "event_id": ["c"],
            "adm1_name": pd.Categorical(["Kidal"]),
            "lon": [1.5],
            "lat": [19.0],
            "locate_distance_m": [12.5],
        }
    ),
]


def written(path: Path, *, about: Provenance | None = None) -> Path:
    with open_stream(path, audience="internal", about=about) as write:
        for piece in PIECES:
            write(piece)
    return path


def test_csv(tmp_path: Path) -> None:
    table = pd.read_csv(written(tmp_path / "out.csv"))
    expected = pd.concat(PIECES).astype({"adm1_name": "object"}).reset_index(drop=True)
    pd.testing.assert_frame_equal(table, expected, check_dtype=False)


HOSTILE = ("one\rtwo", 'say "no"', "a,b", "line\nbreak", "\rCR", "", None)


def test_csv_keeps_every_row_whatever_its_cells_hold(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    rows = pd.DataFrame({"event_id": HOSTILE, "note": "x"})
    with open_stream(path, audience="internal") as write:
        write(rows.iloc[:3])
        write(rows.iloc[3:])
    expected = ["" if text is None else guarded(text) for text in HOSTILE]
    assert len(pd.read_csv(path)) == len(rows)
    table = pyarrow.csv.read_csv(
        path, parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True)
    )
    assert table["event_id"].to_pylist() == expected
    with path.open(encoding="utf-8", newline="") as file:
        assert [row[0] for row in csv.reader(file)][1:] == expected


def test_streams_and_tables_write_the_same_csv(tmp_path: Path) -> None:
    table = small.table()
    write_table(table, tmp_path / "whole.csv", audience="internal", about=ABOUT)
    with open_stream(tmp_path / "pieces.csv", audience="internal", about=ABOUT) as write:
        write(table.iloc[:2])
        write(table.iloc[2:])
    assert (tmp_path / "pieces.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()
    descriptions = [
        json.loads((tmp_path / f"{name}.csv-metadata.json").read_bytes()) | {"url": ""}
        for name in ("pieces", "whole")
    ]
    assert descriptions[0] == descriptions[1]


def test_a_geopackage_in_pieces_has_the_tables_of_a_whole_one(tmp_path: Path) -> None:
    frame = small.incidents()
    write_layers({"located": frame}, tmp_path / "whole.gpkg", audience="internal", about=ABOUT)
    positions = pd.DataFrame(frame.drop(columns="geometry"))
    positions = positions.assign(lon=frame.geometry.x, lat=frame.geometry.y)
    with open_stream(tmp_path / "pieces.gpkg", audience="internal", about=ABOUT) as write:
        write(positions)
    for query in (
        "select name, sql from sqlite_master where name like 'gpkg%' order by name",
        "select * from gpkg_extensions order by 1, 2, 3",
        "select * from gpkg_metadata where id = 1",
        "select name, title from gpkg_data_columns where name = 'event_id'",
    ):
        found = []
        for name in ("whole", "pieces"):
            with closing(sqlite3.connect(tmp_path / f"{name}.gpkg")) as database:
                found.append(database.execute(query).fetchall())
        assert found[0] == found[1] != []


def test_pieces_may_hold_what_a_table_may_not(tmp_path: Path) -> None:
    mixed = pd.DataFrame({"event_id": ["a", 1], "when": pd.to_datetime(["2021-01-01"] * 2)})
    pieces = [
        mixed.assign(lon=[1.0, None], lat=[14.0, None], when=mixed["when"].dt.tz_localize("UTC")),
        mixed.assign(lon=[float("inf"), 2.0], lat=[1.0, 2.0], when="-"),
    ]
    with open_stream(tmp_path / "out.csv", audience="internal") as write:
        for piece in pieces:
            write(piece)
    assert pd.read_csv(tmp_path / "out.csv")["event_id"].tolist() == ["a", "1", "a", "1"]


@pytest.mark.parametrize(
    ("name", "read"), [("out.parquet", gpd.read_parquet), ("out.gpkg", gpd.read_file)]
)
def test_geographic_files(
    tmp_path: Path, name: str, read: Callable[[Path], gpd.GeoDataFrame]
) -> None:
    frame = read(written(tmp_path / name))
    assert frame.crs.to_epsg() in (4326, None) or frame.crs.to_string() == "OGC:CRS84"
    assert frame["event_id"].tolist() == ["a", "é;\"b'", "c"]
    assert frame["adm1_name"].astype("object").where(frame["adm1_name"].notna(), None).tolist() == [
        "Gao",
        None,
        "Kidal",
    ]
    assert frame.geometry.isna().tolist() == [False, True, False]
    assert (frame.geometry.iloc[2].x, frame.geometry.iloc[2].y) == (1.5, 19.0)


ABOUT = Provenance(
    "locate",
    {"records": {"role": "records"}},
    (InputFile("records", "é.csv", "ab" * 32),),
    "internal",
    {"numpy": "2"},
    {"vintage": "2015"},
)


@pytest.mark.parametrize("name", ["out.csv", "out.parquet", "out.gpkg"])
def test_the_record_is_read_back_and_the_bytes_are_the_same(tmp_path: Path, name: str) -> None:
    contents = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        path = written(folder / name, about=ABOUT)
        assert read_about(path) == ABOUT
        contents.append({file.name: file.read_bytes() for file in folder.iterdir()})
    assert contents[0] == contents[1]
    plain = written(tmp_path / "plain" / name)
    with pytest.raises(InputFileError, match="carries no record"):
        read_about(plain)


def test_a_geopackage_is_the_same_at_another_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [tmp_path / name / "out.gpkg" for name in ("one", "two")]
    for path, day in zip(paths, ("2021-01-01", "2022-02-02"), strict=True):
        monkeypatch.setenv("OGR_CURRENT_DATE", f"{day}T00:00:00.000Z")
        written(path, about=ABOUT)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    with closing(sqlite3.connect(paths[0])) as database:
        assert database.execute("pragma integrity_check").fetchall() == [("ok",)]
        assert database.execute("pragma foreign_key_check").fetchall() == []
        extensions = database.execute("select table_name from gpkg_extensions").fetchall()
    assert {("gpkg_metadata",), ("gpkg_metadata_reference",)} <= set(extensions)


def test_a_csv_without_record_does_not_keep_that_of_an_older_one(tmp_path: Path) -> None:
    path = written(tmp_path / "out.csv", about=ABOUT)
    described = json.loads((tmp_path / "out.csv-metadata.json").read_text(encoding="utf-8"))
    assert described["url"] == "out.csv"
    written(path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.csv"]
    own = tmp_path / "out.csv-metadata.json"
    own.write_text('{"url": "out.csv", "notes": "by its owner"}')
    written(path)
    assert own.exists()


@pytest.mark.parametrize("name", ["out.csv", "out.parquet", "out.gpkg"])
def test_pieces_have_to_be_released(tmp_path: Path, name: str) -> None:
    for audience in ("partner", "public"):
        stream = open_stream(tmp_path / name, audience=audience)
        with pytest.raises(ReleaseError, match="the rows"), stream as write:
            write(PIECES[0].assign(event_type="ied", date="2021-01-01"))
    assert not list(tmp_path.iterdir())
    with pytest.raises(ArgumentError, match="audience 'all'"):
        open_stream(tmp_path / name, audience="all")  # type: ignore[arg-type]


def test_parquet_without_positions_is_plain(tmp_path: Path) -> None:
    with open_stream(tmp_path / "out.parquet", audience="internal") as write:
        write(PIECES[0].drop(columns=["lon", "lat"]))
    assert len(pd.read_parquet(tmp_path / "out.parquet")) == 2


def test_a_failure_leaves_no_file(tmp_path: Path) -> None:
    for name in ("out.csv", "out.parquet", "out.gpkg"):
        with pytest.raises(KeyError), open_stream(tmp_path / name, audience="internal") as write:
            write(PIECES[0])
            raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_another_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r"'.docx' is not known; choose from .csv"):
        open_stream(tmp_path / "out.docx", audience="internal")
