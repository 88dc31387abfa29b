"""The index against hand-computed worlds and against plain shapely loops."""

import os
import pickle
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon, box

from benchmarks.coverages import coverage
from benchmarks.points import points
from maligeo.core.errors import ArgumentError, GeometryError, InputFileError, OutputFileError
from maligeo.unitindex import UnitIndex, _lookup

EXHAUSTIVE = os.environ.get("MALIGEO_EXHAUSTIVE") == "1"
REALDATA = os.environ.get("MALIGEO_REALDATA")
POINTS = 5_000_000 if EXHAUSTIVE else 300_000

Units = Sequence[Polygon | MultiPolygon | None] | npt.NDArray[np.object_]
Numbers = npt.NDArray[np.float64]
Positions = tuple[Numbers, Numbers]

requires_realdata = pytest.mark.skipif(
    REALDATA is None, reason="MALIGEO_REALDATA does not name the folder of real boundaries"
)

# Two squares that share the edge x = 1, a gap, and a frame whose hole holds an enclave.
LEFT, RIGHT = box(0, 0, 1, 1), box(1, 0, 2, 1)
FRAME = Polygon(box(4, 0, 8, 4).exterior.coords, [box(5, 1, 7, 3).exterior.coords])
ENCLAVE = box(5, 1, 7, 3)
ISLANDS = MultiPolygon([box(0, 5, 1, 6), box(3, 5, 4, 6)])


def plain_loop(
    units: Units, lon: Numbers, lat: Numbers
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.bool_]]:
    """Lowest unit and border flag of every point, unit by unit, by shapely alone."""
    found = np.full(len(lon), -1, dtype=np.int32)
    border = np.zeros(len(lon), dtype=bool)
    for number in range(len(units) - 1, -1, -1):
        given = units[number]
        if given is None or given.is_empty:
            continue
        unit = shapely.from_wkb(shapely.to_wkb(given))
        shapely.prepare(unit)
        low_x, low_y, high_x, high_y = unit.bounds
        near = np.flatnonzero((lon >= low_x) & (lon <= high_x) & (lat >= low_y) & (lat <= high_y))
        hit = near[shapely.intersects_xy(unit, lon[near], lat[near])]
        found[hit] = number
        border[hit] |= ~shapely.contains_properly(unit, shapely.points(lon[hit], lat[hit]))
    return found, border


def assert_same_as_plain_loop(
    units: Units, lon: Numbers, lat: Numbers, index: UnitIndex | None = None
) -> None:
    index = index or UnitIndex(units)
    expected, expected_border = plain_loop(units, lon, lat)
    found, border = index.query_border(lon, lat)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(border, expected_border)
    np.testing.assert_array_equal(index.query(lon, lat), expected)


def adversarial_points(units: Units, limit: int | None = None) -> Positions:
    """Vertices, edge midpoints, both with points closely beside them, and hopeless points."""
    vertices, ring = shapely.get_coordinates(
        shapely.get_rings(shapely.get_parts(units)), return_index=True
    )
    is_edge = ring[1:] == ring[:-1]
    middles = ((vertices[1:] + vertices[:-1]) / 2.0)[is_edge]
    special = np.vstack([vertices, middles])
    if limit is not None and len(special) > limit:
        special = np.random.default_rng(5).choice(special, limit, replace=False)
    offsets = [(0.0, 0.0)]
    for step in (1e-13, 1e-9):
        offsets += [(step, 0.0), (-step, 0.0), (0.0, step), (0.0, -step), (step, -step)]
    beside = np.vstack([special + offset for offset in offsets])
    nowhere = [0.0, 1e-320, 180.0, -1e9, 1e300, -1.7e308, np.nan, np.inf, -np.inf]
    hopeless = np.array(np.meshgrid(nowhere, nowhere)).reshape(2, -1).T
    everything = np.vstack([beside, hopeless])
    return everything[:, 0].copy(), everything[:, 1].copy()


