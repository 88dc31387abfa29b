"""`maligeo report`: one page about one region, a report on the country, or all of them."""

from pathlib import Path
from typing import Annotated, Any, Final

import typer

import maligeo
from maligeo.catalog import country
from maligeo.cli import show_file
from maligeo.cli.command import Application
from maligeo.cli.options import (
    AsOfOption,
    AudienceOption,
    BoundariesOption,
    CoversOption,
    FileVintageOption,
    GazetteerOption,
    IncidentsOption,
    LanguageOption,
    LevelOption,
    OutputOption,
    PeriodOption,
    PopulationOption,
    ProjectsOption,
    RegionOption,
    StoreOption,
    division,
    one_of,
    periods,
)
from maligeo.cli.progress import progress_bar, say_withheld
from maligeo.core.errors import ArgumentError
from maligeo.core.placenames import plain_name
from maligeo.join.regions import find_unit
from maligeo.workflows.study import Study

FOLDER: Final = Path("maps")
ALL: Final = FOLDER / "reports"
_FORMATS: Final = ("html", "pdf", "pptx", "docx")

AllOption = Annotated[
    bool,
    typer.Option("--all", help="The country and every unit, in a folder with a page to begin at."),
]
FormatOption = Annotated[
    Any, one_of(_FORMATS, "--format", "In which format; without it the name of the file says.")
]


def register(app: Application) -> None:
    """Add the command to the application."""
    app.command("report", streams=".html")(write_report)


def write_report(
    region: RegionOption = None,
    every: AllOption = False,
    incidents: IncidentsOption = None,
    projects: ProjectsOption = None,
    covers: CoversOption = None,
    boundaries: BoundariesOption = None,
    gazetteer: GazetteerOption = None,
    population: PopulationOption = None,
    period: PeriodOption = None,
    level: LevelOption = 1,
    vintage: FileVintageOption = None,
    language: LanguageOption = None,
    audience: AudienceOption = None,
    as_of: AsOfOption = None,
    store: StoreOption = None,
    output_format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Write a report on the country, on one region, or on all: .html, .pdf, .pptx or .docx.

    Of the country it has the map, need and response by unit, and what documents say by
    programme; of a region numbers, trend, programmes, gaps. As .pptx or .docx it is a briefing
    whose map, tables and texts can be edited. Without a file it is about the bundled figures
    and projects. For partners and the public what it says of a file is released first.
    """
    _require_one_way(region, output_format, output, every=every)
    with progress_bar("rows") as advance:
        study = maligeo.study(
            incidents=incidents,
            projects=projects,
            units=division(boundaries, level, vintage),
            gazetteer=gazetteer,
            population=population,
            period=periods(period),
            covers=covers,
            progress=advance,
        )
    with progress_bar("cells") as advance:
        released = study.release(audience=audience, as_of=as_of, store=store, progress=advance)
        if not every:
            name = f"report-{_place(study, region)}.{output_format or 'html'}"
            path = released.report(region, language=language).save(output or FOLDER / name)
    if every:
        suffix = f".{output_format or 'pdf'}"
        with progress_bar("reports") as advance:
            path = released.save_reports(
                output or ALL, suffix=suffix, language=language, progress=advance
            )
    say_withheld(released, language)
    show_file(path)


def _require_one_way(
    region: str | None, output_format: str | None, output: Path | None, *, every: bool
) -> None:
    """Refuse options that say two things."""
    if every and region is not None:
        raise ArgumentError("--all and --region do not go together")
    if output_format is None or output is None or every:
        return
    name = output.name
    if not name.lower().endswith(f".{output_format}"):
        raise ArgumentError(f"--format {output_format} and {name} are two formats")


def _place(study: Study, region: str | None) -> str:
    """Name what the report is about in plain letters."""
    if region is None:
        return plain_name(str(country()["name_fr"]))
    return plain_name(str(study.units["name"].iloc[find_unit(region, study.units)]))
