"""Files and folders that appear whole or not at all, zip archives whose bytes repeat, locks."""

import io
import json
import os
import re
import secrets
import shutil
import sys
import zipfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from maligeo.core.errors import OutputFileError
from maligeo.core.inputs import note_product, require_no_input

_DEVICES: Final = frozenset(
    ["con", "prn", "aux", "nul"]
    + [f"{device}{number}" for device in ("com", "lpt") for number in "123456789¹²³"]
)
_FORBIDDEN: Final = '< > : " | ? *'  # what follows ":" becomes a second, unseen file
_NO_NAME: Final = re.compile(r'[<>:"|?*]')
OWNERS_FILE: Final = 0o600
_OWNERS_FOLDER: Final = 0o700
_ANYBODYS_FOLDER: Final = 0o777  # less what the umask takes away


@contextmanager
def written_whole(
    path: str | Path, *, private: bool = False, is_product: bool = True
) -> Iterator[Path]:
    """Give a file next to the wanted one to write into; rename it when all went well.

    Parameters
    ----------
    path : str or pathlib.Path
        The wanted file; it is replaced if it exists. Its folder is made if it is missing.
    private : bool, default False
        Let nobody but its owner read it, also while it is written. Every product for internal
        use is private; others are as readable as the system's umask makes them.
    is_product : bool, default True
        Whether it is made for somebody: such a file replaces nothing that the session has
        read. Downloads and what a release store keeps are renewed in their place.

    Yields
    ------
    pathlib.Path
        A new, empty file in the same folder, or in a private one therein, with the same
        suffix. When the block ends it is synced and takes the wanted name; when it fails it
        is deleted.

    Raises
    ------
    OutputFileError
        If the file is one that was read, or cannot be written, for whatever the system says.
    """
    wanted = Path(path)
    require_portable(wanted.name)
    if is_product:
        require_no_input(wanted)
    beside = _draft_of(wanted)
    draft = beside / f"draft{wanted.suffix}" if private else beside
    with system_errors_named(wanted):
        wanted.parent.mkdir(parents=True, exist_ok=True)
        if private:  # some writers make the file anew, with a mode of their own
            beside.mkdir(mode=_OWNERS_FOLDER)
        draft.touch(exist_ok=False)
    try:
        with system_errors_named(wanted):
            yield draft
            if private:
                close_to_others(draft)
            publish(draft, wanted)
    finally:
        remove(beside)


def require_portable(name: str) -> None:
    """Refuse names that Windows keeps for devices: what is written to one of them is lost.

    A file may be made here and opened there, so they are refused on every system.

    Raises
    ------
    OutputFileError
        If the name is such a one, with whatever suffix.
    """
    if name.partition(".")[0].rstrip().casefold() in _DEVICES:
        raise OutputFileError(
            f"cannot write {name}: Windows keeps that name for a device; choose another"
        )
    if sys.platform == "win32" and _NO_NAME.search(name):
        raise OutputFileError(f"cannot write {name}: Windows allows none of {_FORBIDDEN} in a name")


def _draft_of(wanted: Path) -> Path:
    """Name a draft: shortly, since the system limits the length of names and of whole paths."""
    return wanted.with_name(f".{secrets.token_hex(6)}{wanted.suffix}")


def close_to_others(path: Path) -> None:
    """Let nobody but its owner read a file, or a folder and what is in it."""
    for each in (path, *path.rglob("*")) if path.is_dir() else (path,):
        each.chmod(_OWNERS_FOLDER if each.is_dir() else OWNERS_FILE)


@contextmanager
def system_errors_named(wanted: Path) -> Iterator[None]:
    """Turn what the system says while something is written into an error that names it."""
    try:
        yield
    except OSError as error:
        if isinstance(error, OutputFileError) or not error.errno:
            raise
        # Windows refuses to replace a file that a program has open.
        close = isinstance(error, PermissionError) and wanted.is_file()
        advice = "; if a program shows it, close it there" if close else ""
        raise OutputFileError(f"cannot write {wanted}: {error.strerror}{advice}") from error


def publish(draft: Path, wanted: Path) -> None:
    """Bring a file or folder to the disk and give it the wanted name, in one step for a file.

    A folder of that name makes room first, and comes back if that fails.
    """
    _sync(draft)
    if not (draft.is_dir() and wanted.is_dir()):
        draft.replace(wanted)
        note_product(wanted)
        return
    former = put_aside(wanted)
    remove(former)
    wanted.replace(former)
    try:
        draft.replace(wanted)
    except OSError:
        former.replace(wanted)
        raise
    remove(former)


