"""What public products say, number by number, as a reader takes it who knows the documentation."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final

import pandas as pd

MEASURES: Final = {
    "incidents": (),
    "civilians": ("ck", "ci"),
    "civilians_killed": ("ck",),
    "civilians_injured": ("ci",),
    "killed": ("ck", "ok"),
    "injured": ("ci", "oi"),
    "victims": ("ck", "ok", "ci", "oi"),
}
YEAR: Final = 0  # a quarter that stands for the whole year
SMALLEST, ROUNDED = 5, 5

Time = tuple[int, int]
# Place (code, or kind of place in brackets), times, measure.
Cell = tuple[str, tuple[Time, ...], str]


@dataclass(frozen=True)
class Fact:
    """An interval that a product gives of a count.

    Attributes
    ----------
    cell : Cell
        What is counted; several times are a sum.
    low, high : float
        The number that was counted is in between; `high` can be infinite.
    is_number : bool
        Whether a number is shown.
    is_small : bool
        Whether it says "fewer than".
    is_partial : bool
        Whether it says that some records do not state all victims.
    count : float
        The number; below 0 where none is shown.
    """

    cell: Cell
    low: float
    high: float
    is_number: bool = False
    is_small: bool = False
    is_partial: bool = False
    count: float = -1.0
    source: str = field(default="", compare=False)


def number(cell: Cell, count: float, *, is_partial: bool = False, source: str = "") -> Fact:
    """Read a rounded number: each cell is up to four above or below, and five or more."""
    if count % ROUNDED:
        raise AssertionError(f"{source}: {cell} has {count}, which is not rounded")
    slack, cells = ROUNDED - 1, len(cell[1])
    low = max(count - slack * cells, SMALLEST * cells)
    return Fact(cell, low, count + slack * cells, True, False, is_partial, count, source)


def worded(cell: Cell, note: str, source: str) -> Fact:
    """Read what stands where no number is shown."""
    words = note.split(";", maxsplit=1)[0].strip()
    if words.startswith("withheld: fewer than "):
        return Fact(cell, 0, int(words.split()[-1]) - 1, is_small=True, source=source)
    if words.startswith("withheld: between "):
        low, high = (int(part) for part in words.split()[-3::2])
        return Fact(cell, low, high, source=source)
    if words == "withheld":
        return Fact(cell, 0, math.inf, source=source)
    raise AssertionError(f"{source}: {cell} says {note!r}")


def times_of(start: pd.Timestamp, end: pd.Timestamp) -> tuple[Time, ...]:
    """Give the years of a period, and the quarters that are left of it."""
    times: list[Time] = []
    at, last = pd.Period(start, freq="Q"), pd.Period(end, freq="Q")
    if (at.start_time, last.end_time.normalize()) != (pd.Timestamp(start), pd.Timestamp(end)):
        raise AssertionError(f"{start} to {end} is finer than quarters")
    while at <= last:
        whole = at.quarter == 1 and at + 3 <= last
        times.append((at.year, YEAR if whole else at.quarter))
        at += 4 if whole else 1
    return tuple(times)


def of_row(row: dict[str, Any], source: str) -> Fact | None:
    """Read a row of a density table; None for people and projects."""
    if row["measure"] not in MEASURES:
        return None
    if row.get("publisher") is not None:
        raise AssertionError(f"{source}: {row} names a publisher")
    if row["place_kind"] != "unit" and row["note"] == "withheld" and row["count_high"] is None:
        return None
    place = row["pcode"] if row["place_kind"] == "unit" else f"({row['place_kind']})"
    cell = (place, times_of(row["period_start"], row["period_end"]), row["measure"])
    note = row["note"] or ""
    _check_derived(row, source)
    if row["count"] is None:
        return worded(cell, note, source)
    found = number(cell, row["count"], is_partial="at least" in note, source=source)
    low = found.low if row["count_low"] is None else max(row["count_low"], found.low)
    high = found.high if row["count_high"] is None else min(row["count_high"], found.high)
    if len(cell[1]) == 1 and (low, high) != (found.low, found.high):
        raise AssertionError(f"{source}: {row} is tighter than its number")
    return replace(found, low=low, high=high)  # a sum tells of the bounds of its parts


def _check_derived(row: dict[str, Any], source: str) -> None:
    """Let no other column of a row know more than its number."""
    silent = ["records", "per_incident", "unique_total"]
    if row["count"] is None:
        silent += ["per_1000_sqkm", "per_100k", "smoothed_per_100k", "local_per_100k"]
    if row["measure"] != "incidents":
        silent += ["ci_low", "ci_high"]
    loud = [name for name in silent if row.get(name) is not None]
    if loud:
        raise AssertionError(f"{source}: {row} tells {loud}")
    density = row.get("per_1000_sqkm")
    if density is not None:
        again = density * row["area_sqkm"] / 1000
        if not math.isclose(again, row["count"], rel_tol=1e-6):
            raise AssertionError(f"{source}: {row} has a density of {again} incidents")


@dataclass
class Known:
    """All that is known of one edition; what two products say of a cell has to agree."""

    facts: dict[Cell, Fact] = field(default_factory=dict)
    marks: dict[Cell, int] = field(default_factory=dict)

    def add(self, facts: Iterable[Fact]) -> None:
        """Take facts in."""
        for fact in facts:
            other = self.facts.setdefault(fact.cell, fact)
            if len(fact.cell[1]) > 1 and other.count == fact.count >= 0:
                tighter = replace(
                    fact, low=max(fact.low, other.low), high=min(fact.high, other.high)
                )
                self.facts[fact.cell] = tighter
            elif other != fact:
                raise AssertionError(f"{other} and {fact} differ")

    def agrees_with(self, other: "Known") -> bool:
        """Tell whether nothing that both know has changed."""
        both = self.facts.keys() & other.facts.keys()
        return all(self.facts[cell] == other.facts[cell] for cell in both)
