"""From values to palette indices: which colour each pixel of a tile wears.

Index 0 is missing, and transparent. Workers import this module: it needs numpy alone. The
colours themselves come from `maligeo.look`; see `maligeo.tiles.raster`.
"""

import math
import warnings
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

import numpy as np
import numpy.typing as npt
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile

from maligeo.core import png
from maligeo.core.errors import ArgumentError

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
        Two or more colours "#rrggbb" at even distances, such as `maligeo.look.ramp` gives.
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


PictureType = Literal["png", "webp"]
Encode = Callable[[Indices], bytes]

_FILTER_UP: Final = 2
_FEW_COLOURS: Final = 16  # fit into half a byte
# With the filter smaller than level 6 without, and many times faster. ISA-L would be faster
# still, but at its level 1 the same input rarely gives other bytes.
_LEVEL: Final = 1


def encoder_of(tile_type: PictureType, palette: Indices, tile_size: int) -> Encode:
    """Choose how tiles become pictures.

    Parameters
    ----------
    tile_type : {"png", "webp"}
    palette : uint8 array, shape (colours, 4)
        Red, green, blue and opacity by index.
    tile_size : int
        Pixels along a side, even.

    Returns
    -------
    callable
        Takes palette indices, uint8 of shape (tile_size, tile_size), and gives the file.
    """
    return (_WebpEncoder if tile_type == "webp" else _PngEncoder)(palette, tile_size)


class _PngEncoder:
    def __init__(self, palette: Indices, tile_size: int) -> None:
        self._packed = len(palette) <= _FEW_COLOURS
        depth, width = (4, tile_size // 2) if self._packed else (8, tile_size)
        colours, opacity = palette[:, :3].tobytes(), palette[:, 3].tobytes()
        self._head = png.palette_head((tile_size, tile_size), depth, colours, opacity=opacity)
        self._rows = np.empty((tile_size, width + 1), dtype=np.uint8)
        self._rows[:, 0] = _FILTER_UP

    def __call__(self, indices: Indices) -> bytes:
        samples = (indices[:, ::2] << 4) | indices[:, 1::2] if self._packed else indices
        self._rows[0, 1:] = samples[0]
        np.subtract(samples[1:], samples[:-1], out=self._rows[1:, 1:])  # modulo 256
        return self._head + png.chunk(b"IDAT", zlib.compress(self._rows.data, _LEVEL)) + png.END


class _WebpEncoder:
    def __init__(self, palette: Indices, tile_size: int) -> None:
        self._palette = palette
        self._profile = {
            "driver": "WEBP",
            "lossless": "YES",
            "exact": "YES",
            "width": tile_size,
            "height": tile_size,
            "count": 4,
            "dtype": "uint8",
        }

    def __call__(self, indices: Indices) -> bytes:
        with MemoryFile() as memory, warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)  # as a picture is
            with memory.open(**self._profile) as picture:
                picture.write(np.moveaxis(self._palette[indices], 2, 0))
            return bytes(memory.getbuffer())
