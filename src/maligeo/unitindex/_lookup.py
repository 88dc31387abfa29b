"""Answering queries from the tables of an index."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from maligeo.unitindex._edges import crossed
from maligeo.unitindex._grid import BLOCK
from maligeo.unitindex._tables import FIRST_LINK, OUTSIDE, Tables

# Points looked up together: their working arrays stay in the processor's cache.
CHUNK = 65_536
# Chunks whose border points are decided together: enough of them to outweigh numpy's cost
# per call, few enough to need little memory.
CHUNKS_PER_BATCH = 8
# Pairs of a point and an edge that are in memory at once, about 100 bytes each.
MOST_PAIRS = 500_000

Floats = npt.NDArray[np.float64]
Units = npt.NDArray[np.int32]
Positions = npt.NDArray[np.intp]


class Layer(NamedTuple):
    """What a query needs: the tables, and the units for points in doubt."""

    tables: Tables
    units: npt.NDArray[np.object_]


class _Scratch(NamedTuple):
    """Working arrays of one query, shape (CHUNK,) or shorter."""

    x: Floats
    y: Floats
    block: Floats
    position: Positions


def find_units(
    layer: Layer, lon: Floats, lat: Floats, border: npt.NDArray[np.bool_] | None
) -> Units:
    """Lowest unit that intersects each point.

    Parameters
    ----------
    layer : Layer
    lon, lat : float64 arrays, shape (points,)
    border : bool array, shape (points,), optional
        Set to True where a point lies on a unit's boundary.

    Returns
    -------
    int32 array, shape (points,)
    """
    found = np.empty(len(lon), dtype=np.int32)
    chunk = min(CHUNK, len(lon))
    scratch = _Scratch(
        np.empty(chunk), np.empty(chunk), np.empty(chunk), np.empty(chunk, dtype=np.intp)
    )
    batch = CHUNK * CHUNKS_PER_BATCH
    # Far-off points overflow and NaN stays NaN until both are moved to the rim of the grid.
    with np.errstate(over="ignore", invalid="ignore"):
        for begin in range(0, len(lon), batch):
            part = slice(begin, begin + batch)
            part_border = None if border is None else border[part]
            _find_batch(layer, lon[part], lat[part], found[part], part_border, scratch)
    return found


def _find_batch(
    layer: Layer,
    lon: Floats,
    lat: Floats,
    found: Units,
    border: npt.NDArray[np.bool_] | None,
    scratch: _Scratch,
) -> None:
    """Fill `found`, and `border` if there is one, for a batch of points."""
    linked = []
    for begin in range(0, len(lon), CHUNK):
        part = slice(begin, begin + CHUNK)
        linked.append(_look_up(layer.tables, lon[part], lat[part], found[part], scratch) + begin)
    point = np.concatenate(linked)
    if len(point) == 0:
        return
    cell = FIRST_LINK - found[point].astype(np.intp)
    pairs = np.cumsum(layer.tables.cell_pairs[cell + 1] - layer.tables.cell_pairs[cell])
    cuts = np.searchsorted(pairs, np.arange(MOST_PAIRS, pairs[-1], MOST_PAIRS))
    for some in np.split(np.arange(len(point)), cuts):
        at = point[some]
        found[at], on_border = _settle(layer, cell[some], lon[at], lat[at])
        if border is not None:
            border[at[on_border]] = True


def _settle(layer: Layer, cell: Positions, x: Floats, y: Floats) -> tuple[Units, Positions]:
    """Units of points in border cells, and which of the points lie on a boundary."""
    unit, doubtful = _walk(layer.tables, cell, x, y)
    if len(doubtful) == 0:
        return unit, doubtful
    unit[doubtful], on_border = _ask_shapely(layer, cell[doubtful], x[doubtful], y[doubtful])
    return unit, doubtful[on_border]


def _look_up(
    tables: Tables, lon: Floats, lat: Floats, found: Units, scratch: _Scratch
) -> Positions:
    """Put the code of each point's cell into `found`; return the points in border cells.

    The arithmetic is that of the grid coordinates of the edges but for an exact power of two
    and one sum that errs by less than 1e-9 cells, far less than the margin in which cells know
    their edges. NaN goes to the first cell, on the empty rim, like all that lies beyond the grid.
    """
    blocks = len(tables.coarse)
    count = len(lon)
    x, y, block = scratch.x[:count], scratch.y[:count], scratch.block[:count]
    position = scratch.position[:count]
    last = blocks - 1.0 / BLOCK
    np.subtract(lon, tables.origin[0], out=x)
    np.multiply(x, tables.scale[0], out=x)
    np.clip(x, 0.0, last, out=x)
    np.subtract(lat, tables.origin[1], out=y)
    np.multiply(y, tables.scale[1], out=y)
    np.clip(y, 0.0, last, out=y)
    np.floor(y, out=block)
    np.multiply(block, blocks, out=block)
    np.add(block, x, out=block)
    if np.isnan(block.min()):
        nowhere = np.isnan(block)
        x[nowhere] = y[nowhere] = block[nowhere] = 0.0
    np.copyto(position, block, casting="unsafe")
    # Any mode but "raise" writes straight to `out`; all positions are in range.
    np.take(tables.coarse, position, out=found, mode="wrap")

    mixed = np.flatnonzero(found < OUTSIDE)
    place = position.take(mixed)
    # `blocks` is a power of two: this is the remainder, and the quotient below.
    inner_x = ((x.take(mixed) - (place & (blocks - 1))) * BLOCK).astype(np.intp)
    inner_y = ((y.take(mixed) - (place >> (blocks.bit_length() - 1))) * BLOCK).astype(np.intp)
    tile = FIRST_LINK - found.take(mixed).astype(np.intp)
    code = tables.fine.take((tile * BLOCK + inner_y) * BLOCK + inner_x)
    found[mixed] = code
    linked: Positions = mixed[code < OUTSIDE]
    return linked


def _walk(tables: Tables, cell: Positions, x: Floats, y: Floats) -> tuple[Units, Positions]:
    """Units of points in border cells, and the points for which rounding leaves a doubt."""
    begin = tables.cell_pairs[cell]
    count = tables.cell_pairs[cell + 1] - begin
    end = np.cumsum(count)
    point = np.repeat(np.arange(len(cell)), count)
    pair = np.arange(len(point)) + np.repeat(begin - end + count, count)

    rows = tables.edges.take(tables.pair_edge.take(pair), axis=0)
    lie = tables.pair_lie.take(pair)
    is_crossed, is_doubtful = crossed(rows, lie, x.take(point), y.take(point), tables.least)
    toggled = tables.pair_mask.take(pair) * is_crossed
    # Running parity: the toggles of one point are those up to its last pair less those before.
    parity = np.zeros(len(point) + 1, dtype=np.uint64)
    np.bitwise_xor.accumulate(toggled, out=parity[1:])
    mask = tables.cell_base[cell] ^ parity[end] ^ parity[end - count]

    lowest_bit = np.bitwise_count(~mask & (mask - np.uint64(1)))
    # The place of a cell in doubt may lie beyond the end; its unit comes from shapely.
    place = tables.cell_candidates[cell] + lowest_bit
    unit = tables.candidate.take(place, mode="clip")
    return unit, np.unique(point[is_doubtful])


def _ask_shapely(
    layer: Layer, cell: Positions, x: Floats, y: Floats
) -> tuple[Units, npt.NDArray[np.bool_]]:
    """Lowest intersecting unit and whether a boundary is hit, by shapely, for doubtful points.

    A unit that meets the point either has an edge in the point's cell or covers the cell;
    of those that cover it the candidates hold the lowest.
    """
    start = layer.tables.cell_candidates[cell]
    count = layer.tables.cell_candidates[cell + 1] - 1 - start
    unit = np.full(len(cell), OUTSIDE, dtype=np.int32)
    border = np.zeros(len(cell), dtype=bool)
    for place in range(int(count.max())):
        asked = np.flatnonzero(place < count)
        candidate = layer.tables.candidate[start[asked] + place]
        polygon = layer.units[candidate]
        hit = shapely.intersects_xy(polygon, x[asked], y[asked])
        inside = shapely.contains_xy(polygon[hit], x[asked[hit]], y[asked[hit]])
        border[asked[hit][~inside]] = True
        first = hit & (unit[asked] == OUTSIDE)
        unit[asked[first]] = candidate[first]
    return unit, border
