"""`maligeo density`: the table behind the map."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.console import Console
from rich.table import Table

import maligeo
from maligeo.cli.options import (
    LevelOption,
    OutputOption,
    PeriodOption,
    RegionOption,
    VintageOption,
)
from maligeo.errors import ArgumentError, OutputFileError, UnknownNameError
from maligeo.names import NameTable

_SHOWN = {
    "name": "unit",
    "measure": "measure",
    "period_start": "from",
    "period_end": "to",
    "count": "count",
    "per_1000_sqkm": "per 1,000 km²",
    "per_100k": "per 100,000 a year",
    "note": "note",
}


class Format(StrEnum):
    """Ways to write a table to the standard output."""

    text = "text"
    csv = "csv"


FormatOption = Annotated[Format, typer.Option("--format", help="text for reading, csv for all.")]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("density")(write_density)


def write_density(
    region: RegionOption = None,
    period: PeriodOption = None,
    level: LevelOption = 1,
    vintage: VintageOption = "2015",
    output_format: FormatOption = Format.text,
    output: OutputOption = None,
) -> None:
    """Print the table behind the map, or write it to a CSV file."""
    units = maligeo.load_boundaries(level, vintage)
    table = maligeo.bundled_density(units, period=period)
    if region is not None:
        table = _only(table, units, region)
    if output is not None:
        _write_csv(table, output)
    elif output_format is Format.csv:
        typer.echo(table.to_csv(index=False), nl=False)
    else:
        Console().print(_readable(table))


def _only(table: pd.DataFrame, units: pd.DataFrame, region: str) -> pd.DataFrame:
    found = NameTable.from_columns(units["name"], units["name_alt"]).find(region)
    if len(found) != 1:
        known = ", ".join(units["name"])
        raise UnknownNameError(f"region {region!r} is not known; there is {known}")
    return table[table["pcode"] == units["pcode"].iloc[found[0]]]


def _write_csv(table: pd.DataFrame, path: Path) -> None:
    if path.suffix.lower() != ".csv":
        raise ArgumentError(f"cannot write {path}: the table is written as .csv")
    try:
        table.to_csv(path, index=False, encoding="utf-8")
    except OSError as error:
        raise OutputFileError(f"cannot write {path}: {error.strerror}") from error


def _readable(table: pd.DataFrame) -> Table:
    readable = Table(*_SHOWN.values(), box=None, pad_edge=False)
    for _, row in table.iterrows():
        place = row["name"] if pd.notna(row["name"]) else f"({row['place_kind']})"
        readable.add_row(place, *(_cell(row[column]) for column in list(_SHOWN)[1:]))
    return readable


def _cell(value: object) -> str:
    if pd.isna(value):
        return "–"
    if isinstance(value, pd.Timestamp):
        return str(value.date().isoformat())
    if isinstance(value, float):
        return f"{value:,.4g}" if value < 1000 else f"{value:,.0f}"
    return str(value)
