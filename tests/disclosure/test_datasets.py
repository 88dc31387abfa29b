"""Datasets: which files belong together, what is final, and what a new edition takes in."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

from maligeo.core.errors import ReleaseError
from maligeo.disclosure import Store, release
from tests.disclosure import frames
from tests.disclosure.frames import BANDIAGARA, GAO, MOPTI, even, placed

KEYS = ["name", "place_kind", "measure", "period_start", "period_end"]
TWO = even((2021,), 12) + even((2021,), 30, lon=GAO)


def table(records: pd.DataFrame, day: str = "2022-06-01", units: Any = None) -> pd.DataFrame:
    return release(records, frames.regions() if units is None else units, as_of=day)


def cells(told: pd.DataFrame, *, quarters: Sequence[int] = ()) -> dict[tuple[Any, ...], Any]:
    """Give what is said of each incident cell; of some quarters alone where these are named."""
    rows = told[told["measure"] == "incidents"]
    if quarters:
        days = rows["period_end"] - rows["period_start"]
        rows = rows[(days < pd.Timedelta(days=100)) & rows["period_end"].dt.quarter.isin(quarters)]
    values = rows[[*KEYS, "count", "count_low", "count_high", "note"]].astype("string").fillna("–")
    return {tuple(row[:5]): tuple(row[5:]) for row in values.itertuples(index=False)}


def kept(store: Path) -> list[dict[str, Any]]:
    found = sorted(store.glob("dataset-*.json"))
    return [json.loads(path.read_text(encoding="utf-8")) for path in found]


def count(told: pd.DataFrame, name: str, start: str, end: str) -> Any:
    (row,) = told[
        (told["name"] == name)
        & (told["measure"] == "incidents")
        & (told["period_start"] == start)
        & (told["period_end"] == end)
    ].to_dict("records")
    return row["count"]


def test_asking_twice_gives_the_same() -> None:
    records = placed(*TWO)
    pd.testing.assert_frame_equal(table(records), table(records))


def test_what_a_file_came_through_does_not_matter(own_store: Path) -> None:
    """An excerpt of a file that was released gives the cells of the whole."""
    whole = placed(*TWO)
    first = cells(table(whole))
    excerpt = whole[whole["adm1_name"] == "Mopti"]
    assert cells(table(excerpt)) == first
    assert cells(table(whole.sample(frac=0.4, random_state=1))) == first
    assert len(kept(own_store)) == 1


def test_the_whole_after_an_excerpt_leaves_what_was_released(own_store: Path) -> None:
    whole = placed(*TWO)
    first = cells(table(whole[whole["adm1_name"] == "Mopti"]))
    assert cells(table(whole)) == first
    assert len(kept(own_store)) == 1


def test_the_file_of_the_next_months_is_joined(own_store: Path) -> None:
    whole = placed(*TWO)
    half = whole[whole["date"] < "2021-07-01"]
    first = cells(table(half, "2021-10-01"))
    assert {key[3] for key in first} == {"2021-01-01", "2021-04-01"}
    rest = whole[whole["date"] >= "2021-05-01"]  # shares the second quarter
    both = table(rest)
    assert cells(both, quarters=(1, 2)) == first
    assert count(both, "Gao", "2021-07-01", "2021-09-30") == 30
    assert count(both, "Gao", "2021-01-01", "2021-12-31") == 120
    assert len(kept(own_store)) == 1


def test_a_quarter_is_final_within_an_edition() -> None:
    first = cells(table(placed(*TWO)))
    late = placed(*TWO, (MOPTI + 0.2, "2021-02-20", 60))
    assert cells(table(late, "2022-11-01")) == first


def test_a_new_year_takes_late_records_in(own_store: Path) -> None:
    first = table(placed(*TWO))
    late = placed(*TWO, (MOPTI + 0.2, "2021-02-20", 60))
    second = table(late, "2023-01-02")
    assert count(second, "Mopti", "2021-01-01", "2021-03-31") in (70, 75)
    assert count(second, "Gao", "2021-01-01", "2021-12-31") == count(
        first, "Gao", "2021-01-01", "2021-12-31"
    )
    editions = kept(own_store)[0]["editions"]
    assert [edition["since"][:4] for edition in editions] == ["2022", "2023"]
    assert cells(table(late, "2023-09-01")) == cells(second)
    assert cells(table(late, "2022-09-01")) == cells(first)  # as of then


def test_a_day_of_release_keeps_its_edition(own_store: Path) -> None:
    """What was shown on a day is shown for that day again, whatever came since."""
    first = cells(table(placed(*TWO)))
    late = placed(*TWO, (MOPTI + 0.2, "2021-02-20", 60))
    assert cells(table(placed(*TWO), "2023-02-01")) == first  # nothing new on that day
    assert cells(table(late, "2023-02-01")) == first
    assert len(kept(own_store)[0]["editions"]) == 1
    corrected = cells(table(late, "2023-02-02"))
    assert corrected != first
    assert cells(table(late, "2023-02-01")) == first
    assert cells(table(late, "2023-12-01")) == corrected


def test_an_edition_before_the_newest_does_not_grow() -> None:
    """Cells that came to an old edition later would be proved by nobody."""
    first = cells(table(placed(*TWO)))
    more = placed(*TWO, (MOPTI + 0.2, "2021-02-20", 60), *even((2020,), 20))
    assert len(cells(table(more, "2023-01-02"))) > len(first)
    assert cells(table(more, "2022-06-01")) == first


def test_what_was_released_is_never_without_a_file(
    own_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two datasets are joined, and the process ends before or after the result is written."""
    whole = placed(*TWO)
    early, later = whole[whole["date"] < "2021-07-01"], whole[whole["date"] >= "2021-07-01"]
    before = cells(table(early)) | cells(table(later), quarters=(3, 4))
    for step in ("save", "remove"):
        with monkeypatch.context() as patch:
            patch.setattr(Store, step, _fails)
            with pytest.raises(KeyboardInterrupt):
                table(whole)
        assert len(kept(own_store)) == 2
    assert cells(table(whole), quarters=(1, 2, 3, 4)) == before
    assert len(kept(own_store)) == 1


