"""Whatever the data and the policy: nothing exact, nothing that was not allowed, nothing small."""

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

import geopandas as gpd
import mapbox_vector_tile
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maligeo.core.errors import ArgumentError, ReleaseError
from maligeo.disclosure import release, require_released
from maligeo.disclosure.division import units_hash
from maligeo.exports import write_layers
from maligeo.join.points import locate
from maligeo.measure.coverage import with_coverage
from maligeo.measure.densities import density
from maligeo.tile_archives import Tile, open_tiles
from maligeo.tiles import vector_tiles
from tests import worlds
from tests.disclosure import frames

DAY = "2024-06-01"
MEASURES = ("incidents", "victims", "killed", "injured")
PROJECT_COLUMNS = (
    "project_id", "programme", "status", "start_date", "budget_amount", "place",
    "vintage", "adm1_pcode", "adm1_name", "place_kind", "locate_method", "geometry",
)  # fmt: skip
AREA_COLUMNS = ("geometry", "location_precision")

policies = st.fixed_dictionaries(
    {
        "grid_degrees": st.sampled_from([0.05, 0.1, 0.25, 0.3, 0.5, 1.0]),
        "delay_days": st.integers(0, 400),
        "finest_level": st.integers(1, 3),
        "step": st.builds(
            "{} {}".format,
            st.sampled_from(["grid", "unit"]),
            st.sampled_from(["month", "quarter", "year"]),
        ),
    }
)  # fmt: skip
law = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def store_of(folder: Path, kind: str, *head: str, **rules: Any) -> Path:
    """Make a new store whose policy has rules for one kind of records alone."""
    store = folder / "own"
    shutil.rmtree(store, ignore_errors=True)
    store.mkdir()
    lines = ["[public]", f'boundaries = ["{units_hash(worlds.square_units())}"]', *head]
    lines += [f"[public.{kind}]"]
    lines += [f"{name} = {json.dumps(value)}" for name, value in rules.items()]
    (store / "policy.toml").write_text("\n".join(lines), encoding="utf-8")
    (store / "key").write_text(bytes(range(32)).hex(), encoding="ascii")
    return store


def one_by_one(folder: Path, kind: str, **rules: Any) -> Path:
    return store_of(folder, kind, lattice=["adm1 any"], measures=["*"], **rules)


def projects(rows: int, seed: int) -> gpd.GeoDataFrame:
    rng = np.random.default_rng(seed)
    frame = worlds.projects(
        *(
            {
                "project_id": f"p{at // 2}",
                "title": frames.SECRET,
                "implementer": frames.SECRET,
                "status": "active",
                "start_date": pd.Timestamp("2020-02-03") + pd.Timedelta(days=int(days)),
                "budget_amount": 100.0,
                "place": frames.SECRET,
                "location_precision": "exact",
            }
            for at, days in enumerate(rng.integers(0, 900, rows))
        )
    )
    places = shapely.points(rng.uniform(0.01, 2.99, rows), rng.uniform(0.01, 1.99, rows))
    return locate(gpd.GeoDataFrame(frame, geometry=places, crs="EPSG:4326"), worlds.square_units())


def shares_nothing(exact: Any, told: Any) -> bool:
    before, after = (set(shapely.get_coordinates(shapes).ravel()) for shapes in (exact, told))
    return not before & after


def whole(dates: "pd.Series[Any]", time: str) -> "pd.Series[Any]":
    """Give the last day of the period of each day."""
    code = {"month": "M", "quarter": "Q", "year": "Y"}[time]
    return dates.dt.to_period(code).dt.end_time.dt.normalize()


@given(rows=st.integers(1, 120), seed=st.integers(0, 999), policy=policies,
       columns=st.lists(st.sampled_from(AREA_COLUMNS), min_size=1, unique=True))  # fmt: skip
