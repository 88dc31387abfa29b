"""Records that an interface gives in pages, put together to one table."""

import csv
import io
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from maligeo.core.errors import InputFileError
from maligeo.downloads.accounts import Ask, sign_in
from maligeo.downloads.addresses import plain
from maligeo.downloads.http import HttpsSession
from maligeo.downloads.kinds import require_headings
from maligeo.downloads.offers import Offer, Pages


@dataclass(frozen=True)
class Manners:
    """How to go about with an interface.

    Attributes
    ----------
    ask : callable, optional
        Gives what an account needs and the environment does not have.
    wait : callable
        Waits for so many seconds.
    """

    ask: Ask | None = None
    wait: Callable[[float], None] = time.sleep


def read_pages(session: HttpsSession, offer: Offer, manners: Manners) -> str:
    """Read all pages of an interface, one request after the other.

    The last page is one without records: how many an interface gives at most may change, and
    a page that is shorter than asked for is none that says that it is the last.

    Parameters
    ----------
    session : HttpsSession
        Over which is asked.
    offer : Offer
        What to ask, with its `pages`.
    manners : Manners
        How.

    Returns
    -------
    str
        CSV, with the columns of the records.

    Raises
    ------
    InputFileError
        If a page cannot be had, is not of records, repeats another, has other columns, or if
        there is no record at all.
    ArgumentError
        As `sign_in` raises.
    """
    pages = offer.pages or Pages("page", 1, 0)
    headers = sign_in(session, offer, manners.ask)
    records: list[Mapping[str, Any]] = []
    last: list[Mapping[str, Any]] = []
    for number in range(offer.most_bytes):
        if number:
            manners.wait(pages.pause_s)
        address = address_of(
            offer, pages.rows, len(records) if pages.counter == "offset" else number + 1
        )
        found = read_records(session, offer, address, headers)
        if not found:
            break
        if found == last:
            raise InputFileError(f"{plain(address)} gives the same page twice")
        records, last = records + found, found
    if not records:
        raise InputFileError(
            f"{offer.publisher} gives no record for {offer.edition}: there may be none yet, or "
            "none that this account may see"
        )
    return _table(records, offer)


def address_of(offer: Offer, rows: int, position: int) -> str:
    """Give the address of a page."""
    counter = offer.pages.counter if offer.pages else "page"
    return f"{offer.address}&limit={rows}&{counter}={position}"


def read_records(
    session: HttpsSession, offer: Offer, address: str, headers: Mapping[str, str]
) -> list[Mapping[str, Any]]:
    """Read the records of a page.

    Raises
    ------
    InputFileError
        If it cannot be had, or is not of records.
    """
    answer = session.read_json(address, headers, most_bytes=offer.most_bytes)
    found = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise InputFileError(f"{plain(address)} does not answer with records")
    return found


def _table(records: list[Mapping[str, Any]], offer: Offer) -> str:
    names = list(records[0])
    require_headings(names, offer.columns)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    for number, record in enumerate(records, start=1):
        if list(record) != names and set(record) != set(names):
            raise InputFileError(
                f"record {number} of {offer.name} has other columns than those before: the "
                "publisher has changed them"
            )
        writer.writerow([_cell(record[name]) for name in names])
    return text.getvalue()


def _cell(value: Any) -> str:
    """Write a value as it stands; nothing is an empty cell, and what has parts stays JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
