"""Vector tiles in a real browser: where their pixels are, and what a click on them says."""

import gzip
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import folium
import geopandas as gpd
import mapbox_vector_tile
import pandas as pd
import pytest
import shapely
from PIL import Image

from maligeo.core.crs import Bounds
from maligeo.maps import PageMap, add_incidents, region_map, save_map
from maligeo.maps.tiles import add_tiles
from maligeo.maps.viewer import viewer_page
from maligeo.tile_archives import open_tiles, uncompressed
from maligeo.tiles.archives import open_archive
from maligeo.tiles.metadata import ArchiveInfo
from maligeo.tiles.vector import VectorOptions, vector_tiles
from tests.maps import layers

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, Route

    from tests.conftest import NewPage, Open

pytestmark = pytest.mark.browser

WORLD = Bounds(-180.0, -85.0, 180.0, 85.0)
EXTENT = 4096
RED, BLUE, GROUND = (255, 0, 0), (0, 0, 255), (255, 255, 255)
COLOURS = {"shapes": "#ff0000", "dots": "#0000ff"}
SIZE = 600  # of the page, whose middle is longitude and latitude 0
MAP = "Object.values(window).find(one => one instanceof L.Map)"
CANVAS = ".leaflet-mg-tiles-pane canvas[data-painted]"

Feature = tuple[Any, dict[str, Any]]
Tiles = Mapping[tuple[int, int, int], bytes]


def tile_of(**drawn: Sequence[Feature]) -> bytes:
    """Encode features in units of the tile, from its upper left corner."""
    written = [
        {"name": name, "features": [{"geometry": g, "properties": p} for g, p in features]}
        for name, features in drawn.items()
    ]
    options = {"y_coord_down": True, "extents": EXTENT}
    encoded: bytes = mapbox_vector_tile.encode(written, default_options=options)
    return encoded


def archive_of(path: Path, tiles: Tiles, audience: str = "internal") -> Path:
    fields = {"kind": "String", "killed": "Number", "known": "Boolean"}
    told = [{"id": name, "fields": fields} for name in COLOURS]
    zooms = (min(z for z, _, _ in tiles), max(z for z, _, _ in tiles))
    more = {"vector_layers": told, "audience": audience}
    with open_archive(path, ArchiveInfo("Tiles", "mvt", zooms, WORLD, more=more)) as archive:
        for address in sorted(tiles):
            archive.put(*address, gzip.compress(tiles[address], mtime=0))
    return path


class Shown:
    """A page with tiles, seen by the distance in pixels from its middle."""

    def __init__(self, page: "Page", sharp: int) -> None:
        self.page, self.sharp = page, sharp

    def picture(self) -> Image.Image:
        self.page.wait_for_timeout(300)
        return Image.open(io.BytesIO(self.page.screenshot())).convert("RGB")

    def colours(self, *places: tuple[float, float]) -> list[tuple[int, int, int]]:
        picture, middle = self.picture(), SIZE / 2
        found = []
        for x, y in places:
            at = int((middle + x) * self.sharp), int((middle + y) * self.sharp)
            pixel: tuple[int, int, int] = picture.getpixel(at)  # type: ignore[assignment]
            found.append(pixel)
        return found

    def click(self, x: float, y: float) -> "Locator":
        self.page.evaluate(f"{MAP}.closePopup().setView([0, 0], undefined, {{animate: false}})")
        self.page.mouse.click(SIZE / 2 + x, SIZE / 2 + y)
        self.page.wait_for_timeout(200)
        return self.page.locator(".leaflet-popup-content")


Show = Callable[..., Shown]


@pytest.fixture
def show(new_page: "NewPage", tmp_path: Path) -> Any:
    """Open a plain white map with tiles; at the end nothing was asked for or amiss."""
    pages: list[Page] = []
    troubles: list[str] = []

    def shown(tiles: Tiles, zoom: float, sharp: int = 1) -> Shown:
        options: dict[str, Any] = {"zoom_control": False, "zoom_snap": 0.25, "zoom_start": zoom}
        fmap = folium.Map(location=[0, 0], tiles=None, **options)
        add_tiles(fmap, archive_of(tmp_path / "a.pmtiles", tiles), opacity=1, colours=COLOURS)
        page = new_page(viewport={"width": SIZE, "height": SIZE}, device_scale_factor=sharp)
        pages.append(page)
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(save_map(fmap, tmp_path / "map.html").as_uri())
        page.add_style_tag(content=".leaflet-container{background:#fff!important}")
        page.locator(CANVAS).wait_for(state="attached")
        return Shown(page, sharp)

    yield shown
    for page in pages:
        page.close()
    assert troubles == []


