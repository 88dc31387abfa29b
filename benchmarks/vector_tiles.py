"""Points to vector tiles: `vector_tiles` beside tippecanoe and freestiler, same points and zooms.

Each starts from what it reads: frames in memory, tippecanoe from a file, FlatGeobuf, that
lies ready. All thin the points below the finest zoom, each in its own way: tippecanoe and
freestiler keep one of 2.5 from zoom to zoom, as tippecanoe does of itself. A second row has
an attribute that differs from point to point.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np

from benchmarks.measuring import median_seconds, print_table
from benchmarks.points import points
from maligeo.tile_archives import open_tiles
from maligeo.tiles.vector import vector_tiles

ZOOMS = (0, 10)
MOST_POINTS = 1_000_000
REPEATS = 3
DROP_RATE = 2.5


def run(point_count: int) -> None:
    """Measure and print.

    Parameters
    ----------
    point_count : int
        Points; at most a million.
    """
    frame = _frame(min(point_count, MOST_POINTS))
    print(f"# Vector tiles: {len(frame):,} points, zooms {ZOOMS[0]} to {ZOOMS[1]}", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        timed = {
            "maligeo": _own(frame, folder / "own.pmtiles"),
            "maligeo, and a name for each": _own(_named(frame), folder / "named.pmtiles"),
        }
        for peer, make in (("freestiler", _freestiler), ("tippecanoe", _tippecanoe)):
            try:
                timed[peer] = make(frame, folder / f"{peer}.pmtiles")
            except ImportError as error:
                print(f"absent: {peer} ({error})", flush=True)
        own = timed["maligeo"][0]
        rows = [
            (what, f"{seconds:.2f}", f"{seconds / own:.1f}", *_counted(path))
            for what, (seconds, path) in timed.items()
        ]
    columns = ("what", "seconds", "over maligeo", "tiles", "MB")
    print_table("Points in to archive out", columns, rows)


def _frame(count: int) -> gpd.GeoDataFrame:
    lon, lat = points(count)
    kinds = np.array(["ied", "landmine", "erw", "other"])
    at = np.arange(count)
    return gpd.GeoDataFrame(
        {"event_type": kinds[at % len(kinds)], "killed": at % 7},
        geometry=gpd.points_from_xy(lon, lat),
        crs=4326,
    )


def _named(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return frame.assign(event_id=[f"E{at:07d}" for at in range(len(frame))])


def _own(frame: gpd.GeoDataFrame, path: Path) -> tuple[float, Path]:
    return _measured(
        lambda: vector_tiles({"incidents": frame}, path, zooms=ZOOMS, audience="internal")
    ), path


def _freestiler(frame: gpd.GeoDataFrame, path: Path) -> tuple[float, Path]:
    import freestiler

    def make() -> None:
        freestiler.freestile(
            frame, path, layer_name="incidents", tile_format="mvt", min_zoom=ZOOMS[0],
            max_zoom=ZOOMS[1], drop_rate=DROP_RATE, quiet=True,
        )  # fmt: skip

    return median_seconds(make, 1), path


def _tippecanoe(frame: gpd.GeoDataFrame, path: Path) -> tuple[float, Path]:
    beside = str(Path(sys.executable).parent)  # where its package puts it
    program = shutil.which("tippecanoe") or shutil.which("tippecanoe", path=beside)
    if program is None:
        raise ImportError("tippecanoe is not installed")
    source = path.with_suffix(".fgb")
    frame.to_file(source, driver="FlatGeobuf", SPATIAL_INDEX="NO")
    command = [
        program, "-q", "-f", "-o", str(path), "-l", "incidents", "-r", str(DROP_RATE),
        f"-Z{ZOOMS[0]}", f"-z{ZOOMS[1]}", "--no-feature-limit", "--no-tile-size-limit",
        str(source),
    ]  # fmt: skip
    return median_seconds(lambda: subprocess.run(command, check=True), 1), path


def _measured(make: Callable[[], object]) -> float:
    return median_seconds(make, REPEATS)


def _counted(path: Path) -> tuple[str, str]:
    tiles = sum(1 for _ in open_tiles(path).tiles())
    return f"{tiles:,}", f"{path.stat().st_size / 1e6:.1f}"
