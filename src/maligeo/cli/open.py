"""`maligeo open`: the page for people without a command line."""

from pathlib import Path
from typing import Annotated

import typer

import maligeo
from maligeo.cli import show_file
from maligeo.cli.command import Application, told

PortOption = Annotated[int, typer.Option("--port", help="Port to listen on; 0 for any.")]
SizeOption = Annotated[
    int, typer.Option("--max-file", help="Most megabytes of a file that is dropped.", min=1)
]
ShortcutOption = Annotated[
    Path | None,
    typer.Option(
        "--shortcut",
        help="Write files to double-click, .desktop and .bat, there; do not open the page.",
        metavar="<folder>",
    ),
]


def register(app: Application) -> None:
    """Add the command to the application."""
    app.command("open")(open_in_browser)


def open_in_browser(
    port: PortOption = 0, max_file: SizeOption = 100, shortcut: ShortcutOption = None
) -> None:
    """Open a page in the browser: from your workbook to the map, on this machine alone.

    Nothing leaves the machine. It ends, and its files are removed, a few minutes after its last
    page was closed, or after 30 minutes without anybody.
    """
    if shortcut is not None:
        for path in maligeo.write_shortcuts(shortcut):
            show_file(path)
        return

    def announce(address: str) -> None:
        typer.echo(told(f"{address} is the page; Ctrl+C ends it and removes its files"))

    maligeo.open_page(port=port, largest_mb=max_file, ready=announce)
