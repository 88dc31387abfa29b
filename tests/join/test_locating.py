import pandas as pd
import pytest

from maligeo.core.errors import ArgumentError, FrameError, VintageError
from maligeo.join.points import locate
from maligeo.join.shares import allocate
from maligeo.readers.boundaries import load_boundaries
from tests import worlds

UNITS = worlds.square_units()


def test_rows_out_equal_rows_in_same_order_and_index() -> None:
    projects = worlds.projects(
        {"project_id": "a", "adm1_name": "Béta Sud"},
        {"project_id": "b", "adm1_name": "Gamma"},
        {"project_id": "c", "adm1_name": "ALFA"},
    ).set_index(pd.Index([7, 3, 3]))
    located = locate(projects, UNITS)
    assert located.index.tolist() == [7, 3, 3]
    assert located["project_id"].tolist() == ["a", "b", "c"]
    assert located["adm1_pcode"].astype("object").fillna("-").tolist() == ["ZZ02", "-", "ZZ01"]
    assert located["adm1_reported"].tolist() == ["Béta Sud", "Gamma", "ALFA"]
    assert located["locate_method"].tolist() == ["name", "none", "name"]
    assert located.loc[3, "locate_note"].iloc[0] == "'Gamma' is no unit of 2015"


def test_what_is_not_placed_keeps_its_kind() -> None:
    located = locate(
        worlds.projects(
            {"project_id": "a", "place_level": "country"},
            {"project_id": "b", "place_level": "unattributed"},
            {"project_id": "c", "adm1_name": "Alpha"},
        ),
        UNITS,
    )
    assert located["place_kind"].tolist() == ["countrywide", "unattributed", "unit"]


@pytest.mark.parametrize(
    ("name", "unit"),
    [("MENAKA", "Gao"), ("Taoudéni", "Tombouctou"), ("Bandiagara", "Mopti"), ("Nioro", "Kayes")],
)
def test_a_newer_region_leads_to_the_one_that_it_lies_in(name: str, unit: str) -> None:
    located = locate(worlds.projects({"project_id": "a", "adm1_name": name}), load_boundaries())
    assert located["adm1_name"].tolist() == [unit]
    assert f"lies in {unit} of 2015" in located["locate_note"].iloc[0]


def test_a_newer_region_of_two_older_ones_is_not_placed() -> None:
    located = locate(
        worlds.projects({"project_id": "a", "adm1_name": "Bougouni"}), load_boundaries()
    )
    assert located["adm1_name"].isna().all()
    assert "does not lie wholly in one unit" in located["locate_note"].iloc[0]


def test_a_name_that_two_units_bear_is_not_placed() -> None:
    units = UNITS.assign(name_alt=["Nord", "Nord"])
    located = locate(worlds.projects({"project_id": "a", "adm1_name": "Nord"}), units)
    assert located["locate_note"].tolist() == ["'Nord' is the name of 2 units: Alpha; Béta-Sud"]


def test_units_must_be_of_one_vintage_and_level() -> None:
    projects = worlds.projects({"project_id": "a"})
    with pytest.raises(VintageError, match="2015 and 2023"):
        locate(projects, UNITS.assign(vintage=["2015", "2023"]))
    with pytest.raises(ArgumentError, match="one level"):
        locate(projects, UNITS.assign(level=[1, 2]))


def test_missing_columns_are_all_named() -> None:
    with pytest.raises(FrameError, match=r"(?s)'vintage'.*'name_alt'"):
        locate(worlds.projects({"project_id": "a"}), UNITS[["level", "pcode", "name", "geometry"]])


def test_an_empty_frame_stays_empty() -> None:
    located = locate(worlds.projects({"project_id": "a"}).iloc[:0], UNITS)
    assert located.empty
    assert "adm1_pcode" in located.columns


class TestAllocate:
    def test_places_in_one_unit_count_once(self) -> None:
        shares = allocate(
            locate(
                worlds.projects(
                    {"project_id": "a", "adm1_name": "Alpha", "place": "Diré"},
                    {"project_id": "a", "adm1_name": "Alpha", "place": "Goundam"},
                    {"project_id": "a", "adm1_name": "Beta Sud", "place": "Sud"},
                ),
                UNITS,
            ),
            UNITS,
        )
        assert shares["name"].tolist() == ["Alpha", "Béta-Sud"]
        assert shares["share"].tolist() == [0.5, 0.5]
        assert shares["place"].tolist() == ["Diré | Goundam", "Sud"]

    def test_what_has_no_unit_keeps_its_share(self) -> None:
        shares = allocate(
            locate(
                worlds.projects(
                    {"project_id": "a", "adm1_name": "Alpha"},
                    {"project_id": "a", "place_level": "country"},
                    {"project_id": "b", "adm1_name": "Gamma"},
                ),
                UNITS,
            ),
            UNITS,
        )
        assert shares.groupby("project_id")["share"].sum().tolist() == [1.0, 1.0]
        assert shares["place_kind"].tolist() == ["unit", "countrywide", "unattributed"]

    def test_an_unknown_way_and_an_unlocated_frame_are_refused(self) -> None:
        located = locate(worlds.projects({"project_id": "a"}), UNITS)
        with pytest.raises(ArgumentError, match=r"'shoe size' is not known; choose from"):
            allocate(located, UNITS, by="shoe size")
        with pytest.raises(ArgumentError, match=r"maligeo\.locate"):
            allocate(worlds.projects({"project_id": "a"}), UNITS)
