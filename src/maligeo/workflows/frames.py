"""The frames of a study, for the people who keep the records or as released for others."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from maligeo.core.errors import ArgumentError
from maligeo.join.shares import allocate
from maligeo.measure.densities import concat_tables
from maligeo.measure.need_response import count_response, gaps_of_counts, presence
from maligeo.workflows.recipes import Release
from maligeo.workflows.records import (
    INCIDENTS,
    PROJECTS,
    Period,
    Records,
    has_programmes,
    people_table,
)

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from maligeo.core.columns import Audience

_BY_YEAR: Final = "year"


@dataclass(frozen=True, eq=False)
class StudyFrames:
    """Records counted and compared; each frame is made when first asked for.

    Attributes
    ----------
    records : Records
        What the study is about.
    period : str, sequence of str or None
        Period to count in.
    released_for : Release or None
        For whom the frames are released; None for exact ones.
    """

    records: Records = field(repr=False)
    period: Period = None
    released_for: Release | None = None

    @property
    def units(self) -> gpd.GeoDataFrame:
        """The administrative units, EPSG:4326."""
        return self.records.units

    @property
    def audience(self) -> Audience:
        """For whom the frames are: "internal" until they are released."""
        return "internal" if self.released_for is None else self.released_for.audience

    @cached_property
    def table(self) -> pd.DataFrame:
        """Density table: one row per unit, period and measure, as `maligeo.density` gives it.

        Incidents are counted by year where the study names no period.
        """
        records = self.records
        records.require_covered()
        if records.is_bundled:
            return concat_tables(self.need, *self.standing)
        tables = [self._incident_table] if INCIDENTS in records.given else []
        if PROJECTS in records.given:
            tables += self.standing
        else:
            tables += people_table(records)
        if not tables:
            raise ArgumentError(
                "there is nothing to colour these units by: give --incidents or --projects too"
            )
        return concat_tables(*tables)

    @cached_property
    def incidents(self) -> pd.DataFrame | None:
        """Located incidents; None where none are given. Released together with the table."""
        if INCIDENTS not in self.records.given:
            return None
        return self.released(self.records.incidents, self._incident_table)

    @cached_property
    def projects(self) -> pd.DataFrame:
        """Located projects, those that are given or the bundled ones."""
        return self.released(self.records.projects)

    @cached_property
    def shares(self) -> pd.DataFrame:
        """Projects divided among units, as `maligeo.allocate` gives them."""
        return allocate(self.projects, self.units)

    @cached_property
    def areas(self) -> gpd.GeoDataFrame | None:
        """Hazardous and released areas; None where none are given."""
        areas = self.records.areas
        return None if areas is None else self.released(areas)

    @cached_property
    def presence(self) -> pd.DataFrame:
        """Matrix of units and programmes, as `maligeo.presence` gives it."""
        return presence(self.shares, self.units)

    @cached_property
    def need(self) -> pd.DataFrame:
        """Density table of incidents in the period, of files or as published."""
        return self.released(self.records.need(self.period))

    @property
    def rules(self) -> Release:
        """For whom the frames are, and from which day delays count back."""
        return self.released_for or Release("internal")

    def released(self, frame: Any, *tables: pd.DataFrame) -> Any:
        """Give a frame for the audience; of incidents together with tables that count them."""
        return self.rules.of(frame, *tables)

    @cached_property
    def _incident_table(self) -> pd.DataFrame:
        return self.released(self.records.need(self.period or _BY_YEAR))

    @cached_property
    def gaps(self) -> pd.DataFrame:
        """Need against response by unit, as `maligeo.coverage_gaps` gives it."""
        return self.gaps_of(self.need)

    def gaps_of(self, need: pd.DataFrame) -> pd.DataFrame:
        """Compare a density table of incidents with the projects."""
        people = self.records.people
        return gaps_of_counts(need, self._response, self.projects, self.units, people=people)

    @property
    def standing(self) -> list[pd.DataFrame]:
        """Density tables of projects, of programmes where they are named, and of people."""
        counted = dict(self._response)
        if not has_programmes(self.shares):
            del counted["programmes"]
        return [*counted.values(), *people_table(self.records)]

    @cached_property
    def _response(self) -> dict[str, pd.DataFrame]:
        return count_response(self.shares, self.units)
