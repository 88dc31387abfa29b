"""Projects under way, by unit: how many, of whom, and which may be there besides."""

from typing import Final

import numpy as np
import pandas as pd

from maligeo.core.columns import unit_keys
from maligeo.core.crs import Floats
from maligeo.core.periods import Period
from maligeo.core.placenames import ALIAS_SEPARATOR
from maligeo.join.shares import named_alone
from maligeo.measure.activity import ACTIVE, PLANNED, SUSPENDED, UNDATED, activity
from maligeo.measure.certainty import Response, Unplaced
from maligeo.measure.presence import NOT_STATED, columns_of, named_values

_ACTIVITY: Final = "activity"


def active_projects(shares: pd.DataFrame, period: Period | None) -> pd.DataFrame:
    """Say of projects that are divided among units whether they are under way.

    Parameters
    ----------
    shares : pandas.DataFrame
        As from `maligeo.allocate`.
    period : Period, optional
        As for `activity`.

    Returns
    -------
    pandas.DataFrame
        The input with `activity`, and `key` of the unit; without what stands for no project.
    """
    found = shares.assign(**{_ACTIVITY: activity(shares, period), "key": unit_keys(shares)})
    return found[found["project_count"] > 0].reset_index(drop=True)


def response_of(active: pd.DataFrame, index: pd.Index) -> Response:
    """Count projects by unit, in full and by share, for the draws.

    Parameters
    ----------
    active : pandas.DataFrame
        As from `active_projects`.
    index : pandas.Index, length n
        Keys of the units.
    """
    here = active[active[_ACTIVITY].isin([ACTIVE, UNDATED])]
    placed = _placed(here)
    ways, undated = (
        np.array([_number(rows, index), _number(rows, index, by_share=True)])
        for rows in (placed, placed[placed[_ACTIVITY] == UNDATED])
    )
    return Response(ways, undated, tuple(_unplaced(here, index)))


def response_columns(
    active: pd.DataFrame, index: pd.Index, period: Period | None
) -> dict[str, pd.Series]:
    """Give the columns of an answer that tell of the response, by unit.

    Parameters
    ----------
    active : pandas.DataFrame
        As from `active_projects`.
    index : pandas.Index, length n
        Keys of the units.
    period : Period, optional
        The period that was asked for.
    """
    here = active[active[_ACTIVITY].isin([ACTIVE, UNDATED])]
    placed = _placed(here)
    numbers = {
        "organisations": _distinct(placed, "organisation", index),
        "programmes": _distinct(placed, "programme", index),
        "projects": _number(placed, index),
        "projects_by_share": _number(placed, index, by_share=True),
        "undated": _number(placed[placed[_ACTIVITY] == UNDATED], index),
        "planned": _number(_placed(active[active[_ACTIVITY].isin([PLANNED, SUSPENDED])]), index),
        "unplaced": sum(
            (part.sizes.sum() * part.among for part in _unplaced(here, index)),
            start=np.zeros(len(index)),
        ),
    }
    columns = {
        name: pd.Series(values, index=index, dtype="Float64") for name, values in numbers.items()
    }
    columns["named"] = _named(here, index)
    first, last = _span(here, period)
    columns["response_start"] = pd.Series(first, index=index, dtype="datetime64[ns]")
    columns["response_end"] = pd.Series(last, index=index, dtype="datetime64[ns]")
    return columns


def _placed(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[(rows["place_kind"] == "unit") & (rows["share"] > 0)]


def _number(rows: pd.DataFrame, index: pd.Index, *, by_share: bool = False) -> Floats:
    weight = rows["project_count"].astype("float64") * (rows["share"] if by_share else 1.0)
    return _by_unit(weight.groupby(rows["key"]).sum(), index)


def _distinct(rows: pd.DataFrame, by: str, index: pd.Index) -> Floats:
    if not set(columns_of(by)) & set(rows.columns):  # an audience that does not see whose they are
        return np.full(len(index), np.nan)
    each = rows[["key"]].assign(value=named_values(rows, by)).explode("value")
    each = each[each["value"] != NOT_STATED]
    return _by_unit(each.groupby("key")["value"].nunique(), index)


def _by_unit(sums: pd.Series, index: pd.Index) -> Floats:
    return np.asarray(sums.reindex(index, fill_value=0), dtype=np.float64)


def _unplaced(here: pd.DataFrame, index: pd.Index) -> list[Unplaced]:
    """Group the projects in no known unit by the units in which they may be."""
    named = _named_places(here)
    among = named.groupby("project_id")["key"].agg(frozenset)
    lost = here[(here["place_kind"] == "unattributed") & (here["share"] > 0)]
    units = lost["project_id"].map(among)
    nowhere: frozenset[str] = frozenset()
    groups = pd.Series([nowhere if pd.isna(one) else one for one in units], index=lost.index)
    counts = (lost["project_count"].astype("float64") * lost["share"]).groupby(groups)
    return [
        Unplaced(
            sizes.to_numpy(np.float64),
            index.isin(list(keys)) if keys else np.ones(len(index), dtype=np.bool_),
            is_named=bool(keys),
        )
        for keys, sizes in counts
    ]


def _named_places(here: pd.DataFrame) -> pd.DataFrame:
    """Give the units in which a source says that projects are; an office is none of them."""
    return here[named_alone(here) & (here["place_kind"] == "unit")]


def _named(here: pd.DataFrame, index: pd.Index) -> "pd.Series[str]":
    """Join what the sources name in each unit without a number of projects."""
    rows = _named_places(here)
    said = pd.Series(pd.NA, index=rows.index, dtype="string")
    for name in (name for name in ("programme", "title") if name in rows.columns):
        said = said.fillna(rows[name].astype("string"))
    joined = (
        said.dropna()
        .groupby(rows["key"])
        .agg(lambda names: ALIAS_SEPARATOR.join(dict.fromkeys(names)))
    )
    return joined.reindex(index).astype("string")


def _span(here: pd.DataFrame, period: Period | None) -> Period:
    """Give the period asked for, or the dates of the projects: no end where one has none."""
    if period is not None:
        return period
    start, end = (pd.to_datetime(here[name]) for name in ("start_date", "end_date"))
    open_ended = (start.notna() & end.isna()).any()
    return Period(start.min(), pd.NaT if open_ended else end.max())
