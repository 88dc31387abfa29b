"""`maligeo about` and `maligeo verify`: what a product was made from, and whether it still is."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from maligeo.cli.command import Application, told
from maligeo.cli.options import (
    AreasOption,
    BoundariesOption,
    FiguresOption,
    GazetteerOption,
    IncidentsOption,
    PopulationOption,
    ProjectsOption,
    StoreOption,
)
from maligeo.core.errors import ArgumentError
from maligeo.provenance import read_about
from maligeo.provenance.record import KEYED, InputFile, Provenance, printable
from maligeo.workflows.remaking import Findings, remake

DIFFERENT: Final = 1
_WIDTH: Final = 12


class RecordFormat(StrEnum):
    """Ways to write a record to the standard output."""

    text = "text"
    json = "json"


ProductArgument = Annotated[
    Path, typer.Argument(help="A map, page, picture, table, raster or archive made by maligeo.")
]
FormatOption = Annotated[
    RecordFormat, typer.Option("--format", help="text for reading, json for programs.")
]
InputOption = Annotated[
    list[str] | None,
    typer.Option("--input", help="Any other input, as ROLE=FILE; repeatable."),
]


def register(app: Application) -> None:
    """Add the commands to the application."""
    app.command("about")(show_record)
    app.command("verify")(verify_product)


def show_record(product: ProductArgument, output_format: FormatOption = RecordFormat.text) -> None:
    """Say from what a product was made, and with which options."""
    record = read_about(product)
    if output_format is RecordFormat.json:
        typer.echo(json.dumps(json.loads(record.to_json()), indent=2))
        return
    typer.echo(printable(str(product)))
    for heading, lines in _lines(record):
        for at, line in enumerate(lines):
            typer.echo(f"  {'' if at else heading:<{_WIDTH}}{printable(line)}")


def verify_product(
    product: ProductArgument,
    incidents: IncidentsOption = None,
    projects: ProjectsOption = None,
    areas: AreasOption = None,
    figures: FiguresOption = None,
    boundaries: BoundariesOption = None,
    gazetteer: GazetteerOption = None,
    population: PopulationOption = None,
    more: InputOption = None,
    store: StoreOption = None,
) -> None:
    """Make a product again from its inputs and compare every byte; exit code 1 if it differs.

    Inputs are looked for by their recorded names in the current folder and next to the
    product. A public product does not name them: give them, and the store it was released from.
    """
    named = {
        "incidents": incidents, "projects": projects, "areas": areas, "figures": figures,
        "boundaries": boundaries, "gazetteer": gazetteer, "population": population,
    }  # fmt: skip
    given = {role: path for role, path in named.items() if path is not None}
    given |= dict(_role_and_file(text) for text in more or [])
    findings = remake(product, given, store=store)
    for line in _verdict(findings):
        typer.echo(line)
    code = printable(findings.code)
    typer.echo(told(f"made by maligeo {code}") if code else told(_NO_VERSION))
    if findings.differing:
        raise typer.Exit(DIFFERENT)


def _role_and_file(text: str) -> tuple[str, Path]:
    role, _, file = text.partition("=")
    if not role or not file:
        raise ArgumentError(f"--input {text!r} is not ROLE=FILE")
    return role, Path(file)


def _lines(record: Provenance) -> list[tuple[str, list[str]]]:
    """Lay a record out in lines below headings."""
    versions = [f"{name} {number}" for name, number in sorted(record.versions.items())]
    rows: list[tuple[str, list[str]]] = [
        (told("for"), [record.audience]),
        (told("product"), [record.request or told("put together by a script")]),
        (told("inputs"), [_input_text(source) for source in record.inputs]),
        *((name, [text]) for name, text in sorted(record.more.items())),
        ("versions", [", ".join(versions)]),
    ]
    return [(heading, lines) for heading, lines in rows if any(lines)]


def _input_text(source: InputFile) -> str:
    name = f" {source.name}" if source.name else ""
    if source.sha256.startswith(KEYED):
        return told(f"{source.role}:{name} keyed hash {source.sha256.removeprefix(KEYED)}")
    return f"{source.role}:{name} sha256 {source.sha256 or told('not known, no file')}"


def _verdict(findings: Findings) -> list[str]:
    """Say in words what came of it."""
    differing = [f"  {told(line)}" for line in findings.differing]
    versions = [f"  {told(line)}" for line in findings.versions]
    if not differing:
        return [told(_SAME), *([told(_SAME_WITH_OTHERS), *versions] if versions else [])]
    if not findings.made_again:
        more = [told(_OTHERS_TOO), *versions] if versions else []
        return [told(_INPUT), *differing, *more]
    return [told(_MAYBE_VERSION if versions else _CHANGED), *differing, *versions]


_NO_VERSION: Final = "made by maligeo of a version that the record does not name"
_SAME: Final = "same: every byte"
_SAME_WITH_OTHERS: Final = "although made with other versions:"
_INPUT: Final = "differs: an input is not what it was, so nothing was made again"
_OTHERS_TOO: Final = "versions differ too:"
_MAYBE_VERSION: Final = "differs: another version makes it otherwise, or the product was changed"
_CHANGED: Final = "differs: the product was changed after it was made"