def lattice(low: float, high: float, step: float) -> Positions:
    axis = np.arange(low, high + step / 2.0, step)
    x, y = np.meshgrid(axis, axis)
    return x.ravel(), y.ravel()


# --- worlds small enough to compute by hand


def test_two_squares() -> None:
    index = UnitIndex([LEFT, RIGHT])
    lon = [0.5, 1.5, 1.0, 1.0, 0.0, 2.0, 2.1, 0.5, -0.1]
    lat = [0.5, 0.5, 0.5, 1.0, 0.0, 0.5, 0.5, 1.1, 0.5]
    unit, border = index.query_border(lon, lat)
    assert unit.dtype == np.int32
    assert unit.tolist() == [0, 1, 0, 0, 0, 1, -1, -1, -1]
    assert border.tolist() == [False, False, True, True, True, True, False, False, False]


def test_shared_edge_goes_to_the_lowest_unit_whatever_its_side() -> None:
    assert UnitIndex([RIGHT, LEFT]).query(1.0, 0.5).tolist() == [0]
    assert UnitIndex([LEFT, RIGHT]).query(1.0, 0.5).tolist() == [0]


def test_hole_enclave_and_parts() -> None:
    index = UnitIndex([FRAME, ISLANDS, ENCLAVE])
    unit, border = index.query_border(
        [4.5, 6.0, 5.0, 5.0, 0.5, 2.0, 3.5, 4.0], [2.0, 2.0, 2.0, 1.0, 5.5, 5.5, 5.5, 5.5]
    )
    assert unit.tolist() == [0, 2, 0, 0, 1, -1, 1, 1]
    assert border.tolist() == [False, False, True, True, False, False, False, True]


def test_empty_hole_holds_nothing() -> None:
    assert UnitIndex([FRAME]).query([6.0, 4.5], [2.0, 2.0]).tolist() == [-1, 0]


def test_overlap_goes_to_the_lowest_and_is_no_border() -> None:
    index = UnitIndex([box(1, 0, 3, 2), box(0, 0, 2, 2), box(-9, -9, 9, 9)])
    unit, border = index.query_border(
        [0.5, 1.5, 2.5, 1.0, 2.0, 5.0], [1.0, 1.0, 1.0, 1.0, 1.0, 5.0]
    )
    assert unit.tolist() == [1, 0, 0, 0, 0, 2]
    # x = 1 bounds unit 0; x = 2 lies inside unit 0 but bounds unit 1.
    assert border.tolist() == [False, False, False, True, True, False]


def test_identical_units() -> None:
    index = UnitIndex([LEFT, LEFT, LEFT])
    assert index.query([0.5, 0.0, 3.0], [0.5, 0.0, 0.0]).tolist() == [0, 0, -1]


def test_unit_covered_by_a_lower_one_with_edges_inside() -> None:
    units = [box(4, 4, 5, 5), box(3, 3, 6, 6), box(0, 0, 10, 10)]
    assert_same_as_plain_loop(units, *lattice(-1.0, 11.0, 0.25))


def test_none_and_empty_units_hold_nothing() -> None:
    empty = [None, Polygon(), MultiPolygon(), shapely.GeometryCollection()]
    index = UnitIndex([*empty, LEFT])
    assert len(index) == 5
    assert index.query([0.5, 5.0], [0.5, 5.0]).tolist() == [4, -1]


@pytest.mark.parametrize("units", [[], [None], [Polygon(), None]])
def test_layers_that_hold_nothing(units: Units) -> None:
    unit, border = UnitIndex(units).query_border([0.0, 1.0, np.nan], [0.0, 1.0, 0.0])
    assert unit.tolist() == [-1, -1, -1]
    assert not border.any()


def test_no_points() -> None:
    unit, border = UnitIndex([LEFT]).query_border([], [])
    assert unit.shape == border.shape == (0,)
    assert unit.dtype == np.int32


