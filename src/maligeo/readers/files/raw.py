"""Any file of records, table or vector layer, as raw rows without columns about persons."""

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pandas as pd
from rapidfuzz import process

from maligeo.core.checks import require_choice
from maligeo.core.errors import UnknownNameError
from maligeo.core.inputs import take_input
from maligeo.provenance.record import file_sha256
from maligeo.readers.files.blocks import filled_down
from maligeo.readers.files.contents import require_records
from maligeo.readers.files.geoparquet import GeoParquet, is_geoparquet
from maligeo.readers.files.non_records import find_non_records
from maligeo.readers.files.sources import PART, WORKBOOKS, Source
from maligeo.readers.files.tables import (
    TEXT,
    TEXT_SUFFIXES,
    RawTable,
    open_table,
)
from maligeo.readers.files.titles import TITLED, below_titles, titles_at_top
from maligeo.readers.files.vectors import (
    CUTS_NAMES,
    DRIVERS_FIELDS,
    STATES_COLUMNS,
    read_vector,
    recognise,
)
from maligeo.readers.formats import (
    AUTO,
    GEOMETRY,
    Header,
    SourceFormat,
    choose_format,
    column_key,
    fields_named,
    load_format,
    meant_in,
    resembled_field,
    without_persons,
)
from maligeo.readers.meant_places import PLACES
from maligeo.readers.quarantine import Faults
from maligeo.readers.reading import Reading

LONGEST_NAME = 10  # of a column in the table of a Shapefile (dBASE)
STATED_ORDER = "stated_order"  # of day and month, in the settings of a format
DIGITS = 8  # of a hash, enough to tell files apart that are put together


def are_made_ids(ids: "pd.Series[str]") -> "pd.Series[bool]":
    """Tell which ids this module made, of the content of a file: they may confirm a guess at it."""
    return ids.str.fullmatch(rf"[0-9a-f]{{{DIGITS}}}:\d+").fillna(value=False).astype(bool)


