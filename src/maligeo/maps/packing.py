"""Arrays as compact text for a page: differences in as few bytes as they need, words once."""

import base64
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

Packed = dict[str, Any]

WORLD_STEPS = 2**25  # of the world's width: about a metre, a pixel of the deepest zoom
MOST_LATITUDE = 85.0  # web maps end there
_LOW_BITS = np.uint64(0x7F)
_SEVEN = np.uint64(7)
_NUMBERED = re.compile(r"(.*?)([0-9]{1,9})", re.DOTALL)
_MOSTLY_DISTINCT = 0.5


def packed_numbers(values: npt.ArrayLike) -> Packed:
    """Pack whole numbers from 0 upwards, each in as many bits as the largest needs.

    Parameters
    ----------
    values : array_like of int, shape (n,)
        Below 2^32.

    Returns
    -------
    dict
        `count`, `bits` per number and `data` in base64, lowest bit first.
    """
    numbers = np.asarray(values, dtype=np.uint32)
    width = max(int(numbers.max(initial=0)).bit_length(), 1)
    bits = (numbers[:, np.newaxis] >> np.arange(width, dtype=np.uint32)) & np.uint32(1)
    packed = np.packbits(bits.astype(np.uint8), bitorder="little")
    return {"count": len(numbers), "bits": width, "data": _text(packed.tobytes())}


def packed_steps(values: npt.ArrayLike) -> Packed:
    """Pack whole numbers as differences from the one before, each in as few bytes as it needs.

    A difference is written as an unsigned number (0, -1, 1, -2 become 0, 1, 2, 3), seven
    bits to a byte, lowest first; the highest bit says that more follow (LEB128).

    Parameters
    ----------
    values : array_like of int, shape (n,)
        Neighbours that are alike take one byte each.

    Returns
    -------
    dict
        `data` in base64.
    """
    numbers = np.asarray(values, dtype=np.int64)
    steps = numbers - np.concatenate([np.zeros(1, dtype=np.int64), numbers[:-1]])[: len(numbers)]
    rest = ((steps << 1) ^ (steps >> 63)).astype(np.uint64)
    lengths = np.ones(len(rest), dtype=np.int64)
    for at in range(1, 10):
        lengths += rest >= np.uint64(1) << np.uint64(7 * at)
    ends = np.cumsum(lengths)
    written = np.zeros(int(ends[-1]) if len(ends) else 0, dtype=np.uint8)
    for at in range(int(lengths.max(initial=0))):
        longer = lengths > at
        more = np.where(lengths[longer] > at + 1, np.uint8(0x80), np.uint8(0))
        low = (rest[longer] & _LOW_BITS).astype(np.uint8)
        written[(ends - lengths)[longer] + at] = low | more
        rest >>= _SEVEN
    return {"data": _text(written.tobytes())}


def packed_texts(values: "pd.Series[Any]") -> Packed:
    """Pack texts: each once with its number where they repeat, else one after another.

    Parameters
    ----------
    values : pandas.Series, shape (n,)
        Anything; missing stays missing.

    Returns
    -------
    dict
        `words` and `codes` (0 for missing, else one more than the position in `words`);
        for numbered texts such as "EV00017" `prefix`, `digits` and `numbers`; or `texts`
        with None for missing.
    """
    texts = values.astype("object").where(values.notna(), None)
    codes, words = pd.factorize(texts.map(str, na_action="ignore"))
    if len(words) <= _MOSTLY_DISTINCT * len(values):
        return {"words": [str(word) for word in words], "codes": packed_numbers(codes + 1)}
    listed = [None if code < 0 else str(words[code]) for code in codes]
    return _numbered(listed) or {"texts": listed}


def _numbered(texts: Sequence[str | None]) -> Packed:
    """Pack texts that have one beginning and as many digits; nothing where some have not."""
    found = [_NUMBERED.fullmatch(text) for text in texts if text is not None]
    forms = {(match[1], len(match[2])) for match in found if match}
    if len(found) < len(texts) or not all(found) or len(forms) != 1:
        return {}
    prefix, digits = forms.pop()
    numbers = [int(match[2]) for match in found if match]
    return {"prefix": prefix, "digits": digits, "numbers": packed_numbers(numbers)}


def near_order(lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    """Order points so that neighbours in the list are near on the ground (a Z-order curve).

    Parameters
    ----------
    lon, lat : float64 arrays, shape (n,)
        Degrees.

    Returns
    -------
    intp array, shape (n,)
        Positions; what lies together keeps its order.
    """
    columns = ((lon + 180.0) / 360.0 * 0xFFFF).astype(np.uint64)
    rows = ((lat + 90.0) / 180.0 * 0xFFFF).astype(np.uint64)
    return np.argsort(_spread(columns) | (_spread(rows) << np.uint64(1)), kind="stable")


def packed_places(lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]) -> Packed:
    """Pack positions in their order, as the page draws them: in Mercator's projection.

    Parameters
    ----------
    lon, lat : float64 arrays, shape (n,)
        Degrees; beyond 85 degrees north or south a point is put there.

    Returns
    -------
    dict
        `x` to the east and `y` to the south from the north-west corner of web maps, as by
        `packed_steps`; `steps` in the width of the world; and `count`.
    """
    sine = np.sin(np.radians(np.clip(lat, -MOST_LATITUDE, MOST_LATITUDE)))
    x = lon / 360 + 0.5
    y = 0.5 - np.arctanh(sine) / (2 * np.pi)
    return {
        "x": packed_steps(np.rint(x * WORLD_STEPS)),
        "y": packed_steps(np.rint(y * WORLD_STEPS)),
        "steps": WORLD_STEPS,
        "count": len(lon),
    }


def _spread(numbers: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Put a zero between any two of the lowest 16 bits."""
    spread = numbers
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        spread = (spread | (spread << np.uint64(shift))) & np.uint64(mask)
    return spread


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def packed_shapes(shapes: npt.NDArray[np.object_], decimals: int) -> dict[str, Any]:
    """Pack polygons for the page.

    Parameters
    ----------
    shapes : array of shapely.Geometry, shape (n,)
        Polygons and multipolygons in degrees.
    decimals : int
        Of a degree, to which corners are rounded.

    Returns
    -------
    dict
        `x` and `y` as by `packed_steps`, `steps` per degree, and `rings`: the number of
        points of each ring of each polygon of each shape.
    """
    rings = [
        [
            [shapely.get_num_coordinates(ring).item() for ring in _rings(part)]
            for part in shapely.get_parts(shape)
        ]
        for shape in shapes
    ]
    corners = np.rint(shapely.get_coordinates(shapes) * 10**decimals)
    x, y = (packed_steps(side) for side in corners.T)
    return {"x": x, "y": y, "steps": 10**decimals, "rings": rings}


def _rings(polygon: shapely.Polygon) -> list[shapely.LinearRing]:
    return [polygon.exterior, *polygon.interiors]
