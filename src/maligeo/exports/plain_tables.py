"""Frames made plain for files: few types, names that differ, all faults at once."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from maligeo.core.errors import Fault, FrameError

Kind = Literal["text", "integer", "number", "boolean", "date", "datetime"]

_INT64: Final = (-(2**63), 2**63 - 1)
_INFINITE: Final = "an infinite number has no place in files"
_TOO_LARGE: Final = "the whole number is too large for 64 bits"
_KIND_OF: Final[tuple[tuple[Kind, tuple[type, ...]], ...]] = (
    ("boolean", (bool, np.bool_)),  # before integers: a bool is an int
    ("text", (str,)),
    ("integer", (int, np.integer)),
    ("number", (float, np.floating)),
    ("date", (datetime.date, np.datetime64)),  # datetimes and Timestamps are dates
)
_PURE: Final = frozenset(
    {"integer", "floating", "mixed-integer-float", "boolean", "date", "datetime", "datetime64"}
)
_DTYPES: Final[Mapping[Kind, str]] = {
    "text": "string",
    "integer": "Int64",
    "number": "Float64",
    "boolean": "boolean",
    "date": "datetime64[us]",
    "datetime": "datetime64[us]",
}


@dataclass(frozen=True)
class PlainTable:
    """A table that every format can hold.

    Attributes
    ----------
    frame : pandas.DataFrame
        Texts, nullable integers, numbers and booleans, and times without a zone; numbered
        rows, without `attrs`.
    kinds : mapping of str to Kind
        Kind of each column, in order; "date" where no value has a time of day.
    """

    frame: pd.DataFrame
    kinds: Mapping[str, Kind]

    def faults(self, column: str, wrong: "pd.Series[bool]", reason: str) -> list[Fault]:
        """List the values of a column that a format cannot hold."""
        values = self.frame.loc[wrong.fillna(False), column]
        return [Fault(row, column, value, reason) for row, value in values.items()]

    def of_kind(self, *kinds: Kind) -> list[str]:
        """Name the columns of some kinds."""
        return [name for name, kind in self.kinds.items() if kind in kinds]


def plain_table(frame: pd.DataFrame, *, what: str) -> PlainTable:
    """Make a frame plain.

    Categories become texts, and mixed whole and broken numbers become numbers. The index
    is left out.

    Parameters
    ----------
    frame : pandas.DataFrame
        Without a geometry; it is not changed.
    what : str
        Name of the frame, for the message.

    Raises
    ------
    FrameError
        If names repeat, are empty or are no texts; if a column mixes kinds of value, or holds
        lists, infinite numbers, times with a zone, signs that no file can hold.
    """
    _require_names(frame, what)
    faults: list[Fault] = []
    columns: dict[str, pd.Series] = {}
    kinds: dict[str, Kind] = {}
    for name, values in frame.items():
        found = values.reset_index(drop=True)
        wrong = list(_faults(found, str(name), values.index))
        faults += wrong
        if not wrong:
            kinds[str(name)], columns[str(name)] = _plain_column(found)
    if faults:
        raise FrameError(what, faults)
    return PlainTable(pd.DataFrame(columns, index=range(len(frame))), kinds)


def plain_piece(frame: pd.DataFrame) -> PlainTable:
    """Make a piece of somebody's file plain and refuse nothing: what is of no kind is text."""
    columns = {name: values.reset_index(drop=True) for name, values in frame.items()}
    found = {
        str(name): _plain_column(values) if _has_kind(values) else ("text", _as_text(values))
        for name, values in columns.items()
    }
    plain = pd.DataFrame({name: values for name, (_, values) in found.items()})
    return PlainTable(plain, {name: kind for name, (kind, _) in found.items()})


def _has_kind(values: pd.Series) -> bool:
    if not _is_loose(values.dtype):
        return _is_simple(values.dtype)
    return pd.api.types.infer_dtype(values.astype("object")) in _PURE


def _as_text(values: pd.Series) -> pd.Series:
    return values.astype("object").map(str, na_action="ignore").astype("string")


def _require_names(frame: pd.DataFrame, what: str) -> None:
    names = list(frame.columns)
    faults = []
    for name in dict.fromkeys(names):
        if not isinstance(name, str):
            faults.append(Fault(None, str(name), name, "the name of a column must be a text"))
        elif not name.strip() or not _is_writable(name):
            faults.append(Fault(None, name, name, "no file can hold a column of this name"))
        elif names.count(name) > 1:
            faults.append(Fault(None, name, name, f"{names.count(name)} columns have this name"))
    if faults:
        raise FrameError(what, faults)


def _faults(values: pd.Series, name: str, labels: "pd.Index[Any]") -> Iterator[Fault]:
    """Find what is wrong in a column."""
    dtype = values.dtype
    if isinstance(dtype, pd.DatetimeTZDtype):
        yield Fault(None, name, dtype, "times have a zone: take it off with dt.tz_localize(None)")
    elif not _is_simple(dtype):
        yield Fault(None, name, dtype, "values of this type have no place in files")
    else:
        wrong = _loose_faults(values) if _is_loose(dtype) else _number_faults(values)
        yield from (Fault(labels[row], name, value, reason) for row, value, reason in wrong)


