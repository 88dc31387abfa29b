"""Periods that overlap, nest or adjoin: which counts add up to which.

Between them the starts and ends of periods cut time into pieces. A count of a period is
the sum of its pieces; a piece is itself a period of the table, or a gap that no row shows.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
import scipy

Span = tuple[int, int]

WHOLE: Final[Span] = (-(10**9), 10**9)  # rows without a period: all records
UNDATED: Final[Span] = (10**9, -(10**9))  # records that belong to none of the periods


class PeriodSum(NamedTuple):
    """One count as the sum of others.

    Attributes
    ----------
    whole : int
        Position of the period that is the sum.
    parts : tuple of int
        Positions of the periods that are its pieces.
    gaps : tuple of int
        Numbers of the gaps that are its pieces.
    """

    whole: int
    parts: tuple[int, ...]
    gaps: tuple[int, ...]


@lru_cache(maxsize=256)
def period_sums(spans: tuple[Span, ...]) -> tuple[PeriodSum, ...]:
    """Say how the counts of some periods add up.

    Parameters
    ----------
    spans : tuple of (int, int)
        First and last day of each period, both inside and no two the same; `WHOLE` and
        `UNDATED` for rows without one.

    Returns
    -------
    tuple of PeriodSum
        For each period of several pieces; every linear relation between the counts
        follows from these.
    """
    dated = {at: span for at, span in enumerate(spans) if span not in (WHOLE, UNDATED)}
    pieces = _pieces(dated)
    pieces_in = {at: [piece for piece in pieces if at in piece] for at in dated}
    owner = {own[0]: at for at, own in pieces_in.items() if len(own) == 1}
    gaps = {piece: number for number, piece in enumerate(p for p in pieces if p not in owner)}
    sums = [
        _sum(at, pieces_in[at], _inside(dated, spans[at]), (owner, gaps))
        for at in dated
        if len(pieces_in[at]) > 1
    ]
    if WHOLE in spans and len(spans) > 1:
        total = _sum(spans.index(WHOLE), pieces, _inside(dated, WHOLE), (owner, gaps))
        loose = (spans.index(UNDATED),) if UNDATED in spans else ()
        sums.append(total._replace(parts=total.parts + loose))
    return tuple(sums)


def _inside(spans: dict[int, Span], outer: Span) -> list[int]:
    """Give the largest periods inside another one."""
    within = {
        at: span
        for at, span in spans.items()
        if outer[0] <= span[0] and span[1] <= outer[1] and span != outer
    }
    return [
        at
        for at, (start, end) in within.items()
        if not any(s <= start and end <= e and (s, e) != (start, end) for s, e in within.values())
    ]


def _pieces(spans: dict[int, Span]) -> list[frozenset[int]]:
    """Cut time at every start and end; a piece is known by the periods that hold it."""
    cuts = sorted({start for start, _ in spans.values()} | {end + 1 for _, end in spans.values()})
    found = (
        frozenset(at for at, (start, end) in spans.items() if start <= cut <= end) for cut in cuts
    )
    return list(dict.fromkeys(piece for piece in found if piece))


def _sum(
    whole: int,
    pieces: Sequence[frozenset[int]],
    inside: Sequence[int],
    names: tuple[dict[frozenset[int], int], dict[frozenset[int], int]],
) -> PeriodSum:
    """Add the largest periods inside and the rest; the smallest pieces where these overlap.

    The former also holds for a record that belongs to a quarter and to none of its months.
    """
    owner, gaps = names
    left = list(pieces)
    if all(len(piece & set(inside)) <= 1 for piece in pieces):
        left = [piece for piece in pieces if not piece & set(inside)]
        parts = tuple(inside)
    else:
        parts = tuple(owner[piece] for piece in pieces if piece in owner)
    return PeriodSum(whole, parts, tuple(gaps[piece] for piece in left if piece in gaps))


def gap_values(sums: Sequence[PeriodSum], values: Sequence[float]) -> dict[int, float]:
    """Give amounts of the gaps that fit the counts as well as any can.

    Parameters
    ----------
    sums : sequence of PeriodSum
        As from `period_sums`.
    values : sequence of float
        Count of each period.

    Returns
    -------
    dict of int to float
        None below zero. Where a record belongs to a year and to no quarter, no amounts
        may fit in full.
    """
    left = {s: values[s.whole] - sum(values[part] for part in s.parts) for s in sums if s.gaps}
    known: dict[int, float] = {}
    alone = [s for s in left if len(s.gaps) == 1]
    if len(alone) == len(left) and len({s.gaps for s in alone}) == len(alone):
        return {s.gaps[0]: max(left[s], 0.0) for s in alone}
    numbers = sorted({gap for s in left for gap in s.gaps})
    if not numbers:
        return known
    return dict(zip(numbers, _fitted(list(left.items()), numbers), strict=True))


def _fitted(left: list[tuple[PeriodSum, float]], numbers: list[int]) -> list[float]:
    """Fit gaps so that what they leave of the sums is least.

    The periods are intervals, so that a corner of the feasible set is of whole numbers
    where the counts are (a matrix of intervals is totally unimodular).
    """
    count, size = len(left), len(numbers)
    matrix = np.zeros((count, size + 2 * count))
    for row, (period_sum, _) in enumerate(left):
        matrix[row, [numbers.index(gap) for gap in period_sum.gaps]] = 1.0
        matrix[row, size + row], matrix[row, size + count + row] = 1.0, -1.0
    target = np.array([amount for _, amount in left])
    cost = np.append(np.zeros(size), np.ones(2 * count))
    found = scipy.optimize.milp(
        cost,
        constraints=scipy.optimize.LinearConstraint(matrix, target, target),
        bounds=scipy.optimize.Bounds(0.0),
    )
    return [round(float(amount), 6) for amount in found.x[:size]]
