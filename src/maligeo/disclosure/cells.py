"""Released cells of incidents: the lattice, what is said of each cell, and its protection.

A cell is one unit, period and measure. It is "small" (fewer than the smallest cell, and so 0
as well), a rounded number, or withheld. A number is rounded to a multiple, up or down by chance
in proportion (unbiased random rounding), and the chance comes from a secret key and the name
of the cell, so that the same cell is always rounded in the same way.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy

from maligeo.core.crs import Flags, Floats
from maligeo.disclosure.certificates import Block, NoRoomError, cells_to_give_up
from maligeo.disclosure.partition import (
    EVENTS,
    NOWHERE,
    PARTS,
    RECORDS,
    WHOLE_YEAR,
    complete_years,
    how_to_add,
    parts_of,
)
from maligeo.disclosure.policy import Protection

SMALL: Final = "small"
NUMBER: Final = "number"
WITHHELD: Final = "withheld"
GIVEN_UP: Final = "given up"  # a number withheld to protect others; readers see no difference
INCIDENTS: Final = "incidents"
CELL: Final = ["level", "region", "unit", "year", "quarter", "measure"]
KNOWN: Final = [*CELL, "state", "count", "unstated"]

_DIGEST: Final = "sha256"
_OWN: Final = 1_000_000  # edition of what is made, after all that are earlier
_CHANCES: Final = 2**64
# What a cell is worth to a planner: by level and length, then by measure, then by its size.
_YEAR_OF_REGION, _QUARTER, _YEAR_OF_CERCLE = 1000.0, 30.0, 20.0
_EVENTS_WORTH, _SHOWN_WORTH = 3.0, 2.0

Advance = Callable[[int, int], None]


@dataclass(frozen=True)
class Frozen:
    """What is counted, and does not change any more within an edition.

    Attributes
    ----------
    pieces : pandas.DataFrame
        As from `maligeo.disclosure.partition.tally`, of the quarters that are complete.
    quarters : frozenset of (int, int)
        Year and quarter of these.
    regions : tuple of str
        Keys of all regions, and the kinds of place that are no unit.
    cercles : mapping of str to str
        Region of each cercle; empty where records are known by region alone.
    measures : tuple of str
        What is counted.
    """

    pieces: pd.DataFrame
    quarters: frozenset[tuple[int, int]]
    regions: tuple[str, ...]
    cercles: dict[str, str]
    measures: tuple[str, ...]

    @property
    def years(self) -> list[int]:
        """Years of which all four quarters are complete."""
        return sorted(complete_years(self.quarters))


@dataclass(frozen=True)
class Means:
    """By what cells are protected.

    Attributes
    ----------
    rules : Protection
        Smallest cell, rounding, and what a count of victims needs.
    key : bytes
        The secret of the organisation, for the chances of rounding.
    name : str
        Name of the dataset, for the same.
    """

    rules: Protection
    key: bytes = field(repr=False)
    name: str

    def chance(self, cell: str) -> float:
        """Give a number from 0 to 1 that is the same for a cell each time."""
        text = f"{self.name}|{cell}".encode()
        return int.from_bytes(hmac.new(self.key, text, _DIGEST).digest()[:8], "big") / _CHANCES


def new_cells(
    frozen: Frozen,
    released: pd.DataFrame,
    means: Means,
    *,
    earlier: pd.DataFrame | None = None,
    advance: Advance | None = None,
) -> pd.DataFrame:
    """Make the cells that are not released yet, protected together with those that are.

    Parameters
    ----------
    frozen : Frozen
        What is counted.
    released : pandas.DataFrame
        Columns `KNOWN`, the cells of this edition that are final.
    means : Means
        Rules and key.
    earlier : pandas.DataFrame, optional
        Columns `KNOWN` and `edition` (from 0), cells of earlier editions: whoever has these
        knows more, where
        records were only added.
    advance : callable, optional
        Takes the blocks done and all of them.

    Returns
    -------
    pandas.DataFrame
        Columns `KNOWN`, the new cells alone. `unstated` is of the dataset, not of the cell: where
        any record does not state all its victims, every number of victims is "at least".

    Notes
    -----
    Marked by cell, a year with the mark and three quarters without it would say that there is
    a record in the fourth, though its count is "fewer than 5". Marked by region it would as
    well, once the quarters before are released and final without the mark.
    """
    cells = _missing(_lattice(frozen), released)
    if cells.empty:
        return cells.reindex(columns=KNOWN)
    made = _stated(_counted(cells, frozen), means)
    made["unstated"] &= bool(frozen.pieces["unstated"].sum())
    final = _Final(released, earlier)
    blocks = list(made.groupby(["region", "year"], sort=True))
    parts = []
    for done, ((region, year), part) in enumerate(blocks, start=1):
        known = final.of(str(region), int(year))
        pieces = _pieces(frozen, str(region), int(year))
        parts.append(_protected(part, known, pieces, means.rules))
        if advance is not None:
            advance(done, len(blocks))
    return pd.concat(parts, ignore_index=True)[KNOWN]


def _lattice(frozen: Frozen) -> pd.DataFrame:
    """List all cells of the lattice: regions by quarter and year, cercles by year."""
    rows: list[tuple[int, str, str, int, int]] = []
    for region in frozen.regions:
        rows += [(1, region, NOWHERE, *quarter) for quarter in sorted(frozen.quarters)]
        rows += [(1, region, NOWHERE, year, WHOLE_YEAR) for year in frozen.years]
    for cercle, region in frozen.cercles.items():
        rows += [(2, region, cercle, year, WHOLE_YEAR) for year in frozen.years]
    places = pd.DataFrame(rows, columns=CELL[:-1])
    measures = pd.DataFrame({"measure": list(frozen.measures)})
    return places.merge(measures, how="cross")


def _missing(cells: pd.DataFrame, released: pd.DataFrame) -> pd.DataFrame:
    if released.empty:
        return cells
    there = pd.MultiIndex.from_frame(released[CELL])
    return cells[~pd.MultiIndex.from_frame(cells[CELL]).isin(there)].reset_index(drop=True)


def _counted(cells: pd.DataFrame, frozen: Frozen) -> pd.DataFrame:
    """Add what is counted of each place and time; nothing is 0."""
    pieces = frozen.pieces
    add = how_to_add(pieces)
    sums = []
    for level, quarterly in ((1, True), (1, False), (2, False)):
        keys = ["region", *(["unit"] * (level == 2)), "year", *(["quarter"] * quarterly)]
        part = pieces[pieces["quarter"] != WHOLE_YEAR] if quarterly else pieces
        part = part[part["unit"] != NOWHERE] if level == 2 else part
        total = part.groupby(keys).agg(add).reset_index().assign(level=level)
        total = total if level == 2 else total.assign(unit=NOWHERE)
        sums.append(total if quarterly else total.assign(quarter=WHOLE_YEAR))
    found = pd.concat([one for one in sums if len(one)] or sums, ignore_index=True)
    merged = cells.merge(found, on=CELL[:-1], how="left")
    numbers = [name for name in found.columns if name not in CELL]
    return merged.assign(**{name: merged[name].fillna(0).astype(np.int64) for name in numbers})


def _stated(cells: pd.DataFrame, means: Means) -> pd.DataFrame:
    """Say of each cell what may be said of it by itself."""
    rules = means.rules
    counts, common = cells[RECORDS].to_numpy().copy(), np.ones(len(cells), dtype=np.bool_)
    few_events = (cells[EVENTS] < rules.fewest_events).to_numpy()
    small_incidents = counts < rules.smallest_cell
    for measure in cells["measure"].unique():
        rows = (cells["measure"] == measure).to_numpy()
        if measure == INCIDENTS:
            common[rows] = ~few_events[rows]
            continue
        counts[rows] = cells.loc[rows, measure]
        events, largest = (cells.loc[rows, f"{measure}_{what}"] for what in ("events", "largest"))
        common[rows] = (events >= rules.fewest_events) & (
            largest <= rules.largest_share * counts[rows]
        )
    state = np.where(common, NUMBER, WITHHELD).astype(object)
    state[counts < rules.smallest_cell] = SMALL
    is_victims = (cells["measure"] != INCIDENTS).to_numpy()
    state[is_victims & (small_incidents | few_events)] = WITHHELD  # else they tell of an incident
    numbers = state == NUMBER
    count = np.full(len(cells), -1, dtype=np.int64)
    names = ["|".join(map(str, row)) for row in cells.loc[numbers, CELL].itertuples(index=False)]
    chance = np.array([means.chance(name) for name in names], dtype=np.float64)
    count[numbers] = _rounded(counts[numbers], rules.round_to, chance)
    return cells.assign(state=state, count=count, unstated=numbers & is_victims)


def _rounded(counts: npt.NDArray[np.int64], to: int, chance: Floats) -> npt.NDArray[np.int64]:
    down = counts // to * to
    return np.asarray(down + to * (chance < (counts - down) / to), dtype=np.int64)


def bounds_of(cells: pd.DataFrame, rules: Protection) -> pd.DataFrame:
    """Give the interval that each released cell tells of the number behind it.

    Returns
    -------
    pandas.DataFrame
        `low` and `high`, float; `high` is infinite where a cell is withheld.
    """
    count, slack = cells["count"].to_numpy(np.float64), rules.round_to - 1
    is_number, is_small = cells["state"] == NUMBER, cells["state"] == SMALL
    low = np.where(is_number, np.maximum(count - slack, rules.smallest_cell), 0.0)
    high = np.where(is_number, count + slack, np.inf)
    return pd.DataFrame(
        {"low": low, "high": np.where(is_small, rules.smallest_cell - 1.0, high)}, index=cells.index
    )


@dataclass(frozen=True)
class _Final:
    """Cells that were released before, in this edition and in earlier ones."""

    released: pd.DataFrame
    earlier: pd.DataFrame | None

    def of(self, region: str, year: int) -> pd.DataFrame:
        """Give those of one region and year, with the number of the `edition` of each."""
        parts = [self.released.assign(edition=_OWN), self.earlier]
        chosen = [
            part[(part["region"] == region) & (part["year"] == year)]
            for part in parts
            if part is not None and len(part)
        ]
        if not chosen:
            return pd.DataFrame(columns=[*KNOWN, "edition"])
        return pd.concat(chosen, ignore_index=True)


def _pieces(frozen: Frozen, region: str, year: int) -> pd.DataFrame:
    """List the pieces of one region and year, `unit` and `quarter`, empty ones too."""
    own_year = (frozen.pieces["year"] == year) & (frozen.pieces["region"] == region)
    of_year = frozen.pieces[own_year]  # what other regions have hides nothing in this one
    units = [unit for unit, own in frozen.cercles.items() if own == region]
    if not units or (of_year["unit"] == NOWHERE).any():
        units.append(NOWHERE)
    times = [quarter for own, quarter in sorted(frozen.quarters) if own == year]
    if (of_year["quarter"] == WHOLE_YEAR).any():
        times.append(WHOLE_YEAR)
    product = pd.MultiIndex.from_product([units, times], names=["unit", "quarter"])
    return product.to_frame(index=False)


def _protected(
    new: pd.DataFrame, known: pd.DataFrame, pieces: pd.DataFrame, rules: Protection
) -> pd.DataFrame:
    """Give up what it takes to protect the cells of one region and year."""
    cells = pd.concat([new.assign(edition=_OWN), known], ignore_index=True)
    final = np.arange(len(cells)) >= len(new)
    try:
        lost = cells_to_give_up(_block(cells, final, pieces, rules))[: len(new)]
    except NoRoomError:
        if (known["edition"] == _OWN).all():
            raise
        # Records were taken away since: the oldest edition is about others, and says nothing.
        later = known["edition"] > known["edition"].min()
        return _protected(new, known[later], pieces, rules)
    new = new.copy()
    numbers = lost & (new["state"] == NUMBER).to_numpy()
    new.loc[lost, ["state", "count", "unstated"]] = WITHHELD, -1, False
    new.loc[numbers, "state"] = GIVEN_UP  # later blocks need not protect it either
    return new


def _block(cells: pd.DataFrame, final: Flags, pieces: pd.DataFrame, rules: Protection) -> Block:
    """Put the cells of one region and year as sums of pieces."""
    by_edition = [pieces.assign(edition=edition) for edition in sorted(set(cells["edition"]))]
    places = pd.concat(by_edition, ignore_index=True)
    parts = (INCIDENTS, *PARTS)
    width = len(parts)
    counted = {
        measure: [part in _counted_in(str(measure)) for part in parts]
        for measure in cells["measure"].unique()
    }
    is_counted = np.array([counted[measure] for measure in cells["measure"]])
    inside = pieces_inside(cells, places)
    sums = (inside[:, :, np.newaxis] & is_counted[:, np.newaxis, :]).reshape(len(cells), -1)
    bounds = bounds_of(cells, rules)
    incidents = np.arange(len(places) * width) // width * width
    is_year_of_region = ((cells["level"] == 1) & (cells["quarter"] == WHOLE_YEAR)).to_numpy()
    return Block(
        sums=scipy.sparse.csr_array(sums.astype(np.float64)),
        low=bounds["low"].to_numpy(),
        high=bounds["high"].to_numpy(),
        final=np.asarray(final, dtype=np.bool_),
        protected=cells["state"].isin((SMALL, WITHHELD)).to_numpy(np.bool_),
        with_zero=~is_year_of_region & ~_numbers_before(cells),
        cost=_cost(cells, is_year_of_region),
        events=np.where(np.arange(len(incidents)) == incidents, -1, incidents),
    )


def _counted_in(measure: str) -> tuple[str, ...]:
    """Give the parts that a measure is the sum of."""
    return (INCIDENTS,) if measure == INCIDENTS else tuple(parts_of(measure))


def pieces_inside(cells: pd.DataFrame, places: pd.DataFrame) -> Flags:
    """Tell for each cell which pieces it is the sum of."""
    level, unit, quarter, edition = (
        cells[name].to_numpy()[:, np.newaxis] for name in ("level", "unit", "quarter", "edition")
    )
    of_unit = (level != 2) | (unit == places["unit"].to_numpy())
    of_quarter = (quarter == WHOLE_YEAR) | (quarter == places["quarter"].to_numpy())
    return np.asarray(of_unit & of_quarter & (places["edition"].to_numpy() <= edition))


def _numbers_before(cells: pd.DataFrame) -> Flags:
    """Tell which withheld cells had a number in an earlier edition: nobody takes them for 0."""
    if (cells["edition"] == _OWN).all():
        return np.zeros(len(cells), dtype=np.bool_)
    before = cells[(cells["state"] == NUMBER) & (cells["edition"] < _OWN)]
    known = pd.MultiIndex.from_frame(cells[CELL]).isin(pd.MultiIndex.from_frame(before[CELL]))
    withheld: Flags = (cells["state"] == WITHHELD).to_numpy(np.bool_) & known
    return withheld


def _cost(cells: pd.DataFrame, is_year_of_region: Flags) -> Floats:
    """Say what is lost when a cell is given up; in the terms of what is released alone."""
    quarterly = (cells["quarter"] != WHOLE_YEAR).to_numpy()
    cost = np.where(quarterly, _QUARTER, _YEAR_OF_CERCLE)
    cost = np.where(is_year_of_region, _YEAR_OF_REGION, cost)
    cost = cost * np.where(cells["measure"] == INCIDENTS, _EVENTS_WORTH, 1.0)
    shown = (cells["state"] == NUMBER).to_numpy()
    worth = 1.0 + np.maximum(cells["count"].to_numpy(np.float64), 0.0) / 100.0
    return np.asarray(cost * np.where(shown, _SHOWN_WORTH * worth, 1.0))
