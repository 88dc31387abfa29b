"""`maligeo map`: a page, or the same table and records on paper."""

from pathlib import Path
from typing import Annotated, Final

import typer

import maligeo
from maligeo.cli import show_file
from maligeo.cli.command import Application
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
    OutputOption,
    PeriodOption,
    PopulationOption,
    ProjectsOption,
    RegionOption,
    StoreOption,
    audience_of_figures,
    division,
)
from maligeo.cli.progress import progress_bar, say_left_out
from maligeo.core.errors import ArgumentError
from maligeo.workflows.views import COMPARABLE

DEFAULT_OUTPUT: Final = Path("maps/mali.html")
DEFAULT_PAPER: Final = DEFAULT_OUTPUT.with_suffix(".pdf")

OnlineTiles = Annotated[
    bool,
    typer.Option(
        "--online-tiles", help="Add a street map from the internet; the file then needs a network."
    ),
]
TilesOption = Annotated[
    list[Path] | None,
    typer.Option("--tiles", help="An archive of tiles to lay over the page; repeatable."),
]
PdfOption = Annotated[
    bool, typer.Option("--pdf", help="Write the map on paper; so does -o with .pdf, .png or .svg.")
]
LayersOption = Annotated[
    str | None,
    typer.Option(
        "--layers", help="What it shows, with commas: killed,cleared_sqm,gaps … On paper, one."
    ),
]
CompareOption = Annotated[
    str | None,
    typer.Option(
        "--compare",
        help="Two periods side by side, such as 2021,2022; auto takes two that compare.",
    ),
]


def register(app: Application) -> None:
    """Add the command to the application."""
    app.command("map", streams=".html")(write_map)


def write_map(
    incidents: IncidentsOption = None,
    projects: ProjectsOption = None,
    areas: AreasOption = None,
    figures: FiguresOption = None,
    covers: CoversOption = None,
    boundaries: BoundariesOption = None,
    gazetteer: GazetteerOption = None,
    population: PopulationOption = None,
    region: RegionOption = None,
    period: PeriodOption = None,
    compare: CompareOption = None,
    language: LanguageOption = None,
    level: LevelOption = 1,
    vintage: FileVintageOption = None,
    tiles: TilesOption = None,
    online_tiles: OnlineTiles = False,
    pdf: PdfOption = False,
    layers: LayersOption = None,
    audience: AudienceOption = None,
    as_of: AsOfOption = None,
    store: StoreOption = None,
    output: OutputOption = None,
) -> None:
    """Write an interactive map that opens without a network.

    Without files it shows the bundled data. Your own records colour the regions and lie
    over them; for partners and the public they are released first. A map with a table of
    figures is for internal use.
    """
    target = output or (DEFAULT_PAPER if pdf else DEFAULT_OUTPUT)
    if pdf and target.suffix.lower() in (".html", ".htm"):
        raise ArgumentError(f"--pdf writes the map on paper, and {target} is a page")
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
            period=period,
            covers=covers,
            progress=advance,
        )
    with progress_bar("cells") as advance:
        released = study.release(audience=audience, as_of=as_of, store=store, progress=advance)
        fmap = released.map(
            region=region,
            language=language,
            compare=None if compare is None else _two_periods(compare),
            layers=None if layers is None else [one.strip() for one in layers.split(",")],
            online_tiles=online_tiles,
            tiles=tiles,
        )
        path = fmap.save(target)
    say_left_out(released, language)
    show_file(path)


def _two_periods(text: str) -> list[str] | str:
    """Take the two periods of --compare apart."""
    if text.strip() == COMPARABLE:
        return COMPARABLE
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 2 or not all(parts):
        raise ArgumentError(f"--compare {text!r} is not two periods like 2021,2022")
    return parts
