"""Any file of records, table or vector layer, as raw rows without columns about persons."""

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from maligeo.core.errors import UnknownNameError, explained
from maligeo.core.inputs import take_input
from maligeo.provenance.record import file_sha256
from maligeo.readers.files.sources import PART, WORKBOOKS, Source
from maligeo.readers.files.tables import (
    TEXT,
    TEXT_SUFFIXES,
    RawTable,
    open_table,
)
from maligeo.readers.files.vectors import STATES_COLUMNS, read_vector
from maligeo.readers.formats import (
    AUTO,
    GEOMETRY,
    SourceFormat,
    choose_format,
    load_format,
    without_persons,
)

_GEO_MARK = b"geo"
_DIGITS = 8  # of a hash, enough to tell files apart that are put together


def are_made_ids(ids: "pd.Series[str]") -> "pd.Series[bool]":
    """Tell which ids this module made, of the content of a file: they may confirm a guess at it."""
    return ids.str.fullmatch(rf"[0-9a-f]{{{_DIGITS}}}:\d+").fillna(value=False).astype(bool)


@dataclass(frozen=True)
class RawFile:
    """A file of records that is known by its header.

    Attributes
    ----------
    source : Source
        The file, with its sheet or layer.
    columns : tuple of str
        Its columns, without those about persons.
    personal : bool
        Whether it had columns about persons.
    hxl : mapping of str to str
        Column to HXL tag.
    is_bare : bool
        Whether it is an empty list of a kind of file that has no header (GeoJSON, KML).
    """

    source: Source
    columns: tuple[str, ...]
    personal: bool
    hxl: Mapping[str, str]
    _read: Callable[[Collection[str]], Iterator[RawTable]]
    is_bare: bool = False

    @cached_property
    def mark(self) -> str:
        """Digits that tell the file from others by its content: its name may be secret."""
        content = f"{file_sha256(Path(self.source))}{self.source.sheet or ''}"
        return hashlib.sha256(content.encode()).hexdigest()[:_DIGITS]

    @property
    def name(self) -> str:
        """Name of the file without its folders, and of its sheet."""
        sheet = self.source.sheet
        return self.source.name if sheet is None else f"{self.source.name}{PART}{sheet}"

    def made_ids(self, rows: "pd.Index[int]") -> "pd.Series[str]":
        """Make ids for rows that have none, of the mark of the file and the number of the row."""
        return f"{self.mark}:" + rows.astype("string").to_series(index=rows).astype(TEXT)

    @property
    def header(self) -> list[str]:
        """What a format is known by: columns and their HXL tags."""
        return [*self.columns, *(self.hxl[name] for name in self.columns if name in self.hxl)]

    def format(self, source: str, *, among: tuple[str, ...]) -> SourceFormat:
        """Give the format that is asked for or that the header bears; see `choose_format`.

        An empty list without a header is of the last one, the plainest.
        """
        if self.is_bare and source == AUTO:
            return load_format(among[-1])
        return choose_format(self.header, source, among=among, what=str(self.source))

    def found(self, form: SourceFormat) -> dict[str, str]:
        """Match the columns: column of ours to column of the file."""
        by_tag = {tag: name for name, tag in reversed(list(self.hxl.items()))}
        return {ours: by_tag.get(name, name) for ours, name in form.found_in(self.header).items()}

    def chunks(self, columns: Collection[str] | None = None) -> Iterator[RawTable]:
        """Read the rows piece by piece: these columns, or all but those about persons."""
        return self._read([name for name in self.columns if columns is None or name in columns])


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
    if _is_table(Path(source)):
        table = open_table(source)
        columns = without_persons(table.columns)
        personal = len(columns) < len(table.columns)
        return RawFile(source, columns, personal, table.hxl, table.chunks)
    return _open_vector(source)


def _is_table(path: Path) -> bool:
    suffix = path.suffix.lower()
    if suffix != ".parquet":
        return suffix in TEXT_SUFFIXES | WORKBOOKS | {".xls"}
    with explained(f"{path} cannot be opened"), path.open("rb") as file:
        file.seek(-min(path.stat().st_size, 65_536), 2)
        return _GEO_MARK not in file.read()


def _open_vector(source: Source) -> RawFile:
    if source.sheet is not None:
        raise UnknownNameError(f"{source} is no workbook and has no sheet {source.sheet!r}")
    frame = read_vector(Path(source), layer=source.layer)
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="row")
    geometry = frame.geometry
    attributes = pd.DataFrame(frame.drop(columns=GEOMETRY)).rename(columns=str)
    attributes[GEOMETRY] = geometry.to_wkt()
    columns = without_persons(attributes.columns)
    personal = len(columns) < len(attributes.columns)
    attributes = attributes[list(columns)].astype(TEXT)

    def read(wanted: Collection[str]) -> Iterator[RawTable]:
        yield RawTable(attributes[list(wanted)], geometry=geometry)

    is_bare = frame.empty and not frame.attrs.get(STATES_COLUMNS, True)
    return RawFile(source, columns, personal, {}, read, is_bare)
