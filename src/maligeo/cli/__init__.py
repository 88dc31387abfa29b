"""The command line: one thin module per command group."""

import sys

import typer

from maligeo.cli import (
    about,
    check,
    crosswalk,
    density,
    fetch,
    gaps,
    locate,
    map,
    reconcile,
    report,
    serve,
    tiles,
)
from maligeo.core.errors import MaligeoError

FAILURE = 1

app = typer.Typer(
    name="maligeo",
    help="Incidents, projects and released land in Mali: joined, measured, mapped.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for commands in (
    map,
    density,
    gaps,
    crosswalk,
    fetch,
    reconcile,
    report,
    check,
    locate,
    tiles,
    serve,
    about,
):
    commands.register(app)


def main() -> None:
    """Run the command line; an error of maligeo ends it with one line and exit code 1."""
    try:
        app()
    except MaligeoError as error:
        print_error(str(error))
        sys.exit(FAILURE)


def print_error(message: str) -> None:
    """Write an error to the standard error stream."""
    typer.secho(f"maligeo: {message}", err=True, fg=typer.colors.RED)
