"""A world, its products, and the attack on them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.attacks.everything.attacker import Attacker, Leak
from tests.attacks.everything.facts import Cell, Fact, Known
from tests.attacks.everything.places import region_of
from tests.attacks.everything.products import House
from tests.attacks.everything.randomworlds import World
from tests.attacks.everything.truth import (
    Piece,
    Truth,
    counted_again,
    slack_of,
    stored,
    withdrawn,
)


@dataclass(frozen=True)
class Attacked:
    """What an attack brought.

    Attributes
    ----------
    leaks : list of Leak
        Of cells without a number, to who takes products by their word.
    leaks_by_rules : list of Leak
        Of protected counts, to who also knows the policy.
    cells : int
        How many cells have no number.
    """

    leaks: list[Leak]
    leaks_by_rules: list[Leak]
    cells: int

    def __str__(self) -> str:
        return "\n".join(f"{leak}" for leak in (*self.leaks, *self.leaks_by_rules))


def attacked(world: World, store: Path, folder: Path, *, kinds: int = 1) -> Attacked:
    """Make all products of a world, and attack them."""
    known = House(world, folder).known(kinds)
    truths = stored(store)
    _require_own_count(world, truths)
    editions, true = _editions(known, truths)
    slack = slack_of(truths, has_cercles=world.places.cercles is not None)
    plain = Attacker(
        region_of(world.places),
        slack,
        flags_tell=_flags_tell(known, truths),
        withdrawn=withdrawn(true),
    )
    clever = replace(plain, knows_rules=True)
    protected = [truth.protected(facts) for truth, facts in zip(true, editions, strict=True)]
    return Attacked(
        leaks=list(plain.leaks(editions, protected)),
        leaks_by_rules=list(clever.leaks(editions, protected, only_protected=True)),
        cells=sum(not fact.is_number for facts in editions for fact in facts.values()),
    )


def _editions(
    known: list[tuple[str, Known]], truths: list[Truth]
) -> tuple[list[dict[Cell, Fact]], list[Truth]]:
    """Put together what is said of one edition: a day of release has one, for good."""
    by_edition: dict[int, Known] = {}
    for as_of, said in known:
        by_edition.setdefault(_in_force(truths, as_of), Known()).add(said.facts.values())
    editions: list[Known] = []
    true: list[Truth] = []
    for at, said in sorted(by_edition.items()):
        truth = truths[at : at + 1]
        for cell, fact in said.facts.items():
            assert fact.low <= truth[0].of(cell) <= fact.high, f"{fact} is {truth[0].of(cell)}"
        if editions and editions[-1].agrees_with(said):
            editions[-1].add(said.facts.values())
            true[-1:] = truth
        elif said.facts:
            editions.append(said)
            true += truth
    return [one.facts for one in editions], true


def _in_force(truths: Sequence[Truth], as_of: str) -> int:
    """Give the edition of a day: the last that had begun; the first for days before it."""
    return max((at for at, one in enumerate(truths) if one.since <= as_of), default=0)


def _flags_tell(known: list[tuple[str, Known]], truths: Sequence[Truth]) -> bool:
    """Tell whether some of the numbers that one step adds are "not fully stated", others not."""
    seen: set[tuple[int, Cell]] = set()
    for as_of, said in known:
        edition = _in_force(truths, as_of)
        new = [fact for cell, fact in said.facts.items() if (edition, cell) not in seen]
        seen |= {(edition, cell) for cell in said.facts}
        victims = [one for one in new if one.is_number and one.cell[2] != "incidents"]
        if len({one.is_partial for one in victims}) > 1:
            return True
    return False


def _require_own_count(world: World, truths: list[Truth]) -> None:
    """Require that each period of an edition is counted as one of the files has it."""
    files = [counted_again(step, world.places) for step in world.steps]
    for truth in truths:
        for year, quarter in truth.times:
            own = [_at(pieces, year, quarter) for pieces in (truth.pieces, *files)]
            assert own[0] in own[1:], f"{year} Q{quarter}: {own[0]} is in no file"


def _at(pieces: Counter[Piece], year: int, quarter: int) -> dict[Piece, int]:
    return {piece: number for piece, number in pieces.items() if piece[2:4] == (year, quarter)}
