"""`maligeo export`: units with their figures, and the records, for other programs."""

from pathlib import Path
from typing import Annotated

import typer

import maligeo
from maligeo.cli import show_file
from maligeo.cli.command import Application
from maligeo.cli.needs import NeedOption, needs
from maligeo.cli.options import (
    AreasOption,
    AsOfOption,
    AudienceOption,
    BoundariesOption,
    CoversOption,
    FiguresOption,
    FileVintageOption,
    GazetteerOption,
    IncidentsOption,
    LanguageOption,
    LevelOption,
    PeriodOption,
    PopulationOption,
    ProjectsOption,
    StoreOption,
    audience_of_figures,
    division,
    periods,
)
from maligeo.cli.progress import progress_bar, say_left_out
from maligeo.core.session import session_language
from maligeo.core.words import word
from maligeo.exports import holds_units_alone

FileOption = Annotated[
    Path,
    typer.Option(
        "-o",
        "--output",
        help="File or folder to write: .gpkg, .gdb.zip, .shp.zip, .topojson, .zip or no suffix.",
    ),
]
LayersOption = Annotated[
    str | None,
    typer.Option(
        "--layers",
        help="What becomes columns of the units, with commas: killed,cleared_sqm_share,gaps …",
    ),
]


def register(app: Application) -> None:
    """Add the command to the application."""
    app.command("export")(export_study)


def export_study(
    output: FileOption,
    incidents: IncidentsOption = None,
    projects: ProjectsOption = None,
    areas: AreasOption = None,
    figures: FiguresOption = None,
    covers: CoversOption = None,
    boundaries: BoundariesOption = None,
    gazetteer: GazetteerOption = None,
    population: PopulationOption = None,
    period: PeriodOption = None,
    level: LevelOption = 1,
    vintage: FileVintageOption = None,
    layers: LayersOption = None,
    need: NeedOption = None,
    language: LanguageOption = None,
    audience: AudienceOption = None,
    as_of: AsOfOption = None,
    store: StoreOption = None,
) -> None:
    """Write units with their figures, and the records, for QGIS and other programs.

    A GeoPackage has the colours and the legend of the maps. --period also takes year, quarter
    or month, and several periods with commas. What is written of your own records for
    partners or the public is released first; a table of figures is for internal use.
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
        ).asking(need=needs(need))
    with progress_bar("cells") as advance:
        released = study.release(audience=audience, as_of=as_of, store=store, progress=advance)
        path = released.export(
            output,
            language=language,
            layers=None if layers is None else [one.strip() for one in layers.split(",")],
        )
    if holds_units_alone(output):
        alone = word("export.units_alone", session_language(language))
        typer.echo(alone.format(file=path.name), err=True)
    else:
        say_left_out(released, language)
    show_file(path)
