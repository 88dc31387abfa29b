"""Runs that are killed, and runs that meet."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import rasterio
from affine import Affine

from maligeo.core.crs import Bounds
from maligeo.core.errors import OutputFileError
from maligeo.tile_archives import Tile
from maligeo.tiles.archives import open_archive
from maligeo.tiles.colours import RampColours
from maligeo.tiles.metadata import ArchiveInfo
from maligeo.tiles.raster import RasterOptions, raster_tiles

INFO = ArchiveInfo("Routes", "png", (0, 4), Bounds(-12.3, 10.1, 4.3, 25.0))
FIRST, SECOND = Tile(1, 0, 0), Tile(1, 1, 0)
KILLS = 20
OPTIONS = RasterOptions(colours=RampColours(0, 1, ("#ffffff", "#000000")))

RUN = """
import sys
from maligeo.tiles.colours import RampColours
from maligeo.tiles.raster import RasterOptions, raster_tiles

if __name__ == "__main__":
    print("begins", flush=True)
    options = RasterOptions(
        workers=int(sys.argv[3]), colours=RampColours(0, 1, ("#ffffff", "#000000")),
        progress=lambda done, parts: print(done, parts, flush=True),
    )
    raster_tiles(sys.argv[1], sys.argv[2], zooms=(0, 8), options=options, audience="internal")
"""


# Loads what a run needs once, and runs each target in a process of its own.
FORKED_RUNS = """
import os, sys
from maligeo.tiles.colours import RampColours
from maligeo.tiles.raster import RasterOptions, raster_tiles

for line in sys.stdin:
    number = os.fork()
    if not number:
        options = RasterOptions(colours=RampColours(0, 1, ("#ffffff", "#000000")))
        target = line.strip()
        raster_tiles(sys.argv[1], target, zooms=(0, 8), options=options, audience="internal")
        os._exit(0)
    print(number, flush=True)
    os.waitpid(number, 0)
    print("ended", flush=True)
