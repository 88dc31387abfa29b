"""`maligeo surface`: the kernel density of incidents as a raster."""

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from maligeo.cli import show_file
from maligeo.cli.command import Application, told
from maligeo.cli.options import (
    AsOfOption,
    AudienceOption,
    LevelOption,
    StoreOption,
    VintageOption,
    one_of,
)
from maligeo.cli.progress import progress_bar
from maligeo.disclosure import Release
from maligeo.measure.surface import KERNELS
from maligeo.readers.files.sources import Source
from maligeo.workflows.tilesets import SurfaceOptions, incident_surface

_MOST: Final = 0.8  # of the incidents: a surface of fewer says so in red

KernelOption = Annotated[Any, one_of(KERNELS, "--kernel", "Shape of a point.")]


def register(app: Application) -> None:
    """Add the command to the application."""
    app.command("surface")(make_surface)


def make_surface(
    incidents: Annotated[Path, typer.Argument(help="File of incidents.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="GeoTIFF to write.")],
    bandwidth_km: Annotated[
        float, typer.Option("--bandwidth-km", help="How far a point is felt, in km.")
    ] = 25.0,
    cell_km: Annotated[float, typer.Option("--cell-km", help="Side of a cell in km.")] = 1.0,
    kernel: KernelOption = "gaussian",
    level: LevelOption = 1,
    vintage: VintageOption = "2015",
    audience: AudienceOption = None,
    as_of: AsOfOption = None,
    store: StoreOption = None,
) -> None:
    """Write the kernel density of incidents as a Cloud-Optimized GeoTIFF.

    For partners and the public it is made from what is released of the incidents.
    """
    with progress_bar("cells") as advance:
        made = incident_surface(
            Source.of(incidents),
            options=SurfaceOptions(
                bandwidth_km=bandwidth_km,
                cell_km=cell_km,
                kernel=kernel,
                level=level,
                vintage=vintage,
            ),
            rules=Release.asked(audience, as_of, folder=store, advance=advance),
        )
        path = made.save(output)
    show_file(path)
    used, rows = (int(made.surface.provenance[name]) for name in ("used", "rows"))
    if used < _MOST * rows:
        few = f"made from {used:,} of {rows:,} incidents: it shows too little"
        typer.secho(told(few), fg="red", err=True)
    for name, value in made.surface.provenance.items():
        typer.echo(f"  {name}: {value}", err=True)
