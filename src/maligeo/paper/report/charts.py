"""Charts of a report: the trend of a measure, and where in the country a unit lies."""

import math
from collections.abc import Sequence
from typing import Final

import geopandas as gpd
import pandas as pd
import shapely

from maligeo.core import words
from maligeo.core.crs import Bounds
from maligeo.look import roundest
from maligeo.look.outlines import outlines
from maligeo.paper.drawing.shapes import (
    MM_PER_POINT,
    QUIET,
    RULE,
    Drawing,
    Fill,
    Stroke,
    Words,
    line,
    missing,
    rectangle,
)
from maligeo.paper.map.basemap import water_shapes
from maligeo.paper.map.projection import Box, aspect, fitted
from maligeo.paper.report.numbers import TrendPoint, has_trend

COLOURS: Final = ("#8c1020", "#1f5f99", "#14694a", "#7a4b00", "#5a2a83", "#4a4f55")
_LEFT, _TOP, _BOTTOM = 9.0, 7.5, 6.0  # millimetres around the plot
_GAP_HEIGHT: Final = 3.2
_LETTER: Final = 0.62  # ems that a letter takes at most, on average
_MOST_VALUES, _HIGHEST = 12, 2
_EMPTY: Final = 7.0  # millimetres of a chart without a value
_TICKS: Final = 4
_MOST_YEARS: Final = 9
_SIZE: Final = 6.2  # points
_ONE_DAY: Final = pd.Timedelta(days=1)


def trend_chart(
    points: Sequence[TrendPoint], width: float, height: float, language: str
) -> Drawing:
    """Draw the values of a unit over time, each over the whole of its period.

    Parameters
    ----------
    points : sequence of TrendPoint
        Oldest first; one without a value is a gap, and is hatched at the foot.
    width, height : float
        Of the chart, in millimetres.
    language : {"fr", "en"}
        Language of the texts.

    Returns
    -------
    Drawing
        Values of one publisher are joined where one period follows the other without a
        day between; nothing is joined over a gap or between publishers.
    """
    drawing = Drawing(width, height)
    if not has_trend(points):
        drawing.height = _EMPTY
        text = words.word("report.no_trend", language)
        drawing.add(Words(0, _EMPTY * 0.6, text, _SIZE + 1, colour=QUIET))
        return drawing
    scale = _Scale(points, width, height)
    _draw_axes(drawing, scale, language)
    publishers = list(dict.fromkeys(point.publisher for point in points))
    colours = {one: COLOURS[at % len(COLOURS)] for at, one in enumerate(publishers)}
    _draw_gaps(drawing, points, scale, language)
    for point in points:
        _draw_band(drawing, point, scale, colours[point.publisher])
    for point in points:
        _draw_value(drawing, point, scale, colours[point.publisher])
    _join(drawing, points, scale, colours)
    _write_values(drawing, points, scale, colours)
    _write_publishers(drawing, colours)
    return drawing


class _Scale:
    """From days and values to millimetres."""

    def __init__(self, points: Sequence[TrendPoint], width: float, height: float) -> None:
        self.start = min(point.start for point in points)
        self.end = max(point.end for point in points) + _ONE_DAY
        highest = max(max(point.value or 0.0, point.high or 0.0) for point in points)
        self.step = roundest(highest / _TICKS * 0.8, max(highest / _TICKS * 1.6, 1e-9)) or 1.0
        self.top = self.step * math.ceil(max(highest, self.step) / self.step - 1e-9)
        self.left, self.right = _LEFT, width - 2.0
        self.upper, self.lower = _TOP, height - _BOTTOM - _GAP_HEIGHT

    def x(self, day: pd.Timestamp) -> float:
        share = (day - self.start) / (self.end - self.start)
        return self.left + float(share) * (self.right - self.left)

    def y(self, value: float) -> float:
        return self.lower - value / self.top * (self.lower - self.upper)


