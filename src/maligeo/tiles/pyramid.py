"""A pyramid of raster tiles, divided into parts that workers make independently.

From the data's own zoom (its "native" one) downwards to finer zooms, tiles take the values of
the source. Each coarser zoom holds the means of 2 by 2 pixels of the zoom below it, so that
the source is never read again. A part is all that lies below one tile, its root, three zooms
above the native one; what it leaves for the zooms above its root is its own picture at half
the size. These halves make up the top of the pyramid.
"""

import hashlib
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.errors import RasterioError, RasterioIOError
from rasterio.io import DatasetReader, MemoryFile

from maligeo.core.crs import Bounds
from maligeo.core.errors import ArgumentError, InputFileError
from maligeo.core.inputs import take_input
from maligeo.tile_archives import Tile
from maligeo.tiles.colours import Colours, Encode, PictureType, encoder_of
from maligeo.tiles.grid import TileRange, descendants_of, parent_of, tiles_over
from maligeo.tiles.sampling import Layout, Sampler

Source = str | bytes


@contextmanager
def opened(source: Source) -> Iterator[DatasetReader]:
    """Open a raster.

    Raises
    ------
    InputFileError
        If it cannot be read.
    """
    try:
        if isinstance(source, bytes):
            with MemoryFile(source) as memory, memory.open() as raster:
                yield raster
        else:
            take_input(Path(source))
            with rasterio.open(source) as raster:
                yield raster
    except (RasterioIOError, RasterioError) as error:
        shown = "the surface" if isinstance(source, bytes) else source
        raise InputFileError(f"cannot read {shown}: {error}") from error


def identity_of(source: Source) -> list[object]:
    """Give what distinguishes a raster from others, and from itself before a change."""
    if isinstance(source, bytes):
        return [hashlib.blake2b(source, digest_size=16).hexdigest()]
    path = Path(source)
    if not path.exists():  # a name that only GDAL understands
        return [source]
    state = path.stat()
    return [str(path.resolve()), state.st_size, state.st_mtime_ns]


Floats = npt.NDArray[np.float32]
Picture = tuple[Tile, bytes]

_ROOT_ABOVE_NATIVE: Final = 3
_FINEST_BELOW_ROOT: Final = 4
_ROOT_ABOVE_FINER: Final = 2
_CACHE_MEGABYTES: Final = 128  # of GDAL, in each worker


@dataclass(frozen=True)
class Pyramid:
    """What tiles are made of, and how; all that a worker needs.

    Attributes
    ----------
    source : Source
        The raster.
    layout : Layout
        Band, size of tiles, interpolation.
    colours : Colours
        What values look like.
    tile_type : {"png", "webp"}
        What tiles are.
    zooms : tuple of int
        Coarsest and finest zoom.
    native_zoom : int
        The coarsest zoom as fine as the data.
    """

    source: Source
    layout: Layout
    colours: Colours
    tile_type: PictureType
    zooms: tuple[int, int]
    native_zoom: int

    @property
    def root_zoom(self) -> int:
        """Zoom of the roots of the parts that hold the native zoom."""
        return max(self.native_zoom - _ROOT_ABOVE_NATIVE, 0)

    def encoder(self) -> Encode:
        """Give what turns palette indices into a tile."""
        return encoder_of(self.tile_type, self.colours.palette(), self.layout.tile_size)


class Part(NamedTuple):
    """The tiles of some zooms below one tile."""

    root: Tile
    coarsest: int
    finest: int


class FinishedPart(NamedTuple):
    """The tiles of a part that show something, and the half of its root's picture.

    `half` is float32 values as bytes; empty where nothing is known or no coarser zoom needs it.
    """

    pictures: list[Picture]
    half: bytes


