"""Frames to an archive of vector tiles, packed by threads while the next zoom is encoded."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Final, Protocol, Self, get_args

import deflate
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from maligeo.core.audiences import is_synthetic
from maligeo.core.checks import require_choice, require_columns
from maligeo.core.columns import ADDITIVE, Audience
from maligeo.core.crs import (
    Bounds,
    Flags,
    Floats,
    Shapes,
    positions_of,
    require_geographic,
    shapes_of,
)
from maligeo.core.errors import ArgumentError, Fault, FrameError
from maligeo.core.session import session_audience
from maligeo.disclosure import Gate
from maligeo.provenance.record import Provenance
from maligeo.tile_archives import Tile
from maligeo.tiles.archives import Archive, open_archive
from maligeo.tiles.grid import MAX_LATITUDE
from maligeo.tiles.metadata import ArchiveInfo, attribution_of, credited, making_of
from maligeo.tiles.mvt.features import field_types, plain_columns
from maligeo.tiles.mvt.points import NOT_STATED, POINT_COUNT, LowZooms, PointLayer
from maligeo.tiles.mvt.polygons import ShapeLayer

Progress = Callable[[int, int], None]
Tiles = list[tuple[Tile, bytes]]

_COMPRESSION: Final = 1
_TOGETHER: Final = 64  # tiles that go to a thread at once


class Layer(Protocol):
    """What gives the content of one layer, tile by tile."""

    def tiles_at(self, zoom: int) -> Iterator[tuple[Tile, bytes]]:
        """Give the layer of every tile of a zoom."""
        ...


def write_zooms(
    archive: Archive, layers: Sequence[Layer], zooms: tuple[int, int], progress: Progress | None
) -> None:
    """Write the tiles of all zooms that the archive does not have yet.

    libdeflate lets other threads run while it works, so the tiles of a zoom are packed while those
    of the next are encoded: the deepest first, which take longest.

    Parameters
    ----------
    archive : Archive
        Has the zooms that an earlier run finished.
    layers : sequence of Layer
        In the order in which they stand in a tile.
    zooms : tuple of int
        Coarsest and finest zoom.
    progress : callable or None
        Called with the zooms done and the zooms in all.
    """
    count = zooms[1] - zooms[0] + 1
    missing = [zoom for zoom in range(zooms[1], zooms[0] - 1, -1) if not archive.has_part(zoom)]
    done = count - len(missing)
    with ThreadPoolExecutor() as threads:
        ahead = ((zoom, _packed(zoom, layers, threads)) for zoom in missing)
        packing = next(ahead, None)
        while packing is not None:
            following = next(ahead, None)  # encoded before this one is waited for
            zoom, parts = packing
            archive.put_part(zoom, [tile for part in parts for tile in part.result()])
            done += 1
            if progress is not None:
                progress(done, count)
            packing = following


def _packed(zoom: int, layers: Sequence[Layer], threads: ThreadPoolExecutor) -> list[Future[Tiles]]:
    """Encode the tiles of a zoom, and let threads pack them."""
    tiles = iter(_joined(zoom, layers))
    parts = iter(lambda: list(islice(tiles, _TOGETHER)), [])
    return [threads.submit(_compress, part) for part in parts]


def _joined(zoom: int, layers: Sequence[Layer]) -> Iterable[tuple[Tile, list[bytes]]]:
    """Put the layers of each tile together: a tile is the sequence of its layers."""
    if len(layers) == 1:
        return ((tile, [content]) for tile, content in layers[0].tiles_at(zoom))
    parts: dict[Tile, list[bytes]] = {}
    for layer in layers:
        for tile, content in layer.tiles_at(zoom):
            parts.setdefault(tile, []).append(content)
    return parts.items()


def _compress(tiles: Sequence[tuple[Tile, list[bytes]]]) -> Tiles:
    return [
        (tile, bytes(deflate.gzip_compress(b"".join(contents), _COMPRESSION)))
        for tile, contents in tiles
    ]


_POINTS: Final = (shapely.GeometryType.POINT, shapely.GeometryType.MULTIPOINT)
_SHAPES: Final = (
    shapely.GeometryType.LINESTRING,
    shapely.GeometryType.LINEARRING,
    shapely.GeometryType.POLYGON,
    shapely.GeometryType.MULTILINESTRING,
    shapely.GeometryType.MULTIPOLYGON,
)
_MISSING: Final = -1  # type of a missing geometry
_FAR: Final = "lies beyond web mercator"
_KIND: Final = "vector 5"  # changes when the same input gives other tiles
_RULES: Final = {
    "cluster": "below zoom {top} the points of each square of 1/32 of a tile are one, with "
    "point_count and sums",
    "all": "every point at every zoom",
}


@dataclass(frozen=True)
class VectorOptions:
    """How vector tiles are made.

    Attributes
    ----------
    low_zooms : {"cluster", "all"}
        What of the points is shown below the finest zoom, which has every one of them.
        "cluster": the points of each square of 1/32 of a tile become one at their mean. It
        has `point_count`, how many they are, and the sums of `sums`; where some of the
        points do not state a value, `killed_not_stated`, for `killed`, says how many. It
        has no other attribute unless it is a single point. "all": every point.
    sums : mapping of str to sequence of str, optional
        Columns of numbers to add up, by layer; by default `count`, `killed`, `injured`,
        `civilians_killed`, `civilians_injured` and `devices`, where a layer has them.
    columns : mapping of str to sequence of str, optional
        Attributes to keep, by layer; by default every column. Text, numbers and truth
        values keep their type, dates become ISO 8601 text, and a missing value is absent.
    attribution : str
        For the metadata: publisher and licence of the records. It is shown on maps and may
        hold HTML. The publishers of units among the layers are named after it.
    left_out : sequence of str
        Names of layers that were asked for and that the audience may not see, for the
        metadata.
    progress : callable, optional
        Called with the zooms done and the zooms in all.
    """

    low_zooms: LowZooms = "cluster"
    sums: Mapping[str, Sequence[str]] | None = None
    columns: Mapping[str, Sequence[str]] | None = None
    attribution: str = ""
    left_out: Sequence[str] = ()
    progress: Progress | None = None

    def __post_init__(self) -> None:
        require_choice(self.low_zooms, get_args(LowZooms), option="low_zooms")


def vector_tiles(
    layers: Mapping[str, pd.DataFrame],
    archive: str | Path,
    *,
    zooms: tuple[int, int] = (0, 10),
    options: VectorOptions | None = None,
    audience: Audience | None = None,
    about: Provenance | None = None,
) -> Path:
    """Make Mapbox Vector Tiles of units, areas and points.

    Parameters
    ----------
    layers : mapping of str to geopandas.GeoDataFrame or pandas.DataFrame
        Frames by the name that their layer gets. A frame holds points, or lines and
        polygons, in EPSG:4326; or points as columns `lon` and `lat` in degrees, which take
        less memory. Rows without a place are left out, and the metadata counts them.
    archive : str or pathlib.Path
        File to write: "….pmtiles", "….mbtiles", or without a suffix a folder of tiles.
    zooms : tuple of int, default (0, 10)
        Coarsest and finest zoom.
    options : VectorOptions, optional
        Points at low zooms, columns, attribution, progress.
    audience : {"internal", "partner", "public"}, optional
        For whom the tiles are; by default that of the session, else the public.
        Layers of records have to be released for it; units that
        carry nothing but their names and codes are for all.
    about : Provenance, optional
        What the tiles were made from, for the metadata.

    Returns
    -------
    pathlib.Path
        The archive.

    Raises
    ------
    ArgumentError
        If there is no layer or nothing in them, or an option has a value that it cannot have.
    ReleaseError
        If a layer was not released for the audience.
    CrsError
        If a frame is not in EPSG:4326.
    FrameError
        Listing columns that are missing or mixed and geometries that cannot be drawn.
    OutputFileError
        If the archive cannot be written.

    Notes
    -----
    A tile is 4096 units wide, and repeats what lies within 80 units of it in the next ones,
    so that symbols are not cut. Points have the number of their row as `id`. At the finest
    zoom lines and polygons are not simplified; below it by about one unit, where polygons of
    a coverage keep their borders in common, and what is smaller than two units is drawn as a
    square of that size. The metadata say under `point_layers` how many features each zoom has,
    and what they are drawn by. Same input, same bytes; a run that was killed goes on with the
    next zoom.

    Encoding follows the Mapbox Vector Tile Specification 2.1, `vector_layers` TileJSON 3.0.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import maligeo
    >>> units = maligeo.load_boundaries()
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "mali.pmtiles"
    ...     archive = maligeo.vector_tiles({"regions": units}, path, zooms=(0, 4))
    ...     sum(zoom.tiles for zoom in maligeo.inspect_tiles(archive).zooms.values())
    11
    """
    audience = session_audience(audience)
    options = options or VectorOptions()
    if not layers:
        raise ArgumentError("vector tiles need at least one layer")
    gate = Gate(audience)
    for name, frame in layers.items():
        gate.admit(frame, what=f"the rows of layer {name!r}")
    target, kept = Path(archive), options.columns or {}
    rows = {name: _Rows.checked(frame, name, kept.get(name)) for name, frame in layers.items()}
    drawn = [name for name, one in rows.items() if not one.absent.all()]
    if not drawn:
        raise ArgumentError("no row of the layers has a geometry")
    made = [_layer(name, rows[name], zooms[1], options) for name in drawn]
    info = _info(target.stem, rows, made, zooms)
    del rows  # the layers hold what is drawn
    credit = attribution_of(options.attribution, layers.values())
    info = replace(
        info,
        attribution=credited(credit, audience, synthetic=any(map(is_synthetic, layers.values()))),
        more={
            **info.more,
            **({"left_out": list(options.left_out)} if options.left_out else {}),
            **making_of(audience, about),
        },
    )
    with open_archive(target, info, job=_job(made, zooms)) as opened:
        write_zooms(opened, made, zooms, options.progress)
    return target


@dataclass(frozen=True)
class _Rows:
    """The rows of a layer: plain columns, and shapes or positions."""

    attributes: pd.DataFrame
    places: gpd.GeoSeries | pd.DataFrame

    @classmethod
    def checked(cls, frame: pd.DataFrame, name: str, columns: Sequence[str] | None) -> Self:
        """Take a frame apart, or list what is wrong with it."""
        what = f"layer {name!r}"
        if isinstance(frame, gpd.GeoDataFrame):
            require_geographic(frame, what=what)
            attributes = pd.DataFrame(frame.drop(columns=frame.geometry.name))
            places = gpd.GeoSeries(shapes_of(frame.geometry), index=frame.index, crs=frame.crs)
            faults = list(_faults(np.asarray(places.array, dtype=object), frame.index))
        else:
            lon, lat = positions_of(frame, what=what)
            attributes = frame.drop(columns=["lon", "lat"])
            places = pd.DataFrame({"lon": lon, "lat": lat}, index=frame.index, copy=False)
            faults = list(_far_faults(places))
        if columns is not None:
            require_columns(attributes, columns, what=what)
            attributes = attributes[list(columns)]
        if faults:
            raise FrameError(what, faults)
        return cls(plain_columns(attributes, what=what), places)

    @property
    def absent(self) -> Flags:
        """Which rows have no place."""
        absent = self.places.isna()
        flags: Flags = np.asarray(absent if absent.ndim == 1 else absent.any(axis=1))
        return flags

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east and north."""
        if isinstance(self.places, gpd.GeoSeries):
            return tuple(self.places.total_bounds.tolist())
        known = self.places[~self.absent]
        return (*known.min().tolist(), *known.max().tolist())

    @property
    def are_points(self) -> bool:
        """Whether every row is of one point or several, or has no place."""
        if not isinstance(self.places, gpd.GeoSeries):
            return True
        kinds = shapely.get_type_id(self.places.array)
        return bool(np.isin(kinds, (_MISSING, *_POINTS)).all())

    @property
    def has_multiple(self) -> bool:
        """Whether a row has several shapes."""
        if not isinstance(self.places, gpd.GeoSeries):
            return False
        return bool((shapely.get_num_geometries(self.places.array) > 1).any())