RING = shapely.box(1048, 1048, 3048, 3048).difference(shapely.box(1548, 1548, 2548, 2548))
PARTS = shapely.MultiPolygon([RING, shapely.box(1848, 1848, 2248, 2248)])


@pytest.mark.parametrize("sharp", [1, 2])
def test_outlines_of_all_parts_and_holes_are_drawn_where_they_are(show: Show, sharp: int) -> None:
    # At zoom 1 the tile of zoom 0 is 512 pixels wide: eight units to a pixel.
    shown = show({(0, 0, 0): tile_of(shapes=[(PARTS, {})])}, zoom=1, sharp=sharp)
    along = (-125, -62.5, -25, 25, 62.5, 125)
    edges = [(x, 0.0) for x in along] + [(0.0, y) for y in along]
    beside = [(x + 5, y + 5) for x, y in edges] + [(0, 0), (-90, 0), (-45, 0), (-200, 0)]
    for red, green, blue in shown.colours(*edges):
        assert red > 200
        assert max(green, blue) < 160
    assert set(shown.colours(*beside)) == {GROUND}
    canvas = shown.page.locator(CANVAS)
    width, css = canvas.evaluate("node => [node.width, parseFloat(node.style.width)]")
    assert width == sharp * css


def test_what_tiles_repeat_of_one_another_is_drawn_once_and_whole(show: Show) -> None:
    """A polygon and a dot over the corner of four tiles, with the cuts of each."""
    tiles = {}
    for x in (0, 1):
        for y in (0, 1):
            left, top = x * EXTENT, y * EXTENT
            part = shapely.box(3496, 3496, 4696, 4696).intersection(
                shapely.box(left - 80, top - 80, left + EXTENT + 80, top + EXTENT + 80)
            )
            own = shapely.affinity.translate(part, -left, -top)
            dot = shapely.Point(EXTENT - left, EXTENT - top)
            tiles[1, x, y] = tile_of(shapes=[(own, {})], dots=[(dot, {})])
    shown = show(tiles, zoom=2)
    # Nothing along the borders of the tiles, where each of the four parts ends.
    assert set(shown.colours((-30, 0), (0, 30), (10, 10), (-10, 40))) == {GROUND}
    assert set(shown.colours((-10, -30), (10, 30), (-30, 10), (30, -10))) == {GROUND}
    found = shown.picture().crop((SIZE // 2 - 8, SIZE // 2 - 8, SIZE // 2 + 8, SIZE // 2 + 8))
    assert found.getpixel((8, 8)) == BLUE
    for turned in (Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.FLIP_TOP_BOTTOM):
        assert found.tobytes() == found.transpose(turned).tobytes()
    for x, y in ((-75, 0), (75, 0), (0, -75), (0, 75)):
        (colour,) = shown.colours((x, y))
        assert colour[1] < 160, (x, y, colour)
    assert shown.click(0, 0).locator("h2").count() == 1


def test_points_lines_and_layers_are_drawn_in_the_order_of_the_archive(show: Show) -> None:
    line = shapely.MultiLineString([[(1048, 2048), (3048, 2048)], [(1048, 3048), (3048, 3048)]])
    places = shapely.MultiPoint([(2048, 2048), (2848, 3048)])
    shown = show({(0, 0, 0): tile_of(dots=[(places, {})], shapes=[(line, {})])}, zoom=1)
    on_dots, on_lines = shown.colours((0, 0), (100, 125)), shown.colours((-60, 125), (60, 0))
    assert on_dots == [BLUE, BLUE]  # above the lines, although the tile has them first
    assert all(red > 200 and green < 160 for red, green, _ in on_lines)


def test_beyond_the_last_zoom_and_between_zooms_all_is_in_its_place(show: Show) -> None:
    corner = shapely.LineString([(2048, 2048), (2048, 2176), (2176, 2176)])
    tiles = {(0, 0, 0): tile_of(shapes=[(corner, {})], dots=[(shapely.Point(2080, 2080), {})])}
    for zoom in (3, 4, 4.25, 3.75):
        shown = show(tiles, zoom=zoom)
        pixels = 256 * 2**zoom / EXTENT  # of a unit
        line, dot = shown.colours((0, 64 * pixels), (32 * pixels, 32 * pixels))
        assert line[0] > 200
        assert line[1] < 160, zoom
        assert dot == BLUE
        shown.page.close()


def test_before_the_first_zoom_nothing_is_drawn_and_the_legend_says_so(show: Show) -> None:
    shown = show({(2, 2, 2): tile_of(dots=[(shapely.Point(0, 0), {})])}, zoom=2)
    remark = shown.page.get_by_text("Rien n’est dessiné à cette échelle")
    assert remark.is_visible()
    assert shown.colours((0, 0)) == [GROUND]
    shown.page.evaluate(f"{MAP}.setZoom(3, {{animate: false}})")
    assert not remark.is_visible()
    assert shown.colours((0, 0)) == [BLUE]


def test_a_click_says_what_the_tile_has(show: Show) -> None:
    far = {"kind": "<b>EEI</b>", "killed": 12.5, "known": False, "__proto__": "x", "n": 1}
    tile = tile_of(
        shapes=[(PARTS, {"kind": "terrain"})],
        dots=[(shapely.Point(3648, 2048), far), (shapely.Point(3648, 2048), {"killed": 2**60})],
    )
    shown = show({(0, 0, 0): tile}, zoom=1)
    card = shown.click(200, 0)
    rows = [text.split("\t") for text in card.inner_text().split("\n") if "\t" in text]
    assert rows == [
        ["Tués", str(2**60)],
        ["kind", "<b>EEI</b>"], ["Tués", "12,5"], ["known", "non"],
        ["__proto__", "x"], ["n", "1"],
    ]  # fmt: skip
    assert "terrain" in shown.click(-90, 0).inner_text()  # within the ring
    assert not shown.click(-45, 0).count()  # in its hole
    assert "terrain" in shown.click(0, 0).inner_text()  # in the part within the hole
    assert not shown.click(250, 250).count()
    shown.page.mouse.move(SIZE / 2 + 200, SIZE / 2)
    shown.page.locator(".mg-over-point").wait_for()


def test_a_tile_that_cannot_be_read_is_named_and_the_others_are_drawn(show: Show) -> None:
    dot = tile_of(dots=[(shapely.Point(2048, 2048), {})])
    shown = show({(1, 0, 0): dot, (1, 1, 1): dot[:-3], (1, 0, 1): b"\x1a\x7f", (1, 1, 0): b""}, 2)
    assert shown.page.get_by_text("Tuiles illisibles : 1/0/1, 1/1/1").is_visible()
    assert shown.colours((-256, -256)) == [BLUE]


def at(page: "Page", lon: float, lat: float) -> tuple[float, float]:
    """Find a place on a page of ours."""
    x, y = page.evaluate(
        f"""([lon, lat]) => {{
          const point = {MAP}.latLngToContainerPoint([lat, lon]);
          const box = {MAP}.getContainer().getBoundingClientRect();
          return [point.x + box.left, point.y + box.top];
        }}""",
        [lon, lat],
    )
    return x, y


def of_mali(path: Path) -> Path:
    """Vector tiles for everybody: a polygon, and five records in two places."""
    square = gpd.GeoDataFrame(
        {"kind": ["terrain"]}, geometry=[shapely.box(-4, 17, -2, 20)], crs=4326
    )
    places = gpd.points_from_xy([-3, -3, -3, -3, -7], [18, 18, 18, 18, 12.5], crs=4326)
    dots = gpd.GeoDataFrame({"killed": [0, 1, 2, 3, 7]}, geometry=places)
    options = VectorOptions(low_zooms="all")
    drawn = {"square": square, "dots": dots}
    return vector_tiles(drawn, path, zooms=(0, 6), options=options, audience="internal")


def test_on_a_page_dots_and_lines_are_clicked_and_regions_below_polygons(
    table: pd.DataFrame, units: gpd.GeoDataFrame, tmp_path: Path, open_page: "Open"
) -> None:
    fmap = region_map(table, units, audience="internal", language="en")
    add_tiles(fmap, of_mali(tmp_path / "a.pmtiles"))
    page = open_page(save_map(fmap, tmp_path / "map.html"))
    page.locator(CANVAS).wait_for(state="attached")
    card = page.locator(".mg-card")
    page.mouse.click(*at(page, -2.5, 19.5))
    assert "Tombouctou" in card.inner_text()
    page.wait_for_timeout(500)  # until the map has made room for the card
    page.mouse.click(*at(page, -4, 19.5))
    assert card.locator("h2").inner_text() == "square"
    page.wait_for_timeout(500)
    page.mouse.click(*at(page, -3, 18))
    found = []
    for _ in range(4):
        assert "of 4" in card.locator(".mg-pager").inner_text()
        found.append(card.locator("td").first.inner_text())
        card.locator(".mg-step").last.click()
    assert sorted(found) == ["0", "1", "2", "3"]
    page.locator(".mg-overlay input").uncheck()
    page.wait_for_timeout(500)
    page.mouse.click(*at(page, -3, 18))
    assert "Tombouctou" in card.inner_text()


def test_outlines_and_dots_are_on_paper(
    table: pd.DataFrame, units: gpd.GeoDataFrame, tmp_path: Path, open_page: "Open"
) -> None:
    pypdf = pytest.importorskip("pypdf")
    fmap = region_map(table, units, audience="internal")
    add_tiles(
        fmap, of_mali(tmp_path / "a.pmtiles"), colours={"square": "#ff0000", "dots": "#0000ff"}
    )
    page = open_page(save_map(fmap, tmp_path / "map.html"))
    page.locator(CANVAS).wait_for(state="attached")
    sheet = pypdf.PdfReader(io.BytesIO(page.pdf(print_background=True))).pages[0]
    forms = [form.get_object().get_data() for form in sheet["/Resources"]["/XObject"].values()]
    assert any(b"1 0 0 RG" in form and b"0 0 1 rg" in form for form in forms)


def test_the_viewer_says_what_a_polygon_is(tmp_path: Path, browser: Any) -> None:
    path = of_mali(tmp_path / "a.pmtiles")
    fmap = viewer_page(open_tiles(path), "a.pmtiles", language="en")
    written = save_map(fmap, tmp_path / "map.html")
    page = browser.new_page()
    tiles = {f"{z}/{x}/{y}": uncompressed(data) for (z, x, y), data in open_tiles(path).tiles()}
    asked = []
    broken = ["for now"]

    def answer(route: "Route") -> None:
        asked.append(route.request.url.partition("a.pmtiles/")[2].removesuffix(".mvt"))
        found = tiles.get(asked[-1])
        status = 503 if broken else 200 if found else 204
        route.fulfill(status=status, body=found or b"")

    page.route("http://127.0.0.1:9/map.html", lambda route: route.fulfill(path=written))
    page.route("**/a.pmtiles/**", answer)
    page.goto("http://127.0.0.1:9/map.html")
    remark = page.get_by_text("Tiles that cannot be read")
    remark.wait_for()
    page.wait_for_timeout(500)
    # Each once for the size of the page before it was laid out, and once for that after.
    assert all(asked.count(name) <= 2 for name in asked)
    broken.clear()
    # What failed is asked for again.
    page.evaluate(f"{MAP}.setView([18.5, -3], undefined, {{animate: false}})")
    remark.wait_for(state="hidden")
    page.wait_for_timeout(300)
    page.mouse.click(*at(page, -2.5, 19))
    assert "terrain" in page.locator(".mg-card").inner_text()
    page.close()


def test_of_what_lies_over_one_another_the_highest_is_clicked(
    table: pd.DataFrame, units: gpd.GeoDataFrame, tmp_path: Path, open_page: "Open"
) -> None:
    fmap: PageMap = region_map(table, units, audience="internal", language="en")
    where = gpd.points_from_xy([-3.0], [18.0], crs=4326)
    incidents = layers.incidents().iloc[:1].set_geometry(where)
    add_incidents(fmap, incidents)
    add_tiles(fmap, of_mali(tmp_path / "a.pmtiles"))
    page = open_page(save_map(fmap, tmp_path / "map.html"))
    page.locator(CANVAS).wait_for(state="attached")
    page.mouse.click(*at(page, -3, 18))
    assert not page.locator(".mg-card .mg-pager").count()
    assert "dots" not in page.locator(".mg-card").inner_text()
