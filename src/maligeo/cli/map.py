"""`maligeo map`: a page, or the same table and records on paper."""

from pathlib import Path
from typing import Annotated, Final, cast

import geopandas as gpd
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
    LanguageOption,
    LevelOption,
    OutputOption,
    PeriodOption,
    ProjectsOption,
    RegionOption,
    read_units,
)
from maligeo.cli.recipe import recorded, settled_day
from maligeo.core.checks import require_choice
from maligeo.core.columns import AUDIENCES, LANGUAGES, Audience, Language
from maligeo.core.errors import ArgumentError
from maligeo.maps import MapSide, PageMap, add_presence, comparison_map
from maligeo.paper import MapOptions, map_figure
from maligeo.provenance.record import Provenance
from maligeo.workflows.records import (
    Content,
    OwnRecords,
    Release,
    add_own_layers,
    own_table,
    read_own_records,
)

SUFFIXES: Final = (".pdf", ".png", ".svg")
_GAPS: Final = "gaps"


def write_paper(
    content: Content, output: Path, *, measure: str | None, region: str | None, about: Provenance
) -> Path:
    """Write one measure of a table as a map on paper; of own records also the points and areas.

    Raises
    ------
    ArgumentError
        If gaps are asked for and there are own records: `maligeo gaps` compares these.
    MaligeoError
        As `maligeo.map_figure` raises.
    """
    table, units, own, is_gaps = content.table, content.units, content.own, measure == _GAPS
    if is_gaps and own is not None:
        raise ArgumentError("gaps are drawn of the bundled data: maligeo gaps compares files")
    options = MapOptions(
        layer=None if is_gaps else measure,
        region=region,
        language=content.language,
        incidents=None if own is None else own.incidents,
        areas=None if own is None else own.areas,
        behind=table if is_gaps else None,
    )
    drawn = maligeo.bundled_gaps(units) if is_gaps else table
    return map_figure(drawn, units, output, options=options, audience=content.audience, about=about)


DEFAULT_OUTPUT = Path("maps/mali.html")
DEFAULT_PAPER = DEFAULT_OUTPUT.with_suffix(".pdf")

OnlineTiles = Annotated[
    bool,
    typer.Option(
        "--online-tiles", help="Add a street map from the internet; the file then needs a network."
    ),
]
PAGES = (".html", ".htm")

PdfOption = Annotated[
    bool, typer.Option("--pdf", help="Write the map on paper; so does -o with .pdf, .png or .svg.")
]
MeasureOption = Annotated[
    str | None,
    typer.Option("--measure", help="What the paper shows: incidents_per_100k, projects, gaps …"),
]
CompareOption = Annotated[
    str | None,
    typer.Option("--compare", help="Two periods side by side, such as 2021,2022."),
]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("map")(write_map)


def write_map(
    context: typer.Context,
    incidents: IncidentsOption = None,
    projects: ProjectsOption = None,
    areas: AreasOption = None,
    covers: CoversOption = None,
    boundaries: BoundariesOption = None,
    region: RegionOption = None,
    period: PeriodOption = None,
    compare: CompareOption = None,
    language: LanguageOption = "fr",
    level: LevelOption = 1,
    vintage: FileVintageOption = None,
    online_tiles: OnlineTiles = False,
    pdf: PdfOption = False,
    measure: MeasureOption = None,
    audience: AudienceOption = "public",
    as_of: AsOfOption = None,
    output: OutputOption = None,
) -> None:
    """Write an interactive map that opens without a network.

    Without files it shows the bundled data. Your own records colour the regions and lie
    over them; for partners and the public they are released first.
    """
    require_choice(language, LANGUAGES, option="language")
    require_choice(audience, AUDIENCES, option="audience")
    files = {"incidents": incidents, "projects": projects, "areas": areas}
    own = any(path is not None for path in files.values())
    sides = None if compare is None else _periods(compare)
    if sides is not None and (region or period or online_tiles or projects or areas):
        raise ArgumentError("--compare goes with --incidents, and not with what else is shown")
    units = read_units(boundaries, level, vintage)
    day = settled_day(audience, as_of) if own else {}
    made_for = Release(cast("Audience", audience), day.get("as_of"))
    spoken = cast("Language", language)
    if own or covers is not None:
        records = read_own_records(files, units, made_for, covers=covers, period=sides or period)
    else:
        records = None
    about = recorded(context, audience, units=units, settled=day)
    content = Content(_table(records, units, period), units, records, spoken, made_for.audience)
    target = output or (DEFAULT_PAPER if pdf else DEFAULT_OUTPUT)
    if pdf or target.suffix.lower() in SUFFIXES:
        if sides is not None or online_tiles:
            raise ArgumentError("--compare and --online-tiles are about the map on a screen")
        written = write_paper(content, target, measure=measure, region=region, about=about)
    else:
        require_choice(target.suffix.lower(), PAGES, option="the suffix of a map")
        if measure is not None:
            raise ArgumentError("--measure is about the map on paper: the one on a screen has all")
        fmap = _compared(content, sides) if sides else _regions(content, region, period)
        if online_tiles:
            maligeo.add_online_tiles(fmap)
        written = maligeo.save_map(fmap, target, about=about)
    typer.echo(f"{written} ({written.stat().st_size / 1000:.0f} kB)")


def _periods(text: str) -> list[str]:
    """Take the two periods of --compare apart."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 2 or not all(parts):
        raise ArgumentError(f"--compare {text!r} is not two periods like 2021,2022")
    return parts


def _table(own: OwnRecords | None, units: gpd.GeoDataFrame, period: str | None) -> pd.DataFrame:
    """Give what the regions are coloured by: own records, or the bundled ones."""
    only_areas = own is not None and own.incidents is None and own.shares is None
    if own is None or (only_areas and _is_bundled(units)):
        return maligeo.bundled_density(units, period=period)
    return own_table(own)


def _is_bundled(units: gpd.GeoDataFrame) -> bool:
    """Tell whether the bundled figures are about these units."""
    return bool((units["level"] == 1).all() and (units["vintage"] == "2015").all())


def _compared(content: Content, sides: list[str]) -> PageMap:
    first, second = (MapSide(content.table, content.units, side) for side in sides)
    return comparison_map(first, second, language=content.language, audience=content.audience)


def _regions(content: Content, region: str | None, period: str | None) -> PageMap:
    """Put the map of regions together, with own records or what is bundled over it."""
    table, units = content.table, content.units
    fmap: PageMap = maligeo.region_map(
        table, units, region=region, language=content.language, audience=content.audience
    )
    if content.own is not None:
        add_own_layers(fmap, content.own, units)
        return fmap
    add_presence(fmap, maligeo.bundled_presence(units))
    if _need_is_known(table):
        maligeo.add_gaps(fmap, maligeo.bundled_gaps(units, period=period), units)
    return fmap


def _need_is_known(table: pd.DataFrame) -> bool:
    """Tell whether incidents are known by unit; a national total has no gaps to show."""
    by_unit = (table["measure"] == "incidents") & (table["place_kind"] == "unit")
    return bool(table.loc[by_unit, "count"].notna().any())
