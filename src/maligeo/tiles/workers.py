"""Parts of a job made by several workers: processes of this machine, or a dask cluster."""

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

from maligeo.errors import ArgumentError

Task = TypeVar("Task")
Result = TypeVar("Result")

_WAITING_PER_WORKER = 2


class _Crew(NamedTuple):
    """Who works, how many they are, and the job as they take it."""

    executor: Executor
    size: int
    job: Any


def made_by(
    workers: Any, function: Callable[[Any, Task], Result], job: Any, parts: Iterable[Task]
) -> Iterator[tuple[Task, Result]]:
    """Give the result of a function for each part, as they become ready.

    Parameters
    ----------
    workers : int or distributed.Client
        1 makes all parts in this process, one after the other. More are that many processes,
        started afresh ("spawn"): a script that asks for them needs its
        `if __name__ == "__main__":`. They end when this process does, even if it is killed.
        A dask client sends the parts to its cluster, which must see the same files and makes
        the parts of a lost worker again.
    function : callable
        Takes the job and a part; one that can be pickled, as the job and its results.
    job : object
        What all parts need.
    parts : iterable
        Parts; only a few are under way at a time.

    Yields
    ------
    part, result

    Raises
    ------
    ArgumentError
        If `workers` is neither.
    concurrent.futures.BrokenExecutor
        If a worker process was killed.
    """
    if workers == 1:
        yield from ((part, function(job, part)) for part in parts)
        return
    with _crew(workers, job) as crew:
        waiting: dict[Future[Result], Task] = {}
        try:
            for part in parts:
                waiting[crew.executor.submit(function, crew.job, part)] = part
                if len(waiting) >= crew.size * _WAITING_PER_WORKER:
                    yield from _ready(waiting)
            while waiting:
                yield from _ready(waiting)
        finally:
            for future in waiting:
                future.cancel()


def _ready(waiting: dict[Future[Result], Task]) -> Iterator[tuple[Task, Result]]:
    for future in wait(waiting, return_when=FIRST_COMPLETED).done:
        yield waiting.pop(future), future.result()


@contextmanager
def _crew(workers: Any, job: Any) -> Iterator[_Crew]:
    if hasattr(workers, "get_executor"):  # a dask client; its package need not be imported
        sent = workers.scatter(job, broadcast=True, hash=False)
        threads = sum(workers.nthreads().values())
        with workers.get_executor(pure=False) as executor:
            yield _Crew(executor, max(threads, 1), sent)
        return
    if not isinstance(workers, int) or workers < 1:
        raise ArgumentError(f"workers is a number from 1 or a dask client, not {workers!r}")
    with ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("spawn"), initializer=_end_with_parent
    ) as executor:
        yield _Crew(executor, workers, job)


def _end_with_parent() -> None:
    """End this worker when the process that started it is gone, which else it would not notice."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent,), daemon=True).start()


def _end_after(parent: Any) -> None:
    parent.join()
    os._exit(1)
