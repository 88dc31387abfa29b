"""`maligeo density`: counts, densities and rates by unit."""

from typing import Annotated, Final

import typer

import maligeo
from maligeo.cli.command import Application
from maligeo.cli.options import (
    AreasOption,
    AsOfOption,
    AudienceOption,
    BoundariesOption,
    CountingOption,
    CoversOption,
    FiguresOption,
    FileVintageOption,
    GazetteerOption,
    IncidentsOption,
    LevelOption,
    OutputOption,
    PeriodOption,
    PopulationOption,
    ProjectsOption,
    RegionOption,
    StoreOption,
    audience_of_figures,
    division,
    periods,
)
from maligeo.cli.output import Format, FormatOption, is_passed_on, put
from maligeo.cli.progress import progress_bar, say_withheld

SHOWN: Final = (
    "name",
    "measure",
    "publisher",
    "period_start",
    "period_end",
    "count",
    "per_1000_sqkm",
    "per_100k",
    "population_year",
    "low_count",
    "note",
)

MeasureOption = Annotated[
    str | None,
    typer.Option("--measure", help="What to count of the file: victims, money, cleared_sqm …"),
]


def register(app: Application) -> None:
    """Add the command to the application."""
    app.command("density", streams=".csv")(write_density)


def write_density(
    incidents: IncidentsOption = None,
    projects: ProjectsOption = None,
    areas: AreasOption = None,
    figures: FiguresOption = None,
    measure: MeasureOption = None,
    counting: CountingOption = None,
    covers: CoversOption = None,
    boundaries: BoundariesOption = None,
    gazetteer: GazetteerOption = None,
    population: PopulationOption = None,
    region: RegionOption = None,
    period: PeriodOption = None,
    level: LevelOption = 1,
    vintage: FileVintageOption = None,
    audience: AudienceOption = None,
    as_of: AsOfOption = None,
    store: StoreOption = None,
    output_format: FormatOption = Format.text,
    output: OutputOption = None,
) -> None:
    """Count by unit, per area and people; print or write the table, as .xlsx or other.

    Without a file it is the table behind the map. --period also takes year, quarter or
    month, and several periods with commas. What is written of your own records for partners
    or the public is released first, by period; a table of figures is counted for internal use.
    """
    audience = audience_of_figures(figures, audience)
    with progress_bar("rows") as advance:
        study = maligeo.study(
            incidents=incidents,
            projects=projects,
            areas=areas,
            figures=figures,
            units=division(boundaries, level, vintage),
            gazetteer=gazetteer,
            population=population,
            period=periods(period),
            covers=covers,
            progress=advance,
        )
    with progress_bar("cells") as advance:
        if is_passed_on(audience, output_format, output):
            study = study.release(audience=audience, as_of=as_of, store=store, progress=advance)
        counted = study.count(measure, counting=counting, region=region)
    put(counted, SHOWN, output_format, output)
    say_withheld(study, None)
