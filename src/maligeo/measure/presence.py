"""Who works where: units crossed with programmes, organisations, funders or sectors."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from maligeo.core.audiences import inherit_audience
from maligeo.core.checks import require_choice, require_columns, require_vintage_of
from maligeo.core.errors import ArgumentError, UnknownNameError
from maligeo.core.placenames import ALIAS_SEPARATOR
from maligeo.join.shares import named_alone, without_projects
from maligeo.readers.formats import load_format, meaning_of

NOT_STATED: Final = "not stated"
SEVERAL: Final = "several, not broken down"
SELECTED: Final = ("programme", "organisation", "funder", "sector", "status")
_HEADINGS_LAST: Final = (SEVERAL, NOT_STATED)
# An organisation works for a project whether it leads it or carries it out.
_COLUMNS_OF: Final = {"organisation": ("organisation", "implementer")}
_KEY = ["place_kind", "pcode", "name"]
_ELSEWHERE = ["joint", "countrywide", "unattributed", "outside"]


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
        "programme", "organisation" (also those that carry it out), "funder", "sector" or
        another column of `shares`: the columns of the matrix, in alphabetical order. A
        project that names several, joined by "|", counts under each; a record of several
        projects counts under "several, not broken down", and is named under each; what names
        none counts under "not stated".

    Returns
    -------
    pandas.DataFrame
        Index `place_kind, pcode, name`: the units in their order, then what is
        countrywide, could not be attributed or lies outside. A cell is a number of projects
        (one in several units counts in each); missing where the sources name the unit for
        projects of unknown number; 0 where they record none, which does not say that there is
        none. An office is no naming of projects.

    Raises
    ------
    FrameError
        If a column is missing.
    VintageError
        If shares and units are of different vintages.

    Examples
    --------
    >>> import maligeo
    >>> units = maligeo.load_boundaries()
    >>> shares = maligeo.allocate(maligeo.locate(maligeo.load_projects(), units), units)
    >>> maligeo.presence(shares, units, by="funder")[["Luxembourg", "MINUSMA"]].head(3)
    funder                      Luxembourg  MINUSMA
    place_kind pcode name
    unit       ML01  Kayes               0        0
               ML02  Koulikoro           0        0
               ML03  Sikasso             1        0
    """
    columns = columns_of(by)
    seen = next((name for name in columns if name in shares.columns), columns[0])
    required = ("project_id", "project_count", "share", seen, *_KEY)
    require_columns(shares, required, what="allocated projects")
    require_vintage_of(units, shares, what="allocated projects")
    single = _one_value_each(shares, by)
    said = single[named_alone(single) | ~without_projects(single)]
    keyed = said.assign(pcode=said["pcode"].fillna(""), name=said["name"].fillna(""))
    rows = pd.MultiIndex.from_frame(_rows(shares, units))
    found = set(single[by])
    last = [heading for heading in _HEADINGS_LAST if heading in found]
    headings = pd.Index([*sorted(found - set(last)), *last], name=by)
    counts, named = (
        keyed[keyed["project_count"].notna() == counted]
        .pivot_table(index=_KEY, columns=by, values="many", aggfunc="sum", observed=True)
        .reindex(index=rows, columns=headings)
        for counted in (True, False)
    )
    matrix = counts.fillna(0).mask(counts.isna() & named.notna()).astype("Int64")
    return inherit_audience(matrix, shares)


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
    rows, cells = np.nonzero(units.eq(0).fillna(False).to_numpy(dtype=bool))
    empty = units.index.to_frame(index=False).iloc[rows][["pcode", "name"]]
    empty[str(matrix.columns.name)] = units.columns[cells]
    unplaced = matrix.drop(index=units.index).fillna(0).sum()
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
        units, `countrywide`, `unattributed` and `outside`; they add up. All are missing for
        what only records of several projects name, or sources without a number: the projects of
        the former are under "several, not broken down".

    Raises
    ------
    FrameError
        If a column is missing.
    """
    required = ("project_count", "share", "place_kind", by)
    require_columns(shares, required, what="allocated projects")
    single = _one_value_each(shares, by)
    counted = single[single["project_count"].notna()]
    parts = counted.assign(part=counted["project_count"].astype("float64") * counted["share"])
    table = parts.pivot_table(index=by, columns="place_kind", values="part", aggfunc=math.fsum)
    table = table.reindex(columns=["unit", *_ELSEWHERE[1:]]).fillna(0.0).astype("Float64")
    table.insert(0, "projects", table.sum(axis="columns"))
    table = table.reindex(sorted(set(single[by]))).rename_axis(by)
    table = table.rename(columns={"unit": "placed"}).rename_axis(columns=None).reset_index()
    return inherit_audience(table, shares)


def _one_value_each(shares: pd.DataFrame, by: str) -> pd.DataFrame:
    """Repeat each row for each of the values that it names, once.

    `project_count` is missing where the row names a value and says no number of projects: of
    offices, of named places, and of records of several projects that name several values.
    `many` is 1 there, and else that number.
    """
    values = named_values(shares, by)
    many = shares["project_count"].astype("Int64")
    is_mixed = (values.map(len) > 1) & (many > 1).fillna(False)
    number = many.mask(without_projects(shares) | is_mixed)
    each = shares.assign(**{by: values, "project_count": number}).explode(by)
    mixed = shares[is_mixed & ~without_projects(shares)].assign(**{by: SEVERAL})
    single = pd.concat([each, mixed], ignore_index=True)
    return single.assign(many=single["project_count"].astype("Int64").fillna(1))


def select_projects(projects: pd.DataFrame, only: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Keep the projects that name one of the values asked for, of each column asked for.

    Parameters
    ----------
    projects : pandas.DataFrame
    only : mapping of str to sequence of str
        Values by "programme", "organisation", "funder", "sector" or "status", in capitals or
        small letters; a status in the words that files may use ("en cours").

    Raises
    ------
    ArgumentError
        If nobody may ask for that, or the audience does not see it.
    UnknownNameError
        If no project names any of the values of a column, or one of each column.
    """
    kept = projects
    for by, values in only.items():
        require_choice(by, SELECTED, option="only")
        if not set(columns_of(by)) & set(projects.columns):
            raise ArgumentError(
                f"--{by}: these projects do not state it, or their audience does not see it"
            )
        wanted = {_meant(by, value) for value in values}
        named = named_values(projects, by)
        found = named.map(
            lambda each, wanted=wanted: bool(wanted & {one.casefold() for one in each})
        )
        if not found.any():
            known = sorted({one for each in named for one in each} - {NOT_STATED})
            listed = ", ".join(known) or "none"
            said = {"by": by, "words": ", ".join(values), "known": listed}
            raise UnknownNameError(key="of_no_project", values=said)
        kept = kept[found.reindex(kept.index)]
    if kept.empty and not projects.empty:
        words = "; ".join(f"{by} {', '.join(values)}" for by, values in only.items())
        raise UnknownNameError(f"no project has all of this at once: {words}")
    return inherit_audience(kept, projects)


