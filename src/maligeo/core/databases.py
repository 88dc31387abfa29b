"""SQLite files of unknown origin: read alone, and no query goes on without an end.

What looks like a table may be a view, a stored query that can count to infinity.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from maligeo.core.errors import caused

_STEPS: Final = 50_000_000  # of SQLite's machine; a second or so
_STEPS_PER_BYTE: Final = 100
_STEPS_BETWEEN: Final = 1_000_000
_LONGEST_VALUE: Final = 1 << 27  # bytes


def rows_of(
    path: Path, query: str, values: tuple[object, ...] = (), *, complaint: str = ""
) -> Iterator[tuple[Any, ...]]:
    """Ask a database; it is opened for reading alone.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    query : str
        One query.
    values : tuple
        What its question marks stand for.
    complaint : str, optional
        What did not go, for the message; by default that the file cannot be read.

    Yields
    ------
    tuple
        Each row.

    Raises
    ------
    InputFileError
        If the file is damaged or no database, or if the answer takes far more work than a
        file of its size can ask for.
    """
    left = _Budget(_STEPS)
    try:
        left = _Budget(_STEPS + _STEPS_PER_BYTE * path.stat().st_size)
        with closing(sqlite3.connect(_address(path), uri=True)) as database:
            database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
            database.set_progress_handler(left.spend, _STEPS_BETWEEN)
            yield from database.execute(query, values)
    except (sqlite3.Error, OverflowError, OSError) as error:
        why = ValueError("a query that is stored in it does not end") if left.is_spent else error
        raise caused(complaint or f"cannot read {path}", why) from error


def _address(path: Path) -> str:
    """Name a file for reading alone.

    One with a log of writes (WAL) would get further files next to it, which a folder may not
    allow; where the log is gone, nothing writes and none are needed.
    """
    with path.open("rb") as file:
        logged = file.read(20)[18:] == b"\2\2"
    still = logged and not path.with_name(f"{path.name}-wal").exists()
    return f"{path.resolve().as_uri()}?mode=ro" + ("&immutable=1" if still else "")


class _Budget:
    """Steps that a query may take."""

    def __init__(self, steps: int) -> None:
        self._steps = steps

    @property
    def is_spent(self) -> bool:
        return self._steps <= 0

    def spend(self) -> bool:
        self._steps -= _STEPS_BETWEEN
        return self.is_spent
