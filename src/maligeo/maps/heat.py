"""A density surface over the regions, in classes that hold for all its periods."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from affine import Affine
from rasterio.crs import CRS
from rasterio.enums import Resampling
from rasterio.warp import reproject, transform_bounds

from maligeo import look
from maligeo.core import words
from maligeo.core.audiences import is_synthetic, require_wide
from maligeo.core.checks import require_columns
from maligeo.core.errors import ArgumentError
from maligeo.maps.packing import picture_address
from maligeo.maps.page import PageMap
from maligeo.maps.without_script import add_accounted
from maligeo.measure.surface import Surface, density_surface

_PALETTE = "YlOrRd"
_MERCATOR = CRS.from_epsg(3857)
_STEPS = 200
_FAINTEST = 0.1  # of the first class: what lies below stays clear
_GRID = npt.NDArray[np.float32]


class _Image(NamedTuple):
    """Values on the grid of web maps, and south, west, north, east in degrees."""

    values: _GRID
    bounds: tuple[float, float, float, float]


def add_heat(
    fmap: PageMap,
    source: Surface | Mapping[str, Surface] | pd.DataFrame,
    *,
    bandwidth_km: float = 50.0,
    cell_km: float = 10.0,
    by_year: bool = False,
) -> None:
    """Add a density of points as a layer of colour, with a slider where it has periods.

    Parameters
    ----------
    fmap : PageMap
        The map, as from `region_map`.
    source : Surface, mapping of str to Surface, or pandas.DataFrame
        A surface as from `maligeo.density_surface`; several by the name of their period,
        oldest first; or points (EPSG:4326, or `lon, lat`) to make them of.
    bandwidth_km, cell_km : float, default 50 and 10
        For points: how far each spreads, and the size of the cells; see
        `maligeo.density_surface`.
    by_year : bool, default False
        For points with `date`: a surface per calendar year; undated points are left out.

    Raises
    ------
    ReleaseError
        If the points, or those that a surface was made of, were not released for the
        audience of the map.
    ArgumentError
        If there is nothing to show.
    FrameError, CrsError, GeometryError
        If the points cannot be used.
    """
    frame = source if isinstance(source, pd.DataFrame) else None
    if frame is not None:
        fmap.gate.admit(frame, what="the points")
    surfaces = _surfaces(source, bandwidth_km, cell_km, by_year)
    for surface in surfaces.values():
        require_wide(surface.audience, fmap.audience, what="the points of a surface")
    images = {name: _warped(surface) for name, surface in surfaces.items()}
    highest = max((float(np.nanmax(image.values)) for image in images.values()), default=0.0)
    if not highest > 0:
        raise ArgumentError("there is no density to show: no point can be used")
    steps = np.linspace(highest / _STEPS, highest, _STEPS)
    lows = look.class_breaks(steps.tolist(), scheme="pretty")
    colours = look.ramp(_PALETTE, len(lows))
    pictures = [
        {"address": _picture(image.values, lows, colours), "bounds": image.bounds}
        for image in images.values()
    ]

    def build(language: str) -> dict[str, object]:
        return {
            "title": words.word("heat.title", language),
            "unit": words.word("heat.unit", language),
            "alt": words.word("heat.alt", language),
            "pictures": pictures,
            "periods": list(images),
            "legend": _legend(lows, colours, language),
            "synthetic": frame is not None and is_synthetic(frame),
            "section": _section(surfaces, language),
        }

    add_accounted(fmap, "heat", build)


def _surfaces(
    source: Surface | Mapping[str, Surface] | pd.DataFrame,
    bandwidth_km: float,
    cell_km: float,
    by_year: bool,
) -> dict[str, Surface]:
    if isinstance(source, Surface):
        return {"": source}
    if not isinstance(source, pd.DataFrame):
        return dict(source)
    if not by_year:
        return {"": density_surface(source, bandwidth_km=bandwidth_km, cell_km=cell_km)}
    require_columns(source, ("date",), what="points")
    years = pd.to_datetime(source["date"]).dt.year
    return {
        str(int(year)): density_surface(
            source[(years == year).fillna(False)], bandwidth_km=bandwidth_km, cell_km=cell_km
        )
        for year in sorted(years.dropna().unique())
    }


def _warped(surface: Surface) -> _Image:
    """Bring a surface onto the grid of web maps."""
    rows, columns = surface.values.shape
    crs = CRS.from_wkt(surface.crs)
    sides = transform_bounds(crs, _MERCATOR, *_sides(rows, columns, surface.transform))
    west, south, east, north = sides
    grid = Affine((east - west) / columns, 0.0, west, 0.0, (south - north) / rows, north)
    values = np.full((rows, columns), np.nan, dtype=np.float32)
    reproject(
        surface.values, values, src_transform=surface.transform, src_crs=crs,
        src_nodata=np.nan, dst_transform=grid, dst_crs=_MERCATOR, dst_nodata=np.nan,
        resampling=Resampling.bilinear,
    )  # fmt: skip
    west, south, east, north = (
        round(float(side), 5) for side in transform_bounds(_MERCATOR, "EPSG:4326", *sides)
    )
    return _Image(values, (south, west, north, east))


def _sides(rows: int, columns: int, grid: Affine) -> tuple[float, float, float, float]:
    """Give west, south, east and north of a grid that lies north up."""
    return grid.c, grid.f + rows * grid.e, grid.c + columns * grid.a, grid.f


def _picture(values: _GRID, lows: tuple[float, ...], colours: tuple[str, ...]) -> str:
    classes = np.searchsorted(lows, np.nan_to_num(values, nan=-1.0), side="right")
    first = lows[1] if len(lows) > 1 else float(np.nanmax(values))
    classes[np.nan_to_num(values, nan=0.0) < _FAINTEST * first] = 0
    return picture_address(classes.astype(np.uint8), colours)


def _legend(
    lows: tuple[float, ...], colours: tuple[str, ...], language: str
) -> list[dict[str, str]]:
    """Name the classes, largest first."""
    digits = [len(f"{low:.4f}".rstrip("0").partition(".")[2]) for low in lows]
    ends = [
        words.number_text(low, language, decimals=count)
        for low, count in zip(lows, digits, strict=True)
    ]
    texts = [
        words.word("legend.below", language).format(high=ends[1])
        if at == 0 and len(ends) > 1
        else words.word("legend.above", language).format(low=ends[at])
        if at + 1 == len(ends)
        else words.word("legend.between", language).format(low=ends[at], high=ends[at + 1])
        for at in range(len(lows))
    ]
    entries = zip(texts, colours, strict=True)
    return [{"label": text, "colour": colour} for text, colour in entries][::-1]


def _section(surfaces: Mapping[str, Surface], language: str) -> dict[str, object]:
    """Account for the points behind the surfaces."""
    head = [words.word("records.what", language), words.word("records.count", language)]
    keys = ("rows", "used", "without_position", "without_weight", "outside", "too_coarse")
    totals = {
        key: sum(int(surface.provenance.get(key, 0)) for surface in surfaces.values())
        for key in keys
    }
    rows = [
        [words.word(f"points.{key}", language), words.number_text(count, language)]
        for key, count in totals.items()
    ]
    title = words.word("records.title", language)
    layer = words.word("heat.title", language)
    return {
        "title": title.format(layer=layer),
        "paragraphs": [],
        "items": [],
        "grid": [head, *rows],
    }
