"""`maligeo check`: how a file is read and what is wrong with it, before anything is made of it."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from maligeo.cli.command import Application
from maligeo.cli.options import GazetteerOption, LanguageOption, one_of
from maligeo.core.errors import ArgumentError
from maligeo.core.session import session_language
from maligeo.core.words import number_text, word
from maligeo.exports.check_workbook import CheckSheets, write_check_workbook
from maligeo.readers.files.sources import DATE_ORDERS, Source
from maligeo.readers.profiles import read_profile, write_profile
from maligeo.readers.reading import reading_lines
from maligeo.text.file_readings import place_lines
from maligeo.workflows.checking import KINDS, Checked, check_source, possible_kinds

FAULTY = 1


FileArgument = Annotated[
    Path,
    typer.Argument(help="File to check, or folder of files that are one list of incidents."),
]
KindOption = Annotated[Any, one_of(KINDS, "--kind", "What it holds; without it, its columns tell.")]
ColumnOption = Annotated[
    list[str] | None,
    typer.Option("--column", help="Which column is a field: killed=Pertes; repeatable."),
]
ConstantOption = Annotated[
    list[str] | None,
    typer.Option("--constant", help="What a field is in every row: status=cleared; repeatable."),
]
PlaceOption = Annotated[
    list[str] | None,
    typer.Option("--place", help="What a place's name means: Tombouctu=Tombouctou; repeatable."),
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

CheckedOption = Annotated[
    Path | None,
    typer.Option("-o", "--output", help="Write the file with its faults in red, as .xlsx."),
]


def register(app: Application) -> None:
    """Add the command to the application."""
    app.command("check")(check_file)


def check_file(
    path: FileArgument,
    kind: KindOption = None,
    column: ColumnOption = None,
    constant: ConstantOption = None,
    place: PlaceOption = None,
    dates: DatesOption = None,
    sheet: SheetOption = None,
    layer: LayerOption = None,
    header_row: HeaderOption = None,
    gazetteer: GazetteerOption = None,
    profile: ProfileOption = None,
    save_profile: SaveOption = None,
    rejects: RejectsOption = None,
    output: CheckedOption = None,
    language: LanguageOption = None,
) -> None:
    """Say how a file is read, and list every fault; exit code 1 if it has any."""
    spoken = session_language(language)
    said = {
        "columns": _pairs(column, "--column"),
        "constants": _pairs(constant, "--constant"),
        "places": _pairs(place, "--place"),
        "dates": dates,
        "sheet": sheet,
        "layer": layer,
        "header_row": header_row,
    }
    kept = {} if profile is None else read_profile(profile)
    sources = {
        each: Source.of(path).saying(**kept.get(each, {})).saying(**said)
        for each in ([kind] if kind else _kinds(Source.of(path).saying(**said), kept))
    }
    how = kept.get("gazetteer", {})
    villages = None if gazetteer is None else Source.of(gazetteer).saying(**how)
    checked = check_source(sources, rejects, villages)
    for line in _lines(checked, spoken):
        typer.echo(line)
    if save_profile is not None:
        write_profile(save_profile, checked.kind, checked.source)
        typer.echo(word("reading.profile", spoken).format(file=save_profile))
    if rejects is not None:
        count = number_text(checked.frame.attrs.get("rows_rejected", 0), spoken)
        typer.echo(word("reading.rejects", spoken).format(count=count, file=rejects))
    if output is not None:
        write_check_workbook(output, _sheets(checked), spoken)
        typer.echo(word("reading.workbook", spoken).format(file=output))
    if checked.faults is not None:
        raise typer.Exit(FAULTY)
    typer.echo(word("reading.sound", spoken))


def _pairs(texts: list[str] | None, option: str) -> dict[str, str]:
    pairs = [text.partition("=") for text in texts or []]
    wrong = [name + sign for name, sign, value in pairs if not (name and sign and value)]
    if wrong:
        raise ArgumentError(f"{option} {wrong[0]!r} is not name=text")
    return {name.strip(): value.strip() for name, _, value in pairs}


def _kinds(source: Source, kept: dict[str, Any]) -> Sequence[str]:
    """Give the kinds that a profile is about, of those that the file may be of."""
    possible = possible_kinds(source)
    return [kind for kind in kept if kind in possible] or possible


def _lines(checked: Checked, language: str) -> Iterator[str]:
    """Say what became of the file: columns, rows, words, places and faults."""
    text = word("reading.file", language)
    form = checked.frame.attrs.get("format", checked.kind)
    kind = word(f"kind.{checked.kind}", language)
    yield text.format(file=checked.source, kind=kind, format=form)
    if checked.reading is None:
        records = number_text(checked.records, language)
        yield word("reading.records", language).format(records=records)
    else:
        yield from reading_lines(checked.reading, checked.records, language)
    if checked.unread_people:
        columns = ", ".join(checked.unread_people)
        yield word("reading.people", language).format(columns=columns)
    if checked.places is not None:
        yield from place_lines(checked.places.counts, checked.places.names, language)
    if checked.faults is not None:
        yield checked.faults.message(language)


def _sheets(checked: Checked) -> CheckSheets:
    places = None if checked.places is None else checked.places.names
    return CheckSheets(checked.rows(), checked.reading, checked.faulty_cells, places)
