"""A server that listens on addresses of this machine until it is interrupted or ended."""

import asyncio
import contextlib
import errno
import socket
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Final, Self

from maligeo.core import errors
from maligeo.core.errors import ArgumentError
from maligeo.serving.connections import Patience, limited_protocol
from maligeo.serving.limits import LONGEST_HEADERS, App

_MOST_CONNECTIONS: Final = 512
_HEAD_SECONDS: Final = 15.0  # a head is one packet
_READING_SECONDS: Final = 60.0
_ENDING_SECONDS: Final = 5  # for what is being answered


class Listening:
    """An application that is listened for; a context in which its sockets are open.

    Parameters
    ----------
    app : callable
        The ASGI application.
    host : str
        Address to listen on.
    port : int
        Port; 0 for any that is free.

    Raises
    ------
    ArgumentError
        If host and port cannot be listened on.
    MissingDependencyError
        If the extra `serve` is not installed.
    """

    def __init__(self, app: App, host: str, port: int) -> None:
        uvicorn = errors.require("uvicorn", extra="serve", why="serving tiles")
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            limit_concurrency=_MOST_CONNECTIONS,
            h11_max_incomplete_event_size=LONGEST_HEADERS,
            http=limited_protocol(Patience(_HEAD_SECONDS, _READING_SECONDS)),
            ws="none",
            lifespan="off",
            timeout_graceful_shutdown=_ENDING_SECONDS,
        )
        self._server = uvicorn.Server(config)
        self._opened = contextlib.ExitStack()
        self._sockets = [self._opened.enter_context(one) for one in _listeners(host, port)]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._opened.close()

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return int(self._sockets[0].getsockname()[1])

    def run(self, ready: Callable[[], None] | None = None) -> None:
        """Serve until the process is interrupted, or `end` is called from another thread."""
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(self._serve(ready))

    def end(self) -> None:
        """End it soon."""
        self._server.should_exit = True

    async def _serve(self, ready: Callable[[], None] | None) -> None:
        """Say that the server is ready only where an interrupt already finds a loop to end."""
        if ready is not None:
            ready()
        server: Any = self._server
        await server.serve(sockets=self._sockets)


def _listeners(host: str, port: int) -> Iterator[socket.socket]:
    """Listen on every address of a name; "localhost" may have two."""
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
        for family, address in dict.fromkeys((each[0], each[4][:2]) for each in found):
            yield socket.create_server(address, family=family)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        reason = "another program does already" if taken else error.strerror
        raise ArgumentError(
            f"{host}, port {port} cannot be listened on: {reason}; name another port, or "
            "an address of this machine"
        ) from error
