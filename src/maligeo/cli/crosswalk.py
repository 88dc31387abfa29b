"""`maligeo crosswalk`: from one administrative division to another."""

from pathlib import Path
from typing import Annotated, Final

import typer

import maligeo
from maligeo.cli.density import SHOWN as SHOWN_COUNTS
from maligeo.cli.options import AsOfOption, AudienceOption, LevelOption, OutputOption
from maligeo.cli.output import Format, FormatOption, put
from maligeo.cli.recipe import recorded, settled_day

SHOWN: Final = {
    "from_name": "from",
    "to_name": "to",
    "weight": "weight",
    "method": "method",
    "exact": "exact",
    "note": "note",
}

OriginArgument = Annotated[
    str, typer.Argument(help="Vintage (2015, 2016, 2023) or file with units to come from.")
]
TargetArgument = Annotated[str, typer.Argument(help="Vintage or file with units to go to.")]
TableOption = Annotated[
    Path | None,
    typer.Option("--table", help="Density table (.csv, .parquet) to carry over instead."),
]
MethodOption = Annotated[
    str | None,
    typer.Option("--method", help="How to divide units that do not nest: area or population."),
]
RasterOption = Annotated[
    Path | None, typer.Option("--raster", help="Raster of people, to divide files by population.")
]
KindOption = Annotated[
    str | None, typer.Option("--kind", help="What a cell of the raster holds: count or density.")
]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("crosswalk")(write_crosswalk)


def write_crosswalk(
    context: typer.Context,
    origin: OriginArgument,
    target: TargetArgument,
    table: TableOption = None,
    method: MethodOption = None,
    raster: RasterOption = None,
    kind: KindOption = None,
    level: LevelOption = 1,
    audience: AudienceOption = "public",
    as_of: AsOfOption = None,
    output_format: FormatOption = Format.text,
    output: OutputOption = None,
) -> None:
    """Say which part of each unit goes where, or carry a density table over."""
    ends = [
        maligeo.read_boundaries(end, level=level) if Path(end).suffix else end
        for end in (origin, target)
    ]
    weights = maligeo.crosswalk(*ends, method=method, raster=raster, kind=kind)
    day = settled_day(audience, as_of) if table is not None else {}
    about = recorded(context, audience, settled=day)
    if table is None:
        put(weights, SHOWN, output_format, output, audience=audience, about=about)
    else:
        converted = maligeo.convert(maligeo.read_counts(table), weights)
        put(converted, SHOWN_COUNTS, output_format, output, audience=audience, about=about, **day)
