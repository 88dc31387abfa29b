"""Records for an audience: nothing exact, nothing alone, nothing that was not allowed."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from maligeo.core.audiences import is_synthetic
from maligeo.core.columns import Audience
from maligeo.core.errors import ArgumentError, CrsError, ReleaseError
from maligeo.disclosure import release
from maligeo.measure.densities import concat_tables, density
from tests import worlds
from tests.disclosure import frames

LATER = "2026-01-01"

POLICY = """
[public]
smallest_cell = {k}
[public.incidents]
columns = {columns}
steps = {steps}
grid_degrees = {degrees}
finest_level = {level}
delay_days = {delay}
dates = ["date"]
[public.measures]
shown = []
"""


def everything(frame: pd.DataFrame) -> str:
    """All that a frame says, also in its index, attributes and categories."""
    parts = [frame.to_csv(), str(frame.attrs), str(frame.index)]
    parts += [
        str(getattr(frame[name], "cat", None) and frame[name].cat.categories) for name in frame
    ]
    return "\n".join(parts)


def classes(frame: pd.DataFrame) -> pd.Series:
    plain = pd.DataFrame(frame).assign(geometry=frame.geometry.to_wkb(hex=True))
    return plain.groupby(list(plain.columns), dropna=False).size()


def test_each_record_is_told_as_finely_as_enough_others_share() -> None:
    public = release(frames.located(2000), as_of=LATER)
    assert (classes(public) >= 5).all()
    assert set(public["date_precision"]) == {"quarter", "year"}
    assert {"adm1", "adm2"} <= set(public["location_precision"])
    assert public.attrs["audience"] == "public"


@pytest.mark.parametrize("audience", ["public", "partner"])
def test_no_secret_and_no_exact_value_is_left(audience: Audience) -> None:
    held = frames.located(2000)
    released = release(held, audience=audience, as_of=LATER)
    told = everything(released.drop(columns="event_id", errors="ignore"))
    assert frames.SECRET not in told
    before, after = (
        shapely.get_coordinates(held.geometry),
        shapely.get_coordinates(released.geometry),
    )
    assert not set(before.ravel()) & set(after.ravel())
    assert (released["date"].dt.day == 1).all()


def test_the_middle_of_a_cell_is_within_half_a_cell() -> None:
    held = frames.located(500).assign(location_precision="exact")
    partner = release(held, audience="partner", as_of=LATER).set_index("event_id")
    exact = held.set_index("event_id").geometry[partner.index]
    apart = np.abs(shapely.get_coordinates(exact) - shapely.get_coordinates(partner.geometry))
    assert apart.max() <= 0.05 + 1e-9
    assert set(partner["location_precision"]) == {"adm3"}


def test_a_record_that_stands_alone_is_withheld_and_not_counted_exactly() -> None:
    lonely = pd.concat([frames.located(100).iloc[:1]] + [frames.located(100).iloc[1:40]] * 1)
    one = lonely.iloc[:1]
    public = release(one, as_of=LATER)
    assert len(public) == 0
    assert public.attrs["release"]["rows_withheld"] is None


def test_five_alike_pass_and_four_do_not() -> None:
    held = frames.located(1).assign(
        location_precision="exact", date=pd.Timestamp("2021-02-03"), date_precision="day"
    )
    held.geometry = shapely.points([0.3], [0.3])
    for count, passing in ((4, 0), (5, 5)):
        public = release(pd.concat([held] * count), as_of=LATER)
        assert len(public) == passing
    assert public.geometry.to_wkt().unique().tolist() == ["POINT (0.25 0.25)"]
    assert public["date"].dt.strftime("%Y-%m-%d").unique().tolist() == ["2021-01-01"]
    assert public["date_precision"].unique().tolist() == ["quarter"]


def test_recent_records_wait_until_their_quarter_is_over_for_long_enough() -> None:
    held = pd.concat([frames.located(1)] * 6).assign(
        date=pd.Timestamp("2021-02-03"), date_precision="day", location_precision="exact"
    )
    assert len(release(held, as_of="2021-06-28")) == 0
    assert len(release(held, as_of="2021-06-29")) == 6  # 90 days after the end of March
    coarse = held.assign(date_precision="year")
    assert len(release(coarse, as_of="2021-12-31")) == 0
    assert len(release(coarse, as_of="2022-03-31")) == 6


def test_order_and_index_say_nothing() -> None:
    held = frames.located(800)
    shuffled = held.sample(frac=1, random_state=3)
    first, second = (release(frame, as_of=LATER) for frame in (held, shuffled))
    assert everything(first) == everything(second)
    assert first.index.equals(pd.RangeIndex(len(first)))


def test_what_is_released_stays_as_it_is_when_released_again() -> None:
    once = release(frames.located(2000), as_of=LATER)
    again = release(once, as_of=LATER)
    assert once.to_csv() == again.to_csv()


def test_hazards_have_no_shape_and_released_land_is_a_square_of_the_grid() -> None:
    public = release(frames.areas(400), as_of=LATER)
    hazard = public["status"].isin(["suspected", "confirmed"])
    assert hazard.any() and public.loc[hazard, "geometry"].isna().all()
    drawn = public.geometry.dropna()
    assert len(drawn) and set(shapely.area(drawn.array)) == {0.25}
    assert frames.SECRET not in everything(public)
    assert list(public["area_id"]) == [str(at + 1) for at in range(len(public))]
    assert set(public["end_date"].dt.strftime("%m-%d")) == {"01-01"}


def test_land_of_unknown_status_may_be_a_hazard() -> None:
    held = frames.areas(400).assign(status=None)
    assert release(held, as_of=LATER).geometry.isna().all()


def test_partners_get_the_shape_of_hazards() -> None:
    held = frames.areas(20)
    partner = release(held, audience="partner", as_of=LATER)
    assert set(partner.geometry.to_wkt()) == set(held.geometry.to_wkt())


def test_projects_lose_titles_implementers_and_exact_places() -> None:
    held = worlds.projects(
        {"project_id": "p1", "title": frames.SECRET, "implementer": frames.SECRET,
         "note": frames.SECRET, "place": frames.SECRET}
    )  # fmt: skip
    public = release(held, as_of=LATER)
    assert frames.SECRET not in everything(public)
    assert list(public["project_id"]) == ["p1"]


def test_internal_is_left_alone() -> None:
    held = frames.located(10)
    assert release(held, audience="internal") is held


def test_a_frame_of_no_known_kind_stays_in_the_house() -> None:
    with pytest.raises(ReleaseError, match="no kind of frame that the policy knows"):
        release(pd.DataFrame({"phone": [1]}))


def test_other_coordinates_are_refused() -> None:
    with pytest.raises(CrsError, match="EPSG:4326"):
        release(frames.incidents(20).to_crs(3857), as_of=LATER)


def test_a_day_that_is_none_is_refused() -> None:
    with pytest.raises(ArgumentError, match="is no day"):
        release(frames.located(5), as_of="yesterweek")


def test_a_name_without_a_code_is_what_somebody_reported_and_goes() -> None:
    held = frames.located(400).assign(adm2_name=frames.SECRET)
    assert frames.SECRET not in everything(release(held, as_of=LATER))


def test_density_of_released_incidents_is_for_the_same_audience() -> None:
    units = worlds.square_units()
    public = release(frames.located(2000), as_of=LATER)
    table = density(public, units, measure="incidents", period="year")
    assert table.attrs["audience"] == "public"
    assert table["count"].sum() == len(public)


def test_what_is_made_up_says_so_after_its_release_and_in_what_is_made_of_it() -> None:
    units = worlds.square_units()
    public = release(frames.located(2000).assign(source="synthetic"), as_of=LATER)
    table = density(public, units, measure="incidents", period="year")
    for frame in (public, table, concat_tables(table), release(table, as_of=LATER)):
        assert is_synthetic(frame)
    assert not is_synthetic(release(frames.located(2000), as_of=LATER))


@given(
    rows=st.integers(0, 300),
    seed=st.integers(0, 2**16),
    k=st.integers(1, 12),
    degrees=st.sampled_from([0.05, 0.1, 0.25, 0.3, 0.5, 1.0, 2.0]),
    level=st.integers(1, 3),
    delay=st.integers(0, 400),
    columns=st.lists(
        st.sampled_from(
            ["date", "date_precision", "event_type", "location_precision", "adm1_pcode",
             "adm1_name", "vintage", "place_kind", "locate_method", "geometry", "killed"]
        ),
        min_size=1, unique=True,
    ),
    steps=st.lists(
        st.builds(
            "{} {}".format,
            st.sampled_from(["grid", "unit", "country"]),
            st.sampled_from(["month", "quarter", "year"]),
        ),
        min_size=1, max_size=4, unique=True,
    ),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_whatever_the_policy_nothing_exact_and_nothing_alone(
    tmp_path_factory: pytest.TempPathFactory,
    rows: int,
    seed: int,
    k: int,
    degrees: float,
    level: int,
    delay: int,
    columns: list[str],
    steps: list[str],
) -> None:
    path = tmp_path_factory.getbasetemp() / "policy.toml"
    texts = {"columns": [*columns, "date"], "steps": steps}
    path.write_text(
        POLICY.format(
            k=k, degrees=degrees, level=level, delay=delay,
            **{name: str(value).replace("'", '"') for name, value in texts.items()},
        ),
        encoding="utf-8",
    )  # fmt: skip
    held = frames.located(rows, seed=seed)
    public = release(held, policy=path, as_of="2023-06-01")
    assert set(public.columns) <= {*columns, "date", "geometry"}
    if len(public) == 0:
        return
    plain = pd.DataFrame(public)
    if "geometry" in public.columns:
        exact = set(shapely.get_coordinates(held.geometry).ravel())
        assert not exact & set(shapely.get_coordinates(public.geometry).ravel())
        plain = plain.assign(geometry=public.geometry.to_wkb(hex=True))
    assert plain.groupby(list(plain.columns), dropna=False).size().min() >= k
    assert (public["date"].dt.day == 1).all()
    assert len(public) <= rows
