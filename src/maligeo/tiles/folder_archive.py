"""A folder of tiles, `{z}/{x}/{y}.png`, that any web server can hand out."""

import gzip
import json
from pathlib import Path
from typing import Final

from maligeo.tiles.content import Content
from maligeo.tiles.info import ArchiveInfo

_METADATA: Final = "metadata.json"
_SUFFIXES: Final = {"png": ".png", "webp": ".webp", "mvt": ".pbf"}


def write_folder(path: Path, info: ArchiveInfo, content: Content) -> None:
    """Write the tiles as files, and `metadata.json` as in TileJSON 3.

    Vector tiles lie there uncompressed: a plain web server does not say that they are
    compressed.
    """
    path.mkdir()
    suffix = _SUFFIXES[info.tile_type]
    folders = {path / str(z) / str(x) for (z, x, _), *_ in content.tiles}
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    for stored in content.tiles:
        z, x, y = stored.tile
        data = content.read(stored)
        file = path / str(z) / str(x) / f"{y}{suffix}"
        file.write_bytes(gzip.decompress(data) if info.tile_type == "mvt" else data)
    text = json.dumps(_tilejson(info, suffix), ensure_ascii=False, indent=2, sort_keys=True)
    (path / _METADATA).write_text(text + "\n", encoding="utf-8")


def is_tile_folder(path: Path) -> bool:
    """Tell whether a folder is empty or holds tiles as they are written here."""
    names = {entry.name for entry in path.iterdir()}
    zooms = names - {_METADATA}
    return not names or (_METADATA in names and all(name.isdecimal() for name in zooms))


def _tilejson(info: ArchiveInfo, suffix: str) -> dict[str, object]:
    return info.described() | {
        "tilejson": "3.0.0",
        "tiles": [f"{{z}}/{{x}}/{{y}}{suffix}"],
        "minzoom": info.zooms[0],
        "maxzoom": info.zooms[1],
        "bounds": list(info.bounds),
        "center": [*info.centre, info.zooms[0]],
    }
