"""Files and folders that appear whole or not at all, zip archives whose bytes repeat, locks."""

import io
import json
import os
import secrets
import shutil
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from maligeo.core.errors import OutputFileError


@contextmanager
def written_whole(path: str | Path) -> Iterator[Path]:
    """Give a file beside the wanted one to write into; rename it when all went well.

    Parameters
    ----------
    path : str or pathlib.Path
        The wanted file; it is replaced if it exists. Its folder is made if it is missing.

    Yields
    ------
    pathlib.Path
        A new, empty file in the same folder, with the same suffix. When the block ends
        it is synced and takes the wanted name; when it fails it is deleted.

    Raises
    ------
    OutputFileError
        If the file cannot be written, for whatever the system says.
    """
    wanted = Path(path)
    try:
        wanted.parent.mkdir(parents=True, exist_ok=True)
        beside = wanted.with_name(f".{wanted.stem}-{secrets.token_hex(6)}{wanted.suffix}")
        beside.touch(exist_ok=False)
    except OSError as error:
        raise OutputFileError(f"cannot write {wanted}: {error.strerror}") from error
    try:
        yield beside
        _publish(beside, wanted)
    except OSError as error:
        if isinstance(error, OutputFileError) or not error.errno:
            raise
        raise OutputFileError(f"cannot write {wanted}: {error.strerror}") from error
    finally:
        beside.unlink(missing_ok=True)


def _publish(beside: Path, wanted: Path) -> None:
    with beside.open("rb") as file:
        os.fsync(file.fileno())
    beside.replace(wanted)


DESCRIPTION: Final = "datapackage.json"
_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)
_READABLE: Final = 0o644 << 16
_UNIX: Final = 3
_LEVEL: Final = 6


@contextmanager
def folder_written_whole(path: Path) -> Iterator[Path]:
    """Give a folder beside the wanted one to write into; rename it when all went well.

    Parameters
    ----------
    path : pathlib.Path
        The wanted folder. If it exists it is replaced, provided that it is empty or a data
        package that holds nothing but what its description lists.

    Yields
    ------
    pathlib.Path
        A new folder beside the wanted one; when the block fails it is deleted.

    Raises
    ------
    OutputFileError
        If the folder holds something else, or cannot be written.
    """
    _require_replaceable(path)
    token = secrets.token_hex(6)
    beside, old = (path.with_name(f".{path.name}-{token}{end}") for end in ("", "-old"))
    try:
        beside.mkdir()
        yield beside
        for file in sorted(beside.iterdir()):
            _sync(file)
        _exchange(beside, path, old)
    except OSError as error:
        if isinstance(error, OutputFileError) or not error.errno:
            raise
        raise OutputFileError(f"cannot write {path}: {error.strerror}") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _require_replaceable(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        strangers = {file.name for file in path.iterdir()} - _listed(path)
        if strangers:
            some = ", ".join(sorted(strangers)[:3])
            raise OutputFileError(
                f"cannot write {path}: the folder holds {some}, which would be lost; name a new "
                "folder"
            )
    elif path.exists() or path.is_symlink():
        raise OutputFileError(f"cannot write {path}: it is not a folder")


def _listed(folder: Path) -> set[str]:
    """Name the files of a data package, its description among them."""
    try:
        found = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
        return {DESCRIPTION, *(str(resource["path"]) for resource in found["resources"])}
    except (OSError, ValueError, LookupError, TypeError):
        return set()


def _sync(file: Path) -> None:
    with file.open("rb") as opened:
        os.fsync(opened.fileno())


def _exchange(beside: Path, path: Path, old: Path) -> None:
    """Put the new folder in the place of the old one, which stays if that fails."""
    if not path.exists():
        beside.rename(path)
        return
    path.rename(old)
    try:
        beside.rename(path)
    except OSError:
        old.rename(path)
        raise
    shutil.rmtree(old, ignore_errors=True)


def pack(folder: Path, path: Path) -> None:
    """Pack the files of a folder into a zip archive.

    Names are sorted and days fixed; the bytes also depend on the version of zlib.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        for file in sorted(folder.iterdir()):
            entry = zipfile.ZipInfo(file.name, _EARLIEST)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, _UNIX
            entry.external_attr = _READABLE
            with file.open("rb") as source, archive.open(entry, "w") as target:
                shutil.copyfileobj(source, target)


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
