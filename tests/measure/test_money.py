import pandas as pd
import pytest

from maligeo.core.errors import FrameError
from maligeo.measure.money import RATES, convert_money, money_totals, parity_rates
from maligeo.readers.projects import load_projects


def budgets(*rows: tuple[float | None, str | None]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=["budget_amount", "budget_currency"])
    return frame.astype({"budget_amount": "Float64", "budget_currency": "string"})


def dollar(**changes: object) -> pd.DataFrame:
    """A made-up rate."""
    row = {
        "currency": "USD", "to_currency": "XOF", "rate": 600.0, "date": "2021-06-30",
        "source": "made up",
    }  # fmt: skip
    return pd.DataFrame([row | changes])


def test_euros_by_the_legal_parity() -> None:
    found = convert_money(budgets((2.0, "EUR"), (None, None), (5.0, "XOF")), to="XOF")
    assert found["budget_amount_xof"].tolist() == [1311.914, pd.NA, 5.0]
    assert found["rate_source"].iloc[0].startswith("legal parity")
    assert found["rate_date"].isna().all()
    assert found["budget_amount"].tolist() == [2.0, pd.NA, 5.0], "the original stays"


def test_there_and_back() -> None:
    there = convert_money(budgets((7.3, "EUR")), to="XOF")
    back = convert_money(
        there.assign(budget_currency="XOF").drop(columns=["rate", "rate_date", "rate_source"]),
        to="EUR",
        amount="budget_amount_xof",
    )
    assert back["budget_amount_xof_eur"].iloc[0] == pytest.approx(7.3)


def test_a_rate_carries_its_date_and_source() -> None:
    found = convert_money(budgets((2.0, "USD")), to="XOF", rates=dollar())
    assert found["budget_amount_xof"].iloc[0] == 1200
    assert found["rate_date"].iloc[0] == pd.Timestamp("2021-06-30")
    assert found["rate_source"].iloc[0] == "made up"


def test_no_rate_is_ever_guessed() -> None:
    with pytest.raises(FrameError, match="no rate to XOF") as caught:
        convert_money(budgets((2.0, "USD"), (1.0, "NOK"), (3.0, None)), to="XOF")
    assert [fault.value for fault in caught.value.faults] == [None, "NOK", "USD"]
    with pytest.raises(FrameError, match="no rate to EUR"):
        convert_money(budgets((2.0, "USD")), to="EUR", rates=dollar())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"date": None}, "needs its date"),
        ({"source": None}, "needs its source"),
        ({"rate": 0.0}, "must be above 0"),
        ({"rate": None}, "must be above 0"),
        ({"currency": "EUR"}, "fixed by law"),
    ],
)
def test_a_rate_without_a_footing_is_refused(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(FrameError, match=reason):
        convert_money(budgets((2.0, "USD")), to="XOF", rates=dollar(**changes))


def test_two_dates_of_one_rate_are_refused() -> None:
    both = pd.concat([dollar(), dollar(date="2022-06-30")], ignore_index=True)
    with pytest.raises(FrameError, match="keep one date"):
        convert_money(budgets((2.0, "USD")), to="XOF", rates=both)


def test_the_parity() -> None:
    table = parity_rates()
    assert list(table.columns) == list(RATES)
    assert table["rate"].tolist() == [655.957, 1 / 655.957]


class TestTotals:
    def test_each_project_counts_once_and_currencies_stay_apart(self) -> None:
        projects = pd.DataFrame(
            [
                ("p1", "one", 5.0, "EUR"),
                ("p1", "one", 5.0, "EUR"),
                ("p2", "one", 7.0, "EUR"),
                ("p3", "one", 9.0, "USD"),
                ("p4", "one", None, None),
                ("p5", "two", None, None),
            ],
            columns=["project_id", "programme", "budget_amount", "budget_currency"],
        )
        table = money_totals(projects)
        assert table.astype(object).where(table.notna(), None).to_numpy().tolist() == [
            ["one", "EUR", 12.0, 2, 1],
            ["one", "USD", 9.0, 1, 1],
            ["two", None, None, 0, 1],
        ]
        mixed = projects.sample(frac=1, random_state=3)
        assert money_totals(mixed).to_csv() == table.to_csv()

    def test_a_project_with_two_amounts_is_refused(self) -> None:
        projects = pd.DataFrame(
            {"project_id": "p1", "programme": "one", "budget_amount": [1, 2],
             "budget_currency": "EUR"}
        )  # fmt: skip
        with pytest.raises(FrameError, match="has several of"):
            money_totals(projects)

    def test_the_bundled_projects(self) -> None:
        table = money_totals(load_projects()).set_index("programme")
        assert table.loc["luxembourg", "currency"] == "EUR"
        assert table.loc["luxembourg", "amount"] == 4_250_000
        assert pd.isna(table.loc["eutf-centre", "amount"])
        assert table.loc["undp-norway", "amount"] == 5_440_000 + 17_770_000 + 2_100_000 + 4_400_000
