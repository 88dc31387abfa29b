"""The grid over a layer: which cells an edge meets, and where it passes their reference points.

A grid coordinate is ``(x - x0) * scale``: two rounded but monotone operations, so it errs by
less than 1e-11 cells for up to `LARGEST_SIZE` cells. Everything here works on edges whose ends
have been moved to their rounded grid coordinates; an end shared by several edges moves once,
so rings stay closed. `MARGIN` is far larger than all these errors together: what stays clear
of an edge by `MARGIN` in this picture lies on the same side of it in truth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Cells along each side of a block; a power of two, so that scaling by it is exact.
BLOCK = 8
SMALLEST_SIZE = 64
LARGEST_SIZE = 4096
# The grid shrinks until edges and cells meet less often than this, to bound memory.
MOST_MEETINGS = 20_000_000
MARGIN = 1e-6
# A cell's reference point stands this far from its lower left corner; an unlikely fraction,
# so that drawn boundaries do not run through reference points.
REFERENCE = 0.381966
# Free space round the layer: the outermost ring of cells holds nothing, so that points
# beyond the grid can be moved into it.
RIM = 1.25


@dataclass(frozen=True)
class Grid:
    """A square table of cells over the bounds of a layer.

    Attributes
    ----------
    origin, scale : float64 arrays, shape (2,)
        Grid coordinate = (coordinate - origin) * scale, in cells.
    size : int
        Cells along each side, a power of two.
    """

    origin: Floats
    scale: Floats
    size: int


class GridEdges(NamedTuple):
    """Edges in grid coordinates, each array of shape (edges,); the low end is ``a``."""

    ax: Floats
    ay: Floats
    bx: Floats
    by: Floats


def fit_grid(ends: Floats) -> Grid:
    """Choose a grid: finer for more edges, bounded in memory.

    Parameters
    ----------
    ends : float64 array, shape (edges, 4)
        All edges of the layer, perhaps none.

    Returns
    -------
    Grid
    """
    points = ends.reshape(-1, 2) if len(ends) else np.zeros((1, 2))
    low, high = points.min(axis=0), points.max(axis=0)
    # A cell spans several representable numbers, so that rounding the origin keeps the rim.
    spacing = np.spacing(np.maximum(np.abs(low), np.abs(high)))
    width = np.maximum(np.maximum(high - low, 8.0 * LARGEST_SIZE * spacing), 1e-280)
    lengths = np.abs(ends[:, 2:] - ends[:, :2]) / width
    size = LARGEST_SIZE
    wanted = 32.0 * np.sqrt(len(ends))
    while size > SMALLEST_SIZE and (
        size >= 2.0 * wanted or lengths.sum() * size + len(ends) > MOST_MEETINGS
    ):
        size //= 2
    scale = (size - 2.0 * RIM) / width
    return Grid(low - RIM / scale, scale, size)


def grid_edges(grid: Grid, ends: Floats) -> GridEdges:
    """Edges in grid coordinates.

    Parameters
    ----------
    grid : Grid
    ends : float64 array, shape (edges, 4)

    Returns
    -------
    GridEdges
    """
    moved = (ends.reshape(-1, 2) - grid.origin) * grid.scale
    return GridEdges(*np.ascontiguousarray(moved.reshape(-1, 4).T))


def meetings(edges: GridEdges, size: int, near: float, far: float) -> tuple[Ints, Ints]:
    """Pairs of a cell and an edge that comes within `MARGIN` of the cell's inner box.

    The inner box of cell (column, row) is [column + near, column + far] by
    [row + near, row + far]: 0 and 1 give the cell, equal numbers give one point in it.

    Parameters
    ----------
    edges : GridEdges
    size : int
    near, far : float

    Returns
    -------
    cell : int64 array, shape (pairs,)
        ``row * size + column``.
    edge : int64 array, shape (pairs,)
    """
    first = np.ceil(edges.ay - far - MARGIN)
    last = np.floor(edges.by - near + MARGIN)
    edge, row = _runs(first, last)
    # MARGIN above and below stretches the range along the slope of a flat edge, MARGIN left
    # and right covers a steep one.
    height = row.astype(np.float64)
    left, right = _x_range(edges, edge, height + (near - MARGIN), height + (far + MARGIN))
    entry, column = _runs(np.ceil(left - far - MARGIN), np.floor(right - near + MARGIN))
    return row[entry] * size + column, edge[entry]


def crossings(edges: GridEdges, size: int) -> tuple[Ints, Ints]:
    """Where edges cross the rows of reference points.

    The rule "low end at or below the row, high end above it" depends on each end alone, so
    that every closed ring crosses every row an even number of times.

    Parameters
    ----------
    edges : GridEdges
    size : int

    Returns
    -------
    place : int64 array, shape (crossings,)
        ``row * size + n``: the reference points of the first n cells lie left of the edge.
    edge : int64 array, shape (crossings,)
    """
    edge, row = _runs(np.ceil(edges.ay - REFERENCE), np.ceil(edges.by - REFERENCE) - 1.0)
    ax, ay, bx, by = (end[edge] for end in edges)
    x = ax + (bx - ax) * ((row + REFERENCE - ay) / (by - ay))
    return row * size + np.ceil(x - REFERENCE).astype(np.int64), edge


def _runs(first: Floats, last: Floats) -> tuple[Ints, Ints]:
    """Spell out the whole numbers first..last of every entry: (entry, number) pairs."""
    begin = first.astype(np.int64)
    count = np.maximum(last.astype(np.int64) - begin + 1, 0)
    entry = np.repeat(np.arange(len(begin)), count)
    offset = np.cumsum(count) - count - begin
    return entry, np.arange(len(entry)) - offset[entry]


def _x_range(edges: GridEdges, edge: Ints, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Smallest and largest x of each edge's part between two heights."""
    ax, ay, bx, by = (end[edge] for end in edges)
    height = by - ay
    flat = height == 0.0
    height[flat] = 1.0
    bottom = (np.maximum(low, ay) - ay) / height
    top = np.where(flat, 1.0, (np.minimum(high, by) - ay) / height)
    x_bottom = ax + (bx - ax) * bottom
    x_top = ax + (bx - ax) * top
    return np.minimum(x_bottom, x_top), np.maximum(x_bottom, x_top)
