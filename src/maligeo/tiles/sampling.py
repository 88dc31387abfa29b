"""Values of a raster at the pixels of web mercator.

In a cylindrical projection (degrees, web mercator, EPSG:6933) a row depends on the latitude
alone and a column on the longitude alone, as in web mercator itself. A tile is then a choice
of rows and columns, without a projection for each pixel. Rasters in other projections go
through GDAL's warper.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import rasterio
from affine import Affine
from pyproj import Transformer
from rasterio.enums import MaskFlags, Resampling
from rasterio.vrt import WarpedVRT
from rasterio.warp import transform_bounds
from rasterio.windows import Window

from maligeo.core.crs import Bounds
from maligeo.core.errors import ArgumentError, CrsError
from maligeo.tile_archives import Tile
from maligeo.tiles.grid import (
    MAX_LATITUDE,
    bounds_of,
    mercator_bounds_of,
    pixel_lats,
    pixel_lons,
    zoom_of_pixel,
)

Interpolation = Literal["nearest", "average", "bilinear"]
Floats = npt.NDArray[np.float32]
Positions = npt.NDArray[np.float64]

T = TypeVar("T", bound=np.generic)

GEOGRAPHIC: Final = "EPSG:4326"  # maligeo.crs, which says it too, loads what workers do not need
WEB_MERCATOR: Final = "EPSG:3857"
_PROBES: Final = 5
_SAME_CELL: Final = 1e-3  # of a cell, within which a projection counts as cylindrical


class Layout(NamedTuple):
    """Which band is shown, in tiles of which size, and how values between cells are found."""

    band: int
    tile_size: int
    interpolation: Interpolation


class Extent(NamedTuple):
    """Where a raster lies, in degrees, and the coarsest zoom as fine as its cells."""

    bounds: Bounds
    native_zoom: int


class Canvas(NamedTuple):
    """The pixels of one tile and zoom: those of `tile` as its descendants at `zoom` have them."""

    tile: Tile
    zoom: int
    tile_size: int

    @property
    def side(self) -> int:
        """Number of pixels along a side."""
        return self.tile_size << (self.zoom - self.tile.z)

    def lons(self) -> Positions:
        """Give the longitudes of the columns."""
        return pixel_lons(self.zoom, self.tile.x * self.side, self.side, self.tile_size)

    def lats(self) -> Positions:
        """Give the latitudes of the rows."""
        return pixel_lats(self.zoom, self.tile.y * self.side, self.side, self.tile_size)


def extent_of(raster: rasterio.DatasetReader, tile_size: int) -> Extent:
    """Find where a raster lies and how fine it is.

    Raises
    ------
    CrsError
        If the raster has no CRS.
    """
    if raster.crs is None:
        raise CrsError(f"{raster.name} has no CRS")
    west, south, east, north = _degrees(raster)
    bounds = Bounds(
        max(west, -180.0), max(south, -MAX_LATITUDE), min(east, 180.0), min(north, MAX_LATITUDE)
    )
    if not (bounds.west < bounds.east and bounds.south < bounds.north):
        raise ArgumentError(f"{raster.name} lies outside web mercator: {tuple(bounds)}")
    return Extent(bounds, zoom_of_pixel(_cell_degrees(raster), tile_size))


def sampled(raster: rasterio.DatasetReader, band: int, side: int) -> Floats:
    """Give a raster's values thinned out to at most some cells along a side."""
    step = max(1, math.ceil(max(raster.width, raster.height) / side))
    shape = (math.ceil(raster.height / step), math.ceil(raster.width / step))
    return read_band(raster, band, Window(0, 0, raster.width, raster.height), shape)


class Sampler:
    """Gives the values of a raster at the pixels below one tile.

    Parameters
    ----------
    raster : rasterio.DatasetReader
    tile : Tile
        The source is read once for all zooms of this tile.
    layout : Layout
        Band, size of tiles and interpolation.
    """

    def __init__(self, raster: rasterio.DatasetReader, tile: Tile, layout: Layout) -> None:
        self._raster = raster
        self._tile = tile
        self._layout = layout
        axes = _Axes.of(raster)
        self._window = None if axes is None else _SourceWindow.over(raster, tile, axes, layout.band)

    def strips(
        self, zoom: int, convert: Callable[[Floats], npt.NDArray[T]]
    ) -> Iterator[npt.NDArray[T]]:
        """Give converted values of all pixels of a zoom that lie in the tile, from the north.

        Parameters
        ----------
        zoom : int
            Not coarser than the tile.
        convert : callable
            What becomes of values, NaN for missing ones, pixel by pixel.

        Yields
        ------
        array, shape (tile_size, side)
            A row of tiles; `side` is the size of a tile times 2 for each zoom below the tile.
        """
        canvas = Canvas(self._tile, zoom, self._layout.tile_size)
        if self._window is None:
            pixels = convert(warped(self._raster, canvas, self._layout))
            yield from pixels.reshape(-1, canvas.tile_size, canvas.side)
        elif self._layout.interpolation == "bilinear":
            yield from map(convert, self._window.blended(canvas))
        else:
            yield from self._window.chosen(canvas, convert)


