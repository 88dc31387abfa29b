"""Frames made plain: kinds, faults, nothing lost."""

import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maligeo.core.errors import FrameError
from maligeo.exports.plain_tables import plain_table


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        (pd.Series(["a", None], dtype="str"), "text", ["a", pd.NA]),
        (pd.Series(["a", None], dtype="object"), "text", ["a", pd.NA]),
        (pd.Series([None, None], dtype="object"), "text", [pd.NA, pd.NA]),
        (pd.Series(pd.Categorical(["b", None])), "text", ["b", pd.NA]),
        (pd.Series(pd.Categorical([3, None])), "integer", [3, pd.NA]),
        (pd.Series([1, 2], dtype="uint8"), "integer", [1, 2]),
        (pd.Series([1, None], dtype="Int64"), "integer", [1, pd.NA]),
        (pd.Series([1, 2.5, None], dtype="object"), "number", [1.0, 2.5, pd.NA]),
        (pd.Series([0.0, np.nan]), "number", [0.0, pd.NA]),
        (pd.Series([1.5, None], dtype="Float64"), "number", [1.5, pd.NA]),
        (pd.Series([True, None], dtype="boolean"), "boolean", [True, pd.NA]),
        (pd.Series([True, None], dtype="object"), "boolean", [True, pd.NA]),
        (
            pd.Series([datetime.date(2021, 1, 2), None]),
            "date",
            [pd.Timestamp("2021-01-02"), pd.NaT],
        ),
        (pd.Series(pd.to_datetime(["2021-01-02"])), "date", [pd.Timestamp("2021-01-02")]),
        (
            pd.Series(pd.to_datetime(["2021-01-02 03:04"])),
            "datetime",
            [pd.Timestamp("2021-01-02 03:04")],
        ),
        (pd.Series([1, None], dtype=pd.ArrowDtype(pa.int32())), "integer", [1, pd.NA]),
    ],
)
def test_each_dtype_has_one_kind(values: pd.Series, kind: str, expected: list[object]) -> None:
    plain = plain_table(pd.DataFrame({"a": values}), what="table")
    assert plain.kinds == {"a": kind}
    found = plain.frame["a"].tolist()
    assert [pd.isna(one) for one in found] == [pd.isna(one) for one in expected]
    assert [a == b for a, b in zip(found, expected, strict=True) if pd.notna(b)].count(False) == 0


def frame_of(*values: object, name: object = "a") -> pd.DataFrame:
    index = range(10, 10 + len(values))
    return pd.DataFrame({name: pd.Series(values, index=index, dtype="object")})


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (frame_of("x", 1), r"row 11, a: the column also holds values of kind text \(found 1\)"),
        (frame_of(True, 1), "kind boolean"),
        (frame_of([1]), r"row 10, a: a list has no place"),
        (frame_of(1 + 2j), "a complex has no place"),
        (frame_of(1.0, float("inf")), r"row 11, a: an infinite number"),
        (pd.DataFrame({"a": [np.inf]}), "infinite"),
        (pd.DataFrame({"a": pd.array([-np.inf], dtype="Float64")}), "infinite"),
        (frame_of("a\0b"), "signs that no file"),
        (frame_of("\ud800"), "signs that no file"),
        (frame_of(2**63), "too large for 64 bits"),
        (pd.DataFrame({"a": pd.Series([2**63], dtype="uint64")}), "too large for 64 bits"),
        (pd.DataFrame({"a": pd.to_datetime(["2021-01-01"], utc=True)}), "zone"),
        (frame_of(pd.Timestamp("2021-01-01", tz="UTC")), "Timestamp has no place"),
        (pd.DataFrame({"a": pd.to_timedelta([1])}), "this type"),
        (pd.DataFrame({"a": pd.period_range("2021", periods=1)}), "this type"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "2 columns have this name"),
        (frame_of(1, name=7), "must be a text"),
        (frame_of(1, name=" "), "no file can hold"),
        (frame_of(1, name="a\0"), "no file can hold"),
    ],
)
def test_what_no_file_can_hold(frame: pd.DataFrame, message: str) -> None:
    with pytest.raises(FrameError, match=message):
        plain_table(frame, what="table")


def test_all_faults_are_told_at_once() -> None:
    frame = pd.DataFrame({"a": [1.0, np.inf], "b": ["x", "y\0"], "c": [[], {}], "d": [1, 2]})
    with pytest.raises(FrameError, match="table: 4 faults") as caught:
        plain_table(frame, what="table")
    assert [fault.column for fault in caught.value.faults] == ["a", "b", "c", "c"]


def test_an_empty_table_stays_one() -> None:
    plain = plain_table(pd.DataFrame({"a": [], "b": pd.Series([], dtype="Int64")}), what="table")
    assert len(plain.frame) == 0
    assert list(plain.kinds) == ["a", "b"]
    assert plain_table(pd.DataFrame(index=range(3)), what="t").frame.shape == (3, 0)


def test_attributes_and_labels_stay_in_the_house() -> None:
    frame = pd.DataFrame({"a": [1, 2]}, index=["x", "y"])
    frame.attrs["covers"] = object()
    plain = plain_table(frame, what="table")
    assert plain.frame.attrs == {}
    assert list(plain.frame.index) == [0, 1]
    assert frame.attrs


@given(st.lists(st.one_of(st.none(), st.floats(allow_infinity=False)), max_size=20))
def test_numbers_stay_what_they_are(values: list[float | None]) -> None:
    plain = plain_table(pd.DataFrame({"a": pd.Series(values, dtype="object")}), what="table")
    found = plain.frame["a"].tolist()
    for value, one in zip(values, found, strict=True):
        if value is None or value != value:  # NaN
            assert pd.isna(one)
        else:
            assert float(one) == value
