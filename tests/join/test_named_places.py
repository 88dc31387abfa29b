"""All places that are bundled, and those of a gazetteer, lead by name to their own units."""

import os
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

import maligeo
from maligeo import catalog
from maligeo.core.placenames import normalise
from maligeo.join.points import Locator
from maligeo.join.results import TOO_COARSE
from maligeo.unitindex import UnitIndex

COMMUNES = catalog.load_table("reference", "communes_2015")
CERCLES = catalog.load_table("reference", "cercles_2015")
REALDATA = os.environ.get("MALIGEO_REALDATA")
GAZETTEER = os.environ.get("MALIGEO_GAZETTEER")
needs_outlines = pytest.mark.skipif(REALDATA is None, reason="MALIGEO_REALDATA is not set")


def squares(table: pd.DataFrame, level: int) -> gpd.GeoDataFrame:
    """Units by their names and codes; the outlines mean nothing."""
    return gpd.GeoDataFrame(
        table[["pcode", "name", "parent_pcode"]].assign(
            vintage="2015", level=level, name_alt=table.get("name_alt"), area_sqkm=1.0
        ),
        geometry=[box(at, 0, at + 1, 1) for at in range(len(table))],
        crs="EPSG:4326",
    )


def outlines(level: int) -> gpd.GeoDataFrame:
    folder = Path(str(REALDATA)) / "cod-ab-2015"
    (file,) = folder.glob(f"mli_admbnda_adm{level}_*.shp")
    return maligeo.read_boundaries(file, vintage="2015")


def reported(communes: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"adm2_name": communes["parent_name"], "adm3_name": communes["name"]})


def texts(column: pd.Series) -> list[str | None]:
    return [None if pd.isna(value) else str(value) for value in column]


def test_701_communes_with_their_cercle_lead_to_themselves() -> None:
    found = maligeo.locate(reported(COMMUNES), squares(COMMUNES, 3))
    assert len(COMMUNES) == 701
    assert texts(found["adm3_pcode"]) == list(COMMUNES["pcode"])


@pytest.mark.parametrize("column", ["adm3_name", "place_name"])
@pytest.mark.parametrize("prefix", ["", "Commune de ", "commune rurale de "])
def test_701_communes_with_their_cercle_lead_to_cercle_and_region(column: str, prefix: str) -> None:
    plain = COMMUNES["name"].str.startswith("Commune ")  # "Commune I" of Bamako
    names = COMMUNES["name"].where(plain, prefix + COMMUNES["name"])
    records = pd.DataFrame({"adm2_name": COMMUNES["parent_name"], column: names})
    regions = COMMUNES["parent_pcode"].map(CERCLES.set_index("pcode")["region_2015"])
    assert texts(maligeo.locate(records, maligeo.load_boundaries())["adm1_name"]) == list(regions)
    cercles = maligeo.locate(records, squares(CERCLES, 2))
    assert texts(cercles["adm2_pcode"]) == list(COMMUNES["parent_pcode"])


@pytest.mark.parametrize("column", ["adm3_name", "place_name"])
def test_a_commune_alone_leads_to_its_cercle_or_its_note_says_which(column: str) -> None:
    found = maligeo.locate(pd.DataFrame({column: COMMUNES["name"]}), squares(CERCLES, 2))
    forms = COMMUNES["name"].map(normalise)
    homes = COMMUNES["parent_name"].groupby(forms).agg(set)
    for form, own, cercle, note in zip(
        forms, COMMUNES["parent_name"], texts(found["adm2_name"]), found["locate_note"], strict=True
    ):
        if note == TOO_COARSE:  # the name of a region as well
            assert column == "place_name"
        elif cercle is None:
            assert all(normalise(home) in normalise(note) for home in homes[form])
        else:
            assert normalise(cercle) == normalise(own)
    lost = set(forms[found["adm2_name"].isna().to_numpy()])
    twice = {form for form, some in homes.items() if len(some) > 1}
    assert lost >= twice if column == "adm3_name" else lost
    assert len(lost) < 40


def test_160_cercles_of_2023_lead_to_their_regions() -> None:
    listed = catalog.load_table("reference", "pcodes_2023")
    cercles = listed[listed["level"] == 2]
    names = listed[listed["level"] == 1].set_index("pcode")["name"]
    regions = cercles["parent_pcode"].map(names)
    units = squares(listed[listed["level"] == 1].reset_index(drop=True), 1).assign(vintage="2023")
    for prefix in ("", "Cercle de "):
        found = maligeo.locate(pd.DataFrame({"adm2_name": prefix + cercles["name"]}), units)
        assert len(cercles) >= 159
        assert texts(found["adm1_name"]) == list(regions)


