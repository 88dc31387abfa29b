"""The map itself: units in their colours, names, towns, neighbours and what lies over them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from maligeo import catalog, look
from maligeo.core.crs import Bounds
from maligeo.join.regions import Focus
from maligeo.look.outlines import outlines
from maligeo.look.waters import RIVER_WIDTH, WATER_COLOUR, waters
from maligeo.paper.drawing.fonts import printable, text_width
from maligeo.paper.drawing.shapes import (
    INK,
    MM_PER_POINT,
    Drawing,
    Fill,
    Floats,
    Shape,
    Stroke,
    Words,
    dots_over,
    missing,
)
from maligeo.paper.map import furniture
from maligeo.paper.map.labels import (
    LINE,
    MOST_LED_OUT,
    Ground,
    Placed,
    Tag,
    lead_out,
    lines_size,
    middle_of,
    place_inside,
)
from maligeo.paper.map.overlays import Overlay
from maligeo.paper.map.projection import Box, Projection, fitted
from maligeo.paper.map.subject import Subject
from maligeo.paper.options import MapOptions

_ROOM: Final = 0.06  # of the extent, around the country
_FOCUS_ROOM: Final = 0.15  # around one unit
_SIMPLER: Final = 0.04  # millimetres: corners that no print shows
_BORDER, _RIM = "#5d6973", "#49545d"
_PALE_INK: Final = "#42505b"
_TOWN_INK: Final = "#1f2c36"
_NEIGHBOUR_INK: Final = "#5a6771"
_SIZES: Final = (8.5, 7.6, 6.8, 6.0, 5.4)  # points
_SMALL_SIZES: Final = (6.8, 6.0, 5.4)
_TOWN_SIZE: Final = 5.6
_DEGREES_SIZE: Final = 5.5
_NUDGE, _NUDGES = 1.5, 9  # millimetres, and how many of them a name may move
_NEIGHBOUR_SIZES: Final = (7.5, 6.5, 5.5)
_NUMBER_SIZES: Final = (5.4, 4.6)
_DOT: Final = 0.55  # millimetres
_FEW_UNITS: Final = 25
_LEAST_FOR_DOT: Final = 12.0  # square millimetres
_TOWNS_IN_FOCUS: Final = 6


@dataclass(frozen=True)
class MapDrawing:
    """A map and what has no room on it.

    Attributes
    ----------
    drawing : Drawing
        As large as the page.
    projection : Projection
        How places lie on it.
    keyed : tuple of int
        Row positions of the units that stand as numbers 1, 2 … on the map.
    unnamed : tuple of int
        Row positions of the units that are seen, but have neither name nor number.
    """

    drawing: Drawing
    projection: Projection
    keyed: tuple[int, ...]
    unnamed: tuple[int, ...]


@dataclass(frozen=True)
class Scene:
    """What a map is drawn from.

    Attributes
    ----------
    units : geopandas.GeoDataFrame
        The units.
    towns : pandas.DataFrame
        As from `maligeo.text.titles.towns_by_unit`.
    subject : Subject
        Values and colours.
    focus : Focus or None
        The units that the map is about; all without it.
    overlays : tuple of Overlay
        What lies over the units.
    """

    units: gpd.GeoDataFrame
    towns: pd.DataFrame
    subject: Subject
    focus: Focus | None
    overlays: tuple[Overlay, ...]

    def is_pale(self, at: int) -> bool:
        """Tell whether a unit is a neighbour of what the map is about."""
        return self.focus is not None and at not in self.focus.rows


def draw_map(scene: Scene, box: Box, options: MapOptions) -> MapDrawing:
    """Draw the units in a box on a page.

    Parameters
    ----------
    scene : Scene
        What is drawn.
    box : Box
        Where it stands on the page.
    options : MapOptions
        Language, text size, graticule.
    """
    projection = fitted(seen_bounds(scene), box)
    whole = projection.shape(outlines(scene.units).shapes)
    whole = shapely.coverage_simplify(whole, _SIMPLER)
    shapes = shapely.intersection(whole, box.shape)
    drawing = Drawing(*options.size)
    drawing.add(Fill(box.shape, look.GROUND_COLOUR))
    ground = Ground(box.inset(0.6))
    scale = furniture.scale_block(projection, 6.0 * options.text_scale, options.language)
    corner = _free_corner(scale, shapes, box)
    ground.take(corner)
    if options.graticule:
        _draw_graticule(drawing, projection, options)
    _draw_units(drawing, scene, shapes)
    drawing.add(*water_shapes(projection, box))
    _draw_borders(drawing, scene, whole, box)
    if options.graticule:
        _write_degrees(drawing, projection, ground, options)
    above = [shape for overlay in scene.overlays for shape in overlay.shapes(projection)]
    drawing.add(*above)
    ground.avoid([shape.shape for shape in above if isinstance(shape, Fill)])
    towns = _seen_towns(scene, projection, shapes)
    _draw_dots(drawing, towns, ground)
    left = _write_units(drawing, scene, shapes, ground, options)
    _write_neighbours(drawing, projection, shapes, ground, options)
    _write_towns(drawing, towns, shapes, scene, ground)
    drawing.put(scale, corner.x, corner.y)
    drawing.add(furniture.frame(projection))
    return MapDrawing(drawing, projection, *left)


def seen_bounds(scene: Scene) -> Bounds:
    """Give west, south, east and north of what a map must show, with room around it."""
    units = scene.units if scene.focus is None else scene.units.iloc[list(scene.focus.rows)]
    west, south, east, north = (float(side) for side in units.total_bounds)
    room = _ROOM if scene.focus is None else _FOCUS_ROOM
    wide, high = room * (east - west) / 2, room * (north - south) / 2
    return Bounds(west - wide, south - high, east + wide, north + high)


def _draw_graticule(drawing: Drawing, projection: Projection, options: MapOptions) -> None:
    size = _DEGREES_SIZE * options.text_scale
    lines = furniture.graticule(projection, size, options.language).shapes
    drawing.add(*(shape for shape in lines if not isinstance(shape, Words)))


def _write_degrees(
    drawing: Drawing, projection: Projection, ground: Ground, options: MapOptions
) -> None:
    """Write the degrees of meridians and parallels where nothing else stands."""
    size = _DEGREES_SIZE * options.text_scale
    for shape in furniture.graticule(projection, size, options.language).shapes:
        if not isinstance(shape, Words):
            continue
        width, height = lines_size(((shape.text, False),), shape.size)
        box = Box(shape.x, shape.y - 0.82 * height, width, height)
        centre = np.array([[box.x + width / 2, box.y + height / 2]])
        if ground.free(centre, width, height)[0]:
            ground.take(box)
            drawing.add(Fill(box.shape, "#ffffff", opacity=0.6), shape)


def _draw_units(drawing: Drawing, scene: Scene, shapes: npt.NDArray[np.object_]) -> None:
    for at, shape in enumerate(shapes):
        if shapely.is_empty(shape):
            continue
        pale, name = scene.is_pale(at), printable(scene.units["name"].iloc[at])
        index = scene.subject.cells[at].class_index
        if index < 0:
            drawing.add(*missing(shape, pale=pale, name=name))
        else:
            colour = scene.subject.fills[index + 1]
            drawing.add(Fill(shape, look.pale(colour) if pale else colour, name=name))
        if index in scene.subject.dotted:
            drawing.add(*dots_over(shape))


def water_shapes(projection: Projection, box: Box, width: float = RIVER_WIDTH) -> list[Shape]:
    """Give rivers and lakes: above the colours of the units, under borders and words."""
    whole = projection.shape(waters().geometry.to_numpy())
    seen = [one for one in shapely.intersection(whole, box.shape) if not shapely.is_empty(one)]
    return [
        Stroke(one, WATER_COLOUR, width)
        if shapely.get_dimensions(one) == 1
        else Fill(one, WATER_COLOUR)
        for one in seen
    ]


def _draw_borders(drawing: Drawing, scene: Scene, whole: npt.NDArray[np.object_], box: Box) -> None:
    """Draw borders between units, around the country and around the unit in focus."""

    def draw(lines: shapely.Geometry, colour: str, width: float) -> None:
        drawing.add(Stroke(shapely.intersection(lines, box.shape), colour, width))

    draw(shapely.union_all(shapely.boundary(whole)), _BORDER, 0.18 if len(whole) < 100 else 0.1)
    draw(shapely.boundary(shapely.union_all(whole)), _RIM, 0.45)
    if scene.focus is not None:
        draw(shapely.boundary(shapely.union_all(whole[list(scene.focus.rows)])), INK, 0.7)


def _write_units(
    drawing: Drawing,
    scene: Scene,
    shapes: npt.NDArray[np.object_],
    ground: Ground,
    options: MapOptions,
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Write names and values; give the units with a number only, and those without any."""
    seen = [at for at, shape in enumerate(shapes) if shapely.area(shape) > 0]
    tags = [_tag(scene, at, options.text_scale) for at in seen]
    placed, left = place_inside(tags, shapes, ground)
    left = [tag for tag in left if not scene.is_pale(tag.at)]
    keyed: list[Placed] = []
    if len(tags) <= MOST_LED_OUT and scene.focus is None:
        out, left = lead_out(left, shapes, ground)
        placed += out
    if len(left) <= MOST_LED_OUT and (scene.focus is None or not scene.focus.is_one):
        keyed, left = _numbered(left, shapes, ground, options.text_scale)
    for label in (*placed, *keyed):
        _write(drawing, label, scene, ground)
    return tuple(one.tag.at for one in keyed), tuple(sorted(tag.at for tag in left))


