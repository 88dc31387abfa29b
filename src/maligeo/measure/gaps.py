"""Where nobody works: need against response, and who is present in which unit."""

import math
from collections.abc import Sequence
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from maligeo.audiences import inherit_audience
from maligeo.checks import require_columns, require_one_vintage, require_same_vintage
from maligeo.errors import ArgumentError
from maligeo.measure.indicators import Indicator, read_indicators
from maligeo.measure.sensitivity import DEFAULT_DRAWS, DrawnRanks, Draws, draw_ranks, interval
from maligeo.names import ALIAS_SEPARATOR
from maligeo.unitkeys import unit_keys

ROBUST: Final = "robust"
DEPENDS: Final = "depends on weights"
NOT_STATED: Final = "not stated"

_KEY = ["place_kind", "pcode", "name"]
_ELSEWHERE = ["joint", "countrywide", "unattributed", "outside"]
_NO_UNIT = "concerns no single unit: not ranked"


def coverage_gaps(
    need: pd.DataFrame,
    response: pd.DataFrame,
    units: gpd.GeoDataFrame,
    *,
    need_by: str | Sequence[str] = "per_100k",
    response_by: str | Sequence[str] = "count",
    draws: Draws = DEFAULT_DRAWS,
) -> pd.DataFrame:
    """Compare, unit by unit, the rank of the need with the rank of the response.

    Parameters
    ----------
    need, response : pandas.DataFrame
        Density tables of one or several measures, as from `density` and `combine`. Of
        projects, give the measures of all ways of counting ("projects",
        "projects_fractional", "projects_weighted"), to see what hangs on them.
    units : geopandas.GeoDataFrame
        Units of the same vintage.
    need_by, response_by : str or sequence of str
        Columns to rank by: "count", "per_100k", "per_1000_sqkm", "smoothed_per_100k".
        Measures and columns weigh the same in the ranks, and at random in the draws.
    draws : Draws, optional
        Number and seed of the random draws, and the agreement that they have to reach.

    Returns
    -------
    pandas.DataFrame
        Units by falling gap, then those that cannot be compared, then what concerns no
        single unit (`place_kind`), with its counts and without ranks. Columns:
        `vintage, pcode, name, place_kind`; `period_start, period_end, publisher` of the
        need; one column per measure ("incidents", "incidents_per_100k"), of the need
        before `need_rank`, of the response before `response_rank`.
        `need_rank, response_rank`: 1 is the most; `_low` and `_high` the interval that
        90 % of the draws keep. `gap_places` = response_rank - need_rank, in places, with
        its own interval; above 0 the response stands further back than the need.
        `agreement`: share of the draws in which the gap lies on the same side (above 0,
        or not); `certainty` is "robust" from 0.9 on, else "depends on weights".
        `no_response`: the sources place none there, whatever the rank. `note` repeats the
        notes of the tables, and says why a unit has no gap: a need that is not known,
        whether nobody recorded it or nobody could go there, is never read as no need.

    Raises
    ------
    ArgumentError
        If a column is not known or a measure has no value for any unit.
    FrameError
        If a table lacks columns, or holds a unit twice or one that is not in `units`.
    VintageError
        If the tables and units are of different vintages.

    Notes
    -----
    Ranks share places on ties (see `maligeo.measure.ranking`) and compare order alone: some unit
    is always last, so that a gap of 0 does not mean that the response is enough. The draws
    follow `maligeo.measure.sensitivity`.
    """
    needs = read_indicators(need, units, by=need_by, what="need")
    responses = read_indicators(response, units, by=response_by, what="response")
    _require_apart(needs, responses)
    known = np.all([indicator.known() for indicator in (*needs, *responses)], axis=0)
    asked = draw_ranks(needs, draws, keep=known, stream=0)
    answered = draw_ranks(responses, draws, keep=known, stream=1)
    behind = DrawnRanks(answered.chosen - asked.chosen, answered.drawn - asked.drawn)
    keys = pd.Index(sorted(unit_keys(units)))
    placed = pd.concat(
        [
            _unit_frame(units).loc[keys],
            _period(needs).loc[keys],
            _values(needs),
            _ranked("need_rank", asked, keys[known], draws).reindex(keys),
            _values(responses),
            _ranked("response_rank", answered, keys[known], draws).reindex(keys),
            _ranked("gap_places", behind, keys[known], draws).reindex(keys),
            _certainty(behind, keys[known], draws).reindex(keys),
            _findings(needs, responses),
        ],
        axis="columns",
    ).sort_values("gap_places", ascending=False, kind="stable")
    elsewhere = _elsewhere(needs, responses).assign(vintage=placed["vintage"].iloc[0])
    table = _typed(pd.concat([placed, elsewhere], ignore_index=True)[list(placed.columns)])
    return inherit_audience(table, need, response)


