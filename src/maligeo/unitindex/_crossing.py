"""Does an edge lie across the path to a point? The one predicate of the index.

Within a cell every point is reached by the same kind of path: straight up a line just left of
the cell, starting from below everything, then straight right to the point. Each edge that the
path crosses toggles the edge's units. Where the path crosses an edge follows from comparisons
and from the side of the edge on which the point itself lies:

- The path runs infinitely close above and right of the stated lines, which settles ends that
  lie exactly on it: an edge spans the point's height if ``ay <= y < by``.
- An edge with both ends right of the line is crossed if it spans the height and the point lies
  right of it.
- An edge with its low end left of the line, rising to the right, is crossed if it spans the
  height and the point lies left of (so above) it, or if the point is higher than all of it.
- An edge with its high end left of the line is crossed if it spans the height and the point
  lies right of (so above) it, or if the point is higher than all of it.
- An edge left of the line is never crossed.

The parity stays right when an end is taken for being right of the line though it lies a
little left of it, as long as all edges of that end take it so: both crossings change at once.
That is why the side of an end may come from rounded grid coordinates.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

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
