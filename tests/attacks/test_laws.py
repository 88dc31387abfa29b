"""Whatever the data and the policy: nothing exact, nothing that was not allowed, nothing small."""

import gzip
import json
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
from tests.disclosure.attackers import findings, puzzle_of

from maligeo.core.errors import ArgumentError
from maligeo.disclosure import release, require_released
from maligeo.exports import write_layers
from maligeo.join.points import locate
from maligeo.measure.counts import with_coverage
from maligeo.measure.densities import concat_tables, density
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
        "smallest_cell": st.integers(1, 8),
        "grid_degrees": st.sampled_from([0.05, 0.1, 0.25, 0.3, 0.5, 1.0]),
        "delay_days": st.integers(0, 400),
        "finest_level": st.integers(1, 3),
        "steps": st.lists(
            st.builds(
                "{} {}".format,
                st.sampled_from(["grid", "unit", "country"]),
                st.sampled_from(["month", "quarter", "year"]),
            ),
            min_size=1, max_size=3, unique=True,
        ),
    }
)  # fmt: skip
law = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def write_policy(folder: Path, kind: str, **rules: Any) -> Path:
    lines = ["[public]", f"[public.{kind}]"]
    lines += [f"{name} = {json.dumps(value)}" for name, value in rules.items()]
    path = folder / "policy.toml"
    path.write_text("\n".join([*lines, "[public.measures]", "shown = []"]), encoding="utf-8")
    return path


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


def least_shared(frame: pd.DataFrame) -> int:
    plain = pd.DataFrame(frame)
    if "geometry" in plain.columns:
        plain = plain.assign(geometry=gpd.GeoSeries(plain["geometry"]).to_wkb(hex=True))
    return int(plain.groupby(list(plain.columns), dropna=False).size().min())


@given(rows=st.integers(1, 120), seed=st.integers(0, 999), policy=policies,
       columns=st.lists(st.sampled_from(AREA_COLUMNS), min_size=1, unique=True))  # fmt: skip
@law
def test_areas(
    rows: int, seed: int, policy: dict[str, Any], columns: list[str], tmp_path: Path
) -> None:
    held = frames.areas(rows, seed=seed)
    allowed = [*dict.fromkeys([*columns, "status", "end_date"])]
    path = write_policy(tmp_path, "areas", columns=allowed, dates=["end_date"],
                        without_shape=["suspected", "confirmed"], **policy)  # fmt: skip
    told = release(held, policy=path, as_of=DAY)
    assert set(told.columns) <= {*allowed, "area_id"}
    assert frames.SECRET not in told.to_csv()
    require_released(told, "public", what="areas")
    if len(told) == 0:
        return
    assert least_shared(told.drop(columns="area_id")) >= policy["smallest_cell"]
    assert (told["end_date"].dt.day == 1).all()
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
    path = write_policy(tmp_path, "projects", columns=allowed, dates=["start_date"], **policy)
    told = release(held, policy=path, as_of=DAY)
    assert set(told.columns) <= set(allowed)
    assert frames.SECRET not in told.to_csv()
    require_released(told, "public", what="projects")
    if len(told) == 0:
        return
    assert least_shared(told) >= policy["smallest_cell"]
    if "start_date" in told.columns:
        assert (told["start_date"].dt.day == 1).all()
    if "geometry" in told.columns:
        assert shares_nothing(held.geometry.array, told.geometry.array)


@given(
    counts=st.lists(st.integers(0, 9), min_size=8, max_size=8),
    hurt=st.lists(st.integers(0, 2), min_size=8, max_size=8),
    k=st.integers(2, 6),
    measures=st.lists(st.sampled_from(MEASURES), min_size=1, max_size=3, unique=True),
)
@law
def test_tables(
    counts: list[int], hurt: list[int], k: int, measures: list[str], tmp_path: Path
) -> None:
    """Two units, four quarters and their year, some measures that add up."""
    records = counted_records(counts, hurt)
    if records.empty:
        return
    units, periods = (
        worlds.square_units(),
        [f"2021-{at:02d}/2021-{at + 2:02d}" for at in (1, 4, 7, 10)],
    )
    inside = concat_tables(
        *(density(records, units, measure=name, period=["2021", *periods]) for name in measures)
    )
    rules = {"shown": [], "hidden_when_small": measures}
    path = tmp_path / "policy.toml"
    lines = ["[public]", f"smallest_cell = {k}", "[public.measures]"]
    lines += [f"{name} = {json.dumps(value)}" for name, value in rules.items()]
    path.write_text("\n".join(lines), encoding="utf-8")
    told = release(inside, policy=path, as_of=DAY)
    assert set(told.columns) == set(inside.columns)
    assert not ((told["count"] > 0) & (told["count"] < k)).any()
    require_released(told, "public", what="a table")
    truth = puzzle_of([inside]).shown
    small = [name for name, value in truth.items() if 0 < value < k]
    assert findings(puzzle_of([told]), truth, small, k) == []


def counted_records(counts: list[int], hurt: list[int]) -> gpd.GeoDataFrame:
    rows = [
        (0.3 + at % 2, f"2021-{1 + 3 * (at // 2):02d}-15", hurt[at])
        for at, count in enumerate(counts)
        for _ in range(count)
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
    drawn = policy | {"steps": ["grid year", *policy["steps"]], "grid_degrees": 1.0}
    path = write_policy(tmp_path, "incidents", columns=columns, dates=["date"], **drawn)
    told = release(held, policy=path, as_of=DAY)
    told = told[told.geometry.notna()]
    if len(told) == 0:
        return
    exact = shapely.get_coordinates(held.geometry.array)
    write_layers({"incidents": told}, tmp_path / "i.geojson")
    layer = json.loads((tmp_path / "i.geojson").read_text("utf-8"))
    keys = {key for feature in layer["features"] for key in feature["properties"]}
    assert keys <= set(columns)
    places = [feature["geometry"]["coordinates"] for feature in layer["features"]]
    assert not set(np.round(exact, 7).ravel()) & set(np.ravel(places))
    archive = vector_tiles({"incidents": told}, tmp_path / "i.pmtiles", zooms=(0, 0))
    content = gzip.decompress(open_tiles(archive).tile(Tile(0, 0, 0)) or b"")
    found = mapbox_vector_tile.decode(content)["incidents"]["features"]
    seen = pd.DataFrame([feature["properties"] for feature in found])
    assert set(seen.columns) <= set(columns)
    assert frames.SECRET not in seen.to_csv()
    assert set(seen["date"].str[8:10]) == {"01"}


def test_no_policy_lets_the_public_have_days_where_none_is_asked(tmp_path: Path) -> None:
    """A policy of another form is an error and never a release by other rules."""
    path = write_policy(tmp_path, "incidents", columns=["date"], steps=["grid hour"])
    with pytest.raises(ArgumentError):
        release(frames.located(9), policy=path, as_of=DAY)
