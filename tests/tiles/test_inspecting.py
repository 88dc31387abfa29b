"""Archives damaged on purpose: each kind of damage is found and told."""

import gzip
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, cast

import geopandas as gpd
import numpy as np
import pytest
from pmtiles.tile import (
    Compression,
    HeaderDict,
    deserialize_directory,
    deserialize_header,
    serialize_directory,
    serialize_header,
)

from maligeo.core.crs import Bounds
from maligeo.core.errors import ArgumentError, InputFileError
from maligeo.tiles.archives import open_archive
from maligeo.tiles.archives.verify import inspect_tiles, verify_tiles
from maligeo.tiles.colours import encoder_of
from maligeo.tiles.metadata import ArchiveInfo
from maligeo.tiles.vector import vector_tiles

MALI = Bounds(-12.0, 10.0, 4.0, 25.0)
HEADER = 127
SQUARE = encoder_of("png", np.array([[9, 9, 9, 255]], dtype=np.uint8), 256)(
    np.zeros((256, 256), dtype=np.uint8)
)

house_tiles = partial(vector_tiles, audience="internal")  # the door has its own tests


@pytest.fixture(params=["mali.pmtiles", "mali.mbtiles", "mali"])
def vectors(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return make_vectors(tmp_path / request.param)


def make_vectors(path: Path) -> Path:
    rng = np.random.default_rng(1)
    places = gpd.points_from_xy(rng.uniform(-12, 4, 400), rng.uniform(10, 25, 400), crs=4326)
    frame = gpd.GeoDataFrame({"name": [f"n{at}" for at in range(400)]}, geometry=places)
    return house_tiles({"points": frame}, path, zooms=(0, 4))


def make_pictures(path: Path, *, zooms: tuple[int, int] = (0, 1), content: bytes = SQUARE) -> Path:
    with open_archive(path, ArchiveInfo("Pictures", "png", zooms, MALI)) as archive:
        archive.put(0, 0, 0, content)
        archive.put(1, 0, 0, content)
    return path


def reasons(path: Path) -> str:
    return "\n".join(map(str, verify_tiles(path)))


def change_header(path: Path, **changes: Any) -> None:
    content = path.read_bytes()
    header = cast("HeaderDict", {**deserialize_header(content), **changes})
    path.write_bytes(serialize_header(header) + content[HEADER:])


def change_directory(path: Path, change: Callable[[list[Any]], None]) -> None:
    """Change the entries of the root directory, which is then moved to the end of the file."""
    content = path.read_bytes()
    header = deserialize_header(content)
    start, length = header["root_offset"], header["root_length"]
    entries = deserialize_directory(content[start : start + length])
    change(entries)
    made = serialize_directory(entries)
    path.write_bytes(content + made)
    change_header(path, root_offset=len(content), root_length=len(made))


def test_a_whole_archive_has_no_fault(vectors: Path) -> None:
    calls: list[int] = []
    assert verify_tiles(vectors, progress=calls.append) == []
    assert calls == list(range(1, len(calls) + 1))


def test_info_counts_tiles_by_zoom(vectors: Path) -> None:
    info = inspect_tiles(vectors)
    assert info.description.tile_type == "mvt"
    assert info.description.zooms == (0, 4)
    assert info.description.bounds == pytest.approx(MALI, abs=0.2)
    assert [count.tiles for count in info.zooms.values()] == [1, 2, 2, 2, 4]
    assert info.distinct == 11
    assert info.file_bytes >= sum(count.bytes for count in info.zooms.values()) * 0.9


def test_a_flipped_byte_in_a_tile_is_found(tmp_path: Path) -> None:
    path = make_vectors(tmp_path / "a.pmtiles")
    content = bytearray(path.read_bytes())
    content[-200] ^= 0x55
    path.write_bytes(content)
    (fault,) = verify_tiles(path)
    assert fault.address is not None
    assert fault.address.z == 4


def test_a_file_that_is_cut_short_is_found(tmp_path: Path) -> None:
    path = make_vectors(tmp_path / "a.pmtiles")
    whole = path.read_bytes()
    for length in (0, 5, 100, 200, 600, len(whole) - 1):
        path.write_bytes(whole[:length])
        assert verify_tiles(path), length


def test_a_truncated_database_is_found(tmp_path: Path) -> None:
    path = make_vectors(tmp_path / "a.mbtiles")
    whole = path.read_bytes()
    for length in (50, 4096, len(whole) // 2):
        path.write_bytes(whole[:length])
        assert verify_tiles(path), length


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"addressed_tiles_count": 99}, "addressed_tiles_count 99, the directories have 11"),
        ({"tile_entries_count": 99}, "tile_entries_count"),
        ({"tile_contents_count": 99}, "tile_contents_count"),
        ({"tile_data_length": 10**6}, "beyond the end of the file"),
        ({"tile_data_length": 10}, "points beyond the tiles"),
        ({"min_zoom": 1}, "its zoom is not among those of the archive"),
        ({"max_zoom": 60}, "zooms 0 to 60 do not exist"),
        (
            {"min_lon_e7": 1_700_000_000, "max_lon_e7": 1_710_000_000},
            "outside the bounds of",
        ),
        ({"max_lat_e7": -950_000_000}, "no rectangle on the globe"),
        ({"tile_compression": Compression.NONE}, "not compressed as the header says"),
        ({"tile_compression": Compression.BROTLI}, "BROTLI is not read"),
        ({"metadata_length": 0}, "vector_layers"),
        ({"root_length": 10**9}, "too large"),
    ],
)
def test_a_header_that_lies_is_found(tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    path = make_vectors(tmp_path / "a.pmtiles")
    change_header(path, **changes)
    assert reason in reasons(path)


def test_a_directory_out_of_order_is_found(tmp_path: Path) -> None:
    path = make_vectors(tmp_path / "a.pmtiles")

    def overlap(entries: list[Any]) -> None:
        entries[3].run_length = 500

    change_directory(path, overlap)
    assert "not in order" in reasons(path)


def test_directories_that_lead_in_circles_are_found(tmp_path: Path) -> None:
    path = make_vectors(tmp_path / "a.pmtiles")

    def circle(entries: list[Any]) -> None:
        entries[0].run_length = 0
        entries[0].offset, entries[0].length = 0, 0

    change_directory(path, circle)
    header = deserialize_header(path.read_bytes())
    change_header(path, leaf_directory_offset=header["root_offset"])
    assert verify_tiles(path)


def test_pictures_are_decoded(tmp_path: Path) -> None:
    assert verify_tiles(make_pictures(tmp_path / "good.pmtiles")) == []
    broken = SQUARE[:60] + b"\x00" * 8 + SQUARE[68:]
    assert "no whole PNG picture" in reasons(make_pictures(tmp_path / "a.pmtiles", content=broken))
    assert "no whole PNG picture" in reasons(make_pictures(tmp_path / "b.mbtiles", content=b"GIF"))
    small = encoder_of("png", np.zeros((1, 4), dtype=np.uint8), 64)(
        np.zeros((64, 64), dtype=np.uint8)
    )
    assert "measures 64 by 64" in reasons(make_pictures(tmp_path / "c.pmtiles", content=small))


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("delete from metadata where name = 'format'", "lack format"),
        ("delete from metadata where name = 'name'", "lack name"),
        ("delete from metadata where name = 'json'", "vector_layers"),
        ("update metadata set value = '{' where name = 'json'", "not JSON"),
        ("update metadata set value = 'x' where name = 'minzoom'", "no numbers"),
        ("update metadata set value = '1,2' where name = 'bounds'", "not four numbers"),
        ("update metadata set value = 'tiff' where name = 'format'", "'tiff', is not known"),
        ("update map set tile_row = tile_row + 99 where zoom_level = 4", "no such place"),
        (
            "create table twice as select * from tiles union all select * from tiles; "
            "drop view tiles; create view tiles as select * from twice",
            "11 tiles are there more than once",
        ),
        ("update images set tile_data = x'' where tile_id = 0", "it is empty"),
        ("delete from map", "no tile"),
        ("drop view tiles", "no such table"),
        ("drop table metadata", "no such table"),
    ],
)
def test_a_database_that_lies_is_found(tmp_path: Path, statement: str, reason: str) -> None:
    path = make_vectors(tmp_path / "a.mbtiles")
    with closing(sqlite3.connect(path)) as database:
        database.executescript(statement)
    assert reason in reasons(path)


