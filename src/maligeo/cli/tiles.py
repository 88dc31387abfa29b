"""`maligeo surface` and `maligeo tiles`: points to a raster, and both to tile archives."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer
from rich.console import Console
from rich.table import Table

import maligeo
from maligeo.cli.options import AsOfOption, AudienceOption, LevelOption, VintageOption
from maligeo.cli.output import progress_bar
from maligeo.cli.recipe import recorded, settled_day
from maligeo.core.audiences import AUDIENCE
from maligeo.core.errors import ArgumentError
from maligeo.disclosure import release
from maligeo.readers.files.vectors import read_vector
from maligeo.tiles import VectorOptions, write_surface

if TYPE_CHECKING:
    import geopandas as gpd

    from maligeo.core.columns import Audience
    from maligeo.measure.surface import KernelName
    from maligeo.tiles.colours import PictureType
    from maligeo.tiles.mvt.points import LowZooms
    from maligeo.tiles.sampling import Interpolation

FAULTY = 1
_ZOOMS = "0-10"
_MOST = 0.8  # of the incidents: a surface of fewer says so in red
_OF_RECORDS = ("areas", "projects", "incidents")

ArchiveOption = Annotated[
    Path,
    typer.Option("-o", "--output", help="Archive to write: .pmtiles, .mbtiles, or a folder."),
]
ArchiveArgument = Annotated[Path, typer.Argument(help="A .pmtiles, .mbtiles or folder of tiles.")]
ZoomsOption = Annotated[str, typer.Option("--zooms", help="Coarsest and finest zoom: 0-10.")]
IncidentsOption = Annotated[
    Path | None, typer.Option("--incidents", help="File of incidents: a layer of points.")
]
ProjectsOption = Annotated[
    Path | None, typer.Option("--projects", help="File of projects: a layer of points.")
]
AreasOption = Annotated[
    Path | None, typer.Option("--areas", help="File of released or hazardous land.")
]
BoundariesOption = Annotated[
    Path | None, typer.Option("--boundaries", help="File of units, instead of the bundled ones.")
]
LayerOption = Annotated[
    list[str] | None, typer.Option("--layer", help="Any vector file, as name=file; repeatable.")
]
LowZoomsOption = Annotated[
    str, typer.Option("--low-zooms", help="Points below the finest zoom: thin, cluster or all.")
]

tiles = typer.Typer(help="Tile archives for web maps: make, describe, verify.")


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command("surface")(make_surface)
    app.add_typer(tiles, name="tiles", no_args_is_help=True)


def make_surface(
    context: typer.Context,
    incidents: Annotated[Path, typer.Argument(help="File of incidents.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="GeoTIFF to write.")],
    bandwidth_km: Annotated[
        float, typer.Option("--bandwidth-km", help="How far a point is felt, in km.")
    ] = 25.0,
    cell_km: Annotated[float, typer.Option("--cell-km", help="Side of a cell in km.")] = 1.0,
    kernel: Annotated[str, typer.Option("--kernel", help="gaussian or quartic.")] = "gaussian",
    level: LevelOption = 1,
    vintage: VintageOption = "2015",
    audience: AudienceOption = "public",
    as_of: AsOfOption = None,
) -> None:
    """Write the kernel density of incidents as a Cloud-Optimized GeoTIFF.

    For partners and the public it is made from what is released of the incidents.
    """
    if output.suffix.lower() not in (".tif", ".tiff"):
        raise ArgumentError(f"cannot write {output}: a surface is written as .tif")
    day, units = settled_day(audience, as_of), maligeo.load_boundaries(level, vintage)
    surface = maligeo.density_surface(
        _released(maligeo.read_incidents(incidents), audience, day),
        bandwidth_km=bandwidth_km,
        cell_km=cell_km,
        units=units,
        kernel=cast("KernelName", kernel),
    )
    method = f"kernel density, {kernel}, bandwidth {bandwidth_km:g} km"
    about = recorded(context, audience, units=units, method=method, settled=day)
    write_surface(surface, output, audience=cast("Audience", audience), about=about)
    typer.echo(_size_of(output))
    used, rows = (int(surface.provenance[name]) for name in ("used", "rows"))
    if used < _MOST * rows:
        typer.secho(f"made from {used:,} of {rows:,} incidents: it shows too little", fg="red")
    for name, value in surface.provenance.items():
        typer.echo(f"  {name}: {value}")


@tiles.command("raster")
def make_raster_tiles(
    context: typer.Context,
    source: Annotated[str, typer.Argument(help="A raster: anything that rasterio opens.")],
    output: ArchiveOption,
    zooms: ZoomsOption = _ZOOMS,
    tile_type: Annotated[str, typer.Option("--type", help="png or webp.")] = "png",
    tile_size: Annotated[int, typer.Option("--size", help="Pixels along a side: 256, 512.")] = 256,
    interpolation: Annotated[
        str, typer.Option("--interpolation", help="average, nearest or bilinear.")
    ] = "average",
    workers: Annotated[int, typer.Option("--workers", help="Processes that work.", min=1)] = 1,
    audience: AudienceOption = "public",
) -> None:
    """Make picture tiles of a raster.

    A raster says in its tag MALIGEO_AUDIENCE for whom it is; without one it is internal.
    """
    with progress_bar("parts") as advance:
        options = maligeo.RasterOptions(
            tile_type=cast("PictureType", tile_type),
            tile_size=tile_size,
            interpolation=cast("Interpolation", interpolation),
            workers=workers,
            progress=advance,
        )
        written = maligeo.raster_tiles(
            source,
            output,
            zooms=_zooms(zooms),
            options=options,
            audience=cast("Audience", audience),
            about=recorded(context, audience, method="classes of equally many cells"),
        )
    typer.echo(f"{_size_of(output)}, {written.tiles} tiles")


@tiles.command("vector")
def make_vector_tiles(
    context: typer.Context,
    output: ArchiveOption,
    zooms: ZoomsOption = _ZOOMS,
    incidents: IncidentsOption = None,
    projects: ProjectsOption = None,
    areas: AreasOption = None,
    boundaries: BoundariesOption = None,
    layer: LayerOption = None,
    low_zooms: LowZoomsOption = "thin",
    audience: AudienceOption = "public",
    as_of: AsOfOption = None,
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
    layers = dict(_layers({name: path for name, path in given.items() if path}, layer or []))
    held = [name for name in layers if name in _OF_RECORDS]
    day = settled_day(audience, as_of) if held else {}
    layers |= {name: _released(layers[name], audience, day) for name in held}
    layers = layers or {"boundaries": maligeo.load_boundaries()}
    with progress_bar("zooms") as advance:
        maligeo.vector_tiles(
            layers,
            output,
            zooms=_zooms(zooms),
            options=VectorOptions(low_zooms=cast("LowZooms", low_zooms), progress=advance),
            audience=cast("Audience", audience),
            about=recorded(context, audience, units=layers.get("boundaries"), settled=day),
        )
    typer.echo(_size_of(output))


@tiles.command("info")
def show_info(archive: ArchiveArgument) -> None:
    """Tell what an archive holds."""
    info = maligeo.inspect_tiles(archive)
    described = info.description
    typer.echo(f"{archive}: {described.archive_format}, {described.tile_type or 'unknown'} tiles")
    typer.echo(f"{info.file_bytes:,} bytes, {info.distinct:,} different tiles")
    typer.echo("bounds " + ", ".join(f"{side:.4f}" for side in described.bounds))
    for key in ("name", "description", "attribution", AUDIENCE):
        if described.metadata.get(key):
            typer.echo(f"{key}: {described.metadata[key]}")
    for layer in described.metadata.get("vector_layers", []):
        fields = ", ".join(f"{name} ({kind})" for name, kind in layer.get("fields", {}).items())
        typer.echo(f"layer {layer.get('id')}: {fields}")
    table = Table("zoom", "tiles", "bytes", box=None, pad_edge=False)
    for zoom, count in info.zooms.items():
        table.add_row(str(zoom), f"{count.tiles:,}", f"{count.bytes:,}")
    Console().print(table)


@tiles.command("verify")
def verify(archive: ArchiveArgument) -> None:
    """Read every tile of an archive and list what is wrong; the exit code is 1 if anything is."""
    with progress_bar("tiles") as advance:
        faults = maligeo.verify_tiles(archive, progress=advance)
    for fault in faults:
        typer.echo(str(fault))
    if faults:
        raise typer.Exit(FAULTY)
    typer.echo(f"{archive}: every tile is in order")


def _layers(given: dict[str, Path], more: list[str]) -> Iterator[tuple[str, "gpd.GeoDataFrame"]]:
    """Read the files of layers: those of a kind by its reader, others as they are."""
    for kind, path in given.items():
        yield kind, getattr(maligeo, f"read_{kind}")(path)
    for text in more:
        name, _, file = text.partition("=")
        if not name or not file or name in given:
            raise ArgumentError(f"--layer {text!r} is not name=file with a name of its own")
        yield name, read_vector(file)


def _released(frame: Any, audience: str, day: Mapping[str, object]) -> Any:
    return release(frame, audience=cast("Audience", audience), as_of=day.get("as_of"))


def _zooms(text: str) -> tuple[int, int]:
    low, _, high = text.partition("-")
    if not (low.isdecimal() and (high or low).isdecimal()):
        raise ArgumentError(f"--zooms {text!r} is not like 0-10")
    return int(low), int(high or low)


def _size_of(path: Path) -> str:
    files = [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]
    return f"{path} ({sum(file.stat().st_size for file in files) / 1000:,.0f} kB)"
