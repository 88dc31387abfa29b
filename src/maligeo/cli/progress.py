"""What a command says on standard error of a job that takes long or releases something."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer
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

from maligeo.core.columns import Language
from maligeo.core.session import session_language
from maligeo.core.words import word
from maligeo.workflows.study import Study

Advance = Callable[..., None]


class RateColumn(ProgressColumn):
    """Steps in a second."""

    def render(self, task: Task) -> Text:
        """Give the rate, once it is known."""
        return Text("" if task.speed is None else f"{task.speed:,.1f}/s")


@contextmanager
def progress_bar(what: str) -> Iterator[Advance]:
    """Show a bar while something runs, from its first step; only where a person watches.

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
        task = bar.add_task(what, total=None, visible=False)

        def advance(done: int, total: int | None = None) -> None:
            bar.update(task, completed=done, total=total, visible=True)

        yield advance


def say_withheld(study: Study, language: Language | None) -> None:
    """Say on standard error why the incidents of a release are a number nowhere, if so."""
    if study.is_withheld:
        typer.echo(word("legend.all_withheld", session_language(language)), err=True)
