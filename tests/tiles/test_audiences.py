"""The door of tiles: who may have what, in archives and from the server."""

import json
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import geopandas as gpd
import pytest
import rasterio
import shapely

from maligeo.core.columns import Audience
from maligeo.core.errors import ArgumentError, ReleaseError
from maligeo.core.words import both
from maligeo.measure.surface import density_surface
from maligeo.provenance import read_about
from maligeo.provenance.record import InputFile, Provenance
from maligeo.serving.served import CogFile
from maligeo.serving.server import serve_tiles, tile_app
from maligeo.tile_archives import open_tiles
from maligeo.tiles.raster import RasterOptions, raster_tiles, write_surface
from maligeo.tiles.vector import VectorOptions, vector_tiles
from tests import worlds
from tests.rasters import write_raster
from tests.tileserver import running

WARNING = "INTERNE\N{NO-BREAK SPACE}: ne pas diffuser / INTERNAL: do not pass on"
NAMES = ["a.pmtiles", "a.mbtiles", "a"]
ABOUT = Provenance(
    "tiles vector", {}, (InputFile("incidents", "", "ab" * 32),), "public", {"numpy": "2.0"},
    {"vintage": "2015", "method": "« noyau » </script>"},
)  # fmt: skip


def incidents() -> gpd.GeoDataFrame:
    columns = {"event_id": ["a"], "event_type": ["ied"], "date": ["2021-05-01"]}
    return gpd.GeoDataFrame(columns, geometry=[shapely.Point(0.5, 0.5)], crs=4326)


def raster(path: Path, audience: str = "") -> Path:
    write_raster(path, [[1, 2], [3, 4]], west=0, north=1, step=0.5)
    if audience:
        with rasterio.open(path, "r+") as file:
            file.update_tags(MALIGEO_AUDIENCE=audience)
    return path


@pytest.mark.parametrize("name", NAMES)
def test_an_archive_tells_its_audience_and_its_making(tmp_path: Path, name: str) -> None:
    units = worlds.square_units()
    path = vector_tiles({"regions": units}, tmp_path / name, zooms=(0, 2), about=ABOUT)
    metadata = open_tiles(path).description.metadata
    assert metadata["audience"] == "public"
    assert "attribution" not in metadata
    assert read_about(path) == ABOUT
    house = vector_tiles({"regions": units}, tmp_path / name, zooms=(0, 2), audience="internal")
    metadata = open_tiles(house).description.metadata
    assert metadata["audience"] == "internal"
    assert metadata["attribution"] == WARNING


def test_the_warning_stands_before_the_credit(tmp_path: Path) -> None:
    options = VectorOptions(attribution="© Moi")
    path = vector_tiles(
        {"regions": worlds.square_units()}, tmp_path / "a.pmtiles", zooms=(0, 1),
        options=options, audience="partner",
    )  # fmt: skip
    credit = open_tiles(path).description.metadata["attribution"]
    assert credit.endswith("For named partners: do not publish | © Moi")


def test_records_have_to_be_released(tmp_path: Path) -> None:
    layers = {"regions": worlds.square_units(), "incidents": incidents()}
    target = tmp_path / "a.pmtiles"
    for audience in ("partner", "public"):
        with pytest.raises(ReleaseError, match="layer 'incidents' were not released"):
            vector_tiles(layers, target, audience=audience)
    with pytest.raises(ReleaseError):
        vector_tiles(layers, target)
    with pytest.raises(ArgumentError, match="audience 'all'"):
        vector_tiles(layers, target, audience="all")  # type: ignore[arg-type]
    counted = worlds.square_units().assign(incidents=[1, 0])
    with pytest.raises(ReleaseError):
        vector_tiles({"regions": counted}, target)
    assert not list(tmp_path.iterdir())
    vector_tiles(layers, target, zooms=(0, 1), audience="internal")


def test_a_raster_says_for_whom_it_is(tmp_path: Path) -> None:
    target = tmp_path / "a.pmtiles"
    public = raster(tmp_path / "public.tif", "public")
    raster_tiles(public, target, zooms=(0, 3), about=ABOUT)
    assert open_tiles(target).description.metadata["audience"] == "public"
    assert read_about(target) == ABOUT
    silent, partner = raster(tmp_path / "b.tif"), raster(tmp_path / "c.tif", "partner")
    odd = raster(tmp_path / "d.tif", "everybody")
    refused: tuple[tuple[Path, Audience], ...] = (
        (silent, "partner"),
        (silent, "public"),
        (partner, "public"),
        (odd, "public"),
    )
    for source, audience in refused:
        with pytest.raises(ReleaseError, match=f"the raster {source.name} is not known") as caught:
            raster_tiles(source, tmp_path / "never.pmtiles", zooms=(0, 3), audience=audience)
        assert str(tmp_path) not in str(caught.value)
    options = RasterOptions(attribution="© Moi")
    allowed: tuple[tuple[Path, Audience], ...] = (
        (silent, "internal"), (partner, "partner"), (public, "internal"),
    )  # fmt: skip
    for source, audience in allowed:
        raster_tiles(source, target, zooms=(0, 3), audience=audience, options=options)
        metadata = open_tiles(target).description.metadata
        assert metadata["audience"] == audience
        assert metadata["attribution"].endswith(" | © Moi")
    with rasterio.open(public) as opened:
        raster_tiles(opened, target, zooms=(0, 3))


