"""The tables of values of vector tiles: what the tags of their features point to."""

from dataclasses import dataclass
from typing import Final, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from maligeo.tiles.mvt_attributes import Column, Records, take

Ints = npt.NDArray[np.int64]

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
