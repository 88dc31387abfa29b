"""Surfaces: hand-made kernels, conservation, and KDEpy and rio-cogeo as independent judges."""

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from KDEpy import FFTKDE
from pyproj import Geod, Transformer
from shapely.geometry import Point, box

from maligeo.core.errors import (
    ArgumentError,
    CrsError,
    FrameError,
    GeometryError,
    UnknownNameError,
)
from maligeo.measure.surface import (
    Smoother,
    Surface,
    SurfaceOptions,
    binned,
    density_surface,
    grid_over,
    rectangle_of,
)
from maligeo.readers.boundaries import load_boundaries
from tests import worlds


def at(surface: Surface, lon: float, lat: float) -> float:
    x, y = Transformer.from_crs("EPSG:4326", surface.crs, always_xy=True).transform(lon, lat)
    column, row = ~surface.transform @ (x, y)
    return float(surface.values[math.floor(row), math.floor(column)])


def scattered(count: int, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame({"lon": rng.uniform(0, 2, count), "lat": rng.uniform(0, 1, count)})


@pytest.mark.parametrize(
    ("kernel", "peak"), [("gaussian", 1 / (2 * math.pi * 400)), ("quartic", 3 / (math.pi * 400))]
)
def test_one_point_shows_the_kernel(kernel: str, peak: float) -> None:
    points = pd.DataFrame({"lon": [-4.0], "lat": [17.0]})
    surface = density_surface(points, bandwidth_km=20, cell_km=0.2, kernel=kernel)  # type: ignore[arg-type]
    assert np.nanmax(surface.values) == pytest.approx(1000 * peak, rel=0.01)
    assert surface.total == pytest.approx(1.0, rel=1e-5)
    geod = Geod(ellps="WGS84")
    for azimuth in (0, 45, 90, 200):
        lon, lat, _ = geod.fwd(-4.0, 17.0, azimuth, 15_000)
        share = math.exp(-(15**2) / 800) if kernel == "gaussian" else (1 - (15 / 20) ** 2) ** 2
        assert at(surface, lon, lat) == pytest.approx(1000 * peak * share, rel=0.12)
    assert (surface.values[[0, -1]] == 0).all()
    assert (surface.values[:, [0, -1]] == 0).all()


def test_distances_hold_in_the_corners_of_mali() -> None:
    units = load_boundaries()
    points = pd.DataFrame({"lon": [-4.0], "lat": [17.0]})
    surface = density_surface(points, bandwidth_km=20, cell_km=5, units=units)
    bound = surface.provenance["distance_error_max"]
    assert 0 < bound < 0.006
    to_grid = Transformer.from_crs("EPSG:4326", surface.crs, always_xy=True)
    geod = Geod(ellps="WGS84")
    for lon, lat in ((-12.2, 10.2), (4.2, 25.0), (-12.2, 25.0), (4.2, 10.2), (-4.0, 17.5)):
        for azimuth in range(0, 360, 30):
            other = geod.fwd(lon, lat, azimuth, 25_000)[:2]
            (x, y), (u, v) = to_grid.transform(lon, lat), to_grid.transform(*other)
            assert abs(math.hypot(x - u, y - v) / 25_000 - 1) <= bound + 1e-4


def test_many_points_equal_kdepy() -> None:
    rng = np.random.default_rng(1)
    points = pd.DataFrame({"lon": rng.normal(-4, 0.7, 3000), "lat": rng.normal(17, 0.7, 3000)})
    surface = density_surface(points, bandwidth_km=30, cell_km=3)
    project = Transformer.from_crs("EPSG:4326", surface.crs, always_xy=True).transform
    x, y = project(points["lon"].to_numpy(), points["lat"].to_numpy())
    rows, columns = surface.values.shape
    east = surface.transform.c + (np.arange(columns) + 0.5) * 3000
    north = surface.transform.f - (np.arange(rows) + 0.5)[::-1] * 3000
    grid = np.stack(np.meshgrid(east, north, indexing="ij"), axis=-1).reshape(-1, 2) / 30_000
    theirs = FFTKDE(kernel="gaussian", bw=1.0).fit(np.stack([x, y], axis=1) / 30_000).evaluate(grid)
    wanted = theirs.reshape(columns, rows).T[::-1] * 3000 / 30**2 * 1000
    assert np.abs(surface.values - wanted).max() < 0.01 * wanted.max()


def places(surface: Surface, points: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Columns and rows of points, in cells from the corner."""
    project = Transformer.from_crs("EPSG:4326", surface.crs, always_xy=True).transform
    x, y = project(points["lon"].to_numpy(), points["lat"].to_numpy())
    column, row = ~surface.transform @ (x, y)
    return column, row


def summed(surface: Surface, points: pd.DataFrame, kernel: str, bandwidth: float) -> np.ndarray:
    """What each point gives to the centre of each cell, one point after the other."""
    rows, columns = surface.values.shape
    shown, cell_km = np.isfinite(surface.values), surface.transform.a / 1000
    density = np.zeros((rows, columns))
    for column, row in zip(*places(surface, points), strict=True):
        east, north = np.arange(columns) + 0.5 - column, np.arange(rows) + 0.5 - row
        squared = (north[:, None] ** 2 + east**2) * (cell_km / bandwidth) ** 2
        if kernel == "gaussian":
            one = np.exp(-squared / 2) / (2 * math.pi * bandwidth**2)
        else:
            one = np.clip(1 - squared, 0, None) ** 2 * 3 / (math.pi * bandwidth**2)
        bordered = not shown.all()  # with units: what is beyond the border stays inside
        density += one / (one[shown].sum() * cell_km**2) if bordered else one
    density[~shown] = np.nan
    return 1000 * density


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("bordered", [False, True])
@pytest.mark.parametrize(
    ("kernel", "count", "bound"),
    [
        ("gaussian", 1, 0.003),
        ("gaussian", 8, 0.003),
        ("gaussian", 300, 0.002),
        ("quartic", 1, 0.015),
        ("quartic", 8, 0.015),
        ("quartic", 300, 0.008),
    ],
)
def test_cells_are_those_of_a_direct_sum(
    kernel: str, count: int, bound: float, bordered: bool, seed: int
) -> None:
    points = scattered(count, seed)
    units = worlds.square_units() if bordered else None
    surface = density_surface(points, bandwidth_km=20, cell_km=2, kernel=kernel, units=units)  # type: ignore[arg-type]
    wanted = summed(surface, points, kernel, 20)
    assert np.nanmax(np.abs(surface.values - wanted)) < bound * np.nanmax(wanted)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("kernel", "radius"), [("gaussian", 9.0), ("quartic", 18.0)])
def test_sharing_does_not_lower_peaks_of_narrow_kernels(
    kernel: str, radius: float, seed: int
) -> None:
    """Many points in one place, three and six cells: else they are 1.7 and 1.8 % too low."""
    rng = np.random.default_rng(seed)
    lon, lat = rng.normal(-4 + seed / 7, 0.02, 2000), rng.normal(17, 0.02, 2000)
    points = pd.DataFrame({"lon": lon, "lat": lat})
    surface = density_surface(points, bandwidth_km=radius, cell_km=3, kernel=kernel)  # type: ignore[arg-type]
    peak = summed(surface, points, kernel, radius).max()
    assert surface.values.max() == pytest.approx(peak, rel=0.003)


def test_a_point_is_shared_by_how_near_centres_are() -> None:
    centre = binned(np.array([3.5]), np.array([1.5]), None, (4, 6))
    assert np.argwhere(centre).tolist() == [[1, 3]]
    assert centre[1, 3] == 1
    corner = binned(np.array([3.0]), np.array([2.0]), np.array([8.0]), (4, 6))
    assert corner[1:3, 2:4].tolist() == [[2, 2], [2, 2]]
    assert corner.sum() == 8
    uneven = binned(np.array([3.75]), np.array([1.6]), None, (4, 6))
    assert uneven[1:3, 3:5] == pytest.approx(np.array([[0.675, 0.225], [0.075, 0.025]]))
    outermost = binned(np.array([0.5, 5.5]), np.array([0.5, 3.5]), None, (4, 6))
    assert np.argwhere(outermost).tolist() == [[0, 0], [3, 5]]


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 10_000), st.booleans())
def test_sharing_keeps_what_is_shared_and_its_middle(seed: int, weighted: bool) -> None:
    rng = np.random.default_rng(seed)
    column, row = rng.uniform(0.5, 6.5, 40_000), rng.uniform(0.5, 8.5, 40_000)
    weight = rng.exponential(size=40_000) if weighted else np.ones(40_000)
    content = binned(column, row, weight if weighted else None, (9, 7)).astype(float)
    assert content.min() >= 0
    assert content.sum() == pytest.approx(weight.sum(), rel=1e-6)
    across = content.sum(axis=0) @ (np.arange(7) + 0.5) / content.sum()
    assert across == pytest.approx(np.average(column, weights=weight), rel=1e-6)


def test_beyond_the_grid_a_point_is_in_its_outermost_cells() -> None:
    grid = grid_over(rectangle_of(np.array([0.0]), np.array([10.0])), cell_m=1000.0, margin=2)
    column, row = grid.places_of(np.array([-9.0, 9.0, 0.0]), np.array([10.0, 10.0, 30.0]))
    assert (column[0], column[1], row[2]) == (0.5, grid.shape[1] - 0.5, 0.5)
    content = binned(column, row, None, grid.shape)
    assert content.sum() == 3
    assert content[:, [0, -1]].sum() == 2


@pytest.mark.parametrize("kernel", ["gaussian", "quartic"])
def test_nothing_is_lost_at_the_border_of_the_grid(kernel: str) -> None:
    """Cells much larger than what is laid around the points, and points at the very edge."""
    for seed in range(10):
        points = scattered(4, seed)
        surface = density_surface(points, bandwidth_km=60, cell_km=30, kernel=kernel)  # type: ignore[arg-type]
        assert surface.total == pytest.approx(4, rel=1e-6)
    edges = pd.DataFrame({"lon": [0.0, 2.0, 1.0, 0.0, 2.0], "lat": [0.5, 0.5, 0.0, 0.0, 1.0]})
    units = worlds.square_units()
    surface = density_surface(edges, bandwidth_km=8, cell_km=4, kernel=kernel, units=units)  # type: ignore[arg-type]
    assert surface.total == pytest.approx(5, rel=1e-6)


def test_sharing_shows_no_cell_beyond_the_border() -> None:
    """Shown are cells whose centre is inside, and those that hold a point, not its neighbours."""
    rng = np.random.default_rng(3)
    points = pd.DataFrame({"lon": np.full(40, 1e-4), "lat": rng.uniform(0, 1, 40)})
    surface = density_surface(points, bandwidth_km=20, cell_km=5, units=worlds.square_units())
    rows, columns = surface.values.shape
    x, y = surface.transform @ np.meshgrid(np.arange(columns) + 0.5, np.arange(rows) + 0.5)
    back = Transformer.from_crs(surface.crs, "EPSG:4326", always_xy=True).transform
    lon, lat = back(x, y)
    shown = (lon > 0) & (lon < 2) & (lat > 0) & (lat < 1)
    column, row = places(surface, points)
    shown[row.astype(int), column.astype(int)] = True
    assert np.array_equal(np.isfinite(surface.values), shown)


@settings(deadline=None, max_examples=20)
@given(
    st.integers(0, 10_000),
    st.floats(4, 60),
    st.sampled_from(["gaussian", "quartic"]),
    st.booleans(),
)
def test_every_point_in_the_country_adds_one(
    seed: int, bandwidth: float, kernel: str, weighted: bool
) -> None:
    points = scattered(50, seed).assign(killed=np.arange(50.0))
    options = SurfaceOptions(weight="killed" if weighted else None)
    surface = density_surface(
        points, bandwidth_km=bandwidth, cell_km=2,
        units=worlds.square_units(), kernel=kernel, options=options,  # type: ignore[arg-type]
    )  # fmt: skip
    assert surface.total == pytest.approx(points["killed"].sum() if weighted else 50, rel=2e-5)
    assert np.nanmin(surface.values) >= 0


def test_without_edge_correction_mass_crosses_the_border() -> None:
    points = pd.DataFrame({"lon": [0.0], "lat": [0.5]})  # on the western border
    units = worlds.square_units()
    open_border = density_surface(
        points, bandwidth_km=10, cell_km=1, units=units,
        options=SurfaceOptions(edge_correction=False),
    )  # fmt: skip
    closed = density_surface(points, bandwidth_km=10, cell_km=1, units=units)
    assert open_border.total == pytest.approx(0.5, abs=0.04)
    assert closed.total == pytest.approx(1.0, rel=1e-5)
    assert math.isnan(at(closed, -0.005, 0.9))
    assert at(closed, 1.9, 0.5) == 0.0


def test_what_is_left_out_is_counted() -> None:
    places = [Point(0.5, 0.5), Point(1.5, 0.5), None, Point(), Point(5, 5), Point(0.5, 0.5)]
    points = gpd.GeoDataFrame(
        {
            "location_precision": ["exact", "adm2", "exact", "exact", "exact", None],
            "killed": [1, 2, 3, 4, 5, None],
        },
        geometry=places,
        crs="EPSG:4326",
    ).astype({"killed": "Int64"})
    units = worlds.square_units()
    surface = density_surface(points, bandwidth_km=30, cell_km=5, units=units)
    counts = {"rows": 6, "used": 2, "without_position": 2, "without_weight": 0, "outside": 1}
    assert surface.provenance.items() >= (counts | {"too_coarse": 1}).items()
    wider = density_surface(points, bandwidth_km=100, cell_km=5, units=units)
    assert wider.provenance["used"] == 3
    killed = SurfaceOptions(weight="killed", precision_km={"exact": 0.0, "adm2": 10.0})
    weighted = density_surface(points, bandwidth_km=30, cell_km=5, units=units, options=killed)
    assert weighted.provenance["without_weight"] == 1
    assert weighted.provenance["too_coarse"] == 0
    assert weighted.total == pytest.approx(3, rel=1e-5)


def test_each_unit_may_have_its_own_bandwidth() -> None:
    units = worlds.square_units()
    points = pd.DataFrame({"lon": [0.5, 1.5], "lat": [0.5, 0.5]})
    widths = {"ZZ01": 5.0, "ZZ02": 10.0}
    surface = density_surface(points, bandwidth_km=widths, cell_km=1, units=units)
    assert at(surface, 0.5, 0.5) == pytest.approx(4 * at(surface, 1.5, 0.5), rel=0.03)
    assert surface.total == pytest.approx(2.0, rel=1e-5)
    with pytest.raises(UnknownNameError, match="ZZ02"):
        density_surface(points, bandwidth_km={"ZZ01": 5.0}, cell_km=1, units=units)
    with pytest.raises(ArgumentError, match="need units"):
        density_surface(points, bandwidth_km=widths, cell_km=1)


@pytest.mark.parametrize("kernel", ["gaussian", "quartic"])
def test_smoothing_equals_a_plain_loop(kernel: str) -> None:
    rng = np.random.default_rng(2)
    content = rng.poisson(0.1, (23, 40)).astype(np.float32)
    spread = Smoother(content.shape, kernel, 2.5)(content)  # type: ignore[arg-type]
    reach = 10 if kernel == "gaussian" else 3
    rows, columns = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    squared = (rows**2 + columns**2) / 2.5**2
    weights = np.exp(-squared / 2) if kernel == "gaussian" else np.clip(1 - squared, 0, None) ** 2
    weights /= weights.sum()
    wanted = np.zeros((23 + 2 * reach, 40 + 2 * reach))
    for row, column in np.argwhere(content > 0):
        window = (slice(row, row + 2 * reach + 1), slice(column, column + 2 * reach + 1))
        wanted[window] += content[row, column] * weights
    assert np.abs(spread - wanted[reach:-reach, reach:-reach]).max() < 1e-5


def test_wrong_calls_are_refused() -> None:
    points, units = scattered(10), worlds.square_units()
    with pytest.raises(ArgumentError, match="kernel"):
        density_surface(points, bandwidth_km=5, cell_km=1, kernel="cone")  # type: ignore[arg-type]
    for bandwidth, cell in ((5, 3), (5, 0), (-5, 1), (math.nan, 1), (math.inf, 1)):
        with pytest.raises(ArgumentError, match="needs cells"):
            density_surface(points, bandwidth_km=bandwidth, cell_km=cell)
    with pytest.raises(ArgumentError, match="no point is left"):
        density_surface(points.assign(lon=9.0), bandwidth_km=5, cell_km=1, units=units)
    with pytest.raises(FrameError, match="column is missing"):
        density_surface(points.drop(columns="lat"), bandwidth_km=5, cell_km=1)
    negative = points.assign(killed=-1.0)
    with pytest.raises(FrameError, match="from 0 upwards"):
        density_surface(
            negative, bandwidth_km=5, cell_km=1, options=SurfaceOptions(weight="killed")
        )
    with pytest.raises(UnknownNameError, match="vague"):
        density_surface(points.assign(location_precision="vague"), bandwidth_km=5, cell_km=1)
    areas = gpd.GeoDataFrame(geometry=[box(0, 0, 1, 1)], crs="EPSG:4326")
    with pytest.raises(GeometryError, match="points must be points: 1 are not"):
        density_surface(areas, bandwidth_km=5, cell_km=1)
    with pytest.raises(CrsError):
        density_surface(areas.to_crs("EPSG:6933"), bandwidth_km=5, cell_km=1)