def _loose_faults(values: pd.Series) -> Iterator[tuple[int, object, str]]:
    """Find values of other kinds than the first, and such as have no kind."""
    known = values.dropna()
    common: Kind | None = next(filter(None, map(_kind_of, known)), None)
    allowed: set[Kind | None] = (
        {"integer", "number"} if common in ("integer", "number") else {common}
    )
    for row, value in zip(known.index, known, strict=True):
        reason = _loose_fault(value, common, allowed)
        if reason:
            yield row, value, reason


def _loose_fault(value: Any, common: Kind | None, allowed: set[Kind | None]) -> str:
    """Say what is wrong with a value; nothing for a good one."""
    kind = _kind_of(value)
    if kind is None:
        return f"a {type(value).__name__} has no place in files"
    if kind not in allowed:
        return f"the column also holds values of kind {common}"
    if kind == "text":
        return "" if _is_writable(value) else "the text holds signs that no file can hold"
    if kind == "number":
        return _INFINITE if np.isinf(value) else ""
    too_large = kind == "integer" and not _INT64[0] <= int(value) <= _INT64[1]
    return _TOO_LARGE if too_large else ""


def _number_faults(values: pd.Series) -> Iterator[tuple[int, object, str]]:
    if pd.api.types.is_float_dtype(values.dtype):
        wrong, reason = np.isinf(values.to_numpy(np.float64, na_value=np.nan)), _INFINITE
    elif pd.api.types.is_unsigned_integer_dtype(values.dtype):
        wrong, reason = (values > _INT64[1]).fillna(False).to_numpy(bool), _TOO_LARGE
    else:
        return
    yield from ((int(row), values.iloc[row], reason) for row in np.flatnonzero(wrong))


def _is_loose(dtype: Any) -> bool:
    """Tell whether a column may hold values of any kind."""
    return isinstance(dtype, pd.CategoricalDtype | pd.StringDtype | pd.ArrowDtype) or (
        dtype == np.dtype(object)
    )


def _is_simple(dtype: Any) -> bool:
    types = pd.api.types
    return (
        _is_loose(dtype)
        or types.is_bool_dtype(dtype)
        or types.is_integer_dtype(dtype)
        or types.is_float_dtype(dtype)
        or types.is_datetime64_dtype(dtype)
    )


def _kind_of(value: object) -> Kind | None:
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        return None
    return next((kind for kind, types in _KIND_OF if isinstance(value, types)), None)


def _is_writable(text: str) -> bool:
    """Tell whether a text is Unicode without zeros, which end a text in many formats."""
    try:
        return b"\0" not in text.encode("utf-8")
    except UnicodeEncodeError:
        return False


def _plain_column(values: pd.Series) -> tuple[Kind, pd.Series]:
    kind = _column_kind(values)
    bare = values.astype("object") if _is_loose(values.dtype) else values
    if kind == "number":
        numbers = bare.to_numpy(dtype=np.float64, na_value=np.nan)
        return kind, pd.Series(pd.array(numbers, dtype="Float64"))  # NaN is missing
    if kind == "date":
        times = pd.to_datetime(bare).astype(_DTYPES[kind])
        has_hours = bool((times.dropna() != times.dropna().dt.normalize()).any())
        return ("datetime" if has_hours else "date"), times
    return kind, bare.astype(_DTYPES[kind])


def _column_kind(values: pd.Series) -> Kind:
    types = pd.api.types
    if not _is_loose(values.dtype):
        if types.is_bool_dtype(values.dtype):
            return "boolean"
        if types.is_datetime64_dtype(values.dtype):
            return "date"
        return "integer" if types.is_integer_dtype(values.dtype) else "number"
    if isinstance(values.dtype, pd.StringDtype):
        return "text"
    kinds = {_kind_of(value) for value in values.dropna()} - {None}
    if kinds == {"integer", "number"}:
        return "number"
    return kinds.pop() or "text" if kinds else "text"


def rows_of(table: PlainTable) -> Iterator[dict[str, Any]]:
    """Give each row as JSON has it: days and times as ISO 8601, None for what is missing."""
    columns = {name: _json_values(table, name) for name in table.kinds}
    if not columns:
        yield from ({} for _ in range(len(table.frame)))
        return
    for row in zip(*columns.values(), strict=True):
        yield dict(zip(columns, row, strict=True))


def _json_values(table: PlainTable, name: str) -> Sequence[Any]:
    values, kind = table.frame[name], table.kinds[name]
    if kind in ("date", "datetime"):
        whole = kind == "date"
        return [
            None if pd.isna(time) else (time.date() if whole else time).isoformat()
            for time in values
        ]
    return [None if pd.isna(value) else value for value in values.astype("object").tolist()]
