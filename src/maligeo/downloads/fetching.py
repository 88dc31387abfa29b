"""From an offer to a file in the cache: licence first, then the download, whole or not at all."""

import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from urllib3.util import Retry

from maligeo.core.errors import ArgumentError, InputFileError
from maligeo.core.files import written_whole
from maligeo.downloads import cache
from maligeo.downloads.accounts import Ask
from maligeo.downloads.answers import read_answer
from maligeo.downloads.cache import Record
from maligeo.downloads.http import RETRIES, TIMEOUT_S, Download, HttpsSession, Progress
from maligeo.downloads.kinds import HEAD_BYTES, headings, kind_of, require_headings, require_kind
from maligeo.downloads.making import make
from maligeo.downloads.offers import Offer, PublishedFile, find_offer
from maligeo.downloads.pages import Manners, read_pages
from maligeo.provenance.record import file_sha256
from maligeo.readers.files.archives import Limits

Outcome = Literal["cached", "by hand", "fetched", "unchanged", "changed"]


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
    output : pathlib.Path, optional
        Where a file goes that must not lie in a cache, since its terms forbid to pass it on
        (ACLED). Nobody but its owner may read it.
    ask : callable, optional
        Takes the name of a variable of the environment that an account needs and that is not
        there, such as "ACLED_PASSWORD", and gives its value. What it gives is not kept.
    wait : callable
        Waits for so many seconds between two requests to an interface that asks for it.
    """

    cache: Path | None = None
    sources: Path | None = None
    progress: Progress | None = None
    retries: Retry = RETRIES
    timeout_s: tuple[float, float] = TIMEOUT_S
    output: Path | None = None
    ask: Ask | None = None
    wait: Callable[[float], None] = time.sleep

    @property
    def folder(self) -> Path:
        """The folder of downloads."""
        return cache.cache_folder(self.cache)


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
        What to fetch, such as "cod-ab", "geonames" or "hdx"; `list_downloads` lists them with
        licence, size and address.
    edition : str, optional
        Level, version, year or data set, as the list names them; without it the first one,
        where there is a first one.
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
        The file, ready for `read_boundaries`, `read_incidents`, `read_gazetteer` or
        `population`. Next to it `<name>.json` records address, SHA-256, date, licence, whom
        to name, and what a reader has to know of it (`remarks`).

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
    if not accept_licence and offer.licence.signs:
        require_accepted(offer, str(offer.licence), options)
    require_output(offer, options)
    published = resolve(offer, options)
    offer = settled(offer, published, country, options)
    licence = licence_of(offer, published)
    if accept_licence:
        cache.accept(options.folder, offer.accepted_as, licence)
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
    if offer.private or not all((options.folder / file).is_file() for file in offer.files):
        return None
    found = [_found(one, options) for one in (offer, *parts_of(offer))]
    outcome: Outcome = "cached" if all(one.outcome == "cached" for one in found) else "by hand"
    return _finished(offer, replace(found[0], outcome=outcome), options)


def _found(offer: Offer, options: FetchOptions) -> Fetched:
    """Give one file that is in the cache, as it came or as somebody put it there."""
    path = options.folder / offer.file
    record = cache.read_record(path)
    if record is None:
        try:
            record = _examined(offer, path, PublishedFile(""))
        except InputFileError as error:
            raise InputFileError(f"{path}, which was put there by hand: {error}") from error
        cache.write_record(path, record)
        return Fetched(path, "by hand", record)
    if not cache.is_unchanged(path, record):
        raise InputFileError(
            f"{path} is not the file that came on {record.fetched}: its bytes have changed. "
            "Fetch it again with refresh, or delete it"
        )
    return Fetched(path, "cached", record)


def parts_of(offer: Offer) -> list[Offer]:
    """Give what else belongs to a download as offers of their own."""
    alone = replace(offer, also=(), made=None, answer="file", sha256=None, columns=())
    return [
        replace(alone, address=part.address, file=part.file, kind=part.kind) for part in offer.also
    ]


def resolve(offer: Offer, options: FetchOptions) -> PublishedFile:
    """Ask the publisher where the file is, how large, and under which licence.

    Raises
    ------
    InputFileError
        If the publisher does not say; the message says how to get the file by hand.
    """
    with _advice(offer, options):
        return ask_publisher(offer, options)


def ask_publisher(offer: Offer, options: FetchOptions) -> PublishedFile:
    """Ask as `resolve` does; an error says nothing of this machine.

    Raises
    ------
    InputFileError
        If the publisher does not say.
    ArgumentError
        If a data set has several files and none is asked for.
    """
    with HttpsSession(options.retries, options.timeout_s) as session:
        if offer.answer == "file":
            return session.describe(offer.address)
        if offer.answer == "pages":
            return PublishedFile(offer.address)
        named = read_answer(offer, session.read_json(offer.address))
        there = session.describe(named.address)
        return replace(named, size=there.size or named.size, etag=there.etag)


def settled(
    offer: Offer, published: PublishedFile, country: str | None, options: FetchOptions
) -> Offer:
    """Give the offer of the very file, where its publisher had to name it first."""
    if not published.edition:
        return offer
    return find_offer(offer.name, published.edition, country=country, sources=options.sources)


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
    if not cache.is_accepted(options.folder, offer.accepted_as, licence):
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
    with cache.one_at_a_time(options.folder):
        fetched = _fetched(offer, published, options)
        for further in parts_of(offer):
            known = options.folder / further.file
            if fetched.outcome != "fetched" or not known.is_file():
                _fetched(further, resolve(further, options), options)
        return _finished(offer, fetched, options, anew=True)


def _fetched(offer: Offer, published: PublishedFile, options: FetchOptions) -> Fetched:
    """Download one file, and compare it with the one that was there."""
    with _advice(offer, options, published.address):
        if offer.private:
            return _write_private(offer, published, options)
        path = options.folder / offer.file
        before = cache.read_record(path)
        if before is not None and not cache.is_unchanged(path, before):
            before = None
        version = (published.address, published.etag)
        if before is not None and published.etag and version == (before.address, before.etag):
            record = before
        else:
            record = _put(offer, published, options)
    if before is None:
        return Fetched(path, "fetched", record)
    if before.sha256 == record.sha256:
        return Fetched(path, "unchanged", record)
    return Fetched(path, "changed", record, before)


def change_message(fetched: Fetched) -> str:
    """Say that a publisher has changed a file, with the hashes of both."""
    before = fetched.before or fetched.record
    return (
        f"the publisher has changed this file since {before.fetched}: its SHA-256 was "
        f"{before.sha256} and is {fetched.record.sha256}"
    )


def require_output(offer: Offer, options: FetchOptions) -> None:
    """Refuse to fetch what may not be passed on without a place of its own."""
    if offer.private and options.output is None:
        raise ArgumentError(
            f"the terms of {offer.publisher} forbid to pass {offer.name} on, so that it does "
            "not go into the cache: say where it shall be written, as by -o list.csv"
        )


def _put(offer: Offer, published: PublishedFile, options: FetchOptions) -> Record:
    """Download, examine, and only then give the file its name."""
    path = options.folder / offer.file
    part = path.with_name(f".{path.name}.part")
    known = offer.sha256 is not None
    transfer = Download(published.address, part, offer.most_bytes, known, options.progress)
    if offer.answer == "pages":
        part.write_text(_pages(offer, options), encoding="utf-8", newline="")
        etag = ""
    else:
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


def _pages(offer: Offer, options: FetchOptions) -> str:
    with HttpsSession(options.retries, options.timeout_s, one_host=True) as session:
        return read_pages(session, offer, Manners(options.ask, options.wait))


def _write_private(offer: Offer, published: PublishedFile, options: FetchOptions) -> Fetched:
    """Write what may not be passed on where the user says, for the user's eyes alone."""
    require_output(offer, options)
    path = (options.output or Path()).expanduser().absolute()
    text = _pages(offer, options)
    with written_whole(path, private=True) as draft:
        draft.write_text(text, encoding="utf-8", newline="")
        record = _examined(offer, draft, published)
    return Fetched(path, "fetched", record)


