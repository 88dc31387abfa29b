"""From an offer to a file in the cache: licence first, then the download, whole or not at all."""

import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

import pooch

from maligeo.core.errors import ArgumentError, InputFileError, MaligeoError
from maligeo.downloads import answers, connection, contents, storage, transfer
from maligeo.downloads.connection import Found, Patience
from maligeo.downloads.offers import Offer, find_offer
from maligeo.downloads.storage import Record
from maligeo.downloads.transfer import Progress, Wanted
from maligeo.provenance.record import file_sha256

Outcome = Literal["cached", "by hand", "fetched", "unchanged", "changed"]

_NOT_QUICKLY: Final = Patience()


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
    patience : Patience
        How long to try.
    progress : callable, optional
        Takes the bytes that are there and, where they are known, all bytes.
    """

    cache: Path | None = None
    sources: Path | None = None
    patience: Patience = _NOT_QUICKLY
    progress: Progress | None = None

    @property
    def folder(self) -> Path:
        """The folder of downloads."""
        return storage.cache_folder(self.cache)


@dataclass(frozen=True)
class Fetched:
    """A file that is there now.

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
        Cache, list of downloads, patience and progress.

    Returns
    -------
    pathlib.Path
        The file, ready for `read_boundaries`, `read_incidents` or `population`. Beside it
        `<name>.json` records address, SHA-256, date, licence and whom to name.

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
    ready = None if refresh else find_ready(offer, options)
    if ready is not None:
        return ready.path
    if not accept_licence:
        require_accepted(offer, str(offer.licence), options)
    found = look_up(offer, options)
    licence = licence_of(offer, found)
    if accept_licence:
        accept(offer, licence, options)
    require_accepted(offer, licence, options)
    fetched = carry_out(offer, found, options)
    if fetched.before is not None:
        warnings.warn(told_change(fetched), stacklevel=2)
    return fetched.path


def find_ready(offer: Offer, options: FetchOptions) -> Fetched | None:
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
    record = storage.read_record(path)
    outcome: Outcome = "cached"
    if record is None:
        record, outcome = _recorded_by_hand(offer, path), "by hand"
    elif not storage.is_unchanged(path, record):
        raise InputFileError(
            f"{path} is not the file that came on {record.fetched}: its bytes have changed. "
            "Fetch it again with refresh, or delete it"
        )
    return _handed_on(offer, Fetched(path, outcome, record))


def look_up(offer: Offer, options: FetchOptions) -> Found:
    """Ask the publisher where the file is, how large, and under which licence.

    Raises
    ------
    InputFileError
        If it cannot be told; the message says how to get the file by hand.
    """
    with _advice(offer, options):
        if offer.answer == "file":
            return connection.look(offer.address, options.patience)
        answer = connection.read_json(offer.address, options.patience)
        found = answers.read_answer(offer, answer)
        there = connection.look(found.address, options.patience)
        return replace(found, size=there.size or found.size, etag=there.etag)


def licence_of(offer: Offer, found: Found) -> str:
    """Give the licence that has to be accepted: the publisher's words, where they differ."""
    if not found.licence or offer.licence.is_named_in(found.licence):
        return str(offer.licence)
    return found.licence


def accept(offer: Offer, licence: str, options: FetchOptions) -> None:
    """Note in the cache that a licence was accepted."""
    storage.accept(options.folder, offer.name, licence, date=_today())


def accepted(offer: Offer, licence: str, options: FetchOptions) -> bool:
    """Tell whether a licence was accepted in this cache."""
    return storage.is_accepted(options.folder, offer.name, licence)


def require_accepted(offer: Offer, licence: str, options: FetchOptions) -> None:
    """Refuse a download whose licence nobody has accepted yet.

    Raises
    ------
    ArgumentError
        Naming the licence, the publisher, and how to accept.
    """
    if not accepted(offer, licence, options):
        raise ArgumentError(
            f"{offer.name} is by {offer.publisher}, under {licence}; accept this licence with "
            "accept_licence=True (--accept-licence)"
        )


def carry_out(offer: Offer, found: Found, options: FetchOptions) -> Fetched:
    """Download a file and put it into the cache.

    Parameters
    ----------
    offer : Offer
        What to fetch.
    found : Found
        What the publisher told of it.
    options : FetchOptions
        Cache, patience and progress.

    Returns
    -------
    Fetched

    Raises
    ------
    InputFileError, OutputFileError
        As `fetch` raises.
    """
    path = options.folder / offer.file
    with storage.one_at_a_time(options.folder), _advice(offer, options, found.address):
        before = storage.read_record(path)
        if before is not None and not storage.is_unchanged(path, before):
            before = None
        if before is not None and _is_same(before, found):
            fetched = Fetched(path, "unchanged", before)
        else:
            record = _put(offer, found, path, options)
            fetched = _compared(path, before, record)
    return _handed_on(offer, fetched)


