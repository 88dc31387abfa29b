"""Marks on a map: one for each number of a released cell, nowhere in particular."""

import pandas as pd
import pytest
import shapely

from maligeo.core.errors import ReleaseError
from maligeo.disclosure import CellRelease, Release, require_released
from tests.disclosure import frames
from tests.disclosure.frames import DAY, GAO, MOPTI, even, placed


def made(*groups: frames.Group, cercles: bool = False) -> CellRelease:
    units = frames.cercles() if cercles else frames.regions()
    return Release.asked("public", DAY).cells(placed(*groups, units=units, covers="2021"), units)


def test_there_is_a_mark_for_each_cell_that_is_a_number() -> None:
    release = made(*even((2021,), 10), *even((2021,), 3, lon=GAO))
    marks = release.marks()
    by_quarter = marks.set_index(["adm1_name", "date"])["count"]
    assert by_quarter.to_dict() == {
        ("Mopti", pd.Timestamp(2021, month, 1)): 10 for month in (1, 4, 7, 10)
    }
    assert set(marks["date_precision"]) == {"quarter"}
    assert set(marks["location_precision"]) == {"adm1"}
    assert marks["event_type"].isna().all()
    assert set(marks["place_kind"]) == {"unit"}


def test_they_all_lie_in_one_place_of_the_unit_and_none_where_it_was() -> None:
    records = placed(*even((2021,), 10), covers="2021")
    marks = made(*even((2021,), 10)).marks()
    (place,) = marks.geometry.to_wkt().unique()
    assert place == frames.regions().geometry.iloc[0].representative_point().wkt
    exact = set(map(tuple, shapely.get_coordinates(records.geometry.array)))
    assert not exact & set(map(tuple, shapely.get_coordinates(marks.geometry.array)))


def test_cercles_have_marks_by_year() -> None:
    marks = made(*even((2021,), 10), cercles=True).marks()
    told = marks[["adm2_name", "date_precision", "count"]].to_numpy().tolist()
    assert told == [["Mopti", "year", 40]]


def test_where_no_cell_is_a_number_there_is_no_mark() -> None:
    release = made(*even((2021,), 1))
    assert len(release.marks()) == len(release.spread()) == 0


def test_spread_marks_are_even_and_in_their_unit() -> None:
    release = made(*even((2021,), 50), *even((2021,), 10, lon=GAO))
    spread = release.spread()
    places = shapely.get_coordinates(spread.geometry.array)
    mopti, gao = frames.regions().geometry
    assert shapely.contains_xy(mopti, *places.T).sum() == 200
    assert shapely.contains_xy(gao, *places.T).sum() == 40
    west, south = (places[:, 0] < 0.5).sum(), (places[:, 1] < 0.5).sum()
    assert abs(west - 100) <= 20  # of 200 in a square, half in each half
    assert abs(south - 120) <= 25
    assert spread.attrs["audience"] == "public"


def test_marks_pass_the_gate_and_changed_ones_do_not() -> None:
    marks = made(*even((2021,), 10), *even((2021,), 10, lon=GAO)).marks()
    require_released(marks, "public", what="marks")
    require_released(marks.iloc[1:], "public", what="some of them")
    moved = marks.copy()
    moved.geometry = shapely.points([at / 1000 for at in range(len(marks))], 0.5)
    changes = {
        "column 'killed'": marks.assign(killed=1),
        "no released cell stands for": marks.assign(count=3),
        "types of incidents": marks.assign(event_type="ied"),
        "dates that stand for no": marks.assign(date=pd.Timestamp("2021-08-17")),
        "stand for no quarter": marks.assign(date_precision="day"),
        "units that are in no lattice": marks.assign(adm1_pcode="ML99", adm1_name="Le Puits"),
        "marks that no": moved,
    }
    for message, changed in changes.items():
        assert changed.attrs["audience"] == "public"
        with pytest.raises(ReleaseError, match=message):
            require_released(changed, "public", what="marks")


def test_victims_have_no_marks() -> None:
    marks = made(*[(MOPTI, day, 10, {"killed": 3}) for _, day, *_ in even((2021,))]).marks()
    assert marks["count"].tolist() == [10] * 4
