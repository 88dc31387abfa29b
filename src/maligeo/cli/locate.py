"""`maligeo locate`: a file of records to the same file with the unit of each row."""

from pathlib import Path
from typing import Annotated

import typer

import maligeo
from maligeo.cli.options import BoundariesOption, FileVintageOption, LevelOption, read_units
from maligeo.cli.output import progress_bar
from maligeo.cli.recipe import recorded
from maligeo.core.errors import ArgumentError
from maligeo.core.words import word
from maligeo.exports.stream import open_stream
from maligeo.unitindex import UnitIndex

_WORDS = {
    "rows": "rows",
    "inside": "inside a unit",
    "border": "on a border (lowest of the units)",
    "nearest": "nearest unit within the distance",
    "name": "by name",
    "fuzzy": "by a misspelt name",
    "too_coarse": "too coarse for this level",
    "outside": "outside all units",
    "unnamed": "without position or known name",
    "disagreeing": "of all: name and point disagree",
}

_METHOD = "rows joined to units by position, and by name where they have none"

FileArgument = Annotated[Path, typer.Argument(help="Table or vector file with places.")]
OutputOption = Annotated[
    Path, typer.Option("-o", "--output", help="File to write: .csv, .parquet or .gpkg.")
]
NearestOption = Annotated[
    float | None,
    typer.Option("--nearest", help="Metres within which a point outside goes to the nearest."),
]
ScoreOption = Annotated[
    float | None,
    typer.Option("--min-score", help="Accept misspelt names from this likeness, 0 to 100."),
]
RejectsOption = Annotated[
    Path | None, typer.Option("--rejects", help="Write faulty rows to this CSV file and go on.")
]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("locate")(locate_file)


def locate_file(
    context: typer.Context,
    path: FileArgument,
    output: OutputOption,
    boundaries: BoundariesOption = None,
    level: LevelOption = 1,
    vintage: FileVintageOption = None,
    nearest: NearestOption = None,
    min_score: ScoreOption = None,
    rejects: RejectsOption = None,
) -> None:
    """Write a file with the administrative unit of each of its rows.

    Every row stays as it stands, so the file is as internal as the one that is read.
    """
    if output.resolve() == path.resolve():
        raise ArgumentError(f"{output} is the file that is read: name another to write")
    units = read_units(boundaries, level, vintage)
    index = UnitIndex(units.geometry)
    on_invalid = "raise" if rejects is None else "quarantine"
    pieces = maligeo.iter_places(path, on_invalid=on_invalid, rejects=rejects)
    totals = dict.fromkeys(_WORDS, 0)
    about = recorded(context, "internal", units=units, method=_METHOD)
    stream = open_stream(output, audience="internal", about=about)
    with stream as write, progress_bar("rows") as advance:
        for piece in pieces:
            located = maligeo.locate(
                piece, units, nearest_m=nearest, min_score=min_score, index=index
            )
            write(located)
            for key, count in maligeo.locate_summary(located).items():
                totals[key] += count
            advance(totals["rows"])
    _tell(totals, output)


def _tell(totals: dict[str, int], output: Path) -> None:
    for key, words in _WORDS.items():
        if totals[key] or key == "rows":
            typer.echo(f"{totals[key]:>12,}  {words}")
    typer.echo(f"written to {output}; {word('audience.internal', 'en')}")
