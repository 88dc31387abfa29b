"""Datasets of incidents: which records belong together, what is counted, and their cells.

All incidents that share an event (a place and day) with what was released before are one
dataset, whatever file they came from. A quarter is counted when it is first released, and
stays so for the rest of the edition; a new edition, at most one a calendar year, takes late
and corrected records in.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import pandas as pd

from maligeo.core.errors import ReleaseError
from maligeo.core.periods import Period, parse_period
from maligeo.disclosure.cells import KNOWN, Frozen
from maligeo.disclosure.division import Division
from maligeo.disclosure.partition import WHOLE_YEAR, complete_years, piece_columns, tally

COVERS: Final = "covers"

Time = tuple[int, int]  # a year, and a quarter or WHOLE_YEAR
Rows = list[dict[str, Any]]

_SAME: Final = 0.9  # share of the known events of a quarter that a file needs to correct it
_DIGITS: Final = 16


@dataclass(frozen=True)
class File:
    """What a file holds.

    Attributes
    ----------
    pieces : pandas.DataFrame
        As from `partition`.
    division : Division
        The units in which it was located.
    measures : tuple of str
        What can be counted of it.
    covers : mapping
        As `with_coverage` states it.
    cutoff : pandas.Timestamp
        Last day of what is old enough.
    """

    pieces: pd.DataFrame
    division: Division
    measures: tuple[str, ...]
    covers: Mapping[str, Any]
    cutoff: pd.Timestamp

    @cached_property
    def events(self) -> frozenset[str]:
        """Hashes of its events."""
        return frozenset(self.pieces["event"])

    def quarters(self) -> set[Time]:
        """Give the quarters from the first record, or covered day, to the last, now over."""
        dated = self.pieces.loc[self.pieces["quarter"] != WHOLE_YEAR, ["year", "quarter"]]
        times = dated.drop_duplicates().itertuples(index=False, name=None)
        ends = [pd.Period(f"{year}Q{quarter}") for year, quarter in times]
        ends += [pd.Period(day, freq="Q") for span in _spans(self.covers) for day in span]
        if not ends:
            return set()
        whole = pd.period_range(min(ends), max(ends), freq="Q")
        over = [one for one in whole if one.end_time.normalize() <= self.cutoff]
        return {(one.year, one.quarter) for one in over}

    def counted(self, times: Collection[Time]) -> Rows:
        """Count by piece of place and time."""
        return rows_of(tally(self.within(times)))

    def within(self, times: Collection[Time]) -> pd.DataFrame:
        """Give the pieces of some times."""
        key = pd.MultiIndex.from_frame(self.pieces[["year", "quarter"]])
        return self.pieces[key.isin(list(times))]


def _spans(covers: Mapping[str, Any]) -> list[Period]:
    return [parse_period(text) for stated in covers.values() for text in stated]


def whole_quarters(covers: Mapping[str, Any]) -> Mapping[str, Any]:
    """Refuse a coverage that cuts a quarter."""
    for span in _spans(covers):
        first, last = (pd.Period(day, freq="Q") for day in span)
        if (span.start, span.end) != (first.start_time, last.end_time.normalize()):
            raise ReleaseError(
                f"covers {span.start.date()}/{span.end.date()} cuts a quarter: state whole quarters"
            )
    return covers


class Dataset:
    """A dataset as the store keeps it.

    Parameters
    ----------
    kept : dict
        `name`, `division`, `covers`, `events` (the year and quarter of each), `editions`.
    """

    def __init__(self, kept: dict[str, Any]) -> None:
        self.kept = kept

    @classmethod
    def begun(cls, file: File) -> "Dataset":
        """Begin a dataset with a file."""
        digest = hashlib.sha256("".join(sorted(file.events)).encode()).hexdigest()[:_DIGITS]
        begun = {"name": f"dataset-{digest}", "division": file.division.to_json()}
        return cls({**begun, COVERS: {}, "events": {}, "editions": []})

    @property
    def name(self) -> str:
        """Its name in the store, and for the chances of rounding."""
        return str(self.kept["name"])

    @property
    def division(self) -> Division:
        """The units in which it is counted."""
        stated = self.kept["division"]
        return Division(**{**stated, "regions": tuple(stated["regions"])})

    @property
    def editions(self) -> list["Edition"]:
        """Its editions, oldest first."""
        return [Edition(kept) for kept in self.kept["editions"]]

    def require(self, division: Division) -> None:
        """Refuse other units than those in which it is counted; regions of its cercles pass."""
        own = self.division
        coarser = division.level < own.level
        if division.vintage != own.vintage or not (coarser or division == own):
            raise ReleaseError(
                f"these incidents were released by units of level {own.level} of {own.vintage} "
                f"before (outlines {own.outlines}): counts in two divisions can be held against "
                "one another. Use the same units; cercles can follow regions with the next "
                "yearly edition, from a file of all records"
            )

    def join(self, other: "Dataset") -> None:
        """Take in a dataset that turns out to be a part of this one.

        Raises
        ------
        ReleaseError
            If both were counted for the same quarter, or in different units.
        """
        self.require(other.division)
        years = [[edition.year for edition in one.editions] for one in (self, other)]
        pairs = list(zip(self.editions, other.editions, strict=False))
        if years[0] != years[1] or any(own.times & more.times for own, more in pairs):
            raise ReleaseError(
                "these incidents share events with records that were released apart for the same "
                "quarters: what is public of them cannot be brought together"
            )
        for own, more in pairs:
            own.take_in(more)
        self.kept["events"].update(other.kept["events"])
        stated = (self.kept[COVERS], other.kept[COVERS])
        units = sorted({*stated[0], *stated[1]})
        self.kept[COVERS] = {
            unit: [text for one in stated for text in one.get(unit, [])] for unit in units
        }

    def edition(self, file: File, as_of: pd.Timestamp) -> "Edition":
        """Give the edition that is in force on a day; corrections begin one, once a year.

        A day keeps its edition: a new one begins after the last day that was asked for.
        """
        day = as_of.date().isoformat()
        past = [edition for edition in self.editions if edition.since <= day]
        if not past:
            return self.editions[0] if self.editions else self._begin(day, file.measures)
        last = past[-1]
        if self.is_newest(last) and last.year < as_of.year and last.until < day:
            last = self._renewed(last, file, day)
        last.kept["until"] = max(last.until, day)
        return last

    def is_newest(self, edition: "Edition") -> bool:
        """Tell whether an edition can still grow: what came before a newer one is closed."""
        return edition.since == self.editions[-1].since

    def _begin(self, day: str, measures: Sequence[str]) -> "Edition":
        begun = {"since": day, "until": day, "measures": list(measures)}
        edition = Edition({**begun, "times": [], "pieces": [], "cells": []})
        self.kept["editions"].append(edition.kept)
        return edition

    def _renewed(self, last: "Edition", file: File, day: str) -> "Edition":
        """Take in late and corrected records of the quarters that a file has whole."""
        finer = file.division.refines(self.division)
        if not finer and file.division != self.division:
            return last
        again = {time for time in file.quarters() & last.times if self._has_whole(file, time)}
        again |= {(whole, WHOLE_YEAR) for whole in complete_years(again)} & last.times
        counted = file.counted(again)
        is_same = _ordered(counted) == _ordered(last.pieces(again))
        if is_same or (finer and not last.times <= again):
            return last
        measures = [one for one in last.kept["measures"] if one in file.measures]
        edition = self._begin(day, measures)
        self.kept["division"] = file.division.to_json()
        edition.add(last.times - again, last.pieces(last.times - again))
        edition.add(again, counted)
        self.note_events(file, again)
        return edition

    def _has_whole(self, file: File, time: Time) -> bool:
        """Tell whether a file has the known events of a quarter, and is no excerpt of them."""
        known = {event for event, at in self.kept["events"].items() if tuple(at) == time}
        return len(known & file.events) >= _SAME * len(known)

    def freeze(self, edition: "Edition", file: File) -> None:
        """Count the quarters that are over and were not counted before."""
        new = file.quarters() - edition.times
        if new:
            self.require(file.division)
            if file.division != self.division:
                raise ReleaseError(
                    f"a new quarter of these incidents is released by units of level "
                    f"{self.division.level} first, as those before"
                )
        years = complete_years(edition.times | new)
        new |= {(year, WHOLE_YEAR) for year in years} - edition.times
        edition.add(new, file.counted(new))
        self.note_events(file, new)
        self._note_coverage(file, new)

    def _note_coverage(self, file: File, times: Collection[Time]) -> None:
        """Note which of some quarters a file covers, where, for good."""
        for unit, stated in file.covers.items():
            spans = _spans({unit: stated})
            known = self.kept[COVERS].setdefault(unit, [])
            for year, quarter in sorted(times):
                if quarter == WHOLE_YEAR:
                    continue
                whole = pd.Period(f"{year}Q{quarter}")
                start, end = whole.start_time, whole.end_time.normalize()
                if any(span.start <= start and end <= span.end for span in spans):
                    known.append(f"{start:%Y-%m}/{end:%Y-%m}")

    def note_events(self, file: File, times: Collection[Time]) -> None:
        """Note by which events the records of some quarters are known again."""
        pieces, each = file.within(times), {time: list(time) for time in times}
        places = zip(pieces["year"].tolist(), pieces["quarter"].tolist(), strict=True)
        noted = zip(pieces["event"], map(each.__getitem__, places), strict=True)
        self.kept["events"].update(noted)


class Edition:
    """What is counted of a dataset, and the cells that were released of it.

    Parameters
    ----------
    kept : dict
        `since, until, measures, times, pieces, cells`.
    """

    def __init__(self, kept: dict[str, Any]) -> None:
        self.kept = kept

    @property
    def since(self) -> str:
        """The day (ISO 8601) on which it began."""
        return str(self.kept["since"])

    @property
    def until(self) -> str:
        """The last day of release for which it was asked."""
        return str(self.kept["until"])

    @property
    def year(self) -> int:
        """The calendar year in which it began."""
        return int(self.since[:4])

    @property
    def times(self) -> set[Time]:
        """Quarters that are counted, and years of which all are."""
        return {(int(year), int(quarter)) for year, quarter in self.kept["times"]}

    @property
    def cells(self) -> pd.DataFrame:
        """The cells that were released, columns `KNOWN`."""
        return pd.DataFrame(self.kept["cells"], columns=KNOWN)

    def pieces(self, times: Collection[Time]) -> Rows:
        """Give what is counted of some times."""
        return [row for row in self.kept["pieces"] if (row["year"], row["quarter"]) in times]

    def add(self, times: Collection[Time], pieces: Rows) -> None:
        """Add times and what is counted of them."""
        self.kept["times"] = sorted([*self.kept["times"], *map(list, times)])
        self.kept["pieces"] += pieces

    def take_in(self, other: "Edition") -> None:
        """Add what another dataset has."""
        self.kept["since"] = min(self.since, other.since)
        self.kept["until"] = max(self.until, other.until)
        self.add(other.times, other.kept["pieces"])
        self.kept["cells"] += other.kept["cells"]
        common = [one for one in self.kept["measures"] if one in other.kept["measures"]]
        self.kept["measures"] = common

    def frozen(self, division: Division) -> Frozen:
        """Give what is counted, as cells are made from it."""
        quarters = frozenset(time for time in self.times if time[1] != WHOLE_YEAR)
        return Frozen(
            pieces=pd.DataFrame(self.kept["pieces"], columns=piece_columns()),
            quarters=quarters,
            regions=division.regions,
            cercles=dict(division.cercles),
            measures=tuple(self.kept["measures"]),
        )


def _ordered(rows: Rows) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


def rows_of(table: pd.DataFrame) -> Rows:
    """Give the rows of a table as JSON has them."""
    rows: Rows = json.loads(table.to_json(orient="records"))
    return rows
