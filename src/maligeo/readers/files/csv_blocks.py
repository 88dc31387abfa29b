"""Text tables in blocks: parsed by pyarrow, with the number of every row."""

import itertools
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pacsv

from maligeo.core.errors import explained
from maligeo.readers.files.csv_layout import Layout

# The parser reads up to 32 of its blocks ahead: small ones bound memory, and several
# together are worked on faster than one by one.
BLOCK_BYTES: Final = 8 * 2**20
BLOCKS_TOGETHER: Final = 4


class RaggedRow(NamedTuple):
    """A row whose number of cells is not that of the header."""

    cells: int
    text: str


@dataclass(frozen=True)
class TextBlock:
    """Consecutive rows.

    Attributes
    ----------
    table : pyarrow.Table
        Columns of text; empty cells are null.
    rows : numpy.ndarray of int64
        Row numbers of the table, from 1 for the first row of the file.
    ragged : dict of int to RaggedRow
        Rows of this stretch that are not in the table, by number.
    """

    table: pa.Table
    rows: npt.NDArray[np.int64]
    ragged: dict[int, RaggedRow] = field(default_factory=dict)


@contextmanager
def _rows_within_blocks() -> Iterator[None]:
    """Say what it means that a row does not end in its block."""
    try:
        yield
    except pa.ArrowInvalid as error:
        if "straddl" not in str(error):
            raise
        raise ValueError(
            f"a row is longer than {BLOCK_BYTES} bytes: is a quotation mark not closed?"
        ) from error


class _RaggedRowFoundError(Exception):
    """The fast parser met a row that it cannot number."""


def read_blocks(path: Path, layout: Layout, columns: Sequence[str]) -> Iterator[TextBlock]:
    """Read a text table block by block.

    The parser works on several blocks at once and then cannot say where a row with too
    many or too few cells stands. When it meets one, the rest is parsed one block after
    the other, with numbers.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    layout : Layout
        How it is laid out.
    columns : sequence of str
        Columns to read.

    Yields
    ------
    TextBlock

    Raises
    ------
    InputFileError
        If the file is not what its beginning promised.
    """
    done = layout.rows_before
    try:
        for block in _parse(path, layout, columns, numbered=False):
            yield block
            done = int(block.rows[-1]) if len(block.rows) else done
        return
    except _RaggedRowFoundError:
        pass
    for block in _parse(path, layout, columns, numbered=True):
        rest = block.rows > done
        ragged = {number: row for number, row in block.ragged.items() if number > done}
        if rest.any() or ragged:
            yield TextBlock(block.table.filter(pa.array(rest)), block.rows[rest], ragged)


def _parse(
    path: Path, layout: Layout, columns: Sequence[str], *, numbered: bool
) -> Iterator[TextBlock]:
    met: dict[int, RaggedRow] = {}

    def note(row: pacsv.InvalidRow) -> str:
        met[row.number or 0] = RaggedRow(row.actual_columns, row.text)
        return "skip"

    last = layout.rows_before
    with explained(f"{path} cannot be read"), _rows_within_blocks(), path.open("rb") as file:
        reader = _open(file, layout, columns, note, threads=not numbered)
        groups = iter(lambda: list(itertools.islice(reader, BLOCKS_TOGETHER)), [])
        for group in groups if numbered else _ahead(groups):
            if met and not numbered:
                break
            table = pa.Table.from_batches(group)
            # Blocks ahead may add to what was met, so that without numbers nobody looks again.
            rows, ragged = _number(table.num_rows, last, met if numbered else {})
            last = max([last, *rows[-1:].tolist(), *ragged])
            yield TextBlock(table, rows, ragged)
    if met and not numbered:
        raise _RaggedRowFoundError
    if met:
        names = [*columns]
        empty = pa.table({name: pa.array([], pa.string()) for name in names})
        yield TextBlock(empty, np.array([], dtype=np.int64), dict(met))


def _ahead(groups: Iterator[list[pa.RecordBatch]]) -> Iterator[list[pa.RecordBatch]]:
    """Parse the next blocks while the caller works on these."""
    with ThreadPoolExecutor(1) as worker:
        coming = worker.submit(next, groups, None)
        while (group := coming.result()) is not None:
            coming = worker.submit(next, groups, None)
            yield group


def _open(
    file: object, layout: Layout, columns: Sequence[str], note: object, *, threads: bool
) -> pacsv.CSVStreamingReader:
    return pacsv.open_csv(
        file,
        read_options=pacsv.ReadOptions(
            use_threads=threads,
            block_size=BLOCK_BYTES,
            column_names=list(layout.columns),
            skip_rows_after_names=layout.rows_before,
            encoding="utf8" if layout.encoding == "utf-8" else layout.encoding,
        ),
        parse_options=pacsv.ParseOptions(
            delimiter=layout.delimiter,
            newlines_in_values=True,
            ignore_empty_lines=False,
            invalid_row_handler=note,
        ),
        convert_options=pacsv.ConvertOptions(
            column_types=dict.fromkeys(layout.columns, pa.string()),
            include_columns=list(columns),
            strings_can_be_null=True,
            null_values=[""],
        ),
    )


def _number(
    count: int, last: int, met: dict[int, RaggedRow]
) -> tuple[npt.NDArray[np.int64], dict[int, RaggedRow]]:
    """Give numbers to the rows after the last one, passing over those that are ragged."""
    numbers = np.arange(last + 1, last + 1 + count + len(met), dtype=np.int64)
    if met:
        numbers = numbers[~np.isin(numbers, list(met))]
    numbers = numbers[:count]
    end = int(numbers[-1]) if count else last
    return numbers, {number: met.pop(number) for number in sorted(met) if number < end}
