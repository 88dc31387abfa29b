"""Counts to densities and rates by unit, period and measure."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import chi2

from maligeo import columns
from maligeo.checks import (
    require_choice,
    require_columns,
    require_known,
    require_one_vintage,
    require_same_vintage,
)
from maligeo.columns import Counting
from maligeo.errors import ArgumentError, FrameError
from maligeo.errors import Fault as _Fault
from maligeo.periods import parse_period, years
from maligeo.published import counts_from_figures

CONFIDENCE = 0.95
PER_SQKM = 1_000.0
PER_PEOPLE = 100_000.0
ALLOCATED_MEASURES = ("projects", "programmes")

_Floats = npt.NDArray[np.float64]
_NUMBERS = ("count", "count_low", "count_high", "area_sqkm", "population", "per_1000_sqkm")
_RATES = ("per_100k", "ci_low", "ci_high", "smoothed_per_100k")
_SORT = ["measure", "publisher", "period_start", "period_end"]


def density(
    records: pd.DataFrame,
    units: gpd.GeoDataFrame,
    *,
    measure: str,
    population: pd.DataFrame | None = None,
    period: str | None = None,
    counting: Counting = "full",
) -> pd.DataFrame:
    """Count records by unit, and relate the counts to area and people.

    Parameters
    ----------
    records : pandas.DataFrame
        Published figures (`load_figures`), allocated projects (`allocate`) or people
        (`population`); which of them is seen from the columns.
    units : geopandas.GeoDataFrame
        Units of the same vintage, with `area_sqkm`.
    measure : str
        What to count. Of figures: one of their measures, such as "incidents"; of
        projects: "projects" or "programmes"; of people: "people".
    population : pandas.DataFrame, optional
        People per unit, as from `maligeo.population`; without it rates per person are
        missing.
    period : str, optional
        Keep the figures that lie wholly within a period such as "2021" or
        "2021-01/2021-09". A published figure is never cut.
    counting : {"full", "fractional"}, default "full"
        How a project in several units counts: 1 in each, or its share in each.

    Returns
    -------
    pandas.DataFrame
        One row per unit, period and measure, and rows for what concerns no single unit
        (`place_kind`); columns as `maligeo.columns.DENSITY`. `per_1000_sqkm` is the count
        of the whole period per 1,000 km², `per_100k` the count per 100,000 people and
        year. `ci_low` and `ci_high` are the exact 95 % Poisson interval of `per_100k`
        (Garwood 1936) for whole counts. `smoothed_per_100k` shrinks rates towards the
        mean of the units (empirical Bayes, Marshall 1991). Missing is not zero: a unit
        for which the source says nothing has no count.

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
    """
    require_columns(units, ("vintage", "pcode", "name", "area_sqkm"), what="units")
    require_choice(counting, columns.COUNTINGS, option="counting")
    vintage = require_one_vintage(units["vintage"], what="units")
    if "basis" in records.columns and "value" in records.columns:
        counts = _count_figures(records, units, measure, period)
    elif "share" in records.columns:
        counts = _count_allocated(records, units, measure, counting)
    elif "population" in records.columns:
        counts = _count_people(records, units, measure)
    else:
        reason = "neither figures, allocated projects nor people: use load_figures, allocate …"
        raise FrameError("records", [_Fault(None, "columns", list(records.columns), reason)])
    require_same_vintage(
        require_one_vintage(records["vintage"], what="records"), vintage, what="records and units"
    )
    counts["vintage"] = vintage
    return _relate(counts, units, population)


def combine(*tables: pd.DataFrame) -> pd.DataFrame:
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
    """
    kept = [table.dropna(axis="columns", how="all") for table in tables]
    combined = pd.concat(kept, ignore_index=True).reindex(columns=list(columns.DENSITY))
    require_one_vintage(combined["vintage"], what="density tables")
    return _typed(combined)


