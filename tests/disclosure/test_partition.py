"""Located incidents in the smallest pieces of place and time."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from maligeo.core.errors import ArgumentError
from maligeo.disclosure.partition import NOWHERE, WHOLE_YEAR, keyed_hash, partition, tally
from maligeo.join.points import locate
from tests import worlds
from tests.disclosure import frames

KEY = bytes(32)


def pieces(*groups: frames.Group, units: gpd.GeoDataFrame | None = None) -> pd.DataFrame:
    units = frames.cercles() if units is None else units
    return partition(frames.placed(*groups, units=units), units, KEY)


def test_a_piece_is_a_cercle_and_a_quarter() -> None:
    made = pieces((frames.GAO, "2021-03-31", 1), (frames.GAO, "2021-04-01", 1))
    assert made[["region", "unit", "year", "quarter"]].to_numpy().tolist() == [
        ["ML07", "ML0701", 2021, 1], ["ML07", "ML0701", 2021, 2],
    ]  # fmt: skip
    by_region = pieces((frames.GAO, "2021-03-31", 1), units=frames.regions())
    assert by_region[["region", "unit"]].to_numpy().tolist() == [["ML07", NOWHERE]]


def test_what_is_outside_is_in_a_place_of_its_own() -> None:
    made = pieces((frames.OUTSIDE, "2021-03-31", 1))
    assert made[["region", "unit"]].to_numpy().tolist() == [["(outside)", NOWHERE]]


def test_what_names_its_region_alone_is_in_none_of_its_cercles() -> None:
    frame = pd.DataFrame(
        {"event_id": ["a"], "date": pd.Timestamp("2021-03-31"), "adm1_name": "gao"}
    )
    made = partition(locate(frame, frames.cercles()), frames.cercles(), KEY)
    assert made[["region", "unit"]].to_numpy().tolist() == [["ML07", NOWHERE]]


def test_what_is_known_by_year_is_in_no_quarter_and_what_spans_two_years_waits() -> None:
    group = (frames.GAO, "2021-03-31", 1)
    assert pieces((*group, {"date_precision": "year"}))["quarter"].tolist() == [WHOLE_YEAR]
    assert pieces((*group, {"date_precision": "month"}))["quarter"].tolist() == [1]
    week = {"date_precision": "week"}
    assert pieces((*group, week))["quarter"].tolist() == [WHOLE_YEAR]  # it may have been in April
    assert pieces((frames.GAO, "2021-12-30", 1, week)).empty


def test_what_has_no_date_waits() -> None:
    located = frames.placed((frames.GAO, "2021-03-31", 2), units=frames.cercles())
    located.loc[located.index[0], "date"] = pd.NaT
    assert len(partition(located, frames.cercles(), KEY)) == 1


def test_rows_of_one_place_and_day_are_one_event() -> None:
    located = frames.placed((frames.GAO, "2021-03-31", 4, {"killed": 2}), units=frames.cercles())
    located = located.assign(injured=0)
    located.geometry = shapely.points([1.1, 1.10001, 1.2, 1.2], 0.3)  # the first two a metre apart
    (row,) = tally(partition(located, frames.cercles(), KEY)).to_dict("records")
    assert (row["records"], row["events"]) == (4, 2)
    assert (row["killed"], row["killed_events"], row["killed_largest"]) == (8, 2, 4)


def test_events_are_told_by_who_has_the_key_alone() -> None:
    groups = [(frames.GAO, "2021-03-31", 3), (frames.GAO, "2021-04-01", 1)]
    located = frames.placed(*groups, units=frames.cercles())
    first, again = (set(partition(located, frames.cercles(), KEY)["event"]) for _ in range(2))
    other = set(partition(located, frames.cercles(), bytes(31) + b"1")["event"])
    assert first == again
    assert len(first) == 4 and first.isdisjoint(other)
    assert keyed_hash(KEY, "a") != keyed_hash(KEY, "b")


def test_an_event_without_a_position_is_known_by_its_names() -> None:
    frame = pd.DataFrame(
        {"event_id": list("abc"), "date": pd.Timestamp("2021-03-31"),
         "adm1_name": ["Gao", "GAO", "Mopti"]}
    )  # fmt: skip
    made = partition(locate(frame, frames.regions()), frames.regions(), KEY)
    assert made["event"].nunique() == 2


@pytest.mark.parametrize(
    ("stated", "parts", "unstated"),
    [  # civilians killed, others killed, civilians injured, others injured
        ({"killed": 3, "injured": 4}, [0, 3, 0, 4], 0),
        ({"killed": 3, "civilians_killed": 2}, [2, 1, 0, 0], 0),
        ({"killed": 1, "civilians_killed": 2}, [2, 0, 0, 0], 0),  # civilians are some of them
        ({"killed": None, "injured": 4}, [0, 0, 0, 4], 1),
        ({"killed": None, "civilians_killed": 2, "injured": 0}, [2, 0, 0, 0], 1),
    ],
)
def test_victims_are_in_parts_none_of_which_is_in_another(
    stated: dict[str, int], parts: list[int], unstated: int
) -> None:
    whole = dict.fromkeys(stated, 0)  # a column without any value is one that records lack
    row, _ = pieces(
        (frames.GAO, "2021-03-31", 1, stated), (frames.GAO, "2021-06-30", 1, whole)
    ).to_dict("records")
    names = ("civilians_killed", "others_killed", "civilians_injured", "others_injured")
    assert [row[name] for name in names] == parts
    assert row["unstated"] == unstated


def test_finer_units_are_refused() -> None:
    located = frames.placed((frames.GAO, "2021-03-31", 1)).assign(adm3_pcode=None, adm3_name=None)
    with pytest.raises(ArgumentError, match="by region and cercle"):
        partition(located, worlds.communes(), KEY)
