"""One file over a bad line: continued where it broke, and never glued from two versions.

The bytes that came so far wait in a part file. Beside it stands which version of the file
they belong to: an ETag, or a date of change that is old enough to be one (RFC 9110, sections
8.8 and 13.1.5). The next try asks for the rest of that very version with `Range` and
`If-Range`; a server that has another one, or cannot continue, sends the whole file, and the
part is begun anew.
"""

import json
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final

import requests

from maligeo.core.errors import InputFileError, OutputFileError
from maligeo.core.files import written_whole
from maligeo.downloads import connection
from maligeo.downloads.connection import PassingFaultError, Patience, plain

Progress = Callable[[int, int | None], None]

_UNSATISFIABLE: Final = 416
_PARTIAL: Final = 206
_RANGE: Final = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
_SURELY_OLD: Final = timedelta(seconds=60)
_ROOM_LEFT_BYTES: Final = 10_000_000
_MILLION: Final = 1_000_000


@dataclass(frozen=True)
class Wanted:
    """What to download.

    Attributes
    ----------
    address : str
        Address of the file.
    part : pathlib.Path
        Where its bytes wait until it is whole.
    most_bytes : int
        Size above which it is refused.
    known : bool
        Whether its hash is known, so that a cut file would be noticed by it.
    """

    address: str
    part: Path
    most_bytes: int
    known: bool = False


@dataclass(frozen=True)
class _Version:
    """Which version of a file a part belongs to; without a validator it cannot be continued."""

    address: str = ""
    validator: str = ""


def download(wanted: Wanted, *, patience: Patience, progress: Progress | None = None) -> str:
    """Download a file into its part file, over as many connections as it takes.

    A try that brings new bytes counts as a success: only tries in a row that bring none
    are counted.

    Parameters
    ----------
    wanted : Wanted
        What to download.
    patience : Patience
        How long to try.
    progress : callable, optional
        Takes the bytes that are there and, where they are known, all bytes.

    Returns
    -------
    str
        The file's ETag; empty where the server tells none.

    Raises
    ------
    InputFileError
        If the file cannot be had, is too large, or its end cannot be told. What came
        stays in the part file, for the next call.
    OutputFileError
        If the disk has no room for it, or cannot be written.
    """
    failed, best = 0, _size(wanted.part)
    while True:
        try:
            return _attempt(wanted, patience, progress)
        except PassingFaultError as fault:
            reached = _size(wanted.part)
            failed = 1 if reached > best else failed + 1
            best = max(best, reached)
            if failed >= patience.tries:
                raise connection.given_up(fault, failed) from fault
            patience.wait(failed, fault.wait_s)
        except OSError as error:
            if isinstance(error, InputFileError | OutputFileError):
                raise
            raise OutputFileError(f"cannot write {wanted.part}: {error.strerror}") from error


def forget(part: Path) -> None:
    """Delete a part file and what is known of it."""
    part.unlink(missing_ok=True)
    _note_of(part).unlink(missing_ok=True)


def _attempt(wanted: Wanted, patience: Patience, progress: Progress | None) -> str:
    start, headers = _ask_for(wanted)
    with connection.opened("GET", wanted.address, headers=headers, patience=patience) as response:
        if response.status_code == _UNSATISFIABLE:
            return _already_whole(wanted, start, response)
        total = _continues(wanted, start, response)
        if total is None:
            start, total = 0, connection.length_of(response)
            _begin_anew(wanted, response)
        _require_room(wanted, start, total)
        _receive(wanted, start, total, response, progress)
        return response.headers.get("ETag", "")


def _ask_for(wanted: Wanted) -> tuple[int, dict[str, str]]:
    """Give where to go on, and the headers that ask for it."""
    start, version = _size(wanted.part), _read_version(wanted.part)
    if not start or not version.validator or version.address != wanted.address:
        return 0, {}
    return start, {"Range": f"bytes={start}-", "If-Range": version.validator}


