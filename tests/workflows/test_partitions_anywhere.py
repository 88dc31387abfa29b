"""Rows with faults, cut into partitions anywhere, come to the tables or faults of all rows."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import maligeo
from maligeo.core.errors import FrameError
from maligeo.workflows import large_files
from tests import worlds

dd = pytest.importorskip("dask.dataframe")
dask = pytest.importorskip("dask")
pytest.importorskip("dask_geopandas")

LOCATOR = maligeo.Locator(worlds.square_units())
ROWS = st.tuples(
    st.sampled_from([*(f"E{at}" for at in range(12))]),
    st.sampled_from([*["2021-05-01", "2021-05", "2022", None] * 3, "2021-02-31"]),
    st.sampled_from([*["0", "3", None] * 4, "-1"]),
    st.sampled_from([*[("0.5", "0.5"), ("0.5", "1.5"), ("9", "9"), (None, None)] * 3, ("95", "1")]),
)


def outcome(given: object) -> pd.DataFrame | set[tuple[str, str, str, str]]:
    """Give the incidents by year, or each fault with the number of its row."""
    try:
        if isinstance(given, pd.DataFrame):
            counted: pd.DataFrame = LOCATOR.locate(maligeo.as_incidents(given))
        else:
            counted = large_files.count_lazily(given, LOCATOR).counted
    except FrameError as error:
        return {
            (row_number(one.row), str(one.column), str(one.value), one.reason)
            for one in error.faults
        }
    return maligeo.density(counted, LOCATOR.units, measure="incidents", period="2021")


def row_number(row: object) -> str:
    _, partition, label = str(row).rpartition(":")
    return str(int(label) + 1) if partition else label


@given(rows=st.lists(ROWS, min_size=2, max_size=6), cut=st.integers(1, 5))
@settings(max_examples=20, deadline=None)
def test_partitions_cut_anywhere(rows: list[tuple[str, str, str, object]], cut: int) -> None:
    frame = pd.DataFrame(
        [(*row[:3], *row[3]) for row in rows],  # type: ignore[misc]
        columns=["event_id", "date", "killed", "latitude", "longitude"],
        dtype=object,
    ).assign(event_type="ied")
    parts = [part for part in (frame.iloc[:cut], frame.iloc[cut:]) if len(part)]
    with dask.config.set(scheduler="synchronous"):
        lazy = dd.from_delayed([dask.delayed(part) for part in parts], meta=frame.iloc[:0])
        found = outcome(lazy)
    wanted = outcome(frame)
    if isinstance(found, pd.DataFrame) and isinstance(wanted, pd.DataFrame):
        pd.testing.assert_frame_equal(found, wanted)
    else:
        assert isinstance(found, set) and found == wanted