def test_not_a_number_and_infinity() -> None:
    bad = [np.nan, np.inf, -np.inf]
    index = UnitIndex([LEFT])
    assert index.query(bad, [0.5] * 3).tolist() == [-1] * 3
    assert index.query([0.5] * 3, bad).tolist() == [-1] * 3
    assert index.query([np.nan, 0.5, np.inf], [np.nan, 0.5, np.nan]).tolist() == [-1, 0, -1]


def test_kinds_of_input() -> None:
    series = geopandas.GeoSeries([LEFT, RIGHT], index=["a", "b"])
    index = UnitIndex(series)
    assert repr(index) == "<UnitIndex of 2 units>"
    both = np.array([[0.5, 0.5], [1.5, 0.5]])
    assert index.query(both[:, 0], both[:, 1]).tolist() == [0, 1]
    assert index.query(1.5, 0.5).tolist() == [1]
    assert index.query(
        np.array([1], dtype=np.int8), np.array([0.5], dtype=np.float32)
    ).tolist() == [0]


def test_z_is_ignored() -> None:
    raised = shapely.force_3d(LEFT, z=7.0)
    assert UnitIndex([raised]).query(0.5, 0.5).tolist() == [0]


def test_input_is_copied_and_may_be_prepared_by_others() -> None:
    mine = box(0, 0, 1, 1)
    index = UnitIndex([mine])
    shapely.prepare(mine)
    assert index.query_border(1.0, 0.5)[1].tolist() == [True]
    assert not shapely.is_prepared(index._layer.units).any()
    assert index._layer.units[0] is not mine


# --- refused input


def test_wrong_types_are_all_listed() -> None:
    with pytest.raises(GeometryError, match=r"position 1: Point; position 3: str"):
        UnitIndex([LEFT, Point(0, 0), RIGHT, "POLYGON EMPTY"])


def test_long_lists_of_faults_are_counted() -> None:
    with pytest.raises(GeometryError, match=r"position 19: Point; and 5 more$"):
        UnitIndex([Point(0, 0)] * 25)


def test_invalid_polygons_are_named() -> None:
    bow_tie = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    with pytest.raises(GeometryError, match=r"valid polygons: position 1: Self-intersection"):
        UnitIndex([LEFT, bow_tie])


def test_coordinates_beyond_reason() -> None:
    with pytest.raises(GeometryError, match="must lie within 1e\\+150"):
        UnitIndex([box(0, 0, 1e200, 1)])


