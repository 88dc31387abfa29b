"""Lists of places: GeoNames, Who's On First, and tables of one's own."""

import json
import zipfile
from pathlib import Path

import pandas as pd
import pytest

import maligeo
from maligeo.core.errors import ArgumentError, FrameError, InputFileError, UnknownNameError
from maligeo.readers.gazetteers import GAZETTEER

DATA = Path(__file__).parents[1] / "data" / "gazetteers"


def told(places: pd.DataFrame, *names: str) -> list[tuple[object, ...]]:
    kept = places[list(names)].astype("object")
    return list(kept.where(kept.notna(), None).itertuples(index=False, name=None))


def test_a_dump_of_geonames_gives_places_where_people_live() -> None:
    places = maligeo.read_gazetteer(DATA / "geonames.txt")
    assert list(places.columns) == list(GAZETTEER)
    assert told(places, "place_name", "name_alt", "lon", "lat", "source") == [
        ("Sokoura", "Sokoura|Sokura|Socoura", -3.5, 13.9, "GeoNames"),
        ("Bankass", "Bankass", -3.52, 14.07, "GeoNames"),
        ("Sokoura", "Sokoura", -4.2, 14.9, "GeoNames"),
    ]
    assert places.index.tolist() == [1, 2, 4]


def test_the_archive_of_a_dump_is_read_as_the_dump(tmp_path: Path) -> None:
    archive = tmp_path / "ML.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("readme.txt", "Readme for GeoNames\n")
        made.write(DATA / "geonames.txt", "ML.txt")
    pd.testing.assert_frame_equal(
        maligeo.read_gazetteer(archive), maligeo.read_gazetteer(DATA / "geonames.txt")
    )


def test_whos_on_first_gives_localities_with_their_label_positions() -> None:
    places = maligeo.read_gazetteer(DATA / "wof.geojson")
    assert told(places, "place_name", "name_alt", "lon", "lat", "source") == [
        ("Timbuktu", "Tombouctou|Tombuto|Timbuctu", -3.006, 16.771, "Who's On First")
    ]


def test_a_table_of_whos_on_first(tmp_path: Path) -> None:
    rows = json.loads((DATA / "wof.geojson").read_text(encoding="utf-8"))["features"]
    table = tmp_path / "wof.csv"
    pd.DataFrame([row["properties"] for row in rows]).to_csv(table, index=False)
    places = maligeo.read_gazetteer(table)
    assert told(places, "place_name", "lon", "lat") == [("Timbuktu", -3.006, 16.771)]


def test_a_table_of_ones_own() -> None:
    places = maligeo.read_gazetteer(DATA / "villages.csv")
    assert told(places, "place_name", "name_alt", "adm2_name", "lon", "lat")[:2] == [
        ("Sokoura", "Sokura|Socoura", "Bankass", -3.5, 13.9),
        ("Hameau sans position", None, "Koro", None, None),
    ]
    assert len(places) == 4  # the row without a name is no place
    assert set(places["source"]) == {"villages.csv"}


def test_a_heading_that_nobody_knows_can_be_stated(tmp_path: Path) -> None:
    file = tmp_path / "odd.csv"
    file.write_text("was,y,x\nSokoura,13.9,-3.5\n", encoding="utf-8")
    with pytest.raises(UnknownNameError, match="place_name"):
        maligeo.read_gazetteer(file)
    places = maligeo.read_gazetteer(maligeo.Source(file, columns={"place_name": "was"}))
    assert places["place_name"].tolist() == ["Sokoura"]


def test_what_is_no_gazetteer_is_refused(tmp_path: Path) -> None:
    half = tmp_path / "half.csv"
    half.write_text("village,lat,lon\nSokoura,13.9,\n", encoding="utf-8")
    with pytest.raises(FrameError, match="not both given"):
        maligeo.read_gazetteer(half)
    nameless = tmp_path / "nameless.csv"
    nameless.write_text("village,lat,lon\n,13.9,-3.5\n", encoding="utf-8")
    with pytest.raises(InputFileError, match="no place with a name"):
        maligeo.read_gazetteer(nameless)
    with pytest.raises(InputFileError):
        maligeo.read_gazetteer(tmp_path / "missing.csv")


def test_it_is_read_as_the_user_says(tmp_path: Path) -> None:
    file = tmp_path / "odd.csv"
    file.write_text("Villages\nwas,y,x\nSokoura,13.9,-3.5\n", encoding="utf-8")
    places = maligeo.read_gazetteer(
        file, columns={"place_name": "was"}, constants={"adm2_name": "Bankass"}, header_row=2
    )
    assert told(places, "place_name", "adm2_name", "lon") == [("Sokoura", "Bankass", -3.5)]
    with pytest.raises(UnknownNameError, match="no column 'wo'"):
        maligeo.read_gazetteer(file, columns={"place_name": "wo"})


def test_what_means_nothing_to_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="a list of places is read without dates"):
        maligeo.read_gazetteer(DATA / "villages.csv", dates="day-month")
    with pytest.raises(ArgumentError, match="which has no layers, is read without layer"):
        maligeo.read_gazetteer(DATA / "villages.csv", layer="a")
    with pytest.raises(ArgumentError, match="a dump of GeoNames is read without columns"):
        maligeo.read_gazetteer(DATA / "geonames.txt", columns={"place_name": "x"})
    with pytest.raises(ArgumentError, match="whose columns have names, is read without sheet"):
        maligeo.read_gazetteer(DATA / "wof.geojson", sheet="a")
