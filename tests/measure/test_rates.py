from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest
from shapely.geometry import box

from maligeo.measure.rates import (
    clustered_interval,
    poisson_interval,
    ratio_interval,
    shared_borders,
    smooth_rates,
)

# Homicides 1979-84 in 78 counties around St Louis (Messner, Anselin and others 2000), with
# the worked example of PySAL's esda.smoothing: Empirical_Bayes and Spatial_Empirical_Bayes.
COUNTIES = pd.read_csv(Path(__file__).parents[1] / "data" / "measures" / "stl_homicides.csv")
GLOBAL = [
    2.36718950e-05, 4.54539167e-05, 4.78114019e-05, 2.76907146e-05, 6.58989323e-05,
    3.66494122e-05, 5.79952721e-05, 2.03064590e-05, 3.31152999e-05, 3.02748380e-05,
]  # fmt: skip
LOCAL = [
    4.01485749e-05, 3.62437513e-05, 4.93034844e-05, 5.09387329e-05, 3.72735210e-05,
    3.69333797e-05, 5.40245456e-05, 2.99806055e-05, 3.73034109e-05, 3.47270722e-05,
]  # fmt: skip


def county_pairs() -> np.ndarray:
    around = COUNTIES["neighbours"].str.split().explode().astype(int)
    return np.array([around.index.to_numpy(), around.to_numpy() - 1])


def test_global_smoothing_against_a_published_example() -> None:
    smoothed = smooth_rates(COUNTIES["homicides"], COUNTIES["population"])
    np.testing.assert_allclose(smoothed[:10], GLOBAL, rtol=5e-9)


def test_local_smoothing_against_a_published_example() -> None:
    smoothed = smooth_rates(COUNTIES["homicides"], COUNTIES["population"], pairs=county_pairs())
    np.testing.assert_allclose(smoothed[:10], LOCAL, rtol=5e-9)
    assert (smoothed >= 0).all()


def test_local_smoothing_leaves_out_what_is_not_known() -> None:
    pairs = np.array([[0, 1, 1, 2], [1, 0, 2, 1]])
    smoothed = smooth_rates([5, np.nan, 7, 3], [100, 100, 100, 100], pairs=pairs)
    assert np.isnan(smoothed).all()  # the only neighbour of 0 and 2 is not known, 3 has none
    known = smooth_rates([5, 1, 7, 3], [100, 100, 100, 100], pairs=pairs)
    np.testing.assert_array_equal(np.isnan(known), [False, False, False, True])


def test_neighbours_share_a_stretch_of_border_and_no_mere_point() -> None:
    cells = [box(0, 0, 1, 1), box(1, 0, 2, 1), box(1, 1, 2, 2), box(5, 5, 6, 6)]
    pairs = shared_borders(gpd.GeoDataFrame(geometry=cells, crs=4326))
    assert pairs.T.tolist() == [[0, 1], [1, 0], [1, 2], [2, 1]]


def test_rates_of_r_s_poisson_test() -> None:
    """The two examples of R's `poisson.test`: Welsh nickel workers, and Fredericia."""
    low, high = poisson_interval(137)
    assert [low / 24.19893, high / 24.19893] == pytest.approx([4.753125, 6.692709], abs=1e-6)
    ratio_low, ratio_high = ratio_interval(11, 21)
    time = 800 / (1083 + 1050 + 878)
    assert [ratio_low / time, ratio_high / time] == pytest.approx([0.8584264, 4.2772659], abs=1e-7)


@pytest.mark.parametrize(("above", "below"), [(0, 5), (3, 0), (4, 4), (120, 90), (0, 0)])
def test_ratio_interval_is_that_of_the_binomial_share(above: int, below: int) -> None:
    low, high = ratio_interval(above, below)
    if above + below == 0:
        assert (float(low), float(high)) == (0.0, np.inf)
        return
    share = binomtest(above, above + below).proportion_ci(method="exact")
    assert float(low) == pytest.approx(share.low / (1 - share.low))
    expected = np.inf if share.high == 1 else share.high / (1 - share.high)
    assert float(high) == pytest.approx(expected)


def test_ratio_of_a_missing_count_is_missing() -> None:
    assert np.isnan(np.array(ratio_interval([np.nan, 3], [2, np.nan]))).all()


def test_one_victim_each_is_the_poisson_interval() -> None:
    counts = np.array([0, 1, 7, 40])
    np.testing.assert_allclose(
        clustered_interval(counts, counts, largest=1.0), poisson_interval(counts), rtol=1e-12
    )


def test_clustered_victims_are_covered_where_poisson_is_too_narrow() -> None:
    """2,000 draws of 12 incidents on average with 1, 2 or 12 victims each."""
    dice = np.random.default_rng(20150408)
    sizes, chances = np.array([1.0, 2.0, 12.0]), np.array([0.5, 0.3, 0.2])
    drawn = dice.poisson(12 * chances, size=(2000, 3))
    total, squares = drawn @ sizes, drawn @ sizes**2
    truth = float(12 * chances @ sizes)
    low, high = clustered_interval(total, squares, largest=12.0)
    plain_low, plain_high = poisson_interval(total)
    covered = float(((low <= truth) & (truth <= high)).mean())
    assert covered >= 0.95
    assert float(((plain_low <= truth) & (truth <= plain_high)).mean()) < 0.75
