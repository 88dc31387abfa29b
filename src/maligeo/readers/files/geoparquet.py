"""GeoParquet files of records, read piece by piece."""

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Self

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pyproj import CRS

from maligeo.core.crs import Floats
from maligeo.core.errors import explained
from maligeo.readers.cells.coordinates import Positions
from maligeo.readers.files.bounds import require_bounded_parquet
from maligeo.readers.files.tables import PARQUET_ROWS, TEXT, RawTable, as_text
from maligeo.readers.files.vectors import MAX_DEGREES, in_degrees
from maligeo.readers.formats import GEOMETRY

_MARK: Final = b"geo"  # key of what GeoParquet says of its columns
_ROWS: Final = re.compile(r"__index_level_\d+__")  # names that pandas gives to numbers of rows
_CRS84: Final = "OGC:CRS84"  # where the file does not say it (GeoParquet 1.1)
_WKB: Final = "WKB"
_POINT_HEAD: Final = b"\x01\x01\x00\x00\x00"  # of a point in WKB, the lowest byte first
_DEGREES: Final = (("EPSG", "4326"), ("OGC", "CRS84"))
_POINT: Final = "point"  # coordinates as numbers (GeoArrow, separated)


def is_geoparquet(path: Path) -> bool:
    """Tell a Parquet file that says which of its columns hold shapes.

    Raises
    ------
    InputFileError
        If it is no Parquet file.
    """
    with explained(f"{path} cannot be opened"):
        return _MARK in (pq.read_schema(path).metadata or {})


@dataclass(frozen=True)
class GeoParquet:
    """A GeoParquet file that is known by its schema and not yet read.

    Attributes
    ----------
    path : pathlib.Path
        The file.
    columns : tuple of str
        Names of its columns; its shapes are the last, "geometry".
    """

    path: Path
    columns: tuple[str, ...]
    _shapes: str
    _encoding: str
    _crs: Any

    @classmethod
    def of(cls, path: Path) -> Self | None:
        """Give a file with shapes in WKB or as points, and plain columns; None of any other."""
        with explained(f"{path} cannot be read as GeoParquet"):
            require_bounded_parquet(path)
            schema = pq.read_schema(path)
            said = json.loads(schema.metadata[_MARK])
            shapes, about = said["primary_column"], said["columns"][said["primary_column"]]
            covering = about.get("covering", {}).get("bbox", {}).get("xmin", [""])[0]
        left_out = {shapes, covering}
        others = [one for one in schema.names if one not in left_out and not _ROWS.fullmatch(one)]
        is_nested = any(pa.types.is_nested(schema.field(name).type) for name in others)
        is_odd = is_nested or len(said["columns"]) > 1 or GEOMETRY in others
        if is_odd or about["encoding"] not in (_WKB, _POINT):
            return None
        crs = about.get("crs", _CRS84)
        return cls(path, (*others, GEOMETRY), shapes, about["encoding"], crs)

    def chunks(self, wanted: Collection[str]) -> Iterator[RawTable]:
        """Read these columns with the shapes, as text too where that is wanted.

        Raises
        ------
        InputFileError
            If the file is broken.
        CrsError, GeometryError
            If it does not say its CRS, or coordinates lie outside what this can express.
        """
        names = [name for name in self.columns if name in wanted and name != GEOMETRY]
        first = 1
        with explained(f"{self.path} cannot be read as GeoParquet"):
            for batch in self._batches([*names, self._shapes]):
                rows = pd.RangeIndex(first, first + batch.num_rows, name="row")
                yield self._table(batch, names, rows, as_text=GEOMETRY in wanted)
                first += batch.num_rows

    def _table(
        self, batch: pa.RecordBatch, names: list[str], rows: pd.RangeIndex, *, as_text: bool
    ) -> RawTable:
        texts, cells = _texts(batch.select(names), rows), batch[self._shapes]
        if isinstance(cells, pa.ExtensionArray):
            cells = cells.storage
        found = None if as_text or not self._is_in_degrees else self._points(cells)
        if found is not None:
            return RawTable(texts, points=Positions(*(pd.Series(one, index=rows) for one in found)))
        frame = gpd.GeoDataFrame(geometry=self._decoded(cells), crs=self._crs)
        geometry = in_degrees(frame, str(self.path), rows.start).geometry.set_axis(rows)
        if as_text:
            texts[GEOMETRY] = geometry.to_wkt().astype(TEXT)
        return RawTable(texts, geometry=geometry)

    @cached_property
    def _is_in_degrees(self) -> bool:
        """Whether coordinates are longitudes and latitudes as ours."""
        return self._crs is not None and CRS(self._crs).to_authority() in _DEGREES

    def _points(self, cells: pa.Array) -> tuple[Floats, Floats] | None:
        """Give longitudes and latitudes where all shapes are points, without making these."""
        found = _point_bytes(cells) if self._encoding == _WKB else _point_numbers(cells)
        if found is None or any((np.abs(axis) >= MAX_DEGREES).any() for axis in found):
            return None
        return found

    def _batches(self, names: list[str]) -> Iterator[pa.RecordBatch]:
        """Give the rows some at a time; one batch without a row where there is none."""
        with pq.ParquetFile(self.path) as file:
            if file.metadata.num_rows:
                yield from file.iter_batches(PARQUET_ROWS, columns=names)
                return
            kinds = [file.schema_arrow.field(name) for name in names]
            yield pa.RecordBatch.from_pylist([], schema=pa.schema(kinds))

    def _decoded(self, cells: pa.Array) -> npt.NDArray[np.object_]:
        if self._encoding == _WKB:
            return np.asarray(shapely.from_wkb(cells.to_numpy(zero_copy_only=False)), dtype=object)
        x, y = _point_numbers(cells)
        points = np.asarray(shapely.points(x, y), dtype=object)
        points[np.isnan(x)] = None
        return points


def _point_numbers(cells: pa.StructArray) -> tuple[Floats, Floats]:
    """Give the coordinates of points, NaN where there is none."""
    missing = cells.is_null().to_numpy(zero_copy_only=False)
    x, y = (cells.field(axis).to_numpy(zero_copy_only=False) for axis in ("x", "y"))
    return np.where(missing, np.nan, x), np.where(missing, np.nan, y)


def _point_bytes(cells: pa.Array) -> tuple[Floats, Floats] | None:
    """Give the coordinates of points in WKB; None where not all are plain ones."""
    given = cells.is_valid().to_numpy(zero_copy_only=False)
    there = cells.drop_null().cast(pa.large_binary())
    starts = np.frombuffer(there.buffers()[1], dtype=np.int64)[there.offset :][: len(there) + 1]
    if (np.diff(starts) != len(_POINT_HEAD) + 16).any():
        return None
    content = np.frombuffer(there.buffers()[2] or b"", dtype=np.uint8)[starts[0] : starts[-1]]
    shapes = content.reshape(len(there), len(_POINT_HEAD) + 16)
    if (shapes[:, : len(_POINT_HEAD)] != np.frombuffer(_POINT_HEAD, dtype=np.uint8)).any():
        return None
    positions = np.full((2, len(cells)), np.nan)
    positions[:, given] = np.ascontiguousarray(shapes[:, len(_POINT_HEAD) :]).view("<f8").T
    return positions[0], positions[1]


def _texts(batch: pa.RecordBatch, rows: "pd.Index[int]") -> pd.DataFrame:
    if not batch.num_columns:
        return pd.DataFrame(index=rows)
    texts = as_text(batch).to_pandas(types_mapper=lambda _: TEXT, ignore_metadata=True)
    return texts.set_axis(rows)
