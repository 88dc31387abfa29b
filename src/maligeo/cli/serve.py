"""`maligeo serve`: maps and tiles of a folder in a browser."""

from pathlib import Path
from typing import Annotated, cast

import typer

import maligeo
from maligeo.cli.command import Application, told
from maligeo.cli.options import AudienceOption
from maligeo.core.columns import Audience

FolderArgument = Annotated[Path, typer.Argument(help="Folder of maps, tile archives and GeoTIFFs.")]
HostOption = Annotated[
    str,
    typer.Option("--host", help="Address to listen on; others than 127.0.0.1 let others in."),
]
PortOption = Annotated[int, typer.Option("--port", help="Port to listen on.")]

OriginOption = Annotated[
    str | None,
    typer.Option("--allow-origin", help="One site whose pages may read: https://maps.example.org."),
]


def register(app: Application) -> None:
    """Add the command to the application."""
    app.command("serve")(serve)


def serve(
    folder: FolderArgument = Path("maps"),
    host: HostOption = "127.0.0.1",
    port: PortOption = 8000,
    audience: AudienceOption = None,
    allow_origin: OriginOption = None,
) -> None:
    """Serve maps and tiles until Ctrl+C; each archive has a page that shows it.

    On another address than 127.0.0.1, or where another site may read, only what is for the
    audience is served.
    """

    def announce() -> None:
        typer.echo(told(f"http://{host}:{port}/ serves {folder}; Ctrl+C ends it"))

    maligeo.serve_tiles(
        folder,
        host=host,
        port=port,
        audience=cast("Audience", audience),
        allow_origin=allow_origin,
        ready=announce,
    )
