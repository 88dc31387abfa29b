"""How far an order of units hangs on what could have been chosen otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from maligeo.errors import ArgumentError
from maligeo.measure.indicators import Indicator
from maligeo.measure.ranking import rank_scores, ranks

_Floats = npt.NDArray[np.float64]
_DECIMALS = 9  # scores closer than this are ties, whatever the order of their sums


@dataclass(frozen=True)
class Draws:
    """How an order is put to the test.

    Attributes
    ----------
    number : int, default 1000
        Random draws.
    seed : int, default 1
        Seed of the random numbers: the same seed gives the same table.
    agreement : float, default 0.9
        Share of the draws that have to agree for a finding to be called robust; also the
        share of the draws that an interval of ranks covers.

    Raises
    ------
    ArgumentError
        If there is no draw, the seed is negative or the agreement not within 0.5 … 1.
    """

    number: int = 1000
    seed: int = 1
    agreement: float = 0.9

    def __post_init__(self) -> None:
        if self.number < 1 or self.seed < 0 or not 0.5 <= self.agreement <= 1:
            raise ArgumentError(
                f"{self}: number must be 1 or more, seed 0 or more, agreement within 0.5 and 1"
            )


DEFAULT_DRAWS = Draws()


class DrawnRanks(NamedTuple):
    """Ranks of n units, as chosen and as drawn.

    Attributes
    ----------
    chosen : numpy.ndarray of float64, shape (n,)
        With equal weights, the first way of counting, and values as published.
    drawn : numpy.ndarray of float64, shape (draws, n)
        With random weights, ways of counting, and values within their rounding.
    """

    chosen: _Floats
    drawn: _Floats


def draw_ranks(
    indicators: Sequence[Indicator], draws: Draws, *, keep: npt.NDArray[np.bool_], stream: int
) -> DrawnRanks:
    """Rank units by several indicators, under many weightings.

    Parameters
    ----------
    indicators : sequence of Indicator
        Each is turned to rank scores, and the scores are averaged with weights.
    draws : Draws
        How many, from which seed.
    keep : numpy.ndarray of bool, shape (units,)
        Units to rank, all with known values.
    stream : int
        Number that sets the random numbers of this call apart from those of others.

    Returns
    -------
    DrawnRanks
        Ranks of the kept units; 1 is the largest.

    Notes
    -----
    Weights are drawn evenly from all weightings (Dirichlet distribution with all
    parameters 1), as in the uncertainty analysis of composite indicators: OECD (2008),
    Handbook on Constructing Composite Indicators, chapter 7. Each draw takes one way of
    counting for each measure, and counts drawn evenly, each unit by itself, from within
    the interval of their rounding; indicators of the same counts take the same draw.
    """
    rng = np.random.default_rng([draws.seed, stream])
    weights = -np.log1p(-rng.random((draws.number, len(indicators))))
    weights /= weights.sum(axis=1, keepdims=True)
    shape = (draws.number, int(keep.sum()))
    chosen, drawn = np.zeros(shape[1]), np.zeros(shape)
    chances: dict[str, tuple[_Floats, _Floats]] = {}
    for indicator, weight in zip(indicators, weights.T, strict=True):
        if indicator.series not in chances:
            chances[indicator.series] = rng.random((shape[0], 1)), rng.random(shape)
        shown = indicator.shown.to_numpy(dtype="float64", na_value=np.nan)[keep]
        values = _draw_values(indicator, *chances[indicator.series], keep)
        chosen += rank_scores(shown) / len(indicators)
        drawn += weight[:, np.newaxis] * rank_scores(values)
    return DrawnRanks(ranks(chosen.round(_DECIMALS)), ranks(drawn.round(_DECIMALS)))


def interval(drawn: npt.ArrayLike, share: float) -> tuple[_Floats, _Floats]:
    """Give the middle interval that holds a share of the draws, by unit.

    Parameters
    ----------
    drawn : array_like, shape (draws, n)
        One row per draw.
    share : float
        Share of the draws within; the ends are values that were drawn.

    Returns
    -------
    low, high : numpy.ndarray of float64, shape (n,)
    """
    tail = (1.0 - share) / 2.0
    low, high = np.quantile(
        np.asarray(drawn, dtype=np.float64), [tail, 1.0 - tail], axis=0, method="inverted_cdf"
    )
    return low, high


def _draw_values(
    indicator: Indicator, way: _Floats, within: _Floats, keep: npt.NDArray[np.bool_]
) -> _Floats:
    """Take a way of counting, and a place between the bounds, for each draw."""
    low, high = (side[:, keep] for side in indicator.bounds())
    taken = np.floor(way[:, 0] * len(low)).astype(np.intp)
    return np.asarray(low[taken] + within * (high - low)[taken], dtype=np.float64)
