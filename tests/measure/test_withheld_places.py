"""What a release withholds of records without a place is allowed for, and told by nothing."""

import pandas as pd
import pytest

from maligeo.core.periods import parse_period
from maligeo.disclosure import Release
from maligeo.join.points import locate
from maligeo.join.shares import allocate
from maligeo.measure.answer import need_and_response
from maligeo.measure.coverage import with_coverage
from maligeo.measure.densities import density
from tests import worlds
from tests.disclosure import frames

UNITS = frames.regions()
NOWHERE = float("nan")
# Forty incidents in Mopti, five in Gao, a project in each: twice the response for the need in
# Gao, and less than twice with eight more of both kinds that have no place.
WORLD: list[frames.Group] = [*frames.even((2021,), 10), (frames.GAO, "2021-05-15", 5)]


def shares() -> pd.DataFrame:
    placed = worlds.projects({"project_id": "m", "adm1_name": "Mopti"},
                             {"project_id": "g", "adm1_name": "Gao"})  # fmt: skip
    dates = {"start_date": pd.Timestamp("2021-01-01"), "end_date": pd.Timestamp("2021-12-31")}
    return allocate(locate(placed, UNITS), UNITS).assign(**dates, status="active")


def answered(need: pd.DataFrame) -> pd.DataFrame:
    found = need_and_response(need, shares(), UNITS, period=parse_period("2021"))
    return found.set_index("name")[["incidents", "class", "certainty", "depends_on"]]


def public(*more: frames.Group) -> pd.DataFrame:
    records = frames.placed(*WORLD, *more, covers="2021")
    made = Release.asked("public", frames.DAY).cells(records, UNITS)
    return answered(made.table("incidents", period="2021"))


def internal(names: list[str | None]) -> pd.DataFrame:
    """The same world by names of places."""
    frame = pd.DataFrame({"adm1_name": [*["Mopti"] * 40, *["Gao"] * 5, *names]})
    frame = frame.assign(event_type="ied", date=pd.Timestamp("2021-05-01"))
    located = with_coverage(locate(frame, UNITS), "2021")
    return answered(density(located, UNITS, measure="incidents", period="2021"))


def test_up_to_four_without_a_place_are_placed() -> None:
    """Fewer than five that nobody can place may all lie in Gao: nothing of it is solid."""
    gao = public((NOWHERE, "2021-02-15", 4)).loc["Gao"]
    assert (gao["incidents"], gao["class"]) == (5, "more")
    assert gao["depends_on"] == "unplaced"
    assert gao["certainty"] < 0.9
    mopti = public((NOWHERE, "2021-02-15", 4)).loc["Mopti"]
    assert mopti["depends_on"] == "solid"


def test_none_without_a_place_looks_as_four_do() -> None:
    pd.testing.assert_frame_equal(public(), public((NOWHERE, "2021-02-15", 4)))


def test_where_their_number_is_withheld_nothing_is_certain() -> None:
    """Ten of one event are withheld altogether: nobody knows how many there are."""
    found = public((NOWHERE, "2021-02-15", 10))
    assert found["class"].tolist() == ["alike", "more"]
    assert found["certainty"].isna().all()
    assert set(found["depends_on"]) == {"unplaced"}


@pytest.mark.parametrize("name", [None, "Mali"])
def test_incidents_of_the_whole_country_lie_in_some_unit_too(name: str | None) -> None:
    sure, unsure = internal([]).loc["Gao"], internal([name] * 30).loc["Gao"]
    assert sure["depends_on"] == "solid"
    assert unsure["depends_on"] == "unplaced"
    assert unsure["certainty"] < 0.5
