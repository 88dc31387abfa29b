"""Tables and marks made of released cells: selections and sums, never anything else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from maligeo.core.columns import FEWER, NOT_COVERED, ROUNDED, WITHHELD, unit_keys
from maligeo.core.errors import ReleaseError
from maligeo.core.periods import Period, parse_period
from maligeo.disclosure.cells import INCIDENTS, NUMBER, SMALL, bounds_of
from maligeo.disclosure.incidents import Released
from maligeo.disclosure.partition import WHOLE_YEAR
from maligeo.disclosure.policy import Protection
from maligeo.join.points import unit_level
from maligeo.measure.counts import UNPLACED
from maligeo.measure.coverage import Coverage
from maligeo.measure.dates import Periods
from maligeo.measure.densities import relate
from maligeo.measure.rates import UNRELIABLE_BELOW, poisson_interval
from maligeo.measure.unplaced import NO_PLACE

BETWEEN: Final = WITHHELD + ": between {low} and {high}"
_LOOSE: Final = ("(unattributed)", "(countrywide)")  # records that lie in some unit
AT_LEAST: Final = "at least: not fully stated for all"

YEAR: Final = "year"
QUARTER: Final = "quarter"

Time = tuple[int, int]


@dataclass(frozen=True)
class Span:
    """A period, and the years and quarters of the lattice that it is made of."""

    period: Period
    times: tuple[Time, ...]


def cell_table(
    released: Released,
    units: gpd.GeoDataFrame,
    rules: Protection,
    *,
    measures: Sequence[str],
    period: Periods = None,
    population: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Make a density table of released cells.

    Parameters
    ----------
    released : Released
        The cells.
    units : geopandas.GeoDataFrame
        Units of the division in which they are counted.
    rules : Protection
        By which they were released.
    measures : sequence of str
        What to show.
    period : str or sequence of str, optional
        "year", "quarter", or periods that are whole years and quarters; years by default,
        or quarters where no year is complete.
    population : pandas.DataFrame, optional
        People per unit.

    Returns
    -------
    pandas.DataFrame
        Columns as `maligeo.core.columns.DENSITY`; `count_low` and `count_high` hold the
        number that was counted there, the latter missing where records without a unit may lie
        too. Where of these fewer than the smallest cell are released, which none are as well,
        their row says so beside, and `need_and_response` places as many as there may be.

    Raises
    ------
    ReleaseError
        If a measure was not counted, or a period is finer than the lattice or not there.
    """
    missing = [measure for measure in measures if measure not in released.measures]
    if missing:
        listed = ", ".join(released.measures)
        raise ReleaseError(f"{missing[0]} is not released of these incidents; there is {listed}")
    level = unit_level(units)
    cells = released.cells[released.cells["level"] == level]
    spans = _spans(cells, period)
    rows = _rows(_summed(cells, spans, rules), _places(units, measures, spans))
    coverage = Coverage(_stating(released))
    # What is in no unit is known as far as it is recorded, whatever the source covers.
    whole = [
        kind != "unit" or coverage.of(str(key), spans[at].period) == "whole"
        for key, kind, at in zip(rows["key"], rows["place_kind"], rows["span"], strict=True)
    ]
    table = _said(rows.drop(columns=["key", "span"]), np.array(whole), rules)
    vintage = str(units["vintage"].iloc[0])
    return relate(table.assign(vintage=vintage), units, population)


def _spans(cells: pd.DataFrame, period: Periods) -> list[Span]:
    """Give the periods that are asked for, in pieces of the lattice."""
    times = {
        (int(year), int(part)) for year, part in zip(cells["year"], cells["quarter"], strict=True)
    }
    years = sorted(time for time in times if time[1] == WHOLE_YEAR)
    quarters = sorted(times - set(years))
    if period is None:
        period = YEAR if years or not quarters else QUARTER
    if period in (YEAR, QUARTER):
        chosen = years if period == YEAR else quarters
        if not chosen:
            raise ReleaseError(f"no {period} is released: {_there(years, quarters)}")
        return [Span(_period(time), (time,)) for time in chosen]
    texts = [period] if isinstance(period, str) else list(period)
    return [_tiled(text, years, quarters) for text in texts]


def _tiled(text: str, years: list[Time], quarters: list[Time]) -> Span:
    """Divide a period into years and quarters that are released."""
    if text in ("month", "week", "day"):
        raise ReleaseError(f"nothing is released by {text}: {_there(years, quarters)}")
    asked = parse_period(text)
    tiles, day = [], asked.start
    while day <= asked.end:
        fits = [
            time
            for time in (*years, *quarters)
            if _period(time).start == day and _period(time).end <= asked.end
        ]
        if not fits:
            raise ReleaseError(f"the period {text} is not released: {_there(years, quarters)}")
        tiles.append(fits[0])
        day = _period(fits[0]).end + pd.Timedelta(days=1)
    return Span(asked, tuple(tiles))


def _there(years: list[Time], quarters: list[Time]) -> str:
    """Say which periods are released."""
    texts = [[str(year) for year, _ in years], [f"{year} Q{part}" for year, part in quarters]]
    listed = ", ".join(" – ".join(dict.fromkeys((one[0], one[-1]))) for one in texts if one)
    if not listed:
        return "there is nothing of these units yet"
    return (
        f"there is {listed}. A year is released when its four quarters are counted: if the "
        "records cover it from its first day to its last, say so (--covers 2022)"
    )


