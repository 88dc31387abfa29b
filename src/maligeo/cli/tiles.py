"""`maligeo tiles`: rasters and records to archives of tiles."""

from pathlib import Path
from typing import Annotated, Any, get_args

import typer
from rich.console import Console
from rich.table import Table

import maligeo
from maligeo.cli import file_text, show_file
from maligeo.cli.command import Application, told
from maligeo.cli.options import (
    AreasOption,
    AsOfOption,
    AudienceOption,
    BoundariesOption,
    IncidentsOption,
    ProjectsOption,
    StoreOption,
    one_of,
)
from maligeo.cli.progress import progress_bar
from maligeo.core.audiences import AUDIENCE
from maligeo.core.errors import ArgumentError
from maligeo.disclosure import Release
from maligeo.readers.files.sources import Source
from maligeo.tile_archives import advice_on
from maligeo.tiles import VectorOptions
from maligeo.tiles.colours import PictureType
from maligeo.tiles.mvt.points import LowZooms
from maligeo.tiles.sampling import Interpolation
from maligeo.workflows.tilesets import raster_archive, vector_archive

FAULTY = 1
_ZOOMS = "0-10"

ArchiveOption = Annotated[
    Path,
    typer.Option("-o", "--output", help="Archive to write: .pmtiles, .mbtiles, or a folder."),
]
ArchiveArgument = Annotated[Path, typer.Argument(help="A .pmtiles, .mbtiles or folder of tiles.")]
ZoomsOption = Annotated[str, typer.Option("--zooms", help="Coarsest and finest zoom: 0-10.")]


def _layers(texts: list[str] | None) -> list[tuple[str, Source]]:
    return [_layer(text) for text in texts or []]


def _layer(text: str) -> tuple[str, Source]:
    name, _, file = text.partition("=")
    if not name or not file:
        raise ArgumentError(f"--layer {text!r} is not name=file with a name of its own")
    return name, Source.of(file)


LayerOption = Annotated[
    list[Any] | None,
    typer.Option(
        "--layer",
        help="Any vector file, as name=file; repeatable.",
        metavar="<name=file>",
        parser=str,
        callback=_layers,
    ),
]
LowZoomsOption = Annotated[
    Any, one_of(get_args(LowZooms), "--low-zooms", "What becomes of points below the finest zoom.")
]
AttributionOption = Annotated[
    str,
    typer.Option("--attribution", help="Publisher and licence of the records, shown on maps."),
]
TypeOption = Annotated[Any, one_of(get_args(PictureType), "--type", "Kind of picture.")]
InterpolationOption = Annotated[
    Any, one_of(get_args(Interpolation), "--interpolation", "How a pixel is made of cells.")
]

tiles = Application(help="Tile archives for web maps: make, describe, verify.")


def register(app: Application) -> None:
    """Add the commands to the application."""
    app.add_typer(tiles, name="tiles", no_args_is_help=True)


@tiles.command("raster")
def make_raster_tiles(
    source: Annotated[
        Any, typer.Argument(help="A raster: anything that rasterio opens.", parser=Source)
    ],
    output: ArchiveOption,
    zooms: ZoomsOption = _ZOOMS,
    tile_type: TypeOption = "png",
    tile_size: Annotated[int, typer.Option("--size", help="Pixels along a side: 256, 512.")] = 256,
    interpolation: InterpolationOption = "average",
    workers: Annotated[int, typer.Option("--workers", help="Processes that work.", min=1)] = 1,
    attribution: AttributionOption = "",
    audience: AudienceOption = None,
) -> None:
    """Make picture tiles of a raster.

    A raster says in its tag MALIGEO_AUDIENCE for whom it is; without one it is internal.
    """
    rules = Release.asked(audience, of_records=False)
    with progress_bar("parts") as advance:
        options = maligeo.RasterOptions(
            tile_type=tile_type,
            tile_size=tile_size,
            interpolation=interpolation,
            workers=workers,
            attribution=attribution,
            progress=advance,
        )
        made = raster_archive(source, zooms=_zooms(zooms), options=options, rules=rules)
        path = made.save(output)
    typer.echo(told(f"{file_text(path)}, {made.totals['tiles']} tiles"), err=True)


