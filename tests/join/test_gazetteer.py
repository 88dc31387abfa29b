"""Villages looked up in a gazetteer: within the units that are named, and never guessed."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

import maligeo
from maligeo.core.errors import ArgumentError, FrameError
from tests.join.test_named_places import texts

CERCLES = gpd.GeoDataFrame(
    {
        "vintage": "2015",
        "level": 2,
        "pcode": ["ML0507", "ML0503", "ML0702"],
        "name": ["Koro", "Bankass", "Ansongo"],
        "name_alt": None,
        "parent_pcode": ["ML05", "ML05", "ML07"],
        "area_sqkm": 1.0,
    },
    geometry=[box(-3.4, 13.5, -2.5, 15), box(-4, 13.5, -3.4, 15), box(0, 15, 1, 16)],
    crs="EPSG:4326",
)
PLACES = pd.DataFrame(
    [
        ("Sokoura", "Socoura", None, -3.5, 13.9),
        ("Deux lieux", None, None, -3.0, 14.0),
        ("Deux lieux", None, None, 0.5, 15.6),
        ("Trois mares", None, None, -3.0, 14.0),
        ("Trois mares", None, None, -3.1, 14.1),
        ("Sans position", None, "Koro", None, None),
        ("Ailleurs", None, None, 10.0, 10.0),
        ("Partout I", "Partout", None, -3.0, 14.0),
        ("Partout II", "Partout", None, 0.5, 15.5),
        ("Partout III", "Partout", None, -3.6, 14.0),
    ],
    columns=["place_name", "name_alt", "adm2_name", "lon", "lat"],
)  # fmt: skip


def located(**columns: list[str | None]) -> pd.DataFrame:
    return maligeo.locate(pd.DataFrame(columns), CERCLES, gazetteer=PLACES)


def test_a_village_leads_to_the_unit_in_which_it_lies() -> None:
    found = located(
        place_name=["Sokoura", "SOCOURA", "village de Sokoura", "Trois mares", "Nulle part"]
    )
    assert texts(found["adm2_name"]) == ["Bankass", "Bankass", "Bankass", "Koro", None]
    assert found["locate_method"].tolist() == ["place"] * 4 + ["none"]
    assert found["locate_distance_m"].isna().all()
    assert maligeo.locate_summary(found)["place"] == 4
    assert set(found.columns) & {"lon", "lat", "geometry"} == set()


def test_it_is_looked_up_within_the_unit_that_is_named() -> None:
    found = located(
        adm1_name=[None, "Mopti", "Gao", "Kayes"],
        place_name=["Deux lieux"] * 4,
    )
    assert texts(found["adm2_name"]) == [None, "Koro", "Ansongo", None]
    note = found["locate_note"].iloc[0]
    assert note == "'Deux lieux' is the name of several places: Gao / Ansongo; Mopti / Koro"


def test_candidates_are_listed_and_none_is_taken() -> None:
    note = located(place_name=["Partout"])["locate_note"].iloc[0]
    assert all(name in note for name in ("Koro", "Bankass", "Ansongo"))


def test_the_names_of_a_gazetteer_help_where_it_has_no_position() -> None:
    found = located(place_name=["Sans position", "Ailleurs"])
    assert texts(found["adm2_name"]) == ["Koro", None]


def test_a_village_in_the_column_of_communes_is_told() -> None:
    found = located(adm3_name=["Trois mares"])
    assert texts(found["adm2_name"]) == [None]
    assert "a place of that name lies in Mopti / Koro" in found["locate_note"].iloc[0]


def test_names_of_a_gazetteer_are_proposed() -> None:
    found = located(place_name=["Sokura"])
    assert "do you mean Sokoura?" in found["locate_note"].iloc[0]


def test_a_position_goes_before_a_name() -> None:
    records = pd.DataFrame({"lon": [-3.0], "lat": [14.0], "place_name": ["Sokoura"]})
    found = maligeo.locate(records, CERCLES, gazetteer=PLACES)
    assert texts(found["adm2_name"]) == ["Koro"]
    assert found["locate_disagrees"].isna().all()


def test_a_frame_that_is_no_gazetteer_is_refused() -> None:
    with pytest.raises(FrameError, match="place_name"):
        maligeo.locate(
            pd.DataFrame({"place_name": ["x"]}), CERCLES, gazetteer=pd.DataFrame({"name": ["x"]})
        )
    with pytest.raises(ArgumentError, match="gazetteer"):
        maligeo.locate(pd.DataFrame({"place_name": ["x"]}), CERCLES, gazetteer="x")


@pytest.mark.parametrize(
    ("heading", "source"),
    [
        ("localité", "auto"), ("village", "auto"), ("Lieu", "auto"), ("site", "auto"),
        ("place_name", "auto"), ("#loc+name", "auto"),
    ],
)  # fmt: skip
def test_places_of_incidents_are_read(tmp_path: Path, heading: str, source: str) -> None:
    file = tmp_path / "list.csv"
    file.write_text(f"date,type,tués,{heading}\n2022-03-01,EEI,1,Sokoura\n", encoding="utf-8")
    incidents = maligeo.read_incidents(file, source=source)
    assert incidents["place_name"].tolist() == ["Sokoura"]
    assert incidents["location_precision"].isna().all()
    found = maligeo.locate(incidents, CERCLES, gazetteer=PLACES)
    assert texts(found["adm2_name"]) == ["Bankass"]


def test_names_that_say_what_they_are_do_not_make_a_record_coarse(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    rows = ["Cercle de Koro", "National", "Mopti"]
    text = "date,type,région\n" + "".join(f"2022-03-01,EEI,{name}\n" for name in rows)
    file.write_text(text, encoding="utf-8")
    incidents = maligeo.read_incidents(file)
    assert incidents["location_precision"].astype("object").where(
        incidents["location_precision"].notna(), None
    ).tolist() == [None, None, "adm1"]  # fmt: skip
    found = maligeo.locate(incidents, CERCLES)
    assert texts(found["adm2_name"]) == ["Koro", None, None]
    assert found["place_kind"].tolist() == ["unit", "countrywide", "unattributed"]
