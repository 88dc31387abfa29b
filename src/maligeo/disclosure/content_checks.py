"""What a frame holds that its rules do not let pass, found without what it was made from."""

from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from maligeo.core import columns, words
from maligeo.core.columns import unlisted_words
from maligeo.disclosure.generalisation import LEVELS, first_days, on_grid, unit_names
from maligeo.disclosure.policy import TIMES, MeasureRules, RecordRules

_GAPS: Final = (
    "vintage", "pcode", "name", "place_kind", "period_start", "period_end", "publisher",
    "need_rank", "need_rank_low", "need_rank_high", "response_rank", "response_rank_low",
    "response_rank_high", "gap_places", "gap_places_low", "gap_places_high", "agreement",
    "certainty", "no_response", "note",
)  # fmt: skip
_RATES: Final = ("_per_100k", "_per_1000_sqkm", "_smoothed_per_100k", "_local_per_100k")
_TELLING: Final = (  # columns that give a count back
    "count", "count_low", "count_high", "per_1000_sqkm", "per_100k", "ci_low", "ci_high",
    "smoothed_per_100k", "local_per_100k", "per_incident", "records", "low_count",
)  # fmt: skip
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
_UNIT_NAMES: Final = tuple(f"adm{level}_name" for level in LEVELS)
_OUTLINE: Final = 2  # dimensions of a polygon
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
    faults += [f"words of no list in {name!r}" for name in unlisted_words(frame)]
    return faults + _date_faults(frame, rules) + _place_faults(frame, rules) + _lone(frame, rules)


def published_faults(frame: pd.DataFrame) -> list[str]:
    """List what a frame of published records holds apart from what was published."""
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
    return faults + _hidden_faults(own) + _note_faults(own)


def _hidden_faults(own: pd.DataFrame) -> list[str]:
    """Find values in rows that say to be withheld."""
    note = own["note"].astype("string").fillna("") if "note" in own.columns else None
    if note is None:
        return []
    hidden = own[note.str.split("; ").str[0] == columns.WITHHELD]
    telling = [name for name in _TELLING if name in own.columns and hidden[name].notna().any()]
    return [f"values of withheld counts in {name!r}" for name in telling]


def _note_faults(own: pd.DataFrame) -> list[str]:
    """Find remarks that this library did not write."""
    notes = own["note"].dropna().unique() if "note" in own.columns else []
    is_foreign = any(words.known_remarks(note) != str(note) for note in notes)
    return ["remarks in 'note' of somebody's own"] if is_foreign else []


def gap_faults(gaps: pd.DataFrame, rules: MeasureRules) -> list[str]:
    """List what gaps hold that does not pass; those of published figures may be small."""
    faults = [f"column {name!r}" for name in gap_columns_withheld(gaps, rules)]
    own = gaps[gaps["publisher"].isna()] if "publisher" in gaps.columns else gaps
    for name in (name for name in own.columns if rules.is_hidden_when_small(str(name))):
        if ((own[name] > 0) & (own[name] < rules.smallest_cell)).fillna(False).any():
            faults.append(f"counts below {rules.smallest_cell} in {name!r}")
    return faults


def unit_faults(units: pd.DataFrame) -> list[str]:
    """List what units hold apart from their names, codes and outlines."""
    faults = [f"column {name!r}" for name in plain_columns_withheld(units, kind="units")]
    shapes = _shapes_of(units)
    outlines = shapely.is_missing(shapes) | (shapely.get_dimensions(shapes) == _OUTLINE)
    return faults if outlines.all() else [*faults, "shapes that are no outlines"]


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
    """Find dates that are given to the day where a month or more is due."""
    finest = min(TIMES.index(time) for _, time in rules.steps)
    faults = []
    for name in (name for name in rules.dates if name in frame.columns):
        dates = pd.to_datetime(frame[name])
        known = dates.notna()
        if (dates[known] != first_days(dates[known], TIMES[finest])).any():
            faults.append(f"dates in {name!r} finer than the {TIMES[finest]}")
    if "date_precision" in frame.columns and "date_precision" in rules.columns:
        precisions = set(frame["date_precision"].dropna().astype(str))
        if not precisions <= set(TIMES[finest:]):
            faults.append("dates that say to be finer")
    return faults


def _place_faults(frame: pd.DataFrame, rules: RecordRules) -> list[str]:
    shapes, faults = _shapes_of(frame), []
    if all(place != "exact" for place, _ in rules.steps):
        if not on_grid(shapes, rules.grid_degrees).all():
            faults.append(f"places finer than {rules.grid_degrees:g} degrees")
        if _has_odd_places(frame):
            faults.append("names of places that are no units")
    if rules.without_shape and "status" in frame.columns:
        drawn = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
        without_shape = frame["status"].isna() | frame["status"].isin(rules.without_shape)
        if (drawn & without_shape.to_numpy(np.bool_)).any():
            faults.append(f"shapes of {' and '.join(rules.without_shape)} land")
    return faults


def _has_odd_places(frame: pd.DataFrame) -> bool:
    """Whether places have other names than the units of their rows, where these are there."""
    named = [name for name in frame.columns if name in _UNIT_NAMES]
    if "place" not in frame.columns or not named:
        return False
    place = frame["place"].astype("string")
    return bool((place.notna() & (place != unit_names(frame)).fillna(True)).any())


def _shapes_of(frame: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Give the shapes of a frame, also of one that has forgotten that it has some."""
    if isinstance(frame, gpd.GeoDataFrame):
        return np.asarray(frame.geometry.array, dtype=object)
    if "geometry" in frame.columns:
        return np.asarray(frame["geometry"], dtype=object)
    return np.full(len(frame), None, dtype=object)


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
