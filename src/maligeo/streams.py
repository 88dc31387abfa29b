"""Tables written piece by piece, so that a file need not fit into memory."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from maligeo.checks import require_choice
from maligeo.crs import GEOGRAPHIC
from maligeo.wholefiles import written_whole

Write = Callable[[pd.DataFrame], None]
_LAYER = "located"


def open_stream(path: str | Path) -> AbstractContextManager[Write]:
    """Open a file that takes a table in pieces; it appears when all are written.

    Parameters
    ----------
    path : str or pathlib.Path
        ".csv" (UTF-8), ".parquet" (GeoParquet where the pieces have positions) or ".gpkg"
        (points in EPSG:4326; layer "located").

    Returns
    -------
    context manager
        Gives a function that writes one piece; pieces have the same columns. For
        GeoParquet and GeoPackage the columns `lon` and `lat` become points.

    Raises
    ------
    ArgumentError
        If the suffix is none of these.
    OutputFileError
        When the file cannot be written.
    """
    suffix = Path(path).suffix.lower()
    streams = {".csv": _csv_stream, ".parquet": _parquet_stream, ".gpkg": _geopackage_stream}
    require_choice(suffix, list(streams), option="suffix of the output")
    return streams[suffix](Path(path))


@contextmanager
def _csv_stream(path: Path) -> Iterator[Write]:
    with written_whole(path) as beside, beside.open("w", encoding="utf-8", newline="") as file:

        def write(piece: pd.DataFrame) -> None:
            piece.to_csv(file, index=False, header=file.tell() == 0, lineterminator="\n")

        yield write


@contextmanager
def _parquet_stream(path: Path) -> Iterator[Write]:
    writers: list[Any] = []
    with written_whole(path) as beside:

        def write(piece: pd.DataFrame) -> None:
            table = _as_arrow(piece)
            if not writers:
                writers.append(pq.ParquetWriter(beside, table.schema))
            writers[0].write_table(table.cast(writers[0].schema))

        try:
            yield write
        finally:
            for writer in writers:
                writer.close()


@contextmanager
def _geopackage_stream(path: Path) -> Iterator[Write]:
    pieces = 0
    with written_whole(path) as beside:
        beside.unlink()  # GDAL makes its own

        def write(piece: pd.DataFrame) -> None:
            nonlocal pieces
            mode = "w" if pieces == 0 else "a"
            _as_points(piece).to_file(beside, driver="GPKG", layer=_LAYER, mode=mode)
            pieces += 1

        yield write


def _plain(piece: pd.DataFrame) -> pd.DataFrame:
    """Turn categoricals, which may differ from piece to piece, into text."""
    coded = piece.select_dtypes("category").columns
    return piece.astype(dict.fromkeys(coded, "string"))


def _as_points(piece: pd.DataFrame) -> gpd.GeoDataFrame:
    plain = _plain(piece)
    points = gpd.points_from_xy(plain["lon"], plain["lat"])
    points[plain["lon"].isna() | plain["lat"].isna()] = None
    return gpd.GeoDataFrame(plain, geometry=points, crs=GEOGRAPHIC)


def _as_arrow(piece: pd.DataFrame) -> pa.Table:
    """Make an Arrow table; with positions its points are WKB, told as GeoParquet tells it."""
    if not {"lon", "lat"} <= set(piece.columns):
        return pa.Table.from_pandas(_plain(piece), preserve_index=False)
    points = _as_points(piece)
    table = pa.Table.from_pandas(
        pd.DataFrame(points).assign(geometry=points.geometry.to_wkb()), preserve_index=False
    )
    return table.replace_schema_metadata({**(table.schema.metadata or {}), b"geo": _GEOPARQUET})


# The CRS is left out: GeoParquet 1.1 then means longitude and latitude on WGS 84.
_GEOPARQUET = (
    b'{"version": "1.1.0", "primary_column": "geometry", '
    b'"columns": {"geometry": {"encoding": "WKB", "geometry_types": ["Point"]}}}'
)
