"""From an offer to a file in the cache: licence first, then the download, whole or not at all."""

import csv
import stat
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Final, Literal, TextIO

from urllib3.util import Retry

from maligeo.core.errors import ArgumentError, InputFileError
from maligeo.core.files import written_whole
from maligeo.downloads import cache
from maligeo.downloads.cache import Record
from maligeo.downloads.http import RETRIES, TIMEOUT_S, Download, HttpsSession, Progress
from maligeo.downloads.offers import Offer, PublishedFile, Rows, find_offer, read_answer
from maligeo.provenance.record import file_sha256
from maligeo.readers.files.archives import require_bounded, unpacked

Outcome = Literal["cached", "by hand", "fetched", "unchanged", "changed"]

_HEAD_BYTES: Final = 512
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_STARTS: Final = {
    "zip": (b"PK\x03\x04",),
    "geojson": (b"{",),
    "tiff": (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
}
_OTHER_STARTS: Final = {
    b"version https://git-lfs": "a pointer to a file in large file storage",
    b"<!doctype html": "a web page, perhaps one to log in",
    b"<html": "a web page, perhaps one to log in",
}


@dataclass(frozen=True)
class FetchOptions:
    """How to fetch.

    Attributes
    ----------
    cache : pathlib.Path, optional
        Folder of downloads; otherwise `MALIGEO_CACHE` names it, otherwise it is the
        system's folder for caches.
    sources : pathlib.Path, optional
        A list of downloads of one's own instead of the bundled one.
    progress : callable, optional
        Takes the bytes that are there and, where they are known, all bytes.
    retries : urllib3.util.Retry
        How often to try, and how long to wait in between: by default five times in a row,
        with growing waits of at most a minute.
    timeout_s : tuple of float
        Seconds to wait for a connection, and for the next bytes.
    """

    cache: Path | None = None
    sources: Path | None = None
    progress: Progress | None = None
    retries: Retry = RETRIES
    timeout_s: tuple[float, float] = TIMEOUT_S

    @property
    def folder(self) -> Path:
        """The folder of downloads."""
        return cache.cache_folder(self.cache)


@dataclass(frozen=True)
class Fetched:
    """A file that is in the cache now.

    Attributes
    ----------
    path : pathlib.Path
        The file.
    outcome : str
        "cached": it was there; "by hand": somebody had put it there; "fetched": it came
        now; "unchanged" and "changed": it was asked for again, and was the same or not.
    record : Record
        Where it came from.
    before : Record or None
        What was there before, where it changed.
    """

    path: Path
    outcome: Outcome
    record: Record
    before: Record | None = None


def fetch(
    name: str,
    *,
    edition: str | None = None,
    country: str | None = None,
    accept_licence: bool = False,
    refresh: bool = False,
    options: FetchOptions | None = None,
) -> Path:
    """Give an official file, from the cache or from its publisher.

    A download that breaks off is continued, also by a later call, and a file has its name
    only when it is whole and of the kind that was asked for. A file that is in the cache is
    given without a network, after its hash was compared with that of the day it came.

    Parameters
    ----------
    name : str
        What to fetch: "cod-ab", "geoboundaries", "ucdp-ged" or "worldpop"; `list_downloads`
        lists them with licence, size and address.
    edition : str, optional
        Level, version or year, as the list names them; without it the first one.
    country : str, optional
        ISO 3166-1 alpha-3 code; without it the country of the bundled data.
    accept_licence : bool, default False
        Accept the licence. It is noted in the cache and has to be said once.
    refresh : bool, default False
        Ask the publisher again for a file that is in the cache.
    options : FetchOptions, optional
        Cache, list of downloads, progress, retries and timeouts.

    Returns
    -------
    pathlib.Path
        The file, ready for `read_boundaries`, `read_incidents` or `population`. Next to
        it `<name>.json` records address, SHA-256, date, licence and whom to name.

    Raises
    ------
    UnknownNameError
        If there is no such download.
    ArgumentError
        If there is no such edition, or the licence was not accepted.
    InputFileError
        If the file cannot be had, is not what it should be, or was changed on this disk;
        the message says how to get it by hand.
    OutputFileError
        If the cache cannot be written or has no room.

    Warns
    -----
    UserWarning
        If the publisher has changed the file since it was fetched before.
    """
    options = options or FetchOptions()
    offer = find_offer(name, edition, country=country, sources=options.sources)
    ready = None if refresh else cached(offer, options)
    if ready is not None:
        return ready.path
    if not accept_licence:
        require_accepted(offer, str(offer.licence), options)
    published = resolve(offer, options)
    licence = licence_of(offer, published)
    if accept_licence:
        cache.accept(options.folder, offer.name, licence)
    require_accepted(offer, licence, options)
    fetched = download(offer, published, options)
    if fetched.before is not None:
        warnings.warn(change_message(fetched), stacklevel=2)
    return fetched.path


def cached(offer: Offer, options: FetchOptions) -> Fetched | None:
    """Give a file that is in the cache and as it should be, without a network.

    A file that somebody put there by hand, under the right name, is examined and recorded.

    Returns
    -------
    Fetched or None
        None where it has to be fetched.

    Raises
    ------
    InputFileError
        If the file was changed since it came, or is not what it should be.
    """
    path = options.folder / offer.file
    if not path.is_file():
        return None
    record = cache.read_record(path)
    outcome: Outcome = "cached"
    if record is None:
        outcome = "by hand"
        try:
            record = _examined(offer, path, PublishedFile(""))
        except InputFileError as error:
            raise InputFileError(f"{path}, which was put there by hand: {error}") from error
        cache.write_record(path, record)
    elif not cache.is_unchanged(path, record):
        raise InputFileError(
            f"{path} is not the file that came on {record.fetched}: its bytes have changed. "
            "Fetch it again with refresh, or delete it"
        )
    return _with_rows(offer, Fetched(path, outcome, record))


def resolve(offer: Offer, options: FetchOptions) -> PublishedFile:
    """Ask the publisher where the file is, how large, and under which licence.

    Raises
    ------
    InputFileError
        If the publisher does not say; the message says how to get the file by hand.
    """
    session = HttpsSession(options.retries, options.timeout_s)
    with _advice(offer, options), session:
        if offer.answer == "file":
            return session.describe(offer.address)
        named = read_answer(offer, session.read_json(offer.address))
        there = session.describe(named.address)
        return replace(named, size=there.size or named.size, etag=there.etag)


def licence_of(offer: Offer, published: PublishedFile) -> str:
    """Give the licence that has to be accepted: the publisher's words, where they differ."""
    if not published.licence or offer.licence.is_named_in(published.licence):
        return str(offer.licence)
    return published.licence


def require_accepted(offer: Offer, licence: str, options: FetchOptions) -> None:
    """Refuse a download whose licence nobody has accepted yet.

    Raises
    ------
    ArgumentError
        Naming the licence, the publisher, and how to accept.
    """
    if not cache.is_accepted(options.folder, offer.name, licence):
        raise ArgumentError(
            f"{offer.name} is by {offer.publisher}, under {licence}; accept this licence with "
            "accept_licence (--accept-licence)"
        )


def download(offer: Offer, published: PublishedFile, options: FetchOptions) -> Fetched:
    """Download a file and put it into the cache.

    Parameters
    ----------
    offer : Offer
        What to fetch.
    published : PublishedFile
        What the publisher says of it.
    options : FetchOptions
        Cache, progress, retries and timeouts.

    Returns
    -------
    Fetched

    Raises
    ------
    InputFileError, OutputFileError
        As `fetch` raises.
    """
    path = options.folder / offer.file
    with cache.one_at_a_time(options.folder), _advice(offer, options, published.address):
        before = cache.read_record(path)
        if before is not None and not cache.is_unchanged(path, before):
            before = None
        version = (published.address, published.etag)
        if before is not None and published.etag and version == (before.address, before.etag):
            record = before
        else:
            record = _put(offer, published, options)
    if before is None:
        return _with_rows(offer, Fetched(path, "fetched", record))
    if before.sha256 == record.sha256:
        return _with_rows(offer, Fetched(path, "unchanged", record))
    return _with_rows(offer, Fetched(path, "changed", record, before))


def change_message(fetched: Fetched) -> str:
    """Say that a publisher has changed a file, with the hashes of both."""
    before = fetched.before or fetched.record
    return (
        f"the publisher has changed this file since {before.fetched}: its SHA-256 was "
        f"{before.sha256} and is {fetched.record.sha256}"
    )


def _put(offer: Offer, published: PublishedFile, options: FetchOptions) -> Record:
    """Download, examine, and only then give the file its name."""
    path = options.folder / offer.file
    part = path.with_name(f".{path.name}.part")
    known = offer.sha256 is not None
    transfer = Download(published.address, part, offer.most_bytes, known, options.progress)
    with HttpsSession(options.retries, options.timeout_s) as session:
        etag = transfer.run(session)
    try:
        record = _examined(offer, part, replace(published, etag=etag))
    except InputFileError:
        transfer.forget()
        raise
    # The record goes first: a file without one would count as put there by hand.
    cache.write_record(path, record)
    part.replace(path)
    transfer.forget()
    return record


def _examined(offer: Offer, path: Path, published: PublishedFile) -> Record:
    """Make the record of a file that is of the right kind and has the known hash."""
    require_kind(path, offer.kind)
    sha256 = file_sha256(path)
    if offer.sha256 not in (None, sha256):
        raise InputFileError(
            f"this is not the file that {offer.publisher} published as {offer.edition}: "
            f"its SHA-256 is not {offer.sha256}"
        )
    return Record(
        address=published.address,
        sha256=sha256,
        size=path.stat().st_size,
        fetched=cache.today(),
        licence=licence_of(offer, published),
        attribution=offer.attribution,
        etag=published.etag,
    )


def _with_rows(offer: Offer, fetched: Fetched) -> Fetched:
    """Take the wanted rows out of a download, where rows are wanted and not there yet."""
    if offer.rows is None:
        return fetched
    path = fetched.path.with_name(offer.rows.file)
    record = cache.read_record(path)
    whole = fetched.record.sha256
    if record is None or record.taken_from != whole or not cache.is_unchanged(path, record):
        _write_rows(fetched.path, offer.rows, path)
        record = replace(
            fetched.record, sha256=file_sha256(path), size=path.stat().st_size, taken_from=whole
        )
        cache.write_record(path, record)
    return replace(fetched, path=path, record=record)


@contextmanager
def _advice(offer: Offer, options: FetchOptions, address: str = "") -> Iterator[None]:
    """Add to an error how the file can be got without this program."""
    if not address and offer.answer != "file":
        address = f"{offer.page} (choose {', '.join(offer.wanted)})"
    try:
        yield
    except InputFileError as error:
        raise InputFileError(
            f"{error}\nTo get it by hand, open {address or offer.address} in a browser, save "
            f"the file as {options.folder / offer.file} and give the same command again."
        ) from error


def require_kind(path: Path, kind: str) -> None:
    """Refuse a file that is not what was asked for: a page to log in, a pointer, a cut file.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    kind : str
        "zip", "geojson" or "tiff".

    Raises
    ------
    InputFileError
        Saying what it is instead, or what is unsafe in the archive.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        file.seek(-min(path.stat().st_size, _HEAD_BYTES), 2)
        tail = file.read().rstrip()
    text = head.removeprefix(_BYTE_ORDER_MARK).lstrip()
    if not (text if kind == "geojson" else head).startswith(_STARTS[kind]):
        other = f"something that begins with {head[:16]!r}" if head else "empty"
        known = (name for start, name in _OTHER_STARTS.items() if text.lower().startswith(start))
        raise InputFileError(f"what came is no {kind} file but {next(known, other)}")
    if kind == "geojson" and not tail.endswith(b"}"):
        raise InputFileError("what came is a GeoJSON file that breaks off")
    if kind == "zip":
        _require_safe_archive(path)


def _require_safe_archive(path: Path) -> None:
    """Refuse paths that other programs would follow; our own unzipper ignores them."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise InputFileError(f"what came is a zip archive that does not open: {error}") from error
    for info in infos:
        names = (PurePosixPath(info.filename), PureWindowsPath(info.filename))
        leaves = any(name.is_absolute() or name.drive or ".." in name.parts for name in names)
        if leaves or stat.S_ISLNK(info.external_attr >> 16):
            raise InputFileError(f"the archive that came is not safe: it holds {info.filename!r}")
    require_bounded(path)


def _write_rows(archive: Path, rows: Rows, target: Path) -> None:
    """Write the wanted rows of the one CSV in an archive to a file of their own."""
    with unpacked(archive, frozenset({".csv"})) as members:
        if len(members) != 1:
            raise InputFileError(f"{archive} holds {len(members)} CSV files, not one")
        with (
            _text(members[0].path, "r") as source,
            written_whole(target, is_product=False) as path,
            _text(path, "w") as sink,
        ):
            try:
                count = _copy_rows(source, sink, rows)
            except (csv.Error, ValueError) as error:
                raise InputFileError(f"the CSV in {archive} cannot be read: {error}") from error
            if not count:
                raise InputFileError(f"{archive} has no row with {rows.column} = {rows.equals}")


def _text(path: Path, mode: Literal["r", "w"]) -> TextIO:
    """Open a CSV so that bytes which are no UTF-8 come out as they went in."""
    return path.open(mode, encoding="utf-8", errors="surrogateescape", newline="")


def _copy_rows(source: TextIO, sink: TextIO, rows: Rows) -> int:
    lines, writer = csv.reader(source), csv.writer(sink, lineterminator="\n")
    header = next(lines, [])
    at = [name.removeprefix("\ufeff") for name in header].index(rows.column)
    writer.writerow(header)
    count = 0
    for number, row in enumerate(lines, start=2):
        if len(row) not in (0, len(header)):
            raise ValueError(f"row {number} has {len(row)} of {len(header)} cells")
        if row and row[at] == rows.equals:
            writer.writerow(row)
            count += 1
    return count
