"""What stands on every map: the scale bar, the north arrow, the graticule."""

import math
from dataclasses import dataclass
from typing import Final

import shapely

from maligeo.core import words
from maligeo.paper.drawing.fonts import text_width
from maligeo.paper.drawing.shapes import (
    INK,
    MM_PER_POINT,
    QUIET,
    Drawing,
    Fill,
    Stroke,
    Words,
    line,
    rectangle,
)
from maligeo.paper.map.projection import MM_PER_M, Projection

_BAR_SHARE: Final = 0.28  # of the width of the map, at most
_LONGEST_BAR: Final = 60.0  # millimetres
_THICK: Final = 1.2
_PAD: Final = 1.6
_ARROW: Final = 7.0  # millimetres
_STEPS: Final = (10.0, 5.0, 2.0, 1.0, 0.5, 0.2, 0.1)  # degrees
_FEWEST_LINES: Final = 3


@dataclass(frozen=True)
class Bar:
    """A scale bar.

    Attributes
    ----------
    km : float
        Its length on the ground, along the parallel of true lengths.
    millimetres : float
        Its length on the page.
    """

    km: float
    millimetres: float


def scale_bar(projection: Projection) -> Bar:
    """Choose the longest bar of 1, 2 or 5 times a power of ten kilometres that has room.

    Parameters
    ----------
    projection : Projection
        The map.
    """
    room = min(projection.box.width * _BAR_SHARE, _LONGEST_BAR)
    most = room * projection.denominator / MM_PER_M / 1000
    power = 10.0 ** math.floor(math.log10(most))
    km = max(step * power for step in (1, 2, 5) if step * power <= most)
    return Bar(km, km * 1000 * MM_PER_M / projection.denominator)


def scale_block(projection: Projection, size: float, language: str) -> Drawing:
    """Draw the scale bar with its numbers, the scale in figures and the north arrow.

    Parameters
    ----------
    projection : Projection
        The map.
    size : float
        Size of its text in points.
    language : {"fr", "en"}
        Language of the texts.
    """
    bar = scale_bar(projection)
    scale = words.word("paper.scale", language).format(
        denominator=words.number_text(projection.denominator, language)
    )
    ends = [words.number_text(bar.km * part, language, decimals=3) for part in (0.5, 1)]
    last = f"{ends[1]}{words.NO_BREAK_SPACE}km"
    left = _ARROW + _PAD + text_width("0", size) / 2
    right = max(bar.millimetres + text_width(last, size) / 2, text_width(scale, size))
    height = _THICK + 2.2 * size * MM_PER_POINT + 3 * _PAD
    drawing = Drawing(left + right + _PAD, max(height, _ARROW + 2 * _PAD))
    drawing.add(Fill(rectangle(0, 0, drawing.width, drawing.height), "#ffffff", opacity=0.82))
    baseline = _PAD + size * MM_PER_POINT * 0.8
    top = baseline + 0.8
    for at, text in zip((0, 0.5, 1), ("0", ends[0], last), strict=True):
        drawing.add(Words(left + at * bar.millimetres, baseline, text, size, side="middle"))
    half = bar.millimetres / 2
    drawing.add(
        Fill(rectangle(left, top, bar.millimetres, _THICK), "#ffffff", INK, 0.2),
        Fill(rectangle(left, top, half, _THICK), INK, INK, 0.2),
        Words(left, top + _THICK + size * MM_PER_POINT * 1.3, scale, size, colour=QUIET),
    )
    drawing.put(_north_arrow(size), 0, (drawing.height - _ARROW) / 2)
    return drawing


def _north_arrow(size: float) -> Drawing:
    """Draw an arrow to the north, which is up everywhere on this projection."""
    drawing = Drawing(_ARROW, _ARROW)
    middle = _ARROW / 2
    top, bottom = 0.0, _ARROW - size * MM_PER_POINT
    left = shapely.polygons([(middle, top), (middle - 1.6, bottom), (middle, bottom - 1.1)])
    right = shapely.polygons([(middle, top), (middle + 1.6, bottom), (middle, bottom - 1.1)])
    drawing.add(
        Fill(left, INK, INK, 0.15),
        Fill(right, "#ffffff", INK, 0.15),
        Words(middle, _ARROW, "N", size, bold=True, side="middle"),
    )
    return drawing


def graticule(projection: Projection, size: float, language: str) -> Drawing:
    """Draw meridians and parallels, which are straight here, with their degrees.

    Parameters
    ----------
    projection : Projection
        The map.
    size : float
        Size of its text in points.
    language : {"fr", "en"}
        Language of the letters of the compass.
    """
    box = projection.box
    drawing = Drawing(box.right, box.bottom)
    west, south, east, north = projection.bounds
    step = _step(min(east - west, north - south))
    for degrees in _multiples(step, west, east):
        x = float(projection.place([degrees], [projection.latitude])[0, 0])
        text = _degrees(degrees, "EW", language)
        drawing.add(_thin(line((x, box.y), (x, box.bottom))))
        drawing.add(Words(x + 0.6, box.bottom - 1.8, text, size, colour=QUIET))
    for degrees in _multiples(step, south, north):
        y = float(projection.place([0.0], [degrees])[0, 1])
        text = _degrees(degrees, "NS", language)
        drawing.add(_thin(line((box.x, y), (box.right, y))))
        drawing.add(Words(box.x + 1.6, y - 0.6, text, size, colour=QUIET))
    return drawing


def _thin(shape: shapely.Geometry) -> Stroke:
    return Stroke(shape, "#9aa6ae", 0.12, (0.8, 0.8))


def _step(span: float) -> float:
    """Choose the largest round step that gives a few lines."""
    return next((one for one in _STEPS if span / one >= _FEWEST_LINES), _STEPS[-1])


def _multiples(step: float, low: float, high: float) -> list[float]:
    return [round(at * step, 2) for at in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _degrees(value: float, letters: str, language: str) -> str:
    number = words.number_text(abs(value), language, decimals=1)
    if value == 0:
        return f"{number}°"
    letter = letters[0] if value > 0 else letters[1]
    west = words.word("paper.west", language)
    return f"{number}°{words.NO_BREAK_SPACE}{west if letter == 'W' else letter}"


def frame(projection: Projection) -> Stroke:
    """Draw the border of the map."""
    box = projection.box
    corners = ((box.x, box.y), (box.right, box.y), (box.right, box.bottom), (box.x, box.bottom))
    return Stroke(line(*corners, corners[0]), QUIET, 0.25)
