"""What is counted in truth: as the store keeps it, and counted again from the files."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely

from tests.attacks.everything.attacker import Slack
from tests.attacks.everything.facts import MEASURES, YEAR, Cell, Fact
from tests.attacks.everything.places import Places, region_names, region_of
from tests.attacks.everything.randomworlds import Step

SMALL: Final = range(1, 5)
_STORED: Final = {"civilians_killed": "ck", "others_killed": "ok", "civilians_injured": "ci",
                  "others_injured": "oi", "records": "incidents"}  # fmt: skip

# Region, cercle (or ""), year, quarter (or YEAR), part.
Piece = tuple[str, str, int, int, str]


@dataclass(frozen=True)
class Truth:
    """What was counted in one edition.

    Attributes
    ----------
    since : str
        The day on which the edition began.
    pieces : Counter of Piece
        How many.
    times : frozenset of (int, int)
        Which times are counted.
    """

    since: str
    pieces: Counter[Piece]
    times: frozenset[tuple[int, int]]

    def of(self, cell: Cell) -> int:
        """Count one cell."""
        place, times, measure = cell
        parts = MEASURES[measure] or ("incidents",)
        return sum(
            number
            for (region, unit, year, quarter, part), number in self.pieces.items()
            if place in (region, unit)
            and part in parts
            and ((year, quarter) in times or (year, YEAR) in times)
        )

    def protected(self, facts: Mapping[Cell, Fact]) -> set[Cell]:
        """Give the cells of 1 to 4, and those of none below a region and year."""
        regions = {region for region, *_ in self.pieces}
        found = set()
        for cell, fact in facts.items():
            if fact.is_number or len(cell[1]) > 1:
                continue
            is_region_year = cell[1][0][1] == YEAR and (cell[0] in regions or len(cell[0]) == 4)
            number = self.of(cell)
            if number in SMALL or (number == 0 and not is_region_year):
                found.add(cell)
        return found


def stored(store: Path) -> list[Truth]:
    """Read what the store counted, oldest edition first."""
    found = []
    for path in store.glob("dataset-*.json"):
        for edition in json.loads(path.read_text())["editions"]:
            times = frozenset((int(year), int(quarter)) for year, quarter in edition["times"])
            found.append(Truth(edition["since"], Counter(dict(_pieces(edition["pieces"]))), times))
    return sorted(found, key=lambda truth: truth.since)


def _pieces(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Piece, int]]:
    for row in rows:
        for name, part in _STORED.items():
            if row[name]:
                place = (row["region"], row["unit"], row["year"], row["quarter"], part)
                yield place, int(row[name])


def slack_of(truths: Sequence[Truth], *, has_cercles: bool) -> Slack:
    """Tell of which years some records are coarse."""
    pieces = [piece for truth in truths for piece in truth.pieces]
    undated = frozenset(year for _, _, year, quarter, _ in pieces if quarter == YEAR)
    unplaced = frozenset(year for _, unit, year, _, _ in pieces if has_cercles and not unit)
    return Slack(undated, unplaced)


def withdrawn(truths: Sequence[Truth]) -> frozenset[tuple[str, int, int]]:
    """Give region, year and edition where more happened than that records were added."""
    found = set()
    for at, (before, after) in enumerate(pairwise(truths), start=1):
        for piece in before.pieces.keys() | after.pieces.keys():
            region, unit, year, quarter, _ = piece
            more = after.pieces[piece] - before.pieces[piece]
            incidents = (region, unit, year, quarter, "incidents")
            if more < 0 or (more and after.pieces[incidents] == before.pieces[incidents]):
                found.add((region, year, at))
    return frozenset(found)


def counted_again(step: Step, places: Places) -> Counter[Piece]:
    """Count a file by itself, with none of the library."""
    found: Counter[Piece] = Counter()
    for row in step.records.itertuples():
        region, unit = _place(row, places)
        day = pd.Timestamp(row.date)
        quarter = YEAR if row.date_precision == "year" else day.quarter
        for part, number in _parts(row).items():
            if number:
                found[region, unit, day.year, quarter, part] += number
    return found


def _parts(row: Any) -> dict[str, int]:
    parts = {"incidents": 1}
    for what in ("killed", "injured"):
        civilians = np.nan_to_num(getattr(row, f"civilians_{what}"))
        everybody = max(np.nan_to_num(getattr(row, what)), civilians)
        parts |= {f"c{what[0]}": int(civilians), f"o{what[0]}": int(everybody - civilians)}
    return parts


def _place(row: Any, places: Places) -> tuple[str, str]:
    """Give region and cercle, or the kind of place that is none."""
    if isinstance(row.adm1_name, str):
        codes = {name: code for code, name in region_names(places).items()}
        return codes[row.adm1_name], ""
    if np.isnan(row.lon):
        return "(unattributed)", ""
    inside = shapely.contains_xy(places.units.geometry.to_numpy(), row.lon, row.lat)
    if not inside.any():
        return "(outside)", ""
    code = str(places.units["pcode"].iloc[int(np.flatnonzero(inside)[0])])
    return region_of(places)[code], "" if places.cercles is None else code
