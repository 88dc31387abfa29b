"""Run the command line, as `maligeo` or `python -m maligeo`.

Nothing is imported here before an interrupt is provided for: Python would report it with the
traceback of whatever import it broke off.
"""

import gc
import os
import signal
import sys
from importlib import import_module
from types import FrameType
from typing import Final, NoReturn

INTERRUPTED: Final = 130  # 128 and the number of the signal, as shells have it
# Between two collections: loading libraries allocates much and leaves little to collect.
_ALLOCATIONS: Final = 100_000
# Nothing here multiplies matrices of a size that threads are for, and starting them takes time.
_ALGEBRA_THREADS: Final = ("OPENBLAS_NUM_THREADS", "1")


def _leave(_signal: int, _frame: FrameType | None) -> NoReturn:
    """End at once: nothing has been begun yet."""
    os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, b"maligeo: interrupted\n")
    os._exit(INTERRUPTED)


class _Interrupts:
    """Turns an interrupt into an exception, which files being written are cleared up by."""

    def __init__(self) -> None:
        self.came = False

    def __call__(self, _signal: int, _frame: FrameType | None) -> NoReturn:
        self.came = True
        raise KeyboardInterrupt


def _is_double_clicked() -> bool:
    """Tell a start without a terminal, with a desktop to show something on.

    pythonw of Windows has no streams at all.
    """
    if sys.stdin is None or sys.stdout is None:
        return sys.platform == "win32"
    is_seen = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return is_seen and not (sys.stdin.isatty() or sys.stdout.isatty())


def main() -> None:
    """Run the command line; an interrupt ends it with one line and exit code 130."""
    signal.signal(signal.SIGINT, _leave)
    os.environ.setdefault(*_ALGEBRA_THREADS)
    gc.disable()
    run = import_module("maligeo.cli").main
    gc.enable()
    gc.set_threshold(_ALLOCATIONS)
    interrupts = _Interrupts()
    signal.signal(signal.SIGINT, interrupts)
    try:
        run()
    except BaseException as end:
        # Libraries turn an interrupt of their import into errors of many kinds. A server that
        # is ended so has done its work.
        if not interrupts.came or (isinstance(end, SystemExit) and not end.code):
            raise
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        sys.stderr.write("maligeo: interrupted\n")
        sys.exit(INTERRUPTED)
    finally:
        gc.freeze()  # what is left ends with the process: to look for garbage in it takes long


if __name__ == "__main__":
    if len(sys.argv) == 1 and _is_double_clicked():
        sys.argv.append("open")
    main()
