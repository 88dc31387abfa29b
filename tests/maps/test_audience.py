"""For whom a map is: what may be laid over it, and what the page says."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

from maligeo.core import words
from maligeo.core.columns import AUDIENCES
from maligeo.core.errors import ArgumentError, ReleaseError
from maligeo.maps import (
    PageMap,
    add_areas,
    add_choropleth,
    add_gaps,
    add_heat,
    add_incidents,
    add_notes,
    add_presence,
    add_projects,
    region_map,
    save_map,
)
from maligeo.measure.surface import Surface, density_surface
from maligeo.text.titles import certain_towns
from tests.maps import layers


@pytest.fixture
def pages() -> Callable[[Any], PageMap]:
    return lambda audience: PageMap("t", (-12, 10, 4, 25), language="fr", audience=audience)


def points() -> gpd.GeoDataFrame:
    return layers.incidents().drop(columns="location_precision")


def surface() -> Surface:
    return density_surface(points(), bandwidth_km=50, cell_km=20)


ADDERS: dict[str, Callable[[PageMap, gpd.GeoDataFrame, pd.DataFrame], None]] = {
    "incidents": lambda fmap, _, __: add_incidents(fmap, layers.incidents()),
    "areas": lambda fmap, _, __: add_areas(fmap, layers.areas()),
    "projects": lambda fmap, units, _: add_projects(fmap, layers.shares(), units),
    "gaps": lambda fmap, units, _: add_gaps(fmap, layers.gaps(units), units),
    "points": lambda fmap, _, __: add_heat(fmap, points()),
    "surface": lambda fmap, _, __: add_heat(fmap, surface()),
    "figures": lambda fmap, units, own: add_choropleth(fmap, own, units),
    "notes": lambda fmap, units, own: add_notes(fmap, own, units, certain_towns()),
}


@pytest.mark.parametrize("name", ADDERS)
@pytest.mark.parametrize("audience", ["partner", "public"])
def test_what_was_not_released_stays_in_the_house(
    pages: Callable[[Any], PageMap],
    units: gpd.GeoDataFrame,
    table: pd.DataFrame,
    name: str,
    audience: str,
) -> None:
    own = table.copy()
    own.attrs = {}
    before = len(pages(audience)._children)
    fmap = pages(audience)
    with pytest.raises(ReleaseError, match=f"not released for the audience '{audience}'"):
        ADDERS[name](fmap, units, own)
    assert len(fmap._children) == before
    ADDERS[name](pages("internal"), units, own)


def test_a_table_and_a_matrix_of_ones_own_stay_too(
    pages: Callable[[Any], PageMap],
    units: gpd.GeoDataFrame,
    table: pd.DataFrame,
    matrix: pd.DataFrame,
) -> None:
    own, grid = table.copy(), matrix.copy()
    own.attrs, grid.attrs = {}, {}
    with pytest.raises(ReleaseError, match="the figures were not released"):
        region_map(own, units)
    with pytest.raises(ReleaseError, match="the projects of the matrix were not released"):
        add_presence(pages("public"), grid)


def test_what_was_published_passes_without_ceremony(
    pages: Callable[[Any], PageMap], matrix: pd.DataFrame
) -> None:
    fmap = pages("public")
    add_presence(fmap, matrix)
    assert fmap.audience == "public"


def test_an_audience_that_is_none(units: gpd.GeoDataFrame, table: pd.DataFrame) -> None:
    with pytest.raises(ArgumentError, match="audience 'everyone'"):
        region_map(table, units, audience="everyone")  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("audience", AUDIENCES)
def test_the_page_says_it_before_any_script_runs(
    table: pd.DataFrame,
    units: gpd.GeoDataFrame,
    tmp_path: Path,
    audience: Any,
    language: Any,
) -> None:
    fmap = region_map(table, units, language=language, audience=audience)
    said = words.word(f"audience.{audience}", language)
    tag = f'<p class="mg-audience mg-{audience}" role="note">{said}</p>'
    assert tag in save_map(fmap, tmp_path / "map.html").read_text("utf-8")
    assert "mg-audience" in fmap._repr_html_()
    assert said in fmap._repr_html_()
