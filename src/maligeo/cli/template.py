"""`maligeo template`: a model workbook to fill in."""

from pathlib import Path
from typing import Annotated

import typer

import maligeo
from maligeo.cli import show_file
from maligeo.cli.command import Application
from maligeo.cli.options import LanguageOption

BookArgument = Annotated[Path, typer.Argument(help="Workbook to write, .xlsx.")]


def register(app: Application) -> None:
    """Add the command to the application."""
    app.command("template")(write_template)


def write_template(output: BookArgument, language: LanguageOption = None) -> None:
    """Write a model workbook to fill in, with lists of the words that are understood.

    It has a sheet each for incidents, projects, released land and population, and one that says
    what is needed. What is filled in is read as OUT.xlsx#Incidents.
    """
    show_file(maligeo.write_template(output, language=language))
