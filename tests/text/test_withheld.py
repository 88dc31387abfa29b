"""What a release hides is neither zero nor unknown, on page and paper alike."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from maligeo.disclosure import release
from maligeo.join.points import locate
from maligeo.look import LAYERS, classify
from maligeo.measure.counts import with_coverage
from maligeo.measure.densities import density
from maligeo.text.balance import balance, totals
from maligeo.text.legend import legend
from maligeo.text.readings import PeriodRows, cells, periods
from tests import worlds

INCIDENTS = next(layer for layer in LAYERS if layer.key == "incidents")


def table(*counts: int) -> pd.DataFrame:
    """So many incidents in each of the square units, and outside, released for the public."""
    x = [at + 0.3 for at, count in enumerate(counts) for _ in range(count)]
    frame = gpd.GeoDataFrame(
        {"date": pd.Timestamp("2021-05-05"), "event_type": "ied"},
        index=range(len(x)),
        geometry=shapely.points(x, [0.3] * len(x)),
        crs="EPSG:4326",
    )
    located = with_coverage(locate(frame, worlds.square_units()), "2021")
    counted = density(located, worlds.square_units(), measure="incidents", period="year")
    return release(counted, as_of="2026-01-01")


@pytest.fixture
def shown() -> PeriodRows:
    return periods(table(3, 40, 7), INCIDENTS, "en")[0]


def test_a_unit_says_that_it_is_withheld(shown: PeriodRows) -> None:
    assert shown.has_withheld
    classes = classify(shown.rows, INCIDENTS)
    told = cells(shown, ["ZZ01", "ZZ02"], classes, "en")
    assert (told[0].class_index, told[0].text) == (-1, "withheld")
    assert told[1].text == "40"


def test_the_legend_says_so_where_it_occurs_alone(shown: PeriodRows) -> None:
    classes = classify(shown.rows, INCIDENTS)
    labels = [entry["label"] for entry in legend(INCIDENTS, classes, "en", withheld=True)]
    assert labels[-1] == "No data, or withheld"
    assert legend(INCIDENTS, classes, "en")[-1]["label"] == "No data"


def test_the_balance_does_not_add_up_what_is_left(shown: PeriodRows) -> None:
    told = balance(shown, shown.rows, "en")
    lines = {line["label"]: line["value"] for line in told["lines"]}  # type: ignore[attr-defined]
    assert "40" not in lines.values()
    assert lines["National total"] == "50"
    assert "withheld" in lines.values()
    assert any("give them away" in note for note in told["notes"])  # type: ignore[attr-defined]
    total = totals(shown.rows, "en")[0]
    assert (total["placed"], total["unplaced"], total["total"]) == (
        "not published", "not published", "50",
    )  # fmt: skip


def test_nothing_changes_where_nothing_is_withheld() -> None:
    open_table = periods(table(9, 40, 7), INCIDENTS, "en")[0]
    assert not open_table.has_withheld
    assert totals(open_table.rows, "en")[0]["placed"] == "49"
