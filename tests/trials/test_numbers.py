"""Numbers that were wrong without a word."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

import maligeo
from tests.trials.trying import HERE, kinds, lines, outcome, points, run, squares, table, values

REGIONS = squares(1, ("ML07", "Gao", "ML"), ("ML08", "Kidal", "ML"))
CERCLES = squares(2, ("ML0701", "Gao", "ML07"), ("ML0801", "Kidal", "ML08"))
WEST, EAST = (0.5, 14.5), (1.5, 14.5)


def incidents(**columns: Any) -> gpd.GeoDataFrame:
    common = {"event_id": ["a", "b"], "event_type": "ied", "date": pd.Timestamp("2020-01-01")}
    return points(WEST, EAST, **(common | columns))


def counted(records: pd.DataFrame, measure: str = "incidents", **options: Any) -> Any:
    located = maligeo.locate(records, REGIONS)
    return outcome(lambda: maligeo.density(located, REGIONS, measure=measure, **options))


class TestCoarsePlaces:
    def test_the_point_of_a_region_is_in_no_cercle(self) -> None:
        projects = points(WEST, EAST, place_level=["adm1", "adm2"])
        assert kinds(maligeo.locate(projects, CERCLES), 2) == ["unattributed", "unit"]


class TestSeveralLevels:
    def test_a_level_is_counted_by_its_own_places(self) -> None:
        records = incidents(location_precision=["adm1", "exact"])
        located = maligeo.locate(maligeo.locate(records, REGIONS), CERCLES)
        counts = maligeo.density(located, REGIONS, measure="incidents")
        assert values(counts.set_index("place_kind")["count"].loc["unit"]) == [1, 1]

    def test_locating_twice_makes_no_column_twice(self) -> None:
        once = maligeo.locate(incidents(adm1_name="Gao"), REGIONS)
        assert maligeo.locate(once, REGIONS).columns.is_unique


class TestTotals:
    ROWS = ("event_id,date,region,type,killed", "a,2019-03-01,Gao,ied,1", "b,2020-03-01,Gao,ied,2")

    def test_records_outside_the_coverage_are_in_rows_of_their_own(self, tmp_path: Path) -> None:
        path = lines(tmp_path / "incidents.csv", *self.ROWS)
        years = table("density", "--incidents", path, "--period", "year", "--covers", "2020", *HERE)
        assert years["count"].sum() == 2

    def test_a_row_of_totals_is_no_incident(self, tmp_path: Path) -> None:
        path = lines(tmp_path / "incidents.csv", *self.ROWS, "TOTAL,,,,3")
        assert values(maligeo.read_incidents(path)["killed"]) == [1, 2]

    def test_check_counts_projects_as_projects(self, tmp_path: Path) -> None:
        rows = ("p1,Forages,Gao", 'p2,Écoles,"Gao, Kidal"', "TOTAL,2 projets,")
        path = lines(tmp_path / "projets.csv", "project_id,title,region", *rows)
        said = run("check", path).said
        assert "3 in the file, of which 2 read" in said

    def test_a_region_of_cercles_alone_has_their_incidents(self, tmp_path: Path) -> None:
        rows = ("2020-01-01,Ansongo,Ouattagouna,ied", "2020-02-01,Koro,Dinangourou,ied")
        path = lines(tmp_path / "villages.csv", "date,cercle,commune,type", *rows)
        counts = table(
            "density", "--incidents", path, "--covers", "2020", "--period", "2020", *HERE
        )
        of = counts.set_index("name")["count"]
        assert (of["Gao"], of["Mopti"]) == (1, 1)


class TestBounds:
    HEADINGS = "project_id,title,start_date,end_date,region"

    def test_a_project_without_a_date_may_be_of_any_year(self, tmp_path: Path) -> None:
        path = lines(tmp_path / "projects.csv", self.HEADINGS, "p1,Old,2008-01-01,2010-12-31,Gao",
                     "p2,Undated,,,Kidal")  # fmt: skip
        counts = table("density", "--projects", path, "--period", "2010", *HERE)
        kidal = counts[(counts["name"] == "Kidal") & (counts["period_start"] == "2010-01-01")]
        assert kidal["count"].tolist() == [0]
        assert kidal["count_high"].isna().all()

    def test_a_coverage_of_one_month_does_not_make_zeros_of_all_time(self) -> None:
        years = [pd.Timestamp("2019-01-01"), pd.Timestamp("2020-10-05")]
        covered = maligeo.with_coverage(incidents(date=years), "2020-10")
        counts = counted(covered.set_geometry([covered.geometry[0]] * 2))
        nobody = counts.loc[counts["name"] == "Kidal", "period_end"]
        assert values(nobody) == [pd.Timestamp("2020-10-31")]

    def test_while_projects_have_no_region_none_is_at_least_none(self) -> None:
        counts = table("density")
        projects = counts[counts["measure"] == "projects"].set_index("name")
        assert projects.loc[["Kayes", "Koulikoro", "Bamako"], "count"].tolist() == [0, 0, 0]
        assert projects.loc[["Kayes", "Koulikoro", "Bamako"], "count_high"].isna().all()


class TestEditions:
    def test_codes_with_names_of_another_edition_are_refused(self, tmp_path: Path) -> None:
        listed = maligeo.catalog.load_table("reference", "cercles_2015")
        own = listed.sort_values(["parent_pcode", "name"])
        codes = sorted(own["pcode"])
        columns = {
            "ADM2_FR": list(own["name"]), "ADM2_PCODE": codes,
            "ADM1_PCODE": [code[:4] for code in codes],
        }  # fmt: skip
        shapes = [box(at % 10, at // 10, at % 10 + 1, at // 10 + 1) for at in range(len(codes))]
        path = tmp_path / "cercles.geojson"
        gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326").to_file(path)
        read = outcome(lambda: maligeo.read_boundaries(path, vintage="2015"))
        assert isinstance(read, maligeo.MaligeoError)
        assert "Bafoulabé" in str(read)


class TestFields:
    def test_ten_letters_of_a_shapefile_are_the_field(self, tmp_path: Path) -> None:
        written = incidents(location_p=["adm1", "adm2"], date_preci="month", date="2020-01-01")
        written.to_file(tmp_path / "incidents.shp")
        read = maligeo.read_incidents(tmp_path / "incidents.shp")
        assert values(read["location_precision"]) == ["adm1", "adm2"]
        assert values(read["date_precision"]) == ["month", "month"]

    def test_the_parent_of_a_place_is_read(self) -> None:
        path = maligeo.catalog.resource_path("projects", "projects")
        read, bundled = maligeo.read_projects(path), maligeo.load_projects()
        assert read["place_parent"].notna().sum() == bundled["place_parent"].notna().sum() > 0


class TestFrames:
    @pytest.mark.parametrize("date", [2019, "03/04/2020"])
    def test_a_date_in_memory_is_right_or_refused(self, date: object) -> None:
        made = counted(incidents(date=[date, date]), period="month")
        right = {2019: "2019", "03/04/2020": "2020-04"}[date]
        if not isinstance(made, maligeo.MaligeoError):
            assert made["period_start"].astype(str).str.startswith(right).all()

    def test_an_aware_time_is_of_its_local_day(self) -> None:
        midnight = pd.Timestamp("2020-01-01 00:00+01:00")
        made = counted(incidents(date=[midnight, midnight]), period="year")
        assert set(made["period_start"].dt.year) == {2020}

    @pytest.mark.parametrize("killed", ["x", -2, 0.5])
    def test_victims_that_are_no_number_are_refused(self, killed: object) -> None:
        made = counted(incidents(killed=[killed, killed]), "killed")
        assert isinstance(made, maligeo.MaligeoError)

    @pytest.mark.parametrize("names", [("longitude", "latitude"), ("lng", "lat"), ("x", "y")])
    def test_positions_in_columns_are_found(self, names: tuple[str, str]) -> None:
        frame = pd.DataFrame([WEST, EAST], columns=list(names))
        assert maligeo.locate(frame, REGIONS)["adm1_pcode"].tolist() == ["ML07", "ML08"]

    def test_a_status_in_own_words_is_right_or_refused(self) -> None:
        land = gpd.GeoDataFrame(
            {"area_id": ["a"], "status": ["Cleared"], "date": [pd.Timestamp("2020-01-01")]},
            geometry=[box(0.2, 14.2, 0.3, 14.3)], crs="EPSG:4326",
        )  # fmt: skip
        made = outcome(
            lambda: maligeo.density(
                maligeo.allocate(land, REGIONS, by="area"), REGIONS, measure="cleared_sqm"
            )
        )
        assert isinstance(made, maligeo.MaligeoError) or made["count"].sum() > 0


class TestSums:
    def test_a_project_of_many_sectors_is_counted_once(self) -> None:
        projects = pd.DataFrame(
            {"project_id": ["q"], "project_count": [740], "sector": ["santé|sport|eau"]}
        )
        told = projects.assign(adm1_name="Gao", place="Gao", place_level="adm1", place_share=None)
        shares = maligeo.allocate(maligeo.locate(told, REGIONS), REGIONS)
        assert maligeo.placement(shares, by="sector")["projects"].sum() == 740

    def test_what_a_funder_gave_is_its_own_money(self) -> None:
        totals = maligeo.money_totals(maligeo.load_projects(), by="funder").set_index("funder")
        assert totals.loc["Norvège", "amount"] == 14_160_000


class TestActivity:
    HEADINGS = "project_id,title,start_date,end_date,region,status"
    OVER = "p1,Over,2008-01-01,2010-12-31,Gao,active"
    CANCELLED = "p2,Cancelled,2021-01-01,2023-12-31,Gao,cancelled"
    LATER = "p3,Later,2027-01-01,2028-12-31,Gao,planned"
    NOW = "p4,Now,2021-01-01,2023-12-31,Mopti,active"

    @pytest.fixture
    def projects(self, tmp_path: Path) -> Path:
        rows = (self.OVER, self.CANCELLED, self.LATER, self.NOW)
        return lines(tmp_path / "projects.csv", self.HEADINGS, *rows)

    def test_gaps_hold_projects_of_the_period_against_its_need(
        self, tmp_path: Path, projects: Path
    ) -> None:
        rows = [f"{at},2022-03-01,Gao,ied" for at in range(6)]
        need = lines(tmp_path / "incidents.csv", "event_id,date,region,type", *rows)
        found = table("gaps", "--incidents", need, "--projects", projects, "--covers", "2022",
                      "--period", "2022", *HERE)  # fmt: skip
        response = found.set_index("name")["projects_fractional"]
        assert (response["Gao"], response["Mopti"]) == (0, 1)

    def test_a_cancelled_project_is_not_under_way(self, projects: Path) -> None:
        counts = table("density", "--projects", projects, "--period", "2022", *HERE)
        of = counts[counts["measure"] == "projects"].set_index("name")["count"]
        assert (of["Gao"], of["Mopti"]) == (0, 1)
