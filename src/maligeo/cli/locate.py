"""`maligeo locate`: a file of records to the same file with the unit of each row."""

from pathlib import Path
from typing import Annotated, Any, Final

import typer

import maligeo
from maligeo.cli.command import Application
from maligeo.cli.options import (
    BoundariesOption,
    FileVintageOption,
    GazetteerOption,
    LevelOption,
    division,
    one_of,
    source,
)
from maligeo.cli.progress import progress_bar
from maligeo.core.columns import NEAR
from maligeo.core.session import session_language
from maligeo.core.words import number_text, word
from maligeo.readers.files.sources import Source
from maligeo.workflows.steps import LocateOptions, located_file

_WAYS: Final = (
    "rows", "inside", "border", "nearest", "name", "place", "fuzzy", "too_coarse", "outside",
    "unnamed", "disagreeing",
)  # fmt: skip

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
NearOption = Annotated[
    Any,
    one_of(NEAR, "--near", "By what a position that is near goes, where that is too coarse."),
]
RejectsOption = Annotated[
    Path | None, typer.Option("--rejects", help="Write faulty rows to this CSV file and go on.")
]


def register(app: Application) -> None:
    """Add the command to the application."""
    app.command("locate", streams=".csv")(locate_file)


def locate_file(
    path: FileArgument,
    output: OutputOption,
    boundaries: BoundariesOption = None,
    level: LevelOption = 1,
    vintage: FileVintageOption = None,
    nearest: NearestOption = None,
    min_score: ScoreOption = None,
    gazetteer: GazetteerOption = None,
    near: NearOption = "position",
    rejects: RejectsOption = None,
) -> None:
    """Write a file with the administrative unit of each of its rows.

    Every row stays as it is, so the file is as internal as the one that is read.
    """
    file = division(boundaries, level, vintage)
    units = maligeo.load_boundaries() if file is None else maligeo.read_boundaries(file)
    options = LocateOptions(
        nearest_m=nearest,
        min_score=min_score,
        gazetteer=source(gazetteer),
        near=near,
        rejects=rejects,
    )
    with progress_bar("rows") as advance:
        located = located_file(Source.of(path), units, file, options=options, progress=advance)
        located.save(output)
    language = session_language()
    for key in _WAYS:
        if located.totals[key] or key == "rows":
            count = number_text(located.totals[key], language)
            typer.echo(f"{count:>12}  {word(f'located.{key}', language)}", err=True)
    typer.echo(word("located.written", language).format(file=output), err=True)
