"""Rivers and lakes on a page, above the colours of the units and under everything else."""

import shapely

from maligeo.look.waters import WATER_COLOUR, waters
from maligeo.maps.html import add_call
from maligeo.maps.packing import packed_shapes
from maligeo.maps.page import PageMap

_DECIMALS = 3  # of a degree, as the bundled lines have


def add_waters(fmap: PageMap) -> None:
    """Draw the bundled rivers and lakes.

    Parameters
    ----------
    fmap : PageMap
        A map of units.
    """
    shapes = waters().geometry.to_numpy()
    areas = shapely.get_dimensions(shapes) == 2
    data = {
        "colour": WATER_COLOUR,
        "rivers": packed_shapes(shapes[~areas], _DECIMALS),
        "lakes": packed_shapes(shapes[areas], _DECIMALS),
    }
    add_call(fmap, "waters", lambda _: data)