def test_tiles_of_made_up_records_say_so(tmp_path: Path) -> None:
    made_up = incidents().assign(source="synthetic")
    target = tmp_path / "a.pmtiles"
    vector_tiles({"incidents": made_up}, target, zooms=(0, 1), audience="internal")
    credits = [open_tiles(target).description.metadata["attribution"]]
    surface = density_surface(made_up, bandwidth_km=20, cell_km=5)
    path = write_surface(surface, tmp_path / "a.tif", audience="internal")
    for source in (surface, path):
        raster_tiles(source, target, zooms=(0, 3), audience="internal")
        credits.append(open_tiles(target).description.metadata["attribution"])
    credits.append(CogFile(path).description.metadata["attribution"])
    assert credits == [f"{WARNING} | {both('synthetic.banner')}"] * 4


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    units = {"regions": worlds.square_units()}
    for audience in ("internal", "partner", "public"):
        vector_tiles(units, tmp_path / f"{audience}.pmtiles", zooms=(0, 1), audience=audience)
        raster(tmp_path / f"{audience}.tif", audience)
        page = f'<script type="application/json" id="maligeo-about">{record(audience)}</script>'
        (tmp_path / f"{audience}.html").write_text(page, encoding="utf-8")
    raster(tmp_path / "silent.tif")
    (tmp_path / "silent.html").write_text("<p>a page</p>", encoding="utf-8")
    (tmp_path / "broken.pmtiles").write_bytes(b"PMTiles\x03" + b"\xff" * 200)
    return tmp_path


def record(audience: str) -> str:
    return Provenance(audience=audience).to_json()  # type: ignore[arg-type]


def statuses(port: int, paths: list[str]) -> dict[str, int]:
    return {path: ask(port, path)[0] for path in paths}


def ask(port: int, path: str) -> tuple[int, str]:
    with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode("utf-8", "replace")


@pytest.mark.parametrize(
    ("asking", "shown"),
    [
        ("internal", {"internal", "partner", "public", "silent"}),
        ("partner", {"partner", "public"}),
        ("public", {"public"}),
    ],
)
def test_who_asks_gets_what_is_for_them(folder: Path, asking: str, shown: set[str]) -> None:
    names = ("internal", "partner", "public", "silent")
    with running(tile_app(folder, audience=asking)) as port:  # type: ignore[arg-type]
        index = ask(port, "/")[1]
        for name in names:
            paths = [f"/{name}.html", f"/{name}.tif", f"/{name}.tif/tiles.json"]
            if name != "silent":
                paths += [f"/{name}.pmtiles", f"/{name}.pmtiles/tiles.json"]
                paths += [f"/{name}.pmtiles/0/0/0.mvt", f"/{name}.tif/0/0/0.png"]
            expected = 200 if name in shown else 404
            assert statuses(port, paths) == dict.fromkeys(paths, expected)
            assert (f"{name}.html" in index) == (name in shown)
            assert (f"{name}.tif" in index) == (name in shown)
        assert ("broken.pmtiles" in index) == (asking == "internal")


def test_the_index_and_tilejson_name_the_audience(folder: Path) -> None:
    with running(tile_app(folder)) as port:
        lines = ask(port, "/")[1].split("<li>")
        for name, words in (
            ("internal", f'<span class="internal">{WARNING}</span>'),
            ("silent", f'<span class="internal">{WARNING}</span>'),
            ("partner", "/ For named partners: do not publish</span>"),
            ("public", "/ Public version</span>"),
        ):
            assert words in next(line for line in lines if f"{name}.html" in line)
            assert words in next(line for line in lines if f"{name}.tif" in line)
        told = {"internal.pmtiles": "internal", "public.tif": "public", "silent.tif": "internal"}
        for name, audience in told.items():
            assert json.loads(ask(port, f"/{name}/tiles.json")[1])["audience"] == audience


def test_a_map_that_becomes_internal_is_no_longer_handed_out(folder: Path) -> None:
    with running(tile_app(folder, audience="public")) as port:
        assert ask(port, "/public.html")[0] == 200
        (folder / "internal.html").replace(folder / "public.html")
        assert ask(port, "/public.html")[0] == 404


def test_what_others_can_reach_asks_for_the_public_by_default(folder: Path) -> None:
    with running(tile_app(folder, hosts=("*",))) as port:
        assert ask(port, "/internal.html")[0] == 404
        assert ask(port, "/public.html")[0] == 200


def test_a_server_for_others_does_not_begin_with_what_is_not_for_them(folder: Path) -> None:
    with pytest.raises(
        ReleaseError, match=r"not for the audience 'public'.*broken.pmtiles, "
    ) as caught:
        serve_tiles(folder, host="0.0.0.0")
    assert "and 4 more" in str(caught.value)
    with pytest.raises(ReleaseError, match="'partner'"):
        serve_tiles(folder, host="192.0.2.1", audience="partner")
    with pytest.raises(ArgumentError, match="audience 'all'"):
        serve_tiles(folder, audience="all")  # type: ignore[arg-type]
