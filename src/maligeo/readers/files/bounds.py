"""How much a table may announce for the size of its file."""

from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

from maligeo.core.errors import InputFileError

_MOST_COLUMNS: Final = 16_384  # as many as a spreadsheet has
_MOST_CELLS_PER_BYTE: Final = 20
_CELLS_FROM: Final = 10_000_000  # from which the ratio counts; small tables may be all blank


def require_bounded_table(what: str, *, columns: int, cells: int, size: int) -> None:
    """Refuse a table that takes far more work than its file has content.

    What is repeated or left out costs a file next to nothing, and every reader a cell.

    Parameters
    ----------
    what : str
        Name of the file, for the message.
    columns, cells : int
        What it announces.
    size : int
        Bytes of the file.

    Raises
    ------
    InputFileError
        If it has more columns than a spreadsheet, or more than 20 cells for each byte.
    """
    if columns > _MOST_COLUMNS:
        raise InputFileError(f"{what} has {columns} columns; more than {_MOST_COLUMNS} is none")
    if cells > max(_CELLS_FROM, _MOST_CELLS_PER_BYTE * size):
        raise InputFileError(
            f"{what} announces {cells:,} cells in {size:,} bytes: nearly all of it is empty or "
            "repeated, so it is not read. If it is sound, leave out the empty columns, or save "
            "it as CSV"
        )


def require_bounded_parquet(path: Path) -> None:
    """Refuse a Parquet file that `require_bounded_table` refuses, by what its footer says."""
    described = pq.read_metadata(path)
    groups = map(described.row_group, range(described.num_row_groups))
    chunks = (group.column(at) for group in groups for at in range(group.num_columns))
    require_bounded_table(
        str(path),
        columns=described.num_columns,
        cells=sum(chunk.num_values for chunk in chunks),
        size=path.stat().st_size,
    )
