"""Files looked through before anything is made of them: kind, faults, words, places."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Self, TypeVar

import geopandas as gpd
import pandas as pd

from maligeo.core.errors import ArgumentError, Fault, FrameError, MaligeoError, UnknownNameError
from maligeo.join.points import LOCATED, Locator
from maligeo.join.proposals import unplaced_places
from maligeo.measure.alike import numbers_of
from maligeo.readers.areas import FORMATS as AREA_FORMATS
from maligeo.readers.boundaries import load_boundaries, read_boundaries
from maligeo.readers.boundary_schemas import NO_LAYOUT
from maligeo.readers.cells.values import strip_missing
from maligeo.readers.files.folders import files_in
from maligeo.readers.files.raw import is_table, open_raw
from maligeo.readers.files.sources import WORKBOOKS, Source
from maligeo.readers.files.tables import list_sheets
from maligeo.readers.formats import UNKNOWN_MAKE
from maligeo.readers.gazetteers import read_gazetteer
from maligeo.readers.incidents import FORMATS as INCIDENT_FORMATS
from maligeo.readers.kinds import likely_kinds
from maligeo.readers.meant_places import read_as_meant
from maligeo.readers.people import is_people_table, people_columns, read_people
from maligeo.readers.project_tables import TABLES
from maligeo.readers.projects import is_iati
from maligeo.readers.reading import ATTRIBUTE, Reading, meant_in
from maligeo.workflows.large_files import count_file, is_large
from maligeo.workflows.records import AREAS, FIGURES, INCIDENTS, PROJECTS, READERS

BOUNDARIES: Final = "boundaries"
POPULATION: Final = "population"
KINDS: Final = (INCIDENTS, AREAS, FIGURES, PROJECTS, POPULATION, BOUNDARIES)
# Sound as a whole, or not at all.
_WHOLE: Final[Mapping[str, Callable[[Source], pd.DataFrame]]] = {
    BOUNDARIES: read_boundaries,
    POPULATION: read_people,
}
_FORMATS: Final = {INCIDENTS: INCIDENT_FORMATS, PROJECTS: TABLES, AREAS: AREA_FORMATS}
_FAR: Final = 99  # steps from a kind of which a file has not even the fields
_UNFIT: Final = (UNKNOWN_MAKE, "unknown_choice", "no_land", "land_without_status")
_NO_FIGURES: Final = "figures_"  # begins the keys of errors about tables that are no figures
_Read = TypeVar("_Read")
_NAMES: Final = ("adm1_name", "adm2_name", "adm3_name", "place_name")


@dataclass(frozen=True)
class Places:
    """What becomes of the places of records in the regions of 2015.

    Attributes
    ----------
    counts : mapping of str to int
        Rows that are `placed` in a region, known `too_coarse`, `outside` the country, and
        `not_found`.
    names : pandas.DataFrame
        What was not found, as `unplaced_places` gives it, also in rows with faults.
    """

    counts: Mapping[str, int]
    names: pd.DataFrame

    @classmethod
    def of(cls, summary: Mapping[str, int], names: pd.DataFrame) -> Self:
        """Count the rows by what `locate_summary` says of them."""
        lost = {
            "too_coarse": summary["too_coarse"],
            "outside": summary["outside"],
            "not_found": summary["unnamed"],
        }
        return cls({"placed": summary["rows"] - sum(lost.values())} | lost, names)


@dataclass(frozen=True)
class Checked:
    """A file that was looked through.

    Attributes
    ----------
    source : Source
        The file, and how it was read.
    kind : str
        What it holds.
    frame : pandas.DataFrame
        What is sound of it; of a large list of incidents what counts alike in one row, as
        `LargeList.counted`, with the `attrs` of all rows.
    faults : FrameError or None
        What is not.
    places : Places or None
        None where there are no names or positions to look at.
    """

    source: Source
    kind: str
    frame: pd.DataFrame
    faults: FrameError | None
    places: Places | None

    @property
    def reading(self) -> Reading | None:
        """What became of every column and row; IATI has none."""
        found: Reading | None = self.frame.attrs.get(ATTRIBUTE)
        return found

    @property
    def faulty_cells(self) -> tuple[Fault, ...]:
        """Every fault."""
        return () if self.faults is None else self.faults.faults

    @property
    def unread_people(self) -> Sequence[str]:
        """Columns of people in a file of boundaries, of which units keep nothing."""
        reading = self.reading if self.kind == BOUNDARIES else None
        return () if reading is None else people_columns(reading.personal)

    @property
    def records(self) -> int:
        """How many records are sound: projects, of which several rows may be one, or rows."""
        if self.kind == PROJECTS:
            return int(self.frame["project_id"].nunique())
        return int(numbers_of(self.frame).sum())

    def rows(self, numbers: Collection[object] | None = None) -> pd.DataFrame | None:
        """Give the rows of the file as they stand, by their numbers, also those set aside.

        Columns of which nothing is read, since they may be about persons, are left out.
        None where they are not those of one table: IATI, and a folder of files.

        Parameters
        ----------
        numbers : collection, optional
            The rows that are wanted; all by default.
        """
        reading, path = self.reading, Path(self.source)
        if reading is None or path.is_dir() or is_iati(path):
            return None
        wanted = {*reading.used.values(), *reading.extra}
        pieces = open_raw(self.source).chunks(wanted, records_only=False)
        frames = (piece.frame for piece in pieces)
        rows = pd.concat(
            [one if numbers is None else one[one.index.isin(numbers)] for one in frames]
        )
        return rows.drop(columns=[name for name in rows.columns if name not in wanted])


def possible_kinds(source: Source) -> Sequence[str]:
    """Give the kinds that a file may be of, the likeliest first.

    IATI is projects; of a folder that is one list there are incidents alone.
    """
    path = Path(source)
    if path.is_dir():
        files_in(path)
        return [INCIDENTS]
    if is_iati(path):
        return [PROJECTS]
    people = []
    try:
        records = likely_kinds(source)
        people = [POPULATION] if is_people_table(open_raw(source).header.names) else []
    except UnknownNameError:  # each reader says what is to be named
        records = [INCIDENTS, AREAS, PROJECTS]
    if not is_table(path):
        return [*records, BOUNDARIES]
    records.insert(records.index(PROJECTS), FIGURES)  # a table of figures may look like projects
    return [*people, *records]


def check_source(
    sources: Mapping[str, Source], rejects: Path | None = None, gazetteer: Source | None = None
) -> Checked:
    """Read a file as the first kind that its columns fit, and list its faults.

    Parameters
    ----------
    sources : mapping of str to Source
        Kinds that come into question, and how the file is read as each.
    rejects : path, optional
        CSV file for the rows with faults.
    gazetteer : Source, optional
        Villages by name, among which places are looked for too.

    Raises
    ------
    UnknownNameError
        If it fits none: of the nearest kind, what it lacks; of a workbook with several
        sheets, what each holds.
    MaligeoError
        As the readers raise.
    """
    _require_one_sheet(next(iter(sources.values())))

    villages = cache(lambda: None if gazetteer is None else read_gazetteer(gazetteer))
    how = cache(lambda: Locator(load_boundaries(), gazetteer=villages()))
    checked = as_first_fitting(sources, lambda kind, source: _read_as(kind, source, rejects, how))
    villages()
    return checked if checked.kind in _WHOLE else replace(checked, places=_places(checked, how()))


def as_first_fitting(sources: Mapping[str, Source], read: Callable[[str, Source], _Read]) -> _Read:
    """Read a file as the first kind that its columns fit.

    Parameters
    ----------
    sources : mapping of str to Source
        Kinds that come into question, and how the file is read as each.
    read : callable
        Reads a file as a kind.

    Raises
    ------
    UnknownNameError
        If it fits none: of the nearest kind, what it lacks.
    MaligeoError
        As it is read.
    """
    unfit: list[MaligeoError] = []
    for kind, source in sources.items():
        try:
            return read(kind, source)
        except (UnknownNameError, ArgumentError) as error:
            key = error.key or ""
            is_unfit = key in _UNFIT or key.startswith(_NO_FIGURES)
            if not is_unfit or len(sources) == 1:
                raise
            unfit.append(error)
        except FrameError as error:
            if len(sources) == 1 or not _is_of_no_layout(error):
                raise
            unfit.append(error)
    raise min(unfit, key=_distance)


def _is_of_no_layout(error: FrameError) -> bool:
    """Tell a file whose columns are those of no boundaries from boundaries with faults."""
    return [fault.column for fault in error.faults] == [NO_LAYOUT]


def _distance(error: MaligeoError) -> int:
    """Tell how far a file is from a kind: a field that the kind has not is farthest."""
    count = error.values.get("count")
    return count if isinstance(count, int) else _FAR


def _read_as(
    kind: str, source: Source, rejects: Path | None, how: Callable[[], Locator]
) -> Checked:
    if kind in _WHOLE:
        return Checked(source, kind, _WHOLE[kind](source), None, None)
    if kind == INCIDENTS and is_large(source):
        return _counted(source, rejects, how)
    frame, faults = _sound(partial(READERS[kind], source), rejects)
    return Checked(source, kind, frame, faults, None)


def _sound(
    read: Callable[..., pd.DataFrame], rejects: Path | None
) -> tuple[pd.DataFrame, FrameError | None]:
    """Read what is sound of records, and give their faults too."""
    faults = None
    try:
        frame = read()
    except FrameError as error:
        faults = error
    if faults is not None or rejects is not None:
        with TemporaryDirectory() as folder:
            bad = Path(folder, "rejects.csv") if rejects is None else rejects
            frame = read(on_invalid="quarantine", rejects=bad)
    return frame, faults


def _counted(source: Source, rejects: Path | None, how: Callable[[], Locator]) -> Checked:
    """Look through a large list of incidents piece by piece."""
    lost = list[pd.DataFrame]()

    def read(*, on_invalid: str = "raise", rejects: Path | None = None) -> pd.DataFrame:
        lost.clear()
        return count_file(
            source,
            how(),
            each=lambda located: lost.append(unplaced_places(located)),
            rejects=rejects if on_invalid == "quarantine" else None,
        ).counted

    frame, faults = _sound(read, rejects)
    names = pd.concat(lost, ignore_index=True)
    rows = names.groupby("note")["rows"].sum()
    names = names.drop_duplicates("note").assign(rows=lambda once: once["note"].map(rows))
    return Checked(source, INCIDENTS, frame, faults, Places.of(frame.attrs[LOCATED], names))


def _places(checked: Checked, locator: Locator) -> Places | None:
    """Look for the places of what is sound, and for the names of what is not."""
    locator.require_known(meant_in(checked.frame))
    if checked.kind not in (INCIDENTS, PROJECTS, AREAS):
        return None
    frame, found = checked.frame, checked.places
    if found is None:
        located = locator.locate(_as_points(frame) if checked.kind == AREAS else frame)
        found = Places.of(located.attrs[LOCATED], unplaced_places(located))
    parts = [found.names, unplaced_places(locator.locate(_faulty_names(checked)))]
    keys = ["place", "level", "proposals", "note"]
    names = pd.concat(parts).groupby(keys, dropna=False, sort=True)["rows"].sum().reset_index()
    names = names.sort_values(["rows", "place"], ascending=[False, True], ignore_index=True)
    return replace(found, names=names) if len(frame) or len(names) else None


def _as_points(areas: pd.DataFrame) -> pd.DataFrame:
    """Give areas as records: a point of their outline, or the position and names that they have."""
    points = gpd.GeoSeries(areas["geometry"]).representative_point()
    names = areas[[name for name in _NAMES if name in areas.columns]]
    found = names.assign(lon=points.x, lat=points.y)
    for axis in ("lon", "lat"):
        if f"place_{axis}" in areas.columns:
            found[axis] = found[axis].fillna(areas[f"place_{axis}"])
    return pd.DataFrame(found)


def _faulty_names(checked: Checked) -> pd.DataFrame:
    """Give the names of units in the rows with faults, which are not in the frame."""
    numbers, reading = {fault.row for fault in checked.faulty_cells}, checked.reading
    faulty = checked.rows(numbers) if numbers else None
    if faulty is None or reading is None:
        return pd.DataFrame()
    found = {ours: name for ours, name in reading.used.items() if ours in _NAMES}
    names = pd.DataFrame({ours: strip_missing(faulty[name]) for ours, name in found.items()})
    return read_as_meant(names, checked.source)[0]


def _require_one_sheet(source: Source) -> None:
    """Refuse a workbook with several sheets, and say what each of them seems to hold."""
    path = Path(source)
    if source.sheet is not None or path.suffix.lower() not in WORKBOOKS:
        return
    sheets = list_sheets(path)
    if len(sheets) < 2:
        return
    described = {name: sheet_kinds(source, name) for name in sheets}
    raise UnknownNameError(
        key="several_sheets",
        values={
            "file": path,
            "example": next((name for name, kinds in described.items() if kinds), sheets[0]),
            "sheets": described,
        },
    )


def sheet_kinds(source: Source, sheet: str | None) -> list[str]:
    """Give the kinds of records that a sheet of a workbook, or a file, seems to hold."""
    try:
        file = open_raw(replace(source, sheet=sheet))
    except MaligeoError:  # no table
        return []
    kinds = [POPULATION] if is_people_table(file.header.names) else []
    for kind, formats in _FORMATS.items():
        try:
            file.format("auto", among=formats)
        except MaligeoError:  # of another kind, or of none
            continue
        kinds.append(kind)
    return kinds
