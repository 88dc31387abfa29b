"""Requests to publishers: certificates checked, redirects to safe addresses alone."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from maligeo.core.errors import InputFileError

MOST_REDIRECTS: Final = 10
MOST_ANSWER_BYTES: Final = 8_000_000
CHUNK_BYTES: Final = 1 << 16

_THIS_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_GONE: Final = frozenset({404, 410})
_BROKEN_LINE: Final = (requests.exceptions.ConnectionError, requests.exceptions.Timeout)


class PassingFaultError(Exception):
    """Something that may be better at the next try.

    Parameters
    ----------
    reason : str
        What went wrong, as the end of a sentence.
    wait_s : float, optional
        Seconds that the server asks to wait.
    """

    def __init__(self, reason: str, wait_s: float = 0.0) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


@dataclass(frozen=True)
class Patience:
    """How long to try.

    Attributes
    ----------
    tries : int
        Tries in a row that bring nothing new before it is given up.
    first_wait_s, longest_wait_s : float
        Seconds to wait after the first such try, doubled after each further one, and
        the most.
    connect_s, read_s : float
        Seconds to wait for a connection, and for the next bytes.
    """

    tries: int = 5
    first_wait_s: float = 1.0
    longest_wait_s: float = 60.0
    connect_s: float = 15.0
    read_s: float = 60.0

    def wait(self, failed: int, asked_s: float) -> None:
        """Wait after so many failed tries in a row, or as long as the server asks."""
        own = self.first_wait_s * 2.0 ** max(failed - 1, 0)
        time.sleep(min(max(own, asked_s), self.longest_wait_s))


@dataclass(frozen=True)
class Found:
    """A file as its publisher describes it.

    Attributes
    ----------
    address : str
        Address of the file itself.
    size : int or None
        Bytes, where they are told.
    licence : str
        Licence in the publisher's words; empty where none is told with the file.
    etag : str
        Version of the file, where the server tells one.
    """

    address: str
    size: int | None = None
    licence: str = ""
    etag: str = ""


def tried(action: Callable[[], Any], patience: Patience) -> Any:
    """Do something again while its faults pass.

    Raises
    ------
    InputFileError
        If the last try fails too.
    """
    failed = 0
    while True:
        try:
            return action()
        except PassingFaultError as fault:
            failed += 1
            if failed >= patience.tries:
                raise given_up(fault, failed) from fault
            patience.wait(failed, fault.wait_s)


def given_up(fault: PassingFaultError, failed: int) -> InputFileError:
    """Make the error that tells of the last of several failed tries."""
    tries = "1 try" if failed == 1 else f"{failed} tries"
    return InputFileError(f"{fault} ({tries} without success)")


def require_safe(address: str, *, local: bool) -> None:
    """Refuse an address that is neither https nor, where that is allowed, on this machine.

    Raises
    ------
    InputFileError
        Naming the address without what follows its path.
    """
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        named = bool(parts.username or parts.password)
    except ValueError as error:
        raise InputFileError(f"{address!r} is no address: {error}") from error
    here = host in _THIS_MACHINE
    allowed = parts.scheme == "https" or (parts.scheme == "http" and here)
    if not host or not allowed or named or (here and not local):
        raise InputFileError(f"{plain(address)} is not followed: only https addresses are safe")


def is_local(address: str) -> bool:
    """Tell whether an address is on this machine."""
    return urlsplit(address).hostname in _THIS_MACHINE


def plain(address: str) -> str:
    """Give an address without what may be somebody's key: its user and its query."""
    scheme, mark, rest = address.partition("?")[0].partition("#")[0].partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}"


@contextmanager
def opened(
    method: str, address: str, *, headers: Mapping[str, str], patience: Patience
) -> Iterator[requests.Response]:
    """Send a request, follow its redirects, and give the answer with its body unread.

    Yields
    ------
    requests.Response
        With a status below 400, or 416; to a request without content also any other.

    Raises
    ------
    PassingFaultError
        If the line breaks or the server is busy.
    InputFileError
        If the answer is an error that stays, or leads to an unsafe address.
    """
    own = {"User-Agent": f"maligeo/{version('maligeo')}", "Accept-Encoding": "identity"}
    local = is_local(address)
    with requests.Session() as session:
        for _ in range(MOST_REDIRECTS + 1):
            require_safe(address, local=local)
            response = _send(session, method, address, own | dict(headers), patience)
            target = _target(session, address, response)
            if target is None:
                break
            response.close()
            address = target
        else:
            raise InputFileError(f"{plain(address)} is redirected more than {MOST_REDIRECTS} times")
        with response:
            _require_good(response)
            yield response


