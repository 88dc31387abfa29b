"""What a request may be, looked at before anything else looks at it."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Final

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LOOPBACK_NAMES: Final = ("127.0.0.1", "localhost", "[::1]", "::1")
LONGEST_HEADERS: Final = 16_384
_LONGEST_TARGET: Final = 2048
_TOO_LARGE: Final = b"the request is too large"


@dataclass(frozen=True)
class Limits:
    """What a request may be.

    Attributes
    ----------
    methods : tuple of str
        What may be asked.
    largest_body : int
        Most bytes of a body; 0 where none is taken.
    body_s : float
        Seconds in which at least some more of a body has to come.
    """

    methods: tuple[str, ...]
    largest_body: int = 0
    body_s: float = 60.0


class _RefusedError(Exception):
    """A body that is too large, or too slow, as it comes; it is answered already."""


def within_limits(app: App, limits: Limits) -> App:
    """Refuse what no reader sends, before anything looks at it; a body also while it comes."""

    async def limited(scope: Scope, receive: Receive, send: Send) -> None:
        status, reason = _refusal(scope, limits)
        if status is not None:
            await refuse(send, status, reason)
            return
        answer = _Answer(send)
        with contextlib.suppress(_RefusedError):
            await app(scope, _Body(receive, limits, answer).receive, answer.send)

    return limited


async def refuse(send: Send, status: int, reason: bytes) -> None:
    """Answer with a status and a line of text, and end the connection."""
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(reason)).encode()),
        (b"connection", b"close"),
    ]
    if status == 405:
        headers.append((b"allow", b"GET, HEAD"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": reason})


class _Answer:
    """What is sent: the answer of the application, or in its place a refusal."""

    def __init__(self, send: Send) -> None:
        self._send, self._is_begun, self._is_refused = send, False, False

    async def send(self, message: Message) -> None:
        self._is_begun = True
        if not self._is_refused:  # frameworks answer errors themselves
            await self._send(message)

    async def refuse(self, status: int, reason: bytes) -> None:
        if not self._is_begun:
            self._is_refused = True
            await refuse(self._send, status, reason)


class _Body:
    """A body that is counted while it comes."""

    def __init__(self, receive: Receive, limits: Limits, answer: _Answer) -> None:
        self._receive, self._limits, self._answer = receive, limits, answer
        self._size, self._is_whole = 0, False

    async def receive(self) -> Message:
        if self._is_whole:  # what comes now is the end of the connection, whenever that is
            return await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), self._limits.body_s)
        except TimeoutError as error:
            await self._answer.refuse(408, b"the request came too slowly")
            raise _RefusedError from error
        self._size += len(message.get("body", b""))
        if self._size > self._limits.largest_body:
            await self._answer.refuse(413, _TOO_LARGE)
            raise _RefusedError
        self._is_whole = not message.get("more_body", False)
        return message


def _refusal(scope: Scope, limits: Limits) -> tuple[int | None, bytes]:
    if scope["type"] != "http":
        return 400, b"only HTTP is answered here"
    if scope["method"] not in limits.methods:
        return 405, b"there is only reading here"
    if len(scope.get("raw_path") or b"") + len(scope.get("query_string", b"")) > _LONGEST_TARGET:
        return 414, b"the address is too long"
    if sum(len(name) + len(value) for name, value in scope["headers"]) > LONGEST_HEADERS:
        return 431, b"the headers are too long"
    return _refused_body(dict(scope["headers"]), limits.largest_body)


def _refused_body(headers: Mapping[bytes, bytes], largest: int) -> tuple[int | None, bytes]:
    length = int(headers.get(b"content-length", b"0"))
    if not largest and (length or b"transfer-encoding" in headers):
        return 413, b"a request has no body here"
    return (413, _TOO_LARGE) if length > largest else (None, b"")
