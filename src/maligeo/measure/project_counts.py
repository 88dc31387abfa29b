"""Allocated projects to counts and sums of money by unit and period.

A project in several units counts in each of them (full), or its share in each
(fractional: equal shares; weighted: by area, people or as stated). An amount of money
always counts by share, once per project, and currencies are never added. What is planned,
suspended or cancelled is no project under way, and a measure of its own; what was promised to
a cancelled project is no money any more, what was paid to it is.
"""

import math
from collections.abc import Iterator
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from maligeo.core.checks import require_columns, require_known
from maligeo.core.columns import NAMED, Counting, unit_keys
from maligeo.core.errors import ArgumentError, Fault, FrameError, UnknownNameError
from maligeo.core.periods import Period
from maligeo.core.placenames import ALIAS_SEPARATOR
from maligeo.join.shares import named_alone
from maligeo.measure.activity import ACTIVE, CANCELLED, PLANNED, SUSPENDED, UNDATED, activity
from maligeo.measure.counts import SOURCE_SEPARATOR, labelled
from maligeo.measure.dates import Periods, asked_periods, span_of
from maligeo.measure.unplaced import NO_DATE, NO_PLACE, scopes_of

AMOUNTS: Final = {
    "money": "budget_amount",
    "money_donor": "donor_amount",
    "money_disbursed": "disbursed_amount",
}
# What is counted once in each place, however many projects it has there, and by which columns.
DISTINCT: Final = {"programmes": ("programme",), "organisations": ("organisation", "implementer")}
APART: Final = {f"projects_{status}": status for status in (PLANNED, SUSPENDED, CANCELLED)}
PROJECT_MEASURES: Final = ("projects", *DISTINCT, *APART, *AMOUNTS)

_LYING: Final = ("unattributed", "joint")
NO_RECORD: Final = "no record in these sources"
_UNDATED = "without start or end, so that the period is unknown"
_SHARED_BY = {"fractional": ("equal",), "weighted": ("area", "population", "stated")}


def project_measures_in(shares: pd.DataFrame) -> list[str]:
    """Name the measures of projects that the columns of some allow, without currencies."""
    stated = {name for name in shares.columns if shares[name].notna().any()}
    by_status = set(shares["status"].dropna()) if "status" in stated else set()
    absent = {name for name, status in APART.items() if status not in by_status}
    absent |= {name for name, columns in DISTINCT.items() if columns[0] not in stated}
    absent |= {
        name for name, column in AMOUNTS.items()
        if column not in stated or _still_funded(shares, name)[column].isna().all()
    }  # fmt: skip
    return [name for name in PROJECT_MEASURES if name not in absent]


def count_projects(
    shares: pd.DataFrame,
    units: gpd.GeoDataFrame,
    *,
    measure: str,
    counting: Counting | None = None,
    period: Periods = None,
) -> pd.DataFrame:
    """Count allocated projects or programmes, or add their money up.

    Parameters
    ----------
    shares : pandas.DataFrame
        As from `allocate`.
    units : geopandas.GeoDataFrame
        Units that they were allocated to.
    measure : str
        "projects" that are under way, "projects_planned", "projects_suspended" or
        "projects_cancelled"; their "programmes" or "organisations"; or one of `AMOUNTS`.
    counting : {"full", "fractional", "weighted"}, optional
        Without it projects and programmes count in full, and money by share.
    period : str, sequence of str or None
        Periods in which a project must be under way, for a day at least.

    Returns
    -------
    pandas.DataFrame
        `pcode, name, place_kind, period_start, period_end, measure, count, count_low,
        count_high, records, unique_total, basis, source, note`. The measure bears the
        way of counting ("projects_fractional") or the currency ("money_USD").

    Raises
    ------
    UnknownNameError
        If the measure is not known, or no project states such an amount.
    ArgumentError
        If the way of counting suits neither the measure nor the shares.
    FrameError
        If a project has two amounts, or one without a currency.
    """
    require_known(measure, PROJECT_MEASURES, what="measure")
    columns = ("project_id", "project_count", "share", *DISTINCT.get(measure, ())[:1])
    require_columns(shares, columns, what="allocated projects")
    if measure in AMOUNTS:
        if period is not None or counting == "full":
            raise ArgumentError("an amount counts once, by share, and is not spread over time")
        _require_shares(shares, counting)
        return _sums_of_money(shares, units, measure)
    if measure in DISTINCT and counting not in (None, "full"):
        raise ArgumentError(f"{measure} are counted in full: a part of one says nothing")
    _require_shares(shares, counting)
    present = shares[(shares["project_count"] > 0) & (shares["share"] > 0)].assign(silent=False)
    tables = []
    for span, rows, undated in _by_period(present, period, APART.get(measure, ACTIVE)):
        table = _by_place(_weighed(rows, measure, counting), units, of=rows)
        table = _left_open(table, units, pd.concat([rows, undated]), undated, shares)
        ends = (pd.NaT, pd.NaT) if span is None else span
        table["period_start"], table["period_end"] = ends
        table["unique_total"] = _unique(rows, measure)
        if span is None and period is not None:
            table = table[table["records"] > 0].assign(note=_UNDATED, count_high=pd.NA)
        tables.append(table)
    name = measure if counting in (None, "full") else f"{measure}_{counting}"
    return _with_sources(labelled(pd.concat(tables, ignore_index=True), shares, name), shares)


