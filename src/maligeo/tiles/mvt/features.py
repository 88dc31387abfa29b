"""Point features of vector tiles as rows of bytes, with their attributes, each value once."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal, NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api import types

from maligeo.core.errors import Fault, FrameError

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


FieldType = Literal["Boolean", "Number", "String"]

_VALUE = 4  # field of a layer
_TEXT, _DOUBLE, _WHOLE, _TRUTH = 0x0A, 0x19, 0x20, 0x38  # heads of the fields of a value
_FAITHFUL = {"boolean": "boolean", "integer": "Int64", "string": "string", "floating": "float64"}
_WHOLE_WIDTH = 10  # bytes of a negative number
_TEXTS_TOGETHER = 1 << 16  # as Python's own texts, which are large


class Records(NamedTuple):
    """Encoded values, one after another: `starts` has one entry more than there are values."""

    content: Bytes
    starts: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Column:
    """One attribute of a layer.

    Attributes
    ----------
    name : str
        Its name.
    codes : array of integers, as short as can be, shape (features,)
        Number of the value of each feature; -1 where it has none.
    values : Records
        The distinct values, each a complete entry of a layer's table of values.
    """

    name: str
    codes: npt.NDArray[np.signedinteger]
    values: Records

    def fingerprint(self) -> bytes:
        """Give a digest of the name and all values."""
        digest = hashlib.blake2b(self.name.encode("utf-8"))
        for array in (self.codes, self.values.starts, self.values.content):
            digest.update(np.ascontiguousarray(array).data)
        return digest.digest()


def plain_columns(frame: pd.DataFrame, *, what: str) -> pd.DataFrame:
    """Give the columns of a frame as truth values, numbers or text; what is missing stays so.

    Dates and times become text as in ISO 8601, categories what they stand for.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns without the geometry.
    what : str
        Name of the frame, for the message.

    Returns
    -------
    pandas.DataFrame
        Same rows; types `boolean`, `Int64`, `float64` and `string`, or categories that are text.

    Raises
    ------
    FrameError
        Naming every column that holds something else, or a mixture.
    """
    faults, plain = [], {}
    for name, column in frame.items():
        kind = _kind(column)
        if kind is None:
            reason = "is neither text, number, date nor truth value, or mixes them"
            faults.append(Fault(None, str(name), str(column.dtype), reason))
        elif kind == "string" and isinstance(column.dtype, pd.CategoricalDtype):
            plain[str(name)] = column  # each text once
        else:
            plain[str(name)] = _iso(column) if kind == "date" else column.astype(_FAITHFUL[kind])
    if faults:
        raise FrameError(what, faults)
    return pd.DataFrame(plain, index=frame.index)


def field_types(plain: pd.DataFrame) -> dict[str, FieldType]:
    """Name the types of plain columns as TileJSON does."""
    return {str(name): _field_type(column) for name, column in plain.items()}


def encode_column(name: str, column: "pd.Series[object]") -> Column:
    """Write the distinct values of a plain column and say which one each row has."""
    codes, distinct = pd.factorize(column)
    shortest = np.min_scalar_type(-1 - len(distinct))
    return Column(name, codes.astype(shortest), _encode(pd.Series(distinct, dtype=column.dtype)))


def _kind(column: "pd.Series[object]") -> str | None:
    """Say what a column holds: a key of `_FAITHFUL`, "date", or None."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = pd.Series(column.cat.categories)
    inferred = types.infer_dtype(column, skipna=True)
    if inferred in ("datetime64", "datetime", "date"):
        return "date"
    if inferred in ("mixed-integer-float", "decimal"):
        return "floating"
    if inferred == "empty":
        return "string"
    return inferred if inferred in _FAITHFUL else None


def _iso(column: "pd.Series[object]") -> "pd.Series[object]":
    """Write dates as text; without the time of day where none of them has one."""
    codes, distinct = pd.factorize(pd.to_datetime(column))
    moments = pd.Series(distinct)
    is_date = bool((moments == moments.dt.normalize()).all())
    texts = moments.dt.strftime("%Y-%m-%d" if is_date else "%Y-%m-%dT%H:%M:%S%z")
    same, written = pd.factorize(texts.astype("string"))
    codes = np.append(same, -1)[codes]
    return pd.Series(pd.Categorical.from_codes(codes, written), index=column.index)


def _field_type(column: "pd.Series[object]") -> FieldType:
    if types.is_bool_dtype(column.dtype):
        return "Boolean"
    return "Number" if types.is_numeric_dtype(column.dtype) else "String"


def _encode(distinct: "pd.Series[object]") -> Records:
    if types.is_bool_dtype(distinct.dtype):
        return _of_one_width(_TRUTH, distinct.to_numpy(dtype=np.uint8)[:, None])
    if types.is_integer_dtype(distinct.dtype):
        return _whole_numbers(distinct.to_numpy(dtype=np.int64))
    if types.is_float_dtype(distinct.dtype):
        doubles = distinct.to_numpy(dtype="<f8")
        return _of_one_width(_DOUBLE, doubles.view(np.uint8).reshape(len(doubles), 8))
    return _texts(distinct)


def _whole_numbers(numbers: npt.NDArray[np.int64]) -> Records:
    negative = bool((numbers < 0).any())
    width = _WHOLE_WIDTH if negative else width_of(int(numbers.max(initial=0)))
    content = np.empty((len(numbers), width), dtype=np.uint8)
    put_varints(content, numbers.view(np.uint64))
    return _of_one_width(_WHOLE, content)


