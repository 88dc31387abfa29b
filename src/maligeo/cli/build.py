"""`maligeo build`: a month in one file, made whole or not at all."""

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

import maligeo
from maligeo.cli.command import Application
from maligeo.cli.options import LanguageOption
from maligeo.cli.progress import progress_bar
from maligeo.core.session import session_language
from maligeo.core.words import number_text, word

MonthArgument = Annotated[
    Path, typer.Argument(help="What is wanted: a TOML file.", metavar="<file>")
]
FolderOption = Annotated[
    Path | None,
    typer.Option(
        "-o", "--output", help="Folder for the products; without it the file says.",
        metavar="<folder>",
    ),
]  # fmt: skip
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say what would be made, and why; make nothing.")
]


def register(app: Application) -> None:
    """Add the command to the application."""
    app.command("build")(build_month)


def build_month(
    month: MonthArgument,
    folder: FolderOption = None,
    dry_run: DryRun = False,
    language: LanguageOption = None,
) -> None:
    """Make everything that a file asks for: a folder for each audience, with an index.

    What did not change since the last time is not made again. A folder appears whole or not at
    all: whatever stops a build leaves the former folder as it was.
    """
    with progress_bar("files") as advance:
        steps = maligeo.build(month, output=folder, dry_run=dry_run, progress=advance)
    spoken = session_language(language)
    if dry_run:
        for step in steps.itertuples():
            said = word(f"build.would_{step.action}", spoken)
            line = said.format(file=f"{step.audience}/{step.file}", reason=step.reason)
            typer.echo(line)
    for audience, of_audience in steps.groupby("audience", sort=False):
        typer.echo(_summary(str(audience), of_audience, spoken, dry_run=dry_run), err=True)


def _summary(audience: str, steps: pd.DataFrame, language: str, *, dry_run: bool) -> str:
    """Say how many files of an audience were made, and how many were kept."""
    counts = {
        action: number_text(int((steps["action"] == action).sum()), language)
        for action in ("make", "keep", "drop")
    }
    key = "build.would" if dry_run else "build.done"
    return word(key, language).format(audience=audience, **counts)
