"""Density tables of which one cell was changed: what is known of it is never confused."""

import pandas as pd
import pytest

import maligeo
from maligeo.core.columns import NAMED
from maligeo.core.errors import FrameError, VintageError
from maligeo.measure.cell_changes import cell_changes
from maligeo.measure.divisions import read_counts
from tests import worlds


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """Incidents of two squares in one year, all placed and covered: plain numbers."""
    units = worlds.square_units()
    incidents = pd.DataFrame(
        {
            "event_id": ["1", "2", "3"],
            "date": pd.to_datetime(["2021-02-01", "2021-03-01", "2021-04-01"]),
            "event_type": "ied",
            "lon": [0.5, 0.6, 1.5],
            "lat": [0.5, 0.5, 0.5],
        }
    )
    located = maligeo.with_coverage(maligeo.locate(incidents, units), "2021")
    counted = maligeo.density(located, units, measure="incidents", period="2021")
    return counted[counted["place_kind"] == "unit"].reset_index(drop=True)


def changed(table: pd.DataFrame, **cells: object) -> pd.DataFrame:
    new = table.copy()
    for name, value in cells.items():
        new.loc[0, name] = value
    return new


def of_count(old: pd.DataFrame, new: pd.DataFrame) -> pd.Series:
    rows = cell_changes(old, new)
    return rows[(rows["field"] == "count") & (rows["change"] != "same")].iloc[0]


def test_the_world_has_plain_numbers(table: pd.DataFrame) -> None:
    assert table["count"].tolist() == [2, 1]
    assert set(cell_changes(table, table)["new_state"]) == {"number"}


def test_what_is_the_same_has_one_row_for_each_row(table: pd.DataFrame) -> None:
    frame = cell_changes(table, table.iloc[::-1])
    assert frame["change"].tolist() == ["same", "same"]
    assert set(frame["pcode"]) == set(table["pcode"])


def test_from_what_to_what_and_by_how_much(table: pd.DataFrame) -> None:
    cell = of_count(table, changed(table, count=5.0))
    assert cell[["change", "old", "new", "difference"]].tolist() == ["value", "2", "5", 3.0]
    assert cell["pcode"] == table.loc[0, "pcode"]


STATES: dict[str, dict[str, object]] = {
    "number": {"count": 2.0, "count_high": 2.0, "note": None},
    "at_least": {"count": 2.0, "count_high": None, "note": None},
    "rounded": {"count": 5.0, "count_high": 9.0, "note": "rounded to a multiple of 5"},
    "withheld": {"count": None, "count_high": 4.0, "note": "withheld: fewer than 5"},
    "named": {"count": None, "count_high": None, "note": NAMED},
    "unknown": {
        "count": None,
        "count_high": None,
        "note": "population approximate; at least: not fully stated for 1 of 1",
    },
    "no_data": {"count": None, "count_high": None, "note": None},
}


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("after", STATES)
def test_what_is_known_is_never_confused(table: pd.DataFrame, before: str, after: str) -> None:
    old, new = changed(table, **STATES[before]), changed(table, **STATES[after])
    rows = cell_changes(old, new)
    cells = rows[(rows["pcode"] == table.loc[0, "pcode"]) & (rows["field"] == "count")]
    if before == after:
        assert cells["change"].tolist() == ["same"]
        return
    cell = cells.iloc[0]
    assert cell[["change", "old_state", "new_state"]].tolist() == ["state", before, after]
    assert pd.isna(cell["difference"])


def test_no_data_is_no_zero(table: pd.DataFrame) -> None:
    cell = of_count(changed(table, **STATES["no_data"]), changed(table, count=0.0))
    assert [cell["old_state"], cell["new_state"], cell["new"]] == ["no_data", "number", "0"]
    assert pd.isna(cell["old"])


def test_a_remark_that_is_empty_is_none_and_not_without_data(table: pd.DataFrame) -> None:
    rows = cell_changes(changed(table, note="x"), changed(table, note=None))
    cell = rows[rows["change"] != "same"].iloc[0]
    assert cell[["field", "old_state", "new_state"]].tolist() == ["note", "text", "empty"]


def test_of_rounded_numbers_there_is_no_difference(table: pd.DataFrame) -> None:
    old = changed(table, **STATES["rounded"])
    new = changed(old, count=10.0, count_low=6.0, per_1000_sqkm=3.0)
    rows = cell_changes(old, new)
    rows = rows[rows["pcode"] == table.loc[0, "pcode"]]
    assert set(rows["field"]) == {"count", "count_low", "per_1000_sqkm"}
    assert rows["difference"].isna().all()


def test_a_row_of_one_table_alone(table: pd.DataFrame) -> None:
    frame = cell_changes(table, table.iloc[[1]])
    gone = frame[frame["change"] == "gone"].iloc[0]
    assert [gone["old_state"], gone["new_state"], gone["old"]] == ["number", "absent", "2"]
    assert cell_changes(table.iloc[[1]], table)["change"].tolist().count("new") == 1


def test_rows_with_one_key_are_compared_in_their_order(table: pd.DataFrame) -> None:
    twice = pd.concat([table, table])
    assert cell_changes(twice, twice)["change"].tolist() == ["same"] * 4
    assert cell_changes(table, twice)["change"].tolist().count("new") == 2


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet"])
def test_a_table_that_was_written_and_read_is_the_same(
    table: pd.DataFrame, tmp_path: object, suffix: str
) -> None:
    file = maligeo.write_table(table, f"{tmp_path}/table{suffix}", audience="internal")
    assert set(cell_changes(table, read_counts(file))["change"]) == {"same"}


def test_tables_of_two_divisions_are_not_compared(table: pd.DataFrame) -> None:
    with pytest.raises(VintageError, match="crosswalk"):
        cell_changes(table, table.assign(vintage="2023"))


def test_a_table_of_another_kind_is_refused(table: pd.DataFrame) -> None:
    with pytest.raises(FrameError, match="new table"):
        cell_changes(table, table.drop(columns="basis"))
