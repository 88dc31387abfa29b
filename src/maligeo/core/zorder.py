"""The Z-order curve: cells of a grid numbered so that near numbers are near on the ground."""

from typing import Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Cells = npt.NDArray[np.uint64]

_WORD_BITS: Final = 64


def curve_of(places: Ints) -> Cells:
    """Give cells their numbers along the curve.

    Parameters
    ----------
    places : int64 array, shape (n, 2)
        Column and row of each, from 0 to below 2^32.
    """
    cells = places.astype(np.uint64)
    return _spread(cells[:, 0]) | _spread(cells[:, 1]) << np.uint64(1)


def places_of(curve: Cells) -> Ints:
    """Give column and row of cells by their numbers, shape (n, 2)."""
    return np.stack([_gathered(curve), _gathered(curve >> np.uint64(1))], axis=1)


def order_along(curve: Cells) -> Ints:
    """Sort cells; points of one cell stay in the order of their rows."""
    row_bits = len(curve).bit_length()
    if int(curve.max(initial=0)).bit_length() + row_bits > _WORD_BITS:
        return np.argsort(curve, kind="stable")
    rows = np.arange(len(curve), dtype=np.uint64)
    both = np.sort(curve << np.uint64(row_bits) | rows)  # far faster than to sort indirectly
    return (both & np.uint64((1 << row_bits) - 1)).astype(np.int64)


_SPREADING: Final = (
    (16, 0x0000_FFFF_0000_FFFF),
    (8, 0x00FF_00FF_00FF_00FF),
    (4, 0x0F0F_0F0F_0F0F_0F0F),
    (2, 0x3333_3333_3333_3333),
    (1, 0x5555_5555_5555_5555),
)


def _spread(numbers: Cells) -> Cells:
    """Put a zero before each bit of numbers below 2^32."""
    for shift, mask in _SPREADING:
        numbers = (numbers | numbers << np.uint64(shift)) & np.uint64(mask)
    return numbers


def _gathered(numbers: Cells) -> Ints:
    """Undo `_spread`, with any bits between those spread."""
    numbers = numbers & np.uint64(_SPREADING[-1][1])
    masks = [mask for _, mask in _SPREADING[-2::-1]] + [0x0000_0000_FFFF_FFFF]
    for (shift, _), mask in zip(_SPREADING[::-1], masks, strict=True):
        numbers = (numbers | numbers >> np.uint64(shift)) & np.uint64(mask)
    return numbers.astype(np.int64)
