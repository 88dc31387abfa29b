"""Tables written piece by piece, so that a file need not fit into memory."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from maligeo.core.checks import require_choice
from maligeo.core.columns import AUDIENCES, Audience
from maligeo.core.crs import GEOGRAPHIC
from maligeo.core.files import written_whole
from maligeo.disclosure import require_released
from maligeo.provenance.record import CSV_METADATA, KEY, Provenance

Write = Callable[[pd.DataFrame], None]

_LAYER: Final = "located"
_CSVW: Final = "http://www.w3.org/ns/csvw"
_NO_TIME: Final = "2000-01-01T00:00:00.000Z"  # the same bytes from the same input
_CHANGE_COUNTERS: Final = (24, 92)  # two equal numbers in the header of SQLite's files


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
        What the table was made from. A CSV file has no place for it: it stands beside, in
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
    target = Path(path)
    suffix = target.suffix.lower()
    streams = {".csv": _csv_stream, ".parquet": _parquet_stream, ".gpkg": _geopackage_stream}
    require_choice(suffix, list(streams), option="suffix of the output")
    require_choice(audience, AUDIENCES, option="audience")
    return _released(streams[suffix](target, about), audience)


@contextmanager
def _released(stream: AbstractContextManager[Write], audience: Audience) -> Iterator[Write]:
    with stream as write_piece:

        def write(piece: pd.DataFrame) -> None:
            require_released(piece, audience, what="the rows")
            write_piece(piece)

        yield write


@contextmanager
def _csv_stream(path: Path, about: Provenance | None) -> Iterator[Write]:
    with written_whole(path) as beside, beside.open("w", encoding="utf-8", newline="") as file:

        def write(piece: pd.DataFrame) -> None:
            piece.to_csv(file, index=False, header=file.tell() == 0, lineterminator="\n")

        yield write
    described = path.with_name(path.name + CSV_METADATA)
    if about is None:
        if _is_ours(described):
            described.unlink()  # an older file's, of which it would tell a lie
        return
    content = {"@context": _CSVW, "url": path.name, KEY: json.loads(about.to_json())}
    with written_whole(described) as beside:
        text = json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True)
        beside.write_text(text + "\n", encoding="utf-8")


def _is_ours(described: Path) -> bool:
    """Tell whether a description of a table was written here, and not by its owner."""
    try:
        return KEY in json.loads(described.read_bytes())
    except (OSError, ValueError, TypeError):
        return False


@contextmanager
def _parquet_stream(path: Path, about: Provenance | None) -> Iterator[Write]:
    writers: list[Any] = []
    record = {} if about is None else {KEY.encode(): about.to_json().encode()}
    with written_whole(path) as beside:

        def write(piece: pd.DataFrame) -> None:
            table = _as_arrow(piece)
            if not writers:
                metadata = {**(table.schema.metadata or {}), **record}
                writers.append(pq.ParquetWriter(beside, table.schema.with_metadata(metadata)))
            writers[0].write_table(table.cast(writers[0].schema))

        try:
            yield write
        finally:
            for writer in writers:
                writer.close()


@contextmanager
def _geopackage_stream(path: Path, about: Provenance | None) -> Iterator[Write]:
    pieces = 0
    with written_whole(path) as beside:
        beside.unlink()  # GDAL makes its own

        def write(piece: pd.DataFrame) -> None:
            nonlocal pieces
            mode = "w" if pieces == 0 else "a"
            _as_points(piece).to_file(beside, driver="GPKG", layer=_LAYER, mode=mode)
            pieces += 1

        yield write
        if pieces:
            _complete_geopackage(beside, about)


def _complete_geopackage(path: Path, about: Provenance | None) -> None:
    """Take the time out, which would differ each time, and put the record in.

    The tables are those of the extension "Metadata" (OGC 12-128r18, F.8).
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("update gpkg_contents set last_change = ?", (_NO_TIME,))
        if about is not None:
            database.executescript(_METADATA_TABLES)
            database.execute(_METADATA_ROW, (KEY, about.to_json()))
            database.execute(_REFERENCE_ROW, (_NO_TIME,))
        database.execute("vacuum")
    with path.open("rb+") as file:  # how often GDAL wrote differs from run to run
        for place in _CHANGE_COUNTERS:
            file.seek(place)
            file.write(b"\0\0\0\1")


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

_METADATA_TABLES: Final = """
create table gpkg_metadata (
    id integer constraint m_pk primary key autoincrement not null,
    md_scope text not null default 'dataset',
    md_standard_uri text not null,
    mime_type text not null default 'text/xml',
    metadata text not null default ''
);
create table gpkg_metadata_reference (
    reference_scope text not null,
    table_name text,
    column_name text,
    row_id_value integer,
    timestamp datetime not null default (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    md_file_id integer not null,
    md_parent_id integer,
    constraint crmr_mfi_fk foreign key (md_file_id) references gpkg_metadata(id),
    constraint crmr_mpi_fk foreign key (md_parent_id) references gpkg_metadata(id)
);
create table if not exists gpkg_extensions (
    table_name text, column_name text, extension_name text not null,
    definition text not null, scope text not null,
    constraint ge_tce unique (table_name, column_name, extension_name)
);
insert into gpkg_extensions values
    ('gpkg_metadata', null, 'gpkg_metadata',
     'http://www.geopackage.org/spec/#extension_metadata', 'read-write'),
    ('gpkg_metadata_reference', null, 'gpkg_metadata',
     'http://www.geopackage.org/spec/#extension_metadata', 'read-write');
"""
_METADATA_ROW: Final = (
    "insert into gpkg_metadata (md_scope, md_standard_uri, mime_type, metadata) "
    "values ('dataset', ?, 'application/json', ?)"
)
_REFERENCE_ROW: Final = (
    "insert into gpkg_metadata_reference (reference_scope, timestamp, md_file_id) "
    "values ('geopackage', ?, 1)"
)
