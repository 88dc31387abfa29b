"""What a frame holds that its rules do not let pass, found without what it was made from."""

import re
from collections.abc import Iterator
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from maligeo.core import columns, words
from maligeo.core.audiences import published_rows
from maligeo.core.columns import unit_keys, unlisted_words
from maligeo.core.crs import Floats
from maligeo.disclosure.area_sums import SUM_COLUMNS
from maligeo.disclosure.generalisation import (
    END,
    LEVELS,
    first_days,
    last_days,
    on_grid,
    unit_names,
)
from maligeo.disclosure.policy import ANY, TIMES, Lattice, RecordRules, Rules
from maligeo.disclosure.published import published_counts
from maligeo.join.declared import COMPUTED, DECLARED
from maligeo.measure.answer import CLASSES
from maligeo.measure.certainty import CAUSES, SOLID
from maligeo.measure.event_sizes import VICTIMS, bounds_of_victims, sizes_of
from maligeo.measure.need_response import STATES
from maligeo.measure.rates import poisson_interval
from maligeo.readers.reference import is_reference_unit
from maligeo.text.answers import has_own_sentences

_GAPS: Final = (
    "vintage", "pcode", "name", "place_kind", "period_start", "period_end", "publisher",
    "need_rank", "need_rank_low", "need_rank_high", "response_rank", "response_rank_low",
    "response_rank_high", "gap_places", "gap_places_low", "gap_places_high", "agreement",
    "response_state", "class", "certainty", "depends_on", "sentence", "organisations",
    "projects_by_share", "undated", "planned", "unplaced", "named", "response_start",
    "response_end", "in_period", "note",
)  # fmt: skip
_ENDS: Final = ("_low", "_high")
_BESIDE: Final = ("_undated", "_unstated")  # numbers of records
_RATES: Final = (
    "_ci_low", "_ci_high", "_smoothed_per_100k", "_local_per_100k", "_per_100k", "_per_1000_sqkm",
    *_ENDS, *_BESIDE,
)  # fmt: skip
_BOUNDS: Final = re.compile(r"(?:fewer than (?P<above>\d+)|between (?P<low>\d+) and (?P<high>\d+))")
_MOST_CELLS: Final = 40  # of which a count is the sum: quarters of ten years
_TELLING: Final = (  # columns that give a count back
    "count", "count_low", "count_high", "per_1000_sqkm", "per_100k", "ci_low", "ci_high",
    "smoothed_per_100k", "local_per_100k", "per_incident", "records", "low_count",
)  # fmt: skip
PLAIN: Final = {
    "figures": columns.FIGURES,
    "results": columns.RESULTS,
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
_OF_ORGANISATIONS: Final = "organisation"  # also this, for those who see who carries projects out
_UNIT_NAMES: Final = tuple(f"adm{level}_name" for level in LEVELS)
_OUTLINE: Final = 2  # dimensions of a polygon
_MARKS: Final = frozenset(
    {
        *("event_type", "date", "date_precision", "location_precision", "vintage", "adm1_pcode"),
        *(
            "adm1_name",
            "adm2_pcode",
            "adm2_name",
            "place_kind",
            "locate_method",
            "count",
            "geometry",
        ),
    }
)
_RECORDS_NUMBERED: Final = r"not fully stated for \d"  # in a remark: it numbers records
_UNTOLD: Final = ("source", "records", "per_incident", "unique_total")  # of protected counts
_FREQUENCIES: Final = {"day": "D", "month": "M", "quarter": "Q", "year": "Y"}
_PLACES: Final = frozenset({"geometry", "lon", "lat", "place_name", "place_lon", "place_lat"})
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
        Columns, places and dates that are too fine; empty when all is well.
    """
    passing = {*rules.columns, *(_NUMBERED if kind == "areas" else ())}
    faults = [f"column {name!r}" for name in frame.columns if name not in passing]
    faults += [
        f"level {level}"
        for level in LEVELS
        if level > rules.finest_level and f"adm{level}_name" in frame.columns
    ]
    faults += [f"words of no list in {name!r}" for name in unlisted_words(frame)]
    return faults + _date_faults(frame, rules) + _place_faults(frame, rules)


def mark_faults(frame: pd.DataFrame, rules: Rules) -> list[str]:
    """List what marks hold apart from the counts of released cells."""
    faults = [f"column {name!r}" for name in frame.columns if name not in _MARKS]
    if faults or frame.empty:
        return faults
    cells = [name for name in frame.columns if name not in ("event_type", "count", "geometry")]
    counts = frame["count"] if "count" in frame.columns else pd.Series(1, index=frame.index)
    odd = (counts % rules.protection.round_to != 0) | (counts < rules.protection.smallest_cell)
    if odd.fillna(value=True).any() or frame.duplicated(cells).any():
        faults.append("marks that no released cell stands for")
    units = [name for name in cells if name.startswith("adm")]
    shapes = pd.Series(shapely.to_wkb(_shapes_of(frame), hex=True), index=frame.index)
    if (shapes.groupby([frame[name] for name in units], dropna=False).nunique() > 1).any():
        faults.append("marks that no unit stands for")
    if frame["event_type"].notna().any():
        faults.append("types of incidents")
    return faults + _mark_cell_faults(frame.assign(day=frame["date"]), rules)


def _mark_cell_faults(marks: pd.DataFrame, rules: Rules) -> list[str]:
    level = 2 if "adm2_pcode" in marks.columns else 1
    named = {f"adm{level}_{part}": part for part in ("pcode", "name")}
    needed = {*named, "vintage", "place_kind", "date_precision"}
    if missing := sorted(needed - set(marks.columns)):
        return [f"no column {missing[0]!r}"]
    cells = marks.rename(columns={**named, "date_precision": "time"})
    return _cell_faults(cells, rules.lattice_for("incidents"), rules)


def sum_faults(frame: pd.DataFrame, rules: Rules) -> list[str]:
    """List what sums of areas hold apart from units, years and square metres."""
    faults = [f"column {name!r}" for name in frame.columns if name not in SUM_COLUMNS]
    measures = frame["status"].dropna().astype("string") + "_sqm"
    lattice = rules.lattice_for("areas")
    faults += [f"measure {name!r}" for name in measures.unique() if not lattice.has(name)]
    keys = [
        name for name in ("status", "end_date", "pcode", "name", "place_kind", "basis")
        if name in frame.columns
    ]  # fmt: skip
    if not faults and frame.duplicated(keys).any():
        faults.append("areas that are not added up")
    if "basis" in frame.columns and not frame["basis"].dropna().isin((COMPUTED, DECLARED)).all():
        faults.append("words of no list in 'basis'")
    cells = frame.assign(day=frame["end_date"], time=frame["date_precision"])
    return faults + _cell_faults(cells, lattice, rules)


def _cell_faults(rows: pd.DataFrame, lattice: Lattice, rules: Rules) -> list[str]:
    """Find units, and first days of a time, that no cell of a lattice has."""
    levels = _levels(rows, rules)
    if not all(lattice.times(level) for level in levels):
        return ["units that are in no lattice"]
    times = list(dict.fromkeys(time for level in levels or LEVELS for time in lattice.times(level)))
    if ANY in times:
        return []
    stands = rows["day"].isna()
    for time in times:
        stands |= (rows["time"] == time) & (rows["day"] == first_days(rows["day"], time))
    return [] if stands.all() else [f"dates that stand for no {' or '.join(times)}"]


def published_faults(frame: pd.DataFrame) -> list[str]:
    """List what a frame of published records holds apart from what was published."""
    known = columns.RECORD_COLUMNS - _PLACES
    return [f"column {name!r}" for name in frame.columns if name not in known]


def table_faults(table: pd.DataFrame, rules: Rules) -> list[str]:
    """List what a density table holds that does not pass; published figures may be small."""
    faults = [f"column {name!r}" for name in table.columns if name not in columns.DENSITY]
    own = table[~published_counts(table)]
    measures = [str(name) for name in own["measure"].dropna().unique()]
    faults += [f"measure {name!r}" for name in measures if rules.lattice_of(name) is None]
    for measure in measures:
        faults += _lattice_faults(own[own["measure"] == measure], measure, rules)
    delicate = own[own["measure"].map(rules.is_protected).astype(bool)]
    faults += _count_faults(delicate, rules)
    return list(dict.fromkeys(faults)) + _hidden_faults(own) + _note_faults(own)


def _lattice_faults(rows: pd.DataFrame, measure: str, rules: Rules) -> list[str]:
    """Find units and periods that are no cells of the lattice of a measure."""
    lattice = rules.lattice_of(measure)
    if lattice is None:
        return []
    levels = _levels(rows, rules) or {level for level, _ in lattice.cells}
    if not all(lattice.times(level) for level in levels):
        return [f"units of {measure!r} that are in no lattice"]
    known = [time for time in map(lattice.finest, levels) if time]
    if not known:
        return []
    finest = min(known, key=TIMES.index)
    start, end = rows["period_start"], rows["period_end"]
    code = _FREQUENCIES[finest]
    timeless = start.isna() & end.isna() & (lattice.delay_days == 0)  # where nothing has to wait
    whole = start.notna() & end.notna()
    whole &= start == start.dt.to_period(code).dt.start_time
    whole &= end == end.dt.to_period(code).dt.end_time.dt.normalize()
    told = rows[list(_amounts(rows))].notna().any(axis="columns")
    passes = whole | timeless | ~told
    return [] if passes.all() else [f"periods of {measure!r} finer than the {finest}"]


def _levels(rows: pd.DataFrame, rules: Rules) -> set[int]:
    """Give the levels of the units of some rows; 0 for a unit that is in no reference table."""
    units = rows[rows["place_kind"] == "unit"]
    if rules.boundaries:  # an organisation's own units, which no table lists
        return set()
    vintages = units["vintage"].astype("string")
    found = set(zip(vintages, unit_keys(units), strict=True))
    return {
        next((one for one in LEVELS if is_reference_unit(str(vintage), one, str(key))), 0)
        for vintage, key in found
    }


def _count_faults(delicate: pd.DataFrame, rules: Rules) -> list[str]:
    """Find counts of incidents and victims that no released cell can have."""
    counted = delicate[delicate["basis"] != "derived"] if "basis" in delicate else delicate
    odd = counted["count"] % rules.protection.round_to != 0
    small = counted["count"] < rules.protection.smallest_cell
    faults = []
    if (counted["count"].notna() & (odd | small)).fillna(value=False).any():
        faults.append("counts that are not rounded")
    if "note" in counted and counted["note"].astype("string").str.contains(_RECORDS_NUMBERED).any():
        faults.append("remarks in 'note' that number records")
    untold = [name for name in _UNTOLD if name in delicate.columns and delicate[name].notna().any()]
    victims = delicate[delicate["measure"] != "incidents"]
    untold += [
        name for name in ("ci_low", "ci_high") if name in victims and victims[name].notna().any()
    ]
    return faults + [f"column {name!r} of counts that nobody published" for name in untold]


def _amounts(rows: pd.DataFrame) -> list[str]:
    return [name for name in _TELLING if name in rows.columns]


def _hidden_faults(own: pd.DataFrame) -> list[str]:
    """Find values in rows that say to be withheld."""
    note = own["note"].astype("string").fillna("") if "note" in own.columns else None
    if note is None:
        return []
    hidden = own[note.str.startswith(columns.WITHHELD)]
    known = ("count_low", "count_high", "ci_low", "ci_high", "low_count")  # of cells with bounds
    telling = [name for name in _amounts(own) if name not in known and hidden[name].notna().any()]
    return [f"values of withheld counts in {name!r}" for name in telling]


def _note_faults(own: pd.DataFrame) -> list[str]:
    """Find remarks that this library did not write."""
    notes = own["note"].dropna().unique() if "note" in own.columns else []
    is_foreign = any(words.known_remarks(note) != str(note) for note in notes)
    return ["remarks in 'note' of somebody's own"] if is_foreign else []


def gap_faults(gaps: pd.DataFrame, rules: Rules) -> list[str]:
    """List what gaps hold that does not pass; those of published figures may be small."""
    faults = [f"column {name!r}" for name in gap_columns_withheld(gaps, rules)]
    own = gaps[~published_rows(gaps)]
    own = own[own["publisher"].isna()] if "publisher" in own.columns else own
    for name in (name for name in own.columns if rules.is_protected(str(name))):
        if (own[name] % rules.protection.round_to != 0).fillna(value=False).any():
            faults.append(f"counts that are not rounded in {name!r}")
        faults += _end_faults(own, str(name), rules)
    return faults + _finding_faults(gaps)


def _end_faults(own: pd.DataFrame, name: str, rules: Rules) -> list[str]:
    """Find intervals that are narrower than what a release leaves open of a count."""
    if rules.protection.round_to == 1 or f"{name}_low" not in own.columns:
        return []
    is_unit = own["place_kind"] == "unit"
    units = own[is_unit]
    found = [units[f"{name}{end}"].to_numpy(np.float64, na_value=np.nan) for end in _ENDS]
    sizes, others = (sizes_of(own.loc[rows, [name]].set_axis(["count"], axis=1))
                     for rows in (is_unit, ~is_unit))  # fmt: skip
    unexplained = np.ones(len(units), dtype=np.bool_)
    for low, high in _left_open(units[name], units["note"], rules):
        widest = (poisson_interval(low)[0], poisson_interval(high)[1])
        if name in VICTIMS:
            widest = bounds_of_victims(low, high, sizes, others)
        at_low, at_high = (
            np.isnan(end) | np.isclose(end, left) for end, left in zip(found, widest, strict=True)
        )
        unexplained &= ~(at_low & at_high)
        if not unexplained.any():
            return []
    return [f"bounds in {name!r} that no released count leaves open"]


def _left_open(
    counts: pd.Series, notes: pd.Series, rules: Rules
) -> Iterator[tuple[Floats, Floats]]:
    """Give the least and most that counts may have been, in each way that a release leaves open.

    A count is the sum of released cells, one or several, of which the smallest are known to be
    no less than they are; of one that is withheld the note says it.
    """
    protection = rules.protection
    to, width = protection.round_to, protection.round_to - 1
    smallest = -(-protection.smallest_cell // to) * to
    known = max(protection.smallest_cell - (smallest - width), 0)  # of a cell of that size
    count = counts.to_numpy(np.float64, na_value=np.nan)
    ends = np.array([_withheld(note) for note in notes], dtype=np.float64).reshape(-1, 2)
    most = int(np.nanmax(count, initial=0) // smallest)
    for cells in range(1, min(max(most, 1), _MOST_CELLS) + 1):
        for few in range(cells + 1):
            others = count - few * smallest
            can_be = others >= (cells - few) * (smallest + to) if few < cells else others == 0
            low = np.where(can_be, count - cells * width + few * known, np.nan)
            high = np.where(can_be, count + cells * width, np.nan)
            stated = ~np.isnan(count)
            yield np.where(stated, low, ends[:, 0]), np.where(stated, high, ends[:, 1])


def _withheld(note: object) -> tuple[float, float]:
    """Give the least and most that a count may be of which a note says that."""
    said = _BOUNDS.search("" if pd.isna(note) else str(note))
    if said is None:
        return np.nan, np.nan
    if said["above"]:
        return 0.0, float(said["above"]) - 1
    return float(said["low"]), float(said["high"])


def _finding_faults(gaps: pd.DataFrame) -> list[str]:
    """Find classes, certainties and sentences that this library did not write."""
    known = {"class": CLASSES, "depends_on": (SOLID, *CAUSES), "response_state": STATES}
    faults = [
        f"words of no list in {name!r}"
        for name, listed in known.items()
        if name in gaps.columns and not gaps[name].dropna().isin(listed).all()
    ]
    if "certainty" in gaps.columns and not gaps["certainty"].dropna().between(0, 1).all():
        faults.append("values in 'certainty' that are no share")
    if "sentence" in gaps.columns and not has_own_sentences(gaps):
        faults.append("sentences of somebody's own")
    return faults


def unit_faults(units: pd.DataFrame) -> list[str]:
    """List what units hold apart from their names, codes and outlines."""
    faults = [f"column {name!r}" for name in plain_columns_withheld(units, kind="units")]
    shapes = _shapes_of(units)
    outlines = shapely.is_missing(shapes) | (shapely.get_dimensions(shapes) == _OUTLINE)
    return faults if outlines.all() else [*faults, "shapes that are no outlines"]


def gap_columns_withheld(gaps: pd.DataFrame, rules: Rules) -> list[str]:
    """Name the columns of gaps that do not pass."""
    return [
        str(name)
        for name in gaps.columns
        if name not in _GAPS
        and (
            rules.lattice_of(_without_rate(str(name))) is None
            or (str(name).endswith(_BESIDE) and rules.protection.smallest_cell > 1)
        )
    ]


def plain_columns_withheld(frame: pd.DataFrame, *, kind: str, names: bool = False) -> list[str]:
    """Name the columns of a plain table that do not pass; `names` of organisations may."""
    if kind == "presence":
        allowed = (*HEADINGS, *([_OF_ORGANISATIONS] if names else []))
        return [] if frame.columns.name in allowed else [str(frame.columns.name)]
    return [str(name) for name in frame.columns if name not in PLAIN[kind]]


def _date_faults(frame: pd.DataFrame, rules: RecordRules) -> list[str]:
    """Find dates that are given to the day where a month or more is due."""
    finest = TIMES.index(rules.step.time)
    faults = []
    for name in (name for name in rules.dates if name in frame.columns):
        dates = pd.to_datetime(frame[name])
        known = dates.notna()
        ends = [first_days(dates[known], TIMES[finest])]
        ends += [last_days(frame[known], name, TIMES[finest])] if name == END else []
        if not any((dates[known] == days).all() for days in ends):
            faults.append(f"dates in {name!r} finer than the {TIMES[finest]}")
    if "date_precision" in frame.columns and "date_precision" in rules.columns:
        precisions = set(frame["date_precision"].dropna().astype(str))
        if not precisions <= set(TIMES[finest:]):
            faults.append("dates that say to be finer")
    return faults


def _place_faults(frame: pd.DataFrame, rules: RecordRules) -> list[str]:
    shapes, faults = _shapes_of(frame), []
    if rules.step.place != "exact":
        if rules.grid_degrees is not None and not on_grid(shapes, rules.grid_degrees).all():
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


def _without_rate(name: str) -> str:
    return next((name.removesuffix(rate) for rate in _RATES if name.endswith(rate)), name)
