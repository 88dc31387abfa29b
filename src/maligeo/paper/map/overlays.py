"""What lies over the units of a map: incidents by type, land by status."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from maligeo import look
from maligeo.core import words
from maligeo.core.checks import require_columns
from maligeo.core.crs import positions_of, require_geographic
from maligeo.core.errors import GeometryError
from maligeo.paper.drawing.shapes import Fill, Floats, Shape, patterned
from maligeo.paper.map.projection import Projection
from maligeo.text.balance import records_section
from maligeo.text.legend import area_statuses, drawable, event_types, is_coarse, kind_keys

_POLYGONS: Final = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
_RADIUS: Final = 0.75  # millimetres of a sign
_MANY: Final = 2000  # incidents, from which signs are smaller
_STEP: Final = 0.15  # millimetres: signs nearer than this are one
_SMALLEST: Final = 1.6  # millimetres: a smaller area is drawn as a square of this side
_CORNERS: Final = {
    "circle": np.deg2rad(np.arange(0, 360, 24)),
    "triangle": np.deg2rad([-90, 30, 150]),
    "square": np.deg2rad([45, 135, 225, 315]),
    "diamond": np.deg2rad([0, 90, 180, 270]),
}


@dataclass(frozen=True)
class Key:
    """An entry of the legend of a layer.

    Attributes
    ----------
    name : str
        What it is called.
    count : int
        How many are drawn.
    sign : callable
        Takes x and y of its middle and gives its shapes.
    """

    name: str
    count: int
    sign: Callable[[float, float], list[Shape]]


@dataclass(frozen=True)
class Overlay:
    """A layer over the units.

    Attributes
    ----------
    title : str
        Its name.
    shapes : callable
        Takes the projection and gives what is drawn.
    keys : tuple of Key
        Its legend.
    remarks : tuple of str
        What there is to say below the legend.
    section : mapping
        What became of its records, as from `maligeo.text.balance.records_section`.
    """

    title: str
    shapes: Callable[[Projection], list[Shape]]
    keys: tuple[Key, ...]
    remarks: tuple[str, ...]
    section: Mapping[str, Any]


def incident_overlay(incidents: pd.DataFrame, language: str) -> Overlay:
    """Draw incidents as signs by type; hollow where the position is that of a whole unit.

    Parameters
    ----------
    incidents : pandas.DataFrame or geopandas.GeoDataFrame, EPSG:4326, n rows
        Incidents as from `read_incidents`: `event_type`, and points or `lon, lat`.
    language : {"fr", "en"}
        Language of the texts.

    Raises
    ------
    FrameError
        If a column is missing.
    CrsError, GeometryError
        If the frame is not in EPSG:4326 or a geometry is no point.

    Notes
    -----
    Incidents of a type that are less than 0.15 mm apart are one sign; the legend counts
    incidents, not signs.
    """
    require_columns(incidents, ("event_type",), what="incidents")
    lon, lat = positions_of(incidents, what="incidents")
    rows = drawable(incidents, lon, lat)
    drawn = pd.DataFrame(incidents).iloc[rows]
    kinds = event_types(drawn["event_type"], language)
    named = kind_keys(drawn["event_type"])
    hollow, radius = is_coarse(drawn), _RADIUS if len(drawn) < _MANY else _RADIUS * 0.7
    title = words.word("incidents.title", language)

    def shapes(projection: Projection) -> list[Shape]:
        places = projection.place(lon[rows], lat[rows])
        found: list[Shape] = []
        for kind in kinds:
            for coarse in (True, False):
                chosen = (named == kind.key).to_numpy(bool) & (hollow == coarse)
                found += _signs(_seen(places[chosen], projection), kind.key, coarse, radius)
        return found

    keys = [Key(kind.name, int((named == kind.key).sum()), _event_sign(kind.key)) for kind in kinds]
    remarks = (words.word("incidents.hollow", language),) if hollow.any() else ()
    section = records_section(incidents, len(drawn), title, language)
    return Overlay(title, shapes, tuple(keys), remarks, section)


def area_overlay(areas: gpd.GeoDataFrame, language: str) -> Overlay:
    """Draw land by status, in patterns that hold in print.

    Parameters
    ----------
    areas : geopandas.GeoDataFrame, EPSG:4326
        Areas as from `read_areas`: `area_id, status` and polygons.
    language : {"fr", "en"}
        Language of the texts.

    Raises
    ------
    FrameError
        If a column is missing.
    CrsError, GeometryError
        If the frame is not in EPSG:4326 or a geometry is no polygon.
    """
    require_columns(areas, ("area_id", "status"), what="areas")
    require_geographic(areas, what="areas")
    geometries = np.asarray(areas.geometry.array, dtype=object)
    there = ~(shapely.is_missing(geometries) | shapely.is_empty(geometries))
    if not np.isin(shapely.get_type_id(geometries[there]), _POLYGONS).all():
        raise GeometryError("areas must be polygons: points go into the option `incidents`")
    status = areas.loc[there, "status"]
    kinds = area_statuses(status, language)
    named = kind_keys(status).to_numpy()
    title = words.word("areas.title", language)

    def shapes(projection: Projection) -> list[Shape]:
        found: list[Shape] = []
        for kind in kinds:
            appearance = look.AREA_LOOKS.get(kind.key, look.OTHER_AREA)
            shown = _large_enough(projection.shape(geometries[there][named == kind.key]))
            seen = shapely.intersection(shapely.union_all(shown), projection.box.shape)
            if not shapely.is_empty(seen):
                found += patterned(seen, appearance.colour, appearance.pattern, spacing=0.9)
        return found

    keys = [Key(kind.name, int((named == kind.key).sum()), _area_sign(kind.key)) for kind in kinds]
    section = records_section(areas, int(there.sum()), title, language)
    return Overlay(title, shapes, tuple(keys), (), section)


def _seen(places: Floats, projection: Projection) -> Floats:
    """Keep the places whose sign lies in the map, once each."""
    box = projection.box.inset(_RADIUS)
    inside = (places >= [box.x, box.y]).all(1) & (places <= [box.right, box.bottom]).all(1)
    near = np.unique(np.round(places[inside] / _STEP), axis=0)
    found: Floats = near * _STEP
    return found


def _signs(places: Floats, kind: str, hollow: bool, radius: float) -> list[Shape]:
    if not len(places):
        return []
    mark = look.EVENT_MARKS.get(kind, look.OTHER_MARK)
    turns = _CORNERS[mark.shape]
    corners = np.column_stack([np.cos(turns), np.sin(turns)]) * radius
    signs = shapely.multipolygons(shapely.polygons(places[:, None, :] + corners))
    if hollow:
        return [Fill(signs, "#ffffff", mark.colour, 0.28, opacity=0.7)]
    return [Fill(signs, mark.colour, "#ffffff", 0.1)]


def _event_sign(kind: str) -> Callable[[float, float], list[Shape]]:
    return lambda x, y: _signs(np.array([[x, y]]), kind, False, 1.1)


def _area_sign(status: str) -> Callable[[float, float], list[Shape]]:
    appearance = look.AREA_LOOKS.get(status, look.OTHER_AREA)
    return lambda x, y: patterned(
        shapely.box(x - 2.4, y - 1.4, x + 2.4, y + 1.4),
        appearance.colour,
        appearance.pattern,
        spacing=0.9,
    )


def _large_enough(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Draw an area that is too small to see as a square around its middle."""
    bounds = shapely.bounds(shapes)
    extent = np.maximum(bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1])
    middle, half = shapely.get_coordinates(shapely.centroid(shapes)), _SMALLEST / 2
    squares = shapely.box(*(middle - half).T, *(middle + half).T)
    return np.where(extent < _SMALLEST, squares, shapes)
