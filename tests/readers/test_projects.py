import csv
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, box

import maligeo
from maligeo import catalog
from maligeo.core import columns
from maligeo.core.errors import (
    ArgumentError,
    FrameError,
    InputFileError,
    MaligeoError,
    UnknownNameError,
)
from maligeo.join.points import locate
from maligeo.readers.boundaries import load_boundaries
from maligeo.readers.project_frames import level_of, places_of
from maligeo.readers.projects import load_projects, read_projects
from maligeo.readers.reading import reading_lines

DATA = Path(__file__).parents[1] / "data" / "projects"


def test_the_bundled_projects_keep_their_columns() -> None:
    projects = load_projects()
    assert list(projects.columns) == list(columns.PROJECTS)
    assert (projects["adm1_name"].notna() | projects["place_level"].isin(
        ["country", "unattributed", "adm2", "settlement"])).all()  # fmt: skip


def test_several_places_in_one_cell_and_amounts_as_text() -> None:
    projects = read_projects(DATA / "plain_fr.csv")
    assert list(projects.columns) == [*columns.PROJECTS, "location_code", "geometry"]
    assert projects["project_id"].str[-1].tolist() == list("111223456")
    assert projects["place"].fillna("-").tolist() == [
        "Gao", "Ménaka", "Kidal", "GAO", "MENAKA", "Cercle de Bankass", "Mali", "-",
        "Quartier sans nom",
    ]  # fmt: skip
    assert projects["place_level"].fillna("-").tolist() == [
        *["adm1"] * 5, "adm2", "country", "unattributed", "-",
    ]  # fmt: skip
    once = projects.drop_duplicates("project_id").set_index("project_id")
    assert once["budget_amount"].fillna(0).tolist() == [1_302_180, 5_440_000, 300_000, 0, 12_000, 0]
    assert once["budget_currency"].fillna("-").tolist() == ["USD", "USD", "XOF", "-", "EUR", "-"]
    assert once["status"].fillna("-").tolist() == ["completed", "active", "-", "-", "-", "-"]
    assert once.loc["P-01", "start_date"] == pd.Timestamp("2019-03-15")
    assert projects.geometry.isna().all()
    assert projects["source"].iloc[0] == "plain_fr.csv, row 2"


def test_the_places_of_a_table_are_located() -> None:
    located = locate(read_projects(DATA / "plain_fr.csv"), load_boundaries())
    assert located["adm1_name"].astype("string").tolist()[:5] == [
        "Gao",
        "Gao",
        "Kidal",
        "Gao",
        "Gao",
    ]
    assert located["place_kind"].tolist()[-3:] == ["countrywide", "unattributed", "unattributed"]


def test_units_in_columns_of_their_own() -> None:
    projects = read_projects(DATA / "plain_en.csv")
    found = projects[
        ["project_id", "place", "place_level", "place_parent", "adm1_name", "adm2_name"]
    ]
    assert found.fillna("-").to_numpy().tolist() == [
        ["A", "Gao", "adm1", "-", "Gao", "-"],
        ["A", "Kidal", "adm1", "-", "Kidal", "-"],
        ["B", "Mopti", "adm1", "-", "Mopti", "-"],
        ["B", "Ségou", "adm1", "-", "Ségou", "-"],
        ["C", "Village of the test", "settlement", "Mopti", "Mopti", "Bankass"],
        ["D", "Goundam", "adm2", "Tombouctou", "Tombouctou", "Goundam"],
    ]
    assert projects["place_share"].tolist()[:2] == pytest.approx([0.4, 0.6])
    assert projects["budget_amount"].fillna(0).tolist() == [1000, 1000, 2.5e6, 2.5e6, 0, 750_000]
    assert projects["budget_currency"].fillna("-").tolist() == [
        "USD",
        "USD",
        "EUR",
        "EUR",
        "-",
        "XOF",
    ]
    assert projects.geometry.iloc[0] == Point(-0.05, 16.25)
    assert projects.geometry.notna().tolist() == [True, False, False, False, True, False]


