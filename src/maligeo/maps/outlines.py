"""Outlines for display: rounded so that shared borders stay shared, and points for labels."""

import json
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely.ops import polylabel

from maligeo.checks import require_columns
from maligeo.crs import require_geographic

DECIMALS = 4  # of a degree: some 11 m, far below the generalisation of the outlines
SMALL_SHARE = 0.01  # of the whole width: a narrower unit gets a callout
_STEPS_OUT = 200
_ROOM = 0.15  # of the extent of a unit: what a map of it shows around it
_MARGIN = 0.06  # of the whole width, between the outer border and a callout


def features(units: gpd.GeoDataFrame) -> dict[str, Any]:
    """Give the outlines as GeoJSON with rounded coordinates.

    Parameters
    ----------
    units : geopandas.GeoDataFrame, EPSG:4326

    Returns
    -------
    dict
        A GeoJSON FeatureCollection; each feature has the property `at`, its position.
    """
    require_columns(units, ("name", "pcode", "vintage"), what="units")
    require_geographic(units, what="units")
    rounded = shapely.transform(units.geometry.array, lambda xy: np.round(xy, DECIMALS))
    shapes = [json.loads(text) for text in shapely.to_geojson(rounded)]
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {"at": at}, "geometry": shape}
            for at, shape in enumerate(shapes)
        ],
    }


def label_points(units: gpd.GeoDataFrame, *, focus: int | None = None) -> list[list[float]]:
    """Give for each unit the latitude and longitude that lies deepest inside it.

    Parameters
    ----------
    units : geopandas.GeoDataFrame, EPSG:4326
    focus : int, optional
        Row position of the unit that the map is about: of the others, only what lies
        around it counts.
    """
    shapes = list(units.geometry)
    if focus is not None:
        west, south, east, north = shapes[focus].bounds
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
    list of [latitude, longitude] or None
        Straight out from the middle of the country; None for a unit that is large enough.
    """
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
    return polylabel(largest, tolerance=max(east - west, north - south) / 100)


def _place(point: shapely.Point) -> list[float]:
    """Swap to Leaflet's order, latitude first."""
    return [round(point.y, DECIMALS), round(point.x, DECIMALS)]