@law
def test_areas(
    rows: int, seed: int, policy: dict[str, Any], columns: list[str], tmp_path: Path
) -> None:
    held = frames.areas(rows, seed=seed)
    allowed = [*dict.fromkeys([*columns, "status", "end_date"])]
    store = one_by_one(tmp_path, "areas", columns=allowed, dates=["end_date"],
                       without_shape=["suspected", "confirmed"], **policy)  # fmt: skip
    told = release(held, store=store, as_of=DAY)
    assert set(told.columns) <= {*allowed, "area_id"}
    assert frames.SECRET not in told.to_csv()
    require_released(told, "public", what="areas")
    if len(told) == 0:
        return
    last = whole(told["end_date"], policy["step"].split(" ")[1])
    assert (told["end_date"].dt.day == 1).all() or (told["end_date"] == last).all()
    if "geometry" in told.columns:
        assert shares_nothing(held.geometry.array, told.geometry.array)
        drawn = told[told.geometry.notna()]
        assert not drawn["status"].isin(["suspected", "confirmed"]).any()


@given(rows=st.integers(1, 60), seed=st.integers(0, 999), policy=policies,
       columns=st.lists(st.sampled_from(PROJECT_COLUMNS), min_size=1, unique=True))  # fmt: skip
@law
def test_projects(
    rows: int, seed: int, policy: dict[str, Any], columns: list[str], tmp_path: Path
) -> None:
    held = projects(rows, seed)
    allowed = [*dict.fromkeys([*columns, "project_id"])]
    store = one_by_one(tmp_path, "projects", columns=allowed, dates=["start_date"], **policy)
    told = release(held, store=store, as_of=DAY)
    assert set(told.columns) <= set(allowed)
    assert frames.SECRET not in told.to_csv()
    require_released(told, "public", what="projects")
    if len(told) == 0:
        return
    if "start_date" in told.columns:
        assert (told["start_date"].dt.day == 1).all()
        time = policy["step"].split(" ")[1]
        waits = pd.Timestamp(DAY) - pd.Timedelta(days=policy["delay_days"])
        assert policy["delay_days"] == 0 or whole(told["start_date"], time).max() <= waits
    if "geometry" in told.columns:
        assert shares_nothing(held.geometry.array, told.geometry.array)


@given(
    counts=st.lists(st.integers(0, 9), min_size=8, max_size=8),
    hurt=st.lists(st.integers(0, 2), min_size=8, max_size=8),
    k=st.integers(3, 6),
    measures=st.lists(st.sampled_from(MEASURES), min_size=1, max_size=3, unique=True),
)
@law
def test_tables(
    counts: list[int], hurt: list[int], k: int, measures: list[str], tmp_path: Path
) -> None:
    """Two units, four quarters and their year: every number is large, rounded and near."""
    records = counted_records(counts, hurt)
    if records.empty:
        return
    units = worlds.square_units()
    store = store_of(
        tmp_path, "incidents", f"smallest_cell = {k}", f"round_to = {k}", f"fewest_events = {k}",
        "largest_share = 1.0", "smallest_unit_sqkm = 0",
        lattice=["adm1 quarter", "adm1 year"], measures=list(MEASURES), delay_days=90,
    )  # fmt: skip
    told = release(records, units, store=store, as_of=DAY)
    told = told[told["measure"].isin(measures)]
    require_released(told, "public", what="a table")
    shown = told[told["count"].notna()]
    assert (shown["count"] >= k).all()
    assert (shown["count"] % k == 0).all()
    assert frames.SECRET not in told.to_csv()
    keys = ["name", "period_start", "period_end", "measure"]
    periods = ["2021", *(f"2021-{at:02d}/2021-{at + 2:02d}" for at in (1, 4, 7, 10))]
    for measure in measures:
        inside = density(records, units, measure=measure, period=periods)
        both = told.merge(inside[[*keys, "count"]], on=keys, suffixes=("", "_true"))
        known = both[both["count"].notna()]
        assert ((known["count"] - known["count_true"]).abs() < k).all()
        assert (known["count_true"] >= k).all()
        bounded = both[both["count_high"].notna()]
        assert (bounded["count_low"] <= bounded["count_true"]).all()
        assert (bounded["count_true"] <= bounded["count_high"]).all()
        assert (bounded["count_high"] - bounded["count_low"] >= 2).all()


