"""Which counts of periods add up to which."""

from maligeo.disclosure.suppression.periods import UNDATED, WHOLE, gap_values, period_sums


def test_years_and_quarters_and_months() -> None:
    spans = ((0, 11), (0, 2), (3, 5), (6, 8), (9, 11), (0, 0), (1, 1), (2, 2))
    assert [(s.whole, set(s.parts), s.gaps) for s in period_sums(spans)] == [
        (0, {1, 2, 3, 4}, ()),
        (1, {5, 6, 7}, ()),
    ]


def test_a_gap_between_periods_is_an_amount_of_its_own() -> None:
    spans = ((0, 11), (0, 2), (3, 5))
    (found,) = period_sums(spans)
    assert (found.whole, set(found.parts), len(found.gaps)) == (0, {1, 2}, 1)
    assert gap_values([found], [10.0, 3.0, 2.0]) == {found.gaps[0]: 5.0}


def test_periods_that_overlap_are_cut_at_each_other() -> None:
    # Year + third quarter = first nine months + second half.
    spans = ((0, 11), (0, 8), (6, 11), (6, 8))
    values = [20.0, 15.0, 9.0, 4.0]
    found = period_sums(spans)
    gaps = gap_values(found, values)
    for whole, parts, empty in found:
        assert values[whole] == sum(values[p] for p in parts) + sum(gaps[g] for g in empty)
    assert {len(s.parts) + len(s.gaps) for s in found} == {2, 3}


def test_all_records_are_those_of_the_periods_and_those_of_none() -> None:
    spans = (WHOLE, (0, 11), (12, 23), UNDATED)
    (found,) = period_sums(spans)
    assert (found.whole, set(found.parts), found.gaps) == (0, {1, 2, 3}, ())
