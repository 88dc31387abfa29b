"""The bundled data put together: the tables behind the map of the whole country."""

import geopandas as gpd
import pandas as pd

from maligeo.allocation import allocate
from maligeo.densities import combine, density
from maligeo.gaps import presence
from maligeo.locating import locate
from maligeo.populations import population
from maligeo.readers.figures import load_figures
from maligeo.readers.projects import load_projects


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
