"""What a command says on standard error of a job that takes long or releases something."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

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
VARIABLE: Final = "MALIGEO_PROGRESS"
LINES: Final = "lines"  # its value for a program that shows the steps by itself
_SECONDS: Final = 0.1  # between two lines, but for the last step


class RateColumn(ProgressColumn):
    """Steps in a second."""

    def render(self, task: Task) -> Text:
        """Give the rate, once it is known."""
        return Text("" if task.speed is None else f"{task.speed:,.1f}/s")


@contextmanager
def progress_bar(what: str) -> Iterator[Advance]:
    """Show a bar while something runs, from its first step; only where a person watches.

    With `MALIGEO_PROGRESS=lines` a program watches: it gets a line for a step, of four parts
    with tabs between them: "progress", what is counted, the steps done, and all steps or
    nothing where they are not known.

    Parameters
    ----------
    what : str
        What is counted, such as "zooms".

    Yields
    ------
    callable
        Takes the steps done and, where they are known, all steps.
    """
    if os.environ.get(VARIABLE) == LINES:
        yield _lines(what)
        return
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


def _lines(what: str) -> Advance:
    last = 0.0

    def advance(done: int, total: int | None = None) -> None:
        nonlocal last
        now = time.monotonic()
        if done != total and now - last < _SECONDS:
            return
        last = now
        typer.echo(f"progress\t{what}\t{done}\t{'' if total is None else total}", err=True)

    return advance


def say_left_out(study: Study, language: Language | None) -> None:
    """Say on standard error which records a release shows as numbers alone, or nowhere."""
    for kind in study.left_out:
        typer.echo(word(f"left_out.{kind}", session_language(language)), err=True)
    say_withheld(study, language)


def say_withheld(study: Study, language: Language | None) -> None:
    """Say on standard error why the incidents of a release are a number nowhere, if so."""
    if study.is_withheld:
        typer.echo(word("legend.all_withheld", session_language(language)), err=True)