def put_aside(wanted: Path) -> Path:
    """Name the place of a folder that makes room: between two renames it is only there."""
    return wanted.with_name(f".{wanted.name}.old")


def recover(wanted: Path) -> None:
    """Bring a folder back that made room when its process was killed."""
    former = put_aside(wanted)
    if not wanted.exists() and former.exists():
        former.replace(wanted)
    remove(former)


def _sync(path: Path) -> None:
    if path.is_dir() and hasattr(os, "sync"):
        os.sync()  # one call for thousands of files
        return
    for file in filter(Path.is_file, path.rglob("*") if path.is_dir() else (path,)):
        with file.open("rb+") as opened:
            os.fsync(opened.fileno())


def remove(path: Path) -> None:
    """Delete a file or a folder, if it is there."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


DESCRIPTION: Final = "datapackage.json"
_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)
_READABLE: Final = 0o644 << 16
_UNIX: Final = 3
_LEVEL: Final = 6


@contextmanager
def folder_written_whole(
    path: Path, *, private: bool = False, own: Collection[str] = ()
) -> Iterator[Path]:
    """Give a folder next to the wanted one to write into; rename it when all went well.

    Parameters
    ----------
    path : pathlib.Path
        The wanted folder. If it exists it is replaced, provided that it is empty or a data
        package that holds nothing but what its description lists.
    private : bool, default False
        Let nobody but its owner read it, as `written_whole` does.
    own : collection of str, optional
        Names of files that may be replaced too.

    Yields
    ------
    pathlib.Path
        A new folder next to the wanted one; when the block fails it is deleted.

    Raises
    ------
    OutputFileError
        If the folder holds something that was read, or is not its own, or cannot be written.
    """
    require_portable(path.name)
    require_no_input(path)
    require_replaceable(path, {*_listed(path), *own})
    draft = _draft_of(path)
    try:
        with system_errors_named(path):
            draft.mkdir(mode=_OWNERS_FOLDER if private else _ANYBODYS_FOLDER)
            yield draft
            if private:
                close_to_others(draft)
            publish(draft, path)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def require_replaceable(folder: Path, own: Collection[str]) -> None:
    """Refuse to replace anything but a folder that holds names of its own alone.

    Raises
    ------
    OutputFileError
        Naming some of what would be lost.
    """
    if folder.is_dir() and not folder.is_symlink():
        foreign = {file.name for file in folder.iterdir()}.difference(own)
        if foreign:
            some = ", ".join(sorted(foreign)[:3])
            raise OutputFileError(
                f"cannot write {folder}: the folder holds {some}, which would be lost; name a new "
                "folder"
            )
    elif folder.exists() or folder.is_symlink():
        raise OutputFileError(f"cannot write {folder}: it is not a folder")


def _listed(folder: Path) -> set[str]:
    """Name the files of a data package, its description among them."""
    try:
        found = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
        return {DESCRIPTION, *(str(resource["path"]) for resource in found["resources"])}
    except (OSError, ValueError, LookupError, TypeError):
        return set()


def pack(folder: Path, path: Path) -> None:
    """Pack the files of a folder, and of those in it, into a zip archive.

    Names are sorted and days fixed; the bytes also depend on the version of zlib.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = _entry(file.relative_to(folder).as_posix())
            with file.open("rb") as source, archive.open(entry, "w") as target:
                shutil.copyfileobj(source, target)


def packed(files: Mapping[str, bytes]) -> bytes:
    """Pack files by name into a zip archive, in their order, as `pack` does."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        for name, content in files.items():
            archive.writestr(_entry(name), content)
    return whole.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    """Describe a file of an archive without its time and whose it is."""
    entry = zipfile.ZipInfo(name, _EARLIEST)
    entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, _UNIX
    entry.external_attr = _READABLE
    return entry


if sys.platform == "win32":
    import msvcrt

    _FAR = 2**62  # beyond all content: on Windows a locked byte cannot be read

    def try_lock(file: io.FileIO) -> bool:
        """Lock an open file against all other processes; False where another has it."""
        file.seek(_FAR)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def try_lock(file: io.FileIO) -> bool:
        """Lock an open file against all other processes; False where another has it."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