def poisson_interval(
    count: npt.ArrayLike, *, confidence: float = CONFIDENCE
) -> tuple[_Floats, _Floats]:
    """Give the exact interval of a Poisson mean from one count.

    Parameters
    ----------
    count : array_like, shape (n,)
        Observed whole counts; NaN gives NaN.
    confidence : float, default 0.95
        Two-sided confidence.

    Returns
    -------
    low, high : numpy.ndarray of float64, shape (n,)

    Notes
    -----
    Garwood, F. (1936), Fiducial limits for the Poisson distribution, Biometrika 28,
    437-442: χ²(α/2; 2k)/2 and χ²(1-α/2; 2k+2)/2, with 0 below for k = 0.
    """
    observed = np.asarray(count, dtype=np.float64)
    tail = (1.0 - confidence) / 2.0
    low = np.where(observed > 0, chi2.ppf(tail, 2 * np.maximum(observed, 1e-300)) / 2, 0.0)
    low = np.where(np.isnan(observed), np.nan, low)
    high = chi2.ppf(1.0 - tail, 2 * observed + 2) / 2
    return low, high


def smooth_rates(count: npt.ArrayLike, exposure: npt.ArrayLike) -> _Floats:
    """Shrink rates towards their common mean, the more the fewer people stand behind them.

    Parameters
    ----------
    count : array_like, shape (n,)
        Events per unit; NaN where not known.
    exposure : array_like, shape (n,)
        Person-years per unit.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        Smoothed events per person-year, never negative; NaN where the count or the
        exposure is not known, and everywhere when fewer than two units are known.

    Notes
    -----
    Marshall, R. J. (1991), Mapping disease and mortality rates using empirical Bayes
    estimators, Applied Statistics 40, 283-294 (global method-of-moments estimator; a
    negative variance between units counts as zero).
    """
    events = np.asarray(count, dtype=np.float64)
    people = np.asarray(exposure, dtype=np.float64)
    known = np.isfinite(events) & np.isfinite(people) & (people > 0)
    smoothed = np.full(events.shape, np.nan)
    if known.sum() < 2:
        return smoothed
    events, people = events[known], people[known]
    rate, mean = events / people, events.sum() / people.sum()
    spread = (people * (rate - mean) ** 2).sum() / people.sum()
    between = max(spread - mean / people.mean(), 0.0)
    total = between + mean / people
    weight = np.divide(between, total, out=np.zeros_like(total), where=total > 0)
    smoothed[known] = mean + weight * (rate - mean)
    return smoothed


def _count_figures(
    figures: pd.DataFrame, units: gpd.GeoDataFrame, measure: str, period: str | None
) -> pd.DataFrame:
    require_columns(figures, columns.FIGURES, what="figures")
    require_known(measure, sorted(figures["measure"].unique()), what="measure")
    chosen = figures[figures["measure"] == measure]
    if period is not None:
        span = parse_period(period)
        within = (chosen["period_start"] >= span.start) & (chosen["period_end"] <= span.end)
        chosen = chosen[within]
    if chosen.empty:
        raise ArgumentError(f"no figure of {measure} lies within the period {period}")
    kinds = chosen[["who", "device"]].drop_duplicates()
    if len(kinds) > 1:
        found = "; ".join(f"{row.who}, {row.device}" for row in kinds.itertuples())
        raise ArgumentError(
            f"figures of {measure} are about different people or devices ({found}), which do "
            "not add up: keep one by figures[figures['who'] == …]"
        )
    return counts_from_figures(chosen, units)


def _count_allocated(
    shares: pd.DataFrame, units: gpd.GeoDataFrame, measure: str, counting: Counting
) -> pd.DataFrame:
    require_known(measure, ALLOCATED_MEASURES, what="measure")
    if measure == "programmes" and counting != "full":
        raise ArgumentError("programmes are counted in full: a part of a programme says nothing")
    require_columns(shares, ("project_id", "project_count", "programme"), what="allocated projects")
    present = shares[shares["project_count"] > 0]
    if measure == "programmes":
        weight = present.drop_duplicates(["place_kind", "pcode", "programme"]).assign(weight=1.0)
    else:
        share = present["share"] if counting == "fractional" else 1.0
        weight = present.assign(weight=present["project_count"].astype("float64") * share)
    by_unit = weight[weight["place_kind"] == "unit"].groupby("pcode")["weight"].sum()
    count = units["pcode"].map(by_unit).fillna(0.0).astype("Float64")
    placed = units[["pcode", "name"]].assign(place_kind="unit", count=count)
    elsewhere = weight[weight["place_kind"] != "unit"].groupby("place_kind", as_index=False)
    others = elsewhere["weight"].sum().rename(columns={"weight": "count"})
    counts = pd.concat([placed, others], ignore_index=True)
    source = " | ".join(sorted(shares["source"].dropna().unique()))
    name = measure if counting == "full" else f"{measure}_{counting}"
    empty = (counts["count"] == 0) & (counts["place_kind"] == "unit")
    note = pd.Series("no record in these sources", index=counts.index).where(empty)
    return counts.assign(
        measure=name,
        basis="count",
        source=source,
        note=note,
        count_low=counts["count"],
        count_high=counts["count"],
    )


