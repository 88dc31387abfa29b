import os
import re
from collections.abc import Callable
from pathlib import Path

import folium
import geopandas as gpd
import pandas as pd
import pytest

from maligeo.core.errors import ArgumentError, MissingDependencyError, OutputFileError
from maligeo.maps import add_online_tiles, html, region_map, save_map
from maligeo.maps.page import PageMap
from maligeo.provenance.record import Provenance

REQUEST = re.compile(r"""(?:src|href)\s*=\s*["']?https?:|url\(\s*["']?https?:|@import""")
SMALL = 600_000
SCRIPT = re.compile(r"<script>.*?</script>", re.DOTALL)


def requests(page: str) -> list[str]:
    """What a browser would fetch while it reads the page: the text of scripts is none of it."""
    return REQUEST.findall(SCRIPT.sub("", page))


@pytest.fixture
def fmap(small_table: pd.DataFrame, small_units: gpd.GeoDataFrame) -> PageMap:
    return region_map(small_table, small_units, audience="internal")


def test_the_whole_map_is_one_small_file_that_names_no_server(write: Callable[[], Path]) -> None:
    page = write().read_text(encoding="utf-8")
    assert len(page.encode()) < SMALL
    assert requests(page) == []
    for name in ("bootstrap", "jquery", "fontawesome", "awesome-markers", "cdn."):
        assert name not in page.lower()
    assert "default-src 'none'" in page
    assert "unsafe-eval" not in page
    assert "user-scalable" not in page


def test_the_page_itself_is_quiet_without_script() -> None:
    for part in (html.script(), html.style()):
        assert "</script" not in part.lower()
        assert "sourceMappingURL" not in part
    assert "url(images" not in html.style()


def test_the_same_map_gives_the_same_bytes(
    small_table: pd.DataFrame, small_units: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    pages = []
    for name in ("a.html", "b.html"):
        fmap = region_map(small_table, small_units, audience="internal")
        pages.append(save_map(fmap, tmp_path / name).read_bytes())
    assert pages[0] == pages[1]


def test_saving_twice_gives_the_same_bytes(fmap: PageMap, tmp_path: Path) -> None:
    first = save_map(fmap, tmp_path / "a.html").read_bytes()
    assert save_map(fmap, tmp_path / "b.html").read_bytes() == first


def test_folders_are_made_and_nothing_else_is_left(fmap: PageMap, tmp_path: Path) -> None:
    path = save_map(fmap, tmp_path / "new" / "folder" / "map.html")
    assert path.is_file()
    assert [found.name for found in path.parent.iterdir()] == ["map.html"]


@pytest.mark.parametrize("blocked", ["a/map.html", "folder"])
def test_an_unwritable_file_is_one_clear_line(fmap: PageMap, tmp_path: Path, blocked: str) -> None:
    (tmp_path / "a").write_text("a file where a folder is wanted")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputFileError, match="cannot write") as caught:
        save_map(fmap, tmp_path / blocked)
    assert "\n" not in str(caught.value)
    assert sorted(found.name for found in tmp_path.iterdir()) == ["a", "folder"]


def test_a_failure_keeps_the_old_file(
    fmap: PageMap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "map.html"
    target.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OutputFileError, match="No space left"):
        save_map(fmap, target)
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_online_leaflet_stays_a_link(fmap: PageMap, tmp_path: Path) -> None:
    page = save_map(fmap, tmp_path / "map.html", offline=False).read_text(encoding="utf-8")
    assert "leaflet.js" in page
    assert "Content-Security-Policy" not in page
    assert "bootstrap" not in page.lower()


def test_tiles_by_choice_are_the_only_server(fmap: PageMap, tmp_path: Path) -> None:
    add_online_tiles(fmap)
    page = save_map(fmap, tmp_path / "map.html").read_text(encoding="utf-8")
    assert "img-src data: https://tile.openstreetmap.org" in page
    assert "OpenStreetMap" in page
    assert requests(page) == []


def test_a_plain_folium_map_can_be_saved_offline(tmp_path: Path) -> None:
    plain = folium.Map(location=[13, -5], tiles=None)
    folium.Marker([13, -5]).add_to(plain)
    page = save_map(plain, tmp_path / "map.html").read_text(encoding="utf-8")
    assert requests(page) == []
    assert "data:image/png;base64," in page


def test_a_plugin_that_needs_the_network_is_named(tmp_path: Path) -> None:
    plain = folium.Map(location=[13, -5], tiles=None)
    plain.default_js = [*plain.default_js, ("extra", "https://example.org/extra.js")]
    with pytest.raises(ArgumentError, match=r"needs https://example.org/extra.js"):
        save_map(plain, tmp_path / "map.html")
    assert not (tmp_path / "map.html").exists()


@pytest.mark.parametrize("offline", [True, False])
def test_what_made_a_map_stands_in_it_and_ends_nothing(
    fmap: PageMap, tmp_path: Path, offline: bool
) -> None:
    hostile = "</script><script>window.pwned=1</script> {{ 7*7 }} {% raw %} <!-- \u2028"
    about = Provenance("map", {"region": hostile}, audience="internal")
    page = save_map(fmap, tmp_path / "map.html", offline=offline, about=about).read_text("utf-8")
    found = re.findall(r'<script type="application/json" id="maligeo-about">(.*?)</script>', page)
    assert len(found) == 1
    assert Provenance.from_json(found[0]) == about
    assert "window.pwned=1</script>" not in page
    plain = save_map(fmap, tmp_path / "plain.html", offline=offline).read_text("utf-8")
    assert "maligeo-about" not in plain
    policy = re.compile(r'Content-Security-Policy" content="([^"]*)"')
    assert policy.findall(page) == policy.findall(plain)  # a block of data needs no leave


def test_the_encoding_is_told_before_all_else(fmap: PageMap, tmp_path: Path) -> None:
    about = Provenance("map", {"region": "map" * 500})
    page = save_map(fmap, tmp_path / "map.html", about=about).read_bytes()
    assert page.index(b'charset="utf-8"') < 1024


def test_without_the_package_of_leaflet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "PACKAGE", "XStatic-No-Such")
    with pytest.raises(MissingDependencyError, match="XStatic-No-Such"):
        html.script()
