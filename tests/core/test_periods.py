import pandas as pd
import pytest

from maligeo.core.errors import ArgumentError
from maligeo.core.periods import parse_period, years


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2021", "2021-01-01", "2021-12-31"),
        ("2021-02", "2021-02-01", "2021-02-28"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2021-01/2021-09", "2021-01-01", "2021-09-30"),
        ("2021-01-05/2021-01-07", "2021-01-05", "2021-01-07"),
        (" 2020/2021 ", "2020-01-01", "2021-12-31"),
    ],
)
def test_parse_period(text: str, start: str, end: str) -> None:
    assert parse_period(text) == (pd.Timestamp(start), pd.Timestamp(end))


@pytest.mark.parametrize("text", ["", "21", "2021-13", "2021-02-30", "2021/", "lundi", "2022/2021"])
def test_no_period(text: str) -> None:
    with pytest.raises(ArgumentError, match="period"):
        parse_period(text)


def test_both_ends_of_a_period_are_inside() -> None:
    start, end = pd.Series([pd.Timestamp("2021-01-01")]), pd.Series([pd.Timestamp("2024-12-31")])
    assert years(start, end).tolist() == [4.0]
