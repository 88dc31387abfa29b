import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maligeo.measure.need_response import rank_scores, ranks

VALUES = st.lists(st.integers(0, 9) | st.just(np.nan), min_size=1, max_size=30)


def test_the_largest_is_first_and_ties_share_their_places() -> None:
    assert ranks([10, 40, 20, 20]).tolist() == [4, 1, 2.5, 2.5]


def test_the_unknown_has_no_rank_and_takes_no_place() -> None:
    found = ranks([10, np.nan, 20])
    assert found[[0, 2]].tolist() == [2, 1]
    assert np.isnan(found[1])


def test_each_row_is_ranked_by_itself() -> None:
    assert ranks([[1, 2], [2, 1]]).tolist() == [[2, 1], [1, 2]]


def test_scores_by_hand() -> None:
    assert rank_scores([10, 40, 20, 20]).tolist() == [0.125, 0.875, 0.5, 0.5]


def test_nothing_known_gives_nothing() -> None:
    assert np.isnan(rank_scores([np.nan, np.nan])).all()


@given(VALUES)
def test_ranks_stay_within_their_bounds_and_keep_their_sum(values: list[float]) -> None:
    found = ranks(values)
    known = np.isfinite(values)
    count = known.sum()
    assert np.isnan(found[~known]).all()
    assert ((found[known] >= 1) & (found[known] <= count)).all()
    assert found[known].sum() == pytest.approx(count * (count + 1) / 2)


@given(VALUES, st.randoms())
def test_ranks_follow_their_unit(values: list[float], random: object) -> None:
    order = list(range(len(values)))
    random.shuffle(order)  # type: ignore[attr-defined]
    np.testing.assert_array_equal(ranks(np.array(values)[order]), ranks(values)[order])


@given(VALUES)
def test_scores_do_not_change_when_the_world_is_doubled(values: list[float]) -> None:
    np.testing.assert_allclose(rank_scores([*values, *values])[: len(values)], rank_scores(values))
