"""A small map that shows where in the country a unit lies."""

from typing import Final

import geopandas as gpd
import shapely

from maligeo.figures.projecting import Box, aspect, fitted
from maligeo.figures.shapes import Drawing, Fill, Stroke
from maligeo.outlines import outlines

_SIMPLER: Final = 0.12  # millimetres
_GROUND, _UNIT, _FOCUS = "#ffffff", "#dfe4e8", "#1f5f99"
_BORDER, _RIM = "#ffffff", "#49545d"
_ROOM: Final = 0.02
_LEAST: Final = 1.2  # millimetres: a smaller unit gets a ring


def locator_map(units: gpd.GeoDataFrame, at: int, width: float, height: float) -> Drawing:
    """Draw all units, and one of them dark.

    Parameters
    ----------
    units : geopandas.GeoDataFrame, EPSG:4326
        The units.
    at : int
        Row position of the one.
    width, height : float
        Most room, in millimetres; the map is as large as its shape lets it.
    """
    west, south, east, north = (float(side) for side in units.total_bounds)
    wide, high = _ROOM * (east - west), _ROOM * (north - south)
    bounds = (west - wide, south - high, east + wide, north + high)
    shape = aspect(bounds)
    width, height = min(width, height * shape), min(height, width / shape)
    drawing = Drawing(width, height)
    projection = fitted(bounds, Box(0, 0, width, height))
    shapes = shapely.coverage_simplify(projection.shape(outlines(units).shapes), _SIMPLER)
    for row, unit in enumerate(shapes):
        drawing.add(Fill(unit, _FOCUS if row == at else _UNIT, _BORDER, 0.15))
    drawing.add(Stroke(shapely.boundary(shapely.union_all(shapes)), _RIM, 0.3))
    left, top, right, bottom = shapely.bounds(shapes[at])
    if max(right - left, bottom - top) < _LEAST:
        ring = shapely.boundary(shapely.buffer(shapely.centroid(shapes[at]), _LEAST))
        drawing.add(Stroke(ring, _FOCUS, 0.5))
    return drawing
