"""A lock that the system takes back when its process ends, however it ends.

There is no stale lock to detect: a process that is killed holds nothing any more.
"""

import io
import sys

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