def test_cercles_of_2023_lead_to_the_old_region_that_holds_theirs() -> None:
    units = catalog.load_table("reference", "units")
    old = units[(units["vintage"] == "2023") & (units["nesting"] == "exact")]
    home = dict(zip(old["name"], old["part_of_2015"], strict=True))
    listed = catalog.load_table("reference", "pcodes_2023")
    cercles = listed[listed["level"] == 2]
    names = listed[listed["level"] == 1].set_index("pcode")["name"]
    found = maligeo.locate(
        pd.DataFrame({"adm2_name": cercles["name"]}), maligeo.load_boundaries()
    )  # fmt: skip
    got = texts(found["adm1_name"])
    for name, region, own in zip(
        cercles["name"], cercles["parent_pcode"].map(names), got, strict=True
    ):
        if own is not None and region in home:
            assert own == home[region], name
    assert sum(one is not None for one in got) > 145


def towns() -> pd.DataFrame:
    return catalog.load_table("reference", "towns").astype({"lon": float, "lat": float})


def test_towns_with_the_region_of_their_position_lead_to_no_other() -> None:
    units, places = maligeo.load_boundaries(), towns()
    at = UnitIndex(units.geometry).query(places["lon"], places["lat"])
    places = places[at >= 0]
    regions = units["name"].to_numpy()[at[at >= 0]]
    records = pd.DataFrame({"adm1_name": regions, "place_name": places["name"].to_numpy()})
    assert len(records) > 90
    assert texts(maligeo.locate(records, units)["adm1_name"]) == list(regions)


@needs_outlines
@pytest.mark.parametrize("level", [1, 2, 3])
def test_towns_by_name_with_their_cercle_lead_to_no_wrong_unit(level: int) -> None:
    places = towns()
    cercles, units = outlines(2), outlines(level)
    own = UnitIndex(cercles.geometry).query(places["lon"], places["lat"])
    at = UnitIndex(units.geometry).query(places["lon"], places["lat"])
    places, own, at = places[(own >= 0) & (at >= 0)], own[(own >= 0) & (at >= 0)], at[
        (own >= 0) & (at >= 0)
    ]  # fmt: skip
    records = pd.DataFrame(
        {"adm2_name": cercles["name"].to_numpy()[own], "place_name": places["name"].to_numpy()}
    )
    wanted = units["pcode"].to_numpy()[at]
    got = texts(maligeo.locate(records, units)[f"adm{level}_pcode"])
    pairs = zip(records["place_name"], got, wanted, strict=True)
    wrong = [one for one in pairs if one[1] is not None and one[1] != one[2]]
    assert not wrong
    assert sum(unit is not None for unit in got) > (85 if level < 3 else 60)


@needs_outlines
def test_701_communes_lead_to_their_outlines() -> None:
    units = outlines(3)
    found = maligeo.locate(reported(COMMUNES), units)
    assert texts(found["adm3_pcode"]) == list(COMMUNES["pcode"])


@needs_outlines
@pytest.mark.skipif(GAZETTEER is None, reason="MALIGEO_GAZETTEER names no gazetteer")
@pytest.mark.parametrize("level", [1, 2, 3])
def test_places_of_a_gazetteer_lead_to_the_unit_of_their_position(level: int) -> None:
    places = maligeo.read_gazetteer(str(GAZETTEER))
    places = places[places["lon"].notna()]
    cercles, units = outlines(2), outlines(level)
    own = UnitIndex(cercles.geometry).query(places["lon"], places["lat"])
    at = UnitIndex(units.geometry).query(places["lon"], places["lat"])
    there = (own >= 0) & (at >= 0)
    records = pd.DataFrame(
        {
            "adm2_name": cercles["name"].to_numpy()[own[there]],
            "place_name": places["place_name"].to_numpy()[there],
        }
    )
    located = Locator(units, gazetteer=places).locate(records)
    got = located[f"adm{level}_pcode"].astype("object").to_numpy()
    placed = located["locate_method"].to_numpy() != "none"
    assert placed.mean() > 0.3
    assert (got[placed] == units["pcode"].to_numpy()[at[there]][placed]).all()
    assert np.isnan(located["locate_distance_m"]).all()
