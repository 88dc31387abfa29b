"""Records one by one: partners see them coarser, the public projects alone, without places."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maligeo.core.audiences import is_synthetic
from maligeo.core.columns import Audience
from maligeo.core.errors import ArgumentError, CrsError, ReleaseError
from maligeo.disclosure import policy, release, require_released
from maligeo.disclosure.policy import read_rules
from maligeo.disclosure.releases import Release
from maligeo.join.points import locate
from maligeo.measure.densities import concat_tables, density
from tests import worlds
from tests.disclosure import frames
from tests.disclosure.frames import DAY

OWN = Path(policy.__file__).with_name("policy.toml").read_text(encoding="utf-8")


def everything(frame: pd.DataFrame) -> str:
    """All that a frame says, also in its index, attributes and categories."""
    parts = [frame.to_csv(), str(frame.attrs), str(frame.index)]
    parts += [
        str(getattr(frame[name], "cat", None) and frame[name].cat.categories) for name in frame
    ]
    return "\n".join(parts)


def to_partners(frame: pd.DataFrame) -> Any:
    return release(frame, audience="partner", as_of=DAY)


def located_projects() -> gpd.GeoDataFrame:
    """A project with a secret in each text, at a place of its own."""
    rows = worlds.projects(
        {"project_id": "p1", "title": frames.SECRET, "implementer": frames.SECRET,
         "organisation": frames.SECRET,
         "note": frames.SECRET, "place": frames.SECRET, "location_precision": "exact",
         "start_date": pd.Timestamp("2021-03-17")}
    )  # fmt: skip
    points = gpd.GeoDataFrame(rows, geometry=shapely.points([0.123], [0.456]), crs="EPSG:4326")
    return locate(points, frames.regions())


def test_incidents_do_not_pass_to_the_public_one_by_one() -> None:
    table = release(frames.located(400), frames.regions(), as_of=DAY)
    assert {"measure", "count"} <= set(table.columns)
    assert not {"event_id", "geometry", "date"} & set(table.columns)
    assert frames.SECRET not in everything(table)


def test_no_secret_and_no_exact_value_is_left_for_partners() -> None:
    exact = frames.located(800)
    released = to_partners(exact)
    assert frames.SECRET not in everything(released.drop(columns="event_id"))
    before, after = (shapely.get_coordinates(frame.geometry.array) for frame in (exact, released))
    assert not set(before.ravel()) & set(after.ravel())
    assert (released["date"].dt.day == 1).all()
    assert set(released["date_precision"]) == {"month", "year"}


def test_the_middle_of_a_cell_is_within_half_a_cell() -> None:
    exact = frames.located(500).assign(location_precision="exact")
    partner = to_partners(exact).set_index("event_id")
    places = exact.set_index("event_id").geometry[partner.index]
    apart = np.abs(
        shapely.get_coordinates(places.array) - shapely.get_coordinates(partner.geometry.array)
    )
    assert apart.max() <= 0.05 + 1e-9
    assert set(partner["location_precision"]) == {"adm3"}


def test_order_and_index_say_nothing() -> None:
    exact = frames.located(300)
    shuffled = exact.sample(frac=1, random_state=3)
    first, second = (to_partners(frame) for frame in (exact, shuffled))
    assert everything(first) == everything(second)
    assert first.index.equals(pd.RangeIndex(len(first)))


def test_what_is_released_stays_as_it_is_when_released_again() -> None:
    once = to_partners(frames.located(300))
    assert once.to_csv() == to_partners(once).to_csv()


def test_projects_of_the_public_have_a_region_and_a_year() -> None:
    public = release(located_projects(), as_of=DAY)
    assert frames.SECRET not in everything(public)
    assert "geometry" not in public.columns
    (row,) = public.to_dict("records")
    assert (row["project_id"], row["adm1_name"], row["place"]) == ("p1", "Mopti", "Mopti")
    assert row["start_date"] == pd.Timestamp("2021-01-01")
    assert row["location_precision"] == "adm1"
    require_released(public, "public", what="projects")


def test_projects_that_were_changed_since_do_not_pass() -> None:
    public = release(located_projects(), as_of=DAY)
    changes = {
        "column 'geometry'": public.assign(geometry=shapely.Point(0.123, 0.456)),
        "column 'title'": public.assign(title=frames.SECRET),
        "names of places that are no units": public.assign(place=frames.SECRET),
        "dates in 'start_date' finer": public.assign(start_date=pd.Timestamp("2021-03-17")),
    }
    for message, changed in changes.items():
        with pytest.raises(ReleaseError, match=message):
            require_released(changed, "public", what="projects")


def test_partners_get_projects_by_a_grid() -> None:
    partner = to_partners(located_projects())
    assert partner.geometry.to_wkt().tolist() == ["POINT (0.15 0.45)"]
    assert partner["start_date"].tolist() == [pd.Timestamp("2021-03-17")]
    assert "note" not in partner.columns


def test_internal_is_left_alone() -> None:
    exact = frames.located(10)
    assert release(exact, audience="internal") is exact


def test_a_frame_of_no_known_kind_stays_internal() -> None:
    with pytest.raises(ReleaseError, match="no kind of frame that the policy knows"):
        release(pd.DataFrame({"phone": [1]}))


def test_units_are_needed_for_what_is_counted() -> None:
    with pytest.raises(ArgumentError, match="incidents are released by unit: give the units too"):
        release(frames.located(20), as_of=DAY)


@pytest.mark.parametrize("audience", ["partner", "public"])
def test_other_coordinates_are_refused(audience: Any) -> None:
    metres = frames.located(20).to_crs(3857)
    with pytest.raises(CrsError, match="EPSG:4326"):
        release(metres, frames.regions(), audience=audience, as_of=DAY)


@pytest.mark.parametrize(
    ("day", "message"),
    [("yesterweek", "is no day"), ("NaT", "is no day"), ("2999-01-01", "is still to come")],
)
def test_a_day_that_is_none_or_to_come_is_refused(day: str, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        release(frames.located(5), frames.regions(), as_of=day)


def test_tomorrow_is_to_come_and_today_is_not() -> None:
    today = pd.Timestamp.today().normalize()
    assert Release.asked("public", today).as_of == today.date().isoformat()
    assert Release.asked("public").as_of == today.date().isoformat()
    assert Release.asked("internal").as_of is None
    with_zone = pd.Timestamp("2024-03-01T23:00", tz="UTC")
    assert Release.asked("public", with_zone).as_of == "2024-03-01"
    with pytest.raises(ArgumentError, match="nothing is released ahead of time"):
        Release.asked("public", today + pd.Timedelta(days=1))


def test_a_name_without_a_code_is_what_somebody_reported_and_goes() -> None:
    exact = frames.located(60).assign(adm2_name=frames.SECRET)
    assert frames.SECRET not in everything(to_partners(exact).drop(columns="event_id"))


def test_density_of_released_incidents_is_for_the_same_audience() -> None:
    partner = to_partners(frames.located(300))
    table = density(partner, frames.regions(), measure="incidents", period="year")
    assert table.attrs["audience"] == "partner"
    assert table["count"].sum() == 300


def test_what_is_made_up_says_so_after_its_release_and_in_what_is_made_of_it() -> None:
    partner = to_partners(frames.located(200).assign(source="synthetic"))
    table = density(partner, frames.regions(), measure="incidents", period="year")
    for frame in (partner, table, concat_tables(table)):
        assert is_synthetic(frame)
    assert not is_synthetic(to_partners(frames.located(200)))


@given(
    rows=st.integers(0, 120),
    seed=st.integers(0, 2**16),
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
    place=st.sampled_from(["grid", "unit"]),
    time=st.sampled_from(["month", "quarter", "year"]),
)  # fmt: skip
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_the_policy_of_a_store_nothing_exact_passes(
    tmp_path_factory: pytest.TempPathFactory,
    rows: int,
    seed: int,
    degrees: float,
    level: int,
    delay: int,
    columns: list[str],
    place: str,
    time: str,
) -> None:
    allowed = [*dict.fromkeys([*columns, "date", "event_type"])]
    rules = (
        f"[partner.incidents]\nlattice = []\nmeasures = []\ncolumns = {allowed}\n"
        f'step = "{place} {time}"\ngrid_degrees = {degrees}\nfinest_level = {level}\n'
        f'delay_days = {delay}\ndates = ["date"]\n'
    ).replace("'", '"')
    store = tmp_path_factory.mktemp("own")
    (store / "policy.toml").write_text(f"[partner]\n{rules}", encoding="utf-8")
    exact = frames.located(rows, seed=seed)
    partner = release(exact, audience="partner", as_of="2023-06-01", store=store)
    assert set(partner.columns) <= {*allowed, "geometry"}
    require_released(partner, "partner", what="incidents")
    if len(partner) == 0:
        return
    if "geometry" in partner.columns and place == "unit":
        assert partner["geometry"].isna().all()
    if "geometry" in partner.columns:
        before, after = (
            set(shapely.get_coordinates(np.asarray(frame["geometry"])).ravel())
            for frame in (exact, partner)
        )
        assert not before & after
    assert (partner["date"].dt.day == 1).all()
    assert frames.SECRET not in everything(partner)
    assert len(partner) <= rows


def test_rules_of_a_release_are_read_again_from_the_frame() -> None:
    """The gate knows by which rules a frame was released, also of a policy of one's own."""
    stated = to_partners(frames.located(20)).attrs["release"]["rules"]
    assert read_rules(stated, where="x").records["incidents"].grid_degrees == 0.1


