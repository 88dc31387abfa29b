"""Counts to densities and rates by unit, period and measure."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from maligeo.core import columns, words
from maligeo.core.audiences import inherit_audience, inherit_by_row
from maligeo.core.checks import (
    require_choice,
    require_columns,
    require_known,
    require_one_vintage,
    require_same_vintage,
    require_vintage_of,
)
from maligeo.core.columns import Counting, frame_kind, unit_keys
from maligeo.core.crs import Floats
from maligeo.core.errors import ArgumentError, Fault, FrameError
from maligeo.core.lazy import is_lazy
from maligeo.core.periods import period_texts, years
from maligeo.join.points import unit_level
from maligeo.measure.alike import ALIKE, put_together
from maligeo.measure.counts import INCIDENT_MEASURES, count_areas, count_incidents
from maligeo.measure.coverage import Coverage
from maligeo.measure.dates import Periods, possible_days, span_of
from maligeo.measure.lazy import together
from maligeo.measure.populations import people_nearest
from maligeo.measure.project_counts import count_projects
from maligeo.measure.published import count_figures
from maligeo.measure.rates import (
    FEWEST_UNITS,
    Pairs,
    clustered_interval,
    shared_borders,
    smooth_rates,
)

_LONG: Final = pd.Timedelta(days=31)
REMARKS: Final = "remarks"  # in attrs: what is to be said of a table as a whole
PER_SQKM = 1_000.0
PER_PEOPLE = 100_000.0
EVENTS: Final = ("incidents",)  # independent of one another, as a Poisson count must be

# What happens in the course of a period. All else, such as people or those displaced, is there
# at a time, and comes to no rate a year.
_HAPPENING: Final = (
    r"(?:incidents|victims|killed|injured|civilians|events|fatalities|wounded|casualties|projects"
    r"|programmes|money)(?:_.*)?|.*_sqm"
)

_NUMBERS = (
    "count", "count_low", "count_high", "area_sqkm", "population", "per_1000_sqkm", "per_100k",
    "ci_low", "ci_high", "smoothed_per_100k", "local_per_100k", "per_incident", "unique_total",
)  # fmt: skip
_TYPES = {
    **dict.fromkeys(_NUMBERS, pd.Float64Dtype()),
    **dict.fromkeys(("population_year", "records"), pd.Int64Dtype()),
    **dict.fromkeys(("period_start", "period_end"), np.dtype("datetime64[us]")),
    "low_count": pd.BooleanDtype(),
}
_TEXT = pd.StringDtype()
# kind: the columns that locating or allocating its rows adds
_PLACED: Final = {
    "figures": frozenset[str](),
    "areas": frozenset({"share", "net_area_sqm"}),
    "projects": frozenset({"share"}),
    "population": frozenset[str](),
    "incidents": frozenset({"locate_method"}),
}
_MANY: Final = 20_000  # incidents from which those that count alike are counted together
_PEOPLE: Final = ("population", "population_year", "note")
_SERIES = ["measure", "publisher", "period_start", "period_end"]


def density(
    records: Any,
    units: gpd.GeoDataFrame,
    *,
    measure: str,
    population: pd.DataFrame | None = None,
    period: str | int | Sequence[str | int] | None = None,
    counting: Counting | None = None,
) -> pd.DataFrame:
    """Count records by unit, and relate the counts to area and people.

    Parameters
    ----------
    records : pandas.DataFrame or dask frame
        Located incidents (`locate`), allocated areas or projects (`allocate`), figures
        (`load_figures`, `read_figures`) or people (`population`); which of them is seen from
        the columns. A lazy frame of located incidents is computed here, at each call, and
        never as a whole: what counts alike is put together partition by partition.
        `with_coverage` states what the source of incidents or areas covers.
    units : geopandas.GeoDataFrame
        Units of the same vintage, with `area_sqkm`.
    measure : str
        What to count. Of incidents: "incidents", "victims", "killed", "injured",
        "civilians", "civilians_killed", "civilians_injured". Of areas, in square metres,
        each counted once: "cancelled_sqm", "reduced_sqm", "cleared_sqm",
        "suspected_sqm", "confirmed_sqm", and "released_sqm", the sum of the first three. Of
        projects: "projects", "programmes", and "money", "money_donor", "money_disbursed",
        which give a measure per currency ("money_EUR"). Of figures: one of their measures;
        finer places are added up by the unit that holds them. Of people: "people".
    population : pandas.DataFrame, optional
        People per unit, as from `maligeo.population`; without it rates per person are
        missing. Of several years, a rate takes the people of the year that is nearest to the
        middle of its period; `population_year` says which.
    period : str, int or sequence of these, optional
        "year", "quarter", "month"; a period such as "2021" or "2021-01/2021-09"; or
        several such. Incidents and areas belong to the period that holds their date,
        projects to each in which they are under way, and a published figure, which is
        never cut, to one that holds it whole.
    counting : {"full", "fractional", "weighted"}, optional
        How a project in several units counts: 1 in each, or its share in each, equal or
        by area, people or statement (`by=` of `allocate`). Without it projects and
        programmes count in full and money by share.

    Returns
    -------
    pandas.DataFrame
        One row per unit, period and measure, and rows for what concerns no single unit
        (`place_kind`) or no period; columns as `maligeo.core.columns.DENSITY`:

        - `count`, missing where the source says nothing, which is not zero; `count_low`
          and `count_high` are its bounds, the latter missing where it is "at least": where
          values are not stated, or where records without a place or a date may belong
        - `per_1000_sqkm`: count of the whole period per 1,000 km²; `per_100k`: per
          100,000 people and year; `per_incident`: victims per incident
        - `ci_low`, `ci_high`: 95 % interval of `per_100k`, exact for whole counts of
          incidents (Garwood 1936), allowing for clusters for victims (Fay and Feuer 1997);
          without its upper end where other records may belong
        - `smoothed_per_100k`: rates of incidents shrunk towards the mean of the units
          (empirical Bayes, Marshall 1991), `local_per_100k` towards that of the
          neighbours, where 30 units or more are known
        - `records`: how many stand behind the row; `low_count`: whether fewer than 20
          events do, so that the rate says little; `unique_total`: what the measure and
          period come to when every record counts once, next to rows that add up to more

        `attrs["remarks"]` says where the stated coverage goes on after the last record.

    Raises
    ------
    FrameError
        If the records are of no known kind, or lack columns.
    UnknownNameError
        If the records do not hold the measure.
    ArgumentError
        If an option does not suit the records.
    VintageError
        If records, people and units are of different vintages.

    Examples
    --------
    >>> import maligeo
    >>> import pandas as pd
    >>> units = maligeo.load_boundaries()
    >>> records = pd.DataFrame(
    ...     {"event_id": ["a", "b", "c"], "event_type": "ied", "date": pd.Timestamp("2022-03-01"),
    ...      "killed": [2, 0, 1], "lon": [-4.2, -3.0, None], "lat": [14.5, 16.8, None],
    ...      "adm1_name": [None, None, "Mopti"]}
    ... )
    >>> located = maligeo.locate(records, units)
    >>> table = maligeo.density(located, units, measure="killed", period="year")
    >>> table.loc[table["count"] > 0, ["name", "period_start", "measure", "count", "per_1000_sqkm"]]
        name period_start measure  count  per_1000_sqkm
    4  Mopti   2022-01-01  killed    3.0       0.036582
    """
    require_columns(units, ("vintage", "pcode", "name", "area_sqkm"), what="units")
    if counting is not None:
        require_choice(counting, columns.COUNTINGS, option="counting")
    vintage = require_one_vintage(units["vintage"], what="units")
    kind = _kind(records._meta if is_lazy(records) else records)
    how = _How(kind, measure, period_texts(period), counting, vintage)
    if is_lazy(records):
        if kind != "incidents":
            raise ArgumentError(f"of lazy frames only incidents are counted, and these are {kind}")
        records = together(records, unit_level(units))
    elif kind == "incidents" and len(records) > _MANY and ALIKE not in records.columns:
        with suppress(FrameError):  # faults are found below, in every row that has them
            needed = records.drop(columns=_needless(measure), errors="ignore")
            return _table(put_together([needed], unit_level(units)), units, how, population)
    return _table(records, units, how, population)


@dataclass(frozen=True)
class _How:
    """What is counted of which kind of record, over which periods, by units of which vintage."""

    kind: str
    measure: str
    period: Periods
    counting: Counting | None
    vintage: str


def _table(
    records: pd.DataFrame, units: gpd.GeoDataFrame, how: _How, population: pd.DataFrame | None
) -> pd.DataFrame:
    """Count records, and relate the counts to area and people."""
    if how.kind != "figures" or records["vintage"].notna().any():  # own figures may not say theirs
        require_vintage_of(units, records, what="records")
    counts = _counts(records, units, how)
    table = relate(counts.assign(vintage=how.vintage), units, population)
    table = inherit_audience(table, records, population)
    remark = coverage_remark(records)
    if remark:
        table.attrs[REMARKS] = [remark]
    return table


def _needless(measure: str) -> list[str]:
    """Name columns of incidents of which a measure holds nothing: how placed, other victims."""
    every = {part for parts in INCIDENT_MEASURES.values() for part in parts}
    return ["locate_method", *sorted(every - set(INCIDENT_MEASURES.get(measure, ())))]


def _counts(records: pd.DataFrame, units: gpd.GeoDataFrame, how: _How) -> pd.DataFrame:
    measure, period = how.measure, how.period
    if how.kind == "projects":
        return count_projects(records, units, measure=measure, counting=how.counting, period=period)
    if how.kind == "incidents":
        return count_incidents(records, units, measure=measure, period=period)
    if how.kind == "areas":
        return count_areas(records, units, measure=measure, period=period)
    if how.kind == "figures":
        return count_figures(records, units, measure=measure, period=period)
    return _count_people(records, units, measure)


def coverage_remark(records: pd.DataFrame, language: str = "en") -> str:
    """Say that what is covered goes on long after the last record; else nothing.

    Such a statement may be true, and is more often that of a list which is not complete.
    """
    span, days = Coverage(records).span, records.get("date", records.get("end_date"))
    if span is None or days is None:
        return ""
    if pd.api.types.is_datetime64_dtype(days) and span.end <= days.max() + _LONG:
        return ""  # whatever the dates mean, the last is no earlier
    dated = span_of(*possible_days(days, records.get("date_precision")))
    if dated is None or span.end <= dated.end + _LONG:
        return ""
    end, last = (words.day_text(day, language) for day in (span.end, dated.end))
    return words.word("coverage.beyond", language).format(end=end, last=last)


def concat_tables(*tables: pd.DataFrame) -> pd.DataFrame:
    """Put density tables of several measures and periods under one another.

    Parameters
    ----------
    *tables : pandas.DataFrame
        Tables of one vintage, as from `density`.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    VintageError
        If the tables are of several vintages.
    ArgumentError, FrameError
        If there is none, or one is no density table.

    Examples
    --------
    >>> import maligeo
    >>> import pandas as pd
    >>> units = maligeo.load_boundaries()
    >>> records = pd.DataFrame(
    ...     {"event_id": ["a", "b", "c"], "event_type": "ied", "date": pd.Timestamp("2022-03-01"),
    ...      "killed": [2, 0, 1], "lon": [-4.2, -3.0, None], "lat": [14.5, 16.8, None],
    ...      "adm1_name": [None, None, "Mopti"]}
    ... )
    >>> located = maligeo.locate(records, units)
    >>> table = maligeo.concat_tables(
    ...     maligeo.density(located, units, measure="incidents", period="year"),
    ...     maligeo.density(located, units, measure="killed", period="year"),
    ... )
    >>> table.groupby("measure")["count"].sum().to_dict()
    {'incidents': 3.0, 'killed': 3.0}
    """
    if not tables:
        raise ArgumentError("there is no table to put under another")
    for table in tables:
        require_columns(table, ("vintage", "measure", "count"), what="density table")
    kept = [table.dropna(axis="columns", how="all") for table in tables]
    combined = pd.concat(kept, ignore_index=True).reindex(columns=list(columns.DENSITY))
    require_one_vintage(combined["vintage"], what="density tables")
    return inherit_by_row(typed(combined), *tables)


def with_rates(table: pd.DataFrame, *, pairs: Pairs | None = None) -> pd.DataFrame:
    """Relate the counts of a table to its areas, people and periods.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns as `maligeo.core.columns.DENSITY`, with counts, `area_sqkm` and `population`;
        of the expected count, where it has an interval, either `interval_low` and
        `interval_high`, or of what it is worked out where people are known: `squares` of what
        each event adds to it, missing where it is not whole, and the `largest` of these.
    pairs : numpy.ndarray of int64, shape (2, m), optional
        Neighbours among the units, for `local_per_100k`.

    Returns
    -------
    pandas.DataFrame
        Columns as `maligeo.core.columns.DENSITY`.
    """
    counted = table
    table = typed(table.reindex(columns=list(columns.DENSITY)))
    table["per_1000_sqkm"] = table["count"] / table["area_sqkm"] * PER_SQKM
    exposure = table["population"] * years(table["period_start"], table["period_end"])
    happens = table["measure"].str.fullmatch(_HAPPENING).fillna(False).astype(bool)
    exposure = exposure.where((exposure > 0) & happens)
    table["per_100k"] = table["count"] / exposure * PER_PEOPLE
    for end, bound in _bounds(counted, exposure).items():
        table[end] = bound / exposure * PER_PEOPLE
    smooth = table["measure"].isin(EVENTS) & (table["place_kind"] == "unit")
    for _, rows in table[smooth].groupby(_SERIES, dropna=False):
        whole = rows["count_high"].notna() | rows["ci_low"].notna()
        known = _floats(rows["count"].where(whole))
        people = _floats(exposure[rows.index])
        table.loc[rows.index, "smoothed_per_100k"] = smooth_rates(known, people) * PER_PEOPLE
        if pairs is not None and np.isfinite(known / people).sum() >= FEWEST_UNITS:
            local = smooth_rates(known, people, pairs=pairs)
            table.loc[rows.index, "local_per_100k"] = local * PER_PEOPLE
    return typed(table)


def _bounds(counted: pd.DataFrame, exposure: pd.Series) -> dict[str, Any]:
    """Give the ends of the intervals of expected counts that become rates."""
    if not exposure.notna().any():
        return dict.fromkeys(("ci_low", "ci_high"), pd.NA)
    if "squares" not in counted.columns:
        ends = counted.reindex(columns=["interval_low", "interval_high"])
        low, high = (pd.to_numeric(ends[end]).astype("Float64") for end in ends)
        return {"ci_low": low, "ci_high": high}
    squares, bounded = _floats(counted["squares"]), counted["count_high"].notna()
    count = np.where(np.isnan(squares), np.nan, _floats(counted["count"]))
    ends = clustered_interval(count, squares, largest=_floats(counted["largest"]))
    low, high = (pd.Series(end, index=counted.index, dtype="Float64") for end in ends)
    return {"ci_low": low, "ci_high": high.where(bounded)}


def _kind(records: pd.DataFrame) -> str:
    """Tell what records are, and refuse those that are not located or allocated."""
    kind = frame_kind(records)
    if kind in _PLACED and _PLACED[kind] <= set(records.columns):
        return kind
    reason = (
        "neither figures, located incidents, allocated areas or projects, nor people: "
        "use load_figures, locate, allocate …"
    )
    raise FrameError("records", [Fault(None, "columns", list(records.columns), reason)])


def _count_people(people: pd.DataFrame, units: gpd.GeoDataFrame, measure: str) -> pd.DataFrame:
    require_known(measure, ("people",), what="measure")
    require_columns(people, columns.POPULATION, what="people")
    by_unit = people.set_index(unit_keys(people))[
        ["population", "population_year", "source", "note"]
    ]
    counts = pd.DataFrame(units[["pcode", "name"]])
    counts = counts.set_index(unit_keys(counts)).join(by_unit).reset_index(drop=True)
    year = counts["population_year"].astype("Int64")
    start = pd.to_datetime(year.astype("string") + "-01-01")
    counts["period_start"], counts["period_end"] = start, start + pd.offsets.YearEnd()
    counts["count"] = counts.pop("population").astype("Float64")
    counts["count_low"] = counts["count_high"] = counts["count"]
    return counts.drop(columns="population_year").assign(
        place_kind="unit",
        measure="people",
        basis="count",
        unique_total=counts.groupby(year, dropna=False)["count"].transform("sum"),
    )


def relate(
    counts: pd.DataFrame, units: gpd.GeoDataFrame, population: pd.DataFrame | None
) -> pd.DataFrame:
    """Add areas, people and the rates that follow from them to counts by unit.

    Parameters
    ----------
    counts : pandas.DataFrame
        `vintage, pcode, name, place_kind, period_start, period_end, measure, count` and what
        else is known, as `density` counts.
    units : geopandas.GeoDataFrame
        The units.
    population : pandas.DataFrame, optional
        People per unit.

    Returns
    -------
    pandas.DataFrame
        Columns as `maligeo.core.columns.DENSITY`.
    """
    key = unit_keys(counts).where(counts["place_kind"] == "unit")
    counts["area_sqkm"] = key.map(units["area_sqkm"].set_axis(unit_keys(units)))
    if population is not None:
        counts = _with_people(counts, key, population)
    has_people = population is not None or "population" in counts.columns
    enough = has_people and len(units) >= FEWEST_UNITS and "geometry" in units.columns
    return with_rates(counts, pairs=shared_borders(units) if enough else None)


def _with_people(table: pd.DataFrame, key: pd.Series, population: pd.DataFrame) -> pd.DataFrame:
    require_columns(population, columns.POPULATION, what="people")
    require_same_vintage(
        require_one_vintage(population["vintage"], what="people"),
        require_one_vintage(table["vintage"], what="records"),
        what="people and records",
    )
    keys = pd.DataFrame({"key": unit_keys(population), "year": population["population_year"]})
    repeated = population[keys.duplicated()]
    if len(repeated):
        reason = "is a unit of an earlier row: people are counted once in each"
        raise FrameError(
            "people", [Fault(row, "pcode", code, reason) for row, code in repeated["pcode"].items()]
        )
    found = {column: np.full(len(table), pd.NA, dtype=object) for column in _PEOPLE}
    of_year, years = pd.factorize(_middle_year(table))
    for at in np.unique(of_year):
        rows = np.flatnonzero(of_year == at)
        near = people_nearest(population, None if at < 0 else int(years[at]))
        people = pd.Index(unit_keys(near)).get_indexer(pd.Index(key.iloc[rows]))
        for column, values in found.items():
            values[rows] = np.append(near[column].astype("object"), pd.NA)[people]
    table["population"] = found["population"]
    table["population_year"] = found["population_year"]
    caveat = pd.Series(found["note"], table.index, dtype="string").where(table["count"].notna())
    note = table["note"].astype("string")
    joined = note.fillna("").str.cat("population " + caveat, sep="; ").str.strip("; ")
    return table.assign(note=note.where(caveat.isna(), joined))


def _middle_year(table: pd.DataFrame) -> "pd.Series[int]":
    """Give the year that holds the middle of each period."""
    spans = table.reindex(columns=["period_start", "period_end"])
    start, end = (pd.to_datetime(spans[side]) for side in spans)
    return (start + (end - start) / 2).dt.year


def _floats(values: pd.Series) -> Floats:
    numbers: Floats = values.to_numpy(dtype=np.float64, na_value=np.nan)
    return numbers


def typed(table: pd.DataFrame) -> pd.DataFrame:
    """Give every column its nullable type, so that missing never turns into zero."""
    wanted = {column: _TYPES.get(column, _TEXT) for column in table.columns}
    return columns.with_types(table, wanted)
