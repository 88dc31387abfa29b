"""Raw tables: every cell as text, every row with the number that a spreadsheet shows.

Nothing is interpreted here. CSV and TSV are parsed by pyarrow in blocks, so that a file
need not fit into memory; Excel goes through openpyxl; Parquet through pyarrow.
"""

import datetime
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from maligeo.core import errors
from maligeo.core.errors import InputFileError, UnknownNameError, explained
from maligeo.core.inputs import take_input
from maligeo.readers.cells.coordinates import Positions
from maligeo.readers.files import csv
from maligeo.readers.files.archives import require_bounded
from maligeo.readers.files.blocks import Blocks, MergedRange, blocks_of, merged_ranges
from maligeo.readers.files.bounds import require_bounded_parquet
from maligeo.readers.files.contents import require_records
from maligeo.readers.files.currencies import amount_columns, show_currencies
from maligeo.readers.files.formulas import require_computed
from maligeo.readers.files.layouts import UNTITLED, Layout, lay_out
from maligeo.readers.files.sources import WORKBOOKS, Source
from maligeo.readers.quarantine import Faults

TEXT: Final = pd.StringDtype("pyarrow")
TEXT_SUFFIXES: Final = frozenset({".csv", ".tsv", ".txt", ".tab"})
PARQUET_ROWS: Final = 250_000


@dataclass(frozen=True)
class RawTable:
    """Rows of a table as they stand in the file.

    Attributes
    ----------
    frame : pandas.DataFrame
        Every column of dtype `string`, cells verbatim, empty ones missing. The index,
        named "row", is the number of the row as a spreadsheet shows it (1 is the first
        row of the file, so data usually begin at 2). Wholly blank rows are left out.
    encoding : str
        Encoding that was found; "" where the format says it itself.
    delimiter : str
        What stands between cells; "" in Excel and Parquet.
    hxl : dict of str to str
        Column to HXL tag, where the file has a tag row.
    decimal : str or None
        "," where cells are separated by semicolons, as programs do that write decimal
        commas; None where the file does not tell.
    faults : Faults
        Rows with too many or too few cells; readers begin with these. Cells beyond the
        header are in no column.
    geometry : geopandas.GeoSeries or None
        With the same index, in EPSG:4326, where the file has geometries of its own.
    points : Positions or None
        In the place of the geometries, where these are points that nobody wants as text.
    set_aside : dict of int to str
        Rows that are no records and stand in the frame no more, and why.
    blocks : dict of str to dict of int to int
        Column to rows below the first one of a merged cell, and the number of that row; in
        `RawFile.chunks` only those that were filled with what it says.
    """

    frame: pd.DataFrame
    encoding: str = ""
    delimiter: str = ""
    hxl: dict[str, str] = field(default_factory=dict)
    decimal: str | None = None
    faults: Faults = field(default_factory=Faults)
    geometry: gpd.GeoSeries | None = None
    points: Positions | None = None
    set_aside: dict[int, str] = field(default_factory=dict)
    blocks: Blocks = field(default_factory=dict)

    @property
    def filled_down(self) -> dict[str, int]:
        """How many rows of each column were filled with what a merged cell says."""
        return {name: len(rows) for name, rows in self.blocks.items() if rows}

    def shapes_of(self, rows: pd.Index) -> gpd.GeoSeries | Positions | None:
        """Give the geometries of some rows, or the points that they are."""
        if self.points is not None:
            return Positions(*(axis.loc[rows] for axis in self.points))
        return None if self.geometry is None else self.geometry.loc[rows]

    def sound_rows(self) -> tuple[pd.DataFrame, Faults]:
        """Give the rows without fault, and the faults of the others for more to be added."""
        faults = Faults()
        faults.extend(self.faults)
        return self.frame[~faults.marks(self.frame.index)] if len(faults) else self.frame, faults


