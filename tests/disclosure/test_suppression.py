"""Small counts of tables withheld, attacked with all that a reader can add up."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from maligeo.core.columns import DENSITY
from maligeo.core.errors import ArgumentError, FrameError, ReleaseError, VintageError
from maligeo.disclosure.suppression import hidden_cells, suppress_table, suppress_tables
from maligeo.disclosure.suppression.relations import related_measures
from maligeo.join.points import locate
from maligeo.measure.counts import with_coverage
from maligeo.measure.densities import concat_tables, density
from tests import densityworlds, worlds
from tests.disclosure import attackers

VICTIMS = ("killed", "injured", "victims")
YEAR = ("2021-01-01", "2021-12-31")
QUARTERS = (
    ("2021-01-01", "2021-03-31"),
    ("2021-04-01", "2021-06-30"),
    ("2021-07-01", "2021-09-30"),
    ("2021-10-01", "2021-12-31"),
)
brief = settings(max_examples=25, deadline=None)


counts_of = st.sampled_from([0, 0, 0, 1, 1, 2, 3, 4, 6, 9, 25])


def small(truth: Mapping[object, float], k: int) -> list[Any]:
    return [name for name, value in truth.items() if 0 < value < k]


def place_rows(units: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {"pcode": f"ZZ{at:02d}", "name": f"U{at:02d}", "place_kind": "unit"} for at in range(units)
    ]
    return [*rows, {"pcode": None, "name": None, "place_kind": "unattributed"}]


def table_of(
    counts: Mapping[tuple[str, Any], Sequence[float | None]],
    places: Sequence[Mapping[str, object]] | None = None,
) -> pd.DataFrame:
    """A density table with a row per place for each (measure, period)."""
    rows = []
    for (measure, (start, end)), values in counts.items():
        held = places or place_rows(len(values) - 1)
        total = float(np.nansum(np.array(values, dtype=float)))
        for place, value in zip(held, values, strict=True):
            rows.append(
                {
                    **place, "vintage": "2015", "measure": measure, "period_start": start,
                    "period_end": end, "count": value, "unique_total": total,
                    **dict.fromkeys(MADE_OF_COUNTS, value),
                }
            )  # fmt: skip
    frame = pd.DataFrame(rows).reindex(columns=list(DENSITY))
    text = ("vintage", "pcode", "name", "place_kind", "measure", "note", "publisher", "source")
    types = dict.fromkeys(("count", "unique_total", *MADE_OF_COUNTS), "Float64")
    frame = frame.astype(types | dict.fromkeys(text, "string"))
    for end in ("period_start", "period_end"):
        frame[end] = pd.to_datetime(frame[end])
    return frame


MADE_OF_COUNTS = (
    "count_low", "count_high", "per_1000_sqkm", "per_100k", "ci_low", "ci_high",
    "smoothed_per_100k", "local_per_100k", "per_incident", "records", "low_count",
)  # fmt: skip


def truth_of(tables: Sequence[pd.DataFrame]) -> dict[object, float]:
    """The true counts and totals under the names that the attacker gives them."""
    return attackers.puzzle_of([table.assign(note=pd.NA) for table in tables]).shown


def attack(
    tables: Sequence[pd.DataFrame],
    released: Sequence[pd.DataFrame],
    k: int,
    parents: Mapping[str, str] | None = None,
) -> list[tuple[str, object]]:
    truth = truth_of(tables)
    game = attackers.puzzle_of(released, parents)
    for name, value in truth.items():
        if name not in game.shown:
            game.withheld.setdefault(name, 0.0)
        else:
            assert game.shown[name] == value
    return attackers.findings(game, truth, small(truth, k), k)


def withheld(table: pd.DataFrame, measure: str, span: tuple[str, str] = YEAR) -> list[bool]:
    rows = table[(table["measure"] == measure) & (table["period_start"] == span[0])]
    rows = rows[rows["period_end"] == span[1]]
    return (rows["note"].fillna("") == "withheld").tolist()


def nested(quarters: np.ndarray, measure: str = "incidents") -> dict:
    """Quarters (columns) and their year, for places (rows)."""
    counts = {(measure, span): quarters[:, at].tolist() for at, span in enumerate(QUARTERS)}
    return counts | {(measure, YEAR): quarters.sum(axis=1).tolist()}


def test_one_small_unit_takes_a_second_one_along() -> None:
    table = table_of({("incidents", YEAR): [2, 30, 9, 40, 0]})
    released, report = suppress_table(table, k=5, sensitive_measures=["incidents"])
    assert withheld(released, "incidents") == [True, False, True, False, False]
    assert (report.withheld, report.totals, report.k) == (2, 0, 5)
    assert (report.primary, report.complementary) == (1, 1)
    assert released["count"].tolist() == [pd.NA, 30, pd.NA, 40, 0]
    assert released["unique_total"].tolist() == [81] * 5


def test_a_small_total_goes_too() -> None:
    table = table_of({("incidents", YEAR): [2, 0, 1, 0]})
    released, report = suppress_table(table, k=5, sensitive_measures=["incidents"])
    assert withheld(released, "incidents") == [True, False, True, False]
    assert released["unique_total"].isna().all()
    assert (report.withheld, report.totals) == (2, 1)


def test_a_quarter_is_not_given_back_by_its_year() -> None:
    quarters = np.array([[2, 20, 21, 22], [30, 31, 9, 33], [40, 8, 42, 43]])
    table = table_of(nested(quarters))
    released, _ = suppress_table(table, k=5, sensitive_measures=["incidents"])
    assert withheld(released, "incidents", QUARTERS[0])[0]
    assert attack([table], [released], 5) == []
    alone = table.assign(note=pd.Series("withheld", table.index).where(table["count"] == 2))
    assert ("exactly", ("incidents", "ZZ00", QUARTERS[0])) in attack([table], [alone], 5)


def test_killed_are_not_given_back_by_victims_and_injured() -> None:
    table = table_of(
        {
            ("killed", YEAR): [2, 30, 20],
            ("injured", YEAR): [15, 10, 20],
            ("victims", YEAR): [17, 40, 40],
        }
    )
    released, _ = suppress_table(table, k=5, sensitive_measures=VICTIMS)
    assert withheld(released, "killed")[0]
    assert withheld(released, "injured")[0] or withheld(released, "victims")[0]
    assert attack([table], [released], 5) == []


def test_victims_protect_killed_even_where_only_killed_are_named() -> None:
    table = table_of(
        {("killed", YEAR): [2, 9], ("injured", YEAR): [15, 9], ("victims", YEAR): [17, 18]}
    )
    released, _ = suppress_table(table, k=5, sensitive_measures=["killed"])
    assert attack([table], [released], 5) == []
    assert related_measures(["killed"]) >= {"killed", "injured", "victims", "civilians_killed"}
    assert related_measures(["incidents"]) == {"incidents"}


def test_civilians_bound_the_killed() -> None:
    # Civilians killed cannot be more than the killed: with 6 shown, 3 might be 1 to 6.
    table = table_of({("killed", YEAR): [6, 90, 80], ("civilians_killed", YEAR): [3, 40, 20]})
    released, _ = suppress_table(table, k=7, sensitive_measures=["killed", "civilians_killed"])
    assert attack([table], [released], 7) == []


def test_parents_and_children_together() -> None:
    upper = table_of({("incidents", YEAR): [62, 50, 30]})
    children: list[dict[str, Any]] = [
        {"pcode": code, "name": code, "place_kind": "unit"}
        for code in ("ZZ0001", "ZZ0002", "ZZ0101", "ZZ0102", "ZZ0103")
    ]
    parents = {child["pcode"]: child["pcode"][:4] for child in children}
    places = [*children, {"pcode": None, "name": None, "place_kind": "unattributed"}]
    lower = table_of({("incidents", YEAR): [2, 60, 7, 23, 20, 30]}, places)
    released, report = suppress_tables(
        [upper, lower], k=5, sensitive_measures=["incidents"], parents=parents
    )
    assert attack([upper, lower], released, 5, parents) == []
    assert report.withheld == sum(table["note"].eq("withheld").sum() for table in released)
    apart = [
        suppress_table(table, k=5, sensitive_measures=["incidents"])[0] for table in (upper, lower)
    ]
    assert ("exactly", ("incidents", "ZZ0001", YEAR)) in attack([upper, lower], apart, 5, parents)


def test_a_total_withheld_in_one_table_is_withheld_in_the_other() -> None:
    # Six units of 1 each: whoever learns the total, from either level, knows them all.
    upper = table_of({("incidents", YEAR): [1, 1, 1, 1, 1, 1, 0]})
    places: list[dict[str, Any]] = [
        {"pcode": "ZZ0001", "name": "Z", "place_kind": "unit"},
        {"pcode": None, "name": None, "place_kind": "unattributed"},
    ]
    lower = table_of({("incidents", YEAR): [0, 6]}, places)
    released, report = suppress_tables(
        [upper, lower], k=3, sensitive_measures=["incidents"], parents={"ZZ0001": "ZZ00"}
    )
    assert attack([upper, lower], released, 3) == []
    assert withheld(released[1], "incidents") == [False, True]
    assert all(table["unique_total"].isna().all() for table in released)
    assert report.totals == 2


def test_what_is_placed_nowhere_differs_between_tables() -> None:
    some, more = (table_of({("incidents", YEAR): [9, 20, rest]}) for rest in (6, 30))
    more = more[more["place_kind"] != "unit"].assign(unique_total=59.0)
    released, report = suppress_tables([some, more], k=5, sensitive_measures=["incidents"])
    assert report.withheld == 0
    pd.testing.assert_frame_equal(released[1], more)


def test_tables_of_two_vintages_are_refused() -> None:
    table = table_of({("incidents", YEAR): [2, 6, 30]})
    with pytest.raises(VintageError, match="2015 and 2023"):
        suppress_tables(
            [table, table.assign(vintage="2023")], k=5, sensitive_measures=["incidents"]
        )


def test_published_figures_pass_and_are_known() -> None:
    table = table_of({("incidents", YEAR): [2, 6, 30, 0]})
    other = table.assign(publisher="UNMAS", count=pd.array([2, 5, 31, 0], dtype="Float64"))
    other["unique_total"] = 99.0
    both = pd.concat([table, other], ignore_index=True)
    released, report = suppress_table(both, k=5, sensitive_measures=["incidents"])
    # The 2 was published as it is, so that there is nothing left to protect.
    pd.testing.assert_frame_equal(released, both)
    assert report.withheld == 0
    higher = both.assign(count=both["count"].where(both["publisher"].isna(), 7))
    released, _ = suppress_table(higher, k=5, sensitive_measures=["incidents"])
    assert withheld(released[released["publisher"].isna()], "incidents") == [
        True,
        True,
        False,
        False,
    ]
    assert (released.loc[released["publisher"].notna(), "count"] == 7).all()


def test_a_published_total_that_gives_a_count_back_is_refused() -> None:
    table = table_of({("incidents", YEAR): [2, 0, 0]})
    other = table.assign(publisher="UNMAS", count=pd.NA).astype(table.dtypes)
    with pytest.raises(ReleaseError, match=r"small counts of incidents follow from published"):
        suppress_table(
            pd.concat([table, other], ignore_index=True), k=5, sensitive_measures=["incidents"]
        )


def test_what_is_made_of_a_withheld_count_goes_with_it() -> None:
    table = table_of({("incidents", YEAR): [2, 30, 9, 40, 0]})
    released, _ = suppress_table(table, k=5, sensitive_measures=["incidents"])
    gone = released["note"].eq("withheld").fillna(False)
    assert released.loc[gone, ["count", *MADE_OF_COUNTS]].isna().all(axis=None)
    smoothed = ["smoothed_per_100k", "local_per_100k"]
    assert released[smoothed].isna().all(axis=None), "they follow from all units"
    others = [name for name in MADE_OF_COUNTS if name not in smoothed]
    pd.testing.assert_frame_equal(released.loc[~gone, others], table.loc[~gone, others])
    assert released.dtypes.equals(table.dtypes)


def test_incidents_are_not_given_back_by_victims_of_their_rows() -> None:
    table = table_of(
        {
            ("incidents", YEAR): [2, 20, 9, 30],
            ("killed", YEAR): [12, 20, 0, 25],
            ("killed", QUARTERS[0]): [12, 20, 0, 25],
        }
    )
    table.loc[4:7, "note"] = "at least: not fully stated for 1 of 2; population approximate"
    released, _ = suppress_table(table, k=5, sensitive_measures=["incidents", "killed"])
    hidden = ["records", "per_incident", "ci_low", "ci_high", "low_count"]
    assert withheld(released, "incidents") == [True, False, True, False]
    assert released.loc[[4, 6], hidden].isna().all(axis=None)
    assert released.loc[[4, 6], "count"].tolist() == [12, 0]
    assert released.loc[[5, 7], hidden].notna().all(axis=None)
    assert released.loc[8:, hidden].isna().all(axis=None), "these incidents are in no table"
    assert released["note"][4] == "at least: not fully stated for all; population approximate"
    assert released["note"][5] == table["note"][5]


def test_intervals_of_victims_tell_the_worst_incident_and_go() -> None:
    table = table_of({("incidents", YEAR): [9, 20, 9], ("killed", YEAR): [2, 20, 8]})
    released, _ = suppress_table(table, k=5, sensitive_measures=["incidents", "killed"])
    assert withheld(released, "killed") == [True, False, True]
    assert released.loc[3:, ["ci_low", "ci_high", "low_count"]].isna().all(axis=None)
    assert released.loc[:2, ["ci_low", "ci_high"]].notna().all(axis=None)


def test_other_measures_and_unknown_counts_pass() -> None:
    table = table_of({("projects", YEAR): [2, 1.5, 0], ("incidents", YEAR): [None, 6, 0]})
    table["note"] = table["note"].mask(table["count"].isna(), "not covered by the source")
    released, report = suppress_table(table, k=5, sensitive_measures=["incidents"])
    pd.testing.assert_frame_equal(released, table)
    assert (report.primary, report.withheld) == (0, 0)


def test_records_without_a_date_are_told_apart_from_all_records() -> None:
    undated = "without a date, or with one too coarse for these periods"
    table = table_of({("incidents", YEAR): [8, 20, 0], ("incidents", (None, None)): [1, 9, 7]})
    table["note"] = table["note"].mask(table["period_start"].isna(), undated)
    released, _ = suppress_table(table, k=5, sensitive_measures=["incidents"])
    assert released["note"].fillna("").tolist() == [
        "", "", "", f"withheld; {undated}", undated, f"withheld; {undated}",
    ]  # fmt: skip
    everything = table_of({("incidents", (None, None)): [9, 29, 7]})
    released = suppress_tables([table, everything], k=5, sensitive_measures=["incidents"])[0]
    held = [frame["note"].fillna("").str.startswith("withheld").tolist() for frame in released]
    # All = year + undated: the undated 1 needs its year or all of them withheld beside it.
    assert held[0][3]
    assert held[0][0] or held[1][0]


def test_a_year_with_coarse_dates_is_more_than_its_quarters() -> None:
    # Ten of the year 2021 are of no quarter: the year does not give a quarter back.
    quarters = np.array([[2, 20, 21, 22], [30, 31, 9, 33]])
    counts = nested(quarters)
    counts["incidents", YEAR] = [75, 113]
    released, _ = suppress_table(table_of(counts), k=5, sensitive_measures=["incidents"])
    assert withheld(released, "incidents") == [False, False]
    assert withheld(released, "incidents", QUARTERS[0]) == [True, True]


def test_a_missing_note_and_index_survive() -> None:
    table = table_of({("incidents", YEAR): [2, 30, 9, 40]})
    table.index = pd.Index(list("dcba"), name="key")
    released, _ = suppress_table(table, k=5, sensitive_measures=["incidents"])
    assert released.index.equals(table.index)
    assert table["count"].notna().all(), "the input stays as it was"


def test_k_of_one_withholds_nothing() -> None:
    table = table_of({("incidents", YEAR): [1, 2, 0]})
    released, report = suppress_table(table, k=1, sensitive_measures=["incidents"])
    pd.testing.assert_frame_equal(released, table)
    assert report.withheld == 0


@pytest.mark.parametrize("k", [0, -3, 2.5, True, "5"])
def test_k_is_a_whole_number(k: Any) -> None:
    table = table_of({("incidents", YEAR): [1, 2, 0]})
    with pytest.raises(ArgumentError, match="no whole number above zero"):
        suppress_table(table, k=k, sensitive_measures=["incidents"])


def test_faulty_tables_are_refused() -> None:
    table = table_of({("incidents", YEAR): [1, 2, 0]})
    twice = pd.concat([table, table], ignore_index=True)
    with pytest.raises(FrameError, match="has two rows of one measure and period"):
        suppress_table(twice, k=5, sensitive_measures=["incidents"])
    other = table.assign(count=table["count"] + 1)
    with pytest.raises(FrameError, match="not about the same records"):
        suppress_tables([table, other], k=5, sensitive_measures=["incidents"])
    with pytest.raises(FrameError, match="differs between rows"):
        suppress_table(
            table.assign(unique_total=[3.0, 4.0, 3.0]), k=5, sensitive_measures=["incidents"]
        )
    with pytest.raises(FrameError, match="column is missing"):
        suppress_table(table.drop(columns="unique_total"), k=5, sensitive_measures=["incidents"])
    with pytest.raises(ArgumentError, match="units of several levels"):
        suppress_table(table, k=5, sensitive_measures=["incidents"], parents={"ZZ00": "ZZ01"})
    with pytest.raises(ArgumentError, match="circle"):
        suppress_table(
            table, k=5, sensitive_measures=["incidents"],
            parents={"ZZ00": "ZZ01", "ZZ01": "ZZ00"},
        )  # fmt: skip


def test_an_empty_table() -> None:
    table = table_of({("incidents", YEAR): [1, 2, 0]}).iloc[:0]
    released, report = suppress_table(table, k=5, sensitive_measures=["incidents"])
    pd.testing.assert_frame_equal(released, table)
    assert report.withheld == 0


def test_the_report_does_not_print_what_undoes_it() -> None:
    table = table_of({("incidents", YEAR): [2, 0, 1, 0]})
    _, report = suppress_table(table, k=5, sensitive_measures=["incidents"])
    assert repr(report) == "Suppression(k=5, withheld=2, totals=1)"


def test_hidden_cells_are_the_withheld_units() -> None:
    table = table_of({("incidents", YEAR): [2, 30, 40, 9]})
    released, _ = suppress_table(table, k=5, sensitive_measures=["incidents"])
    cells = hidden_cells(released)
    assert list(cells.columns) == ["pcode", "name", "period_start", "period_end", "measure"]
    assert cells["pcode"].tolist() == ["ZZ00"], "the other one is of no unit"
    assert hidden_cells(table).empty


world = st.tuples(
    arrays.arrays(np.int64, (3, 4), elements=counts_of),
    st.integers(2, 6),
    st.integers(0, 2**32 - 1),
)


@brief
@given(world)
def test_no_attack_on_years_and_quarters(drawn: tuple[np.ndarray, int, int]) -> None:
    quarters, k, seed = drawn
    table = table_of(nested(quarters))
    released, _ = suppress_table(table, k=k, sensitive_measures=["incidents"])
    assert attack([table], [released], k) == []
    order = np.random.default_rng(seed).permutation(len(table))
    shuffled, _ = suppress_table(table.iloc[order], k=k, sensitive_measures=["incidents"])
    pd.testing.assert_frame_equal(shuffled, released.iloc[order])


@brief
@given(
    killed=arrays.arrays(np.int64, (3, 2), elements=counts_of),
    injured=arrays.arrays(np.int64, (3, 2), elements=counts_of),
    share=st.floats(0, 1),
    k=st.integers(2, 6),
)
def test_no_attack_on_victims_and_civilians(
    killed: np.ndarray, injured: np.ndarray, share: float, k: int
) -> None:
    spans = (YEAR, ("2022-01-01", "2022-12-31"))
    of_civilians = np.floor(killed * share)
    amounts = {
        "killed": killed,
        "injured": injured,
        "victims": killed + injured,
        "civilians_killed": of_civilians,
        "civilians_injured": injured,
        "civilians": of_civilians + injured,
    }
    table = table_of(
        {
            (name, span): a[:, at].tolist()
            for name, a in amounts.items()
            for at, span in enumerate(spans)
        }
    )
    released, _ = suppress_table(table, k=k, sensitive_measures=list(amounts))
    assert attack([table], [released], k) == []


@brief
@given(lower=arrays.arrays(np.int64, (5, 2), elements=counts_of), k=st.integers(2, 6))
def test_no_attack_on_levels(lower: np.ndarray, k: int) -> None:
    spans = QUARTERS[:2]
    codes = ["ZZ0001", "ZZ0002", "ZZ0101", "ZZ0102"]
    places: list[dict[str, Any]] = [
        *({"pcode": code, "name": code, "place_kind": "unit"} for code in codes),
        {"pcode": None, "name": None, "place_kind": "unattributed"},
    ]
    upper = np.array([lower[:2].sum(axis=0), lower[2:4].sum(axis=0), lower[4]])
    tables = [
        table_of({("incidents", s): upper[:, at].tolist() for at, s in enumerate(spans)}),
        table_of({("incidents", s): lower[:, at].tolist() for at, s in enumerate(spans)}, places),
    ]
    parents = {code: code[:4] for code in codes}
    released, _ = suppress_tables(tables, k=k, sensitive_measures=["incidents"], parents=parents)
    assert attack(tables, released, k, parents) == []


def test_a_table_of_located_incidents() -> None:
    # Alpha has 1 incident in the first quarter and 9 in the second, Béta-Sud 6 and 7.
    days = ["2021-02-01"] * 7 + ["2021-05-01"] * 16
    names = ["Alpha"] + ["Béta-Sud"] * 6 + ["Alpha"] * 9 + ["Béta-Sud"] * 7
    incidents = pd.DataFrame(
        {
            "event_id": [f"e{at}" for at in range(23)],
            "date": pd.to_datetime(days),
            "adm1_name": names,
            "killed": pd.array([1] * 23, dtype="Int64"),
            "location_precision": "adm1",
            "source": "hand-made",
        }
    )
    units = worlds.square_units()
    located = with_coverage(locate(incidents, units), "2021-01/2021-06")
    people = worlds.people(1e5, 2e5)
    tables = [
        density(located, units, measure=measure, population=people, period="quarter")
        for measure in ("incidents", "killed")
    ]
    table = concat_tables(*tables)
    released, report = suppress_table(table, k=5, sensitive_measures=["incidents", "killed"])
    first = released["period_start"].eq("2021-01-01") & released["place_kind"].eq("unit")
    second = released["period_start"].eq("2021-04-01")
    assert released.loc[first, "count"].isna().all(), "7 - 6 = 1"
    assert released.loc[first, "note"].eq("withheld").all()
    assert released.loc[second, "count"].tolist() == [9, 7, 0, 0, 0] * 2
    assert released.loc[second, "records"].tolist() == [9, 7, 0, 0, 0] * 2
    assert report.withheld == 4
    assert released.dtypes.equals(table.dtypes)


def test_thirty_units_lose_their_smoothed_rates_where_one_is_withheld() -> None:
    units = densityworlds.grid(36, width=6)
    counts = [10.0 + at for at in range(36)]
    table = densityworlds.density_table(units, "incidents", counts)
    table = table.assign(publisher=pd.array([pd.NA] * 36, dtype="string"), smoothed_per_100k=12.5)
    same, _ = suppress_table(table, k=5, sensitive_measures=["incidents"])
    pd.testing.assert_frame_equal(same, table)
    counts[7] = 3.0
    table = densityworlds.density_table(units, "incidents", counts)
    table = table.assign(publisher=pd.array([pd.NA] * 36, dtype="string"), smoothed_per_100k=12.5)
    released, report = suppress_table(table, k=5, sensitive_measures=["incidents"])
    assert released["smoothed_per_100k"].isna().all()
    assert report.withheld == 2


def test_a_large_table_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(3)
    places = 702
    counts: dict[tuple[str, tuple[str, str]], list[float]] = {}
    for year in range(2012, 2022):
        span = (f"{year}-01-01", f"{year}-12-31")
        incidents = rng.negative_binomial(0.5, 0.15, places) * (rng.random(places) < 0.25)
        killed, injured = rng.binomial(2 * incidents, 0.3), rng.binomial(3 * incidents, 0.4)
        amounts = {"incidents": incidents, "killed": killed, "injured": injured}
        for measure, values in (amounts | {"victims": killed + injured}).items():
            counts[measure, span] = values.tolist()
    table = table_of(counts)
    released, report = suppress_table(table, k=5, sensitive_measures=["incidents", *VICTIMS])
    with capsys.disabled():
        sys.stdout.write(f" [{len(table)} rows, {report.withheld} withheld] ")
    counted = table["count"]
    assert released.loc[counted.between(1, 4), "count"].isna().all()
    assert (released.loc[counted == 0, "count"] == 0).all()
    for _, rows in released.groupby(["measure", "period_start"]):
        gone = rows["count"].isna()
        assert gone.sum() != 1
        if gone.any() and rows["unique_total"].notna().all():
            left = rows["unique_total"].iloc[0] - rows["count"].sum()
            assert left - (gone.sum() - 1) >= 5, "each of them may be 5, were the others 1"


def test_overlapping_periods_do_not_give_a_count_back() -> None:
    # 3 = 2021-07/2021-09 = nine months + second half - year.
    third, nine, half = QUARTERS[2], ("2021-01-01", "2021-09-30"), ("2021-07-01", "2021-12-31")
    table = table_of(
        {
            ("incidents", YEAR): [90, 80],
            ("incidents", nine): [60, 50],
            ("incidents", half): [33, 70],
            ("incidents", third): [3, 40],
        }
    )
    released, report = suppress_table(table, k=5, sensitive_measures=["incidents"])
    held = {span: withheld(released, "incidents", span)[0] for span in (YEAR, nine, half, third)}
    assert held[third]
    assert sum(held.values()) >= 2, "of the four at least two, or subtraction gives it"
    assert report.totals == 0 or report.withheld > 2
