"""`maligeo example`: a made-up set of files to try the commands with."""

from pathlib import Path
from typing import Annotated

import typer

import maligeo
from maligeo.cli import show_file
from maligeo.cli.command import Application
from maligeo.cli.options import LanguageOption

FolderArgument = Annotated[Path, typer.Argument(help="Folder to write into.", metavar="<folder>")]


def register(app: Application) -> None:
    """Add the command to the application."""
    app.command("example")(write_example)


def write_example(folder: FolderArgument, language: LanguageOption = None) -> None:
    """Write a made-up set of files to try the commands with; each says that it is made up.

    Incidents, projects, released land and population, as people write them, a file with faults
    to repair, and a page that says what to try. A file that is there is not replaced.
    """
    made = maligeo.write_example(folder, language=language)
    for file in sorted(made.glob("*synth*")):
        show_file(file)