@dataclass(frozen=True)
class RawFile:
    """A file of records that is known by its header.

    Attributes
    ----------
    source : Source
        The file, with its sheet or layer and what the user says of it.
    columns : tuple of str
        Its columns, without those about persons.
    personal : tuple of str
        Its columns about persons.
    hxl : mapping of str to str
        Column to HXL tag.
    is_bare : bool
        Whether it is an empty list of a kind of file that has no header (GeoJSON, KML).
    longest : int or None
        Letters after which its names of columns are cut.
    content : callable or None
        Gives digits of a hash of its content, where it is no file.
    unused : frozenset of str
        Columns that its kind of file always has and that it leaves empty; they mean nothing.
    top : tuple of dict of str to str
        The first rows of a table, with all columns.
    shown : tuple of str
        Columns of amounts whose cells show a currency by their format alone.
    """

    source: Source
    columns: tuple[str, ...]
    personal: tuple[str, ...]
    hxl: Mapping[str, str]
    _read: Callable[[Collection[str]], Iterator[RawTable]]
    is_bare: bool = False
    longest: int | None = None
    content: Callable[[], str] | None = None
    unused: frozenset[str] = frozenset()
    top: tuple[dict[str, str], ...] = ()
    shown: tuple[str, ...] = ()

    @cached_property
    def mark(self) -> str:
        """Digits that tell the file from others by its content: its name may be secret."""
        if self.content is not None:
            return self.content()
        content = f"{file_sha256(Path(self.source))}{self.source.sheet or ''}"
        return hashlib.sha256(content.encode()).hexdigest()[:DIGITS]

    @property
    def name(self) -> str:
        """Name of the file without its folders, and of its sheet."""
        sheet = self.source.sheet
        return self.source.name if sheet is None else f"{self.source.name}{PART}{sheet}"

    def made_ids(self, rows: "pd.Index[int]") -> "pd.Series[str]":
        """Make ids for rows that have none, of the mark of the file and the number of the row."""
        return f"{self.mark}:" + rows.astype("string").to_series(index=rows).astype(TEXT)

    @property
    def constants(self) -> dict[str, str]:
        """Names of made columns to what the user says that they hold in every row."""
        return {f"({ours})": text for ours, text in self.source.constants.items()}

    @cached_property
    def titles(self) -> dict[str, str]:
        """Fields of places that titles of blocks say where no column does, and their columns."""
        titles = titles_at_top(self.top)
        if not titles:
            return {}
        meant = meant_in(self.columns)
        named = [fields_named(meant.get(name, name)) for name in self.columns]
        own = {*self.source.columns, *self.source.constants}.union(*named)
        # Below a region that is a title, cercles may be titles further down.
        lower = [field for field in TITLED if field > max(titles)]
        open_fields = [field for field in lower if not self._resembling(field)]
        titles |= dict.fromkeys(open_fields, next(iter(titles.values())))
        return {field: name for field, name in titles.items() if field not in own}

    def _resembling(self, field: str) -> list[str]:
        return [name for name in self.columns if resembled_field(name, [field])]

    @cached_property
    def header(self) -> Header:
        """What a format is known by: columns and their HXL tags, and what the user says."""
        tags = (self.hxl[name] for name in self.columns if name in self.hxl)
        said = {ours: f"({ours})" for ours in (*self.source.constants, *self.titles)}
        names = (name for name in self.columns if name not in self.unused)
        stated = {**self.source.columns, **said}
        return Header((*names, *tags), stated, self.longest, by_persons=bool(self.personal))

    def format(self, source: str, *, among: tuple[str, ...]) -> SourceFormat:
        """Give the format that is asked for or that the header bears; see `choose_format`.

        An empty list without a header is of the last one, the plainest.

        Raises
        ------
        ArgumentError
            If the user names a field that the format has not.
        UnknownNameError
            If the user names a column that the file has not, or as `choose_format`.
        """
        for name in self.source.columns.values():
            if name not in self.columns:
                raise UnknownNameError(_no_column(self, name))
        if self.is_bare and source == AUTO:
            return load_format(among[-1])
        form = choose_format(self.header, source, among=among, what=str(self.source))
        for ours in (*self.source.columns, *self.source.constants):
            require_choice(ours, tuple(form.columns), option="field")
        dates = self.source.dates
        settings = form.settings if dates is None else {**form.settings, STATED_ORDER: dates}
        return replace(form, settings=settings)

    def found(self, form: SourceFormat) -> dict[str, str]:
        """Match the columns: field of ours to column of the file."""
        by_tag = {tag: name for name, tag in reversed(list(self.hxl.items()))}
        return {ours: by_tag.get(name, name) for ours, name in form.found_in(self.header).items()}

    def reading(self, form: SourceFormat, found: Mapping[str, str]) -> Reading:
        """Account for the columns."""
        used = {ours: name for ours, name in found.items() if name in self.columns}
        rest = [name for name in self.columns if name not in used.values()]
        # Next to columns about persons, what people note down is often about them too.
        unread = rest if self.personal or form.settings.get("only_mapped") else []
        rest = [name for name in rest if name not in unread]
        # A known make has further columns about a field on purpose; of a list by hand it is asked.
        open_fields = [ours for ours in form.columns if not form.label or ours not in found]
        headings = self.header.meant
        resembling = {
            name: resembled_field(headings.get(name, name), open_fields)
            for name in rest
            if name not in self.unused
        }
        # What they say is read as other names, so that the file's own must stay to be seen.
        meant = [used[ours] for ours in PLACES if ours in used and self.source.places]
        kept = [name for name in rest if resembling.get(name) is None]
        return Reading(
            form.name,
            used,
            constants=dict(self.source.constants),
            stated_order=self.source.dates or "",
            kept=tuple(dict.fromkeys((*kept, *meant))),
            not_understood={name: ours for name, ours in resembling.items() if ours is not None},
            personal=(*self.personal, *unread),
            shown=tuple(name for name in self.shown if name in used.values()),
        )

    def chunks(
        self,
        columns: Collection[str] | None = None,
        *,
        records_only: bool = True,
        of_figures: bool = False,
    ) -> Iterator[RawTable]:
        """Read the rows piece by piece: these columns, or all but those about persons.

        Rows that are no records are set aside, see `find_non_records`, unless all are wanted;
        what a merged cell says holds for all its rows, and a title for those below it.
        """
        above = dict.fromkeys(self.titles, (0, ""))
        wanted = [name for name in self.columns if columns is None or name in columns]
        of_titles = dict.fromkeys(self.titles.values())
        others = [name for name in of_titles if name in self.columns and name not in wanted]
        for raw in self._read([*wanted, *others]):
            aside = find_non_records(
                _with_shapes(raw) if records_only else raw.frame.head(0),
                of_figures=of_figures,
                titled=bool(self.titles),
                unread=len(self.personal) if len(wanted) == len(self.columns) else 0,
            )
            frame = raw.frame.drop(index=aside.index) if len(aside) else raw.frame
            if others:  # rows that hold something there alone are blank
                faulty = raw.faults.marks(frame.index)
                frame = frame[wanted][frame[wanted].notna().any(axis=1) | faulty]
            frame, blocks = filled_down(frame, raw.frame, raw.blocks)
            names, below = below_titles(raw.frame, aside, above)
            stated = {f"({ours})": texts.loc[frame.index] for ours, texts in names.items()}
            stated |= {
                name: pd.array([text] * len(frame), TEXT) for name, text in self.constants.items()
            }
            faults = Faults(fault for fault in raw.faults if fault.row not in aside.index)
            yield replace(
                raw,
                frame=frame.assign(**stated),
                set_aside=aside.to_dict(),
                faults=faults,
                blocks=blocks | below,
            )


