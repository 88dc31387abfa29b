"""`maligeo crosswalk`: from one administrative division to another."""

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from maligeo.cli.command import Application
from maligeo.cli.density import SHOWN as SHOWN_COUNTS
from maligeo.cli.options import (
    AsOfOption,
    AudienceOption,
    LevelOption,
    OutputOption,
    StoreOption,
    one_of,
    source,
)
from maligeo.cli.output import Format, FormatOption, put
from maligeo.disclosure import Release
from maligeo.readers.files.sources import Source
from maligeo.workflows.steps import CrosswalkOptions, crosswalk_table

SHOWN: Final = ("from_name", "to_name", "weight", "method", "exact", "note")

OriginArgument = Annotated[
    str, typer.Argument(help="Vintage (2015, 2016, 2023) or file with units to come from.")
]
TargetArgument = Annotated[str, typer.Argument(help="Vintage or file with units to go to.")]
TableOption = Annotated[
    Path | None,
    typer.Option("--table", help="Density table (.csv, .xlsx, .parquet) to convert instead."),
]
MethodOption = Annotated[
    Any, one_of(("area", "population"), "--method", "How to divide units that do not nest.")
]
RasterOption = Annotated[
    Path | None, typer.Option("--raster", help="Raster of people, to divide files by population.")
]
KindOption = Annotated[
    Any, one_of(("count", "density"), "--kind", "What a cell of the raster holds.")
]


def register(app: Application) -> None:
    """Add the command to the application."""
    app.command("crosswalk", streams=".csv")(write_crosswalk)


def write_crosswalk(
    origin: OriginArgument,
    target: TargetArgument,
    table: TableOption = None,
    method: MethodOption = None,
    raster: RasterOption = None,
    kind: KindOption = None,
    level: LevelOption = 1,
    audience: AudienceOption = None,
    as_of: AsOfOption = None,
    store: StoreOption = None,
    output_format: FormatOption = Format.text,
    output: OutputOption = None,
) -> None:
    """Say which part of each unit goes where, or convert a density table."""
    product = crosswalk_table(
        *(Source.of(end) if Path(end).suffix else end for end in (origin, target)),
        table=source(table),
        options=CrosswalkOptions(method=method, raster=source(raster), kind=kind, level=level),
        rules=Release.asked(audience, as_of, folder=store, of_records=table is not None),
    )
    put(product, SHOWN if table is None else SHOWN_COUNTS, output_format, output)