def _tag(scene: Scene, at: int, scale: float) -> Tag:
    cell = scene.subject.cells[at]
    name = printable(scene.units["name"].iloc[at])
    pale = scene.is_pale(at)
    value = ((printable(cell.text), not pale),) if cell.class_index >= 0 else ()
    few = len(scene.units if scene.focus is None else scene.focus.rows) <= _FEW_UNITS
    sizes = _SIZES if few and not pale else _SMALL_SIZES
    return Tag(at, ((name, False), *value), tuple(size * scale for size in sizes))


def _numbered(
    tags: Sequence[Tag], shapes: npt.NDArray[np.object_], ground: Ground, scale: float
) -> tuple[list[Placed], list[Tag]]:
    """Put numbers where no name fits; a number may reach over a border, never over a text."""
    placed: list[Placed] = []
    left: list[Tag] = []
    for tag in sorted(tags, key=lambda one: one.at):
        lines = ((str(len(placed) + 1), True),)
        middle = middle_of(shapes[tag.at])
        for size in (one * scale for one in _NUMBER_SIZES):
            width, height = lines_size(lines, size)
            if ground.free(middle[None, :], width, height)[0]:
                box = Box(middle[0] - width / 2, middle[1] - height / 2, width, height)
                ground.take(box)
                placed.append(Placed(tag, lines, size, box))
                break
        else:
            left.append(tag)
    return placed, left


