"""`maligeo density`: counts, densities and rates by unit."""

from enum import StrEnum
from typing import Annotated, Final

import pandas as pd
import typer

import maligeo
from maligeo.cli.options import (
    AreasOption,
    AsOfOption,
    AudienceOption,
    BoundariesOption,
    CoversOption,
    FileVintageOption,
    IncidentsOption,
    LevelOption,
    OutputOption,
    PeriodOption,
    ProjectsOption,
    RegionOption,
    people_of,
    read_records,
    read_units,
)
from maligeo.cli.output import Format, FormatOption, put
from maligeo.cli.recipe import recorded, settled_day
from maligeo.core.errors import ArgumentError
from maligeo.core.placenames import find_unit

SHOWN: Final = {
    "name": "unit",
    "measure": "measure",
    "period_start": "from",
    "period_end": "to",
    "count": "count",
    "per_1000_sqkm": "per 1,000 km²",
    "per_100k": "per 100,000 a year",
    "population_year": "people of",
    "low_count": "few",
    "note": "note",
}
_FIRST_MEASURE = {"incidents": "incidents", "projects": "projects", "areas": "cleared_sqm"}


class CountingName(StrEnum):
    """Ways to count a project in several units."""

    full = "full"
    fractional = "fractional"
    weighted = "weighted"


MeasureOption = Annotated[
    str | None,
    typer.Option("--measure", help="What to count of the file: victims, money, cleared_sqm …"),
]
CountingOption = Annotated[
    CountingName | None, typer.Option("--counting", help="How a project in several units counts.")
]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("density")(write_density)


def write_density(
    context: typer.Context,
    incidents: IncidentsOption = None,
    projects: ProjectsOption = None,
    areas: AreasOption = None,
    measure: MeasureOption = None,
    counting: CountingOption = None,
    covers: CoversOption = None,
    boundaries: BoundariesOption = None,
    region: RegionOption = None,
    period: PeriodOption = None,
    level: LevelOption = 1,
    vintage: FileVintageOption = None,
    audience: AudienceOption = "public",
    as_of: AsOfOption = None,
    output_format: FormatOption = Format.text,
    output: OutputOption = None,
) -> None:
    """Count by unit, per area and people; print the table or write .csv, .xlsx, .parquet.

    Without a file it is the table behind the map. --period also takes year, quarter or
    month, and several periods with commas. What is written of your own records for partners
    or the public is released first, by period.
    """
    units = read_units(boundaries, level, vintage)
    files = {"incidents": incidents, "projects": projects, "areas": areas}
    records = read_records(files, units, covers)
    if records is None:
        if measure is not None or counting is not None:
            raise ArgumentError("--measure and --counting are about a file of records")
        table = maligeo.bundled_density(units, period=period)
    else:
        kind = next(kind for kind, path in files.items() if path is not None)
        periods = period.split(",") if period is not None and "," in period else period
        table = maligeo.density(
            records,
            units,
            measure=measure or _FIRST_MEASURE[kind],
            population=people_of(units),
            period=periods,
            counting=counting.value if counting is not None else None,
        )
    if region is not None:
        table = _only(table, units, region)
    day = settled_day(audience, as_of) if records is not None else {}
    about = recorded(context, audience, units=units, settled=day)
    put(table, SHOWN, output_format, output, audience=audience, about=about, **day)


def _only(table: pd.DataFrame, units: pd.DataFrame, region: str) -> pd.DataFrame:
    return table[table["pcode"] == units["pcode"].iloc[find_unit(region, units)]]
