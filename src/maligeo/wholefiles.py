"""Files that appear whole or not at all, and locks between processes."""

import io
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from maligeo.errors import OutputFileError

if sys.platform == "win32":
    import msvcrt

    _FAR = 2**62  # beyond all content: on Windows a locked byte cannot be read

    def try_lock(file: io.FileIO) -> bool:
        """Lock an open file against all other processes; False where another has it.

        The system takes the lock back when the process ends, however it ends: there is no
        stale lock to detect.
        """
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
