"""Every product is written as Windows wants it, which is played here on whatever system it is.

Windows syncs no file that is open for reading alone, replaces and deletes none that is open,
and keeps some names for devices.
"""

import errno
import io
import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pytest

import maligeo
from maligeo.cli import main
from maligeo.core.errors import MaligeoError, OutputFileError
from maligeo.core.files import written_whole
from maligeo.tiles.archives import journal
from maligeo.unitindex import UnitIndex
from tests.attacks.commands import make_products
from tests.attacks.planted import Planted, plant

fcntl = pytest.importorskip("fcntl", reason="it is played on other systems than Windows")
OPEN = Path("/proc/self/fd")
on_linux = pytest.mark.skipif(not OPEN.is_dir(), reason="only Linux lists the files that are open")


def _refuse_open(path: object) -> None:
    wanted = str(Path(os.fspath(path)).resolve())  # type: ignore[call-overload]
    for entry in list(OPEN.iterdir()):
        try:
            if str(entry.readlink()) == wanted:
                raise PermissionError(errno.EACCES, "used by another process", wanted)
        except FileNotFoundError:  # the one that lists the folder
            continue


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    sync, replace, rename, unlink = os.fsync, os.replace, os.rename, os.unlink

    def fsync(file: int) -> None:
        if fcntl.fcntl(file, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
            raise OSError(errno.EBADF, "Bad file descriptor")
        sync(file)

    def replaced(source: str, target: str, **how: int) -> None:
        _refuse_open(source)
        _refuse_open(target)
        replace(source, target, **how)

    def renamed(source: str, target: str, **how: int) -> None:
        if Path(target).exists():
            raise FileExistsError(errno.EEXIST, "exists", target)
        _refuse_open(source)
        rename(source, target, **how)

    def deleted(path: str, **how: int) -> None:
        if "dir_fd" not in how or how["dir_fd"] is None:
            _refuse_open(path)
        unlink(path, **how)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replaced)
    monkeypatch.setattr(os, "rename", renamed)
    monkeypatch.setattr(os, "unlink", deleted)
    monkeypatch.delattr(os, "sync")
    monkeypatch.setattr(journal, "_DELETES_OPEN_FILES", False)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    return plant(tmp_path_factory.mktemp("house"))