def parts_of(pyramid: Pyramid, bounds: Bounds) -> list[Part]:
    """Divide a pyramid into parts; the same pyramid gives the same parts in the same order."""
    coarsest, finest = pyramid.zooms
    root_zoom = pyramid.root_zoom
    next_zoom = min(root_zoom + _FINEST_BELOW_ROOT, pyramid.native_zoom + 1)
    parts = []
    if coarsest <= next_zoom:
        roots = tiles_over(bounds, root_zoom).tiles()
        parts = [Part(root, coarsest, min(finest, next_zoom)) for root in roots]
    for zoom in range(next_zoom + 1, finest + 1, _FINEST_BELOW_ROOT - _ROOT_ABOVE_FINER + 1):
        last = min(zoom + _FINEST_BELOW_ROOT - _ROOT_ABOVE_FINER, finest)
        roots = tiles_over(bounds, zoom - _ROOT_ABOVE_FINER).tiles()
        if last >= coarsest:
            parts += [Part(root, max(zoom, coarsest), last) for root in roots]
    return parts


def make_part(pyramid: Pyramid, part: Part) -> FinishedPart:
    """Make the tiles of a part; workers call this."""
    with rasterio.Env(GDAL_CACHEMAX=_CACHE_MEGABYTES), opened(pyramid.source) as raster:
        sampler = Sampler(raster, part.root, pyramid.layout)
        encode = pyramid.encoder()
        pictures: list[Picture] = []
        for zoom in range(part.finest, max(part.coarsest, pyramid.native_zoom) - 1, -1):
            strips = sampler.strips(zoom, pyramid.colours.index)
            pictures += _cut(strips, descendants_of(part.root, zoom), encode)
        half = b""
        if part.coarsest < pyramid.native_zoom and part.root.z == pyramid.root_zoom:
            values = sampler.strips(pyramid.native_zoom, _unchanged)
            halved = np.vstack([_halved(strip, pyramid.layout) for strip in values])
            half = _coarser_zooms(pyramid, part, halved, pictures)
    return FinishedPart(pictures, half)


def make_top(pyramid: Pyramid, halves: Mapping[Tile, bytes]) -> Iterator[Picture]:
    """Make the tiles above the roots of the parts from the halves that these left.

    Parameters
    ----------
    pyramid : Pyramid
    halves : mapping of Tile to bytes
        By root; empty ones may be left out.
    """
    side = pyramid.layout.tile_size // 2
    encode = pyramid.encoder()
    level = {
        root: np.frombuffer(half, dtype=np.float32).reshape(side, side)
        for root, half in halves.items()
        if half
    }
    for zoom in range(pyramid.root_zoom - 1, pyramid.zooms[0] - 1, -1):
        whole = _joined(level, side)
        if zoom <= pyramid.zooms[1]:
            for tile, values in whole.items():
                yield tile, encode(pyramid.colours.index(values))
        level = {tile: _halved(values, pyramid.layout) for tile, values in whole.items()}


def _coarser_zooms(pyramid: Pyramid, part: Part, level: Floats, pictures: list[Picture]) -> bytes:
    """Add the tiles between the native zoom and the root, and give the root's half.

    `level` is the picture of the zoom above the native one.
    """
    if np.isnan(level).all():
        return b""
    encode, size = pyramid.encoder(), pyramid.layout.tile_size
    for zoom in range(pyramid.native_zoom - 1, part.root.z - 1, -1):
        if part.coarsest <= zoom <= part.finest:
            strips = pyramid.colours.index(level).reshape(-1, size, len(level))
            pictures += _cut(strips, descendants_of(part.root, zoom), encode)
        level = _halved(level, pyramid.layout)
    return level.tobytes() if part.coarsest < part.root.z else b""


def _cut(
    strips: Iterable[npt.NDArray[np.uint8]], tiles: TileRange, encode: Encode
) -> Iterator[Picture]:
    """Cut rows of tiles into those tiles that show something."""
    for y, strip in enumerate(strips, start=tiles.y0):
        size = len(strip)
        for x in range(tiles.x0, tiles.x1 + 1):
            cut = strip[:, (x - tiles.x0) * size : (x - tiles.x0 + 1) * size]
            if cut.any():
                yield Tile(tiles.z, x, y), encode(cut)


