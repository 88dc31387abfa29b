"""The tile server over real sockets on this machine: what it gives, and what it refuses."""

import asyncio
import gzip
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from affine import Affine

from maligeo.core.crs import Bounds
from maligeo.core.errors import ArgumentError, InputFileError, ReleaseError
from maligeo.provenance.record import KEY, Provenance
from maligeo.serving.server import serve_tiles, tile_app
from maligeo.tile_archives import open_tiles
from maligeo.tiles.archives import open_archive
from maligeo.tiles.metadata import ArchiveInfo
from maligeo.tiles.raster import raster_tiles
from maligeo.tiles.vector import vector_tiles
from tests.rasters import tile_at
from tests.tileserver import running

house_tiles = partial(vector_tiles, audience="internal")  # the door has its own tests

MALI = Bounds(-12.0, 10.0, 4.0, 25.0)
PNG = b"\x89PNG not really"


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Server(NamedTuple):
    port: int
    folder: Path

    def ask(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """Send one request, the path as it stands, without tidying."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name.replace("_", "-"), value)
            connection.endheaders()
            response = connection.getresponse()
            named = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, named, response.read())


def make_folder(folder: Path) -> None:
    rng = np.random.default_rng(0)
    lon, lat = rng.uniform(-12, 4, 300), rng.uniform(10, 25, 300)
    points = gpd.GeoDataFrame(
        {"kind": ["ied", "erw"] * 150}, geometry=gpd.points_from_xy(lon, lat, crs=4326)
    )
    house_tiles({"incidents": points}, folder / "points.pmtiles", zooms=(0, 6))
    house_tiles({"incidents": points}, folder / "points.mbtiles", zooms=(0, 6))
    house_tiles({"incidents": points}, folder / "points", zooms=(0, 3))
    with open_archive(folder / "below" / "raster.pmtiles", picture_info()) as archive:
        archive.put(0, 0, 0, PNG)
    write_raster(folder / "surface.tif")
    (folder / "map.html").write_text("<p>a map</p>", encoding="utf-8")
    for name in ("maplibre-gl.js", "style.css", "style.json", "logo.svg", "below/font.woff2"):
        (folder / name).write_text(name, encoding="utf-8")
    (folder / "notes.txt").write_text("not for readers", encoding="utf-8")
    (folder / ".hidden.html").write_text("hidden", encoding="utf-8")


def picture_info() -> ArchiveInfo:
    return ArchiveInfo("Raster", "png", (0, 2), MALI)


def write_raster(path: Path) -> None:
    values = np.linspace(0, 1, 200 * 200, dtype=np.float32).reshape(200, 200)
    values[:100, :100] = -1
    with rasterio.open(
        path, "w", driver="GTiff", width=200, height=200, count=1, dtype="float32",
        crs="EPSG:4326", transform=Affine(0.08, 0, -12, 0, -0.075, 25), nodata=-1,
    ) as raster:  # fmt: skip
        raster.write(values, 1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    above = tmp_path_factory.mktemp("served")
    (above / "secret.html").write_text("secret", encoding="utf-8")
    (above / "secret.js").write_text("secret", encoding="utf-8")
    (above / "folder-beside").mkdir()
    (above / "folder-beside" / "secret.html").write_text("secret", encoding="utf-8")
    folder = above / "folder"
    folder.mkdir()
    make_folder(folder)
    (folder / "link.html").symlink_to(above / "secret.html")
    (folder / "link.js").symlink_to(above / "secret.js")
    (folder / ".hidden.js").write_text("hidden", encoding="utf-8")
    (folder / "way-out").symlink_to(above)
    (folder / "inside.html").symlink_to(folder / "map.html")
    (folder / "to-hidden.html").symlink_to(folder / ".hidden.html")
    with running(tile_app(folder)) as port:
        yield Server(port, folder)


@pytest.mark.parametrize("name", ["points.pmtiles", "points.mbtiles", "points"])
def test_a_vector_tile_is_the_same_from_every_kind_of_archive(server: Server, name: str) -> None:
    plain = server.ask(f"/{name}/3/3/3.mvt")
    assert plain.status == 200
    assert plain.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert "content-encoding" not in plain.headers
    assert b"incidents" in plain.body
    packed = server.ask(f"/{name}/3/3/3.pbf", Accept_Encoding="br, gzip")
    if name == "points":  # lies uncompressed in a folder
        assert packed.body == plain.body
    else:
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.headers["etag"] != plain.headers["etag"]
        assert gzip.decompress(packed.body)[:20] == plain.body[:20]
    assert plain.headers["vary"] == "accept-encoding"


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [("gzip;q=0", False), ("*", True), ("identity", False), ("gzip;q=0.5", True), ("*;q=0", False)],
)
def test_a_tile_is_sent_compressed_to_those_who_accept_it(
    server: Server, accepted: str, packed: bool
) -> None:
    answer = server.ask("/points.pmtiles/3/3/3.mvt", Accept_Encoding=accepted)
    assert ("content-encoding" in answer.headers) == packed


def test_an_unchanged_tile_is_not_sent_again(server: Server) -> None:
    for path in ("/points.pmtiles/3/3/3.mvt", "/points.pmtiles", "/points.pmtiles/tiles.json", "/"):
        tag = server.ask(path).headers["etag"]
        for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            again = server.ask(path, If_None_Match=known)
            assert (again.status, again.body) == (304, b""), path
            assert again.headers["etag"] == tag
        assert server.ask(path, If_None_Match='"other"').status == 200


def test_a_raster_archive_and_a_place_without_a_tile(server: Server) -> None:
    answer = server.ask("/below/raster.pmtiles/0/0/0.png")
    assert (answer.status, answer.headers["content-type"]) == (200, "image/png")
    assert answer.body == PNG
    assert server.ask("/below/raster.pmtiles/1/0/0.png").status == 204


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_a_geotiff_is_rendered(server: Server) -> None:
    z, x, y = tile_at(-2.0, 14.0, 5)
    answer = server.ask(f"/surface.tif/{z}/{x}/{y}.png")
    assert (answer.status, answer.headers["content-type"]) == (200, "image/png")
    with rasterio.MemoryFile(answer.body) as memory, memory.open() as picture:
        assert picture.shape == (256, 256)
    described = json.loads(server.ask("/surface.tif/tiles.json").body)
    assert described["bounds"] == pytest.approx(list(MALI))
    z, x, y = tile_at(-11.0, 24.5, described["maxzoom"])
    assert server.ask(f"/surface.tif/{z}/{x}/{y}.png").status == 204


def test_tilejson_names_the_tiles_where_they_are(server: Server) -> None:
    answer = server.ask("/points.pmtiles/tiles.json")
    assert answer.headers["content-type"] == "application/json"
    described = json.loads(answer.body)
    assert described["tilejson"] == "3.0.0"
    assert described["tiles"] == [
        f"http://127.0.0.1:{server.port}/points.pmtiles/{{z}}/{{x}}/{{y}}.mvt"
    ]
    assert (described["minzoom"], described["maxzoom"]) == (0, 6)
    assert described["vector_layers"][0]["fields"] == {
        "kind": "String",
        "point_count": "Number",
    }
    assert described["center"][2] == 4  # Mali in a window of half a thousand pixels


def test_the_index_lists_maps_and_archives_alone(server: Server) -> None:
    page = server.ask("/")
    text = page.body.decode()
    for shown in ("points.pmtiles", "points.mbtiles", "surface.tif", "map.html", "below/raster"):
        assert shown in text
    for kept in ("notes.txt", "hidden", "link.html", "way-out", "secret", "metadata.json"):
        assert kept not in text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


def test_a_map_is_handed_out_as_it_is(server: Server) -> None:
    answer = server.ask("/map.html")
    assert answer.body == b"<p>a map</p>"
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert server.ask("/inside.html").body == answer.body
    head = server.ask("/map.html", "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == str(len(answer.body))


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("maplibre-gl.js", "text/javascript; charset=utf-8"),
        ("style.css", "text/css; charset=utf-8"),
        ("style.json", "application/json"),
        ("logo.svg", "image/svg+xml"),
        ("below/font.woff2", "font/woff2"),
    ],
)
def test_what_pages_need_is_handed_out(server: Server, name: str, media_type: str) -> None:
    answer = server.ask(f"/{name}")
    assert (answer.status, answer.body) == (200, name.encode())
    assert answer.headers["content-type"] == media_type
    assert answer.headers["x-content-type-options"] == "nosniff"
    policy = answer.headers.get("content-security-policy", "")
    assert ("sandbox" in policy) == name.endswith(".svg")  # it may hold a script


def test_what_may_hold_records_is_for_others_only_where_it_says_so(tmp_path: Path) -> None:
    said = Provenance(product="map", audience="public").to_json()
    (tmp_path / "public.json").write_text(json.dumps({KEY: said}), encoding="utf-8")
    for name in ("places.json", "places.geojson", "map.png", "photo.jpg", "page.js"):
        (tmp_path / name).write_text("{}", encoding="utf-8")
    with running(tile_app(tmp_path, audience="public")) as port:
        server = Server(port, tmp_path)
        given = {
            path.name for path in tmp_path.iterdir() if server.ask(f"/{path.name}").status == 200
        }
    assert given == {"public.json", "page.js"}
    with pytest.raises(ReleaseError, match=r"map.png, photo.jpg, places.geojson, places.json\."):
        serve_tiles(tmp_path, host="0.0.0.0")


@pytest.mark.parametrize("name", ["points.pmtiles", "points.mbtiles", "points", "surface.tif"])
def test_every_archive_has_a_page_that_reads_from_this_server_alone(
    server: Server, name: str
) -> None:
    assert f'href="/{name}/view"' in server.ask("/").body.decode()
    answer = server.ask(f"/{name}/view")
    page = answer.body.decode()
    assert answer.status == 200
    assert f'"address":"/{name}"' in page
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy
    assert "default-src 'none'" in policy.group(1)
    assert "connect-src 'self'" in policy.group(1)
    assert "INTERNE" in page
    assert server.ask(f"/{name}/view", If_None_Match=answer.headers["etag"]).status == 304


def test_a_raster_has_the_same_colours_live_and_in_an_archive(
    server: Server, tmp_path: Path
) -> None:
    archive = tmp_path / "surface.pmtiles"
    source = server.folder / "surface.tif"
    written = raster_tiles(source, archive, zooms=(0, 6), audience="internal")
    opened = open_tiles(archive)
    live = json.loads(server.ask("/surface.tif/tiles.json").body)
    assert live["legend"] == opened.description.metadata["legend"]
    address = tile_at(-2.0, 14.0, written.native_zoom)
    answer = server.ask("/surface.tif/{}/{}/{}.png".format(*address))
    assert answer.body == opened.tile(address)


@pytest.fixture(scope="module")
def open_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("open")
    info = ArchiveInfo("Raster", "png", (0, 2), MALI, more={"audience": "public"})
    with open_archive(folder / "raster.pmtiles", info) as archive:
        archive.put(0, 0, 0, PNG)
    with open_archive(folder / "house.pmtiles", picture_info()) as archive:
        archive.put(0, 0, 0, PNG)
    with running(tile_app(folder, allow_origin=SITE)) as port:
        yield Server(port, folder)


SITE = "https://maps.example.org"


def test_pages_of_one_named_site_may_read_and_of_no_other(open_server: Server) -> None:
    for path in ("/raster.pmtiles", "/raster.pmtiles/0/0/0.png", "/raster.pmtiles/tiles.json"):
        answer = open_server.ask(path, Origin=SITE, Range="bytes=0-6")
        assert answer.headers["access-control-allow-origin"] == SITE
        assert "origin" in answer.headers["vary"].lower()
        assert "Content-Range" in answer.headers["access-control-expose-headers"]
        other = open_server.ask(path, Origin="https://evil.example")
        assert "access-control-allow-origin" not in other.headers
    asked = {"Access_Control_Request_Method": "GET", "Access_Control_Request_Headers": "range"}
    before = open_server.ask("/raster.pmtiles", "OPTIONS", Origin=SITE, **asked)
    assert (before.status, before.headers["access-control-allow-origin"]) == (200, SITE)
    assert "Range" in before.headers["access-control-allow-headers"]
    assert (
        open_server.ask("/raster.pmtiles", "OPTIONS", Origin="https://evil.example", **asked).status
        == 400
    )
    asked["Access_Control_Request_Method"] = "POST"
    assert open_server.ask("/raster.pmtiles", "OPTIONS", Origin=SITE, **asked).status == 400
    assert open_server.ask("/raster.pmtiles", "POST", Origin=SITE).status == 405


def test_where_another_site_may_read_there_is_nothing_internal(open_server: Server) -> None:
    assert open_server.ask("/house.pmtiles").status == 404
    assert "house" not in open_server.ask("/").body.decode()
    with pytest.raises(ReleaseError, match=r"house\.pmtiles"):
        serve_tiles(open_server.folder, allow_origin=SITE)


def test_without_a_named_site_no_other_may_read(server: Server) -> None:
    answer = server.ask("/points.pmtiles", Origin=SITE)
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    "origin", ["*", "null", "maps.example.org", "https://a.org/", "https://a.org/x", "https://a b"]
)
def test_an_origin_is_one_site(tmp_path: Path, origin: str) -> None:
    with pytest.raises(ArgumentError, match="is no origin"):
        tile_app(tmp_path, allow_origin=origin)


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.html",
        "/%2e%2e/secret.html",
        "/..%2fsecret.html",
        "/%2e%2e%2fsecret.html",
        "/%252e%252e/secret.html",
        "/below/../../secret.html",
        "/below/%2e%2e/%2e%2e/secret.html",
        "/..\\secret.html",
        "/..%5csecret.html",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/etc/passwd",
        "/./map.html",
        "/link.html",
        "/way-out/secret.html",
        "/../folder-beside/secret.html",
        "/.hidden.html",
        "/to-hidden.html",
        "/notes.txt",
        "/below",
        "/below/",
        "/points",
        "/points/metadata.json",
        "/points/../map.html",
        "/points/0/0/0.json",
        "/below/../style.json",
        "/below/%2e%2e/%2e%2e/secret.js",
        "/link.js",
        "/.hidden.js",
        "/style.json/view",
        "/map.html/view",
        "/nowhere.pmtiles/view",
        "/way-out/points.pmtiles/view",
        "/../folder/points.pmtiles/view",
        "/map.html%00.pmtiles",
        "/map.html/",
        "/%ff%fe.html",
        "/CON:.html",
        "/way-out/points.pmtiles/0/0/0.mvt",
        "/../folder/points.pmtiles/tiles.json",
        "/map.html/0/0/0.png",
        "/points.pmtiles/0/0/0.png",
        "/points.pmtiles/0/0/0.mvt/",
        "/points.pmtiles/7/0/0.mvt",
        "/points.pmtiles/3/8/0.mvt",
        "/points.pmtiles/3/0/8.mvt",
        "/points.pmtiles/-1/0/0.mvt",
        "/points.pmtiles/99999999999/0/0.mvt",
        "/points.pmtiles/1e3/0/0.mvt",
        "/nowhere.pmtiles/0/0/0.mvt",
        "/nowhere.pmtiles/tiles.json",
        "/" + "a/" * 200 + "b.html",
        "/" + "a" * 300 + ".html",
    ],
)
def test_what_is_not_to_be_read_is_not_found(server: Server, path: str) -> None:
    answer = server.ask(path)
    assert answer.status == 404, answer
    assert b"secret" not in answer.body


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-6", 0, 6), ("bytes=100-", 100, None), ("bytes=-50", -50, None), ("bytes=5-5", 5, 5)],
)
def test_a_range_of_an_archive(server: Server, asked: str, first: int, last: int | None) -> None:
    whole = (server.folder / "points.pmtiles").read_bytes()
    answer = server.ask("/points.pmtiles", Range=asked)
    assert answer.status == 206
    start = first % len(whole)
    end = len(whole) - 1 if last is None else last
    assert answer.body == whole[start : end + 1]
    assert answer.headers["content-range"] == f"bytes {start}-{end}/{len(whole)}"
    assert answer.headers["accept-ranges"] == "bytes"


def test_a_range_beyond_the_end_is_cut(server: Server) -> None:
    size = (server.folder / "points.pmtiles").stat().st_size
    answer = server.ask("/points.pmtiles", Range="bytes=10-99999999999")
    assert answer.headers["content-range"] == f"bytes 10-{size - 1}/{size}"


@pytest.mark.parametrize(
    "asked", ["bytes=99999999999-", "bytes=-0", "bytes=" + "0-1," * 20 + "2-3"]
)
def test_a_range_that_cannot_be_satisfied(server: Server, asked: str) -> None:
    size = (server.folder / "points.pmtiles").stat().st_size
    answer = server.ask("/points.pmtiles", Range=asked)
    assert answer.status == 416
    assert answer.headers["content-range"] == f"bytes */{size}"


@pytest.mark.parametrize(
    "asked",
    ["bytes", "bytes=", "bytes=a-b", "bytes=5-2", "bytes=--5", "bytes=1-2-3", "bytes=0x1-5",
     "bytes=1_0-20", "bytes=+1-5", "bytes 0-5", "bytes=-", "bytes=1-2;3-4", "bytes=1-2,x",
     "bytes=" + "9" * 30 + "-"],
)  # fmt: skip
def test_a_malformed_range_is_refused(server: Server, asked: str) -> None:
    assert server.ask("/points.pmtiles", Range=asked).status in (400, 416)


def test_a_range_in_other_units_is_left_aside(server: Server) -> None:
    answer = server.ask("/points.pmtiles", Range="lines=1-5")
    assert answer.status == 200
    assert len(answer.body) == (server.folder / "points.pmtiles").stat().st_size


def test_a_range_of_an_older_file_gives_the_whole_new_one(server: Server) -> None:
    tag = server.ask("/points.pmtiles").headers["etag"]
    assert server.ask("/points.pmtiles", Range="bytes=0-6", If_Range=tag).status == 206
    assert server.ask("/points.pmtiles", Range="bytes=0-6", If_Range='"older"').status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
def test_there_is_only_reading(server: Server, method: str) -> None:
    answer = server.ask("/map.html", method)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


def test_a_request_is_limited_in_size(server: Server) -> None:
    assert server.ask("/" + "a" * 5000).status == 414
    assert server.ask("/map.html?" + "a" * 5000).status == 414
    assert server.ask("/map.html", Content_Length="5").status == 413
    assert server.ask("/map.html", Transfer_Encoding="chunked").status == 413
    assert server.ask("/map.html", X_Long="a" * 20_000).status == 431


def test_a_name_that_is_not_of_this_machine_is_refused(server: Server) -> None:
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=60)) as connection:
        connection.request("GET", "/map.html", headers={"Host": "evil.example"})
        assert connection.getresponse().status == 400


def test_a_replaced_archive_is_served_anew(tmp_path: Path) -> None:
    path = tmp_path / "changing.pmtiles"
    with running(tile_app(tmp_path)) as port:
        server = Server(port, tmp_path)
        for content in (b"first", b"second, longer"):
            with open_archive(path, picture_info()) as archive:
                archive.put(0, 0, 0, content)
            assert server.ask("/changing.pmtiles/0/0/0.png").body == content


def test_a_damaged_archive_is_an_error_without_its_path(tmp_path: Path) -> None:
    (tmp_path / "bad.pmtiles").write_bytes(b"PMTiles\x03" + b"\xff" * 200)
    (tmp_path / "bad.mbtiles").write_bytes(b"no database")
    (tmp_path / "bad.tif").write_bytes(b"no raster")
    with running(tile_app(tmp_path)) as port:
        server = Server(port, tmp_path)
        for name, kind in (("bad.pmtiles", "mvt"), ("bad.mbtiles", "mvt"), ("bad.tif", "png")):
            answer = server.ask(f"/{name}/0/0/0.{kind}")
            assert answer.status == 500
            assert str(tmp_path).encode() not in answer.body
        assert server.ask("/").body.count(b"cannot be read") == 3


def test_fifty_connections_at_once_meet_no_error(server: Server) -> None:
    paths = [f"/points.{kind}/{z}/{x}/{y}.mvt" for kind in ("pmtiles", "mbtiles")
             for z in range(7) for x, y in [tile_at(-4.0, 17.0, z)[1:]]]  # fmt: skip
    # In a thread: a browser of other tests may have an event loop in this one.
    with ThreadPoolExecutor(1) as thread:
        statuses = thread.submit(
            lambda: asyncio.run(load(server.port, paths, connections=50, requests_each=24))
        ).result()
    assert len(statuses) == 1200
    assert set(statuses) <= {200, 204}


async def load(port: int, paths: list[str], *, connections: int, requests_each: int) -> list[int]:
    async def one(number: int) -> list[int]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        statuses = []
        for count in range(requests_each):
            path = paths[(number + count) % len(paths)]
            writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            statuses.append(int(head.split()[1]))
            if "content-length: " in head:
                await reader.readexactly(int(head.partition("content-length: ")[2].split()[0]))
        writer.close()
        await writer.wait_closed()
        return statuses

    parts = await asyncio.gather(*(one(number) for number in range(connections)))
    return [status for part in parts for status in part]


def test_a_missing_folder_or_port_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="not a folder"):
        tile_app(tmp_path / "missing")
    with pytest.raises(ArgumentError, match="port 70000"):
        serve_tiles(tmp_path, port=70_000)
