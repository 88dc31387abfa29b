"""The whole job: a CSV of incidents to counts and deaths by unit and year, as whole processes.

Every way reads the same file and the same 50 units, in a process of its own that imports what
it needs, in turns; the medians of its runs count. Beside the time stands the most memory that
the process held, and what it counted, which has to be the same everywhere.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from benchmarks.coverages import coverage
from benchmarks.measuring import print_table
from benchmarks.points import points

MOST_ROWS = 5_000_000
REPEATS = 5
PIECE_ROWS = 500_000
UNITS = 50
_STUDY = """
import geopandas, maligeo
study = maligeo.study(incidents=path, units=geopandas.read_parquet(units), covers="2021/2022",
                      period="year")
table = study.table
table = table[table["place_kind"] == "unit"]
counted = [int(table["count"].sum()), 0]
"""
_STEPS = """
import geopandas, maligeo
units = geopandas.read_parquet(units)
located = maligeo.with_coverage(maligeo.locate(maligeo.read_incidents(path), units), "2021/2022")
tables = [maligeo.density(located, units, measure=one, period="year")
          for one in ("incidents", "killed")]
counted = [int(table.loc[table["place_kind"] == "unit", "count"].sum()) for table in tables]
"""
_ARROW = """
import geopandas, numpy as np, pyarrow as pa, pyarrow.compute as pc, pyarrow.csv as pacsv
from maligeo.unitindex import UnitIndex
index, counted = UnitIndex(geopandas.read_parquet(units).geometry), np.zeros((51, 2, 2))
options = pacsv.ConvertOptions(column_types={"date": pa.date32()})
for batch in pacsv.open_csv(path, pacsv.ReadOptions(block_size=8 << 20), convert_options=options):
    unit = index.query(batch["longitude"].to_numpy(), batch["latitude"].to_numpy())
    group = (unit + 1) * 2 + pc.year(batch["date"]).to_numpy() - 2021
    for at, weights in enumerate((None, batch["killed"].to_numpy())):
        counted[..., at] += np.bincount(group, weights, 102).reshape(51, 2)
