"""The bundled data put together, and need against response of these or of any files."""

from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

from maligeo.core.checks import require_known
from maligeo.core.errors import ArgumentError
from maligeo.join.points import locate
from maligeo.join.shares import allocate
from maligeo.measure.densities import concat_tables, density
from maligeo.measure.need_response import DEFAULT_DRAWS, Draws, coverage_gaps, presence
from maligeo.measure.populations import population
from maligeo.measure.reconciliation import reconcile
from maligeo.readers.areas import read_areas
from maligeo.readers.figures import load_figures
from maligeo.readers.incidents import read_incidents
from maligeo.readers.projects import load_projects, read_projects

NEED_BY = ("count", "per_100k", "per_1000_sqkm")


def bundled_gaps(
    units: gpd.GeoDataFrame, *, period: str | None = None, draws: Draws = DEFAULT_DRAWS
) -> pd.DataFrame:
    """Compare published incidents with the bundled projects and programmes.

    The need is the number of incidents, by itself, per 100,000 people and year and per
    1,000 km², in the publication that names most units (the latest of them). The response
    is the number of projects, in all ways of counting, and of programmes.

    Parameters
    ----------
    units : geopandas.GeoDataFrame
        First-level units of the vintage 2015, as from `load_boundaries`.
    period : str, optional
        Keep the published figures that lie within it, such as "2021".
    draws : Draws, optional
        Random draws, see `coverage_gaps`.

    Returns
    -------
    pandas.DataFrame
        As from `coverage_gaps`.

    Raises
    ------
    ArgumentError
        If no figure by unit lies within the period.
    VintageError
        If the units are not of the vintage of the figures.
    """
    people = population(units)
    need = density(
        load_figures("incidents"), units, measure="incidents", population=people, period=period
    )
    located = locate(load_projects(), units)
    return incident_gaps(need, located, units, people=people, draws=draws)


def incident_gaps(
    need: pd.DataFrame,
    located: pd.DataFrame,
    units: gpd.GeoDataFrame,
    *,
    people: pd.DataFrame | None = None,
    draws: Draws = DEFAULT_DRAWS,
) -> pd.DataFrame:
    """Compare incidents with projects: number, per area and, where known, per people.

    Parameters
    ----------
    need : pandas.DataFrame
        Density table of incidents, as from `density`; of several publications and periods
        the one that names most units counts, of these the latest.
    located : pandas.DataFrame
        Projects as `locate` gives them.
    units : geopandas.GeoDataFrame
        Units of the same vintage.
    people : pandas.DataFrame, optional
        People per unit, as from `population`. Without it rates per person and the way of
        counting projects by people are left out.
    draws : Draws, optional
        Random draws, see `coverage_gaps`.

    Returns
    -------
    pandas.DataFrame
        As from `coverage_gaps`.

    Raises
    ------
    ArgumentError
        If no incident is known by unit, or the incidents are about no period.
    VintageError
        If the frames are of different vintages.
    """
    equal = allocate(located, units)
    counted = [
        density(equal, units, measure="projects"),
        density(equal, units, measure="projects", counting="fractional"),
        density(equal, units, measure="programmes"),
    ]
    if people is not None:
        by_people = allocate(located, units, by="population", population=people)
        counted.append(density(by_people, units, measure="projects", counting="weighted"))
    need_by = [by for by in NEED_BY if people is not None or by != "per_100k"]
    return coverage_gaps(
        _widest(need), concat_tables(*counted), units, need_by=need_by, draws=draws
    )


def _widest(table: pd.DataFrame) -> pd.DataFrame:
    """Keep the publication that names most units; of several, the latest."""
    series = ["publisher", "period_start", "period_end"]
    table = table.assign(publisher=table["publisher"].fillna(""))  # records have none
    named = table["count"].notna() & (table["place_kind"] == "unit")
    counts = named.groupby([table[column] for column in series]).sum().reset_index(name="units")
    if counts.empty:
        raise ArgumentError("the incidents are about no period: say which, e.g. period='2021'")
    best = counts.sort_values(["units", "period_end", "period_start", "publisher"]).iloc[-1]
    return table[(table[series] == best[series]).all(axis="columns")]


RECORDS: Final = ("incidents", "projects", "areas")


def bundled_density(units: gpd.GeoDataFrame, *, period: str | None = None) -> pd.DataFrame:
    """Give incidents, projects, programmes and people of each unit from the bundled data.

    Parameters
    ----------
    units : geopandas.GeoDataFrame
        First-level units of the vintage 2015, as from `load_boundaries`.
    period : str, optional
        Keep the published figures that lie within it, such as "2021".

    Returns
    -------
    pandas.DataFrame
        Density tables of the measures "incidents", "projects", "projects_fractional",
        "programmes" and "people" under one another; columns as `maligeo.density`.

    Raises
    ------
    ArgumentError
        If no figure lies within the period.
    """
    people = population(units)
    shares = allocate(locate(load_projects(), units), units)
    return concat_tables(
        density(
            load_figures("incidents"), units, measure="incidents", population=people, period=period
        ),
        density(shares, units, measure="projects"),
        density(shares, units, measure="projects", counting="fractional"),
        density(shares, units, measure="programmes"),
        density(people, units, measure="people"),
    )


def bundled_presence(units: gpd.GeoDataFrame) -> pd.DataFrame:
    """Give the matrix of units and bundled programmes, as from `presence`."""
    return presence(allocate(locate(load_projects(), units), units), units)


def join_file(path: str | Path, units: gpd.GeoDataFrame, *, kind: str) -> pd.DataFrame:
    """Read a file of records and join them to units, ready for `density`.

    Parameters
    ----------
    path : str or pathlib.Path
        As `read_incidents`, `read_projects` or `read_areas` takes it.
    units : geopandas.GeoDataFrame, EPSG:4326
        Units of one level and vintage.
    kind : {"incidents", "projects", "areas"}
        What the file holds.

    Returns
    -------
    pandas.DataFrame
        Located incidents, projects with equal shares, or areas with shares by area.

    Raises
    ------
    UnknownNameError
        If there is no such kind.
    MaligeoError
        As the readers, `locate` and `allocate` raise.
    """
    require_known(kind, RECORDS, what="kind of record")
    if kind == "areas":
        return allocate(read_areas(path), units, by="area")
    if kind == "projects":
        return allocate(locate(read_projects(path), units), units)
    located: pd.DataFrame = locate(read_incidents(path), units)
    return located


def reconcile_incidents(
    located: pd.DataFrame, units: gpd.GeoDataFrame, *, measure: str = "incidents"
) -> pd.DataFrame:
    """Compare located incidents with all bundled figures, each for its own period.

    Parameters
    ----------
    located : pandas.DataFrame
        As from `locate`.
    units : geopandas.GeoDataFrame
        First-level units of the vintage 2015, which the figures are about.
    measure : str, default "incidents"
        What to compare, as `density` counts it.

    Returns
    -------
    pandas.DataFrame
        As from `reconcile`.

    Raises
    ------
    MaligeoError
        As `density` and `reconcile` raise.
    """
    figures = load_figures("incidents")
    spans = figures[["period_start", "period_end"]].drop_duplicates()
    ends = [spans[end].dt.strftime("%Y-%m-%d") for end in ("period_start", "period_end")]
    periods = sorted(ends[0] + "/" + ends[1])
    return reconcile(density(located, units, measure=measure, period=periods), figures)
