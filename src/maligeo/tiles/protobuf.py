"""The few pieces of the Protocol Buffers wire format that vector tiles are made of.

A number is a varint: seven bits to a byte, lowest first, the top bit set on all but the
last. A varint may be longer than it need be, so numbers of one column can all have the
same width, and records become rows of one array.
"""

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]

_MORE = 0x80
_VARINT, _DELIMITED = 0, 2
_WIDTH_OF_28_BITS = 4


def varint(number: int) -> bytes:
    """Write a number that is not negative, as short as can be."""
    out = bytearray()
    while number >= _MORE:
        out.append(number & 0x7F | _MORE)
        number >>= 7
    out.append(number)
    return bytes(out)


def delimited(field: int, content: bytes) -> bytes:
    """Write a field that holds bytes: text, or another message."""
    return varint(field << 3 | _DELIMITED) + varint(len(content)) + content


def number_field(field: int, number: int) -> bytes:
    """Write a field that holds a number."""
    return varint(field << 3 | _VARINT) + varint(number)


def width_of(largest: int) -> int:
    """Count the bytes of a number as a varint."""
    return len(varint(largest))


def put_varints(out: Bytes, numbers: npt.NDArray[np.integer]) -> None:
    """Write numbers that are not negative as varints of one width.

    Parameters
    ----------
    out : uint8 array, shape (n, width)
        Where to; wide enough for the largest, see `width_of`.
    numbers : integer array, shape (n,)
    """
    width = out.shape[1]
    rest = numbers.astype(np.uint32 if width <= _WIDTH_OF_28_BITS else np.uint64)
    for at in range(width - 1):
        out[:, at] = rest
        out[:, at] |= _MORE
        np.right_shift(rest, 7, out=rest)
    out[:, width - 1] = rest
