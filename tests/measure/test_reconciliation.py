"""Records against published figures."""

from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point

from maligeo.core.errors import ArgumentError, VintageError
from maligeo.core.words import note_text
from maligeo.join.points import locate
from maligeo.measure.coverage import with_coverage
from maligeo.measure.densities import density
from maligeo.measure.reconciliation import COLUMNS, reconcile
from tests import worlds

UNITS = worlds.square_units()


def records(alpha: int, beta: int, nowhere: int = 0, **columns: Any) -> gpd.GeoDataFrame:
    points = [Point(0.5, 0.5)] * alpha + [Point(1.5, 0.5)] * beta + [None] * nowhere
    frame = pd.DataFrame({"date": pd.to_datetime(["2021-05-05"] * len(points)), **columns})
    located: gpd.GeoDataFrame = locate(
        gpd.GeoDataFrame(frame, geometry=points, crs="EPSG:4326"), UNITS
    )
    return located


def compared(table: pd.DataFrame, *rows: dict[str, Any]) -> pd.DataFrame:
    found = reconcile(table, worlds.figures(*rows))
    return found.set_index([found["publisher"], found["name"].fillna(found["place_kind"])])


def test_the_difference_by_unit_and_for_the_nation() -> None:
    table = density(records(3, 1, nowhere=2), UNITS, measure="incidents", period=["2021"])
    found = compared(table, {"value": 10}, {"unit": "Alpha", "value": 3})
    nation, alpha = found.loc[("UNMAS", "nation")], found.loc[("UNMAS", "Alpha")]
    assert (nation["recorded"], nation["published"], nation["difference"]) == (6, 10, -4)
    assert not nation["agrees"]
    assert alpha["difference"] == 0
    assert pd.isna(alpha["agrees"])  # one of the two that are nowhere may lie in it
    assert alpha["note"] == "the records have at least this"
    assert list(found.columns) == list(COLUMNS)
    assert ("UNMAS", "Béta-Sud") not in found.index  # nothing was published about it


def test_none_is_no_count_where_what_has_no_place_may_lie() -> None:
    open_ended = with_coverage(records(0, 4, nowhere=2), "2021")
    table = density(open_ended, UNITS, measure="incidents", period=["2021"])
    alpha = compared(table, {"unit": "Alpha", "value": 3}).loc[("UNMAS", "Alpha")]
    assert pd.isna(alpha["recorded"])
    assert pd.isna(alpha["difference"])
    assert alpha["note"].startswith("the records hold none")
    all_placed = with_coverage(records(0, 4), "2021")
    whole = density(all_placed, UNITS, measure="incidents", period=["2021"])
    alpha = compared(whole, {"unit": "Alpha", "value": 3}).loc[("UNMAS", "Alpha")]
    assert (alpha["recorded"], alpha["difference"]) == (0, -3)


def test_more_records_than_were_published_disagree_however_many_have_no_place() -> None:
    table = density(records(4, 1, nowhere=2), UNITS, measure="incidents", period=["2021"])
    alpha = compared(table, {"value": 10}, {"unit": "Alpha", "value": 3}).loc[("UNMAS", "Alpha")]
    assert alpha["agrees"] == False  # noqa: E712
    placed = density(records(3, 1), UNITS, measure="incidents", period=["2021"])
    alpha = compared(placed, {"value": 10}, {"unit": "Alpha", "value": 3}).loc[("UNMAS", "Alpha")]
    assert alpha["agrees"]


def test_a_share_agrees_within_its_rounding() -> None:
    table = density(records(19, 1), UNITS, measure="incidents", period="2021")
    share = {"unit": "Alpha", "value": 38, "basis": "share_pct"}
    alpha = compared(table, {"value": 51}, share).loc[("UNMAS", "Alpha")]
    assert alpha["published"] == pytest.approx(19.38)
    assert (alpha["published_low"], alpha["published_high"]) == pytest.approx((19.125, 19.635))
    assert not alpha["agrees"]
    wide = compared(table, {"value": 50}, share).loc[("UNMAS", "Alpha")]
    assert wide["agrees"]


def test_publishers_are_never_pooled() -> None:
    table = density(records(3, 1), UNITS, measure="incidents", period="2021")
    found = compared(table, {"value": 4}, {"value": 6, "publisher": "MINUSMA"})
    assert found["difference"].to_dict() == {("MINUSMA", "nation"): -2, ("UNMAS", "nation"): 0}


def test_units_published_together_are_compared_together() -> None:
    table = density(records(3, 1), UNITS, measure="incidents", period="2021")
    found = compared(table, {"unit": "Alpha|Béta-Sud", "value": 5})
    row = found.loc[("UNMAS", "Alpha + Béta-Sud")]
    assert (row["recorded"], row["difference"]) == (4, -1)


def test_a_figure_of_another_period_is_kept_without_a_difference() -> None:
    table = density(records(3, 1), UNITS, measure="incidents", period="2021")
    found = compared(table, {"value": 5, "period_start": "2020-01-01"})
    row = found.loc[("UNMAS", "nation")]
    assert row["published"] == 5
    assert pd.isna(row["difference"])
    assert "no count for exactly this period" in row["note"]


def test_civilians_are_compared_with_what_is_published_about_civilians() -> None:
    victims: dict[str, Any] = {"civilians_killed": [1, 2], "civilians_injured": [0, 4]}
    table = density(records(2, 0, **victims), UNITS, measure="civilians", period="2021")
    found = compared(
        table, {"value": 9, "measure": "victims"},
        {"value": 7, "measure": "victims", "who": "civilians"},
    )  # fmt: skip
    assert found["published"].tolist() == [7]
    assert found["difference"].tolist() == [0]


def test_a_record_that_is_at_least_so_much_neither_agrees_nor_not() -> None:
    table = density(
        records(2, 0, killed=pd.array([1, pd.NA], "Int64"), injured=pd.array([0, 0], "Int64")),
        UNITS, measure="victims", period="2021",
    )  # fmt: skip
    row = compared(table, {"value": 2, "measure": "victims"}).loc[("UNMAS", "nation")]
    assert row["recorded"] == 1
    assert pd.isna(row["agrees"])
    assert "at least" in row["note"]


def test_what_does_not_compare_is_refused() -> None:
    table = density(records(1, 0), UNITS, measure="incidents", period="2021")
    with pytest.raises(VintageError, match="2023 and 2015"):
        reconcile(table, worlds.figures({"value": 1, "vintage": "2023"}))
    with pytest.raises(ArgumentError, match="no figure is about incidents"):
        reconcile(table, worlds.figures({"value": 1, "measure": "killed"}))


def test_its_remarks_are_said_in_french() -> None:
    table = density(records(1, 1, nowhere=1), UNITS, measure="incidents", period=["2021"])
    other = {"unit": "Alpha", "value": 3, "period_start": "2019-01-01", "period_end": "2019-12-31"}
    found = compared(table, {"unit": "Alpha", "value": 3}, other)
    notes = [remark for note in found["note"].dropna() for remark in note.split("; ")]
    assert len(notes) == 2
    assert not {said for note in notes for said in note_text(note, "fr")} & set(notes)