@on_linux
@pytest.mark.usefixtures("windows")
def test_the_play_refuses_what_windows_refuses(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with file.open("rb") as opened:
        with pytest.raises(OSError, match="descriptor"):
            os.fsync(opened.fileno())
        for refused in (
            lambda: (tmp_path / "other").replace(file),
            lambda: file.rename(tmp_path / "new"),
            file.unlink,
        ):
            with pytest.raises(PermissionError):
                refused()


@on_linux
@pytest.mark.usefixtures("windows")
def test_every_command_writes_its_products_twice(planted: Planted, tmp_path: Path) -> None:
    """The second time each replaces the first, which no part of it has open.

    Every command once, and every format: how a file is replaced is not a matter of both.
    """
    made = make_products(planted, tmp_path, "internal", in_turn=True)
    assert make_products(planted, tmp_path, "internal", in_turn=True) == made
    assert len(made) > 22
    assert not [path for path in made if path.name.startswith(".")]


@on_linux
@pytest.mark.usefixtures("windows")
@pytest.mark.parametrize(
    "name", ["l.gpkg", "l.shp.zip", "l.zip", "l", "l.geojson", "l.parquet", "l.fgb"]
)
def test_every_format_of_layers_is_written_twice(tmp_path: Path, name: str) -> None:
    units = maligeo.load_boundaries()
    for _ in range(2):
        maligeo.write_layers({"units": units}, tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == [name]


@on_linux
@pytest.mark.usefixtures("windows")
def test_an_index_and_rejected_rows_are_written_twice(tmp_path: Path) -> None:
    faulty = tmp_path / "i.csv"
    faulty.write_text("date,lon,lat,killed\nsoon,-4,14,1\n2021-01-01,-4,14,1\n", encoding="utf-8")
    index = UnitIndex(maligeo.load_boundaries().geometry)
    for _ in range(2):
        index.save(tmp_path / "units.npz")
        maligeo.read_incidents(faulty, on_invalid="quarantine", rejects=tmp_path / "r.csv")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["i.csv", "r.csv", "units.npz"]


@on_linux
@pytest.mark.usefixtures("windows")
def test_a_file_that_a_program_shows_is_to_be_closed_there(tmp_path: Path) -> None:
    table = tmp_path / "table.xlsx"
    table.write_bytes(b"old")
    with table.open("rb"), pytest.raises(OutputFileError, match="close it there"):
        maligeo.write_table(maligeo.population(maligeo.load_boundaries()), table)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


@pytest.mark.parametrize("name", ["nul.csv", "CON.csv", "Com1.data.csv", "aux", "lpt9.tar.csv"])
def test_a_name_of_a_device_is_refused(tmp_path: Path, name: str) -> None:
    with (
        pytest.raises(OutputFileError, match="keeps that name for a device"),
        written_whole(tmp_path / name),
    ):
        pass
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["p.zip", "package"])
def test_no_file_in_a_package_has_the_name_of_a_device(tmp_path: Path, name: str) -> None:
    units: gpd.GeoDataFrame = maligeo.load_boundaries()
    with pytest.raises(MaligeoError, match="keeps that name for a device"):
        maligeo.write_layers({"aux": units}, tmp_path / name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["console.csv", "nullify.csv", "com10.csv", "a.nul.csv"])
def test_names_that_only_look_like_it_are_written(tmp_path: Path, name: str) -> None:
    with written_whole(tmp_path / name):
        pass
    assert (tmp_path / name).exists()


def test_signs_that_windows_forbids_are_refused_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands after a colon would become a stream that no program shows."""
    with written_whole(tmp_path / "12:30.csv"):
        pass
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(OutputFileError, match="none of"), written_whole(tmp_path / "2021:m.csv"):
        pass


@pytest.mark.parametrize("private", [False, True])
def test_a_name_may_be_as_long_as_the_system_allows(tmp_path: Path, *, private: bool) -> None:
    """Windows counts the whole path: no draft is longer than the wanted one."""
    wanted = tmp_path / ("x" * 251 + ".csv")
    with written_whole(wanted, private=private) as draft:
        assert len(str(draft)) <= len(str(wanted))
        draft.write_text("all", encoding="utf-8")
    assert wanted.read_text(encoding="utf-8") == "all"


COMMANDS = [
    ["density"],
    ["density", "-h"],
    ["gaps"],
    ["fetch", "--list"],
    ["density", "--region", "Nowhere–Ségou"],
]


CHARSETS = ["ascii", "cp850", "cp1252", "latin-1"]


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("charset", CHARSETS)
def test_a_console_with_few_signs_shows_everything(
    charset: str, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    streams = [
        io.TextIOWrapper(io.BytesIO(), charset, errors=errors)
        for errors in ("strict", "backslashreplace")
    ]
    with monkeypatch.context() as console, pytest.raises(SystemExit) as ended:
        console.setattr(sys, "stdout", streams[0])
        console.setattr(sys, "stderr", streams[1])
        main(arguments)
    said = ""
    for stream in streams:
        stream.flush()
        said += stream.buffer.getvalue().decode("utf-8" if charset == "ascii" else charset)
    assert "\\u" not in said
    assert ended.value.code == (1 if "Nowhere" in arguments[-1] else 0)
    assert "gou" in said or arguments[-1] in ("-h", "--list")


@pytest.mark.parametrize(("charset", "arguments"), list(zip(CHARSETS, COMMANDS, strict=False)))
def test_the_console_of_another_process_shows_everything_too(
    charset: str, arguments: list[str]
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "maligeo", *arguments],
        env=os.environ | {"PYTHONIOENCODING": charset}, capture_output=True, check=True,
    )  # fmt: skip
    said = (done.stdout + done.stderr).decode("utf-8" if charset == "ascii" else charset)
    assert "Traceback" not in said
    assert "gou" in said or arguments[-1] in ("-h", "--list")


def test_a_table_as_csv_keeps_its_signs_in_every_console() -> None:
    """It is data, and what it means must not depend on where it is made."""
    done = subprocess.run(
        [sys.executable, "-m", "maligeo", "density", "--format", "csv"],
        env=os.environ | {"PYTHONIOENCODING": "ascii"}, capture_output=True, check=True,
    )  # fmt: skip
    assert "Ségou" in done.stdout.decode("utf-8")
