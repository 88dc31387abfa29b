"""How much more, or less, than before: ratios of yearly rates with what they leave open."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from maligeo.core.audiences import inherit_audience
from maligeo.core.checks import require_columns
from maligeo.core.columns import DENSITY
from maligeo.core.crs import Floats
from maligeo.core.errors import ArgumentError
from maligeo.core.periods import Period, parse_period
from maligeo.join.declared import DECLARED
from maligeo.measure.densities import EVENTS
from maligeo.measure.rates import ratio_interval, whole_counts

COLUMNS: Final = (
    "vintage", "pcode", "name", "place_kind", "measure", "publisher",
    "earlier_start", "earlier_end", "earlier_count", "later_start", "later_end", "later_count",
    "ratio", "ratio_low", "ratio_high", "basis", "note",
)  # fmt: skip

_MOST_UNLIKE: Final = 0.12  # in length: February beside January
_INCIDENTS: Final = "incidents"
_OF_UNIT: Final = ["area_sqkm", "population", "population_year", "source"]
_KEY = ["vintage", "pcode", "name", "place_kind", "measure", "publisher"]
_VALUES = ["count", "count_low", "count_high", "basis", "note"]
_ROUNDED = "the interval holds for every whole count that rounds to the published share"
_UNBOUNDED = "no ratio: a count is not known, or only as 'at least' or as a part of another unit's"


def growth(table: pd.DataFrame, *, earlier: str, later: str) -> pd.DataFrame:
    """Compare the yearly rates of incidents in two periods.

    Parameters
    ----------
    table : pandas.DataFrame
        Density table that holds both periods, as from `density`.
    earlier, later : str
        Periods of the table, such as "2021-01/2021-09"; they must not overlap.

    Returns
    -------
    pandas.DataFrame
        One row per unit (or kind of place), measure and publisher in both periods:
        `vintage, pcode, name, place_kind, measure, publisher, earlier_start,
        earlier_end, earlier_count, later_start, later_end, later_count, ratio,
        ratio_low, ratio_high, basis, note`. `ratio` is the later count per day over the
        earlier one: 2 is twice as many, and an interval that holds 1 shows no change.
        There is no ratio without its interval. Of counts derived from rounded shares the
        interval covers every whole count that the share allows; other counts that are
        not whole, and those that are "at least", have none.

    Raises
    ------
    ArgumentError
        If the periods overlap, the table does not hold them, or its measures are not of
        independent events: the victims of one incident are not.
    FrameError
        If a column is missing.

    Notes
    -----
    See `maligeo.measure.rates.ratio_interval` for the method.

    Examples
    --------
    >>> import maligeo
    >>> import pandas as pd
    >>> units = maligeo.load_boundaries()
    >>> days = pd.to_datetime(["2021-03-01"] * 20 + ["2022-03-01"] * 30)
    >>> records = pd.DataFrame({"date": days, "event_type": "ied", "lon": -4.2, "lat": 14.5})
    >>> table = maligeo.density(
    ...     maligeo.locate(records, units), units, measure="incidents", period="year"
    ... )
    >>> changes = maligeo.growth(table, earlier="2021", later="2022")
    >>> changes.loc[changes["name"] == "Mopti", ["ratio", "ratio_low", "ratio_high"]].round(2)
       ratio  ratio_low  ratio_high
    4    1.5       0.82        2.79
    """
    require_columns(table, (*_KEY, *_VALUES, "period_start", "period_end"), what="density table")
    first, second = parse_period(earlier), parse_period(later)
    if first.end >= second.start:
        raise ArgumentError(f"{earlier} must end before {later} starts")
    usable = table[table["measure"].isin(EVENTS)]
    sides = [_side(usable, span, text) for span, text in ((first, earlier), (second, later))]
    both = sides[0].merge(sides[1], on=_KEY, suffixes=("_1", "_2"), sort=True)
    if both.empty:
        raise ArgumentError(f"no unit and publisher has counts for both {earlier} and {later}")
    compared = _compared(both, _days(second) / _days(first))
    ends = {
        "earlier_start": first.start, "earlier_end": first.end,
        "later_start": second.start, "later_end": second.end,
    }  # fmt: skip
    return compared.assign(**ends)[list(COLUMNS)]


def growth_measure(table: pd.DataFrame) -> pd.DataFrame:
    """Give the growth of incidents as a measure of a density table, for maps and files.

    Parameters
    ----------
    table : pandas.DataFrame
        Density table of incidents in several periods, as from `density`.

    Returns
    -------
    pandas.DataFrame
        Rows of a density table, for `concat_tables`, one for each unit and period that can be
        held against another: the latest of the same publisher that ended before and is about as
        long, as months and quarters are. `measure` is "incidents_growth", `count` the ratio of
        the rates as from `growth`, `count_low` and `count_high` its 95 % interval. No rows where
        no two periods fit.

    Raises
    ------
    FrameError
        If a column is missing.

    Examples
    --------
    >>> import maligeo
    >>> import pandas as pd
    >>> units = maligeo.load_boundaries()
    >>> days = pd.to_datetime(["2021-03-01"] * 20 + ["2022-03-01"] * 30)
    >>> records = pd.DataFrame({"date": days, "event_type": "ied", "lon": -4.2, "lat": 14.5})
    >>> table = maligeo.density(
    ...     maligeo.locate(records, units), units, measure="incidents", period="year"
    ... )
    >>> rows = maligeo.growth_measure(table)
    >>> rows.loc[rows["name"] == "Mopti", ["measure", "count"]]
                measure  count
    4  incidents_growth    1.5
    """
    require_columns(table, DENSITY, what="density table")
    incidents = table[table["measure"] == _INCIDENTS]
    found = [
        _grown(incidents[_is_of(incidents, publisher)], *pair)
        for publisher, spans in _spans(incidents)
        for pair in _pairs(spans)
    ]
    rows = pd.concat(found) if found else incidents.head(0)
    typed = rows.reindex(columns=list(DENSITY)).astype(table.dtypes[list(DENSITY)].to_dict())
    return inherit_audience(typed.reset_index(drop=True), table)


def _spans(table: pd.DataFrame) -> Iterator[tuple[object, list[Period]]]:
    """Give the periods of each publisher, oldest first."""
    dated = table[table["period_start"].notna() & table["period_end"].notna()]
    for publisher, rows in dated.groupby("publisher", dropna=False, sort=True):
        ends = rows[["period_start", "period_end"]].drop_duplicates().sort_values("period_start")
        yield publisher, [Period(*span) for span in ends.itertuples(index=False)]


def _pairs(spans: Sequence[Period]) -> Iterator[tuple[Period, Period]]:
    """Give each period with the latest one before it that is about as long."""
    for later in spans:
        before = [one for one in spans if one.end < later.start]
        fitting = [one for one in before if abs(_days(one) / _days(later) - 1) < _MOST_UNLIKE]
        if fitting:
            yield max(fitting, key=lambda one: one.end), later


def _is_of(table: pd.DataFrame, publisher: object) -> "pd.Series[bool]":
    if pd.isna(publisher):
        return table["publisher"].isna()
    return (table["publisher"] == publisher).fillna(False).astype(bool)


def _grown(table: pd.DataFrame, earlier: Period, later: Period) -> pd.DataFrame:
    """Write the growth between two periods as rows of a density table."""
    spans = [f"{span.start:%Y-%m-%d}/{span.end:%Y-%m-%d}" for span in (earlier, later)]
    changes = growth(table, earlier=spans[0], later=spans[1])
    changes = changes[changes["place_kind"] == "unit"]
    is_known = np.isfinite(_floats(changes["ratio"]))
    against = f"against {earlier.start:%Y-%m-%d} to {earlier.end:%Y-%m-%d}"
    note = (changes["note"].fillna("") + "; " + against).str.removeprefix("; ")
    rows = table[(table["period_start"] == later.start) & (table["place_kind"] == "unit")]
    kept = rows.drop_duplicates(_KEY)[[*_KEY, *_OF_UNIT]]
    high = changes["ratio_high"].mask(~np.isfinite(_floats(changes["ratio_high"])))
    return changes.merge(kept, on=_KEY, how="left").assign(
        measure=f"{_INCIDENTS}_growth",
        period_start=later.start,
        period_end=later.end,
        count=changes["ratio"].where(is_known).to_numpy(),
        count_low=changes["ratio_low"].where(is_known).to_numpy(),
        count_high=high.where(is_known).to_numpy(),
        note=note.to_numpy(),
    )


def _days(span: Period) -> int:
    return int((span.end - span.start).days) + 1


def _side(table: pd.DataFrame, span: Period, text: str) -> pd.DataFrame:
    rows = table[(table["period_start"] == span.start) & (table["period_end"] == span.end)]
    if rows.empty:
        raise ArgumentError(
            f"the table has no incidents for exactly {text}: count them by these periods"
        )
    return rows[[*_KEY, *_VALUES]]


def _compared(both: pd.DataFrame, time_ratio: float) -> pd.DataFrame:
    least, most = (_whole_bounds(both, "_1"), _whole_bounds(both, "_2"))
    low, _ = ratio_interval(most[0], least[1])
    _, high = ratio_interval(most[1], least[0])
    earlier, later = (_floats(both[f"count_{side}"]) for side in (1, 2))
    known = ~(np.isnan(low) | np.isnan(high))
    ratio = np.divide(later, earlier, out=np.full(len(both), np.inf), where=earlier > 0)
    ratio[(earlier == 0) & (later == 0)] = np.nan
    sides = both[["basis_1", "basis_2"]]
    derived = ~sides.isin(["count", DECLARED]).all(axis=1)
    counted = (sides == DECLARED).any(axis=1).map({True: DECLARED, False: "count"})
    result: dict[str, Any] = {
        "earlier_count": earlier,
        "later_count": later,
        "ratio": np.where(known, ratio / time_ratio, np.nan),
        "ratio_low": low / time_ratio,
        "ratio_high": high / time_ratio,
    }
    table = both[_KEY].assign(**{name: pd.array(v, "Float64") for name, v in result.items()})
    table["basis"] = counted.mask(derived, "derived").astype("string")
    note = pd.Series(pd.NA, index=both.index, dtype="string").mask(derived, _ROUNDED)
    return table.assign(note=note.mask(~known, _UNBOUNDED))


def _whole_bounds(both: pd.DataFrame, side: str) -> tuple[Floats, Floats]:
    """Give the least and the greatest whole count that a row allows; NaN for none."""
    low, high = whole_counts(*(_floats(both[f"count_{end}{side}"]) for end in ("low", "high")))
    empty = ~(low <= high)
    return np.where(empty, np.nan, low), np.where(empty, np.nan, high)


def _floats(values: pd.Series) -> Floats:
    numbers: Floats = values.to_numpy(dtype=np.float64, na_value=np.nan)
    return numbers
