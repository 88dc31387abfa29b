"""Published figures to counts by unit and period, with nothing lost on the way.

A publisher gives a national count and, for some regions, counts or whole percentages of
it. Shares become derived counts; what the regions leave of the national count becomes a
row of its own; a region that is not named stays without a value.
"""

from collections.abc import Hashable, Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from maligeo import catalog
from maligeo.core import columns
from maligeo.core.checks import require_columns, require_known
from maligeo.core.errors import ArgumentError, Fault, FrameError
from maligeo.core.placenames import ALIAS_SEPARATOR, normalise
from maligeo.measure.counts import CALENDAR, Periods, asked_periods, is_calendar
from maligeo.measure.rates import FEW_EVENTS, poisson_interval

ROUNDING = 0.5  # a published whole percentage may be off by half a point
_SERIES = ["measure", "publisher", "who", "device", "period_start", "period_end"]


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
        found = "; ".join(f"{row.who}, {row.device}" for row in kinds.itertuples())
        raise ArgumentError(
            f"figures of {measure} are about different people or devices ({found}), which do "
            "not add up: keep one by figures[figures['who'] == …]"
        )
    counts = counts_from_figures(chosen, units)
    if measure != "incidents":  # the victims of one incident are not independent events
        return counts
    count = counts["count"].astype("Float64")
    counts["low_count"] = count < FEW_EVENTS
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
        count is known the counts add up to it; it is the `unique_total`.

    Raises
    ------
    FrameError
        If a unit is not known or stands twice, or regions add up to more than the nation.
    """
    series = [
        _Series(key, rows, units).counts()
        for key, rows in figures.groupby(_SERIES, dropna=False, sort=True)
    ]
    return pd.concat(series, ignore_index=True)


class _Series:
    """The figures of one publisher for one period."""

    def __init__(
        self, key: tuple[Hashable, ...], rows: pd.DataFrame, units: gpd.GeoDataFrame
    ) -> None:
        rows = rows.sort_values(["unit", "figure_id"], kind="stable")
        self.rows = rows
        self.units = units
        self.head = dict(zip(_SERIES, key, strict=True))
        nation = normalise(str(catalog.country()["name_fr"]))
        national = rows["unit"].map(normalise) == nation
        self.regional = rows[~national]
        self.total = self._national_count(rows[national])

    def counts(self) -> pd.DataFrame:
        """Give the rows of units, of joint figures, and of the remainder."""
        named = [*self._unit_rows(), *self._joint_rows()] if len(self.regional) else []
        table = pd.DataFrame([*named, *self._remainder(named)])
        for column in ("period_start", "period_end", "publisher", "measure", "who", "device"):
            table[column] = self.head[column]
        return table.assign(unique_total=pd.NA if self.total is None else self.total)

    def _national_count(self, national: pd.DataFrame) -> float | None:
        counts = national.loc[national["basis"] == "count", "value"].dropna().unique()
        if len(counts) > 1:
            raise FrameError(
                "figures",
                [Fault(national.index[0], "value", list(counts), "several national counts")],
            )
        return float(counts[0]) if len(counts) else None

    def _unit_rows(self) -> Iterator[dict[str, object]]:
        names = self.regional["unit"].map(normalise)
        twice = self.regional[names.duplicated(keep=False)]
        if len(twice):
            reason = "stands twice for one publisher and period"
            raise FrameError(
                "figures", [Fault(row, "unit", unit, reason) for row, unit in twice["unit"].items()]
            )
        by_name = dict(zip(names, (row for _, row in self.regional.iterrows()), strict=True))
        for pcode, name in zip(self.units["pcode"], self.units["name"], strict=True):
            row = by_name.pop(normalise(name), None)
            place = {"pcode": pcode, "name": name, "place_kind": "unit"}
            if row is None:
                yield place | self._absent()
            else:
                yield place | self._value(row)
        unknown = [row for row in by_name.values() if ALIAS_SEPARATOR not in row["unit"]]
        if unknown:
            raise FrameError(
                "figures",
                [Fault(row.name, "unit", row["unit"], "is no unit of these") for row in unknown],
            )

    def _joint_rows(self) -> Iterator[dict[str, object]]:
        joint = self.regional["unit"].str.contains(ALIAS_SEPARATOR, regex=False)
        for _, row in self.regional[joint].iterrows():
            name = " + ".join(row["unit"].split(ALIAS_SEPARATOR))
            yield {"pcode": pd.NA, "name": name, "place_kind": "joint"} | self._value(row)

    def _value(self, row: pd.Series) -> dict[str, object]:
        """Give the count of one figure, derived from its share where it is one."""
        source = {"source": row["source"], "note": row["note"]}
        value, total = row["value"], self.total
        if row["basis"] == "count" or pd.isna(value):
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
            "source": row["source"],
            "note": _share_note(float(value), total, row["note"]),
        }

    def _absent(self) -> dict[str, object]:
        empty = dict.fromkeys(("count", "count_low", "count_high", "basis"), pd.NA)
        return empty | {
            "source": self.regional["source"].iloc[0],
            "note": "not named by the source",
        }

    def _remainder(self, named: list[dict[str, object]]) -> Iterator[dict[str, object]]:
        """Give what the named units leave of the national count."""
        counted: list[Any] = [row["count"] for row in named if pd.notna(row["count"])]
        left = None if self.total is None else self.total - float(sum(counted))
        if left is not None and left < -1e-9:
            fault = Fault(None, "value", self.total, "regions add up to more than the nation")
            raise FrameError("figures", [fault])
        note = "national figure, not broken down" if not named else "named for no single unit"
        value = pd.NA if left is None else max(left, 0.0)
        yield {
            "pcode": pd.NA,
            "name": pd.NA,
            "place_kind": "unattributed",
            "count": value,
            "count_low": pd.NA if named else value,
            "count_high": pd.NA if named else value,
            "basis": "derived" if named else "count",
            "source": self.rows["source"].iloc[0],
            "note": note if left is not None else "no national figure for this period",
        }


def _share_note(share: float, total: float | None, note: object) -> str:
    if total is None:
        text = f"{share:g} % of a national figure that is not published for this period"
    else:
        text = f"derived: {share:g} % of {total:g}"
    return text if pd.isna(note) else f"{text}; {note}"
