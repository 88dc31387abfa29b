"""The search for cells to withhold, so that sums give no small number back.

First what is withheld anyway is put to the proof, many cells at a time. For each cell that
fails, the cheapest change of the table that would protect it shows which cells to withhold
next to it (after Kelly, J. P., Golden, B. L. and Assad, A. A. (1992), Cell suppression:
disclosure protection for sensitive tabular data, Networks 22, 397-417). In the end what
proves to be withheld for nothing is shown again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import scipy

from maligeo.core.crs import Flags, Floats
from maligeo.disclosure.suppression.blocks import Block, Places, Problem, blocks

_MARGIN: Final = 1e-6
_MOST_NODES: Final = 200  # branches of a search for whole numbers; more would seldom help
_NEAR: Final = 600  # cells among which a search looks at all of them at once
_FEW: Final = 12  # cells of a sum that a narrow search looks at
_LITTLE: Final = 6.0  # cost, of some three small counts, for which a search looks no further
_FREE: Final = 1e-4  # cost of changing a cell that is withheld already
_TRIMMED: Final = 60  # withheld cells of a block up to which each is tried again


@dataclass(frozen=True)
class Choice:
    """Which cells to withhold.

    Attributes
    ----------
    withheld : bool array, shape (n,)
        Small cells, and those withheld to protect them.
    exposed : bool array, shape (n,)
        Small cells that what is public already gives back, whatever is withheld.
    """

    withheld: Flags
    exposed: Flags


def choose_withheld(problem: Problem, *, k: int) -> Choice:
    """Choose cells to withhold, so that no reader can tell a small number.

    A reader knows all cells that are shown and all relations, that zeros are shown, and so
    that a withheld cell is 1 or more. For each small cell there remain tables of whole
    numbers, agreeing with all of this, in which it is `k` or more, and others in which it
    is 1, or as small as the parts of a sum allow; and for each withheld cell others in
    which it differs from the true value. Zeros are never withheld.

    Parameters
    ----------
    problem : Problem
        The cells and the sums between them.
    k : int
        Values from 1 to below `k` are small.

    Returns
    -------
    Choice
        The same for the same problem; the order of cells decides between equals.
    """
    withheld = problem.primary.copy()
    exposed = np.zeros(len(withheld), dtype=np.bool_)
    for block in blocks(problem, k=k):
        exposed[block.cells] = _protect(block)
        withheld[block.cells] = _trimmed(block).hidden & ~block.unseen
    return Choice(withheld, exposed)


def _protect(block: Block) -> Flags:
    """Withhold cells until all is proved safe; tell which never can be."""
    _prove_together(block)
    for cell in np.flatnonzero(block.primary):
        if not block.risen[cell]:
            _protect_one(block, int(cell), rising=True)
        if not block.sunk[cell]:
            _protect_one(block, int(cell), rising=False)
    if not block.is_safe():
        _withhold_all(block)
    return block.primary & ~block.risen


def _withhold_all(block: Block) -> None:
    """Withhold the whole block: then every table that is `k` times the true one is possible."""
    block.withhold(np.ones(len(block.value), dtype=np.bool_))
    if not (block.matrix @ block.value).any():
        block.learn((block.k - 1) * block.value)


def _prove_together(block: Block) -> None:
    """Look for witnesses that prove many cells at once, withholding nothing more."""
    if not (block.primary & ~(block.risen & block.sunk)).any():
        return
    for cells in block.components(block.hidden):
        for rising in (True, False):
            helped = True
            while helped:
                done = block.risen if rising else block.sunk
                wanted = (block.primary & ~done)[cells]
                helped = bool(wanted.any()) and _push(block, cells, wanted, rising)


def _push(block: Block, cells: Places, wanted: Flags, rising: bool) -> bool:
    """Move the wanted cells as far as all of them together can go."""
    down, up = block.down[cells], np.full(len(cells), np.inf)
    value = block.value[cells]
    if rising:
        up[wanted] = block.k - value[wanted]
    else:
        down[wanted] = np.minimum(block.low[cells] - value, 0.0)[wanted]
    cost = np.where(wanted, -1.0 if rising else 1.0, 0.0)
    change = _solved(block, cells, cost, (down, up))
    return change is not None and block.learn(change)


def _protect_one(block: Block, cell: int, *, rising: bool) -> None:
    """Withhold the cheapest cells that let one cell rise to `k`, or sink as low as it can."""
    change = _cheapest_near(block, cell, rising)
    if change is None and not rising and _can_sink(block, cell):
        change = _cheapest_near(block, cell, rising)
    if change is not None:
        block.withhold(np.abs(change) > _MARGIN)
        block.learn(change)


def _cheapest_near(block: Block, cell: int, rising: bool) -> Floats | None:
    """Look near by for a change that costs little, and ever further if there is none."""
    best, least = None, np.inf
    for cells in _rings(block, cell):
        change = _cheapest(block, cells, cell, _missing(block, cell, rising))
        if change is None:
            continue
        cost = float(block.weight[(np.abs(change) > _MARGIN) & ~block.hidden].sum())
        if cost < least:
            best, least = change, cost
        if least <= _LITTLE:
            break
    return best


def _missing(block: Block, cell: int, rising: bool) -> float:
    """Say by how much a cell has to change."""
    mark = block.k if rising else block.low[cell]
    return float(mark - block.value[cell])


def _can_sink(block: Block, cell: int) -> bool:
    """Find how low a cell can get, were the whole block withheld."""
    every = np.arange(len(block.value))
    cost = np.zeros(len(every))
    cost[cell] = 1.0
    change = _solved(block, every, cost, (block.down, np.full(len(every), np.inf)))
    deepest = block.low[cell] if change is None else block.value[cell] + change[cell]
    block.low[cell] = max(block.low[cell], float(deepest))
    block.sunk[cell] |= block.value[cell] <= block.low[cell]
    return not block.sunk[cell]


def _rings(block: Block, cell: int) -> Iterator[Places]:
    """Give cells to choose from: of a large block first those near by, then all."""
    if len(block.value) > _NEAR:
        near = _near(block, cell)
        yield np.flatnonzero(near)
        yield np.flatnonzero(block.component(cell, block.hidden) | near)
    yield np.arange(len(block.value))


def _near(block: Block, cell: int) -> Flags:
    """Give the cells that share sums with a cell, with these, and with those in turn.

    Of its own large sums those parts are taken that can give way cheaply; other large sums
    are between these cells alone. Three steps are the corners of a cube: of place, period
    and measure.
    """
    near = np.zeros(len(block.value), dtype=np.bool_)
    near[cell] = True
    room = np.clip(-block.down, 0.1, block.k - 1.0)  # by how much a cell can fall for others
    price = np.where(block.hidden, 0.1, block.weight) / room
    starts = block.matrix.indptr
    for step in range(3):
        for row in np.unique(block.by_cell[:, np.flatnonzero(near)].indices):
            ends = slice(starts[row], starts[row + 1])
            members, signs = block.matrix.indices[ends], block.matrix.data[ends]
            near[members[signs > 0]] = True
            if len(members) > _FEW and step > 0:
                continue
            near[members[np.lexsort((members, price[members]))[:_FEW]]] = True
    return near


def _cheapest(block: Block, cells: Places, cell: int, by: float) -> Floats | None:
    """Find the change of least cost that raises a cell by at least so much, or lowers it."""
    at, size = int(np.searchsorted(cells, cell)), len(cells)
    price = block.weight[cells] * (1.0 + _MARGIN * np.arange(size) / size)
    price = np.where(block.hidden[cells], _FREE, price)
    bottom = np.zeros(2 * size)
    top = np.append(np.full(size, np.inf), -block.down[cells])
    moving, resting = (at, size + at) if by > 0 else (size + at, at)
    bottom[moving], top[resting] = abs(by), 0.0
    if bottom[moving] > top[moving]:
        return None
    return _solved(block, cells, np.append(price, price), (bottom, top))


def _solved(
    block: Block, cells: Places, cost: Floats, bounds: tuple[Floats, Floats]
) -> Floats | None:
    """Solve for a change of some cells that keeps all sums; None where there is none.

    With twice as many costs as cells, the first half are rises and the second falls.
    """
    matrix = block.matrix[:, cells]
    matrix = matrix[np.flatnonzero(np.diff(matrix.indptr) > 0)]
    split = len(cost) == 2 * len(cells)
    doubled = scipy.sparse.hstack([matrix, -matrix], format="csr") if split else matrix
    for whole in (False, True) if block.whole else (False,):
        found = _optimum(doubled, cost, bounds, whole=whole)
        if found is None:
            if not whole:
                return None
            continue
        moved = found[: len(cells)] - found[len(cells) :] if split else found
        moved = np.rint(moved) if block.whole else moved
        if not np.abs(matrix @ moved).max(initial=0.0) > _MARGIN and _within(
            moved, block.down[cells]
        ):
            change = np.zeros(len(block.value))
            change[cells] = moved
            return change
    return None


def _within(change: Floats, down: Floats) -> bool:
    """Whether no cell falls below what a reader knows it to be at least."""
    return bool((change >= down - _MARGIN).all())


def _optimum(
    matrix: "scipy.sparse.csr_array", cost: Floats, bounds: tuple[Floats, Floats], *, whole: bool
) -> Floats | None:
    constraints = [scipy.optimize.LinearConstraint(matrix, 0.0, 0.0)] if matrix.shape[0] else []
    result = scipy.optimize.milp(
        cost,
        integrality=np.full(len(cost), int(whole)),
        bounds=scipy.optimize.Bounds(*bounds),
        constraints=constraints,
        options={"node_limit": _MOST_NODES} if whole else {},
    )
    found: npt.NDArray[np.float64] | None = result.x
    return found


def _trimmed(block: Block) -> Block:
    """Show again, dearest first, what is withheld for nothing."""
    candidates = block.complementary()
    if not block.is_safe() or len(candidates) > _TRIMMED:
        return block
    for cell in sorted(candidates, key=lambda cell: (-block.weight[cell], cell)):
        trial = block.showing(int(cell)) if block.hidden[cell] else block
        if trial is not block and _is_provable(trial):
            block = trial
    return block


def _is_provable(block: Block) -> bool:
    """Whether everything can be proved safe without withholding more.

    What is no small count and follows from the others is shown: a reader knows it anyway.
    """
    groups = {int(cell): group for group in block.components(block.hidden) for cell in group}
    for cell in map(int, np.flatnonzero(block.primary)):
        for rising in (True, False):
            proved = block.risen if rising else block.sunk
            by = _missing(block, cell, rising)
            if not (proved[cell] or _proves(block, groups[cell], cell, by)):
                return False
    for cell in map(int, block.complementary()):
        if not (block.moved[cell] or any(_proves(block, groups[cell], cell, by) for by in (1, -1))):
            block.hidden[cell] = False
    return block.is_safe()


def _proves(block: Block, group: Places, cell: int, by: float) -> bool:
    """Whether a cell can change by so much while nothing that is shown does."""
    change = _cheapest(block, group, cell, by)
    return change is not None and block.learn(change)
