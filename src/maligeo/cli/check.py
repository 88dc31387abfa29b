"""`maligeo check`: how a file is read and what is wrong with it, before anything is made of it."""

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import pandas as pd
import typer

import maligeo
from maligeo.cli.command import Application
from maligeo.cli.options import LanguageOption, one_of
from maligeo.core.errors import ArgumentError, FrameError, UnknownNameError
from maligeo.core.session import session_language
from maligeo.core.words import number_text, word
from maligeo.readers.files.raw import is_table
from maligeo.readers.files.sources import DATE_ORDERS, Source
from maligeo.readers.kinds import likely_kinds
from maligeo.readers.profiles import read_profile, write_profile
from maligeo.readers.projects import is_iati
from maligeo.readers.reading import ATTRIBUTE
from maligeo.text.file_readings import reading_lines

FAULTY = 1


class Kind(StrEnum):
    """Kinds of record that a file may hold."""

    incidents = "incidents"
    areas = "areas"
    figures = "figures"
    projects = "projects"
    boundaries = "boundaries"


FileArgument = Annotated[Path, typer.Argument(help="File to check: a table or a vector file.")]
KindOption = Annotated[
    Kind | None, typer.Option("--kind", help="What it holds; without it, its columns tell.")
]
ColumnOption = Annotated[
    list[str] | None,
    typer.Option("--column", help="Which column is a field: killed=Pertes; repeatable."),
]
ConstantOption = Annotated[
    list[str] | None,
    typer.Option("--constant", help="What a field is in every row: status=cleared; repeatable."),
]
DatesOption = Annotated[
    Any, one_of(DATE_ORDERS, "--dates", "Order of day and month in dates like 03/04/2022.")
]
SheetOption = Annotated[str | None, typer.Option("--sheet", help="Sheet of a workbook.")]
LayerOption = Annotated[
    str | None, typer.Option("--layer", help="Layer of a GeoPackage, or data set of a zip archive.")
]
HeaderOption = Annotated[
    int | None, typer.Option("--header-row", help="Number of the row with the headings.", min=1)
]
ProfileOption = Annotated[
    Path | None, typer.Option("--profile", help="Read it as this profile says.")
]
SaveOption = Annotated[
    Path | None,
    typer.Option("--save-profile", help="Write what is said of the file, for the next one."),
]
RejectsOption = Annotated[
    Path | None, typer.Option("--rejects", help="Write the faulty rows to this CSV file.")
]


def register(app: Application) -> None:
    """Add the command to the application."""
    app.command("check")(check_file)


def check_file(
    path: FileArgument,
    kind: KindOption = None,
    column: ColumnOption = None,
    constant: ConstantOption = None,
    dates: DatesOption = None,
    sheet: SheetOption = None,
    layer: LayerOption = None,
    header_row: HeaderOption = None,
    profile: ProfileOption = None,
    save_profile: SaveOption = None,
    rejects: RejectsOption = None,
    language: LanguageOption = None,
) -> None:
    """Say how a file is read, and list every fault; exit code 1 if it has any."""
    spoken = session_language(language)
    said = {
        "columns": _pairs(column, "--column"),
        "constants": _pairs(constant, "--constant"),
        "dates": dates,
        "sheet": sheet,
        "layer": layer,
        "header_row": header_row,
    }
    kept = {} if profile is None else read_profile(profile)
    sources = {
        each: _source(path, kept.get(each, {}), said)
        for each in ([kind] if kind else _kinds(_source(path, {}, said), kept))
    }
    found, frame, faults = _read(sources, rejects)
    _say(path, found, frame, spoken)
    for line in faults:
        typer.echo(line)
    if save_profile is not None:
        write_profile(save_profile, found, sources[found])
        typer.echo(word("reading.profile", spoken).format(file=save_profile))
    if rejects is not None:
        count = number_text(frame.attrs.get("rows_rejected", 0), spoken)
        typer.echo(word("reading.rejects", spoken).format(count=count, file=rejects))
    if faults:
        raise typer.Exit(FAULTY)
    typer.echo(word("reading.sound", spoken))


def _pairs(texts: list[str] | None, option: str) -> dict[str, str]:
    pairs = [text.partition("=") for text in texts or []]
    wrong = [name + sign for name, sign, value in pairs if not (name and sign and value)]
    if wrong:
        raise ArgumentError(f"{option} {wrong[0]!r} is not field=text")
    return {name.strip(): value.strip() for name, _, value in pairs}


def _source(path: Path, kept: dict[str, Any], said: dict[str, Any]) -> Source:
    """Put together what a profile and the options say; these go first."""
    how = kept | {name: value for name, value in said.items() if value}
    for name in ("columns", "constants"):
        how[name] = {**kept.get(name, {}), **said[name]}
    return replace(Source.of(path), **{name: value for name, value in how.items() if value})


def _kinds(source: Source, kept: dict[str, Any]) -> list[Kind]:
    """Give the kinds that a file may be of, as its columns tell; IATI is projects."""
    if is_iati(Path(source)):
        return [Kind.projects]
    try:
        records = [Kind(name) for name in likely_kinds(source)]
    except UnknownNameError:  # each reader says what is to be named
        records = [Kind.incidents, Kind.areas, Kind.projects]
    if is_table(Path(source)):  # a table of figures may look like one of projects
        records.insert(records.index(Kind.projects), Kind.figures)
    possible = records if is_table(Path(source)) else [*records, Kind.boundaries]
    return [Kind(name) for name in kept if name in possible] or possible


def _read(
    sources: dict[Kind, Source], rejects: Path | None
) -> tuple[Kind, pd.DataFrame, list[str]]:
    """Read the file as the first kind that its columns fit, and list its faults."""
    unfit: list[str] = []
    for kind, source in sources.items():
        try:
            return kind, *_read_as(kind, source, rejects)
        except (UnknownNameError, ArgumentError) as error:
            if len(sources) == 1:
                raise
            unfit.append(f"as {kind}: {error}")
    raise UnknownNameError("; ".join(unfit))


def _read_as(kind: Kind, source: Source, rejects: Path | None) -> tuple[pd.DataFrame, list[str]]:
    """Read a file; with faults, what is sound of it."""
    read: Callable[..., pd.DataFrame] = getattr(maligeo, f"read_{kind}")
    faults: list[str] = []
    try:
        frame = read(source)
        if rejects is None:
            return frame, faults
    except FrameError as error:
        if kind == Kind.boundaries:  # they are sound as a whole, or not at all
            raise
        faults = str(error).split("\n")
    with TemporaryDirectory() as folder:
        bad = Path(folder, "rejects.csv") if rejects is None else rejects
        return read(source, on_invalid="quarantine", rejects=bad), faults


def _say(path: Path, kind: Kind, frame: pd.DataFrame, language: str) -> None:
    reading = frame.attrs.get(ATTRIBUTE)
    form = frame.attrs.get("format", kind)
    text = word("reading.file", language)
    typer.echo(text.format(file=path, kind=word(f"kind.{kind}", language), format=form))
    records = frame["project_id"].nunique() if kind == Kind.projects else len(frame)
    if reading is None:
        said = word("reading.records", language)
        typer.echo(said.format(records=number_text(records, language)))
        return
    for line in reading_lines(reading, records, language):
        typer.echo(line)
