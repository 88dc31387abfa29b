"""The attacker finds what leaks: in tables by hand, and in those of rules that were too weak."""

import math
from collections.abc import Iterable
from dataclasses import replace

import pytest

from tests.attacks.everything.attacker import Attacker, Leak, Slack
from tests.attacks.everything.facts import YEAR, Cell, Fact, number
from tests.attacks.everything.places import region_of
from tests.attacks.everything.randomworlds import random_world
from tests.attacks.everything.truth import SMALL, Truth, counted_again, slack_of

REGION = Attacker({"R": "R"})
CERCLES = Attacker({"C1": "R", "C2": "R", "C3": "R"})


def cell(place: str = "R", quarter: int = YEAR, measure: str = "incidents") -> Cell:
    return place, ((2021, quarter),), measure


def small(at: Cell) -> Fact:
    return Fact(at, 0, 4, is_small=True)


def withheld(at: Cell) -> Fact:
    return Fact(at, 0, math.inf)


def leaks(attacker: Attacker, *editions: Iterable[Fact]) -> dict[Cell, tuple[int, ...]]:
    known = [{fact.cell: fact for fact in facts} for facts in editions]
    hidden = [{one.cell for one in facts.values() if not one.is_number} for facts in known]
    return {leak.cell: leak.values for leak in attacker.leaks(known, hidden)}


def test_what_is_left_of_a_year_is_found() -> None:
    shown = [number(cell(), 45), *(number(cell(quarter=at), 10) for at in (1, 2))]
    shown.append(number(cell(quarter=3), 5))
    assert leaks(REGION, [*shown, small(cell(quarter=4))]) == {cell(quarter=4): (4,)}
    assert leaks(REGION, [number(cell(), 40), *shown[1:], small(cell(quarter=4))]) == {}


def test_records_of_a_year_alone_leave_room() -> None:
    shown = [number(cell(), 45), *(number(cell(quarter=at), 10) for at in (1, 2))]
    shown += [number(cell(quarter=3), 5), small(cell(quarter=4))]
    assert leaks(replace(REGION, slack=Slack(frozenset({2021}))), shown) == {}


def test_what_is_left_of_a_region_is_found() -> None:
    shown = [number(cell(), 30), number(cell("C1"), 10), number(cell("C2"), 5)]
    assert leaks(CERCLES, [*shown, small(cell("C3"))]) == {cell("C3"): (3, 4)}
    somewhere = replace(CERCLES, slack=Slack(unplaced=frozenset({2021})))
    assert leaks(somewhere, [*shown, small(cell("C3"))]) == {}


def test_killed_and_injured_are_all_victims() -> None:
    shown = [number(cell(), 10), Fact(cell(measure="victims"), 21, 21, is_number=True)]
    shown.append(Fact(cell(measure="injured"), 11, 11, is_number=True))
    killed = cell(measure="killed")
    assert leaks(REGION, [*shown, withheld(killed)]) == {killed: (10,)}


def test_victims_tell_of_an_incident() -> None:
    quarter = cell(quarter=1)
    victims = number(cell(quarter=1, measure="killed"), 5)
    assert leaks(REGION, [withheld(quarter), victims])[quarter][0] == 1


def test_who_knows_the_policy_knows_of_five_incidents() -> None:
    quarter, victims = withheld(cell(quarter=1)), small(cell(quarter=1, measure="victims"))
    assert leaks(REGION, [quarter, victims]) == {}
    found = leaks(replace(REGION, knows_rules=True), [quarter, victims])
    assert found[quarter.cell][0] == 5


def test_a_remark_on_a_year_tells_of_its_last_quarter() -> None:
    measure = "killed"
    shown = [number(cell(), 45), number(cell(measure=measure), 60, is_partial=True)]
    for at in (1, 2, 3):
        shown += [number(cell(quarter=at), 15), number(cell(quarter=at, measure=measure), 20)]
    lone = small(cell(quarter=4))
    assert leaks(REGION, [*shown, lone]) == {}
    assert leaks(replace(REGION, flags_tell=True), [*shown, lone])[lone.cell][0] == 1


def test_editions_are_held_against_one_another() -> None:
    before = [number(cell(), 20), small(cell(quarter=1))]
    assert leaks(REGION, before, [number(cell(), 20), small(cell(quarter=1))]) == {}
    tight = [Fact(cell(quarter=1), 0, 1)]
    assert leaks(REGION, before, tight)[cell(quarter=1)] == (0, 1)


def test_records_that_were_withdrawn_refute_who_thinks_that_they_were_added() -> None:
    before, after = [number(cell(), 20)], [small(cell()), small(cell(quarter=1))]
    assert leaks(REGION, before, after) == {}


@pytest.mark.parametrize("seed", [9, 12])
def test_exact_counts_with_small_ones_left_out_are_broken(seed: int) -> None:
    """Counts of five and more and zeros shown, others withheld: as maligeo once did by table."""
    world = random_world(seed)
    pieces = counted_again(world.steps[-1], world.places)
    truth = Truth("2022-01-01", pieces, frozenset())
    facts = {fact.cell: fact for fact in _by_the_old_rule(truth)}
    hidden = {at for at, fact in facts.items() if not fact.is_number}
    slack = slack_of([truth], has_cercles=world.places.cercles is not None)
    attacker = Attacker(region_of(world.places), slack)
    found: list[Leak] = list(attacker.leaks([facts], [hidden]))
    quarterly = {at for at in hidden if at[1][0][1] != YEAR}
    assert quarterly <= {leak.cell for leak in found}  # 0 is possible for none of them
    known = [leak for leak in found if len(leak.values) == 1]
    assert known
    assert all(leak.values == (truth.of(leak.cell),) for leak in known)


def _by_the_old_rule(truth: Truth) -> Iterable[Fact]:
    whole = sorted({(region, unit) for region, unit, year, *_ in truth.pieces if year == 2021})
    for region in sorted({region for region, _ in whole}):
        for quarter in (YEAR, 1, 2, 3, 4):
            for measure in ("incidents", "killed", "injured", "victims"):
                at = cell(region, quarter, measure)
                count = truth.of(at)
                if count in SMALL:
                    yield Fact(at, 1, math.inf)
                else:
                    yield Fact(at, count, count, is_number=True)
