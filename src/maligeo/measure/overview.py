"""Data put together: the tables behind the map of the country, and files joined to units."""

from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

from maligeo.checks import require_known
from maligeo.join.allocation import allocate
from maligeo.join.locating import locate
from maligeo.measure.densities import combine, density
from maligeo.measure.gaps import presence
from maligeo.measure.populations import population
from maligeo.measure.reconciliation import reconcile
from maligeo.readers.areas import read_areas
from maligeo.readers.figures import load_figures
from maligeo.readers.incidents import read_incidents
from maligeo.readers.projects import load_projects, read_projects

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
    return combine(
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
