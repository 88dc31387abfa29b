"""Cells and the sums between them, gathered one by one."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from scipy import sparse

from maligeo.releasing.suppression_blocks import Flags, Problem
from maligeo.releasing.suppression_periods import Span

TOTAL: Final = "total"

_TOTAL_WEIGHT: Final = 4.0  # a national total is dearer to a reader than some units
_SIZE_WEIGHT: Final = 0.25  # for each doubling of the value
_CLOSE: Final = 1e-6


class Cell(NamedTuple):
    """What identifies a count.

    Attributes
    ----------
    measure : str
        What is counted.
    place : str
        Kind of place, and the key of the unit or the name and level of another place.
    span : (int, int)
        First and last day, `WHOLE` or `UNDATED`.
    """

    measure: str
    place: str
    span: Span


class Sums:
    """Cells with the sums that a reader knows of them.

    Parameters
    ----------
    values : mapping of Cell to float
        The true counts; what is not known counts nothing.
    """

    def __init__(self, values: Mapping[Cell, float]) -> None:
        self.cells = tuple(sorted(values))
        self.values = [float(values[cell]) for cell in self.cells]
        self.number = {cell: at for at, cell in enumerate(self.cells)}
        self._terms: list[tuple[list[int], list[float]]] = []

    def add(self, whole: int, parts: Sequence[int], *, complete: bool = True) -> None:
        """State that a count is the sum of others.

        Where the true values do not add up, as with records that are too coarsely dated
        for the parts, an amount that nobody sees makes up for it.

        Parameters
        ----------
        whole : int
            Number of the sum.
        parts : sequence of int
            Numbers of its parts.
        complete : bool, default True
            Whether a reader takes the parts for all of it. If not, there may be a rest
            even where the true one is zero; parts that exceed the whole say nothing.
        """
        rest = self.values[whole] - sum(self.values[part] for part in parts)
        rest = 0.0 if abs(rest) < _CLOSE else rest
        if rest < 0 and not complete:
            return
        if self.values[whole] == 0 and not any(self.values[part] for part in parts):
            return
        numbers, signs = [whole, *parts], [1.0] + [-1.0] * len(parts)
        if rest or not complete:
            numbers.append(self.add_unseen(abs(rest)))
            signs.append(-1.0 if rest >= 0 else 1.0)
        self._terms.append((numbers, signs))

    def add_unseen(self, value: float) -> int:
        """Add an amount that no table shows, and give its number."""
        self.values.append(round(value) if abs(value - round(value)) < _CLOSE else value)
        return len(self.values) - 1

    def problem(self, public: Flags, *, k: int, sensitive: Collection[str]) -> Problem:
        """Put the cells and relations together.

        Parameters
        ----------
        public : bool array
            Which cells are known already, in the order of `cells`.
        k : int
            Counts from 1 to below `k` are small.
        sensitive : collection of str
            Measures whose small counts are to be protected.
        """
        value = np.array(self.values)
        unseen = np.arange(len(value)) >= len(self.cells)
        named = np.array([cell.measure in sensitive for cell in self.cells], dtype=np.bool_)
        totals = np.array([cell.place.startswith(TOTAL) for cell in self.cells], dtype=np.bool_)
        named, totals, public = (
            np.append(flags, np.zeros(int(unseen.sum()), dtype=np.bool_))
            for flags in (named, totals, public)
        )
        weight = 1.0 + _SIZE_WEIGHT * np.log2(np.maximum(value, 1.0))
        rows = np.repeat(np.arange(len(self._terms)), [len(numbers) for numbers, _ in self._terms])
        columns = [number for numbers, _ in self._terms for number in numbers]
        signs = [sign for _, signs in self._terms for sign in signs]
        shape = (len(self._terms), len(value))
        return Problem(
            value=value,
            primary=named & ~public & (value > 0) & (value < k),
            fixed=(public | (value == 0)) & ~unseen,
            unseen=unseen,
            weight=np.where(totals, weight * _TOTAL_WEIGHT, weight),
            relations=sparse.csr_array((signs, (rows, columns)), shape=shape, dtype=np.float64),
        )
