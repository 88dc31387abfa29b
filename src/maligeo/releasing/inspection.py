"""What a frame holds that its rules do not let pass, found without what it was made from."""

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from maligeo import columns
from maligeo.releasing.coarsening import LEVELS, first_days, on_grid
from maligeo.releasing.policy import TIMES, MeasureRules, RecordRules

_GAPS: Final = (
    "vintage", "pcode", "name", "place_kind", "period_start", "period_end", "publisher",
    "need_rank", "need_rank_low", "need_rank_high", "response_rank", "response_rank_low",
    "response_rank_high", "gap_places", "gap_places_low", "gap_places_high", "agreement",
    "certainty", "no_response", "note",
)  # fmt: skip
_RATES: Final = ("_per_100k", "_per_1000_sqkm", "_smoothed_per_100k", "_local_per_100k")
PLAIN: Final = {
    "figures": columns.FIGURES,
    "population": columns.POPULATION,
    "units": columns.UNITS,
    "weights": (
        "from_vintage", "from_pcode", "from_name", "to_vintage", "to_pcode", "to_name",
        "weight", "method", "exact", "note",
    ),
    "placement": (
        "programme", "sector", "funder", "projects", "placed", "countrywide", "unattributed",
        "outside",
    ),
}  # fmt: skip
HEADINGS: Final = ("programme", "sector", "funder")  # what a matrix of presence may be by
_NUMBERED: Final = ("area_id",)  # a number of no meaning, given at release


def record_faults(frame: pd.DataFrame, rules: RecordRules, *, kind: str) -> list[str]:
    """List what records hold that does not pass.

    Parameters
    ----------
    frame : pandas.DataFrame
        Incidents, areas or projects that say they are released.
    rules : RecordRules
        By which they were released.
    kind : {"incidents", "areas", "projects"}
        What they are.

    Returns
    -------
    list of str
        Columns, places, dates and rows that stand alone; empty when all is well.
    """
    passing = {*rules.columns, *(_NUMBERED if kind == "areas" else ())}
    faults = [f"column {name!r}" for name in frame.columns if name not in passing]
    faults += [
        f"level {level}"
        for level in LEVELS
        if level > rules.finest_level and f"adm{level}_name" in frame.columns
    ]
    return faults + _date_faults(frame, rules) + _place_faults(frame, rules) + _lone(frame, rules)


def published_faults(frame: pd.DataFrame) -> list[str]:
    """List what a frame of published records holds beside what was published."""
    known = columns.RECORD_COLUMNS - {"geometry", "lon", "lat"}
    return [f"column {name!r}" for name in frame.columns if name not in known]


def table_faults(table: pd.DataFrame, rules: MeasureRules) -> list[str]:
    """List what a density table holds that does not pass; published figures may be small."""
    faults = [f"column {name!r}" for name in table.columns if name not in columns.DENSITY]
    own = table[table["publisher"].isna()] if "publisher" in table.columns else table
    measures = own["measure"].dropna().unique()
    faults += [f"measure {name!r}" for name in measures if not rules.is_shown(str(name))]
    delicate = own[own["measure"].map(rules.is_hidden_when_small).astype(bool)]
    small = (delicate["count"] > 0) & (delicate["count"] < rules.smallest_cell)
    if small.fillna(False).any():
        faults.append(f"counts below {rules.smallest_cell}")
    if "source" in own.columns and delicate["source"].notna().any():
        faults.append("column 'source' of counts that nobody published")
    return faults


def gap_columns_withheld(gaps: pd.DataFrame, rules: MeasureRules) -> list[str]:
    """Name the columns of gaps that do not pass."""
    return [
        str(name)
        for name in gaps.columns
        if name not in _GAPS and not rules.is_shown(_without_rate(str(name)))
    ]


def plain_columns_withheld(frame: pd.DataFrame, *, kind: str) -> list[str]:
    """Name the columns of a plain table that do not pass."""
    if kind == "presence":
        return [] if frame.columns.name in HEADINGS else [str(frame.columns.name)]
    return [str(name) for name in frame.columns if name not in PLAIN[kind]]


def _date_faults(frame: pd.DataFrame, rules: RecordRules) -> list[str]:
    """Find dates that are told to the day where a month or more is due."""
    finest = min(TIMES.index(time) for _, time in rules.steps)
    faults = []
    for name in (name for name in rules.dates if name in frame.columns):
        dates = pd.to_datetime(frame[name])
        known = dates.notna()
        if (dates[known] != first_days(dates[known], TIMES[finest])).any():
            faults.append(f"dates in {name!r} finer than the {TIMES[finest]}")
    if "date_precision" in frame.columns and "date_precision" in rules.columns:
        words = set(frame["date_precision"].dropna().astype(str))
        if not words <= set(TIMES[finest:]):
            faults.append("dates that say to be finer")
    return faults


def _place_faults(frame: pd.DataFrame, rules: RecordRules) -> list[str]:
    if not isinstance(frame, gpd.GeoDataFrame):
        return []
    if all(place != "exact" for place, _ in rules.steps):
        shapes = np.asarray(frame.geometry.array, dtype=object)
        if not on_grid(shapes, rules.grid_degrees).all():
            return [f"places finer than {rules.grid_degrees:g} degrees"]
    if rules.without_shape and "status" in frame.columns:
        drawn = frame.geometry.notna() & ~frame.geometry.is_empty
        if (drawn & frame["status"].isin(rules.without_shape).fillna(False)).any():
            return [f"shapes of {' and '.join(rules.without_shape)} land"]
    return []


def _lone(frame: pd.DataFrame, rules: RecordRules) -> list[str]:
    """Find rows that fewer than the smallest cell share."""
    if rules.smallest_cell <= 1 or frame.empty:
        return []
    plain = pd.DataFrame(frame).drop(columns=list(_NUMBERED), errors="ignore")
    if isinstance(frame, gpd.GeoDataFrame):
        plain[frame.geometry.name] = frame.geometry.to_wkb(hex=True)
    sizes = plain.groupby(list(plain.columns), dropna=False).size()
    few = int(sizes.min()) < rules.smallest_cell
    return [f"rows that fewer than {rules.smallest_cell} share"] if few else []


def _without_rate(name: str) -> str:
    return next((name.removesuffix(rate) for rate in _RATES if name.endswith(rate)), name)