def _fails(*_: object) -> None:
    raise KeyboardInterrupt


def test_where_nothing_is_old_enough_nothing_is_kept(own_store: Path) -> None:
    with pytest.raises(ReleaseError, match="nothing is old enough"):
        table(placed(*TWO), "2021-02-01")
    assert kept(own_store) == []


def test_a_new_year_without_anything_new_begins_no_edition(own_store: Path) -> None:
    records = placed(*TWO)
    assert cells(table(records)) == cells(table(records, "2023-01-02"))
    assert len(kept(own_store)[0]["editions"]) == 1


def test_an_excerpt_in_a_new_year_takes_nothing_away(own_store: Path) -> None:
    whole = placed(*TWO)
    first = cells(table(whole))
    excerpt = whole[whole["adm1_name"] == "Mopti"]
    assert cells(table(excerpt, "2023-01-02")) == first
    assert len(kept(own_store)[0]["editions"]) == 1


def test_corrected_records_are_taken_in_with_a_new_year() -> None:
    """Two events that turn out to have been in Gao; the cells before stay as they are."""
    groups = [*even((2021,), 12), *even((2021,), 30, lon=GAO)]
    first = cells(table(placed(*groups)))
    moved = placed(*[(MOPTI, "2021-02-15", 11, {}), *groups[1:]], (GAO + 0.2, "2021-02-15", 1))
    table(moved, "2023-01-02")
    assert cells(table(placed(*groups), "2022-07-01")) == first


def test_two_files_apart_are_two_datasets_until_a_third_joins_them(own_store: Path) -> None:
    whole = placed(*TWO)
    early, later = whole[whole["date"] < "2021-07-01"], whole[whole["date"] >= "2021-07-01"]
    before = cells(table(early)) | cells(table(later), quarters=(3, 4))
    assert len(kept(own_store)) == 2
    both = table(whole)
    assert len(kept(own_store)) == 1
    assert cells(both, quarters=(1, 2, 3, 4)) == before


def test_two_that_were_counted_for_the_same_quarter_stay_apart() -> None:
    whole = placed(*TWO)
    for name in ("Mopti", "Gao"):
        table(whole[whole["adm1_name"] == name])
    with pytest.raises(ReleaseError, match="cannot be brought together"):
        table(whole)


def test_other_records_are_another_dataset(own_store: Path) -> None:
    table(placed(*TWO))
    table(placed(*even((2021,), 12, lon=BANDIAGARA)))
    assert len(kept(own_store)) == 2


