"""The gate: what was not released, or was changed since, does not pass."""

from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from maligeo.core.audiences import (
    RELEASE,
    audience_of,
    inherit_audience,
    is_synthetic,
    mark_audience,
    release_id,
)
from maligeo.core.columns import Audience
from maligeo.core.errors import ArgumentError, ReleaseError
from maligeo.disclosure import release, require_released
from maligeo.join.points import locate
from maligeo.join.shares import allocate
from maligeo.measure.populations import population
from maligeo.readers.boundaries import load_boundaries
from maligeo.readers.figures import load_figures
from maligeo.readers.projects import load_projects
from maligeo.workflows.study import study
from tests.disclosure import frames
from tests.disclosure.frames import DAY, GAO, even, placed

WORLD = [*even((2021,), 10, killed=1, injured=2), *even((2021,), 3, lon=GAO)]


def released(audience: Audience = "public", day: str = DAY) -> Any:
    records = placed(*WORLD, covers="2021")
    return release(records, frames.regions(), audience=audience, as_of=day)


def test_everything_may_be_internal() -> None:
    require_released(frames.located(5), "internal", what="incidents")


@pytest.mark.parametrize("audience", ["public", "partner"])
def test_what_was_not_released_does_not_pass(audience: Audience) -> None:
    for frame in (frames.located(60), frames.areas(9)):
        with pytest.raises(ReleaseError, match="were not released for the audience"):
            require_released(frame, audience, what="records")
        done = release(frame, frames.regions(), audience=audience, as_of=DAY)
        require_released(done, audience, what="records")


def test_what_is_for_partners_is_not_for_the_public() -> None:
    partner = released("partner")
    with pytest.raises(ReleaseError, match="public"):
        require_released(partner, "public", what="incidents")
    with pytest.raises(ReleaseError, match="hold what does not pass"):
        require_released(mark_audience(partner.copy(), "public"), "public", what="incidents")
    require_released(partner, "internal", what="incidents")
    require_released(released(), "partner", what="incidents")


def test_records_that_were_changed_after_their_release_do_not_pass() -> None:
    partner = released("partner")
    exact = partner.copy()
    exact.geometry = [shapely.Point(0.123, 0.456)] * len(partner)
    changes = {
        "column 'phone'": partner.assign(phone=1),
        "places finer": exact,
        "dates in 'date' finer": partner.assign(date=pd.Timestamp("2020-05-17")),
        "words of no list in 'event_type'": partner.assign(event_type=frames.SECRET),
    }
    for message, changed in changes.items():
        assert changed.attrs["audience"] == "partner"  # the mark alone is not enough
        with pytest.raises(ReleaseError, match=message):
            require_released(changed, "partner", what="incidents")


def test_tables_that_were_changed_after_their_release_do_not_pass() -> None:
    table = released()
    require_released(table, "public", what="the table")
    own = (table["measure"] == "incidents") & (table["name"] == "Mopti")
    small = table.assign(count=table["count"].mask(own, 3))
    exact = table.assign(count=table["count"].mask(own, 41))
    filled = table.assign(per_100k=1.5)
    day = {"period_start": pd.Timestamp("2021-08-17"), "period_end": pd.Timestamp("2021-08-17")}
    interval = table.assign(ci_low=1.0)
    changes = {
        "column 'phone'": table.assign(phone=1),
        "counts that are not rounded": small,
        "that are not rounded": exact,
        "values of withheld counts in 'per_100k'": filled,
        "periods of 'incidents' finer than the quarter": table.assign(**day),
        "measure 'informants'": table.assign(measure="informants"),
        "units of 'incidents' that are in no lattice": table.assign(pcode="ML99"),
        "remarks in 'note'": table.assign(note=frames.SECRET),
        "that number records": table.assign(note="at least: not fully stated for 1 of 2"),
        "column 'source' of counts": table.assign(source=frames.SECRET),
        "column 'records' of counts": table.assign(records=7),
        "column 'ci_low' of counts": interval,
    }
    for message, changed in changes.items():
        assert changed.attrs["audience"] == "public"
        with pytest.raises(ReleaseError, match=message):
            require_released(changed, "public", what="the table")


