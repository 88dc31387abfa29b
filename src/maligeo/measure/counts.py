"""Located incidents and allocated areas to counts by unit and period, nothing lost.

For each period every unit has a row, and so has each kind of place that is no unit; what
cannot be put into a period has rows without one. A unit without a record counts zero
where the source covers it, and is missing where nobody says so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from maligeo.core.checks import require_columns, require_known
from maligeo.core.columns import AT_LEAST, NOT_COVERED, OUTSIDE_COVERAGE, UNDATED, unit_keys
from maligeo.core.crs import Floats
from maligeo.core.errors import Fault, FrameError
from maligeo.core.periods import Period
from maligeo.core.placenames import JOINT
from maligeo.join.declared import DECLARED
from maligeo.join.points import unit_level
from maligeo.measure.alike import numbers_of
from maligeo.measure.coverage import Coverage, require_stated
from maligeo.measure.dates import (
    OF_OTHER_PERIODS,
    Days,
    Periods,
    are_apart,
    asked_periods,
    of_periods,
    period_of,
    possible_days,
    span_of,
)
from maligeo.measure.rates import UNRELIABLE_BELOW, sum_by
from maligeo.measure.unplaced import NO_DATE, NO_PLACE, Flags, Scopes, scopes_of

INCIDENT_MEASURES: Final[dict[str, tuple[str, ...]]] = {
    "incidents": (),
    "victims": ("killed", "injured"),
    "killed": ("killed",),
    "injured": ("injured",),
    "civilians": ("civilians_killed", "civilians_injured"),
    "civilians_killed": ("civilians_killed",),
    "civilians_injured": ("civilians_injured",),
}
AREA_MEASURES: Final = ("cancelled", "reduced", "cleared", "suspected", "confirmed")
RELEASED: Final = ("cancelled", "reduced", "cleared")  # the ways in which land is released
RELEASED_SQM: Final = "released_sqm"
HAZARDS: Final = ("suspected", "confirmed")  # what lies there now, whenever it was entered
PLACE_KIND: Final = "place_kind"
LYING: Final = ("joint", "countrywide", "unattributed")  # somewhere in the units
UNPLACED: Final = ("countrywide", "unattributed", "outside")
SOURCE_SEPARATOR: Final = " | "
SQM_DECIMALS: Final = 2  # a square decimetre: finer is the noise of cutting polygons

DECLARED_ALONE: Final = "declared, not measured: overlaps may count twice"
PARTLY_DECLARED: Final = "partly declared, not measured: overlaps may count twice"
_SILENT = f"{AT_LEAST}: not fully stated for "
SILENT: Final = rf"{_SILENT}(\d+) of"  # the first number is that of records
_NO_STATEMENT = f"no record, and {NOT_COVERED}"
_UNCOVERED = "not covered by the source"
_PARTLY = "the source covers a part of the period only"


@dataclass(frozen=True)
class _Entries:
    """What is counted: an entry is a record, or several that count alike.

    Attributes
    ----------
    place : int array
        Position among the units, then among the kinds of place without a unit, then among
        `joints`.
    first, last : datetime64[D] arrays
        The days that the date may mean.
    value : float array
        What the record adds; NaN where it does not say.
    partial : bool array
        Whether it says a part only, such as the killed without the injured.
    declared : bool array
        Whether its square metres are what somebody says, and not computed.
    scopes : Scopes
        In which units those may lie that have none.
    times : int array
        How many records an entry stands for.
    joints : tuple of str
        Names of units that records are in together.
    """

    place: npt.NDArray[np.int64]
    first: Days
    last: Days
    value: Floats
    partial: npt.NDArray[np.bool_]
    declared: npt.NDArray[np.bool_]
    scopes: Scopes
    times: npt.NDArray[np.int64]
    joints: tuple[str, ...] = ()

    @cached_property
    def adds(self) -> Flags:
        """Whether the record adds something, or may."""
        counted: Flags = np.isnan(self.value) | (self.value > 0) | self.partial
        return counted

    @cached_property
    def undated(self) -> Flags:
        """Whether the record has no date."""
        missing: Flags = np.isnat(self.first) | np.isnat(self.last)
        return missing

    @property
    def is_undated(self) -> bool:
        """Whether there are records, and none has a date."""
        return len(self.first) > 0 and bool(self.undated.all())

    def may_lie_in(self, period: Period | None) -> Flags:
        """Tell which records may lie in a period, as far as their dates say."""
        if period is None:
            return np.ones(len(self.first), dtype=np.bool_)
        start, end = (np.datetime64(day, "D") for day in period)
        reaching: Flags = (self.first <= end) & (self.last >= start)
        return self.undated | reaching

    @property
    def open(self) -> "_Entries":
        """Those that add something, and of which the place or the day is not known."""
        return self.take(self.adds & ((self.scopes.which >= 0) | (self.first != self.last)))

    def take(self, chosen: npt.NDArray[np.bool_]) -> "_Entries":
        """Give some of the entries."""
        rows = np.flatnonzero(chosen)
        return _Entries(
            self.place[rows],
            self.first[rows],
            self.last[rows],
            self.value[rows],
            self.partial[rows],
            self.declared[rows],
            replace(self.scopes, which=self.scopes.which[rows]),
            self.times[rows],
            self.joints,
        )


def count_incidents(
    located: pd.DataFrame, units: gpd.GeoDataFrame, *, measure: str, period: Periods
) -> pd.DataFrame:
    """Count located incidents or their victims.

    Parameters
    ----------
    located : pandas.DataFrame
        As from `locate`, with `date`; columns with victims as the measure needs them.
    units : geopandas.GeoDataFrame
        Units that they were located in.
    measure : str
        One of `INCIDENT_MEASURES`.
    period : str, sequence of str or None
        As `maligeo.measure.dates.asked_periods` takes it.

    Returns
    -------
    pandas.DataFrame
        `pcode, name, place_kind, period_start, period_end, measure, count, count_low,
        count_high, squares, largest, low_count, records, per_incident, unique_total, basis,
        source, note`; for `squares` and `largest` see `maligeo.measure.densities.with_rates`.
    """
    rows, of_units = pd.DataFrame(located), pd.DataFrame(units)  # whose columns are taken sooner
    entries = _incident_entries(rows, of_units, measure)
    require_stated(located)
    counts = _count(entries, of_units, Coverage(located), period)
    if INCIDENT_MEASURES[measure]:
        stated = counts.pop("stated")
        counts["per_incident"] = counts["count"] / stated.where(stated > 0)
    return labelled(counts, rows, measure)


def sizes_in(
    located: pd.DataFrame, units: gpd.GeoDataFrame, *, measure: str, period: Period
) -> dict[str, tuple[float, ...]]:
    """Give what each incident of a period adds to a count, by place.

    Parameters
    ----------
    located : pandas.DataFrame
        As for `count_incidents`.
    units : geopandas.GeoDataFrame
        Units that they were located in.
    measure : str
        One of `INCIDENT_MEASURES`.
    period : Period
        Only what surely lies in it counts, as in the rows of `count_incidents`.

    Returns
    -------
    dict of str to tuple of float
        By key of the unit, kind of place where there is none, or the names of units that
        incidents are in together: the sizes in ascending order, without zeros.
    """
    entries = _incident_entries(located, units, measure)
    inside = period_of([period], entries.first, entries.last) >= 0
    adding = inside & (entries.value > 0)
    keys = np.array([*unit_keys(units), *UNPLACED, *entries.joints], dtype=object)
    rows = np.repeat(np.flatnonzero(adding), entries.times[adding])
    sizes = pd.Series(entries.value[rows]).groupby(keys[entries.place[rows]])
    return {str(key): tuple(sorted(values)) for key, values in sizes}


def _incident_entries(located: pd.DataFrame, units: pd.DataFrame, measure: str) -> _Entries:
    require_known(measure, list(INCIDENT_MEASURES), what="measure")
    parts = INCIDENT_MEASURES[measure]
    require_columns(located, ("date", "place_kind", *parts), what="located incidents")
    value, partial = _sum_of_parts(located, parts)
    precision = located["date_precision"] if "date_precision" in located.columns else None
    first, last = possible_days(located["date"], precision)
    code, name, kind = _level_columns(located, units)
    place, joints = _place(located, units, code, name, kind)
    scopes = _scopes(located, units, code, kind)
    declared = np.zeros(len(located), dtype=np.bool_)
    times = numbers_of(located)
    return _Entries(place, first, last, value, partial, declared, scopes, times, joints)


def areas_of_periods(areas: pd.DataFrame, period: Periods) -> pd.DataFrame:
    """Keep what was released in some periods, and hazards, which are there until released.

    Parameters and attributes are those of `of_periods`.
    """
    is_hazard = areas["status"].isin(HAZARDS).to_numpy(np.bool_)
    released = of_periods(areas[~is_hazard], period, date="end_date")
    if OF_OTHER_PERIODS not in released.attrs:
        return areas
    kept = areas[is_hazard | areas.index.isin(released.index)]
    kept.attrs = {**areas.attrs, OF_OTHER_PERIODS: len(areas) - len(kept)}
    return kept


def area_measures_in(areas: pd.DataFrame) -> list[str]:
    """Name the measures of land of which there are areas; a sum where it has several parts."""
    found = set(areas["status"].dropna())
    has_parts = len(found & set(RELEASED)) > 1
    each = [f"{status}_sqm" for status in AREA_MEASURES if status in found]
    return [*([RELEASED_SQM] if has_parts else []), *each]


def count_areas(
    shares: pd.DataFrame, units: gpd.GeoDataFrame, *, measure: str, period: Periods
) -> pd.DataFrame:
    """Count the square metres of one status, each once, or of all that was released.

    Parameters
    ----------
    shares : pandas.DataFrame
        Allocated areas, as from `allocate`; `end_date` where periods are asked for.
    units : geopandas.GeoDataFrame
        Units that they were allocated to.
    measure : str
        One of `AREA_MEASURES` with "_sqm" behind it, or "released_sqm": what sources say
        was cancelled, reduced and cleared, added up (IMAS 07.11). Ground that two of these
        statuses cover is in the sum twice, as in the reports.
    period : str, sequence of str or None
        As `maligeo.measure.dates.asked_periods` takes it.

    Returns
    -------
    pandas.DataFrame
        As from `count_incidents`, without what intervals are made of: square metres are no
        events. Where areas without an outline are in a sum, its `basis` is "declared", not
        "count".
    """
    known = [RELEASED_SQM, *(f"{status}_sqm" for status in AREA_MEASURES)]
    require_known(measure, known, what="measure")
    require_columns(shares, ("area_id", "status", "net_area_sqm", "place_kind"), what="areas")
    require_stated(shares)
    odd = shares.loc[shares["status"].notna() & ~shares["status"].isin(AREA_MEASURES), "status"]
    if len(odd):
        reason = f"is none of {', '.join(AREA_MEASURES)}: maligeo.as_areas reads other words"
        raise FrameError("areas", [Fault(row, "status", word, reason) for row, word in odd.items()])
    statuses = RELEASED if measure == RELEASED_SQM else (measure.removesuffix("_sqm"),)
    chosen = shares[shares["status"].isin(statuses)]
    chosen = chosen.sort_values(["area_id", "net_area_sqm"], kind="stable")
    value = chosen["net_area_sqm"].to_numpy(dtype=np.float64, na_value=np.nan)
    dates = chosen.get("end_date", pd.Series(pd.NaT, index=chosen.index))
    first, last = possible_days(dates, chosen.get("date_precision"))
    place, joints = _place(chosen, units, "pcode", "name", "place_kind")
    scopes = _scopes(chosen, units, "pcode", "place_kind")
    basis = chosen.get("basis", pd.Series(pd.NA, index=chosen.index))
    declared = (basis == DECLARED).fillna(value=False).to_numpy(dtype=np.bool_)
    partial = np.zeros(len(chosen), dtype=np.bool_)
    times = np.ones(len(chosen), dtype=np.int64)
    entries = _Entries(place, first, last, value, partial, declared, scopes, times, joints)
    counts = _count(entries, units, Coverage(shares), period)
    amounts = ["count", "count_low", "count_high", "unique_total"]
    counts[amounts] = counts[amounts].round(SQM_DECIMALS)
    unsaid = ["squares", "largest", "low_count", "stated"]
    counts = labelled(counts.drop(columns=unsaid), shares, measure)
    return _with_basis(counts)


def _with_basis(counts: pd.DataFrame) -> pd.DataFrame:
    """Say of which sums square metres are declared by somebody, and not computed of outlines."""
    holds = counts["declared"] > 0
    said = pd.Series(PARTLY_DECLARED, index=counts.index).where(
        counts["declared"] < counts["records"], DECLARED_ALONE
    )
    note = counts["note"].astype("string").fillna("").str.cat(said, sep="; ").str.strip("; ")
    return counts.assign(
        basis=counts["basis"].mask(holds, DECLARED), note=counts["note"].mask(holds, note)
    )


def _sum_of_parts(
    located: pd.DataFrame, parts: tuple[str, ...]
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Add the stated parts of a measure; an incident itself counts 1."""
    if not parts:
        return np.ones(len(located)), np.zeros(len(located), dtype=np.bool_)
    faults = [fault for part in parts for fault in _odd_counts(located[part])]
    if faults:
        raise FrameError("records", faults)
    values = np.array([located[part].to_numpy(dtype=np.float64, na_value=np.nan) for part in parts])
    unsaid = np.isnan(values)
    total = np.where(unsaid.all(axis=0), np.nan, np.where(unsaid, 0.0, values).sum(axis=0))
    return total, unsaid.any(axis=0) & ~unsaid.all(axis=0)


