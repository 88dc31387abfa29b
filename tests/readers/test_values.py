import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maligeo.readers.cells.amounts import parse_amounts
from maligeo.readers.cells.values import (
    date_orders,
    parse_counts,
    parse_dates,
    parse_numbers,
    spans_named,
)


def cells(*texts: str | None) -> pd.Series:
    return pd.Series(list(texts), index=range(2, 2 + len(texts)), name="c", dtype="string")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1302180", 1302180),
        ("1 302 180", 1302180),
        ("1\u202f302\u00a0180,5", 1302180.5),
        ("1.302.180", 1302180),
        ("1,302,180.5", 1302180.5),
        ("1.302.180,5", 1302180.5),
        ("-4,16", -4.16),
        ("−3", -3),
        ("5e3", 5000),
        (" 7 ", 7),
        (".5", 0.5),
        ("14.497", 14.497),
    ],
)
def test_numbers_as_people_write_them(text: str, number: float) -> None:
    values, faults = parse_numbers(cells(text))
    assert not len(faults)
    assert values.tolist() == [number]


@pytest.mark.parametrize(
    "text", ["x", "1 2", "12,34,56", "inf", "1e999", "two", "1..2", "0x10", "٣", "²"]
)
def test_text_in_a_number_column(text: str) -> None:
    values, faults = parse_numbers(cells("1", text))
    assert values.isna().tolist() == [False, True]
    assert [(fault.row, fault.value) for fault in faults] == [(3, text)]


@pytest.mark.parametrize("text", ["", "NA", "n/a", "-", "inconnu", "NaN", None])
def test_missing_is_no_fault(text: str | None) -> None:
    values, faults = parse_numbers(cells(text, "1,5"))
    assert values.isna().tolist() == [True, False]
    assert not len(faults)


def test_a_comma_before_three_digits_goes_by_its_column() -> None:
    assert parse_numbers(cells("1,234", "12,5"))[0].tolist() == [1.234, 12.5]
    assert parse_numbers(cells("1,234", "1,234,567"))[0].tolist() == [1234, 1234567]
    assert parse_numbers(cells("1,234"), decimal=",")[0].tolist() == [1.234]
    assert parse_numbers(cells("1,234"), decimal=".")[0].tolist() == [1234]
    values, faults = parse_numbers(cells("1,234", "5"))
    assert values.isna().tolist() == [True, False]
    assert "decimal comma" in str(next(iter(faults)))


@pytest.mark.parametrize("odd", ["0x1F", "9007199254740992", "-4", "1e0x", "٣ ou ４"])
def test_plain_counts_are_read_as_beside_one_that_is_odd(odd: str) -> None:
    plain = ["7", "007", "-0", None, "9007199254740991"]
    alone, none = parse_counts(cells(*plain))
    beside, faults = parse_counts(cells(*plain, odd))
    assert alone.tolist() == beside.tolist()[:-1]
    assert pd.isna(beside.iloc[-1])
    assert (len(none), len(faults)) == (0, 1)


def test_counts_are_whole_and_not_negative() -> None:
    values, faults = parse_counts(cells("2", "2.0", "-1", "1.5", "1e300", None))
    assert values.tolist()[:2] == [2, 2]
    assert values.isna().tolist() == [False, False, True, True, True, True]
    assert [fault.row for fault in faults] == [4, 5, 6]


@settings(deadline=None)
@given(st.lists(st.floats(-1e12, 1e12) | st.none(), max_size=20))
def test_numbers_survive_being_written(numbers: list[float | None]) -> None:
    texts = [None if number is None else repr(number) for number in numbers]
    values, faults = parse_numbers(cells(*texts))
    assert not len(faults)
    assert [None if pd.isna(value) else value for value in values] == numbers


@pytest.mark.parametrize(
    "text",
    [
        "2021-03-05", "2021/3/5", "2021-03-05T10:00:00Z", "2021-03-05 00:00:00.000",
        "5 mars 2021", "05-Mar-2021", "March 5, 2021", "5 March 2021", "05 MARS 2021",
    ],
)  # fmt: skip
def test_dates_as_people_write_them(text: str) -> None:
    dates, faults = parse_dates(cells(text, "2021-03-06"))
    assert not len(faults)
    assert dates.tolist() == [pd.Timestamp("2021-03-05"), pd.Timestamp("2021-03-06")]


def test_the_order_of_day_and_month_goes_by_the_column() -> None:
    day_first = cells("05/04/2021", "25/04/2021")
    assert parse_dates(day_first)[0].tolist()[0] == pd.Timestamp("2021-04-05")
    month_first = cells("05/04/2021", "04/25/2021")
    assert parse_dates(month_first)[0].tolist()[0] == pd.Timestamp("2021-05-04")
    assert date_orders(day_first) | date_orders(month_first) == {"day-month", "month-day"}


def test_an_order_that_contradicts_itself_is_a_fault() -> None:
    dates, faults = parse_dates(cells("05/04/2021", "25/04/2021", "04/25/2021"))
    assert dates.isna().tolist() == [True, False, False]
    assert "both orders" in str(next(iter(faults)))


