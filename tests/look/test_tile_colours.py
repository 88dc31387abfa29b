"""Colours of vector tiles, held against every other colour of a page in CIELAB."""

import itertools

import numpy as np

from maligeo import look

FAR = 25.0  # in CIELAB: nobody takes the one for the other


def lab(colour: str) -> np.ndarray:
    parts = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    x, y, z = np.cbrt(np.array(to_xyz) @ linear / [0.9505, 1.0, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def others() -> set[str]:
    """Every colour that a legend of a page may have."""
    marks = [*look.EVENT_MARKS.values(), look.OTHER_MARK]
    areas = [*look.AREA_LOOKS.values(), look.OTHER_AREA]
    palettes = {layer.palette for layer in look.LAYERS} | {look.SURFACE_PALETTE}
    ramps = itertools.product(palettes, range(1, look.MOST_CLASSES + 1))
    return {
        look.ZERO_COLOUR, look.MISSING_COLOUR,
        *(one.colour for one in look.NEED_RESPONSE_LOOKS.values()),
        *(mark.colour for mark in marks), *(area.colour for area in areas),
        *(colour for palette, count in ramps for colour in look.ramp(palette, count)),
    }  # fmt: skip


def test_layers_of_tiles_are_apart_from_every_other_colour_and_from_one_another() -> None:
    for colour in look.TILE_COLOURS:
        for other in (others() | set(look.TILE_COLOURS)) - {colour}:
            assert np.linalg.norm(lab(colour) - lab(other)) > FAR, (colour, other)


def test_a_surface_wears_the_colours_of_no_measure() -> None:
    assert look.SURFACE_PALETTE not in {layer.palette for layer in look.LAYERS}
