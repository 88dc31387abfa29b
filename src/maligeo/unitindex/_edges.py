"""Units to distinct edges, and the predicate that tells whether an edge crosses a path."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from maligeo.core.errors import GeometryError

# Beyond this a difference of two coordinates could overflow.
LARGEST_COORDINATE = 1e150
LISTED_FAULTS = 20


@dataclass(frozen=True)
class Edges:
    """Distinct edges of a layer; an edge that units share stands here once.

    Attributes
    ----------
    ends : float64 array, shape (edges, 4)
        ``ax, ay, bx, by``; the end with the smaller y (then x) comes first.
    unit_start : int64 array, shape (edges + 1,)
        Where each edge's units begin in `unit`.
    unit : int64 array
        Units of each edge, ascending.
    """

    ends: npt.NDArray[np.float64]
    unit_start: npt.NDArray[np.int64]
    unit: npt.NDArray[np.int64]


def own_polygons(geometries: Iterable[Any]) -> npt.NDArray[np.object_]:
    """Check the units and copy them, so that nobody else can reach the copies.

    A geometry that its owner has prepared is not safe to use from several threads
    (libgeos issue 825); the copies are never prepared and never handed out.

    Parameters
    ----------
    geometries : iterable of shapely geometries or None

    Returns
    -------
    object array, shape (units,)
        Two-dimensional copies.

    Raises
    ------
    GeometryError
        If a member is neither polygonal nor empty, or is not valid.
    """
    members = list(geometries)
    given = np.empty(len(members), dtype=object)
    given[:] = members
    _refuse(
        {
            position: getattr(geometry, "geom_type", type(geometry).__name__)
            for position, geometry in enumerate(members)
            if not _is_polygonal(geometry)
        },
        "units must be polygons or multipolygons",
    )
    units: npt.NDArray[np.object_] = shapely.from_wkb(shapely.to_wkb(shapely.force_2d(given)))
    invalid = np.flatnonzero(~(shapely.is_valid(units) | shapely.is_missing(units)))
    _refuse(
        {int(position): str(shapely.is_valid_reason(units[position])) for position in invalid},
        "units must be valid polygons",
    )
    bounds = fill_bounds(units)
    too_far = np.flatnonzero((np.abs(bounds) > LARGEST_COORDINATE).any(axis=1))
    _refuse(
        {int(position): str(bounds[position]) for position in too_far},
        f"coordinates must lie within {LARGEST_COORDINATE:g}",
    )
    return units


def fill_bounds(units: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
    """Bounds of the units; asking once makes GEOS store them before threads do.

    Parameters
    ----------
    units : object array, shape (units,)

    Returns
    -------
    float64 array, shape (units, 4)
    """
    bounds: npt.NDArray[np.float64] = shapely.bounds(units)
    return bounds


def distinct_edges(units: npt.NDArray[np.object_]) -> Edges:
    """Take the units apart into edges and merge those that coincide.

    Parameters
    ----------
    units : object array, shape (units,)

    Returns
    -------
    Edges
    """
    ends, unit = _ring_edges(units)
    turned = (ends[:, 1] > ends[:, 3]) | ((ends[:, 1] == ends[:, 3]) & (ends[:, 0] > ends[:, 2]))
    ends[turned] = ends[turned][:, [2, 3, 0, 1]]
    order = np.lexsort((unit, *ends.T))
    ends, unit = ends[order], unit[order]
    is_first = np.ones(len(ends), dtype=bool)
    is_first[1:] = (ends[1:] != ends[:-1]).any(axis=1)
    starts = np.append(np.flatnonzero(is_first), len(ends))
    return Edges(ends[is_first], starts, unit)


def _is_polygonal(geometry: object) -> bool:
    if geometry is None:
        return True
    if not isinstance(geometry, shapely.Geometry):
        return False
    is_area = isinstance(geometry, (shapely.Polygon, shapely.MultiPolygon))
    return is_area or bool(shapely.is_empty(geometry))


def _refuse(faults: dict[int, str], rule: str) -> None:
    if not faults:
        return
    listed = [f"position {position}: {what}" for position, what in faults.items()]
    more = len(listed) - LISTED_FAULTS
    tail = f"; and {more} more" if more > 0 else ""
    raise GeometryError(f"{rule}: {'; '.join(listed[:LISTED_FAULTS])}{tail}")


def _ring_edges(
    units: npt.NDArray[np.object_],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    parts, unit_of_part = shapely.get_parts(units, return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    points, ring_of_point = shapely.get_coordinates(rings, return_index=True)
    ends = np.hstack([points[:-1], points[1:]])
    is_edge = (ring_of_point[:-1] == ring_of_point[1:]) & (points[:-1] != points[1:]).any(axis=1)
    unit = unit_of_part[part_of_ring[ring_of_point[:-1][is_edge]]]
    return ends[is_edge], unit.astype(np.int64)


# How an edge lies to the line left of a cell.
RIGHT_OF_LINE, LOW_END_LEFT, HIGH_END_LEFT, LEFT_OF_LINE = range(4)

# The sign of the computed orientation is right if it exceeds (3 + 16 u) u = 3.34e-16 times
# the sum of the two products' sizes, where u = 2**-53 (Shewchuk 1997, "Adaptive Precision
# Floating-Point Arithmetic and Fast Robust Geometric Predicates", ccwerrboundA).
ERROR_BOUND = 4e-16
# shapely computes orientations with about 100 bits, so closer than this, times the square of
# the largest coordinate, its answer may not be the true one: it decides there too.
SHAPELY_BOUND = 1e-28
# The bounds presume that no product underflows.
UNDERFLOW_GUARD = 1e-290

EdgeRows = npt.NDArray[np.float64]


def edge_rows(ends: npt.NDArray[np.float64]) -> EdgeRows:
    """Lay out edges for `crossed`.

    Parameters
    ----------
    ends : float64 array, shape (edges, 4)
        ``ax, ay, bx, by`` with ``ay <= by``.

    Returns
    -------
    float64 array, shape (edges, 5)
        ``ax, ay, by, bx - ax, by - ay``.
    """
    ax, ay, bx, by = ends.T
    return np.column_stack([ax, ay, by, bx - ax, by - ay])


def least_turn(ends: npt.NDArray[np.float64]) -> float:
    """Size up to which any orientation in a layer is left to shapely.

    Parameters
    ----------
    ends : float64 array, shape (edges, 4)

    Returns
    -------
    float
    """
    largest = float(np.abs(ends).max(initial=0.0))
    return max(SHAPELY_BOUND * largest**2, UNDERFLOW_GUARD)


def crossed(
    rows: EdgeRows,
    lie: npt.NDArray[np.uint8],
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    least: npt.NDArray[np.float64] | float,
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Whether the path to each point crosses each edge.

    Parameters
    ----------
    rows : float64 array, shape (pairs, 5)
        As laid out by `edge_rows`.
    lie : uint8 array, shape (pairs,)
        How the edge lies to the line left of the point's cell.
    x, y : float64 arrays, shape (pairs,)
    least : float
        As from `least_turn`.

    Returns
    -------
    is_crossed : bool array, shape (pairs,)
    is_doubtful : bool array, shape (pairs,)
        True where rounding could have changed the answer; a point on the edge always is. An
        edge of NaN makes every point doubtful.
    """
    ax, ay, by, dx, dy = rows.T
    rise = y - ay
    spans = (rise >= 0.0) & (y < by)
    rise *= dx
    run = x - ax
    run *= dy
    turn = rise - run
    is_right = turn < 0.0
    np.abs(turn, out=turn)
    np.abs(rise, out=rise)
    np.abs(run, out=run)
    run += rise
    run *= ERROR_BOUND
    run += least
    is_doubtful = ~(turn > run)
    is_crossed = spans & (is_right ^ (lie == LOW_END_LEFT))
    is_crossed |= (y >= by) & (lie != RIGHT_OF_LINE)
    return is_crossed, is_doubtful
