"""Class breaks against mapclassify, and against every way to divide a few values."""

import warnings
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maligeo import look
from maligeo.look import classes

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import mapclassify

Floats = npt.NDArray[np.float64]
VALUES = st.lists(st.integers(1, 5_000_000).map(lambda n: n / 10), min_size=6, max_size=40)


def distinct(values: list[float]) -> Floats:
    return np.array(sorted(set(values)), dtype=np.float64)


def oracle(kind: str, ordered: Floats, count: int) -> Floats:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Numba not installed")
        bins = getattr(mapclassify, kind)(ordered, k=count).bins
    return np.asarray(bins, dtype=np.float64)[:-1]


def spread(ordered: Floats, bounds: Floats) -> float:
    """Give what natural breaks make least: squared distances from the mean of the class."""
    parts = np.split(ordered, np.searchsorted(ordered, bounds, side="right"))
    return sum(float(((part - part.mean()) ** 2).sum()) for part in parts if part.size)


@given(values=VALUES, count=st.sampled_from([4, 5]))
def test_natural_breaks_are_no_worse_than_those_of_mapclassify(
    values: list[float], count: int
) -> None:
    ordered = distinct(values)
    if ordered.size <= count:
        return
    ours, theirs = (
        classes._bounds_between(ordered, "jenks", count),
        oracle("FisherJenks", ordered, count),
    )
    assert len(ours) == count - 1
    # It adds up in single precision, and two divisions may be equally good.
    assert spread(ordered, ours) <= spread(ordered, theirs) * (1 + 1e-9) + 1e-9


@pytest.mark.parametrize("seed", range(40))
def test_natural_breaks_are_those_of_mapclassify(seed: int) -> None:
    random = np.random.default_rng(seed)
    ordered = np.unique(np.round(random.lognormal(3, 1.5, random.integers(7, 40)), 2))
    for count in (4, 5):
        ours = classes._bounds_between(ordered, "jenks", count)
        assert list(ours) == list(oracle("FisherJenks", ordered, count))


@given(
    values=st.lists(st.integers(5_000_000, 5_003_000), min_size=6, max_size=10, unique=True),
    count=st.sampled_from([3, 4, 5]),
)
def test_natural_breaks_of_large_values_that_are_near_are_the_best_there_are(
    values: list[int], count: int
) -> None:
    ordered = distinct([float(value) for value in values])
    best = min(
        spread(ordered, np.array(bounds)) for bounds in combinations(ordered[:-1], count - 1)
    )
    ours = classes._bounds_between(ordered, "jenks", count)
    assert spread(ordered, ours) == pytest.approx(best, rel=1e-6, abs=1e-3)


@given(values=VALUES, count=st.sampled_from([4, 5]))
def test_quantiles_and_equal_steps_are_those_of_mapclassify(
    values: list[float], count: int
) -> None:
    ordered = distinct(values)
    if ordered.size <= count:
        return
    quantiles = classes._bounds_between(ordered, "quantiles", count)
    assert quantiles == pytest.approx(oracle("Quantiles", ordered, count))
    steps = classes._bounds_between(ordered, "pretty", count)
    assert list(steps) == list(oracle("PrettyBreaks", ordered, count))


def test_the_layers_of_the_bundled_data_have_the_classes_of_mapclassify(
    table: pd.DataFrame,
) -> None:
    for layer in look.layers_of(table):
        rows = look.layer_rows(table, layer)
        shown = rows.loc[rows["place_kind"] == "unit", "shown"].dropna()
        ordered = distinct([float(value) for value in shown if value > 0])
        if layer.scheme not in ("jenks", "log_jenks") or ordered.size <= layer.classes:
            continue
        values = np.log10(ordered) if layer.scheme == "log_jenks" else ordered
        ours = classes._bounds_between(values, layer.scheme, layer.classes)
        assert list(ours) == list(oracle("FisherJenks", values, layer.classes)), layer.key
