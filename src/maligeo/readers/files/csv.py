"""Text tables: encoding, delimiter and header found, rows parsed in blocks with their numbers."""

import codecs
import contextlib
import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pacsv

from maligeo.core.ahead import one_ahead
from maligeo.core.errors import InputFileError, explained
from maligeo.readers.files.layouts import Layout, lay_out

DELIMITERS: Final = (",", ";", "\t", "|")
_CHECKED_BYTES: Final = 16 * 2**20
_SAMPLE_CHARS: Final = 2**18
_SAMPLE_ROWS: Final = 200
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Windows, DOS and old Macintosh; where they differ, French letters tell them apart.
_ONE_BYTE: Final = ("cp1252", "cp850", "mac_roman")
_FRENCH: Final = "éèêëàâçîïôùûüœÉÈÊÀÂÇÎÔÛ°’«»"


def find_layout(path: Path, header_row: int | None = None) -> Layout:
    """Find out how a text table is laid out; `header_row` as for `lay_out`.

    Raises
    ------
    InputFileError
        If the file cannot be read, is empty or is not text.
    FrameError
        If a column name repeats.
    """
    head = _read_head(path)
    encoding = _find_encoding(head, path)
    text = _decode(head, encoding)
    if not text.strip("\ufeff \t\r\n\0,;|"):
        raise InputFileError(f"{path} holds no table: there is nothing in it")
    delimiter = _find_delimiter(text)
    rows = _rows_of(text, delimiter)
    layout = lay_out(rows, path, encoding, delimiter, header_row)
    return replace(layout, ends=len(text) < _SAMPLE_CHARS and len(rows) <= layout.rows_before)


def _read_head(path: Path) -> bytes:
    with explained(f"{path} cannot be opened"), path.open("rb") as file:
        head = file.read(_CHECKED_BYTES)
    if not head:
        raise InputFileError(f"{path} is empty")
    return head


def _find_encoding(head: bytes, path: Path) -> str:
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding
    start = head[:4096]
    if b"\0" in start:
        return _find_wide(start, path)
    if head.isascii():  # which is told sooner than that it can be decoded
        return "utf-8"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=len(head) < _CHECKED_BYTES)
    except UnicodeDecodeError:
        return _find_one_byte(head)
    return "utf-8"


