"""What people give must not end in a library's own error, nor hold the program up."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from http.client import HTTPConnection
from itertools import product
from pathlib import Path
from typing import Any, TypeVar

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import maligeo
from maligeo.readers.cells import coordinates, values

T = TypeVar("T")
PATIENCE_S = 30.0  # of a test, with what should end by itself


def ours(call: Callable[[], T]) -> T:
    """Call, and take every error that is not maligeo's own for a fault of maligeo."""
    try:
        return call()
    except maligeo.MaligeoError:
        raise
    except Exception as error:
        raise AssertionError(f"{type(error).__name__} of a library: {error}") from error


NAMES = ["Mopti", "Gao", "Kayes"]
LAYOUTS = {
    "geoBoundaries": {"shapeName": NAMES, "shapeID": ["1A", "2B", "3C"], "shapeGroup": "MLI"},
    "COD-AB": {
        "ADM3_FR": NAMES, "ADM3_PCODE": ["ML050501", "ML070103", "ML010101"],
        "ADM2_FR": NAMES, "ADM2_PCODE": ["ML0505", "ML0701", "ML0101"],
        "ADM1_FR": NAMES, "ADM1_PCODE": ["ML05", "ML07", "ML01"],
        "ADM0_FR": "Mali", "ADM0_PCODE": "ML",
    },
}  # fmt: skip


@pytest.mark.parametrize("vintage", ["2015", "2016", "2023"])
@pytest.mark.parametrize(
    ("layout", "level"), [("geoBoundaries", 2), ("geoBoundaries", 3), ("COD-AB", 3)]
)
def test_units_whose_parents_nobody_knows_are_joined(
    tmp_path: Path, layout: str, level: int, vintage: str
) -> None:
    """A lookup that found nothing gave a column of numbers or nulls, that took no text."""
    squares = [shapely.box(-10 + at, 12, -9 + at, 13) for at in range(3)]
    attributes = LAYOUTS[layout] | {"shapeType": f"ADM{level}"}
    gpd.GeoDataFrame(attributes, geometry=squares, crs=4326).to_file(tmp_path / "units.geojson")
    table = tmp_path / "incidents.csv"
    table.write_text(
        "event_id,date,event_type,adm1_name,adm2_name,adm3_name,lon,lat\n"
        "A,2021-01-01,ied,Nowhere,Nowhere,Nowhere,,\n"
        "B,2021-01-02,ied,,,,-8.5,12.5\n"
    )
    units = maligeo.read_boundaries(tmp_path / "units.geojson", level=level, vintage=vintage)
    incidents = maligeo.read_incidents(table)
    located = ours(lambda: maligeo.locate(incidents, units))
    assert located["locate_method"].tolist() == ["none", "inside"]
    assert located[f"adm{level}_name"].tolist()[1] == "Gao"


def test_patterns_name_characters_in_a_way_that_every_engine_reads() -> None:
    """RE2, which pandas 3.0 asks for texts, knows no "\\u00a0": each number with a blank failed."""
    patterns = {
        name: text
        for module in (values, coordinates)
        for name, text in vars(module).items()
        if isinstance(text, str)
    }
    assert not [name for name, text in patterns.items() if r"\u" in text]


SERVE = """
import sys
from maligeo.serving import listening, serve_tiles
names = ("_MOST_CONNECTIONS", "_HEAD_SECONDS", "_READING_SECONDS")
for name, limit in zip(names, sys.argv[3:], strict=True):
    getattr(listening, name)
    setattr(listening, name, float(limit))
serve_tiles(sys.argv[1], port=int(sys.argv[2]))
"""


@contextmanager
def served(
    folder: Path, *, most: int = 512, head_s: float = 600, reading_s: float = 600
) -> Iterator[int]:
    """Serve a folder in a process of its own, that shows itself by listening."""
    port = free_port()
    limits = [str(limit) for limit in (most, head_s, reading_s)]
    process = subprocess.Popen([sys.executable, "-c", SERVE, str(folder), str(port), *limits])
    try:
        while process.poll() is None:
            with suppress(ConnectionRefusedError):
                connected(port).close()
                break
        yield port
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)


def status_of(port: int) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    connection.request("GET", "/")
    status = connection.getresponse().status
    connection.close()
    return status


def is_ended(connection: socket.socket) -> bool:
    """Tell whether the other side ends the connection before our patience does."""
    try:
        while connection.recv(65_536):
            pass
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False
    return True


def test_half_open_connections_keep_nobody_out(tmp_path: Path) -> None:
    with served(tmp_path, most=16) as port, ExitStack() as held:
        for _ in range(40):
            held.enter_context(connected(port)).sendall(b"GET / HTTP/1.1\r\nHost: ")
        assert [status_of(port) for _ in range(3)] == [200, 200, 200]


