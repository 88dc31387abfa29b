"""Small rasters for tests."""

from collections.abc import Sequence
from pathlib import Path

import mercantile
import numpy as np
import rasterio
from affine import Affine

from maligeo.tile_archives import Tile

NO_DATA = -1.0


def write_raster(
    path: Path,
    cells: Sequence[Sequence[float]],
    *,
    west: float,
    north: float,
    step: float,
    crs: str | None = "EPSG:4326",
) -> Path:
    """Write square cells, north up; -1 is no data."""
    values = np.array(cells, dtype=np.float64)
    with rasterio.open(
        path, "w", driver="GTiff", height=values.shape[0], width=values.shape[1], count=1,
        dtype="float64", nodata=NO_DATA, crs=crs,
        transform=Affine(step, 0.0, west, 0.0, -step, north),
    ) as file:  # fmt: skip
        file.write(values, 1)
    return path


def tile_at(lon: float, lat: float, z: int) -> Tile:
    """Give the tile that holds a position in degrees."""
    x, y, _ = mercantile.tile(lon, lat, z)
    return Tile(z, x, y)
