"""What a release withholds is neither zero nor unknown, on page and paper alike."""

import pandas as pd
import pytest

from maligeo.disclosure import release
from maligeo.look import LAYERS, classify
from maligeo.text.balance import balance, totals
from maligeo.text.legend import legend, withheld_text
from maligeo.text.readings import PeriodRows, all_counts, cells, hidden_text, periods
from maligeo.text.releases import release_sentences
from tests.disclosure import frames

INCIDENTS = next(layer for layer in LAYERS if layer.key == "incidents")
APRIL = pd.Timestamp("2021-04-01")
PLACES = (frames.MOPTI, frames.GAO, frames.OUTSIDE)


def table(*counts: int, **columns: int) -> pd.DataFrame:
    """So many incidents in Mopti, Gao and outside, released for the public."""
    groups = [(x, "2021-05-05", count, columns) for x, count in zip(PLACES, counts, strict=True)]
    records = frames.placed(*groups, covers="2021")
    return release(records, frames.regions(), as_of=frames.DAY)


def spring(released: pd.DataFrame, language: str) -> PeriodRows:
    """Give the quarter in which all of them were; the others are quiet."""
    found = periods(released, INCIDENTS, language)
    return next(one for one in found if one.rows["period_start"].iloc[0] == APRIL)


@pytest.fixture
def shown() -> PeriodRows:
    return spring(table(3, 40, 10), "en")


def test_a_quarter_of_small_counts_is_a_period_too() -> None:
    found = periods(table(3, 40, 10), INCIDENTS, "en")
    starts = [one.rows["period_start"].iloc[0].date().isoformat() for one in found]
    assert starts[:2] == ["2021-01-01", "2021-01-01"]  # the quarter, and the year
    assert {"2021-04-01", "2021-07-01", "2021-10-01"} <= set(starts)


def test_a_unit_says_that_its_count_is_small(shown: PeriodRows) -> None:
    assert shown.has_withheld
    classes = classify(shown.rows, INCIDENTS)
    small, number = cells(shown, ["ML05", "ML07"], classes, "en")
    assert (small.class_index, small.text) == (-1, "fewer than 5")
    assert number.text == "40"


def test_in_french_too() -> None:
    shown = spring(table(3, 40, 10), "fr")
    classes = classify(shown.rows, INCIDENTS)
    assert "moins de 5" in cells(shown, ["ML05"], classes, "fr")[0].text


def test_zero_is_not_told_from_a_small_count() -> None:
    shown = spring(table(0, 40, 10), "en")
    classes = classify(shown.rows, INCIDENTS)
    assert cells(shown, ["ML05"], classes, "en")[0].text == "fewer than 5"


def test_what_is_given_up_or_has_few_victims_is_withheld_without_a_bound() -> None:
    released = table(3, 40, 10, killed=2)
    (row,) = released[
        (released["name"] == "Mopti")
        & (released["measure"] == "killed")
        & (released["period_start"] == "2021-04-01")
    ].to_dict("records")
    assert row["note"] == "withheld"
    assert hidden_text(row["note"], INCIDENTS, "en") == "withheld"
    assert hidden_text(row["note"], INCIDENTS, "fr") == "non publié"


def test_the_legend_says_so_where_it_occurs_alone(shown: PeriodRows) -> None:
    classes = classify(shown.rows, INCIDENTS)
    labels = [entry["label"] for entry in legend(INCIDENTS, classes, "en", withheld=True)]
    assert labels[-1] == "No data, a small count, or withheld"
    assert "0" not in labels  # nothing is shown as none
    assert legend(INCIDENTS, classes, "en")[-1]["label"] == "No data"


def test_the_balance_does_not_add_up_what_is_left(shown: PeriodRows) -> None:
    made = balance(shown, shown.rows, "en")
    lines = {line["label"]: line["value"] for line in made["lines"]}  # type: ignore[attr-defined]
    assert "40" not in lines.values() and "50" not in lines.values()
    assert lines["National total"] == "not published"
    assert lines["Whole country"] == "fewer than 5"
    assert lines["Outside the regions"] == "10"
    assert any("need not add up" in note for note in made["notes"])  # type: ignore[attr-defined]
    total = totals(all_counts(shown.rows), "en")[0]
    assert {total[name] for name in ("placed", "unplaced", "total")} == {"not published"}


def test_what_was_made_coarser_is_said_in_a_sentence(shown: PeriodRows) -> None:
    (english,) = release_sentences(table(3, 40, 10), "en")
    assert "below 5 are not given" in english and "multiple of 5" in english
    both = release_sentences(table(3, 40, 10), None)
    assert len(both) == 2 and "arrondis" in both[0]
    assert release_sentences(frames.placed(*frames.even()), "en") == []


def test_placed_counts_add_up_where_none_of_them_is_withheld() -> None:
    shown = spring(table(10, 40, 10), "en")
    assert totals(all_counts(shown.rows), "en")[0]["placed"] == "50"


def test_a_period_without_any_number_says_why_and_what_to_do() -> None:
    few = spring(table(3, 2, 0), "en")
    assert few.is_withheld
    assert "has too few incidents" in withheld_text(few, "en")
    assert "--audience internal" in withheld_text(few, "fr")


def test_a_period_with_a_number_needs_no_such_text(shown: PeriodRows) -> None:
    assert withheld_text(shown, "en") == ""
