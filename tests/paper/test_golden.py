"""Maps on paper against pictures of how they looked when somebody looked at them.

To renew the pictures after a change that is meant, run these tests once with
MALIGEO_RENEW_GOLDEN=1, look at every changed file in `golden/`, and commit it with the
change. The comparison is blind to the smoothing of letters and lines, which differs
between versions of Matplotlib: both pictures are reduced to blocks of 6 by 6 pixels, and
a block counts as changed only if a channel differs by more than 28 of 255.
"""

import io
import os
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from PIL import Image

from maligeo import look
from maligeo.paper import MapOptions
from maligeo.paper.drawing.pdf import png_bytes
from maligeo.paper.drawing.shapes import Drawing, Fill
from maligeo.paper.map.basemap import draw_map
from maligeo.paper.map.figure import scene_of
from maligeo.paper.map.projection import Box
from maligeo.workflows.study import study
from tests.maps import layers

GOLDEN = Path(__file__).parent / "golden"
DPI = 72
BLOCK = 6  # pixels
LEVELS = 28  # of 255
MOST_CHANGED = 0.004  # of the blocks
LARGEST = 60_000  # bytes of a file


def picture(page: Drawing) -> Image.Image:
    return Image.open(io.BytesIO(png_bytes(page, dpi=DPI, about={}))).convert("RGB")


def blocks(image: Image.Image) -> npt.NDArray[np.float64]:
    """Reduce a picture to the means of its blocks."""
    pixels = np.asarray(image.convert("RGB"), dtype=np.float64)
    rows, columns = (side // BLOCK for side in pixels.shape[:2])
    cut = pixels[: rows * BLOCK, : columns * BLOCK]
    found: npt.NDArray[np.float64] = cut.reshape(rows, BLOCK, columns, BLOCK, 3).mean((1, 3))
    return found


def changed(first: Image.Image, second: Image.Image) -> float:
    """Give the share of blocks that differ visibly."""
    one, other = blocks(first), blocks(second)
    assert one.shape == other.shape
    return float((np.abs(one - other).max(axis=2) > LEVELS).mean())


KINDS: dict[str, dict[str, Any]] = {
    "rate-fr": {"layer": "incidents_per_100k"},
    "gaps-en": {"language": "en"},
    "mopti-incidents-en": {
        "layer": "incidents",
        "region": "Mopti",
        "language": "en",
        "graticule": True,
        "incidents": layers.incidents(),
        "areas": layers.areas(),
    },
}


def page_of(name: str, table: pd.DataFrame, units: gpd.GeoDataFrame) -> Drawing:
    """Draw the map alone, so that no word of legend or notes moves it."""
    options = MapOptions(**KINDS[name])
    shown = study(units=units).answer().frame if name.startswith("gaps") else table
    found = draw_map(scene_of(shown, units, options), Box(3, 3, 174, 160), options)
    return Drawing(180, 166, found.drawing.shapes)


@pytest.mark.parametrize("name", KINDS)
def test_the_page_looks_as_it_did(
    name: str, table: pd.DataFrame, units: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path = GOLDEN / f"{name}.png"
    made = picture(page_of(name, table, units))
    if os.environ.get("MALIGEO_RENEW_GOLDEN") == "1":
        made.quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)
    assert path.stat().st_size < LARGEST
    with Image.open(path) as kept:
        share = changed(kept, made)
    made.save(tmp_path / f"{name}.png")
    assert share <= MOST_CHANGED, f"{share:.2%} of the blocks changed: see {tmp_path}"


def without(page: Drawing, colour: str) -> Drawing:
    """Leave out the largest fill of a colour, as if a region were forgotten."""
    fills = [one for one in page.shapes if isinstance(one, Fill) and one.colour == colour]
    largest = max(fills, key=lambda one: float(one.shape.area))
    return Drawing(page.width, page.height, [one for one in page.shapes if one is not largest])


def recoloured(page: Drawing, old: str, new: str) -> Drawing:
    shapes = [
        Fill(one.shape, new, one.edge, one.width, one.opacity)
        if isinstance(one, Fill) and one.colour == old
        else one
        for one in page.shapes
    ]
    return Drawing(page.width, page.height, shapes)


def test_it_fails_when_a_region_is_missing_or_a_colour_changes(
    table: pd.DataFrame, units: gpd.GeoDataFrame
) -> None:
    page = page_of("rate-fr", table, units)
    classes = look.classify(
        table, next(one for one in look.LAYERS if one.key == "incidents_per_100k")
    )
    kept = picture(page)
    for at, colour in enumerate(classes.colours):
        assert changed(kept, picture(without(page, colour))) > MOST_CHANGED
        neighbour = classes.colours[at - 1]
        assert changed(kept, picture(recoloured(page, colour, neighbour))) > MOST_CHANGED


def test_it_does_not_fail_for_another_smoothing(
    table: pd.DataFrame, units: gpd.GeoDataFrame
) -> None:
    page = page_of("rate-fr", table, units)
    fine = Image.open(io.BytesIO(png_bytes(page, dpi=4 * DPI, about={}))).convert("RGB")
    kept = picture(page)
    again = fine.resize(kept.size, Image.Resampling.LANCZOS)
    assert changed(kept, again) <= MOST_CHANGED


def test_options_of_a_map_have_defaults_that_are_checked() -> None:
    assert MapOptions().size == (297.0, 210.0)
    assert MapOptions(paper="A3", orientation="portrait").size == (297.0, 420.0)
