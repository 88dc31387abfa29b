"""Tables written piece by piece, so that a file need not fit into memory."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from maligeo.core.checks import require_choice
from maligeo.core.columns import AUDIENCES, Audience
from maligeo.disclosure import require_released
from maligeo.exports.arrow import (
    geoparquet_table,
    open_parquet,
    with_pandas_types,
    without_extent,
)
from maligeo.exports.csv import open_csv
from maligeo.exports.geopackage import open_geopackage
from maligeo.exports.jobs import Job
from maligeo.exports.plain_layers import GEOMETRY, PlainLayer
from maligeo.exports.plain_tables import plain_piece
from maligeo.provenance.record import Provenance

Write = Callable[[pd.DataFrame], None]

_LAYER: Final = "located"


def open_stream(
    path: str | Path, *, audience: Audience = "public", about: Provenance | None = None
) -> AbstractContextManager[Write]:
    """Open a file that takes a table in pieces; it appears when all are written.

    Parameters
    ----------
    path : str or pathlib.Path
        ".csv" (UTF-8), ".parquet" (GeoParquet where the pieces have positions) or ".gpkg"
        (points in EPSG:4326; layer "located").
    audience : {"internal", "partner", "public"}, default "public"
        For whom the file is; each piece has to be released for it.
    about : Provenance, optional
        What the table was made from. A CSV file has no place for it: it goes into
        NAME.csv-metadata.json (W3C, CSV on the Web).

    Returns
    -------
    context manager
        Gives a function that writes one piece; pieces have the same columns. For
        GeoParquet and GeoPackage the columns `lon` and `lat` become points.

    Raises
    ------
    ArgumentError
        If the suffix is none of these, or there is no such audience.
    ReleaseError
        If a piece was not released for the audience.
    OutputFileError
        When the file cannot be written.
    """
    streams = {".csv": _csv, ".parquet": _parquet, ".gpkg": _geopackage}
    suffix = Path(path).suffix.lower()
    require_choice(suffix, list(streams), option="suffix of the output")
    require_choice(audience, AUDIENCES, option="audience")
    return _released(
        streams[suffix](Job(path=Path(path), audience=audience, about=about)), audience
    )


@contextmanager
def _released(stream: AbstractContextManager[Write], audience: Audience) -> Iterator[Write]:
    with stream as write_piece:

        def write(piece: pd.DataFrame) -> None:
            require_released(piece, audience, what="the rows")
            write_piece(piece)

        yield write


@contextmanager
def _csv(job: Job) -> Iterator[Write]:
    with open_csv(job) as write:
        yield lambda piece: write(plain_piece(piece))


@contextmanager
def _parquet(job: Job) -> Iterator[Write]:
    with open_parquet(job) as write:

        def write_piece(piece: pd.DataFrame) -> None:
            layer = _layer(piece)
            if layer.is_spatial:
                write(without_extent(geoparquet_table(layer)))
            else:
                write(with_pandas_types(layer.table))

        yield write_piece


@contextmanager
def _geopackage(job: Job) -> Iterator[Write]:
    with open_geopackage(job) as write:
        yield lambda piece: write(_layer(piece))


def _layer(piece: pd.DataFrame) -> PlainLayer:
    """Make points of positions; days are times, since another piece may hold hours."""
    has_points = {"lon", "lat"} <= set(piece.columns)
    kept = piece.drop(columns=GEOMETRY, errors="ignore") if has_points else piece
    table = plain_piece(kept)
    kinds = {name: "datetime" if kind == "date" else kind for name, kind in table.kinds.items()}
    table = replace(table, kinds=kinds)
    if not has_points:
        return PlainLayer(_LAYER, table)
    points = np.asarray(gpd.points_from_xy(kept["lon"], kept["lat"]), dtype=object)
    points[(kept["lon"].isna() | kept["lat"].isna()).to_numpy()] = None
    return PlainLayer(_LAYER, table, points, "Point")