def test_a_publisher_in_a_column_publishes_nothing() -> None:
    """Counts of one's own do not become published figures by a name in a column."""
    table = released().assign(publisher="UNMAS", count=3)
    with pytest.raises(ReleaseError, match="hold what does not pass"):
        require_released(table, "public", what="the table")


def test_what_its_sources_published_passes() -> None:
    units = load_boundaries()
    projects = locate(load_projects(), units)
    bundled = study(units=units)
    for frame in (
        load_figures("incidents"), projects, allocate(projects, units), population(units),
        bundled.table, bundled.presence, bundled.answer().frame, units,
    ):  # fmt: skip
        require_released(frame, "public", what="bundled data")


def test_a_column_beside_what_was_published_does_not_pass() -> None:
    units = load_boundaries()
    bundled = study(units=units)
    for frame in (
        load_projects(), bundled.table, bundled.answer().frame, units, population(units),
    ):  # fmt: skip
        with pytest.raises(ReleaseError, match=r"column 'phone'|were not released"):
            require_released(frame.assign(phone=1), "public", what="a frame")


def test_gaps_of_what_was_not_released_stay() -> None:
    gaps = study(units=load_boundaries()).answer().frame
    gaps.attrs = {}
    with pytest.raises(ReleaseError, match="cannot be released afterwards"):
        release(gaps)


def test_there_is_no_other_audience() -> None:
    with pytest.raises(ArgumentError, match="press"):
        require_released(frames.located(5), "press", what="incidents")  # type: ignore[arg-type]


class TestReleaseIds:
    """Frames bear the id of their release, and what is made of two releases is internal."""

    def test_frames_of_one_release_have_one_id(self) -> None:
        ids = {release_id(frame) for frame in (released(), released(), released("public"))}
        assert len(ids) == 1 and "" not in ids
        assert release_id(frames.located(3)) == ""

    def test_another_day_audience_or_store_is_another_release(self, tmp_path: Any) -> None:
        records, units = placed(*WORLD, covers="2021"), frames.regions()
        other = release(records, units, as_of=DAY, store=tmp_path / "other")
        ids = {
            release_id(frame)
            for frame in (released(), released("partner"), released(day="2026-02-01"), other)
        }
        assert len(ids) == 4

    def test_a_result_inherits_the_release(self) -> None:
        one = released()
        made = inherit_audience(pd.DataFrame(), one, one.head(3))
        assert (audience_of(made), release_id(made)) == ("public", release_id(one))

    def test_two_releases_lose_the_mark(self) -> None:
        made = inherit_audience(pd.DataFrame(), released(), released(day="2026-02-01"))
        assert audience_of(made) == "internal"
        assert RELEASE not in made.attrs

    def test_published_frames_beside_a_release_keep_it(self) -> None:
        one = released()
        made = inherit_audience(pd.DataFrame(), one, load_figures("incidents"))
        assert (audience_of(made), release_id(made)) == ("public", release_id(one))

    def test_an_internal_frame_makes_the_result_internal(self) -> None:
        made = inherit_audience(pd.DataFrame(), released(), frames.located(3))
        assert audience_of(made) == "internal"

    def test_what_is_released_is_not_released_again(self) -> None:
        partner: gpd.GeoDataFrame = released("partner")
        with pytest.raises(ReleaseError, match="released already"):
            release(partner, frames.regions(), as_of=DAY)

    def test_what_is_made_up_says_so_in_all_that_is_made_of_it(self) -> None:
        records = placed(*WORLD, covers="2021").assign(source="synthetic")
        table = release(records, frames.regions(), as_of=DAY)
        assert is_synthetic(table)
        assert is_synthetic(inherit_audience(pd.DataFrame(), table))
        assert not is_synthetic(released())