def test_a_layer_that_is_not_described_is_found(tmp_path: Path) -> None:
    path = make_vectors(tmp_path / "a")
    described = json.loads((path / "metadata.json").read_text("utf-8"))
    described["vector_layers"][0]["id"] = "roads"
    (path / "metadata.json").write_text(json.dumps(described), encoding="utf-8")
    assert "layer 'points' is not described" in reasons(path)


def test_many_faults_of_one_kind_are_counted(tmp_path: Path) -> None:
    info = ArchiveInfo("Pictures", "png", (5, 5), Bounds(-180, -85, 180, 85))
    with open_archive(tmp_path / "a.pmtiles", info) as archive:
        for x in range(30):
            archive.put(5, x, 3, b"no picture")
    faults = verify_tiles(tmp_path / "a.pmtiles")
    assert len(faults) == 21
    assert str(faults[-1]) == "10 more tiles: it is no whole PNG picture"


def test_a_tile_that_unpacks_without_end_is_found(tmp_path: Path) -> None:
    info = ArchiveInfo("Bomb", "mvt", (0, 0), MALI, more={"vector_layers": []})
    with open_archive(tmp_path / "a.pmtiles", info) as archive:
        archive.put(0, 0, 0, gzip.compress(bytes(1 << 27)))
    assert "cut short or too large" in reasons(tmp_path / "a.pmtiles")


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    for function in (inspect_tiles, verify_tiles):
        with pytest.raises(InputFileError, match="does not exist"):
            function(tmp_path / "missing.pmtiles")
        (tmp_path / "table.csv").touch()
        with pytest.raises(ArgumentError, match="no tile archive"):
            function(tmp_path / "table.csv")
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputFileError, match=r"metadata\.json"):
        inspect_tiles(tmp_path / "folder")
