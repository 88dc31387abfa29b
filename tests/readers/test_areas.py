from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

import maligeo
from maligeo.core.errors import ArgumentError, FrameError, UnknownNameError
from maligeo.readers.areas import AREAS, read_areas

DATA = Path(__file__).parents[1] / "data" / "areas"
SIDE = 0.001  # degrees: 107.2 m by 110.6 m at 15.5° north


def test_turning_points() -> None:
    frame = read_areas(DATA / "turning_points.csv")
    assert tuple(frame.columns) == AREAS
    assert frame.crs == "EPSG:4326"
    assert frame["area_id"].tolist() == ["ZZ-1", "ZZ-2"]
    assert frame["status"].tolist() == ["cleared", "suspected"]
    assert frame.index.tolist() == [2, 7]
    assert frame.geometry.iloc[0].equals(box(-3.5, 15.5, -3.499, 15.501))
    assert frame["declared_area_sqm"].fillna(-1).tolist() == [12033, -1]
    assert frame["computed_area_sqm"].iloc[0] == pytest.approx(11873, rel=0.01)
    assert frame["end_date"].iloc[0] == pd.Timestamp("2021-03-15")
    assert frame["organisation"].iloc[0] == "Opérateur inventé"
    counts = (frame.attrs["rows_in_file"], frame.attrs["rows_left_out"])
    assert counts == (8, 1)


def test_points_go_by_their_number_and_polygons_by_theirs(tmp_path: Path) -> None:
    corners = [(0, 0), (0, 1), (1, 1), (1, 0)]
    rows = [
        f"A,CHA,{part},TP{at},{15.5 + y * SIDE},{-3.5 + part / 10 + x * SIDE}"
        for part in (1, 2)
        for at, (x, y) in reversed(list(enumerate(corners)))
    ]
    path = tmp_path / "points.csv"
    path.write_text("\n".join(["area_id,status,polygon,vertex,lat,lon", *rows]))
    (shape,) = read_areas(path).geometry
    assert shape.geom_type == "MultiPolygon"
    assert shape.is_valid
    assert shape.area == pytest.approx(2 * SIDE**2)


def test_wkt_and_hectares() -> None:
    frame = read_areas(DATA / "wkt.csv")
    assert frame["status"].tolist() == ["confirmed", "cancelled", "reduced"]
    assert frame["declared_area_sqm"].fillna(-1).tolist() == [11900, -1, 25000]
    assert frame["devices"].fillna(-1).tolist() == [-1, 0, -1]
    assert frame.geometry.notna().tolist() == [True, True, False]
    assert frame["computed_area_sqm"].isna().tolist() == [False, False, True]


def test_a_polygon_layer() -> None:
    frame = read_areas(DATA / "polygons.geojson")
    assert frame["area_id"].tolist() == ["G-1", "G-2"]
    assert frame["status"].tolist() == ["suspected", "cancelled"]
    assert frame["declared_area_sqm"].fillna(-1).tolist() == [12000, -1]
    assert frame["organisation"].fillna("").tolist() == ["Inventée", ""]
    assert frame.geometry.isna().tolist() == [False, True]
    assert frame.index.tolist() == [1, 2]


FAULTS = {
    3: "crosses itself", 4: "fewer than three", 5: "earlier area", 6: "polygon of an earlier",
    7: "overlaps the area in row 2", 8: "more than 5000 m apart", 9: "more than 10%",
    10: "outside Mali", 11: "swapped", 12: "no word that is known", 13: "not a polygon",
    14: "not a number",
}  # fmt: skip


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(FrameError) as raised:
        read_areas(DATA / "faulty.csv")
    found = {fault.row: fault.reason for fault in raised.value.faults}
    assert found.keys() == FAULTS.keys()
    assert all(words in found[row] for row, words in FAULTS.items())


