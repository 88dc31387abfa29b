"""Figures to counts by unit and period, with nothing lost on the way.

A publisher gives a national count and, for some regions, counts or whole percentages of
it. Shares become derived counts; what the regions leave of the national count, or what is of
no unit, becomes a row of its own; a region that is not named stays without a value.
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from maligeo.core import columns
from maligeo.core.checks import require_columns, require_known
from maligeo.core.errors import ArgumentError, Fault, FrameError
from maligeo.join.carried import CARRIED
from maligeo.measure.dates import CALENDAR, Periods, asked_periods, is_calendar
from maligeo.measure.figure_places import place_figures
from maligeo.measure.rates import UNRELIABLE_BELOW, poisson_interval

ROUNDING = 0.5  # a published whole percentage may be off by half a point
_KIND = ["measure", "publisher", "who", "device"]
_PERIOD = ["period_start", "period_end"]
_INDEPENDENT = ("incidents", "events")  # what the names of such measures begin with
_NAMED_MOST = 5
TOGETHER: Final = "named only together: "
_HEAD = ("period_start", "period_end", "publisher", "measure", "who", "device")


def count_figures(
    figures: pd.DataFrame, units: gpd.GeoDataFrame, *, measure: str, period: Periods
) -> pd.DataFrame:
    """Choose the published figures of a measure and periods, and turn them into counts.

    Parameters
    ----------
    figures : pandas.DataFrame
        In the shape of `load_figures`.
    units : geopandas.GeoDataFrame
        Units of the vintage of the figures.
    measure : str
        One of the measures of the figures.
    period : str, sequence of str or None
        "year", "quarter" or "month" keeps what lasts exactly that; periods keep what
        lies wholly in one of them. A published figure is never cut.

    Returns
    -------
    pandas.DataFrame
        As `counts_from_figures`, with `interval_low, interval_high` of the expected count
        for whole counts of incidents, and `low_count`.

    Raises
    ------
    UnknownNameError
        If the figures do not hold the measure.
    ArgumentError
        If no figure lies within the period, or they count different people or devices.
    """
    require_columns(figures, columns.FIGURES, what="figures")
    require_known(measure, sorted(figures["measure"].unique()), what="measure")
    chosen = _within(figures[figures["measure"] == measure], period)
    if chosen.empty:
        raise ArgumentError(f"no figure of {measure} lies within the period {period}")
    kinds = chosen[["who", "device"]].drop_duplicates().sort_values(["who", "device"])
    if len(kinds) > 1:
        told = kinds.fillna("not said")
        found = "; ".join(f"{row.who}, {row.device}" for row in told.itertuples())
        raise ArgumentError(
            f"figures of {measure} are about different people or devices ({found}), which do "
            "not add up: keep one of them"
        )
    counts = counts_from_figures(chosen, units)
    # The victims of one incident are not independent events, nor are the people of a household.
    if not measure.startswith(_INDEPENDENT):
        return counts
    count = counts["count"].astype("Float64")
    counts["low_count"] = count < UNRELIABLE_BELOW
    whole = count.where(counts["basis"] == "count").to_numpy(dtype=np.float64, na_value=np.nan)
    counts["interval_low"], counts["interval_high"] = poisson_interval(whole)
    return counts


def _within(figures: pd.DataFrame, period: Periods) -> pd.DataFrame:
    start, end = figures["period_start"], figures["period_end"]
    if period is None:
        return figures
    if isinstance(period, str) and period in CALENDAR:
        return figures[is_calendar(start, end, period)]
    kept = pd.Series(False, index=figures.index)
    for span in asked_periods(period, within=None):
        kept |= (start >= span.start) & (end <= span.end)
    return figures[kept]


def counts_from_figures(figures: pd.DataFrame, units: gpd.GeoDataFrame) -> pd.DataFrame:
    """Turn the published figures of one measure into counts by unit and period.

    Parameters
    ----------
    figures : pandas.DataFrame
        Rows of one measure, in the shape of `load_figures`.
    units : geopandas.GeoDataFrame
        Units of the vintage of the figures.

    Returns
    -------
    pandas.DataFrame
        For each publisher and period one row per unit and one for what cannot be
        attributed: `pcode, name, place_kind, period_start, period_end, count, count_low,
        count_high, basis, publisher, source, note, unique_total`. Where the national
        count is known the counts add up to it; it is the `unique_total`. Figures of finer
        places are added up by the unit that holds them.

    Raises
    ------
    FrameError
        If a unit stands twice, or regions add up to more than the nation.
    """
    series = published_series(figures, units)
    return pd.DataFrame([row for one in series for row in one.counts()])


def published_series(figures: pd.DataFrame, units: gpd.GeoDataFrame) -> "Iterator[PublishedSeries]":
    """Give the figures of each publisher and period, in the order of publishers and periods."""
    placed = pd.DataFrame(place_figures(figures, units), index=figures.index)
    ordered = pd.concat([figures[list(columns.FIGURES)], placed], axis=1)
    ordered = ordered.sort_values(["unit", "figure_id"], kind="stable")
    for kind, alike in ordered.groupby(_KIND, dropna=False, sort=True):
        is_counted = (alike["how"] == "unit") & (alike["basis"] == "count")
        rising = alike[is_counted & alike["value"].notna()].sort_values("value", kind="stable")
        counted = list(rising.itertuples())
        for period, rows in alike.groupby(_PERIOD, dropna=False, sort=True):
            head = dict(zip((*_KIND, *_PERIOD), (*kind, *period), strict=True))
            yield PublishedSeries(head, list(rows.itertuples()), units, _at_least(counted, period))


def _at_least(rising: Sequence[Any], period: tuple[Any, ...]) -> dict[int, Any]:
    """Find by unit the largest count of a shorter period within a period."""
    start, end = period
    return {
        row.position: row
        for row in rising
        if start <= row.period_start and row.period_end <= end
        and (row.period_start, row.period_end) != (start, end)
    }  # fmt: skip


class PublishedSeries:
    """The figures of one publisher for one period, in the order of their units.

    Parameters
    ----------
    head : dict of str to hashable
        Measure, publisher, people, device and period.
    rows : sequence
        The figures, with the place of each.
    units : geopandas.GeoDataFrame
        Units of the vintage of the figures.
    at_least : dict of int to figure
        By row position of a unit, its largest figure for a shorter period within this one.
    """

    def __init__(
        self,
        head: dict[str, Hashable],
        rows: Sequence[Any],
        units: gpd.GeoDataFrame,
        at_least: dict[int, Any],
    ) -> None:
        self.rows = rows
        self.units = units
        self.head = head
        self.at_least = at_least
        self.regional = [row for row in rows if row.how != "nation"]
        self.nation = [row for row in rows if row.how == "nation"]

    def counts(self) -> Iterator[dict[str, object]]:
        """Give the rows of units, of joint figures, and of the remainder.

        Raises
        ------
        FrameError
            As for `counts_from_figures`.
        """
        named = [*self._unit_rows(), *self._joint_rows()] if self.regional else []
        head = {name: self.head[name] for name in _HEAD}
        total = {"unique_total": pd.NA if self.total is None else self.total}
        for row in (*named, *self._remainder(named)):
            yield row | head | total

    @cached_property
    def total(self) -> float | None:
        """The national count, where one is published."""
        known = (row for row in self.nation if row.basis == "count" and pd.notna(row.value))
        counts = list(dict.fromkeys(float(row.value) for row in known))
        if len(counts) > 1:
            fault = Fault(self.nation[0].Index, "value", counts, "several national counts")
            raise FrameError("figures", [fault])
        return counts[0] if counts else None

    def _unit_rows(self) -> Iterator[dict[str, object]]:
        by_unit: dict[int, list[Any]] = {}
        for row in self.regional:
            if row.position >= 0:
                by_unit.setdefault(row.position, []).append(row)
        for rows in by_unit.values():
            _require_addable(rows)
        places = zip(self.units["pcode"], self.units["name"], strict=True)
        for at, (pcode, name) in enumerate(places):
            place = {"pcode": pcode, "name": name, "place_kind": "unit"}
            rows = by_unit.get(at, [])
            if len(rows) == 1:
                yield place | self._value(rows[0])
            else:
                yield place | (_sum(rows) if rows else self._absent(at))

    def _joint_rows(self) -> Iterator[dict[str, object]]:
        for row in self.regional:
            if row.how == "joint":
                place = {"pcode": pd.NA, "name": row.together, "place_kind": "joint"}
                yield place | self._value(row)

    def _value(self, row: Any) -> dict[str, object]:
        """Give the count of one figure, derived from its share where it is one."""
        source = {"source": row.source, "note": _joined(row.note, row.remark)}
        value, total = row.value, self.total
        if row.basis == "count" or pd.isna(value):
            return {
                "count": value,
                "count_low": value,
                "count_high": value,
                "basis": "count",
            } | source
        low, high = max(value - ROUNDING, 0.0), min(value + ROUNDING, 100.0)
        scale = pd.NA if total is None else total / 100
        return {
            "count": value * scale,
            "count_low": low * scale,
            "count_high": high * scale,
            "basis": "derived",
            "source": row.source,
            "note": _share_note(float(value), total, row.note),
        }

    def _absent(self, at: int) -> dict[str, object]:
        """Give what is known of a unit that has no figure of its own."""
        shorter = self.at_least.get(at)
        if shorter is not None:
            count = {"count": shorter.value, "count_low": shorter.value, "count_high": pd.NA}
            span = f"{shorter.period_start:%Y-%m-%d} to {shorter.period_end:%Y-%m-%d}"
            note = f"at least: {shorter.value:g} from {span}, nothing for the rest"
            return count | {"basis": "count", "source": shorter.source, "note": note}
        joint = [row for row in self.regional if at in row.positions]
        empty = dict.fromkeys(("count", "count_low", "count_high", "basis"), pd.NA)
        note = f"{TOGETHER}{joint[0].together}" if joint else "not named by the source"
        if joint:
            said = str(joint[0].note).split("; ")
            note = "; ".join([note, *(one for one in said if one.startswith(CARRIED))])
        return empty | {"source": (joint or self.regional)[0].source, "note": note}

    def _remainder(self, named: list[dict[str, object]]) -> Iterator[dict[str, object]]:
        """Give what the named units leave of the national count, or what is of none of them."""
        counted: list[Any] = [row["count"] for row in named if pd.notna(row["count"])]
        left = None if self.total is None else self.total - float(sum(counted))
        if left is not None and left < -1e-9:
            fault = Fault(None, "value", self.total, "regions add up to more than the nation")
            raise FrameError("figures", [fault])
        unplaced = [row for row in self.regional if row.how in ("coarser", "none")]
        place = {"pcode": pd.NA, "name": pd.NA, "place_kind": "unattributed"}
        if left is None and unplaced:
            yield place | _sum(unplaced) | {"note": _unplaced_note(unplaced)}
            return
        note = "national figure, not broken down" if not named else "named for no single unit"
        if left is None:
            unread = _joined(*(row.note for row in self.nation if pd.isna(row.value)))
            note = "no national figure for this period" if pd.isna(unread) else str(unread)
        value = pd.NA if left is None else max(left, 0.0)
        yield place | {
            "count": value,
            "count_low": pd.NA if named else value,
            "count_high": pd.NA if named else value,
            "basis": "derived" if named else "count",
            "source": self.rows[0].source,
            "note": _joined(note, _unplaced_note(unplaced)),
        }


def _require_addable(rows: Sequence[Any]) -> None:
    """Refuse figures of one unit that may count the same."""
    keys = [row.key for row in rows]
    own = [row for row in rows if row.how == "unit"]
    twice = own if len(own) > 1 else [row for row in rows if keys.count(row.key) > 1]
    _refuse(twice, "stands twice for one publisher and period")
    if own and any(row.how == "guess" for row in rows):
        _refuse(own, "stands beside places in it: say in columns of their own which level they are")
    if len(rows) > 1:
        _refuse((row for row in rows if row.basis != "count"), "is a share, and not to be added")


def _sum(rows: Sequence[Any]) -> dict[str, object]:
    """Add figures of different places up; what one of them does not say is missing above."""
    known = [float(row.value) for row in rows if pd.notna(row.value)]
    count = sum(known) if known else pd.NA
    note = f"added up from {len(rows)} places"
    if len(known) < len(rows):
        note = f"at least: not stated for {len(rows) - len(known)} of {len(rows)} places"
    return {
        "count": count,
        "count_low": count,
        "count_high": count if len(known) == len(rows) else pd.NA,
        "basis": "count",
        "source": rows[0].source,
        "note": note,
    }


def _unplaced_note(rows: Sequence[Any]) -> str:
    """Name what led to no unit, with the names that may be meant."""
    texts = []
    for row in rows[:_NAMED_MOST]:
        value = "?" if pd.isna(row.value) else f"{row.value:g}"
        texts.append(f"{row.unit} ({value}{f', {row.remark}?' if row.remark else ''})")
    more = [f"{len(rows) - _NAMED_MOST} more"] if len(rows) > _NAMED_MOST else []
    return f"of no unit here: {', '.join([*texts, *more])}" if rows else ""


def _refuse(rows: Iterable[Any], reason: str) -> None:
    faults = [Fault(row.Index, "unit", row.unit, reason) for row in rows]
    if faults:
        raise FrameError("figures", faults)


def _joined(*notes: object) -> object:
    return "; ".join(str(note) for note in notes if pd.notna(note) and note) or pd.NA


def _share_note(share: float, total: float | None, note: object) -> str:
    if total is None:
        text = f"{share:g} % of a national figure that is not published for this period"
    else:
        text = f"derived: {share:g} % of {total:g}"
    return text if pd.isna(note) else f"{text}; {note}"
