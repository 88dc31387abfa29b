"""PNG pictures whose colours come from a palette (PNG, third edition), as they are written."""

import struct
import zlib
from typing import Final

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_BY_PALETTE: Final = 3


def chunk(kind: bytes, content: bytes) -> bytes:
    """Give a part of a picture, with its length and checksum."""
    checksum = zlib.crc32(content, zlib.crc32(kind))
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def palette_head(size: tuple[int, int], depth: int, palette: bytes, *, opacity: bytes) -> bytes:
    """Give what stands before the pixels.

    Parameters
    ----------
    size : tuple of int
        Width and height in pixels.
    depth : int
        Bits of a pixel.
    palette : bytes
        Red, green and blue of each colour.
    opacity : bytes
        Opacity of the first colours; all further ones are opaque.
    """
    header = struct.pack(">IIBBBBB", *size, depth, _BY_PALETTE, 0, 0, 0)
    parts = ((b"IHDR", header), (b"PLTE", palette), (b"tRNS", opacity))
    return SIGNATURE + b"".join(chunk(*part) for part in parts)


END: Final = chunk(b"IEND", b"")
