"""Polygons and lines to Mapbox Vector Tiles, by GDAL's writer.

GDAL cuts and encodes; what it is given is made here, zoom by zoom. Borders that polygons
share are simplified once for both sides, so they stay shared, and what would shrink to
nothing is drawn as a small square.
"""

import hashlib
import math
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyogrio
import shapely

from maligeo.tile_archives import Tile
from maligeo.tiles.grid import HALF_WORLD_M
from maligeo.tiles.mvt.features import BUFFER, EXTENT, encode_column

_NO_LIMIT: Final = 2**30
_MERCATOR: Final = "EPSG:3857"
_RADIUS_M: Final = HALF_WORLD_M / math.pi
_GRID_M: Final = 0.01
_TOLERANCE: Final = 1.0  # units by which a line may be simplified
_SMALLEST: Final = 2.0  # units; what is smaller in both directions becomes a square of this

Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True)
class ShapeLayer:
    """Polygons or lines of one layer.

    Attributes
    ----------
    name : str
        Name of the layer.
    top_zoom : int
        Zoom at which nothing is simplified.
    shapes : object array, shape (features,)
        Geometries in metres of web mercator.
    attributes : pandas.DataFrame
        Plain columns, a row for each shape.
    shares_borders : bool
        Whether the polygons neither overlap nor leave slivers, so that borders are common.
    """

    name: str
    top_zoom: int
    shapes: Shapes
    attributes: pd.DataFrame
    shares_borders: bool

    @classmethod
    def build(
        cls, name: str, shapes: gpd.GeoSeries, attributes: pd.DataFrame, *, top_zoom: int
    ) -> Self:
        """Project shapes to web mercator.

        Parameters
        ----------
        name : str
            Name of the layer.
        shapes : geopandas.GeoSeries, EPSG:4326
            Polygons and lines, none of them missing, empty or beyond the grid.
        attributes : pandas.DataFrame
            Plain columns of the same rows.
        top_zoom : int
            Zoom at which nothing is simplified.
        """
        projected = _projected(shapes, top_zoom)
        is_area = bool((shapely.get_dimensions(projected) == 2).all())
        shared = is_area and bool(shapely.coverage_is_valid(projected))
        return cls(name, top_zoom, projected, attributes.reset_index(drop=True), shared)

    def fingerprint(self) -> bytes:
        """Give a digest of all that decides on the tiles."""
        digest = hashlib.blake2b(f"{self.name}\0{self.top_zoom}".encode())
        for content in shapely.to_wkb(self.shapes, byte_order=1):
            digest.update(content)
        for name, column in self.attributes.items():
            digest.update(encode_column(str(name), column).fingerprint())
        return digest.digest()

    def tiles_at(self, zoom: int) -> Iterator[tuple[Tile, bytes]]:
        """Give the layer of every tile of a zoom that one of the shapes reaches.

        Yields
        ------
        tile : Tile
        content : bytes
            A vector tile, not compressed, with this layer alone.
        """
        frame = gpd.GeoDataFrame(
            self.attributes, geometry=_enlarged(self._simplified(zoom), zoom), crs=_MERCATOR
        )
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / "tiles"
            options = _options(zoom)
            pyogrio.write_dataframe(
                frame, made, driver="MVT", layer=self.name, dataset_options=options
            )
            for file in sorted(made.glob("*/*/*.pbf")):
                tile = Tile(zoom, int(file.parent.name), int(file.stem))
                yield tile, file.read_bytes()

    def _simplified(self, zoom: int) -> Shapes:
        if zoom == self.top_zoom:
            return self.shapes
        tolerance = _TOLERANCE * _unit_m(zoom)
        if self.shares_borders:
            return np.asarray(shapely.coverage_simplify(self.shapes, tolerance))
        return np.asarray(shapely.simplify(self.shapes, tolerance))


def _projected(shapes: gpd.GeoSeries, top_zoom: int) -> Shapes:
    """Project shapes whose edges are straight in degrees, so that they stay so.

    Long edges are cut up first. Coordinates are rounded to a centimetre, so that two
    polygons with a common edge, which one of them has the other way round, agree on them.
    """
    degrees = np.asarray(shapes.array, dtype=object)
    steepest = math.radians(min(float(np.abs(shapely.bounds(degrees)[:, [1, 3]]).max()), 85.0))
    bend = math.tan(steepest) / math.cos(steepest)  # second derivative of the projection
    longest = math.degrees(math.sqrt(4.0 * _unit_m(top_zoom) / _RADIUS_M / max(bend, 1e-3)))
    cut = gpd.GeoSeries(shapely.segmentize(degrees, longest), crs=shapes.crs).to_crs(_MERCATOR)
    rounded = shapely.set_precision(np.asarray(cut.array, dtype=object), _GRID_M, mode="pointwise")
    return np.asarray(rounded)


def _enlarged(shapes: Shapes, zoom: int) -> Shapes:
    """Turn what is too small to be seen into squares that can be."""
    side = _SMALLEST * _unit_m(zoom)
    west, south, east, north = shapely.bounds(shapes).T
    small = ~((east - west >= side) | (north - south >= side))
    x, y = ((west + east) / 2)[small], ((south + north) / 2)[small]
    half = side / 2
    out = shapes.copy()
    out[small] = shapely.box(x - half, y - half, x + half, y + half)
    return out


def _unit_m(zoom: int) -> float:
    return 2 * HALF_WORLD_M / (EXTENT << zoom)


def _options(zoom: int) -> dict[str, Any]:
    return {
        "FORMAT": "DIRECTORY",
        "COMPRESS": "NO",
        "MINZOOM": zoom,
        "MAXZOOM": zoom,
        "EXTENT": EXTENT,
        "BUFFER": BUFFER,
        "MAX_SIZE": _NO_LIMIT,
        "MAX_FEATURES": _NO_LIMIT,
    }
