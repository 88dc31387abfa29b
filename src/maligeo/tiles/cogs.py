"""Tiles straight from a raster, made when asked for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import rasterio
from affine import Affine
from rasterio.enums import MaskFlags, Resampling
from rasterio.errors import RasterioError
from rasterio.vrt import WarpedVRT

from maligeo.audiences import AUDIENCE
from maligeo.errors import InputFileError
from maligeo.provenance import KEY, TAG
from maligeo.style import ramp
from maligeo.tilefiles import Address, Description
from maligeo.tiles.colouring import RampColours
from maligeo.tiles.grid import MAX_ZOOM, Tile, mercator_bounds_of
from maligeo.tiles.png import encoder_of
from maligeo.tiles.releasing import AUDIENCE_TAG, credited, told_audience
from maligeo.tiles.sampling import WEB_MERCATOR, extent_of

_TILE_SIZE: Final = 256
_FINER_ZOOMS: Final = 3  # beyond the data's own, where cells are seen as squares
_PALETTE: Final = "YlOrRd"
_STOPS: Final = 6
_LOOK: Final = 512  # cells along a side that tell the range of values

Floats = npt.NDArray[np.float32]


class CogFile:
    """The first band of a raster as PNG tiles, its values on a ramp of colours.

    A Cloud-Optimized GeoTIFF has coarser copies of itself, so every zoom is quick; another
    raster works too, and is slow at coarse zooms if it is large. The raster is opened anew
    for each tile: GDAL's handles may not be shared between threads.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._opened() as raster:
            extent = extent_of(raster, _TILE_SIZE)
            self._colours = _colours(raster)
            tags = raster.tags()
        self._encode = encoder_of("png", self._colours.palette(), _TILE_SIZE)
        zooms = 0, min(extent.native_zoom + _FINER_ZOOMS, MAX_ZOOM)
        audience = told_audience(tags.get(AUDIENCE_TAG))
        metadata = {
            "name": path.stem,
            "legend": self._colours.legend(),
            "attribution": credited("", audience),
            AUDIENCE: audience,
        }
        if TAG in tags:
            metadata[KEY] = tags[TAG]
        self.description = Description("raster", "png", zooms, extent.bounds, metadata)

    def tile(self, address: Address) -> bytes | None:
        """Make a tile; None where the raster has no value in it."""
        bounds = mercator_bounds_of(Tile(*address))
        side = (bounds.east - bounds.west) / _TILE_SIZE
        with (
            self._opened() as raster,
            WarpedVRT(
                raster,
                crs=WEB_MERCATOR,
                transform=Affine(side, 0, bounds.west, 0, -side, bounds.north),
                width=_TILE_SIZE,
                height=_TILE_SIZE,
                resampling=Resampling.nearest,
                add_alpha=MaskFlags.all_valid in raster.mask_flag_enums[0],
            ) as warped,
        ):
            indices = self._colours.index(_values(warped))
        return self._encode(indices) if indices.any() else None

    def tiles(self) -> Iterator[tuple[Address, bytes]]:
        """Give none: they are made when asked for."""
        return iter(())

    def _opened(self) -> rasterio.DatasetReader:
        try:
            return rasterio.open(self.path, driver="GTiff")
        except RasterioError as error:
            raise InputFileError(f"cannot read {self.path}: {error}") from error


def _colours(raster: rasterio.DatasetReader) -> RampColours:
    """Spread the ramp over the values of a coarse look at the raster."""
    shape = min(raster.height, _LOOK), min(raster.width, _LOOK)
    values = _values(raster, shape)
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    return RampColours(low, high if high > low else low + 1.0, ramp(_PALETTE, _STOPS))


def _values(raster: rasterio.DatasetReader, shape: tuple[int, int] | None = None) -> Floats:
    values: Floats = raster.read(1, out_shape=shape, out_dtype=np.float32)
    values[raster.read_masks(1, out_shape=shape) == 0] = np.nan
    return values
