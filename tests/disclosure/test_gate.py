"""The door: what was not released, or was changed since, does not pass."""

import pandas as pd
import pytest
import shapely

from maligeo.core.audiences import mark_audience
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

LATER = "2026-01-01"


def test_everything_may_be_internal() -> None:
    require_released(frames.located(5), "internal", what="incidents")


@pytest.mark.parametrize("audience", ["public", "partner"])
def test_what_was_not_released_does_not_pass(audience: Audience) -> None:
    for frame in (frames.located(9), frames.areas(9)):
        with pytest.raises(ReleaseError, match="were not released for the audience"):
            require_released(frame, audience, what="records")
        require_released(release(frame, audience=audience, as_of=LATER), audience, what="records")


def test_what_is_for_partners_is_not_for_the_public() -> None:
    partner = release(frames.located(50), audience="partner", as_of=LATER)
    with pytest.raises(ReleaseError, match="public"):
        require_released(partner, "public", what="incidents")
    public = release(frames.located(50), as_of=LATER)
    with pytest.raises(ReleaseError, match="hold what does not pass"):
        require_released(mark_audience(partner, "public"), "public", what="incidents")
    require_released(public, "internal", what="incidents")


def test_what_was_changed_after_its_release_does_not_pass() -> None:
    public = release(frames.located(2000), as_of=LATER)
    exact = public.copy()
    exact.geometry = [shapely.Point(0.123, 0.456)] * len(public)
    changes = {
        "column 'phone'": public.assign(phone=1),
        "places finer": exact,
        "dates in 'date' finer": public.assign(date=pd.Timestamp("2020-05-17")),
        "share": public.iloc[:1],
    }
    for message, changed in changes.items():
        assert changed.attrs["audience"] == "public"  # the mark alone is not enough
        with pytest.raises(ReleaseError, match=message):
            require_released(changed, "public", what="incidents")


def test_shapes_of_hazards_do_not_pass() -> None:
    public = release(frames.areas(400), as_of=LATER)
    changed = public.assign(status="confirmed")
    with pytest.raises(ReleaseError, match="shapes of suspected and confirmed land"):
        require_released(changed, "public", what="areas")


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
