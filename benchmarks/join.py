"""Points to units: the index beside its peers, on one core, same points, same units."""

from __future__ import annotations

import time
from functools import partial

import numpy as np
import numpy.typing as npt

from benchmarks.layers import generated_layers, real_layers
from benchmarks.measuring import (
    median_seconds,
    peak_extra_megabytes,
    print_table,
    use_one_core,
)
from benchmarks.peers import PEERS, Floats, Ints, Peer, Polygons
from benchmarks.points import points
from maligeo.unitindex import UnitIndex

GROWTH = (100_000, 1_000_000, 10_000_000)
OWN_REPEATS = 7
PEER_REPEATS = 3
BUILD_REPEATS = 5


def run(point_count: int) -> None:
    """Measure and print.

    Parameters
    ----------
    point_count : int
        Points for the index; peers may get fewer, as the table says.
    """
    core = "one core" if use_one_core() else "one thread where the peer allows"
    lon, lat = points(point_count)
    print(f"# Join: {point_count:,} points, {core}, medians of repeated runs", flush=True)
    layers = [*generated_layers(), *real_layers()]
    if not any("real" in name for name, _ in layers):
        print("\nReal layers left out: MALIGEO_REALDATA is not set.")
    indexes = {name: UnitIndex(units) for name, units in layers}
    _measure_index(layers, indexes, lon, lat)
    _measure_growth(indexes, point_count)
    for name, units in layers:
        _measure_peers(name, units, indexes[name], lon, lat)


def _measure_index(
    layers: list[tuple[str, Polygons]], indexes: dict[str, UnitIndex], lon: Floats, lat: Floats
) -> None:
    rows = []
    for name, units in layers:
        index = indexes[name]
        build = median_seconds(partial(UnitIndex, units), BUILD_REPEATS)
        query = median_seconds(partial(index.query, lon, lat), OWN_REPEATS)
        border = median_seconds(partial(index.query_border, lon, lat), OWN_REPEATS)
        memory = peak_extra_megabytes(partial(index.query, lon, lat))
        rows.append(
            (
                name,
                f"{build:.3f}",
                _nanoseconds(query, lon),
                _nanoseconds(border, lon),
                f"{memory:.0f}",
            )
        )
    columns = ("units", "build, s", "query, ns/point", "query_border, ns/point", "peak extra, MB")
    print_table("Index (peak extra memory includes the answer, 4 bytes a point)", columns, rows)


def _measure_growth(indexes: dict[str, UnitIndex], point_count: int) -> None:
    counts = [count for count in GROWTH if count <= point_count]
    batches = [points(count) for count in counts]
    rows = [
        (
            name,
            *(
                _nanoseconds(median_seconds(lambda: index.query(*batch), OWN_REPEATS), batch[0])  # noqa: B023
                for batch in batches
            ),
        )
        for name, index in indexes.items()
    ]
    columns = ("units", *(f"{count:,} points" for count in counts))
    print_table("Growth with the number of points, ns/point", columns, rows)


def _measure_peers(name: str, units: Polygons, index: UnitIndex, lon: Floats, lat: Floats) -> None:
    rows: list[tuple[str, ...]] = []
    for peer in PEERS:
        count = min(len(lon), peer.most_points)
        try:
            rows.append(_measure_peer(peer, units, index, lon[:count], lat[:count]))
        except ImportError as error:
            print(f"\nabsent: {peer.name} ({error})", flush=True)
            rows.append((peer.name, "absent", "", "", "", ""))
    columns = ("peer", "points", "peer, ns/point", "index, ns/point", "ratio", "same answers")
    title = f"Peers on {name} units (index measured beside each peer on the same points)"
    print_table(title, columns, rows)


def _measure_peer(
    peer: Peer, units: Polygons, index: UnitIndex, lon: Floats, lat: Floats
) -> tuple[str, ...]:
    join = peer.prepare(units, lon, lat)
    own = []
    theirs = []
    pairs = join()
    for _ in range(PEER_REPEATS):
        own.append(median_seconds(lambda: index.query(lon, lat), 3))
        begin = time.perf_counter()
        pairs = join()
        theirs.append(time.perf_counter() - begin)
    ours, peers = float(np.median(own)), float(np.median(theirs))
    same = bool((_lowest(pairs, len(lon)) == index.query(lon, lat)).all())
    return (
        peer.name,
        f"{len(lon):,}",
        _nanoseconds(peers, lon),
        _nanoseconds(ours, lon),
        f"{peers / ours:.0f}",
        "yes" if same else "no",
    )


def _lowest(pairs: tuple[Ints, Ints], point_count: int) -> npt.NDArray[np.int64]:
    """Lowest unit of each point, -1 for none."""
    none = np.iinfo(np.int64).max
    lowest = np.full(point_count, none)
    np.minimum.at(lowest, *pairs)
    return np.where(lowest == none, -1, lowest)


def _nanoseconds(seconds: float, lon: Floats) -> str:
    return f"{seconds / len(lon) * 1e9:.1f}"
