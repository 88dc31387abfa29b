"""Reading archives that others wrote: the writers of pmtiles and of GDAL."""

import gzip
import sqlite3
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from pmtiles.tile import Compression, TileType, tileid_to_zxy
from pmtiles.writer import Writer

from maligeo.core.errors import ArgumentError, InputFileError
from maligeo.tile_archives import PmtilesFile, Tile, open_tiles, uncompressed

COUNT = 60_000  # so many need leaf directories, when they differ in length
LENGTHS = np.random.default_rng(0).integers(10, 1000, COUNT // 3).tolist()


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("archives") / "large.pmtiles"
    with path.open("wb") as file:
        writer = Writer(file)
        for number in range(COUNT):
            writer.write_tile(number, content_of(number))
        header = {
            "tile_type": TileType.PNG, "tile_compression": Compression.NONE,
            "min_zoom": 0, "max_zoom": 7, "center_zoom": 0,
            "min_lon_e7": -120_000_000, "min_lat_e7": 100_000_000,
            "max_lon_e7": 40_000_000, "max_lat_e7": 250_000_000,
            "center_lon_e7": 0, "center_lat_e7": 0,
        }  # fmt: skip
        writer.finalize(header, {"name": "large"})
    return path


def content_of(number: int) -> bytes:
    tile = number // 3  # runs of three
    return f"tile {tile}".ljust(LENGTHS[tile]).encode()


def test_leaf_directories_are_followed(large: Path) -> None:
    opened = open_tiles(large)
    assert isinstance(opened, PmtilesFile)
    assert any(entry.run_length == 0 for entry in opened.root)
    for number in (*range(0, COUNT, 501), COUNT - 1):
        assert opened.tile(Tile(*tileid_to_zxy(number))) == content_of(number)
    assert opened.tile(Tile(9, 0, 0)) is None


def test_all_tiles_come_in_order(large: Path) -> None:
    found = list(open_tiles(large).tiles())
    assert len(found) == COUNT
    assert found[-1] == (Tile(*tileid_to_zxy(COUNT - 1)), content_of(COUNT - 1))


def test_the_description_of_pmtiles(large: Path) -> None:
    described = open_tiles(large).description
    assert described.archive_format == "pmtiles"
    assert described.tile_type == "png"
    assert described.bounds == (-12.0, 10.0, 4.0, 25.0)
    assert described.metadata == {"name": "large"}


def test_an_archive_that_was_replaced_is_not_read_half(large: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.pmtiles"
    path.write_bytes(large.read_bytes())
    opened = open_tiles(path)
    path.write_bytes(large.read_bytes() + b" ")
    with pytest.raises(InputFileError, match="has changed"):
        opened.tile(Tile(0, 0, 0))


def test_mbtiles_of_gdal_are_read(tmp_path: Path) -> None:
    path = tmp_path / "gdal.mbtiles"
    frame = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.box(-5, 12, 0, 16)], crs=4326)
    pyogrio.write_dataframe(
        frame, path, driver="MVT", layer="boxes", dataset_options={"MINZOOM": 0, "MAXZOOM": 3}
    )
    opened = open_tiles(path)
    assert opened.description.zooms == (0, 3)
    assert opened.description.tile_type == "mvt"
    assert opened.description.metadata["vector_layers"][0]["id"] == "boxes"
    addresses = [address for address, _ in opened.tiles()]
    assert addresses[0] == (0, 0, 0)
    for address in addresses:
        assert b"boxes" in uncompressed(opened.tile(address) or b"")


def test_a_database_with_few_metadata_is_read(tmp_path: Path) -> None:
    path = tmp_path / "bare.mbtiles"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(
            "create table metadata (name text, value text);"
            "insert into metadata values ('name', 'bare'), ('format', 'jpg');"
            "create table tiles (zoom_level int, tile_column int, tile_row int, tile_data blob);"
            "insert into tiles values (3, 1, 7, x'ff'), (5, 0, 0, x'00');"
        )
    opened = open_tiles(path)
    assert opened.description.zooms == (3, 5)
    assert opened.description.bounds == (-180.0, -85.0511, 180.0, 85.0511)
    assert opened.tile(Tile(3, 1, 0)) == b"\xff"
    assert opened.tile(Tile(3, 1, 1)) is None


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="no tile archive"):
        open_tiles("tiles.zip")
    with pytest.raises(InputFileError, match="does not exist"):
        open_tiles(tmp_path / "missing.mbtiles")
    (tmp_path / "a.pmtiles").write_bytes(b"PMTiles\x02" + bytes(200))
    with pytest.raises(InputFileError, match="version 3"):
        open_tiles(tmp_path / "a.pmtiles")
    with pytest.raises(InputFileError, match="damaged"):
        uncompressed(gzip.compress(b"tile")[:-5] + b"wrong")
