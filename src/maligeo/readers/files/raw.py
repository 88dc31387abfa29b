"""Any file of records, table or vector layer, as raw rows without columns about persons."""

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from maligeo.core.errors import InputFileError, explained
from maligeo.provenance.record import file_sha256
from maligeo.readers.files.sources import WORKBOOKS, Source
from maligeo.readers.files.tables import (
    TEXT,
    TEXT_SUFFIXES,
    RawTable,
    open_table,
    split_sheet,
)
from maligeo.readers.files.vectors import read_vector
from maligeo.readers.formats import GEOMETRY, SourceFormat, without_persons

_GEO_MARK = b"geo"
_DIGITS = 8  # of a hash, enough to tell files apart that are put together


@dataclass(frozen=True)
class RawFile:
    """A file of records that is known by its header.

    Attributes
    ----------
    path : pathlib.Path
        The file.
    columns : tuple of str
        Its columns, without those about persons.
    personal : bool
        Whether it had columns about persons.
    hxl : mapping of str to str
        Column to HXL tag.
    """

    path: Path
    columns: tuple[str, ...]
    personal: bool
    hxl: Mapping[str, str]
    _read: Callable[[Collection[str]], Iterator[RawTable]]

    @cached_property
    def mark(self) -> str:
        """Digits that tell the file from others by its content: its name may be secret."""
        file, sheet = split_sheet(self.path)
        content = f"{file_sha256(file)}{sheet or ''}"
        return hashlib.sha256(content.encode()).hexdigest()[:_DIGITS]

    def made_ids(self, rows: "pd.Index[int]") -> "pd.Series[str]":
        """Make ids for rows that have none, of the mark of the file and the number of the row."""
        return f"{self.mark}:" + rows.astype("string").to_series(index=rows).astype(TEXT)

    @property
    def header(self) -> list[str]:
        """What a format is known by: columns and their HXL tags."""
        return [*self.columns, *(self.hxl[name] for name in self.columns if name in self.hxl)]

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
    file = Path(source if source.sheet is None else f"{source}#{source.sheet}")
    if _is_table(file):
        table = open_table(file)
        columns = without_persons(table.columns)
        personal = len(columns) < len(table.columns)
        return RawFile(file, columns, personal, table.hxl, table.chunks)
    return _open_vector(file, source.layer)


def _is_table(path: Path) -> bool:
    suffix = path.suffix.lower().partition("#")[0]
    if suffix != ".parquet":
        return suffix in TEXT_SUFFIXES | WORKBOOKS | {".xls"}
    with explained(f"{path} cannot be opened"), path.open("rb") as file:
        file.seek(-min(path.stat().st_size, 65_536), 2)
        return _GEO_MARK not in file.read()


def _open_vector(path: Path, layer: str | None) -> RawFile:
    frame = read_vector(path, layer=layer)
    if frame.empty:
        raise InputFileError(f"{path} has columns and no row")
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="row")
    geometry = frame.geometry
    attributes = pd.DataFrame(frame.drop(columns=GEOMETRY)).rename(columns=str)
    attributes[GEOMETRY] = geometry.to_wkt()
    columns = without_persons(attributes.columns)
    personal = len(columns) < len(attributes.columns)
    attributes = attributes[list(columns)].astype(TEXT)

    def read(wanted: Collection[str]) -> Iterator[RawTable]:
        yield RawTable(attributes[list(wanted)], geometry=geometry)

    return RawFile(path, columns, personal, {}, read)
