"""Shapes as office programs edit them (DrawingML: ECMA-376-1, 20.1)."""

from html import escape
from itertools import pairwise
from typing import Final

import numpy as np
import shapely

from maligeo.paper.drawing.fonts import printable, text_width
from maligeo.paper.drawing.shapes import (
    MM_PER_POINT,
    Drawing,
    Fill,
    Floats,
    Stroke,
    Words,
    paths,
)
from maligeo.paper.map.projection import Box

EMU: Final = 36_000  # English metric units in a millimetre
MAIN: Final = "http://schemas.openxmlformats.org/drawingml/2006/main"
_ASCENT, _LINE = 0.905, 1.15  # of the size: above the base line, and of a whole line
_SLACK: Final = 0.5  # millimetres to which a box of text is wider
_LEAST: Final = 1  # extent of a level or upright line, in English metric units
_WHOLE: Final = 100_000  # of an opacity, and of a length in widths of a line


def emu(millimetres: float) -> int:
    """Give a length in the unit of office programs."""
    return round(millimetres * EMU)


def colour_xml(colour: str, opacity: float = 1.0) -> str:
    """Give the filling with a colour, "#rrggbb"."""
    alpha = f'<a:alpha val="{round(opacity * _WHOLE)}"/>' if opacity < 1 else ""
    return f'<a:solidFill><a:srgbClr val="{colour[1:].upper()}">{alpha}</a:srgbClr></a:solidFill>'


def box_xml(box: Box) -> str:
    """Give the place of a shape."""
    return (
        f'<a:xfrm><a:off x="{emu(box.x)}" y="{emu(box.y)}"/>'
        f'<a:ext cx="{max(emu(box.width), _LEAST)}" cy="{max(emu(box.height), _LEAST)}"/></a:xfrm>'
    )


def group_xml(box: Box, *, at: Box) -> str:
    """Give the place of a group whose shapes stand in a box of their own coordinates."""
    inner = box_xml(box)[len("<a:xfrm>") : -len("</a:xfrm>")]
    inner = inner.replace("a:off", "a:chOff").replace("a:ext", "a:chExt")
    return box_xml(at).replace("</a:xfrm>", f"{inner}</a:xfrm>")


def text_box(words: Words) -> Box:
    """Give the box of a line of text; one that is set in another typeface is never wider."""
    size = words.size * MM_PER_POINT
    width = text_width(words.text, words.size, bold=words.bold) + _SLACK
    left = {"left": words.x, "middle": words.x - width / 2, "right": words.x - width}[words.side]
    return Box(left, words.y - _ASCENT * size, width, _LINE * size)


def shape_xml(shape: Fill | Stroke) -> str:
    """Give place, outline, filling and border of a shape."""
    box = box_of(shape)
    is_filled = isinstance(shape, Fill) and shape.colour is not None
    outline = "".join(_path_xml(places, closed, box) for places, closed in paths(shape.shape))
    open_ = "" if is_filled else ' fill="none"'
    path = (
        f'<a:path w="{max(emu(box.width), _LEAST)}" h="{max(emu(box.height), _LEAST)}"'
        f"{open_}>{outline}</a:path>"
    )
    geometry = (
        "<a:custGeom><a:avLst/><a:gdLst/><a:ahLst/><a:cxnLst/>"
        f'<a:rect l="0" t="0" r="r" b="b"/><a:pathLst>{path}</a:pathLst></a:custGeom>'
    )
    return box_xml(box) + geometry + _inside_xml(shape) + _line_xml(shape)


def box_of(shape: Fill | Stroke | Words) -> Box:
    """Give the box of a shape."""
    if isinstance(shape, Words):
        return text_box(shape)
    left, top, right, bottom = (float(side) for side in shapely.bounds(shape.shape))
    return Box(left, top, right - left, bottom - top)


def box_of_all(drawing: Drawing) -> Box:
    """Give the box of all shapes of a drawing."""
    boxes = [box_of(shape) for shape in shown(drawing)]
    left, top = min(box.x for box in boxes), min(box.y for box in boxes)
    right, bottom = max(box.right for box in boxes), max(box.bottom for box in boxes)
    return Box(left, top, right - left, bottom - top)


def shown(drawing: Drawing) -> list[Fill | Stroke | Words]:
    """Give the shapes that show something."""
    return [
        shape
        for shape in drawing.shapes
        if (shape.text.strip() if isinstance(shape, Words) else not shapely.is_empty(shape.shape))
    ]


def name_of(shape: Fill | Stroke | Words) -> str:
    """Give the name under which programs list a shape; empty where it has none."""
    name = shape.text if isinstance(shape, Words) else getattr(shape, "name", "")
    return quoted(name)


def quoted(text: str) -> str:
    """Write a text as it stands in XML, in an element or an attribute."""
    return escape(printable(text))


def _path_xml(places: Floats, closed: bool, box: Box) -> str:
    """Draw a ring or a line, in English metric units from the corner of its box."""
    corners = np.rint((places - [box.x, box.y]) * EMU).astype(int).tolist()
    corners = corners[:-1] if closed else corners
    kept = [corners[0], *(after for before, after in pairwise(corners) if after != before)]
    first, *others = (f'<a:pt x="{x}" y="{y}"/>' for x, y in kept)
    lines = "".join(f"<a:lnTo>{point}</a:lnTo>" for point in others)
    return f"<a:moveTo>{first}</a:moveTo>{lines}{'<a:close/>' if closed else ''}"


def _inside_xml(shape: Fill | Stroke) -> str:
    if isinstance(shape, Stroke) or shape.colour is None:
        return "<a:noFill/>"
    return colour_xml(shape.colour, shape.opacity)


def _line_xml(shape: Fill | Stroke) -> str:
    colour = shape.colour if isinstance(shape, Stroke) else shape.edge
    if colour is None:
        return "<a:ln><a:noFill/></a:ln>"
    dash = ""
    if isinstance(shape, Stroke) and shape.dash:
        line, gap = (round(length / shape.width * _WHOLE) for length in shape.dash[:2])
        dash = f'<a:custDash><a:ds d="{line}" sp="{gap}"/></a:custDash>'
    return f'<a:ln w="{emu(shape.width)}">{colour_xml(colour)}{dash}<a:round/></a:ln>'
