"""Somebody who has every public product, the documentation, and a solver.

Shares no code with the library. The unknowns are whole numbers: incidents, those of them whose
victims are not all stated, and killed and injured, civilian or other, in each cercle (or in
none) and each quarter (or the year alone), for each edition. What the products say are bounds
of sums of these.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from tests.attacks.everything.facts import MEASURES, SMALLEST, YEAR, Cell, Fact

WANTED: Final = 3  # values that have to stay possible
_COUNTED: Final = ("incidents", "unstated", "ck", "ok", "ci", "oi")
_MOST: Final = 5_000  # victims of one incident
_REST: Final = ""
_SCOUTS: Final = 4  # worlds that are tried before cells are asked for one by one
_INFEASIBLE: Final = 2

Editions = Sequence[Mapping[Cell, Fact]]


@dataclass(frozen=True)
class Slack:
    """What a reader knows of coarse records, by year.

    Attributes
    ----------
    undated : frozenset of int
        Years of which some records are known by year alone.
    unplaced : frozenset of int
        Years of which some records are in no cercle.
    """

    undated: frozenset[int] = frozenset()
    unplaced: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Leak:
    """A cell of which too much is known.

    Attributes
    ----------
    cell : Cell
        The cell.
    edition : int
        Which edition it is of, from 0.
    values : tuple of int
        All values that are possible, or 0 is not among the first of them.
    known : tuple of Fact
        What is known beside it, for whoever wants to see why.
    """

    cell: Cell
    edition: int
    values: tuple[int, ...]
    known: tuple[Fact, ...]

    def __str__(self) -> str:
        beside = "\n".join(
            f"    {fact.cell}: {fact.low:g} to {fact.high:g}"
            f"{', some not stated' if fact.is_partial else ''}"
            for fact in self.known
        )
        return f"edition {self.edition}, {self.cell} can be {self.values} alone, from\n{beside}"


@dataclass(frozen=True)
class Attacker:
    """Somebody who looks for what cells hide.

    Attributes
    ----------
    region_of : mapping of str to str
        Region of each cercle; of a region itself.
    slack : Slack
        What is known of coarse records.
    knows_rules : bool, default False
        Whether it uses that victims are said only of five incidents or more.
    flags_tell : bool, default False
        Whether "not fully stated" is said of single cells: then some record of such a cell is
        not, and every one of the others is.
    only_added : bool, default True
        Whether it takes it that records were only added from one edition to the next.
    withdrawn : frozenset of (str, int, int)
        Region, year and edition in which records were withdrawn or changed: who takes it that
        they were added is wrong there, and what follows from it is no knowledge.
    """

    region_of: Mapping[str, str]
    slack: Slack = Slack()
    knows_rules: bool = False
    flags_tell: bool = False
    only_added: bool = True
    withdrawn: frozenset[tuple[str, int, int]] = frozenset()

    def leaks(
        self, editions: Editions, protected: Sequence[set[Cell]], *, only_protected: bool = False
    ) -> Iterator[Leak]:
        """Find cells of which fewer than three values are possible, or 0 is not.

        Parameters
        ----------
        editions : sequence of mapping of Cell to Fact
            What products say, oldest first.
        protected : sequence of set of Cell
            Which cells of each edition have to be possible with 0, below region and year.
        only_protected : bool, default False
            Leave out the others that have no number, of which three values are asked for.
        """
        wanted = protected
        if not only_protected:
            wanted = [
                {cell for cell, fact in facts.items() if not fact.is_number} for facts in editions
            ]
        for region, year in sorted(self._blocks(editions)):
            for first, last in self._stretches(region, year, len(editions)):
                facts = [list(self._of(known, region, year)) for known in editions[first:last]]
                asked = [
                    (at, fact.cell)
                    for at, known in enumerate(facts)
                    for fact in known
                    if fact.cell in wanted[first + at] and len(fact.cell[1]) == 1
                ]
                if asked and not self._is_plainly_safe(facts):
                    found = self._search(facts, asked, protected[first:last], region, year)
                    yield from (replace(leak, edition=first + leak.edition) for leak in found)

    def _stretches(self, region: str, year: int, editions: int) -> Iterator[tuple[int, int]]:
        """Give runs of editions in which records were only added."""
        starts = [at for at in range(editions) if at == 0 or (region, year, at) in self.withdrawn]
        yield from zip(starts, [*starts[1:], editions], strict=True)

    def _blocks(self, editions: Editions) -> set[tuple[str, int]]:
        return {
            (self._region(cell), cell[1][0][0])
            for facts in editions
            for cell in facts
            if len({year for year, _ in cell[1]}) == 1
        }

    def _region(self, cell: Cell) -> str:
        return self.region_of.get(cell[0], cell[0])

    def _of(self, known: Mapping[Cell, Fact], region: str, year: int) -> Iterator[Fact]:
        for cell, fact in known.items():
            years = {own for own, _ in cell[1]}
            if years == {year} and self._region(cell) == region:
                yield fact

    def _is_plainly_safe(self, facts: Sequence[Sequence[Fact]]) -> bool:
        """Tell whether nothing is known but upper bounds: then 0, 1 and 2 are possible."""
        return all(
            fact.low == 0
            and fact.high >= SMALLEST - 1
            and not (self.knows_rules and fact.is_small and fact.cell[2] != "incidents")
            for known in facts
            for fact in known
        )

    def _search(
        self,
        facts: Sequence[Sequence[Fact]],
        asked: list[tuple[int, Cell]],
        protected: Sequence[set[Cell]],
        region: str,
        year: int,
    ) -> Iterator[Leak]:
        system = _System(self, facts, region, year)
        if not system.is_possible:
            if not self.only_added:
                raise AssertionError(f"{region} {year}: products contradict one another")
            apart = replace(self, only_added=False)
            yield from apart._search(facts, asked, protected, region, year)
            return
        for at, cell in asked:
            values = system.values(at, cell)
            is_region = len(cell[0]) <= len(region)
            needs_zero = cell in protected[at] and not (is_region and cell[1][0][1] == YEAR)
            if len(values) < WANTED or (needs_zero and 0 not in values):
                known = tuple(fact for part in facts for fact in part if fact.low or fact.is_small)
                yield Leak(cell, at, tuple(sorted(values)), known)


class _System:
    """The equations of one region and year."""

    def __init__(
        self, attacker: Attacker, facts: Sequence[Sequence[Fact]], region: str, year: int
    ) -> None:
        self.attacker, self.region = attacker, region
        units = [unit for unit, own in attacker.region_of.items() if own == region != unit]
        if not units or year in attacker.slack.unplaced:
            units.append(_REST)
        times = [1, 2, 3, 4] + [YEAR] * (year in attacker.slack.undated)
        self.pieces = [(unit, time) for unit in units for time in times]
        self.editions = len(facts)
        self.size = self.editions * len(self.pieces) * len(_COUNTED)
        self.rows: dict[tuple[int, Cell], np.ndarray] = {}
        for at, known in enumerate(facts):
            for fact in known:
                self.rows[at, fact.cell] = self._sum(at, fact.cell, self._parts(fact.cell))
        self.constraints = [*self._stated(facts), *self._lawful()]
        self.seen: dict[tuple[int, Cell], set[int]] = {row: set() for row in self.rows}
        self.is_possible = self._scout()

    @staticmethod
    def _parts(cell: Cell) -> tuple[str, ...]:
        return MEASURES[cell[2]] or ("incidents",)

    def _column(self, edition: int, piece: int, part: str) -> int:
        return (edition * len(self.pieces) + piece) * len(_COUNTED) + _COUNTED.index(part)

    def _sum(self, edition: int, cell: Cell, parts: Sequence[str]) -> np.ndarray:
        """Give the unknowns that a cell is the sum of."""
        row = np.zeros(self.size)
        first = 0 if self.attacker.only_added else edition
        quarters = {quarter for _, quarter in cell[1]}
        for at, (unit, time) in enumerate(self.pieces):
            is_there = cell[0] in (unit, self.region)
            if is_there and (YEAR in quarters or time in quarters):
                for part in parts:
                    row[[self._column(one, at, part) for one in range(first, edition + 1)]] = 1
        return row

    def _stated(self, facts: Sequence[Sequence[Fact]]) -> Iterator[LinearConstraint]:
        rows, low, high = [], [], []
        for at, known in enumerate(facts):
            for fact in known:
                rows.append(self.rows[at, fact.cell])
                low.append(fact.low)
                high.append(fact.high)
                is_told = self.attacker.flags_tell or not fact.is_partial
                if is_told and fact.is_number and fact.cell[2] != "incidents":
                    rows.append(self._sum(at, fact.cell, ("unstated",)))
                    low.append(float(fact.is_partial))
                    high.append(np.inf if fact.is_partial else 0.0)
                if self.attacker.knows_rules and self._tells_of_five(fact):
                    rows.append(self._sum(at, fact.cell, ("incidents",)))
                    low.append(SMALLEST * len(fact.cell[1]))
                    high.append(np.inf)
        yield _constraint(rows, low, high)

    @staticmethod
    def _tells_of_five(fact: Fact) -> bool:
        return fact.cell[2] != "incidents" and (fact.is_number or fact.is_small)

    def _lawful(self) -> Iterator[LinearConstraint]:
        """No victims without an incident, and no more records without victims than records."""
        rows, high = [], []
        for edition in range(self.editions):
            for piece in range(len(self.pieces)):
                incidents = self._column(edition, piece, "incidents")
                for part in _COUNTED[1:]:
                    row = np.zeros(self.size)
                    row[self._column(edition, piece, part)] = 1
                    row[incidents] = -1 if part == "unstated" else -_MOST
                    rows.append(row)
                    high.append(0.0)
        yield _constraint(rows, [-np.inf] * len(rows), high)

    def _scout(self) -> bool:
        """Look at some worlds; tell whether there are any."""
        rng = np.random.default_rng(self.size)
        found = [self._solve(np.ones(self.size))]
        if found[0] is None:
            return False
        for turn in range(_SCOUTS):
            self._solve(rng.uniform(0, 1, self.size) - 0.3 * (turn % 2), upper=3 + 3 * turn)
        return True

    def _solve(
        self, cost: np.ndarray, *more: LinearConstraint, upper: float = np.inf
    ) -> np.ndarray | None:
        answer = milp(
            cost,
            integrality=np.ones(self.size),
            bounds=Bounds(0, np.maximum(upper, np.zeros(self.size))),
            constraints=[*self.constraints, *more],
        )
        if answer.x is None:
            if answer.status != _INFEASIBLE:
                raise AssertionError(f"not solved: {answer.message}")
            return None
        world = np.round(answer.x)
        for key, row in self.rows.items():
            self.seen[key].add(int(row @ world))
        return world

    def values(self, edition: int, cell: Cell) -> set[int]:
        """Give values that are possible: three or more with 0 if it is one, or all there are."""
        row, seen = self.rows[edition, cell], self.seen[edition, cell]
        least = 0
        while least == 0 or len(seen) < WANTED:
            if least not in seen:
                world = self._solve(row, _constraint([row], [least], [np.inf]))
                if world is None:
                    break
                least = round(row @ world)
            least += 1
        return seen


def _constraint(
    rows: Sequence[np.ndarray], low: Sequence[float], high: Sequence[float]
) -> LinearConstraint:
    return LinearConstraint(coo_array(np.array(rows)).tocsr(), low, high)
