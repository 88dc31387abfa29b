"""A raster to web-mercator tiles z0-10 over Mali: beside gdal2tiles and a rio-tiler loop."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from scipy.ndimage import gaussian_filter

from benchmarks.measuring import print_table
from maligeo.core.crs import Bounds
from maligeo.tiles import RampColours, RasterOptions, raster_tiles
from maligeo.tiles.grid import tiles_over

BOUNDS = Bounds(-12.3, 10.1, 4.3, 25.0)
ZOOMS = (0, 10)
SIDE = 4000
LARGE_SIDE = 20_000
COLOURS = RampColours(0.0, 1.0, ("#ffffb2", "#fd8d3c", "#bd0026"))
REPEATS = 3


def run(point_count: int) -> None:
    """Measure and print; the number of points plays no part.

    Parameters
    ----------
    point_count : int
        Not used.
    """
    del point_count
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        source = _smooth_noise(here / "source.tif", SIDE)
        _measure_peers(source, here)
        _measure_growth(source, here)
        _measure_large(here)


def _smooth_noise(path: Path, side: int) -> Path:
    """Write smooth noise from 0 to 1 in the form of a disc, tiled and compressed."""
    field = gaussian_filter(np.random.default_rng(0).random((SIDE, SIDE), dtype=np.float32), 20)
    field = (field - field.min()) / (field.max() - field.min())
    rows, columns = np.ogrid[:SIDE, :SIDE]
    field[(rows / SIDE - 0.5) ** 2 + (columns / SIDE - 0.5) ** 2 > 0.24] = np.nan
    across, down = (BOUNDS.east - BOUNDS.west) / side, (BOUNDS.north - BOUNDS.south) / side
    with rasterio.open(
        path, "w", driver="GTiff", width=side, height=side, count=1, dtype="float32",
        crs="EPSG:4326", transform=Affine(across, 0, BOUNDS.west, 0, -down, BOUNDS.north),
        nodata=np.nan, tiled=True, compress="deflate", zlevel=1,
    ) as raster:  # fmt: skip
        for row in range(0, side, SIDE):
            for column in range(0, side, SIDE):
                raster.write(field, 1, window=((row, row + SIDE), (column, column + SIDE)))
    return path


def _ours(
    source: Path, archive: Path, workers: int, zooms: tuple[int, int] = ZOOMS
) -> tuple[float, int]:
    begin = time.perf_counter()
    options = RasterOptions(workers=workers, colours=COLOURS)
    made = raster_tiles(source, archive, zooms=zooms, options=options, audience="internal")
    tiles = made.tiles
    return time.perf_counter() - begin, tiles


def _measure_peers(source: Path, here: Path) -> None:
    """Let all take turns, so that a busy moment meets all of them."""
    peers: dict[str, Callable[[], tuple[float, int]]] = {
        "maligeo, 1 process, PMTiles": lambda: _ours(source, here / "a.pmtiles", 1),
        "maligeo, 2 processes, PMTiles": lambda: _ours(source, here / "b.pmtiles", 2),
        "maligeo, 1 process, folder": lambda: _ours(source, here / "folder", 1),
        "gdal2tiles, 2 processes": lambda: _gdal2tiles(source, here),
        "rio-tiler loop, 1 process": lambda: _rio_tiler(source),
    }
    taken: dict[str, list[tuple[float, int]]] = {name: [] for name in peers}
    for _ in range(REPEATS):
        for name, make in peers.items():
            try:
                taken[name].append(make())
            except (ImportError, FileNotFoundError) as error:
                print(f"absent: {name} ({error})", flush=True)
    seconds = {
        name: float(np.median([run[0] for run in runs])) for name, runs in taken.items() if runs
    }
    ours = [seconds[name] for name in list(peers)[:2]]
    rows = [
        (
            name, f"{at:.2f}", taken[name][0][1], f"{at / taken[name][0][1] * 1e6:.0f}",
            f"{at / ours[0]:.1f}", f"{at / ours[1]:.1f}",
        )
        for name, at in seconds.items()
    ]  # fmt: skip
    columns = ("what", "s", "tiles", "µs/tile", "slower than ours, 1 process", "than ours, 2")
    print_table(f"# Raster tiles z{ZOOMS[0]}-{ZOOMS[1]} of {SIDE}² cells", columns, rows)


def _gdal2tiles(source: Path, here: Path) -> tuple[float, int]:
    """Time gdal2tiles on a picture that is coloured beforehand, which is not counted."""
    program = shutil.which("gdal2tiles.py") or shutil.which("gdal2tiles")
    if program is None:
        raise FileNotFoundError("gdal2tiles is not installed")
    picture = here / "picture.tif"
    if not picture.exists():
        with rasterio.open(source) as raster:
            coloured = COLOURS.palette()[COLOURS.index(raster.read(1))]
            profile = raster.profile | {"count": 4, "dtype": "uint8", "nodata": None}
        with rasterio.open(picture, "w", photometric="RGB", alpha="YES", **profile) as raster:
            raster.write(np.moveaxis(coloured, 2, 0))
    target = here / "gdal2tiles"
    shutil.rmtree(target, ignore_errors=True)
    command: list[str | Path] = [
        program, "--processes=2", f"--zoom={ZOOMS[0]}-{ZOOMS[1]}", "--resampling=near",
        "--xyz", "--exclude", "--webviewer=none", "--quiet", picture, target,
    ]  # fmt: skip
    # Another Python may be the system's, and must not meet the packages of this one.
    clean = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("PYTHON", "GDAL", "PROJ"))
    }
    begin = time.perf_counter()
    subprocess.run(command, check=True, env=clean, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin, sum(1 for _ in target.rglob("*.png"))


def _rio_tiler(source: Path) -> tuple[float, int]:
    warnings.filterwarnings("ignore", message="invalid value encountered in cast")
    from rio_tiler.errors import TileOutsideBounds
    from rio_tiler.io import Reader

    table = COLOURS.palette()
    colours = {at: tuple(int(part) for part in table[max(at, 1)]) for at in range(256)}
    count = 0
    begin = time.perf_counter()
    with Reader(str(source)) as reader:
        for zoom in range(ZOOMS[0], ZOOMS[1] + 1):
            for tile in tiles_over(BOUNDS, zoom).tiles():
                try:
                    image = reader.tile(tile.x, tile.y, tile.z, tilesize=256)
                except TileOutsideBounds:
                    continue
                if image.array.mask.all():
                    continue
                image.rescale(((0, 1),))
                count += bool(image.render(img_format="PNG", colormap=colours))
    return time.perf_counter() - begin, count


def _measure_growth(source: Path, here: Path) -> None:
    rows = []
    for finest in (9, 10, 11, 12):
        seconds, tiles = _ours(source, here / "growth.pmtiles", 1, (0, finest))
        rows.append((f"z0-{finest}", tiles, f"{seconds:.2f}", f"{seconds / tiles * 1e6:.0f}"))
    print_table(
        "Growth with the number of tiles, 1 process", ("zooms", "tiles", "s", "µs/tile"), rows
    )


def _measure_large(here: Path) -> None:
    """Measure the memory of a process of its own, with its workers."""
    source = _smooth_noise(here / "large.tif", LARGE_SIDE)
    code = (
        "import re, resource, sys; from pathlib import Path\n"
        "from benchmarks.raster_tiles import _ours\n"
        "if __name__ == '__main__':\n"
        "    at, tiles = _ours(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), (0, 11))\n"
        # ru_maxrss of this process would begin with what its parent held when it started it
        "    own = int(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1])\n"
        "    worker = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss\n"
        "    print(f'{at:.1f} {tiles} {own / 1000:.0f} {worker / 1000:.0f}')\n"
    )
    script = here / "large.py"
    script.write_text(code)
    rows = []
    for workers in (1, 2):
        command: list[str | Path] = [
            sys.executable,
            script,
            source,
            here / "large.pmtiles",
            str(workers),
        ]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join([*sys.path, str(Path.cwd())])}
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
        rows.append((workers, *done.stdout.split()))
    columns = ("processes", "s", "tiles", "peak of the caller, MB", "peak of a worker, MB")
    print_table(f"A raster of {LARGE_SIDE}² cells, z0-11", columns, rows)
