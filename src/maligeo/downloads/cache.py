"""The cache: files by names of our own, each with a record of where it came from."""

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import platformdirs

from maligeo.core.errors import InputFileError, OutputFileError
from maligeo.core.files import try_lock, written_whole
from maligeo.provenance.record import file_sha256

VARIABLE: Final = "MALIGEO_CACHE"

_ACCEPTED: Final = "accepted-licences.json"
_LOCK: Final = ".fetching.lock"


@dataclass(frozen=True)
class Record:
    """Where a file of the cache came from.

    Attributes
    ----------
    address : str
        Address that it came from; empty for a file that was put there by hand.
    sha256 : str
        Hash of its bytes when it came.
    size : int
        Its bytes.
    fetched : str
        Date, ISO 8601.
    licence : str
        Licence in the publisher's words, or the listed one.
    attribution : str
        Whom to name.
    etag : str
        Version of the file, where the server gave one.
    taken_from : str
        For a file that was made of downloads: their hashes.
    remarks : list of str
        What a reader has to know of the file.
    """

    address: str
    sha256: str
    size: int
    fetched: str
    licence: str
    attribution: str
    etag: str = ""
    taken_from: str = ""
    remarks: list[str] = field(default_factory=list)


def cache_folder(given: Path | None = None) -> Path:
    """Give the folder of downloads.

    Parameters
    ----------
    given : pathlib.Path, optional
        The folder, if it is named; otherwise the environment variable `MALIGEO_CACHE`
        names it, otherwise it is the system's folder for caches.
    """
    if given is not None:
        return given.expanduser().absolute()
    named = os.environ.get(VARIABLE)
    return Path(named).expanduser().absolute() if named else platformdirs.user_cache_path("maligeo")


def read_record(path: Path) -> Record | None:
    """Read the record of a file; None where there is none, or none that can be read."""
    try:
        found: dict[str, Any] = json.loads(_record_of(path).read_text(encoding="utf-8"))
        return Record(**found)
    except (OSError, ValueError, TypeError):
        return None


def write_record(path: Path, record: Record) -> None:
    """Write the record of a file next to it.

    Raises
    ------
    OutputFileError
        If it cannot be written.
    """
    _write_json(_record_of(path), asdict(record))


def is_unchanged(path: Path, record: Record) -> bool:
    """Tell whether a file is still, byte for byte, the one of its record."""
    if not path.is_file() or path.stat().st_size != record.size:
        return False
    return file_sha256(path) == record.sha256


def is_accepted(folder: Path, name: str, licence: str) -> bool:
    """Tell whether somebody accepted a licence for a download in this cache."""
    return licence in _accepted(folder).get(name, {})


def accept(folder: Path, name: str, licence: str) -> None:
    """Note that a licence was accepted for a download.

    Raises
    ------
    OutputFileError
        If it cannot be written.
    """
    accepted = _accepted(folder)
    accepted.setdefault(name, {}).setdefault(licence, today())
    _write_json(folder / _ACCEPTED, accepted)


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Keep a second run from writing into the cache.

    Raises
    ------
    InputFileError
        If another run fetches into this cache.
    OutputFileError
        If the folder cannot be written.
    """
    with ExitStack() as stack:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock = stack.enter_context((folder / _LOCK).open("ab", buffering=0))
            free = try_lock(lock)
        except OSError as error:
            raise OutputFileError(f"cannot write {folder}: {error.strerror}") from error
        if not free:
            raise InputFileError(f"another run is fetching into {folder}: wait for it")
        yield


def today() -> str:
    """Give the date in UTC, ISO 8601."""
    return datetime.now(UTC).date().isoformat()


def _accepted(folder: Path) -> dict[str, dict[str, str]]:
    try:
        found = json.loads((folder / _ACCEPTED).read_text(encoding="utf-8"))
        return {str(name): dict(licences) for name, licences in found.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _record_of(path: Path) -> Path:
    return path.with_name(path.name + ".json")


def _write_json(path: Path, content: Any) -> None:
    with written_whole(path, is_product=False) as new:
        text = json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        new.write_text(text, encoding="utf-8")
