import base64

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maligeo.maps.packing import near_order, packed_numbers, packed_steps, packed_texts


def unpacked_steps(packed: dict[str, str]) -> list[int]:
    """Read back by the rule, number by number, as the page does."""
    found, total, number, shift = [], 0, 0, 0
    for part in base64.b64decode(packed["data"]):
        number |= (part & 127) << shift
        shift += 7
        if part < 128:
            total += (number >> 1) ^ -(number & 1)
            found.append(total)
            number = shift = 0
    return found


def unpacked_numbers(packed: dict) -> list[int]:
    held = int.from_bytes(base64.b64decode(packed["data"]), "little")
    bits = packed["bits"]
    return [(held >> (at * bits)) & ((1 << bits) - 1) for at in range(packed["count"])]


@given(st.lists(st.integers(-(2**40), 2**40)))
def test_steps_come_back(values: list[int]) -> None:
    assert unpacked_steps(packed_steps(values)) == values


@given(st.lists(st.integers(0, 2**32 - 1)))
def test_numbers_come_back(values: list[int]) -> None:
    packed = packed_numbers(values)
    assert unpacked_numbers(packed) == values
    assert len(base64.b64decode(packed["data"])) == -(-packed["bits"] * len(values) // 8)


def test_neighbours_take_a_byte() -> None:
    assert len(base64.b64decode(packed_steps(range(50, 1_050))["data"])) == 1_000


def test_words_stand_there_once_and_missing_is_zero() -> None:
    packed = packed_texts(pd.Series(["a", None, "b", "a", "a", "b"]))
    assert packed["words"] == ["a", "b"]
    assert unpacked_numbers(packed["codes"]) == [1, 0, 2, 1, 1, 2]


def test_numbered_texts_are_numbers_after_one_beginning() -> None:
    packed = packed_texts(pd.Series(["EV-007", "EV-123", "EV-000"]))
    assert (packed["prefix"], packed["digits"]) == ("EV-", 3)
    assert unpacked_numbers(packed["numbers"]) == [7, 123, 0]


@pytest.mark.parametrize("texts", [["a1", "b2"], ["a1", None, "b1"], ["a1", "a01"], ["x", "y"]])
def test_other_texts_stay_texts(texts: list[str | None]) -> None:
    assert packed_texts(pd.Series(texts, dtype="object")) == {"texts": texts}


def test_near_points_are_neighbours_in_the_list() -> None:
    lon = np.array([1.0, 40.0, 1.001, 40.001])
    order = near_order(lon, np.array([1.0, 40.0, 1.001, 40.001])).tolist()
    assert order == [0, 2, 1, 3]
