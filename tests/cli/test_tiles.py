import json
import os
import re
import socket
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path

import mapbox_vector_tile
import pytest

from maligeo.core.crs import Bounds
from maligeo.serving.served import CogFile
from maligeo.tile_archives import open_tiles, uncompressed
from maligeo.tiles.archives import open_archive
from maligeo.tiles.metadata import ArchiveInfo
from tests.cli.commands import run

CSV = "event_id,date,event_type,lon,lat\n" + "".join(
    f"E{at},2021-05-{at % 28 + 1:02d},ied,{-3 + at * 0.02:.4f},{14 + at * 0.01:.4f}\n"
    for at in range(60)
)


@pytest.fixture
def incidents(tmp_path: Path) -> Path:
    path = tmp_path / "incidents.csv"
    path.write_text(CSV, encoding="utf-8")
    return path


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "mali.pmtiles"
    done = run("tiles", "vector", "-o", str(path), "--zooms", "0-4")
    assert done.returncode == 0, done.stderr
    return path


def test_vector_tiles_of_the_bundled_boundaries(archive: Path) -> None:
    described = open_tiles(archive).description
    assert described.zooms == (0, 4)
    assert [layer["id"] for layer in described.metadata["vector_layers"]] == ["boundaries"]


def test_vector_tiles_of_files(incidents: Path, archive: Path, tmp_path: Path) -> None:
    lines = tmp_path / "roads.geojson"
    lines.write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"a": 1}, '
        '"geometry": {"type": "LineString", "coordinates": [[-4, 14], [-3, 15]]}}]}',
        encoding="utf-8",
    )
    target = tmp_path / "both.mbtiles"
    done = run(
        "tiles", "vector", "--incidents", str(incidents), "--layer", f"roads={lines}",
        "--zooms", "2-5", "--low-zooms", "cluster", "--audience", "internal", "-o", str(target),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    metadata = open_tiles(target).description.metadata
    assert [layer["id"] for layer in metadata["vector_layers"]] == ["incidents", "roads"]
    assert metadata["audience"] == "internal"
    assert "audience: internal" in run("tiles", "info", str(target)).stdout


def test_public_tiles_hold_what_is_released_alone(incidents: Path, tmp_path: Path) -> None:
    target = tmp_path / "public.mbtiles"
    command = ("tiles", "vector", "--incidents", str(incidents), "--zooms", "5-5", "-o")
    done = run(*command, str(target), "--as-of", "2024-01-01")
    assert done.returncode == 0, done.stderr
    metadata = open_tiles(target).description.metadata
    assert metadata["audience"] == "public"
    assert metadata["attribution"].startswith("Natural Earth, domaine public")
    fields = metadata["vector_layers"][0]["fields"]
    assert "date" in fields
    assert not {"event_id", "killed", "source"} & set(fields)
    (layer,) = [
        mapbox_vector_tile.decode(uncompressed(data))["incidents"]
        for _, data in open_tiles(target).tiles()
    ]
    told = {json.dumps(feature["geometry"]) for feature in layer["features"]}
    assert len(told) == 1  # 60 places, given by one mark in the middle of their region
    assert "adm1_name" in fields


AREAS = """{"type": "FeatureCollection", "features": [{"type": "Feature",
"properties": {"area_id": "A1", "status": "confirmed"}, "geometry": {"type": "Polygon",
"coordinates": [[[-4, 14], [-3.99, 14], [-3.99, 14.01], [-4, 14.01], [-4, 14]]]}}]}"""


def test_a_layer_that_an_audience_may_not_see_is_named(
    incidents: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    areas, target = tmp_path / "areas.geojson", tmp_path / "public.pmtiles"
    areas.write_text(AREAS, encoding="utf-8")
    command = ("tiles", "vector", "--areas", str(areas), "--zooms", "0-3", "-o", str(target))
    both = (*command, "--incidents", str(incidents), "--as-of", "2024-01-01")
    done = run(*both)
    assert done.returncode == 0, done.stderr
    assert any("Left out: areas. They have no places" in text for text in caplog.messages)
    metadata = open_tiles(target).description.metadata
    assert metadata["left_out"] == ["areas"]
    assert [layer["id"] for layer in metadata["vector_layers"]] == ["incidents"]
    assert "left out for this audience: areas" in run("tiles", "info", str(target)).stdout
    again = run("verify", str(target), "--incidents", str(incidents), "--areas", str(areas))
    assert "same: every byte" in again.stdout, again.stderr
    alone = run(*command)
    assert alone.returncode == 1
    assert "areas have no places" in alone.stderr
    caplog.clear()
    run(*both, "--audience", "internal")
    assert not any("Left out" in text for text in caplog.messages)
    assert "left_out" not in open_tiles(target).description.metadata


def test_what_is_said_of_records_is_kept_and_verified(incidents: Path, tmp_path: Path) -> None:
    target = tmp_path / "house.pmtiles"
    credit = ("--attribution", "Une ONG, CC BY 4.0", "--audience", "internal")
    done = run("tiles", "vector", "--incidents", str(incidents), *credit, "-o", str(target))
    assert done.returncode == 0, done.stderr
    assert "Une ONG, CC BY 4.0" in run("tiles", "info", str(target)).stdout
    again = run("verify", str(target), "--incidents", str(incidents))
    assert "same: every byte" in again.stdout, again.stderr


def test_info_tells_the_largest_tile_and_what_to_do(tmp_path: Path) -> None:
    target = tmp_path / "large.pmtiles"
    info = ArchiveInfo("Large", "png", (0, 1), Bounds(-12.0, 10.0, 4.0, 25.0))
    with open_archive(target, info) as archive:
        archive.put(0, 0, 0, bytes(400_000))
        archive.put(1, 0, 0, bytes(600_000))
    text = run("tiles", "info", str(target)).stdout
    assert "largest tile: 1/0/0 with 600,000 bytes" in text
    assert "1/0/0 has 600 kB, more than the 500 kB" in text


def test_info_tells_zooms_and_layers(archive: Path) -> None:
    done = run("tiles", "info", str(archive))
    assert done.returncode == 0, done.stderr
    assert "pmtiles, mvt tiles" in done.stdout
    assert "layer boundaries:" in done.stdout
    assert re.search(r"^4 +\d+ +[\d,]+", done.stdout, re.MULTILINE)


def test_verify_finds_a_damaged_byte(archive: Path) -> None:
    assert run("tiles", "verify", str(archive)).returncode == 0
    content = bytearray(archive.read_bytes())
    content[-100] ^= 0xFF
    archive.write_bytes(content)
    done = run("tiles", "verify", str(archive))
    assert done.returncode == 1
    assert "tile 4/" in done.stdout
    assert not done.stderr


def test_surface_to_picture_tiles(incidents: Path, tmp_path: Path) -> None:
    raster, target = tmp_path / "surface.tif", tmp_path / "surface.pmtiles"
    house = ("--audience", "internal")
    done = run("surface", str(incidents), "-o", str(raster), "--bandwidth-km", "60", "--cell-km",
               "10", *house)  # fmt: skip
    assert done.returncode == 0, done.stderr
    refused = run("tiles", "raster", str(raster), "-o", str(target), "--zooms", "0-5")
    assert refused.returncode == 1
    assert "surface.tif is not known to be released for the audience 'public'" in refused.stderr
    done = run("tiles", "raster", str(raster), "-o", str(target), "--zooms", "0-5", *house)
    assert done.returncode == 0, done.stderr
    assert run("tiles", "verify", str(target)).returncode == 0
    metadata = open_tiles(target).description.metadata
    assert "Natural Earth, domaine public" in metadata["attribution"]
    assert CogFile(raster).description.metadata["attribution"] == metadata["attribution"]


def test_serve_answers_until_it_is_ended(archive: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "maligeo", "serve", str(archive.parent), "--port", str(port)],
        env=os.environ | {"PYTHONWARNINGS": "error", "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    with process:
        try:
            assert process.stdout is not None
            assert f"127.0.0.1:{port}" in process.stdout.readline()
            assert b"TileJSON" in answer_of(port, process)
        finally:
            process.terminate()


def answer_of(port: int, process: "subprocess.Popen[str]") -> bytes:
    """Ask as soon as the server listens."""
    while process.poll() is None:
        connection = HTTPConnection("127.0.0.1", port)
        try:
            connection.request("GET", "/")
            return connection.getresponse().read()
        except ConnectionRefusedError:
            continue
        finally:
            connection.close()
    raise AssertionError("the server has ended")


def test_others_are_not_served_what_is_internal(archive: Path, incidents: Path) -> None:
    house = archive.with_name("house.pmtiles")
    done = run("tiles", "vector", "--incidents", str(incidents), "--zooms", "0-2",
               "--audience", "internal", "-o", str(house))  # fmt: skip
    assert done.returncode == 0, done.stderr
    refused = run("serve", str(archive.parent), "--host", "0.0.0.0")
    assert refused.returncode == 1
    assert (
        "not for the audience 'public', or without a word for whom: house.pmtiles" in refused.stderr
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("tiles", "info", "missing.pmtiles"), "does not exist"),
        (("tiles", "verify", "missing.mbtiles"), "does not exist"),
        (("tiles", "info", "table.csv"), "no tile archive"),
        (("tiles", "vector", "-o", "x.zip"), "suffix"),
        (("tiles", "vector", "-o", "x.pmtiles", "--zooms", "low"), "0-10"),
        (("tiles", "vector", "-o", "x.pmtiles", "--zooms", "5-2"), "zooms"),
        (("tiles", "vector", "-o", "x.pmtiles", "--layer", "roads"), "name=file"),
        (("tiles", "vector", "-o", "x.pmtiles", "--low-zooms", "thin"), "cluster, all"),
        (("tiles", "raster", "missing.tif", "-o", "x.pmtiles"), "missing.tif"),
        (("surface", "missing.csv", "-o", "x.tif"), "missing.csv"),
        (("surface", "missing.csv", "-o", "x.png"), ".tif"),
        (("serve", "missing"), "not a folder"),
        (("serve", ".", "--port", "0"), "port 0"),
        (("serve", ".", "--audience", "all"), "audience 'all'"),
        (("tiles", "vector", "-o", "x.pmtiles", "--audience", "all"), "audience 'all'"),
    ],
)
def test_a_mistake_is_one_clear_line(
    tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 1
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not list(tmp_path.iterdir())
