"""Cells and the sums between them, and what makes up for parts that do not add up."""

import numpy as np
import pytest

from maligeo.disclosure.suppression.periods import WHOLE
from maligeo.disclosure.suppression.relations import Cell, Sums


def cells(**values: float) -> Sums:
    return Sums({Cell("incidents", place, WHOLE): value for place, value in values.items()})


def relations(sums: Sums, *, public: bool = False) -> np.ndarray:
    known = np.full(len(sums.cells), public)
    problem = sums.problem(known, k=5, sensitive={"incidents"})
    assert not (problem.relations @ problem.value).any(), "every relation holds"
    return problem.relations.toarray()


def test_parts_that_add_up() -> None:
    sums = cells(a=2, b=3, whole=5)
    sums.add(2, [0, 1])
    assert relations(sums).tolist() == [[-1, -1, 1]]


@pytest.mark.parametrize(("whole", "sign"), [(9, -1), (4, 1)])
def test_an_unseen_amount_makes_up_the_difference(whole: float, sign: float) -> None:
    sums = cells(a=2, b=3, whole=whole)
    sums.add(2, [0, 1])
    assert relations(sums).tolist() == [[-1, -1, 1, sign]]
    assert sums.values[3] == abs(whole - 5)


def test_a_reader_does_not_know_that_there_is_no_rest() -> None:
    sums = cells(a=5, whole=5)
    sums.add(1, [0], complete=False)
    assert relations(sums).tolist() == [[-1, 1, -1]]
    assert sums.values[2] == 0


def test_a_part_above_its_whole_says_nothing() -> None:
    sums = cells(a=9, whole=5)
    sums.add(1, [0], complete=False)
    assert relations(sums).shape == (0, 2)


def test_sums_of_zeros_say_nothing() -> None:
    sums = cells(a=0, b=0, whole=0)
    sums.add(2, [0, 1])
    assert relations(sums).shape == (0, 3)


def test_what_is_small_public_or_zero() -> None:
    sums = cells(a=2, b=0, c=5)
    problem = sums.problem(np.array([False, False, True]), k=5, sensitive={"incidents"})
    assert problem.primary.tolist() == [True, False, False]
    assert problem.fixed.tolist() == [False, True, True]
    others = sums.problem(np.zeros(3, dtype=bool), k=5, sensitive={"killed"})
    assert not others.primary.any()


def test_a_total_is_dearer_than_a_unit_of_its_size() -> None:
    sums = Sums({Cell("incidents", place, WHOLE): 8.0 for place in ("total 0", "unit A")})
    total, unit = sums.problem(np.zeros(2, dtype=bool), k=5, sensitive=()).weight
    assert total > unit
