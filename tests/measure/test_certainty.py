"""Worlds with a known truth, in which records are lost, rounded and displaced as in life."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pytest

from maligeo.core.crs import Flags, Floats
from maligeo.core.errors import ArgumentError
from maligeo.measure.answer import TOO_FEW_EVENTS
from maligeo.measure.certainty import RESPONSES, SOLID, Need, Response, Rules, Unplaced, judge

RULES = Rules(draws=500)
UNITS, WORLDS = 20, 40
LOST, DISPLACED, UNPLACED = 0.05, 0.02, 0.02


class World(NamedTuple):
    people: Floats
    expected: Floats
    projects: npt.NDArray[np.int64]


def made(rng: np.random.Generator) -> World:
    """Forty events a unit; a fifth of the units has no response, others little or much."""
    people = rng.lognormal(0, 0.8, UNITS)
    expected = people * rng.lognormal(0, 1, UNITS)
    expected *= 40 * UNITS / expected.sum()
    mean = rng.choice([0, 0.2, 1, 1, 3], UNITS) * expected
    return World(people, expected, rng.poisson(mean * 4 * UNITS / mean.sum()))


def events(world: World, spread: float, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Draw events whose variance is `spread` times their mean."""
    if spread == 1:
        return rng.poisson(world.expected)
    return rng.negative_binomial(world.expected / (spread - 1), 1 / spread)


def true_classes(need: Floats, projects: npt.NDArray[np.int64]) -> list[str]:
    share = projects / projects.sum()
    need = need / need.sum()
    return [
        "nobody" if not number
        else "less" if part < 0.5 * wanted
        else "more" if part >= 2 * wanted
        else "alike"
        for number, part, wanted in zip(projects, share, need, strict=True)
    ]  # fmt: skip


