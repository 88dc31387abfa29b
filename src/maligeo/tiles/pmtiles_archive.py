"""PMTiles, version 3 of the specification (github.com/protomaps/PMTiles)."""

import gzip
import json
from pathlib import Path
from typing import Final

from pmtiles.tile import (
    Compression,
    Entry,
    HeaderDict,
    TileType,
    serialize_header,
    zxy_to_tileid,
)
from pmtiles.writer import optimize_directories

from maligeo.tiles.content import Content, StoredTile
from maligeo.tiles.info import ArchiveInfo

_HEADER_BYTES: Final = 127
_ROOM_FOR_ROOT: Final = 16_384 - _HEADER_BYTES
_E7: Final = 10_000_000


def write_pmtiles(path: Path, info: ArchiveInfo, content: Content) -> None:
    """Write a clustered PMTiles archive; each distinct tile once, runs of equal ones as one."""
    distinct = content.distinct()
    entries = _entries(content, distinct)
    root, leaves, _ = optimize_directories(entries, _ROOM_FOR_ROOT)
    metadata = gzip.compress(_as_json(info), mtime=0)
    header = _described(info) | _counted(content, entries, distinct)
    header |= _laid_out(len(root), len(metadata), len(leaves))
    with path.open("wb") as file:
        for section in (serialize_header(header), root, metadata, leaves):
            file.write(section)
        for stored in distinct:
            file.write(content.read(stored))


def _entries(content: Content, distinct: list[StoredTile]) -> list[Entry]:
    offsets, offset = {}, 0
    for stored in distinct:
        offsets[stored.digest] = offset
        offset += stored.length
    entries: list[Entry] = []
    for stored in content.tiles:
        tile_id, found = zxy_to_tileid(*stored.tile), offsets[stored.digest]
        last = entries[-1] if entries else None
        if last and last.offset == found and last.tile_id + last.run_length == tile_id:
            last.run_length += 1
        else:
            entries.append(Entry(tile_id, found, stored.length, 1))
    return entries


def _as_json(info: ArchiveInfo) -> bytes:
    return json.dumps(info.described(), ensure_ascii=False, sort_keys=True).encode()


def _described(info: ArchiveInfo) -> HeaderDict:
    compression = Compression.GZIP if info.tile_type == "mvt" else Compression.NONE
    west, south, east, north = (round(degrees * _E7) for degrees in info.bounds)
    lon, lat = (round(degrees * _E7) for degrees in info.centre)
    return {
        "tile_type": TileType[info.tile_type.upper()],
        "tile_compression": compression,
        "internal_compression": Compression.GZIP,
        "min_zoom": info.zooms[0],
        "max_zoom": info.zooms[1],
        "min_lon_e7": west,
        "min_lat_e7": south,
        "max_lon_e7": east,
        "max_lat_e7": north,
        "center_zoom": info.zooms[0],
        "center_lon_e7": lon,
        "center_lat_e7": lat,
    }


def _counted(content: Content, entries: list[Entry], distinct: list[StoredTile]) -> HeaderDict:
    return {
        "addressed_tiles_count": len(content.tiles),
        "tile_entries_count": len(entries),
        "tile_contents_count": len(distinct),
        "tile_data_length": sum(stored.length for stored in distinct),
        "clustered": True,
    }


def _laid_out(root: int, metadata: int, leaves: int) -> HeaderDict:
    """Place the sections one after the other, in the order that the specification advises."""
    return {
        "root_offset": _HEADER_BYTES,
        "root_length": root,
        "metadata_offset": _HEADER_BYTES + root,
        "metadata_length": metadata,
        "leaf_directory_offset": _HEADER_BYTES + root + metadata,
        "leaf_directory_length": leaves,
        "tile_data_offset": _HEADER_BYTES + root + metadata + leaves,
    }
