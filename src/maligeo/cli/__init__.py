"""The command line: one thin module per command group."""

import sys

import typer

from maligeo.cli import (
    about_commands,
    check_commands,
    crosswalk_commands,
    fetch_commands,
    figures_commands,
    gaps_commands,
    locate_commands,
    map_commands,
    reconcile_commands,
    report_commands,
    serve_commands,
    tiles_commands,
)
from maligeo.errors import MaligeoError

FAILURE = 1

app = typer.Typer(
    name="maligeo",
    help="Incidents, projects and released land in Mali: joined, measured, mapped.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for commands in (
    map_commands,
    figures_commands,
    gaps_commands,
    crosswalk_commands,
    fetch_commands,
    reconcile_commands,
    report_commands,
    check_commands,
    locate_commands,
    tiles_commands,
    serve_commands,
    about_commands,
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
