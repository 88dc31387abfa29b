"""Grids of classes as pictures: a PNG with a palette, as a data address."""

import base64
import struct
import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_BY_PALETTE = 3
_LEVEL = 9


def picture_address(classes: npt.NDArray[np.uint8], colours: Sequence[str]) -> str:
    """Draw a grid: class 0 is transparent, class k wears the k-th colour.

    Parameters
    ----------
    classes : uint8 array, shape (rows, columns)
        From 0 to the number of colours.
    colours : sequence of str
        "#rrggbb".

    Returns
    -------
    str
        `data:image/png;base64,…`.
    """
    rows, columns = classes.shape
    header = struct.pack(">IIBBBBB", columns, rows, 8, _BY_PALETTE, 0, 0, 0)
    palette = bytes(3) + b"".join(bytes.fromhex(colour[1:]) for colour in colours)
    lines = np.zeros((rows, columns + 1), dtype=np.uint8)  # each begins with 0: no filter
    lines[:, 1:] = classes
    parts = [
        _chunk(b"IHDR", header),
        _chunk(b"PLTE", palette),
        _chunk(b"tRNS", b"\x00"),
        _chunk(b"IDAT", zlib.compress(lines.tobytes(), _LEVEL)),
        _chunk(b"IEND", b""),
    ]
    content = base64.b64encode(_SIGNATURE + b"".join(parts)).decode("ascii")
    return f"data:image/png;base64,{content}"


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)
