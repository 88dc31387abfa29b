"""The tables of an index: blocks of cells, the cells' edges and their candidate units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from maligeo.unitindex._edges import (
    HIGH_END_LEFT,
    LEFT_OF_LINE,
    LOW_END_LEFT,
    RIGHT_OF_LINE,
    Edges,
    crossed,
    edge_rows,
    least_turn,
)
from maligeo.unitindex._grid import (
    BLOCK,
    MARGIN,
    REFERENCE,
    Grid,
    GridEdges,
    Ints,
    crossings,
    grid_edges,
    meetings,
)

OUTSIDE = -1
# A code below OUTSIDE points to row FIRST_LINK - code of the next table.
FIRST_LINK = -2
# One bit of a mask stands for "no unit".
MOST_CANDIDATES = 63

Masks = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Tables:
    """What a query reads; never changed once built.

    A code in `coarse` or `fine` is a unit, `OUTSIDE`, or a link: from `coarse` to a row of
    `fine`, from `fine` to a border cell, one that edges pass through.

    Attributes
    ----------
    origin, scale : float64 arrays, shape (2,)
        Position in blocks = (coordinate - origin) * scale.
    coarse : int32 array, shape (blocks along y, blocks along x)
    fine : int32 array, shape (mixed blocks, BLOCK * BLOCK)
    cell_pairs : int64 array, shape (border cells + 1,)
        Where each border cell's edges begin in the `pair_` arrays.
    pair_edge : int32 array, shape (pairs,)
        Row of `edges`.
    pair_lie : uint8 array, shape (pairs,)
        How the edge lies to the line left of the cell.
    pair_mask : uint64 array, shape (pairs,)
        Candidates of the cell that the edge bounds.
    cell_base : uint64 array, shape (border cells,)
        Candidates that hold the start of the paths.
    cell_candidates : int64 array, shape (border cells + 1,)
        Where each border cell's candidates begin in `candidate`.
    candidate : int32 array
        Units, ascending within a cell, closed by `OUTSIDE`; bit n of a mask is the n-th.
    edges : float64 array, shape (edges + 1, 5)
        As laid out by `edge_rows`; the last is NaN, which puts any point in doubt.
    least : float64 array, shape ()
        As from `least_turn`.
    """

    origin: npt.NDArray[np.float64]
    scale: npt.NDArray[np.float64]
    coarse: npt.NDArray[np.int32]
    fine: npt.NDArray[np.int32]
    cell_pairs: npt.NDArray[np.int64]
    pair_edge: npt.NDArray[np.int32]
    pair_lie: npt.NDArray[np.uint8]
    pair_mask: npt.NDArray[np.uint64]
    cell_base: npt.NDArray[np.uint64]
    cell_candidates: npt.NDArray[np.int64]
    candidate: npt.NDArray[np.int32]
    edges: npt.NDArray[np.float64]
    least: npt.NDArray[np.float64]


class _Pairs(NamedTuple):
    """Border cells and the edges that meet them, ordered by cell."""

    cells: Ints
    start: Ints
    cell_of: Ints
    edge: Ints
    lie: npt.NDArray[np.uint8]


class _Candidates(NamedTuple):
    """Units that may hold points of a border cell, ordered by cell, then unit."""

    cell_of: Ints
    unit: Ints
    start: Ints
    bit: Masks


def build_tables(grid: Grid, edges: Edges, unit_count: int) -> Tables:
    """Build the tables of a layer.

    Parameters
    ----------
    grid : Grid
    edges : Edges
    unit_count : int

    Returns
    -------
    Tables
    """
    moved = grid_edges(grid, edges.ends)
    pairs = _meet(moved, grid.size)
    bounding_pair, bounding = _units_of(edges, pairs.edge)
    own = np.unique(pairs.cell_of[bounding_pair] * unit_count + bounding)
    steps = _steps(moved, edges, grid.size)
    painted = _paint(steps, pairs.cells, own, unit_count, grid.size)
    candidates = _candidates(own, painted.ravel()[pairs.cells], len(pairs.cells), unit_count)

    keys = candidates.cell_of * unit_count + candidates.unit
    place = np.searchsorted(keys, pairs.cell_of[bounding_pair] * unit_count + bounding)
    mask = _join_bits(candidates.bit[place], bounding_pair, len(pairs.edge))
    base = _bases(pairs, mask, candidates, steps, moved, grid.size)

    pair_edge = pairs.edge.astype(np.int32)
    unclear = np.isin(pairs.cells, meetings(moved, grid.size, REFERENCE, REFERENCE)[0])
    crowded = np.diff(candidates.start) - 1 > MOST_CANDIDATES
    pair_edge[pairs.start[:-1][unclear | crowded]] = len(edges.ends)

    coarse, fine = _fold(painted, pairs.cells)
    return Tables(
        origin=grid.origin,
        scale=grid.scale / BLOCK,
        coarse=coarse,
        fine=fine,
        cell_pairs=pairs.start,
        pair_edge=pair_edge,
        pair_lie=pairs.lie,
        pair_mask=mask,
        cell_base=base,
        cell_candidates=candidates.start,
        candidate=_closed(candidates),
        edges=np.vstack([edge_rows(edges.ends), np.full((1, 5), np.nan)]),
        least=np.array(least_turn(edges.ends)),
    )


def _meet(moved: GridEdges, size: int) -> _Pairs:
    cell, edge = meetings(moved, size, 0.0, 1.0)
    # The path's line stands half a margin left of the cell: inside the stretch in which all
    # edges are known, and clear of every point of the cell.
    line = (cell % size) - MARGIN / 2.0
    low_left = moved.ax[edge] <= line
    high_left = moved.bx[edge] <= line
    lie = np.full(len(cell), RIGHT_OF_LINE, dtype=np.uint8)
    lie[low_left] = LOW_END_LEFT
    lie[high_left] = HIGH_END_LEFT
    lie[low_left & high_left] = LEFT_OF_LINE

    kept = np.flatnonzero(lie != LEFT_OF_LINE)
    kept = kept[np.argsort(cell[kept], kind="stable")]
    cells, start, count = np.unique(cell[kept], return_index=True, return_counts=True)
    cell_of = np.repeat(np.arange(len(cells)), count)
    return _Pairs(cells, np.append(start, len(kept)), cell_of, edge[kept], lie[kept])


def _units_of(edges: Edges, edge: Ints) -> tuple[Ints, Ints]:
    """All units of all listed edges: (position in the list, unit) pairs."""
    count = np.diff(edges.unit_start)[edge]
    entry = np.repeat(np.arange(len(edge)), count)
    offset = np.cumsum(count) - count - edges.unit_start[edge]
    return entry, edges.unit[np.arange(len(entry)) - offset[entry]]


def _steps(moved: GridEdges, edges: Edges, size: int) -> Ints:
    """Where units begin and end along rows of reference points, in order.

    A step is ``unit * size**2 + row * size + n``, n reference points of the row lying left of
    it. Rings are closed, so a unit has an even number of steps in a row: steps 0-1, 2-3, …
    enclose its reference points, and the number of steps at or before any reference point is
    odd if the unit holds it.
    """
    place, edge = crossings(moved, size)
    entry, unit = _units_of(edges, edge)
    return np.sort(unit * size**2 + place[entry])


def _paint(
    steps: Ints, cells: Ints, own: Ints, unit_count: int, size: int
) -> npt.NDArray[np.signedinteger]:
    """Lowest unit that covers each whole cell, shape (rows, columns); of 16 bits where they do.

    A unit covers a cell whole if it holds its reference point and has no edge in it. Units
    are painted from the last to the first and take back what they painted on cells with
    edges of their own.
    """
    table: npt.NDArray[np.signedinteger] = np.full(
        size * size, OUTSIDE, dtype=np.int16 if unit_count <= np.iinfo(np.int16).max else np.int32
    )
    by_unit = own[np.argsort(own % unit_count, kind="stable")] if len(own) else own
    own_unit, own_cell = by_unit % max(unit_count, 1), cells[by_unit // max(unit_count, 1)]
    first_own = np.searchsorted(own_unit, np.arange(unit_count + 1))
    first_step = np.searchsorted(steps, np.arange(unit_count + 1) * size**2)
    for unit in range(unit_count - 1, -1, -1):
        edged = own_cell[first_own[unit] : first_own[unit + 1]]
        before = table[edged]
        runs = steps[first_step[unit] : first_step[unit + 1]] - unit * size**2
        for begin, end in zip(runs[0::2].tolist(), runs[1::2].tolist(), strict=True):
            table[begin:end] = unit
        table[edged] = before
    return table.reshape(size, size)


def _candidates(
    own: Ints, covering: npt.NDArray[np.signedinteger], cell_count: int, unit_count: int
) -> _Candidates:
    """Units with edges in each border cell, and the lowest unit that covers it whole."""
    covered = np.flatnonzero(covering != OUTSIDE)
    keys = np.sort(np.concatenate([own, covered * unit_count + covering[covered]]))
    cell_of, unit = np.divmod(keys, max(unit_count, 1))
    first = np.searchsorted(cell_of, np.arange(cell_count + 1))
    rank = np.arange(len(keys)) - first[cell_of]
    bit = np.uint64(1) << (rank % 64).astype(np.uint64)
    # One more place in every cell for the closing OUTSIDE.
    return _Candidates(cell_of, unit, first + np.arange(cell_count + 1), bit)


def _closed(candidates: _Candidates) -> npt.NDArray[np.int32]:
    closed = np.full(candidates.start[-1], OUTSIDE, dtype=np.int32)
    closed[np.arange(len(candidates.unit)) + candidates.cell_of] = candidates.unit
    return closed


def _bases(
    pairs: _Pairs,
    mask: Masks,
    candidates: _Candidates,
    steps: Ints,
    moved: GridEdges,
    size: int,
) -> Masks:
    """Masks at the start of the paths: those at the reference points, taken back along them.

    The mask of a cell whose reference point lies within `MARGIN` of an edge may be wrong; such
    cells are left to shapely.
    """
    reference = candidates.unit * size**2 + pairs.cells[candidates.cell_of]
    holds = np.searchsorted(steps, reference, side="right") % 2 == 1
    cell_count = len(pairs.cells)
    base = _join_bits(np.where(holds, candidates.bit, np.uint64(0)), candidates.cell_of, cell_count)
    none = np.diff(candidates.start) - 1
    base |= np.uint64(1) << np.minimum(none, 63).astype(np.uint64)

    row, column = np.divmod(pairs.cells[pairs.cell_of], size)
    rows = edge_rows(np.column_stack(moved))[pairs.edge]
    is_crossed, _ = crossed(rows, pairs.lie, column + REFERENCE, row + REFERENCE, 0.0)
    return base ^ _join_bits(np.where(is_crossed, mask, np.uint64(0)), pairs.cell_of, cell_count)


def _join_bits(bits: Masks, group: Ints, group_count: int) -> Masks:
    """Exclusive or of the bits in each group; groups are ascending and none is empty."""
    if group_count == 0:
        return np.empty(0, dtype=np.uint64)
    starts = np.searchsorted(group, np.arange(group_count))
    joined: Masks = np.bitwise_xor.reduceat(bits, starts)
    return joined


def _fold(
    painted: npt.NDArray[np.signedinteger], cells: Ints
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Fold the table of cells into blocks; only blocks with edges keep their cells."""
    blocks = len(painted) // BLOCK
    row, column = np.divmod(cells, len(painted))
    mixed, block = np.unique((row // BLOCK) * blocks + column // BLOCK, return_inverse=True)
    tiles = painted.reshape(blocks, BLOCK, blocks, BLOCK)
    fine = tiles[mixed // blocks, :, mixed % blocks, :].astype(np.int32)
    fine[block, row % BLOCK, column % BLOCK] = FIRST_LINK - np.arange(len(cells))
    coarse = painted[::BLOCK, ::BLOCK].astype(np.int32)
    coarse.ravel()[mixed] = FIRST_LINK - np.arange(len(mixed))
    return coarse, fine.reshape(len(mixed), BLOCK * BLOCK)
