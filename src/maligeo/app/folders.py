"""The private folder of one run: gone when it ends, or at the next start after a kill."""

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import platformdirs

from maligeo.core.errors import OutputFileError
from maligeo.core.files import OWNERS_FILE, try_lock

_NAME: Final = "open"  # in the cache folder of the user
_LOCK: Final = ".lock"
_OWNERS_FOLDER: Final = 0o700


def runs_root() -> Path:
    """Give the folder in which every run has one of its own."""
    return platformdirs.user_cache_path("maligeo") / _NAME


@contextmanager
def private_folder(root: Path) -> Iterator[Path]:
    """Make a folder that its owner alone can read, and remove it at the end.

    What earlier runs left behind that were killed is removed first. The lock beside each
    folder is the system's, so that it ends with its process, however that ends.

    Parameters
    ----------
    root : pathlib.Path
        Where the folders of all runs are.

    Yields
    ------
    pathlib.Path

    Raises
    ------
    OutputFileError
        If it cannot be made.
    """
    try:
        root.mkdir(mode=_OWNERS_FOLDER, parents=True, exist_ok=True)
        root.chmod(_OWNERS_FOLDER)
        sweep(root)
        folder = root / secrets.token_hex(8)
        lock = folder.with_suffix(_LOCK)
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_EXCL, OWNERS_FILE)
    except OSError as error:
        raise OutputFileError(f"cannot write {root}: {error.strerror}") from error
    with os.fdopen(descriptor, "rb+", buffering=0) as held:
        try_lock(held)
        held.write(str(os.getpid()).encode())
        folder.mkdir(mode=_OWNERS_FOLDER)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    lock.unlink(missing_ok=True)


def sweep(root: Path) -> None:
    """Remove the folders of runs that are no more; those of running ones are locked."""
    for lock in root.glob(f"*{_LOCK}"):
        with contextlib.suppress(OSError), lock.open("rb+", buffering=0) as found:
            if not try_lock(found):
                continue
            shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
            lock.unlink()
