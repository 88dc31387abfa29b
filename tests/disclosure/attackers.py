"""A reader who wants to know the withheld counts: all that adds up, solved for each of them.

Shares no code with the library. What the reader knows is a puzzle: numbers that are shown,
unknowns that are 1 or more (a national total: 0 or more), and sums. Each unknown is asked
for its least and greatest value by integer programming, or every filling is tried.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import LinearConstraint, linprog, milp

Name = Any  # a tuple of keys, or a word
Sum = tuple[Name, list[Name]]
ENDLESS = float("inf")


@dataclass
class Puzzle:
    """What is shown, what is withheld (with the least that it can be), and what adds up."""

    shown: dict[Name, float] = field(default_factory=dict)
    withheld: dict[Name, float] = field(default_factory=dict)
    sums: list[Sum] = field(default_factory=list)

    def equations(self) -> tuple[list[Name], np.ndarray, np.ndarray]:
        names = list(self.withheld)
        at = {name: number for number, name in enumerate(names)}
        matrix, right = np.zeros((len(self.sums), len(names))), np.zeros(len(self.sums))
        for row, (whole, parts) in enumerate(self.sums):
            for name, sign in [(whole, 1.0), *((part, -1.0) for part in parts)]:
                if name in at:
                    matrix[row, at[name]] += sign
                else:
                    right[row] -= sign * self.shown[name]
        return names, matrix, right

    def holds(self, truth: Mapping[Name, float]) -> bool:
        """Whether the true values solve it: else the attacker believes what is false."""
        return all(abs(truth[w] - sum(truth[p] for p in parts)) < 1e-9 for w, parts in self.sums)


def interval(puzzle: Puzzle, name: Name, *, whole: bool = True) -> tuple[float, float]:
    """Least and greatest value that an unknown can have."""
    names, matrix, right = puzzle.equations()
    least = [puzzle.withheld[other] for other in names]
    ends = []
    for sign in (1.0, -1.0):
        cost = sign * np.array([float(other == name) for other in names])
        if whole:
            found = milp(
                cost,
                constraints=LinearConstraint(matrix, right, right) if len(right) else None,
                integrality=np.ones(len(names)),
                bounds=(least, [1e6] * len(names)),
            )
        else:
            found = linprog(
                cost, A_eq=matrix, b_eq=right, bounds=[(low, 1e6) for low in least], method="highs"
            )
        assert found.status == 0, found.message
        ends.append(sign * found.fun)
    low, high = (round(end, 6) for end in ends)
    return low, ENDLESS if high > 1e5 else high


def fillings(puzzle: Puzzle, *, most: int) -> Iterator[dict[Name, int]]:
    """Every way to fill in whole numbers of at most `most`, one after another."""
    names = list(puzzle.withheld)

    def fill(at: int, filled: dict[Name, float]) -> Iterator[dict[Name, int]]:
        if not _is_possible(puzzle, filled):
            return
        if at == len(names):
            yield {name: int(filled[name]) for name in names}
            return
        for number in range(int(puzzle.withheld[names[at]]), most + 1):
            yield from fill(at + 1, filled | {names[at]: number})

    yield from fill(0, dict(puzzle.shown))


def _is_possible(puzzle: Puzzle, filled: Mapping[Name, float]) -> bool:
    """Whether sums come out right where all is filled in, and are not exceeded elsewhere."""
    for whole, parts in puzzle.sums:
        least = sum(filled.get(part, puzzle.withheld.get(part, 0)) for part in parts)
        if whole in filled and least > filled[whole]:
            return False
        done = all(name in filled for name in (whole, *parts))
        if done and filled[whole] != least:
            return False
    return True


def findings(
    puzzle: Puzzle,
    truth: Mapping[Name, float],
    small: Iterable[Name],
    k: int,
    *,
    public: Sequence[Name] = (),
) -> list[tuple[str, Name]]:
    """What the attacker learns and must not: a withheld number, or that a small one is small.

    A small number has to be possibly 1, or as small as it could be if all that is not zero
    were withheld and not public.
    """
    truth = _with_rests(puzzle, truth)
    assert puzzle.holds(truth)
    rests = {name: 0.0 for name in truth if name[0] == REST}
    known = {n: v for n, v in truth.items() if n in public or (v == 0 and n not in rests)}
    least = {name: 1.0 for name in truth if name not in known} | rests
    blank = Puzzle(known, least, puzzle.sums)
    small, found = set(small), []
    for name in puzzle.withheld:
        if name[0] == REST:
            continue
        low, high = interval(puzzle, name)
        assert low <= truth[name] <= high
        if low == high:
            found.append(("exactly", name))
        if name in small and high < k:
            found.append(("that it is small", name))
        if name in small and low > 1 and low > interval(blank, name)[0]:
            found.append(("that it is not the smallest", name))
    return found


def _with_rests(puzzle: Puzzle, truth: Mapping[Name, float]) -> dict[Name, float]:
    """Add what is left of a whole of which a reader knows a part alone."""
    known = dict(truth)
    for whole, parts in puzzle.sums:
        rest = parts[-1]
        if rest[0] == REST:
            known[rest] = known[whole] - sum(known[part] for part in parts[:-1])
    return known


def grid(counts: np.ndarray) -> tuple[dict[Name, float], list[Sum]]:
    """All cells of a table of any dimensions with its margins, and what adds up.

    A cell is named by its position, "+" standing for the sum over a dimension.
    """
    axes = [[*range(size), "+"] for size in counts.shape]
    truth: dict[Name, float] = {}
    sums: list[Sum] = []
    for place in product(*axes):
        taken = tuple(slice(None) if at == "+" else at for at in place)
        truth[place] = float(counts[taken].sum())
        for axis, at in enumerate(place):
            if at == "+":
                parts = [(*place[:axis], p, *place[axis + 1 :]) for p in range(counts.shape[axis])]
                sums.append((place, parts))
    return truth, sums


REST = "rest"
SOME = {"victims": "civilians", "killed": "civilians_killed", "injured": "civilians_injured"}
PARTS = {"victims": ["killed", "injured"], "civilians": ["civilians_killed", "civilians_injured"]}


def puzzle_of(tables: Sequence[pd.DataFrame], parents: Mapping[str, str] | None = None) -> Puzzle:
    """What a reader makes of released tables whose counts add up exactly."""
    puzzle = Puzzle()
    groups: dict[tuple, list] = {}
    for level, table in enumerate(tables):
        for row in table.to_dict("records"):
            span = (str(row["period_start"])[:10], str(row["period_end"])[:10])
            place = row["pcode"] if row["place_kind"] == "unit" else f"{row['place_kind']}{level}"
            name = (row["measure"], place, span)
            if row["note"] == "withheld":
                puzzle.withheld[name] = 1.0
            else:
                puzzle.shown[name] = 0.0 if pd.isna(row["count"]) else float(row["count"])
            groups.setdefault((row["measure"], level, span), []).append(name)
            total = (row["measure"], "all", span)
            if not pd.isna(row["unique_total"]):
                puzzle.shown[total] = float(row["unique_total"])
                puzzle.withheld.pop(total, None)
            elif total not in puzzle.shown:
                puzzle.withheld[total] = 0.0
    for (measure, _, span), names in groups.items():
        puzzle.sums.append(((measure, "all", span), names))
    names = [*puzzle.shown, *puzzle.withheld]
    for measure, place, span in names:
        part, rest = (SOME.get(measure), place, span), (REST, measure, place, span)
        if part in names:
            puzzle.withheld[rest] = 0.0
            puzzle.sums.append(((measure, place, span), [part, rest]))
    puzzle.sums += [*_periods(names), *_measures(names), *_parents(names, parents or {})]
    return puzzle


def _periods(names: list) -> Iterator[Sum]:
    by_place: dict[tuple, list] = {}
    for measure, place, span in names:
        by_place.setdefault((measure, place), []).append(span)
    for (measure, place), spans in by_place.items():
        for start, end in spans:
            parts, day = [], pd.Timestamp(start)
            while day <= pd.Timestamp(end):
                fitting = [
                    s for s in spans if s != (start, end) and s[0] == str(day)[:10] and s[1] <= end
                ]
                if not fitting:
                    break
                parts.append(min(fitting, key=lambda span: span[1]))
                day = pd.Timestamp(parts[-1][1]) + pd.Timedelta(days=1)
            else:
                yield (measure, place, (start, end)), [(measure, place, part) for part in parts]


def _measures(names: list) -> Iterator[Sum]:
    for measure, place, span in names:
        parts = [(part, place, span) for part in PARTS.get(measure, [])]
        if parts and set(parts) <= set(names):
            yield (measure, place, span), parts


def _parents(names: list, parents: Mapping[str, str]) -> Iterator[Sum]:
    below: dict[tuple, list] = {}
    for measure, place, span in names:
        if place in parents:
            below.setdefault((measure, parents[place], span), []).append((measure, place, span))
    yield from ((whole, parts) for whole, parts in below.items() if whole in names)
