"""Ten million ACLED-shaped rows from CSV: maligeo against pandas with pyarrow and geometry.

Beside them stands what the parser alone takes, which no reader that is built on it can beat.
Each reading runs in a process of its own, so that its peak memory is its own, in turns, and
the best of its runs counts. All read the same file, which the operating system has cached.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv

from benchmarks.measuring import print_table
from benchmarks.points import points

REPEATS = 3
PIECE_ROWS = 250_000
# Shares as in the Sahel of the last ten years, to one digit.
KINDS = {
    ("Battles", "Armed clash"): 0.3,
    ("Violence against civilians", "Attack"): 0.3,
    ("Explosions/Remote violence", "Remote explosive/landmine/IED"): 0.1,
    ("Explosions/Remote violence", "Air/drone strike"): 0.1,
    ("Strategic developments", "Looting/property destruction"): 0.1,
    ("Protests", "Peaceful protest"): 0.1,
}
READINGS = {
    "pandas, engine='pyarrow', and points_from_xy": """
import geopandas as gpd, pandas as pd
frame = pd.read_csv(path, engine="pyarrow")
points = gpd.points_from_xy(frame["longitude"], frame["latitude"])
rows = len(gpd.GeoDataFrame(frame, geometry=points, crs="EPSG:4326"))
""",
    "maligeo.read_incidents, every event type": """
from maligeo.readers.incidents import read_incidents
rows = len(read_incidents(path, event_types="all"))
""",
    "maligeo.read_incidents, explosive devices": """
from maligeo.readers.incidents import read_incidents
rows = len(read_incidents(path))
""",
    "maligeo, piece by piece, every event type": """
from maligeo.readers.incidents import iter_incidents
rows = sum(len(piece) for piece in iter_incidents(path, event_types="all"))
""",
    "pyarrow's parser alone, cells as text, nothing kept": """
import pyarrow
names = pyarrow.csv.open_csv(path).schema.names
as_text = pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(names, pyarrow.large_string()))
rows = sum(batch.num_rows for batch in pyarrow.csv.open_csv(path, convert_options=as_text))
""",
}
_TIMED = """
import json, re, resource, sys, time
path = sys.argv[1]
import geopandas, pandas, pyarrow.csv, maligeo.readers.incidents

def peak():
    try:  # of this program alone; the other count begins with that of its parent
        status = open("/proc/self/status").read()
        return int(re.search(r"VmHWM:\\s*(\\d+)", status)[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

before = peak()
start = time.perf_counter()
{body}
seconds = time.perf_counter() - start
print(json.dumps([seconds, (peak() - before) / 1024, rows]))
"""


def run(point_count: int) -> None:
    """Write a file of that many rows, read it in each way, and print the ratios."""
    with tempfile.TemporaryDirectory(prefix="maligeo-bench-") as folder:
        path = Path(folder) / "acled.csv"
        with path.open("wb") as file:
            for first, piece in enumerate(_pieces(point_count)):
                header = pacsv.WriteOptions(include_header=first == 0)
                pacsv.write_csv(pa.Table.from_pandas(piece, preserve_index=False), file, header)
        size = path.stat().st_size / 1e6
        runs: dict[str, list[tuple[float, float, int]]] = {name: [] for name in READINGS}
        for _ in range(REPEATS):
            for name, body in READINGS.items():
                runs[name].append(_measure(body, path))
    peer = min(seconds for seconds, _, _ in next(iter(runs.values())))
    rows = []
    for name, measured in runs.items():
        seconds = min(one[0] for one in measured)
        peak = min(one[1] for one in measured)
        rows.append(
            (name, measured[0][2], f"{seconds:.1f}", f"{peer / seconds:.2f}", f"{peak:,.0f}")
        )
    print_table(
        f"Reading {point_count:,} ACLED-shaped rows ({size:,.0f} MB of CSV)",
        ("way", "rows read", "seconds", "times as fast", "peak MB more"),
        rows,
    )


def _measure(body: str, path: Path) -> tuple[float, float, int]:
    done = subprocess.run(
        [sys.executable, "-c", _TIMED.format(body=body), str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, peak, rows = json.loads(done.stdout)
    return seconds, peak, rows


def _pieces(count: int) -> Iterator[pd.DataFrame]:
    for first in range(0, count, PIECE_ROWS):
        yield _piece(first, min(PIECE_ROWS, count - first))


def _piece(first: int, count: int) -> pd.DataFrame:
    """Make rows with the columns of an ACLED export; every value is invented."""
    rng = np.random.default_rng((7, first))
    lon, lat = points(count, seed=first)
    days = np.datetime64("2012-01-01") + rng.integers(0, 5_000, count)
    kinds = rng.choice(len(KINDS), count, p=list(KINDS.values()))
    names = np.array(list(KINDS), dtype=object)[kinds]
    notes = np.array([_note(number) for number in range(500)], dtype=object)
    return pd.DataFrame(
        {
            "event_id_cnty": [f"ZZZ{number}" for number in range(first, first + count)],
            "event_date": days.astype(str),
            "year": days.astype("datetime64[Y]").astype(str),
            "time_precision": rng.integers(1, 4, count),
            "disorder_type": "Political violence",
            "event_type": names[:, 0],
            "sub_event_type": names[:, 1],
            "actor1": "Unidentified Armed Group (Invented)",
            "assoc_actor_1": "",
            "inter1": "Political militia",
            "actor2": "Civilians (Invented)",
            "assoc_actor_2": "",
            "inter2": "Civilians",
            "interaction": "Political militia-Civilians",
            "civilian_targeting": "",
            "iso": 466,
            "region": "Western Africa",
            "country": "Mali",
            "admin1": rng.choice(["Mopti", "Gao", "Segou"], count),
            "admin2": rng.choice(["Alpha", "Beta", "Gamma"], count),
            "admin3": "Delta",
            "location": rng.choice(["Epsilon", "Zeta"], count),
            "latitude": np.round(np.clip(lat, 10.2, 24.9), 4),
            "longitude": np.round(np.clip(lon, -12.2, 4.2), 4),
            "geo_precision": rng.integers(1, 4, count),
            "source": "Invented Press",
            "source_scale": "National",
            "notes": notes[rng.integers(0, len(notes), count)],
            "fatalities": rng.integers(0, 5, count),
            "tags": "",
            "timestamp": 1_700_000_000,
        }
    )


def _note(number: int) -> str:
    return (
        f'Invented note {number}, as long as such notes are, with commas, and "quotes" in it; '
        f"size: no report. Nothing happened here, nobody lives here. The number is {number * 7}."
    )
