"""`maligeo reconcile`: records against published figures."""

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from maligeo.cli.command import Application
from maligeo.cli.options import GazetteerOption, OutputOption, one_of, source
from maligeo.cli.output import Format, FormatOption, put
from maligeo.core.columns import AUDIENCES
from maligeo.readers.files.sources import Source
from maligeo.workflows.steps import reconciliation

SHOWN: Final = (
    "name",
    "publisher",
    "device",
    "period_start",
    "period_end",
    "recorded",
    "published",
    "difference",
    "agrees",
    "note",
)

IncidentsFile = Annotated[Path, typer.Option("--incidents", help="File with incidents.")]
MeasureOption = Annotated[
    str, typer.Option("--measure", help="incidents, victims, killed, injured, civilians …")
]


InternalOption = Annotated[Any, one_of(AUDIENCES, "--audience", "For whom it is: internal.")]


def register(app: Application) -> None:
    """Add the command to the application."""
    app.command("reconcile", streams=".csv")(write_reconciliation)


def write_reconciliation(
    incidents: IncidentsFile,
    measure: MeasureOption = "incidents",
    gazetteer: GazetteerOption = None,
    audience: InternalOption = "internal",
    output_format: FormatOption = Format.text,
    output: OutputOption = None,
) -> None:
    """Compare incidents with the bundled published figures, publisher by publisher.

    Small counts stand in the comparison: it is written for --audience internal alone.
    """
    product = reconciliation(
        Source.of(incidents), measure=measure, gazetteer=source(gazetteer), audience=audience
    )
    put(product, SHOWN, output_format, output)
