"""Located records to a density table, beside a bare pandas groupby without any check."""

from __future__ import annotations

from functools import partial

import pandas as pd

import maligeo
from benchmarks import made_up
from benchmarks.measuring import median_seconds, print_table, use_one_core

MOST_RECORDS = 2_000_000
REPEATS = 3


def run(point_count: int) -> None:
    """Measure and print.

    Parameters
    ----------
    point_count : int
        Records, at most two million.
    """
    use_one_core()
    units = made_up.cercles()
    located = maligeo.locate(made_up.incidents(min(point_count, MOST_RECORDS)), units)
    located = maligeo.with_coverage(located, made_up.COVERS)
    peer = median_seconds(partial(_grouped, located), REPEATS)
    rows = [("pandas, groupby", f"{peer:.3f}", "1.0")]
    for measure in ("incidents", "victims"):
        count = partial(maligeo.density, located, units, measure=measure, period="year")
        own = median_seconds(count, REPEATS)
        rows.append((f"density, {measure}", f"{own:.3f}", f"{peer / own:.2f}"))
    title = f"# Counts of {len(located):,} located records by cercle and year"
    print_table(title, ("way", "s", "groupby over it"), rows)


def _grouped(located: pd.DataFrame) -> pd.Series:
    keys = [located["adm2_pcode"], located["date"].dt.year]
    return located.groupby(keys, observed=False).size()
