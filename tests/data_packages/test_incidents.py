"""The published figures of incidents and victims: totals, gaps, and every known trap."""

from pathlib import Path

import pandas as pd
import pytest

DATA = Path(__file__).parents[2] / "data"
REGIONS = {
    "Kayes",
    "Koulikoro",
    "Sikasso",
    "Ségou",
    "Mopti",
    "Tombouctou",
    "Gao",
    "Kidal",
    "Bamako",
}
SHEET = "unmas-2023-01"
SERIES = ["measure", "publisher", "who", "device", "basis", "period_start", "period_end", "unit"]


@pytest.fixture(scope="module")
def figures() -> pd.DataFrame:
    return pd.read_csv(DATA / "incidents" / "figures.csv", dtype={"vintage": "str"})


def one(figures: pd.DataFrame, figure_id: str) -> pd.Series:
    row = figures[figures["figure_id"] == figure_id]
    assert len(row) == 1, figure_id
    return row.iloc[0]


def value(figures: pd.DataFrame, figure_id: str) -> float:
    return one(figures, figure_id)["value"]


def test_words_and_order(figures: pd.DataFrame) -> None:
    assert len(figures) == 79
    assert figures["figure_id"].is_unique
    order = ["period_start", "period_end", "publisher", "figure_id"]
    assert figures.sort_values(order, kind="stable").index.equals(figures.index)
    assert set(figures["measure"]) == {"incidents", "killed", "injured", "victims"}
    assert set(figures["who"]) == {"all", "civilians", "children"}
    assert set(figures["device"]) == {"ied_mine", "erw", "mine_erw"}
    assert set(figures["basis"]) == {"count", "share_pct"}
    assert set(figures["vintage"]) == {"2015"}
    assert (figures.loc[figures["measure"] == "incidents", "who"] == "all").all()


def test_units_are_mali_or_regions_of_2015(figures: pd.DataFrame) -> None:
    units = {part for unit in figures["unit"] for part in unit.split("|")}
    assert units <= REGIONS | {"Mali"}


def test_periods_and_values_parse(figures: pd.DataFrame) -> None:
    start = pd.to_datetime(figures["period_start"], format="%Y-%m-%d")
    end = pd.to_datetime(figures["period_end"], format="%Y-%m-%d")
    assert (start <= end).all()
    known = figures["value"].dropna()
    assert (known == known.round()).all()
    assert (known >= 0).all()
    shares = figures.loc[figures["basis"] == "share_pct", "value"].dropna()
    assert (shares <= 100).all()


@pytest.mark.parametrize(
    ("start", "end", "parts", "total"),
    [
        ("2021-01-01", "2021-09-30", [38, 20, 19, 11], 88),
        ("2022-01-01", "2022-08-31", [37, 25, 13, 10, 8, 4, 2, 1], 100),
    ],
)
def test_published_regional_shares(
    figures: pd.DataFrame, start: str, end: str, parts: list[int], total: int
) -> None:
    rows = figures[(figures["period_start"] == start) & (figures["period_end"] == end)]
    shares = rows[(rows["basis"] == "share_pct") & (rows["measure"] == "incidents")]
    assert sorted(shares["value"], reverse=True) == parts
    assert shares["value"].sum() == total


@pytest.mark.parametrize(
    ("prefix", "incidents", "killed", "injured"),
    [
        ("unmas-2013-07_2015-07", 256, 73, 271),
        ("minusma-2020", 169, 76, 287),
        ("minusma-2021-01", 25, 15, 52),
        ("unmas-2021-01_2021-09", 151, 58, 224),
        ("unmas-ocha-2021", 245, 103, 297),
        ("unmas-ocha-2022-01_2022-08", 134, 72, 167),
        ("unmas-2013-07_2022-04", 1350, 804, 2175),
    ],
)
def test_national_figures(
    figures: pd.DataFrame, prefix: str, incidents: int, killed: int, injured: int
) -> None:
    found = [
        value(figures, f"{prefix}-mali-{measure}-ied.mine")
        for measure in ("incidents", "killed", "injured")
    ]
    assert found == [incidents, killed, injured]


def test_third_quarter_of_2021_by_region(figures: pd.DataFrame) -> None:
    rows = figures[(figures["period_start"] == "2021-07-01") & (figures["basis"] == "count")]
    counts = dict(zip(rows["unit"], rows["value"], strict=True))
    assert counts == {"Gao": 12, "Kidal": 18, "Mopti": 13, "Koulikoro": 4, "Ségou": 3}


def test_figures_of_the_sheet_of_2023(figures: pd.DataFrame) -> None:
    sheet = figures[figures["document"] == SHEET]
    assert sorted(sheet["value"].dropna()) == [1, 18, 24, 25, 44, 46, 56, 67, 333, 1055, 2374]
    assert sheet["value"].isna().sum() == 2
    assert value(figures, "unmas-2013-07_2023-01-mali-killed-ied.mine") == 1055
    assert value(figures, "unmas-2013-07_2023-01-mali-injured-ied.mine") == 2374
    assert value(figures, "unmas-2023-01-mopti-incidents-ied.mine-share") == 46
    children = one(figures, "unmas-2012-01_2023-01-mali-victims-children-erw-share")
    assert (children["value"], children["who"]) == (67, "children")


