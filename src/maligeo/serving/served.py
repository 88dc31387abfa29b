"""Tiles of a folder: from archives, and straight from rasters when asked for."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Final

import rasterio
from rasterio.errors import RasterioError

from maligeo.core.audiences import AUDIENCE, SYNTHETIC, is_wide, stated_audience
from maligeo.core.columns import Audience
from maligeo.core.errors import ArgumentError, InputFileError
from maligeo.provenance import read_about
from maligeo.provenance.record import KEY, TAG
from maligeo.tile_archives import Description, Tile, TileFile, centre_of, open_tiles
from maligeo.tiles.classes import equal_classes, legend_of
from maligeo.tiles.colours import encoder_of
from maligeo.tiles.grid import MAX_ZOOM
from maligeo.tiles.metadata import ATTRIBUTION_TAG, AUDIENCE_TAG, credited
from maligeo.tiles.sampling import Canvas, Layout, extent_of, warped

_TILE_SIZE: Final = 256
_FINER_ZOOMS: Final = 3  # beyond the data's own, where cells are seen as squares
_LAYOUT: Final = Layout(band=1, tile_size=_TILE_SIZE, interpolation="nearest")


class CogFile:
    """The first band of a raster as PNG tiles, in the colours of an archive of it.

    A Cloud-Optimized GeoTIFF has coarser copies of itself, so every zoom is quick; another
    raster works too, and is slow at coarse zooms if it is large. The raster is opened again
    for each tile: GDAL's handles may not be shared between threads.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._opened() as raster:
            extent = extent_of(raster, _TILE_SIZE)
            self._colours = equal_classes(raster, _LAYOUT.band)
            legend = legend_of(self._colours, raster, _LAYOUT.band)
            tags = raster.tags()
        self._encode = encoder_of("png", self._colours.palette(), _TILE_SIZE)
        zooms = 0, min(extent.native_zoom + _FINER_ZOOMS, MAX_ZOOM)
        audience = stated_audience(tags.get(AUDIENCE_TAG))
        metadata = {
            "name": path.stem,
            "legend": legend,
            "attribution": credited(
                tags.get(ATTRIBUTION_TAG, ""), audience, synthetic=SYNTHETIC in tags
            ),
            AUDIENCE: audience,
        }
        if TAG in tags:
            metadata[KEY] = tags[TAG]
        self.description = Description("raster", "png", zooms, extent.bounds, metadata)

    def tile(self, address: Tile) -> bytes | None:
        """Make a tile; None where the raster has no value in it."""
        with self._opened() as raster:
            values = warped(raster, Canvas(address, address.z, _TILE_SIZE), _LAYOUT)
        indices = self._colours.index(values)
        return self._encode(indices) if indices.any() else None

    def tiles(self) -> Iterator[tuple[Tile, bytes]]:
        """Give none: they are made when asked for."""
        return iter(())

    def _opened(self) -> rasterio.DatasetReader:
        try:
            return rasterio.open(self.path, driver="GTiff")
        except RasterioError as error:
            raise InputFileError(f"cannot read {self.path}: {error}") from error


RASTERS: Final = (".tif", ".tiff")
ARCHIVES: Final = (".pmtiles", ".mbtiles", *RASTERS)
# Programs, styles and fonts hold no records: whoever asks may have them.
_TOOLS: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".otf": "font/otf",
    ".ttf": "font/ttf",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}
# These may, so they are internal unless the record of their making says otherwise.
_DATA: Final = {
    ".geojson": "application/geo+json",
    ".gif": "image/gif",
    ".ico": "image/x-icon",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
}
_LISTED: Final = {
    ".html": "text/html; charset=utf-8",
    ".mbtiles": "application/vnd.sqlite3",
    ".pmtiles": "application/vnd.pmtiles",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
}
MEDIA_TYPES: Final = _LISTED | _TOOLS | _DATA
TILE_MEDIA_TYPES: Final = {
    "mvt": "application/vnd.mapbox-vector-tile",
    "pbf": "application/vnd.mapbox-vector-tile",
    "png": "image/png",
    "webp": "image/webp",
    "jpg": "image/jpeg",
    "avif": "image/avif",
}

