"""Lists that differ in known ways; every record is made up (synthetic)."""

from collections import Counter

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

import maligeo
from maligeo.core.errors import ArgumentError
from maligeo.join.record_changes import REPEATED, SEVERAL, UNLIKE, record_changes

COMMUNES = ["Bondo", "Konna", "Tessit", "Diabaly", "Hombori", "Ber"]


def listed(count: int = 6) -> pd.DataFrame:
    """Incidents of six communes, a week apart, all different."""
    return pd.DataFrame(
        {
            "event_id": [f"{at + 1}" for at in range(count)],
            "date": pd.date_range("2022-01-03", periods=count, freq="7D"),
            "event_type": ["ied", "landmine"] * (count // 2),
            "adm3_name": [COMMUNES[at % 6] for at in range(count)],
            "killed": pd.array(range(count), "Int64"),
            "injured": pd.array(range(count, 0, -1), "Int64"),
        }
    )


def compared(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    return record_changes(old, new, kind="incidents")


def changes(old: pd.DataFrame, new: pd.DataFrame) -> list[tuple[str, ...]]:
    frame = compared(old, new)[["change", "old_id", "new_id"]].astype("object").fillna("")
    return [tuple(row) for row in frame.itertuples(index=False)]


def test_two_lists_that_say_the_same_in_another_order() -> None:
    old = listed()
    frame = compared(old, old.sample(frac=1, random_state=3))
    assert frame["change"].tolist() == ["same"] * 6
    assert frame["matched_by"].tolist() == ["id"] * 6


def test_new_gone_and_corrected() -> None:
    old = listed()
    new = old.drop(index=1)
    new.loc[2, "killed"] = 7
    more = listed(8).iloc[[7]].assign(adm3_name="Gourma")
    frame = compared(old, pd.concat([new, more]))
    assert Counter(frame["change"]) == {"same": 4, "corrected": 1, "gone": 1, "new": 1}
    fixed = frame[frame["change"] == "corrected"].iloc[0]
    assert [fixed["old_id"], fixed["field"], fixed["old"], fixed["new"]] == [
        "3",
        "killed",
        "2",
        "7",
    ]
    assert fixed["difference"] == 5.0
    assert frame.loc[frame["change"] == "gone", "old_id"].tolist() == ["2"]
    assert frame.loc[frame["change"] == "new", "new_id"].tolist() == ["8"]


def test_not_known_is_another_thing_than_none() -> None:
    old = listed()
    new = old.copy()
    old.loc[1, "injured"], new.loc[1, "injured"] = pd.NA, 0
    fixed = compared(old, new)
    fixed = fixed[fixed["change"] == "corrected"].iloc[0]
    assert pd.isna(fixed["old"])
    assert fixed["new"] == "0"
    assert pd.isna(fixed["difference"])


def test_a_list_that_was_numbered_anew_is_neither_gone_nor_new_nor_corrected() -> None:
    """A row at its head moves every id by one: each id stands for another record."""
    old = listed()
    first = listed(8).iloc[[6]].assign(adm3_name="Gourma")
    new = pd.concat([first, old], ignore_index=True)
    new["event_id"] = [f"{at + 1}" for at in range(7)]
    frame = compared(old, new)
    assert Counter(frame["change"]) == {"ids_anew": 1, "renumbered": 6, "new": 1}
    pairs = frame[frame["change"] == "renumbered"]
    assert pairs["new_id"].astype(int).tolist() == [int(one) + 1 for one in pairs["old_id"]]


def test_numbered_anew_and_corrected_at_once() -> None:
    old = listed()
    new = old.assign(event_id=list(reversed(old["event_id"])))
    new.loc[4, "killed"] = 50
    frame = compared(old, new)
    assert Counter(frame["change"]) == {"ids_anew": 1, "renumbered": 5, "corrected": 1}
    fixed = frame[frame["change"] == "corrected"].iloc[0]
    assert [fixed["old_id"], fixed["new_id"], fixed["matched_by"]] == ["5", "2", "content"]


def test_records_without_ids_are_known_by_their_content() -> None:
    old = listed().assign(event_id=pd.array([pd.NA] * 6, "string"))
    new = old.drop(index=0).copy()
    new.loc[3, "killed"] = 9
    frame = compared(old, new)
    assert Counter(frame["change"]) == {"gone": 1, "same": 4, "corrected": 1}
    assert set(frame["matched_by"].dropna()) == {"content"}


def test_repeated_ids_are_told_and_matched_by_content() -> None:
    old = listed()
    old.loc[3, "event_id"] = "3"
    new = listed()
    frame = compared(old, new)
    assert frame.loc[frame["change"] == "repeated_id", ["old_id", "old"]].to_numpy().tolist() == [
        ["3", "2"]
    ]
    assert Counter(frame["change"]) == {"repeated_id": 1, "same": 5, "renumbered": 1}
    renumbered = frame[frame["change"] == "renumbered"].iloc[0]
    assert [renumbered["old_id"], renumbered["new_id"]] == ["3", "4"]
    assert REPEATED in renumbered["note"]


def test_rows_that_say_the_same_are_paired_in_their_order_and_say_so() -> None:
    one = listed(2).iloc[[0]]
    old = pd.concat([one, one]).assign(event_id=["1", "2"])
    new = pd.concat([one, one, one]).assign(event_id=["7", "8", "9"])
    frame = compared(old, new)
    assert Counter(frame["change"]) == {"renumbered": 2, "new": 1}
    assert frame.loc[frame["change"] == "renumbered", "note"].tolist() == [SEVERAL] * 2


def test_one_id_that_stands_for_another_record_is_told() -> None:
    old, new = listed(), listed()
    new.loc[2, ["date", "event_type", "adm3_name", "killed", "injured"]] = [
        pd.Timestamp("2022-12-24"), "landmine", "Ailleurs", 30, 40,
    ]  # fmt: skip
    frame = compared(old, new)
    fixed = frame[frame["change"] == "corrected"]
    assert set(fixed["old_id"]) == {"3"}
    assert set(fixed["note"]) == {UNLIKE}


def test_columns_of_one_list_alone_are_named_and_not_compared() -> None:
    frame = compared(listed().assign(remarque="x"), listed().assign(secteur="y"))
    told = frame.dropna(subset=["field"])[["change", "field"]].to_numpy().tolist()
    assert told == [["column_new", "secteur"], ["column_gone", "remarque"]]
    assert Counter(frame["change"])["same"] == 6


def test_a_position_that_moved_by_so_many_metres() -> None:
    points = gpd.points_from_xy([-4.0, -3.0], [14.0, 14.5], crs=4326)
    old = gpd.GeoDataFrame(listed(2), geometry=points)
    moved = gpd.points_from_xy([-4.0, -3.0], [14.01, 14.5], crs=4326)
    frame = compared(old, old.set_geometry(moved))
    fixed = frame[frame["change"] == "corrected"].iloc[0]
    *_, metres = Geod(ellps="WGS84").inv(-4.0, 14.0, -4.0, 14.01)
    assert fixed["field"] == "position"
    assert fixed["difference"] == pytest.approx(metres, abs=0.1)


def test_an_outline_that_begins_elsewhere_is_the_same_and_one_that_grew_is_not() -> None:
    corners = [(-4.0, 14.0), (-3.9, 14.0), (-3.9, 14.1), (-4.0, 14.1)]
    old = gpd.GeoDataFrame(
        {"area_id": ["a"], "status": ["cleared"]}, geometry=[shapely.Polygon(corners)], crs=4326
    )
    turned = old.set_geometry([shapely.Polygon(corners[2:] + corners[:2])], crs=4326)
    assert record_changes(old, turned, kind="areas")["change"].tolist() == ["same"]
    grown = old.set_geometry([shapely.box(-4.0, 14.0, -3.8, 14.1)], crs=4326)
    fixed = record_changes(old, grown, kind="areas").iloc[0]
    sqm = float(gpd.GeoSeries([shapely.box(-3.9, 14.0, -3.8, 14.1)], crs=4326).to_crs(6933).area[0])
    assert [fixed["change"], fixed["field"]] == ["corrected", "outline"]
    assert fixed["difference"] == pytest.approx(sqm, rel=1e-6)


def test_rows_of_a_project_are_one_record() -> None:
    old = pd.DataFrame(
        {
            "project_id": ["P1", "P1", "P2"],
            "title": ["Puits", "Puits", "Écoles"],
            "adm1_name": ["Mopti", "Gao", "Kidal"],
        }
    )
    new = old.iloc[[1, 0, 2]].replace({"Kidal": "Ménaka"})
    frame = record_changes(old, new, kind="projects")
    assert frame[["change", "old_id"]].to_numpy().tolist() == [["same", "P1"], ["corrected", "P2"]]
    assert frame.iloc[1][["field", "old", "new"]].tolist() == ["adm1_name", "Kidal", "Ménaka"]


def projects_at(*ends: tuple[str, float]) -> gpd.GeoDataFrame:
    """Rows of projects, each with its id and the longitude of its position at 14.5 north."""
    ids, longitudes = zip(*ends, strict=True)
    points = gpd.points_from_xy(longitudes, [14.5] * len(ends), crs=4326)
    return gpd.GeoDataFrame({"project_id": ids, "title": ids}, geometry=points)


def test_a_project_whose_position_was_corrected() -> None:
    old = projects_at(("P1", -4.2), ("P2", -0.05), ("P3", -1.0), ("P3", -2.0), ("P4", np.nan))
    new = projects_at(("P1", -4.2), ("P2", -0.06), ("P3", -1.0), ("P3", -2.5), ("P4", -3.0))
    frame = record_changes(old, new, kind="projects")
    assert Counter(frame["change"]) == {"same": 1, "corrected": 3}
    fixed = frame[frame["change"] == "corrected"].set_index("new_id")
    assert set(fixed["field"]) == {"position"}
    *_, metres = Geod(ellps="WGS84").inv(-0.05, 14.5, -0.06, 14.5)
    assert fixed.loc["P2", "difference"] == pytest.approx(metres, abs=0.1)
    assert fixed.loc[["P3", "P4"], "difference"].isna().all()


def test_land_that_only_has_a_position_moves_by_metres() -> None:
    old = pd.DataFrame(
        {"area_id": ["a"], "status": ["cleared"], "place_lon": [-0.05], "place_lat": [16.0]}
    )
    fixed = record_changes(old, old.assign(place_lon=-0.06), kind="areas").iloc[0]
    *_, metres = Geod(ellps="WGS84").inv(-0.05, 16.0, -0.06, 16.0)
    assert fixed["field"] == "position"
    assert fixed["difference"] == pytest.approx(metres, abs=0.1)


def test_land_with_outlines_and_land_with_a_position_alone() -> None:
    outlines = [shapely.box(-4.0, 14.0, -3.9, 14.1), None]
    old = gpd.GeoDataFrame(
        {"area_id": ["a", "b"], "status": ["cleared", "cleared"],
         "place_lon": [np.nan, -0.05], "place_lat": [np.nan, 16.0]},
        geometry=outlines, crs=4326,
    )  # fmt: skip
    frame = record_changes(old, old.assign(place_lon=[np.nan, -0.06]), kind="areas")
    assert Counter(frame["change"]) == {"same": 1, "corrected": 1}
    fixed = frame[frame["change"] == "corrected"].iloc[0]
    *_, metres = Geod(ellps="WGS84").inv(-0.05, 16.0, -0.06, 16.0)
    assert [fixed["new_id"], fixed["field"]] == ["b", "position"]
    assert fixed["difference"] == pytest.approx(metres, abs=0.1)


def test_the_name_of_a_file_is_no_source() -> None:
    row = {"id": ["1"], "date": ["2022-01-03"], "type": ["IED"], "region": ["Gao"]}
    frames = [maligeo.as_incidents(pd.DataFrame(row)) for _ in range(2)]
    frames[1]["source"] = "another file"
    assert compared(*frames)["change"].tolist() == ["same"]


def test_a_kind_that_is_not_compared_is_refused() -> None:
    with pytest.raises(ArgumentError, match="figures"):
        record_changes(listed(), listed(), kind="figures")


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_every_record_is_accounted_for_once(seed: int) -> None:
    """Whatever is done to a list: rows of the old one are same, corrected, renumbered or gone."""
    rng = np.random.default_rng(seed)
    old = listed(12)
    new = old.drop(index=rng.choice(12, 3, replace=False)).copy()
    new["killed"] = new["killed"].mask(rng.random(len(new)) < 0.3, 99)
    new["event_id"] = new["event_id"].mask(rng.random(len(new)) < 0.3, pd.NA)
    if rng.random() < 0.5:
        new["event_id"] = rng.permutation(new["event_id"])
    frame = compared(old, new)
    for side, rows in (("old", old), ("new", new)):
        told = frame.drop_duplicates(["old_row", "new_row"])[f"{side}_row"].dropna()
        assert sorted(told, key=int) == sorted(map(str, rows.index), key=int)