def _write(drawing: Drawing, label: Placed, scene: Scene, ground: Ground) -> None:
    at, box = label.tag.at, label.box
    index = scene.subject.cells[at].class_index
    pale = scene.is_pale(at)
    ink = _PALE_INK if pale else look.DARK_INK
    own = label.lines[0][0].startswith(label.tag.lines[0][0])  # a number may cross a border
    if label.leader is not None:
        end = shapely.points(shapely.get_coordinates(label.leader)[0])
        drawing.add(
            Stroke(label.leader, INK, 0.2),
            Fill(shapely.buffer(end, 0.6), scene.subject.fills[index + 1], INK, 0.25),
        )
    elif index < 0 or not own or shapely.intersects(ground.above, box.shape):
        drawing.add(Fill(shapely.buffer(box.shape, 0.3), "#ffffff", opacity=0.72))
    elif not pale:
        ink = look.ink_on(scene.subject.fills[index + 1])
    for row, (text, bold) in enumerate(label.lines):
        y = box.y + (row + 0.82) * label.size * LINE * MM_PER_POINT
        drawing.add(
            Words(box.x + box.width / 2, y, text, label.size, bold, colour=ink, side="middle")
        )


def _free_corner(block: Drawing, shapes: npt.NDArray[np.object_], box: Box) -> Box:
    """Give the corner of the map in which a block covers least of the units."""
    inner = box.inset(1.5)
    country = shapely.union_all(shapes)
    corners = [
        Box(x, y, block.width, block.height)
        for y in (inner.bottom - block.height, inner.y)
        for x in (inner.right - block.width, inner.x)
    ]
    return min(
        corners, key=lambda one: float(shapely.area(shapely.intersection(one.shape, country)))
    )