@dataclass(frozen=True)
class _Axes:
    """How longitudes become columns, and latitudes rows."""

    transformer: Transformer
    to_cell: Affine
    middle: tuple[float, float]

    @classmethod
    def of(cls, raster: rasterio.DatasetReader) -> "_Axes | None":
        """Give the axes of a raster in a cylindrical projection; None for others."""
        transformer = Transformer.from_crs(GEOGRAPHIC, raster.crs.to_wkt(), always_xy=True)
        bounds = _degrees(raster)
        lons = np.linspace(bounds[0], bounds[2], _PROBES)
        lats = np.clip(np.linspace(bounds[1], bounds[3], _PROBES), -MAX_LATITUDE, MAX_LATITUDE)
        middle = (lons[_PROBES // 2], lats[_PROBES // 2])
        axes = cls(transformer, ~raster.transform, middle)
        grid = np.meshgrid(lons, lats)
        columns, rows = axes.to_cell @ np.array(transformer.transform(*grid))
        straight = np.abs(columns - axes.columns(lons)) + np.abs(rows - axes.rows(lats)[:, None])
        return axes if np.all(straight < _SAME_CELL) else None

    def columns(self, lons: Positions) -> Positions:
        """Give columns, counted in cells from the western edge of the raster."""
        x, y = self.transformer.transform(lons, np.full_like(lons, self.middle[1]))
        columns: Positions = self.to_cell.a * x + self.to_cell.b * y + self.to_cell.c
        return columns

    def rows(self, lats: Positions) -> Positions:
        """Give rows, counted in cells from the northern edge of the raster."""
        x, y = self.transformer.transform(np.full_like(lats, self.middle[0]), lats)
        rows: Positions = self.to_cell.d * x + self.to_cell.e * y + self.to_cell.f
        return rows


class _SourceWindow:
    """The cells of a raster around a tile."""

    def __init__(self, values: Floats, first: tuple[int, int], axes: _Axes) -> None:
        self._values = values
        self._first_row, self._first_column = first
        self._axes = axes

    @classmethod
    def over(
        cls, raster: rasterio.DatasetReader, tile: Tile, axes: _Axes, band: int
    ) -> "_SourceWindow":
        """Read the cells under a tile, and one more on each side."""
        bounds = bounds_of(tile)
        columns = axes.columns(np.array([bounds.west, bounds.east]))
        rows = axes.rows(np.array([bounds.north, bounds.south]))
        left, right = _cells_between(columns, raster.width)
        top, bottom = _cells_between(rows, raster.height)
        values = np.empty((bottom - top, right - left), dtype=np.float32)
        if values.size:
            values = read_band(raster, band, Window(left, top, right - left, bottom - top))
        return cls(values, (top, left), axes)

    def chosen(
        self, canvas: Canvas, convert: Callable[[Floats], npt.NDArray[T]]
    ) -> Iterator[npt.NDArray[T]]:
        """Give the cell that holds the centre of each pixel, strip by strip."""
        rows, columns = (np.floor(at).astype(np.intp) for at in self._positions(canvas))
        missing = convert(np.full((1, 1), np.nan, dtype=np.float32))[0, 0]
        cells = convert(self._values)
        for strip in rows.reshape(-1, canvas.tile_size):
            yield _gathered(cells, strip, columns, missing)

    def blended(self, canvas: Canvas) -> Iterator[Floats]:
        """Weigh the four cells around the centre of each pixel; missing ones do not count.

        A pixel is missing where the cell that holds its centre is.
        """
        known = ~np.isnan(self._values)
        parts = [np.where(known, self._values, np.float32(0)), known.astype(np.float32)]
        rows, columns = self._positions(canvas)
        strips = rows.reshape(-1, canvas.tile_size)
        for strip, nearest in zip(strips, self.chosen(canvas, _unchanged), strict=True):
            if not np.isnan(nearest).all():
                sums, weights = (_between_cells(part, strip, columns) for part in parts)
                np.divide(sums, weights, out=nearest, where=~np.isnan(nearest))
            yield nearest

    def _positions(self, canvas: Canvas) -> tuple[Positions, Positions]:
        """Give rows and columns of the pixels, counted from the first cell of the window."""
        rows = self._axes.rows(canvas.lats()) - self._first_row
        return rows, self._axes.columns(canvas.lons()) - self._first_column


def _degrees(raster: rasterio.DatasetReader) -> Bounds:
    """Give the rectangle of a raster in degrees; the raster itself may stand on its head."""
    left, bottom, right, top = raster.bounds
    low, high = sorted((bottom, top))
    return Bounds(*transform_bounds(raster.crs, GEOGRAPHIC, left, low, right, high))


def _unchanged(values: Floats) -> Floats:
    return values


def _cell_degrees(raster: rasterio.DatasetReader) -> float:
    """Give the degrees of longitude that a pixel of web mercator may have to show each cell."""
    column, row = raster.width / 2, raster.height / 2
    corners = [(column, row), (column + 1, row), (column, row + 1)]
    transformer = Transformer.from_crs(raster.crs.to_wkt(), GEOGRAPHIC, always_xy=True)
    xs, ys = zip(*(raster.transform @ corner for corner in corners), strict=True)
    lons, lats = transformer.transform(xs, ys)
    across = max(abs(lons[1] - lons[0]), abs(lons[2] - lons[0]))
    down = max(abs(lats[1] - lats[0]), abs(lats[2] - lats[0]))
    # Pixels of web mercator are lower than wide, in degrees.
    return float(min(across, down / math.cos(math.radians(lats[0]))))


def _cells_between(edges: Positions, count: int) -> tuple[int, int]:
    first = min(max(math.floor(edges.min()) - 1, 0), count)
    return first, max(min(math.ceil(edges.max()) + 1, count), first)


def read_band(
    raster: rasterio.DatasetReader,
    band: int,
    window: Window,
    shape: tuple[int, int] | None = None,
) -> Floats:
    """Read a band as float32, scaled as the file says, with NaN for missing values."""
    values: Floats = raster.read(band, window=window, out_shape=shape, out_dtype=np.float32)
    if MaskFlags.all_valid not in raster.mask_flag_enums[band - 1]:
        values[raster.read_masks(band, window=window, out_shape=shape) == 0] = np.nan
    scale, offset = raster.scales[band - 1], raster.offsets[band - 1]
    if (scale, offset) != (1.0, 0.0):
        values = values * np.float32(scale) + np.float32(offset)
    return values


def _gathered(
    cells: npt.NDArray[T], rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp], missing: T
) -> npt.NDArray[T]:
    """Take cells by row and column; what lies outside is missing."""
    pixels = np.full((len(rows), len(columns)), missing, dtype=cells.dtype)
    down, across = (
        _inside(at, count) for at, count in zip((rows, columns), cells.shape, strict=True)
    )
    if len(rows[down]) and len(columns[across]):
        first, last = rows[down].min(), rows[down].max()
        # Columns first, of each row once: rows that are shown twice are then plain copies.
        chosen = cells[first : last + 1].take(columns[across], axis=1)
        pixels[down, across] = chosen.take(rows[down] - first, axis=0)
    return pixels


def _inside(at: npt.NDArray[np.intp], count: int) -> slice:
    """Give the run of numbers that count something; they rise or fall."""
    found = np.flatnonzero((at >= 0) & (at < count))
    return slice(found[0], found[-1] + 1) if len(found) else slice(0)


def _between_cells(cells: Floats, rows: Positions, columns: Positions) -> Floats:
    """Interpolate between the centres of cells, first along rows, then along columns."""
    for axis, at in enumerate((rows - 0.5, columns - 0.5)):
        first = np.floor(at)
        share = (at - first).astype(np.float32)
        low = cells.take(first.astype(np.intp), axis=axis, mode="clip")
        high = cells.take(first.astype(np.intp) + 1, axis=axis, mode="clip")
        cells = low + (high - low) * (share[:, None] if axis == 0 else share)
    return cells


def warped(raster: rasterio.DatasetReader, canvas: Canvas, layout: Layout) -> Floats:
    """Give the values of a raster in any projection at the pixels of a canvas."""
    bounds = mercator_bounds_of(canvas.tile)
    pixel_m = (bounds.east - bounds.west) / canvas.side
    has_alpha = any(MaskFlags.alpha in flags for flags in raster.mask_flag_enums)
    method = Resampling.bilinear if layout.interpolation == "bilinear" else Resampling.nearest
    with WarpedVRT(
        raster,
        crs=WEB_MERCATOR,
        transform=Affine(pixel_m, 0.0, bounds.west, 0.0, -pixel_m, bounds.north),
        width=canvas.side,
        height=canvas.side,
        resampling=method,
        add_alpha=raster.nodata is None and not has_alpha,
    ) as view:
        return read_band(view, layout.band, Window(0, 0, canvas.side, canvas.side))