def _with_sources(table: pd.DataFrame, shares: pd.DataFrame) -> pd.DataFrame:
    """Name for each place the sources that name it; that there is none is of all of them."""
    if "source" not in shares.columns:
        return table
    at = _place_keys(shares)
    named = (
        shares.dropna(subset="source")
        .groupby(at)["source"]
        .agg(lambda sources: SOURCE_SEPARATOR.join(sorted(set(map(str, sources)))))
    )
    return table.assign(source=_place_keys(table).map(named).fillna(table["source"]))


def _place_keys(rows: pd.DataFrame) -> "pd.Series[Any]":
    """Give the unit of each row, or what kind of place it is where it is none."""
    return unit_keys(rows).where(rows["place_kind"] == "unit", rows["place_kind"])


def _require_shares(shares: pd.DataFrame, counting: Counting | None) -> None:
    """Refuse shares that were made in another way than the one asked for."""
    wanted = _SHARED_BY.get(str(counting))
    if wanted is None or "share_by" not in shares.columns:
        return
    found = set(shares["share_by"].dropna()) - set(wanted)
    if found:
        raise ArgumentError(
            f"{counting} counting needs shares by {' or '.join(wanted)}, and these are by "
            f"{', '.join(sorted(found))}: allocate the projects so"
        )


def _weighed(rows: pd.DataFrame, measure: str, counting: Counting | None) -> pd.DataFrame:
    """Give each row what it adds to its place; a programme counts once in each."""
    if measure in DISTINCT:
        once = _distinct(rows, measure).assign(weight=1.0)
        once["key"] = unit_keys(once)
        return once.drop_duplicates(["place_kind", "key", measure])
    share = 1.0 if counting in (None, "full") else rows["share"]
    return rows.assign(weight=rows["project_count"].astype("float64") * share)


