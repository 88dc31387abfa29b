"""Data of a page in few bytes: positions, texts in both languages, grids as pictures."""

import base64
import re
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from maligeo.core import png, words
from maligeo.core.zorder import Ints, curve_of, order_along

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


def near_order(lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]) -> Ints:
    """Order points so that neighbours in the list are near on the ground (a Z-order curve).

    Parameters
    ----------
    lon, lat : float64 arrays, shape (n,)
        Degrees.

    Returns
    -------
    int64 array, shape (n,)
        Positions; what lies together keeps its order.
    """
    shares = np.stack([(lon + 180.0) / 360.0, (lat + 90.0) / 180.0], axis=1)
    return order_along(curve_of((shares * 0xFFFF).astype(np.int64)))


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


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def packed_shapes(shapes: npt.NDArray[np.object_], decimals: int) -> dict[str, Any]:
    """Pack polygons and lines for the page.

    Parameters
    ----------
    shapes : array of shapely.Geometry, shape (n,)
        Polygons, lines and collections of either, in degrees.
    decimals : int
        Of a degree, to which corners are rounded.

    Returns
    -------
    dict
        `x` and `y` as by `packed_steps`, `steps` per degree, and `rings`: the number of
        points of each ring of each part of each shape; a line is a part of one ring.
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


def _rings(part: shapely.Polygon | shapely.LineString) -> list[shapely.LineString]:
    if isinstance(part, shapely.LineString):
        return [part]
    return [part.exterior, *part.interiors]


_IN_WORDS = ("outcome", "date_precision", "location_precision")
_AREAS = ("declared_area_sqm", "computed_area_sqm")

Fields = Callable[[str], list[dict[str, object]]]


def card_fields(frame: pd.DataFrame, names: Sequence[str]) -> Fields:
    """Pack the columns of a frame that a card shows.

    Parameters
    ----------
    frame : pandas.DataFrame, n rows
        Records in the order in which they are drawn.
    names : sequence of str
        Columns in the order in which they are to stand; those without a value are left out.

    Returns
    -------
    callable
        Takes a language and gives `label` and `column` (as by `packed_texts`) of each.
    """
    shown = [name for name in names if name in frame.columns and frame[name].notna().any()]
    packed = {name: packed_texts(frame[name]) for name in shown if not _is_written(frame, name)}

    def build(language: str) -> list[dict[str, object]]:
        return [
            {
                "label": words.word(f"field.{name}", language),
                "column": _translated(name, packed[name], language)
                if name in packed
                else packed_texts(_written(frame[name], language)),
            }
            for name in shown
        ]

    return build


def _is_written(frame: pd.DataFrame, name: str) -> bool:
    """Tell whether the values are written differently in each language."""
    return name in _AREAS or pd.api.types.is_datetime64_any_dtype(frame[name])


def _written(values: pd.Series, language: str) -> "pd.Series[str]":
    known = values.dropna()
    if pd.api.types.is_datetime64_any_dtype(values):
        texts = [words.day_text(day, language) for day in known]
    else:
        texts = [words.number_text(number, language) for number in known]
    return pd.Series(texts, index=known.index, dtype="object").reindex(values.index)


def _translated(name: str, packed: Packed, language: str) -> Packed:
    """Put the words of a column into a language, those that are known."""
    part = "words" if "words" in packed else "texts"
    if name not in _IN_WORDS or part not in packed:
        return packed
    keys = {text: f"{name}.{text}" for text in packed[part] if text is not None}
    known = {text: key for text, key in keys.items() if words.has_word(key)}
    texts = [words.word(known[text], language) if text in known else text for text in packed[part]]
    return packed | {part: texts}


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
    palette = bytes(3) + b"".join(bytes.fromhex(colour[1:]) for colour in colours)
    lines = np.zeros((rows, columns + 1), dtype=np.uint8)  # each begins with 0: no filter
    lines[:, 1:] = classes
    head = png.palette_head((columns, rows), 8, palette, opacity=b"\x00")
    data = png.chunk(b"IDAT", zlib.compress(lines.tobytes(), _LEVEL))
    return f"data:image/png;base64,{_text(head + data + png.END)}"