def _find_wide(start: bytes, path: Path) -> str:
    """Tell UTF-16 without a byte-order mark by the side on which its zeros stand."""
    half = max(len(start) // 2, 1)
    if start[1::2].count(0) > 0.4 * half and start[0::2].count(0) < 0.1 * half:
        return "utf-16-le"
    if start[0::2].count(0) > 0.4 * half and start[1::2].count(0) < 0.1 * half:
        return "utf-16-be"
    raise InputFileError(f"{path} is not a text table: it holds binary data")


def _find_one_byte(head: bytes) -> str:
    special = re.sub(rb"[\x00-\x7f]+", b"", head)

    def french(encoding: str) -> int:
        counts = Counter(special.decode(encoding, errors="replace"))
        return sum(counts[letter] for letter in _FRENCH)

    return max(_ONE_BYTE, key=french)  # the first of equals: cp1252


def _decode(head: bytes, encoding: str) -> str:
    text = head[: 4 * _SAMPLE_CHARS].decode(encoding, errors="replace")
    return text.removeprefix("\ufeff")[:_SAMPLE_CHARS]


def _rows_of(text: str, delimiter: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[list[str]] = []
    with contextlib.suppress(csv.Error):  # a cell that never ends: the rows above it must do
        rows.extend(itertools.islice(reader, _SAMPLE_ROWS))
    return rows


def _find_delimiter(text: str) -> str:
    """Choose the delimiter that cuts most rows into the same, greatest number of cells."""

    def fitness(delimiter: str) -> float:
        widths = Counter(len(row) for row in _rows_of(text, delimiter) if row)
        if not widths:
            return 0.0
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
        return (width - 1) * count / widths.total()

    return max(DELIMITERS, key=fitness)  # the first of equals: a comma


# The parser reads up to 32 of its blocks ahead: small ones bound memory, and several
# together are worked on faster than one by one. A row has to end in its block.
BLOCK_BYTES: Final = 2**20
BLOCKS_TOGETHER: Final = 64  # at most: for more, memory is asked for anew each time
ROWS_TOGETHER: Final = 200_000
_LONGER: Final = 8  # times as long are the blocks in which long rows are read
_WIDE: Final = 16  # columns, more than counting reads
CELLS: Final = pa.large_string()  # what pandas holds text as: others would be converted


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


class _Way(Enum):
    """How a file is parsed: the first that serves."""

    LINES = "several blocks at once, a line being a row"
    ROWS = "several blocks at once, with cells of several lines"
    NUMBERED = "block by block, with the numbers of rows"


@contextmanager
def _rows_within_blocks(way: _Way) -> Iterator[None]:
    """Stop where a row does not end in its block; of the longer ones, say what that means."""
    try:
        yield
    except pa.ArrowInvalid as error:
        if "straddl" not in str(error) and "out of sync" not in str(error):
            raise
        if way is _Way.NUMBERED:
            size = BLOCK_BYTES * _LONGER
            raise ValueError(
                f"a row is longer than {size} bytes: is a quotation mark not closed?"
            ) from error


class _OddRowFoundError(Exception):
    """The fast parser met a row that it cannot number or that is longer than its blocks."""


def read_blocks(path: Path, layout: Layout, columns: Sequence[str]) -> Iterator[TextBlock]:
    """Read a text table block by block.

    The parser works on several blocks at once and then cannot say where a row with too
    many or too few cells stands. When it meets one, or a very long row, the rest is parsed
    one longer block after the other, with numbers. It is quickest where a line is a row; it
    notices when a block ends within a cell of several lines, and looks for the ends of rows.

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
    if layout.ends:
        return
    for way in (_Way.LINES, _Way.ROWS, _Way.NUMBERED):
        try:
            for block in _parse(path, layout, columns, way):
                yield from _below(block, done)
                done = max([done, *block.rows[-1:].tolist(), *block.ragged])
        except _OddRowFoundError:
            continue
        return


def _below(block: TextBlock, done: int) -> Iterator[TextBlock]:
    """Give the rows below those that are done, if there are any."""
    rest = block.rows > done
    ragged = {number: row for number, row in block.ragged.items() if number > done}
    if rest.all() and (len(rest) or ragged):
        yield replace(block, ragged=ragged)
    elif rest.any() or ragged:
        yield TextBlock(block.table.filter(pa.array(rest)), block.rows[rest], ragged)


def _parse(path: Path, layout: Layout, columns: Sequence[str], way: _Way) -> Iterator[TextBlock]:
    met: dict[int, RaggedRow] = {}

    def note(row: pacsv.InvalidRow) -> str:
        met[row.number or 0] = RaggedRow(row.actual_columns, row.text)
        return "skip"

    last, ended, numbered = layout.rows_before, False, way is _Way.NUMBERED
    within = _rows_within_blocks(way)
    with explained(f"{path} cannot be read"), within, path.open("rb") as file:
        reader = _open(file, layout, columns, note, way)
        groups = iter(lambda: _together(reader), [])
        for group in groups if numbered else one_ahead(groups):
            if met and not numbered:
                break
            table = pa.Table.from_batches(group)
            # Blocks ahead may add to what was met, so that without numbers nobody looks again.
            rows, ragged = _number(table.num_rows, last, met if numbered else {})
            last = max([last, *rows[-1:].tolist(), *ragged])
            yield TextBlock(table, rows, ragged)
        ended = numbered or not met
    if not ended:
        raise _OddRowFoundError
    if met:
        names = [*columns]
        empty = pa.table({name: pa.array([], CELLS) for name in names})
        yield TextBlock(empty, np.array([], dtype=np.int64), dict(met))


def _together(reader: pacsv.CSVStreamingReader) -> list[pa.RecordBatch]:
    """Take blocks up to a number of rows: what is done once for each piece is done seldom."""
    group, rows = list[pa.RecordBatch](), 0
    for batch in itertools.islice(reader, BLOCKS_TOGETHER):
        group.append(batch)
        rows += batch.num_rows
        if rows >= ROWS_TOGETHER:
            break
    return group


def _open(
    file: object, layout: Layout, columns: Sequence[str], note: object, way: _Way
) -> pacsv.CSVStreamingReader:
    return pacsv.open_csv(
        file,
        memory_pool=_memory(len(columns)),
        read_options=pacsv.ReadOptions(
            use_threads=way is not _Way.NUMBERED,
            block_size=BLOCK_BYTES * (_LONGER if way is _Way.NUMBERED else 1),
            column_names=list(layout.columns),
            skip_rows_after_names=layout.rows_before,
            encoding="utf8" if layout.encoding == "utf-8" else layout.encoding,
        ),
        parse_options=pacsv.ParseOptions(
            delimiter=layout.delimiter,
            newlines_in_values=way is not _Way.LINES,
            ignore_empty_lines=False,
            invalid_row_handler=note,
        ),
        convert_options=pacsv.ConvertOptions(
            column_types=dict.fromkeys(layout.columns, CELLS),
            include_columns=list(columns),
            strings_can_be_null=True,
            null_values=[""],
        ),
    )


def _memory(columns: int) -> pa.MemoryPool | None:
    """Choose where blocks lie: of wide tables the usual pool clears twice as many pages."""
    is_better = columns > _WIDE and "jemalloc" in pa.supported_memory_backends()
    return pa.jemalloc_memory_pool() if is_better else None


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
