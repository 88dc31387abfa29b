"""Growth between periods: never a ratio without its interval."""

import math
from typing import Any

import pandas as pd
import pytest

from maligeo.core.errors import ArgumentError
from maligeo.measure.change import COLUMNS, growth, growth_measure
from maligeo.measure.densities import density
from maligeo.measure.rates import ratio_interval
from tests import worlds

UNITS = worlds.square_units()
FIRST = {"period_start": "2020-01-01", "period_end": "2020-12-31"}


def compared(*rows: dict[str, Any], earlier: str = "2020", later: str = "2021") -> pd.DataFrame:
    table = density(worlds.figures(*rows), UNITS, measure="incidents")
    found = growth(table, earlier=earlier, later=later)
    return found.set_index(found["name"].fillna(found["place_kind"]))


def test_the_ratio_of_yearly_rates_and_its_interval() -> None:
    table = compared(
        {"unit": "Alpha", "value": 10, **FIRST}, {"unit": "Alpha", "value": 20}, {"value": 30}
    )
    alpha = table.loc["Alpha"]
    days = 365 / 366
    low, high = ratio_interval(20, 10)
    assert alpha["ratio"] == pytest.approx(2 / days)
    assert alpha["ratio_low"] == pytest.approx(float(low) / days)
    assert alpha["ratio_high"] == pytest.approx(float(high) / days)
    assert alpha["ratio_low"] < 1 < alpha["ratio_high"]
    assert list(table.columns) == list(COLUMNS)


def test_periods_of_unequal_length_are_compared_by_the_day() -> None:
    table = compared(
        {"unit": "Alpha", "value": 10, "period_end": "2021-01-31"},
        {"unit": "Alpha", "value": 28, "period_start": "2021-02-01", "period_end": "2021-02-28"},
        earlier="2021-01", later="2021-02",
    )  # fmt: skip
    assert table.loc["Alpha", "ratio"] == pytest.approx(2.8 * 31 / 28)


def test_a_derived_count_widens_the_interval_by_its_rounding() -> None:
    table = compared(
        {"value": 200, **FIRST}, {"unit": "Alpha", "value": 10, "basis": "share_pct", **FIRST},
        {"unit": "Alpha", "value": 30},
    )  # fmt: skip
    alpha = table.loc["Alpha"]
    days = 365 / 366
    widest = [float(ratio_interval(30, 21)[0]) / days, float(ratio_interval(30, 19)[1]) / days]
    assert [alpha["ratio_low"], alpha["ratio_high"]] == pytest.approx(widest)
    assert alpha["basis"] == "derived"
    assert "every whole count" in alpha["note"]


def test_without_an_interval_there_is_no_ratio() -> None:
    table = compared(
        {"value": 9, **FIRST}, {"unit": "Alpha", "value": 4, **FIRST},
        {"value": 12}, {"unit": "Alpha", "value": 5},
    )  # fmt: skip
    rest = table.loc["unattributed"]  # what the named units leave of the nation
    assert rest["earlier_count"] == 5
    assert rest[["ratio", "ratio_low", "ratio_high"]].isna().all()
    assert "no ratio" in rest["note"]
    assert pd.isna(table.loc["Béta-Sud", "ratio"])


def test_nothing_before_is_an_infinite_ratio_with_a_finite_lower_end() -> None:
    table = compared({"unit": "Alpha", "value": 0, **FIRST}, {"unit": "Alpha", "value": 6})
    alpha = table.loc["Alpha"]
    assert alpha["ratio"] == alpha["ratio_high"] == math.inf
    assert 1 < alpha["ratio_low"] < 2


def test_publishers_are_not_chained() -> None:
    rows = ({"value": 8, **FIRST}, {"value": 9, "publisher": "MINUSMA"})
    with pytest.raises(ArgumentError, match="no unit and publisher"):
        compared(*rows)


def test_what_cannot_be_compared_is_refused() -> None:
    rows = ({"value": 8, **FIRST}, {"value": 9})
    with pytest.raises(ArgumentError, match="must end before"):
        compared(*rows, earlier="2020/2021", later="2021")
    with pytest.raises(ArgumentError, match="exactly 2019"):
        compared(*rows, earlier="2019")
    victims = density(worlds.figures({"value": 3, "measure": "killed"}), UNITS, measure="killed")
    with pytest.raises(ArgumentError, match="no incidents"):
        growth(victims, earlier="2020", later="2021")


def test_the_order_of_the_rows_changes_no_byte() -> None:
    rows = [{"unit": "Alpha", "value": 10, **FIRST}, {"unit": "Béta-Sud", "value": 1, **FIRST},
            {"unit": "Béta-Sud", "value": 2}, {"unit": "Alpha", "value": 20}]  # fmt: skip
    table = density(worlds.figures(*rows), UNITS, measure="incidents")
    shuffled = table.sample(frac=1, random_state=7)
    assert (
        growth(table, earlier="2020", later="2021").to_csv()
        == growth(shuffled, earlier="2020", later="2021").to_csv()
    )


def grown(*rows: dict[str, Any]) -> pd.DataFrame:
    found = growth_measure(density(worlds.figures(*rows), UNITS, measure="incidents"))
    return found.set_index(["name", found["period_start"].dt.year])


def test_growth_is_a_measure_of_a_density_table() -> None:
    rows = (
        {"unit": "Alpha", "value": 10, **FIRST},
        {"unit": "Alpha", "value": 20},
        {"unit": "Béta-Sud", "value": 0, **FIRST},
        {"unit": "Béta-Sud", "value": 3},
        {"value": 30, **FIRST},
        {"value": 60},
    )
    found, expected = grown(*rows), compared(*rows)
    alpha = found.loc[("Alpha", 2021)]
    assert alpha["measure"] == "incidents_growth"
    assert alpha["count"] == pytest.approx(expected.loc["Alpha", "ratio"])
    assert alpha["count_low"] == pytest.approx(expected.loc["Alpha", "ratio_low"])
    assert alpha["count_high"] == pytest.approx(expected.loc["Alpha", "ratio_high"])
    assert "against 2020-01-01 to 2020-12-31" in alpha["note"]
    assert pd.isna(found.loc[("Béta-Sud", 2021), "count"])  # of nothing there is no ratio
    assert set(found["place_kind"]) == {"unit"}


def test_growth_takes_the_latest_period_before_that_is_as_long_and_of_the_publisher() -> None:
    quarter = {"period_start": "2020-10-01", "period_end": "2020-12-31"}
    rows = (
        {"unit": "Alpha", "value": 10, **FIRST},
        {"unit": "Alpha", "value": 9, **quarter},
        {"unit": "Alpha", "value": 20},
        {"unit": "Alpha", "value": 99, **FIRST, "publisher": "another"},
    )
    found = grown(*rows)
    assert found.index.tolist() == [("Alpha", 2021), ("Béta-Sud", 2021)]
    assert found.loc[("Alpha", 2021), "count"] == pytest.approx(2 * 366 / 365)
    assert grown(*rows[1:]).empty
