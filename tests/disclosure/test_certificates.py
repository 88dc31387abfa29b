"""Proofs by whole worlds: what has to be given up, and that it is enough."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from maligeo.core.errors import ReleaseError
from maligeo.disclosure.certificates import FEASIBLE_VALUES, Block, cells_to_give_up

ANY = float("inf")
SMALL = (0.0, 4.0)


def number(count: int) -> tuple[float, float]:
    """What a count that was rounded to 5 tells of the one behind it."""
    return (max(count - 4.0, 5.0), count + 4.0)


def block(
    *cells: tuple[str, tuple[float, float]], final: str = "", costs: dict[str, float] | None = None
) -> Block:
    """Cells named by the letters of the pieces that they are sums of, such as "ab"."""
    letters = sorted({letter for name, _ in cells for letter in name})
    sums = np.array([[letter in name for letter in letters] for name, _ in cells], dtype=float)
    low, high = (np.array([bounds[end] for _, bounds in cells]) for end in (0, 1))
    return Block(
        sums=csr_array(sums),
        low=low,
        high=high,
        final=np.array([name in final.split() for name, _ in cells]),
        protected=np.array([bounds in (SMALL, (0.0, ANY)) for _, bounds in cells]),
        with_zero=np.ones(len(cells), dtype=np.bool_),
        cost=np.array([(costs or {}).get(name, 10.0 ** len(name)) for name, _ in cells]),
        events=np.full(len(letters), -1),
    )


def given_up(of: Block, *names: str) -> set[str]:
    return {name for name, lost in zip(names, cells_to_give_up(of), strict=True) if lost}


def test_nothing_is_given_up_where_nothing_is_small() -> None:
    plain = block(("ab", number(40)), ("a", number(20)), ("b", number(20)))
    assert not cells_to_give_up(plain).any()


def test_nothing_is_given_up_for_a_small_count_among_others() -> None:
    """Of 40, of which 35 are elsewhere: 0 to 4 are all possible."""
    plain = block(("ab", number(40)), ("a", number(40)), ("b", SMALL))
    assert not cells_to_give_up(plain).any()


def test_two_small_counts_of_a_total_of_six() -> None:
    """5 to 9 in all and at most 4 in each: neither can be 0, so both or the total must go."""
    cells = ("ab", "a", "b")
    world = block(("ab", number(5)), ("a", SMALL), ("b", SMALL))
    assert given_up(world, *cells) == {"a", "b"}
    cheap = block(("ab", number(5)), ("a", SMALL), ("b", SMALL), costs={"ab": 1.0})
    assert given_up(cheap, *cells) == {"ab"}


def test_four_small_quarters_of_a_year() -> None:
    """16 and more of four quarters that have 4 at most: each has 4. Of 11 and more none has."""
    quarters = [(letter, SMALL) for letter in "abcd"]
    assert not cells_to_give_up(block(("abcd", number(15)), *quarters)).any()
    tight = block(("abcd", number(20)), *quarters)
    assert cells_to_give_up(tight).any()


def test_two_roundings_that_tell_the_rest() -> None:
    """At least 36 in all and at most 34 in one: the other has 2 and more, so not 0."""
    world = block(("ab", number(40)), ("a", number(30)), ("b", SMALL))
    assert given_up(world, "ab", "a", "b") == {"a"}


def test_what_was_released_before_stays_and_others_go_for_it() -> None:
    world = block(
        ("ab", number(40)), ("a", number(30)), ("b", SMALL), final="a", costs={"ab": 1000.0}
    )
    assert given_up(world, "ab", "a", "b") == {"b"} or given_up(world, "ab", "a", "b") == {"ab"}
    assert "a" not in given_up(world, "ab", "a", "b")


def test_where_all_was_released_before_there_is_no_way() -> None:
    world = block(("ab", number(5)), ("a", SMALL), ("b", SMALL), final="ab a b")
    with pytest.raises(ReleaseError, match="next yearly edition"):
        cells_to_give_up(world)


def test_no_victim_is_without_an_incident() -> None:
    """Piece b counts victims where a counts incidents: 5 victims need one of the incidents."""
    cells = (("a", SMALL), ("b", number(5)))
    apart = block(*cells)
    assert not cells_to_give_up(apart).any()
    events = np.array([-1, 0])
    joined = Block(**{**vars(apart), "events": events})
    assert given_up(joined, "a", "b") == {"b"}


def test_the_same_cells_give_the_same_up() -> None:
    world = block(("abc", number(10)), ("a", SMALL), ("b", SMALL), ("c", SMALL))
    first, second = (cells_to_give_up(world) for _ in range(2))
    assert first.tolist() == second.tolist()


MOST = 16  # of one piece in what is tried out by hand


def possible(of: Block, lost: np.ndarray) -> list[set[int]]:
    """Try all worlds out, and give the values that each cell has in those that agree."""
    pieces = np.array(list(product(range(MOST + 1), repeat=of.sums.shape[1])))
    values = pieces @ of.sums.toarray().T
    low, high = np.where(lost, 0.0, of.low), np.where(lost, ANY, of.high)
    agree = ((values >= low) & (values <= high)).all(axis=1)
    return [set(column[agree].astype(int).tolist()) for column in values.T]


@given(
    counts=st.tuples(*[st.integers(0, 9)] * 3),
    up=st.lists(st.booleans(), min_size=6, max_size=6),
)
@settings(max_examples=60, deadline=None)
def test_whatever_the_world_each_small_count_may_be_three_numbers_and_nothing(
    counts: tuple[int, int, int], up: list[bool]
) -> None:
    """Against an oracle that tries all worlds out."""
    names = ("abc", "ab", "bc", "a", "b", "c")
    true = dict(zip("abc", counts, strict=True))
    cells = []
    for name, is_up in zip(names, up, strict=True):
        count = sum(true[letter] for letter in name)
        rounded = count // 5 * 5 + 5 * (is_up and count % 5 > 0)
        cells.append((name, number(rounded) if count >= 5 else SMALL))
    world = block(*cells)
    lost = cells_to_give_up(world)
    for name, values, protected in zip(names, possible(world, lost), world.protected, strict=True):
        assert not protected or (0 in values and len(values) >= FEASIBLE_VALUES), name
