"""Files, frames and wishes with which a person was stuck."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest

import maligeo
from tests.trials.trying import (
    HERE,
    given,
    kinds,
    lines,
    outcome,
    points,
    run,
    squares,
    taken,
    values,
)  # fmt: skip

REGIONS = squares(1, ("ML07", "Gao", "ML"), ("ML08", "Kidal", "ML"))
LISTED = maligeo.catalog.load_table("reference", "cercles_2015")
CERCLES = squares(2, *LISTED[["pcode", "name", "parent_pcode"]].values.tolist())
COMMUNES = squares(3, ("ML070101", "Gounzoureye", "ML0701"), ("ML070401", "Tidermène", "ML0704"))
EARLIER_AND_LATER: Any = {"earlier": 2018, "later": 2019}
ACLED = (
    "event_id_cnty,event_date,time_precision,event_type,sub_event_type,actor1,admin1,latitude,"
    "longitude,geo_precision,fatalities"
)
ROWS = ("Z1,2021-03-04,1,Explosions,Suicide bomb,Invented Group,Mopti,15.5,-3.5,1,0",)
WEST, EAST = (0.5, 14.5), (1.5, 14.5)


def workbook(path: Path, **sheets: list[tuple[Any, ...]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def place(name: str, level: int = 1) -> tuple[str, str]:
    """Locate a name among the nine regions."""
    records = pd.DataFrame({f"adm{level}_name": [name]})
    located = maligeo.locate(records, maligeo.load_boundaries())
    return kinds(located, 1)[0], str(located["locate_note"][0])


class TestHeadings:
    @pytest.mark.parametrize("heading", ["Nbre de morts", "Nb morts", "Décédés"])
    def test_the_dead_are_counted_whatever_their_column_is_called(
        self, tmp_path: Path, heading: str
    ) -> None:
        path = lines(tmp_path / "a.csv", f"date,type,region,{heading}", "2020-01-01,ied,Gao,3")
        assert values(maligeo.read_incidents(path)["killed"]) == [3]

    @pytest.mark.parametrize("heading", ["Budget (FCFA)", "Montant (FCFA)", "Enveloppe (FCFA)"])
    def test_money_is_counted_whatever_its_column_is_called(
        self, tmp_path: Path, heading: str
    ) -> None:
        path = lines(tmp_path / "p.csv", f"project_id,titre,region,{heading}", "p,Puits,Gao,1000")
        read = maligeo.read_projects(path)
        assert values(read["budget_amount"]) == [1000]
        assert values(read["budget_currency"]) == ["XOF"]

    def test_check_says_which_columns_it_used(self, tmp_path: Path) -> None:
        path = lines(tmp_path / "a.csv", "date,type,region,Morts", "2020-01-01,ied,Gao,3")
        assert "Morts" in run("check", path).said


class TestLayouts:
    def test_released_land_of_a_village_is_read(self, tmp_path: Path) -> None:
        rows = ("Région,Cercle,Village,Statut,Superficie (ha)", "Gao,Gao,X,dépolluée,2")
        read = outcome(lambda: maligeo.read_areas(lines(tmp_path / "land.csv", *rows)))
        assert isinstance(read, pd.DataFrame), read
        assert values(read["declared_area_sqm"]) == [20_000]

    def test_operational_presence_is_read(self, tmp_path: Path) -> None:
        rows = (
            "location_code,admin1_code,admin1_name,org_name,sector_name,reference_period_start",
            "MLI,ML07,Gao,Organisation A,Health,2024-01-01",
        )
        read = outcome(lambda: maligeo.read_projects(lines(tmp_path / "hapi.csv", *rows)))
        assert isinstance(read, pd.DataFrame), read
        assert values(read["adm1_name"]) == ["Gao"]

    def test_headings_below_an_upper_row_are_found(self, tmp_path: Path) -> None:
        rows = [
            ("QUI", None, "QUOI", None, "OÙ", None),
            ("Organisation", "Bailleur", "Secteur", "Activité", "Région", "Cercle"),
            ("ONG A", "Norvège", "EHA", "Réhabilitation de puits", "Gao", "Ansongo"),
        ]
        path = workbook(tmp_path / "3w.xlsx", **{"3W": rows})
        read = outcome(lambda: maligeo.read_projects(path))
        assert isinstance(read, pd.DataFrame), read
        assert values(read["adm1_name"]) == ["Gao"]

    def test_a_workbook_of_two_sheets_is_refused_as_what_it_is(self, tmp_path: Path) -> None:
        rows = [("date", "type", "region"), ("2020-01-01", "ied", "Gao")]
        path = workbook(tmp_path / "two.xlsx", Incidents=rows, Listes=[("x",), ("y",)])
        said = run("check", path).said
        assert "geometry" not in said
        assert "Incidents" in said

    def test_a_table_is_refused_as_what_it_is(self, tmp_path: Path) -> None:
        said = run("check", lines(tmp_path / "odd.csv", "colour,taste", "red,sweet")).said
        assert "GeoParquet" not in said
        assert "colour" in said

    def test_amounts_and_sectors_of_the_world_bank_are_read(self, tmp_path: Path) -> None:
        rows = (
            "Project ID,Region,Country,Project Status,Project Name,Implementing Agency,"
            "Board Approval Date,Project Closing Date,Current Project Cost,IDA Commitment,"
            "Grant Amount,Lending Instrument,Sector 1",
            "P1,Africa,Republic of Mali,Active,Rural Mobility,Agency A,2017-10-31T00:00:00Z,"
            '12/31/2023 12:00:00 AM,"70,000,000","70,000,000",0,Investment,Rural Roads',
        )
        read = maligeo.read_projects(lines(tmp_path / "bank.csv", *rows))
        assert values(read["budget_amount"]) == [70_000_000]
        assert values(read["sector"]) == ["Rural Roads"]


class TestWords:
    @pytest.mark.parametrize(
        ("word", "kind"),
        [
            ("obus", "erw"), ("roquette", "erw"), ("ENE", "erw"), ("grenade", "erw"),
            ("mortier", "erw"), ("sous-munition", "erw"), ("EEIV", "ied"), ("MAP", "landmine"),
        ],
    )  # fmt: skip
    def test_devices_as_people_write_them(self, tmp_path: Path, word: str, kind: str) -> None:
        path = lines(tmp_path / "a.csv", "date,type,region", f"2020-01-01,{word},Gao")
        read = outcome(lambda: maligeo.read_incidents(path))
        assert isinstance(read, pd.DataFrame), read
        assert values(read["event_type"]) == [kind]


class TestPlaces:
    @pytest.mark.parametrize(
        "name", ["Toutes les régions", "National", "Mali", "Ensemble du territoire"]
    )
    def test_the_whole_country(self, name: str) -> None:
        assert place(name)[0] == "countrywide"

    @pytest.mark.parametrize("name", ["Cercle de Koro", "Kidal (Abeibara)"])
    def test_one_unit_in_other_words(self, name: str) -> None:
        assert place(name)[0] == "unit"

    @pytest.mark.parametrize("name", ["Mopti - Ségou", "Gao, Ménaka, Tombouctou"])
    def test_several_units_in_one_cell(self, name: str) -> None:
        assert place(name)[0] not in {"unattributed", "outside", "unit"}

    @pytest.mark.parametrize(
        ("name", "meant"), [("Tombouctu", "Tombouctou"), ("Sikaso", "Sikasso")]
    )
    def test_a_misspelt_name_is_proposed(self, name: str, meant: str) -> None:
        kind, note = place(name)
        assert kind == "unattributed"
        assert meant in note

    def test_what_is_near_goes_by_its_names_where_that_is_asked_for(self) -> None:
        records = points(
            EAST, adm1_name=["Gao"], adm2_name=["Gao"], adm3_name=["Gounzoureye"],
            location_precision=["near"],
        )  # fmt: skip
        located = given(maligeo.locate, records, COMMUNES, near="names")
        assert values(located["adm3_pcode"]) == ["ML070101"]


class TestFrames:
    @pytest.mark.parametrize("crs", ["EPSG:32631", "OGC:CRS84"])
    def test_a_stated_crs_is_converted(self, crs: str) -> None:
        records = points(WEST, EAST, event_type="ied", date="2020-01-01").to_crs(crs)
        located = outcome(lambda: maligeo.locate(taken("incidents", records), REGIONS))
        assert isinstance(located, pd.DataFrame), located
        assert values(located["adm1_pcode"]) == ["ML07", "ML08"]

    @pytest.mark.parametrize(
        "asked",
        [
            lambda of: maligeo.density(of, REGIONS, measure="incidents", period=2020),
            lambda of: maligeo.with_coverage(of, ["2019", "2020"]),
            lambda of: maligeo.growth(
                maligeo.density(of, REGIONS, measure="incidents"), **EARLIER_AND_LATER
            ),
        ],
    )
    def test_a_plausible_argument_is_taken_or_refused_in_words(self, asked: Any) -> None:
        records = points(WEST, EAST, event_type="ied", date=pd.Timestamp("2020-01-01"))
        made = outcome(lambda: asked(maligeo.locate(records, REGIONS)))
        assert isinstance(made, pd.DataFrame | maligeo.MaligeoError), repr(made)

    def test_actors_and_kinds_of_acled_are_kept(self, tmp_path: Path) -> None:
        path = lines(tmp_path / "acled.csv", ACLED, *ROWS)
        read = maligeo.read_incidents(path)
        assert "actor1" in read
        assert values(read["actor1"]) == ["Invented Group"]


class TestReadingBack:
    def test_exported_cercles_are_read_back(self, tmp_path: Path) -> None:
        path = maligeo.write_layers({"units": CERCLES}, tmp_path / "u.geojson", audience="internal")
        read = outcome(lambda: maligeo.read_boundaries(path))
        assert isinstance(read, pd.DataFrame), read
        assert read["pcode"].tolist() == LISTED["pcode"].tolist()

    def test_layers_of_others_in_a_geopackage_are_kept(self, tmp_path: Path) -> None:
        path = tmp_path / "mine.gpkg"
        gpd.GeoDataFrame({"a": [1]}, geometry=points(WEST).geometry).to_file(path, layer="mine")
        maligeo.write_layers({"units": REGIONS}, path, audience="internal")
        assert set(pyogrio.list_layers(path)[:, 0]) == {"mine", "units"}


class TestWhatIsSaid:
    def test_a_missing_file_is_missing(self, tmp_path: Path) -> None:
        said = run("check", tmp_path / "missing.xlsx").said
        assert "zip" not in said
        assert "No such file" in said

    def test_check_speaks_french(self, tmp_path: Path) -> None:
        path = lines(tmp_path / "a.csv", "date,type,region", "2020-01-01,ied,Gao")
        assert "lignes" in run("check", path, language="fr").said.lower()

    def test_the_command_line_speaks_no_python(self, tmp_path: Path) -> None:
        rows = [f"{at},2020-01-01,Gao,ied" for at in range(9)]
        path = lines(tmp_path / "a.csv", "event_id,date,region,type", *rows)
        said = run("density", "--incidents", path, "-o", tmp_path / "b.csv").said
        assert "maligeo.density(" not in said
        assert "period='" not in said

    def test_a_short_public_list_says_why_it_is_empty(self, tmp_path: Path) -> None:
        path = lines(tmp_path / "a.csv", "event_id,date,region,type", "a,2019-03-01,Gao,ied")
        said = run("density", "--incidents", path, "--period", "year", "--covers", "2019").said
        assert "fewer than 5" in said


class TestOwnAnswers:
    @pytest.fixture
    def own(self, tmp_path: Path) -> list[str | Path]:
        rows = [f"{at},2022-03-01,Gao,ied" for at in range(9)]
        need = lines(tmp_path / "need.csv", "event_id,date,region,type", *rows)
        work = lines(
            tmp_path / "3w.csv", "project_id,title,start_date,end_date,region,organisation",
            "p,Now,2021-01-01,2023-12-31,Gao,Organisation A",
        )  # fmt: skip
        return ["--incidents", need, "--projects", work, "--covers", "2022", "--period", "2022"]

    def test_who_is_active_is_answered(self, own: list[str | Path]) -> None:
        done = run("gaps", *own, "--by", "organisation", *HERE)
        assert "Organisation A" in done.said

    def test_the_map_of_own_files_has_need_and_response(
        self, own: list[str | Path], tmp_path: Path
    ) -> None:
        path = tmp_path / "own.html"
        assert run("map", *own, *HERE, "--language", "en", "-o", path).code == 0
        assert "Need and response" in path.read_text(encoding="utf-8")

    def test_organisations_are_kept(self, own: list[str | Path]) -> None:
        read = maligeo.read_projects(Path(own[3]))
        assert read.get("organisation", pd.Series(dtype=object)).tolist() == ["Organisation A"]
