"""Point features of vector tiles as rows of bytes, and the tables that their tags point to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from maligeo.tiles.mvt.attributes import Column, Records, put_varints, take, varint, width_of

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


_FEW_BYTES: Final = 256  # a table of values no longer than this goes whole into every tile


class Runs(NamedTuple):
    """Runs of equal values: run k lies between `starts[k]` and `starts[k + 1]`."""

    starts: Ints

    @classmethod
    def of(cls, ordered: npt.NDArray[np.integer]) -> Self:
        """Find the runs of an array that is not empty."""
        changes = np.flatnonzero(ordered[1:] != ordered[:-1]) + 1
        return cls(np.concatenate(([0], changes, [len(ordered)])))

    @property
    def number_of_each(self) -> Ints:
        """Give the number of the run that each value lies in."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))


@dataclass(frozen=True)
class ValueTables:
    """The tables of values of the tiles of a zoom.

    Columns of few values share one table that goes whole into every tile; of the others
    each tile has a table of the values that occur in it.

    Attributes
    ----------
    names : tuple of str
        Keys, in the order of the columns of `indices`.
    indices : int64 array, shape (features, columns)
        Place of each value in the table of its tile; -1 where there is none.
    shared : bytes
        Table of all tiles.
    own : Records
        Further values, tile by tile.
    own_starts : int64 array, shape (tiles + 1,)
        Which of them are whose.
    """

    names: tuple[str, ...]
    indices: Ints
    shared: bytes
    own: Records
    own_starts: Ints

    @classmethod
    def of(cls, columns: list[Column], tiles: Runs) -> Self:
        """Arrange the values of columns."""
        few = [column for column in columns if len(column.values.content) <= _FEW_BYTES]
        many = [column for column in columns if len(column.values.content) > _FEW_BYTES]
        indices, shared = _joined(few, int(tiles.starts[-1]))
        shared_count = len(shared.starts) - 1
        codes, values = _joined(many, int(tiles.starts[-1]))
        local, pairs, own_starts = _per_tile(codes, len(values.starts) - 1, tiles)
        local[local >= 0] += shared_count
        return cls(
            tuple(column.name for column in (*few, *many)),
            np.hstack([indices, local]),
            shared.content.tobytes(),
            take(values, pairs),
            own_starts,
        )

    def table_of(self, tile: int) -> bytes:
        """Give the table of a tile."""
        first, end = self.own.starts[self.own_starts[tile : tile + 2]]
        return self.shared + self.own.content[first:end].tobytes()


def _joined(columns: list[Column], features: int) -> tuple[Ints, Records]:
    """Put the values of columns into one table, and renumber the codes to suit."""
    codes = np.empty((features, len(columns)), dtype=np.int64)
    starts, contents, count, size = [np.zeros(1, dtype=np.int64)], [], 0, 0
    for at, column in enumerate(columns):
        codes[:, at] = np.where(column.codes < 0, -1, column.codes + count)
        starts.append(column.values.starts[1:] + size)
        contents.append(column.values.content)
        count += len(column.values.starts) - 1
        size += len(column.values.content)
    content = np.concatenate(contents) if contents else np.empty(0, dtype=np.uint8)
    return codes, Records(content, np.concatenate(starts))


def _per_tile(codes: Ints, value_count: int, tiles: Runs) -> tuple[Ints, Ints, Ints]:
    """Give the values of each tile their own numbers, from zero.

    Returns
    -------
    numbers : int64 array, shape of `codes`
        The new numbers; -1 stays.
    which : int64 array
        The values that occur in each tile, tile by tile.
    starts : int64 array, shape (tiles + 1,)
        Where the values of each tile begin in `which`.
    """
    tile_count = len(tiles.starts) - 1
    known = codes >= 0
    pairs = (tiles.number_of_each[:, None] * max(value_count, 1) + codes)[known]
    distinct, place = np.unique(pairs, return_inverse=True)
    owner, which = np.divmod(distinct, max(value_count, 1))
    starts = np.searchsorted(owner, np.arange(tile_count + 1))
    numbers = np.full(codes.shape, -1, dtype=np.int64)
    numbers[known] = place - starts[owner][place]
    return numbers, which, starts
