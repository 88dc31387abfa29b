"""Cells that sums tie to one another: what is withheld, and what proves that it is safe.

A proof is a witness: another table of whole numbers that agrees with all that is shown. A
witness in which a cell is `k` or more proves that nobody can tell that it is smaller; one
in which it is 1, that nobody can tell that it is larger. Withholding one cell more leaves
every witness valid, so that proofs are collected and none is ever lost.
"""

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

from maligeo.core.crs import Flags, Floats

Places = npt.NDArray[np.int64]

_MARGIN = 1e-6


@dataclass(frozen=True)
class Problem:
    """Cells and the sums between them.

    Attributes
    ----------
    value : float array, shape (n,)
        The true values, none below zero.
    primary : bool array, shape (n,)
        Cells that must be withheld.
    fixed : bool array, shape (n,)
        Cells that are known whatever is done: zeros, and what is public already.
    unseen : bool array, shape (n,)
        Amounts that no table shows, such as the records of a year that belong to no
        quarter; they may be zero.
    weight : float array, shape (n,)
        What it costs to withhold a cell, above zero.
    relations : scipy.sparse.csr_array, shape (m, n)
        Each row times the values is zero: 1 for a sum and -1 for its parts.
    """

    value: Floats
    primary: Flags
    fixed: Flags
    unseen: Flags
    weight: Floats
    relations: "scipy.sparse.csr_array"


def least_values(problem: Problem) -> Floats:
    """Give what a reader knows each cell to be at least, were all withheld that may be.

    A withheld cell is 1 or more, for zeros are shown, and a sum is no less than its parts.
    Of values that are no whole numbers nothing is known.

    Parameters
    ----------
    problem : Problem
        The cells.

    Returns
    -------
    float array, shape (n,)
    """
    whole = bool((problem.value == np.rint(problem.value)).all())
    open_low = np.where(problem.unseen | (not whole), 0.0, 1.0)
    least: Floats = np.where(problem.fixed, problem.value, open_low)
    sums, parts = problem.relations.maximum(0), (-problem.relations).maximum(0)
    plain = np.flatnonzero(np.diff(sums.indptr) == 1)
    top, parts = sums[plain].tocoo().col, parts[plain]
    for _ in range(len(least)):
        raised = least.copy()
        np.maximum.at(raised, top, parts @ least)
        raised = np.minimum(raised, np.maximum(problem.value, least))
        if (raised <= least).all():
            break
        least = raised
    return least


