import pandas as pd
import pytest

from maligeo.text.legend import class_of, gap_period, gap_publisher, gap_texts, unranked_notes

ROW = {
    "need_rank": 1.0,
    "response_rank": 9.0,
    "gap_places": 8.0,
    "certainty": "robust",
    "no_response": True,
}


@pytest.mark.parametrize(
    ("need", "response", "expected"), [(1, 1, 9), (1, 9, 7), (9, 1, 3), (9, 9, 1), (5, 5, 5)]
)
def test_nine_classes(need: float, response: float, expected: int) -> None:
    row = ROW | {"need_rank": need, "response_rank": response}
    assert class_of(row, 9) == expected


def test_what_is_not_known_has_no_class_and_says_so() -> None:
    row = ROW | {"gap_places": pd.NA}
    assert class_of(row, 9) == class_of(None, 9) == -1
    assert gap_texts(row, "en") == gap_texts(None, "en") == ("not comparable", "")


def test_a_gap_in_words() -> None:
    assert gap_texts(ROW, "en") == ("+8", "need ranked 1, response ranked 9, no response recorded")
    unsure = ROW | {"gap_places": -2.5, "certainty": "depends on weights", "no_response": pd.NA}
    gap, remarks = gap_texts(unsure, "fr")
    assert gap == "\u22122,5"
    assert remarks.endswith("dépend des pondérations")


def test_period_publisher_and_what_has_no_rank() -> None:
    gaps = pd.DataFrame(
        {
            "place_kind": ["unit", "countrywide", "joint", "joint"],
            "name": ["A", None, "A + B", "A + B"],
            "publisher": [None, "UNMAS", None, None],
            "period_start": pd.Timestamp("2021-01-01"),
            "period_end": pd.Timestamp("2021-03-31"),
        }
    )
    assert gap_period(gaps, "en") == "Jan–Mar 2021"
    assert gap_publisher(gaps) == "UNMAS"
    assert unranked_notes(gaps, "en") == ["Not ranked: Whole country, A + B together"]
    bare = gaps[["place_kind", "name"]].head(1)
    assert (gap_period(bare, "en"), gap_publisher(bare)) == ("", "")
    assert unranked_notes(bare, "en") == []
