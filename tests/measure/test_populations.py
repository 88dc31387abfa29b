"""People of years between and after the censuses, of tables of one's own, and in rates."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

import maligeo
from maligeo.core.errors import FrameError, UnknownNameError
from maligeo.core.words import note_text
from tests import divisions, worlds


class TestYears:
    def test_between_the_censuses_people_grow_by_the_same_share_each_year(
        self, units: gpd.GeoDataFrame
    ) -> None:
        by_year = [
            maligeo.population(units, year=year).set_index("name")["population"]["Kidal"]
            for year in (2009, 2014, 2015, 2022)
        ]
        first, before, between, last = map(float, by_year)
        assert between == pytest.approx(first * (last / first) ** (6 / 13), abs=1)
        assert between / before == pytest.approx((last / first) ** (1 / 13), abs=1e-4)

    def test_after_the_last_census_all_grow_as_the_country_did(
        self, units: gpd.GeoDataFrame
    ) -> None:
        people = maligeo.population(units, year=[2009, 2022, 2024])
        total = people.groupby("population_year")["population"].sum()
        share = (total[2022] / total[2009]) ** (2 / 13)
        names = people.set_index(["population_year", "name"])["population"]
        assert names[2024, "Gao"] == pytest.approx(names[2022, "Gao"] * share, abs=1)
        assert names[2024, "Kidal"] == pytest.approx(names[2022, "Kidal"] * share, abs=1)

    @pytest.mark.parametrize(
        ("year", "said"),
        [(2015, "estimée entre les recensements"), (2024, "projetée à partir du recensement")],
    )
    def test_an_estimate_says_on_what_it_rests(
        self, units: gpd.GeoDataFrame, year: int, said: str
    ) -> None:
        people = maligeo.population(units, year=year).set_index("name")
        assert set(people["population_year"]) == {year}
        assert said in note_text(people.loc["Mopti", "note"], "fr")[0]
        assert maligeo.population(units, year=2022).set_index("name")["note"].isna()["Mopti"]

    def test_the_parts_of_a_region_grow_as_it_did(self, units: gpd.GeoDataFrame) -> None:
        new = maligeo.as_units(divisions.regions_of_2023(), vintage="2023")
        parts = maligeo.population(new, year=2015).set_index("name")["population"]
        whole = maligeo.population(units, year=2015).set_index("name")["population"]
        together = parts[["Mopti", "Bandiagara", "Douentza"]].sum()
        assert together == pytest.approx(whole["Mopti"], abs=2)
        note = maligeo.population(new, year=2015)["note"].iloc[0]
        assert "by the growth of the region of 2015" in note


class TestRates:
    def test_a_rate_takes_the_people_of_the_year_of_its_period(
        self, units: gpd.GeoDataFrame
    ) -> None:
        people = maligeo.population(units, year=range(2009, 2026))
        records = divisions.incidents_in(units, "Kidal", "Kidal")
        records["date"] = [pd.Timestamp("2015-06-01"), pd.Timestamp("2022-06-01")]
        located = maligeo.locate(records, units)
        table = maligeo.density(
            located, units, measure="incidents", population=people, period="year"
        )
        kidal = table[(table["name"] == "Kidal") & table["count"].notna()]
        of_year = people[people["name"] == "Kidal"].set_index("population_year")["population"]
        assert list(kidal["population_year"]) == [2015, 2022]
        assert list(kidal["population"]) == [of_year[2015], of_year[2022]]

    def test_a_year_that_nobody_knows_takes_the_nearest(self) -> None:
        units = worlds.square_units()
        people = pd.concat(
            [worlds.people(100, 200).assign(population_year=2018), worlds.people(300, 400)],
            ignore_index=True,
        )
        figures = worlds.figures({"unit": "Alpha", "value": 3})
        table = maligeo.density(figures, units, measure="incidents", population=people)
        assert table.set_index("name").loc["Alpha", "population"] == 300
        assert table.set_index("name").loc["Alpha", "population_year"] == 2020

    def test_a_unit_twice_in_one_year_is_still_refused(self) -> None:
        people = pd.concat([worlds.people(1, 2), worlds.people(3, 4)], ignore_index=True)
        with pytest.raises(FrameError, match="people are counted once"):
            maligeo.density(
                worlds.figures({"unit": "Alpha", "value": 3}),
                worlds.square_units(),
                measure="incidents",
                population=people,
            )

    def test_records_of_a_study_have_the_people_of_their_year(
        self, units: gpd.GeoDataFrame
    ) -> None:
        study = maligeo.study(incidents=divisions.incidents_in(units, "Kidal"), period="2015")
        row = study.count().frame.set_index("name").loc["Kidal"]
        assert row["population_year"] == 2015

    def test_published_figures_keep_the_census(self, table: pd.DataFrame) -> None:
        assert set(table["population_year"].dropna()) == {2022}


class TestOwnTables:
    def test_two_columns_are_enough(self, units: gpd.GeoDataFrame, tmp_path: Path) -> None:
        file = tmp_path / "pop.csv"
        file.write_text("Région;Habitants\nMopti;2 100 000\nSegou;2 400 000\nAtlantis;5\nMali;9\n")
        people = maligeo.population(units, table=file)
        by_name = people.set_index("name")["population"]
        assert by_name["Ségou"] == 2_400_000
        assert by_name["Mopti"] == 2_100_000
        assert pd.isna(by_name["Gao"])
        assert people["population_year"].isna().all()
        assert people.attrs["reading"].used["people"] == "Habitants"
        assert list(people.attrs["not_found"]) == ["Atlantis"]
        assert "Gao" in people.attrs["without"]

    def test_a_column_for_each_year(self, units: gpd.GeoDataFrame) -> None:
        table = pd.DataFrame(
            {"Région": ["Mopti", "Gao"], "Pop. 2019": [10, 20], "Population 2021": [30, 40]}
        )
        table = table.rename(columns={"Pop. 2019": "Population 2019"})
        people = maligeo.population(units, table=table)
        known = people.dropna(subset="population").set_index(["name", "population_year"])
        assert known["population"].to_dict() == {
            ("Mopti", 2019): 10, ("Gao", 2019): 20, ("Mopti", 2021): 30, ("Gao", 2021): 40,
        }  # fmt: skip

    def test_several_columns_of_numbers_are_asked_about(self, units: gpd.GeoDataFrame) -> None:
        table = pd.DataFrame({"Région": ["Mopti"], "Hommes": [1], "Femmes": [2]})
        with pytest.raises(UnknownNameError, match="Hommes, Femmes"):
            maligeo.population(units, table=table)

    def test_a_table_of_other_places_is_refused(self, units: gpd.GeoDataFrame) -> None:
        with pytest.raises(UnknownNameError, match="none of these units"):
            maligeo.population(units, table=pd.DataFrame({"Région": ["Atlantis"], "Pop": [1]}))

    def test_communes_add_up_to_their_cercle(self) -> None:
        units = maligeo.as_units(divisions.cercles_of_2015(), vintage="2015")
        table = pd.DataFrame(
            {
                "Cercle": ["Koro", "Koro", "Bankass"],
                "Commune": ["Koro", "Dinangourou", "Bankass"],
                "Population": [5, 6, 7],
            }
        )
        by_name = maligeo.population(units, table=table).set_index("name")
        assert by_name.loc["Koro", "population"] == 11
        assert by_name.loc["Koro", "note"] == "added up from 2 places"
