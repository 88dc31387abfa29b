"""What is put together against a plain count of the rows, also where a number cannot hold all."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from maligeo.measure import alike

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
