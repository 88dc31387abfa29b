"""What each incident added to a count of people: victims come by incident, not one by one."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from maligeo.core.audiences import inherit_audience
from maligeo.core.columns import unit_keys
from maligeo.core.crs import Floats
from maligeo.core.periods import Period
from maligeo.measure.counts import INCIDENT_MEASURES, sizes_in
from maligeo.measure.rates import clustered_interval

SIZES: Final = "sizes"
VICTIMS: Final = frozenset(measure for measure, parts in INCIDENT_MEASURES.items() if parts)
FEWEST_EVENTS: Final = 5  # of which anything is said; assumed where their number is not known
_SERIES: Final = ["measure", "period_start", "period_end"]


def with_sizes(table: pd.DataFrame, located: pd.DataFrame, units: gpd.GeoDataFrame) -> pd.DataFrame:
    """Add to counts of victims what each incident added to them.

    Parameters
    ----------
    table : pandas.DataFrame
        Density table that was counted from `located`.
    located : pandas.DataFrame
        Incidents, as from `maligeo.locate`.
    units : geopandas.GeoDataFrame
        Units of the table.

    Returns
    -------
    pandas.DataFrame
        The table with `sizes`: a tuple of numbers in each row of victims of a period.
        It says of single incidents what the table does not, and is for computing alone.
    """
    sizes = pd.Series(None, index=table.index, dtype=object)
    keys = unit_keys(table).fillna(table["place_kind"])
    chosen = table["measure"].isin(VICTIMS) & table["period_start"].notna()
    for (measure, start, end), rows in table[chosen].groupby(_SERIES):
        found = sizes_in(located, units, measure=measure, period=Period(start, end))
        for at in rows.index:
            sizes[at] = found.get(str(keys[at]), ())
    return inherit_audience(table.assign(**{SIZES: sizes}), table, located)


def sizes_of(rows: pd.DataFrame) -> list[Floats]:
    """Give what each incident added to the counts of rows of one measure of victims.

    Parameters
    ----------
    rows : pandas.DataFrame, n rows
        `count`, and what is known of its incidents: `sizes`, else `per_incident`.

    Returns
    -------
    list of numpy.ndarray of float64, length n
        Where sizes are not known, equal ones: of as many incidents as `per_incident` says,
        else of five. Empty where the count is not known.
    """
    return [np.asarray(each, dtype=np.float64) for each in _each(rows)]


def bounds_of_victims(
    low: Floats, high: Floats, sizes: Sequence[Floats], others: Sequence[Floats]
) -> tuple[Floats, Floats]:
    """Widen the bounds of n counts of victims to what chance leaves open.

    Parameters
    ----------
    low, high : numpy.ndarray of float64, shape (n,)
        What rounding leaves open of each count.
    sizes : sequence of numpy.ndarray, length n
        What each incident added to it, as from `sizes_of`.
    others : sequence of numpy.ndarray
        The same of incidents that are elsewhere: they too say how large one can be.
    """
    # A count of victims that is within bounds scales with its incidents.
    per_event = np.array([np.sum(each**2) / each.sum() if len(each) else 1.0 for each in sizes])
    largest = max((each.max() for each in (*sizes, *others) if len(each)), default=1.0)
    lower, upper = (
        clustered_interval(end, end * per_event, largest=float(largest)) for end in (low, high)
    )
    return lower[0], upper[1]


def _each(rows: pd.DataFrame) -> Iterator[Any]:
    given = rows[SIZES] if SIZES in rows.columns else pd.Series(None, rows.index, dtype=object)
    known = rows.reindex(columns=["count", "per_incident"]).astype("Float64")
    for sizes, count, mean in zip(given, known["count"], known["per_incident"], strict=True):
        if pd.isna(count) or count <= 0:
            yield ()
        elif isinstance(sizes, tuple):
            yield sizes
        else:
            stated = FEWEST_EVENTS if pd.isna(mean) else round(count / mean)
            events = max(int(min(stated, np.ceil(count))), 1)
            yield np.full(events, float(count) / events)
