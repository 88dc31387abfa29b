"""What a page is drawn from: fills, strokes and words in millimetres, for every format."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import shapely

from maligeo.look import MISSING_COLOUR, Pattern

Side = Literal["left", "middle", "right"]
Floats = npt.NDArray[np.float64]

MM_PER_POINT = 25.4 / 72
INK = "#10202c"
QUIET = "#4a5660"
RULE = "#b6c0c8"


@dataclass(frozen=True)
class Fill:
    """Polygons of one colour.

    Attributes
    ----------
    shape : shapely.Geometry
        Polygons in millimetres from the upper left corner; they may overlap.
    colour : str or None
        Colour of the inside, "#rrggbb"; None leaves it open.
    edge : str or None
        Colour of the border; None draws none.
    width : float
        Width of the border in millimetres.
    opacity : float
        Of the inside, from 0 to 1.
    name : str
        What it shows, such as the name of a unit, for programs that list shapes; may be empty.
    """

    shape: shapely.Geometry
    colour: str | None
    edge: str | None = None
    width: float = 0.2
    opacity: float = 1.0
    name: str = ""


@dataclass(frozen=True)
class Stroke:
    """Lines of one colour.

    Attributes
    ----------
    shape : shapely.Geometry
        Lines in millimetres from the upper left corner.
    colour : str
        "#rrggbb".
    width : float
        In millimetres.
    dash : tuple of float
        Lengths of dash and space in millimetres; empty for an unbroken line.
    """

    shape: shapely.Geometry
    colour: str
    width: float = 0.2
    dash: tuple[float, ...] = ()


@dataclass(frozen=True)
class Words:
    """One line of text.

    Attributes
    ----------
    x, y : float
        End or middle of the base line, in millimetres from the upper left corner.
    text : str
        The text, without line breaks.
    size : float
        In points.
    bold : bool
        Whether it is bold.
    colour : str
        "#rrggbb".
    side : {"left", "middle", "right"}
        Which part of the line stands at `x`.
    """

    x: float
    y: float
    text: str
    size: float
    bold: bool = False
    colour: str = INK
    side: Side = "left"


Shape = Fill | Stroke | Words


@dataclass
class Drawing:
    """A page or a part of one: shapes in the order in which they are drawn.

    Attributes
    ----------
    width, height : float
        In millimetres.
    shapes : list of Shape
        Later ones lie above.
    """

    width: float
    height: float
    shapes: list[Shape] = field(default_factory=list)

    def add(self, *shapes: Shape) -> None:
        """Draw shapes above what is there."""
        self.shapes.extend(shapes)

    def put(self, other: "Drawing", x: float, y: float) -> None:
        """Draw another drawing with its upper left corner at a point."""
        self.shapes.extend(moved(shape, x, y) for shape in other.shapes)


def moved(shape: Shape, x: float, y: float) -> Shape:
    """Give a shape moved to the right and down, in millimetres."""
    if isinstance(shape, Words):
        return replace(shape, x=shape.x + x, y=shape.y + y)
    there = shapely.transform(shape.shape, lambda places: places + np.array([x, y]))
    return replace(shape, shape=there)


def line(*places: tuple[float, float]) -> shapely.Geometry:
    """Give the line through some places."""
    return shapely.linestrings(np.array(places, dtype=np.float64))


def rectangle(x: float, y: float, width: float, height: float) -> shapely.Geometry:
    """Give a rectangle by its upper left corner and its size."""
    return shapely.box(x, y, x + width, y + height)


def paths(shape: shapely.Geometry) -> Iterable[tuple[Floats, bool]]:
    """Give the coordinates of each ring or line of a shape, and whether it is closed."""
    for part in shapely.get_parts(shape, return_index=False).ravel():
        if shapely.is_empty(part):
            continue
        kind = shapely.get_type_id(part)
        if kind == shapely.GeometryType.POLYGON:
            for ring in shapely.get_rings(shapely.orient_polygons(part)):
                yield shapely.get_coordinates(ring), True
        elif kind in (shapely.GeometryType.LINESTRING, shapely.GeometryType.LINEARRING):
            yield shapely.get_coordinates(part), False
        elif kind > shapely.GeometryType.POLYGON:
            yield from paths(part)


MISSING_LINE: Final = "#98a1a8"
PALE_LINE: Final = "#cfd5d9"
_ANGLES: Final[dict[str, tuple[float, ...]]] = {
    "rising": (45.0,),
    "cross": (45.0, -45.0),
    "level": (0.0,),
    "upright": (90.0,),
    "dots": (),
    "empty": (),
}
_DOT: Final = 0.16  # of the spacing, the radius of a dot


def missing(
    shape: shapely.Geometry, *, spacing: float = 1.7, pale: bool = False, name: str = ""
) -> list[Shape]:
    """Hatch a polygon as what is not known.

    Parameters
    ----------
    shape : shapely.Geometry
        Polygon in millimetres.
    spacing : float, default 1.7
        Distance of the lines in millimetres.
    pale : bool, default False
        Whether the map is about another unit.
    name : str, optional
        What the polygon shows.
    """
    lines = hatch(shape, "rising", spacing=spacing)
    colour = PALE_LINE if pale else MISSING_LINE
    return [Fill(shape, MISSING_COLOUR, name=name), Stroke(lines, colour, width=0.35)]


def patterned(
    shape: shapely.Geometry, colour: str, pattern: Pattern, *, spacing: float = 1.2
) -> list[Shape]:
    """Draw a polygon in a pattern, with its border.

    Parameters
    ----------
    shape : shapely.Geometry
        Polygon in millimetres.
    colour : str
        Colour of pattern and border.
    pattern : {"rising", "cross", "dots", "level", "upright", "empty"}
        The pattern.
    spacing : float, default 1.2
        Distance of lines or dots in millimetres.
    """
    marks = hatch(shape, pattern, spacing=spacing)
    inside: Shape = Fill(marks, colour) if pattern == "dots" else Stroke(marks, colour, width=0.22)
    return [Fill(shape, colour, opacity=0.18), inside, Fill(shape, None, colour, width=0.3)]


def dots_over(shape: shapely.Geometry, *, spacing: float = 1.7) -> list[Shape]:
    """Strew white dots over a polygon, whose finding is not certain."""
    return [Fill(hatch(shape, "dots", spacing=spacing), "#ffffff")]


def hatch(shape: shapely.Geometry, pattern: Pattern, *, spacing: float) -> shapely.Geometry:
    """Give the lines or dots of a pattern within a polygon, the same on the whole page."""
    if shapely.is_empty(shape) or pattern == "empty":
        return shapely.MultiLineString()
    if pattern == "dots":
        return shapely.intersection(shape, _dots(shape, spacing))
    lines = [_lines(shape, angle, spacing) for angle in _ANGLES[pattern]]
    return shapely.intersection(shape, shapely.multilinestrings(np.concatenate(lines)))


def _lines(shape: shapely.Geometry, angle: float, spacing: float) -> list[shapely.Geometry]:
    """Give parallel lines over a polygon, at whole multiples of the spacing from the corner."""
    turn = np.deg2rad(angle)
    along, across = np.array([np.cos(turn), -np.sin(turn)]), np.array([np.sin(turn), np.cos(turn)])
    corners = shapely.get_coordinates(shapely.envelope(shape))
    near, far = np.floor((corners @ across).min() / spacing), (corners @ across).max() / spacing
    start, end = (corners @ along).min(), (corners @ along).max()
    offsets = np.arange(near, far + 1)[:, None] * spacing * across
    return list(shapely.linestrings(np.stack([offsets + start * along, offsets + end * along], 1)))


def _dots(shape: shapely.Geometry, spacing: float) -> shapely.Geometry:
    left, top, right, bottom = shapely.bounds(shape)
    columns = np.arange(np.floor(left / spacing), right / spacing + 1) * spacing
    rows = np.arange(np.floor(top / spacing), bottom / spacing + 1) * spacing
    grid = np.array(np.meshgrid(columns, rows)).reshape(2, -1).T
    dots = shapely.buffer(shapely.points(grid), _DOT * spacing, quad_segs=3)
    return shapely.multipolygons(dots)
