"""An attacker with an integer program: which numbers do released tables leave possible?

Shares no code with the library. What is unknown are the whole numbers of each piece of place
and time: incidents, and victims who are civilians or not, killed or injured. Tables are sums of
these, each known within what its note says.
"""

from collections.abc import Iterable, Mapping
from itertools import product
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

PARTS = ("incidents", "civilians killed", "others killed", "civilians injured", "others injured")
OF = {
    "incidents": (0,), "victims": (1, 2, 3, 4), "killed": (1, 2), "injured": (3, 4),
    "civilians": (1, 3), "civilians_killed": (1,), "civilians_injured": (3,),
}  # fmt: skip
SMALLEST, STEP = 5, 5
MOST = 10_000.0  # victims of one piece: an event is needed for any of them

Quarters = tuple[str, ...]


class Cell(NamedTuple):
    """A number that a table tells of; the place is a code: cercles share names with regions."""

    place: str
    quarters: Quarters
    measure: str


def cells_of(table: pd.DataFrame) -> dict[Cell, tuple[float, float]]:
    """Give the interval that each row of a unit tells of the number behind it."""
    found = {}
    units = table[table["place_kind"] == "unit"]
    for row in units.itertuples():
        times = pd.period_range(row.period_start, row.period_end, freq="Q").astype(str)
        found[Cell(row.pcode, tuple(times), row.measure)] = _interval(row.count, str(row.note))
    return found


def _interval(count: float, note: str) -> tuple[float, float]:
    if pd.notna(count):
        slack = STEP - 1
        return max(float(count) - slack, SMALLEST), float(count) + slack
    if note.startswith(f"withheld: fewer than {SMALLEST}"):
        return 0, SMALLEST - 1
    assert note.startswith("withheld"), note
    return 0, np.inf


def true_numbers(records: pd.DataFrame, place: str) -> dict[tuple[str, str], dict[str, int]]:
    """Count the parts of each piece of place and quarter; `place` names the column."""
    quarter = records["date"].dt.to_period("Q").astype(str)
    known = {name: records.get(name, pd.Series(0, index=records.index)) for name in OF}
    killed, injured = (known[name].fillna(0).astype(int) for name in ("killed", "injured"))
    civil = [known[f"civilians_{what}"].fillna(0).astype(int) for what in ("killed", "injured")]
    columns = (pd.Series(1, index=records.index), civil[0], killed - civil[0], civil[1],
               injured - civil[1])  # fmt: skip
    frame = pd.DataFrame(dict(zip(PARTS, columns, strict=True)))
    sums = frame.groupby([records[place], quarter]).sum()
    return {key: dict(row) for key, row in sums.to_dict("index").items()}


class Inversion:
    """What some tables say of one region.

    Parameters
    ----------
    tables : iterable of pandas.DataFrame
        Density tables as they stand in products.
    region : str
        Code of the region.
    cercles : sequence of str
        Codes of its cercles, where tables tell of these too.
    """

    def __init__(
        self, tables: Iterable[pd.DataFrame], region: str, cercles: Iterable[str] = ()
    ) -> None:
        self.region = region
        self.places = tuple(cercles) or (region,)
        self.said: dict[Cell, list[tuple[float, float]]] = {}
        for table in tables:
            for cell, interval in cells_of(table).items():
                if cell.place in (region, *self.places):
                    self.said.setdefault(cell, []).append(interval)
        self.quarters = sorted({quarter for cell in self.said for quarter in cell.quarters})
        self.pieces = list(product(self.places, self.quarters, range(len(PARTS))))
        self.constraints = [self._equations(), self._events()]

    def _sum(self, cell: Cell) -> np.ndarray:
        places = self.places if cell.place == self.region else (cell.place,)
        return np.array(
            [
                float(place in places and quarter in cell.quarters and part in OF[cell.measure])
                for place, quarter, part in self.pieces
            ]
        )

    def _equations(self) -> LinearConstraint:
        rows = [self._sum(cell) for cell, intervals in self.said.items() for _ in intervals]
        ends = np.array([interval for intervals in self.said.values() for interval in intervals])
        return LinearConstraint(np.array(rows), ends[:, 0], ends[:, 1])

    def _events(self) -> LinearConstraint:
        """Say that there are no victims without an incident."""
        rows = np.zeros((len(self.pieces), len(self.pieces)))
        for at, (_, _, part) in enumerate(self.pieces):
            if part:
                rows[at, at], rows[at, at - part] = 1.0, -MOST
        return LinearConstraint(rows, -np.inf, 0.0)

    def possible(self, cell: Cell) -> tuple[float, float, bool]:
        """Give the least and the largest number that a cell may have, and whether a third fits."""
        sums = self._sum(cell)
        least, most = self._extreme(sums), self._extreme(-sums)
        assert least is not None, f"no numbers agree with what is said of {self.region}"
        top = np.inf if most is None else -most
        if top - least < 2:
            return least, top, False
        between = LinearConstraint(sums, least + 1, min(top - 1, least + MOST))
        return least, top, self._extreme(sums, between) is not None

    def _extreme(self, sums: np.ndarray, *more: LinearConstraint) -> float | None:
        found = milp(
            sums,
            integrality=np.ones(len(self.pieces)),
            bounds=Bounds(0, MOST),
            constraints=[*self.constraints, *more],
        )
        return None if found.x is None else float(round(found.fun))

    def admits(self, truth: Mapping[tuple[str, str], Mapping[str, int]]) -> bool:
        """Tell whether the numbers behind the tables are possible: they always have to be."""
        numbers = np.array(
            [truth.get((place, time), {}).get(PARTS[part], 0) for place, time, part in self.pieces]
        )
        rows = [
            self._sum(cell) @ numbers for cell, intervals in self.said.items() for _ in intervals
        ]
        ends = np.array([interval for intervals in self.said.values() for interval in intervals])
        return bool((ends[:, 0] <= rows).all() and (rows <= ends[:, 1]).all())


def betrayed(
    inversion: Inversion, truth: Mapping[tuple[str, str], Mapping[str, int]]
) -> list[tuple[Cell, float, float]]:
    """List protected cells of which fewer than three numbers are possible, or 0 is not.

    Protected are numbers from 1 to 4, and 0 in cells finer than a region and a year, where 0
    has to be possible too.
    """
    assert inversion.admits(truth)
    found = []
    for cell in inversion.said:
        places = inversion.places if cell.place == inversion.region else (cell.place,)
        number = sum(
            truth.get((place, quarter), {}).get(PARTS[part], 0)
            for place in places
            for quarter in cell.quarters
            for part in OF[cell.measure]
        )
        is_fine = cell.place != inversion.region or len(cell.quarters) < 4
        if number >= SMALLEST or (number == 0 and not is_fine):
            continue
        least, most, third = inversion.possible(cell)
        if most - least < 2 or not third or (is_fine and least > 0):
            found.append((cell, least, most))
    return found
