"""Parts made by processes and by a dask cluster, also when workers die."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine

from maligeo.core.errors import ArgumentError
from maligeo.tiles.colours import RampColours
from maligeo.tiles.pyramid import made_by
from maligeo.tiles.raster import RasterOptions, raster_tiles

distributed = pytest.importorskip("distributed")
GREYS = RampColours(0.0, 1.0, ("#000000", "#ffffff"))


def add(job: int, part: int) -> int:
    return job + part


def add_and_die(job: int, part: int) -> int:
    if part == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return job + part


def add_and_die_once(job: Path, part: int) -> int:
    """Kill the worker at the third part, but only the first time."""
    mark = job / "died"
    if part == 2 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return part


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    scratch = tmp_path_factory.mktemp("dask")
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1",
        dashboard_address=None, local_directory=str(scratch),
    )  # fmt: skip
    with cluster, distributed.Client(cluster) as connected:
        connected.wait_for_workers(2)  # what is sent to one alone is lost with it
        yield connected


@pytest.mark.parametrize("workers", [1, 2])
def test_all_parts_are_made_once(workers: int) -> None:
    made = dict(made_by(workers, add, 100, range(20)))
    assert made == {part: 100 + part for part in range(20)}


def test_a_process_that_dies_is_an_error() -> None:
    with pytest.raises(BrokenExecutor):
        list(made_by(2, add_and_die, 100, range(20)))


@pytest.mark.parametrize("workers", [0, -1, 2.5, "many"])
def test_other_workers_are_refused(workers: object) -> None:
    with pytest.raises(ArgumentError, match="workers is a number from 1"):
        list(made_by(workers, add, 100, range(20)))


def test_a_cluster_makes_the_parts_of_a_lost_worker_again(client: Any, tmp_path: Path) -> None:
    assert dict(made_by(client, add_and_die_once, tmp_path, range(20))) == {
        part: part for part in range(20)
    }
    assert (tmp_path / "died").exists()


def test_a_cluster_writes_the_same_bytes(client: Any, tmp_path: Path) -> None:
    source = tmp_path / "noise.tif"
    values = np.random.default_rng(0).random((300, 300), dtype=np.float32)
    with rasterio.open(
        source, "w", driver="GTiff", width=300, height=300, count=1, dtype="float32",
        crs="EPSG:4326", transform=Affine(0.05, 0, -12, 0, -0.05, 25),
    ) as raster:  # fmt: skip
        raster.write(values, 1)
    written: list[bytes] = []
    for workers in (1, client):
        path = tmp_path / str(len(written)) / "a.pmtiles"
        options = RasterOptions(workers=workers, colours=GREYS)
        raster_tiles(source, path, zooms=(0, 7), options=options, audience="internal")
        written.append(path.read_bytes())
    assert written[0] == written[1]