def _examined(offer: Offer, path: Path, published: PublishedFile) -> Record:
    """Make the record of a file that is of the right kind and has the known hash."""
    require_kind(path, kind_of(offer.kind, offer.file), Limits(members=offer.members))
    if offer.columns and offer.kind == "csv":
        with path.open("rb") as file:
            require_headings(headings(file.read(HEAD_BYTES)), offer.columns)
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
        attribution=published.attribution or offer.attribution,
        etag=published.etag,
    )


def _finished(
    offer: Offer, fetched: Fetched, options: FetchOptions, *, anew: bool = False
) -> Fetched:
    """Make what is made of a download, where it is not there yet or is asked for anew."""
    if offer.made is None:
        return fetched
    path = options.folder / offer.made.file
    files = [options.folder / file for file in offer.files]
    records = [cache.read_record(file) for file in files[1:]]
    parts = [fetched.record.sha256, *(one.sha256 for one in records if one is not None)]
    whole = " ".join(parts)
    record = cache.read_record(path)
    is_there = record is not None and record.taken_from == whole
    if anew or record is None or not is_there or not cache.is_unchanged(path, record):
        remarks = make(offer.made, files, path)
        record = replace(
            fetched.record,
            sha256=file_sha256(path),
            size=path.stat().st_size,
            taken_from=whole,
            remarks=remarks,
        )
        cache.write_record(path, record)
    return replace(fetched, path=path, record=record)


@contextmanager
def _advice(offer: Offer, options: FetchOptions, address: str = "") -> Iterator[None]:
    """Add to an error how the file can be got without this program."""
    if not address and offer.answer != "file":
        address = f"{offer.page} (choose {', '.join(filter(None, offer.wanted))})"
    if offer.answer == "pages":  # what is put together of many answers is got in no other way
        yield
        return
    try:
        yield
    except InputFileError as error:
        raise InputFileError(
            f"{error}\nTo get it by hand, open {address or offer.address} in a browser, save "
            f"the file as {options.folder / offer.file} and give the same command again."
        ) from error