def _faults(shapes: Shapes, rows: pd.Index) -> Iterator[Fault]:
    """Find what cannot be drawn."""
    kinds = shapely.get_type_id(shapes)
    is_point = np.isin(kinds, _POINTS)
    is_shape = np.isin(kinds, _SHAPES)
    is_valid = np.ones(len(shapes), dtype=np.bool_)
    is_valid[is_shape] = shapely.is_valid(shapes[is_shape])
    wrong = {
        "is of a kind that tiles do not have": ~(is_point | is_shape | (kinds == _MISSING)),
        _FAR: _is_far(*shapely.bounds(shapes).T),
        "is not valid": ~is_valid,
    }
    if is_point.any():
        wrong["stands in a layer of points"] = is_shape
    for reason, flags in wrong.items():
        for at in np.flatnonzero(flags):
            yield Fault(rows[at], "geometry", shapely.to_wkt(shapes[at])[:60], reason)


def _far_faults(places: pd.DataFrame) -> Iterator[Fault]:
    lon, lat = (places[axis].to_numpy() for axis in ("lon", "lat"))
    for at in np.flatnonzero(_is_far(lon, lat, lon, lat)):
        yield Fault(places.index[at], "lon, lat", f"{lon[at]}, {lat[at]}", _FAR)


def _is_far(west: Floats, south: Floats, east: Floats, north: Floats) -> Flags:
    return (west < -180) | (east > 180) | (south < -MAX_LATITUDE) | (north > MAX_LATITUDE)