@dataclass(frozen=True)
class TableFile:
    """A table that is known by its header and not yet read.

    Attributes
    ----------
    path : pathlib.Path
        The file.
    columns : tuple of str
        Names in its header.
    hxl : dict of str to str
        Column to HXL tag, where the file has a tag row.
    top : tuple of dict of str to str
        The first rows, a cell for each column.
    shown : tuple of str
        Columns of amounts whose cells show a currency by their format alone.
    """

    path: Path
    columns: tuple[str, ...]
    hxl: dict[str, str]
    _read: Callable[[Sequence[str]], Iterator[RawTable]]
    top: tuple[dict[str, str], ...] = ()
    shown: tuple[str, ...] = ()

    def chunks(self, columns: Collection[str] | None = None) -> Iterator[RawTable]:
        """Read the table piece by piece, in order; one without a row is one empty piece.

        Parameters
        ----------
        columns : collection of str, optional
            Only these columns; the cells of all others never become values in memory.

        Yields
        ------
        RawTable
            Of some ten thousand to a few hundred thousand rows.

        Raises
        ------
        InputFileError
            If the file is broken.
        """
        wanted = [name for name in self.columns if columns is None or name in columns]
        if not wanted:
            raise InputFileError(f"{self.path} has no column to read")
        pieces = self._read(wanted)
        yield next(pieces, RawTable(_without_rows(wanted), hxl=self.hxl))
        yield from pieces


