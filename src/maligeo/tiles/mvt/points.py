"""Points to Mapbox Vector Tiles (specification 2.1), whole arrays at a time.

The points are put once in the order of a curve that visits the tiles of every zoom one by
one (Z-order), so the points of a tile are always neighbours. Each becomes a record of fixed
width, a row of one array of bytes; a tile is then a slice of it between a head and a tail.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal, NamedTuple, Self

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pandas.api import types

from maligeo.core.columns import COUNT
from maligeo.core.zorder import Cells, Ints, curve_of, order_along, places_of
from maligeo.tile_archives import Tile
from maligeo.tiles.mvt.features import (
    BUFFER,
    EXTENT,
    Column,
    Runs,
    Values,
    delimited,
    encode_column,
    number_field,
    point_features,
)

LowZooms = Literal["cluster", "all"]
POINT_COUNT: Final = "point_count"
NOT_STATED: Final = "_not_stated"  # after the name of a sum: how many of the points lack it
CELLS: Final = 5  # a tile has 2^5 by 2^5 cells: 16 pixels each where a tile has 512

_CURVE_CELLS: Final = 6  # the same for the curve, so that points of one cell keep their order
_HAIR: Final = 1e-6  # of a cell
_TOGETHER: Final = 1 << 17  # features that are encoded at once: it takes a kilobyte for each
_NEIGHBOURS: Final = [(x, y) for y in (-1, 0, 1) for x in (-1, 0, 1) if (x, y) != (0, 0)]
_LAYER, _NAME, _KEY, _EXTENT, _VERSION = 3, 1, 3, 5, 15  # fields of a tile, and of a layer

Floats = npt.NDArray[np.float64]


class _Selection(NamedTuple):
    """What a zoom shows: for each feature its point, its place and how many points it is."""

    at: Ints
    places: Floats
    counts: Ints


@dataclass(frozen=True)
class Sum:
    """An attribute that is added up where points are one feature.

    Attributes
    ----------
    name : str
        Its name.
    values : pandas.Series
        Numbers in the order of the curve; missing where none is stated.
    """

    name: str
    values: "pd.Series[float]"

    @property
    def has_gaps(self) -> bool:
        """Whether some points do not state it."""
        return bool(self.values.isna().any())

    def of(self, starts: Ints) -> "pd.Series[float]":
        """Add up runs of points, of each run what is stated; missing where nothing is."""
        kind = np.int64 if types.is_integer_dtype(self.values.dtype) else np.float64
        stated = np.add.reduceat(self.values.notna().to_numpy(), starts, dtype=np.int64)
        total = np.add.reduceat(self.values.fillna(0).to_numpy(dtype=kind), starts)
        return pd.Series(total, dtype=self.values.dtype).mask(stated == 0)

    def not_stated(self, starts: Ints) -> "pd.Series[int]":
        """Count the points of each run that state nothing; missing where all do."""
        missing = self.values.isna().to_numpy()
        count = pd.Series(np.add.reduceat(missing, starts, dtype=np.int64), dtype="Int64")
        return count.mask(count == 0)


class _Laid(NamedTuple):
    """Features tile by tile: which of a selection, in which tile, at which units of it."""

    which: Ints
    tiles: Cells
    units: npt.NDArray[np.int16]


@dataclass(frozen=True)
class PointLayer:
    """Points of one layer, in the order of the curve.

    Attributes
    ----------
    name : str
        Name of the layer.
    top_zoom : int
        Zoom at which every point is shown.
    low_zooms : {"cluster", "all"}
        What is shown below it; see `maligeo.tiles.vector.VectorOptions`.
    curve : uint64 array, shape (points,)
        Number of the cell of each point on the curve.
    places : float64 array, shape (points, 2)
        Shares of the grid from its west and its north.
    rows : int64 array, shape (points,)
        Row position of the point in the frame.
    columns : tuple of Column
        Attributes.
    sums : tuple of Sum
        Those that are added up below the top zoom.
    """

    name: str
    top_zoom: int
    low_zooms: LowZooms
    curve: Cells
    places: Floats
    rows: Ints
    columns: tuple[Column, ...]
    sums: tuple[Sum, ...] = ()

    @classmethod
    def build(
        cls,
        name: str,
        points: gpd.GeoSeries | pd.DataFrame,
        attributes: pd.DataFrame,
        *,
        top_zoom: int,
        low_zooms: LowZooms = "cluster",
        sums: Sequence[str] = (),
    ) -> Self:
        """Put points in order.

        Parameters
        ----------
        name : str
            Name of the layer.
        points : geopandas.GeoSeries, EPSG:4326, or pandas.DataFrame
            Points and multipoints, or `lon` and `lat` in degrees, none of them beyond the grid;
            not all missing or empty.
        attributes : pandas.DataFrame
            Plain columns of the same rows.
        top_zoom : int
            Zoom at which every point is shown.
        low_zooms : {"cluster", "all"}
            What is shown below it.
        sums : sequence of str
            Columns of numbers that are added up there.
        """
        degrees, rows = _degrees(points)
        places = _shares(degrees)
        side = 1 << (top_zoom + _CURVE_CELLS)
        curve = curve_of(np.clip((places * float(side)).astype(np.int64), 0, side - 1))
        order = order_along(curve)
        rows = rows[order].astype(np.int64)
        columns = (encode_column(str(key), column) for key, column in attributes.items())
        ordered = tuple(
            Column(column.name, column.codes[rows], column.values) for column in columns
        )
        added = tuple(
            Sum(key, attributes[key].iloc[rows].reset_index(drop=True))
            for key in sums
            if low_zooms == "cluster"
        )
        return cls(name, top_zoom, low_zooms, curve[order], places[order], rows, ordered, added)

    def fingerprint(self) -> bytes:
        """Give a digest of all that decides on the tiles."""
        said = [self.name, self.top_zoom, self.low_zooms, *(one.name for one in self.sums)]
        digest = hashlib.blake2b("\0".join(map(str, said)).encode())
        for array in (self.rows, self.places):
            digest.update(array.data)
        for column in self.columns:
            digest.update(column.fingerprint())
        return digest.digest()

    def shown_at(self, zoom: int) -> int:
        """Count the features of a zoom."""
        return len(self._select(zoom).at)

    def largest_at(self, zoom: int) -> int:
        """Give the largest count of a feature of a zoom, by which it is drawn."""
        shown = self._select(zoom)
        if self.size_by == POINT_COUNT:
            return int(shown.counts.max())
        counted = next(one for one in self.sums if one.name == self.size_by)
        return int(counted.of(shown.at).fillna(0).max())

    @property
    def size_by(self) -> str:
        """Name what a feature is drawn by: the records, or what records count themselves."""
        return next((one.name for one in self.sums if one.name == COUNT), POINT_COUNT)

    def tiles_at(self, zoom: int) -> Iterator[tuple[Tile, bytes]]:
        """Give the layer of every tile of a zoom that holds a point, in the order of the curve.

        Yields
        ------
        tile : Tile
        content : bytes
            A vector tile, not compressed, with this layer alone.
        """
        shown = self._select(zoom)
        laid = self._laid(shown, zoom)
        values = Values.of(self._columns_of(shown))
        for part, runs in Runs.of(laid.tiles).parts(_TOGETHER):
            inside = _Laid(laid.which[part], laid.tiles[part], laid.units[part])
            places = places_of(inside.tiles[runs.starts[:-1]]).tolist()
            contents = self._contents(shown, inside, runs, values)
            for (x, y), content in zip(places, contents, strict=True):
                yield Tile(zoom, x, y), delimited(_LAYER, content)

    def _contents(
        self, shown: _Selection, laid: _Laid, runs: Runs, values: Values
    ) -> Iterator[bytes]:
        """Encode the features of some tiles, and give the layer of each."""
        tables = values.tables(laid.which, runs)
        ids = np.where(shown.counts[laid.which] == 1, self.rows[shown.at[laid.which]], -1)
        features = point_features(ids, laid.units.astype(np.int64), tables.indices)
        bounds = features.starts[runs.starts].tolist()
        head = delimited(_NAME, self.name.encode("utf-8"))
        keys = b"".join(delimited(_KEY, name.encode("utf-8")) for name in values.names)
        tail = number_field(_EXTENT, EXTENT) + number_field(_VERSION, 2)
        for number, (first, end) in enumerate(pairwise(bounds)):
            records = features.content[first:end].tobytes()
            yield b"".join((head, records, keys, tables.table_of(number), tail))

    def _laid(self, shown: _Selection, zoom: int) -> _Laid:
        """Put features into their tiles, and those near an edge also into the next tiles."""
        curve = self.curve[shown.at] >> np.uint64(2 * self._steps(zoom, 0))
        tiles = places_of(curve)
        units = np.floor(shown.places * float(EXTENT << zoom))
        units -= tiles * float(EXTENT)  # whole numbers, which stay exact
        units = np.clip(units, 0, EXTENT - 1, out=units).astype(np.int16)
        which, on_curve, in_units = [np.arange(len(tiles))], [curve], [units]
        at_edge = np.flatnonzero(((units < BUFFER) | (units >= EXTENT - BUFFER)).any(axis=1))
        units, tiles = units[at_edge], tiles[at_edge]
        for step in _NEIGHBOURS:
            is_near = _is_near(units, step) & _is_inside(tiles, step, 1 << zoom)
            which.append(at_edge[is_near])
            on_curve.append(curve_of(tiles[is_near] + step))
            in_units.append(units[is_near] - np.array(step, np.int16) * np.int16(EXTENT))
        curve = np.concatenate(on_curve)
        order = np.argsort(curve, kind="stable")
        return _Laid(np.concatenate(which)[order], curve[order], np.concatenate(in_units)[order])

    def _steps(self, zoom: int, cells: int) -> int:
        """Count the halvings between the curve's cells and those of a zoom."""
        return self.top_zoom - zoom + _CURVE_CELLS - cells

    def _select(self, zoom: int) -> _Selection:
        if zoom == self.top_zoom or self.low_zooms == "all":
            everything = np.arange(len(self.curve))
            return _Selection(everything, self.places, np.ones_like(everything))
        cells = self.curve >> np.uint64(2 * self._steps(zoom, CELLS))
        starts = Runs.of(cells).starts
        at, counts = starts[:-1], np.diff(starts)
        means = np.add.reduceat(self.places, at) / counts[:, None]
        side = float(1 << (zoom + CELLS))  # a mean that is off by a hair stays in its cell
        west_north = places_of(cells[at]) / side
        return _Selection(at, np.clip(means, west_north, west_north + (1 - _HAIR) / side), counts)

    def _columns_of(self, shown: _Selection) -> list[Column]:
        """Give the attributes of features: of several points their number and sums alone."""
        if self.low_zooms == "all":
            return list(self.columns)
        summed = {one.name for one in self.sums}
        own = [c for c in self.columns if c.name not in summed]
        single = shown.counts == 1
        if not single.all():
            own = [
                Column(
                    c.name, np.where(single, c.codes[shown.at], c.codes.dtype.type(-1)), c.values
                )
                for c in own
            ]
        added = [encode_column(one.name, one.of(shown.at)) for one in self.sums]
        lacking = [
            encode_column(f"{one.name}{NOT_STATED}", one.not_stated(shown.at))
            for one in self.sums
            if one.has_gaps
        ]
        counts = encode_column(POINT_COUNT, pd.Series(shown.counts, dtype="Int64"))
        return [*own, *added, *lacking, counts]


