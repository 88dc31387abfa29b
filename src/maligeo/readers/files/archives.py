"""Zip archives of unknown origin: bounded when unpacked, and no path inside them is trusted."""

import itertools
import re
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Final

from maligeo.core.errors import InputFileError, explained

MIB: Final = 1024 * 1024
_CHUNK: Final = MIB
_PLAIN_NAME: Final = re.compile(r"\w[\w-]*(\.\w+)*", re.ASCII)  # such means nothing to a system


@dataclass(frozen=True)
class Limits:
    """How much an archive may hold.

    Attributes
    ----------
    members : int
        Most files in the archive.
    total_bytes : int
        Most bytes when unpacked, counted while unpacking: what the archive says of
        itself is not believed.
    ratio : int
        Most bytes unpacked for one byte of archive.
    ratio_from_bytes : int
        Size from which the ratio counts; small files of blanks pack very well.
    """

    members: int = 1_000
    total_bytes: int = 4_096 * MIB
    ratio: int = 200
    ratio_from_bytes: int = 8 * MIB


DEFAULT_LIMITS: Final = Limits()


@dataclass(frozen=True)
class Member:
    """A file that was unpacked.

    Attributes
    ----------
    stem : str
        Name inside the archive without folders and suffix; for messages, never a path.
    path : pathlib.Path
        Where it was written: a name of our own, with the member's suffix in lower case.
    """

    stem: str
    path: Path


@contextmanager
def unpacked(
    path: Path, suffixes: frozenset[str], *, limits: Limits = DEFAULT_LIMITS
) -> Iterator[list[Member]]:
    """Unpack the members of some kinds into a temporary folder.

    Members that differ in their suffix alone (the parts of a Shapefile) get one stem, a
    number; folders, "..", absolute paths and links inside the archive thereby mean nothing.

    Parameters
    ----------
    path : pathlib.Path
        The archive.
    suffixes : frozenset of str
        Kinds to unpack, in lower case with the dot; all others are left alone.
    limits : Limits
        How much it may hold.

    Yields
    ------
    list of Member
        In the order of the archive; the files are gone when the block ends.

    Raises
    ------
    InputFileError
        If the archive is broken, encrypted, or larger than the limits.
    """
    with tempfile.TemporaryDirectory(prefix="maligeo-") as folder:
        yield _unpack(path, Path(folder), suffixes, limits)


@contextmanager
def unpacked_folder(
    path: Path, suffix: str, *, limits: Limits = DEFAULT_LIMITS
) -> Iterator[Path | None]:
    """Unpack the one folder of a kind into a temporary one, with the names of its files.

    Parameters
    ----------
    path : pathlib.Path
        The archive.
    suffix : str
        How the name of the folder ends, in lower case with the dot.
    limits : Limits
        How much it may hold.

    Yields
    ------
    pathlib.Path or None
        The folder, which is gone when the block ends; None where there is none, or several.

    Raises
    ------
    InputFileError
        If the archive is broken, encrypted, or larger than the limits.
    """
    with tempfile.TemporaryDirectory(prefix="maligeo-") as folder, _opened(path) as archive:
        inside = [
            (info, PurePosixPath(info.filename.replace("\\", "/")))
            for info in _files(archive, path, limits)
        ]
        kept = [(info, name) for info, name in inside if name.parent.suffix.lower() == suffix]
        if len({name.parent for _, name in kept}) != 1:
            yield None
            return
        target, budget = Path(folder, f"0{suffix}"), _Budget(path, limits)
        target.mkdir()
        for info, name in kept:
            if not _PLAIN_NAME.fullmatch(name.name):
                continue
            with (target / name.name).open("wb") as sink:
                _copy(archive, info, sink, budget)
        yield target


def require_bounded(path: Path, *, limits: Limits = DEFAULT_LIMITS) -> None:
    """Refuse an archive that is broken or larger than the limits, without writing it out.

    Parameters
    ----------
    path : pathlib.Path
        The archive, or a file that is one inside, such as an Excel workbook.
    limits : Limits
        How much it may hold.

    Raises
    ------
    InputFileError
        As `unpacked` raises.
    """
    with _opened(path) as archive:
        budget = _Budget(path, limits)
        for info in _files(archive, path, limits):
            _copy(archive, info, None, budget)


def _unpack(path: Path, folder: Path, suffixes: frozenset[str], limits: Limits) -> list[Member]:
    stems: dict[str, int] = {}
    members: dict[Path, Member] = {}
    with _opened(path) as archive:
        budget = _Budget(path, limits)
        for info in _files(archive, path, limits):
            inside = PurePosixPath(info.filename.replace("\\", "/"))
            suffix = inside.suffix.lower()
            if suffix not in suffixes:
                continue
            number = stems.setdefault(str(inside.with_suffix("")).casefold(), len(stems))
            target = folder / f"{number}{suffix}"
            if target in members:
                raise InputFileError(f"{path}: two files inside are called {inside.name!r}")
            with target.open("wb") as sink:
                _copy(archive, info, sink, budget)
            members[target] = Member(inside.stem, target)
    return list(members.values())


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    with explained(f"{path} is no readable zip archive"):
        archive = zipfile.ZipFile(path)
    with archive:
        yield archive


def _files(archive: zipfile.ZipFile, path: Path, limits: Limits) -> list[zipfile.ZipInfo]:
    infos = archive.infolist()
    if len(infos) > limits.members:
        raise InputFileError(
            f"{path} holds {len(infos)} files; more than {limits.members} are not unpacked"
        )
    # A Mac adds a shadow file next to each real one.
    shadows = ("__MACOSX/", "._")
    return [
        info
        for info in infos
        if info.filename  # an archive can hold one without a name
        and not info.is_dir()
        and not info.filename.startswith(shadows[0])
        and not PurePosixPath(info.filename).name.startswith(shadows[1])
    ]


class _Budget:
    """Bytes unpacked so far, refused when they pass what is allowed."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._path = path
        self._spent = 0
        by_ratio = max(limits.ratio * path.stat().st_size, limits.ratio_from_bytes)
        self._allowed = min(limits.total_bytes, by_ratio)

    def spend(self, count: int) -> None:
        self._spent += count
        if self._spent > self._allowed:
            raise InputFileError(
                f"{self._path} unpacks to more than {self._allowed // MIB} MiB: "
                "it looks like a zip bomb and is not read"
            )


def _copy(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, sink: IO[bytes] | None, budget: _Budget
) -> None:
    complaint = f"{archive.filename}: {info.filename!r} cannot be unpacked"
    with explained(complaint), archive.open(info) as source:
        for chunk in itertools.takewhile(len, iter(lambda: source.read(_CHUNK), None)):
            budget.spend(len(chunk))
            if sink is not None:
                sink.write(chunk)