class Block:
    """Cells that hang together, what is withheld of them, and what is proved so far.

    Parameters
    ----------
    problem : Problem
        The cells.
    cells : int array
        Positions of those of the block, none of them fixed.
    least : float array, shape (n,)
        As from `least_values`, of all cells.
    k : int
        Smaller values than this are to be protected.

    Attributes
    ----------
    hidden : bool array
        Which cells are withheld, or shown by no table.
    risen, sunk, moved : bool array
        Which are proved to be possibly `k` or more, possibly as small as `low`, and
        possibly another number than the true one.
    """

    def __init__(self, problem: Problem, cells: Places, least: Floats, k: int) -> None:
        relations = problem.relations[:, cells]
        self.cells, self.k = cells, k
        self.matrix = relations[np.flatnonzero(np.diff(relations.indptr) > 0)]
        self.by_cell = self.matrix.tocsc()
        self.value, self.weight = problem.value[cells], problem.weight[cells]
        self.primary, self.unseen = problem.primary[cells], problem.unseen[cells]
        self.whole = bool((self.value == np.rint(self.value)).all())
        floor = 1.0 if self.whole else 0.0
        self.down = np.where(self.unseen, 0.0, floor) - self.value
        self.low = np.maximum(1.0, least[cells])
        self.hidden = self.primary | self.unseen
        self.witnesses: list[Floats] = []
        self.risen, self.sunk, self.moved = self._nothing_proved()

    def _nothing_proved(self) -> tuple[Flags, Flags, Flags]:
        """Give what the true values alone prove."""
        nothing = np.zeros(len(self.value), dtype=np.bool_)
        return ~self.primary, ~self.primary | (self.value <= self.low), nothing

    def learn(self, change: Floats) -> bool:
        """Take in a witness, as the difference from the true values; tell whether it helps."""
        before = self.proved()
        seen = self.value + change
        self.risen = self.risen | (seen >= self.k - _MARGIN)
        self.sunk = self.sunk | (seen <= self.low + _MARGIN)
        self.moved = self.moved | (np.abs(change) > _MARGIN)
        helped = self.proved() > before
        if helped:
            self.witnesses.append(change)
        return helped

    def proved(self) -> int:
        """Count the proofs."""
        return int(self.risen.sum() + self.sunk.sum() + self.moved.sum())

    def withhold(self, cells: Flags) -> None:
        """Withhold more cells."""
        self.hidden = self.hidden | cells

    def complementary(self) -> Places:
        """Give the withheld cells that are not small."""
        return np.flatnonzero(self.hidden & ~self.primary & ~self.unseen)

    def is_safe(self) -> bool:
        """Whether every withheld cell is proved to be protected."""
        return bool((self.risen & self.sunk & (self.moved | ~self.hidden | self.unseen)).all())

    def showing(self, cell: int) -> "Block":
        """Give a copy that shows a cell, with the witnesses that hold for it."""
        trial = copy(self)
        trial.hidden = self.hidden.copy()
        trial.hidden[cell] = False
        trial.witnesses = []
        trial.risen, trial.sunk, trial.moved = trial._nothing_proved()
        for change in self.witnesses:
            if change[cell] == 0:
                trial.learn(change)
        return trial

    def components(self, among: Flags) -> Iterator[Places]:
        """Give the groups of some cells that hang together, in the order of their first."""
        labels = _groups(self.matrix, among)
        cells = np.flatnonzero(among)
        order = cells[np.argsort(labels[cells], kind="stable")]
        ends = np.flatnonzero(np.diff(labels[order])) + 1
        yield from sorted(np.split(order, ends), key=lambda group: int(group[0]))

    def component(self, cell: int, among: Flags) -> Flags:
        """Give the cells, out of some, that hang together with one of them."""
        labels = _groups(self.matrix, among)
        tied: Flags = among & (labels == labels[cell])
        return tied


def blocks(problem: Problem, *, k: int) -> Iterator[Block]:
    """Divide a problem into blocks that know nothing of one another.

    Parameters
    ----------
    problem : Problem
        The cells.
    k : int
        Smaller values than this are to be protected.

    Yields
    ------
    Block
        Those with something to protect, in the order of their first cell.
    """
    free = ~problem.fixed
    labels, least = _groups(problem.relations, free), least_values(problem)
    wanted = np.unique(labels[problem.primary & free], return_index=True)[0]
    cells = np.flatnonzero(free & np.isin(labels, wanted))
    order = cells[np.argsort(labels[cells], kind="stable")]
    ends = np.flatnonzero(np.diff(labels[order])) + 1
    groups = [group for group in np.split(order, ends) if len(group)]
    for group in sorted(groups, key=lambda group: int(group[0])):
        yield Block(problem, group, least, k)


def _groups(matrix: "scipy.sparse.csr_array", among: Flags) -> npt.NDArray[np.int32]:
    """Give each cell the number of the group that it is tied to, leaving the others out."""
    tied = matrix.copy()
    tied.data = among[tied.indices].astype(np.float64)
    tied.eliminate_zeros()
    graph = scipy.sparse.block_array([[None, tied.T], [tied, None]])
    labels: npt.NDArray[np.int32] = scipy.sparse.csgraph.connected_components(
        graph, directed=False
    )[1]
    return labels[: matrix.shape[1]]
