"""Rasters to make tiles of, as workers open them: the name of a file, or a GeoTIFF in memory."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import rasterio
from rasterio.errors import RasterioError, RasterioIOError
from rasterio.io import DatasetReader, MemoryFile

from maligeo.errors import InputFileError

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
            with rasterio.open(source) as raster:
                yield raster
    except (RasterioIOError, RasterioError) as error:
        shown = "the surface" if isinstance(source, bytes) else source
        raise InputFileError(f"cannot read {shown}: {error}") from error


def identity_of(source: Source) -> list[object]:
    """Give what tells a raster from others, and from itself before a change."""
    if isinstance(source, bytes):
        return [hashlib.blake2b(source, digest_size=16).hexdigest()]
    path = Path(source)
    if not path.exists():  # a name that only GDAL understands
        return [source]
    state = path.stat()
    return [str(path.resolve()), state.st_size, state.st_mtime_ns]
