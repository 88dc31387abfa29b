import numpy as np
import pandas as pd
import pytest

from maligeo.core.errors import ArgumentError
from maligeo.measure.indicators import read_indicators
from maligeo.measure.need_response import DrawnRanks, Draws, draw_ranks, interval
from tests.densityworlds import density_table, grid

UNITS = grid(2)
DRAWS = Draws(number=4000)


def rank(*tables: pd.DataFrame, by: str = "count", draws: Draws = DRAWS) -> DrawnRanks:
    indicators = read_indicators(pd.concat(tables), UNITS, by=by, what="need")
    return draw_ranks(indicators, draws, keep=np.array([True, True]), stream=0)


def test_one_sure_measure_leaves_nothing_to_chance() -> None:
    found = rank(density_table(UNITS, "incidents", [5, 3]))
    assert found.chosen.tolist() == [1, 2]
    assert (found.drawn == [1, 2]).all()


def test_two_measures_that_disagree_hang_on_their_weights() -> None:
    found = rank(density_table(UNITS, "incidents", [5, 3]), density_table(UNITS, "victims", [1, 9]))
    assert found.chosen.tolist() == [1.5, 1.5]
    # The first weight is the larger one in half of all weightings.
    assert (found.drawn[:, 0] == 1).mean() == pytest.approx(0.5, abs=0.04)


def test_the_ways_of_counting_are_drawn_alike() -> None:
    found = rank(
        density_table(UNITS, "projects", [2, 1]),
        density_table(UNITS, "projects_fractional", [1.5, 1]),
        density_table(UNITS, "projects_weighted", [1, 1.5]),
    )
    assert found.chosen.tolist() == [1, 2], "the fractional counting is the one to show"
    assert (found.drawn[:, 0] == 1).mean() == pytest.approx(2 / 3, abs=0.04)


def test_counts_are_drawn_from_within_their_rounding() -> None:
    found = rank(density_table(UNITS, "incidents", [10.0, 10.4], half=0.5))
    assert found.chosen.tolist() == [2, 1]
    # The first is larger where u - v > 0.4, for u and v even within 0 and 1: 0.6² / 2.
    assert (found.drawn[:, 0] == 1).mean() == pytest.approx(0.18, abs=0.03)


def test_rates_of_the_same_counts_take_the_same_draw() -> None:
    table = density_table(UNITS, "incidents", [10.0, 10.4], half=0.5)
    indicators = read_indicators(
        table, UNITS, by=["count", "per_100k", "per_1000_sqkm"], what="need"
    )
    keep = np.array([True, True])
    together = draw_ranks(indicators, DRAWS, keep=keep, stream=0)
    # With the same people and areas all three give the same order, so no draw is a tie.
    assert set(np.unique(together.drawn)) == {1.0, 2.0}


def test_a_published_zero_may_be_rounded_from_more() -> None:
    table = density_table(UNITS, "incidents", [0.0, 0.1], half=0.5, people=50_000.0)
    low, high = read_indicators(table, UNITS, by="per_100k", what="need")[0].bounds()
    assert low.tolist() == [[0, 0]]
    assert high[0] == pytest.approx(np.array([0.5, 0.6]) * 2 * 365.25 / 365)


def test_the_same_seed_gives_the_same_draws_and_another_seed_others() -> None:
    tables = density_table(UNITS, "incidents", [5, 3]), density_table(UNITS, "victims", [1, 9])
    first, second = (rank(*tables, draws=Draws(seed=7)).drawn for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert (rank(*tables, draws=Draws(seed=8)).drawn != first).any()


def test_the_interval_keeps_the_middle_of_the_draws() -> None:
    low, high = interval(np.arange(1, 101)[:, np.newaxis], 0.9)
    assert (low.tolist(), high.tolist()) == ([5], [95])


@pytest.mark.parametrize("wrong", [{"number": 0}, {"seed": -1}, {"agreement": 1.1}])
def test_draws_that_mean_nothing_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ArgumentError, match="number must be 1 or more"):
        Draws(**wrong)  # type: ignore[arg-type]
