"""Words of lists pass; any other word in such a column is somebody's own, and goes."""

import pandas as pd
import pytest

from maligeo.core.columns import WORDS, known_words, unlisted_words
from maligeo.core.errors import ReleaseError
from maligeo.disclosure import release, require_released
from maligeo.readers import formats
from maligeo.readers.projects import load_projects
from tests.disclosure import frames

FORMATS = ("acled", "ucdp", "imsma", "plain_incidents", "plain_areas", "plain_projects", "aiddata")


@pytest.mark.parametrize("name", FORMATS)
def test_every_word_that_a_reader_gives_is_listed(name: str) -> None:
    made = formats.load_format(name)
    for column, meanings in made.values.items():
        if column in WORDS:
            assert set(meanings.values()) <= WORDS[column], column
    for column, word in made.unlisted.items():
        assert column not in WORDS or word in WORDS[column]


def test_codes_of_iati_are_listed() -> None:
    codes = formats.read_catalogue("projects_iati")
    assert set(codes["status"].values()) <= WORDS["status"]


def test_bundled_projects_hold_no_other_words() -> None:
    assert unlisted_words(load_projects()) == []


def test_other_words_become_missing_and_the_rest_stays() -> None:
    frame = pd.DataFrame(
        {
            "status": pd.Categorical(["active", "asked Mr X", None]),
            "budget_currency": ["EUR", "EUR of Mr X", None],
            "title": ["asked Mr X"] * 3,
        }
    )
    known = known_words(frame)
    assert known["status"].tolist() == ["active", pd.NA, pd.NA]
    assert known["budget_currency"].tolist() == ["EUR", pd.NA, pd.NA]
    assert known["title"].tolist() == frame["title"].tolist()
    assert unlisted_words(frame) == ["status", "budget_currency"]
    assert unlisted_words(known) == []


def test_words_of_ones_own_leave_neither_by_release_nor_by_the_gate() -> None:
    exact = frames.located(200).assign(event_type=frames.SECRET)
    released = release(exact, audience="partner", as_of=frames.DAY)
    assert len(released) and released["event_type"].isna().all()
    with pytest.raises(ReleaseError, match="words of no list in 'event_type'"):
        require_released(released.assign(event_type=frames.SECRET), "partner", what="incidents")
