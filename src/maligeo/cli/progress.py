"""A progress bar with rate and time left, on the standard error stream."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

Advance = Callable[..., None]


class RateColumn(ProgressColumn):
    """Steps in a second."""

    def render(self, task: Task) -> Text:
        """Give the rate, once it is known."""
        return Text("" if task.speed is None else f"{task.speed:,.1f}/s")


@contextmanager
def progress_bar(what: str) -> Iterator[Advance]:
    """Show a bar while something runs; only where a person watches.

    Parameters
    ----------
    what : str
        What is counted, such as "zooms".

    Yields
    ------
    callable
        Takes the steps done and, where they are known, all steps.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        RateColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(what, total=None)

        def advance(done: int, total: int | None = None) -> None:
            bar.update(task, completed=done, total=total)

        yield advance
