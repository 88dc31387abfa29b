"""From values to palette indices: which colour each pixel of a tile wears.

Index 0 is missing, and transparent. Workers import this module: it needs numpy alone. The
colours themselves come from `maligeo.style`; see `maligeo.tiles.raster`.
"""

import math
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from maligeo.errors import ArgumentError

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.uint8]

RAMP_STEPS: Final = 255
_MOST_CLASSES: Final = 254
_SMALLEST_SHOWN: Final = 1e-40  # a smaller bound only sets zero apart


class Colours(Protocol):
    """What tiles are coloured by; `ClassColours` and `RampColours` are two ways."""

    def index(self, values: Floats) -> Indices:
        """Give the palette index of each value, 0 where it is NaN."""

    def palette(self) -> Indices:
        """Give red, green, blue and opacity by index, shape (at most 256, 4)."""

    def legend(self) -> list[dict[str, Any]]:
        """Give the legend, as JSON can hold it."""


@dataclass(frozen=True)
class ClassColours:
    """One colour for each class of values.

    Attributes
    ----------
    lows : tuple of float
        Rising lower bounds; a value belongs to the last class whose bound it reaches.
    colours : tuple of str
        Colour of each class, "#rrggbb".
    below : str, optional
        Colour of values below the first bound; without it they are transparent.
    """

    lows: tuple[float, ...]
    colours: tuple[str, ...]
    below: str | None = None

    def __post_init__(self) -> None:
        if len(self.lows) != len(self.colours) or len(self.lows) > _MOST_CLASSES:
            raise ArgumentError(
                f"{len(self.lows)} classes cannot wear {len(self.colours)} colours; "
                f"there are at most {_MOST_CLASSES} classes"
            )
        if any(low >= high for low, high in zip(self.lows, self.lows[1:], strict=False)):
            raise ArgumentError(f"the bounds of classes must rise, unlike {self.lows}")

    def index(self, values: Floats) -> Indices:
        """Give 0 for missing, 1 for what is below the classes, and 2 for the first class."""
        found = (~np.isnan(values)).view(np.uint8)
        for low in self.lows:
            found += values >= np.float32(low)
        return found

    def palette(self) -> Indices:
        """Give red, green, blue and opacity by index, shape (classes + 2, 4)."""
        below = (0, 0, 0, 0) if self.below is None else (*_parts(self.below), 255)
        entries = [(0, 0, 0, 0), below, *((*_parts(colour), 255) for colour in self.colours)]
        return np.array(entries, dtype=np.uint8)

    def legend(self) -> list[dict[str, Any]]:
        """Give the bounds and colours of the classes; `to` of the last one is open."""
        bounds = [float(f"{low:.12g}") if low > _SMALLEST_SHOWN else 0.0 for low in self.lows]
        rows: list[dict[str, Any]] = []
        if self.below is not None:
            rows.append({"to": bounds[0] if bounds else 0.0, "colour": self.below})
        for low, high, colour in zip(bounds, [*bounds[1:], None], self.colours, strict=True):
            rows.append({"from": low, "to": high, "colour": colour})
        return rows


@dataclass(frozen=True)
class RampColours:
    """Colours that pass into one another, in 255 even steps.

    Attributes
    ----------
    low, high : float
        Values of the first and last colour; what lies beyond wears the same.
    colours : tuple of str
        Two or more colours "#rrggbb" at even distances, such as `maligeo.style.ramp` gives.
    """

    low: float
    high: float
    colours: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.colours) < 2:
            raise ArgumentError("a ramp passes from one colour to another; give two at least")
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ArgumentError(f"a ramp rises from low to high, unlike {self.low}, {self.high}")

    def index(self, values: Floats) -> Indices:
        """Give 0 for missing, and 1 to 255 along the ramp."""
        per_value = np.float32(RAMP_STEPS / (self.high - self.low))
        steps = values - np.float32(self.low)
        steps *= per_value
        np.clip(steps, 0.0, RAMP_STEPS - 1, out=steps)
        steps += 1.0
        np.nan_to_num(steps, copy=False, nan=0.0)
        return steps.astype(np.uint8)

    def palette(self) -> Indices:
        """Give red, green, blue and opacity by index, shape (256, 4)."""
        stops = np.array([_parts(colour) for colour in self.colours])
        at = np.linspace(0, len(stops) - 1, RAMP_STEPS)
        table = np.zeros((RAMP_STEPS + 1, 4), dtype=np.uint8)
        for part in range(3):
            table[1:, part] = np.rint(np.interp(at, np.arange(len(stops)), stops[:, part]))
        table[1:, 3] = 255
        return table

    def legend(self) -> list[dict[str, Any]]:
        """Give values along the ramp and their colours."""
        values = np.linspace(self.low, self.high, len(self.colours))
        return [
            {"at": float(f"{value:.6g}"), "colour": colour}
            for value, colour in zip(values, self.colours, strict=True)
        ]


def _parts(colour: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue
