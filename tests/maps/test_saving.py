import io
import os
import re
import time
import webbrowser
from collections.abc import Callable
from html import unescape
from pathlib import Path

import folium
import geopandas as gpd
import pandas as pd
import pytest
from branca.element import Figure
from folium.plugins import Fullscreen

from maligeo.core.errors import ArgumentError, MissingDependencyError, OutputFileError
from maligeo.maps import add_online_tiles, html, region_map, save_map
from maligeo.maps.html import figure_of
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


def saved(fmap: PageMap, path: Path) -> bytes:
    fmap.save(str(path))
    return path.read_bytes()


def saved_into_memory(fmap: PageMap, _: Path) -> bytes:
    memory = io.BytesIO()
    fmap.save(memory, close_file=False)
    return memory.getvalue()


def saved_by_the_figure(fmap: PageMap, path: Path) -> bytes:
    fmap.get_root().save(str(path))
    return path.read_bytes()


def rendered(fmap: PageMap, _: Path) -> bytes:
    return fmap.get_root().render().encode("utf-8")


def in_a_frame(show: Callable[[], str]) -> bytes:
    found = re.search(r'srcdoc="([^"]*)"', show())
    assert found
    return unescape(found[1]).encode("utf-8")


def in_a_notebook(fmap: PageMap, _: Path) -> bytes:
    return in_a_frame(fmap._repr_html_)


def in_a_notebook_by_the_figure(fmap: PageMap, _: Path) -> bytes:
    return in_a_frame(figure_of(fmap)._repr_html_)


def in_the_browser(fmap: PageMap, _: Path) -> bytes:
    seen: list[bytes] = []

    def stopped(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(webbrowser, "open", lambda it: seen.append(Path(it[7:]).read_bytes()))
        patch.setattr(time, "sleep", stopped)
        fmap.show_in_browser()
    return seen[0]


WAYS = [
    saved, saved_into_memory, saved_by_the_figure, rendered, in_a_notebook,
    in_a_notebook_by_the_figure, in_the_browser,
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_folium_gives_the_page_that_opens_offline(
    fmap: PageMap, tmp_path: Path, way: Callable[[PageMap, Path], bytes]
) -> None:
    page = way(fmap, tmp_path / "map.html")
    assert requests(page.decode("utf-8")) == []
    assert page == save_map(fmap, tmp_path / "same.html").read_bytes()


def test_a_file_that_is_open_is_closed_as_folium_closes_it(fmap: PageMap) -> None:
    memory = io.BytesIO()
    fmap.save(memory)
    assert memory.closed


def test_in_the_figure_of_somebody_else_the_map_needs_no_network(fmap: PageMap) -> None:
    figure = Figure(height="300px")
    figure.add_child(fmap)
    page = figure.render()
    assert requests(page) == []
    assert html.script() in page


def test_a_map_in_a_part_of_a_figure_is_no_page(fmap: PageMap, tmp_path: Path) -> None:
    Figure().add_subplot(1, 2, 1).add_child(fmap)
    with pytest.raises(ArgumentError, match="not a page"):
        fmap.save(tmp_path / "map.html")


def test_a_plugin_may_come_from_the_network_by_choice(fmap: PageMap, tmp_path: Path) -> None:
    Fullscreen().add_to(fmap)
    with pytest.raises(ArgumentError, match="from the network: save it with offline=False"):
        fmap.save(tmp_path / "map.html")
    page = save_map(fmap, tmp_path / "map.html", offline=False).read_text(encoding="utf-8")
    assert len(requests(page)) == 2  # its script and its style
    assert "Content-Security-Policy" not in page


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
