"""Attributes of vector tiles: columns as typed values in Protocol Buffers, each once."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

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
    codes : int64 array, shape (features,)
        Number of the value of each feature; -1 where it has none.
    values : Records
        The distinct values, each a complete entry of a layer's table of values.
    """

    name: str
    codes: npt.NDArray[np.int64]
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
        Same rows; types `boolean`, `Int64`, `float64` and `string`.

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
    return Column(name, codes.astype(np.int64), _encode(pd.Series(distinct, dtype=column.dtype)))


def _kind(column: "pd.Series[object]") -> str | None:
    """Say what a column holds: a key of `_FAITHFUL`, "date", or None."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
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
    moments = pd.to_datetime(column)
    known = moments.dropna()
    is_date = bool((known == known.dt.normalize()).all())
    text = moments.dt.strftime("%Y-%m-%d" if is_date else "%Y-%m-%dT%H:%M:%S%z")
    return text.astype("string")


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
    return _texts(distinct.tolist())


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


def _texts(texts: Sequence[str]) -> Records:
    entries = [delimited(_VALUE, delimited(_TEXT >> 3, text.encode("utf-8"))) for text in texts]
    starts = np.zeros(len(entries) + 1, dtype=np.int64)
    np.cumsum([len(entry) for entry in entries], out=starts[1:])
    return Records(np.frombuffer(b"".join(entries), dtype=np.uint8), starts)


def take(records: Records, which: npt.NDArray[np.int64]) -> Records:
    """Give some values, in the order asked for, also more than once."""
    lengths = np.diff(records.starts)[which]
    starts = np.zeros(len(which) + 1, dtype=np.int64)
    np.cumsum(lengths, out=starts[1:])
    source = np.repeat(records.starts[which] - starts[:-1], lengths) + np.arange(starts[-1])
    return Records(records.content[source], starts)