def look(address: str, patience: Patience) -> Found:
    """Ask for size and version of a file without its content.

    Returns
    -------
    Found
        Without size and version where the server does not answer such requests.

    Raises
    ------
    InputFileError
        If the file cannot be reached.
    """

    def asked() -> Found:
        with opened("HEAD", address, headers={}, patience=patience) as response:
            if response.status_code >= 400:
                return Found(address)
            return Found(address, length_of(response), etag=response.headers.get("ETag", ""))

    found: Found = tried(asked, patience)
    return found


def read_json(address: str, patience: Patience) -> Any:
    """Read a small JSON answer.

    Raises
    ------
    InputFileError
        If it cannot be had, is larger than 8 MB, or is no JSON.
    """

    def asked() -> bytes:
        with opened("GET", address, headers={}, patience=patience) as response:
            content = b""
            for chunk in chunks(response):
                content += chunk
                if len(content) > MOST_ANSWER_BYTES:
                    raise InputFileError(f"{plain(address)} answers more than 8 MB")
            return content

    content = tried(asked, patience)
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InputFileError(f"{plain(address)} does not answer with JSON") from error


def chunks(response: requests.Response) -> Iterator[bytes]:
    """Give the body in pieces.

    Raises
    ------
    PassingFaultError
        If the line breaks.
    InputFileError
        If the body is packed though that was not asked for: its bytes would not be
        those of the file.
    """
    if response.headers.get("Content-Encoding", "identity").casefold() != "identity":
        raise InputFileError(f"{plain(response.url)} sends a packed body that was not asked for")
    try:
        # Bytes are taken as they come: whatever came before a line breaks is kept.
        while chunk := response.raw.read1(CHUNK_BYTES, decode_content=False):
            yield chunk
    except urllib3.exceptions.HTTPError as error:
        raise PassingFaultError(f"the connection to {_host(response.url)} broke") from error


def length_of(response: requests.Response) -> int | None:
    """Give the announced length of a body."""
    text = response.headers.get("Content-Length", "")
    return int(text) if text.isascii() and text.isdecimal() else None


def _send(
    session: requests.Session,
    method: str,
    address: str,
    headers: Mapping[str, str],
    patience: Patience,
) -> requests.Response:
    waits = (patience.connect_s, patience.read_s)
    try:
        request = session.prepare_request(requests.Request(method, address, headers=dict(headers)))
        # Not by session.send: it reads the body of a redirect, however long that is.
        proxies_and_certificates = session.merge_environment_settings(address, {}, True, True, None)
        adapter = session.get_adapter(request.url or address)
        return adapter.send(request, timeout=waits, **proxies_and_certificates)
    except requests.exceptions.SSLError as error:
        raise InputFileError(
            f"the certificate of {_host(address)} cannot be verified: the clock of this machine "
            "may be wrong, or the network between may read along"
        ) from error
    except _BROKEN_LINE as error:
        raise PassingFaultError(f"{_host(address)} cannot be reached") from error
    except requests.exceptions.RequestException as error:
        raise InputFileError(f"{plain(address)} cannot be asked: {error}") from error


def _target(session: requests.Session, address: str, response: requests.Response) -> str | None:
    """Give the address that an answer redirects to, or None."""
    try:
        target = session.get_redirect_target(response)
        return None if target is None else urljoin(address, target)
    except ValueError as error:
        response.close()
        raise InputFileError(f"{plain(address)} redirects to what is no address") from error


def _require_good(response: requests.Response) -> None:
    status = response.status_code
    if status < 400 or status == 416:
        return
    if response.request.method == "HEAD":
        return  # some servers refuse such requests for files that they give
    where = plain(response.url)
    if status in _PASSING:
        raise PassingFaultError(f"{where} answers {status}", _asked_wait(response))
    if status in _GONE:
        raise InputFileError(f"{where} is not there ({status}): it may have been moved")
    raise InputFileError(f"{where} answers {status}")


def _asked_wait(response: requests.Response) -> float:
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdecimal() else 0.0


def _host(address: str) -> str:
    return urlsplit(address).hostname or address
