"""Records of a study: joined to its units, and counted."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from maligeo.core.columns import FIGURES as FIGURE_COLUMNS
from maligeo.core.columns import Counting, frame_kind, has_odd_words
from maligeo.core.errors import ArgumentError
from maligeo.core.lazy import is_lazy
from maligeo.core.periods import parse_period
from maligeo.disclosure import CellRelease, Release
from maligeo.disclosure.partition import measures_in
from maligeo.join.carried import carry_figures, carry_projects
from maligeo.join.points import Locator, locate
from maligeo.join.shares import allocate
from maligeo.measure.coverage import with_coverage
from maligeo.measure.dates import CALENDAR
from maligeo.measure.densities import concat_tables, coverage_remark, density
from maligeo.measure.own_people import people_remarks
from maligeo.measure.populations import YEARS, people_nearest, population
from maligeo.readers.areas import as_areas, read_areas
from maligeo.readers.editions import editions
from maligeo.readers.figures import as_figures, load_figures, read_figures
from maligeo.readers.files.sources import Source
from maligeo.readers.incident_frames import as_incidents
from maligeo.readers.incidents import read_incidents
from maligeo.readers.project_tables import as_projects
from maligeo.readers.projects import load_projects, read_projects
from maligeo.readers.reading import ATTRIBUTE
from maligeo.workflows.large_files import LargeList, count_file, count_lazily, is_large

INCIDENTS: Final = "incidents"
PROJECTS: Final = "projects"
AREAS: Final = "areas"
FIGURES: Final = "figures"
VICTIMS: Final = ("victims",)
READERS: Final[Mapping[str, Callable[..., pd.DataFrame]]] = {
    INCIDENTS: read_incidents,
    PROJECTS: read_projects,
    AREAS: read_areas,
    FIGURES: read_figures,
}

_AS: Final[Mapping[str, Callable[[pd.DataFrame], pd.DataFrame]]] = {
    INCIDENTS: as_incidents,
    PROJECTS: as_projects,
    AREAS: as_areas,
    FIGURES: as_figures,
}
_FIRST_MEASURE: Final = {INCIDENTS: "incidents", PROJECTS: "projects", AREAS: "cleared_sqm"}

_SIZES: Final = frozenset({"geometry", "declared_area_sqm", "net_area_sqm"})

Period = str | Sequence[str] | None


class Given(Mapping[str, pd.DataFrame]):
    """Records by kind, in frames; those of a large list are read when they are asked for.

    Parameters
    ----------
    frames : mapping of str to pandas.DataFrame or LargeList
    """

    def __init__(self, frames: Mapping[str, pd.DataFrame | LargeList]) -> None:
        self._frames = dict(frames)

    def __getitem__(self, kind: str) -> pd.DataFrame:
        one = self._frames[kind]
        return one.frame if isinstance(one, LargeList) else one

    def __contains__(self, kind: object) -> bool:
        return kind in self._frames  # without reading it

    def __iter__(self) -> Iterator[str]:
        return iter(self._frames)

    def __len__(self) -> int:
        return len(self._frames)

    def only(self, kinds: Collection[str]) -> "Given":
        """Give the records of some kinds."""
        return Given({kind: one for kind, one in self._frames.items() if kind in kinds})

    def counted(self, kind: str) -> pd.DataFrame | None:
        """Give what a large list comes to; None of all else."""
        one = self._frames.get(kind)
        return one.counted if isinstance(one, LargeList) else None

    def parts(self, kind: str) -> Iterator[pd.DataFrame] | None:
        """Give the located rows of a large list in parts; None of all else."""
        one = self._frames.get(kind)
        return one.parts() if isinstance(one, LargeList) else None

    def summed(self) -> dict[str, pd.DataFrame]:
        """Give the frames, of a large list what it comes to: with `attrs` and days as its rows."""
        return {
            kind: one.counted if isinstance(one, LargeList) else one
            for kind, one in self._frames.items()
        }


def given_records(
    taken: Mapping[str, Source | pd.DataFrame],
    how: Callable[[], Locator],
    progress: Callable[[int], None] | None = None,
) -> Given:
    """Read what is given of each kind; a large list of incidents is counted by these units."""
    return Given({kind: _given(kind, one, how, progress) for kind, one in taken.items()})


def _given(
    kind: str, one: Any, how: Callable[[], Locator], progress: Callable[[int], None] | None
) -> pd.DataFrame | LargeList:
    if kind == INCIDENTS and is_lazy(one):
        return count_lazily(one, how())
    if kind == INCIDENTS and isinstance(one, Source) and is_large(one):
        return count_file(one, how(), progress)
    return records_of(kind, one)


def records_of(kind: str, given: Source | pd.DataFrame) -> pd.DataFrame:
    """Read a file, or a frame that is not read yet; give any other frame as it is."""
    if isinstance(given, Source):
        return READERS[kind](given)
    is_frame = isinstance(given, pd.DataFrame)
    return _AS[kind](given) if is_frame and not _is_read(given, kind) else given


def _is_read(frame: pd.DataFrame, kind: str) -> bool:
    """Tell a frame as readers give them from one in words and columns of its own."""
    if ATTRIBUTE in frame.attrs:
        return True
    if kind == FIGURES:
        has_periods = pd.api.types.is_datetime64_dtype(frame.get("period_start"))
        return set(FIGURE_COLUMNS) <= set(frame.columns) and has_periods
    if kind == AREAS and _SIZES.isdisjoint(frame.columns):
        return False  # what they are as large as is in words of its own
    days = frame["date"] if "date" in frame.columns else pd.Series(dtype="datetime64[us]")
    has_days = pd.api.types.is_datetime64_dtype(days)
    return frame_kind(frame) == kind and has_days and not has_odd_words(frame)


@dataclass(frozen=True, eq=False)
class Records:
    """What a study is about; joined to its units when first asked for.

    Attributes
    ----------
    given : mapping of str to pandas.DataFrame
        By kind: "incidents", "projects", "areas", "figures". What is not given is the bundled
        data.
    units : geopandas.GeoDataFrame, EPSG:4326
        Units of one level and vintage.
    covers : str, sequence of str or None
        Periods that the records cover everywhere.
    how : Locator or None
        How records are joined to the units, where it is said.
    own_people : pandas.DataFrame or None
        People of the units, of one or several years, where they are given.
    """

    given: Given
    units: gpd.GeoDataFrame
    covers: str | Sequence[str] | None
    how: Locator | None = None
    own_people: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        if self.covers is not None and not set(self.given) - {FIGURES}:
            raise ArgumentError("covers is about a file of records, and none is given")

    @property
    def is_bundled(self) -> bool:
        """Whether what is counted by unit is the bundled data."""
        units = self.units
        about_bundled = (units["level"] == 1).all() and (units["vintage"] == "2015").all()
        return not self.given or (set(self.given) == {AREAS} and bool(about_bundled))

    @cached_property
    def people(self) -> pd.DataFrame | None:
        """People whom rates are about: those given, else of regions as counted and estimated.

        Published figures stay with the latest census, which counted; records of one's own are
        of any year, and have the people of each. Finer units and those of one's own have none.
        """
        if self.own_people is not None:
            return self.own_people
        is_counted = (self.units["level"] == 1) & self.units["vintage"].isin(editions())
        if not is_counted.all():
            return None
        return population(self.units, year=None if self.is_bundled else YEARS)

    def people_in(self, period: Period) -> pd.DataFrame | None:
        """People of each unit in the year of one period, else of the latest census."""
        if self.people is None:
            return None
        if not isinstance(period, str) or period in CALENDAR:
            return people_nearest(self.people, None)
        span = parse_period(period)
        return people_nearest(self.people, (span.start + (span.end - span.start) / 2).year)

    @cached_property
    def incidents(self) -> pd.DataFrame | None:
        """Located incidents; None where none are given."""
        given = self.given.get(INCIDENTS)
        return None if given is None else self._locator.locate(given)

    @cached_property
    def counted(self) -> pd.DataFrame | None:
        """Incidents as they are counted: located, of a large list those alike in one row."""
        found = self.given.counted(INCIDENTS)
        return self.incidents if found is None else found

    @cached_property
    def projects(self) -> pd.DataFrame:
        """Located projects, those that are given or the bundled ones."""
        given = self.given.get(PROJECTS)
        return self._locator.locate(self._bundled_projects if given is None else given)

    @property
    def _bundled_projects(self) -> pd.DataFrame:
        return carry_projects(load_projects(), self._vintage)

    @property
    def _vintage(self) -> str:
        return str(self.units["vintage"].iloc[0])

    @cached_property
    def _locator(self) -> Locator:
        return Locator(self.units) if self.how is None else self.how

    @property
    def areas(self) -> pd.DataFrame | None:
        """Hazardous and released areas; None where none are given."""
        return self.given.get(AREAS)

    def cells(self, rules: Release) -> CellRelease:
        """Release the incidents as cells."""
        located = self.covered(self.counted)
        return rules.cells(located, self.units, parts=self.given.parts(INCIDENTS))

    def covered(self, records: pd.DataFrame) -> pd.DataFrame:
        """State the coverage of records, where the study has one."""
        return records if self.covers is None else with_coverage(records, self.covers)

    def remarks(self, language: str) -> list[str]:
        """Say where the stated coverage goes on long after the last record of a kind."""
        given = self.given.summed()
        dated = (frame for kind, frame in given.items() if kind not in (PROJECTS, FIGURES))
        found = map(self.covered, dated)
        of_people = [] if self.own_people is None else people_remarks(self.own_people, language)
        return [*(text for frame in found if (text := coverage_remark(frame, language))),
                *of_people]  # fmt: skip

    def require_covered(self) -> None:
        """Refuse a coverage where no incidents are given that it could be about.

        Raises
        ------
        ArgumentError
            If there are none.
        """
        if self.covers is not None and INCIDENTS not in self.given:
            raise ArgumentError("covers is about a file of incidents, and none is given")

    @cached_property
    def victims(self) -> tuple[str, ...]:
        """The measures of victims that a report shows: none unless all parts are stated."""
        measures = [] if self.counted is None else measures_in(self.counted)
        return tuple(one for one in VICTIMS if one in measures)

    def need(self, measures: Sequence[str], period: Period) -> pd.DataFrame:
        """Count incidents, of files or as published."""
        incidents = self.counted
        level = int(self.units["level"].iloc[0])
        counted = (
            carry_figures(load_figures("incidents"), self._vintage, level)
            if incidents is None
            else self.covered(incidents)
        )
        return concat_tables(
            *(
                density(counted, self.units, measure=one, population=self.people, period=period)
                for one in measures
            )
        )

    def only_kind(self) -> str:
        """Give the one kind of record that is given.

        Raises
        ------
        ArgumentError
            If records of several kinds are given.
        """
        if len(self.given) > 1:
            listed = ", ".join(f"--{kind}" for kind in self.given)
            raise ArgumentError(f"give one of {listed} at a time")
        return next(iter(self.given))

    def count(self, measure: str | None, counting: Counting | None, period: Period) -> pd.DataFrame:
        """Count one measure of the one kind of record that is given.

        Raises
        ------
        ArgumentError
            If records of several kinds are given.
        """
        kind = self.only_kind()
        if kind == FIGURES:
            if counting is not None:
                raise ArgumentError("counting is about projects")
            figures = self.given[FIGURES]
            return self.figure_table(figures, measure or only_measure(figures), period)
        return self.table_of(kind, measure or _FIRST_MEASURE[kind], period, counting=counting)

    def table_of(
        self, kind: str, measure: str, period: Period, *, counting: Counting | None = None
    ) -> pd.DataFrame:
        """Count one measure of a kind of record that is given."""
        return density(
            self.covered(self.countable(kind)),
            self.units,
            measure=measure,
            population=self.people,
            period=period,
            counting=counting,
        )

    def figure_table(self, figures: pd.DataFrame, measure: str, period: Period) -> pd.DataFrame:
        """Count one measure of a table of figures."""
        return density(figures, self.units, measure=measure, population=self.people, period=period)

    def joined(self, kind: str) -> pd.DataFrame:
        """Give records of a kind, those with a place located."""
        if kind == AREAS:
            return self.given[AREAS]
        located: pd.DataFrame = self.projects if kind == PROJECTS else self.incidents
        return located

    def countable(self, kind: str) -> pd.DataFrame:
        """Give records as `density` counts them: located, or divided among units."""
        if kind == INCIDENTS and self.counted is not None:
            return self.counted
        records = self.joined(kind)
        if kind == AREAS:
            is_divided = "net_area_sqm" in records.columns
            units = self.units if self.how is None else self.how
            return records if is_divided else allocate(records, units, by="area")
        return allocate(records, self.units)


@dataclass(frozen=True, eq=False)
class ReleasedRecords(Records):
    """Records that were located before they were released."""

    @cached_property
    def incidents(self) -> pd.DataFrame | None:
        """Incidents; None where none are shown."""
        return self.given.get(INCIDENTS)

    @cached_property
    def projects(self) -> pd.DataFrame:
        """Projects, those that are given or the bundled ones."""
        given = self.given.get(PROJECTS)
        return locate(self._bundled_projects, self.units) if given is None else given


def only_measure(figures: pd.DataFrame) -> str:
    """Give the one measure of a table of figures.

    Raises
    ------
    ArgumentError
        If it has several.
    """
    measures = sorted(figures["measure"].unique())
    if len(measures) != 1:
        raise ArgumentError(f"say --measure, which of {', '.join(measures)}")
    return str(measures[0])


def people_table(records: Records) -> list[pd.DataFrame]:
    """Count people, where they are known; an empty list where they are not."""
    people = records.people_in(None)
    return [] if people is None else [density(people, records.units, measure="people")]