def _layer(
    name: str, rows: _Rows, top_zoom: int, options: VectorOptions
) -> PointLayer | ShapeLayer:
    if rows.are_points:
        return PointLayer.build(
            name,
            rows.places,
            rows.attributes,
            top_zoom=top_zoom,
            low_zooms=options.low_zooms,
            sums=_sums(name, rows, options) if options.low_zooms == "cluster" else (),
        )
    there = ~rows.absent
    return ShapeLayer.build(name, rows.places[there], rows.attributes[there], top_zoom=top_zoom)


def _sums(name: str, rows: _Rows, options: VectorOptions) -> tuple[str, ...]:
    """Give the columns to add up; none by default where a row has several points."""
    what, asked = f"layer {name!r}", (options.sums or {}).get(name)
    columns = {*rows.attributes.columns, "geometry"}
    if taken := sorted(columns & {POINT_COUNT, *(f"{one}{NOT_STATED}" for one in columns)}):
        raise ArgumentError(
            f"{what}: tiles have {', '.join(taken)} of their own: name the column otherwise"
        )
    numeric = {key for key, kind in field_types(rows.attributes).items() if kind == "Number"}
    if asked is None:
        stated = [key for key in ADDITIVE if key in numeric and rows.attributes[key].notna().any()]
        return () if rows.has_multiple else tuple(stated)
    require_columns(rows.attributes, asked, what=what)
    if rows.has_multiple:
        raise ArgumentError(f"{what}: a row with several points would be added up several times")
    if wrong := [key for key in asked if key not in numeric]:
        raise ArgumentError(f"{what}: {', '.join(wrong)} cannot be added up")
    return tuple(asked)


