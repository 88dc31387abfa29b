"""How long a first release takes: 40,000 incidents, seven measures, six years."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import pandas as pd

import maligeo
from benchmarks import made_up
from benchmarks.measuring import print_table
from maligeo.disclosure.incidents import Listed, released_cells
from maligeo.disclosure.policy import rules_for
from maligeo.disclosure.store import Store

SIZE = 40_000
MOST_SECONDS = 60


def run(_: int = 0) -> None:
    """Release regions by quarter and year and cercles by year into a new store, and again."""
    units = made_up.cercles()
    located = maligeo.with_coverage(maligeo.locate(made_up.incidents(SIZE), units), made_up.COVERS)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "key").write_text(bytes(range(32)).hex(), encoding="ascii")
        rows = [_timed(name, located, units, folder) for name in ("new", "the same again")]
    columns = ("release", "cells", "seconds", "processor seconds", "steps of progress")
    print_table(f"Release of {SIZE:,} incidents (at most {MOST_SECONDS} s)", columns, rows)


def _timed(
    name: str, located: pd.DataFrame, units: pd.DataFrame, folder: str
) -> tuple[object, ...]:
    steps: list[int] = []
    wall, own = time.perf_counter(), time.process_time()
    cells = released_cells(
        Listed(located, units),
        rules=rules_for("public"),
        store=Store.open(folder),
        as_of=pd.Timestamp(made_up.AS_OF),
        advance=lambda done, _: steps.append(done),
    ).cells
    seconds = (time.perf_counter() - wall, time.process_time() - own)
    return name, f"{len(cells):,}", *(f"{one:.1f}" for one in seconds), len(steps)


if __name__ == "__main__":
    run()
