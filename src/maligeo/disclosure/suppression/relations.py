"""What a reader of density tables can add up: places, periods, measures, parents, totals."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy

from maligeo.core.checks import require_columns, require_one_vintage
from maligeo.core.columns import unit_keys
from maligeo.core.crs import Flags, Floats
from maligeo.core.errors import ArgumentError, Fault, FrameError
from maligeo.disclosure.suppression.blocks import Problem
from maligeo.disclosure.suppression.periods import UNDATED, WHOLE, Span, gap_values, period_sums
from maligeo.measure.counts import INCIDENT_MEASURES
from maligeo.measure.counts import UNDATED as UNDATED_NOTE

TOTAL: Final = "total"

_TOTAL_WEIGHT: Final = 4.0  # a national total is dearer to a reader than some units
_SIZE_WEIGHT: Final = 0.25  # for each doubling of the value
_CLOSE: Final = 1e-6


class Cell(NamedTuple):
    """What identifies a count.

    Attributes
    ----------
    measure : str
        What is counted.
    place : str
        Kind of place, and the key of the unit or the name and level of another place.
    span : (int, int)
        First and last day, `WHOLE` or `UNDATED`.
    """

    measure: str
    place: str
    span: Span


class Sums:
    """Cells with the sums that a reader knows of them.

    Parameters
    ----------
    values : mapping of Cell to float
        The true counts; what is not known counts nothing.
    """

    def __init__(self, values: Mapping[Cell, float]) -> None:
        self.cells = tuple(sorted(values))
        self.values = [float(values[cell]) for cell in self.cells]
        self.number = {cell: at for at, cell in enumerate(self.cells)}
        self._terms: list[tuple[list[int], list[float]]] = []

    def add(self, whole: int, parts: Sequence[int], *, complete: bool = True) -> None:
        """State that a count is the sum of others.

        Where the true values do not add up, as with records that are too coarsely dated
        for the parts, an amount that nobody sees makes up for it.

        Parameters
        ----------
        whole : int
            Number of the sum.
        parts : sequence of int
            Numbers of its parts.
        complete : bool, default True
            Whether a reader takes the parts for all of it. If not, there may be a rest
            even where the true one is zero; parts that exceed the whole say nothing.
        """
        rest = self.values[whole] - sum(self.values[part] for part in parts)
        rest = 0.0 if abs(rest) < _CLOSE else rest
        if rest < 0 and not complete:
            return
        if self.values[whole] == 0 and not any(self.values[part] for part in parts):
            return
        numbers, signs = [whole, *parts], [1.0] + [-1.0] * len(parts)
        if rest or not complete:
            numbers.append(self.add_unseen(abs(rest)))
            signs.append(-1.0 if rest >= 0 else 1.0)
        self._terms.append((numbers, signs))

    def add_unseen(self, value: float) -> int:
        """Add an amount that no table shows, and give its number."""
        self.values.append(round(value) if abs(value - round(value)) < _CLOSE else value)
        return len(self.values) - 1

    def problem(self, public: Flags, *, k: int, sensitive: Collection[str]) -> Problem:
        """Put the cells and relations together.

        Parameters
        ----------
        public : bool array
            Which cells are known already, in the order of `cells`.
        k : int
            Counts from 1 to below `k` are small.
        sensitive : collection of str
            Measures whose small counts are to be protected.
        """
        value = np.array(self.values)
        unseen = np.arange(len(value)) >= len(self.cells)
        named = np.array([cell.measure in sensitive for cell in self.cells], dtype=np.bool_)
        totals = np.array([cell.place.startswith(TOTAL) for cell in self.cells], dtype=np.bool_)
        named, totals, public = (
            np.append(flags, np.zeros(int(unseen.sum()), dtype=np.bool_))
            for flags in (named, totals, public)
        )
        weight = 1.0 + _SIZE_WEIGHT * np.log2(np.maximum(value, 1.0))
        rows = np.repeat(np.arange(len(self._terms)), [len(numbers) for numbers, _ in self._terms])
        columns = [number for numbers, _ in self._terms for number in numbers]
        signs = [sign for _, signs in self._terms for sign in signs]
        shape = (len(self._terms), len(value))
        return Problem(
            value=value,
            primary=named & ~public & (value > 0) & (value < k),
            fixed=(public | (value == 0)) & ~unseen,
            unseen=unseen,
            weight=np.where(totals, weight * _TOTAL_WEIGHT, weight),
            relations=scipy.sparse.csr_array(
                (signs, (rows, columns)), shape=shape, dtype=np.float64
            ),
        )


SUMS: Final = {name: parts for name, parts in INCIDENT_MEASURES.items() if len(parts) > 1}
AT_MOST: Final = (
    ("victims", "civilians"),
    ("killed", "civilians_killed"),
    ("injured", "civilians_injured"),
)

_KEY: Final = ["measure", "place", "span"]
_COLUMNS: Final = (
    "vintage", "pcode", "name", "place_kind", "period_start", "period_end", "measure",
    "count", "publisher", "note", "unique_total",
)  # fmt: skip
_MOST_LEVELS: Final = 10

Positions = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Margins:
    """The counts of some tables as cells, and what they add up to.

    Attributes
    ----------
    problem : Problem
        Cells and relations; the cells that tables hold come first, in the order of
        `cells`, then amounts that none shows.
    cells : tuple of Cell
        In sorted order.
    rows : tuple of int array
        For each table the cell of each row, -1 where it has none.
    totals : tuple of int array
        For each table the cell of the national total next to each row, likewise.
    """

    problem: Problem
    cells: tuple[Cell, ...]
    rows: tuple[Positions, ...]
    totals: tuple[Positions, ...]


def related_measures(measures: Collection[str]) -> set[str]:
    """Give measures together with all that add up with them."""
    found, ties = set(measures), [{name, *parts} for name, parts in SUMS.items()]
    ties += [set(pair) for pair in AT_MOST]
    for _ in ties:
        found |= {name for tie in ties if tie & found for name in tie}
    return found


def read_margins(
    tables: Sequence[pd.DataFrame],
    *,
    k: int,
    sensitive_measures: Collection[str],
    parents: Mapping[str, str],
) -> Margins:
    """Read what the counts of some tables add up to.

    Parameters
    ----------
    tables : sequence of pandas.DataFrame
        Density tables about the same records; one level of units each.
    k : int
        Counts from 1 to below `k` are small.
    sensitive_measures : collection of str
        Measures whose small counts are to be protected.
    parents : mapping of str to str
        Key of the unit above each unit, as `unit_keys` gives them.

    Returns
    -------
    Margins

    Raises
    ------
    FrameError
        If columns are missing, a cell stands twice, or tables disagree about one.
    VintageError
        If tables are of several vintages.
    ArgumentError
        If units are above one another in a circle.
    """
    _require_one_division(tables)
    measures = related_measures(sensitive_measures)
    seen = _seen(tables, measures, parents)
    _refuse_disagreement(seen)
    known = seen.sort_values("value").drop_duplicates(_KEY).fillna({"value": 0.0})
    sums = Sums({Cell(*key): value for *key, value in known[[*_KEY, "value"]].to_numpy(object)})
    seen["cell"] = [sums.number[Cell(*key)] for key in seen[_KEY].to_numpy(object)]
    _add_places(sums, seen)
    _add_periods(sums)
    _add_measures(sums)
    _add_parents(sums, parents)
    _add_equal_totals(sums)
    public = _public(tables, sums)
    return Margins(
        problem=sums.problem(public, k=k, sensitive=set(sensitive_measures)),
        cells=sums.cells,
        rows=tuple(_row_cells(seen, at, len(table)) for at, table in enumerate(tables)),
        totals=tuple(_total_cells(seen, at, len(table)) for at, table in enumerate(tables)),
    )


def _require_one_division(tables: Sequence[pd.DataFrame]) -> None:
    """Refuse tables of several vintages, whose codes mean different units."""
    for table in tables:
        require_columns(table, _COLUMNS, what="density table")
    vintages = pd.concat([table["vintage"] for table in tables]) if tables else pd.Series()
    if vintages.notna().any():
        require_one_vintage(vintages, what="density tables")


def _seen(
    tables: Sequence[pd.DataFrame], measures: Collection[str], parents: Mapping[str, str]
) -> pd.DataFrame:
    """List the counts of all tables, and the national total of each measure and period."""
    found = []
    for at, table in enumerate(tables):
        own = (table["publisher"].isna() & table["measure"].isin(measures)).to_numpy(np.bool_)
        rows = table[own].reset_index(drop=True)
        level = _level(rows, parents)
        listed = pd.DataFrame(
            {
                "table": at,
                "row": np.flatnonzero(own),
                "measure": rows["measure"].astype("object"),
                "place": _places(rows, level),
                "span": _spans(rows),
                "value": _floats(rows["count"]),
                "total": _floats(rows["unique_total"]),
            }
        )
        _refuse_twice(listed, table)
        found += [listed, _totals(listed, at, level)]
    seen = pd.concat(found, ignore_index=True)
    return _with_places_apart(seen)


def _level(rows: pd.DataFrame, parents: Mapping[str, str]) -> int:
    """Count how many units stand above those of a table."""
    found = set()
    for key in unit_keys(rows[rows["place_kind"] == "unit"]).dropna().unique():
        steps, above = 0, parents.get(str(key))
        while above is not None and not pd.isna(above):
            steps, above = steps + 1, parents.get(str(above))
            if steps > _MOST_LEVELS:
                raise ArgumentError(f"parents go round in a circle, or on and on, from {key!r}")
        found.add(steps)
    if len(found) > 1:
        raise ArgumentError(
            "a table holds units of several levels: give a table for each level to "
            "suppress_tables, and name the parent of every unit of the lower ones"
        )
    return found.pop() if found else 0


def _places(rows: pd.DataFrame, level: int) -> "pd.Series[str]":
    """Name the place of each row; what is no unit belongs to its level alone."""
    kind = rows["place_kind"].astype("object")
    other = kind + " " + rows["name"].astype("object").fillna("") + f" {level}"
    return other.mask(kind == "unit", "unit " + unit_keys(rows).astype("object"))


def _spans(rows: pd.DataFrame) -> list[Span]:
    """Give the first and last day of each row; rows without any are of all days or of none."""
    days = [
        pd.to_datetime(rows[end]).to_numpy().astype("datetime64[D]")
        for end in ("period_start", "period_end")
    ]
    loose = rows["note"].astype("object").fillna("").str.contains(UNDATED_NOTE, regex=False)
    spans = []
    for start, end, undated in zip(*days, loose, strict=True):
        if np.isnat(start) or np.isnat(end):
            spans.append(UNDATED if undated else WHOLE)
        else:
            spans.append((int(start.astype(np.int64)), int(end.astype(np.int64))))
    return spans


def _totals(listed: pd.DataFrame, table: int, level: int) -> pd.DataFrame:
    """Give the stated total of each measure and period, or else the sum of its rows."""
    groups = listed.groupby(["measure", "span"], sort=True)
    totals = groups.agg(value=("value", "sum"), total=("total", "max"), least=("total", "min"))
    odd = totals[totals["total"] != totals["least"]].dropna(subset="total")
    if len(odd):
        reason = "differs between rows of one measure and period"
        values = zip(odd.index, odd["total"], strict=True)
        faults = [Fault(None, "unique_total", (key[0], value), reason) for key, value in values]
        raise FrameError("density table", faults)
    totals = totals.reset_index().assign(table=table, row=-1, place=f"{TOTAL} {level}")
    return totals.assign(value=totals["total"].fillna(totals["value"])).drop(columns="least")


def _refuse_twice(listed: pd.DataFrame, table: pd.DataFrame) -> None:
    double = listed[listed.duplicated(_KEY)]
    if len(double):
        reason = "has two rows of one measure and period"
        faults = [
            Fault(table.index[row], "name", table["name"].iloc[row], reason)
            for row in double["row"]
        ]
        raise FrameError("density table", faults)


def _refuse_disagreement(seen: pd.DataFrame) -> None:
    """Refuse tables that give two counts of one unit: they are not about the same records."""
    known = seen.dropna(subset="value").drop_duplicates([*_KEY, "value"])
    double = known[known.duplicated(_KEY)]
    if len(double):
        reason = "has another count in another table: these are not about the same records"
        cells = [Cell(*key) for key in double[_KEY].to_numpy(object)]
        faults = [Fault(None, "count", tuple(cell), reason) for cell in cells]
        raise FrameError("density tables", faults)


def _with_places_apart(seen: pd.DataFrame) -> pd.DataFrame:
    """Tell places that are no units, and totals, apart by table where tables differ."""
    loose = seen[~seen["place"].str.startswith("unit ")].drop_duplicates([*_KEY, "value"])
    differing = set(loose.loc[loose.duplicated(_KEY), "place"])
    apart = seen["place"] + " of " + seen["table"].astype("string").astype("object")
    return seen.assign(place=seen["place"].mask(seen["place"].isin(differing), apart))


def _add_places(sums: Sums, seen: pd.DataFrame) -> None:
    """State that a total is the sum of the rows of its table."""
    for _, group in seen.groupby(["table", "measure", "span"], sort=True):
        is_total = (group["row"] < 0).to_numpy(np.bool_)
        cells = group["cell"].to_numpy(np.int64)
        sums.add(int(cells[is_total][0]), sorted(cells[~is_total].tolist()))


def _add_periods(sums: Sums) -> None:
    """State that a period is the sum of those inside it."""
    groups: dict[tuple[str, str], dict[Span, int]] = defaultdict(dict)
    for number, cell in enumerate(sums.cells):
        groups[cell.measure, cell.place][cell.span] = number
    for group in groups.values():
        if not any(sums.values[number] for number in group.values()):
            continue
        found, numbers = period_sums(tuple(group)), list(group.values())
        gaps = gap_values(found, [sums.values[number] for number in numbers])
        unseen = {gap: sums.add_unseen(amount) for gap, amount in sorted(gaps.items())}
        for whole, parts, empty in found:
            members = [numbers[part] for part in parts] + [unseen[gap] for gap in empty]
            sums.add(numbers[whole], members)


def _add_measures(sums: Sums) -> None:
    """State that victims are the killed and the injured, and civilians some of them."""
    groups: dict[tuple[str, Span], dict[str, int]] = defaultdict(dict)
    for number, cell in enumerate(sums.cells):
        groups[cell.place, cell.span][cell.measure] = number
    for group in groups.values():
        for whole, parts in SUMS.items():
            known_parts = [group[part] for part in parts if part in group]
            if whole in group and known_parts:
                sums.add(group[whole], known_parts, complete=len(known_parts) == len(parts))
        for whole, part in AT_MOST:
            if whole in group and part in group:
                sums.add(group[whole], [group[part]], complete=False)


def _add_parents(sums: Sums, parents: Mapping[str, str]) -> None:
    """State that a unit is the sum of those below it, and of what is placed in none of them."""
    below: dict[Cell, list[int]] = defaultdict(list)
    for number, cell in enumerate(sums.cells):
        above = parents.get(cell.place.removeprefix("unit "))
        if cell.place.startswith("unit ") and above is not None:
            below[cell._replace(place=f"unit {above}")].append(number)
    for whole, parts in sorted(below.items()):
        if whole in sums.number:
            sums.add(sums.number[whole], parts)


def _add_equal_totals(sums: Sums) -> None:
    """State that totals of one measure and period and of one number are one total."""
    groups: dict[tuple[str, Span, float], list[int]] = defaultdict(list)
    for number, cell in enumerate(sums.cells):
        if cell.place.startswith(TOTAL):
            groups[cell.measure, cell.span, sums.values[number]].append(number)
    for first, *others in groups.values():
        for other in others:
            sums.add(first, [other])


def _public(tables: Sequence[pd.DataFrame], sums: Sums) -> Flags:
    """Tell which counts are published: the same number, measure, unit and period."""
    public = set()
    for table in tables:
        rows = table[table["publisher"].notna()].reset_index(drop=True)
        spans = _spans(rows)
        for column, places in (("count", _places(rows, 0)), ("unique_total", [TOTAL] * len(rows))):
            amounts = _floats(rows[column])
            public |= set(zip(rows["measure"], places, spans, amounts, strict=True))
    return np.array(
        [
            (cell.measure, TOTAL if cell.place.startswith(TOTAL) else cell.place, cell.span, value)
            in public
            and not _is_loose(cell.place)
            for cell, value in zip(sums.cells, sums.values, strict=False)
        ],
        dtype=np.bool_,
    )


def _is_loose(place: str) -> bool:
    """Whether a place is neither a unit nor the country."""
    return not place.startswith(("unit ", TOTAL))


def _floats(numbers: pd.Series) -> Floats:
    found: Floats = numbers.astype("Float64").to_numpy(np.float64, na_value=np.nan)
    return found


def _row_cells(seen: pd.DataFrame, table: int, rows: int) -> Positions:
    own = seen[(seen["table"] == table) & (seen["row"] >= 0)]
    cells = np.full(rows, -1, dtype=np.int64)
    cells[own["row"].to_numpy(np.int64)] = own["cell"].to_numpy(np.int64)
    return cells


def _total_cells(seen: pd.DataFrame, table: int, rows: int) -> Positions:
    own = seen[seen["table"] == table]
    totals = own[own["row"] < 0].set_index(["measure", "span"])["cell"]
    placed = own[own["row"] >= 0]
    cells = np.full(rows, -1, dtype=np.int64)
    keys = list(zip(placed["measure"], placed["span"], strict=True))
    cells[placed["row"].to_numpy(np.int64)] = [int(totals[key]) for key in keys]
    return cells