@pytest.mark.parametrize(
    ("lon", "lat", "message"),
    [
        ([1.0, 2.0], [1.0], r"equally long: \(2,\) and \(1,\)"),
        ([[1.0]], [[1.0]], "one-dimensional"),
        (["a"], [1.0], "must be numbers"),
        ([1.0], [None, object()], "must be numbers"),
    ],
)
def test_bad_positions(lon: list[Any], lat: list[Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        UnitIndex([LEFT]).query(lon, lat)


# --- ugly geometry


def test_more_candidates_than_bits_at_one_vertex() -> None:
    angle = np.linspace(0.0, 2.0 * np.pi, 101)
    rim = np.column_stack([np.cos(angle), np.sin(angle)])
    units = [Polygon([(0, 0), rim[i], rim[i + 1]]) for i in range(100)]
    rng = np.random.default_rng(3)
    near = rng.normal(0.0, 1e-3, (3000, 2))
    lon, lat = adversarial_points(units)
    lon, lat = np.r_[lon, near[:, 0], 0.0], np.r_[lat, near[:, 1], 0.0]
    assert_same_as_plain_loop(units, lon, lat)


def test_many_tiny_units_in_one_cell() -> None:
    x, y = lattice(0.0, 9.0, 1.0)
    tiny = shapely.box(x * 1e-6, y * 1e-6, (x + 1) * 1e-6, (y + 1) * 1e-6)
    units = [box(50, 50, 60, 60), *tiny, box(-1, -1, 1, 1)]
    lon, lat = adversarial_points(units)
    fine_x, fine_y = lattice(-1e-6, 11e-6, 0.5e-6)
    assert_same_as_plain_loop(units, np.r_[lon, fine_x], np.r_[lat, fine_y])


@pytest.mark.parametrize("scale", [1e-150, 1e-30, 1e-9, 1e6, 1e60, 1e149])
@pytest.mark.parametrize("shift", [0.0, 1.0])
def test_extreme_scales(scale: float, shift: float) -> None:
    units = [
        shapely.transform(unit, lambda xy: (xy + shift) * scale)
        for unit in (LEFT, RIGHT, FRAME, ENCLAVE, ISLANDS, Polygon([(0, 2), (3, 3), (1, 4)]))
    ]
    lon, lat = adversarial_points(units)
    grid_x, grid_y = lattice(-1.0, 9.0, 0.1)
    lon, lat = np.r_[lon, (grid_x + shift) * scale], np.r_[lat, (grid_y + shift) * scale]
    assert_same_as_plain_loop(units, lon, lat)


def test_layer_a_few_representable_numbers_wide() -> None:
    step = np.spacing(12.0)
    units = [box(12, 15, 12 + 3 * step, 15 + 3 * step), box(12 + 3 * step, 15, 12 + 5 * step, 16)]
    x, y = np.meshgrid(12 + step * np.arange(-3, 9), 15 + step * np.arange(-3, 9))
    assert_same_as_plain_loop(units, x.ravel(), y.ravel())


def test_needles_and_nearly_level_edges() -> None:
    rng = np.random.default_rng(8)
    units = []
    for exponent in range(-14, 0):
        slope = 10.0**exponent
        level = np.array([(0.0, 0.0), (8.0, slope), (4.0, 3.0 * slope)])
        level += rng.uniform(-5.0, 5.0, 2)
        units += [Polygon(level), Polygon(level[:, ::-1])]
    units = [unit for unit in units if unit.is_valid]
    lon, lat = adversarial_points(units)
    spread = rng.uniform(-6.0, 14.0, (20_000, 2))
    assert_same_as_plain_loop(units, np.r_[lon, spread[:, 0]], np.r_[lat, spread[:, 1]])


def test_points_on_the_seams_of_the_grid() -> None:
    units = coverage(50)
    index = UnitIndex(units)
    tables = index._layer.tables
    rng = np.random.default_rng(2)
    steps = rng.integers(0, 4096, (20_000, 2)) / 8.0
    seams = tables.origin + steps / tables.scale
    beside = np.vstack([seams, np.nextafter(seams, np.inf), np.nextafter(seams, -np.inf)])
    mixed = np.column_stack([beside[:, 0], rng.permutation(beside[:, 1])])
    assert_same_as_plain_loop(units, mixed[:, 0].copy(), mixed[:, 1].copy(), index)


def test_closer_to_a_border_than_shapely_can_tell() -> None:
    units = [Polygon([(0, 0), (1, 1), (0, 2), (-1, 1)]), box(0, 0, 2, 2), box(-2, 0, 0, 2)]
    x = np.array([0.0, 1e-300, -1e-300, 1e-40, -1e-40, 1e-30, -1e-30, 1e-20, -1e-20])
    lon, lat = (array.ravel() for array in np.meshgrid(x, [0.0, 0.5, 1.0, 2.0]))
    assert_same_as_plain_loop(units, lon, lat)


def test_few_pairs_at_a_time_give_the_same_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    units = coverage(9)
    index = UnitIndex(units)
    lon, lat = adversarial_points(units, limit=500)
    expected = index.query_border(lon, lat)
    monkeypatch.setattr(_lookup, "MOST_PAIRS", 2)
    monkeypatch.setattr(_lookup, "CHUNK", 37)
    found = index.query_border(lon, lat)
    np.testing.assert_array_equal(found, expected)


# --- coverages against the plain loop


@pytest.mark.parametrize("count", [9, 50, 160, 800])
def test_generated_coverage(count: int) -> None:
    units = coverage(count)
    index = UnitIndex(units)
    assert_same_as_plain_loop(units, *points(POINTS, seed=count), index)
    limit = None if EXHAUSTIVE else 4_000
    assert_same_as_plain_loop(units, *adversarial_points(units, limit), index)


def test_coverage_is_the_same_every_time() -> None:
    again = coverage.__wrapped__(50)
    assert shapely.to_wkb(again).tolist() == shapely.to_wkb(coverage(50)).tolist()
    lon, lat = points(1000)
    np.testing.assert_array_equal(points(1000), (lon, lat))


def test_overlapping_coverages_with_gaps() -> None:
    units = np.concatenate([coverage(50)[::3], coverage(160)[::2], coverage(9, seed=2)[:5]])
    index = UnitIndex(units)
    assert_same_as_plain_loop(units, *points(50_000, seed=4), index)
    assert_same_as_plain_loop(units, *adversarial_points(units, limit=3_000), index)


@requires_realdata
@pytest.mark.parametrize(("level", "count"), [(1, 9), (2, 50), (3, 701)])
def test_real_units(level: int, count: int) -> None:
    (path,) = Path(str(REALDATA)).glob(f"cod-ab-2015/*_adm{level}_*.shp")
    # Published boundaries may cross themselves; made valid here, before both sides see them.
    units = shapely.make_valid(geopandas.read_file(path).geometry.to_numpy())
    assert len(units) == count
    index = UnitIndex(units)
    assert_same_as_plain_loop(units, *points(POINTS, seed=level), index)
    limit = None if EXHAUSTIVE else 4_000
    assert_same_as_plain_loop(units, *adversarial_points(units, limit), index)


# --- properties

whole = st.integers(0, 6)
decimal = st.floats(-1.0, 7.0, allow_nan=False, width=32)


@st.composite
def lattice_units(draw: st.DrawFn) -> Polygon | MultiPolygon:
    """Unions of lattice squares: holes, several parts, shared edges, overlaps and gaps."""
    corners = draw(st.lists(st.tuples(whole, whole), max_size=12))
    unit = shapely.union_all([box(x, y, x + 1, y + 1) for x, y in corners])
    return unit if corners else Polygon()


@st.composite
def ragged_units(draw: st.DrawFn) -> Polygon | MultiPolygon | None:
    """Hulls of a few lattice and decimal points, sometimes with a hole."""
    corner = st.tuples(st.one_of(whole, decimal), st.one_of(whole, decimal))
    hull = shapely.MultiPoint(draw(st.lists(corner, min_size=3, max_size=7))).convex_hull
    if draw(st.booleans()):
        hull = hull.difference(shapely.affinity.scale(hull, 0.5, 0.5))
    is_unit = hull.geom_type in {"Polygon", "MultiPolygon"} and hull.is_valid
    return hull if is_unit else None


@st.composite
def layers(draw: st.DrawFn) -> Units:
    either: st.SearchStrategy[Any] = st.one_of(lattice_units(), ragged_units())
    units = draw(st.lists(either, max_size=8))
    repeated = draw(st.booleans()) if units else False
    if repeated:
        units += [units[draw(st.integers(0, len(units) - 1))]] * draw(st.integers(1, 2))
    return units


@settings(max_examples=400 if EXHAUSTIVE else 120, deadline=None)
@given(units=layers(), extra=st.lists(st.tuples(decimal, decimal), max_size=20))
def test_any_layer(units: Units, extra: list[tuple[float, float]]) -> None:
    known = [unit for unit in units if unit is not None]
    lon, lat = adversarial_points(np.array(known, dtype=object)) if known else ([], [])
    grid_x, grid_y = lattice(-0.5, 7.5, 0.25)
    more = np.array(extra, dtype=float).reshape(-1, 2)
    assert_same_as_plain_loop(units, np.r_[lon, grid_x, more[:, 0]], np.r_[lat, grid_y, more[:, 1]])


@settings(max_examples=50, deadline=None)
@given(units=layers(), seed=st.integers(0, 2**16))
def test_answers_do_not_depend_on_company(units: Units, seed: int) -> None:
    index = UnitIndex(units)
    lon, lat = lattice(-0.5, 7.5, 0.5)
    together = index.query(lon, lat)
    order = np.random.default_rng(seed).permutation(len(lon))
    np.testing.assert_array_equal(index.query(lon[order], lat[order]), together[order])
    np.testing.assert_array_equal(index.query(lon[:1], lat[:1]), together[:1])


# --- threads, files, workers


def test_two_threads_on_one_index() -> None:
    units = coverage(160)
    index = UnitIndex(units)
    count, rounds = (1_000_000, 100) if EXHAUSTIVE else (100_000, 25)
    lon, lat = points(count, seed=7)
    special = adversarial_points(units, limit=50)
    lon, lat = np.r_[lon, special[0]], np.r_[lat, special[1]]
    expected = np.array(index.query_border(lon, lat))

    def rounds_agree(_: int) -> bool:
        return all(np.array_equal(index.query_border(lon, lat), expected) for _ in range(rounds))

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(rounds_agree, range(2))) == [True, True]


def test_saved_and_pickled_indexes_answer_alike(tmp_path: Path) -> None:
    units = [*coverage(50), None, Polygon(), FRAME]
    index = UnitIndex(units)
    lon, lat = adversarial_points(coverage(50), limit=1_000)
    expected = index.query_border(lon, lat)
    index.save(tmp_path / "units.idx")
    for other in (UnitIndex.load(tmp_path / "units.idx"), pickle.loads(pickle.dumps(index))):
        assert len(other) == len(units)
        np.testing.assert_array_equal(other.query_border(lon, lat), expected)


def test_saving_is_repeatable_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "units.npz"
    path.write_text("older content")
    UnitIndex([LEFT, RIGHT]).save(path)
    first = path.read_bytes()
    UnitIndex.load(str(path)).save(str(path))
    assert path.read_bytes() == first
    assert list(tmp_path.iterdir()) == [path]


def test_an_empty_layer_can_be_saved(tmp_path: Path) -> None:
    UnitIndex([]).save(tmp_path / "none.npz")
    assert UnitIndex.load(tmp_path / "none.npz").query(0.0, 0.0).tolist() == [-1]


def test_saving_fails_whole(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(OutputFileError, match="cannot write"):
        UnitIndex([LEFT]).save(folder)
    assert list(tmp_path.iterdir()) == [folder]


def test_foreign_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "foreign"
    UnitIndex([LEFT]).save(path)
    whole_file = path.read_bytes()
    for content in (b"", b"lon,lat\n1,2\n", whole_file[: len(whole_file) // 2], b"PK\x03\x04"):
        path.write_bytes(content)
        with pytest.raises(InputFileError, match="foreign is not a 'maligeo unit index 1'"):
            UnitIndex.load(path)
    with path.open("wb") as stream:
        pickle.dump({"format": "maligeo unit index 1"}, stream)
    with pytest.raises(InputFileError, match="is not a"):
        UnitIndex.load(path)


def test_other_archives_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "single.npy", np.zeros(3))
    np.savez(tmp_path / "other.npz", values=np.zeros(3))
    np.savez(tmp_path / "newer.npz", format=np.array("maligeo unit index 2"))
    np.savez(tmp_path / "partial.npz", format=np.array("maligeo unit index 1"))
    for name in ("single.npy", "other.npz", "newer.npz", "partial.npz"):
        with pytest.raises(InputFileError, match=f"{name} is not a"):
            UnitIndex.load(tmp_path / name)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="cannot read the unit index"):
        UnitIndex.load(tmp_path / "missing.npz")
