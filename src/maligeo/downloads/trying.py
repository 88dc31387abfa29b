"""Whether the addresses of the list still hold: asked, looked at by their first bytes, told."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from maligeo.core.errors import ArgumentError, InputFileError
from maligeo.downloads.accounts import not_given, sign_in
from maligeo.downloads.fetching import FetchOptions, ask_publisher, parts_of
from maligeo.downloads.http import HttpsSession
from maligeo.downloads.kinds import headings, kind_of, require_headings, require_start
from maligeo.downloads.offers import Offer, PublishedFile
from maligeo.downloads.pages import address_of, read_records

Finding = Literal["it works", "it differs", "it fails", "not tried here"]

_FIRST_BYTES: Final = 4096
_PAUSE_S: Final = 1.0


@dataclass(frozen=True)
class Trial:
    """What came of asking for one file.

    Attributes
    ----------
    name, editions : str
        What was tried.
    finding : str
        "it works"; "it differs", where there is something else than the list says; "it fails"; "not
        tried", where an account is needed and not there.
    said : tuple of str
        Size, licence, or what is wrong; no path of this machine and nothing of an account.
    """

    name: str
    editions: str
    finding: Finding
    said: tuple[str, ...]


def try_offers(offers: list[Offer], options: FetchOptions) -> Iterator[Trial]:
    """Try what can be downloaded, each address once, without downloading it.

    Parameters
    ----------
    offers : list of Offer
        As `maligeo.list_downloads` gives them.
    options : FetchOptions
        Retries, timeouts, and how to wait: a second between two offers. Accounts are taken
        from the environment alone.

    Yields
    ------
    Trial
        One for each address.
    """
    editions: dict[str, list[str]] = {}
    firsts: dict[str, Offer] = {}
    for offer in offers:
        editions.setdefault(offer.address, []).append(offer.edition)
        firsts.setdefault(offer.address, offer)
        for part in parts_of(offer):
            editions.setdefault(part.address, []).append(part.file)
            firsts.setdefault(part.address, part)
    for number, (address, offer) in enumerate(firsts.items()):
        if number:
            options.wait(_PAUSE_S)
        yield _trial(offer, ", ".join(dict.fromkeys(editions[address])), options)


def _trial(offer: Offer, editions: str, options: FetchOptions) -> Trial:
    if not_given(offer):
        names = " and ".join(not_given(offer))
        return Trial(
            offer.name, editions, "not tried here", (f"{names} are not in the environment",)
        )
    try:
        published = ask_publisher(offer, options)
    except ArgumentError as error:  # the data set has several files: its interface answers
        return Trial(offer.name, editions, "it works", (str(error),))
    except InputFileError as error:
        return Trial(offer.name, editions, "it fails", (str(error),))
    said = [] if published.size is None else [f"{published.size} bytes"]
    finding: Finding = "it works"
    known = offer.licence
    if published.licence:
        said.append(f"licence: {published.licence}")
        if known.signs and not known.is_named_in(published.licence):
            finding = "it differs"
    try:
        _look(offer, published, options)
    except InputFileError as error:
        return Trial(offer.name, editions, "it fails", (*said, str(error)))
    return Trial(offer.name, editions, finding, tuple(said))


def _look(offer: Offer, published: PublishedFile, options: FetchOptions) -> None:
    """Look at the first bytes, or at one record, of what is there."""
    is_paged = offer.answer == "pages"
    with HttpsSession(options.retries, options.timeout_s, one_host=is_paged) as session:
        if is_paged:
            headers = sign_in(session, offer, None)
            start = 0 if offer.pages and offer.pages.counter == "offset" else 1
            records = read_records(session, offer, address_of(offer, 1, start), headers)
            require_headings(list(records[0]) if records else [], offer.columns)
            return
        head = session.peek(published.address, _FIRST_BYTES)
    kind = kind_of(offer.kind, published.edition or offer.file)
    require_start(head, kind)
    if kind == "csv":
        require_headings(headings(head), offer.columns)
