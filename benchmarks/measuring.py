"""Timing, memory and tables, for all benchmark modules."""

from __future__ import annotations

import gc
import os
import statistics
import time
import tracemalloc
from collections.abc import Callable, Sequence


def use_one_core() -> bool:
    """Keep this process, and any thread that a peer starts in it, on one core.

    Returns
    -------
    bool
        False where the system cannot do that.
    """
    if not hasattr(os, "sched_setaffinity"):
        return False
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    return True


def median_seconds(run: Callable[[], object], repeats: int) -> float:
    """Median time of a call; a first call, not counted, warms up when there are several."""
    times = []
    for _ in range(repeats + (repeats > 1)):
        gc.collect()
        begin = time.perf_counter()
        run()
        times.append(time.perf_counter() - begin)
    return statistics.median(times[-repeats:])


def peak_extra_megabytes(run: Callable[[], object]) -> float:
    """Most memory that Python and numpy held during a call beyond what they held before."""
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        run()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return (peak - before) / 1e6


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a Markdown table, its columns aligned."""
    cells = [list(columns), *([str(value) for value in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(columns))]
    lines = [
        "| "
        + " | ".join(f"{value:<{width}}" for value, width in zip(row, widths, strict=True))
        + " |"
        for row in cells
    ]
    rule = "| " + " | ".join("-" * width for width in widths) + " |"
    print(f"\n{title}\n", lines[0], rule, *lines[1:], sep="\n", flush=True)
