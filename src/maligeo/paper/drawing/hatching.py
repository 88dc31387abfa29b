"""Patterns that hold in print: lines and dots within a polygon."""

from typing import Final

import numpy as np
import shapely

from maligeo.look import MISSING_COLOUR, Pattern
from maligeo.paper.drawing.shapes import Fill, Shape, Stroke

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


def missing(shape: shapely.Geometry, *, spacing: float = 1.7, pale: bool = False) -> list[Shape]:
    """Hatch a polygon as what is not known.

    Parameters
    ----------
    shape : shapely.Geometry
        Polygon in millimetres.
    spacing : float, default 1.7
        Distance of the lines in millimetres.
    pale : bool, default False
        Whether the map is about another unit.
    """
    lines = hatch(shape, "rising", spacing=spacing)
    colour = PALE_LINE if pale else MISSING_LINE
    return [Fill(shape, MISSING_COLOUR), Stroke(lines, colour, width=0.35)]


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
