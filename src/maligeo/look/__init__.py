"""How measures look: the catalogue of map layers, their class breaks and their colours.

A layer is an entry in `layers.toml`: which column of a density table it shows, how a value is
rounded, and which palette it wears. What is missing is hatched and never wears a colour of
the ramp.
"""

from maligeo.look.classes import Classes, class_breaks, classify, roundest
from maligeo.look.colours import (
    AREA_LOOKS,
    DARK_INK,
    EVENT_MARKS,
    GROUND_COLOUR,
    LIGHT_INK,
    MISSING_COLOUR,
    NEED_RESPONSE_LOOKS,
    OTHER_AREA,
    OTHER_MARK,
    SURFACE_PALETTE,
    TILE_COLOURS,
    ZERO_COLOUR,
    Look,
    Mark,
    Pattern,
    contrast,
    ink_on,
    pale,
    ramp,
)
from maligeo.look.layers import (
    FINE_BELOW,
    LAYERS,
    MOST_CLASSES,
    Layer,
    Scheme,
    count_layer,
    count_layers,
    keys_of,
    layer_rows,
    layers_of,
)

__all__ = [
    "AREA_LOOKS",
    "DARK_INK",
    "EVENT_MARKS",
    "FINE_BELOW",
    "GROUND_COLOUR",
    "LAYERS",
    "LIGHT_INK",
    "MISSING_COLOUR",
    "MOST_CLASSES",
    "NEED_RESPONSE_LOOKS",
    "OTHER_AREA",
    "OTHER_MARK",
    "SURFACE_PALETTE",
    "TILE_COLOURS",
    "ZERO_COLOUR",
    "Classes",
    "Layer",
    "Look",
    "Mark",
    "Pattern",
    "Scheme",
    "class_breaks",
    "classify",
    "contrast",
    "count_layer",
    "count_layers",
    "ink_on",
    "keys_of",
    "layer_rows",
    "layers_of",
    "pale",
    "ramp",
    "roundest",
]