def test_aiddata() -> None:
    projects = read_projects(DATA / "aiddata.csv")
    assert projects.attrs["rows_left_out"] == 1
    assert projects["project_id"].tolist() == ["P9001", "P9001", "P9002", "P9002", "P9002"]
    assert projects["place_level"].fillna("-").tolist() == [
        "settlement",
        "adm1",
        "-",
        "abroad",
        "-",
    ]
    assert projects["location_precision"].fillna("-").tolist() == [
        "exact",
        "adm1",
        "exact",
        "exact",
        "country",
    ]
    assert projects["location_code"].tolist() == ["G1:1", "G1:2", "G1:3", "G1:4", "G1:5"]
    assert projects["budget_amount"].tolist() == pytest.approx([1234567.891] * 2 + [500] * 3)
    assert set(projects["budget_currency"]) == {"USD"}
    assert projects["disbursed_amount"].iloc[0] == pytest.approx(1_000_000.5)
    assert projects["status"].tolist() == ["completed"] * 2 + ["active"] * 3
    assert projects["adm1_name"].iloc[1] == "Région de l'essai"
    assert projects.geometry.iloc[0] == Point(-6.5, 13.25)
    assert projects["source"].iloc[0] == "AidData: aiddata.csv, row 2"


@pytest.mark.parametrize(
    ("code", "precision"),
    [("4.1", "adm1"), ("4.0", "adm1"), ("8.2", "country"), ("3.0", "adm2"), ("5", "country")],
)
def test_precision_codes_of_aiddata_are_read_with_their_kinds(
    tmp_path: Path, code: str, precision: str
) -> None:
    text = (DATA / "aiddata.csv").read_text(encoding="utf-8")
    file = tmp_path / "aiddata.csv"
    file.write_text(text.replace(",4,2,Région", f",{code},2,Région"), encoding="utf-8")
    assert read_projects(file)["location_precision"].iloc[1] == precision


EXPECTED_FAULTS = {
    (3, "id", "is missing"),
    (4, "montant", "is not an amount"),
    (5, "montant", "is in USD, another amount or column of the row says EUR"),
    (6, "date de fin", "lies before the start date"),
    (7, "date de début", None),
    (8, "longitude, latitude", None),
    (9, "longitude, latitude", "longitude and latitude are not both given"),
    (10, "part", "shares of the project add up to 80.0 %"),
    (11, "part", "shares of the project add up to 80.0 %"),
    (13, "montant", "an earlier row of the project says 100.0 EUR"),
    (14, "id", "the project and its place stand already in row 2"),
    (15, "devise", "is no currency that is known"),
}


def test_every_fault_of_a_table_is_in_one_error() -> None:
    with pytest.raises(FrameError) as caught:
        read_projects(DATA / "plain_faults.csv")
    found = {(fault.row, fault.column): fault.reason for fault in caught.value.faults}
    assert set(found) == {(row, column) for row, column, _ in EXPECTED_FAULTS}
    for row, column, reason in EXPECTED_FAULTS:
        assert reason is None or found[row, column] == reason
    assert "swapped" in found[8, "longitude, latitude"]


def test_rows_read_and_rows_set_aside_are_all_rows(tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.csv"
    projects = read_projects(DATA / "plain_faults.csv", on_invalid="quarantine", rejects=rejects)
    bad = pd.read_csv(rejects, dtype="string")
    assert bad["row"].tolist() == [
        str(row) for row in sorted({fault[0] for fault in EXPECTED_FAULTS})
    ]
    assert projects["source"].tolist() == ["plain_faults.csv, row 2", "plain_faults.csv, row 12"]
    assert len(projects) + len(bad) == 14
    assert bad.loc[bad["row"] == "4", "montant"].tolist() == ["beaucoup"]


def test_a_table_without_ids_makes_every_row_a_project(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("titre,région\nUn,Gao\nUn,Kidal\n", encoding="utf-8")
    projects = read_projects(tmp_path / "list.csv")
    mark, row = projects["project_id"].iloc[0].split(":")
    assert row == "2" and len(mark) == 8 and "list" not in mark
    assert projects["project_id"].tolist() == [f"{mark}:2", f"{mark}:3"]


def test_a_position_or_share_for_several_places_is_not_spread(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "id;titre;région;part;lat;lon\nA;Un;Gao et Kidal;100 %;16,25;-0,05\n", encoding="utf-8"
    )
    projects = read_projects(tmp_path / "a.csv")
    assert projects["place"].tolist() == ["Gao", "Kidal"]
    assert projects["place_share"].isna().all()
    assert projects.geometry.isna().all()
    assert projects["note"].unique().tolist() == [
        "one position for several places: left out; 100.0 % for several places together"
    ]


def test_hxl_tags_name_the_columns(tmp_path: Path) -> None:
    text = "Kod,Wat,Waar\n#activity+id,#activity+name,#adm1+name\nA,Un,Gao\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    projects = read_projects(tmp_path / "a.csv")
    assert projects["title"].tolist() == ["Un"]
    assert projects["adm1_name"].tolist() == ["Gao"]


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("Gao", "adm1"), ("Ménaka", "adm1"), ("Région de nulle part", "adm1"),
        ("District de Bamako", "adm1"), ("la région de Mopti", "adm1"), ("Bankass", "adm2"),
        ("cercle d'Ansongo", "adm2"), ("Commune rurale de X", "adm3"), ("Zégoua", "settlement"),
        ("Village de X", "settlement"), ("MALI", "country"), ("Tout le pays", "country"),
        ("quelque part", None), ("", None),
    ],
)  # fmt: skip
def test_the_level_of_a_name(name: str, level: str | None) -> None:
    assert level_of(name) == level


