"""Land with a place and a declared area, with and without an outline."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from maligeo.core.errors import FrameError, UnknownNameError
from maligeo.readers.areas import AREAS, as_areas, read_areas
from maligeo.readers.files.sources import Source
from maligeo.readers.kinds import likely_kinds
from maligeo.readers.projects import read_projects
from maligeo.readers.reading import ATTRIBUTE

SQUARE = "POLYGON((-3.5 15.5,-3.499 15.5,-3.499 15.501,-3.5 15.501,-3.5 15.5))"
VILLAGES = """\
N°;Région;Cercle;Commune;Village;Superficie (ha);Statut;Date;Engins détruits
1;Mopti;Koro;Bondo;Bondo;12,5;dépolluée;15/03/2021;3
2;Gao;Ansongo;;Lieu;3 500 m²;annulée;12/05/2022;
TOTAL;;;;;;;;3
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "land.csv"
    path.write_text(text, "utf-8")
    return path


def test_villages_with_hectares(tmp_path: Path) -> None:
    frame = read_areas(written(tmp_path, VILLAGES))
    assert tuple(frame.columns) == AREAS
    assert frame["area_id"].tolist() == ["1", "2"]
    assert frame["status"].tolist() == ["cleared", "cancelled"]
    assert frame["declared_area_sqm"].tolist() == [125_000, 3_500]
    assert frame["computed_area_sqm"].isna().all()
    assert frame.geometry.isna().all()
    places = frame[["adm1_name", "adm2_name", "adm3_name", "place_name"]].fillna("-")
    assert places.iloc[0].tolist() == ["Mopti", "Koro", "Bondo", "Bondo"]
    assert places.iloc[1].tolist() == ["Gao", "Ansongo", "-", "Lieu"]
    assert frame["end_date"].tolist() == [pd.Timestamp("2021-03-15"), pd.Timestamp("2022-05-12")]
    assert frame["devices"].fillna(-1).tolist() == [3, -1]
    reading = frame.attrs["reading"]
    assert list(reading.set_aside.values()) == ["total"]
    assert reading.columns_in_file == 9
    assert not reading.kept
    assert not reading.not_understood


@pytest.mark.parametrize(
    ("heading", "cell", "sqm"),
    [
        ("Superficie dépolluée (m2)", "3 500", 3_500),
        ("Surface déminée en hectares", "1,5", 15_000),
        ("Superficie_ha", "2", 20_000),
        ("AREA_SQM", "12", 12),
        ("Area (km²)", "0.5", 500_000),
        ("Superficie [mètres carrés]", "7", 7),
        ("Superficie", "12 ha", 120_000),
        ("Superficie", "1,2 km2", 1_200_000),
        ("Superficie", "3 500 m²", 3_500),
        ("Superficie (ha)", "800m2", 800),
        ("Total area, sq. km", "1", 1_000_000),
        ("Land released (hectares)", "1", 10_000),
    ],
)
def test_units_of_area(tmp_path: Path, heading: str, cell: str, sqm: float) -> None:
    path = written(tmp_path, f"Cercle;{heading};Statut\nKoro;{cell};cleared\n")
    assert read_areas(path)["declared_area_sqm"].tolist() == [sqm]


def test_an_area_in_no_unit_is_never_guessed(tmp_path: Path) -> None:
    path = written(tmp_path, "Cercle;Superficie;Statut\nKoro;12;cleared\nGao;5;cleared\n")
    with pytest.raises(FrameError) as raised:
        read_areas(path)
    (fault,) = raised.value.faults
    assert fault.row is None
    assert '--column "declared_area_ha=Superficie"' in fault.reason
    said = Source(path, columns={"declared_area_ha": "Superficie"})
    assert read_areas(said)["declared_area_sqm"].tolist() == [120_000, 50_000]


def test_a_cell_without_a_unit_among_others(tmp_path: Path) -> None:
    path = written(tmp_path, "Cercle;Superficie;Statut\nKoro;12 ha;cleared\nGao;5;cleared\n")
    with pytest.raises(FrameError, match="row 3, Superficie: has no unit"):
        read_areas(path)


def test_two_columns_of_areas_are_not_chosen_between(tmp_path: Path) -> None:
    text = "Cercle;Superficie annulée (ha);Superficie réduite (ha)\nKoro;12;5\n"
    source = Source(written(tmp_path, text), constants={"status": "reduced"})
    with pytest.raises(FrameError, match=r"Superficie réduite.*may be the area"):
        read_areas(source)
    columns = {"declared_area": "Superficie réduite (ha)"}
    said = Source(source.path, columns=columns, constants={"status": "reduced"})
    assert read_areas(said)["declared_area_sqm"].tolist() == [50_000]


