"""Ways to try the package that mean the same in every version of it, under old names too."""

import inspect
import io
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import geopandas as gpd
import pandas as pd
from shapely.geometry import box

import maligeo
from maligeo.cli import main

HERE = ("--audience", "internal")


class Done(NamedTuple):
    """What came of a command."""

    code: int
    out: str
    errors: str

    @property
    def said(self) -> str:
        """All that it says, in one line."""
        return " ".join((self.out + " " + self.errors).split())


def run(*arguments: str | Path, language: str = "en", cwd: Path | None = None) -> Done:
    """Run a command in this process; what ends it by a traceback is said as an error."""
    out, errors = io.StringIO(), io.StringIO()
    settings = {"COLUMNS": "200", "NO_COLOR": "1", "MALIGEO_LANGUAGE": language}
    with (
        chdir(cwd or Path.cwd()),
        redirect_stdout(out),
        redirect_stderr(errors),
        mock.patch.dict(os.environ, settings),
        mock.patch.object(sys, "argv", ["maligeo", *map(str, arguments)]),
    ):
        code, raised = _ended()
    return Done(code, out.getvalue(), errors.getvalue() + raised)


def _ended() -> tuple[int, str]:
    try:
        main()
    except SystemExit as end:
        return (end.code if isinstance(end.code, int) else int(end.code is not None)), ""
    except Exception as error:
        return 1, f"Traceback: {error!r}"
    return 0, ""


def table(*arguments: str | Path) -> pd.DataFrame:
    """Run a command and give what it prints as CSV."""
    done = run(*arguments, "--format", "csv")
    assert done.code == 0, done.said
    return pd.read_csv(io.StringIO(done.out))


def outcome(asked: Callable[[], Any]) -> Any:
    """Give what comes of it: a result, or the error that it raises."""
    try:
        return asked()
    except Exception as error:
        return error


def given(function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """Call a function with those of the options that it has."""
    known = inspect.signature(function).parameters
    return function(*arguments, **{key: one for key, one in options.items() if key in known})


def taken(kind: str, frame: Any) -> Any:
    """Give a frame as the package takes frames of a kind, or as it is where it has no way."""
    as_kind = getattr(maligeo, f"as_{kind}", None)
    return frame if as_kind is None else as_kind(frame)


def kinds(located: pd.DataFrame, level: int) -> list[str]:
    """Give the kind of place of each record at a level."""
    column = f"adm{level}_place_kind"
    return list(located[column if column in located else "place_kind"])


def values(column: Any) -> list[Any]:
    """Give what a column holds, with None for what is missing."""
    return [None if pd.isna(one) else one for one in column]


def lines(path: Path, *rows: str) -> Path:
    """Write a text file."""
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def squares(level: int, *rows: Sequence[str]) -> gpd.GeoDataFrame:
    """Units of 2015, of one degree each from west to east: (code, name, code of the parent)."""
    codes, names, parents = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {
            "vintage": "2015", "level": level, "pcode": codes, "name": names, "name_alt": None,
            "parent_pcode": parents, "iso_3166_2": None, "valid_on": pd.NaT,
            "valid_to": pd.NaT, "area_sqkm": 1000.0, "source": "hand-made",
        },
        geometry=[box(at, 14, at + 1, 15) for at in range(len(rows))], crs="EPSG:4326",
    )  # fmt: skip


def points(*places: tuple[float, float], **columns: Any) -> gpd.GeoDataFrame:
    """Records with positions."""
    shapes = gpd.points_from_xy(*zip(*places, strict=True))
    return gpd.GeoDataFrame(geometry=shapes, crs="EPSG:4326").assign(**columns)