def test_places_beside_a_unit_lie_in_it() -> None:
    (place,) = places_of({"adm1_name": "Mopti", "place": "Gao"})
    assert (place["place_level"], place["adm1_name"]) == ("settlement", "Mopti")
    (place,) = places_of({"adm1_name": "Mopti", "place": "MOPTI"})
    assert place["place_level"] == "adm1"
    places = places_of({"adm1_name": "Mopti, Gao", "place": "Village A"})
    assert [place["place"] for place in places] == ["Mopti", "Gao"]
    assert places[0]["note"] == "place: Village A"


def test_swapped_positions_are_swapped_on_request_alone(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,title,lat,lon\nA,One,-0.05,16.25\n", encoding="utf-8")
    with pytest.raises(FrameError, match="swapped"):
        read_projects(tmp_path / "a.csv")
    projects = read_projects(tmp_path / "a.csv", swap_coordinates=True)
    assert projects.geometry.iloc[0] == Point(-0.05, 16.25)
    assert projects.attrs["rows_swapped"] == 1


def test_projects_of_a_vector_file_keep_their_shapes(tmp_path: Path) -> None:
    shapes = [box(-1, 15, 0, 16), Point(-3, 14), None]
    frame = gpd.GeoDataFrame(
        {"id": list("ABC"), "titre": "Un", "région": ["Gao", "Mopti", "Kidal"]},
        geometry=shapes, crs="EPSG:4326",
    )  # fmt: skip
    frame.to_file(tmp_path / "a.gpkg")
    projects = read_projects(tmp_path / "a.gpkg")
    assert projects["place"].tolist() == ["Gao", "Mopti", "Kidal"]
    assert projects.geometry.iloc[0].equals(shapes[0])
    assert projects.geometry.iloc[1] == shapes[1]
    assert projects.geometry.iloc[2] is None


def test_columns_about_persons_are_neither_read_nor_set_aside(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "id,titre,région,montant,téléphone du contact\nA,Un,Gao,5 €,000\nB,Deux,Gao,x,000\n",
        encoding="utf-8",
    )
    projects = read_projects(
        tmp_path / "a.csv", on_invalid="quarantine", rejects=tmp_path / "r.csv"
    )
    assert projects["project_id"].tolist() == ["A"]
    assert "000" not in (tmp_path / "r.csv").read_text(encoding="utf-8")


def test_a_row_with_too_many_cells_is_one_fault(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "id,titre,région,montant\nA,Un,Gao,5 €\nB,Deux,Gao,Kidal,5 €\n", encoding="utf-8"
    )
    with pytest.raises(FrameError) as caught:
        read_projects(tmp_path / "a.csv")
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [(3, "row")]
    projects = read_projects(
        tmp_path / "a.csv", on_invalid="quarantine", rejects=tmp_path / "r.csv"
    )
    assert projects.attrs.pop("reading").rows_read == 1
    assert projects.attrs == {
        "format": "plain_projects", "rows_in_file": 2, "rows_left_out": 0, "rows_rejected": 1,
        "rows_swapped": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        (b"", InputFileError, "empty"),
        (b"a;b\n1;2\n", UnknownNameError, "is of no known make"),
        (b"\x00\x01\x02", MaligeoError, None),
    ],
)
def test_what_is_no_table_of_projects_says_so(
    tmp_path: Path, content: bytes, error: type[MaligeoError], message: str | None
) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(error, match=message):
        read_projects(tmp_path / "a.csv")


