"""Requests to publishers over bad lines: safe redirects, retries, and downloads that continue.

The bytes of a download that came so far wait in a part file. A note next to it says which
version of the file they belong to: an ETag, or a date of change that is old enough to be one
(RFC 9110, sections 8.8 and 13.1.5). The next attempt asks for the rest of that very version
with `Range` and `If-Range`; a server that has another one, or cannot continue, sends the whole
file, and the part starts again.
"""

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, MaxRetryError, ProtocolError
from urllib3.util import Retry

from maligeo.core.errors import InputFileError, MaligeoError, OutputFileError
from maligeo.core.files import written_whole
from maligeo.core.version import release
from maligeo.downloads.addresses import is_local, parse_count, plain, require_safe
from maligeo.downloads.offers import PublishedFile

Progress = Callable[[int, int | None], None]

_BUSY: Final = (408, 425, 429, 500, 502, 503, 504)
# `other` is what neither connecting nor reading again can mend, such as a wrong certificate.
RETRIES: Final = Retry(
    4, other=0, status_forcelist=_BUSY, backoff_factor=1, retry_after_max=60, raise_on_status=False,
    allowed_methods=("HEAD", "GET", "POST"),  # what is posted asks for a token, and changes nothing
)  # fmt: skip
TIMEOUT_S: Final = (15.0, 60.0)

_MOST_ANSWER_BYTES: Final = 8_000_000
_CHUNK_BYTES: Final = 1 << 16
_ROOM_LEFT_BYTES: Final = 10_000_000
_MILLION: Final = 1_000_000
_RANGE: Final = re.compile(r"bytes (\d{1,18})-\d+/(\d{1,18})")
_SURELY_OLD: Final = timedelta(seconds=60)
_T = TypeVar("_T")


