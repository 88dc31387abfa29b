"""Names of cercles and communes lead to the units that hold them, or to nothing."""

import geopandas as gpd
import pandas as pd
import pytest

import maligeo
from maligeo import catalog


@pytest.fixture(scope="module")
def regions() -> gpd.GeoDataFrame:
    return maligeo.load_boundaries()


def located(units: gpd.GeoDataFrame, **columns: list[object]) -> pd.DataFrame:
    return maligeo.locate(pd.DataFrame(columns), units)


def test_a_list_by_cercle_is_counted_by_region(regions: gpd.GeoDataFrame) -> None:
    """Nobody who knows the cercle of an incident leaves its region empty on purpose."""
    found = located(regions, adm2_name=["Bankass", "Ansongo", "cercle inconnu", None])
    assert found["adm1_name"].tolist()[:2] == ["Mopti", "Gao"]
    assert found["locate_method"].tolist() == ["name", "name", "none", "none"]
    assert found["locate_note"].tolist()[0] == "Bankass (cercle) lies in Mopti"
    assert "is no place that is known" in found["locate_note"].tolist()[2]
    incidents = found.assign(date=pd.Timestamp("2022-03-01"), event_type="ied")
    table = maligeo.density(
        maligeo.with_coverage(incidents, "2022"), regions, measure="incidents", period="2022"
    )
    counted = table.set_index("name")["count"]
    assert (counted["Mopti"], counted["Gao"], counted["Kayes"]) == (1, 1, 0)
    assert table.loc[table["place_kind"] == "unattributed", "count"].tolist() == [2]


def test_all_communes_with_their_cercle_lie_in_its_region(regions: gpd.GeoDataFrame) -> None:
    communes = catalog.load_table("reference", "communes_2015")
    cercles = catalog.load_table("reference", "cercles_2015").set_index("pcode")["region_2015"]
    found = located(
        regions, adm2_name=list(communes["parent_name"]), adm3_name=list(communes["name"])
    )
    wanted = communes["parent_pcode"].map(cercles)
    placed = (found["locate_method"] == "name").to_numpy()
    assert placed.all()
    assert (found["adm1_name"].astype(str).to_numpy() == wanted.to_numpy()).all()


def test_a_commune_whose_name_occurs_twice_is_not_guessed(regions: gpd.GeoDataFrame) -> None:
    communes = catalog.load_table("reference", "communes_2015")
    cercles = catalog.load_table("reference", "cercles_2015").set_index("pcode")["region_2015"]
    by_name = communes.assign(region=communes["parent_pcode"].map(cercles)).groupby("name")
    found = located(regions, adm3_name=list(by_name.groups)).set_index("adm3_name")
    for name, group in by_name:
        homes = sorted(set(group["region"]))
        row = found.loc[name]
        if len(homes) > 1:
            assert row["locate_method"] == "none"
            assert row["locate_note"] == (
                f"{name!r} is the name of several places: {'; '.join(homes)}"
            )
        else:
            assert row["adm1_name"] == homes[0]


def test_the_name_of_its_own_level_goes_first(regions: gpd.GeoDataFrame) -> None:
    found = located(regions, adm1_name=["Gao", "?"], adm2_name=["Bankass", "Bankass"])
    assert found["adm1_name"].tolist() == ["Gao", "Mopti"]


def test_a_divided_cercle_is_of_no_single_region() -> None:
    units = maligeo.load_boundaries().assign(vintage="2016")
    divided = catalog.load_table("reference", "cercles_2015")
    divided = divided[divided["region_2016"].str.contains("|", regex=False)]
    found = located(units, adm2_name=list(divided["name"]))
    assert len(divided)
    assert (found["locate_method"] == "none").all()


def test_a_region_as_others_spell_it_narrows_a_commune_down(regions: gpd.GeoDataFrame) -> None:
    cercles = catalog.load_table("reference", "cercles_2015")
    kati = cercles[cercles["name"] == "Kati"].iloc[0]
    units = gpd.GeoDataFrame(
        regions.head(1).assign(
            level=2, pcode=kati["pcode"], name="Kati", name_alt=None, parent_pcode="ML02"
        )
    )
    found = located(units, adm1_name=["Koulikouro", "Gao"], adm3_name=["Kambila", "Kambila"])
    assert found["locate_method"].tolist() == ["name", "none"]


def test_a_place_known_as_a_region_is_no_cercle() -> None:
    """The point of a project that is somewhere in a region is the middle of the region."""
    units = maligeo.load_boundaries().assign(level=2)
    records = pd.DataFrame(
        {"lon": [-4.2, -4.2], "lat": [14.5, 14.5], "place_level": ["adm1", "settlement"]}
    )
    found = maligeo.locate(records, units)
    assert found["locate_note"].tolist()[0] == "too coarse for this level"
    assert found["adm2_name"].tolist()[1] == "Mopti"


def test_located_at_several_levels_each_level_is_counted(regions: gpd.GeoDataFrame) -> None:
    """A record in a region need not be in a cercle."""
    records = pd.DataFrame(
        {"lon": [-4.2, -3.0], "lat": [14.5, 16.8], "date": pd.Timestamp("2022-03-01")}
    ).assign(event_type="ied", location_precision=["exact", "adm1"])
    cercles = regions.assign(level=2, pcode=regions["pcode"] + "01")
    both = maligeo.locate(maligeo.locate(records, regions), cercles)
    covered = maligeo.with_coverage(both, "2022")
    table = maligeo.density(covered, regions, measure="incidents", period="2022").set_index("name")[
        "count"
    ]
    assert (table["Mopti"], table["Tombouctou"]) == (1, 1)
    finer = maligeo.density(covered, cercles, measure="incidents", period="2022")
    assert finer.loc[finer["place_kind"] == "unattributed", "count"].tolist() == [1]


def test_locating_again_gives_the_same(regions: gpd.GeoDataFrame) -> None:
    records = pd.DataFrame(
        {"lon": [-4.2, None], "lat": [14.5, None], "adm1_name": ["Gao", "Mopti"]}
    )
    once = maligeo.locate(records, regions)
    pd.testing.assert_frame_equal(maligeo.locate(once, regions), once, check_like=True)


@pytest.mark.parametrize(
    "names", [("lon", "lat"), ("longitude", "latitude"), ("Lng", "Lat"), ("x", "y"), ("X", "Y")]
)
def test_positions_are_found_under_any_usual_name(
    regions: gpd.GeoDataFrame, names: tuple[str, str]
) -> None:
    found = maligeo.locate(pd.DataFrame({names[0]: [-4.2], names[1]: [14.5]}), regions)
    assert found["adm1_name"].tolist() == ["Mopti"]
    assert list(found.columns[:2]) == list(names)


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("National", "countrywide"),
        ("Toutes les régions", "countrywide"),
        ("Mali", "countrywide"),
        ("Ensemble du territoire", "countrywide"),
        ("Cercle de Koro", "unit"),
        ("Kidal (Abeibara)", "unit"),
        ("Mopti - Ségou", "joint"),
        ("Gao, Ménaka, Tombouctou", "joint"),
        ("Tombouctu", "unattributed"),
        ("Sikaso", "unattributed"),
    ],
)
def test_places_as_people_write_them(regions: gpd.GeoDataFrame, written: str, kind: str) -> None:
    found = located(regions, adm1_name=[written])
    assert found["place_kind"].tolist() == [kind]
    if kind == "unattributed":
        assert "do you mean" in found["locate_note"].iloc[0]