def layer(**columns: object) -> gpd.GeoDataFrame:
    squares = [shapely.box(x, 15.5, x + 0.001, 15.501) for x in (-3.5, -3.4)]
    return gpd.GeoDataFrame(columns, geometry=squares, crs="EPSG:4326")


def test_a_polygon_layer_without_id_and_status(tmp_path: Path) -> None:
    path = tmp_path / "land.gpkg"
    layer(lieu=["a", "b"]).to_file(path)
    with pytest.raises(UnknownNameError, match="--constant status=cleared"):
        read_areas(path)
    frame = read_areas(Source(path, constants={"status": "dépolluée"}))
    assert frame["status"].tolist() == ["cleared", "cleared"]
    assert frame["area_id"].is_unique
    assert frame["area_id"].str.endswith((":1", ":2")).all()
    again = read_areas(Source(path, constants={"status": "cleared"}))
    assert again["area_id"].tolist() == frame["area_id"].tolist()


def test_an_outline_needs_no_unit_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "land.gpkg"
    layer(AREA=["1.19", "1.2"], status="cleared").to_file(path)
    frame = read_areas(path)
    assert frame["declared_area_sqm"].isna().all()
    assert frame.attrs["reading"].not_understood == {"AREA": "declared_area"}
    assert frame["AREA"].tolist() == ["1.19", "1.2"]


def test_a_table_that_says_no_status(tmp_path: Path) -> None:
    path = written(tmp_path, "Cercle;Superficie (ha)\nKoro;12\n")
    with pytest.raises(FrameError) as raised:
        read_areas(path)
    (fault,) = raised.value.faults
    assert "--constant status=cleared" in fault.reason
    assert "--column status=NAME" in fault.reason


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("déminage", "cleared"), ("Dépollution", "cleared"), ("BAC", "cleared"),
        ("Battle Area Clearance", "cleared"), ("ZSD", "suspected"),
        ("zone soupçonnée dangereuse", "suspected"), ("ZCD", "confirmed"),
        ("Annulation", "cancelled"), ("réduction", "reduced"),
    ],
)  # fmt: skip
def test_words_for_status(word: str, status: str) -> None:
    frame = pd.DataFrame({"Cercle": ["Koro"], "Superficie (ha)": [1], "Statut": [word]})
    assert as_areas(frame)["status"].tolist() == [status]


@pytest.mark.parametrize(
    ("word", "choices"),
    [
        ("libérée", "cancelled, reduced, cleared"),
        ("Released", "cancelled, reduced, cleared"),
        ("terre libérée", "cancelled, reduced, cleared"),
        ("terre (libérée)", "cancelled, reduced, cleared"),
        ("ENT", "suspected, confirmed, cancelled"),
        ("enquête technique", "confirmed, reduced, cleared"),
        ("EOD spot task", "cancelled, reduced, cleared"),
    ],
)
def test_words_that_may_be_several_statuses(word: str, choices: str) -> None:
    frame = pd.DataFrame({"Cercle": ["Koro"] * 2, "Superficie (ha)": [1, 2], "Statut": [word] * 2})
    with pytest.raises(FrameError, match=rf"(?s)2 faults.*may be {choices}"):
        as_areas(frame)
    said = as_areas(frame, constants={"status": "cleared"})
    assert said["status"].tolist() == ["cleared", "cleared"]
    with pytest.raises(FrameError, match="1 fault"):
        as_areas(frame, constants={"status": word})


def test_outlines_and_declared_areas_in_one_table(tmp_path: Path) -> None:
    path = tmp_path / "mixed.csv"
    path.write_text(
        "area_id,status,wkt,lat,lon,area (ha),Cercle\n"
        f'P,cleared,"{SQUARE}",99,-3.5,1.19,Youwarou\n'
        "N,cleared,,,,12,Koro\n"
        "Q,cleared,,14.41,-3.21,3.5,\n"
    )
    frame = read_areas(path)
    assert frame.geometry.notna().tolist() == [True, False, False]
    assert frame["declared_area_sqm"].tolist() == [11_900, 120_000, 35_000]
    assert frame["place_lat"].fillna(0).tolist() == [0, 0, 14.41]
    assert frame["place_lon"].fillna(0).tolist() == [0, 0, -3.21]


def test_turning_points_and_declared_areas_in_one_table(tmp_path: Path) -> None:
    corners = [(15.5, -3.5), (15.501, -3.5), (15.501, -3.499), (15.5, -3.499)]
    rows = [f"P;cleared;{at};{lat};{lon};11900" for at, (lat, lon) in enumerate(corners)]
    text = "\n".join(["id;status;vertex;lat;lon;area (m2)", *rows, "N;cleared;;;;500", ""])
    frame = read_areas(written(tmp_path, text))
    assert frame["area_id"].tolist() == ["P", "N"]
    assert frame.geometry.notna().tolist() == [True, False]
    assert frame["declared_area_sqm"].tolist() == [11_900, 500]
    assert frame.attrs["reading"].rows_left_out == 0


