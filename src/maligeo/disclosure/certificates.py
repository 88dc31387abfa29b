"""Proofs that released cells tell nobody a protected count: whole worlds that agree with them.

Whoever has the released cells knows an interval for each of them, and that cells of coarse
units and periods are sums of finer ones. A protected cell is safe when worlds of whole numbers
exist that agree with every cell and have different numbers in this one. The worlds are found
by integer programs; where there are too few, cells are given up, the cheapest first, until
there are enough. What is given up depends on the released cells alone, never on the numbers
behind them, so that the choice tells nothing either.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import scipy  # its parts are loaded when they are named: few products take integer programs

from maligeo.core.crs import Flags, Floats
from maligeo.core.errors import ReleaseError

FEASIBLE_VALUES: Final = 3  # of each protected cell

_MOST_ROUNDS: Final = 12  # of searches for worlds in which many cells have other values
_FEW_FOUND: Final = 0.1  # of the cells in question: then they are looked at one by one
_GAP: Final = 0.5  # any world serves: the best is not needed
_MOST_VICTIMS: Final = 10_000.0  # of one piece: an event is needed for any of them
_INFEASIBLE: Final = 2
_TRIES: Final = 6  # values that a cell without an upper bound is tried with


class NoRoomError(ReleaseError):
    """Cells that are final contradict what has to stay possible."""


@dataclass(frozen=True)
class Block:
    """Cells that hang together, m of them, and the n pieces that they are sums of.

    Attributes
    ----------
    sums : sparse array of float, shape (m, n)
        1 where a piece is part of a cell.
    low, high : float array, shape (m,)
        What is known of each cell; `high` is infinite where nothing is.
    final : bool array, shape (m,)
        Whether a cell was released before, so that it cannot be given up.
    protected : bool array, shape (m,)
        Whether several values must remain possible.
    with_zero : bool array, shape (m,)
        Whether 0 must be one of them.
    cost : float array, shape (m,)
        How much is lost when a cell is given up.
    events : int array, shape (n,)
        For a piece that counts victims, the piece that counts the incidents of the same
        place and time; -1 for others.
    """

    sums: scipy.sparse.csr_array
    low: Floats
    high: Floats
    final: Flags
    protected: Flags
    with_zero: Flags
    cost: Floats
    events: npt.NDArray[np.int64]


def cells_to_give_up(block: Block) -> Flags:
    """Find the cells that have to be given up, so that each protected cell is safe.

    Parameters
    ----------
    block : Block
        The cells, and what is known of each.

    Returns
    -------
    bool array, shape (m,)

    Raises
    ------
    NoRoomError
        If cells that were released before leave no way.
    ReleaseError
        If the solver gives no answer.

    Notes
    -----
    Existence of several solutions to the attacker's system is the feasibility criterion of
    Fischetti, M. and Salazar, J. J. (2001), Solving the cell suppression problem on tabular
    data with linear constraints, Management Science 47, 1008-1027.
    """
    if (block.low == 0).all() and (block.high >= FEASIBLE_VALUES - 1).all():
        return np.zeros(len(block.low), dtype=np.bool_)  # one piece of 0, 1 or 2 agrees with all
    search = _Search(block)
    search.spread()
    for cell in np.flatnonzero(block.protected):
        search.secure(int(cell))
    return search.given_up


class _Search:
    """Worlds that were found, and cells that were given up on the way."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.given_up = np.zeros(len(block.low), dtype=np.bool_)
        self.seen: list[set[int]] = [set() for _ in block.low]
        self.high, self.low = block.high.copy(), block.low.copy()
        self.rng = np.random.default_rng(len(block.low))

    def spread(self) -> None:
        """Look for worlds in which many protected cells at once have a value they lack."""
        left = np.flatnonzero(self.block.protected)
        for _ in range(_MOST_ROUNDS):
            lacking = [cell for cell in left if self._lacks(int(cell))]
            if not lacking:
                return
            target = np.array([self._untried(int(cell))[0] for cell in lacking], dtype=np.float64)
            if len(lacking) < len(left):  # some at random, since all at once may not go together
                target += self.rng.integers(0, FEASIBLE_VALUES, len(lacking))
            before = sum(len(self.seen[cell]) for cell in lacking)
            self._note(self._nearest(np.array(lacking), target))
            found = sum(len(self.seen[cell]) for cell in lacking) - before
            if found < _FEW_FOUND * len(lacking):
                return
            left = np.array(lacking)

    def secure(self, cell: int) -> None:
        """Find the values of a cell that are missing, giving up others where it takes that."""
        if self.block.with_zero[cell] and 0 not in self.seen[cell]:
            self._reach(cell, [0])
        while len(self.seen[cell]) < FEASIBLE_VALUES:
            self._reach(cell, self._untried(cell))

    def _lacks(self, cell: int) -> bool:
        few = len(self.seen[cell]) < FEASIBLE_VALUES
        return few or bool(self.block.with_zero[cell] and 0 not in self.seen[cell])

    def _untried(self, cell: int) -> list[int]:
        """Give values that a cell was not seen with, those to try first before the others."""
        low, high, seen = int(self.low[cell]), self.high[cell], self.seen[cell]
        if np.isfinite(high):
            return [value for value in range(low, int(high) + 1) if value not in seen]
        near = min(seen, default=low)  # what is known of others may keep it far from its bound
        last = near + _TRIES + len(seen)
        values = {*range(low, low + _TRIES), *range(max(low, near - _TRIES), last + 1)}
        return sorted(values - seen)

    def _reach(self, cell: int, values: list[int]) -> None:
        """Find a world in which a cell has one of some values, the one that costs least."""
        for value in values:
            if self._note(self._world(cell, value)):
                return
        found = [one for one in (self._cheapest(cell, value) for value in values) if one]
        if not found:
            raise NoRoomError(
                "cells that were released before leave no room to protect the others: they can "
                "be released with the next yearly edition"
            )
        _, lost, pieces = min(found, key=lambda one: one[0])
        self.given_up |= lost
        self.low[lost], self.high[lost] = 0.0, np.inf
        self._note(pieces)

    def _note(self, pieces: Floats | None) -> bool:
        """Note the values of all cells in a world."""
        if pieces is None:
            return False
        for seen, value in zip(self.seen, self.block.sums @ np.round(pieces), strict=True):
            seen.add(int(value))
        return True

    def _world(self, cell: int, value: int) -> Floats | None:
        """Find a world that agrees with the cells, and in which one has a value."""
        low, high = self.low.copy(), self.high.copy()
        low[cell] = high[cell] = value
        weight = self.rng.random(len(self.block.events))
        return _solved(weight, [_between(self.block.sums, low, high), *self._events()])

    def _nearest(self, cells: npt.NDArray[np.int64], target: Floats) -> Floats | None:
        """Find a world in which some cells are as near to their targets as they can be."""
        sums, sparse = self.block.sums, scipy.sparse
        number = len(cells)
        none = sparse.csr_array((len(self.low), number))
        off = sums[cells]
        constraints = [
            _between(sparse.hstack([sums, none]), self.low, self.high),
            _between(sparse.hstack([off, -sparse.identity(number)]), -np.inf, target),
            _between(sparse.hstack([off, sparse.identity(number)]), target, np.inf),
            *self._events(more=number),
        ]
        cost = np.concatenate([np.zeros(sums.shape[1]), np.ones(number)])
        found = _solved(cost, constraints, whole=sums.shape[1])
        return None if found is None else found[: sums.shape[1]]

    def _cheapest(self, cell: int, value: int) -> tuple[float, Flags, Floats] | None:
        """Find a world in which a cell has a value, and the cheapest cells to give up for it."""
        sums, block, sparse = self.block.sums, self.block, scipy.sparse
        may = np.flatnonzero(~block.final & ~self.given_up)
        number = len(may)
        chosen = sparse.coo_array(
            (np.ones(number), (may, np.arange(number))), (len(self.low), number)
        )
        known = np.isfinite(self.high)
        most = 2 * self.high[known].sum() + _MOST_VICTIMS
        below = sparse.hstack([sums, chosen.multiply(self.low[:, np.newaxis])])
        above = sparse.hstack([sums, -most * chosen]).tocsr()
        exact = sparse.hstack([sums[[cell]], sparse.csr_array((1, number))])
        constraints = [
            _between(below, self.low, np.inf),
            _between(above[known], -np.inf, self.high[known]),
            _between(exact, value, value),
            *self._events(more=number),
        ]
        pieces = sums.shape[1]
        cost = np.concatenate([np.zeros(pieces), block.cost[may]])
        upper = np.concatenate([np.full(pieces, np.inf), np.ones(number)])
        found = _solved(cost, constraints, upper=upper, gap=0.0)
        if found is None:
            return None
        lost = np.zeros(len(self.low), dtype=np.bool_)
        lost[may[found[pieces:] > 0.5]] = True
        return float(cost @ found), lost, found[:pieces]

    def _events(self, *, more: int = 0) -> Iterator[scipy.optimize.LinearConstraint]:
        """Say that there is no victim without an incident, in each place and time."""
        events = self.block.events
        victims = np.flatnonzero(events >= 0)
        if not len(victims):
            return
        of = np.unique(events[victims], return_inverse=True)
        rows = np.concatenate([of[1], np.arange(len(of[0]))])
        columns = np.concatenate([victims, of[0]])
        values = np.concatenate([-np.ones(len(victims)), np.full(len(of[0]), _MOST_VICTIMS)])
        shape = (len(of[0]), len(events) + more)
        sums = scipy.sparse.coo_array((values, (rows, columns)), shape).tocsr()
        yield _between(sums, 0.0, np.inf)


def _between(
    sums: scipy.sparse.csr_array, low: Floats | float, high: Floats | float
) -> scipy.optimize.LinearConstraint:
    return scipy.optimize.LinearConstraint(sums, low, high)


def _solved(
    cost: Floats,
    constraints: list[scipy.optimize.LinearConstraint],
    *,
    whole: int | None = None,
    upper: Floats | None = None,
    gap: float = _GAP,
) -> Floats | None:
    """Solve an integer program; None where there is no solution."""
    size = len(cost)
    integrality = np.zeros(size)
    integrality[: size if whole is None else whole] = 1
    bounds = scipy.optimize.Bounds(0.0, np.full(size, np.inf) if upper is None else upper)
    answer = scipy.optimize.milp(
        cost,
        integrality=integrality,
        bounds=bounds,
        constraints=constraints,
        options={"mip_rel_gap": gap},
    )
    if answer.x is None and answer.status != _INFEASIBLE:
        raise ReleaseError(f"the protection of small counts cannot be proved: {answer.message}")
    return None if answer.x is None else np.asarray(answer.x, dtype=np.float64)