def _meant(by: str, value: str) -> str:
    """Give a value in the form in which values are compared; a status as files write it."""
    words = load_format("plain_projects").values["status"] if by == "status" else {}
    return (meaning_of(value, words) or value.strip()).casefold()


def columns_of(by: str) -> tuple[str, ...]:
    """Give the columns of projects that answer who or what is asked for."""
    return _COLUMNS_OF.get(by, (by,))


def named_values(shares: pd.DataFrame, by: str) -> "pd.Series[Any]":
    """List for each row what it names, in the columns that answer the question.

    Parameters
    ----------
    shares : pandas.DataFrame, n rows
    by : str
        As for `presence`.

    Returns
    -------
    pandas.Series of list of str, n rows
        Without repeats, in alphabetical order; ["not stated"] where a row names none.
    """
    texts = [
        shares[column].astype("string").fillna("").str.split(ALIAS_SEPARATOR)
        for column in columns_of(by)
        if column in shares.columns
    ]
    named = (sorted({part.strip() for cell in cells for part in cell} - {""})
             for cells in zip(*texts, strict=True))  # fmt: skip
    return pd.Series([names or [NOT_STATED] for names in named], index=shares.index, dtype=object)


def _rows(shares: pd.DataFrame, units: gpd.GeoDataFrame) -> pd.DataFrame:
    """List the units, then the kinds of place without a unit that occur."""
    placed = units[["pcode", "name"]].fillna("").assign(place_kind="unit")
    kinds = [kind for kind in _ELSEWHERE if kind in set(shares["place_kind"])]
    others = pd.DataFrame({"place_kind": kinds, "pcode": "", "name": ""})
    return pd.concat([placed, others], ignore_index=True)[_KEY].astype("string")
