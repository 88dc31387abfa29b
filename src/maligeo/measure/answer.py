"""The answer to the planner's question: where is need, who is active, and how sure is that."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from maligeo.core.audiences import inherit_audience
from maligeo.core.columns import FEWER, NOT_COVERED, WITHHELD, unit_keys
from maligeo.core.columns import UNDATED as NO_PERIOD
from maligeo.core.crs import Floats
from maligeo.core.periods import Period
from maligeo.measure.active_projects import active_projects, response_columns, response_of
from maligeo.measure.certainty import RESPONSES, Classes, Need, Rules, Unplaced, judge
from maligeo.measure.counts import LYING, SILENT
from maligeo.measure.event_sizes import FEWEST_EVENTS, VICTIMS, bounds_of_victims, sizes_of
from maligeo.measure.indicators import Indicator, read_indicators
from maligeo.measure.rates import poisson_interval, whole_counts

TOO_FEW: Final = "few"
UNKNOWN: Final = "unknown"
CLASSES: Final = (*RESPONSES, TOO_FEW, UNKNOWN)

TOO_FEW_EVENTS: Final = FEWEST_EVENTS  # with fewer, one more or less changes what is said
EVENTS: Final = frozenset({"incidents", *VICTIMS})
UNDATED: Final = "undated"
_OTHER_EVENTS: Final = ("events", "fatalities", "wounded", "casualties")  # of figures of others


def need_and_response(
    need: pd.DataFrame,
    shares: pd.DataFrame,
    units: gpd.GeoDataFrame,
    *,
    people: pd.DataFrame | None = None,
    period: Period | None = None,
    rules: Rules | None = None,
) -> pd.DataFrame:
    """Say of each unit how great the need is, who is active there, and how sure that is.

    Parameters
    ----------
    need : pandas.DataFrame
        Density table of one or several measures, each of one period and publisher, as from
        `density`; several weigh the same, or as its column `weight` says. Victims are drawn by
        incident: as large as a column `sizes` says (`with_sizes`), else all of a size.
    shares : pandas.DataFrame
        Projects divided among the units, as from `allocate`.
    units : geopandas.GeoDataFrame
        Units of the same vintage.
    people : pandas.DataFrame, optional
        People per unit, as from `population`: one of the ways to place records without a unit.
    period : Period, optional
        When projects must be under way; without it all count that are not planned, suspended
        or cancelled, whenever they were.
    rules : Rules, optional
        Limits of the classes, and the draws.

    Returns
    -------
    pandas.DataFrame
        One row per unit, in the order of the units: `vintage, pcode, name, place_kind`,
        `period_start, period_end, publisher` of the need; for each measure its count and, as
        `{measure}_low` and `{measure}_high`, what rounding and chance leave open (95 %; of what
        is no number of events its rounding alone), the latter missing where more may belong
        there (records without a place or a date), and its rate where it has one; where there
        are such, as `{measure}_undated` what has no date, as `{measure}_unstated` the incidents
        that do not state all their victims; then
        `organisations, programmes` and `projects` that are active, each counted in full,
        `projects_by_share`, of which `undated`; `planned` (also suspended);
        `named`: what the sources name there without a number, joined by "|"; `unplaced`:
        projects in no known unit that may be here; `response_start, response_end`: the dates
        of the projects counted, or the period that was asked for (`in_period`); `class`:
        "nobody" (need, and nobody recorded), "less" (low response for the need), "alike"
        (average), "more" (high), "few" (fewer than 5 events; the victims of one incident are
        one) or "unknown" (need not known); `certainty`:
        share of the draws in this class, see `judge`; `depends_on`: "solid" or what it would
        gain most by; `note`.

    Raises
    ------
    ArgumentError
        If a measure has no value for any unit.
    FrameError
        If a table lacks columns, or holds a unit twice or one that is not in `units`.
    VintageError
        If the tables and units are of different vintages.
    """
    needs = read_indicators(need, units, by="count", what="need")
    index = needs[0].shown.index
    ordered = units.set_index(unit_keys(units)).loc[index]
    active = active_projects(shares, period)
    drawn = [_need_of(one) for one in needs]
    finding = judge(drawn, response_of(active, index), _places(ordered, people), rules)
    classes = _classes(needs, finding.stated)
    told = np.isin(classes, RESPONSES)
    columns = {
        **response_columns(active, index, period),
        "in_period": pd.array([period is not None] * len(index), dtype="boolean"),
        "class": pd.array(classes, dtype="string"),
        "certainty": pd.array(np.where(told, finding.certainty, np.nan), dtype="Float64"),
        "depends_on": pd.array(np.where(told, finding.depends_on, ""), dtype="string"),
    }
    answer = pd.concat(
        [
            _head(ordered, needs),
            *(_need_columns(one) for one in needs),
            pd.DataFrame(columns, index=index),
        ],
        axis="columns",
    )
    answer["depends_on"] = answer["depends_on"].replace("", pd.NA)
    answer = answer.loc[unit_keys(units)].reset_index(drop=True)
    return inherit_audience(answer, need, shares)


def _need_of(indicator: Indicator) -> Need:
    """Take the counts of a measure, and the events that are in no known unit."""
    rows = indicator.rows[0]
    count = _numbers(rows["count"])
    ends = (_numbers(rows[f"count_{side}"].fillna(rows["count"])) for side in ("low", "high"))
    low, high = (np.where(np.isfinite(count), end, count) for end in ends)
    known = np.isfinite(count)
    apart = indicator.elsewhere
    lost = apart[apart["place_kind"].isin(LYING)]
    # A publisher counts some units whole: what is left of its total lies in the others.
    whole = known & rows["count_high"].notna().to_numpy(dtype=bool)
    among = known if whole.all() or rows["publisher"].fillna("").eq("").all() else ~whole
    most = _most_withheld(lost)
    is_open = bool(np.isnan(most).any())
    most = most[most > 0]
    if _are_victims(rows):
        rest = Unplaced(np.concatenate([*sizes_of(lost), most]), among, is_whole=True)
        sized = Need(low, high, sizes_of(rows), unplaced=(rest,), weight=indicator.weight)
        return replace(sized, undated=_undated(rows), is_open=is_open)
    by_chance, values = _is_event(rows), np.append(_numbers(lost["value"]), most)
    sizes = np.ones(round(np.nansum(values))) if by_chance else values[values > 0]
    rest = Unplaced(sizes, among)
    counted = Need(low, high, by_chance=by_chance, unplaced=(rest,), weight=indicator.weight)
    return replace(counted, undated=_undated(rows), is_open=is_open)


def _most_withheld(lost: pd.DataFrame) -> Floats:
    """Give the most that counts without a unit may be which a release withholds.

    "Fewer than 5" may be none, and must not be taken for it; NaN where nothing is said.
    """
    said = lost["note"].astype("string").str.startswith(WITHHELD).fillna(value=False)
    return _numbers(lost.loc[said.to_numpy(dtype=np.bool_), "count_high"])


def with_undated(chosen: pd.DataFrame, need: pd.DataFrame) -> pd.DataFrame:
    """Add to counts of a period what its table counts beside it, since it has no date.

    Parameters
    ----------
    chosen, need : pandas.DataFrame
        Rows of a density table, and all of it.

    Returns
    -------
    pandas.DataFrame
        With `undated` and, as the number of records, `undated_records`, where there are any.
    """
    keys = ["measure", "place_kind", "pcode", "name"]
    loose = need[need["period_start"].isna() & (need["note"] == NO_PERIOD).fillna(value=False)]
    if loose.empty:
        return chosen
    beside = loose.groupby(keys, dropna=False)[["count", "records"]].sum().add_prefix("undated_")
    beside = beside.rename(columns={"undated_count": UNDATED}).reset_index()
    return inherit_audience(chosen.merge(beside, on=keys, how="left"), chosen)


def _undated(rows: pd.DataFrame) -> Floats | None:
    """Give what is counted of each unit without a date; None where nothing is."""
    found = np.nan_to_num(_numbers(rows[UNDATED])) if UNDATED in rows.columns else np.zeros(0)
    return found if found.any() else None


def _numbers(values: pd.Series) -> Floats:
    numbers: Floats = values.astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    return numbers


def _places(units: gpd.GeoDataFrame, people: pd.DataFrame | None) -> Floats:
    """Say how likely a record without a unit lies in each: by people, by area."""
    ways = [_numbers(units["area_sqkm"])]
    if people is not None:
        by_unit = people.set_index(unit_keys(people))["population"]
        ways.insert(0, np.nan_to_num(_numbers(by_unit.reindex(units.index))))
    return np.array(ways)


def _classes(needs: Sequence[Indicator], stated: Classes) -> npt.NDArray[np.object_]:
    """Give the words of classes: too few events and unknown need go before a finding."""
    found = np.array([*RESPONSES, TOO_FEW], dtype=object)[stated]  # -1 is the last
    for need in needs:
        rows = need.rows[0]
        most = rows["count"].astype("Float64").fillna(rows["count_high"].astype("Float64"))
        few = (most < TOO_FEW_EVENTS).fillna(False).to_numpy(dtype=np.bool_)
        few |= _says_fewer(rows["note"])
        events = _numbers(most)
        if _are_victims(rows):  # of one incident they are one event, however many they are
            events = np.array([float(len(sizes)) for sizes in sizes_of(rows)])
            few |= need.known() & (events < TOO_FEW_EVENTS)
        found[~need.known() & ~few] = UNKNOWN
        found[few & _is_event(rows)] = TOO_FEW
        more = _numbers(rows[f"{UNDATED}_records"]) if UNDATED in rows.columns else np.zeros(1)
        found[few & _is_event(rows) & (events + more >= TOO_FEW_EVENTS)] = UNKNOWN
    return found


def _says_fewer(note: pd.Series) -> npt.NDArray[np.bool_]:
    """Tell the counts that were withheld because too few are recorded there.

    Where nobody says that the source covers it, few records do not tell few events.
    """
    said = note.astype("string")
    limit = said.str.extract(rf"^{FEWER}(\d+)", expand=False).astype("Float64")
    fewer = (limit <= TOO_FEW_EVENTS) & ~said.str.contains(NOT_COVERED, regex=False)
    found: npt.NDArray[np.bool_] = fewer.fillna(False).to_numpy(np.bool_)
    return found


def _is_event(rows: pd.DataFrame) -> bool:
    """Tell what could have been more or less by chance from what is as it is."""
    return is_event(_measure(rows))


def _are_victims(rows: pd.DataFrame) -> bool:
    """Tell people who come several at a time, by incident."""
    return _measure(rows) in VICTIMS


def _measure(rows: pd.DataFrame) -> str:
    return str(rows["measure"].dropna().iloc[0])


def is_event(measure: str) -> bool:
    """Tell whether a measure counts events or those whom they hurt: "events_battles" does."""
    return measure in EVENTS or measure.startswith(_OTHER_EVENTS)


def _head(units: gpd.GeoDataFrame, needs: Sequence[Indicator]) -> pd.DataFrame:
    rows = pd.concat([need.rows[0] for need in needs])
    publishers = sorted({*rows["publisher"].dropna()} - {""})  # records have none
    notes = pd.concat([need.rows[0]["note"] for need in needs], axis="columns")
    return pd.DataFrame(
        {
            **{name: units[name].astype("string") for name in ("vintage", "pcode", "name")},
            "place_kind": "unit",
            "period_start": pd.to_datetime(rows["period_start"]).min(),
            "period_end": pd.to_datetime(rows["period_end"]).max(),
            "publisher": pd.array([" | ".join(publishers) or pd.NA] * len(units), dtype="string"),
            "note": notes.apply(_joined, axis="columns").astype("string"),
        },
        index=units.index,
    )


def _joined(notes: pd.Series) -> str | None:
    return "; ".join(dict.fromkeys(notes.dropna())) or None


def _need_columns(need: Indicator) -> pd.DataFrame:
    """Give the count with what rounding and chance leave open, and its rate."""
    rows, name = need.rows[0], need.name
    count = rows["count"].astype("Float64")
    low, high = (rows[f"count_{side}"].astype("Float64") for side in ("low", "high"))
    low = low.fillna(count)
    if _is_event(rows):
        lower, upper = _by_chance(need, *whole_counts(_numbers(low), _numbers(high)))
        low, high = (pd.Series(side, index=rows.index, dtype="Float64") for side in (lower, upper))
    columns = {name: count, f"{name}_low": low, f"{name}_high": high, **_beside(rows, name)}
    for rate in ("per_100k", "ci_low", "ci_high"):
        columns[f"{name}_{rate}"] = rows[rate].astype("Float64")
    return pd.DataFrame(columns)


def _beside(rows: pd.DataFrame, name: str) -> dict[str, pd.Series]:
    """Give what is not in a count, where there is any: what has no date, who states nothing."""
    silent = rows["note"].astype("string").str.extract(SILENT, expand=False).astype("Float64")
    columns = {f"{name}_unstated": silent} if silent.notna().any() else {}
    if (undated := _undated(rows)) is not None:
        columns[f"{name}_undated"] = pd.Series(undated, index=rows.index, dtype="Float64")
    return columns


def _by_chance(need: Indicator, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Widen the bounds of counts to what chance leaves open of their expected numbers."""
    if not _are_victims(need.rows[0]):
        return poisson_interval(low)[0], poisson_interval(high)[1]
    return bounds_of_victims(low, high, sizes_of(need.rows[0]), sizes_of(need.elsewhere))
