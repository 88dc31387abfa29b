"""The frames of a study, for the people who keep the records or as released for others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

import pandas as pd

from maligeo import look
from maligeo.core.audiences import (
    audience_of,
    inherit_audience,
    is_published,
    is_wide,
    mark_audience,
)
from maligeo.core.columns import frame_kind
from maligeo.core.errors import ArgumentError, ReleaseError
from maligeo.core.periods import parse_period
from maligeo.disclosure import CellRelease, Release
from maligeo.disclosure.partition import measures_in
from maligeo.disclosure.releases import plain
from maligeo.measure.activity import ACTIVE, UNDATED, activity
from maligeo.measure.autocorrelation import cluster_measure
from maligeo.measure.change import growth_measure
from maligeo.measure.counts import HAZARDS, area_measures_in
from maligeo.measure.dates import CALENDAR
from maligeo.measure.densities import concat_tables, density
from maligeo.measure.divided_projects import DividedProjects
from maligeo.measure.event_sizes import VICTIMS as VICTIMS_BY_INCIDENT
from maligeo.measure.event_sizes import with_sizes
from maligeo.measure.need_response import gaps_between
from maligeo.measure.presence import columns_of, presence, select_projects
from maligeo.measure.project_counts import project_measures_in
from maligeo.text.answers import with_sentences
from maligeo.workflows.needs import Needs
from maligeo.workflows.records import (
    AREAS,
    FIGURES,
    INCIDENTS,
    PROJECTS,
    VICTIMS,
    Given,
    Period,
    Records,
    ReleasedRecords,
    people_table,
)

if TYPE_CHECKING:
    import geopandas as gpd

    from maligeo.core.columns import Audience, Counting

BY_YEAR: Final = "year"
_GROWTH: Final = "incidents_growth"
_CLUSTERS: Final = "incidents_clusters"  # of thirty units or more: never without being asked for
_HEADINGS: Final = ("programme", "organisation", "sector", "funder")
_FIGURES_ARE_INTERNAL: Final = (
    "figures of a file are for internal use: whether their publisher lets them be passed on, and "
    "whether they hide small counts, cannot be seen from them. Make the table for the audience "
    "'internal'"
)


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
    only : mapping of str to sequence of str
        The projects to keep, as for `select_projects`.
    needs : Needs
        What need is; incidents by default.
    """

    records: Records = field(repr=False)
    period: Period = None
    released_for: Release | None = None
    only: Mapping[str, Sequence[str]] = field(default_factory=dict)
    needs: Needs = field(default_factory=Needs)

    @property
    def units(self) -> gpd.GeoDataFrame:
        """The administrative units, EPSG:4326."""
        return self.records.units

    @property
    def audience(self) -> Audience:
        """For whom the frames are: "internal" until they are released."""
        return "internal" if self.released_for is None else self.released_for.audience

    @property
    def rules(self) -> Release:
        """For whom the frames are, and from which day delays count back."""
        return self.released_for or Release("internal")

    @cached_property
    def _cells(self) -> CellRelease | None:
        """Released cells of incidents, for an audience that sees no single one of them."""
        if INCIDENTS not in self.records.given or not self.rules.by_cells:
            return None
        return self.records.cells(self.rules)

    @cached_property
    def _shown(self) -> Records:
        """The records one by one, as the audience has them."""
        records, rules, people = self.records, self.rules, self._own_people
        if rules.audience == "internal" or not records.given:
            return replace(records, own_people=people)
        given = dict[str, pd.DataFrame]()
        for kind in records.given:
            if kind == FIGURES or (kind == INCIDENTS and rules.by_cells):
                continue
            is_summed = kind == AREAS and AREAS not in rules.rules.records
            frame = records.countable(kind) if is_summed else records.joined(kind)
            given[kind] = rules.of(frame, self.units)
        return ReleasedRecords(
            Given(given), self.units, records.covers if given else None, own_people=people
        )

    @cached_property
    def _own_people(self) -> pd.DataFrame | None:
        """People that are given, without the words of their table where others see them."""
        own = self.records.own_people
        if own is None or self.rules.audience == "internal" or is_published(own):
            return own
        return mark_audience(plain(own, kind="population"), self.rules.audience)

    def need(self, *measures: str, period: Period = None) -> pd.DataFrame:
        """Count incidents, of files or as published.

        Parameters
        ----------
        *measures : str
            What to count of files; incidents by default.
        period : str or sequence of str, optional
            Period to count in.
        """
        self.records.require_covered()
        if self._cells is None:
            return self._shown.need(measures or (INCIDENTS,), period)
        people = self._shown.people
        return self._cells.table(*(measures or (INCIDENTS,)), period=period, population=people)

    @property
    def victims(self) -> tuple[str, ...]:
        """The measures of victims that a report shows, of files that have them."""
        if self._cells is not None:
            return tuple(one for one in VICTIMS if one in self._cells.measures)
        return self._shown.victims

    @cached_property
    def table(self) -> pd.DataFrame:
        """Density table: one row per unit, period and measure, as `maligeo.density` gives it.

        Incidents are counted by year where the study names no period.
        """
        records = self.records
        records.require_covered()
        if records.is_bundled:
            land = [self.measured(one) for one in self._unasked]
            return concat_tables(self._incident_need, *land, *self.standing)
        tables = [self._incident_table] if INCIDENTS in records.given else []
        tables += [self.measured(one) for one in self._unasked]
        tables += [self._figure_table(one) for one in self._figure_measures]
        if PROJECTS in records.given:
            tables += self.standing
        else:
            tables += people_table(self._shown)
        if not tables:
            raise ArgumentError(
                "there is nothing to colour these units by: give --incidents or --projects too"
            )
        return concat_tables(*tables)

    @cached_property
    def _incident_table(self) -> pd.DataFrame:
        return self.measured(INCIDENTS)

    @cached_property
    def _incident_need(self) -> pd.DataFrame:
        return self.need(INCIDENTS, period=self.period)

    def _need_in_period(self, measure: str) -> pd.DataFrame:
        """Count incidents in the period that is asked for; without one figures as published."""
        if measure == INCIDENTS:
            return self._incident_need
        return self.need(measure, period=self.period)

    @property
    def _unasked(self) -> list[str]:
        """What maps show of incidents and land besides incidents, without being asked."""
        victims = list(self.victims) if INCIDENTS in self.records.given else []
        is_released = self.rules.allows(AREAS, self.units, self.period)
        return [*victims, *(self._land_measures if is_released else [])]

    @property
    def _land_measures(self) -> list[str]:
        if AREAS not in self.records.given:
            return []
        return area_measures_in(self._shown.joined(AREAS))

    @cached_property
    def measures(self) -> dict[str, str]:
        """What can be counted of the records as the audience has them, with their kind."""
        cells = self._cells
        incidents = self._incident_measures if cells is None else cells.measures
        counted = {FIGURES: self._figure_measures, AREAS: self._land_measures}
        if PROJECTS in self.records.given or self.records.is_bundled:
            counted[PROJECTS] = project_measures_in(self.shares)
        grows = cells is None and INCIDENTS in incidents
        counted[INCIDENTS] = [*incidents, *([_GROWTH] if grows else [])]
        return {measure: kind for kind, names in counted.items() for measure in names}

    def measured(self, measure: str) -> pd.DataFrame:
        """Count one of the measures as a map shows it: by year where no period is named.

        Hazards and projects are what there is, in no period.

        Raises
        ------
        ReleaseError
            If it is not released for these units or periods.
        """
        kind = self.measures.get(measure, INCIDENTS)
        if measure == _GROWTH:
            return growth_measure(self.measured(INCIDENTS))
        if measure == _CLUSTERS:
            return cluster_measure(self.measured(INCIDENTS), self.units)
        if kind == FIGURES:
            return self._figure_table(measure)
        if kind == PROJECTS:
            return density(self.shares, self.units, measure=measure)
        if kind == AREAS:
            self.rules.require_cells(AREAS, self.units, self.period)
            is_hazard = measure.removesuffix("_sqm") in HAZARDS
            return self._shown.table_of(AREAS, measure, None if is_hazard else self.period)
        is_asked = bool(self.period) or self._cells is not None
        return self._need_in_period(measure) if is_asked else self.need(measure, period=BY_YEAR)

    def layered(self, keys: Sequence[str]) -> pd.DataFrame:
        """Give the density table with what some layers of a map show, as `look.layers_of`.

        Parameters
        ----------
        keys : sequence of str
            Layers by their keys, such as "killed" or "cleared_sqm_share".

        Raises
        ------
        UnknownNameError
            If the records do not hold what a key names; the message lists what they hold.
        ReleaseError
            If they do, and it is not released for the audience.
        """
        named = [one for one in self.measures if any(key.startswith(one) for key in keys)]
        named += [_CLUSTERS] if _CLUSTERS in keys and _GROWTH in self.measures else []
        table = self._with_measures(named)
        if set(keys) <= look.keys_of(table):
            return table
        whole = self._with_measures(self.measures)
        if self.audience != "internal":
            self._require_released(set(keys) - look.keys_of(whole))
        look.layers_of(whole, keys)
        return whole

    def _with_measures(self, wanted: Iterable[str]) -> pd.DataFrame:
        more = [one for one in wanted if one not in set(self.table["measure"])]
        return concat_tables(self.table, *map(self.measured, more))

    def _require_released(self, keys: Iterable[str]) -> None:
        """Refuse measures that the records hold and the audience does not see."""
        exact = replace(self, released_for=None).measures
        for key in keys:
            hidden = [one for one in exact if key.startswith(one) and one not in self.measures]
            if hidden:
                raise ReleaseError(
                    f"{key} is not released for the audience {self.audience!r}; there is "
                    f"{', '.join(self.measures)}"
                )

    @property
    def _figure_measures(self) -> list[str]:
        """The measures of the figures that are given."""
        figures = self.records.given.get(FIGURES)
        return [] if figures is None else sorted(figures["measure"].unique())

    def _figure_table(self, measure: str) -> pd.DataFrame:
        figures = self.records.given[FIGURES]
        self._require_shown(figures)
        return self.records.figure_table(figures, measure, self.period)

    def _require_shown(self, figures: pd.DataFrame) -> None:
        """Refuse figures that may hide small counts, or that nobody may pass on."""
        if not is_wide(audience_of(figures), self.audience):
            raise ReleaseError(_FIGURES_ARE_INTERNAL)

    @cached_property
    def incidents(self) -> pd.DataFrame | None:
        """Located incidents; None where none are given, or shown one by one."""
        if INCIDENTS not in self.records.given or self._cells is not None:
            return None
        return self._shown.incidents

    @cached_property
    def counted_incidents(self) -> pd.DataFrame | None:
        """Incidents as they are counted; None where none are given, or shown one by one."""
        if INCIDENTS not in self.records.given or self._cells is not None:
            return None
        return self._shown.counted

    @cached_property
    def projects(self) -> pd.DataFrame:
        """Located projects, those that are given or the bundled ones, as far as asked for."""
        return select_projects(self._shown.projects, self.only)

    @cached_property
    def shares(self) -> pd.DataFrame:
        """Projects divided among units, as `maligeo.allocate` gives them."""
        return self._divided.shares

    @cached_property
    def _divided(self) -> DividedProjects:
        return DividedProjects(self.projects, self.units)

    @cached_property
    def areas(self) -> gpd.GeoDataFrame | None:
        """Hazardous and released areas with outlines; None where none are given, or shown."""
        areas = self._shown.areas
        return areas if areas is not None and "geometry" in areas.columns else None

    @property
    def left_out(self) -> list[str]:
        """Kinds of records that are given, and of which the audience sees numbers alone."""
        shown = {INCIDENTS: self.counted_incidents, AREAS: self.areas}
        return [
            kind for kind, frame in shown.items() if kind in self.records.given and frame is None
        ]

    @cached_property
    def presence(self) -> pd.DataFrame:
        """Matrix of units and programmes, as `maligeo.presence` gives it.

        It is by what `heading` says.
        """
        return presence(self.active, self.units, by=self.heading)

    @property
    def heading(self) -> str:
        """What projects are listed by: "programme" where any names one, else what is named."""
        return next((by for by in _HEADINGS if self._is_named(by)), _HEADINGS[0])

    @property
    def has_headings(self) -> bool:
        """Whether projects name anything that they could be listed by."""
        return self._is_named(self.heading)

    def _is_named(self, by: str) -> bool:
        """Tell whether any project names a programme, say, that the audience may see."""
        named = [one for one in columns_of(by) if one in self.shares.columns]
        return bool(named and self.shares[named].notna().any(axis=None))

    @property
    def organisations(self) -> pd.DataFrame | None:
        """Matrix of units and organisations; None where nobody names any, or may see them."""
        if not self._is_named("organisation"):
            return None
        return presence(self.active, self.units, by="organisation")

    @property
    def sees_organisations(self) -> bool:
        """Whether the audience sees who carries projects out."""
        return bool(set(columns_of("organisation")) & set(self.shares.columns))

    @cached_property
    def active(self) -> pd.DataFrame:
        """Shares of the projects that are under way in the period, or may be."""
        span = None if self.span is None else parse_period(self.span)
        shares = self.shares
        return inherit_audience(shares[activity(shares, span).isin([ACTIVE, UNDATED])], shares)

    def counted(self, measure: str | None, counting: Counting | None) -> pd.DataFrame:
        """Count one measure of the one kind of record that is given."""
        kind = self.records.only_kind()
        if kind == PROJECTS:  # a list of projects covers itself
            self.records.require_covered()
        if kind == FIGURES:
            self._require_shown(self.records.given[FIGURES])
            return self.records.count(measure, counting, self.period)
        if self._cells is None:
            self.rules.require_cells(kind, self.units, self.period)
            shown = self._shown
            if kind == PROJECTS and self.only:
                shown = replace(shown, given=Given({PROJECTS: self.projects}), covers=None)
            return shown.count(measure, counting, self.period)
        if counting is not None:
            raise ArgumentError("counting is about projects")
        return self.need(measure or INCIDENTS, period=self.period)

    @cached_property
    def gaps(self) -> pd.DataFrame:
        """Need and response by unit, as `maligeo.incident_gaps` gives it."""
        return self.gaps_of(self._need_asked)

    @property
    def _need_asked(self) -> pd.DataFrame:
        """The density table of what need is."""
        needs = self.needs
        tables = [*map(self._need_by_name, needs.measures), *map(self._own_need, needs.tables)]
        return needs.table(tables)

    def _need_by_name(self, measure: str) -> pd.DataFrame:
        """Count a measure of the incidents, or of the figures that are given."""
        if measure in self._figure_measures and measure not in self._incident_measures:
            return self._figure_table(measure)
        need = self._need_in_period(measure)
        by_unit = need[need["place_kind"] == "unit"]
        if self._cells is not None and by_unit["count"].isna().all():
            raise ArgumentError(
                "no unit has a value that may be given: in this period each has too few incidents "
                "for a number to be given. Ask for a longer period or larger units, or make the "
                "answer with --audience internal and keep it"
            )
        return need

    @property
    def is_withheld(self) -> bool:
        """Whether incidents are given, and the audience sees a number of them in no unit."""
        if INCIDENTS not in self.records.given or self._cells is None:
            return False
        table = self._incident_table
        return bool(table.loc[table["place_kind"] == "unit", "count"].isna().all())

    @property
    def _incident_measures(self) -> list[str]:
        incidents = self.records.counted
        return [] if incidents is None else list(measures_in(incidents))

    def _own_need(self, table: pd.DataFrame) -> pd.DataFrame:
        self._require_shown(table)
        if frame_kind(table) == FIGURES:
            return self.records.figure_table(table, table["measure"].iloc[0], self.period)
        return table

    @property
    def needs_figures(self) -> bool:
        """Whether need is of figures that are given, which have their own periods."""
        theirs = set(self._figure_measures) - set(self._incident_measures)
        return bool(self.needs.tables or theirs & set(self.needs.measures))

    @property
    def level(self) -> int:
        """Administrative level of the units."""
        return int(self.units["level"].iloc[0])

    def answered(self, language: str) -> pd.DataFrame:
        """Give need and response by unit with what they say in a language."""
        return with_sentences(self.gaps, self.level, language)

    def gaps_of(self, need: pd.DataFrame) -> pd.DataFrame:
        """Compare a density table of incidents with the projects."""
        people = self._shown.people_in(self.span)
        own = {measure for table in self.needs.tables for measure in table["measure"]}
        if self.counted_incidents is not None and own.isdisjoint(VICTIMS_BY_INCIDENT):
            need = with_sizes(need, self.counted_incidents, self.units)
        return gaps_between(need, self._divided, people=people, period=self.span)

    @property
    def span(self) -> str | None:
        """The one period that was asked for; None without one, or for several or calendar ones."""
        asked = self.period
        return asked if isinstance(asked, str) and asked not in CALENDAR else None

    @property
    def standing(self) -> list[pd.DataFrame]:
        """Density tables of projects, of programmes where they are named, and of people."""
        counted = dict(self._divided.counts)
        if not self._is_named("programme"):
            del counted["programmes"]
        return [*counted.values(), *people_table(self._shown)]
