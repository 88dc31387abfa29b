"""Ids that occur twice, found piece by piece."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from maligeo.readers.cells.ids import SeenIds

IDS = st.lists(st.one_of(st.none(), st.text("aZ0é\0", max_size=20)), max_size=30)


def texts(ids: list[str | None]) -> pd.Series:
    return pd.Series(ids, dtype=pd.StringDtype("pyarrow"))


@given(st.lists(IDS, max_size=5))
def test_what_repeats_is_what_a_set_knows(pieces: list[list[str | None]]) -> None:
    seen, known = SeenIds(), set[str]()
    for piece in pieces:
        expected = []
        for one in piece:
            expected.append(one is not None and one in known)
            known |= set() if one is None else {one}
        assert seen.repeated(texts(piece)).tolist() == expected


def test_many_ids_are_remembered_over_all_pieces() -> None:
    seen = SeenIds()
    for first in range(0, 50_000, 10_000):
        assert not seen.repeated(texts([f"E{at}" for at in range(first, first + 10_000)])).any()
    assert seen.repeated(texts([f"E{at}" for at in range(50_001)])).tolist() == [True] * 50_000 + [
        False
    ]
