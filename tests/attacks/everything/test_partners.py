"""Partners get months, cells of 0.1 degrees and units of the reference tables, nothing finer."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import maligeo
from maligeo.core.errors import MaligeoError
from tests.attacks.everything import reading
from tests.attacks.everything.places import bundled, squares
from tests.attacks.everything.randomworlds import World, random_world

GRID = 0.1
LATER = "2024-06-01"
SEEDS = [21, 31, 41]


def located(world: World, records: pd.DataFrame) -> gpd.GeoDataFrame:
    return with_places(records, world.places.units)


def with_places(records: pd.DataFrame, units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Locate records that have their positions as shapes."""
    points = gpd.points_from_xy(records["lon"], records["lat"], crs="EPSG:4326")
    placed = records["lon"].notna().to_numpy()
    shapes = gpd.GeoSeries(points).where(placed, None).set_crs("EPSG:4326")
    return maligeo.locate(
        gpd.GeoDataFrame(records.drop(columns=["lon", "lat"]), geometry=shapes), units
    )


def elsewhere(records: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Move each event within its cell of the grid, and within its month."""
    rng = np.random.default_rng(seed)
    moved = records.copy()
    event = moved.groupby(["lon", "lat", "date"], dropna=False, sort=False).ngroup()
    for axis in ("lon", "lat"):
        within = rng.uniform(0.005, 0.095, event.max() + 1).round(5)[event]
        corner = np.floor(moved[axis] / GRID) * GRID
        moved[axis] = np.where(moved["lon"].eq(3.9), moved[axis], (corner + within).round(5))
    days = pd.Series(rng.integers(0, 28, event.max() + 1)[event], index=moved.index)
    moved["date"] = moved["date"].dt.to_period("M").dt.start_time + pd.to_timedelta(days, unit="D")
    return moved


def products(world: World, records: pd.DataFrame, folder: Path) -> dict[str, bytes]:
    """Write what partners get: records, and tables by month and by quarter."""
    folder.mkdir()
    held = located(world, records)
    partner = maligeo.release(held, world.places.units, audience="partner", as_of=LATER)
    flat = pd.DataFrame(partner.drop(columns="geometry"))
    flat["where"] = partner.geometry.to_wkt()
    made = {"records": flat.sort_values("event_id")}
    for measure in ("incidents", "victims"):
        for period in ("month", "quarter", "year"):
            table = maligeo.density(partner, world.places.units, measure=measure, period=period)
            made[f"{measure}-{period}"] = table
    for name, frame in made.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("seed", SEEDS)
def test_partners_see_nothing_below_their_lattice(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Worlds that differ within cells and months alone give partners the same bytes."""
    world = random_world(seed)
    records = world.steps[-1].records
    made, states = [], []
    for at, rows in enumerate((records, elsewhere(records, seed))):
        store = tmp_path / f"store-{at}"
        store.mkdir()
        (store / "key").write_text(bytes(range(32)).hex())
        monkeypatch.setenv("MALIGEO_STORE", str(store))
        made.append(products(world, rows, tmp_path / f"products-{at}"))
        states.append(public_bounds(world, rows, tmp_path / f"public-{at}.csv"))
    assert made[0].keys() == made[1].keys()
    for name, content in made[0].items():
        assert content == made[1][name], name
    for cell in states[0].keys() & states[1].keys():
        low, high = zip(states[0][cell], states[1][cell], strict=True)
        assert max(low) <= min(high), cell  # nothing that tells the two apart


def public_bounds(world: World, records: pd.DataFrame, path: Path) -> dict:
    """Give what the public products add: bounds of each cell."""
    held = located(world, records)
    try:
        public = maligeo.release(held, world.places.units, as_of=LATER)
    except MaligeoError:
        return {}
    maligeo.write_table(public, path)
    facts = reading.table(path)
    exact = {fact.cell for fact in facts if fact.is_number and fact.low == fact.high}
    assert exact == set()
    return {fact.cell: (fact.low, fact.high) for fact in facts}


@pytest.mark.parametrize("seed", SEEDS)
def test_records_stand_in_the_middle_of_cells_and_on_the_first_of_months(seed: int) -> None:
    world = random_world(seed)
    partner = maligeo.release(
        located(world, world.steps[-1].records), world.places.units, audience="partner", as_of=LATER
    )
    placed = partner[partner.geometry.notna() & ~partner.geometry.is_empty]
    coordinates = placed.geometry.get_coordinates().to_numpy()
    assert np.allclose(coordinates / GRID % 1, 0.5, atol=1e-6)
    assert (partner["date"].dt.day == 1).all()
    assert set(partner["date_precision"].dropna()) <= {"month", "quarter", "year"}


@pytest.mark.parametrize("period", ["day", "week", "2021-08-17", "2021-08-03/2021-08-17"])
def test_partners_get_nothing_finer_than_a_month(period: str, tmp_path: Path) -> None:
    world = random_world(SEEDS[0])
    held = located(world, world.steps[-1].records)
    partner = maligeo.release(held, world.places.units, audience="partner", as_of=LATER)
    path = tmp_path / "fine.csv"
    with pytest.raises(MaligeoError):
        table = maligeo.density(partner, world.places.units, measure="incidents", period=period)
        maligeo.write_table(table, path, audience="partner")
    assert not path.exists()


def test_partners_get_no_units_of_ones_own() -> None:
    """Units that could be drawn around a single place."""
    own = squares(("ML05",)).cercles
    assert own is not None
    own = own.assign(name=[f"sector {at}" for at in range(len(own))])
    records = random_world(SEEDS[0]).steps[-1].records
    held = with_places(records.assign(adm1_name=None), own)
    with pytest.raises(MaligeoError, match="reference table"):
        maligeo.release(held, own, audience="partner", as_of=LATER)
    assert bundled().cercles is None