def test_a_year_of_two_digits_is_of_this_century_where_the_order_is_stated() -> None:
    short = cells("05/04/21", "25/04/2021", "4-5-22 10:30", "01.02.99", "30/02/21")
    assert parse_dates(short)[0].isna().tolist() == [True, False, True, True, True]
    dates, faults = parse_dates(short, stated="day-month")
    assert dates.dropna().astype("str").tolist() == ["2021-04-05", "2021-04-25", "2022-05-04"]
    assert [fault.value for fault in faults] == ["01.02.99", "30/02/21"]
    dates, _ = parse_dates(cells("05/04/21", "4-5-22"), stated="month-day")
    assert dates.astype("str").tolist() == ["2021-05-04", "2022-04-05"]


def test_an_order_that_nothing_shows_is_a_fault_or_the_fallback() -> None:
    dates, faults = parse_dates(cells("05/04/2021", "06/06/2021"))
    assert dates.isna().tolist() == [True, False]
    assert "cannot be distinguished" in str(next(iter(faults)))
    dates, faults = parse_dates(cells("05/04/2021"), fallback="day-month")
    assert dates.tolist() == [pd.Timestamp("2021-04-05")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("0025-01-02", "before the year 1900"),
        ("2021-02-30", "not a date"),
        ("30/02/2021", "not a date"),
        ("5 floréal 2021", "not a date"),
        ("04/05/21", "two digits"),
        ("soon", "not a date"),
        ("44562", "not a date"),
        ("2999-01-01", "future"),
        ("9999-99-99", "not a date"),
        ("١٥/٠٣/٢٠٢١", "not a date"),
    ],
)
def test_dates_that_are_none(text: str, reason: str) -> None:
    dates, faults = parse_dates(cells("2021-01-01", text), latest=pd.Timestamp("2026-01-01"))
    assert dates.isna().tolist() == [False, True]
    (fault,) = faults
    assert fault.row == 3
    assert reason in fault.reason


@settings(deadline=None)
@given(st.dates(pd.Timestamp("1900-01-01").date(), pd.Timestamp("2300-01-01").date()))
def test_days_survive_being_written(day: object) -> None:
    stamp = pd.Timestamp(str(day))
    for form in ("%Y-%m-%d", "%d %B %Y", "%Y/%m/%d 12:00"):
        dates, faults = parse_dates(cells(stamp.strftime(form)))
        assert dates.tolist() == [stamp]
        assert not len(faults)


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("1 302 180 $", 1302180, "USD"),
        ("5,44 Millions USD", 5_440_000, "USD"),
        ("300.000 FCFA", 300_000, "XOF"),
        ("US$ 1,302,180.50", 1302180.5, "USD"),
        ("12 M€", 12_000_000, "EUR"),
        ("2 milliards de F CFA", 2e9, "XOF"),
        ("3.000,50 €", 3000.5, "EUR"),
        ("0,125 million EUR", 125_000, "EUR"),
        ("-12 $", -12, "USD"),
        ("1200", 1200, None),
        ("1234.567", 1234.567, None),
        ("0.65595700", 0.655957, None),
    ],
)
def test_amounts_as_people_write_them(text: str, amount: float, currency: str | None) -> None:
    amounts, faults = parse_amounts(cells(text))
    assert not len(faults)
    assert amounts["amount"].tolist() == [amount]
    assert amounts["currency"].fillna("").tolist() == [currency or ""]


@pytest.mark.parametrize(
    "text", ["about ten", "10 XYZ", "1,302 millions USD", "5 $ or 6 $", "1 2 $", "1,2345 $"]
)
def test_amounts_that_are_none(text: str) -> None:
    amounts, faults = parse_amounts(cells("1 $", text))
    assert amounts["amount"].isna().tolist() == [False, True]
    assert [fault.row for fault in faults] == [3]


def test_a_currency_for_those_that_say_none() -> None:
    amounts, _ = parse_amounts(cells("12", "3 $", None), currency="XOF")
    assert amounts["currency"].fillna("").tolist() == ["XOF", "USD", ""]


def test_a_word_for_none_is_no_victim_and_not_unknown() -> None:
    counts, faults = parse_counts(pd.Series(["néant", "RAS", "inconnu", "2"], name="tués"))
    assert counts.fillna(-1).tolist() == [0, 0, -1, 2]
    assert not len(faults)


def test_a_day_of_the_week_adds_nothing_and_a_month_alone_is_read_where_asked() -> None:
    texts = pd.Series(["lundi 4 avril 2022", "avr. 2022", "Août 2021"], name="date")
    days, faults = parse_dates(texts, month="first")
    assert days.dt.strftime("%Y-%m-%d").tolist() == ["2022-04-04", "2022-04-01", "2021-08-01"]
    assert not len(faults)
    assert spans_named(texts).fillna("").tolist() == ["", "month", "month"]
    figures = pd.Series(["2022-02", "02/2022", "13/2022", "2022"], name="date")
    assert spans_named(figures).fillna("").tolist() == ["month", "month", "", "year"]
    assert parse_dates(figures, month="last")[0].dt.day.fillna(0).tolist() == [28, 28, 0, 31]
    assert len(parse_dates(texts)[1]) == 2
