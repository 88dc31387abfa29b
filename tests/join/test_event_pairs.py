"""One event in two lists; every record is made up (synthetic)."""

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd
import pytest

import maligeo
from maligeo.core.errors import ArgumentError, FrameError
from maligeo.join.event_pairs import event_pairs

PLACED = {"lon": -4.0, "lat": 14.5}
NAMED = {"lon": None, "lat": None}


def reports(*rows: Mapping[str, object]) -> gpd.GeoDataFrame:
    """Incidents as they are read."""
    usual = {"date": "2022-03-05", "type": "IED", "killed": 3, "injured": None, "commune": "Konna"}
    frame = pd.DataFrame([usual | PLACED | dict(row) for row in rows])
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
        ({**NAMED, "commune": "Konna", "cercle": "Ansongo"}, []),
        ({**NAMED, "commune": "Konna", "cercle": "Cercle de Mopti"}, ["likely"]),
        ({**NAMED, "commune": "Konna", "region": "Gao"}, []),
        ({"commune": "Konna", "region": "Gao"}, ["likely"]),
    ],
)
def test_what_is_proposed(other: dict[str, object], likelihood: list[str]) -> None:
    held: dict[str, object] = {"cercle": "Mopti", "region": "Mopti"}
    assert pairs(held, other)["likelihood"].tolist() == likelihood


@pytest.mark.parametrize(
    ("one", "other", "proposed"),
    [
        (("Kouna", None, "Koro", "Mopti"), ("Kouna", None, "Ansongo", "Gao"), 0),
        (("Kouna", "Bondo", "Koro", "Mopti"), ("Kouna", "Diankabou", "Koro", "Mopti"), 0),
        (("Kouna", None, None, "Mopti"), ("Kouna", None, None, "Gao"), 0),
        (("Kouna", None, None, "Mopti"), ("Kouna", None, None, "Mopti / Gao"), 1),
        (("Kouna", None, "Ansongo", None), ("Kouna", None, None, "Gao"), 1),
        (("Kouna", None, None, "Timbuktu"), ("Kouna", None, None, "Tombouctou"), 1),
        # A region, or a cercle, that was made of a part of the other.
        (("Inékar", None, None, "Gao"), ("Inékar", None, None, "Ménaka"), 1),
        (("Inékar", None, None, "Kidal"), ("Inékar", None, None, "Ménaka"), 0),
        (("Kouna", None, "Bourem", "Gao"), ("Kouna", None, "Almoustrat", "Gao"), 1),
        (("Kouna", None, "Koro", "Mopti"), ("Kouna", None, "Almoustrat", None), 0),
    ],
)
def test_a_name_is_the_same_place_unless_what_holds_it_is_another(
    one: tuple[str | None, ...], other: tuple[str | None, ...], proposed: int
) -> None:
    columns = ("place_name", "adm3_name", "adm2_name", "adm1_name")
    lists = [
        pd.DataFrame(
            {"event_id": [name], "date": [pd.Timestamp("2022-03-05")], "killed": [3]}
            | {column: [name_] for column, name_ in zip(columns, names, strict=True)}
        )
        for name, names in (("A1", one), ("U1", other))
    ]
    found = event_pairs(*lists)
    assert len(found) == proposed
    assert found.attrs["left_out"]["elsewhere"] == 1 - proposed


def test_what_was_compared_with_nothing_is_counted() -> None:
    first = reports({"id": "A1"}, {"id": "A2", "date": "2022-03"}, {"id": "A3", "date": "2022"})
    bare = {**NAMED, "commune": None, "region": "Mopti"}
    second = reports({"id": "U1"}, {"id": "U2", **bare}, {"id": "U3", **bare, "date": "2022-03"})
    found = maligeo.same_events(first, second)
    assert len(found) == 1
    assert found.attrs["left_out"] == {
        "first_day": 2, "first_place": 0, "second_day": 1, "second_place": 1, "elsewhere": 0,
    }  # fmt: skip


def test_a_pair_shows_what_holds_its_places() -> None:
    first = reports({"id": "A1", "cercle": "Mopti", "region": "Mopti"})
    second = reports({"id": "U1", "commune": "Soye", "cercle": "Mopti"})
    found = maligeo.same_events(first, second, language="en").iloc[0]
    assert [found["first_place"], found["second_place"]] == ["Konna, Mopti, Mopti", "Soye, Mopti"]
    assert "places: Konna, Mopti, Mopti and Soye, Mopti" in found["sentence"]


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


def test_victims_that_the_second_list_alone_knows_are_kept() -> None:
    """By hand: killed, injured, civilians killed of three pairs, from either list."""
    rows = (
        ("2022-03-05", None, 1, None),
        ("2022-04-05", 3, None, None),
        ("2022-05-05", 2, 2, None),
    )
    others = (("2022-03-05", 4, 2, 4), ("2022-04-05", 3, 0, None), ("2022-05-05", 3, 2, 3))
    columns = ("date", "killed", "injured", "civilians_killed")
    first, second = (
        reports(*({"id": f"{name}{at}", **dict(zip(columns, row, strict=True))}
                  for at, row in enumerate(some)))
        for name, some in (("A", rows), ("U", others))
    )  # fmt: skip
    accepted = maligeo.same_events(first, second).assign(accepted="oui")
    first.index = pd.Index([2, 2, 2])  # as of files that were put one below the other
    once = maligeo.count_once(first, second, accepted)
    kept = once[list(columns[1:])].astype("Float64").to_numpy(float, na_value=-1).tolist()
    # Of the third, three civilians would be more than the two people of the first list.
    assert kept == [[4, 1, 4], [3, 0, -1], [2, 2, -1]]
    assert once["also_killed"].tolist() == [4, 3, 3]
    assert once["also_injured"].tolist() == [2, 0, 2]
    assert "also_civilians_injured" not in once
    assert once.attrs == {"victims_taken": 3, "victims_differ": 3}
    assert once["killed"].dtype == first["killed"].dtype


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
