"""Work on one piece of something long while the next is made."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_Piece = TypeVar("_Piece")


def one_ahead(pieces: Iterator[_Piece]) -> Iterator[_Piece]:
    """Give pieces in their order, and make the next one while the caller works on this.

    Examples
    --------
    >>> list(one_ahead(iter("abc")))
    ['a', 'b', 'c']
    """
    ended = object()
    with ThreadPoolExecutor(1) as worker:
        coming = worker.submit(next, pieces, ended)
        while (piece := coming.result()) is not ended:
            coming = worker.submit(next, pieces, ended)
            yield piece  # type: ignore[misc]