def test_other_units_are_refused() -> None:
    table(placed(*TWO))
    other = frames.regions("2016")
    with pytest.raises(ReleaseError, match="two divisions can be held against"):
        table(placed(*TWO, units=other), units=other)
    moved = frames.regions()
    moved.geometry = moved.geometry.scale(1.0, 0.99, origin=(0, 0))
    with pytest.raises(ReleaseError, match="Use the same units"):
        table(placed(*TWO, units=moved), units=moved)


def test_cercles_after_regions_are_refused_and_regions_after_cercles_are_theirs() -> None:
    cercles = frames.cercles()
    fine = table(placed(*TWO, units=cercles), units=cercles)
    assert set(fine.loc[fine["place_kind"] == "unit", "name"]) == set(cercles["name"])
    coarse = table(placed(*TWO))
    assert count(coarse, "Gao", "2021-01-01", "2021-12-31") == 120
    others = placed(*even((2021,), 12, lon=BANDIAGARA))
    table(others)
    with pytest.raises(ReleaseError, match="by units of level 1 of 2015 before"):
        table(placed(*even((2021,), 12, lon=BANDIAGARA), units=cercles), units=cercles)


def test_cercles_can_follow_regions_with_the_next_edition(own_store: Path) -> None:
    cercles = frames.cercles()
    coarse = cells(table(placed(*TWO), day="2022-06-01"))
    excerpt = placed(*TWO[:2], units=cercles)
    with pytest.raises(ReleaseError, match="next yearly edition, from a file of all records"):
        table(excerpt, day="2023-06-01", units=cercles)
    fine = table(placed(*TWO, units=cercles), day="2023-06-01", units=cercles)
    assert set(fine.loc[fine["place_kind"] == "unit", "name"]) == set(cercles["name"])
    assert len(kept(own_store)[0]["editions"]) == 2
    assert cells(table(placed(*TWO), day="2022-06-01")) == coarse


def test_a_new_quarter_comes_by_the_finest_units_first() -> None:
    cercles = frames.cercles()
    with pytest.raises(ReleaseError, match="no year is released: there is nothing of these units"):
        table(placed(*TWO[:2], *TWO[4:6], units=cercles), "2021-12-01", cercles)
    with pytest.raises(ReleaseError, match="by units of level 2 first"):
        table(placed(*TWO))
    table(placed(*TWO, units=cercles), units=cercles)
    table(placed(*TWO))


def test_covers_are_whole_quarters_and_those_of_the_first_release(own_store: Path) -> None:
    with pytest.raises(ReleaseError, match="2021-01-15/2021-12-31 cuts a quarter"):
        table(placed(*TWO, covers="2021-01-15/2021-12-31"))
    first = cells(table(placed(*TWO, covers="2021")))
    again = cells(table(placed(*TWO, covers="2020/2021")))
    assert {key: again[key] for key in first} == first
    assert "2021-07/2021-09" in kept(own_store)[0]["covers"][""]


def test_a_covered_quarter_without_a_record_is_there() -> None:
    some = placed(*TWO[1:4], *TWO[5:], covers="2021")
    told = cells(table(some))
    assert ("Gao", "unit", "incidents", "2021-01-01", "2021-03-31") in told
    without = placed(*even((2019,), 9)[1:4])
    assert {key[3][:7] for key in cells(table(without))} == {"2019-04", "2019-07", "2019-10"}


def test_what_is_not_old_enough_waits() -> None:
    with pytest.raises(ReleaseError, match="over for 90 days"):
        table(placed(*TWO), "2021-06-28")
    assert {key[4] for key in cells(table(placed(*TWO), "2021-06-29"))} == {"2021-03-31"}


def test_an_earlier_day_gives_what_was_old_enough_then() -> None:
    records = placed(*TWO)
    whole = table(records)
    early = cells(table(records, "2021-06-29"))
    assert early == cells(whole, quarters=(1,))


def test_a_store_is_as_internal_as_the_records_and_names_no_place(own_store: Path) -> None:
    """Events are known by keyed hashes: neither day nor position is in the store."""
    frame: gpd.GeoDataFrame = placed(*TWO)
    table(frame)
    text = "".join(path.read_text(encoding="utf-8") for path in own_store.glob("dataset-*"))
    assert frames.SECRET not in text
    for day in ("2021-02-15", "2021-05-15"):
        assert day not in text
    assert f"{frame.geometry.y.iloc[3]:.3f}" not in text
