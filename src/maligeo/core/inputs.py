"""What a session has read, which nothing that it writes may replace."""

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from maligeo.core.errors import InputFileError, OutputFileError, caused

# Paths without links. A frame that was computed does not say from which file it came, and
# the file may be its owner's only copy: so it is the session that remembers.
_READ: Final[set[Path]] = set()
# Products of the session, as they were left: they can be made again, and so be replaced
# where a part of a notebook runs a second time.
_MADE: Final[dict[Path, tuple[int, int, int]]] = {}


def require_ordinary(path: Path) -> None:
    """Refuse to read from what is neither a file nor a folder, and may never end.

    Raises
    ------
    InputFileError
        If it is a pipe, a device or a socket.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise InputFileError(
            f"{path} is no file but a pipe or a device, which may never end: save what comes from "
            "it to a file, and name that"
        )


def read_settings(path: Path) -> dict[str, Any]:
    """Read a file of settings that somebody wrote, in TOML.

    A mark of the order of bytes, as editors on Windows write it, is no part of it.

    Raises
    ------
    InputFileError
        If it cannot be read, or is no TOML in UTF-8.
    """
    require_ordinary(path)
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputFileError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputFileError(f"{path} is not in UTF-8: save it as such") from error
    except tomllib.TOMLDecodeError as error:
        raise caused(f"{path} is no TOML", error) from error


def take_input(path: Path) -> None:
    """Take note of records or boundaries that are about to be read.

    Raises
    ------
    InputFileError
        As `require_ordinary`.
    """
    require_ordinary(path)
    if path.exists() and _MADE.get(file := path.resolve()) != _state(file):
        _READ.add(file)


def note_product(path: Path) -> None:
    """Take note of what the session has made itself."""
    _MADE[path.resolve()] = _state(path)


def _state(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def require_no_input(output: Path, inputs: Iterable[Path] | None = None) -> None:
    """Refuse to write over what is read, by whatever name, case or link.

    Parameters
    ----------
    output : pathlib.Path
        A file or folder that is about to be written.
    inputs : iterable of pathlib.Path, optional
        What is read; by default all that the session has read.

    Raises
    ------
    OutputFileError
        If the output is an input, leads to it, holds it, or lies in it.
    """
    if not output.exists():
        return
    wanted = output.resolve()
    for read in list(_READ) if inputs is None else inputs:
        if not read.exists():
            continue
        if wanted.samefile(read):
            raise OutputFileError(
                f"cannot write {output}: it is the file that is read, whose content would be "
                "lost; name another to write"
            )
        if _holds(wanted, read.resolve()) or _holds(read.resolve(), wanted):
            raise OutputFileError(
                f"cannot write {output}: {read} is read and would be lost; name another to write"
            )


def _holds(folder: Path, path: Path) -> bool:
    """Tell whether a path lies below a folder, as the system tells files apart."""
    return folder.is_dir() and any(folder.samefile(parent) for parent in path.parents)
