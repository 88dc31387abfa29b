import gzip
import json
import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from pmtiles.reader import MemorySource, Reader, all_tiles

from maligeo.core.crs import Bounds
from maligeo.core.errors import ArgumentError, OutputFileError
from maligeo.tile_archives import Tile
from maligeo.tiles.archives import open_archive
from maligeo.tiles.grid import descendants_of
from maligeo.tiles.metadata import ArchiveInfo

BOUNDS = Bounds(-12.3, 10.1, 4.3, 25.0)
INFO = ArchiveInfo(
    "Routes", "png", (0, 4), BOUNDS, attribution="© Moi", more={"legend": [{"from": 0}]}
)
WORLD = list(descendants_of(Tile(0, 0, 0), 4).tiles())
NAMES = ["a.pmtiles", "a.mbtiles", "a"]


def content(tile: Tile) -> bytes:
    return f"tile {tile.x // 4}".encode()


def write(path: Path, tiles: list[Tile], *, job: str = "") -> Path:
    with open_archive(path, INFO, job=job) as archive:
        for tile in tiles:
            archive.put(*tile, content(tile))
        assert len(archive) == len(tiles)
    return path


def bytes_of(path: Path) -> dict[str, bytes]:
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    return {str(file): file.read_bytes() for file in files if file.is_file()}


@pytest.mark.parametrize("name", NAMES)
def test_neither_order_nor_an_older_archive_changes_a_byte(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, WORLD)
    first = bytes_of(path)
    write(path, WORLD[::-1])
    assert bytes_of(path) == first
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


def test_pmtiles_are_read_by_their_own_reader(tmp_path: Path) -> None:
    source = MemorySource(write(tmp_path / "a.pmtiles", WORLD).read_bytes())
    header = Reader(source).header()
    assert dict(all_tiles(source)) == {tuple(tile): content(tile) for tile in WORLD}
    assert Reader(source).get(4, 9, 3) == b"tile 2"
    assert Reader(source).get(3, 0, 0) is None
    assert header["clustered"]
    assert (header["min_zoom"], header["max_zoom"]) == (0, 4)
    assert header["addressed_tiles_count"] == 256
    assert header["tile_contents_count"] == 4
    assert header["tile_entries_count"] < 256
    assert header["tile_data_length"] == 4 * len(b"tile 0")
    assert header["min_lon_e7"] == -123_000_000
    metadata = Reader(source).metadata()
    assert metadata["name"] == "Routes"
    assert metadata["attribution"] == "© Moi"
    assert metadata["legend"] == [{"from": 0}]


def test_pmtiles_of_many_tiles_have_leaves(tmp_path: Path) -> None:
    tiles = list(descendants_of(Tile(0, 0, 0), 7).tiles())
    chance = random.Random(0)
    content = {tuple(tile): chance.randbytes(chance.randint(20, 300)) for tile in tiles}
    with open_archive(tmp_path / "a.pmtiles", INFO) as archive:
        archive.put_part(0, [(tile, content[tile]) for tile in tiles])
    source = MemorySource((tmp_path / "a.pmtiles").read_bytes())
    assert Reader(source).header()["leaf_directory_length"] > 0
    assert dict(all_tiles(source)) == content


def test_mbtiles_have_the_schema_of_the_specification(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mbtiles", WORLD)
    with closing(sqlite3.connect(path)) as database:
        metadata = dict(database.execute("select name, value from metadata"))
        rows = database.execute(
            "select zoom_level, tile_column, tile_row, tile_data from tiles"
        ).fetchall()
        application = database.execute("pragma application_id").fetchone()
        images = database.execute("select count(*) from images").fetchone()
        sound = database.execute("pragma integrity_check").fetchone()
    assert metadata["format"] == "png"
    assert metadata["minzoom"] == "0"
    assert metadata["maxzoom"] == "4"
    assert [float(part) for part in metadata["bounds"].split(",")] == list(BOUNDS)
    assert metadata["center"] == "-4.0000000,17.5500000,4"
    assert json.loads(metadata["legend"]) == [{"from": 0}]
    flipped = {(z, x, 2**z - 1 - y): data for z, x, y, data in rows}
    assert flipped == {tuple(tile): content(tile) for tile in WORLD}
    assert application == (0x4D504258,)
    assert images == (4,)
    assert sound == ("ok",)


def test_a_folder_holds_files_and_a_tilejson(tmp_path: Path) -> None:
    path = write(tmp_path / "tiles", WORLD)
    assert (path / "4" / "9" / "3.png").read_bytes() == b"tile 2"
    tilejson = json.loads((path / "metadata.json").read_text(encoding="utf-8"))
    assert tilejson["tiles"] == ["{z}/{x}/{y}.png"]
    assert tilejson["bounds"] == list(BOUNDS)
    assert tilejson["name"] == "Routes"


def test_vector_tiles_say_how_they_are_compressed(tmp_path: Path) -> None:
    info = ArchiveInfo("Points", "mvt", (0, 0), BOUNDS, more={"vector_layers": [{"id": "a"}]})
    for name in NAMES:
        with open_archive(tmp_path / name, info) as archive:
            archive.put(0, 0, 0, gzip.compress(b"vector", mtime=0))
    source = MemorySource((tmp_path / "a.pmtiles").read_bytes())
    header = Reader(source).header()
    assert (header["tile_type"].name, header["tile_compression"].name) == ("MVT", "GZIP")
    with closing(sqlite3.connect(tmp_path / "a.mbtiles")) as database:
        metadata = dict(database.execute("select name, value from metadata"))
    assert metadata["format"] == "pbf"
    assert json.loads(metadata["json"]) == {"vector_layers": [{"id": "a"}]}
    assert (tmp_path / "a" / "0" / "0" / "0.pbf").read_bytes() == b"vector"


def test_an_archive_may_be_empty(tmp_path: Path) -> None:
    for name in NAMES:
        write(tmp_path / name, [])
    assert list(all_tiles(MemorySource((tmp_path / "a.pmtiles").read_bytes()))) == []


def test_wrong_calls_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="suffix of the archive"), open_archive("a.zip", INFO):
        pass
    with pytest.raises(ArgumentError, match="zooms"):
        ArchiveInfo("", "png", (4, 2), BOUNDS)
    with pytest.raises(ArgumentError, match="tile_type"):
        ArchiveInfo("", "gif", (0, 2), BOUNDS)  # type: ignore[arg-type]
    with open_archive(tmp_path / "a.pmtiles", INFO) as archive:
        with pytest.raises(ArgumentError, match="no tile 1/2/0"):
            archive.put(1, 2, 0, b"")
        archive.put(1, 1, 0, b"one")
        archive.put(1, 1, 0, b"one")
        with pytest.raises(ArgumentError, match="put twice, with different"):
            archive.put(1, 1, 0, b"two")
        with pytest.raises(ArgumentError, match="put twice"):
            archive.put_part(77, [(Tile(1, 1, 0), b"three")])


