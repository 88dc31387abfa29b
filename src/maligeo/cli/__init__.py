"""The command line: one thin module a command, loaded when it is called."""

import codecs
import io
import sys
import unicodedata
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Final

import typer

import maligeo
from maligeo.cli.command import HELP, Application
from maligeo.cli.options import LanguageOption
from maligeo.cli.speech import (
    SpokenCommand,
    SpokenGroup,
    UsageError,
    asked_language,
    usage_error,
)
from maligeo.core import words
from maligeo.core.columns import Language
from maligeo.core.errors import ArgumentError, MaligeoError
from maligeo.core.session import session_language, speaking
from maligeo.provenance.record import printable

FAILURE: Final = 1
WRONG_USAGE: Final = 2
_NEAREST: Final = "maligeo.nearest"
_SPELT: Final = str.maketrans(
    {"–": "-", "—": "-", "−": "-", "’": "'", "«": '"', "»": '"', "×": "x", "→": "->"}
    | {"≥": ">=", "≤": "<=", "œ": "oe", "Œ": "OE", "·": "-", "•": "-"}
)

# Name of a command: its module in this package, and what `maligeo --help` says of it.
COMMANDS: Final = {
    "map": ("map", "Write an interactive map that opens without a network."),
    "density": (
        "density",
        "Count by unit, per area and people; print or write the table, as .xlsx or other.",
    ),
    "gaps": (
        "gaps",
        "Say by region where incidents are, who is active there, and how sure that is.",
    ),
    "export": (
        "export",
        "Write units with their figures, and the records, for QGIS and other programs.",
    ),
    "results": (
        "results",
        "Say what published documents say of the country and its regions, with their sources.",
    ),
    "report": (
        "report",
        "Write a report on the country, on one region, or on all: .html, .pdf, .pptx or .docx.",
    ),
    "build": (
        "build",
        "Make everything that a file asks for: a folder for each audience, with an index.",
    ),
    "check": ("check", "Say how a file is read, and list every fault; exit code 1 if it has any."),
    "template": (
        "template",
        "Write a model workbook to fill in, with lists of the words that are understood.",
    ),
    "example": (
        "example",
        "Write a made-up set of files to try the commands with; each says that it is made up.",
    ),
    "locate": ("locate", "Write a file with the administrative unit of each of its rows."),
    "crosswalk": (
        "crosswalk",
        "Say which part of each unit goes where, or convert a density table.",
    ),
    "changes": (
        "changes",
        "Say what changed between two lists of records, boundaries, tables or products.",
    ),
    "same": (
        "same",
        "Propose which incidents of two lists are the same event, or count accepted ones once.",
    ),
    "reconcile": (
        "reconcile",
        "Compare incidents with the bundled published figures, publisher by publisher.",
    ),
    "surface": (
        "surface",
        "Write the kernel density of incidents as a Cloud-Optimized GeoTIFF.",
    ),
    "tiles": ("tiles", "Tile archives for web maps: make, describe, verify."),
    "open": (
        "open",
        "Open a page in the browser: from your workbook to the map, on this machine alone.",
    ),
    "serve": ("serve", "Serve maps and tiles until Ctrl+C; each archive has a page that shows it."),
    "fetch": ("fetch", "Fetch an official file into the cache; what is there needs no network."),
    "about": ("about", "Say from what a product was made, and with which options."),
    "verify": (
        "about",
        "Make a product again from its inputs and compare every byte; exit code 1 if it differs.",
    ),
}


class Commands(SpokenGroup):
    """The commands by name; what one needs is loaded when it is called."""

    def list_commands(self, _context: Any) -> list[str]:
        """Name the commands, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Give what stands for a command until it is called."""
        if cmd_name in COMMANDS and cmd_name not in self.commands:
            self.commands[cmd_name] = _Waiting(cmd_name, help=COMMANDS[cmd_name][1])
        return super().get_command(ctx, cmd_name)


class _Waiting(SpokenCommand):
    """A command that is not loaded yet."""

    def make_context(self, *args: Any, **extra: Any) -> Any:
        """Load the command, and let it read its options."""
        return load_command(str(self.name)).make_context(*args, **extra)


def load_command(name: str) -> Any:
    """Load a command, or a group of commands, by its name."""
    module = import_module(f"maligeo.cli.{COMMANDS[name][0]}")
    loaded = Application()
    module.register(loaded)
    found = typer.main.get_command(loaded)
    found = getattr(found, "commands", {}).get(name, found)
    found.name = name
    return found


app = typer.Typer(
    name="maligeo",
    cls=Commands,
    help="Incidents, projects and released land in Mali: joined, measured, mapped.",
    no_args_is_help=True,
    context_settings=HELP,
    pretty_exceptions_enable=False,
)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"maligeo {maligeo.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    ctx: typer.Context,
    *,
    language: LanguageOption = None,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Incidents, projects and released land in Mali: joined, measured, mapped."""
    if language is not None:
        ctx.with_resource(speaking(language))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; an error of maligeo ends it with one line and exit code 1."""
    _write_everything()
    language = asked_language(sys.argv[1:] if arguments is None else arguments)
    try:
        code = app(arguments, prog_name="maligeo", obj=language, standalone_mode=False)
    except MaligeoError as error:
        print_error(error.message(error.language or _language()))
        code = FAILURE
    except UsageError as error:
        usage, message = usage_error(error, language)
        if message:  # else it has shown the help
            if usage:
                typer.echo(usage, err=True)
            print_error(message)
        code = WRONG_USAGE
    except typer.Abort:
        code = FAILURE
    sys.exit(code or 0)


def _language() -> Language:
    """Give the language of the session; French where none that is known is asked for."""
    try:
        return session_language()
    except ArgumentError:
        return "fr"


def _write_everything() -> None:
    """Let a stream that has not all signs write the nearest ones."""
    codecs.register_error(_NEAREST, _nearest)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_NEAREST)


def _nearest(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end].translate(_SPELT)
    plain = unicodedata.normalize("NFKD", signs).encode("ascii", "ignore").decode("ascii")
    return plain or "?", error.end


def print_error(message: str) -> None:
    """Write an error to the standard error stream."""
    lines = "\n".join(printable(line) for line in message.split("\n"))
    typer.secho(f"maligeo: {lines}", err=True, fg=typer.colors.RED)


def show_file(path: Path) -> None:
    """Say which file was written, and how large it is."""
    typer.echo(file_text(path), err=True)


def file_text(path: Path) -> str:
    """Name a file or folder, and how large it is."""
    files = [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]
    size = sum(file.stat().st_size for file in files)
    return f"{path} ({words.size_text(size, _language())})"