Stamp = tuple[int, int]  # time of the last change, and size

_DEEPEST: Final = 4  # folders in one another
_FINEST_ZOOM: Final = 30
_NEVER_IN_NAMES: Final = frozenset('\\:*?"<>|') | {chr(code) for code in (*range(32), 127)}
_ARCHIVE_KEYS: Final = ("tilejson", "tiles", "minzoom", "maxzoom", "bounds", "center")


@dataclass(frozen=True)
class Listed:
    """A line of the index: a map or an archive.

    Attributes
    ----------
    name : str
        Path below the folder, with forward slashes.
    archive : TileFile or None
        None for a map, and for an archive that cannot be read.
    audience : {"internal", "partner", "public"}
        For whom it is; internal where it does not say.
    trouble : str
        Why it cannot be read.
    """

    name: str
    archive: TileFile | None = None
    audience: Audience = "internal"
    trouble: str = ""


class ServedFolder:
    """A folder of maps, archives, rasters and what pages need; safe to use from several threads.

    Parameters
    ----------
    root : pathlib.Path
        The folder. Nothing outside it is reached, also by way of links, and nothing whose
        name begins with a dot.
    audience : {"internal", "partner", "public"}, default "internal"
        Who asks. What is not for them does not exist here: it is neither listed nor given.

    Raises
    ------
    InputFileError
        If it is not a folder.
    """

    def __init__(self, root: Path, *, audience: Audience = "internal") -> None:
        if not root.is_dir():
            raise InputFileError(f"cannot serve {root}: it is not a folder")
        self.root = root.resolve()
        self.audience: Audience = audience
        self._lock = Lock()
        self._open: dict[Path, tuple[Stamp, TileFile]] = {}
        self._audiences: dict[Path, tuple[Stamp, Audience]] = {}

    def locate(self, name: str) -> Path | None:
        """Give the real path of something in the folder; None for everything else.

        Parameters
        ----------
        name : str
            Path below the folder, decoded, with forward slashes.
        """
        parts = name.split("/")
        if any(not _is_plain(part) for part in parts):
            return None
        try:
            real = self.root.joinpath(*parts).resolve(strict=True)
        except (OSError, RuntimeError):
            return None
        if not real.is_relative_to(self.root):
            return None
        return real if all(map(_is_plain, real.relative_to(self.root).parts)) else None

    def file(self, name: str) -> Path | None:
        """Give a file that is handed out as it is; None where there is none."""
        path = self.locate(name)
        if path is None or path.suffix.lower() not in MEDIA_TYPES or not path.is_file():
            return None
        if self._is_in_archive(path):
            return None
        return path if self._is_for_those_who_ask(path) else None

    def _is_in_archive(self, path: Path) -> bool:
        """Tell whether a file is a part of a folder of tiles."""
        above = path.relative_to(self.root).parents
        return any(_is_archive(self.root / folder) for folder in above)

    def archive(self, name: str) -> TileFile | None:
        """Open an archive or raster, again where it has changed; None where there is none.

        Raises
        ------
        InputFileError
            If it is there and cannot be read.
        """
        path = self.locate(name)
        if path is None or not _is_archive(path):
            return None
        opened = self._opened(path)
        return opened if is_wide(_audience_in(opened), self.audience) else None

    def _is_for_those_who_ask(self, path: Path) -> bool:
        if path.suffix.lower() in _TOOLS:
            return True
        return self.audience == "internal" or is_wide(self._audience_of(path), self.audience)

    def _audience_of(self, path: Path) -> Audience:
        """Give for whom a map or archive is, as it says itself; internal if it says nothing.

        A map or another file says it in the record of its making, an archive in its
        metadata, a raster in a tag.
        """
        try:
            if _is_archive(path):
                return _audience_in(self._opened(path))
            return self._audience_in_record(path)
        except (InputFileError, ArgumentError):
            return "internal"

    def _audience_in_record(self, path: Path) -> Audience:
        stamp = _stamp(path)
        known = self._audiences.get(path)
        if known is None or known[0] != stamp:
            known = stamp, read_about(path).audience
            self._audiences[path] = known
        return known[1]

    def _opened(self, path: Path) -> TileFile:
        """Open an archive, again where it has changed."""
        stamp = _stamp(path)
        with self._lock:
            known = self._open.get(path)
        if known is not None and known[0] == stamp:
            return known[1]
        opened = CogFile(path) if path.suffix.lower() in RASTERS else open_tiles(path)
        with self._lock:
            self._open[path] = stamp, opened
        return opened

    def listed(self) -> list[Listed]:
        """Give all maps and archives that are for those who ask, by name."""
        return [line for line in self._all_listed() if is_wide(line.audience, self.audience)]

    def withheld(self) -> list[str]:
        """Give the names of everything that is not for those who ask."""
        lines = self._all_listed()
        hidden = [line.name for line in lines if not is_wide(line.audience, self.audience)]
        data = self._names(self.root, _DEEPEST, _is_data)
        return sorted([*hidden, *(name for name in data if self.file(name) is None)])

    def _all_listed(self) -> list[Listed]:
        return [self._listed(name) for name in sorted(self._names(self.root, _DEEPEST, _is_listed))]

    def _listed(self, name: str) -> Listed:
        path = self.root / name
        if _is_map(path):
            return Listed(name, audience=self._audience_of(path.resolve()))
        try:
            opened = self._opened(path.resolve())
        except InputFileError:
            return Listed(name, trouble="cannot be read")
        return Listed(name, opened, _audience_in(opened))

    def _names(self, folder: Path, levels: int, wanted: Callable[[Path], bool]) -> Iterator[str]:
        with os.scandir(folder) as entries:
            paths = [Path(entry.path) for entry in entries if _is_plain(entry.name)]
        for path in paths:
            name = path.relative_to(self.root).as_posix()
            if self.locate(name) is None:
                continue
            if wanted(path):
                yield name
            elif path.is_dir() and not path.is_symlink() and not _is_archive(path) and levels > 1:
                yield from self._names(path, levels - 1, wanted)


