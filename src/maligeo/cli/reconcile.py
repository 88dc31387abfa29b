"""`maligeo reconcile`: records against published figures."""

from pathlib import Path
from typing import Annotated, Final

import typer

import maligeo
from maligeo.cli.options import AudienceOption, OutputOption
from maligeo.cli.output import Format, FormatOption, put
from maligeo.cli.recipe import recorded

SHOWN: Final = {
    "name": "unit",
    "publisher": "publisher",
    "device": "device",
    "period_start": "from",
    "period_end": "to",
    "recorded": "recorded",
    "published": "published",
    "difference": "difference",
    "agrees": "agrees",
    "note": "note",
}

IncidentsFile = Annotated[Path, typer.Option("--incidents", help="File with incidents.")]
MeasureOption = Annotated[
    str, typer.Option("--measure", help="incidents, victims, killed, injured, civilians …")
]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("reconcile")(write_reconciliation)


def write_reconciliation(
    context: typer.Context,
    incidents: IncidentsFile,
    measure: MeasureOption = "incidents",
    audience: AudienceOption = "public",
    output_format: FormatOption = Format.text,
    output: OutputOption = None,
) -> None:
    """Compare incidents with the bundled published figures, publisher by publisher.

    The comparison tells small counts, and can be written for --audience internal alone.
    """
    units = maligeo.load_boundaries()
    located = maligeo.join_file(incidents, units, kind="incidents")
    table = maligeo.reconcile_incidents(located, units, measure=measure)
    about = recorded(context, audience, units=units)
    put(table, SHOWN, output_format, output, audience=audience, about=about)