def _draw_axes(drawing: Drawing, scale: _Scale, language: str) -> None:
    count = round(scale.top / scale.step)
    for at in range(count + 1):
        value = at * scale.step
        y = scale.y(value)
        drawing.add(Stroke(line((scale.left, y), (scale.right, y)), RULE, 0.12))
        text = words.number_text(value, language, decimals=0 if scale.step >= 1 else 2)
        base = y + _SIZE * MM_PER_POINT * 0.35
        drawing.add(Words(scale.left - 1, base, text, _SIZE, colour=QUIET, side="right"))
    first, last = scale.start.year, scale.end.year
    every = max(1, -(-(last - first + 1) // _MOST_YEARS))
    foot = drawing.height - _BOTTOM
    for year in range(first, last + 1, every):
        x = max(scale.x(pd.Timestamp(year, 1, 1)), scale.left)
        if x > scale.right - 2:
            continue
        drawing.add(Stroke(line((x, foot), (x, foot + 1.2)), QUIET, 0.15))
        if x < scale.right - 7:
            base = foot + 1.6 + _SIZE * MM_PER_POINT
            drawing.add(Words(x, base, str(year), _SIZE, colour=QUIET))


def _draw_gaps(
    drawing: Drawing, points: Sequence[TrendPoint], scale: _Scale, language: str
) -> None:
    """Hatch at the foot the days for which no figure of the unit is known."""
    known = [_span(point, scale) for point in points if point.value is not None]
    covered = shapely.union_all([shapely.box(start, 0.0, end, 1.0) for start, end in known])
    whole = shapely.box(scale.left, 0.0, scale.right, 1.0)
    top = scale.lower
    for part in shapely.get_parts(shapely.difference(whole, covered)):
        start, _, end, _ = shapely.bounds(part)
        if shapely.is_empty(part) or end - start < 0.2:
            continue
        drawing.add(*missing(rectangle(start, top, end - start, _GAP_HEIGHT), spacing=1.1))
        text = words.word("value.missing", language)
        if end - start > _width(text) + 2:
            base = top + _GAP_HEIGHT * 0.72
            middle = (start + end) / 2
            half = _width(text) / 2 + 0.6
            drawing.add(
                Fill(rectangle(middle - half, top + 0.3, 2 * half, _GAP_HEIGHT - 0.6), "#ffffff"),
                Words(middle, base, text, _SIZE - 0.8, colour=QUIET, side="middle"),
            )


def _span(point: TrendPoint, scale: _Scale) -> tuple[float, float]:
    return scale.x(point.start), scale.x(point.end + _ONE_DAY)


def _draw_band(drawing: Drawing, point: TrendPoint, scale: _Scale, colour: str) -> None:
    if point.value is None or point.low is None or point.high is None:
        return
    start, end = _span(point, scale)
    top, bottom = scale.y(point.high), scale.y(point.low)
    drawing.add(Fill(rectangle(start, top, end - start, bottom - top), colour, opacity=0.2))


def _draw_value(drawing: Drawing, point: TrendPoint, scale: _Scale, colour: str) -> None:
    if point.value is None:
        return
    start, end = _span(point, scale)
    y = scale.y(point.value)
    drawing.add(Stroke(line((start, y), (max(end, start + 0.6), y)), colour, 0.7))


def _join(
    drawing: Drawing, points: Sequence[TrendPoint], scale: _Scale, colours: dict[str, str]
) -> None:
    """Join values of one publisher whose periods meet without a day between."""
    for before in points:
        for after in points:
            meets = after.publisher == before.publisher and after.start == before.end + _ONE_DAY
            if not meets or before.value is None or after.value is None:
                continue
            x = scale.x(after.start)
            ends = ((x, scale.y(before.value)), (x, scale.y(after.value)))
            drawing.add(Stroke(line(*ends), colours[after.publisher], 0.25))


def _write_values(
    drawing: Drawing, points: Sequence[TrendPoint], scale: _Scale, colours: dict[str, str]
) -> None:
    """Write values above their strokes, those that cover no other; of many only a few."""
    taken: list[shapely.Geometry] = []
    known = [point for point in points if point.value is not None]
    chosen = sorted(known, key=lambda one: -(one.value or 0.0))
    if len(known) > _MOST_VALUES:
        chosen = [known[-1], *chosen[:_HIGHEST]]
    for point in chosen:
        if point.value is None:
            continue
        width = _width(point.text)
        middle = sum(_span(point, scale)) / 2
        middle = min(max(middle, scale.left + width / 2), scale.right - width / 2)
        base = scale.y(max(point.value, point.high or 0.0)) - 0.9
        box = rectangle(middle - width / 2, base - 2.2, width, 2.8)
        if any(shapely.intersects(box, other) for other in taken):
            continue
        taken.append(box)
        colour = colours[point.publisher]
        drawing.add(Words(middle, base, point.text, _SIZE, True, colour, "middle"))


def _write_publishers(drawing: Drawing, colours: dict[str, str]) -> None:
    x = _LEFT
    for publisher, colour in colours.items():
        if not publisher:
            continue
        drawing.add(Stroke(line((x, 1.6), (x + 4, 1.6)), colour, 0.7))
        drawing.add(Words(x + 5, 2.4, publisher, _SIZE, colour=QUIET))
        x += 9 + _width(publisher)


def _width(text: str) -> float:
    """Give the width that a text takes at most; charts also stand where no font is known."""
    return len(text) * _LETTER * _SIZE * MM_PER_POINT


_SIMPLER: Final = 0.12  # millimetres
_GROUND, _UNIT, _FOCUS = "#ffffff", "#dfe4e8", "#1f5f99"
_BORDER, _RIM = "#ffffff", "#49545d"
_ROOM: Final = 0.02
_RIVER: Final = 0.2  # millimetres
_LEAST: Final = 1.2  # millimetres: a smaller unit gets a ring


def locator_map(units: gpd.GeoDataFrame, at: int, width: float, height: float) -> Drawing:
    """Draw all units, and one of them dark.

    Parameters
    ----------
    units : geopandas.GeoDataFrame, EPSG:4326
        The units.
    at : int
        Row position of the one.
    width, height : float
        Most room, in millimetres; the map is as large as its shape lets it.
    """
    west, south, east, north = (float(side) for side in units.total_bounds)
    wide, high = _ROOM * (east - west), _ROOM * (north - south)
    bounds = Bounds(west - wide, south - high, east + wide, north + high)
    shape = aspect(bounds)
    width, height = min(width, height * shape), min(height, width / shape)
    drawing = Drawing(width, height)
    projection = fitted(bounds, Box(0, 0, width, height))
    shapes = shapely.coverage_simplify(projection.shape(outlines(units).shapes), _SIMPLER)
    for row, unit in enumerate(shapes):
        drawing.add(Fill(unit, _FOCUS if row == at else _UNIT, _BORDER, 0.15))
    drawing.add(*water_shapes(projection, projection.box, _RIVER))
    drawing.add(Stroke(shapely.boundary(shapely.union_all(shapes)), _RIM, 0.3))
    left, top, right, bottom = shapely.bounds(shapes[at])
    if max(right - left, bottom - top) < _LEAST:
        ring = shapely.boundary(shapely.buffer(shapely.centroid(shapes[at]), _LEAST))
        drawing.add(Stroke(ring, _FOCUS, 0.5))
    return drawing