def tilejson(archive: TileFile, address: str) -> dict[str, Any]:
    """Describe an archive as TileJSON 3.0 does.

    Parameters
    ----------
    archive : TileFile
    address : str
        Address below which its tiles lie.
    """
    described = archive.description
    metadata = {key: value for key, value in described.metadata.items() if key not in _ARCHIVE_KEYS}
    return metadata | {
        AUDIENCE: _audience_in(archive),
        "tilejson": "3.0.0",
        "tiles": [f"{address}/{{z}}/{{x}}/{{y}}.{described.tile_type or 'bin'}"],
        "minzoom": described.zooms[0],
        "maxzoom": described.zooms[1],
        "bounds": list(described.bounds),
        "center": centre_of(described.bounds, described.zooms),
    }


def has_address(archive: TileFile, address: Tile, suffix: str) -> bool:
    """Tell whether an archive may have a tile: its zooms, the grid and the suffix fit."""
    z, x, y = address
    low, high = archive.description.zooms
    side = 1 << min(z, _FINEST_ZOOM)
    kind = {"pbf": "mvt", "jpeg": "jpg"}.get(suffix, suffix)
    return low <= z <= high and x < side and y < side and kind == archive.description.tile_type


def _is_plain(part: str) -> bool:
    """Tell whether a part of a path is a name: not empty, not hidden, no step elsewhere."""
    return bool(part) and not part.startswith(".") and _NEVER_IN_NAMES.isdisjoint(part)


def _is_archive(path: Path) -> bool:
    if path.suffix.lower() in ARCHIVES:
        return path.is_file()
    return path.suffix == "" and path.is_dir() and (path / "metadata.json").is_file()


def _is_listed(path: Path) -> bool:
    return _is_archive(path) or (_is_map(path) and path.is_file())


def _is_data(path: Path) -> bool:
    return path.suffix.lower() in _DATA and path.is_file()


def _is_map(path: Path) -> bool:
    return path.suffix.lower() == ".html"


def _audience_in(archive: TileFile) -> Audience:
    return stated_audience(archive.description.metadata.get(AUDIENCE))


def _stamp(path: Path) -> Stamp:
    status = path.stat()
    return status.st_mtime_ns, status.st_size