def _continues(wanted: Wanted, start: int, response: requests.Response) -> int | None:
    """Give the size of the whole file where an answer continues the part, else None."""
    if response.status_code != _PARTIAL:
        return None
    found = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
    same = _validator(response.headers) in ("", _read_version(wanted.part).validator)
    if not start or not found or int(found[1]) != start or found[2] == "*" or not same:
        forget(wanted.part)
        raise PassingFaultError(f"{plain(wanted.address)} sends another part than was asked for")
    return int(found[2])


def _already_whole(wanted: Wanted, start: int, response: requests.Response) -> str:
    """Accept a part that already has all bytes; otherwise begin anew."""
    if start and response.headers.get("Content-Range", "") == f"bytes */{start}":
        return response.headers.get("ETag", "")
    forget(wanted.part)
    raise PassingFaultError(f"{plain(wanted.address)} has no such part")


def _begin_anew(wanted: Wanted, response: requests.Response) -> None:
    chunked = response.headers.get("Transfer-Encoding", "").casefold() == "chunked"
    if connection.length_of(response) is None and not chunked and not wanted.known:
        raise InputFileError(
            f"{plain(wanted.address)} does not tell its size: a file that breaks off could not "
            "be told from a whole one"
        )
    # The bytes go first: a note of this version must never stand beside bytes of another.
    wanted.part.parent.mkdir(parents=True, exist_ok=True)
    wanted.part.write_bytes(b"")
    version = _Version(wanted.address, _validator(response.headers))
    with written_whole(_note_of(wanted.part)) as note:
        note.write_text(json.dumps(asdict(version)), encoding="utf-8")


def _receive(
    wanted: Wanted,
    start: int,
    total: int | None,
    response: requests.Response,
    progress: Progress | None,
) -> None:
    done = start
    with wanted.part.open("ab") as file:
        for chunk in connection.chunks(response):
            done += len(chunk)
            if done > wanted.most_bytes:
                break
            file.write(chunk)
            if progress is not None:
                progress(done, total)
    if done > wanted.most_bytes:
        forget(wanted.part)
        raise _too_large(wanted, done)
    if total is not None and done != total:
        if done > total:
            forget(wanted.part)
        raise PassingFaultError(f"{plain(wanted.address)} gave {done:,} of {total:,} bytes")


def _require_room(wanted: Wanted, start: int, total: int | None) -> None:
    if total is None:
        return
    if total > wanted.most_bytes:
        raise _too_large(wanted, total)
    free = shutil.disk_usage(wanted.part.parent).free
    if total - start > free - _ROOM_LEFT_BYTES:
        raise OutputFileError(
            f"{wanted.part.parent} has room for {free // _MILLION:,} MB, and "
            f"{(total - start) // _MILLION:,} MB are to come"
        )


def _too_large(wanted: Wanted, size: int) -> InputFileError:
    return InputFileError(
        f"{plain(wanted.address)} sends {size // _MILLION:,} MB or more; "
        f"over {wanted.most_bytes // _MILLION:,} MB are refused"
    )


def _validator(headers: Mapping[str, str]) -> str:
    """Give what names this very version of a file: a strong ETag, or an old enough date."""
    etag = headers.get("ETag", "")
    if etag:
        return etag if etag.startswith('"') else ""
    try:
        changed = parsedate_to_datetime(headers.get("Last-Modified", ""))
        sent = parsedate_to_datetime(headers.get("Date", ""))
        old = sent - changed >= _SURELY_OLD
    except (ValueError, TypeError):
        return ""
    return headers["Last-Modified"] if old else ""


def _size(part: Path) -> int:
    return part.stat().st_size if part.is_file() else 0


def _note_of(part: Path) -> Path:
    return part.with_name(part.name + ".json")


def _read_version(part: Path) -> _Version:
    """Read what a part belongs to; a note that cannot be read counts as none."""
    try:
        found = json.loads(_note_of(part).read_text(encoding="utf-8"))
        return _Version(str(found["address"]), str(found["validator"]))
    except (OSError, ValueError, TypeError, KeyError):
        return _Version()