def found_solid(
    world: World, spread: float, to: int, rng: np.random.Generator
) -> tuple[list[str], Flags]:
    """Judge what is left of a world; give the stated classes, and where they are called solid."""
    happened = events(world, spread, rng)
    placeless, without = (rng.binomial(all_, UNPLACED) for all_ in (happened, world.projects))
    kept = rng.binomial(happened - placeless, 1 - LOST)
    moved = rng.binomial(kept, DISPLACED)
    seen = kept - moved + np.bincount(rng.integers(UNITS, size=moved.sum()), minlength=UNITS)
    anywhere = np.ones(UNITS, dtype=bool)
    rounded = to * np.round(seen / to)
    unplaced = [Unplaced(np.ones(placeless.sum()), anywhere)]
    need = Need(np.maximum(rounded - to // 2, 0.0), rounded + to // 2, unplaced=unplaced)
    placed = (world.projects - without)[np.newaxis].astype(float)
    response = Response(placed, np.zeros_like(placed), [Unplaced(np.ones(without.sum()), anywhere)])
    finding = judge([need], response, np.array([world.people, np.ones(UNITS)]), RULES)
    stated = [RESPONSES[at] for at in finding.stated]
    return stated, (finding.certainty >= RULES.solid) & (seen >= TOO_FEW_EVENTS)


def clear(world: World, spread: float, rng: np.random.Generator) -> Flags:
    """Tell the units whose class is the same in 99 % of complete data sets.

    A complete data set with too few events in a unit has the class "few" there, as the
    library gives it: a unit in which that happens is not clear, whatever its projects.
    """
    truth = true_classes(world.expected, world.projects)
    same = np.zeros(UNITS)
    for _ in range(200):
        happened = events(world, spread, rng)
        found = np.array(true_classes(np.maximum(happened, 1e-9), world.projects))
        same += (found == truth) & (happened >= TOO_FEW_EVENTS)
    return same >= 198


@pytest.mark.parametrize("to", [1, 5])
@pytest.mark.parametrize("spread", [1, 2, 4])
def test_what_is_called_solid_is_true_and_what_is_clear_is_called_solid(
    spread: float, to: int
) -> None:
    right = solid = called = plain = 0
    for seed in range(WORLDS):
        rng = np.random.default_rng([seed, 7])
        world = made(rng)
        truth = np.array(true_classes(world.expected, world.projects))
        is_clear = clear(world, spread, rng)
        stated, is_solid = found_solid(world, spread, to, rng)
        solid += is_solid.sum()
        right += (is_solid & (np.array(stated) == truth)).sum()
        plain += is_clear.sum()
        called += (is_clear & is_solid).sum()
    assert solid > WORLDS, "few are called solid: the shares below say nothing"
    assert right / solid >= 0.9
    assert plain > WORLDS
    assert called / plain >= 0.5


def sharp(*counts: float, **options: object) -> Need:
    return Need(np.array(counts, float), np.array(counts, float), **options)  # type: ignore[arg-type]


def answered(*counts: float, unplaced: Sequence[Unplaced] = ()) -> Response:
    ways = np.array([counts], float)
    return Response(ways, np.zeros_like(ways), unplaced)


EVEN = np.ones((1, 4))


def test_classes_by_hand() -> None:
    # Shares of need 0.4, 0.3, 0.2, 0.1; of response 0.1, 0.3, 0, 0.6: 0.25, 1, 0 and 6 times.
    finding = judge([sharp(400, 300, 200, 100)], answered(1, 3, 0, 6), EVEN)
    assert [RESPONSES[at] for at in finding.stated] == ["less", "alike", "nobody", "more"]
    assert finding.certainty.tolist() == [1, 1, 1, 1]
    assert finding.depends_on == (SOLID,) * 4


def test_doubt_names_its_cause() -> None:
    anywhere = np.ones(4, dtype=bool)
    few = judge([sharp(7, 9, 6, 100)], answered(1, 1, 1, 10), EVEN)
    assert "chance" in few.depends_on
    lost = judge(
        [sharp(400, 300, 200, 100)],
        answered(1, 3, 0, 6, unplaced=[Unplaced(np.full(1, 40.0), anywhere)]),
        EVEN,
    )
    assert lost.depends_on[2] == "unplaced"
    assert lost.certainty[2] < 0.1
    ways = np.array([[1.0, 3, 1, 6]])
    dated = judge([sharp(400, 300, 200, 100)], Response(ways, ways * [0, 0, 1, 0]), EVEN)
    assert dated.depends_on[2] == "dates"
    assert dated.certainty[2] < 0.6, "in half of the draws it is not under way"
    two = judge([sharp(900, 50, 50, 50), sharp(50, 900, 50, 50)], answered(2, 2, 1, 1), EVEN)
    assert set(two.depends_on[:2]) == {"weights"}


def test_where_a_source_names_a_unit_somebody_is_there() -> None:
    among = np.array([True, True, False, False])
    named = answered(0, 5, 5, 0, unplaced=[Unplaced(np.full(1, 40.0), among, is_named=True)])
    finding = judge([sharp(40, 40, 40, 40)], named, EVEN)
    assert RESPONSES[finding.stated[0]] != "nobody"
    assert RESPONSES[finding.stated[3]] == "nobody"
    assert finding.certainty[3] == 1, "none of the forty can be there"


def test_what_is_done_where_need_is_not_known_makes_no_response_low_elsewhere() -> None:
    need = sharp(200, 200, 200, np.nan)
    finding = judge([need], answered(10, 10, 10, 90), EVEN)
    assert [RESPONSES[at] for at in finding.stated[:3]] == ["alike"] * 3
    assert finding.stated[3] == -1
    assert finding.depends_on[:3] == (SOLID,) * 3


def test_victims_of_one_incident_are_one_event() -> None:
    people = np.array([100.0, 100, 100, 100])
    single = [np.ones(100)] * 4
    massacre = [np.array([100.0]), *single[1:]]
    response = answered(5, 5, 5, 5)
    each, together = (
        judge([sharp(*people, sizes=sizes)], response, EVEN).certainty
        for sizes in (single, massacre)
    )
    assert each[0] > 0.99
    assert together[0] < 0.7


def test_victims_agree_with_a_bootstrap_of_incidents() -> None:
    # Incidents drawn again with replacement, over the country, as a textbook has it.
    rng = np.random.default_rng(5)
    sizes = [1.0 + rng.geometric(0.25, size=number) for number in (40, 25, 60, 30)]
    sizes[0] = np.append(sizes[0], [90.0, 60.0])
    people, unit = np.concatenate(sizes), np.repeat(np.arange(4), [len(one) for one in sizes])
    again = rng.integers(len(people), size=(4000, len(people)))
    drawn = np.zeros((4000, 4))
    for at in range(4):
        drawn[:, at] = (people[again] * (unit[again] == at)).sum(axis=1)
    drawn /= drawn.sum(axis=1, keepdims=True)
    counted = np.array([one.sum() for one in sizes])
    response = np.array([3.0, 3, 4, 6])
    classes = np.array([true_classes(one, response) for one in drawn])
    by_event, singly = (
        judge([need], answered(*response), EVEN, Rules(draws=4000))
        for need in (sharp(*counted, sizes=sizes), sharp(*counted))
    )
    stated = np.array(RESPONSES)[by_event.stated]
    lasts = (classes == stated).mean(axis=0)
    # Half an event more in each unit is what the two differ by.
    assert by_event.certainty == pytest.approx(lasts, abs=0.05)
    assert np.abs(singly.certainty - lasts).max() > 0.2


def test_an_incident_without_a_unit_is_in_one_unit_with_all_its_victims() -> None:
    people, anywhere = np.array([100.0, 100, 100, 100]), np.ones(4, dtype=bool)
    each, together = (
        judge(
            [sharp(*people, sizes=[np.ones(100)] * 4, unplaced=[unplaced])],
            answered(5, 5, 5, 5),
            EVEN,
        ).certainty
        for unplaced in (
            Unplaced(np.ones(300), anywhere, is_whole=True),
            Unplaced(np.full(1, 300.0), anywhere, is_whole=True),
        )
    )
    assert each.min() > 0.99
    assert together.max() < 0.95


def test_rounded_victims_are_drawn_within_their_rounding() -> None:
    sizes, response = [np.ones(100)] * 4, answered(20, 60, 60, 60)
    rounded = Need(np.array([60.0, 100, 100, 100]), np.array([140.0, 100, 100, 100]), sizes)
    sharply, loosely = (
        judge([need], response, EVEN).certainty[0]
        for need in (sharp(100, 100, 100, 100, sizes=sizes), rounded)
    )
    assert sharply > 0.99
    assert loosely < 0.9


def test_the_same_seed_gives_the_same_finding() -> None:
    needs, response = [sharp(7, 9, 6, 30)], answered(1, 1, 1, 6)
    first, again = (judge(needs, response, EVEN, Rules(seed=3)) for _ in range(2))
    assert first.certainty.tolist() == again.certainty.tolist()
    other = judge(needs, response, EVEN, Rules(seed=4))
    assert first.certainty.tolist() != other.certainty.tolist()


@pytest.mark.parametrize("wrong", [{"less": 1.5}, {"more": 0.9}, {"draws": 0}, {"solid": 0.4}])
def test_rules_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ArgumentError):
        Rules(**wrong)  # type: ignore[arg-type]
