"""Colours of classes, and how kinds of points and areas look; the catalogue is `marks.toml`.

The palettes are sequential ones of ColorBrewer (C. A. Brewer, colorbrewer2.org), which
hold for colour-blind readers and in print; the lightest step of each is left to zero.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

from maligeo.core.errors import ArgumentError
from maligeo.look.layers import entries, read_catalogue

Shape = Literal["circle", "triangle", "diamond", "square"]
Pattern = Literal["rising", "cross", "dots", "level", "upright", "empty"]

ZERO_COLOUR: Final = "#ffffff"
MISSING_COLOUR: Final = "#f4f4f1"
GROUND_COLOUR: Final = "#e7ebed"
DARK_INK: Final = "#04060a"
LIGHT_INK: Final = "#ffffff"

SURFACE_PALETTE: Final = "PuRd"  # of no measure of regions: a surface is read by itself

_COLOUR: Final = re.compile(r"#[0-9a-f]{6}")
_FEWEST_IN_RAMP: Final = 3  # ColorBrewer has no shorter ramps
_OTHER: Final = "other"  # the look of what is not in the catalogue


@dataclass(frozen=True)
class Mark:
    """How a kind of point looks: a colour, and a shape for readers and prints without it."""

    colour: str
    shape: Shape

    def __post_init__(self) -> None:
        require_colour(self.colour)


@dataclass(frozen=True)
class Look:
    """How a kind of area looks: a colour, and a pattern for readers and prints without it."""

    colour: str
    pattern: Pattern

    def __post_init__(self) -> None:
        require_colour(self.colour)


def require_colour(colour: str) -> None:
    """Refuse a colour that is not written as "#rrggbb", in small letters.

    Raises
    ------
    ArgumentError
        Naming the colour.
    """
    if not _COLOUR.fullmatch(colour):
        raise ArgumentError(f"colour {colour!r} is not written like '#1f5f99'")


def _tile_colours(colours: list[str]) -> tuple[str, ...]:
    for colour in colours:
        require_colour(colour)
    return tuple(colours)


_MARKS = read_catalogue("marks")
_EVENTS = entries(Mark, _MARKS["event_type"], where="marks.toml, event_type")
_AREAS = entries(Look, _MARKS["status"], where="marks.toml, status")

EVENT_MARKS: Final = {kind: mark for kind, mark in _EVENTS.items() if kind != _OTHER}
OTHER_MARK: Final = _EVENTS[_OTHER]
AREA_LOOKS: Final = {kind: look for kind, look in _AREAS.items() if kind != _OTHER}
OTHER_AREA: Final = _AREAS[_OTHER]
TILE_COLOURS: Final = _tile_colours(_MARKS["tiles"]["colours"])
NEED_RESPONSE_LOOKS: Final = entries(
    Look, _MARKS["need_response"], where="marks.toml, need_response"
)


def ramp(palette: str, count: int, *, whole: bool = False) -> tuple[str, ...]:
    """Give the colours of a sequential palette, light to dark, without its lightest.

    Parameters
    ----------
    palette : str
        Name of a ColorBrewer palette, such as "OrRd".
    count : int
        Number of colours.
    whole : bool, default False
        Take all colours, as of a diverging palette.
    """
    from branca.utilities import color_brewer  # only here: tables and answers have no colours

    if count == 0:
        return ()
    if whole:
        return tuple(str(colour).lower() for colour in color_brewer(palette, n=count)[:count])
    colours = color_brewer(palette, n=max(count + 1, _FEWEST_IN_RAMP))
    return tuple(str(colour).lower() for colour in colours[-count:])


def ink_on(colour: str) -> str:
    """Choose the colour of text that contrasts more with a fill."""
    return max((DARK_INK, LIGHT_INK), key=lambda ink: contrast(ink, colour))


def pale(colour: str, *, share: float = 0.25) -> str:
    """Mix a colour "#rrggbb" into the background of a map, for what is not in focus."""
    parts = zip(_parts(colour), _parts(GROUND_COLOUR), strict=True)
    mixed = (round(share * own + (1 - share) * ground) for own, ground in parts)
    return "#" + "".join(f"{part:02x}" for part in mixed)


def contrast(first: str, second: str) -> float:
    """Give the contrast ratio of two colours "#rrggbb", from 1 to 21 (WCAG 2.1)."""
    dark, light = sorted((_luminance(first), _luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def _parts(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue


def _luminance(colour: str) -> float:
    parts = [part / 255 for part in _parts(colour)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