def _period(time: Time) -> Period:
    year, quarter = time
    whole = pd.Period(str(year) if quarter == WHOLE_YEAR else f"{year}Q{quarter}")
    return Period(whole.start_time, whole.end_time.normalize())


def _places(
    units: gpd.GeoDataFrame, measures: Sequence[str], spans: Sequence[Span]
) -> pd.DataFrame:
    """List what has a row: in each period, for each measure, units and places that are none."""
    places = pd.DataFrame(units[["pcode", "name"]]).assign(place_kind="unit")
    places["key"] = unit_keys(places)
    beside = pd.DataFrame({"place_kind": list(UNPLACED)})
    beside["key"] = "(" + beside["place_kind"] + ")"
    places = pd.concat([places, beside], ignore_index=True)
    times = pd.DataFrame([span.period for span in spans], columns=["period_start", "period_end"])
    asked = times.assign(span=times.index).merge(pd.DataFrame({"measure": measures}), how="cross")
    return asked.merge(places, how="cross")


def _rows(summed: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Put sums beside what has a row, and say in which periods more may lie in some unit."""
    rows = places.merge(summed, on=["span", "key", "measure"], how="left")
    unplaced = summed[summed["key"].isin(_LOOSE) & (summed["measure"] == INCIDENTS)]
    more = unplaced[unplaced["count_low"].isna() | (unplaced["count_low"] > 0)]
    return rows.assign(open=(rows["place_kind"] == "unit") & rows["span"].isin(more["span"]))


def _stating(released: Released) -> pd.DataFrame:
    frame = pd.DataFrame()
    frame.attrs["covers"] = dict(released.covers)
    return frame


def _summed(cells: pd.DataFrame, spans: Sequence[Span], rules: Protection) -> pd.DataFrame:
    """Add the cells of each period up: bounds always, numbers where all of them are."""
    tiles = [(at, *time) for at, span in enumerate(spans) for time in span.times]
    chosen = cells.merge(
        pd.DataFrame(tiles, columns=["span", "year", "quarter"]), on=["year", "quarter"]
    )
    bounds = bounds_of(chosen, rules).replace(np.inf, np.nan)
    number = chosen["count"].where(chosen["state"] == NUMBER)
    parts = chosen.assign(
        key=chosen["region"].where(chosen["level"] == 1, chosen["unit"]),
        number=number,
        small=chosen["state"] == SMALL,
        without_number=number.isna(),
        without_bound=bounds["high"].isna(),
        **bounds,
    )
    grouped = parts.groupby(["span", "key", "measure"])
    sums = grouped[["number", "low", "high"]].sum()
    some = grouped[["without_number", "without_bound", "unstated"]].any()
    return pd.DataFrame(
        {
            "count": sums["number"].mask(some["without_number"]),
            "count_low": sums["low"].mask(some["without_bound"]),
            "count_high": sums["high"].mask(some["without_bound"]),
            "small": grouped["small"].all(),
            "unstated": some["unstated"],
        }
    ).reset_index()


def _said(
    rows: pd.DataFrame, whole: "np.ndarray[Any, np.dtype[np.bool_]]", rules: Protection
) -> pd.DataFrame:
    """Add what is said of each row, and what follows from its bounds."""
    known = rows["count"].notna().to_numpy()
    bounded = rows["count_high"].notna().to_numpy()
    few = rows["count_high"].lt(UNRELIABLE_BELOW) | rows["count"].lt(UNRELIABLE_BELOW)
    noted = rows[["open", "count", "unstated", "count_low", "count_high", "small"]]
    note = [
        _note(row, covered, rules)
        for row, covered in zip(noted.itertuples(index=False), whole, strict=True)
    ]
    is_events = (rows["measure"] == INCIDENTS).to_numpy()
    low, high = (
        poisson_interval(rows[end].where(is_events).to_numpy(np.float64))[at]
        for at, end in enumerate(("count_low", "count_high"))
    )
    uncovered = ~known & ~whole
    rows = rows.assign(
        note=pd.array(note, dtype="string"),
        basis=pd.Series("count", index=rows.index, dtype="string").where(known),
        low_count=few.where(is_events & (known | bounded)),
        interval_low=np.where(uncovered, np.nan, low),
        interval_high=np.where(uncovered, np.nan, high),
    )
    rows.loc[uncovered, ["count_low", "count_high"]] = np.nan
    rows.loc[rows["unstated"].fillna(value=False).astype(bool), "count_high"] = np.nan
    # What is open follows from the released cell of records without a unit, and so tells no more.
    rows.loc[rows["open"], ["count_high", "interval_high"]] = np.nan
    return rows.drop(columns=["small", "unstated", "open"])


def _note(row: Any, covered: bool, rules: Protection) -> str:
    may_be_more = [NO_PLACE] if row.open else []
    if pd.notna(row.count):
        notes = [f"{ROUNDED}{rules.round_to}"] if rules.round_to > 1 else []
        return "; ".join([*notes, *([AT_LEAST] if row.unstated else []), *may_be_more])
    if pd.isna(row.count_high):
        return WITHHELD
    fewer = f"{FEWER}{int(row.count_high) + 1}"
    between = BETWEEN.format(low=int(row.count_low), high=int(row.count_high))
    said = fewer if row.small else between
    return "; ".join([said, *may_be_more, *([] if covered else [NOT_COVERED])])
