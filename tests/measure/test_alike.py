"""What is put together against a plain count of the rows, also where a number cannot hold all."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from maligeo.measure import alike
from maligeo.measure.grouping import Groups

ROWS = 500
WORDS = ["vintage", "place_kind", "locate_method", "adm1_pcode", "adm1_name"]
SAID = ["date", "killed", "injured", "source", *WORDS]


def located(rng: np.random.Generator, words: int) -> pd.DataFrame:
    """Make rows of which some agree, with so many words that a column might hold."""
    known = pd.Index([f"W{at}" for at in range(words)])

    def some(*values: object) -> list[object]:
        return [values[at] for at in rng.integers(0, len(values), ROWS)]

    days = pd.to_datetime("2022-01-01") + pd.to_timedelta(rng.integers(0, 5, ROWS), unit="D")
    return pd.DataFrame(
        {
            "date": days,
            "killed": pd.array(some(0, 1, 2, None), "Int64"),
            "injured": pd.array([None] * ROWS, "Int64"),
            "source": pd.array(some("a", "b", None), "string"),
            **{name: pd.Categorical.from_codes(rng.integers(-1, 1, ROWS), known) for name in WORDS},
            "adm1_place_kind": pd.Categorical(["unit"] * ROWS),
        }
    )


def said_in(frame: pd.DataFrame) -> list[tuple[object, ...]]:
    texts = frame[SAID].astype("object").where(frame[SAID].notna(), None)
    return list(texts.itertuples(index=False, name=None))


# The five columns of words take 5, 55 or 75 bits of the 63, the other columns seven, the row nine.
@pytest.mark.parametrize("words", [1, 2_047, 32_767])
@pytest.mark.parametrize("pieces", [1, 3])
def test_rows_are_counted_as_they_stand(words: int, pieces: int) -> None:
    frame = located(np.random.default_rng(5), words)
    parts = [frame.iloc[at::pieces] for at in range(pieces)]
    together = alike.put_together([alike.put_together([part], 1) for part in parts], 1)
    wanted = Counter(said_in(pd.concat(parts)))
    assert dict(zip(said_in(together), together[alike.ALIKE], strict=True)) == wanted
    assert said_in(together) == list(wanted)  # in the order in which they first occur


def test_no_row_comes_to_none() -> None:
    together = alike.put_together([located(np.random.default_rng(5), 1).head(0)], 1)
    assert together.empty
    assert alike.ALIKE in together.columns


@pytest.mark.parametrize(
    "cells",
    [
        pd.to_datetime(["2022-01-02 06:00", "2022-01-02 18:00", "2022-01-02 06:00", None]),
        pd.DatetimeIndex(np.array([-(10**10), 0, -(10**10), "NaT"], "datetime64[s]")),
        pd.to_datetime(["2022-01-02", "2022-01-03", "2022-01-02", None]).as_unit("ns"),
        pd.array([-(2**62), 2**62, -(2**62), None], "Int64"),
        pd.array([2**40, 2**40 + 1, 2**40, None], "Int64"),
        pd.array([-3, 4, -3, None], "Int8"),
        pd.array([2**63 + 1, 2**63 + 2, 2**63 + 1, None], "UInt64"),
        np.array([0.5, np.inf, 0.5, np.nan]),
        pd.array(["a", "b", "a", None], "string"),
        np.array(["a", 1, "a", None], dtype=object),
        pd.Categorical.from_codes([0, 126, 0, -1], pd.Index([f"W{at}" for at in range(127)])),
        pd.Categorical.from_codes([0, 32766, 0, -1], pd.Index([f"W{at}" for at in range(32767)])),
    ],
)
def test_rows_are_told_apart_by_what_they_say(cells: pd.api.extensions.ExtensionArray) -> None:
    groups = Groups(4)
    assert groups.tell_apart(pd.Series(cells))
    first, counts = groups.add_up(None)
    assert (first.tolist(), counts.tolist()) == ([0, 1, 3], [2, 1, 1])
    one = Groups(2)
    assert not one.tell_apart(pd.Series(cells).iloc[[0, 2]])


def test_columns_with_the_same_codes_tell_no_more_than_one() -> None:
    codes, other = [0, 1, 0, 1], [0, 1, 1, 0]
    groups = Groups(4)
    for one in (codes, codes, other):
        assert groups.tell_apart(pd.Series(pd.Categorical.from_codes(one, pd.Index(["a", "b"]))))
    assert groups.add_up(np.array([1, 2, 4, 8]))[1].tolist() == [1, 2, 4, 8]


@pytest.mark.parametrize("seed", range(40))
def test_groups_are_those_of_a_plain_dictionary(seed: int) -> None:
    """Few numbers and many, far apart, days, texts and words, in any order."""
    rng = np.random.default_rng(seed)
    rows = int(rng.integers(0, 60))
    kinds = [
        pd.Series(rng.integers(-3, 4, rows)),
        pd.Series(pd.array(rng.integers(-(2**62), 2**62, rows), "Int64")).mask(
            pd.Series(rng.random(rows) < 0.2)
        ),
        pd.Series(rng.choice(np.array(["a", "b", None], dtype=object), rows), dtype="string"),
        pd.Series(pd.Categorical(rng.choice(["x", "y"], rows))),
        pd.Series(pd.to_datetime(rng.integers(0, 70_000, rows), unit="D")),
    ]
    chosen = [kinds[at] for at in rng.integers(0, len(kinds), rng.integers(1, 7))]
    numbers = rng.integers(1, 5, rows) if seed % 2 else None
    groups = Groups(rows)
    for column in chosen:
        groups.tell_apart(column)
    first, counts = groups.add_up(numbers)
    expected: dict[tuple[object, ...], list[int]] = {}
    for row in range(rows):
        said = tuple(None if pd.isna(column[row]) else column[row] for column in chosen)
        group = expected.setdefault(said, [row, 0])
        group[1] += 1 if numbers is None else int(numbers[row])
    assert list(zip(first.tolist(), counts.tolist(), strict=True)) == [
        tuple(group) for group in expected.values()
    ]