def counted_records(counts: list[int], hurt: list[int]) -> gpd.GeoDataFrame:
    rows = [
        (0.3 + at % 2, f"2021-{1 + 3 * (at // 2):02d}-{10 + event}", hurt[at])
        for at, count in enumerate(counts)
        for event in range(count)
    ]
    frame = gpd.GeoDataFrame(
        {
            "event_id": [f"e{at}" for at in range(len(rows))],
            "date": pd.to_datetime([day for _, day, _ in rows]),
            "event_type": "ied",
            "killed": pd.array([number for _, _, number in rows], dtype="Int64"),
            "injured": pd.array([1 - number % 2 for _, _, number in rows], dtype="Int64"),
            "source": frames.SECRET,
        },
        geometry=shapely.points([x for x, _, _ in rows], [0.3] * len(rows)),
        crs="EPSG:4326",
    )
    return with_coverage(locate(frame, worlds.square_units()), "2021")


@given(rows=st.integers(200, 600), seed=st.integers(0, 999), policy=policies)
@law
def test_products(rows: int, seed: int, policy: dict[str, Any], tmp_path: Path) -> None:
    """GeoJSON and vector tiles, read back."""
    held = frames.located(rows, seed=seed)
    columns = ["date", "date_precision", "event_type", "adm1_pcode", "adm1_name", "geometry"]
    store = one_by_one(tmp_path, "incidents", columns=columns, dates=["date"], **policy)
    told = release(held, store=store, as_of=DAY)
    told = told[told.geometry.notna()] if "geometry" in told.columns else told.head(0)
    if len(told) == 0:
        return
    exact = shapely.get_coordinates(held.geometry.array)
    write_layers({"incidents": told}, tmp_path / "i.geojson")
    layer = json.loads((tmp_path / "i.geojson").read_text("utf-8"))
    keys = {key for feature in layer["features"] for key in feature["properties"]}
    assert keys <= set(columns)
    places = [feature["geometry"]["coordinates"] for feature in layer["features"]]
    # As pairs: of hundreds of numbers one may be that of a grid line by chance.
    assert not set(map(tuple, np.round(exact, 7))) & set(map(tuple, places))
    archive = vector_tiles({"incidents": told}, tmp_path / "i.pmtiles", zooms=(0, 0))
    content = gzip.decompress(open_tiles(archive).tile(Tile(0, 0, 0)) or b"")
    found = mapbox_vector_tile.decode(content)["incidents"]["features"]
    seen = pd.DataFrame([feature["properties"] for feature in found])
    assert set(seen.columns) <= {*columns, "point_count"}
    assert frames.SECRET not in seen.to_csv()
    assert set(seen["date"].str[8:10]) == {"01"}


def test_no_policy_lets_the_public_have_days_where_none_is_asked(tmp_path: Path) -> None:
    """A policy of another form is an error and never a release by other rules."""
    rules = {"columns": ["date"], "finest_level": 1, "dates": ["date"]}
    store = one_by_one(tmp_path, "incidents", step="grid hour", **rules)
    with pytest.raises(ArgumentError):
        release(frames.located(9), store=store, as_of=DAY)


def test_a_smallest_cell_that_leaves_two_numbers_is_refused(tmp_path: Path) -> None:
    """Below 2 are 0 and 1: no third number is possible."""
    rules = {"lattice": ["adm1 year"], "measures": ["incidents"]}
    store = store_of(tmp_path, "incidents", "smallest_cell = 2", **rules)
    with pytest.raises(ArgumentError, match="2 protects too little"):
        release(counted_records([1] * 8, [0] * 8), worlds.square_units(), store=store, as_of=DAY)


def test_a_store_does_not_change_its_policy(tmp_path: Path) -> None:
    """What was released by one policy could be held against what another would release."""
    rules = {"lattice": ["adm1 quarter", "adm1 year"], "measures": ["incidents"]}
    head = ("smallest_unit_sqkm = 0", "smallest_cell = 5", "round_to = 5")
    store = store_of(tmp_path, "incidents", *head, **rules)
    records = counted_records([6] * 8, [1] * 8)
    release(records, worlds.square_units(), store=store, as_of=DAY)
    policy = store / "policy.toml"
    policy.write_text(policy.read_text("utf-8").replace("_cell = 5", "_cell = 3"), "utf-8")
    with pytest.raises(ReleaseError, match="another policy"):
        release(records, worlds.square_units(), store=store, as_of=DAY)