def presence(
    shares: pd.DataFrame, units: gpd.GeoDataFrame, *, by: str = "programme"
) -> pd.DataFrame:
    """Cross units with programmes (or sectors, funders …), empty cells and all.

    Parameters
    ----------
    shares : pandas.DataFrame
        Allocated projects, as from `allocate`.
    units : geopandas.GeoDataFrame
        Units of the same vintage; each gets a row, also without any project.
    by : str, default "programme"
        Column of `shares` that gives the columns of the matrix, in alphabetical order. A
        cell that joins several values by "|", as sectors and funders do, counts the
        project under each; one without any counts under "not stated".

    Returns
    -------
    pandas.DataFrame
        Index `place_kind, pcode, name`: the units in their order, then what is
        countrywide, could not be attributed or lies outside. Cells count the projects
        recorded there (a project in several units counts in each); 0 means that the
        sources record none, not that none exists.

    Raises
    ------
    FrameError
        If a column is missing.
    VintageError
        If shares and units are of different vintages.
    """
    require_columns(shares, ("project_id", "project_count", by, *_KEY), what="allocated projects")
    vintage = require_one_vintage(units["vintage"], what="units")
    require_same_vintage(
        require_one_vintage(shares["vintage"], what="allocated projects"),
        vintage,
        what="projects and units",
    )
    single = _one_value_each(shares, by)
    keyed = single.assign(pcode=single["pcode"].fillna(""), name=single["name"].fillna(""))
    matrix = keyed.pivot_table(
        index=_KEY, columns=by, values="project_count", aggfunc="sum", observed=True
    )
    rows = pd.MultiIndex.from_frame(_rows(shares, units))
    stated = sorted(set(single[by]) - {NOT_STATED})
    headings = [*stated, *({NOT_STATED} & set(single[by]))]
    columns = pd.Index(headings, name=by)
    counts = matrix.reindex(index=rows, columns=columns).fillna(0).astype("Int64")
    return inherit_audience(counts, shares)


def empty_cells(matrix: pd.DataFrame) -> pd.DataFrame:
    """List the cells of a matrix of presence in which the sources record nothing.

    Parameters
    ----------
    matrix : pandas.DataFrame
        As from `presence`.

    Returns
    -------
    pandas.DataFrame
        One row per unit and heading without a project: `pcode, name`, the column that the
        matrix is by, and `unplaced`, the projects of that heading that are countrywide or
        could not be placed. Only where these are 0 is the cell known to be empty.

    Raises
    ------
    FrameError
        If the matrix has not the index of `presence`.
    """
    require_columns(matrix.index.to_frame(), _KEY, what="matrix of presence")
    units = matrix[matrix.index.get_level_values("place_kind") == "unit"]
    rows, cells = np.nonzero((units == 0).to_numpy(dtype=bool))
    empty = units.index.to_frame(index=False).iloc[rows][["pcode", "name"]]
    empty[str(matrix.columns.name)] = units.columns[cells]
    unplaced = matrix.drop(index=units.index).sum()
    empty = empty.reset_index(drop=True).astype("string")
    empty = empty.assign(unplaced=unplaced.iloc[cells].to_numpy(dtype="int64"))
    return inherit_audience(empty, matrix)


def placement(shares: pd.DataFrame, *, by: str = "programme") -> pd.DataFrame:
    """Say how many projects of each programme (or sector, funder …) have a place on the map.

    Parameters
    ----------
    shares : pandas.DataFrame
        Allocated projects, as from `allocate`.
    by : str, default "programme"
        Column to group by; joined values count under each, as in `presence`.

    Returns
    -------
    pandas.DataFrame
        One row per value of `by`, in alphabetical order: `projects`, of which `placed` in
        units, `countrywide`, `unattributed` and `outside`; they add up.

    Raises
    ------
    FrameError
        If a column is missing.
    """
    required = ("project_count", "share", "place_kind", by)
    require_columns(shares, required, what="allocated projects")
    single = _one_value_each(shares, by)
    single["part"] = single["project_count"].astype("float64") * single["share"]
    table = single.pivot_table(index=by, columns="place_kind", values="part", aggfunc=math.fsum)
    table = table.reindex(columns=["unit", *_ELSEWHERE[1:]]).fillna(0.0).astype("Float64")
    table.insert(0, "projects", table.sum(axis="columns"))
    table = table.rename(columns={"unit": "placed"}).rename_axis(columns=None).reset_index()
    return inherit_audience(table, shares)


def _require_apart(needs: Sequence[Indicator], responses: Sequence[Indicator]) -> None:
    both = sorted({one.name for one in needs} & {one.name for one in responses})
    if both:
        raise ArgumentError(f"need and response both hold {', '.join(both)}")


def _unit_frame(units: gpd.GeoDataFrame) -> pd.DataFrame:
    named = pd.DataFrame(units[["vintage", "pcode", "name"]]).set_axis(unit_keys(units))
    return named.assign(place_kind="unit")


