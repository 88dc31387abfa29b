"""Point features of vector tiles as rows of one array of bytes."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from maligeo.tiles.mvt_attributes import Records
from maligeo.tiles.protobuf import put_varints, varint, width_of

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

EXTENT: Final = 4096  # units across a tile
BUFFER: Final = 80  # units beyond its edge: what lies there is drawn too, or symbols were cut

_FEATURE_HEAD: Final = b"\x12"  # field 2 of a layer
_ID_HEAD: Final = b"\x08"  # field 1 of a feature
_TAGS_HEAD: Final = b"\x12"  # field 2
_POINT_HEAD: Final = b"\x18\x01\x22\x05\x09"  # type: point; geometry of 5 bytes: move to one place


_WIDTH_OF_PLACE: Final = width_of(2 * (EXTENT + BUFFER))


class _Part(NamedTuple):
    """Some columns of bytes: the same in every row, or a varint of one width in each.

    Where `only` is given, the other rows do without them.
    """

    content: bytes | Ints
    width: int
    only: Flags | None


def point_features(ids: Ints, places: Ints, tags: Ints) -> Records:
    """Write point features, each a complete entry of a layer.

    Parameters
    ----------
    ids : int64 array, shape (features,)
        Numbers of the features; -1 where one has none.
    places : int64 array, shape (features, 2)
        Units from the west and the north of the tile, within `BUFFER` of it.
    tags : int64 array, shape (features, keys)
        Place of each value in the table of the tile; -1 where the feature has none.

    Returns
    -------
    Records
        In the order given.
    """
    has_id = _unless_all(ids >= 0)
    pairs = _pairs(tags)
    body = [
        _same(_ID_HEAD, has_id),
        _numbers(ids, has_id),
        *([_same(_TAGS_HEAD), _numbers(_lengths(pairs, len(ids))), *pairs] if pairs else []),
        _same(_POINT_HEAD),
        *(_Part(_signed(places[:, side]), _WIDTH_OF_PLACE, None) for side in (0, 1)),
    ]
    return _records([_same(_FEATURE_HEAD), _numbers(_lengths(body, len(ids))), *body], len(ids))


def _signed(numbers: Ints) -> Ints:
    """Write numbers as vector tiles do: twice each, the lowest bit is the sign."""
    return np.where(numbers < 0, -2 * numbers - 1, 2 * numbers)


def _pairs(tags: Ints) -> list[_Part]:
    """Give pairs of key and value; a feature that has no value lacks the pair."""
    parts = []
    for key in range(tags.shape[1]):
        known = _unless_all(tags[:, key] >= 0)
        parts += [_same(varint(key), known), _numbers(tags[:, key], known)]
    return parts


def _same(content: bytes, only: Flags | None = None) -> _Part:
    return _Part(content, len(content), only)


def _numbers(numbers: Ints, only: Flags | None = None) -> _Part:
    known = numbers if only is None else np.where(only, numbers, 0)
    return _Part(known, width_of(int(known.max(initial=0))), only)


def _unless_all(flags: Flags) -> Flags | None:
    return None if flags.all() else flags


def _lengths(parts: Sequence[_Part], count: int) -> Ints:
    """Count the bytes of each row."""
    lengths = np.full(count, sum(part.width for part in parts))
    for part in parts:
        if part.only is not None:
            lengths -= np.where(part.only, 0, part.width)
    return lengths


def _records(parts: Sequence[_Part], count: int) -> Records:
    """Put parts side by side, and leave out what does not count."""
    rows = np.empty((count, sum(part.width for part in parts)), dtype=np.uint8)
    kept = np.ones(rows.shape, dtype=np.bool_) if any(p.only is not None for p in parts) else None
    at = 0
    for content, width, only in parts:
        columns = slice(at, at + width)
        if isinstance(content, bytes):
            rows[:, columns] = np.frombuffer(content, dtype=np.uint8)
        else:
            put_varints(rows[:, columns], content)
        if kept is not None and only is not None:
            kept[:, columns] = only[:, None]
        at += width
    starts = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(_lengths(parts, count), out=starts[1:])
    return Records(rows.reshape(-1) if kept is None else rows[kept], starts)
