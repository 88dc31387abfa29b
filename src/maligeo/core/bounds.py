"""Rectangles in degrees."""

from typing import NamedTuple


class Bounds(NamedTuple):
    """A rectangle in degrees, or in metres of web mercator where that is said."""

    west: float
    south: float
    east: float
    north: float

    @property
    def centre(self) -> tuple[float, float]:
        """Longitude and latitude of the middle."""
        return (self.west + self.east) / 2, (self.south + self.north) / 2