def test_unknown_options_and_missing_files(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="source 'crs'"):
        read_projects(DATA / "plain_fr.csv", source="crs")
    with pytest.raises(ArgumentError, match="on_invalid"):
        read_projects(DATA / "plain_fr.csv", on_invalid="drop")
    with pytest.raises(InputFileError, match="cannot be opened"):
        read_projects(tmp_path / "nothing.csv")


WORDS = ["", "Gao", "Gao et Kidal", "40 %", "1 000 $", "31/02/2020", "-0,5", "16.5", "Mali", "0"]
CELLS = st.one_of(
    st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=12),
    st.sampled_from(WORDS),
)
HEADER = ["titre", "région", "lieu", "montant", "devise", "part", "date de début", "lat", "lon"]


@given(rows=st.lists(st.lists(CELLS, min_size=9, max_size=9), min_size=1, max_size=6))
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50
)
def test_every_row_of_any_table_is_read_or_set_aside(tmp_path: Path, rows: list[list[str]]) -> None:
    frame = pd.DataFrame(rows, columns=HEADER)
    frame.insert(0, "id", [f"P{at // 2}" for at in range(len(frame))])
    path, rejects = tmp_path / "a.csv", tmp_path / "rejects.csv"
    frame.to_csv(path, index=False, quoting=csv.QUOTE_ALL)
    projects = read_projects(
        path, source="plain_projects", on_invalid="quarantine", rejects=rejects
    )
    bad = pd.read_csv(rejects, dtype="string")
    assert projects["source"].nunique() + len(bad) == len(frame)


def test_the_bundled_projects_are_read_as_they_are_loaded() -> None:
    """The library reads back its own columns, the region of a place among them."""
    read = read_projects(catalog.data_root() / "projects" / "projects.csv")
    loaded = load_projects()
    names = ["project_id", "place", "place_level", "place_parent", "adm1_name"]
    assert read[names].fillna("").to_numpy().tolist() == (
        loaded[names].fillna("").to_numpy().tolist()
    )


def dated(starts: list[str], ends: list[str]) -> pd.DataFrame:
    """Two projects in Gao with these dates, read; the test fails where they are refused."""
    table = pd.DataFrame(
        {"Titre du projet": ["Puits", "Pont"], "Région": ["Gao", "Gao"],
         "Date de début": starts, "Date de fin": ends}
    )  # fmt: skip
    faults = ""
    try:
        read = maligeo.as_projects(table)
    except maligeo.MaligeoError as error:
        faults = str(error)
    assert faults == ""
    return read


def days(dates: pd.Series) -> list[str]:
    return list(dates.dt.strftime("%d/%m/%Y"))


def test_a_project_of_years_begins_with_the_first_day_and_ends_with_the_last() -> None:
    read = dated(["2022", "2021.0"], ["2023", "mars 2024"])
    assert days(read["start_date"]) == ["01/01/2022", "01/01/2021"]
    assert days(read["end_date"]) == ["31/12/2023", "31/03/2024"]
    assert "mois ou l’année seuls" in " ".join(reading_lines(read.attrs["reading"], 2, "fr"))


def test_a_project_of_months_begins_with_the_first_day_and_ends_with_the_last() -> None:
    read = dated(["mars 2023", "2023-03-05"], ["mars 2023", "02/2024"])
    assert days(read["start_date"]) == ["01/03/2023", "05/03/2023"]
    assert days(read["end_date"]) == ["31/03/2023", "29/02/2024"]
    reading = read.attrs["reading"]
    assert reading.partial_dates == {"Date de début": 1, "Date de fin": 2}
    lines = reading_lines(reading, 2, "fr")
    assert "« Date de fin » : 2 lignes" in [" ".join(line.split()) for line in lines]
