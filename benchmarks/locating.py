"""Frames to frames: `locate` beside geopandas `sjoin`, on one core, same points and units."""

from __future__ import annotations

from functools import partial

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from benchmarks.layers import generated_layers, real_layers
from benchmarks.measuring import median_seconds, peak_extra_megabytes, print_table, use_one_core
from benchmarks.peers import Polygons
from benchmarks.points import points
from maligeo.join.points import Locator

MEASURED = ("160 generated", "701 real")
SJOIN_POINTS = 2_000_000
REPEATS = 3


def run(point_count: int) -> None:
    """Measure and print.

    Parameters
    ----------
    point_count : int
        Points for `locate`; `sjoin` gets fewer, as the table says.
    """
    core = "one core" if use_one_core() else "one thread where the peer allows"
    print(f"# Frames: {point_count:,} points, {core}, medians of repeated runs", flush=True)
    lon, lat = points(point_count)
    records = gpd.GeoDataFrame(
        {"event_id": np.arange(point_count)}, geometry=gpd.points_from_xy(lon, lat), crs=4326
    )
    table = pd.DataFrame({"event_id": records["event_id"], "lon": lon, "lat": lat})
    rows = []
    for name, shapes in [*generated_layers(), *real_layers()]:
        if name in MEASURED:
            rows += _measure(name, shapes, records, table)
    columns = ("units", "what", "points", "ns/point", "sjoin over it", "peak extra, MB")
    print_table("Frame in to frame out; the index is at hand, units of one layer", columns, rows)


def _measure(
    name: str, shapes: Polygons, records: gpd.GeoDataFrame, table: pd.DataFrame
) -> list[tuple[str, ...]]:
    units = _frame(shapes)
    locator = Locator(units)
    few = records.iloc[:SJOIN_POINTS]
    peer = median_seconds(lambda: gpd.sjoin(few, units, how="left", predicate="within"), REPEATS)
    peer_ns = peer / len(few) * 1e9
    rows: list[tuple[str, ...]] = [
        (name, "sjoin(within)", f"{len(few):,}", f"{peer_ns:.1f}", "1.0", "")
    ]
    for what, frame in (("locate, points", records), ("locate, lon and lat", table)):
        run = partial(locator.locate, frame)
        own = median_seconds(run, REPEATS)
        own_ns = own / len(frame) * 1e9
        memory = peak_extra_megabytes(run)
        ratio = f"{peer_ns / own_ns:.1f}"
        rows.append((name, what, f"{len(frame):,}", f"{own_ns:.1f}", ratio, f"{memory:.0f}"))
    return rows


def _frame(shapes: Polygons) -> gpd.GeoDataFrame:
    codes = [f"U{at:04d}" for at in range(len(shapes))]
    return gpd.GeoDataFrame(
        {
            "vintage": "made",
            "level": 1,
            "pcode": codes,
            "name": codes,
            "name_alt": None,
            "parent_pcode": None,
        },
        geometry=shapely.make_valid(shapes),
        crs=4326,
    )