def test_one_position_for_each_area_is_no_outline(tmp_path: Path) -> None:
    text = "N°;Latitude;Longitude;Superficie (ha);Statut\n1;15.5;-3.5;2;ZSD\n2;15.6;-3.5;3;ZSD\n"
    frame = read_areas(written(tmp_path, text))
    assert frame.geometry.isna().all()
    assert frame["place_lat"].tolist() == [15.5, 15.6]


@pytest.mark.parametrize(
    "text",
    [
        "N°;lat;lon;area (ha);status\n1;15.5;-3.5;2;CHA\n1;15.6;-3.5;2;CHA\n",  # the id repeats
        "id;vertex;lat;lon;area (ha);status\n1;1;15.5;-3.5;2;CHA\n2;1;15.6;-3.5;2;CHA\n",
        "id;lat;lon;status\n1;15.5;-3.5;CHA\n2;15.6;-3.5;CHA\n",  # nothing is declared
    ],
)
def test_corners_are_no_positions_of_areas(tmp_path: Path, text: str) -> None:
    with pytest.raises(FrameError, match="fewer than three vertices"):
        read_areas(written(tmp_path, text))


def test_corners_of_nobody_are_refused(tmp_path: Path) -> None:
    text = "vertex;lat;lon;area (ha);status\n1;15.5;-3.5;2;CHA\n2;15.6;-3.5;2;CHA\n"
    with pytest.raises(FrameError, match="--column area_id=NAME"):
        read_areas(written(tmp_path, text))


def test_points_of_a_layer_place_what_they_declare() -> None:
    points = gpd.GeoDataFrame(
        {"status": "cleared", "area_ha": [1.0, None]},
        geometry=gpd.points_from_xy([-3.5, -3.4], [15.5, 15.5]),
        crs="EPSG:4326",
    )
    frame = as_areas(points.iloc[:1])
    assert frame.geometry.isna().all()
    assert frame[["place_lon", "place_lat"]].iloc[0].tolist() == [-3.5, 15.5]
    with pytest.raises(FrameError, match="row 2, geometry: is not a polygon"):
        as_areas(points)


def test_an_area_listed_twice_is_a_fault(tmp_path: Path) -> None:
    path = written(tmp_path, VILLAGES.replace("\n2;", "\n1;"))
    with pytest.raises(FrameError, match="row 3, N°: is the id of an earlier area"):
        read_areas(path)


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (VILLAGES.splitlines()[0], "areas"),
        ("N°;Date;Type;Région;Village;Superficie (m2);Statut", "areas"),
        ("N°;Date;Type;Région;Statut;Latitude;Longitude", "incidents"),
        ("N°;Titre;Région;Budget;Statut;Latitude;Longitude", "projects"),
        ("Titre;Région;Cercle;Budget;Bailleur;Statut;Superficie (ha)", "projects"),
    ],
)
def test_what_a_table_holds(tmp_path: Path, header: str, kind: str) -> None:
    row = ";".join("1" * len(header.split(";")))
    assert likely_kinds(written(tmp_path, f"{header}\n{row}\n"))[0] == kind


def test_projects_do_not_change(tmp_path: Path) -> None:
    path = written(tmp_path, "N°;Titre;Région;Superficie (ha)\n1;Route;Gao;3\n")
    assert read_projects(path)["title"].tolist() == ["Route"]


TWO_ROWS = """\
Région;Cercle;Village;Date;Superficie;;Remarque;
;;;;Enquêtée (ha);Dépolluée (ha);;
Mopti;Mopti;Sévaré;04/03/2021;12;4;;a
Gao;Gao;Gao;04/05/2021;30;10;;b
"""


def test_hectares_cleared_are_told_from_those_surveyed_by_a_second_row(tmp_path: Path) -> None:
    """One title stands over both; what was surveyed is not what was cleared."""
    source = Source(written(tmp_path, TWO_ROWS), constants={"status": "cleared"})
    frame = read_areas(source, on_invalid="quarantine", rejects=tmp_path / "rejects.csv")
    assert frame["declared_area_sqm"].tolist() == [40_000, 100_000]
    reading = frame.attrs[ATTRIBUTE]
    assert reading.used["declared_area_ha"] == "Superficie – Dépolluée (ha)"
    assert "Enquêtée (ha)" in reading.kept
    assert not reading.not_understood


def test_a_column_without_a_heading_has_a_name_of_no_language(tmp_path: Path) -> None:
    source = Source(written(tmp_path, TWO_ROWS), constants={"status": "cleared"})
    frame = read_areas(source, on_invalid="quarantine", rejects=tmp_path / "rejects.csv")
    reading = frame.attrs[ATTRIBUTE]
    assert "col. 8" in reading.kept
    assert not any("column" in name for name in reading.kept)
