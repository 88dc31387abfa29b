"""Files that would hold a reader up, or never end: refused in words, at once."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from maligeo.core.databases import rows_of
from maligeo.readers.files.vectors import list_layers, read_vector

PATIENCE_S = 120.0  # for what should end at once
ENDLESS = "with recursive n(i) as (select 1 union all select i + 1 from n)"
OPEN_TILES = "from maligeo import tile_archives; tile_archives.open_tiles(sys.argv[1])"
UNITS = "maligeo.load_boundaries()"
POINTS = [shapely.Point(-4.2, 14.5), shapely.Point(-3.0, 16.8)]


CALLS = """
import sys, maligeo
for call, sys.argv[1] in zip(sys.argv[1::2], sys.argv[2::2]):
    try:
        exec(call)
    except maligeo.MaligeoError as error:
        print(error, flush=True)
    else:
        print(f"nothing is refused by {call}", flush=True)
"""


def message_of(*calls: Path | str) -> str:
    """Call functions of maligeo, each with its file, in a process; give what refuses them."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", CALLS, *map(str, calls)],
            check=False, capture_output=True, text=True, timeout=PATIENCE_S,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return "nothing at all"
    return done.stdout + done.stderr


def geopackage(path: Path, view: str, *, registered: bool) -> Path:
    """Write a layer and a view that is one too, if it is registered."""
    gpd.GeoDataFrame({"area_id": ["a", "b"]}, geometry=POINTS, crs=4326).to_file(
        path, layer="stored"
    )
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"create view computed as {view}")
        if registered:
            database.execute(
                "insert into gpkg_contents (table_name, data_type, identifier, srs_id) "
                "values ('computed', 'features', 'computed', 4326)"
            )
            database.execute(
                "insert into gpkg_geometry_columns values ('computed', 'geom', 'POINT', 4326, 0, 0)"
            )
        database.commit()
    return path


class TestGeoPackages:
    VIEW = f"{ENDLESS} select i as fid, (select geom from stored) as geom from n order by i desc"

    @pytest.mark.parametrize("layer", ["#computed", ""])
    def test_a_view_is_not_run(self, tmp_path: Path, layer: str) -> None:
        path = geopackage(tmp_path / "view.gpkg", self.VIEW, registered=True)
        if not layer:
            with closing(sqlite3.connect(path)) as database:
                database.execute("delete from gpkg_geometry_columns where table_name = 'stored'")
                database.commit()
        said = message_of("maligeo.read_incidents(sys.argv[1])", f"{path}{layer}")
        assert "'computed' is a stored query" in said

    @pytest.mark.parametrize("registered", [True, False])
    def test_a_stored_layer_next_to_a_view_is_read(self, tmp_path: Path, registered: bool) -> None:
        view = "select fid, geom from stored"
        path = geopackage(tmp_path / "view.gpkg", view, registered=registered)
        assert list_layers(path) == ["stored", "computed"][: 1 + registered]
        assert read_vector(path, layer="stored").geometry.tolist() == POINTS


def test_tiles_that_are_an_endless_query(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "map.mbtiles")) as database:
        database.execute("create table metadata (name, value)")
        database.executemany(
            "insert into metadata values (?, ?)",
            {"format": "png", "minzoom": "0", "maxzoom": "1"}.items(),
        )
        database.execute(
            f"create view tiles as {ENDLESS} select i as zoom_level, i as tile_column, "
            "i as tile_row, '' as tile_data from n"
        )
        database.commit()
    said = message_of(f"{OPEN_TILES}.tile((0, 0, 0))", tmp_path / "map.mbtiles")
    assert "a query that is stored in it does not end" in said


class TestGeoJson:
    @staticmethod
    def write(path: Path, *properties: dict[str, int]) -> Path:
        point = {"type": "Point", "coordinates": [-4.2, 14.5]}
        features = [
            {"type": "Feature", "geometry": point, "properties": each} for each in properties
        ]
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        return path

    def test_more_properties_than_a_spreadsheet_has_columns(self, tmp_path: Path) -> None:
        path = self.write(tmp_path / "props.geojson", {f"p{at}": at for at in range(50_000)})
        said = message_of("maligeo.read_incidents(sys.argv[1])", path)
        assert "50000 columns; more than 16384 is none" in said

    def test_properties_of_its_own_for_each_feature(self, tmp_path: Path) -> None:
        path = self.write(tmp_path / "own.geojson", *({f"p{at}": at} for at in range(16_000)))
        said = message_of("maligeo.read_incidents(sys.argv[1])", path)
        assert "256,000,000 cells" in said
        assert "leave out the empty columns" in said

    def test_many_properties_are_read(self, tmp_path: Path) -> None:
        path = self.write(tmp_path / "survey.geojson", *[{f"p{at}": at for at in range(500)}] * 9)
        assert read_vector(path).shape == (9, 501)


