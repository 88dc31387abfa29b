"""Rasters to archives of tiles, and surfaces as GeoTIFFs."""

import json
from collections.abc import Callable, Mapping
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple, get_args

import rasterio
from rasterio.io import MemoryFile

from maligeo.core.audiences import SYNTHETIC, stated_audience
from maligeo.core.checks import require_choice
from maligeo.core.columns import Audience
from maligeo.core.crs import Bounds
from maligeo.core.errors import ArgumentError, OutputFileError
from maligeo.core.files import written_whole
from maligeo.core.session import session_audience
from maligeo.look import Classes
from maligeo.measure.surface import Surface
from maligeo.provenance.record import TAG, Provenance
from maligeo.tile_archives import UNIT_TAG, Tile
from maligeo.tiles.archives import Archive, open_archive
from maligeo.tiles.classes import class_colours, equal_classes, legend_of
from maligeo.tiles.colours import Colours, PictureType
from maligeo.tiles.metadata import (
    ATTRIBUTION_TAG,
    AUDIENCE_TAG,
    ArchiveInfo,
    credited,
    making_of,
    require_wide,
)
from maligeo.tiles.pyramid import (
    Pyramid,
    Source,
    identity_of,
    made_by,
    make_part,
    make_top,
    opened,
    parts_of,
)
from maligeo.tiles.sampling import Interpolation, Layout, extent_of


