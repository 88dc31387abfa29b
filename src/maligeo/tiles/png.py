"""Pictures of tiles from palette indices: PNG with a palette, and WebP.

A palette image has one number a pixel, not four: less to compress, and nothing lost. Each
row is stored as its difference from the one above (filter "up" of the PNG specification),
which the repeated rows of magnified data and the slow changes of a surface turn to zeros.
"""

import struct
import warnings
import zlib
from collections.abc import Callable
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile

Indices = npt.NDArray[np.uint8]
PictureType = Literal["png", "webp"]
Encode = Callable[[Indices], bytes]

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_PALETTE_IMAGE: Final = 3
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
        header = struct.pack(">IIBBBBB", tile_size, tile_size, depth, _PALETTE_IMAGE, 0, 0, 0)
        self._head = b"".join(
            [
                _SIGNATURE,
                _chunk(b"IHDR", header),
                _chunk(b"PLTE", palette[:, :3].tobytes()),
                _chunk(b"tRNS", palette[:, 3].tobytes()),
            ]
        )
        self._tail = _chunk(b"IEND", b"")
        self._rows = np.empty((tile_size, width + 1), dtype=np.uint8)
        self._rows[:, 0] = _FILTER_UP

    def __call__(self, indices: Indices) -> bytes:
        samples = (indices[:, ::2] << 4) | indices[:, 1::2] if self._packed else indices
        self._rows[0, 1:] = samples[0]
        np.subtract(samples[1:], samples[:-1], out=self._rows[1:, 1:])  # modulo 256
        return self._head + _chunk(b"IDAT", zlib.compress(self._rows.data, _LEVEL)) + self._tail


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


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(data, zlib.crc32(kind))
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)
