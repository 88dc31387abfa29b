"""`maligeo check`: what is wrong with a file, before anything is made of it."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

import maligeo
from maligeo.cli.command import Application
from maligeo.core.errors import FrameError, UnknownNameError
from maligeo.readers.files.sources import Source
from maligeo.readers.projects import is_iati

FAULTY = 1


class Kind(StrEnum):
    """Kinds of record that a file may hold."""

    incidents = "incidents"
    areas = "areas"
    projects = "projects"
    boundaries = "boundaries"


FileArgument = Annotated[Path, typer.Argument(help="File to check: a table or a vector file.")]
KindOption = Annotated[
    Kind | None, typer.Option("--kind", help="What it holds; without it, its columns tell.")
]
RejectsOption = Annotated[
    Path | None, typer.Option("--rejects", help="Write the faulty rows to this CSV file.")
]


def register(app: Application) -> None:
    """Add the command to the application."""
    app.command("check")(check_file)


def check_file(path: FileArgument, kind: KindOption = None, rejects: RejectsOption = None) -> None:
    """List every fault of a file; the exit code is 1 when it has any."""
    found, frame = _read(path, [kind] if kind else _kinds(path), rejects)
    rejected = frame.attrs.get("rows_rejected", 0)
    typer.echo(f"{path}: {_told(frame, found)}")
    if rejected:
        typer.echo(f"{rejected} rows have faults; they are in {rejects}")
        raise typer.Exit(FAULTY)


def _kinds(path: Path) -> list[Kind]:
    """Give the kinds that a file may be of: IATI is projects, of a table the columns tell."""
    return [Kind.projects] if is_iati(Path(Source.of(path))) else list(Kind)


def _read(path: Path, kinds: list[Kind], rejects: Path | None) -> tuple[Kind, pd.DataFrame]:
    """Read the file as the first kind that its columns fit."""
    unfit: list[str] = []
    for kind in kinds:
        try:
            return kind, _reader(kind)(path, rejects)
        except FrameError as error:
            typer.echo(str(error))
            raise typer.Exit(FAULTY) from error
        except UnknownNameError as error:
            unfit.append(f"as {kind}: {error}")
    raise UnknownNameError("; ".join(unfit))


def _reader(kind: Kind) -> Callable[[Path, Path | None], pd.DataFrame]:
    def read(path: Path, rejects: Path | None) -> pd.DataFrame:
        read_kind = getattr(maligeo, f"read_{kind}")
        if rejects is None:
            return read_kind(path)
        return read_kind(path, on_invalid="quarantine", rejects=rejects)

    return read


def _told(frame: pd.DataFrame, kind: Kind) -> str:
    counted = frame.attrs.get("rows_in_file", len(frame))
    parts = [f"{kind}", f"{counted} rows in the file", f"{len(frame)} {kind} read"]
    if "format" in frame.attrs:
        parts[0] += f" ({frame.attrs['format']})"
    left_out = frame.attrs.get("rows_left_out", 0)
    if left_out:
        parts.append(f"{left_out} rows left out")
    if not frame.attrs.get("rows_rejected", 0):
        parts.append("no fault found")
    return ", ".join(parts)
