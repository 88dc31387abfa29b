"""Generated coverages: units that fill a country-like outline, with rough shared borders.

Seeds, denser in the south, give Voronoi cells; all lines are noded once, so that neighbours
share their vertices; then every line is cut into short steps and every vertex is moved by one
field of waves, a pure function of its position, so that neighbours still share them.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import Voronoi, cKDTree

Floats = npt.NDArray[np.float64]
Polygons = npt.NDArray[np.object_]

# A hand-drawn shape of Mali's size, with its narrow waist and straight northern sides.
OUTLINE = shapely.Polygon(
    [
        (-12.2, 14.8), (-11.4, 12.3), (-9.3, 12.4), (-8.3, 11.0), (-8.0, 10.2), (-5.5, 10.5),
        (-5.2, 11.7), (-3.9, 13.4), (-2.0, 14.2), (0.2, 15.0), (3.5, 15.4), (4.2, 16.8),
        (4.2, 19.1), (3.1, 19.1), (1.8, 20.6), (-4.8, 24.9), (-6.5, 24.9), (-5.6, 16.4),
        (-5.4, 15.5), (-9.3, 15.4), (-10.9, 15.1),
    ]
)  # fmt: skip
DESERT_LATITUDE = 16.0
DESERT_DENSITY = 0.18
# Degrees between vertices, chosen to have about as many as real layers of that size.
STEPS = {9: 0.006, 50: 0.018, 160: 0.012, 800: 0.008}
DEFAULT_STEP = 0.012
LONGEST_WAVE = 1.2
ROUGHNESS = 0.15


@cache
def coverage(units: int, seed: int = 1) -> Polygons:
    """Make a coverage: valid polygons that fill the outline without gaps or overlaps.

    Parameters
    ----------
    units : int
    seed : int

    Returns
    -------
    object array of polygons (or multipolygons), shape (units,)
        The same for the same arguments.
    """
    rng = np.random.default_rng((seed, units))
    cells = _voronoi_cells(_seeds(units, rng))
    step = STEPS.get(units, DEFAULT_STEP)
    polygons = np.array([_divide(cell, step) for cell in cells], dtype=object)
    vertices, place = np.unique(shapely.get_coordinates(polygons), axis=0, return_inverse=True)
    moved = vertices + _displacement(vertices, *_waves(step, rng))
    rough = shapely.set_coordinates(polygons, moved[place])
    if not (shapely.is_valid(rough).all() and shapely.coverage_is_valid(rough)):
        raise RuntimeError(f"no valid coverage for {units} units and seed {seed}")
    return rough


def _seeds(units: int, rng: np.random.Generator) -> Floats:
    places = _uniform_inside(20_000 + 60 * units, rng)
    seeds = rng.choice(places, units, replace=False)
    for _ in range(3):
        nearest = cKDTree(seeds).query(places)[1]
        count = np.maximum(np.bincount(nearest, minlength=units), 1)[:, None]
        total = np.column_stack(
            [np.bincount(nearest, places[:, axis], minlength=units) for axis in (0, 1)]
        )
        seeds = (seeds + total / count) / 2.0
    return seeds


def _uniform_inside(count: int, rng: np.random.Generator) -> Floats:
    """Places inside the outline, thinned out in the desert; about `count` of them."""
    low_x, low_y, high_x, high_y = OUTLINE.bounds
    places = rng.uniform((low_x, low_y), (high_x, high_y), (4 * count, 2))
    density = np.where(places[:, 1] < DESERT_LATITUDE, 1.0, DESERT_DENSITY)
    kept = rng.random(len(places)) < density
    return places[kept & shapely.contains_xy(OUTLINE, *places.T)]


def _voronoi_cells(seeds: Floats) -> Polygons:
    far = np.array([[-60.0, 15.0], [50.0, 15.0], [-5.0, 80.0], [-5.0, -60.0]])
    diagram = Voronoi(np.vstack([seeds, far]))
    ridges = [diagram.vertices[ridge] for ridge in diagram.ridge_vertices if min(ridge) >= 0]
    lines = shapely.union_all([*shapely.linestrings(ridges), OUTLINE.exterior])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    inner = shapely.get_coordinates(shapely.point_on_surface(faces))
    faces, inner = (array[shapely.contains_xy(OUTLINE, *inner.T)] for array in (faces, inner))
    unit = cKDTree(seeds).query(inner)[1]
    cells = [shapely.multipolygons(faces[unit == number]) for number in range(len(seeds))]
    return np.array([cell.geoms[0] if len(cell.geoms) == 1 else cell for cell in cells])


def _divide(cell: shapely.Geometry, step: float) -> shapely.Geometry:
    """Cut edges into equal steps, to the last bit alike from both sides."""
    if isinstance(cell, shapely.MultiPolygon):
        return shapely.MultiPolygon([_divide(part, step) for part in cell.geoms])
    rings = [_divide_ring(shapely.get_coordinates(ring), step) for ring in shapely.get_rings(cell)]
    return shapely.Polygon(rings[0], rings[1:])


def _divide_ring(points: Floats, step: float) -> Floats:
    pieces = []
    for begin, end in pairwise(points):
        is_forward = tuple(begin) <= tuple(end)
        low, high = (begin, end) if is_forward else (end, begin)
        count = max(int(np.ceil(np.hypot(*(high - low)) / step)), 1)
        line = low + (high - low) * (np.arange(count + 1) / count)[:, None]
        line[-1] = high
        pieces.append((line if is_forward else line[::-1])[:-1])
    return np.vstack([*pieces, points[:1]])


def _waves(step: float, rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Waves of ever shorter length, all equally steep, so that lines are rough at any scale."""
    octaves = int(np.log2(LONGEST_WAVE / (4.0 * step))) + 1
    length = np.repeat(LONGEST_WAVE / 2.0 ** np.arange(octaves), 3)
    heading = rng.uniform(0.0, 2.0 * np.pi, (2, len(length)))
    number = 2.0 * np.pi / length * np.array([np.cos(heading[0]), np.sin(heading[0])])
    steepness = ROUGHNESS * length / (2.0 * np.pi)
    push = steepness * np.array([np.cos(heading[1]), np.sin(heading[1])])
    return number, push, rng.uniform(0.0, 2.0 * np.pi, len(length))


def _displacement(points: Floats, number: Floats, push: Floats, phase: Floats) -> Floats:
    return np.sin(points @ number + phase) @ push.T