"""


class Runs(NamedTuple):
    """Runs of one job, one at a time, in processes that may be killed."""

    process: "subprocess.Popen[str]"

    def start(self, target: Path) -> int:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{target}\n")
        return int(self._line())

    def end(self) -> None:
        assert self._line() == "ended\n"

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("source") / "noise.tif"
    values = np.random.default_rng(0).random((700, 700), dtype=np.float32)
    profile = {"width": 700, "height": 700, "count": 1, "dtype": "float32", "crs": "EPSG:4326"}
    transform = Affine(16 / 700, 0, -12, 0, -15 / 700, 25)
    with rasterio.open(path, "w", driver="GTiff", transform=transform, **profile) as raster:
        raster.write(values, 1)
    return path


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("script") / "tiling.py"
    path.write_text(RUN)
    return path


def start(script: Path, source: Path, target: Path, workers: int = 1) -> "subprocess.Popen[str]":
    command = [sys.executable, str(script), str(source), str(target), str(workers)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def unbroken(source: Path, target: Path) -> bytes:
    raster_tiles(source, target, zooms=(0, 8), options=OPTIONS, audience="internal")
    return target.read_bytes()


@pytest.fixture(scope="module")
def runs(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    path = tmp_path_factory.mktemp("runs") / "runs.py"
    path.write_text(FORKED_RUNS)
    command = [sys.executable, str(path), str(source)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as process:
        yield Runs(process)
        process.communicate()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the runs are forked")
@pytest.mark.parametrize("name", ["a.pmtiles", "a.mbtiles"])
def test_killed_at_random_moments_the_run_ends_with_the_same_bytes(
    tmp_path: Path, source: Path, runs: Runs, name: str
) -> None:
    wanted = unbroken(source, tmp_path / "unbroken" / name)
    runs.start(tmp_path / "warm" / name)
    runs.end()
    begin = time.perf_counter()
    runs.start(tmp_path / "timed" / name)
    runs.end()
    whole = time.perf_counter() - begin
    assert (tmp_path / "timed" / name).read_bytes() == wanted
    chance = random.Random(name)
    journals = 0
    for kill in range(KILLS // 2):
        target = tmp_path / str(kill) / name
        number = runs.start(target)
        time.sleep(chance.uniform(0, whole))
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
        runs.end()
        journals += (target.parent / f".{name}.journal").exists()
        if target.exists():
            assert target.read_bytes() == wanted
        assert unbroken(source, target) == wanted
        assert [entry.name for entry in target.parent.iterdir()] == [name]
    assert journals > 0


def test_a_killed_run_leaves_no_workers(tmp_path: Path, source: Path, script: Path) -> None:
    target = tmp_path / "a.pmtiles"
    run = start(script, source, target, workers=2)
    assert run.stdout is not None
    while run.stdout.readline().startswith("begins"):
        pass  # at least one part is finished then, and the workers are at work
    run.send_signal(signal.SIGKILL)
    run.communicate()  # ends when no process has the other end of the pipe any more
    assert unbroken(source, target) == unbroken(source, tmp_path / "other" / "a.pmtiles")


def test_only_open_parts_are_made_again(tmp_path: Path, source: Path, script: Path) -> None:
    target = tmp_path / "a.pmtiles"
    seen: list[tuple[int, int]] = []

    def stop(done: int, parts: int) -> None:
        seen.append((done, parts))
        if done == 3:
            raise KeyboardInterrupt

    stopping = replace(OPTIONS, progress=stop)
    with pytest.raises(KeyboardInterrupt):
        raster_tiles(source, target, zooms=(0, 8), options=stopping, audience="internal")
    assert not target.exists()
    counting = replace(OPTIONS, progress=lambda *at: seen.append(at))
    raster_tiles(source, target, zooms=(0, 8), options=counting, audience="internal")
    parts = seen[0][1]
    assert [done for done, _ in seen] == list(range(1, parts + 1))
    assert target.read_bytes() == unbroken(source, tmp_path / "other" / "a.pmtiles")


def test_another_job_takes_nothing_over(tmp_path: Path) -> None:
    target = tmp_path / "a.pmtiles"
    for job, kept in (("one", False), ("one", True), ("two", False), ("", False), ("", False)):
        with pytest.raises(KeyError), open_archive(target, INFO, job=job) as archive:
            assert (FIRST in archive) is kept
            archive.put(*FIRST, b"tile")
            raise KeyError


@pytest.mark.parametrize("cut", [1, 5, 40, 59])
def test_a_journal_is_good_up_to_its_last_whole_part(tmp_path: Path, cut: int) -> None:
    target, journal = tmp_path / "a.pmtiles", tmp_path / ".a.pmtiles.journal"
    with pytest.raises(KeyError), open_archive(target, INFO, job="one") as archive:
        archive.put_part(1, [(FIRST, b"first")], rest=b"remember")
        archive.put_part(2, [(SECOND, b"second")])
        raise KeyError
    journal.write_bytes(journal.read_bytes()[:-cut])
    with open_archive(target, INFO, job="one") as archive:
        assert archive.rest_of(1) == b"remember"
        assert archive.has_part(1)
        assert not archive.has_part(2)
        assert SECOND not in archive
        archive.put_part(2, [(SECOND, b"second")])
    assert not journal.exists()


def test_a_damaged_part_is_made_again(tmp_path: Path) -> None:
    target, journal = tmp_path / "a.pmtiles", tmp_path / ".a.pmtiles.journal"
    with pytest.raises(KeyError), open_archive(target, INFO, job="one") as archive:
        archive.put_part(1, [(FIRST, b"first")])
        raise KeyError
    journal.write_bytes(journal.read_bytes().replace(b"first", b"fir?t"))
    with open_archive(target, INFO, job="one") as archive:
        assert not archive.has_part(1)


def test_two_runs_on_one_archive_do_not_mix(tmp_path: Path) -> None:
    target = tmp_path / "a.pmtiles"
    with open_archive(target, INFO, job="one") as archive:
        archive.put(*FIRST, b"mine")
        second = open_archive(target, INFO, job="two")
        with pytest.raises(OutputFileError, match="another run is writing"), second:
            pass
    assert target.exists()


def test_tiles_do_not_depend_on_workers(tmp_path: Path, source: Path) -> None:
    target, options = tmp_path / "two" / "a.pmtiles", replace(OPTIONS, workers=2)
    raster_tiles(source, target, zooms=(0, 8), options=options, audience="internal")
    assert (tmp_path / "two" / "a.pmtiles").read_bytes() == unbroken(
        source, tmp_path / "one" / "a.pmtiles"
    )
