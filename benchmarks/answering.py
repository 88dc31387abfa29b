"""How long an answer takes: ten thousand draws on 50 units, with all that is not known."""

from __future__ import annotations

import time

import numpy as np

from maligeo.measure.certainty import Need, Response, Rules, Unplaced, judge

UNITS, DRAWS, PROJECTS = 50, 10_000, 2_000


def run(_: int = 0) -> None:
    """Print the seconds of one call of `judge`."""
    rng = np.random.default_rng(1)
    counts = rng.poisson(20, UNITS).astype(float)
    anywhere = np.ones(UNITS, dtype=bool)
    needs = [Need(counts - 2, counts + 2, unplaced=(Unplaced(np.ones(100), anywhere),))]
    ways = rng.poisson(10, (2, UNITS)).astype(float)
    response = Response(ways, np.zeros_like(ways), (Unplaced(np.ones(PROJECTS), anywhere),))
    places = rng.random((2, UNITS))
    start = time.perf_counter()
    judge(needs, response, places, Rules(draws=DRAWS))
    print(f"judge: {DRAWS:,} draws on {UNITS} units: {time.perf_counter() - start:.1f} s")
