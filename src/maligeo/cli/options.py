"""Options that several commands share, with one wording for all."""

from pathlib import Path
from typing import Annotated

import geopandas as gpd
import pandas as pd
import typer

import maligeo
from maligeo.core.errors import ArgumentError

LanguageOption = Annotated[str, typer.Option("--language", help="Language: fr or en.")]
LevelOption = Annotated[
    int, typer.Option("--level", help="Administrative level: 1 for regions.", min=1, max=3)
]
VintageOption = Annotated[
    str, typer.Option("--vintage", help="Administrative division: 2015, 2016 or 2023.")
]
FileVintageOption = Annotated[
    str | None,
    typer.Option("--vintage", help="Administrative division; without it the file tells."),
]
PeriodOption = Annotated[
    str | None,
    typer.Option("--period", help="Keep figures within it: 2021, 2021-09 or 2021-01/2021-09."),
]
RegionOption = Annotated[
    str | None, typer.Option("--region", help="Only this region, by any of its names.")
]
OutputOption = Annotated[Path | None, typer.Option("-o", "--output", help="File to write.")]
AudienceOption = Annotated[
    str, typer.Option("--audience", help="For whom it is: internal, partner or public.")
]
AsOfOption = Annotated[
    str | None,
    typer.Option("--as-of", help="Day of the release, from which delays count back; today."),
]


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