def write_surface(
    surface: Surface,
    path: str | Path,
    *,
    audience: Audience | None = None,
    about: Provenance | None = None,
    attribution: str = "",
) -> Path:
    """Write a surface as a Cloud-Optimized GeoTIFF.

    Parameters
    ----------
    surface : Surface
        As from `density_surface`.
    path : str or pathlib.Path
        File to write; it appears when it is whole. Same surface, same bytes.
    audience : {"internal", "partner", "public"}, optional
        For whom the file is; by default that of the session, else the public.
        It stands in the tag `MALIGEO_AUDIENCE`.
    about : Provenance, optional
        What it was made from, for the tag `MALIGEO_ABOUT`.
    attribution : str, optional
        Publisher and licence of its border and its points, for the tag
        `MALIGEO_ATTRIBUTION`; tiles of the file name them.

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
    audience = session_audience(audience)
    require_wide(surface.audience, audience, what="the surface")
    tags = {AUDIENCE_TAG: audience} | ({TAG: about.to_json()} if about is not None else {})
    tags |= {ATTRIBUTION_TAG: attribution} if attribution else {}
    creation = {"driver": "COG", "compress": "DEFLATE", "predictor": 3}
    with written_whole(path, private=audience == "internal") as draft:
        _save(surface, draft, creation, tags)
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
    settings = {key: str(value) for key, value in surface.provenance.items()}
    with rasterio.open(
        path, "w", width=columns, height=rows, count=1, dtype="float32",
        crs=surface.crs, transform=surface.transform, nodata=surface.nodata, **creation,
    ) as raster:  # fmt: skip
        raster.write(surface.values, 1)
        raster.update_tags(**settings, **tags)
        raster.set_band_unit(1, UNIT_TAG)


Progress = Callable[[int, int], None]

_INTERPOLATIONS: Final = get_args(Interpolation)
_TILE_SIZES: Final = ("256", "512")
_KIND: Final = "raster 2"  # changes when the same source gives other tiles


@dataclass(frozen=True)
class RasterOptions:
    """How raster tiles are made.

    Attributes
    ----------
    tile_type : {"png", "webp"}
        PNG with a palette, or lossless WebP.
    tile_size : {256, 512}
        Pixels along a side.
    interpolation : {"average", "nearest", "bilinear"}
        Values between the centres of cells, where tiles are finer than the data, and of many
        cells, where they are coarser: "average" shows the cells and then means of 2 by 2
        pixels; "bilinear" passes smoothly between cells and then takes the same means;
        "nearest" shows the cells and then one pixel of each 2 by 2, for codes of which there
        is no mean.
    colours : ClassColours, RampColours or maligeo.look.Classes, optional
        Colour of each value. Without it, up to five classes of equally many cells.
    band : int
        Band of the source, from 1.
    name, description, attribution : str
        For the metadata; the name is that of the archive if none is given, the attribution
        that of the tag `MALIGEO_ATTRIBUTION` of the source.
    workers : int or distributed.Client
        1 works in this process; more are worker processes (a script then needs its
        `if __name__ == "__main__":`); a dask client is a cluster that sees the same files.
        It changes no byte.
    progress : callable, optional
        Called with the numbers of finished parts and of all parts.
    """

    tile_type: PictureType = "png"
    tile_size: int = 256
    interpolation: Interpolation = "average"
    colours: Colours | Classes | None = None
    band: int = 1
    name: str = ""
    description: str = ""
    attribution: str = ""
    workers: Any = 1
    progress: Progress | None = None

    def __post_init__(self) -> None:
        require_choice(self.tile_type, get_args(PictureType), option="tile_type")
        require_choice(str(self.tile_size), _TILE_SIZES, option="tile_size")
        require_choice(self.interpolation, _INTERPOLATIONS, option="interpolation")


class TilesWritten(NamedTuple):
    """What was written: the archive, its number of tiles, and its native zoom."""

    path: Path
    tiles: int
    native_zoom: int


def raster_tiles(
    source: str | Path | rasterio.DatasetReader | Surface,
    archive: str | Path,
    *,
    zooms: tuple[int, int],
    options: RasterOptions | None = None,
    audience: Audience | None = None,
    about: Provenance | None = None,
) -> TilesWritten:
    """Make web-mercator tiles of a raster.

    Tiles without data are left out, equal ones are stored once. The source is read in
    windows: it need not fit into memory.

    Parameters
    ----------
    source : str, pathlib.Path, rasterio.DatasetReader or Surface
        Anything that rasterio opens, in any CRS, or a surface of `density_surface`.
    archive : str or pathlib.Path
        "….pmtiles", "….mbtiles", or a folder without a suffix. It appears when it is whole.
    zooms : tuple of int
        Coarsest and finest zoom.
    options : RasterOptions, optional
        Pictures, colours, band, names, workers, progress.
    audience : {"internal", "partner", "public"}, optional
        For whom the tiles are; by default that of the session, else the public.
        A surface is for the audience of its points; a file says in
        its tag `MALIGEO_AUDIENCE` for whom it is, and one without it counts as internal.
    about : Provenance, optional
        What the tiles were made from, for the metadata.

    Returns
    -------
    TilesWritten

    Raises
    ------
    InputFileError, CrsError
        If the source cannot be read, or has no CRS.
    ArgumentError
        If an option is out of range, or the source has no data.
    ReleaseError
        If the source was not released for the audience.
    OutputFileError
        If the archive cannot be written, another run is writing it, or a worker process
        was killed. What is finished is kept, and the same call goes on from there.

    Notes
    -----
    The native zoom is the coarsest whose pixels are at least as fine as the cells of the
    source. From there on a pixel shows the cell that holds its centre.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import maligeo
    >>> import pandas as pd
    >>> points = pd.DataFrame({"lon": [-4.2, -0.05, 1.44], "lat": [14.5, 16.27, 18.45]})
    >>> surface = maligeo.density_surface(points, bandwidth_km=100, cell_km=25)
    >>> with TemporaryDirectory() as folder:
    ...     written = maligeo.raster_tiles(
    ...         surface, Path(folder) / "towns.pmtiles", zooms=(2, 4), audience="internal"
    ...     )
    >>> written.native_zoom, written.tiles
    (3, 8)
    """
    audience = session_audience(audience)
    options = options or RasterOptions()
    pyramid, bounds, told = _planned(_source(source), zooms, options, audience)
    info = ArchiveInfo(
        name=options.name or Path(archive).stem,
        tile_type=options.tile_type,
        zooms=pyramid.zooms,
        bounds=bounds,
        description=options.description,
        attribution=credited(
            options.attribution or told.attribution, audience, synthetic=told.synthetic
        ),
        more={"legend": told.legend} | making_of(audience, about),
    )
    with open_archive(archive, info, job=_job(pyramid)) as opened_archive:
        try:
            _fill(opened_archive, pyramid, bounds, options)
        except BrokenExecutor as error:
            raise OutputFileError(
                f"cannot write {archive}: a worker process was killed, perhaps for want of "
                "memory (finished tiles are kept; the same call goes on)"
            ) from error
        return TilesWritten(Path(archive), len(opened_archive), pyramid.native_zoom)


class _Told(NamedTuple):
    """What the metadata say of a source."""

    legend: dict[str, Any]
    attribution: str
    synthetic: bool


def _planned(
    source: Source, zooms: tuple[int, int], options: RasterOptions, audience: Audience
) -> tuple[Pyramid, Bounds, _Told]:
    """Look at the source, and say what is to be made of it, where, and what is told of it."""
    layout = Layout(options.band, options.tile_size, options.interpolation)
    colours = options.colours
    with opened(source) as raster:
        own = stated_audience(raster.tags().get(AUDIENCE_TAG))
        require_wide(own, audience, what=_shown(source))
        if not 1 <= options.band <= raster.count:
            raise ArgumentError(f"band {options.band} is none of the {raster.count} of the source")
        extent = extent_of(raster, options.tile_size)
        if colours is None:
            colours = equal_classes(raster, options.band)
        elif isinstance(colours, Classes):
            colours = class_colours(colours)
        tags = raster.tags()
        legend = legend_of(colours, raster, options.band)
        told = _Told(legend, tags.get(ATTRIBUTION_TAG, ""), SYNTHETIC in tags)
    lowest, highest = zooms
    pyramid = Pyramid(
        source, layout, colours, options.tile_type, (lowest, highest), extent.native_zoom
    )
    return pyramid, extent.bounds, told


def _source(source: str | Path | rasterio.DatasetReader | Surface) -> Source:
    """Give what workers can open."""
    if isinstance(source, Surface):
        return as_geotiff(source)
    return source.name if isinstance(source, rasterio.DatasetReader) else str(source)


def _shown(source: Source) -> str:
    """Name the source in a message, without its folders."""
    return "the surface" if isinstance(source, bytes) else f"the raster {Path(source).name}"


def _fill(archive: Archive, pyramid: Pyramid, bounds: Bounds, options: RasterOptions) -> None:
    """Make the parts that are not there yet, and then the top."""
    parts = parts_of(pyramid, bounds)
    numbers = {part: number for number, part in enumerate(parts)}
    open_parts = [part for part in parts if not archive.has_part(numbers[part])]
    finished = len(parts) - len(open_parts)
    for part, made in made_by(options.workers, make_part, pyramid, open_parts):
        archive.put_part(numbers[part], made.pictures, rest=made.half)
        finished += 1
        if options.progress is not None:
            options.progress(finished, len(parts))
    if not archive.has_part(len(parts)):
        halves: dict[Tile, bytes] = {
            part.root: archive.rest_of(numbers[part])
            for part in parts
            if part.root.z == pyramid.root_zoom
        }
        archive.put_part(len(parts), list(make_top(pyramid, halves)))


def _job(pyramid: Pyramid) -> str:
    """Say in one line what leads to the tiles."""
    said = {
        "kind": _KIND,
        "gdal": rasterio.__gdal_version__,
        "source": identity_of(pyramid.source),
        "layout": pyramid.layout,
        "colours": [type(pyramid.colours).__name__, pyramid.colours.palette().tolist()],
        "legend": pyramid.colours.legend(),
        "tile_type": pyramid.tile_type,
        "zooms": pyramid.zooms,
        "native_zoom": pyramid.native_zoom,
    }
    return json.dumps(said, ensure_ascii=False, sort_keys=True)