@pytest.mark.parametrize("audience", ["partner", "public"])
def test_names_of_places_are_as_sensitive_as_positions(audience: Audience) -> None:
    """A village is a place of a few hundred metres."""
    exact = frames.located(400).assign(place_name=frames.SECRET)
    units = () if audience == "partner" else (frames.regions(),)
    released = release(exact, *units, audience=audience, as_of=DAY)
    assert "place_name" not in released.columns
    shown = released.drop(columns="event_id", errors="ignore")
    assert frames.SECRET not in everything(shown)
    with pytest.raises(ReleaseError, match="place_name"):
        require_released(released.assign(place_name=frames.SECRET), audience, what="incidents")


def test_records_in_several_units_are_released_in_none() -> None:
    named = frames.located(400)
    named = named.set_geometry(gpd.GeoSeries([None] * len(named), index=named.index, crs=4326))
    named = locate(named.assign(adm1_reported="Mopti - Gao"), frames.regions())
    assert set(named["place_kind"]) == {"joint"}
    partner = to_partners(named)
    assert partner["adm1_name"].isna().all()
    assert set(partner["place_kind"]) == {"joint"}
    table = release(named, frames.regions(), as_of=DAY)
    kinds = table[table["measure"] == "incidents"].groupby("place_kind")["count"].sum()
    assert kinds["unattributed"] > 0
    assert "joint" not in kinds.index