def _period(needs: Sequence[Indicator]) -> pd.DataFrame:
    """Give the span of the figures of need, and who published them."""
    rows = pd.concat([indicator.rows[0] for indicator in needs])
    publishers = sorted(rows["publisher"].dropna().unique())
    return pd.DataFrame(
        {
            "period_start": pd.to_datetime(rows["period_start"]).min(),
            "period_end": pd.to_datetime(rows["period_end"]).max(),
            "publisher": " | ".join(publishers) or pd.NA,
        },
        index=needs[0].rows[0].index,
    )


def _values(indicators: Sequence[Indicator]) -> pd.DataFrame:
    return pd.DataFrame({indicator.name: indicator.shown for indicator in indicators})


def _ranked(name: str, ranked: DrawnRanks, keys: pd.Index, draws: Draws) -> pd.DataFrame:
    low, high = interval(ranked.drawn, draws.agreement)
    columns = {name: ranked.chosen, f"{name}_low": low, f"{name}_high": high}
    return pd.DataFrame(columns, index=keys)


def _certainty(gap: DrawnRanks, keys: pd.Index, draws: Draws) -> pd.DataFrame:
    agreement = ((gap.drawn > 0) == (gap.chosen > 0)).mean(axis=0)
    certainty = np.where(agreement >= draws.agreement, ROBUST, DEPENDS)
    return pd.DataFrame({"agreement": agreement, "certainty": certainty}, index=keys)


def _findings(needs: Sequence[Indicator], responses: Sequence[Indicator]) -> pd.DataFrame:
    """Say where no response is recorded, and why a unit cannot be compared."""
    known = np.all([indicator.known() for indicator in responses], axis=0)
    zero = np.all([one.shown.eq(0).fillna(False) for one in responses], axis=0)
    notes = [_notes("need", one) for one in needs] + [_notes("response", one) for one in responses]
    note = pd.concat(notes, axis="columns").apply(_distinct, axis="columns")
    none = pd.Series(zero, index=note.index).astype("boolean").where(known)
    return pd.DataFrame({"no_response": none, "note": note})


def _notes(what: str, indicator: Indicator) -> "pd.Series[str]":
    """Repeat what the tables note, after the word that a value is not known where it is not."""
    known = pd.Series(indicator.known(), index=indicator.shown.index)
    notes = pd.concat([way["note"] for way in indicator.rows]).groupby(level=0).first()
    said = notes.reindex(known.index).astype("string")
    return (f"{what}: " + said).where(known, f"{what} not known: " + said.fillna("no figure"))


def _distinct(notes: "pd.Series[str]") -> str | None:
    return "; ".join(dict.fromkeys(notes.dropna())) or None


def _elsewhere(needs: Sequence[Indicator], responses: Sequence[Indicator]) -> pd.DataFrame:
    """Lay the counts that concern no single unit side by side, one row per kind and name."""
    indicators = (*needs, *responses)
    frames = [
        one.elsewhere.assign(name=one.elsewhere["name"].fillna(""))
        .groupby(["place_kind", "name"])["value"]
        .first()
        .rename(one.name)
        for one in indicators
    ]
    table = pd.concat(frames, axis="columns").reset_index()
    order = pd.Categorical(table["place_kind"], categories=_ELSEWHERE, ordered=True)
    table = table.assign(order=order).sort_values(["order", "name"]).drop(columns="order")
    return table.assign(pcode=pd.NA, name=table["name"].replace("", pd.NA), note=_NO_UNIT)


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    text = ("vintage", "pcode", "name", "place_kind", "publisher", "certainty", "note")
    types = dict.fromkeys(table.columns.drop(["period_start", "period_end"]), "Float64")
    typed = table.astype(types | dict.fromkeys(text, "string") | {"no_response": "boolean"})
    return typed.astype(dict.fromkeys(("period_start", "period_end"), "datetime64[ns]"))


def _one_value_each(shares: pd.DataFrame, by: str) -> pd.DataFrame:
    """Repeat each row for each of its joined values, once."""
    values = shares[by].astype("string").fillna(NOT_STATED).str.split(ALIAS_SEPARATOR)
    distinct = [sorted({part.strip() for part in parts} - {""}) for parts in values]
    return shares.assign(**{by: distinct}).explode(by).reset_index(drop=True)


def _rows(shares: pd.DataFrame, units: gpd.GeoDataFrame) -> pd.DataFrame:
    """List the units, then the kinds of place without a unit that occur."""
    placed = units[["pcode", "name"]].fillna("").assign(place_kind="unit")
    kinds = [kind for kind in _ELSEWHERE if kind in set(shares["place_kind"])]
    others = pd.DataFrame({"place_kind": kinds, "pcode": "", "name": ""})
    return pd.concat([placed, others], ignore_index=True)[_KEY].astype("string")