@pytest.mark.parametrize(
    ("year", "share"), [("2021", 25), ("2022", 44), ("2023-01", 24), ("2021-01_2021-09", 24)]
)
def test_share_of_civilians_among_victims(figures: pd.DataFrame, year: str, share: int) -> None:
    row = one(figures, f"unmas-{year}-mali-victims-civilians-ied.mine-share")
    assert (row["value"], row["basis"]) == (share, "share_pct")


# The traps


def test_a_share_of_two_regions_together_is_never_split(figures: pd.DataFrame) -> None:
    joint = figures[figures["unit"] == "Mopti|Ségou"]
    assert dict(zip(joint["period_start"].str[:4], joint["value"], strict=True)) == {
        "2017": 22,
        "2018": 43,
    }
    same_years = figures[figures["period_start"].str[:4].isin(["2017", "2018"])]
    assert not set(same_years["unit"]) & {"Mopti", "Ségou"}
    assert joint["note"].str.contains("never split").all()


@pytest.mark.parametrize(
    ("figure_id", "words"),
    [
        ("minusma-2023-01_2023-03-mali-killed-ied.mine", "more than 30"),
        ("unmas-2013-07_2023-01-mali-incidents-ied.mine", "1 5 EEI/mines"),
        ("unmas-2023-01-mopti-victims-ied.mine-share", "plus de 60 %"),
    ],
)
def test_what_is_no_number_stays_empty(figures: pd.DataFrame, figure_id: str, words: str) -> None:
    row = one(figures, figure_id)
    assert pd.isna(row["value"])
    assert words in row["note"]


def test_only_these_three_are_empty(figures: pd.DataFrame) -> None:
    assert figures["value"].isna().sum() == 3


def test_publishers_are_kept_apart(figures: pd.DataFrame) -> None:
    assert set(figures["publisher"]) == {
        "UNMAS",
        "UNMAS via press",
        "UNMAS/OCHA",
        "MINUSMA",
        "OCHA",
        "Landmine Monitor",
    }
    monitor = figures["publisher"] == "Landmine Monitor"
    assert (monitor == (figures["device"] == "mine_erw")).all()
    assert figures.loc[monitor, "note"].str.contains("do not pool").all()
    civilians_2018 = figures[figures["figure_id"].str.contains(r"-2018.*-victims-civilians")]
    assert dict(zip(civilians_2018["publisher"], civilians_2018["value"], strict=True)) == {
        "OCHA": 192,
        "UNMAS": 249,
    }


def test_one_figure_for_each_thing_published_but_2012(figures: pd.DataFrame) -> None:
    """UNMAS gave 51, later 56 victims of remnants for 2012: both stand, nothing else twice."""
    twice = figures[figures.duplicated(SERIES, keep=False)]
    assert sorted(twice["value"]) == [51, 56]
    assert set(twice["period_start"]) == {"2012-01-01"}
    assert twice["note"].str.contains("take one").all()


def test_victims_of_2021_and_2022_are_all_victims(figures: pd.DataFrame) -> None:
    rows = figures[
        (figures["publisher"] == "UNMAS/OCHA") & figures["measure"].isin(["killed", "injured"])
    ]
    assert sorted(rows["value"]) == [72, 103, 167, 297]
    assert (rows["who"] == "all").all()
    assert rows["note"].str.contains("stored as all victims").all()


def test_contradiction_within_one_text_is_kept_and_said(figures: pd.DataFrame) -> None:
    count = one(figures, "unmas-2021-01_2021-09-mali-victims-civilians-ied.mine")
    share = one(figures, "unmas-2021-01_2021-09-mali-victims-civilians-ied.mine-share")
    assert (count["value"], share["value"]) == (85, 24)
    assert "both are kept" in count["note"]
    assert "both are kept" in share["note"]


def test_running_totals_warn(figures: pd.DataFrame) -> None:
    """Running totals start with the mission in July 2013 and contain everything since."""
    running = figures[figures["period_start"] == "2013-07-01"]
    assert len(running) == 9
    assert running["note"].str.contains("never add it").all()


def test_civilians_carry_no_footnote_mark(figures: pd.DataFrame) -> None:
    assert "civils2" not in figures.to_csv()


def test_remnants_of_war_by_year(figures: pd.DataFrame) -> None:
    rows = figures[(figures["device"] == "erw") & (figures["basis"] == "count")]
    assert sorted(rows["value"]) == [1, 18, 19, 34, 51, 54, 56, 333]
    assert (rows["who"] == "civilians").all()


def test_all_victims_in_the_press_and_the_monitor(figures: pd.DataFrame) -> None:
    assert value(figures, "unmas-press-2018-mali-victims-ied.mine") == 593
    assert value(figures, "unmas-press-2019-mali-victims-ied.mine") == 459
    assert value(figures, "unmas-press-2019-mali-killed-ied.mine") == 137
    for year, numbers in {
        "2015": (167, 30, 137),
        "2016": (114, 35, 79),
        "2017": (133, 30, 103),
    }.items():
        found = tuple(
            value(figures, f"monitor-{year}-mali-{measure}-mine.erw")
            for measure in ("victims", "killed", "injured")
        )
        assert found == numbers
        assert found[0] == found[1] + found[2]
