"""Rasters of people added up within polygons, each cell by the part of it that is covered."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Proj, Transformer

from maligeo.core import errors
from maligeo.core.checks import require_choice
from maligeo.core.crs import EQUAL_AREA, SQM_PER_SQKM, Floats, shapes_of
from maligeo.core.errors import ArgumentError, CrsError, InputFileError, explained
from maligeo.core.inputs import take_input
from maligeo.join.cells import LAYERS, sum_cells

KINDS: Final = ("count", "density")
DENSEST_PER_SQKM: Final = 150_000.0  # no place on Earth has more people in a square kilometre
EQUAL_AREA_WITHIN: Final = 2e-3
LONGEST_DEGREES: Final = 0.01

_SAYS_DENSITY = re.compile(r"densit|per[ _]?(sq|km)|_pd_", re.IGNORECASE)


def sum_raster(zones: gpd.GeoSeries, raster: str | Path, *, kind: str | None) -> Floats:
    """Add a raster of people up within polygons.

    Parameters
    ----------
    zones : geopandas.GeoSeries, n rows, EPSG:4326
        Polygons; empty ones hold nobody.
    raster : str or pathlib.Path
        One-band raster with a CRS; cells marked as no data hold nobody. Or a layer of
        polygons with people, as for `maligeo.join.cells.sum_cells`.
    kind : {"count", "density"}
        Whether a cell holds people, or people per km². It has to be said: nothing in a
        raster shows it reliably.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        People.

    Raises
    ------
    ArgumentError
        If the kind is not said, is contradicted by the raster's name or description or by
        its being a layer of polygons, which hold people, or implies more people in a cell
        than live anywhere.
    InputFileError
        If the file cannot be read, or has negative people.
    CrsError
        If the raster has no CRS, or holds densities and is in one that distorts areas.
    MissingDependencyError
        If rasterio or exactextract is not installed.

    Notes
    -----
    The covered part of each cell is exact in the raster's own CRS (Baston, D.,
    exactextract, isciences.github.io/exactextract). Cells of geographic rasters are
    measured in EPSG:6933.
    """
    if kind is None:
        raise ArgumentError(
            "say what a cell of the raster holds: count for people, density for people per km²"
        )
    require_choice(kind, KINDS, option="kind")
    if Path(raster).suffix.lower() in LAYERS:
        if kind != "count":
            raise ArgumentError(f"{raster} holds people by polygon: say kind count")
        return sum_cells(zones, raster)
    with _opened(Path(raster)) as source:
        _require_kind(source, Path(raster), kind)
        shapes = _in_crs_of(zones, source)
        areas = _row_areas_sqkm(source, needed=kind == "density")
        sums, densest = _extract(shapes, source, areas if kind == "density" else None)
        if kind == "count" and areas is not None:
            densest = densest / float(areas.mean())
    if densest > DENSEST_PER_SQKM:
        raise ArgumentError(
            f"{raster}: a cell would have {densest:,.0f} people per km², more than any place; "
            f"it does not hold what {kind!r} says"
        )
    return sums


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    rasterio = errors.require("rasterio", extra="raster", why="reading a raster")
    take_input(path)
    with explained(f"cannot read {path}"):
        source = rasterio.open(path)
    with source:
        if source.crs is None:
            raise CrsError(f"{path} has no CRS, so that its cells have no place")
        if source.transform.b or source.transform.d or source.transform.e >= 0:
            raise InputFileError(f"{path} is rotated or upside down: warp it north up first")
        yield source


def _require_kind(source: Any, path: Path, kind: str) -> None:
    described = " ".join(
        str(text)
        for text in (path.stem, *source.descriptions, *source.units, *source.tags().values())
    )
    if kind == "count" and _SAYS_DENSITY.search(described):
        raise ArgumentError(
            f"{path} calls itself a density ({_SAYS_DENSITY.search(described).group()!r}): "  # type: ignore[union-attr]
            "count would add densities up as if they were people"
        )


def _in_crs_of(zones: gpd.GeoSeries, source: Any) -> gpd.GeoSeries:
    """Bring polygons into the raster's CRS; edges in degrees stay straight as such."""
    target = CRS(source.crs.to_wkt())
    if target == CRS(zones.crs):
        return zones
    return zones.segmentize(LONGEST_DEGREES).to_crs(target)


def _row_areas_sqkm(source: Any, *, needed: bool) -> Floats | None:
    """Give the area of a cell in each row; None where the CRS distorts it and it may."""
    crs, step = CRS(source.crs.to_wkt()), source.transform
    if crs.is_geographic:
        edges = step.f + step.e * np.arange(source.height + 1)
        to_plane = Transformer.from_crs(crs, EQUAL_AREA, always_xy=True)
        x, _ = to_plane.transform([0.0, step.a], [0.0, 0.0])
        _, y = to_plane.transform(np.zeros(len(edges)), np.clip(edges, -90.0, 90.0))
        areas: Floats = np.abs(np.diff(y) * (x[1] - x[0])) / SQM_PER_SQKM
        return areas
    left, bottom, right, top = source.bounds
    corners = Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True).transform(
        [left, left, right, right], [bottom, top, bottom, top]
    )
    scale = Proj(crs).get_factors(*corners).areal_scale
    if np.abs(np.asarray(scale) - 1).max() > EQUAL_AREA_WITHIN:
        if needed:
            raise CrsError(
                f"{source.name} holds densities in {crs.name}, which distorts areas: "
                f"warp it to {EQUAL_AREA} or leave it in longitude and latitude"
            )
        return None
    return np.full(source.height, abs(step.a * step.e) / SQM_PER_SQKM)


def _extract(shapes: gpd.GeoSeries, source: Any, areas: Floats | None) -> tuple[Floats, float]:
    """Give the sum in each polygon, and the highest value in any."""
    exact = errors.require("exactextract", extra="raster", why="adding up a raster")
    rasters = errors.require("exactextract.raster", extra="raster", why="adding up a raster")
    filled = np.flatnonzero(~shapely.is_missing(shapes_of(shapes)))
    sums = np.zeros(len(shapes))
    if len(filled) == 0:
        return sums, 0.0
    zones = gpd.GeoDataFrame(geometry=shapes.iloc[filled].reset_index(drop=True))
    weights = None
    if areas is not None:
        box = dict(zip(("xmin", "ymin", "xmax", "ymax"), source.bounds, strict=True))
        weights = rasters.NumPyRasterSource(
            areas[:, np.newaxis], **box, srs_wkt=source.crs.to_wkt()
        )
    found = exact.exact_extract(
        rasters.RasterioRasterSource(source), zones,
        ["min", "max", "sum" if areas is None else "weighted_sum"],
        weights=weights, output="pandas",
    ).to_numpy(dtype=np.float64)  # fmt: skip
    lowest, highest, total = found.T
    if np.nanmin(np.append(lowest, 0.0)) < 0:
        raise InputFileError(
            f"{source.name} has cells with {np.nanmin(lowest):g} people: declare its no-data value"
        )
    sums[filled] = np.nan_to_num(total)
    return sums, float(np.nanmax(np.append(highest, 0.0)))
