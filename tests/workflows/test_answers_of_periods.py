"""A public answer about a period of several cells leaves this machine, and none that tells more."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import maligeo
from maligeo.core.errors import ReleaseError
from maligeo.disclosure.gate import require_released
from maligeo.workflows.study import Study


@pytest.fixture(scope="module")
def incidents() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    count = 400
    days = pd.Timestamp("2021-01-01") + pd.to_timedelta(rng.integers(0, 730, count), unit="D")
    return pd.DataFrame(
        {
            "event_id": [f"E{at}" for at in range(count)],
            "date": days,
            "event_type": "ied",
            "killed": rng.integers(0, 4, count),
            "lat": rng.uniform(12, 15, count).round(4),
            "lon": rng.uniform(-6, -1, count).round(4),
        }
    )


def released(incidents: pd.DataFrame, period: str, store: Path) -> Study:
    study = maligeo.study(incidents=incidents, covers="2021/2022", period=period)
    return study.release(audience="public", as_of="2026-01-01", store=store)


@pytest.mark.parametrize("period", ["2021", "2021/2022", "2021-04/2021-09"])
@pytest.mark.parametrize("need", ["incidents", "killed"])
def test_an_answer_about_a_sum_of_cells_is_given(
    incidents: pd.DataFrame, period: str, need: str, tmp_path: Path
) -> None:
    answer = released(incidents, period, tmp_path / "store").asking(need=need).answer()
    said = ""
    try:
        answer.save(tmp_path / "answer.csv")
    except ReleaseError as error:
        said = str(error)
    assert said == ""


def test_bounds_that_tell_more_than_the_cells_do_not_pass(
    incidents: pd.DataFrame, tmp_path: Path
) -> None:
    frame = released(incidents, "2021/2022", tmp_path / "store").answer().frame
    stated = frame["incidents"].notna() & (frame["place_kind"] == "unit")
    assert stated.any()
    require_released(frame, "public", what="table")
    for end, by in (("incidents_low", 1.0), ("incidents_high", -1.0)):
        told = frame.assign(**{end: frame[end].mask(stated, frame[end] + by)})
        told.attrs = frame.attrs
        with pytest.raises(ReleaseError, match="bounds in 'incidents'"):
            require_released(told, "public", what="table")