def _without_rows(columns: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame(index=pd.RangeIndex(0, name="row"), columns=list(columns), dtype=TEXT)


def open_table(path: str | Path | Source, *, sheet: str | None = None) -> TableFile:
    """Read the header of a table: CSV, TSV, Excel (.xlsx) or Parquet.

    Parameters
    ----------
    path : str or pathlib.Path
        The file; for Excel also "book.xlsx#Sheet 1".
    sheet : str, optional
        Which sheet of an Excel file; needed when several hold something.

    Returns
    -------
    TableFile

    Raises
    ------
    InputFileError
        If the file is missing, empty, broken or not such a table.
    FrameError
        If a column name repeats.
    UnknownNameError
        If there is no sheet of that name, or it must be named.
    MissingDependencyError
        If Excel is to be read and openpyxl is not installed.
    """
    source = Source.of(path)
    file, sheet = Path(source), source.sheet or sheet
    take_input(file)
    require_records(file)
    suffix = file.suffix.lower()
    if suffix in WORKBOOKS:
        return _open_excel(source, sheet)
    if sheet is not None:
        raise UnknownNameError(f"{file} is not an Excel file and has no sheet {sheet!r}")
    if suffix == ".parquet":
        source.require_unsaid(["header_row"], "Parquet, whose columns have names,")
        return _open_parquet(file)
    return _open_text(file, source.header_row)


def read_table(path: str | Path, *, sheet: str | None = None) -> RawTable:
    """Read a whole table as text.

    Parameters
    ----------
    path : str or pathlib.Path
        CSV or TSV in any encoding and with any delimiter, Excel (.xlsx; also
        "book.xlsx#Sheet 1"), or Parquet without geometry.
    sheet : str, optional
        Which sheet of an Excel file; needed when several hold something.

    Returns
    -------
    RawTable

    Raises
    ------
    InputFileError, FrameError, UnknownNameError, MissingDependencyError
        As `open_table`.
    """
    return join_chunks(list(open_table(path, sheet=sheet).chunks()))


def join_chunks(pieces: Sequence[RawTable]) -> RawTable:
    """Put consecutive pieces of one table together."""
    if len(pieces) == 1:
        return pieces[0]
    faults, aside, blocks = Faults(), dict[int, str](), Blocks()
    for piece in pieces:
        faults.extend(piece.faults)
        aside |= piece.set_aside
        for name, rows in piece.blocks.items():
            blocks.setdefault(name, {}).update(rows)
    frame = pd.concat([piece.frame for piece in pieces])
    shapes = [piece.geometry for piece in pieces if piece.geometry is not None]
    whole = replace(pieces[0], frame=frame, faults=faults, set_aside=aside, blocks=blocks)
    return replace(whole, geometry=pd.concat(shapes)) if shapes else whole


def _open_text(path: Path, header_row: int | None) -> TableFile:
    with explained(f"{path} cannot be read"):
        layout = csv.find_layout(path, header_row)

    def read(columns: Sequence[str]) -> Iterator[RawTable]:
        restricted = len(columns) < len(layout.columns)
        for block in csv.read_blocks(path, layout, columns):
            yield _text_chunk(block, layout, restricted=restricted)

    return TableFile(path, layout.columns, layout.hxl, read, layout.top)


def _text_chunk(block: csv.TextBlock, layout: Layout, *, restricted: bool) -> RawTable:
    frame = _frame(block.table, pd.Index(block.rows, name="row"))
    faults = Faults()
    if block.ragged:
        rows = pd.Index(list(block.ragged), name="row")
        # Cells may have slipped into other columns: of a table that is read in part
        # only, because the rest must not be seen, no text of such a row is kept.
        texts = [None if restricted else row.text for row in block.ragged.values()]
        reasons = [
            f"the row has {row.cells} cells and the header {len(layout.columns)}"
            for row in block.ragged.values()
        ]
        slipped = pd.DataFrame(index=rows, columns=frame.columns, dtype=TEXT)
        slipped[frame.columns[0]] = pd.array(texts, dtype=TEXT)
        frame = pd.concat([frame, slipped]).sort_index(kind="stable")
        every = pd.Series(True, index=rows)
        faults.add(every, "row", pd.Series(texts, index=rows), pd.Series(reasons, index=rows))
    return RawTable(
        frame,
        layout.encoding,
        layout.delimiter,
        layout.hxl,
        decimal="," if layout.delimiter == ";" else None,
        faults=faults,
    )


def _frame(table: pa.Table, rows: pd.Index) -> pd.DataFrame:
    """Make a frame of text, leaving out the rows in which every cell is empty."""
    frame = table.to_pandas(types_mapper=lambda _: TEXT, ignore_metadata=True)
    frame.index = rows
    if any(column.null_count == 0 for column in table.columns):
        return frame
    blank = frame.isna().all(axis=1)
    return frame[~blank] if blank.any() else frame


def _open_parquet(path: Path) -> TableFile:
    with explained(f"{path} cannot be read"):
        require_bounded_parquet(path)
        columns = tuple(pq.read_schema(path).names)

    def read(wanted: Sequence[str]) -> Iterator[RawTable]:
        first = 2  # as if it had a header, like every other table
        with explained(f"{path} cannot be read"), pq.ParquetFile(path) as file:
            for batch in file.iter_batches(PARQUET_ROWS, columns=list(wanted)):
                rows = pd.RangeIndex(first, first + batch.num_rows, name="row")
                first += batch.num_rows
                yield RawTable(_frame(as_text(batch), rows))

    return TableFile(path, columns, {}, read)


def as_text(batch: pa.RecordBatch) -> pa.Table:
    """Cast every column to text; what has no text form (lists, structures) is refused."""
    texts = [column.cast(pa.string()) for column in batch.columns]
    return pa.table(texts, names=batch.schema.names)


def _open_excel(source: Source, sheet: str | None) -> TableFile:
    path = Path(source)
    openpyxl = errors.require("openpyxl", extra="excel", why="reading Excel files")
    with explained(f"{path} cannot be read"):
        require_bounded(path)
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
        name, rows = _sheet_rows(book, sheet, path)
        merged = _merged(book[name])
        layout = lay_out(rows[:200], path, "", "", source.header_row)
        amounts = amount_columns(layout.columns, source.columns)
        shown = show_currencies(rows, book, name, amounts, layout.rows_before)
        book.close()
    numbers = range(layout.rows_before + 1, len(rows) + 1)
    blocks = blocks_of(merged, layout.columns, numbers, str(path))

    def read(columns: Sequence[str]) -> Iterator[RawTable]:
        width = len(layout.columns)
        data = rows[layout.rows_before :]
        places = [layout.columns.index(name) for name in columns]
        cells = {
            name: pd.array([row[at] or None if at < len(row) else None for row in data], dtype=TEXT)
            for name, at in zip(columns, places, strict=True)
        }
        frame = pd.DataFrame(cells, index=pd.RangeIndex.from_range(numbers).rename("row"))
        beyond = pd.Series([any(row[width:]) for row in data], index=frame.index, dtype=bool)
        faults = Faults()
        faults.add(beyond, "row", beyond, "the row has cells beyond the header")
        frame = frame[frame.notna().any(axis=1) | beyond]
        wanted = {name: blocks[name] for name in columns if name in blocks}
        yield RawTable(frame, hxl=layout.hxl, faults=faults, blocks=wanted)

    names = tuple(layout.columns[at] for at in shown)
    return TableFile(path, _in_use(layout, rows), layout.hxl, read, layout.top, names)


def _in_use(layout: Layout, rows: list[list[str]]) -> tuple[str, ...]:
    """Leave out the columns that have neither a heading nor a cell, as beside or between blocks."""
    data = rows[layout.rows_before :]
    return tuple(
        name
        for at, name in enumerate(layout.columns)
        if not name.endswith(UNTITLED.format(at + 1))
        or any(row[at] for row in data if at < len(row))
    )


def _merged(sheet: Any) -> list[MergedRange]:
    """Find merged cells, of which openpyxl says nothing when it reads row by row."""
    with sheet._get_source() as content:
        return merged_ranges(content)


_NOTES: Final = "notes"  # a sheet next to the table, in workbooks of ours and of many others


def _sheet_rows(book: Any, sheet: str | None, path: Path) -> tuple[str, list[list[str]]]:
    """Give the one sheet that is meant, and its cells as text."""
    names = _sheet_names(book)
    if sheet is not None and sheet not in names:
        raise UnknownNameError(f"{path} has no sheet {sheet!r}; there is {', '.join(names)}")
    wanted = names if sheet is None else [sheet]
    filled = _filled(book, wanted)
    if not filled:
        raise InputFileError(f"{path} holds no table: there is nothing in it")
    if len(filled) > 1:
        several = ", ".join(repr(name) for name in filled)
        example = f"{path.name}#{next(iter(filled))}"
        raise UnknownNameError(f"{path} has several sheets ({several}): say which, like {example}")
    name, rows = next(iter(filled.items()))
    with book[name]._get_source() as content:
        require_computed(content, path)
    return name, rows


def _filled(book: Any, names: Sequence[str]) -> dict[str, list[list[str]]]:
    """Give the cells of the sheets in which something stands, as text."""
    filled: dict[str, list[list[str]]] = {}
    for name in names:
        rows = [
            [_cell_text(cell) for cell in row] for row in book[name].iter_rows(values_only=True)
        ]
        if any(any(row) for row in rows):
            filled[name] = rows
    several = len(filled) > 1
    return {name: rows for name, rows in filled.items() if not several or name.lower() != _NOTES}


def _sheet_names(book: Any) -> list[str]:
    return [one.title for one in book.worksheets]


def list_sheets(path: Path) -> list[str]:
    """Name the sheets of a workbook in which something stands.

    Raises
    ------
    InputFileError
        If the file cannot be read.
    """
    openpyxl = errors.require("openpyxl", extra="excel", why="reading Excel files")
    require_records(path)
    with explained(f"{path} cannot be read"):
        require_bounded(path)
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
        filled = _filled(book, _sheet_names(book))
        book.close()
    return list(filled)


def _cell_text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(" ")
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    text = str(cell)
    # In a cell that holds a number the dot cuts; before three digits it could also group.
    return f"{text}0" if isinstance(cell, float) and text[-4:-3] == "." else text
