"""A list with a fault in a hundred rows comes to the same, held, in pieces and lazily.

This measures no time. Of a list that is sound the tables have to be equal, cell by cell, and of
one with faults the faults, each with its row.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

import maligeo
from benchmarks.measuring import print_table
from maligeo.core.errors import Fault, FrameError
from maligeo.workflows.study import Study

MOST_ROWS = 1_000_000
PARTITIONS = 7
COVERS = "2021/2022"
PIECES, LAZY = "piece by piece", "lazy frame"
_SHARE: Final = 0.01  # of the rows that have a fault
# What is odd and no fault, and what is one, as the cells that are put into a row.
_ODD: Final[tuple[dict[str, str | None], ...]] = (
    {"date": None},
    {"date": "mars 2022"},
    {"date": "2022"},
    {"latitude": None, "longitude": None},
    {"latitude": None, "longitude": None, "region": None},
    {"latitude": "10.5", "longitude": "3.5"},
    {"region": "Gao - Kidal", "latitude": None, "longitude": None},
    {"region": "Tombouctu", "latitude": None, "longitude": None},
    {"killed": None, "injured": None},
    {"killed": "0", "injured": "aucun"},
)
_FAULTS: Final[tuple[dict[str, str | None], ...]] = (
    {"date": "2021-02-31"},
    {"date": "hier"},
    {"latitude": "958.5"},
    {"longitude": None},
    {"killed": "-1"},
    {"killed": "beaucoup"},
    {"injured": "2.5"},
    {"event_type": "inconnu ici"},
    {"event_id": None},
    {"event_id": "E0"},
)


def run(point_count: int) -> None:
    """Compare the ways, and print what is the same.

    Parameters
    ----------
    point_count : int
        Rows of the list, a million at most.

    Raises
    ------
    SystemExit
        If anything differs.
    """
    rows = min(point_count, MOST_ROWS)
    with tempfile.TemporaryDirectory(prefix="maligeo-bench-") as folder:
        found = compare(rows, Path(folder))
    print_table(f"# {rows:,} incidents, one in a hundred odd or at fault", ("way", "what"), found)
    if any(what.startswith("differs") for _, what in found):
        raise SystemExit("the ways differ")


def compare(rows: int, folder: Path) -> list[tuple[str, str]]:
    """Hold what comes of a list in each way against what comes of all its rows.

    Parameters
    ----------
    rows : int
        Of the list.
    folder : pathlib.Path
        For its files.

    Returns
    -------
    list of (str, str)
        The way, and how much was the same, or what differs.
    """
    found = []
    for name, put in (("sound", _ODD), ("at fault", _FAULTS)):
        frame = records(rows, put)
        path = folder / f"{name}.csv"
        frame.to_csv(path, index=False)
        for way, make, hold in (
            (PIECES, path.absolute, partial(maligeo.read_incidents, path)),
            (LAZY, partial(_lazy, frame), partial(maligeo.as_incidents, frame)),
        ):
            found.append((f"{name}, {way}", _difference(_outcome(make), _outcome(hold))))
    return found


def records(rows: int, put: tuple[dict[str, str | None], ...]) -> pd.DataFrame:
    """Make incidents as text, and put odd cells into one of a hundred.

    Parameters
    ----------
    rows : int
    put : tuple of dict
        Cells by column, each dict for one row in turn.
    """
    rng = np.random.default_rng(11)
    days = pd.Timestamp("2021-01-01") + pd.to_timedelta(rng.integers(0, 730, rows), unit="D")
    frame = pd.DataFrame(
        {
            "event_id": [f"E{at}" for at in range(rows)],
            "date": days.strftime("%Y-%m-%d"),
            "event_type": rng.choice(["ied", "landmine", "erw"], rows),
            "killed": rng.integers(0, 6, rows).astype(str),
            "injured": rng.choice(["0", "1", "7"], rows),
            "latitude": rng.uniform(11, 22, rows).round(4).astype(str),
            "longitude": rng.uniform(-11, 4, rows).round(4).astype(str),
            "region": rng.choice(["Mopti", "Gao", "Ségou"], rows),
        },
        dtype=object,
    )
    chosen = np.sort(rng.choice(np.arange(1, rows), int(rows * _SHARE), replace=False))
    for at, cells in enumerate(put):
        for column, cell in cells.items():
            frame.loc[chosen[at :: len(put)], column] = cell
    return frame


def _lazy(frame: pd.DataFrame) -> Any:
    import dask.dataframe as dd

    return dd.from_pandas(frame, npartitions=PARTITIONS)  # type: ignore[no-untyped-call]


def _outcome(make: Callable[[], Any]) -> pd.DataFrame | list[Fault]:
    """Give the table, without the name of the file; or every fault, its row counted from 1."""
    try:
        study: Study = maligeo.study(incidents=make(), covers=COVERS, period="year")
        return study.table.drop(columns="source")
    except FrameError as error:
        return [fault._replace(row=_number(fault.row)) for fault in error.faults]


def _number(row: object) -> int:
    part, _, label = str(row).rpartition(":")
    return int(label) + bool(part)


def _difference(found: pd.DataFrame | list[Fault], held: pd.DataFrame | list[Fault]) -> str:
    """Say how much is the same, or what differs."""
    if isinstance(found, pd.DataFrame) and isinstance(held, pd.DataFrame):
        try:
            pd.testing.assert_frame_equal(found, held)
        except AssertionError as error:
            return f"differs: {' '.join(str(error).split())[:300]}"
        return f"the same {len(held):,} rows of the table"
    if isinstance(found, list) and isinstance(held, list):
        one, other = (set(map(tuple, faults)) for faults in (found, held))
        apart = sorted(one ^ other, key=str)
        if apart or len(found) != len(held):
            return f"differs: {len(found):,} faults and {len(held):,}, such as {apart[:3]}"
        return f"the same {len(held):,} faults"
    return "differs: one has faults and one has none"
