"""Pages of maps laid out for a test, and what can be asked of them."""

from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from maligeo.paper.drawing.fonts import text_width
from maligeo.paper.drawing.shapes import MM_PER_POINT, Drawing, Fill, Words
from maligeo.paper.map.figure import compose_map
from maligeo.paper.options import MapOptions


def pages(table: pd.DataFrame, units: gpd.GeoDataFrame, **options: Any) -> list[Drawing]:
    """Lay out the pages of a map for the house."""
    chosen = MapOptions(**options)
    return compose_map(table, units, options=chosen, audience="internal", several=True)[1]


def words_of(drawings: list[Drawing]) -> list[str]:
    """List all texts in the order in which they are drawn."""
    return [one.text for page in drawings for one in page.shapes if isinstance(one, Words)]


def box_of(one: Words) -> shapely.Geometry:
    """Give the room that a text takes: from its descenders to its capitals."""
    width, size = text_width(one.text, one.size, bold=one.bold), one.size * MM_PER_POINT
    left = {"left": one.x, "middle": one.x - width / 2, "right": one.x - width}[one.side]
    return shapely.box(left, one.y - 0.73 * size, left + width, one.y + 0.15 * size)


def overlaps(page: Drawing) -> list[tuple[str, str]]:
    """List the pairs of texts that cover one another."""
    texts = [one for one in page.shapes if isinstance(one, Words) and one.text.strip()]
    boxes = [box_of(one) for one in texts]
    left, right = shapely.STRtree(boxes).query(boxes, predicate="overlaps")
    inside, outside = shapely.STRtree(boxes).query(boxes, predicate="contains_properly")
    pairs = [*zip(left, right, strict=True), *zip(inside, outside, strict=True)]
    return [(texts[a].text, texts[b].text) for a, b in pairs if a < b]


def outside(page: Drawing, margin: float = 5.0) -> list[str]:
    """List the texts that leave the page or come too near its edge."""
    paper = shapely.box(margin, margin, page.width - margin, page.height - margin)
    texts = [one for one in page.shapes if isinstance(one, Words)]
    return [one.text for one in texts if one.text.strip() and not box_of(one).within(paper)]


def colour_at(page: Drawing, x: float, y: float) -> str | None:
    """Give the colour that lies uppermost at a place."""
    place = shapely.points(x, y)
    fills = [one for one in page.shapes if isinstance(one, Fill) and one.colour]
    return next((one.colour for one in reversed(fills) if one.shape.intersects(place)), None)
