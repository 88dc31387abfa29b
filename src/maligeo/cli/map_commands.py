"""`maligeo map`."""

from pathlib import Path
from typing import Annotated, cast

import pandas as pd
import typer

import maligeo
from maligeo.checks import require_choice
from maligeo.cli.options import (
    LanguageOption,
    LevelOption,
    OutputOption,
    PeriodOption,
    RegionOption,
    VintageOption,
)
from maligeo.columns import LANGUAGES, Language

DEFAULT_OUTPUT = Path("maps/mali.html")

OnlineTiles = Annotated[
    bool,
    typer.Option(
        "--online-tiles", help="Add a street map from the internet; the file then needs a network."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("map")(write_map)


def write_map(
    region: RegionOption = None,
    period: PeriodOption = None,
    language: LanguageOption = "fr",
    level: LevelOption = 1,
    vintage: VintageOption = "2015",
    online_tiles: OnlineTiles = False,
    output: OutputOption = None,
) -> None:
    """Write an interactive map that opens without a network."""
    require_choice(language, LANGUAGES, option="language")
    units = maligeo.load_boundaries(level, vintage)
    table = maligeo.bundled_density(units, period=period)
    presence = maligeo.bundled_presence(units)
    fmap = maligeo.region_map(
        table, units, presence=presence, region=region, language=cast(Language, language)
    )
    if _need_is_known(table):
        maligeo.add_gaps(fmap, maligeo.bundled_gaps(units, period=period), units)
    if online_tiles:
        maligeo.add_online_tiles(fmap)
    written = maligeo.save_map(fmap, output or DEFAULT_OUTPUT)
    typer.echo(f"{written} ({written.stat().st_size / 1000:.0f} kB)")


def _need_is_known(table: pd.DataFrame) -> bool:
    """Tell whether incidents are known by unit; a national total has no gaps to show."""
    by_unit = (table["measure"] == "incidents") & (table["place_kind"] == "unit")
    return bool(table.loc[by_unit, "count"].notna().any())
