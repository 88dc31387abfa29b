import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maligeo.core.errors import ArgumentError
from maligeo.measure.inequality import LORENZ, gini, lorenz
from tests.densityworlds import density_table, grid

AMOUNTS = st.lists(st.integers(0, 1000), min_size=1, max_size=30).filter(any)


def test_two_units_by_hand() -> None:
    # Need ¼ and ¾, response ½ and ½. Under the curve: ¾·½/2 + ¼·(½ + 1)/2 = 0.375.
    assert gini([10, 10], [1, 3]) == pytest.approx(1 - 2 * 0.375)


@pytest.mark.parametrize("count", [1, 2, 9, 100])
def test_one_unit_with_all_of_it(count: int) -> None:
    assert gini([0] * (count - 1) + [5]) == pytest.approx((count - 1) / count)


def test_all_where_there_is_no_need() -> None:
    assert gini([0, 0, 7], [1, 1, 0]) == pytest.approx(1)


def test_the_unknown_is_left_out() -> None:
    assert gini([10, 10, np.nan, 5], [1, 3, 9, np.nan]) == pytest.approx(gini([10, 10], [1, 3]))


@given(AMOUNTS)
def test_a_response_that_follows_the_need_is_even(amounts: list[int]) -> None:
    assert gini(np.array(amounts) * 2.5, amounts) == pytest.approx(0, abs=1e-12)


@given(AMOUNTS, st.randoms())
def test_order_scale_and_doubling_change_nothing(amounts: list[int], random: object) -> None:
    found = gini(amounts)
    shuffled = list(amounts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert 0 - 1e-12 <= found <= (len(amounts) - 1) / len(amounts) + 1e-12
    assert gini(shuffled) == pytest.approx(found, abs=1e-12)
    assert gini(np.array(amounts) * 655.957) == pytest.approx(found, abs=1e-12)
    assert gini([*amounts, *amounts]) == pytest.approx(found, abs=1e-12)


@given(AMOUNTS)
def test_the_mean_difference_gives_the_same(amounts: list[int]) -> None:
    """Another road to it: half the mean difference of all pairs, over the mean."""
    values = np.array(amounts, dtype=float)
    pairs = np.abs(values[:, None] - values[None, :]).mean()
    assert gini(amounts) == pytest.approx(pairs / (2 * values.mean()), abs=1e-12)


@pytest.mark.parametrize(
    ("response", "need"), [([0, 0], None), ([1, 2], [0, 0]), ([1, -1, 5], None), ([], None)]
)
def test_sums_of_nothing_are_refused(response: list[float], need: list[float] | None) -> None:
    with pytest.raises(ArgumentError, match="add up to more than 0"):
        gini(response, need)


def test_sides_of_different_length_are_refused() -> None:
    with pytest.raises(ArgumentError, match="differ in shape"):
        gini([1, 2], [1, 2, 3])


class TestLorenz:
    units = grid(4)
    need = density_table(units, "incidents", [10, 30, 60, None])
    response = density_table(units, "projects", [5, 0, 5, 3])

    def test_the_points_of_the_curve(self) -> None:
        table = lorenz(self.need, self.response, self.units)
        assert list(table.columns) == list(LORENZ)
        assert table["name"].tolist() == ["B", "C", "A", "D"]
        assert table["need_cumulative"].tolist()[:3] == pytest.approx([0.3, 0.9, 1.0])
        assert table["response_cumulative"].tolist()[:3] == pytest.approx([0.0, 0.5, 1.0])
        assert table["response_per_need"].tolist()[:3] == pytest.approx([0, 1 / 12, 0.5])
        assert table[["need_share", "response_share"]].iloc[3].isna().all()
        assert table["note"].iloc[3] == "need or response not known: left out"

    def test_the_fractional_counting_is_taken(self) -> None:
        parts = density_table(self.units, "projects_fractional", [1, 1, 1, 1])
        table = lorenz(self.need, pd.concat([self.response, parts]), self.units)
        assert table["response"].tolist() == [1, 1, 1, 1]

    def test_row_order_changes_no_byte(self) -> None:
        even = density_table(self.units, "projects", [1, 3, 6, 1])
        expected = lorenz(self.need, even, self.units).to_csv()
        mixed = (frame.sample(frac=1, random_state=5) for frame in (self.need, even, self.units))
        assert lorenz(*mixed).to_csv() == expected

    def test_several_measures_are_refused(self) -> None:
        both = pd.concat([self.need, density_table(self.units, "victims", [1, 1, 1, 1])])
        with pytest.raises(ArgumentError, match="must be one measure and period"):
            lorenz(both, self.response, self.units)
