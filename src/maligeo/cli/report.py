"""`maligeo report`: one page about one region, or a report on the country."""

from pathlib import Path
from typing import Final

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
    periods,
)
from maligeo.cli.progress import progress_bar, say_withheld
from maligeo.core.placenames import normalise
from maligeo.join.regions import find_unit
from maligeo.workflows.study import Study

FOLDER: Final = Path("maps")


def register(app: Application) -> None:
    """Add the command to the application."""
    app.command("report", streams=".html")(write_report)


def write_report(
    region: RegionOption = None,
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
    output: OutputOption = None,
) -> None:
    """Write a report on the country, or on one region, as .html or .pdf.

    Of the country it has the map, need and response by unit, and what documents say by
    programme; of a region numbers, trend, programmes, gaps. Without a file it is about the
    bundled figures and projects. For partners and the public what it says of a file is
    released first.
    """
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
    target = output or FOLDER / f"report-{_place(study, region).replace(' ', '-')}.html"
    with progress_bar("cells") as advance:
        released = study.release(audience=audience, as_of=as_of, store=store, progress=advance)
        path = released.report(region, language=language).save(target)
    say_withheld(released, language)
    show_file(path)


def _place(study: Study, region: str | None) -> str:
    """Name what the report is about in plain letters."""
    if region is None:
        return normalise(str(country()["name_fr"]))
    return normalise(str(study.units["name"].iloc[find_unit(region, study.units)]))
