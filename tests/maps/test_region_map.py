import geopandas as gpd
import pandas as pd
import pytest

import maligeo
from maligeo.core.errors import ArgumentError, CrsError, FrameError, UnknownNameError, VintageError
from maligeo.maps import PageMap, add_presence, region_map
from maligeo.maps.html import figure_of


def test_a_small_world_makes_a_map(
    small_table: pd.DataFrame, small_units: gpd.GeoDataFrame
) -> None:
    before = small_table.copy()
    fmap = region_map(small_table, small_units, audience="internal")
    assert isinstance(fmap, PageMap)
    assert "B\u00e9ta-Sud" in fmap.get_root().render()
    pd.testing.assert_frame_equal(small_table, before)


def test_units_without_a_source_column_will_do(
    small_table: pd.DataFrame, small_units: gpd.GeoDataFrame
) -> None:
    assert region_map(small_table, small_units.drop(columns="source"), audience="internal")


@pytest.mark.parametrize("name", ["Mopti", "région de MOPTI", "mopti"])
def test_a_region_by_any_spelling(table: pd.DataFrame, units: gpd.GeoDataFrame, name: str) -> None:
    fmap = region_map(table, units, region=name)
    assert (figure_of(fmap).title or "").startswith("Mopti")


def test_an_unknown_region_lists_the_known(table: pd.DataFrame, units: gpd.GeoDataFrame) -> None:
    with pytest.raises(
        UnknownNameError, match=r"'Atlantis' is not known; there is Kayes, .*Bamako"
    ):
        region_map(table, units, region="Atlantis")


def test_an_unknown_layer_or_language(table: pd.DataFrame, units: gpd.GeoDataFrame) -> None:
    with pytest.raises(UnknownNameError, match="layer 'goats'"):
        region_map(table, units, layers=["goats"])
    with pytest.raises(ArgumentError, match="language 'de'"):
        region_map(table, units, language="de")  # type: ignore[arg-type]


def test_two_vintages_do_not_join(table: pd.DataFrame, units: gpd.GeoDataFrame) -> None:
    with pytest.raises(VintageError, match="crosswalk"):
        region_map(table, units.assign(vintage="2023"))


def test_another_crs_is_refused(table: pd.DataFrame, units: gpd.GeoDataFrame) -> None:
    with pytest.raises(CrsError, match="EPSG:4326"):
        region_map(table, units.to_crs("EPSG:6933"))


def test_a_table_that_lacks_columns(table: pd.DataFrame, units: gpd.GeoDataFrame) -> None:
    with pytest.raises(FrameError, match="place_kind"):
        region_map(table.drop(columns="place_kind"), units)


def test_a_matrix_with_another_index(table: pd.DataFrame, units: gpd.GeoDataFrame) -> None:
    fmap = region_map(table, units, audience="internal")
    with pytest.raises(FrameError, match="place_kind, pcode, name"):
        add_presence(fmap, pd.DataFrame({"one": [1]}))


def test_the_public_names_are_these() -> None:
    assert maligeo.region_map is region_map