counted = counted[1:].sum(axis=(0, 1)).astype(int).tolist()
"""
_GEOPANDAS = """
import geopandas, pandas
frame = pandas.read_csv(path, engine="pyarrow", parse_dates=["date"])
points = geopandas.points_from_xy(frame["longitude"], frame["latitude"], crs=4326)
frame = geopandas.GeoDataFrame(frame, geometry=points)
joined = frame.sjoin(geopandas.read_parquet(units)[["pcode", "geometry"]], predicate="within")
table = joined.groupby(["pcode", joined["date"].dt.year])["killed"].agg(["size", "sum"])
counted = table.sum().tolist()
"""
_QUERY = """
query = (
    "select pcode, date_part('year', date) as year, count(*) as n, sum(killed) as k "
    "from point join unit on ST_Contains(unit.geometry, {point}) group by pcode, year"
)
"""
_DUCKDB = f"""
import duckdb, duckdb_extension_spatial, pyarrow as pa, pyarrow.parquet as pq
from pathlib import Path
{_QUERY}
folder = Path(duckdb_extension_spatial.__file__).parent / "extensions" / ("v" + duckdb.__version__)
database = duckdb.connect()
database.execute("set enable_progress_bar = false")
database.execute(f"load '{{folder}}/spatial.duckdb_extension'")
shapes = pq.read_table(units, columns=["pcode", "geometry"])
wkb = shapes["geometry"].cast(pa.binary()).combine_chunks()
database.register("shapes", pa.table({{"pcode": shapes["pcode"], "wkb": wkb}}))
database.execute("create table unit as select pcode, st_geomfromwkb(wkb) as geometry from shapes")
database.execute(f"create view point as select * from read_csv('{{path}}')")
found = database.execute(query.format(point="st_point(longitude, latitude)")).fetchnumpy()
counted = [int(found["n"].sum()), int(found["k"].sum())]
"""
_SEDONADB = f"""
import geopandas, pyarrow as pa, pyarrow.csv as pacsv, sedonadb
{_QUERY}
database = sedonadb.connect()
options = pacsv.ConvertOptions(column_types={{"date": pa.date32()}})
database.create_data_frame(pacsv.read_csv(path, convert_options=options)).to_view("point")
database.create_data_frame(geopandas.read_parquet(units)[["pcode", "geometry"]]).to_view("unit")
made = "ST_SetCRS(ST_Point(longitude, latitude), 'OGC:CRS84')"
found = database.sql(query.format(point=made)).to_arrow_table().to_pandas()
counted = [int(found["n"].sum()), int(found["k"].sum())]
"""
# way: the package whose version counts, and what is run
WAYS = {
    "maligeo: study.table (incidents)": ("maligeo", _STUDY),
    "maligeo: read, locate, density twice": ("maligeo", _STEPS),
    "a loop over Arrow batches, no checks": ("pyarrow", _ARROW),
    "geopandas": ("geopandas", _GEOPANDAS),
    "DuckDB spatial": ("duckdb", _DUCKDB),
    "SedonaDB": ("sedonadb", _SEDONADB),
}
_TIMED = """
import sys, time
start = time.perf_counter()
path, units = sys.argv[1:]
{body}
import json, resource
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([time.perf_counter() - start, peak, counted]))
"""


def run(point_count: int) -> None:
    """Write the file, do the job in each way, and print times and memory.

    Parameters
    ----------
    point_count : int
        Rows of the file, 5 million at most.
    """
    rows = min(point_count, MOST_ROWS)
    with tempfile.TemporaryDirectory(prefix="maligeo-bench-") as folder:
        path, units = Path(folder, "incidents.csv"), Path(folder, "units.parquet")
        write_records(path, rows)
        cercles().to_parquet(units)
        size = path.stat().st_size / 1e6
        ways = {name: body for name, (package, body) in WAYS.items() if _version(package)}
        measured = {name: list[tuple[float, float, list[int]]]() for name in ways}
        for _ in range(REPEATS):
            for name, body in ways.items():
                measured[name].append(_do(body, path, units))
    title = f"{rows:,} rows ({size:,.0f} MB of CSV) to counts and deaths by unit and year"
    columns = ("way", "version", "seconds", "peak MB", "incidents, deaths in units")
    print_table(title, columns, [_row(name, runs) for name, runs in measured.items()])
    print(f"Absent: {', '.join(WAYS.keys() - ways.keys()) or 'none'}")


def _row(name: str, runs: list[tuple[float, float, list[int]]]) -> tuple[str, ...]:
    seconds = statistics.median(run[0] for run in runs)
    peak = statistics.median(run[1] for run in runs)
    counted = ", ".join(f"{number:,}" for number in runs[0][2])
    return name, _version(WAYS[name][0]), f"{seconds:.1f}", f"{peak:,.0f}", counted


def _do(body: str, path: Path, units: Path) -> tuple[float, float, list[int]]:
    done = subprocess.run(
        [sys.executable, "-c", _TIMED.format(body=body), str(path), str(units)],
        capture_output=True,
        text=True,
        check=True,
        # Of a package that is installed the compiled code is at hand.
        env={name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
    )
    seconds, peak, counted = json.loads(done.stdout)
    return seconds, peak, counted


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def cercles() -> gpd.GeoDataFrame:
    """Give made-up units, each a polygon with a code."""
    shapes = gpd.GeoSeries(coverage(UNITS), crs=4326)
    codes = [f"U{at:02d}" for at in range(len(shapes))]
    return gpd.GeoDataFrame(
        {
            "vintage": "made",
            "level": 1,
            "pcode": codes,
            "name": codes,
            "name_alt": None,
            "parent_pcode": None,
            "area_sqkm": shapes.to_crs(6933).area / 1e6,
        },
        geometry=shapes,
    )


def write_records(path: Path, count: int) -> None:
    with path.open("wb") as file:
        for first in range(0, count, PIECE_ROWS):
            piece = records(first, min(PIECE_ROWS, count - first))
            pacsv.write_csv(piece, file, pacsv.WriteOptions(include_header=first == 0))


def records(first: int, count: int) -> pa.Table:
    """Make records of two years; every value is invented."""
    rng = np.random.default_rng((11, first))
    lon, lat = points(count, seed=first)
    days = np.datetime64("2021-01-01") + rng.integers(0, 730, count)
    return pa.table(
        {
            "event_id": [f"E{number}" for number in range(first, first + count)],
            "date": days.astype("datetime64[D]"),
            "event_type": np.array(["ied", "landmine", "erw", "other"])[rng.integers(0, 4, count)],
            "killed": rng.integers(0, 5, count),
            "latitude": np.round(np.clip(lat, 10.2, 24.9), 5),
            "longitude": np.round(np.clip(lon, -12.2, 4.2), 5),
        }
    )