class HttpsSession(requests.Session):
    """A session that checks certificates, follows safe redirects alone, and tries again.

    Parameters
    ----------
    retries : urllib3.util.Retry
        How often to try, and how long to wait in between.
    timeout_s : tuple of float
        Seconds to wait for a connection, and for the next bytes.
    one_host : bool, default False
        Whether a redirect to another host is refused: it would learn who asks.
    """

    def __init__(
        self, retries: Retry, timeout_s: tuple[float, float], *, one_host: bool = False
    ) -> None:
        super().__init__()
        self.retries = retries
        self.one_host = one_host
        self.timeout_s = timeout_s
        self.stream = True
        self.max_redirects = 10
        agent = f"maligeo/{release()}"
        self.headers.update({"User-Agent": agent, "Accept-Encoding": "identity"})
        for scheme in ("https://", "http://"):
            self.mount(scheme, HTTPAdapter(max_retries=retries))

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Give the address that an answer redirects to, or None.

        Raises
        ------
        InputFileError
            If it is no address, or not a safe one.
        """
        if not resp.is_redirect:
            return None
        resp.close()  # otherwise its body is read, however long it is
        try:
            target = super().get_redirect_target(resp) or ""
            address = urljoin(resp.url, target)
        except ValueError as error:
            raise InputFileError(f"{plain(resp.url)} redirects to what is no address") from error
        require_safe(address, local=is_local(resp.url))
        if self.one_host and urlsplit(address).netloc != urlsplit(resp.url).netloc:
            raise InputFileError(
                f"{plain(resp.url)} redirects to {plain(address)}, which is not told who asks"
            )
        return target

    @contextmanager
    def ask(
        self,
        method: str,
        address: str,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Iterator[requests.Response]:
        """Send a request, and give the answer with its body unread.

        Parameters
        ----------
        method, address : str
            What to ask.
        headers, form : mapping of str to str, optional
            What to send along.

        Yields
        ------
        requests.Response
            With a status below 400, or 416; to a HEAD request also any other, since some
            servers refuse such requests for files that they give.

        Raises
        ------
        InputFileError
            If the server cannot be reached, answers with an error, or redirects to an
            unsafe address.
        """
        require_safe(address, local=is_local(address))
        host, where = urlsplit(address).hostname, plain(address)
        try:
            response = self.request(
                method, address, headers=headers, data=form, timeout=self.timeout_s
            )
        except requests.exceptions.SSLError as error:
            raise InputFileError(
                f"the certificate of {host} cannot be verified: the clock of this machine "
                "may be wrong, or the network between may read along"
            ) from error
        except (requests.ConnectionError, requests.Timeout) as error:
            raise InputFileError(f"{host} cannot be reached {self._given_up}") from error
        except requests.TooManyRedirects as error:
            raise InputFileError(f"{where} is redirected more than 10 times") from error
        except requests.RequestException as error:
            raise InputFileError(f"{where} cannot be asked: {error}") from error
        with response:
            if method != "HEAD":
                self._require_good(response)
            yield response

    def describe(self, address: str) -> PublishedFile:
        """Ask for size and version of a file without its content.

        Returns
        -------
        PublishedFile
            Without size and version where the server does not answer such requests.

        Raises
        ------
        InputFileError
            As `ask` raises.
        """
        with self.ask("HEAD", address) as response:
            if response.status_code >= 400:
                return PublishedFile(address)
            return PublishedFile(address, _length(response), etag=_etag(response))

    def read_json(
        self,
        address: str,
        headers: Mapping[str, str] | None = None,
        *,
        form: Mapping[str, str] | None = None,
        most_bytes: int = _MOST_ANSWER_BYTES,
    ) -> Any:
        """Read a JSON answer.

        Parameters
        ----------
        address : str
            What to ask.
        headers : mapping of str to str, optional
            What to send along.
        form : mapping of str to str, optional
            Fields to send by POST.
        most_bytes : int
            Size above which the answer is refused.

        Raises
        ------
        InputFileError
            If it cannot be had, is too large, or is no JSON.
        """
        method = "GET" if form is None else "POST"

        def attempt() -> bytes:
            content = bytearray()
            with self.ask(method, address, headers, form) as response:
                for chunk in _chunks(response):
                    content += chunk
                    if len(content) > most_bytes:
                        most = most_bytes // _MILLION
                        raise InputFileError(f"{plain(address)} answers more than {most} MB")
            return bytes(content)

        try:
            return json.loads(self.repeat(attempt))
        except (ValueError, RecursionError) as error:
            raise InputFileError(f"{plain(address)} does not answer with JSON") from error

    def peek(self, address: str, count: int) -> bytes:
        """Read the first bytes of a file; `InputFileError` as `ask` raises."""

        def attempt() -> bytes:
            content = b""
            with self.ask("GET", address, {"Range": f"bytes=0-{count - 1}"}) as response:
                for chunk in _chunks(response):
                    content += chunk
                    if len(content) >= count:
                        break
            return content[:count]

        return self.repeat(attempt)

    def repeat(self, attempt: Callable[[], _T], reached: Callable[[], int] = lambda: 0) -> _T:
        """Repeat what breaks in the middle of a body, where urllib3 does not try again.

        Parameters
        ----------
        attempt : callable
            What to do; it raises `ProtocolError` when it breaks.
        reached : callable, optional
            Gives the bytes that are there. An attempt that brought new ones counts as a
            success: only attempts in a row that bring none are counted.

        Raises
        ------
        InputFileError
            If the last attempt breaks too.
        """
        retries, best = self.retries, reached()
        while True:
            try:
                return attempt()
            except ProtocolError as broken:
                if reached() > best:
                    retries, best = self.retries, reached()
                try:
                    retries = retries.increment("GET", error=broken)
                except MaxRetryError:
                    raise InputFileError(f"{broken} {self._given_up}") from broken
                retries.sleep()

    @property
    def _given_up(self) -> str:
        tries = int(self.retries.total or 0) + 1
        return f"({tries} {'try' if tries == 1 else 'tries'} without success)"

    def _require_good(self, response: requests.Response) -> None:
        status, where = response.status_code, plain(response.url)
        if status in (404, 410):
            raise InputFileError(f"{where} is not there ({status}): it may have been moved")
        if status in _BUSY:
            raise InputFileError(f"{where} answers {status} {self._given_up}")
        if status >= 400 and status != 416:
            raise InputFileError(f"{where} answers {status}")


@dataclass(frozen=True)
class Download:
    """One download, and the part file in which its bytes wait until it is whole.

    Attributes
    ----------
    address : str
        Address of the file.
    part : pathlib.Path
        The part file.
    most_bytes : int
        Size above which it is refused.
    known : bool
        Whether its hash is known, so that a cut file would be noticed by it.
    progress : callable, optional
        Takes the bytes that are there and, where they are known, all bytes.
    """

    address: str
    part: Path
    most_bytes: int
    known: bool = False
    progress: Progress | None = None

    def run(self, session: HttpsSession) -> str:
        """Download the file into its part file, over as many connections as it takes.

        Returns
        -------
        str
            The file's ETag; empty where the server gives none.

        Raises
        ------
        InputFileError
            If the file cannot be had, is too large, or its end cannot be known. What came
            stays in the part file, for the next call.
        OutputFileError
            If the disk has no room for it, or cannot be written.
        """
        try:
            return session.repeat(lambda: self._attempt(session), self._size)
        except MaligeoError:
            raise
        except OSError as error:
            raise OutputFileError(f"cannot write {self.part}: {error.strerror}") from error

    def forget(self) -> None:
        """Delete the part file and its note."""
        self.part.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    def _attempt(self, session: HttpsSession) -> str:
        validator = self._noted_validator()
        start = self._size() if validator else 0
        headers = {"Range": f"bytes={start}-", "If-Range": validator} if start else {}
        with session.ask("GET", self.address, headers) as response:
            found = response.headers.get("Content-Range", "")
            if response.status_code == 416:
                if not start or found != f"bytes */{start}":
                    raise self._unusable("has no such part")
                return _etag(response)
            if response.status_code == 206:
                span = _RANGE.fullmatch(found)
                same = _validator(response.headers) in ("", validator)
                if not start or not span or int(span[1]) != start or not same:
                    raise self._unusable("sends another part than was asked for")
                total: int | None = int(span[2])
            else:
                start, total = 0, _length(response)
                self._begin(response)
            self._require_room(start, total)
            self._receive(response, start, total)
            return _etag(response)

    def _begin(self, response: requests.Response) -> None:
        chunked = response.headers.get("Transfer-Encoding", "").casefold() == "chunked"
        if _length(response) is None and not chunked and not self.known:
            raise InputFileError(
                f"{plain(self.address)} does not say its size: a file that breaks off would "
                "look like a whole one"
            )
        # The bytes go first: a note of this version must never go with bytes of another.
        self.part.parent.mkdir(parents=True, exist_ok=True)
        self.part.write_bytes(b"")
        note = {"address": self.address, "validator": _validator(response.headers)}
        with written_whole(self._note, is_product=False) as path:
            path.write_text(json.dumps(note), encoding="utf-8")

    def _receive(self, response: requests.Response, start: int, total: int | None) -> None:
        done = start
        with self.part.open("ab") as file:
            for chunk in _chunks(response):
                done += len(chunk)
                if done > self.most_bytes:
                    break
                file.write(chunk)
                if self.progress is not None:
                    self.progress(done, total)
        if done > (self.most_bytes if total is None else total):
            self.forget()
        self._require_allowed(done)
        if total is not None and done != total:
            raise ProtocolError(f"{plain(self.address)} gave {done:,} of {total:,} bytes")

    def _require_room(self, start: int, total: int | None) -> None:
        if total is None:
            return
        self._require_allowed(total)
        free = shutil.disk_usage(self.part.parent).free
        if total - start > free - _ROOM_LEFT_BYTES:
            raise OutputFileError(
                f"{self.part.parent} has room for {free // _MILLION:,} MB, and "
                f"{(total - start) // _MILLION:,} MB are to come"
            )

    def _require_allowed(self, size: int) -> None:
        if size > self.most_bytes:
            raise InputFileError(
                f"{plain(self.address)} sends {size // _MILLION:,} MB or more; "
                f"over {self.most_bytes // _MILLION:,} MB are refused"
            )

    def _unusable(self, what: str) -> ProtocolError:
        self.forget()
        return ProtocolError(f"{plain(self.address)} {what}")

    def _size(self) -> int:
        return self.part.stat().st_size if self.part.is_file() else 0

    @property
    def _note(self) -> Path:
        return self.part.with_name(self.part.name + ".json")

    def _noted_validator(self) -> str:
        """Read which version the part belongs to; empty where it cannot be continued."""
        try:
            note = json.loads(self._note.read_text(encoding="utf-8"))
            return str(note["validator"]) if note["address"] == self.address else ""
        except (OSError, ValueError, TypeError, KeyError):
            return ""


def _chunks(response: requests.Response) -> Iterator[bytes]:
    """Give the body in pieces; `ProtocolError` if the line breaks."""
    if response.headers.get("Content-Encoding", "identity").casefold() != "identity":
        raise InputFileError(f"{plain(response.url)} sends a packed body that was not asked for")
    try:
        # Bytes are taken as they come: whatever came before a line breaks is kept.
        while chunk := response.raw.read1(_CHUNK_BYTES, decode_content=False):
            yield chunk
    except HTTPError as error:
        host = urlsplit(response.url).hostname
        raise ProtocolError(f"the connection to {host} broke") from error


def _length(response: requests.Response) -> int | None:
    return parse_count(response.headers.get("Content-Length", ""))


def _etag(response: requests.Response) -> str:
    return response.headers.get("ETag", "")


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
