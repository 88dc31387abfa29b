"""One event in two lists; every record is made up (synthetic)."""

import geopandas as gpd
import pandas as pd
import pytest

import maligeo
from maligeo.core.errors import ArgumentError, FrameError

PLACED = {"lon": -4.0, "lat": 14.5}
NAMED = {"lon": None, "lat": None}


def reports(*rows: dict[str, object]) -> gpd.GeoDataFrame:
    """Incidents as they are read."""
    usual = {"date": "2022-03-05", "type": "IED", "killed": 3, "injured": None, "commune": "Konna"}
    frame = pd.DataFrame([usual | PLACED | row for row in rows])
    return maligeo.as_incidents(frame.assign(source="synthetic"))


def pairs(one: dict[str, object], other: dict[str, object], **how: float) -> pd.DataFrame:
    first, second = reports({"id": "A1"} | one), reports({"id": "U1"} | other)
    return maligeo.same_events(first, second, language="en", **how)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("other", "likelihood"),
    [
        ({}, ["likely"]),
        ({"killed": 4}, ["likely"]),
        ({"killed": 20, **NAMED}, []),
        ({"killed": 20, "lat": 14.505}, ["possible"]),
        ({"killed": None}, ["possible"]),
        ({"date": "2022-03-06"}, ["possible"]),
        ({"date": "2022-03-08"}, []),
        ({"lat": 14.6}, ["possible"]),
        ({"lat": 15.0}, []),
        (NAMED, ["likely"]),
        ({**NAMED, "commune": "Tessit"}, []),
        ({**NAMED, "commune": None}, []),
        ({"date": "2022-03"}, []),
    ],
)
def test_what_is_proposed(other: dict[str, object], likelihood: list[str]) -> None:
    assert pairs({}, other)["likelihood"].tolist() == likelihood


def test_reasons_are_given_in_both_languages() -> None:
    first, second = reports({"id": "A1"}), reports({"id": "U1", "lat": 14.6, "killed": 4})
    assert maligeo.same_events(first, second, language="en")["sentence"].tolist() == [
        "Perhaps the same: A1 and U1: the same day (2022-03-05); 11.1 km apart; "
        "the same commune (Konna); killed: 3 and 4"
    ]
    french = maligeo.same_events(first, second, language="fr")["sentence"].iloc[0]
    assert french.replace("\u00a0", " ") == (
        "Peut-être le même : A1 et U1 : le même jour (2022-03-05) ; à 11,1 km ; "
        "même commune (Konna) ; tués : 3 et 4"
    )


def test_rivals_are_counted_and_the_likeliest_comes_first() -> None:
    second = reports({"id": "U1", "killed": None}, {"id": "U2"})
    found = maligeo.same_events(reports({"id": "A1"}), second)
    assert found["second_id"].tolist() == ["U2", "U1"]
    assert found["rivals"].tolist() == [1, 1]


def test_nothing_is_merged_until_it_is_accepted() -> None:
    first = reports({"id": "A1"}, {"id": "A2", "date": "2022-05-01"})
    second = reports({"id": "U1", "killed": 4}, {"id": "A2", "date": "2022-06-01"})
    proposed = maligeo.same_events(first, second)
    assert len(maligeo.count_once(first, second, proposed)) == 4
    once = maligeo.count_once(first, second, proposed.assign(accepted="oui"))
    assert once["event_id"].tolist() == ["A1", "A2", "A2 (2)"]
    assert once["also_in"].fillna("").tolist() == ["U1", "", ""]
    assert once["killed"].tolist() == [3, 3, 3]
    units = maligeo.load_boundaries()
    counted = maligeo.density(maligeo.locate(once, units), units, measure="incidents")
    assert counted["count"].sum() == 3


def test_all_that_is_wrong_with_accepted_pairs_is_told_at_once() -> None:
    first, second = reports({"id": "A1"}, {"id": "A2"}), reports({"id": "U1"}, {"id": "U2"})
    table = pd.DataFrame(
        {
            "first_id": ["A1", "A1", "A9", "A2"],
            "second_id": ["U1", "U2", "U2", "U2"],
            "accepted": ["oui", "yes", "x", "peut-être"],
        }
    )
    with pytest.raises(FrameError) as raised:
        maligeo.count_once(first, second, table)
    told = {(fault.row, fault.column, fault.reason) for fault in raised.value.faults}
    assert told == {
        (1, "first_id", "is in another accepted pair too"),
        (2, "first_id", "is no id of the list"),
        (2, "second_id", "is in another accepted pair too"),
        (3, "accepted", "is neither yes nor no"),
    }


@pytest.mark.parametrize("how", [{"days": -1}, {"km": -1.0}])
def test_days_and_kilometres_are_not_negative(how: dict[str, float]) -> None:
    with pytest.raises(ArgumentError, match="negative"):
        pairs({}, {}, **how)
