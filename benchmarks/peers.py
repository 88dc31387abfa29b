"""How the peers join points to polygons: one function each.

A function takes the units, lon and lat, gets everything ready that the peer needs (points in
its own form, tables in memory), and returns the call to time, which gives (point, unit) pairs.
It raises ImportError where the peer is not installed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Polygons = npt.NDArray[np.object_]
Run = Callable[[], tuple[Ints, Ints]]


class Peer(NamedTuple):
    """A peer and the most points that it is given; beyond that its time is scaled up."""

    name: str
    prepare: Callable[[Polygons, Floats, Floats], Run]
    most_points: int


def geopandas_within(units: Polygons, lon: Floats, lat: Floats) -> Run:
    return _geopandas(units, lon, lat, "within")


def geopandas_intersects(units: Polygons, lon: Floats, lat: Floats) -> Run:
    return _geopandas(units, lon, lat, "intersects")


def _geopandas(units: Polygons, lon: Floats, lat: Floats, predicate: str) -> Run:
    import geopandas

    right = geopandas.GeoDataFrame(geometry=units, crs=4326)
    left = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(lon, lat, crs=4326))

    def run() -> tuple[Ints, Ints]:
        joined = geopandas.sjoin(left, right, how="inner", predicate=predicate)
        return joined.index.to_numpy(), joined["index_right"].to_numpy()

    return run


def prepared_loop(units: Polygons, lon: Floats, lat: Floats) -> Run:
    prepared = shapely.from_wkb(shapely.to_wkb(units))
    shapely.prepare(prepared)
    bounds = shapely.bounds(prepared)

    def run() -> tuple[Ints, Ints]:
        hits = []
        for polygon, (low_x, low_y, high_x, high_y) in zip(prepared, bounds, strict=True):
            is_near = (lon >= low_x) & (lon <= high_x) & (lat >= low_y) & (lat <= high_y)
            near = np.flatnonzero(is_near)
            hits.append(near[shapely.intersects_xy(polygon, lon[near], lat[near])])
        unit = np.repeat(np.arange(len(hits)), [len(hit) for hit in hits])
        return np.concatenate(hits), unit

    return run


def duckdb_spatial(units: Polygons, lon: Floats, lat: Floats) -> Run:
    import duckdb
    import duckdb_extension_spatial
    import pyarrow as pa

    # The extension lies in a Python package, for the one version of duckdb it was built for:
    # nothing is fetched.
    package = Path(duckdb_extension_spatial.__file__).parent
    extension = package / "extensions" / f"v{duckdb.__version__}" / "spatial.duckdb_extension"
    if not extension.exists():
        raise ImportError(f"no spatial extension for duckdb {duckdb.__version__}")
    database = duckdb.connect()
    database.execute(f"load '{extension}'")
    database.execute("set threads = 1")
    database.register("points", pa.table({"id": np.arange(len(lon)), "x": lon, "y": lat}))
    database.register(
        "polygons", pa.table({"id": np.arange(len(units)), "w": shapely.to_wkb(units)})
    )
    database.execute("create table point as select id, st_point(x, y) as g from points")
    database.execute("create table unit as select id, st_geomfromwkb(w) as g from polygons")
    query = (
        "select point.id as point, unit.id as unit "
        "from point join unit on st_intersects(unit.g, point.g)"
    )

    def run() -> tuple[Ints, Ints]:
        pairs = database.execute(query).fetchnumpy()
        return pairs["point"], pairs["unit"]

    return run


def sedonadb_one_thread(units: Polygons, lon: Floats, lat: Floats) -> Run:
    import geopandas
    import pandas as pd
    import sedonadb

    database = sedonadb.connect()
    database.sql("set datafusion.execution.target_partitions = 1").execute()
    frame = geopandas.GeoDataFrame({"id": np.arange(len(units))}, geometry=units, crs=4326)
    database.create_data_frame(frame).to_view("unit")
    points = pd.DataFrame({"id": np.arange(len(lon)), "x": lon, "y": lat})
    database.create_data_frame(points).to_view("xy")
    made = "select id, ST_SetCRS(ST_Point(x, y), 'OGC:CRS84') as g from xy"
    database.sql(made).to_memtable().to_view("point")
    query = (
        "select point.id as point, unit.id as unit "
        "from point join unit on ST_Intersects(unit.geometry, point.g)"
    )

    def run() -> tuple[Ints, Ints]:
        pairs = database.sql(query).to_arrow_table()
        return pairs["point"].to_numpy(), pairs["unit"].to_numpy()

    return run


PEERS = (
    Peer("geopandas sjoin within", geopandas_within, 10_000_000),
    Peer("geopandas sjoin intersects", geopandas_intersects, 100_000),
    Peer("shapely prepared loop", prepared_loop, 1_000_000),
    Peer("duckdb spatial", duckdb_spatial, 1_000_000),
    Peer("sedonadb", sedonadb_one_thread, 2_000_000),
)
