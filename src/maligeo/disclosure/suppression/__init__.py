"""Small counts of tables withheld so that nothing that is shown gives them back.

Cell suppression as in Hundepool, A. et al. (2012), Statistical Disclosure Control, chapter
4: first the small counts, then as many others as it takes. `docs/safety.md` says what a
reader is taken to know, and what is not protected.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

import numpy as np
import pandas as pd

from maligeo.core.checks import require_columns
from maligeo.core.columns import WITHHELD
from maligeo.core.crs import Flags
from maligeo.core.errors import ArgumentError, ReleaseError
from maligeo.disclosure.suppression.periods import Span
from maligeo.disclosure.suppression.relations import Margins, read_margins
from maligeo.disclosure.suppression.search import Choice, choose_withheld
from maligeo.measure.counts import UNDATED as UNDATED_NOTE

_OF_THE_ROW: Final = (
    "count", "count_low", "count_high", "per_1000_sqkm", "per_100k", "ci_low", "ci_high",
    "smoothed_per_100k", "local_per_100k", "per_incident", "records", "low_count",
)  # fmt: skip
_OF_THE_SERIES: Final = ("smoothed_per_100k", "local_per_100k")  # they depend on other rows
_OF_THE_INCIDENTS: Final = ("records", "per_incident", "ci_low", "ci_high", "low_count")
_OF_THE_LARGEST: Final = ("ci_low", "ci_high", "low_count")  # they tell the worst incident
_INCIDENTS: Final = "incidents"
_HOW_MANY: Final = re.compile(r"not fully stated for \d+ of \d+")  # of the incidents
_SOME: Final = "not fully stated for all"


@dataclass(frozen=True)
class Suppressed:
    """What has to go.

    Attributes
    ----------
    margins : Margins
        The cells of the tables.
    withheld : bool array
        Which of them are withheld.
    series : frozenset of (str, span)
        Measures and periods of which one is.
    shown : frozenset of (str, span)
        Places and periods of which the tables show the number of incidents.
    """

    margins: Margins
    withheld: Flags
    series: frozenset[tuple[str, Span]]
    shown: frozenset[tuple[str, Span]]

    @classmethod
    def of(cls, margins: Margins, withheld: Flags) -> Self:
        """Say what has to go when some cells are withheld."""
        cells = list(enumerate(margins.cells))
        return cls(
            margins,
            withheld,
            frozenset((cell.measure, cell.span) for at, cell in cells if withheld[at]),
            frozenset(
                (cell.place, cell.span)
                for at, cell in cells
                if cell.measure == _INCIDENTS and not withheld[at]
            ),
        )


def suppressed(table: pd.DataFrame, what: Suppressed, at: int) -> pd.DataFrame:
    """Take out of a table what has to go.

    Parameters
    ----------
    table : pandas.DataFrame
        Density table.
    what : Suppressed
        What has to go.
    at : int
        Position of the table among those of the margins.

    Returns
    -------
    pandas.DataFrame
        A copy with the same rows and types.
    """
    cells, totals = what.margins.rows[at], what.margins.totals[at]
    own = cells >= 0
    gone, total_gone = own & what.withheld[cells], own & what.withheld[totals]
    keys = [what.margins.cells[cell] if cell >= 0 else None for cell in cells]
    series = _flags(key and (key.measure, key.span) in what.series for key in keys)
    victims = _flags(key and key.measure != _INCIDENTS for key in keys)
    uncounted = victims & _flags(key and (key.place, key.span) not in what.shown for key in keys)
    spans = {span for measure, span in what.series if measure != _INCIDENTS}
    worst = victims & _flags(key and key.span in spans for key in keys)
    released = table.copy()
    for columns, rows in (
        (_OF_THE_ROW, gone),
        (_OF_THE_SERIES, series),
        (_OF_THE_INCIDENTS, uncounted),
        (_OF_THE_LARGEST, worst),
        (("unique_total",), total_gone),
    ):
        for column in columns:
            if column in released.columns and rows.any():
                released[column] = released[column].mask(rows)
    released["note"] = _notes(table["note"], gone, uncounted)
    return released


def _notes(notes: pd.Series, gone: Flags, uncounted: Flags) -> pd.Series:
    """Say what is withheld, and take numbers of incidents out of the other notes."""
    found = notes.copy()
    if uncounted.any():
        vague = notes.astype("string").str.replace(_HOW_MANY, _SOME, regex=True)
        found = found.mask(uncounted, vague)
    if gone.any():
        undated = notes.astype("object").fillna("").str.contains(UNDATED_NOTE, regex=False)
        text = np.where(undated, f"{WITHHELD}; {UNDATED_NOTE}", WITHHELD)
        found = found.astype("string").mask(gone, pd.Series(text, notes.index, dtype="string"))
    return found


def _flags(found: Iterable[object]) -> Flags:
    return np.array([bool(value) for value in found], dtype=np.bool_)


_PERIODS: Final = ["period_start", "period_end"]
_NO_PARENTS: Final[Mapping[str, str]] = {}


@dataclass(frozen=True)
class Suppression:
    """How much was withheld.

    Attributes
    ----------
    k : int
        Counts from 1 to below it were small.
    withheld : int
        Rows whose count was withheld: whoever has the tables can count them.
    totals : int
        National totals of a measure and period that were withheld, per table.
    primary, complementary : int
        How many of the counts were small, and how many protect these. Never to be
        published: where no count protects another, each withheld one is small.
    """

    k: int
    withheld: int
    totals: int
    primary: int = field(repr=False)
    complementary: int = field(repr=False)


def suppress_table(
    table: pd.DataFrame,
    *,
    k: int,
    sensitive_measures: Collection[str],
    parents: Mapping[str, str] | None = None,
) -> tuple[pd.DataFrame, Suppression]:
    """Withhold the small counts of one density table; see `suppress_tables`.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns as `maligeo.core.columns.DENSITY`, units of one level.
    k : int
        Counts from 1 to below `k` are small.
    sensitive_measures : collection of str
        Measures whose small counts are withheld.
    parents : mapping of str to str, optional
        As in `suppress_tables`.

    Returns
    -------
    pandas.DataFrame
        With the rows, order, index and types of `table`.
    Suppression

    Raises
    ------
    ArgumentError, FrameError, VintageError, ReleaseError
        As `suppress_tables`.
    """
    tables, report = suppress_tables(
        [table], k=k, sensitive_measures=sensitive_measures, parents=parents
    )
    return tables[0], report


def suppress_tables(
    tables: Sequence[pd.DataFrame],
    *,
    k: int,
    sensitive_measures: Collection[str],
    parents: Mapping[str, str] | None = None,
) -> tuple[list[pd.DataFrame], Suppression]:
    """Withhold the small counts of tables that are released together.

    Whoever knows all that is shown, and all that adds up, still cannot tell of a small
    count that it is below `k`, nor of any withheld count what it is. Known are: the sums
    over places, with their totals whether shown or not; periods inside one another;
    victims as the killed and the injured, and civilians among them; units below others;
    that zeros are shown, and that counts are whole.

    Parameters
    ----------
    tables : sequence of pandas.DataFrame
        Columns as `maligeo.core.columns.DENSITY`; all about the same records, in several
        levels of units (one per table), measures or periods.
    k : int
        Counts from 1 to below `k` are small; 1 withholds nothing.
    sensitive_measures : collection of str
        Measures whose small counts are withheld. Counts of measures that add up with
        them ("victims" with "killed") may be withheld to protect them.
    parents : mapping of str to str, optional
        For each unit of a lower level the key of the unit above it (see
        `maligeo.core.columns.unit_keys`), when tables of several levels are given.

    Returns
    -------
    list of pandas.DataFrame
        With the rows, order, index and types of `tables`. In a withheld row the count and
        all that gives it back are missing, and `note` is "withheld". Missing elsewhere is
        what would also give it back: `unique_total` where the total is withheld;
        `smoothed_per_100k` and `local_per_100k` in all rows of a measure and period with
        a withheld one; `records`, `per_incident`, intervals and `low_count` of victims
        where the number of incidents is withheld or not in the tables. Zeros, counts of
        other measures and published figures are as they were.
    Suppression

    Raises
    ------
    ArgumentError
        If `k` is no whole number above zero, or a table holds units of several levels.
    FrameError
        If columns are missing, a count stands twice, or tables contradict one another.
    VintageError
        If tables are of several vintages.
    ReleaseError
        If published figures give a small count back, whatever is withheld.

    Notes
    -----
    The same counts give the same result, in whatever order the rows are. A published
    figure is what a reader knows of our count where it is the same number of the same
    measure, unit (or country) and period; such a count is public and is not withheld.
    """
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or k < 1:
        raise ArgumentError(f"k {k!r} is no whole number above zero")
    margins = read_margins(
        tables, k=int(k), sensitive_measures=sensitive_measures, parents=parents or _NO_PARENTS
    )
    choice = choose_withheld(margins.problem, k=int(k))
    _refuse_exposed(margins, choice)
    what = Suppressed.of(margins, choice.withheld)
    released = [suppressed(table, what, at) for at, table in enumerate(tables)]
    return released, _report(margins, choice, int(k))


def hidden_cells(table: pd.DataFrame) -> pd.DataFrame:
    """Give the units and periods of which a table withholds a count.

    Parameters
    ----------
    table : pandas.DataFrame
        As from `suppress_tables`.

    Returns
    -------
    pandas.DataFrame
        `pcode, name, period_start, period_end, measure`, of rows about one unit.
    """
    wanted = ["pcode", "name", *_PERIODS, "measure"]
    require_columns(table, [*wanted, "place_kind", "count", "note"], what="density table")
    note = table["note"].astype("object").fillna("")
    hidden = table["count"].isna() & note.str.split("; ").str[0].eq(WITHHELD)
    rows = table[hidden & (table["place_kind"] == "unit")]
    return rows[wanted].reset_index(drop=True)


def _refuse_exposed(margins: Margins, choice: Choice) -> None:
    """Say which measures and periods published figures give away, without the places."""
    if not choice.exposed.any():
        return
    cells = [margins.cells[at] for at in np.flatnonzero(choice.exposed)]
    measures = ", ".join(sorted({cell.measure for cell in cells}))
    raise ReleaseError(
        f"small counts of {measures} follow from published figures that equal our own, "
        "whatever else is withheld: leave these measures or periods out, or count by larger "
        "units or longer periods"
    )


def _report(margins: Margins, choice: Choice, k: int) -> Suppression:
    rows = [cells[cells >= 0] for cells in margins.rows]
    totals = [np.unique(cells[cells >= 0]) for cells in margins.totals]
    primary = int(margins.problem.primary.sum())
    return Suppression(
        k=k,
        withheld=int(sum(choice.withheld[cells].sum() for cells in rows)),
        totals=int(sum(choice.withheld[cells].sum() for cells in totals)),
        primary=primary,
        complementary=int(choice.withheld.sum()) - primary,
    )