def _distinct(rows: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Repeat rows for each programme or organisation that they name."""
    named = [
        rows[column].astype("string").str.split(ALIAS_SEPARATOR).rename(measure)
        for column in DISTINCT[measure]
        if column in rows.columns
    ]
    each = pd.concat([rows.assign(**{measure: values}) for values in named]).explode(measure)
    each[measure] = each[measure].astype("string").str.strip()
    return each[each[measure].notna() & (each[measure] != "")].reset_index(drop=True)


def _by_period(
    present: pd.DataFrame, period: Periods, wanted: str
) -> Iterator[tuple[Period | None, pd.DataFrame, pd.DataFrame]]:
    """Give the rows under way in each period, and those that may be; then all of the latter."""
    nothing = present.iloc[:0]
    if period is None:
        yield None, present[activity(present, None) == wanted], nothing
        return
    require_columns(present, ("start_date", "end_date"), what="allocated projects")
    days = (
        pd.to_datetime(present[side]).to_numpy().astype("datetime64[D]")
        for side in ("start_date", "end_date")
    )
    unknown = pd.Series(False, index=present.index)
    for span in asked_periods(period, within=span_of(*days)):
        found = activity(present, span)
        undated = found == UNDATED
        unknown |= undated
        yield span, present[found == wanted], present[undated & (wanted == ACTIVE)]
    yield None, present[unknown & (wanted == ACTIVE)], nothing


def _left_open(
    table: pd.DataFrame,
    units: gpd.GeoDataFrame,
    loose: pd.DataFrame,
    undated: pd.DataFrame,
    shares: pd.DataFrame,
) -> pd.DataFrame:
    """Take the upper bounds from counts to which other projects may belong.

    Those are projects without a unit, as far as they are not countrywide, each in the units
    that its sources name or else in all, and those of which it is not known whether they are
    under way.
    """
    named = shares[named_alone(shares) & (shares["place_kind"] == "unit")]
    led = loose["place_kind"].isin(_LYING) & loose["project_id"].isin(named["project_id"])
    free = loose[~led]
    scopes = scopes_of(free, units, np.flatnonzero(free["place_kind"].isin(_LYING)))
    unplaced = np.zeros(len(table), dtype=np.bool_)
    unplaced[: len(units)] = scopes.open_for(np.ones(len(free), dtype=np.bool_))
    among = unit_keys(named[named["project_id"].isin(loose.loc[led, "project_id"])])
    is_unit = table["place_kind"] == "unit"
    is_named = is_unit & unit_keys(table).isin(set(among))
    unplaced |= is_named.to_numpy(dtype=np.bool_)
    late = _place_keys(table).isin(set(_place_keys(undated))).to_numpy(dtype=np.bool_)
    silent = (table["note"] == NO_RECORD).fillna(False)
    note = table["note"].mask(late & silent).mask(is_named & silent, NAMED)
    for is_open, remark in ((unplaced, NO_PLACE), (late, NO_DATE)):
        note = note.mask(is_open, (note + "; ").fillna("") + remark)
    return table.assign(note=note, count_high=table["count_high"].mask(late | unplaced))


def _by_place(rows: pd.DataFrame, units: gpd.GeoDataFrame, *, of: pd.DataFrame) -> pd.DataFrame:
    """Add weights up for every unit, and for the kinds of place that occur.

    `of` are all projects, also those that name no programme: a unit with one of them is not
    without a record. Where projects are silent about what is added up, the sum is a lower
    bound.
    """
    placed = (rows["place_kind"] == "unit").to_numpy()
    places = pd.DataFrame(units[["pcode", "name"]]).assign(place_kind="unit")
    inside = _sums(rows[placed], unit_keys(rows[placed])).reindex(unit_keys(places), fill_value=0)
    places = pd.concat([places.reset_index(drop=True), inside.reset_index(drop=True)], axis=1)
    kind = rows.loc[~placed, "place_kind"].astype("object")
    others = _sums(rows[~placed], kind).rename_axis("place_kind").reset_index()
    table = pd.concat([places, others], ignore_index=True) if len(others) else places
    silent, records = table.pop("silent"), table["records"]
    text = silent.map("{:.0f}".format) + " of " + records.map("{:.0f}".format)
    note = pd.Series(pd.NA, index=table.index, dtype="string")
    without = (table["place_kind"] == "unit") & ~unit_keys(table).isin(set(unit_keys(of)))
    note = note.mask((records == 0) & without, NO_RECORD)
    table["note"] = note.mask(silent > 0, "at least: no amount is stated by " + text)
    table["count"] = table["count"].mask((silent > 0) & (silent == records))
    table["count_low"] = table["count"]
    table["count_high"] = table["count"].mask(silent > 0)
    return table


def _sums(rows: pd.DataFrame, key: pd.Series) -> pd.DataFrame:
    """Add up by place, number the projects, and those that are silent."""
    project = rows["project_id"]
    return pd.DataFrame(
        {
            "count": _exact_sum(rows["weight"], key),
            "records": project.groupby(key).nunique(),
            "silent": project.where(~rows["silent"]).isna().groupby(key).sum(),
        }
    )


def _exact_sum(values: pd.Series, key: pd.Series) -> pd.Series:
    """Add up by group without rounding on the way, so that the order does not matter."""
    return values.astype("float64").groupby(key).agg(math.fsum)


def _unique(rows: pd.DataFrame, measure: str) -> float:
    """Count every project, or programme, once."""
    if measure in DISTINCT:
        return float(_distinct(rows, measure)[measure].nunique())
    return float(rows.drop_duplicates("project_id")["project_count"].sum())


def _sums_of_money(shares: pd.DataFrame, units: gpd.GeoDataFrame, measure: str) -> pd.DataFrame:
    column = AMOUNTS[measure]
    require_columns(shares, (column, "budget_currency", "share"), what="allocated projects")
    shares = _still_funded(shares, measure)
    amounts = _amounts(shares, column)
    if amounts.empty:
        raise UnknownNameError(f"no project states an amount of {measure}")
    silent = ~shares["project_id"].isin(amounts.index) & (shares["project_count"] > 0)
    present = shares[shares["share"] > 0]
    tables = []
    for currency, own_rows in amounts.groupby("budget_currency"):
        rows = shares[silent | shares["project_id"].isin(own_rows.index)]
        amount = rows["project_id"].map(own_rows[column]).astype("Float64")
        weight = (amount.fillna(0) * rows["share"]).astype("float64")
        sums = _by_place(rows.assign(weight=weight, silent=amount.isna()), units, of=present)
        sums = _left_open(sums, units, rows, rows.iloc[:0], shares)
        sums["unique_total"] = math.fsum(own_rows[column].astype("float64"))
        named = labelled(sums, shares, f"{measure}_{currency}")
        tables.append(_with_sources(named, rows))
    return pd.concat(tables, ignore_index=True)


def _still_funded(shares: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Leave cancelled projects out of amounts that were promised, and not of those paid."""
    if measure == "money_disbursed" or "status" not in shares.columns:
        return shares
    return shares[(shares["status"] != CANCELLED).fillna(value=True)]


def _amounts(shares: pd.DataFrame, column: str) -> pd.DataFrame:
    """Give the amount and currency of each project that states one, by `project_id`."""
    stated = shares[["project_id", column, "budget_currency"]].dropna(subset=column)
    single = stated.drop_duplicates()
    faults = [
        Fault(row, column, value, "is another amount than in another row of its project")
        for row, value in single.loc[single["project_id"].duplicated(), column].items()
    ]
    faults += [
        Fault(row, "budget_currency", None, "is missing for an amount")
        for row in single.index[single["budget_currency"].isna()]
    ]
    if faults:
        raise FrameError("allocated projects", faults)
    return single.set_index("project_id")
