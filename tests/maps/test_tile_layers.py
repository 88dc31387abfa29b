"""Tiles on maps: what stands in the page, and what a real browser shows of it."""

import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from maligeo.core.crs import Bounds
from maligeo.core.errors import ArgumentError, InputFileError, ReleaseError
from maligeo.look import TILE_COLOURS
from maligeo.maps import region_map, save_map
from maligeo.maps.tile_legends import legend_of, vector_legend
from maligeo.maps.tiles import TilesCall, add_online_tiles, add_tiles, inline_tiles
from maligeo.serving.server import tile_app
from maligeo.tile_archives import open_tiles, uncompressed
from maligeo.tiles.archives import open_archive
from maligeo.tiles.colours import encoder_of
from maligeo.tiles.grid import tiles_over
from maligeo.tiles.metadata import ArchiveInfo
from maligeo.tiles.vector import vector_tiles
from tests.tileserver import running

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.conftest import NewPage

MALI = Bounds(-12.0, 10.0, 4.0, 25.0)
MAGENTA, GREEN = (255, 0, 255), (0, 170, 0)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pyramid of one colour over Mali."""
    path = tmp_path_factory.mktemp("archives") / "pictures.pmtiles"
    palette = np.array([[0, 0, 0, 0], [*MAGENTA, 255]], dtype=np.uint8)
    picture = encoder_of("png", palette, 256)(np.ones((256, 256), dtype=np.uint8))
    info = ArchiveInfo("Pictures", "png", (0, 6), MALI, attribution="<b>By</b> <i>us</i> & them")
    with open_archive(path, info) as archive:
        for zoom in range(7):
            for z, x, y in tiles_over(MALI, zoom).tiles():
                archive.put(z, x, y, picture)
    return path


@pytest.fixture(scope="module")
def vectors(tmp_path_factory: pytest.TempPathFactory, units: gpd.GeoDataFrame) -> Path:
    path = tmp_path_factory.mktemp("archives") / "vectors.pmtiles"
    lon, lat = np.meshgrid(np.linspace(-8, 2, 30), np.linspace(13, 22, 30))
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon.ravel(), lat.ravel(), crs=4326))
    layers = {"regions": units[["pcode", "geometry"]], "incidents": points}
    return vector_tiles(layers, path, zooms=(0, 5), audience="internal")


@pytest.fixture
def fmap() -> folium.Map:
    """A plain map; one of regions is only made where it matters, since it takes longer."""
    return plain_map()


def plain_map() -> folium.Map:
    return folium.Map(location=[17.5, -4], zoom_start=5, tiles=None)


def data_of(page: str) -> dict[str, Any]:
    found = re.search(r"maligeo\.tiles\(\w+, (.*)\);", page)
    assert found
    described: dict[str, Any] = json.loads(found.group(1))
    return described


def test_tiles_are_for_the_audience_of_the_page_or_a_wider_one(
    vectors: Path, table: pd.DataFrame, units: gpd.GeoDataFrame
) -> None:
    add_tiles(region_map(table, units, audience="internal"), vectors)
    with pytest.raises(ReleaseError, match=r"tiles of .*vectors\.pmtiles were not released"):
        add_tiles(region_map(table, units), vectors)


def test_equal_tiles_stand_in_the_page_once(
    fmap: folium.Map, pictures: Path, tmp_path: Path
) -> None:
    add_tiles(fmap, pictures, zooms=(0, 4))
    data = data_of(save_map(fmap, tmp_path / "map.html").read_text("utf-8"))
    assert len(data["contents"]) == 1
    assert set(data["places"].values()) == {0}
    assert data["zooms"] == [0, 4]
    assert data["attribution"] == "By us  them"


def test_the_same_map_with_tiles_gives_the_same_bytes(vectors: Path, tmp_path: Path) -> None:
    pages = []
    for name in ("a.html", "b.html"):
        fmap = plain_map()
        add_tiles(fmap, vectors)
        pages.append(save_map(fmap, tmp_path / name).read_bytes())
    assert pages[0] == pages[1]


def test_scripts_stand_in_the_page_once_and_only_where_needed(
    fmap: folium.Map, pictures: Path, vectors: Path, tmp_path: Path
) -> None:
    add_tiles(fmap, pictures, zooms=(0, 2))
    plain = save_map(fmap, tmp_path / "plain.html").read_text("utf-8")
    assert "mg.readTile =" not in plain
    add_tiles(fmap, vectors)
    add_tiles(fmap, vectors)
    both = save_map(fmap, tmp_path / "both.html").read_text("utf-8")
    assert both.count("mg.readTile =") == 1
    assert both.count("mg.tiles =") == 1


def test_what_cannot_be_shown_is_refused(
    fmap: folium.Map, pictures: Path, vectors: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ArgumentError, match="none of"):
        add_tiles(fmap, pictures, zooms=(9, 12))
    with pytest.raises(ArgumentError, match="opacity"):
        add_tiles(fmap, pictures, opacity=2)
    with pytest.raises(ArgumentError, match="neither relative nor http"):
        add_tiles(fmap, pictures, address="javascript://x/y")
    with pytest.raises(ArgumentError, match="neither relative nor http"):
        add_tiles(fmap, pictures, address="http://x;script-src *//y")
    with pytest.raises(ArgumentError, match="no layer roads"):
        add_tiles(fmap, vectors, colours={"roads": "#000000"})
    with pytest.raises(ArgumentError, match="#rrggbb"):
        add_tiles(fmap, vectors, colours={"regions": "red"})
    with pytest.raises(InputFileError, match="does not exist"):
        add_tiles(fmap, "missing.pmtiles")
    monkeypatch.setattr("maligeo.maps.tiles.MOST_INLINED_BYTES", 1000)
    with pytest.raises(ArgumentError, match="fewer zooms"):
        add_tiles(fmap, vectors)


def test_a_legend_says_what_the_archive_shows(vectors: Path, tmp_path: Path) -> None:
    path = tmp_path / "surface.pmtiles"
    rows = [
        {"to": 0.0, "colour": "#ffffff"},
        {"from": 0.0, "to": 2.5, "colour": "#d4b9da"},
        {"from": 2.5, "to": 1250.0, "colour": "#980043"},
        {"from": 1250.0, "to": None, "colour": "#67001f"},
    ]
    legend = {"legend": {"classes": rows, "unit": "per 1,000 km²"}, "left_out": ["areas"]}
    with open_archive(path, ArchiveInfo("Density", "png", (0, 0), MALI, more=legend)) as archive:
        archive.put(0, 0, 0, b"picture")
    told = legend_of(open_tiles(path).description, "fr")
    assert told["title"] == "Density"
    assert told["unit"] == "pour 1\u202f000\u00a0km²"
    assert [(row["colour"], row["label"]) for row in told["classes"]] == [
        ("#67001f", "1\u202f250 et plus"),
        ("#980043", "2,5 à moins de 1\u202f250"),
        ("#d4b9da", "moins de 2,5"),
        ("#ffffff", "0"),
    ]
    assert told["remarks"] == ["Non montré à ce public\u00a0: Terrains"]
    described = open_tiles(vectors).description
    regions, incidents = vector_legend(
        described, {"regions": "#000000", "incidents": "#111111"}, "en"
    )
    assert (regions["label"], regions["isPoints"], regions["sized"]) == ("regions", False, "")
    assert (incidents["label"], incidents["sizeBy"]) == ("Incidents", "point_count")
    assert incidents["largest"]["0"] > incidents["largest"]["5"] == 1
    assert "how many records" in incidents["sized"]


def test_a_legend_of_another_program_is_not_believed(tmp_path: Path) -> None:
    for name, legend in (("a", "red"), ("b", {"classes": [{"colour": "url(x)"}]}), ("c", None)):
        path = tmp_path / f"{name}.pmtiles"
        info = ArchiveInfo("Other", "png", (0, 0), MALI, more={"legend": legend})
        with open_archive(path, info) as archive:
            archive.put(0, 0, 0, b"picture")
        told = legend_of(open_tiles(path).description, "en")
        assert told["classes"] == []
        assert told["remarks"] == ["The archive has no legend."]


def test_of_released_counts_in_one_place_the_sum_is_drawn(tmp_path: Path) -> None:
    counts = gpd.GeoDataFrame(
        {"count": [10, 40]}, geometry=gpd.points_from_xy([-4, -4], [15, 15], crs=4326)
    )
    path = vector_tiles({"a": counts}, tmp_path / "a.pmtiles", zooms=(0, 5), audience="internal")
    for zooms, finest in ((None, 4), ((0, 3), 3), ((5, 5), 5)):
        fmap = plain_map()
        add_tiles(fmap, path, zooms=zooms)
        data = data_of(save_map(fmap, tmp_path / "map.html").read_text("utf-8"))
        assert data["finest"] == finest
    assert data["layers"][0]["sizeBy"] == "count"
    assert (data["layers"][0]["largest"]["4"], data["layers"][0]["largest"]["5"]) == (50, 40)


def test_a_page_takes_as_many_zooms_as_there_is_room_for(
    fmap: folium.Map, vectors: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inline_tiles(fmap, vectors)
    page = save_map(fmap, tmp_path / "whole.html").read_text("utf-8")
    assert data_of(page)["zooms"] == [0, 5]
    small = sum(
        len(uncompressed(data)) for tile, data in open_tiles(vectors).tiles() if tile.z <= 3
    )
    monkeypatch.setattr("maligeo.maps.tiles.MOST_INLINED_BYTES", small)
    other = plain_map()
    inline_tiles(other, vectors)
    data = data_of(save_map(other, tmp_path / "part.html").read_text("utf-8"))
    assert data["zooms"] == [0, 3]
    assert any("jusqu’à 5" in remark for remark in data["remarks"])


def test_no_two_vector_layers_of_a_page_have_one_colour(fmap: folium.Map, vectors: Path) -> None:
    add_tiles(fmap, vectors, colours={"regions": TILE_COLOURS[0]})
    add_tiles(fmap, vectors)
    calls = [child for child in fmap._children.values() if isinstance(child, TilesCall)]
    colours = [colour for call in calls for colour in call.colours]
    assert len(set(colours)) == len(colours) == 4


Show = Callable[[str], "Page"]


@pytest.fixture
def show(new_page: "NewPage") -> Iterator[Show]:
    """Open an address of this machine; at the end nothing else was asked for or amiss."""
    pages, requests, troubles = [], [], []
    here = ("file:", "data:", "http://127.0.0.1:")

    def shown(address: str) -> "Page":
        page = new_page(opens=here, viewport={"width": 1000, "height": 700})
        pages.append(page)
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: troubles.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(address)
        drawn = ".leaflet-mg-tiles-pane .leaflet-tile-loaded, .leaflet-mg-tiles-pane [data-painted]"
        page.locator(drawn).first.wait_for()
        return page

    yield shown
    for page in pages:
        page.close()
    # A browser asks for the icon of a site of its own accord.
    asked = [url for url in requests if not url.endswith("/favicon.ico")]
    amiss = [trouble for trouble in troubles if "404" not in trouble]
    assert not amiss
    assert all(url.startswith(here) for url in asked)


# Whether tiles show more pixels of one colour than so many, whichever way they are drawn. It
# gives no promise, which would be taken for yes.
ARE_DRAWN = """([red, green, blue, most]) => {
  let count = 0;
  const drawn = ".leaflet-mg-tiles-pane canvas, .leaflet-mg-tiles-pane img";
  for (const tile of document.querySelectorAll(drawn)) {
    if (tile.tagName === "IMG" && !(tile.complete && tile.naturalWidth)) continue;
    const canvas = document.createElement("canvas");
    canvas.width = tile.naturalWidth || tile.width;
    canvas.height = tile.naturalHeight || tile.height;
    const context = canvas.getContext("2d");
    context.drawImage(tile, 0, 0);
    const data = context.getImageData(0, 0, canvas.width, canvas.height).data;
    for (let at = 0; at < data.length; at += 4) {
      const near = Math.abs(data[at] - red) + Math.abs(data[at + 1] - green)
        + Math.abs(data[at + 2] - blue);
      if (data[at + 3] > 200 && near < 12) count += 1;
    }
  }
  return count > most;
}"""


def assert_drawn(page: "Page", colour: tuple[int, int, int], more_than: int) -> None:
    """Wait until more pixels of a colour are drawn than so many; an error if they never are."""
    page.wait_for_function(ARE_DRAWN, arg=[*colour, more_than])


@pytest.mark.browser
def test_a_browser_shows_inlined_tiles_without_any_server(
    table: pd.DataFrame, units: gpd.GeoDataFrame, pictures: Path, tmp_path: Path, show: Show
) -> None:
    fmap = region_map(table, units, audience="internal")
    add_tiles(fmap, pictures, zooms=(0, 5))
    page = show(save_map(fmap, tmp_path / "pictures.html").as_uri())
    assert_drawn(page, MAGENTA, 50_000)


@pytest.mark.browser
def test_a_layer_of_tiles_brings_its_name_legend_and_switch(
    table: pd.DataFrame, units: gpd.GeoDataFrame, tmp_path: Path, show: Show, vectors: Path
) -> None:
    surface = tmp_path / "surface.pmtiles"
    rows = [{"from": 0.0, "to": None, "colour": "#ff00ff"}]
    palette = np.array([[0, 0, 0, 0], [*MAGENTA, 255]], dtype=np.uint8)
    picture = encoder_of("png", palette, 256)(np.ones((256, 256), dtype=np.uint8))
    more = {"legend": {"classes": rows, "unit": "things"}}
    with open_archive(surface, ArchiveInfo("Surface", "png", (0, 1), MALI, more=more)) as archive:
        for z, x, y in tiles_over(MALI, 0).tiles():
            archive.put(z, x, y, picture)
    fmap = region_map(table, units, audience="internal")
    add_tiles(fmap, surface)
    add_tiles(fmap, vectors)
    page = show(save_map(fmap, tmp_path / "map.html").as_uri())
    parts = page.locator(".mg-overlay")
    assert parts.nth(0).inner_text().lower().split()[:2] == ["surface", "things"]
    assert "Incidents" in parts.nth(1).inner_text()
    fills = "nodes => new Set(nodes.map(node => node.getAttribute('fill'))).size"
    outlines = page.locator("path.leaflet-interactive[role=button]")
    assert outlines.evaluate_all(fills) == 1  # no second scale of colours below the surface
    assert not page.locator(".mg-legend").is_visible()
    parts.nth(0).locator("input").uncheck()
    assert outlines.evaluate_all(fills) > 1
    assert page.locator(".mg-legend").is_visible()
    assert not page.locator(".leaflet-mg-tiles-pane img").count()
    page.locator(".mg-language").click()
    assert not page.locator(".mg-overlay input").nth(0).is_checked()
    assert "how many records" in page.locator(".mg-overlay").nth(1).inner_text()


GREEN_TILE = io.BytesIO()
Image.new("RGB", (256, 256), GREEN).save(GREEN_TILE, "png")
SHOW_AT = """([zoom, west]) => Object.values(window).find(one => one instanceof L.Map)
  .setView([17.5, west], zoom, {animate: false})"""


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["archive", "street map"])
def test_no_line_shows_where_tiles_meet_between_zooms(
    table: pd.DataFrame, units: gpd.GeoDataFrame, pictures: Path, tmp_path: Path,
    browser: "Browser", kind: str,
) -> None:  # fmt: skip
    if kind == "archive":
        fmap = folium.Map(location=[17.5, -4], zoom_start=6, tiles=None, zoom_snap=0.25)
        add_tiles(fmap, pictures)
    else:
        fmap = region_map(table, units)
        add_online_tiles(fmap)
    # On a screen of two pixels to the unit, where the lines are clearest.
    context = browser.new_context(viewport={"width": 1000, "height": 700}, device_scale_factor=2)
    page = context.new_page()
    page.route(
        "**/tile.openstreetmap.org/**",
        lambda route: route.fulfill(body=GREEN_TILE.getvalue(), content_type="image/png"),
    )
    page.goto(save_map(fmap, tmp_path / "map.html").as_uri())
    found = {}
    for zoom in (6.25, 6.5, 6.75):
        # Tiles alone: west of the units, and north of the legends.
        page.evaluate(SHOW_AT, [zoom, -4 if kind == "archive" else -14])
        page.locator("img.leaflet-tile-loaded, .leaflet-tile-loaded img").first.wait_for()
        page.wait_for_timeout(500)
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        middle = picture.crop((800, 340, 1500, 600) if kind == "archive" else (780, 340, 1300, 600))
        found[zoom] = len(middle.getcolors(1 << 20) or [])
    context.close()
    assert found == {6.25: 1, 6.5: 1, 6.75: 1}


@pytest.mark.browser
def test_a_browser_shows_inlined_vector_tiles_without_any_server(
    fmap: folium.Map, vectors: Path, tmp_path: Path, show: Show
) -> None:
    add_tiles(fmap, vectors, colours={"incidents": "#00aa00"})
    page = show(save_map(fmap, tmp_path / "vectors.html").as_uri())
    assert_drawn(page, GREEN, 1_000)


@pytest.mark.browser
@pytest.mark.parametrize("name", ["pictures", "vectors"])
def test_the_viewer_of_the_server_shows_an_archive(
    request: pytest.FixtureRequest, tmp_path: Path, show: Show, name: str
) -> None:
    archive: Path = request.getfixturevalue(name)
    (tmp_path / archive.name).write_bytes(archive.read_bytes())
    with running(tile_app(tmp_path)) as port:
        page = show(f"http://127.0.0.1:{port}/{archive.name}/view")
        colour = MAGENTA if name == "pictures" else rgb(TILE_COLOURS[1])
        assert_drawn(page, colour, 500)
        titles = {"pictures": "Pictures", "vectors": "vectors"}
        assert page.locator(".mg-title").inner_text() == titles[name]
        assert page.locator(".mg-town-mark:not(.mg-hidden)").count() > 0
        assert "GeoNames" in page.locator(".leaflet-control-attribution").inner_text()
        page.set_viewport_size({"width": 360, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.locator(".mg-language").click()
        assert "zooms 0 to" in page.locator(".mg-subtitle").inner_text()
        page.close()


def rgb(colour: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["pictures", "vectors"])
def test_a_browser_shows_tiles_of_the_local_server(
    fmap: folium.Map, pictures: Path, vectors: Path, tmp_path: Path, show: Show, kind: str
) -> None:
    archive = pictures if kind == "pictures" else vectors
    (tmp_path / archive.name).write_bytes(archive.read_bytes())
    colours = {"incidents": "#00aa00"} if kind == "vectors" else None
    add_tiles(fmap, archive, address=archive.name, colours=colours)
    save_map(fmap, tmp_path / "map.html")
    with running(tile_app(tmp_path)) as port:
        page = show(f"http://127.0.0.1:{port}/map.html")
        assert_drawn(page, MAGENTA if kind == "pictures" else GREEN, 1_000)
        page.locator(".leaflet-control-zoom-in").click()
        assert_drawn(page, MAGENTA if kind == "pictures" else GREEN, 1_000)
        page.close()