def _odd_counts(people: pd.Series) -> list[Fault]:
    """Find what is no number of people."""
    if pd.api.types.is_integer_dtype(people.dtype) and not (people < 0).any():
        return []
    numbers = pd.to_numeric(people, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    with np.errstate(invalid="ignore"):
        wrong = ~((numbers >= 0) & (numbers % 1 == 0) & np.isfinite(numbers))
    odd = people[wrong & people.notna().to_numpy()]
    reason = "is no whole number of people"
    return [Fault(row, str(people.name), value, reason) for row, value in odd.items()]


def _level_columns(located: pd.DataFrame, units: pd.DataFrame) -> tuple[str, str, str]:
    """Name the columns with code, name and kind of place at the level of the units."""
    level = unit_level(units)
    code, name, kind = (f"adm{level}_{part}" for part in ("pcode", "name", PLACE_KIND))
    require_columns(located, (code, name), what=f"incidents located at level {level}")
    return code, name, kind if kind in located.columns else PLACE_KIND


def _place(
    records: pd.DataFrame, units: pd.DataFrame, code: str, name: str, kinds: str
) -> tuple[npt.NDArray[np.int64], tuple[str, ...]]:
    """Give each record the position of its unit, or of its kind of place behind the units.

    Behind these come the units that records are in together, by their names.
    """
    codes, distinct = pd.factorize(records[code])
    position = pd.Series(np.arange(len(units)), index=unit_keys(units), dtype=np.float64)
    found = position.reindex(pd.Index(distinct, dtype="string")).to_numpy()
    place = np.append(found, np.nan)[codes]
    nameless = np.flatnonzero(np.append(np.asarray(distinct) == "", False)[codes])
    if len(nameless):  # a unit without a code goes by its name
        named = records.iloc[nameless][[code, name]].set_axis(["pcode", "name"], axis=1)
        place[nameless] = position.reindex(unit_keys(named)).to_numpy()
    loose = np.flatnonzero(codes < 0)
    place[loose], joints = _place_behind(
        records[kinds].iloc[loose], records[name].iloc[loose], len(units)
    )
    lost = records[np.isnan(place)]
    if len(lost):
        reason = "is no unit of these, nor joint, countrywide, unattributed or outside"
        raise FrameError("records", [Fault(at, code, lost[code][at], reason) for at in lost.index])
    return place.astype(np.int64), joints


def _place_behind(kinds: pd.Series, names: pd.Series, units: int) -> tuple[Floats, tuple[str, ...]]:
    """Give records without a unit their position behind the units; NaN for an unknown kind."""
    (kind_at, known), (name_at, together) = pd.factorize(kinds), pd.factorize(names)
    joints = tuple(sorted(name for name in together if JOINT in str(name)))
    behind = {kind: float(units + at) for at, kind in enumerate((*UNPLACED, *joints))}
    behind |= dict.fromkeys(("unit", "joint"), behind["unattributed"])
    by_kind = np.array([*(behind.get(kind, np.nan) for kind in known), np.nan])
    by_name = np.array([*(behind[name] if name in joints else np.nan for name in together), np.nan])
    of_name = by_name[name_at]
    return np.where(np.isnan(of_name), by_kind[kind_at], of_name), joints


def _scopes(records: pd.DataFrame, units: pd.DataFrame, code: str, kinds: str) -> Scopes:
    """Find where records without a unit may lie: also those placed in the country alone."""
    lost = np.flatnonzero(records[code].isna())
    lying = records[kinds].iloc[lost].isin(["unit", *LYING]).to_numpy(dtype=np.bool_)
    return scopes_of(records, units, lost[lying])


def _count(
    entries: _Entries, units: pd.DataFrame, coverage: Coverage, period: Periods
) -> pd.DataFrame:
    # Records outside what is covered are counted too: else they would be in no row.
    coverage.require_units(units)
    covered, places = coverage.span, _places(units, entries.joints)
    if period is None and covered is not None and not entries.is_undated:
        periods, rest = [covered], OUTSIDE_COVERAGE
    else:
        periods, rest = asked_periods(period, within=_around(covered, entries)), ""
    opened = entries.open
    if not periods:
        (sums,) = _sums(entries, np.zeros(len(entries.place), dtype=np.intp), len(places), 1)
        return _left_open(_tally(sums, places, coverage, None), opened, None)
    tables, placed = [], np.zeros(len(entries.place), dtype=np.bool_)
    for together in [periods] if are_apart(periods) else [[span] for span in periods]:
        at = period_of(together, entries.first, entries.last)
        placed |= at >= 0
        found = _sums(entries, at, len(places), len(together))
        for span, sums in zip(together, found, strict=True):
            tables.append(_left_open(_tally(sums, places, coverage, span), opened, span))
    left = entries.take(~placed)
    reaching = np.any([left.may_lie_in(span) for span in periods], axis=0)
    for apart, note in ((~reaching & bool(rest), rest), (reaching, UNDATED)):
        if apart.any():
            (sums,) = _sums(left, np.where(apart, 0, -1), len(places), 1)
            table = _tally(sums, places, coverage, None)
            tables.append(table[table["records"] > 0].assign(note=note, count_high=np.nan))
    return pd.concat(tables, ignore_index=True)


def _left_open(table: pd.DataFrame, entries: _Entries, period: Period | None) -> pd.DataFrame:
    """Take the upper bounds from counts to which a record may belong that is not in them.

    Parameters
    ----------
    table : pandas.DataFrame
        Counts of one period, the units first.
    entries : _Entries
        Those of which place or day is open.
    period : Period or None
        The period; None for all time.
    """
    units, possible = entries.scopes.groups.shape[1], entries.may_lie_in(period)
    unplaced = np.zeros(len(table), dtype=np.bool_)
    unplaced[:units] = entries.scopes.open_for(possible)
    undated = np.zeros(len(table), dtype=np.bool_)
    if period is not None:
        inside = period_of([period], entries.first, entries.last) >= 0
        undated[entries.place[possible & ~inside]] = True
    counted = table["count"].notna().to_numpy(dtype=np.bool_)
    for why, rows in ((NO_PLACE, unplaced & counted), (NO_DATE, undated & counted)):
        if not rows.any():
            continue
        said = table["note"].where(table["note"].isna(), table["note"] + "; ")
        table["note"] = table["note"].mask(rows, said.fillna("") + why)
        table.loc[rows, "count_high"] = np.nan
    return table


def _around(covered: Period | None, entries: _Entries) -> Period | None:
    """Give the period of the coverage and of all dates together."""
    spans = [span for span in (covered, span_of(entries.first, entries.last)) if span is not None]
    if not spans:
        return None
    return Period(min(span.start for span in spans), max(span.end for span in spans))


@dataclass(frozen=True)
class _Sums:
    """Sums of the entries of one period by place, and the largest value."""

    records: Floats
    stated: Floats
    declared: Floats
    partial: Floats
    total: Floats
    squares: Floats
    largest: float


def _sums(
    entries: _Entries, period: npt.NDArray[np.intp], places: int, periods: int
) -> list[_Sums]:
    """Add the entries up by period (-1 for none) and place."""
    rows = np.flatnonzero(period >= 0)
    period = period[rows]
    group = period * places + entries.place[rows]
    times = entries.times[rows]
    stated = ~np.isnan(entries.value[rows])
    value = np.where(stated, entries.value[rows], 0.0)

    def by_place(values: npt.NDArray[Any]) -> Floats:
        if values.dtype == np.bool_ and not values.any():
            return np.zeros((periods, places))
        return sum_by(group, values * times, periods * places).reshape(periods, places)

    sums = (
        by_place(np.ones(len(group))),
        by_place(stated),
        by_place(stated & entries.declared[rows]),
        by_place(entries.partial[rows] | ~stated),
        by_place(value),
        by_place(value**2),
    )
    largest = np.ones(periods)
    np.maximum.at(largest, period, value)
    return [_Sums(*each) for each in zip(*sums, largest.tolist(), strict=True)]


def _tally(
    sums: _Sums, places: pd.DataFrame, coverage: Coverage, period: Period | None
) -> pd.DataFrame:
    """Say by place what was added up, how sure it is, and what an empty or partial sum means."""
    is_known, is_whole, notes = zip(*_readings(sums, places, coverage, period), strict=True)
    count = np.where(is_known, sums.total, np.nan)
    whole = np.where(is_whole, count, np.nan)
    events = np.divide(count**2, sums.squares, out=np.zeros(len(count)), where=sums.squares > 0)
    return pd.DataFrame(
        {
            **{name: places[name] for name in ("pcode", "name", "place_kind")},
            "period_start": pd.NaT if period is None else period.start,
            "period_end": pd.NaT if period is None else period.end,
            "records": sums.records,
            "stated": sums.stated,
            "declared": sums.declared,
            "unique_total": sums.total.sum(),
            "note": notes,
            "count": count,
            "count_low": count,
            "count_high": whole,
            "squares": np.where(is_whole, sums.squares, np.nan),
            "largest": sums.largest,
            "low_count": pd.arrays.BooleanArray(events < UNRELIABLE_BELOW, np.isnan(count)),
        }
    )


def _places(units: pd.DataFrame, joints: Sequence[str]) -> pd.DataFrame:
    """Name the units, the kinds of place that are none, and the joint places, with their keys."""
    nothing = [pd.NA] * len(UNPLACED)
    placed = {
        "pcode": [*units["pcode"].astype("string"), *nothing, *[pd.NA] * len(joints)],
        "name": [*units["name"].astype("string"), *nothing, *joints],
        "place_kind": [*["unit"] * len(units), *UNPLACED, *["joint"] * len(joints)],
    }
    places = pd.DataFrame(placed, dtype="string")
    return places.assign(key=unit_keys(places))


def _readings(
    sums: _Sums, places: pd.DataFrame, coverage: Coverage, period: Period | None
) -> Iterator[tuple[bool, bool, Any]]:
    """Say for each row whether its sum is known, whether it is whole, and why not."""
    numbers = (sums.records.tolist(), sums.stated.tolist(), sums.partial.tolist())
    rows = zip(places["key"], places["place_kind"], *numbers, strict=True)
    for key, kind, records, stated, incomplete in rows:
        covered = coverage.of(str(key), period) if kind == "unit" else "whole"
        if records == 0:
            note = {"whole": pd.NA, "unstated": _NO_STATEMENT, "part": _PARTLY}
            yield covered == "whole", covered == "whole", note.get(covered, _UNCOVERED)
            continue
        notes = []
        if incomplete > 0:
            notes.append(f"{_SILENT}{incomplete:.0f} of {records:.0f}")
        if covered in ("part", "none"):
            notes.append(f"{AT_LEAST}: {_PARTLY if covered == 'part' else _UNCOVERED}")
        yield stated > 0, not notes, "; ".join(notes) or pd.NA


def labelled(counts: pd.DataFrame, records: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Add the measure, and the sources of the records."""
    sources = records["source"].unique() if "source" in records.columns else []
    source = SOURCE_SEPARATOR.join(sorted(str(one) for one in sources if pd.notna(one)))
    return counts.assign(measure=measure, basis="count", source=source or pd.NA)
