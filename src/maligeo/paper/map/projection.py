"""From longitude and latitude to millimetres on a page, areas kept true."""

import math
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Transformer
from pyproj.enums import TransformDirection

from maligeo.core.crs import GEOGRAPHIC, Bounds
from maligeo.paper.drawing.shapes import Floats

MM_PER_M: Final = 1000.0
_LATITUDE_STEP: Final = 0.1  # of the latitude that is said on the page
_BACK: Final = TransformDirection.INVERSE
_ROUND_DIGITS: Final = 2  # of the scale that is said on the page


@dataclass(frozen=True)
class Box:
    """A rectangle on a page, in millimetres from its upper left corner.

    Attributes
    ----------
    x, y : float
        Upper left corner of the rectangle.
    width, height : float
        Its size.
    """

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right side."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The lower side."""
        return self.y + self.height

    @property
    def shape(self) -> shapely.Geometry:
        """The rectangle as a polygon."""
        return shapely.box(self.x, self.y, self.right, self.bottom)

    def inset(self, by: float) -> "Box":
        """Give the rectangle that lies so many millimetres further in."""
        return Box(self.x + by, self.y + by, self.width - 2 * by, self.height - 2 * by)


@dataclass(frozen=True)
class Projection:
    """A cylindrical equal-area map in a box on a page.

    Lengths are true along one parallel, in the middle of what is shown; areas everywhere.
    It is the projection of Lambert (1772), Snyder, J. P. (1987), Map projections: a working
    manual, U.S. Geological Survey Professional Paper 1395, p. 76.

    Attributes
    ----------
    box : Box
        Where the map stands.
    latitude : float
        The parallel along which lengths are true, in degrees.
    denominator : float
        One millimetre on paper is so many millimetres on the ground along it.
    middle : tuple of float
        Projected metres, east and north, of the middle of the box.
    """

    box: Box
    latitude: float
    denominator: float
    middle: tuple[float, float]

    @property
    def bounds(self) -> Bounds:
        """West, south, east and north of the whole box, in degrees."""
        half = np.array([self.box.width, self.box.height]) / 2 * self.denominator / MM_PER_M
        low, high = np.array(self.middle) - half, np.array(self.middle) + half
        back = _transformer(self.latitude).transform
        (west, east), (south, north) = back([low[0], high[0]], [low[1], high[1]], direction=_BACK)
        return Bounds(float(west), float(south), float(east), float(north))

    def place(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> Floats:
        """Give millimetres on the page of some places.

        Parameters
        ----------
        lon, lat : array_like, shape (n,)
            Degrees.

        Returns
        -------
        numpy.ndarray of float64, shape (n, 2)
        """
        east, north = _transformer(self.latitude).transform(
            np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
        )
        per_m = MM_PER_M / self.denominator
        x = self.box.x + self.box.width / 2 + (east - self.middle[0]) * per_m
        y = self.box.y + self.box.height / 2 - (north - self.middle[1]) * per_m
        return np.column_stack([x, y])

    def shape(self, shape: npt.ArrayLike) -> npt.NDArray[np.object_]:
        """Give geometries in degrees as geometries in millimetres on the page."""
        found: npt.NDArray[np.object_] = shapely.transform(
            np.asarray(shape, dtype=object),
            lambda places: self.place(places[:, 0], places[:, 1]),
        )
        return found


def fitted(bounds: Bounds, box: Box) -> Projection:
    """Fit a part of the world into a box, at a scale that is a round number.

    Parameters
    ----------
    bounds : tuple of four float
        West, south, east, north of what must be seen, in degrees.
    box : Box
        The place on the page.

    Returns
    -------
    Projection
    """
    west, south, east, north = bounds
    latitude = _middle(south, north)
    transformer = _transformer(latitude)
    left, low = transformer.transform(west, south)
    right, high = transformer.transform(east, north)
    least = max((right - left) / box.width, (high - low) / box.height) * MM_PER_M
    middle = ((left + right) / 2, (low + high) / 2)
    return Projection(box, latitude, round_up(least), middle)


def aspect(bounds: Bounds) -> float:
    """Give the width of a part of the world on the map, in heights."""
    west, south, east, north = bounds
    transformer = _transformer(_middle(south, north))
    left, low = transformer.transform(west, south)
    right, high = transformer.transform(east, north)
    return float((right - left) / (high - low))


def _middle(south: float, north: float) -> float:
    """Give the latitude in the middle, as exactly as the page says it."""
    return round(round((south + north) / 2 / _LATITUDE_STEP) * _LATITUDE_STEP, 1)


def round_up(value: float) -> float:
    """Round up to two digits, such as 7,812,345 to 7,900,000."""
    step = 10.0 ** (math.floor(math.log10(value)) + 1 - _ROUND_DIGITS)
    return math.ceil(value / step - 1e-9) * step


@cache
def _transformer(latitude: float) -> Transformer:
    target = f"+proj=cea +lat_ts={latitude} +lon_0=0 +ellps=WGS84 +units=m +no_defs"
    return Transformer.from_crs(GEOGRAPHIC, target, always_xy=True)