def told_change(fetched: Fetched) -> str:
    """Say that a publisher has changed a file, and by which hashes one can tell."""
    before = fetched.before or fetched.record
    return (
        f"the publisher has changed this file since {before.fetched}: its SHA-256 was "
        f"{before.sha256} and is {fetched.record.sha256}"
    )


def _is_same(before: Record, found: Found) -> bool:
    return bool(found.etag) and (before.address, before.etag) == (found.address, found.etag)


def _compared(path: Path, before: Record | None, record: Record) -> Fetched:
    if before is None:
        return Fetched(path, "fetched", record)
    if before.sha256 == record.sha256:
        return Fetched(path, "unchanged", record)
    return Fetched(path, "changed", record, before)


def _put(offer: Offer, found: Found, path: Path, options: FetchOptions) -> Record:
    """Download, examine, and only then give the file its name."""
    part = path.with_name(f".{path.name}.part")
    arrived = path.with_name(f".{path.name}.arrived")
    arrived.unlink(missing_ok=True)
    wanted = Wanted(found.address, part, offer.most_bytes, known=offer.sha256 is not None)
    etag: list[str] = []

    def bring(_address: str, target: str, _pooch: object) -> None:
        etag.append(transfer.download(wanted, patience=options.patience, progress=options.progress))
        part.replace(target)
        transfer.forget(part)

    try:
        _retrieve(offer, found.address, arrived, bring)
        contents.require_kind(arrived, offer.kind)
        record = _record(offer, arrived, licence_of(offer, found), found.address, etag[0])
        # The record goes first: a file without one would count as put there by hand.
        storage.write_record(path, record)
        arrived.replace(path)
    finally:
        arrived.unlink(missing_ok=True)
    return record


def _retrieve(
    offer: Offer, address: str, arrived: Path, bring: Callable[[str, str, object], None]
) -> None:
    """Let pooch keep the download under a name of its own until its hash is compared."""
    try:
        with _quiet():
            pooch.retrieve(address, offer.sha256, arrived.name, arrived.parent, downloader=bring)
    except MaligeoError:
        raise
    except ValueError as error:
        raise InputFileError(
            f"what came is not the file that {offer.publisher} published as {offer.edition}: "
            f"its SHA-256 is not {offer.sha256}"
        ) from error


def _handed_on(offer: Offer, fetched: Fetched) -> Fetched:
    """Take the wanted rows out of a download, where rows are wanted and not there yet."""
    if offer.rows is None:
        return fetched
    path = fetched.path.with_name(offer.rows.file)
    there = storage.read_record(path)
    whole = fetched.record
    if there is None or there.taken_from != whole.sha256 or not storage.is_unchanged(path, there):
        contents.choose_rows(fetched.path, offer.rows, path)
        there = replace(
            whole, sha256=file_sha256(path), size=path.stat().st_size, taken_from=whole.sha256
        )
        storage.write_record(path, there)
    return replace(fetched, path=path, record=there)


def _recorded_by_hand(offer: Offer, path: Path) -> Record:
    try:
        contents.require_kind(path, offer.kind)
    except InputFileError as error:
        raise InputFileError(f"{path}, which was put there by hand: {error}") from error
    record = _record(offer, path, str(offer.licence), "", "")
    if offer.sha256 not in (None, record.sha256):
        raise InputFileError(
            f"{path}, which was put there by hand, is not {offer.name} {offer.edition}: its "
            f"SHA-256 is {record.sha256}, not {offer.sha256}"
        )
    storage.write_record(path, record)
    return record


def _record(offer: Offer, path: Path, licence: str, address: str, etag: str) -> Record:
    return Record(
        address=address,
        sha256=file_sha256(path),
        size=path.stat().st_size,
        fetched=_today(),
        licence=licence,
        attribution=offer.attribution,
        etag=etag,
    )


@contextmanager
def _advice(offer: Offer, options: FetchOptions, address: str = "") -> Iterator[None]:
    """Add to an error how the file can be got without this program."""
    try:
        yield
    except InputFileError as error:
        raise InputFileError(f"{error}\n{by_hand(offer, options, address)}") from error


def by_hand(offer: Offer, options: FetchOptions, address: str = "") -> str:
    """Say how to get a file by hand: where it is, and how to name it."""
    if not address and offer.answer != "file":
        address = f"{offer.page} (choose {', '.join(offer.wanted)})"
    return (
        f"To get it by hand, open {address or offer.address} in a browser, save the file as "
        f"{options.folder / offer.file} and give the same command again."
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep pooch from telling on the standard error stream what the caller tells better."""
    logger = pooch.get_logger()
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
