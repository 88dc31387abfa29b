"""The bundled data put together: published incidents against projects and programmes."""

import geopandas as gpd
import pandas as pd

from maligeo.join.allocation import allocate
from maligeo.join.locating import locate
from maligeo.measure.densities import combine, density
from maligeo.measure.gaps import coverage_gaps
from maligeo.measure.populations import population
from maligeo.measure.sensitivity import DEFAULT_DRAWS, Draws
from maligeo.readers.figures import load_figures
from maligeo.readers.projects import load_projects

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
    equal = allocate(located, units)
    by_people = allocate(located, units, by="population", population=people)
    response = combine(
        density(equal, units, measure="projects"),
        density(equal, units, measure="projects", counting="fractional"),
        density(by_people, units, measure="projects", counting="weighted"),
        density(equal, units, measure="programmes"),
    )
    return coverage_gaps(_widest(need), response, units, need_by=NEED_BY, draws=draws)


def _widest(table: pd.DataFrame) -> pd.DataFrame:
    """Keep the publication that names most units; of several, the latest."""
    series = ["publisher", "period_start", "period_end"]
    named = table["count"].notna() & (table["place_kind"] == "unit")
    counts = named.groupby([table[column] for column in series]).sum().reset_index(name="units")
    best = counts.sort_values(["units", "period_end", "period_start", "publisher"]).iloc[-1]
    return table[(table[series] == best[series]).all(axis="columns")]