@tiles.command("vector")
def make_vector_tiles(
    output: ArchiveOption,
    zooms: ZoomsOption = _ZOOMS,
    incidents: IncidentsOption = None,
    projects: ProjectsOption = None,
    areas: AreasOption = None,
    boundaries: BoundariesOption = None,
    layer: LayerOption = None,
    low_zooms: LowZoomsOption = "cluster",
    attribution: AttributionOption = "",
    audience: AudienceOption = None,
    as_of: AsOfOption = None,
    store: StoreOption = None,
) -> None:
    """Make vector tiles; without a file, of the bundled boundaries.

    For partners and the public records are released first; layers of other files may be
    internal alone.
    """
    given = {
        "boundaries": boundaries,
        "areas": areas,
        "projects": projects,
        "incidents": incidents,
    }
    of_records = any((incidents, projects, areas))
    rules = Release.asked(audience, as_of, folder=store, of_records=of_records)
    with progress_bar("zooms") as advance:
        made = vector_archive(
            {kind: Source.of(path) for kind, path in given.items() if path is not None},
            layers=dict(layer or []),
            zooms=_zooms(zooms),
            options=VectorOptions(low_zooms=low_zooms, attribution=attribution, progress=advance),
            rules=rules,
        )
        path = made.save(output)
    show_file(path)


@tiles.command("info")
def show_info(archive: ArchiveArgument) -> None:
    """Tell what an archive holds."""
    info = maligeo.inspect_tiles(archive)
    described = info.description
    kind = described.tile_type or told("unknown")
    typer.echo(told(f"{archive}: {described.archive_format}, {kind} tiles"))
    typer.echo(told(f"{info.file_bytes:,} bytes, {info.distinct:,} different tiles"))
    bounds = ", ".join(f"{side:.4f}" for side in described.bounds)
    typer.echo(told(f"bounds {bounds}"))
    for key in ("name", "description", "attribution", AUDIENCE):
        if described.metadata.get(key):
            typer.echo(f"{key}: {described.metadata[key]}")
    for name in described.metadata.get("left_out", []):
        typer.echo(told(f"left out for this audience: {name}"))
    for layer in described.metadata.get("vector_layers", []):
        fields = ", ".join(f"{name} ({kind})" for name, kind in layer.get("fields", {}).items())
        typer.echo(told(f"layer {layer.get('id')}: {fields}"))
    headings = (told(text) for text in ("zoom", "tiles", "bytes", "largest tile", "its bytes"))
    table = Table(*headings, box=None, pad_edge=False)
    for zoom, count in info.zooms.items():
        largest = "/".join(map(str, count.largest))
        sizes = f"{count.bytes:,}", largest, f"{count.largest_bytes:,}"
        table.add_row(str(zoom), f"{count.tiles:,}", *sizes)
    Console().print(table)
    if info.largest is not None:
        tile, size = info.largest.largest, info.largest.largest_bytes
        typer.echo(told(f"largest tile: {tile.z}/{tile.x}/{tile.y} with {size:,} bytes"))
        if advice := advice_on(tile, size, described.tile_type):
            typer.echo(told(advice))


@tiles.command("verify")
def verify(archive: ArchiveArgument) -> None:
    """Read every tile of an archive and list what is wrong; the exit code is 1 if anything is."""
    with progress_bar("tiles") as advance:
        faults = maligeo.verify_tiles(archive, progress=advance)
    for fault in faults:
        typer.echo(told(str(fault)))
    if faults:
        raise typer.Exit(FAULTY)
    typer.echo(told(f"{archive}: every tile is in order"))


def _zooms(text: str) -> tuple[int, int]:
    low, _, high = text.partition("-")
    if not (low.isdecimal() and (high or low).isdecimal()):
        raise ArgumentError(f"--zooms {text!r} is not like 0-10")
    return int(low), int(high or low)