def _count_people(people: pd.DataFrame, units: gpd.GeoDataFrame, measure: str) -> pd.DataFrame:
    require_known(measure, ("people",), what="measure")
    require_columns(people, columns.POPULATION, what="people")
    counts = units[["pcode", "name"]].merge(
        people[["name", "population", "population_year", "source", "note"]], on="name", how="left"
    )
    start = pd.to_datetime(counts["population_year"].astype("Int64").astype("string") + "-01-01")
    counts["period_start"], counts["period_end"] = start, start + pd.offsets.YearEnd()
    counts["count"] = counts.pop("population").astype("Float64")
    counts["count_low"] = counts["count_high"] = counts["count"]
    return counts.drop(columns="population_year").assign(
        place_kind="unit", measure="people", basis="count"
    )


def _relate(
    counts: pd.DataFrame, units: gpd.GeoDataFrame, population: pd.DataFrame | None
) -> pd.DataFrame:
    """Add areas, people and the rates that follow from them."""
    table = counts.reindex(columns=list(columns.DENSITY))
    table["area_sqkm"] = table["pcode"].map(units.set_index("pcode")["area_sqkm"])
    if population is not None:
        table = _with_people(table, population)
    table = _typed(table)
    table["per_1000_sqkm"] = table["count"] / table["area_sqkm"] * PER_SQKM
    if table["period_start"].notna().any() and (table["measure"] != "people").all():
        table = _with_rates(table)
    return table


def _with_people(table: pd.DataFrame, population: pd.DataFrame) -> pd.DataFrame:
    require_columns(population, columns.POPULATION, what="people")
    require_same_vintage(
        require_one_vintage(population["vintage"], what="people"),
        require_one_vintage(table["vintage"], what="records"),
        what="people and records",
    )
    people = population.set_index("name")
    placed = table["place_kind"] == "unit"
    unit = table["name"].where(placed)
    for column in ("population", "population_year"):
        table[column] = unit.map(people[column])
    caveat = unit.map(people["note"]).where(table["count"].notna())
    table["note"] = table["note"].where(
        caveat.isna(),
        table["note"].fillna("").str.cat("population " + caveat, sep="; ").str.strip("; "),
    )
    return table


def _with_rates(table: pd.DataFrame) -> pd.DataFrame:
    exposure = table["population"] * years(table["period_start"], table["period_end"])
    table["per_100k"] = table["count"] / exposure * PER_PEOPLE
    whole = table["count"].where(table["basis"] == "count")
    low, high = poisson_interval(whole.to_numpy(dtype="float64", na_value=np.nan))
    table["ci_low"] = pd.Series(low, index=table.index) / exposure * PER_PEOPLE
    table["ci_high"] = pd.Series(high, index=table.index) / exposure * PER_PEOPLE
    for _, rows in table.groupby(_SORT, dropna=False):
        rates = smooth_rates(
            rows["count"].to_numpy(dtype="float64", na_value=np.nan),
            exposure[rows.index].to_numpy(dtype="float64", na_value=np.nan),
        )
        table.loc[rows.index, "smoothed_per_100k"] = rates * PER_PEOPLE
    return _typed(table)


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    """Give every column its nullable type, so that missing never turns into zero."""
    typed = table.astype(dict.fromkeys((*_NUMBERS, *_RATES), "Float64"))
    typed["population_year"] = typed["population_year"].astype("Int64")
    for column in ("period_start", "period_end"):
        typed[column] = pd.to_datetime(typed[column])
    text = [column for column in typed.columns if column not in (*_NUMBERS, *_RATES)]
    text = [c for c in text if c not in ("population_year", "period_start", "period_end")]
    return typed.astype(dict.fromkeys(text, "string"))