def _degrees(points: gpd.GeoSeries | pd.DataFrame) -> tuple[Floats, Ints]:
    """Give longitude and latitude of each point, and the position of its row."""
    if isinstance(points, gpd.GeoSeries):
        degrees, rows = shapely.get_coordinates(points.array, return_index=True)
        return degrees, rows
    degrees = points[["lon", "lat"]].to_numpy(dtype=np.float64)
    rows = np.flatnonzero(np.isfinite(degrees).all(axis=1))
    return degrees[rows], rows


def _shares(degrees: Floats) -> Floats:
    """Project longitude and latitude to web mercator, as shares of its square."""
    sine = np.sin(np.radians(degrees[:, 1]))
    down = 0.5 - np.arctanh(sine) / (2 * np.pi)
    return np.stack([(degrees[:, 0] + 180.0) / 360.0, down], axis=1)


def _is_near(units: npt.NDArray[np.int16], step: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Say which places are near the edge, or corner, that a step leads across."""
    near = np.ones(len(units), dtype=np.bool_)
    for axis, direction in enumerate(step):
        if direction:
            at = units[:, axis]
            near &= at < BUFFER if direction < 0 else at >= EXTENT - BUFFER
    return near


def _is_inside(tiles: Ints, step: tuple[int, int], side: int) -> npt.NDArray[np.bool_]:
    """Say from which tiles a step leads to another one of the grid."""
    inside = np.ones(len(tiles), dtype=np.bool_)
    for axis, direction in enumerate(step):
        if direction:
            at = tiles[:, axis]
            inside &= at > 0 if direction < 0 else at < side - 1
    return inside
