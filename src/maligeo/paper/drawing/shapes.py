"""What a page is drawn from: fills, strokes and words in millimetres, for every format."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
import shapely

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
    """

    shape: shapely.Geometry
    colour: str | None
    edge: str | None = None
    width: float = 0.2
    opacity: float = 1.0


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
        return Words(
            shape.x + x, shape.y + y, shape.text, shape.size, shape.bold, shape.colour, shape.side
        )
    there = shapely.transform(shape.shape, lambda places: places + np.array([x, y]))
    if isinstance(shape, Fill):
        return Fill(there, shape.colour, shape.edge, shape.width, shape.opacity)
    return Stroke(there, shape.colour, shape.width, shape.dash)


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
