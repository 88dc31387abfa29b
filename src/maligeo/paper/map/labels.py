"""Places for the names and values of units, so that none covers another or is cut off."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from maligeo.paper.drawing.fonts import text_width
from maligeo.paper.drawing.shapes import MM_PER_POINT, Floats
from maligeo.paper.map.projection import Box

LINE: Final = 1.18  # height of a line, in sizes of its text
MOST_LED_OUT: Final = 60  # units: with more, those without room stay without a name
_GRID: Final = 13  # trial places along each side of a unit
_FINE: Final = 0.02  # of the extent of a unit, how exactly its middle is found
_AIR: Final = 0.5  # millimetres around a text
_REACH: Final = (5.0, 46.0, 2.5)  # millimetres of a leader: first, last, step
_TURNS: Final = 32  # directions of a leader
_CLEAR: Final = 1.0  # millimetres between a text led out and the country


@dataclass(frozen=True)
class Tag:
    """What is to be written at a unit.

    Attributes
    ----------
    at : int
        Row position of the unit.
    lines : tuple of (str, bool)
        Name and value; whether each is bold.
    sizes : tuple of float
        Sizes of text to try, falling, in points.
    """

    at: int
    lines: tuple[tuple[str, bool], ...]
    sizes: tuple[float, ...]


@dataclass(frozen=True)
class Placed:
    """A text with its place.

    Attributes
    ----------
    tag : Tag
        What is written.
    lines : tuple of (str, bool)
        The lines as they fit: name and value below or after one another.
    size : float
        In points.
    box : Box
        The place, in millimetres.
    leader : shapely.Geometry or None
        The line to the unit from a text that stands apart.
    """

    tag: Tag
    lines: tuple[tuple[str, bool], ...]
    size: float
    box: Box
    leader: shapely.Geometry | None = None


class Ground:
    """The room on a map: what is taken, and what is still free."""

    def __init__(self, frame: Box) -> None:
        self.frame = frame
        self.boxes: list[Box] = []
        self.leaders: list[shapely.Geometry] = []
        self.above: shapely.Geometry = shapely.GeometryCollection()

    def avoid(self, shapes: Sequence[shapely.Geometry]) -> None:
        """Prefer, where there is a choice, what these shapes leave free."""
        self.above = shapely.geometrycollections(list(shapes))
        shapely.prepare(self.above)

    def take(self, box: Box) -> None:
        """Let nothing else stand there."""
        self.boxes.append(box)

    def clear(self, centres: Floats, width: float, height: float) -> npt.NDArray[np.bool_]:
        """Say at which centres a box is free and hides nothing that lies over the units."""
        half = np.array([width / 2, height / 2])
        low, high = centres - half, centres + half
        boxes = shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1])
        hides: npt.NDArray[np.bool_] = shapely.intersects(self.above, boxes)
        return self.free(centres, width, height) & ~hides

    def free(self, centres: Floats, width: float, height: float) -> npt.NDArray[np.bool_]:
        """Say at which centres a box lies in the frame and covers nothing.

        Parameters
        ----------
        centres : numpy.ndarray of float64, shape (n, 2)
            Millimetres.
        width, height : float
            Size of the box.
        """
        half = np.array([width / 2 + _AIR, height / 2 + _AIR])
        low, high = centres - half, centres + half
        frame = self.frame
        fits: npt.NDArray[np.bool_] = (low >= [frame.x, frame.y]).all(1)
        fits &= (high <= [frame.right, frame.bottom]).all(1)
        for box in self.boxes:
            apart = (high <= [box.x, box.y]).any(1) | (low >= [box.right, box.bottom]).any(1)
            fits &= apart
        shapes = shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1])
        for leader in self.leaders:
            fits &= ~shapely.intersects(shapes, leader)
        return fits


def place_inside(
    tags: Sequence[Tag], shapes: npt.NDArray[np.object_], ground: Ground
) -> tuple[list[Placed], list[Tag]]:
    """Write into each unit what fits there, small units first.

    Parameters
    ----------
    tags : sequence of Tag
        What is to be written.
    shapes : array of shapely.Geometry, shape (n,)
        Units in millimetres, cut off at the frame; some may be empty.
    ground : Ground
        The room; what is placed is taken from it.

    Returns
    -------
    list of Placed, list of Tag
        What was placed, and what has no room.
    """
    placed: list[Placed] = []
    left: list[Tag] = []
    for tag in sorted(tags, key=lambda one: (float(shapely.area(shapes[one.at])), one.at)):
        found = _inside(tag, shapes[tag.at], ground)
        if found is None:
            left.append(tag)
        else:
            ground.take(found.box)
            placed.append(found)
    return placed, left


def lead_out(
    tags: Sequence[Tag], shapes: npt.NDArray[np.object_], ground: Ground
) -> tuple[list[Placed], list[Tag]]:
    """Write next to the country, with a line to the unit, what has no room inside.

    Parameters
    ----------
    tags, shapes, ground
        As for `place_inside`.

    Returns
    -------
    list of Placed, list of Tag
        What was placed, and what still has no room.
    """
    country = shapely.union_all(shapes)
    shapely.prepare(country)
    placed: list[Placed] = []
    left: list[Tag] = []
    for tag in tags:
        found = _outside(tag, middle_of(shapes[tag.at]), country, ground)
        if found is None:
            left.append(tag)
        else:
            ground.take(found.box)
            ground.leaders.append(found.leader)
            placed.append(found)
    return placed, left


def middle_of(shape: shapely.Geometry) -> Floats:
    """Give the point that lies deepest inside a unit."""
    largest = max(shapely.get_parts(shape), key=lambda part: float(shapely.area(part)))
    left, top, right, bottom = shapely.bounds(largest)
    circle = shapely.maximum_inscribed_circle(largest, max(right - left, bottom - top) * _FINE)
    found: Floats = shapely.get_coordinates(circle)[0]
    return found


def lines_size(lines: Sequence[tuple[str, bool]], size: float) -> tuple[float, float]:
    """Give width and height of some lines in millimetres."""
    width = max(text_width(text, size, bold=bold) for text, bold in lines)
    return width, len(lines) * size * LINE * MM_PER_POINT


def _forms(tag: Tag) -> Iterator[tuple[tuple[tuple[str, bool], ...], float]]:
    """Give the ways to write a text, the best first."""
    for size in tag.sizes:
        yield tag.lines, size
        if len(tag.lines) > 1:
            yield ((" ".join(text for text, _ in tag.lines), True),), size


def _inside(tag: Tag, shape: shapely.Geometry, ground: Ground) -> Placed | None:
    if shapely.is_empty(shape) or not shapely.area(shape) > 0:
        return None
    shapely.prepare(shape)
    centres = _trials(shape)
    ways = (ground.free,) if shapely.is_empty(ground.above) else (ground.clear, ground.free)
    for free, (lines, size) in product(ways, _forms(tag)):
        width, height = lines_size(lines, size)
        half = np.array([width / 2 + _AIR / 2, height / 2 + _AIR / 2])
        low, high = centres - half, centres + half
        boxes = shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1])
        good = shapely.contains(shape, boxes) & free(centres, width, height)
        if good.any():
            return Placed(tag, lines, size, _around(centres[np.argmax(good)], width, height))
    return None


def _trials(shape: shapely.Geometry) -> Floats:
    """Give places in a unit, from its middle outwards."""
    middle = middle_of(shape)
    left, top, right, bottom = shapely.bounds(shape)
    grid = np.array(
        np.meshgrid(np.linspace(left, right, _GRID), np.linspace(top, bottom, _GRID))
    ).reshape(2, -1)
    places = np.vstack([middle, grid.T])
    order = np.argsort(np.hypot(*(places - middle).T), kind="stable")
    found: Floats = places[order]
    return found


def _outside(tag: Tag, start: Floats, country: shapely.Geometry, ground: Ground) -> Placed | None:
    """Find the shortest way out of the country that crosses no other text."""
    lines, size = next(_forms(tag))
    width, height = lines_size(lines, size)
    turns = np.arange(_TURNS) * 2 * np.pi / _TURNS
    for reach in np.arange(*_REACH):
        ways = np.column_stack([np.cos(turns), np.sin(turns)])
        away = reach + np.abs(ways) @ np.array([width, height]) / 2
        centres = start + ways * away[:, None]
        good = ground.free(centres, width, height)
        for at in np.flatnonzero(good):
            box = _around(centres[at], width, height)
            if shapely.dwithin(country, box.shape, _CLEAR):
                continue
            leader = _leader(start, box)
            if not _crosses(leader, ground):
                return Placed(tag, lines, size, box, leader)
    return None


def _leader(start: Floats, box: Box) -> shapely.Geometry:
    """Give the line from a unit to the nearest side of a text."""
    end = shapely.get_coordinates(shapely.shortest_line(shapely.points(start), box.shape))[1]
    return shapely.linestrings([start, end])


def _crosses(leader: shapely.Geometry, ground: Ground) -> bool:
    texts = any(shapely.intersects(leader, box.shape) for box in ground.boxes)
    return texts or any(shapely.intersects(leader, other) for other in ground.leaders)


def _around(centre: Floats, width: float, height: float) -> Box:
    return Box(float(centre[0] - width / 2), float(centre[1] - height / 2), width, height)
