"""Rivers and lakes: on every map and page, above the colours of the units, under all else."""

from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest

from maligeo.look.waters import WATER_COLOUR, waters
from maligeo.maps import MapSide, comparison_map, region_map, save_map
from maligeo.maps.html import Call
from maligeo.paper.drawing.shapes import Fill, Stroke, Words
from maligeo.readers.boundaries import load_boundaries
from maligeo.workflows.study import study
from tests.paper.pages import pages, words_of

if TYPE_CHECKING:
    from tests.conftest import Open

LEVELS_OF_PANES = """
  Object.fromEntries([...document.querySelectorAll('.leaflet-pane')].map(pane =>
    [pane.className.split(' ').pop(), Number(getComputedStyle(pane).zIndex)]))
"""


@pytest.mark.parametrize("region", [None, "Kayes"])
def test_a_page_has_them_in_few_bytes_and_names_their_sources(
    table: pd.DataFrame, units: gpd.GeoDataFrame, region: str | None
) -> None:
    fmap = region_map(table, units, region=region, audience="internal")
    calls = {call.function: call for call in fmap._children.values() if isinstance(call, Call)}
    assert 1_000 < len(calls["waters"].data) < 12_000
    assert "GSHHG" in calls["scale"].data
    assert "GSHHG, LGPL 3.0" in calls["notes"].data


def test_maps_of_two_periods_have_them_too(table: pd.DataFrame, units: gpd.GeoDataFrame) -> None:
    sides = [MapSide(table, units, period) for period in ("2021-01/2021-09", "2022")]
    functions = [
        part.function
        for part in comparison_map(*sides, audience="internal")._children.values()
        if isinstance(part, Call)
    ]
    assert "waters" in functions


@pytest.mark.browser
def test_they_lie_under_points_labels_and_lines_and_blind_to_the_pointer(
    open_page: "Open", tmp_path: Path, table: pd.DataFrame, units: gpd.GeoDataFrame
) -> None:
    path = save_map(region_map(table, units, audience="internal"), tmp_path / "mali.html")
    page = open_page(path)
    levels = page.evaluate(LEVELS_OF_PANES)
    level = levels["leaflet-mg-waters-pane"]
    assert levels["leaflet-overlay-pane"] < level
    assert level < min(levels[f"leaflet-{name}-pane"] for name in ("mg-halo", "marker", "popup"))
    drawn = page.locator(".leaflet-mg-waters-pane path")
    assert drawn.count() == len(waters())
    for path_drawn in drawn.all():
        assert path_drawn.get_attribute("stroke") == WATER_COLOUR
        assert float(path_drawn.get_attribute("stroke-width") or 9) <= 1.5
    assert (
        page.locator(".leaflet-mg-waters-pane").evaluate("e => getComputedStyle(e).pointerEvents")
        == "none"
    )
    page.locator(".mg-language").click()
    assert page.locator(".leaflet-mg-waters-pane path").count() == len(waters())


@pytest.mark.parametrize("region", [None, "Mopti"])
def test_on_paper_they_lie_between_colours_and_borders(region: str | None) -> None:
    units = load_boundaries()
    sheet = pages(study(units=units).table, units, layer="incidents", region=region)[0]
    drawn = [
        at
        for at, shape in enumerate(sheet.shapes)
        if isinstance(shape, Fill | Stroke) and shape.colour == WATER_COLOUR
    ]
    assert len(drawn) >= 3
    after = sheet.shapes[max(drawn) + 1 :]
    assert sum(isinstance(shape, Words) for shape in sheet.shapes[min(drawn) : max(drawn)]) == 0
    assert any(isinstance(shape, Stroke) and shape.colour == "#49545d" for shape in after)
    before = [shape for shape in sheet.shapes[: min(drawn)] if isinstance(shape, Fill)]
    assert len(before) >= len(units) - 4
    assert "GSHHG" in "".join(words_of([sheet]))