def _joined(halves: Mapping[Tile, Floats], side: int) -> dict[Tile, Floats]:
    """Put the halves of four tiles together to the picture of their parent."""
    whole: dict[Tile, Floats] = {}
    for tile, half in halves.items():
        parent = parent_of(tile)
        if parent not in whole:
            whole[parent] = np.full((2 * side, 2 * side), np.nan, dtype=np.float32)
        top, left = tile.y % 2 * side, tile.x % 2 * side
        whole[parent][top : top + side, left : left + side] = half
    return whole


def _halved(values: Floats, layout: Layout) -> Floats:
    """Give the mean of the known values of each 2 by 2 pixels, or for "nearest" the first."""
    corners = [values[row::2, column::2] for row in (0, 1) for column in (0, 1)]
    if layout.interpolation == "nearest":
        return np.ascontiguousarray(corners[0])
    total = np.zeros(corners[0].shape, dtype=np.float32)
    known = np.zeros(corners[0].shape, dtype=np.float32)
    for corner in corners:
        is_known = ~np.isnan(corner)
        known += is_known
        np.add(total, corner, out=total, where=is_known)
    total[known == 0] = np.nan
    np.divide(total, known, out=total, where=known > 0)
    return total


def _unchanged(values: Floats) -> Floats:
    return values


Task = TypeVar("Task")
Result = TypeVar("Result")

_WAITING_PER_WORKER = 2


class _Crew(NamedTuple):
    """Who works, how many they are, and the job as they take it."""

    executor: Executor
    size: int
    job: Any


def made_by(
    workers: Any, function: Callable[[Any, Task], Result], job: Any, parts: Iterable[Task]
) -> Iterator[tuple[Task, Result]]:
    """Give the result of a function for each part, as they become ready.

    Parameters
    ----------
    workers : int or distributed.Client
        1 makes all parts in this process, one after the other. More are that many processes,
        started afresh ("spawn"): a script that asks for them needs its
        `if __name__ == "__main__":`. They end when this process does, even if it is killed.
        A dask client sends the parts to its cluster, which must see the same files and makes
        the parts of a lost worker again.
    function : callable
        Takes the job and a part; one that can be pickled, as the job and its results.
    job : object
        What all parts need.
    parts : iterable
        Parts; only a few are under way at a time.

    Yields
    ------
    part, result

    Raises
    ------
    ArgumentError
        If `workers` is neither.
    concurrent.futures.BrokenExecutor
        If a worker process was killed.
    """
    if workers == 1:
        yield from ((part, function(job, part)) for part in parts)
        return
    with _crew(workers, job) as crew:
        waiting: dict[Future[Result], Task] = {}
        try:
            for part in parts:
                waiting[crew.executor.submit(function, crew.job, part)] = part
                if len(waiting) >= crew.size * _WAITING_PER_WORKER:
                    yield from _ready(waiting)
            while waiting:
                yield from _ready(waiting)
        finally:
            for future in waiting:
                future.cancel()


def _ready(waiting: dict[Future[Result], Task]) -> Iterator[tuple[Task, Result]]:
    for future in wait(waiting, return_when=FIRST_COMPLETED).done:
        yield waiting.pop(future), future.result()


@contextmanager
def _crew(workers: Any, job: Any) -> Iterator[_Crew]:
    if hasattr(workers, "get_executor"):  # a dask client; its package need not be imported
        sent = workers.scatter(job, broadcast=True, hash=False)
        threads = sum(workers.nthreads().values())
        with workers.get_executor(pure=False) as executor:
            yield _Crew(executor, max(threads, 1), sent)
        return
    if not isinstance(workers, int) or workers < 1:
        raise ArgumentError(f"workers is a number from 1 or a dask client, not {workers!r}")
    with ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("spawn"), initializer=_end_with_parent
    ) as executor:
        yield _Crew(executor, workers, job)


def _end_with_parent() -> None:
    """End this worker when the process that started it is gone, which else it would not notice."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent,), daemon=True).start()


def _end_after(parent: Any) -> None:
    parent.join()
    os._exit(1)