def test_more_names_in_kml_than_a_spreadsheet_has_columns(tmp_path: Path) -> None:
    value = "<Placemark><ExtendedData><Data name='p{}'><value>1</value></Data></ExtendedData>"
    value += "<Point><coordinates>-4.2,14.5</coordinates></Point></Placemark>"
    places = "".join(map(value.format, range(50_000)))
    space = "http://www.opengis.net/kml/2.2"
    (tmp_path / "names.kml").write_text(f"<kml xmlns='{space}'><Document>{places}</Document></kml>")
    said = message_of("maligeo.read_areas(sys.argv[1])", tmp_path / "names.kml")
    assert "50000 columns; more than 16384 is none" in said


class TestParquet:
    @pytest.mark.parametrize("call", ["read_incidents", "read_boundaries", "read_counts"])
    def test_rows_that_repeat_one_another(self, tmp_path: Path, call: str) -> None:
        rows = pa.nulls(20_000_000, pa.string()) if call == "read_counts" else 20_000_000 * [1]
        pq.write_table(pa.table({"event_id": rows}), tmp_path / "rle.parquet")
        said = message_of(f"maligeo.{call}(sys.argv[1])", tmp_path / "rle.parquet")
        assert "announces 20,000,000 cells" in said

    def test_rows_that_differ_are_read_however_many(self, tmp_path: Path) -> None:
        """A million incidents on few days in few places; ids take two bytes of a row."""
        number, chance = 1_000_000, np.random.default_rng(1)
        incidents = pd.DataFrame(
            {
                "event_id": np.arange(number),
                "date": chance.choice(["2021-03-04", "2021-03-05"], number),
                "event_type": "ied",
                "lon": chance.choice([-4.2, -3.0], number),
                "lat": 14.5,
                **{f"more {at}": None for at in range(20)},
            }
        )
        incidents.to_parquet(tmp_path / "many.parquet", compression="zstd")
        call = "print(len(maligeo.read_incidents(sys.argv[1])))"
        said = message_of(call, tmp_path / "many.parquet")
        assert said.splitlines()[0] == str(number)


READERS = [
    ("maligeo.read_incidents(sys.argv[1])", ".csv"),
    ("maligeo.read_incidents(sys.argv[1])", ".xlsx"),
    ("maligeo.read_incidents(sys.argv[1])", ".parquet"),
    ("maligeo.read_incidents(maligeo.Source(sys.argv[1]))", ".geojson"),
    ("maligeo.read_areas(sys.argv[1])", ".gpkg"),
    ("maligeo.read_boundaries(sys.argv[1], level=1)", ".zip"),
    ("maligeo.read_projects(sys.argv[1])", ".xml"),
    ("maligeo.read_projects(sys.argv[1], source='iati')", ".xml"),
    ("maligeo.read_counts(sys.argv[1])", ".csv"),
    ("maligeo.study(incidents=sys.argv[1]).table", ".csv"),
    (f"maligeo.population({UNITS}, raster=sys.argv[1], kind='count', year=2020)", ".tif"),
    (OPEN_TILES, ".pmtiles"),
    (OPEN_TILES, ".mbtiles"),
    ("maligeo.read_about(sys.argv[1])", ".html"),
]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    calls: list[Path | str] = []
    for at, (call, suffix) in enumerate(READERS):
        os.mkfifo(tmp_path / f"{at}{suffix}")
        calls += [call, tmp_path / f"{at}{suffix}"]
    said = message_of(*calls).splitlines()
    assert len(said) == len(READERS), said
    for (call, suffix), line in zip(READERS, said, strict=True):
        assert "is no file but a pipe or a device" in line, f"{call} of {suffix}"


def test_asking_a_database_leaves_nothing_next_to_it(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "logged.gpkg")) as database:
        database.execute("pragma journal_mode = wal")
        database.execute("create table layers (name)")
        database.execute("insert into layers values ('land')")
        database.commit()
    asked = rows_of(tmp_path / "logged.gpkg", "select name from layers")
    assert next(asked) == ("land",)
    assert [file.name for file in tmp_path.iterdir()] == ["logged.gpkg"]