def _of_one_width(head: int, content: Bytes) -> Records:
    """Put the heads of a value before contents that are equally long."""
    count, width = content.shape
    out = np.empty((count, width + 3), dtype=np.uint8)
    out[:, 0] = _VALUE << 3 | 2
    out[:, 1] = width + 1
    out[:, 2] = head
    out[:, 3:] = content
    return Records(out.reshape(-1), np.arange(count + 1, dtype=np.int64) * (width + 3))


def _texts(texts: "pd.Series[str]") -> Records:
    starts, contents = np.zeros(len(texts) + 1, dtype=np.int64), list[bytes]()
    for first in range(0, len(texts), _TEXTS_TOGETHER):
        entries = [
            delimited(_VALUE, delimited(_TEXT >> 3, text.encode("utf-8")))
            for text in texts[first : first + _TEXTS_TOGETHER]
        ]
        starts[first + 1 : first + 1 + len(entries)] = [len(entry) for entry in entries]
        contents.append(b"".join(entries))
    return Records(np.frombuffer(b"".join(contents), dtype=np.uint8), np.cumsum(starts))


def take(records: Records, which: npt.NDArray[np.int64]) -> Records:
    """Give some values, in the order asked for, also more than once."""
    lengths = np.diff(records.starts)[which]
    starts = np.zeros(len(which) + 1, dtype=np.int64)
    np.cumsum(lengths, out=starts[1:])
    source = np.repeat(records.starts[which] - starts[:-1], lengths) + np.arange(starts[-1])
    return Records(records.content[source], starts)


Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

EXTENT: Final = 4096  # units across a tile
BUFFER: Final = 128  # units beyond its edge: what lies there is drawn too, or symbols were cut

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

    def parts(self, least: int) -> Iterator[tuple[slice, Self]]:
        """Give parts of whole runs, of so many values at least but for the last, one by one."""
        cuts = np.searchsorted(self.starts[:-1], np.arange(0, self.starts[-1], least))
        for first, end in pairwise(np.unique([*cuts, len(self.starts) - 1])):
            starts = self.starts[first : end + 1]
            yield slice(starts[0], starts[-1]), type(self)(starts - starts[0])

    @property
    def number_of_each(self) -> Ints:
        """Give the number of the run that each value lies in."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))


@dataclass(frozen=True)
class Values:
    """The values of the columns of a zoom, arranged for tables.

    Columns of few values share one table that goes whole into every tile; of the others
    each tile has a table of the values that occur in it.

    Attributes
    ----------
    few, many : tuple of Column
        The columns of either kind.
    shared, others : Records
        The values of either kind, column by column.
    """

    few: tuple[Column, ...]
    many: tuple[Column, ...]
    shared: Records
    others: Records

    @classmethod
    def of(cls, columns: Sequence[Column]) -> Self:
        """Arrange the values of columns."""
        few = tuple(column for column in columns if len(column.values.content) <= _FEW_BYTES)
        many = tuple(column for column in columns if len(column.values.content) > _FEW_BYTES)
        return cls(few, many, _joined(few), _joined(many))

    @property
    def names(self) -> tuple[str, ...]:
        """Keys, in the order of the columns of `ValueTables.indices`."""
        return tuple(column.name for column in (*self.few, *self.many))

    def tables(self, which: Ints, tiles: Runs) -> "ValueTables":
        """Give the tables of some tiles.

        Parameters
        ----------
        which : int64 array, shape (features,)
            The features in the tiles, by their number among those of the columns.
        tiles : Runs
            Which of them lie in one tile.
        """
        local, pairs, own_starts = _per_tile(_codes(self.many, which), _count(self.others), tiles)
        local[local >= 0] += _count(self.shared)
        return ValueTables(
            np.hstack([_codes(self.few, which), local]),
            self.shared.content.tobytes(),
            take(self.others, pairs),
            own_starts,
        )


@dataclass(frozen=True)
class ValueTables:
    """The tables of values of some tiles.

    Attributes
    ----------
    indices : int64 array, shape (features, columns)
        Place of each value in the table of its tile; -1 where there is none.
    shared : bytes
        Table of all tiles.
    own : Records
        Further values, tile by tile.
    own_starts : int64 array, shape (tiles + 1,)
        Which of them are whose.
    """

    indices: Ints
    shared: bytes
    own: Records
    own_starts: Ints

    def table_of(self, tile: int) -> bytes:
        """Give the table of a tile."""
        first, end = self.own.starts[self.own_starts[tile : tile + 2]]
        return self.shared + self.own.content[first:end].tobytes()


def _count(values: Records) -> int:
    return len(values.starts) - 1


def _joined(columns: Sequence[Column]) -> Records:
    """Put the values of columns into one table."""
    starts, contents, size = [np.zeros(1, dtype=np.int64)], [], 0
    for column in columns:
        starts.append(column.values.starts[1:] + size)
        contents.append(column.values.content)
        size += len(column.values.content)
    content = np.concatenate(contents) if contents else np.empty(0, dtype=np.uint8)
    return Records(content, np.concatenate(starts))


def _codes(columns: Sequence[Column], which: Ints) -> Ints:
    """Give the numbers of values of some features in the table that columns are joined to."""
    codes = np.empty((len(which), len(columns)), dtype=np.int64)
    count = 0
    for at, column in enumerate(columns):
        codes[:, at] = column.codes[which]
        codes[codes[:, at] >= 0, at] += count
        count += _count(column.values)
    return codes


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
