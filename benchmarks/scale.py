"""Lists that grow: seconds, processor time and memory of a study, by rows and by form.

Each list is written once, and counted in a process of its own, imports included; a form that
takes the list apart has pieces of a million rows.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from benchmarks.jobs import cercles, records
from benchmarks.measuring import print_table

MOST_ROWS = 20_000_000
SIZES = (1_000_000, 5_000_000, MOST_ROWS)
PIECE_ROWS = 1_000_000
FILE, FOLDER, PARQUET, GEOPARQUET, DASK = (
    "CSV, one file", "CSV, a folder", "Parquet, a folder", "GeoParquet, a folder",
    "dask frame of CSV, two processes",
)  # fmt: skip
_COUNTED = """
import sys
import geopandas, maligeo

def count(given, units):
    study = maligeo.study(incidents=given, units=geopandas.read_parquet(units),
                          covers="2021/2022", period="year")
    table = study.table
    return int(table.loc[table["place_kind"] == "unit", "count"].sum())

if __name__ == "__main__":
    path, units, lazily = sys.argv[1:]
    if lazily == "lazily":
        import dask.dataframe, distributed
        cluster = distributed.LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1",
                                           dashboard_address=None)
        with cluster, distributed.Client(cluster):
            print(count(dask.dataframe.read_csv(path + "/*.csv", blocksize=32e6), units))
    else:
        print(count(path, units))
"""


def run(point_count: int) -> None:
    """Write lists of several sizes, count each in every form, and print what it took.

    Parameters
    ----------
    point_count : int
        Rows of the longest, 20 million at most.
    """
    rows = []
    for size in (size for size in SIZES if size <= point_count):
        with tempfile.TemporaryDirectory(prefix="maligeo-bench-") as folder:
            units = Path(folder, "units.parquet")
            cercles().to_parquet(units)
            forms = _write(Path(folder), size)
            rows += [_row(name, path, units, size) for name, path in forms.items()]
    columns = ("list", "rows", "seconds", "processor seconds", "peak MB", "incidents in units")
    print_table("Incidents to counts by unit and year, by size", columns, rows)


def _write(folder: Path, size: int) -> dict[str, Path]:
    """Write one list in every form."""
    forms = {name: folder / str(at) for at, name in enumerate((FOLDER, PARQUET, GEOPARQUET))}
    for path in forms.values():
        path.mkdir()
    whole = folder / "list.csv"
    with whole.open("wb") as file:
        for first in range(0, size, PIECE_ROWS):
            piece = records(first, min(PIECE_ROWS, size - first))
            pacsv.write_csv(piece, file, pacsv.WriteOptions(include_header=first == 0))
            name = f"{first:012d}"
            pacsv.write_csv(piece, forms[FOLDER] / f"{name}.csv")
            pq.write_table(piece, forms[PARQUET] / f"{name}.parquet")
            _points(piece.to_pandas()).to_parquet(forms[GEOPARQUET] / f"{name}.parquet")
    return {FILE: whole, **forms, DASK: forms[FOLDER]}


def _points(frame: pd.DataFrame) -> gpd.GeoDataFrame:
    points = gpd.points_from_xy(frame.pop("longitude"), frame.pop("latitude"), crs=4326)
    return gpd.GeoDataFrame(frame, geometry=points)


def _row(name: str, path: Path, units: Path, size: int) -> tuple[str, ...]:
    script = units.with_name("count.py")
    script.write_text(_COUNTED, encoding="utf-8")
    timed = (
        "import json, resource, subprocess, sys, time\n"
        "start = time.perf_counter()\n"
        "done = subprocess.run(sys.argv[1:], capture_output=True, text=True, check=True)\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(json.dumps([time.perf_counter() - start, used.ru_utime + used.ru_stime,\n"
        "                  used.ru_maxrss / 1024, int(done.stdout)]))\n"
    )
    lazily = "lazily" if name == DASK else "plainly"
    done = subprocess.run(
        [sys.executable, "-c", timed, sys.executable, str(script), str(path), str(units), lazily],
        capture_output=True,
        text=True,
        check=True,
        env={name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
    )
    seconds, processor, peak, counted = json.loads(done.stdout)
    numbers = (f"{seconds:.1f}", f"{processor:.1f}", f"{peak:,.0f}", f"{counted:,}")
    return name, f"{size:,}", *numbers
