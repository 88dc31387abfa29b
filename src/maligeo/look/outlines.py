"""Outlines for display: simplified so that shared borders stay shared, and points for labels."""

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from maligeo.core.checks import require_columns
from maligeo.core.crs import require_geographic

DECIMALS = 4  # of a degree: some 11 m, far below the generalisation of the outlines
SMALL_SHARE = 0.01  # of the whole width: a narrower unit gets a callout
MOST_CORNERS = 30_000
DEEPEST_ZOOM, COARSEST_ZOOM = 13, 6
MOST_CALLED_OUT = 60  # units
_DEGREES_PER_PIXEL = 360 / 256  # at zoom 0
_STEPS_OUT = 200
_GENERAL = "Natural Earth"
_ROOM = 0.15  # of the extent of a unit: what a map of it shows around it
_MARGIN = 0.06  # of the whole width, between the outer border and a callout


def outlines_are_general(units: gpd.GeoDataFrame) -> bool:
    """Tell whether the outlines are Natural Earth's, at 1:10 million, as the bundled ones."""
    sources = units.get("source", pd.Series(pd.NA, index=units.index)).astype("string")
    return bool(sources.str.startswith(_GENERAL).fillna(False).all())


@dataclass(frozen=True)
class Outlines:
    """Outlines as they are drawn.

    Attributes
    ----------
    shapes : array of shapely.Geometry, shape (n,)
        Simplified as a coverage, so that shared borders stay shared, and rounded.
    zoom : int or None
        Zoom of web maps up to which the simplified outlines are off by less than a pixel
        or so; None where nothing was left out.
    """

    shapes: npt.NDArray[np.object_]
    zoom: int | None


def outlines(units: gpd.GeoDataFrame) -> Outlines:
    """Simplify outlines as far as a page that stays small and quick needs it.

    Layers of up to 30,000 corners stay as they are. Others lose the corners that matter
    least (area of the triangle with the neighbours, after Visvalingam and Whyatt), by the
    size of a pixel at the deepest zoom that leaves no more than that.

    Parameters
    ----------
    units : geopandas.GeoDataFrame, EPSG:4326

    Returns
    -------
    Outlines
    """
    require_columns(units, ("name", "pcode", "vintage"), what="units")
    require_geographic(units, what="units")
    whole = np.asarray(units.geometry.array, dtype=object)
    zoom, shapes = None, whole
    for zoom_level in range(DEEPEST_ZOOM, COARSEST_ZOOM - 1, -1):
        if shapely.get_num_coordinates(shapes).sum() <= MOST_CORNERS:
            break
        zoom, pixel = zoom_level, _DEGREES_PER_PIXEL / 2**zoom_level
        shapes = shapely.coverage_simplify(whole, pixel)
    return Outlines(shapely.transform(shapes, lambda xy: np.round(xy, DECIMALS)), zoom)


def label_points(units: gpd.GeoDataFrame, *, focus: Sequence[int] = ()) -> list[list[float]]:
    """Give for each unit the longitude and latitude of the point that lies deepest inside it.

    Parameters
    ----------
    units : geopandas.GeoDataFrame, EPSG:4326
    focus : sequence of int, optional
        Row positions of the units that the map is about: of the others, only what lies
        around them counts.
    """
    shapes = list(units.geometry)
    if focus:
        about = shapely.geometrycollections([shapes[at] for at in focus])
        west, south, east, north = about.bounds
        room = _ROOM * max(east - west, north - south)
        window = shapely.box(west - room, south - room, east + room, north + room)
        seen = [shapely.intersection(shape, window) for shape in shapes]
        shapes = [
            part if part.area > 0 else shape for part, shape in zip(seen, shapes, strict=True)
        ]
    return [_place(_deepest(shape)) for shape in shapes]


def callouts(units: gpd.GeoDataFrame) -> list[list[float] | None]:
    """Give a place outside the country for the label of each unit that is too small to hit.

    Parameters
    ----------
    units : geopandas.GeoDataFrame, EPSG:4326

    Returns
    -------
    list of [longitude, latitude] or None
        Straight out from the middle of the country; None for a unit that is large enough,
        and for all units of a layer that has many: there a reader zooms in.
    """
    if len(units) > MOST_CALLED_OUT:
        return [None] * len(units)
    country = shapely.union_all(units.geometry.array)
    west, _, east, _ = country.bounds
    width = east - west
    found: list[list[float] | None] = []
    for shape in units.geometry:
        left, _, right, _ = shape.bounds
        small = right - left < SMALL_SHARE * width
        found.append(_place(_outside(_deepest(shape), country, width)) if small else None)
    return found


def _outside(point: shapely.Point, country: shapely.Geometry, width: float) -> shapely.Point:
    """Go from the middle of the country through a point until well outside."""
    middle = country.centroid
    away = np.array([point.x - middle.x, point.y - middle.y])
    length = float(np.hypot(*away)) or 1.0
    step = away / length * width / _STEPS_OUT
    for count in range(1, 2 * _STEPS_OUT):
        reached = shapely.Point(point.x + step[0] * count, point.y + step[1] * count)
        if reached.distance(country) >= _MARGIN * width:
            return reached
    return point


def _deepest(shape: shapely.Geometry) -> shapely.Point:
    parts = shapely.get_parts(shape)
    largest = max(parts, key=lambda part: float(part.area))
    west, south, east, north = largest.bounds
    tolerance = max(east - west, north - south) / 100
    return shapely.get_point(shapely.maximum_inscribed_circle(largest, tolerance), 0)


def _place(point: shapely.Point) -> list[float]:
    return [round(point.x, DECIMALS), round(point.y, DECIMALS)]
