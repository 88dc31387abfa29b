"""MBTiles, version 1.3 of the specification (github.com/mapbox/mbtiles-spec)."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from maligeo.tiles.content import Content
from maligeo.tiles.info import ArchiveInfo

# The specification asks for a table or a view `tiles`; a view lets equal tiles share a row.
_SCHEMA: Final = """
pragma application_id = 0x4d504258;
pragma page_size = 4096;
pragma journal_mode = off;
pragma synchronous = off;
create table metadata (name text, value text);
create unique index metadata_name on metadata (name);
create table images (tile_id integer primary key, tile_data blob);
create table map (
    zoom_level integer, tile_column integer, tile_row integer, tile_id integer,
    primary key (zoom_level, tile_column, tile_row)
) without rowid;
create view tiles as
    select zoom_level, tile_column, tile_row, tile_data from map join images using (tile_id);
begin;
"""
_SEPARATE: Final = ("vector_layers", "tilestats")  # what goes into the row "json"


def write_mbtiles(path: Path, info: ArchiveInfo, content: Content) -> None:
    """Write an MBTiles file; each distinct tile once."""
    distinct = content.distinct()
    number = {stored.digest: at for at, stored in enumerate(distinct)}
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.executescript(_SCHEMA)
        database.executemany("insert into metadata values (?, ?)", _metadata(info))
        images = ((number[stored.digest], content.read(stored)) for stored in distinct)
        database.executemany("insert into images values (?, ?)", images)
        # Rows count from the south, as in the Tile Map Service specification.
        places = sorted(
            (z, x, (1 << z) - 1 - y, number[digest]) for (z, x, y), _, _, digest in content.tiles
        )
        database.executemany("insert into map values (?, ?, ?, ?)", places)
        database.execute("commit")


def _metadata(info: ArchiveInfo) -> Iterator[tuple[str, str]]:
    lowest, highest = info.zooms
    lon, lat = info.centre
    yield "format", "pbf" if info.tile_type == "mvt" else info.tile_type
    yield "bounds", ",".join(f"{degrees:.7f}" for degrees in info.bounds)
    yield "center", f"{lon:.7f},{lat:.7f},{lowest}"
    yield "minzoom", str(lowest)
    yield "maxzoom", str(highest)
    described = info.described()
    layers = {key: described.pop(key) for key in _SEPARATE if key in described}
    if layers:
        yield "json", json.dumps(layers, ensure_ascii=False, sort_keys=True)
    for key, value in described.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        yield key, text
