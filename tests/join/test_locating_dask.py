"""Located frames of dask equal the plain ones, also when a worker dies on the way."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from maligeo.core.lazy import map_partitions
from maligeo.join.points import locate, locate_summary
from tests import worlds

dd = pytest.importorskip("dask.dataframe")
dask_geopandas = pytest.importorskip("dask_geopandas")
distributed = pytest.importorskip("distributed")

UNITS = worlds.square_units()
ROWS = 4_000


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    chance = np.random.default_rng(7)
    names = np.array(["Alpha", "Béta-Sud", "Gamma", None], dtype=object)
    return pd.DataFrame(
        {
            "lon": chance.uniform(-0.2, 2.2, ROWS),
            "lat": chance.uniform(-0.2, 1.2, ROWS),
            "adm1_name": names[chance.integers(0, 4, ROWS)],
        }
    )


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    scratch = tmp_path_factory.mktemp("dask")
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1",
        dashboard_address="127.0.0.1:0", local_directory=str(scratch),
    )  # fmt: skip
    with cluster, distributed.Client(cluster) as connected:
        yield connected


def same(lazy: pd.DataFrame, plain: pd.DataFrame) -> None:
    """Equal in every value; dask turns text into its own type, with its own missing value."""
    pd.testing.assert_frame_equal(*(_plain_objects(frame) for frame in (lazy, plain)))


def _plain_objects(frame: pd.DataFrame) -> pd.DataFrame:
    objects = pd.DataFrame(frame).astype("object")
    return objects.where(objects.notna(), None)


def test_nothing_is_computed_until_asked(table: pd.DataFrame) -> None:
    located = locate(dd.from_pandas(table, npartitions=5), UNITS)
    assert located.npartitions == 5
    assert "adm1_pcode" in located.columns


def test_a_dask_frame_gives_what_the_plain_one_gives(table: pd.DataFrame) -> None:
    options: dict[str, Any] = {"nearest_m": 5_000, "min_score": 90}
    plain = locate(table, UNITS, **options)
    lazy = locate(dd.from_pandas(table, npartitions=7), UNITS, **options)
    computed = lazy.compute(scheduler="threads")
    same(computed, plain)
    assert locate_summary(computed) == locate_summary(plain)


def test_a_dask_geopandas_frame_stays_one(table: pd.DataFrame) -> None:
    points = gpd.GeoDataFrame(
        table[["adm1_name"]], geometry=gpd.points_from_xy(table["lon"], table["lat"]), crs=4326
    )
    lazy = locate(dask_geopandas.from_geopandas(points, npartitions=3), UNITS)
    computed = lazy.compute(scheduler="threads")
    assert isinstance(computed, gpd.GeoDataFrame)
    same(computed, locate(points, UNITS))


class Travelling:
    """Writes a line whenever it arrives in another process."""

    def __init__(self, log: Path) -> None:
        self.log = log

    def __setstate__(self, state: dict[str, Path]) -> None:
        self.__dict__.update(state)
        with self.log.open("a") as log:
            log.write("arrived\n")


def label(part: pd.DataFrame, extra: Travelling) -> pd.DataFrame:
    return part.assign(label=extra.log.name)


def test_what_every_partition_needs_is_sent_to_a_worker_once(
    client: Any, table: pd.DataFrame, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    lazy = map_partitions(label, dd.from_pandas(table, npartitions=20), Travelling(log))
    assert len(client.compute(lazy).result()) == ROWS
    arrivals = len(log.read_text().splitlines())
    assert arrivals <= 1 + 2 * 2  # to the scheduler, and to two workers, perhaps by one another


def test_a_cluster_with_a_worker_killed_loses_nothing(
    client: Any, table: pd.DataFrame, tmp_path: Path
) -> None:
    """One worker kills itself in the middle of the work, once."""
    fuse = tmp_path / "fuse"
    fuse.touch()

    def trip(part: pd.DataFrame) -> pd.DataFrame:
        if len(part) and (part.index[0] >= ROWS // 2):
            try:
                fuse.unlink()
            except FileNotFoundError:
                return part
            os.kill(os.getpid(), signal.SIGKILL)
        return part

    lazy = dd.from_pandas(table, npartitions=8).map_partitions(trip, meta=table.iloc[:0])
    before = set(client.scheduler_info()["workers"])
    computed = client.compute(locate(lazy, UNITS, nearest_m=5_000)).result()
    assert not fuse.exists(), "no worker was killed"
    same(computed, locate(table, UNITS, nearest_m=5_000))
    assert set(client.scheduler_info()["workers"]) != before