def _with_shapes(raw: RawTable) -> pd.DataFrame:
    """Give rows with a mark where they have a shape: a row with one is more than a note."""
    shapes = raw.geometry if raw.points is None else raw.points.lon
    if shapes is None or GEOMETRY in raw.frame.columns:
        return raw.frame
    marks = shapes.notna().map({True: GEOMETRY, False: None}).astype(TEXT)
    return raw.frame.assign(**{GEOMETRY: marks})


def _no_column(file: RawFile, name: str) -> str:
    near = process.extractOne(name, file.columns, processor=column_key)
    hint = f" (do you mean {near[0]!r}?)" if near is not None else ""
    return f"{file.source} has no column {name!r}{hint}; its columns are: " + ", ".join(
        file.columns
    )


def open_raw(path: str | Path | Source) -> RawFile:
    """Read the header of a table or of a vector file.

    A vector file's shapes are also a column of text, "geometry", in WKT and EPSG:4326.

    Parameters
    ----------
    path : str, pathlib.Path or Source
        A table as for `open_table`, or a file as for `read_vector`.

    Raises
    ------
    InputFileError, FrameError, UnknownNameError, CrsError
        As `open_table` and `read_vector`.
    """
    source = Source.of(path)
    take_input(Path(source))
    require_records(Path(source))
    if is_table(Path(source)):
        source.require_unsaid(["layer"], "a table, which has no layers,")
        table = open_table(source)
        columns = without_persons(table.columns)
        personal = _others(table.columns, columns)
        file = RawFile(source, columns, personal, table.hxl, table.chunks)
        return replace(file, top=table.top, shown=table.shown)
    return _open_vector(source)


def is_table(path: Path) -> bool:
    """Tell a table from a vector file."""
    suffix = path.suffix.lower()
    if suffix != ".parquet":
        return suffix in TEXT_SUFFIXES | WORKBOOKS | {".xls"}
    return not is_geoparquet(path)


def _open_vector(source: Source) -> RawFile:
    if source.sheet is not None:
        raise UnknownNameError(f"{source} is no workbook and has no sheet {source.sheet!r}")
    source.require_unsaid(["header_row"], "a file of layers, whose columns have names,")
    if recognise(Path(source)) == "GeoParquet" and (file := GeoParquet.of(Path(source))):
        columns = without_persons(file.columns)
        return RawFile(source, columns, _others(file.columns, columns), {}, file.chunks)
    frame = read_vector(Path(source), layer=source.layer)
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="row")
    geometry = frame.geometry
    attributes = pd.DataFrame(frame.drop(columns=GEOMETRY)).rename(columns=str)
    attributes[GEOMETRY] = geometry.to_wkt()
    added = frame.attrs.get(DRIVERS_FIELDS, ())
    theirs = without_persons([name for name in attributes.columns if name not in added])
    columns = tuple(name for name in attributes.columns if name in added or name in theirs)
    personal = _others(attributes.columns, columns)
    unused = frozenset(name for name in added if name in columns and attributes[name].isna().all())
    attributes = attributes[list(columns)].astype(TEXT)

    def read(wanted: Collection[str]) -> Iterator[RawTable]:
        yield RawTable(attributes[list(wanted)], geometry=geometry)

    is_bare = frame.empty and not frame.attrs.get(STATES_COLUMNS, True)
    longest = LONGEST_NAME if frame.attrs.get(CUTS_NAMES, False) else None
    return RawFile(source, columns, personal, {}, read, is_bare, longest, unused=unused)


def _others(names: Collection[str], kept: Collection[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in kept)
