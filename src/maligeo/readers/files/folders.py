"""Folders of files that are one list together."""

from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

from maligeo.core.errors import InputFileError, explained
from maligeo.core.inputs import take_input

PARQUET: Final = frozenset({".parquet", ".geoparquet"})
_KINDS: Final = (frozenset({".csv", ".tsv"}), PARQUET)
_CELL: Final = 8  # bytes
_PASSED_OVER: Final = (".", "_")  # begin the names of what programs keep beside, as "_metadata"
_SHOWN: Final = 5


def files_in(folder: Path) -> list[Path]:
    """List the files of a folder that are one list together, in the order of their names.

    Raises
    ------
    InputFileError
        If there is none, or something else too: what is left out would not be missed.
    """
    take_input(folder)
    found = sorted(one for one in folder.iterdir() if not one.name.startswith(_PASSED_OVER))
    kinds = [kind for kind in _KINDS if any(one.suffix.lower() in kind for one in found)]
    if not kinds:
        raise InputFileError(f"{folder} is a folder without CSV or Parquet files: name a file")
    others = [one.name for one in found if not one.is_file() or one.suffix.lower() not in kinds[0]]
    if others:
        listed = ", ".join(others[:_SHOWN]) + ", …" * (len(others) > _SHOWN)
        raise InputFileError(
            f"{folder} is read as one list of CSV or of Parquet files, and holds others: {listed}"
        )
    return found


def size_of(path: Path) -> int:
    """Give the bytes of a file, or of the files in a folder; of Parquet about those as text.

    Raises
    ------
    InputFileError
        As `files_in`, or if a file is no Parquet.
    """
    if path.is_dir():
        return sum(map(size_of, files_in(path)))
    if path.suffix.lower() not in PARQUET:
        return path.stat().st_size
    with explained(f"{path} cannot be opened"):
        described = pq.read_metadata(path)
    cells: int = described.num_rows * described.num_columns
    return max(path.stat().st_size, _CELL * cells)
