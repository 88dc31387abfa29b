from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maligeo.core.errors import ArgumentError, FrameError, VintageError
from maligeo.join.points import locate
from maligeo.join.shares import METHODS, allocate
from tests import worlds

UNITS = worlds.square_units()


def located(*rows: dict[str, Any]) -> pd.DataFrame:
    return locate(worlds.projects(*rows), UNITS)


def shares(*rows: dict[str, Any], by: str, **options: object) -> list[float]:
    return allocate(located(*rows), UNITS, by=by, **options)["share"].tolist()


BOTH = ({"project_id": "a", "adm1_name": "Alpha"}, {"project_id": "a", "adm1_name": "Béta-Sud"})
WHOLE = {"project_id": "a", "place_level": "country"}


def test_equal() -> None:
    assert shares(*BOTH, by="equal") == [0.5, 0.5]


def test_by_area_of_the_units() -> None:
    assert shares(*BOTH, by="area") == pytest.approx([0.2, 0.8])


def test_by_people() -> None:
    people = worlds.people(30, 10)
    assert shares(*BOTH, by="population", population=people) == pytest.approx([0.75, 0.25])


def test_a_place_without_a_unit_takes_its_equal_share_first() -> None:
    assert shares(*BOTH, WHOLE, by="area") == pytest.approx([2 / 15, 8 / 15, 1 / 3])


@pytest.mark.parametrize(("one", "other"), [(0.3, 0.7), (30, 70), (33.333333, 66.666667)])
def test_stated(one: float, other: float) -> None:
    rows = [BOTH[0] | {"place_share": one}, BOTH[1] | {"place_share": other}]
    assert shares(*rows, by="stated") == pytest.approx([one / (one + other), other / (one + other)])


def test_stated_shares_in_one_unit_add_up() -> None:
    rows = [BOTH[0] | {"place_share": share} for share in (20, 30)]
    rows.append(BOTH[1] | {"place_share": 50})
    assert shares(*rows, by="stated") == pytest.approx([0.5, 0.5])


def test_one_place_needs_no_stated_share() -> None:
    assert shares(BOTH[0] | {"place_share": pd.NA}, by="stated") == [1.0]


@pytest.mark.parametrize("one", [0.1, pd.NA, 99])
def test_stated_shares_that_do_not_add_up_are_all_named(one: Any) -> None:
    rows = [BOTH[0] | {"place_share": one}, BOTH[1] | {"place_share": 0.5}]
    rows += [row | {"project_id": "b"} for row in rows]
    with pytest.raises(FrameError, match=r"(?s)2 faults.*of a do not.*of b do not"):
        shares(*rows, by="stated")


def test_what_is_missing_for_a_way_is_named() -> None:
    with pytest.raises(ArgumentError, match="population="):
        shares(*BOTH, by="population")
    with pytest.raises(FrameError, match="Béta-Sud"):
        shares(*BOTH, by="population", population=worlds.people(1, 0))
    with pytest.raises(VintageError, match="2023 and 2015"):
        shares(*BOTH, by="population", population=worlds.people(1, 1, vintage="2023"))
    with pytest.raises(VintageError, match="2015 and 2023"):
        allocate(located(*BOTH), worlds.square_units("2023"))


places = st.lists(
    st.tuples(
        st.sampled_from(["p", "q", "r"]), st.sampled_from(["Alpha", "Beta Sud", "Gamma", None])
    ),
    min_size=1,
    max_size=25,
)


@settings(deadline=None)
@given(places, st.sampled_from([way for way in METHODS if way != "stated"]))
def test_shares_of_every_project_add_up_to_one(drawn: list[tuple[str, str]], way: str) -> None:
    rows = [
        {"project_id": project, "adm1_name": name, "place_level": "adm1" if name else "country"}
        for project, name in drawn
    ]
    table = allocate(located(*rows), UNITS, by=way, population=worlds.people(3, 5))
    np.testing.assert_allclose(table.groupby("project_id")["share"].sum(), 1, atol=1e-9)
    assert set(table["project_id"]) == {project for project, _ in drawn}
