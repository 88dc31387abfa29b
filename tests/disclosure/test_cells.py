"""Released cells: thresholds, rounding and the rule for victims, by hand."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest

from maligeo.disclosure.cells import (
    GIVEN_UP,
    KNOWN,
    NUMBER,
    SMALL,
    WITHHELD,
    Frozen,
    Means,
    bounds_of,
    new_cells,
    pieces_inside,
)
from maligeo.disclosure.partition import WHOLE_YEAR, measures_in, partition, tally
from maligeo.disclosure.policy import Protection
from tests.disclosure import frames

RULES = Protection(smallest_cell=5, round_to=5, fewest_events=5, largest_share=0.5)
KEY = bytes(32)
YEAR = tuple((2021, quarter) for quarter in (1, 2, 3, 4))
NONE = pd.DataFrame(columns=KNOWN)


@dataclass(frozen=True)
class Fixed(Means):
    """Means whose chance is known."""

    at: float = 0.5

    def chance(self, cell: str) -> float:
        return self.at


def frozen(*groups: frames.Group, by_cercle: bool = True, **changes: Any) -> Frozen:
    """These events, counted in a year that is complete."""
    units = frames.cercles() if by_cercle else frames.regions()
    located = frames.placed(*groups, units=units)
    parents = dict(zip(units["pcode"], units["parent_pcode"], strict=True)) if by_cercle else {}
    settled: dict[str, Any] = {
        "pieces": tally(partition(located, units, KEY)),
        "quarters": frozenset(YEAR),
        "regions": ("ML05", "ML07", "(outside)"),
        "cercles": parents,
        "measures": tuple(measures_in(located)),
    }
    return Frozen(**(settled | changes))


def made(of: Frozen, at: float = 0.5, released: pd.DataFrame = NONE, **more: Any) -> pd.DataFrame:
    return new_cells(of, released, Fixed(RULES, KEY, "dataset", at), **more)


def cell(cells: pd.DataFrame, place: str, measure: str = "incidents", quarter: int = 0) -> Any:
    """State and count of one cell of 2021, of a cercle or a region."""
    own = cells["unit"].where(cells["level"] == 2, cells["region"]) == place
    rows = cells[own & (cells["measure"] == measure) & (cells["quarter"] == quarter)]
    (row,) = rows.to_dict("records")
    return row["state"] if row["state"] != NUMBER else row["count"]


def test_the_lattice_is_regions_by_quarter_and_year_and_cercles_by_year() -> None:
    cells = made(frozen(*frames.even()))
    shapes = cells.groupby("level")["quarter"].unique().map(sorted).to_dict()
    assert shapes == {1: [0, 1, 2, 3, 4], 2: [0]}
    assert len(cells) == 3 * 5 + 4
    assert list(cells.columns) == KNOWN


def test_a_year_comes_with_its_fourth_quarter() -> None:
    cells = made(frozen(*frames.even()[:3], quarters=frozenset(YEAR[:3])))
    assert set(cells["level"]) == {1}
    assert WHOLE_YEAR not in set(cells["quarter"])


@pytest.mark.parametrize(
    ("count", "at", "given"),
    [
        (0, 0.0, SMALL), (4, 0.0, SMALL), (5, 0.0, 5), (5, 0.99, 5),
        (7, 0.39, 10), (7, 0.41, 5), (12, 0.39, 15), (12, 0.41, 10),
        (14, 0.79, 15), (14, 0.81, 10), (15, 0.0, 15), (16, 0.19, 20), (16, 0.21, 15),
    ],
)  # fmt: skip
def test_counts_are_rounded_up_as_often_as_they_are_near_to_it(
    count: int, at: float, given: Any
) -> None:
    """7 is 10 in two of five: a rest of 2 of 5 is 0.4."""
    cells = made(frozen((frames.MOPTI, "2021-02-03", count), by_cercle=False), at)
    assert cell(cells, "ML05", quarter=1) == given
    assert cell(cells, "ML07", quarter=1) == SMALL  # 0 is no number either


def test_rounding_is_right_on_average_and_stays_for_a_key() -> None:
    of = frozen((frames.MOPTI, "2021-02-03", 7), by_cercle=False)
    keys = [number.to_bytes(32) for number in range(40)]
    counts = [
        cell(new_cells(of, NONE, Means(RULES, key, "dataset")), "ML05", quarter=1) for key in keys
    ]
    assert set(counts) == {5, 10}
    assert np.mean(counts) == pytest.approx(7, abs=1.2)  # three standard errors
    again = cell(new_cells(of, NONE, Means(RULES, keys[3], "dataset")), "ML05", quarter=1)
    assert again == counts[3]
    means = Means(RULES, KEY, "dataset")
    assert means.chance("a") == means.chance("a") != means.chance("b")
    assert means.chance("a") != Means(RULES, KEY, "other").chance("a")
    assert "00" * 8 not in repr(means)  # the key is in no message


def test_what_a_cell_tells_of_the_number_behind_it() -> None:
    states = [(NUMBER, 10), (NUMBER, 5), (SMALL, -1), (WITHHELD, -1)]
    cells = pd.DataFrame(states, columns=["state", "count"])
    assert bounds_of(cells, RULES).to_numpy().tolist() == [
        [6.0, 14.0], [5.0, 9.0], [0.0, 4.0], [0.0, np.inf],
    ]  # fmt: skip


def victims(*killed: int, **columns: Any) -> Any:
    """What is said of those killed in these events, in one quarter of one region."""
    groups = [(frames.MOPTI, "2021-02-03", 1, {"killed": dead, **columns}) for dead in killed]
    return cell(made(frozen(*groups, by_cercle=False), 0.0), "ML05", "killed", 1)


def test_victims_need_five_events_and_none_with_more_than_half_of_them() -> None:
    assert victims(1, 1, 1, 1, 1) == 5
    assert victims(1, 1, 1, 1, 1, 0) == 5
    assert victims(2, 2, 2, 2) == WITHHELD  # of four events
    assert victims(2, 2, 2, 2, 0) == WITHHELD  # of four that killed anybody
    assert victims(1, 1, 1, 1, 4) == 10  # 4 of 8 are half of them: 8 is 10 or 5
    assert victims(1, 1, 1, 1, 6) == WITHHELD  # 6 of 10
    assert victims(1, 1, 0, 0, 0) == SMALL  # fewer than 5, in five events
    assert victims(0, 0, 0, 0, 0) == SMALL


def test_where_incidents_are_small_all_victims_are_withheld() -> None:
    cells = made(frozen(*[(frames.MOPTI, "2021-02-03", 4, {"killed": 9, "injured": 0})]))
    of_victims = cells[cells["measure"] != "incidents"]
    assert set(of_victims["measure"]) == {"killed", "injured", "victims"}
    assert set(of_victims["state"]) == {WITHHELD}
    assert set(cells[cells["measure"] == "incidents"]["state"]) == {SMALL}


def test_many_rows_of_few_events_are_withheld() -> None:
    of = frozen((frames.MOPTI, "2021-02-03", 8), by_cercle=False)
    few = of.pieces.assign(events=4)
    assert cell(made(Frozen(**{**vars(of), "pieces": few})), "ML05", quarter=1) == WITHHELD


def test_what_is_not_stated_for_all_is_said() -> None:
    groups: list[frames.Whole] = [(frames.MOPTI, "2021-02-03", 9, {"killed": 1, "injured": 1})]
    groups += [(frames.MOPTI, "2021-02-04", 1, {"killed": 1, "injured": None})]
    cells = made(frozen(*groups, by_cercle=False))
    said = cells[cells["unstated"]]
    assert set(said["measure"]) == {"victims", "killed", "injured"}
    assert set(said["region"]) == {"ML05"}


def test_victims_of_whom_nothing_is_stated_are_no_measure() -> None:
    located = frames.placed((frames.MOPTI, "2021-02-03", 5, {"killed": 1, "injured": None}))
    assert measures_in(located) == ["incidents", "killed"]


def test_nothing_is_given_up_in_a_plain_world() -> None:
    """Forty in each cercle, ten a quarter: all are numbers."""
    places = (frames.MOPTI, frames.BANDIAGARA, frames.GAO, frames.ANSONGO)
    cells = made(frozen(*(group for lon in places for group in frames.even(lon=lon))))
    inside = cells[cells["region"].str.startswith("ML")]
    assert set(inside["state"]) == {NUMBER}
    assert cell(cells, "ML0501") == 40
    assert cell(cells, "ML05") == 80
    assert cell(cells, "ML05", quarter=3) == 20


def test_two_small_cercles_of_a_region_with_six_give_something_up() -> None:
    """Three in each: with a total of 5 to 9 and at most 4 in each, neither can be 0."""
    groups = [(lon, "2021-02-03", 3) for lon in (frames.MOPTI, frames.BANDIAGARA)]
    cells = made(frozen(*groups), at=0.99)  # rounded down: 5 in the year and in its quarter
    assert cell(cells, "ML05") == 5
    assert {cell(cells, "ML0501"), cell(cells, "ML0502")} == {WITHHELD}
    assert cell(cells, "ML0701") == SMALL  # in a region of its own


def test_a_record_in_no_region_hides_nothing_in_the_cercles_of_one() -> None:
    """Only what may lie in no cercle of its own region can be the rest of a region."""
    groups = [(lon, "2021-02-03", 3) for lon in (frames.MOPTI, frames.BANDIAGARA)]
    vague = (frames.GAO, "2021-02-03", 1, {"date_precision": "year"})
    cells = made(frozen(*groups, (frames.OUTSIDE, "2021-02-03", 1), vague), at=0.99)
    assert {cell(cells, "ML0501"), cell(cells, "ML0502")} == {WITHHELD}


def test_what_is_given_up_depends_on_the_released_cells_alone() -> None:
    """2 and 4 are released as 3 and 3 are, so that the choice tells nothing."""
    worlds = [((frames.MOPTI, "2021-02-03", a), (frames.BANDIAGARA, "2021-02-03", 6 - a)) for a in
              (2, 3, 4)]  # fmt: skip
    told = [made(frozen(*groups), at=0.99).to_csv() for groups in worlds]
    assert len(set(told)) == 1


def test_cells_that_were_released_are_not_made_again() -> None:
    first = frozen(*frames.even()[:2], quarters=frozenset(YEAR[:2]))
    released = made(first)
    rest = made(frozen(*frames.even()), released=released)
    keys = [set(part[KNOWN[:6]].itertuples(index=False, name=None)) for part in (released, rest)]
    assert keys[0].isdisjoint(keys[1])
    assert set(rest[rest["level"] == 1]["quarter"]) == {0, 3, 4}
    assert made(frozen(*frames.even()), released=pd.concat([released, rest])).empty


def test_a_late_quarter_gives_up_what_the_year_would_tell() -> None:
    """Quarters of 4 each are said to be small; the year of 20, made later, would say 4 each."""
    groups = [(lon, day, 4, more) for lon, day, _, more in frames.even()]
    quarters = made(frozen(*groups[:3], quarters=frozenset(YEAR[:3]), by_cercle=False))
    cells = made(frozen(*groups, by_cercle=False), at=0.0, released=quarters)
    assert cell(cells, "ML05") == GIVEN_UP  # 16 is given as 20: at least 16, in four of at most 4


def test_a_cell_holds_the_pieces_of_its_place_and_time_up_to_its_edition() -> None:
    """Later editions add records to what earlier ones count, and take none away."""
    pieces = pd.DataFrame(
        [("a", 1, 0), ("b", 1, 0), ("a", 2, 0), ("a", 1, 1), ("b", 1, 1), ("a", 2, 1)],
        columns=["unit", "quarter", "edition"],
    )
    wanted = {
        (1, "", WHOLE_YEAR, 0): [1, 1, 1, 0, 0, 0],
        (1, "", WHOLE_YEAR, 1): [1, 1, 1, 1, 1, 1],
        (1, "", 2, 1): [0, 0, 1, 0, 0, 1],
        (2, "a", WHOLE_YEAR, 0): [1, 0, 1, 0, 0, 0],
        (2, "a", WHOLE_YEAR, 1): [1, 0, 1, 1, 0, 1],
        (2, "b", WHOLE_YEAR, 1): [0, 1, 0, 0, 1, 0],
    }
    cells = pd.DataFrame(list(wanted), columns=["level", "unit", "quarter", "edition"])
    assert pieces_inside(cells, pieces).astype(int).tolist() == list(wanted.values())


def test_progress_is_told() -> None:
    steps: list[tuple[int, int]] = []
    made(frozen(*frames.even()), advance=lambda done, total: steps.append((done, total)))
    assert steps == [(1, 3), (2, 3), (3, 3)]
