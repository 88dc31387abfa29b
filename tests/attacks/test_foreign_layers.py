"""Pages for others hold what was looked into: own layers, and tiles that say for whom they are."""

from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import branca.element
import folium
import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

import maligeo
from maligeo.core.columns import Audience
from maligeo.core.errors import ReleaseError
from maligeo.maps import region_map
from maligeo.maps.html import page_text
from maligeo.maps.page import PageMap
from maligeo.provenance import read_about
from maligeo.provenance.record import Provenance
from maligeo.serving.server import tile_app
from tests.attacks.secret import SECRET
from tests.tileserver import running

Pages = Callable[[Audience], PageMap]


@pytest.fixture
def pages(table: pd.DataFrame, units: gpd.GeoDataFrame) -> Pages:
    return lambda audience: region_map(table, units, audience=audience)


@pytest.fixture
def page(pages: Pages) -> PageMap:
    return pages("public")


@pytest.fixture(scope="module")
def by_gdal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give exact points with names as GDAL's driver writes them, which names no audience."""
    path = tmp_path_factory.mktemp("gdal") / "points.mbtiles"
    points = gpd.GeoDataFrame({"who": [SECRET]}, geometry=[shapely.Point(-4.2, 14.5)], crs=4326)
    pyogrio.write_dataframe(points, path, driver="MVT", MINZOOM=0, MAXZOOM=4)
    return path


@pytest.mark.parametrize("audience", ["partner", "public"])
@pytest.mark.parametrize("address", [None, "points.mbtiles"])
def test_tiles_that_name_no_audience_are_internal(
    by_gdal: Path, pages: Pages, audience: Audience, address: str | None
) -> None:
    with pytest.raises(ReleaseError, match="do not say for whom they are"):
        maligeo.add_tiles(pages(audience), by_gdal, address=address)
    maligeo.add_tiles(pages("internal"), by_gdal, address=address)


def test_the_server_gives_such_tiles_to_the_house_alone(by_gdal: Path) -> None:
    app = tile_app(by_gdal.parent, hosts=("*",), audience="public")
    with running(app) as port, closing(HTTPConnection("127.0.0.1", port)) as connection:
        connection.request("GET", "/points.mbtiles/tiles.json")
        assert connection.getresponse().status == 404


def marker(fmap: PageMap) -> None:
    folium.Marker([14.5, -4.2], popup=SECRET).add_to(fmap)


def geojson(fmap: PageMap) -> None:
    folium.GeoJson({"type": "Point", "coordinates": [-4.2, 14.5], "who": SECRET}).add_to(fmap)


def within_another_layer(fmap: PageMap) -> None:
    folium.Tooltip(SECRET).add_to(next(iter(fmap._children.values())))


def beside_the_map(fmap: PageMap) -> None:
    fmap.get_root().add_child(folium.Marker([14.5, -4.2], tooltip=SECRET))


def in_the_page(fmap: PageMap) -> None:
    fmap.get_root().html.add_child(branca.element.Element(f"<b>{SECRET}</b>"))  # type: ignore[attr-defined]


def in_a_script(fmap: PageMap) -> None:
    fmap.get_root().script.add_child(branca.element.Element(f"// {SECRET}"))  # type: ignore[attr-defined]


def rendered_before(fmap: PageMap) -> None:
    """What a layer left in the page stays there when the layer is taken away."""
    marker(fmap)
    page_text(fmap, offline=True, allow_foreign_layers=True)
    fmap._children.popitem()


WAYS = [
    marker, geojson, within_another_layer, beside_the_map, in_the_page, in_a_script,
    rendered_before,
]  # fmt: skip


@pytest.mark.parametrize("add", WAYS)
def test_layers_of_others_go_to_nobody_else(
    page: PageMap, add: Callable[[PageMap], None], tmp_path: Path
) -> None:
    add(page)
    for write in (
        lambda: maligeo.save_map(page, tmp_path / "map.html"),
        lambda: maligeo.save_map(page, tmp_path / "map.html", offline=False),
        lambda: page.save(str(tmp_path / "map.html")),
        lambda: page.get_root().save(str(tmp_path / "map.html")),
        lambda: page.get_root().render(),
        page.show_in_browser,
        page._repr_html_,
    ):
        with pytest.raises(ReleaseError, match="what maligeo did not put there"):
            write()
        assert not any(tmp_path.iterdir())


def test_a_record_for_the_public_makes_no_page_public(tmp_path: Path) -> None:
    """The server believes the record of a page."""
    plain = folium.Map(location=[14.5, -4.2], tiles=None)
    public = Provenance("map", audience="public")
    with pytest.raises(ReleaseError, match="Map"):
        maligeo.save_map(plain, tmp_path / "map.html", about=public)
    maligeo.save_map(plain, tmp_path / "map.html")


def test_layers_of_others_pass_by_choice_and_the_record_names_them(
    page: PageMap, tmp_path: Path
) -> None:
    marker(page)
    about = Provenance("map", audience="public")
    path = maligeo.save_map(page, tmp_path / "map.html", about=about, allow_foreign_layers=True)
    assert "Marker" in read_about(path).more["foreign_layers"]
    with pytest.raises(ReleaseError):  # once allowed is not allowed for ever
        maligeo.save_map(page, tmp_path / "again.html")


def test_the_house_may_add_what_it_likes(pages: Pages, tmp_path: Path) -> None:
    fmap = pages("internal")
    marker(fmap)
    assert SECRET in maligeo.save_map(fmap, tmp_path / "map.html").read_text("utf-8")


def test_own_layers_pass_saved_twice(page: PageMap, tmp_path: Path) -> None:
    maligeo.add_online_tiles(page)
    about = Provenance("map", audience="public")
    for name in ("a.html", "b.html"):
        path = maligeo.save_map(page, tmp_path / name, about=about)
        assert read_about(path).more == {}