def _seen_towns(
    scene: Scene, projection: Projection, shapes: npt.NDArray[np.object_]
) -> pd.DataFrame:
    """Keep the towns that the map shows: capitals, and of a unit in focus the largest.

    A unit hardly larger than a dot shows none: the dot would hide it. Many small units show
    none either, and among incidents a dot would be taken for one of them.
    """
    is_one = scene.focus is not None and scene.focus.is_one
    if scene.overlays or (not is_one and len(scene.units) > _FEW_UNITS):
        return scene.towns.head(0).assign(x=0.0, y=0.0)
    large = shapely.area(shapes) > _LEAST_FOR_DOT
    towns = scene.towns[large[scene.towns["at"]]]
    rows = [] if scene.focus is None else scene.focus.rows
    focus = towns["at"].isin(rows) & (towns["rank"] < _TOWNS_IN_FOCUS)
    kept = towns[focus] if is_one else towns[towns["own"] & (towns["rank"] == 0)]
    places = projection.place(kept["lon"], kept["lat"])
    return kept.assign(x=places[:, 0], y=places[:, 1])


def _draw_dots(drawing: Drawing, towns: pd.DataFrame, ground: Ground) -> None:
    for row in towns.itertuples(index=False):
        dot = shapely.buffer(shapely.points(row.x, row.y), _DOT, quad_segs=6)
        drawing.add(Fill(dot, "#ffffff", _TOWN_INK, 0.25))
        ground.take(Box(row.x - _DOT, row.y - _DOT, 2 * _DOT, 2 * _DOT))


def _write_towns(
    drawing: Drawing,
    towns: pd.DataFrame,
    shapes: npt.NDArray[np.object_],
    scene: Scene,
    ground: Ground,
) -> None:
    """Name the towns whose name fits next to the dot within their unit."""
    for row in towns.itertuples(index=False):
        text = printable(row.name)
        width, height = lines_size(((text, False),), _TOWN_SIZE)
        across, down = width / 2 + _DOT + 0.9, height / 2 + _DOT + 0.6
        ways = ((across, 0), (-across, 0), (0, down), (0, -down))
        centres = np.array([[row.x + right, row.y + low] for right, low in ways])
        boxes = [Box(x - width / 2, y - height / 2, width, height) for x, y in centres]
        within = shapely.contains(shapes[row.at], [box.shape for box in boxes])
        good = within & ground.free(centres, width, height)
        if not good.any():
            continue
        box = boxes[int(np.argmax(good))]
        ground.take(box)
        index = scene.subject.cells[row.at].class_index
        ink = look.ink_on(scene.subject.fills[index + 1])
        y = box.y + 0.82 * height
        if index < 0:
            drawing.add(Fill(box.shape, "#ffffff", opacity=0.72))
        drawing.add(Words(box.x + width / 2, y, text, _TOWN_SIZE, colour=ink, side="middle"))


def _write_neighbours(
    drawing: Drawing,
    projection: Projection,
    shapes: npt.NDArray[np.object_],
    ground: Ground,
    options: MapOptions,
) -> None:
    """Write the names of the neighbouring countries where the ground is free."""
    neighbours = catalog.load_table("reference", "neighbours")
    places = projection.place(neighbours["lon"], neighbours["lat"])
    country = shapely.union_all(shapes)
    shapely.prepare(country)
    names = neighbours[f"name_{options.language}"].map(printable)
    for text, place in zip(names, places, strict=True):
        if not shapely.contains_xy(ground.frame.shape, *place):
            continue
        for size in (one * options.text_scale for one in _NEIGHBOUR_SIZES):
            box = _apart(text.upper(), size, place, country, ground)
            if box is not None:
                y = box.y + 0.82 * box.height
                ground.take(box)
                drawing.add(Words(box.x, y, text.upper(), size, colour=_NEIGHBOUR_INK))
                break


def _apart(
    text: str, size: float, place: Floats, country: shapely.Geometry, ground: Ground
) -> Box | None:
    """Find a place for a name near where it belongs, outside the country."""
    width, height = text_width(text, size), size * LINE * MM_PER_POINT
    steps = np.arange(-_NUDGES, _NUDGES + 1) * _NUDGE
    shifts = np.array(np.meshgrid(steps, steps)).reshape(2, -1).T
    centres = place + shifts[np.argsort(np.hypot(*shifts.T), kind="stable")]
    corners = centres - np.array([width, height]) / 2
    boxes = shapely.box(*(corners - 0.8).T, *(corners + np.array([width, height]) + 0.8).T)
    good = ground.clear(centres, width, height) & ~shapely.intersects(country, boxes)
    if not good.any():
        return None
    x, y = corners[np.argmax(good)]
    return Box(float(x), float(y), width, height)
