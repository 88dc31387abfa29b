"""A user's own records on the map: counted for the regions, and laid over them as layers."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import geopandas as gpd
import pandas as pd

import maligeo
from maligeo.cli.options import people_of
from maligeo.core.columns import Audience, Language
from maligeo.core.errors import ArgumentError
from maligeo.disclosure import release
from maligeo.maps import PageMap, add_presence

_BY_YEAR = "year"


@dataclass(frozen=True)
class Release:
    """For whom a map is, and the day from which delays count back."""

    audience: Audience
    as_of: str | None

    def of(self, frame: Any, *linked_tables: pd.DataFrame) -> Any:
        """Release a frame; with the tables of the same incidents."""
        return release(frame, audience=self.audience, as_of=self.as_of, linked_tables=linked_tables)


@dataclass(frozen=True)
class OwnRecords:
    """Frames of the user's own, each released for the audience of the map.

    Attributes
    ----------
    tables : list of pandas.DataFrame
        Density tables.
    incidents, shares, areas : frame or None
        Located incidents, allocated projects, areas; None where no file is given.
    matrix : pandas.DataFrame or None
        Regions and programmes, where the projects name programmes.
    """

    tables: list[pd.DataFrame] = field(default_factory=list)
    incidents: pd.DataFrame | None = None
    shares: pd.DataFrame | None = None
    matrix: pd.DataFrame | None = None
    areas: gpd.GeoDataFrame | None = None


@dataclass(frozen=True)
class Content:
    """What a map is about, and for whom.

    Attributes
    ----------
    table : pandas.DataFrame
        Density table that colours the units.
    units : geopandas.GeoDataFrame, EPSG:4326
        The units.
    own : OwnRecords or None
        The user's own records; None for the bundled data.
    language : {"fr", "en"}
        Language in which it opens.
    audience : {"internal", "partner", "public"}
        For whom it is.
    """

    table: pd.DataFrame
    units: gpd.GeoDataFrame
    own: OwnRecords | None
    language: Language
    audience: Audience


def read_own_records(
    files: dict[str, Path | None],
    units: gpd.GeoDataFrame,
    made_for: Release,
    *,
    covers: str | None,
    period: str | list[str] | None,
) -> OwnRecords:
    """Read and join the files that are given, count them, and release all of it.

    Parameters
    ----------
    files : dict of str to path or None
        By kind: "incidents", "projects", "areas".
    units : geopandas.GeoDataFrame, EPSG:4326
        Units of one level and vintage.
    made_for : Release
        For whom.
    covers : str or None
        Period that the incidents cover everywhere.
    period : str, list of str or None
        Periods to count incidents in; by year without one.

    Raises
    ------
    ArgumentError
        If a period is stated for incidents, and none are given.
    MaligeoError
        As the readers, the joins and the release raise.
    """
    if covers is not None and files["incidents"] is None:
        raise ArgumentError("--covers is about a file of incidents, and none is given")
    people = people_of(units)
    tables: list[pd.DataFrame] = []
    incidents = shares = matrix = areas = None
    if files["incidents"] is not None:
        located = maligeo.join_file(files["incidents"], units, kind="incidents")
        counted = located if covers is None else maligeo.with_coverage(located, covers)
        table = maligeo.density(
            counted, units, measure="incidents", population=people, period=period or _BY_YEAR
        )
        tables.append(made_for.of(table))
        incidents = made_for.of(located, tables[0])
    if files["projects"] is not None:
        held = maligeo.locate(maligeo.read_projects(files["projects"]), units)
        shares = maligeo.allocate(made_for.of(held), units)  # what comes of it is released too
        tables += _project_tables(shares, units)
        matrix = maligeo.presence(shares, units) if _has_programmes(shares) else None
    if files["areas"] is not None:
        areas = made_for.of(maligeo.read_areas(files["areas"]))
    if people is not None:
        tables.append(maligeo.density(people, units, measure="people"))
    return OwnRecords(tables, incidents, shares, matrix, areas)


def _project_tables(shares: pd.DataFrame, units: gpd.GeoDataFrame) -> list[pd.DataFrame]:
    counts = [
        maligeo.density(shares, units, measure="projects"),
        maligeo.density(shares, units, measure="projects", counting="fractional"),
    ]
    if _has_programmes(shares):
        counts.append(maligeo.density(shares, units, measure="programmes"))
    return counts


def _has_programmes(shares: pd.DataFrame) -> bool:
    return "programme" in shares.columns and bool(shares["programme"].notna().any())


def own_table(own: OwnRecords) -> pd.DataFrame:
    """Put the counts of own records under one another.

    Raises
    ------
    ArgumentError
        If there is nothing that regions can be coloured by.
    """
    if not own.tables:
        raise ArgumentError(
            "there is nothing to colour these units by: give --incidents or --projects too"
        )
    return cast("pd.DataFrame", maligeo.concat_tables(*own.tables))


def add_own_layers(fmap: PageMap, own: OwnRecords, units: gpd.GeoDataFrame) -> None:
    """Lay own records over the regions: areas, then projects, then incidents."""
    if own.areas is not None:
        maligeo.add_areas(fmap, own.areas)
    if own.shares is not None:
        maligeo.add_projects(fmap, own.shares, units)
    if own.matrix is not None:
        add_presence(fmap, own.matrix)
    if own.incidents is not None:
        maligeo.add_incidents(fmap, own.incidents)