def test_a_folder_of_something_else_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("friend")
    (tmp_path / "is_a_file").write_text("x")
    (tmp_path / "folder.pmtiles").mkdir()
    for name in ("letters", "is_a_file", "folder.pmtiles"):
        with (
            pytest.raises(OutputFileError, match="cannot write"),
            open_archive(tmp_path / name, INFO),
        ):
            pass
    assert (tmp_path / "letters" / "dear.txt").read_text() == "friend"


def test_a_failure_in_the_block_keeps_the_old_archive(tmp_path: Path) -> None:
    path = write(tmp_path / "a.pmtiles", WORLD)
    before = path.read_bytes()
    with pytest.raises(KeyError), open_archive(path, INFO) as archive:
        archive.put(0, 0, 0, b"new")
        raise KeyError
    assert path.read_bytes() == before


ON_A_SMALL_DISK = """
import resource, sys
from maligeo.core.errors import OutputFileError
from maligeo.tiles.archives import open_archive
from maligeo.core.crs import Bounds
from maligeo.tile_archives import Tile
from maligeo.tiles.grid import descendants_of
from maligeo.tiles.metadata import ArchiveInfo

path, limit, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
info = ArchiveInfo("a", "png", (0, 4), Bounds(-12, 10, 4, 25))
try:
    with open_archive(path, info, job="one") as archive:
        for tile in list(descendants_of(Tile(0, 0, 0), 4).tiles())[:last]:
            archive.put(*tile, repr(tile).encode() * 100)
except OutputFileError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no file")
@pytest.mark.parametrize("name", NAMES)
def test_a_full_disk_is_one_clear_error_and_the_run_goes_on(tmp_path: Path, name: str) -> None:
    def run(folder: str, limit: int, last: int = 256) -> str:
        (tmp_path / folder).mkdir(exist_ok=True)
        path = tmp_path / folder / name
        command = [sys.executable, "-c", ON_A_SMALL_DISK, str(path), str(limit), str(last)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return done.stdout

    said = run("small", 100_000)
    assert "cannot write" in said
    assert "File too large" in said
    assert [entry.name for entry in (tmp_path / "small").iterdir()] == [f".{name}.journal"]
    assert 50_000 < (tmp_path / "small" / f".{name}.journal").stat().st_size <= 100_000
    assert run("small", 10_000_000) == run("large", 10_000_000) == ""
    ours, theirs = (bytes_of(tmp_path / folder / name) for folder in ("small", "large"))
    assert list(ours.values()) == list(theirs.values())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no file")
def test_a_disk_that_fills_up_while_the_archive_is_made_leaves_none(tmp_path: Path) -> None:
    path = tmp_path / "a.mbtiles"
    journal = tmp_path / ".a.mbtiles.journal"
    command = [sys.executable, "-c", ON_A_SMALL_DISK, str(path)]
    size = 256 * (100 * len(repr(WORLD[0])) + 60)  # room for the journal, not for the pages
    limits = [str(size), str(size + 20_000), str(size + 40_000)]
    said = [
        subprocess.run([*command, limit, "256"], check=True, capture_output=True, text=True).stdout
        for limit in limits
    ]
    assert all("cannot write" in words for words in said if words)
    assert path.exists() != journal.exists()
    subprocess.run([*command, "10000000", "256"], check=True)
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.mbtiles"]
