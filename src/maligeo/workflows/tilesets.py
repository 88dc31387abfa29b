"""Surfaces and archives of tiles, from files."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from maligeo import tiles
from maligeo.core.errors import ArgumentError, ReleaseError
from maligeo.disclosure import CellRelease, Release
from maligeo.join.points import Locator, locate
from maligeo.measure.surface import density_surface
from maligeo.readers.areas import read_areas
from maligeo.readers.boundaries import load_boundaries, read_boundaries
from maligeo.readers.files.sources import Source
from maligeo.readers.files.vectors import read_vector
from maligeo.readers.incidents import read_incidents
from maligeo.readers.projects import read_projects
from maligeo.readers.reading import meant_in
from maligeo.workflows.incident_columns import read_columns
from maligeo.workflows.recipes import Product, Recipe
from maligeo.workflows.records import INCIDENTS, Records, given_records

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from maligeo.core.columns import Audience
    from maligeo.measure.surface import KernelName, Surface
    from maligeo.provenance.record import Provenance

_log = logging.getLogger("maligeo")

_READERS: Final[dict[str, Callable[[Source], Any]]] = {
    "boundaries": read_boundaries,
    "areas": read_areas,
    "projects": read_projects,
    INCIDENTS: read_incidents,
}
KINDS: Final = tuple(_READERS)
RECORDS: Final = ("areas", "projects", INCIDENTS)
_CLASSES: Final = "classes of equally many cells"

Zooms = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class SurfaceOptions:
    """How a surface is computed; as for `maligeo.density_surface`.

    Attributes
    ----------
    bandwidth_km, cell_km : float
        How far a point is felt, and the side of a cell, in km.
    kernel : {"gaussian", "quartic"}
        The kernel.
    level, vintage
        Of the units whose border holds what is counted.
    """

    bandwidth_km: float = 25.0
    cell_km: float = 1.0
    kernel: KernelName = "gaussian"
    level: int = 1
    vintage: str = "2015"


_USUAL: Final = SurfaceOptions()


@dataclass(frozen=True)
class SurfaceFile(Product):
    """A surface that is written as GeoTIFF; it is computed when first asked for."""

    compute: Callable[[], Surface] = field(kw_only=True, repr=False)

    @property
    def surface(self) -> Surface:
        """The cells, and in `provenance` how many records they are made from."""
        return self.compute()


def incident_surface(
    incidents: Source,
    *,
    options: SurfaceOptions = _USUAL,
    rules: Release | None = None,
) -> SurfaceFile:
    """Compute the kernel density of incidents, from what is released of them.

    For the public they are spread evenly over their units, since no more is released of them.

    Parameters
    ----------
    incidents : Source
        File of incidents.
    options : SurfaceOptions
        Kernel, bandwidth, cells.
    rules : Release, optional
        For whom it is, as of which day; by default the audience of the session, today.

    Returns
    -------
    SurfaceFile
    """
    rules = rules or Release.asked(None)
    units = load_boundaries(options.level, options.vintage)

    @cache
    def compute() -> Surface:
        return density_surface(
            _points_of(incidents, units, rules),
            bandwidth_km=options.bandwidth_km,
            cell_km=options.cell_km,
            units=units,
            kernel=options.kernel,
        )

    def write(path: Path, about: Provenance) -> Path:
        if path.suffix.lower() not in (".tif", ".tiff"):
            raise ArgumentError(f"cannot write {path}: a surface is written as .tif")
        credit = tiles.attribution_of("", [units])
        return tiles.write_surface(
            compute(), path, audience=rules.audience, about=about, attribution=credit
        )

    asked = {"incidents": incidents, **vars(options), **rules.recorded}
    method = f"kernel density, {options.kernel}, bandwidth {options.bandwidth_km:g} km"
    recipe = Recipe("surface", asked, rules, units, method)
    return SurfaceFile(recipe, write, compute=compute)


def _points_of(incidents: Source, units: gpd.GeoDataFrame, rules: Release) -> pd.DataFrame:
    """Give what a surface is made of: positions alone, or what is released of the records."""
    if rules.audience == "internal":
        points = read_columns(incidents, ["lon", "lat", "location_precision", "source"])
        Locator(units).require_known(meant_in(points))
        return points
    if rules.by_cells:
        return _cells(incidents, units, rules).spread()
    return rules.of(locate(read_incidents(incidents), units))


def _cells(
    incidents: Source | pd.DataFrame, units: gpd.GeoDataFrame, rules: Release
) -> CellRelease:
    given = given_records({INCIDENTS: incidents}, lambda: Locator(units))
    return Records(given, units, covers=None).cells(rules)


def raster_archive(
    raster: Source,
    *,
    zooms: Zooms = (0, 10),
    options: tiles.RasterOptions | None = None,
    rules: Release | None = None,
) -> Product:
    """Make picture tiles of a raster.

    Parameters
    ----------
    raster : Source
        Anything that rasterio opens.
    zooms : tuple of two int
        Coarsest and finest zoom.
    options : RasterOptions, optional
        Tiles, interpolation, workers.
    rules : Release, optional
        For whom the archive is; by default the audience of the session. A raster without
        the tag MALIGEO_AUDIENCE is internal.

    Returns
    -------
    Product
        Written as .pmtiles, .mbtiles or a folder.
    """
    rules = rules or Release.asked(None, of_records=False)
    chosen = options or tiles.RasterOptions()
    totals: dict[str, int] = {}

    def write(path: Path, about: Provenance) -> Path:
        written = tiles.raster_tiles(
            str(raster), path, zooms=zooms, options=chosen, audience=rules.audience, about=about
        )
        totals["tiles"] = written.tiles
        return path

    asked = {
        "raster": raster,
        "zooms": list(zooms),
        "tile_type": chosen.tile_type,
        "tile_size": chosen.tile_size,
        "interpolation": chosen.interpolation,
        "attribution": chosen.attribution or None,
        **rules.recorded,
    }
    recipe = Recipe("tiles raster", asked, rules, method=_CLASSES)
    return Product(recipe, write, holds_its_name=True, totals=totals)


def vector_archive(
    sources: Mapping[str, Source],
    *,
    layers: Mapping[str, Source] | None = None,
    read: Mapping[str, Any] | None = None,
    zooms: Zooms = (0, 10),
    options: tiles.VectorOptions | None = None,
    rules: Release | None = None,
) -> Product:
    """Make vector tiles; of records what is released of them.

    Parameters
    ----------
    sources : mapping of str to Source
        By kind: "boundaries", "areas", "projects", "incidents". The bundled boundaries
        where nothing is given.
    layers : mapping of str to Source, optional
        Any other vector file by the name of its layer, for internal use alone.
    read : mapping of str to frame, optional
        By kind: sources that were read already.
    zooms : tuple of two int
        Coarsest and finest zoom.
    options : VectorOptions, optional
        What becomes of points at low zooms.
    rules : Release, optional
        For whom it is, as of which day; by default the audience of the session, today.

    Returns
    -------
    Product
        Written as .pmtiles, .mbtiles or a folder.

    Raises
    ------
    ArgumentError
        If two layers have one name.
    ReleaseError
        If the audience may see none of the layers.

    Notes
    -----
    A layer of records that the audience may not see is left out: a warning of the logger
    "maligeo" names it, and so do the metadata of the archive, under `left_out`.
    """
    more = dict(layers or {})
    if both := sorted(more.keys() & sources.keys()):
        raise ArgumentError(f"the layer {both[0]!r} is given twice")
    known = read or {}
    records = [kind for kind in RECORDS if kind in sources]
    rules = rules or Release.asked(None, of_records=bool(records))
    readers = _READERS | {INCIDENTS: _reader_of_incidents(rules)}
    frames = {
        kind: known[kind] if kind in known else readers[kind](sources[kind])
        for kind in KINDS
        if kind in sources
    }
    frames |= {name: read_vector(Path(source), layer=source.layer) for name, source in more.items()}
    units = frames.get("boundaries", load_boundaries())
    for kind in records:
        frames[kind] = _layer_of(kind, frames[kind], units, rules)
    left_out = [kind for kind in records if frames[kind] is None]
    shown = {name: frame for name, frame in frames.items() if frame is not None}
    _tell(left_out, rules.audience, nothing_else=not shown)
    shown = shown or {"boundaries": units}
    chosen = options or tiles.VectorOptions()
    placed = [units] if records and rules.audience != "internal" else []
    attribution = tiles.attribution_of(chosen.attribution, [*placed, *shown.values()])
    used = replace(chosen, attribution=attribution, left_out=left_out)

    def write(path: Path, about: Provenance) -> Path:
        tiles.vector_tiles(
            shown, path, zooms=zooms, options=used, audience=rules.audience, about=about
        )
        return path

    asked = {
        **sources,
        "layers": more or None,
        "zooms": list(zooms),
        "low_zooms": chosen.low_zooms,
        "attribution": chosen.attribution or None,
        **rules.recorded,
    }
    recipe = Recipe("tiles vector", asked, rules, frames.get("boundaries"))
    return Product(recipe, write, holds_its_name=True)


def _reader_of_incidents(rules: Release) -> Callable[[Source], Any]:
    """Read rows for whom may see them one by one, else in parts as they are released."""
    if rules.by_cells:
        return lambda source: source
    return read_columns if rules.audience == "internal" else read_incidents


def _tell(left_out: Sequence[str], audience: Audience, *, nothing_else: bool) -> None:
    """Name the layers that an audience may not see; an error where there is nothing else."""
    if not left_out:
        return
    kinds = ", ".join(left_out)
    if nothing_else:
        raise ReleaseError(
            f"{kinds} have no places that may be shown to the audience {audience!r}: leave "
            "them out, or write a table of them"
        )
    _log.warning(
        "Left out: %s. They have no places that may be shown to the audience %r; a table of them "
        "can be written.", kinds, audience,
    )  # fmt: skip


def _layer_of(kind: str, frame: Any, units: gpd.GeoDataFrame, rules: Release) -> Any:
    """Give what is released of some records, as a layer that can be drawn; None if nothing is."""
    if rules.audience == "internal":
        return frame
    if kind == INCIDENTS and rules.by_cells:
        return _cells(frame, units, rules).marks()
    released = rules.of(frame if kind == "areas" else locate(frame, units), units)
    return released if "geometry" in released.columns else None
