"""Options that name a user's own units and records, and what is read for them."""

from pathlib import Path
from typing import Annotated

import geopandas as gpd
import pandas as pd
import typer

import maligeo
from maligeo.errors import ArgumentError

BoundariesOption = Annotated[
    Path | None, typer.Option("--boundaries", help="File with units, instead of the bundled ones.")
]
IncidentsOption = Annotated[Path | None, typer.Option("--incidents", help="File with incidents.")]
ProjectsOption = Annotated[Path | None, typer.Option("--projects", help="File with projects.")]
AreasOption = Annotated[
    Path | None, typer.Option("--areas", help="File with hazardous or released land.")
]
CoversOption = Annotated[
    str | None,
    typer.Option("--covers", help="Period that the file covers everywhere: only then is none 0."),
]


def read_units(boundaries: Path | None, level: int, vintage: str | None) -> gpd.GeoDataFrame:
    """Read the units of a file, or load the bundled ones."""
    if boundaries is None:
        return maligeo.load_boundaries(level, vintage or "2015")
    return maligeo.read_boundaries(boundaries, level=level, vintage=vintage)


def read_records(
    files: dict[str, Path | None], units: gpd.GeoDataFrame, covers: str | None
) -> pd.DataFrame | None:
    """Read the one file of records that is given, and join it; None without any."""
    given = {kind: path for kind, path in files.items() if path is not None}
    if len(given) > 1:
        raise ArgumentError(f"give one of {', '.join(f'--{kind}' for kind in given)} at a time")
    for kind, path in given.items():
        records = maligeo.join_file(path, units, kind=kind)
        return records if covers is None else maligeo.with_coverage(records, covers)
    if covers is not None:
        raise ArgumentError("--covers is about a file of records, and none is given")
    return None


def people_of(units: gpd.GeoDataFrame) -> pd.DataFrame | None:
    """Give the people of regions from the census; finer units have none."""
    return maligeo.population(units) if (units["level"] == 1).all() else None
