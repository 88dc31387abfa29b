import pytest

from maligeo import catalog
from maligeo.boundaries import load_boundaries
from maligeo.crosswalks import crosswalk
from maligeo.errors import ArgumentError, UnknownNameError, VintageError
from maligeo.populations import population


@pytest.mark.parametrize(
    ("newer", "older", "rows"), [("2023", "2015", 20), ("2016", "2015", 11), ("2023", "2016", 20)]
)
def test_every_newer_unit_goes_whole_into_one_older(newer: str, older: str, rows: int) -> None:
    weights = crosswalk(newer, older)
    assert len(weights) == rows
    assert weights["from_name"].is_unique
    assert (weights["weight"] == 1.0).all()
    units = catalog.load_table("reference", "units")
    assert set(weights["to_name"]) <= set(units.loc[units["vintage"] == older, "name"])


def test_going_back_in_two_steps_equals_one() -> None:
    direct = crosswalk("2023", "2015").set_index("from_name")["to_name"]
    first = crosswalk("2023", "2016").set_index("from_name")["to_name"]
    second = crosswalk("2016", "2015").set_index("from_name")["to_name"]
    assert first.map(second).to_dict() == direct.to_dict()


def test_the_sums_that_a_law_made_approximate_are_marked() -> None:
    weights = crosswalk("2023", "2015")
    inexact = set(weights.loc[~weights["exact"], "to_name"])
    assert inexact == {"Bamako", "Koulikoro", "Sikasso"}
    assert crosswalk("2016", "2015")["exact"].all()


def test_only_back_in_time_and_between_known_vintages() -> None:
    with pytest.raises(ArgumentError, match="not from 2015 to 2023"):
        crosswalk("2015", "2023")
    with pytest.raises(UnknownNameError, match="'1999' is not known; there is 2015, 2016, 2023"):
        crosswalk("1999", "2015")


class TestPopulation:
    def test_the_census_of_2022_adds_up_to_the_regions_of_2015(self) -> None:
        people = population(load_boundaries()).set_index("name")
        assert people.loc["Kayes", "population"] == 1_840_329 + 678_061 + 681_671
        assert people.loc["Gao", "population"] == 727_517 + 318_876
        assert people["population"].sum() == 22_395_490
        assert set(people["population_year"]) == {2022}

    def test_approximate_sums_say_so(self) -> None:
        people = population(load_boundaries()).set_index("name")
        marked = set(people.index[people["note"].notna()])
        assert marked == {"Bamako", "Koulikoro", "Sikasso"}

    def test_the_census_of_2009_is_in_the_units_of_2015(self) -> None:
        people = population(load_boundaries(), year=2009)
        assert people["population"].sum() == 14_528_662
        assert people["note"].isna().all()

    def test_what_no_census_reaches_is_refused(self) -> None:
        units = load_boundaries()
        with pytest.raises(UnknownNameError, match="no census of 1998"):
            population(units, year=1998)
        with pytest.raises(UnknownNameError, match="does not reach the smaller units of 2023"):
            population(units.assign(vintage="2023"), year=2009)
        with pytest.raises(UnknownNameError, match="no figure for: Utopia"):
            population(units.assign(name=["Utopia", *units["name"][1:]]))
        with pytest.raises(VintageError, match="2015 and 2016"):
            population(units.assign(vintage=["2016"] + ["2015"] * 8))
