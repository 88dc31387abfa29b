"""Connections that hold a place in the server without asking or reading anything."""

import asyncio
from dataclasses import dataclass
from typing import Any

from maligeo.core import errors


@dataclass(frozen=True)
class Patience:
    """How long the server waits for a client.

    Attributes
    ----------
    head_s : float
        Seconds from the first moment until the head of a request is complete.
    reading_s : float
        Seconds in which a client has to take at least some of what is being sent to it.
    """

    head_s: float
    reading_s: float


class _Impatient(asyncio.Protocol):
    """What is added to uvicorn's protocol.

    uvicorn counts the connections, and answers 503 when there are too many. It ends a
    connection that is silent after an answer, but not one that never completes a request, or
    never reads what it has asked for: a few hundred of these would keep everybody else out.
    """

    patience: Patience
    transport: asyncio.Transport
    loop: asyncio.AbstractEventLoop
    conn: Any
    connections: set["_Impatient"]
    limit_concurrency: int
    _head_due: asyncio.TimerHandle | None = None
    _look_due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if len(self.connections) + 1 >= self.limit_concurrency:
            self._make_room()
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=0)
        self._watch_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch_head()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._wait_no_more_for_head()
        self._wait_no_more_for_reading()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_reading(None)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._wait_no_more_for_reading()

    def _make_room(self) -> None:
        """End the connection that has waited longest for a head: nobody is being answered on it."""
        waiting = {one: one._head_due.when() for one in self.connections if one._head_due}
        if waiting:
            min(waiting, key=waiting.__getitem__).end()

    def end(self) -> None:
        """Give the place of the connection to another one."""
        self.connections.discard(self)
        self.transport.abort()

    def _watch_head(self) -> None:
        if self.conn.their_state.__name__ != "IDLE":  # of h11: a head is complete
            self._wait_no_more_for_head()
        elif self._head_due is None:
            self._head_due = self.loop.call_later(self.patience.head_s, self.end)

    def _watch_reading(self, left: int | None) -> None:
        """Look now and then whether less is left to be sent than at the last look."""
        now = self.transport.get_write_buffer_size()
        if now == left:
            self.end()
        else:
            self._look_due = self.loop.call_later(self.patience.reading_s, self._watch_reading, now)

    def _wait_no_more_for_head(self) -> None:
        if self._head_due is not None:
            self._head_due.cancel()
        self._head_due = None

    def _wait_no_more_for_reading(self) -> None:
        if self._look_due is not None:
            self._look_due.cancel()
        self._look_due = None


def limited_protocol(patience: Patience) -> type[asyncio.Protocol]:
    """Give uvicorn's protocol for HTTP/1.1, with limits on how long a client may take.

    Parameters
    ----------
    patience : Patience
        The limits.

    Raises
    ------
    MissingDependencyError
        If the extra `serve` is not installed.
    """
    own = errors.require("uvicorn.protocols.http.h11_impl", extra="serve", why="serving tiles")
    return type("LimitedProtocol", (_Impatient, own.H11Protocol), {"patience": patience})