def _info(
    name: str,
    rows: Mapping[str, _Rows],
    layers: Sequence[PointLayer | ShapeLayer],
    zooms: tuple[int, int],
) -> ArchiveInfo:
    sides = np.array([rows[layer.name].bounds for layer in layers])
    west, south = sides[:, :2].min(axis=0).tolist()
    east, north = sides[:, 2:].max(axis=0).tolist()
    points = [layer for layer in layers if isinstance(layer, PointLayer)]
    more: dict[str, Any] = {
        "vector_layers": [_described(layer, rows[layer.name], zooms) for layer in layers],
        "without_geometry": {one: int(each.absent.sum()) for one, each in rows.items()},
    }
    if points:
        more["point_layers"] = {layer.name: _shown(layer, zooms) for layer in points}
    return ArchiveInfo(name, "mvt", zooms, Bounds(west, south, east, north), more=more)


def _described(
    layer: PointLayer | ShapeLayer, rows: _Rows, zooms: tuple[int, int]
) -> dict[str, Any]:
    fields: dict[str, str] = dict(field_types(rows.attributes))
    described = {"id": layer.name, "minzoom": zooms[0], "maxzoom": zooms[1], "fields": fields}
    if isinstance(layer, PointLayer):
        described["description"] = _RULES[layer.low_zooms].format(top=layer.top_zoom)
        if layer.low_zooms == "cluster":
            lacking = [f"{one.name}{NOT_STATED}" for one in layer.sums if one.has_gaps]
            fields |= dict.fromkeys(lacking, "Number")
            fields[POINT_COUNT] = "Number"
    return described


def _shown(layer: PointLayer, zooms: tuple[int, int]) -> dict[str, Any]:
    every = range(zooms[0], zooms[1] + 1)
    return {
        "low_zooms": layer.low_zooms,
        "points": len(layer.rows),
        "sums": [one.name for one in layer.sums],
        "size_by": layer.size_by,
        "features_shown": {str(zoom): layer.shown_at(zoom) for zoom in every},
        "largest": {str(zoom): layer.largest_at(zoom) for zoom in every},
    }


def _job(layers: Sequence[PointLayer | ShapeLayer], zooms: tuple[int, int]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for layer in layers:
        digest.update(layer.fingerprint())
    return f"{_KIND} {zooms[0]}-{zooms[1]} {digest.hexdigest()}"
