"""What a name of a region means among regions, cercles and communes."""

import geopandas as gpd
import pytest

from maligeo.core.errors import UnknownNameError
from maligeo.join.regions import find_focus, find_unit
from maligeo.readers.boundaries import as_units
from tests import divisions, worlds


@pytest.fixture(scope="module")
def cercles() -> gpd.GeoDataFrame:
    return as_units(divisions.cercles_of_2015(), vintage="2015")


def names_of(region: str, units: gpd.GeoDataFrame) -> set[str]:
    return set(units["name"].iloc[list(find_focus(region, units).rows)])


def test_the_cercles_of_a_region(cercles: gpd.GeoDataFrame) -> None:
    assert names_of("mopti", cercles) == {
        "Mopti", "Bandiagara", "Bankass", "Djenné", "Douentza", "Koro", "Ténenkou", "Youwarou",
    }  # fmt: skip
    assert names_of("Timbuktu", cercles) >= {"Tombouctou", "Diré", "Goundam"}


def test_a_cercle_by_its_name_and_by_its_kind(cercles: gpd.GeoDataFrame) -> None:
    assert names_of("Koro", cercles) == {"Koro"}
    assert names_of("Cercle de Mopti", cercles) == {"Mopti"}
    assert find_focus("Cercle de Mopti", cercles).is_one


def test_the_communes_of_a_cercle_and_of_a_region() -> None:
    communes = worlds.communes()
    assert names_of("Ménaka", communes) == {"Tidermène", "Bamba"}
    assert names_of("Région de Gao", communes) == {"Gounzoureye", "Tidermène", "Bamba"}


def test_a_region_of_another_division_is_explained(units: gpd.GeoDataFrame) -> None:
    with pytest.raises(UnknownNameError, match="it lies in Gao: --region Gao") as caught:
        find_unit("Menaka", units)
    french = caught.value.message("fr")
    assert "est une région de 2023" in french
    assert "maligeo fetch cod-ab" in french


def test_what_is_nowhere_stays_unknown(cercles: gpd.GeoDataFrame) -> None:
    with pytest.raises(UnknownNameError, match="'Atlantis' is not known; there is Kayes"):
        find_focus("Atlantis", cercles)
