"""Who is answered: this run's own page alone, with nothing of it for others."""

from __future__ import annotations

import hmac
import logging
import secrets
from dataclasses import dataclass, field
from typing import Any, Final

from maligeo.core import errors
from maligeo.serving.limits import (
    LOOPBACK_NAMES,
    App,
    Limits,
    Message,
    Receive,
    Scope,
    Send,
    refuse,
    within_limits,
)

METHODS: Final = ("GET", "HEAD", "POST")
_START: Final = "start"
_PAGE: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src data:; form-action 'self'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)
# The map has its own policy too, with the hash of each of its scripts: both hold.
MAP_POLICY: Final = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; "
    "style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
)
_POLICY: Final = b"content-security-policy"
_HEADERS: Final = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),  # without one, a form would say the origin "null"
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
_LOG: Final = logging.getLogger(__name__)


@dataclass
class Keys:
    """What opens the page: a token in every address, and a ticket for the first one.

    The command of a browser can be read by every user of the machine; the ticket that it
    names is good for one request.
    """

    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    _ticket: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    @property
    def start(self) -> str:
        """The path of the first request."""
        return f"/{_START}/{self._ticket}"

    def redeems(self, path: str) -> bool:
        """Tell whether a path is that of the first request, and let there be no second one."""
        if not hmac.compare_digest(path.encode(), self.start.encode()):
            return False
        self._ticket = secrets.token_urlsafe(32)
        return True

    def opens(self, path: str) -> bool:
        """Tell whether a path begins with the token."""
        first = path.split("/", 2)[1] if path.startswith("/") else ""
        return hmac.compare_digest(first.encode(), self.token.encode())


def guarded(app: App, keys: Keys, largest_body: int) -> App:
    """Answer this machine under its own names, its own pages, and who has the token.

    Parameters
    ----------
    app : callable
        The ASGI application, whose addresses begin with the token.
    keys : Keys
        What opens it.
    largest_body : int
        Most bytes of a request.

    Raises
    ------
    MissingDependencyError
        If the extra `serve` is not installed.
    """
    trusted = errors.require("starlette.middleware.trustedhost", extra="serve", why="the page")
    inner = trusted.TrustedHostMiddleware(_Door(app, keys), LOOPBACK_NAMES, www_redirect=False)
    return within_limits(inner, Limits(METHODS, largest_body))


class _Door:
    """Looks at the origin and the token, and lets no error out with what it quotes."""

    def __init__(self, app: App, keys: Keys) -> None:
        self._app, self._keys = app, keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = _Headed(send)
        headers = dict(scope["headers"])
        if not _is_own(headers):
            await refuse(answer.send, 403, b"another site asked this")
        elif scope["method"] == "GET" and self._keys.redeems(scope["path"]):
            await _lead(answer.send, f"/{self._keys.token}/")
        elif not self._keys.opens(scope["path"]):
            await refuse(answer.send, 403, b"start the page again: maligeo open")
        else:
            await self._answer(scope, receive, answer)

    async def _answer(self, scope: Scope, receive: Receive, answer: _Headed) -> None:
        try:
            await self._app(scope, receive, answer.send)
        except Exception as error:
            _LOG.warning("a request failed: %s", type(error).__name__)
            if not answer.is_begun:
                await refuse(answer.send, 500, b"this failed")


def _is_own(headers: dict[bytes, bytes]) -> bool:
    """Tell a request that no page of another site has sent."""
    origin = headers.get(b"origin")
    return origin is None or origin == b"http://" + headers.get(b"host", b"")


async def _lead(send: Send, path: str) -> None:
    headers = [(b"location", path.encode()), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 303, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


class _Headed:
    """Answers, with what keeps them to this page."""

    def __init__(self, send: Send) -> None:
        self._send, self.is_begun = send, False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.is_begun = True
            headers: list[Any] = list(message["headers"])
            given = {name.lower() for name, _ in headers}
            more = (*_HEADERS, (_POLICY, _PAGE.encode()))
            headers += [entry for entry in more if entry[0] not in given]
            message = {**message, "headers": headers}
        await self._send(message)
