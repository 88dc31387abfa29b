"""Points to a density surface: beside KDEpy, same points, same cells, same bandwidth."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pyproj import Transformer

from benchmarks.measuring import median_seconds, peak_extra_megabytes, print_table
from benchmarks.points import points
from maligeo.measure.surface import Smoother, Surface, binned, density_surface

MOST_POINTS = 1_000_000
SIDE = 2000
CELL_KM = 1.0
BANDWIDTH_KM = 10.0
REPEATS = 5
PEER_REPEATS = 3


def run(point_count: int) -> None:
    """Measure and print.

    Parameters
    ----------
    point_count : int
        Points, at most a million.
    """
    count = min(point_count, MOST_POINTS)
    frame = pd.DataFrame(dict(zip(("lon", "lat"), points(count), strict=True)))
    surface = density_surface(frame, bandwidth_km=BANDWIDTH_KM, cell_km=CELL_KM)
    x, y = _in_cells(frame, surface)
    whole = median_seconds(
        lambda: density_surface(frame, bandwidth_km=BANDWIDTH_KM, cell_km=CELL_KM), REPEATS
    )
    kernel = median_seconds(lambda: _binned_and_smoothed(x, y), REPEATS)
    memory = peak_extra_megabytes(
        lambda: density_surface(frame, bandwidth_km=BANDWIDTH_KM, cell_km=CELL_KM)
    )
    rows = [
        ("kernel alone (points on the grid already)", f"{kernel:.3f}", "", ""),
        ("density_surface, from degrees on", f"{whole:.3f}", "", f"{memory:.0f}"),
    ]
    try:
        peer, error = _kdepy(x, y)
        ratios = f"kernel {peer / kernel:.1f}, whole {peer / whole:.1f}"
        rows.append(
            (f"KDEpy FFTKDE (differs by {error:.1%} of the peak)", f"{peer:.3f}", ratios, "")
        )
    except ImportError as error:
        rows.append((f"KDEpy: absent ({error})", "", "", ""))
    shown = "×".join(map(str, surface.values.shape))
    title = (
        f"# Surface: {count:,} points; kernel and KDEpy on {SIDE}×{SIDE} cells, whole on {shown}"
    )
    print_table(title, ("what", "s", "KDEpy is slower by", "peak extra, MB"), rows)


def _in_cells(frame: pd.DataFrame, surface: Surface) -> tuple[np.ndarray, np.ndarray]:
    """Give the points in cells from the corner of a square of 2000."""
    project = Transformer.from_crs("EPSG:4326", surface.crs, always_xy=True)
    x, y = project.transform(frame["lon"].to_numpy(), frame["lat"].to_numpy())
    middle = SIDE / 2
    return tuple(np.clip(metres / 1000 + middle, 0.5, SIDE - 0.5) for metres in (x, y))


def _binned_and_smoothed(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    content = binned(x, y, None, (SIDE, SIDE))
    return Smoother((SIDE, SIDE), "gaussian", BANDWIDTH_KM / CELL_KM)(content)


def _kdepy(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    from KDEpy import FFTKDE

    at = (np.arange(SIDE) + 0.5) / BANDWIDTH_KM
    grid = np.stack(np.meshgrid(at, at, indexing="ij"), axis=-1).reshape(-1, 2)
    inside = np.stack([x, y], axis=1) / BANDWIDTH_KM
    inside = inside[((inside > at[0]) & (inside < at[-1])).all(axis=1)]
    theirs = FFTKDE(kernel="gaussian", bw=1.0).fit(inside).evaluate(grid)
    wanted = theirs.reshape(SIDE, SIDE).T * len(inside) / BANDWIDTH_KM**2
    ours = _binned_and_smoothed(*(inside.T * BANDWIDTH_KM))
    seconds = median_seconds(
        lambda: FFTKDE(kernel="gaussian", bw=1.0).fit(inside).evaluate(grid), PEER_REPEATS
    )
    return seconds, float(np.abs(ours - wanted).max() / wanted.max())
