"""A file server of this machine that can be told to behave badly, for tests of downloads."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

OLD = "Wed, 01 Jan 2020 00:00:00 GMT"


@dataclass
class Page:
    """What the server has at one address, and how it gives it."""

    content: bytes = b""
    etag: str = '"one"'
    modified: str = ""
    ranges: bool = True
    longest_part: int | None = None  # bytes of a part that it gives at most
    careless: bool = False  # gives parts of any version, whatever If-Range says
    form: str = "length"  # or "chunked", or "close": the end of the connection ends the body
    redirect: str = ""
    announced: int | None = None
    head_status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    statuses: list[int] = field(default_factory=list)  # answered first, one after the other
    cuts: list[int] = field(default_factory=list)  # bytes of a body after which the line breaks
    stalls_s: list[float] = field(default_factory=list)  # pauses in the middle of bodies
    piece: int = 1 << 16


@dataclass
class Server:
    """A running server: its pages by path, and what it was asked."""

    root: str
    pages: dict[str, Page]
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)  # If-Range of each request with a Range
    troubles: list[str] = field(default_factory=list)
    posted: list[str] = field(default_factory=list)  # what was sent by POST
    headers: list[dict[str, str]] = field(default_factory=list)  # of each request

    def bodies(self, path: str) -> list[str]:
        """Give the Range header of each request for the content of a page."""
        return [span for method, at, span in self.asked if method == "GET" and at == path]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    ours: Server

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        self.ours.posted.append(self.rfile.read(length).decode())
        self._answer(with_body=True)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Keep quiet."""

    def _answer(self, *, with_body: bool) -> None:
        span = self.headers.get("Range", "")
        self.ours.asked.append((self.command, self.path, span))
        self.ours.headers.append(dict(self.headers.items()))
        page = self.ours.pages.get(self.path)
        if page is None:
            self._plain(404)
        elif with_body and page.statuses:
            self._plain(page.statuses.pop(0), page.headers)
        elif page.redirect:
            self._plain(302, {"Location": page.redirect} | page.headers)
        elif not with_body and page.head_status != 200:
            self._plain(page.head_status)
        else:
            self._content(page, span if page.ranges else "", with_body=with_body)

    def _plain(self, status: int, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": "0"} | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()

    def _content(self, page: Page, span: str, *, with_body: bool) -> None:
        start = 0
        whole = len(page.content)
        condition = self.headers.get("If-Range")
        if span:
            self.ours.conditions.append(condition or "")
        met = page.careless or condition in (None, page.etag, page.modified)
        last = ""
        if span and met:
            first, _, last = span.removeprefix("bytes=").partition("-")
            start = int(first)
        if start >= whole > 0:
            self._plain(416, {"Content-Range": f"bytes */{whole}"})
            return
        body = page.content[start : int(last) + 1 if last else None]
        if start:
            body = body[: page.longest_part]
        is_part = bool(start or last)
        self.send_response(206 if is_part else 200)
        if is_part and "Content-Range" not in page.headers:
            end = start + len(body) - 1
            self.send_header("Content-Range", f"bytes {start}-{end}/{whole}")
        self._describe(page, len(body))
        if with_body:
            self._body(page, body)

    def _describe(self, page: Page, length: int) -> None:
        if page.etag:
            self.send_header("ETag", page.etag)
        if page.modified:
            self.send_header("Last-Modified", page.modified)
        for name, value in page.headers.items():
            self.send_header(name, value)
        if page.form == "length":
            told = length if page.announced is None else page.announced
            self.send_header("Content-Length", str(told))
        elif page.form == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.close_connection = True
            self.send_header("Connection", "close")
        self.end_headers()

    def _body(self, page: Page, body: bytes) -> None:
        cut = page.cuts.pop(0) if page.cuts else None
        stall = page.stalls_s.pop(0) if page.stalls_s else 0.0
        for at in range(0, len(body), page.piece):
            if cut is not None and at >= cut:
                self.close_connection = True
                return
            self._write(page, body[at : at + page.piece][: None if cut is None else cut - at])
            time.sleep(stall if at == 0 else 0.0)
        if cut is not None:
            self.close_connection = True
        elif page.form == "chunked":
            self.wfile.write(b"0\r\n\r\n")

    def _write(self, page: Page, piece: bytes) -> None:
        framed = b"%x\r\n%s\r\n" % (len(piece), piece) if page.form == "chunked" else piece
        try:
            self.wfile.write(framed)
            self.wfile.flush()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True


@contextmanager
def serving(**pages: Page) -> Iterator[Server]:
    """Serve pages on a free port of this machine; more can be added while it runs."""
    ours = Server("", {f"/{name}": page for name, page in pages.items()})
    handler = type("Handler", (_Handler,), {"ours": ours})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.handle_error = lambda *about: ours.troubles.append(str(about))  # type: ignore[method-assign]
        ours.root = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield ours
        finally:
            server.shutdown()
            thread.join()
