"""`maligeo report`: one page about one region."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final, cast

import geopandas as gpd
import pandas as pd
import typer

import maligeo
from maligeo.cli.options import (
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
    people_of,
    read_records,
    read_units,
)
from maligeo.cli.recipe import recorded, settled_day
from maligeo.core.checks import require_choice
from maligeo.core.columns import AUDIENCES, LANGUAGES, Audience, Language
from maligeo.core.placenames import find_unit, normalise
from maligeo.disclosure import release
from maligeo.paper import ReportOptions, region_report

FOLDER: Final = Path("maps")
_METHOD: Final = "profile of one unit: counts, rates with 95 % intervals, gaps by rank"
_VICTIMS: Final = ("killed", "injured")

RegionOption = Annotated[
    str, typer.Option("--region", help="The region, by any of its names.", show_default=False)
]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("report")(write_report)


def write_report(
    context: typer.Context,
    region: RegionOption,
    incidents: IncidentsOption = None,
    projects: ProjectsOption = None,
    covers: CoversOption = None,
    boundaries: BoundariesOption = None,
    period: PeriodOption = None,
    level: LevelOption = 1,
    vintage: FileVintageOption = None,
    language: LanguageOption = "fr",
    audience: AudienceOption = "public",
    as_of: AsOfOption = None,
    output: OutputOption = None,
) -> None:
    """Write a profile of one region as .html or .pdf: numbers, trend, programmes, gaps.

    Without a file it is about the bundled figures and projects. For partners and the public
    what is told of a file is released first.
    """
    require_choice(language, LANGUAGES, option="language")
    require_choice(audience, AUDIENCES, option="audience")
    units = read_units(boundaries, level, vintage)
    name = str(units["name"].iloc[find_unit(region, units)])
    day = settled_day(audience, as_of) if incidents or projects else {}
    rules: dict[str, Any] = {"audience": audience, **day}
    records = read_records({"incidents": incidents}, units, covers)
    need = release(_need(records, units, period), **rules)
    listed = maligeo.load_projects() if projects is None else maligeo.read_projects(projects)
    located = release(maligeo.locate(listed, units), **rules)
    shares = maligeo.allocate(located, units)
    written = region_report(
        maligeo.combine(need, *_standing(shares, units)),
        units,
        output or FOLDER / f"report-{normalise(name).replace(' ', '-')}.html",
        options=ReportOptions(
            region=region,
            presence=maligeo.presence(shares, units),
            gaps=_gaps(need, located, units),
            language=cast("Language", language),
        ),
        audience=cast("Audience", audience),
        about=recorded(context, audience, units=units, method=_METHOD, settled=day),
    )
    typer.echo(f"{written} ({written.stat().st_size / 1000:.0f} kB)")


def _need(
    records: pd.DataFrame | None, units: gpd.GeoDataFrame, period: str | None
) -> pd.DataFrame:
    """Count incidents, and victims where the records tell them."""
    people = people_of(units)
    if records is None:
        figures = maligeo.load_figures("incidents")
        return maligeo.density(
            figures, units, measure="incidents", population=people, period=period
        )
    told = set(_VICTIMS) <= set(records.columns) and records[list(_VICTIMS)].notna().any().all()
    periods = period.split(",") if period is not None and "," in period else period
    counted = [
        maligeo.density(records, units, measure=measure, population=people, period=periods)
        for measure in ("incidents", *(["victims"] if told else []))
    ]
    return maligeo.combine(*counted)


def _standing(shares: pd.DataFrame, units: gpd.GeoDataFrame) -> Iterator[pd.DataFrame]:
    """Count projects, programmes and people."""
    yield maligeo.density(shares, units, measure="projects")
    yield maligeo.density(shares, units, measure="projects", counting="fractional")
    yield maligeo.density(shares, units, measure="programmes")
    people = people_of(units)
    if people is not None:
        yield maligeo.density(people, units, measure="people")


def _gaps(
    need: pd.DataFrame, located: pd.DataFrame, units: gpd.GeoDataFrame
) -> pd.DataFrame | None:
    """Compare incidents with projects, where incidents are known by unit and period."""
    incidents = need[need["measure"] == "incidents"]
    by_unit = incidents[incidents["place_kind"] == "unit"]
    if not (by_unit["count"].notna() & by_unit["period_start"].notna()).any():
        return None
    return maligeo.incident_gaps(incidents, located, units, people=people_of(units))
