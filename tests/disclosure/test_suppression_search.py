"""The search for cells to withhold, attacked by integer programming and by every filling."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import sparse

from maligeo.disclosure.suppression.blocks import Problem
from maligeo.disclosure.suppression.search import Choice, choose_withheld
from tests.disclosure import attackers

thorough = settings(max_examples=60, deadline=None)
brief = settings(max_examples=25, deadline=None)


def problem_of(
    truth: Mapping[Any, float],
    sums: Sequence[attackers.Sum],
    k: int,
    *,
    public: Sequence[object] = (),
) -> Problem:
    names = list(truth)
    value = np.array([truth[name] for name in names], dtype=float)
    known = np.array([name in public for name in names], dtype=bool)
    matrix = np.zeros((len(sums), len(names)))
    for row, (whole, parts) in enumerate(sums):
        matrix[row, names.index(whole)] += 1
        for part in parts:
            matrix[row, names.index(part)] -= 1
    return Problem(
        value=value,
        primary=(value > 0) & (value < k) & ~known,
        fixed=(value == 0) | known,
        unseen=np.zeros(len(names), dtype=bool),
        weight=1 + np.log2(np.maximum(value, 1)),
        relations=sparse.csr_array(matrix),
    )


def puzzle(
    truth: Mapping[Any, float], sums: Sequence[attackers.Sum], hidden: Sequence[object]
) -> attackers.Puzzle:
    shown = {name: value for name, value in truth.items() if name not in set(hidden)}
    return attackers.Puzzle(shown, dict.fromkeys(hidden, 1.0), list(sums))


def chosen(truth: Mapping[Any, float], choice: Choice) -> list[Any]:
    return [name for name, hidden in zip(truth, choice.withheld, strict=True) if hidden]


def small(truth: Mapping[Any, float], k: int) -> list[Any]:
    return [name for name, value in truth.items() if 0 < value < k]


def test_two_by_two_withholds_the_other_three_cells() -> None:
    truth, sums = attackers.grid(np.array([[2, 20], [30, 40]]))
    choice = choose_withheld(problem_of(truth, sums, 5), k=5)
    assert chosen(truth, choice) == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_three_by_three_withholds_the_smallest_rectangle() -> None:
    counts = np.array([[3, 90, 10], [80, 70, 95], [12, 99, 11]])
    truth, sums = attackers.grid(counts)
    choice = choose_withheld(problem_of(truth, sums, 5), k=5)
    assert chosen(truth, choice) == [(0, 0), (0, 2), (2, 0), (2, 2)]


def test_zeros_are_shown_and_nothing_is_withheld_for_them() -> None:
    truth, sums = attackers.grid(np.array([[0, 20], [30, 0]]))
    assert not choose_withheld(problem_of(truth, sums, 5), k=5).withheld.any()


def test_a_small_total_takes_all_its_parts_with_it() -> None:
    truth, sums = attackers.grid(np.array([1, 2, 0]))
    choice = choose_withheld(problem_of(truth, sums, 5), k=5)
    assert chosen(truth, choice) == [(0,), (1,), ("+",)]


def test_parts_of_one_each_hide_their_total() -> None:
    # Ten cells of 1 or more with the sum 10 are all 1.
    truth, sums = attackers.grid(np.ones(10))
    choice = choose_withheld(problem_of(truth, sums, 3), k=3)
    assert ("+",) in chosen(truth, choice)


def test_two_small_cells_do_not_hide_each_other() -> None:
    # Alone they would have the sum 3: neither could be 5.
    truth, sums = attackers.grid(np.array([1, 2, 8, 90]))
    choice = choose_withheld(problem_of(truth, sums, 5), k=5)
    assert chosen(truth, choice) == [(0,), (1,), (2,)]


def test_withholding_small_cells_alone_can_be_broken() -> None:
    truth, sums = attackers.grid(np.array([[2, 20], [30, 40]]))
    alone = puzzle(truth, sums, small(truth, 5))
    assert attackers.findings(alone, truth, small(truth, 5), 5) == [
        ("exactly", (0, 0)),
        ("that it is small", (0, 0)),
        ("that it is not the smallest", (0, 0)),
    ]


def test_the_attacker_sees_that_a_cell_is_small_without_knowing_it() -> None:
    truth, sums = attackers.grid(np.array([1, 2, 90]))
    found = attackers.findings(puzzle(truth, sums, [(0,), (1,)]), truth, [(0,), (1,)], 5)
    assert found == [("that it is small", (0,)), ("that it is small", (1,))]


def test_what_is_public_gives_a_small_cell_back() -> None:
    truth, sums = attackers.grid(np.array([2, 0, 0]))
    choice = choose_withheld(problem_of(truth, sums, 5, public=[("+",)]), k=5)
    assert choice.exposed.tolist() == [True, False, False, False]


def test_a_public_total_is_known_and_other_cells_protect() -> None:
    truth, sums = attackers.grid(np.array([2, 7, 9]))
    choice = choose_withheld(problem_of(truth, sums, 5, public=[("+",)]), k=5)
    assert not choice.exposed.any()
    assert chosen(truth, choice) == [(0,), (1,)]


def test_fractions_are_protected_too() -> None:
    truth, sums = attackers.grid(np.array([[0.5, 20.25], [30.5, 40.0]]))
    choice = choose_withheld(problem_of(truth, sums, 5), k=5)
    assert chosen(truth, choice) == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_only_whole_numbers_prove_anything() -> None:
    # x is twice w, so that 12 - x is even: that alone does not let the 2 be a 1.
    truth = {"small": 2.0, "x": 10.0, "y": 5.0, "z": 5.0, "w": 5.0, "rest": 1000.0, "all": 1012.0}
    sums: list[attackers.Sum] = [
        ("all", ["small", "x", "rest"]), ("x", ["y", "z"]), ("y", ["w"]), ("z", ["w"]),
    ]  # fmt: skip
    even = puzzle(truth, sums, ["small", "x", "y", "z", "w"])
    assert attackers.interval(even, "small", whole=False)[0] == 1
    assert attackers.interval(even, "small")[0] == 2
    choice = choose_withheld(problem_of(truth, sums, 4, public=["all"]), k=4)
    assert chosen(truth, choice) == ["small", "rest"]


def test_what_is_withheld_for_nothing_is_shown_again() -> None:
    counts = np.array([[30, 8, 20, 3], [0, 6, 20, 20], [1, 3, 1, 0]])
    truth, sums = attackers.grid(counts)
    hidden = chosen(truth, choose_withheld(problem_of(truth, sums, 4), k=4))
    assert len(hidden) == 10
    assert attackers.findings(puzzle(truth, sums, hidden), truth, small(truth, 4), 4) == []


def test_public_cells_among_random_tables_are_known() -> None:
    rng = np.random.default_rng(11)
    exposed = 0
    for _ in range(40):
        truth, sums = attackers.grid(rng.choice([0, 1, 2, 3, 6, 9], (3, 3)))
        public = [name for name, value in truth.items() if value and rng.random() < 0.1]
        choice = choose_withheld(problem_of(truth, sums, 4, public=public), k=4)
        hidden, wanted = chosen(truth, choice), set(small(truth, 4)) - set(public)
        assert not set(hidden) & set(public)
        game = puzzle(truth, sums, hidden)
        given_away = [n for n, gone in zip(truth, choice.exposed, strict=True) if gone]
        exposed += len(given_away)
        if not given_away:
            assert attackers.findings(game, truth, wanted, 4, public=public) == []
        assert all(attackers.interval(game, name)[1] < 4 for name in given_away)
    assert exposed


def test_a_cell_without_sums_is_withheld_alone() -> None:
    choice = choose_withheld(problem_of({"a": 2.0, "b": 7.0}, [], 5), k=5)
    assert choice.withheld.tolist() == [True, False]


def test_nothing_at_all() -> None:
    assert len(choose_withheld(problem_of({}, [], 5), k=5).withheld) == 0


counts_of = st.sampled_from([0, 0, 0, 1, 1, 2, 3, 4, 6, 9, 25])


@thorough
@given(
    counts=arrays.arrays(
        np.int64, arrays.array_shapes(min_dims=1, max_dims=2, max_side=4), elements=counts_of
    ),
    k=st.integers(2, 6),
)
def test_no_attack_on_random_tables(counts: np.ndarray, k: int) -> None:
    truth, sums = attackers.grid(counts)
    hidden = chosen(truth, choose_withheld(problem_of(truth, sums, k), k=k))
    assert set(small(truth, k)) <= set(hidden)
    assert all(truth[name] > 0 for name in hidden)
    assert attackers.findings(puzzle(truth, sums, hidden), truth, small(truth, k), k) == []


@brief
@given(
    counts=arrays.arrays(np.int64, st.tuples(*[st.integers(2, 3)] * 3), elements=counts_of),
    k=st.integers(2, 5),
)
def test_no_attack_on_random_cubes(counts: np.ndarray, k: int) -> None:
    # In three dimensions a table may have fractional solutions where it has no whole ones.
    truth, sums = attackers.grid(counts)
    hidden = chosen(truth, choose_withheld(problem_of(truth, sums, k), k=k))
    assert attackers.findings(puzzle(truth, sums, hidden), truth, small(truth, k), k) == []


@thorough
@given(
    counts=arrays.arrays(np.int64, (2, 2), elements=st.sampled_from([0, 1, 1, 2, 3, 5])),
    k=st.integers(2, 3),
)
def test_every_filling_of_tiny_tables(counts: np.ndarray, k: int) -> None:
    truth, sums = attackers.grid(counts)
    hidden = chosen(truth, choose_withheld(problem_of(truth, sums, k), k=k))
    seen: dict[Any, set[int]] = {name: set() for name in hidden}
    for filling in attackers.fillings(puzzle(truth, sums, hidden), most=int(counts.sum()) + k):
        for name, number in filling.items():
            seen[name].add(number)
    for name, numbers in seen.items():
        assert len(numbers) > 1
        if truth[name] < k:
            assert max(numbers) >= k
            parts = sum(v > 0 for n, v in truth.items() if "+" not in n and _is_part(n, name))
            assert min(numbers) <= max(1, parts)


def _is_part(part: tuple, whole: tuple) -> bool:
    return all(p == w or w == "+" for p, w in zip(part, whole, strict=True))


def test_the_two_oracles_agree() -> None:
    truth, sums = attackers.grid(np.array([[2, 3], [4, 1]]))
    game = puzzle(truth, sums, [(0, 0), (0, 1), (1, 0), (1, 1)])
    tried = list(attackers.fillings(game, most=10))
    for name in game.withheld:
        numbers = [filling[name] for filling in tried]
        assert attackers.interval(game, name) == (min(numbers), max(numbers))
        assert attackers.interval(game, name, whole=False) == (min(numbers), max(numbers))


def test_few_cells_are_withheld_against_the_fewest_possible() -> None:
    rng = np.random.default_rng(7)
    ours, fewest = 0, 0
    for _ in range(12):
        truth, sums = attackers.grid(rng.choice([0, 1, 3, 6, 8, 20], (2, 3)))
        k = 4
        hidden = chosen(truth, choose_withheld(problem_of(truth, sums, k), k=k))
        ours, fewest = ours + len(hidden), fewest + _fewest(truth, sums, k)
    assert fewest <= ours <= 1.25 * fewest


def _fewest(truth: Mapping[Any, float], sums: Sequence[attackers.Sum], k: int) -> int:
    """Try every set of cells to withhold, small sets first."""
    primary = small(truth, k)
    others = [name for name, value in truth.items() if value >= k]
    sets = sorted(product((False, True), repeat=len(others)), key=sum)
    for taken in sets:
        hidden = primary + [name for name, take in zip(others, taken, strict=True) if take]
        if not attackers.findings(puzzle(truth, sums, hidden), truth, primary, k):
            return len(hidden)
    raise AssertionError("withholding everything is always safe")