def test_a_head_that_never_ends_ends_the_connection(tmp_path: Path) -> None:
    beginnings = product((b"", b"HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n"), (b"", b"GET / HT"))
    with served(tmp_path, head_s=0.5) as port:
        for earlier, beginning in beginnings:
            with connected(port) as held:
                held.sendall(earlier)
                if earlier:
                    assert held.recv(65_536).startswith(b"HTTP/1.1 200")
                held.sendall(beginning)
                assert is_ended(held), (earlier, beginning)


def test_clients_that_do_not_read_keep_others_out_for_a_while_only(tmp_path: Path) -> None:
    (tmp_path / "map.html").write_bytes(b"<!DOCTYPE html>" + bytes(64 << 20))
    with served(tmp_path, most=3, reading_s=0.5) as port, ExitStack() as held:
        for _ in range(2):
            asking = held.enter_context(connected(port))
            asking.sendall(b"GET /map.html HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert asking.recv(12) == b"HTTP/1.1 200"
        deadline = time.monotonic() + PATIENCE_S
        while (status := status_of(port)) != 200 and time.monotonic() < deadline:
            time.sleep(0.1)
        assert status == 200


@pytest.mark.parametrize(
    ("options", "hidden"),
    [
        (["missing"], ()),
        ([".", "--port", "0"], ()),
        ([".", "--host", "192.0.2.1"], ()),  # of documentation: no machine has it
        (["."], ("uvicorn",)),
    ],
)
def test_serve_says_that_it_serves_only_when_it_does(
    tmp_path: Path, options: list[str], hidden: Sequence[str]
) -> None:
    start = f"import sys; sys.modules.update(dict.fromkeys({list(hidden)})); import maligeo.cli"
    done = subprocess.run(
        [sys.executable, "-c", f"{start}; maligeo.cli.main()", "serve", *options],
        check=False, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE_S,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.strip().splitlines()) == 1


def test_serve_says_that_a_port_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "maligeo", "serve", str(tmp_path), "--port", port],
            check=False, capture_output=True, text=True, timeout=PATIENCE_S,
        )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert f"port {port}\N{NO-BREAK SPACE}: un autre programme le fait déjà" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def lazy(frame: pd.DataFrame) -> Any:
    dask_frame = pytest.importorskip("dask.dataframe")
    return dask_frame.from_pandas(pd.DataFrame(frame), npartitions=2)


NO_FRAMES: dict[str, Callable[[pd.DataFrame], Any]] = {
    "dask": lazy,
    "series": lambda frame: frame["count"],
    "array": lambda frame: frame.to_numpy(),
    "nothing": lambda frame: None,
}
TAKERS: dict[str, Callable[[Any, gpd.GeoDataFrame, Path], object]] = {
    "release": lambda given, units, folder: maligeo.release(given, audience="public"),
    "public table": lambda given, units, folder: maligeo.write_table(given, folder / "t.csv"),
    "internal table": lambda given, units, folder: maligeo.write_table(
        given, folder / "t.csv", audience="internal"
    ),
    "internal layers": lambda given, units, folder: maligeo.write_layers(
        {"t": given}, folder / "t.gpkg", audience="internal"
    ),
    "density": lambda given, units, folder: maligeo.density(
        given, units, measure="incidents", period="year"
    ),
    "allocate": lambda given, units, folder: maligeo.allocate(given, units),
    "map": lambda given, units, folder: maligeo.region_map(given, units),
    "tiles": lambda given, units, folder: maligeo.vector_tiles(
        {"t": given}, folder / "t.pmtiles", zooms=(0, 1)
    ),
    "units of locate": lambda given, units, folder: maligeo.locate(units, given),
}


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return maligeo.study(period="year").table


@pytest.mark.parametrize("taker", TAKERS)
@pytest.mark.parametrize("kind", NO_FRAMES)
def test_what_is_no_frame_is_refused_in_words(
    table: pd.DataFrame, tmp_path: Path, kind: str, taker: str
) -> None:
    """A frame of dask, as `locate` gives it, has no rows yet that could be looked at."""
    wrong = NO_FRAMES[kind](table)
    counts_lazily = (kind, taker) == ("dask", "density")  # incidents, and this is no list of them
    told = "neither figures" if counts_lazily else "frame of pandas or geopandas is needed"
    with pytest.raises(maligeo.MaligeoError, match=told):
        ours(lambda: TAKERS[taker](wrong, maligeo.load_boundaries(), tmp_path))
    assert not list(tmp_path.iterdir())
