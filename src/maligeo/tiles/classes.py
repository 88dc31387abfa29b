"""The colours that a raster wears where none are given: the same in an archive and live."""

from typing import Any, Final

import numpy as np
import rasterio

from maligeo.look import SURFACE_PALETTE, ZERO_COLOUR, Classes, class_breaks, ramp
from maligeo.tiles.colours import ClassColours, Colours
from maligeo.tiles.sampling import sampled

_SAMPLE_SIDE: Final = 512  # cells along a side from which classes are found


def class_colours(classes: Classes) -> ClassColours:
    """Colour tiles by the classes of a map of regions; zero keeps its own colour."""
    above_zero = float(np.finfo(np.float32).smallest_subnormal)
    lows = tuple(max(low, above_zero) for low in classes.lows)
    return ClassColours(lows, classes.colours, ZERO_COLOUR)


def equal_classes(raster: rasterio.DatasetReader, band: int) -> ClassColours:
    """Make up to five classes of equally many cells above zero.

    Parameters
    ----------
    raster : rasterio.DatasetReader
    band : int
        From 1.
    """
    values = sampled(raster, band, _SAMPLE_SIDE)
    known = [float(value) for value in np.unique(values[np.isfinite(values)])]
    lows = class_breaks(known, scheme="quantiles")
    colours = ramp(SURFACE_PALETTE, len(lows))
    return class_colours(Classes(lows, max(known, default=0.0), colours, ()))


def legend_of(colours: Colours, raster: rasterio.DatasetReader, band: int) -> dict[str, Any]:
    """Give the legend of a raster for metadata: classes, unit, and what is missing."""
    unit = raster.units[band - 1] or ""
    return {"classes": colours.legend(), "unit": unit, "missing": "transparent"}
