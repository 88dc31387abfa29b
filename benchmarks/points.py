"""Generated points: like records of events, many round few places, the rest anywhere."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from benchmarks.coverages import OUTLINE

TOWNS = 300
CLUSTERED_SHARE = 0.6
TOWN_SPREAD = 0.12
MARGIN = 0.15


def points(count: int, seed: int = 0) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Make points of which 60 in 100 lie round towns and the rest in the country's rectangle.

    Parameters
    ----------
    count : int
    seed : int

    Returns
    -------
    lon, lat : float64 arrays, shape (count,)
        Degrees, in random order; some lie outside the country.
    """
    rng = np.random.default_rng((seed, count))
    low_x, low_y, high_x, high_y = OUTLINE.bounds
    places = rng.uniform((low_x, low_y), (high_x, 17.5), (20 * TOWNS, 2))
    towns = places[shapely.contains_xy(OUTLINE, *places.T)][:TOWNS]
    weight = np.minimum(rng.pareto(1.3, len(towns)) + 0.2, 30.0)
    clustered = int(count * CLUSTERED_SHARE)
    town = rng.choice(len(towns), clustered, p=weight / weight.sum())
    near = towns[town] + rng.normal(0.0, TOWN_SPREAD, (clustered, 2))
    anywhere = rng.uniform(
        (low_x - MARGIN, low_y - MARGIN), (high_x + MARGIN, high_y + MARGIN), (count - clustered, 2)
    )
    both = rng.permutation(np.vstack([near, anywhere]))
    return both[:, 0].copy(), both[:, 1].copy()
