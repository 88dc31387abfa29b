"""Ids that occur twice, found piece by piece."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maligeo.readers.cells import ids as ids_of_files
from maligeo.readers.cells.ids import CollectedIds, SeenIds, SuspectIds

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


def weak_hashes(cells: pa.Array) -> npt.NDArray[np.uint64]:
    """Give one of three numbers for each id."""
    return np.array([1 + len(str(one)) % 3 for one in cells], dtype=np.uint64)


@pytest.mark.parametrize("weak", [False, True])
@given(pieces=st.lists(IDS, min_size=1, max_size=5))
def test_ids_that_share_a_hash_are_compared_by_their_texts(
    weak: bool, pieces: list[list[str | None]]
) -> None:
    with pytest.MonkeyPatch.context() as patch, CollectedIds() as collected:
        if weak:
            patch.setattr(ids_of_files, "_hashes", weak_hashes)
        for piece in pieces:
            collected.remember(texts(piece))
        suspects, known = SuspectIds(collected.shared()), list[str]()
        for piece in pieces:
            expected = [one in (*known, *piece[:at]) for at, one in enumerate(piece)]
            found = suspects.repeated(texts(piece)).tolist()
            assert found == [
                again and one is not None for again, one in zip(expected, piece, strict=True)
            ]
            known += [one for one in piece if one is not None]


def test_many_ids_are_remembered_over_all_pieces() -> None:
    seen = SeenIds()
    for first in range(0, 50_000, 10_000):
        assert not seen.repeated(texts([f"E{at}" for at in range(first, first + 10_000)])).any()
    assert seen.repeated(texts([f"E{at}" for at in range(50_001)])).tolist() == [True] * 50_000 + [
        False
    ]