def test_no_row_is_lost(tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.csv"
    frame = read_areas(DATA / "faulty.csv", on_invalid="quarantine", rejects=rejects)
    assert len(frame) + len(pd.read_csv(rejects)) == frame.attrs["rows_in_file"] == 13


def test_an_area_is_set_aside_whole(tmp_path: Path) -> None:
    path, rejects = tmp_path / "points.csv", tmp_path / "rejects.csv"
    text = (DATA / "turning_points.csv").read_text("utf-8")
    path.write_text(text.replace("15,6020;-3,5980", "15,6020;nowhere"), "utf-8")
    frame = read_areas(path, on_invalid="quarantine", rejects=rejects)
    aside = pd.read_csv(rejects)
    assert frame["area_id"].tolist() == ["ZZ-1"]
    assert aside["row"].tolist() == [7, 8, 9]
    assert "appartient à une zone qui a des fautes" in aside["reason"].iloc[1]


def test_rows_of_one_area_that_contradict_each_other(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    text = (DATA / "turning_points.csv").read_text("utf-8")
    path.write_text(text.replace("ZZ-2;ZDS;TP;3", "ZZ-2;ZDC;TP;3"), "utf-8")
    with pytest.raises(FrameError, match="row 9, Statut: differs from the first row"):
        read_areas(path)


def layer(**columns: list[object]) -> gpd.GeoDataFrame:
    squares = [box(-3.5, 15.5, -3.5 + SIDE, 15.5 + SIDE), box(-3.4997, 15.5, -3.4987, 15.501)]
    common = {"id": ["a", "b"], "status": ["cleared", "cleared"]}
    return gpd.GeoDataFrame(common | columns, geometry=squares, crs="EPSG:4326")


@pytest.mark.parametrize(
    ("columns", "overlap"),
    [
        ({}, True),
        ({"end_date": ["2021-01-01", "2022-01-01"]}, False),
        ({"end_date": ["2021-01-01", "2021-01-01"]}, True),
        ({"status": ["suspected", "cleared"]}, False),
    ],
)
def test_later_passes_and_other_statuses_may_overlap(
    tmp_path: Path, columns: dict[str, list[object]], overlap: bool
) -> None:
    path = tmp_path / "areas.gpkg"
    layer(**columns).to_file(path)
    if overlap:
        with pytest.raises(FrameError, match="row 2, geometry: overlaps the area in row 1"):
            read_areas(path)
    else:
        assert len(read_areas(path)) == 2


def test_the_ratio_and_the_distance_are_options(tmp_path: Path) -> None:
    path = tmp_path / "areas.geojson"
    made = layer(area_sqm=[20_000, 11_900], status=["cleared", "reduced"])
    made.to_file(path)
    with pytest.raises(FrameError, match="1 fault"):
        read_areas(path)
    assert len(read_areas(path, area_tolerance=0.8)) == 2
    with pytest.raises(FrameError, match="more than 50 m apart"):
        read_areas(path, max_vertex_gap_m=50)
    with pytest.raises(ArgumentError):
        read_areas(path, area_tolerance=-1)


def test_files_of_other_kinds(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="lists no land"):
        read_areas(DATA.parent / "incidents" / "acled.csv")


@pytest.mark.parametrize("far", ["1e308", "1e400", "99999999999"])
def test_coordinates_off_the_globe(tmp_path: Path, far: str) -> None:
    path = tmp_path / "far.csv"
    ring = f"-3.5 15.5,-3.499 15.5,{far} {far},-3.5 15.5"
    path.write_text(f'area_id,status,wkt,area_sqm\na,CHA,"POLYGON(({ring}))",5\n')
    with pytest.raises(FrameError, match=r"outside Mali|is not WKT"):
        read_areas(path)


def test_a_start_point_comes_first_and_a_mark_states_nothing(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_text(
        "id;status;point_type;point_no;lat;lon;area (m2)\n"
        "A;CHA;RP;;15,4;-3,4;\n"
        "A;CHA;TP;1;15,5;-3,499;11900\n"
        "A;CHA;TP;2;15,501;-3,499;11900\n"
        "A;CHA;TP;3;15,501;-3,5;11900\n"
        "A;CHA;SP;;15,5;-3,5;11900\n"
    )
    frame = read_areas(path)
    assert frame.geometry.iloc[0].equals(box(-3.5, 15.5, -3.499, 15.501))
    assert frame["declared_area_sqm"].tolist() == [11900]
    assert frame.attrs["rows_left_out"] == 1
    assert frame.index.tolist() == [2]


def test_a_month_is_the_first_day_of_a_start_and_the_last_of_an_end() -> None:
    table = pd.DataFrame(
        {"Id zone": ["Z"], "Statut": ["dépolluée"], "Superficie (ha)": ["5"], "Commune": ["Gao"],
         "Date début": ["avril 2021"], "Date fin": ["avril 2021"]}
    )  # fmt: skip
    try:
        read = maligeo.as_areas(table)
        days = read[["start_date", "end_date"]].astype("string").iloc[0].tolist()
    except maligeo.MaligeoError as error:
        days = [str(error)]
    assert days == ["2021-04-01", "2021-04-30"]
    assert read.attrs["reading"].partial_dates == {"Date début": 1, "Date fin": 1}


def test_an_order_of_day_and_month_is_assumed_only_where_a_date_has_one(tmp_path: Path) -> None:
    orders = []
    for day in ("2022-04-03", "03/04/2022"):
        path = tmp_path / "land.csv"
        path.write_text(f"area_id,status,end_date,region,superficie (m2)\na,cleared,{day},Gao,5\n")
        orders.append(maligeo.read_areas(path).attrs["reading"].date_order)
    assert orders == ["", "day-month"]
