"""Surfaces as GeoTIFFs, in files and in memory."""

from collections.abc import Mapping
from pathlib import Path

import rasterio
from rasterio.io import MemoryFile

from maligeo.columns import Audience
from maligeo.measure.surface import UNIT_TAG, Surface
from maligeo.provenance import TAG, Provenance
from maligeo.tiles.releasing import AUDIENCE_TAG, require_wide
from maligeo.wholefiles import written_whole


def write_surface(
    surface: Surface,
    path: str | Path,
    *,
    audience: Audience = "public",
    about: Provenance | None = None,
) -> Path:
    """Write a surface as a Cloud-Optimized GeoTIFF.

    Parameters
    ----------
    surface : Surface
        As from `density_surface`.
    path : str or pathlib.Path
        File to write; it appears when it is whole. Same surface, same bytes.
    audience : {"internal", "partner", "public"}, default "public"
        For whom the file is. It stands in the tag `MALIGEO_AUDIENCE`.
    about : Provenance, optional
        What it was made from, for the tag `MALIGEO_ABOUT`.

    Returns
    -------
    pathlib.Path
        The file: float32, NaN where nothing is known, the surface's own provenance as tags.

    Raises
    ------
    ReleaseError
        If the surface was made from records that were not released for the audience.
    OutputFileError
        If it cannot be written.
    """
    require_wide(surface.audience, audience, what="the surface")
    tags = {AUDIENCE_TAG: audience} | ({TAG: about.to_json()} if about is not None else {})
    creation = {"driver": "COG", "compress": "DEFLATE", "predictor": 3}
    with written_whole(path) as beside:
        _save(surface, beside, creation, tags)
    return Path(path)


def as_geotiff(surface: Surface) -> bytes:
    """Give a plain GeoTIFF of a surface, marked with the surface's own audience."""
    with MemoryFile() as memory:
        _save(surface, memory.name, {"driver": "GTiff"}, {AUDIENCE_TAG: surface.audience})
        return bytes(memory.getbuffer())


def _save(
    surface: Surface, path: str | Path, creation: Mapping[str, object], tags: Mapping[str, str]
) -> None:
    rows, columns = surface.values.shape
    told = {key: str(value) for key, value in surface.provenance.items()}
    with rasterio.open(
        path, "w", width=columns, height=rows, count=1, dtype="float32",
        crs=surface.crs, transform=surface.transform, nodata=surface.nodata, **creation,
    ) as raster:  # fmt: skip
        raster.write(surface.values, 1)
        raster.update_tags(**told, **tags)
        raster.set_band_unit(1, UNIT_TAG)
