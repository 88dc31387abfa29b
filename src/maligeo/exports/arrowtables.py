"""Plain tables and layers as Arrow tables, which Parquet and GDAL take as they are."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyogrio
import shapely

from maligeo.crs import GEOGRAPHIC
from maligeo.errors import OutputFileError
from maligeo.exports.plainframes import Kind, PlainTable
from maligeo.exports.plainlayers import GEOMETRY, PlainLayer

_TYPES: Final[Mapping[Kind, pa.DataType]] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us"),
}
_WKB: Final = {b"ARROW:extension:name": b"ogc.wkb"}


def arrow_table(table: PlainTable) -> pa.Table:
    """Make an Arrow table: texts, 64-bit numbers, booleans, days and times of microseconds."""
    arrays = [
        pa.Array.from_pandas(table.frame[name], type=_TYPES[kind])
        for name, kind in table.kinds.items()
    ]
    return pa.Table.from_arrays(arrays, names=list(table.kinds))


def write_gdal(layer: PlainLayer, path: Path, *, driver: str, options: Mapping[str, Any]) -> None:
    """Write a layer through GDAL; in a file that is there it becomes one more layer.

    Times of day are written as ISO 8601 texts, since GDAL keeps milliseconds at most.

    Parameters
    ----------
    layer : PlainLayer
        The layer.
    path : pathlib.Path
        The file.
    driver : str
        GDAL's name of the format.
    options : mapping
        Further arguments of `pyogrio.write_arrow`: metadata and options of the driver.

    Raises
    ------
    OutputFileError
        If GDAL cannot write it.
    """
    table = _without_times(arrow_table(layer.table), layer.table)
    geometry: dict[str, Any] = {}
    if layer.is_spatial:
        shapes = pa.array(shapely.to_wkb(layer.one_type()), type=pa.binary())
        field = pa.field(GEOMETRY, pa.binary(), metadata=_WKB)
        columns, fields = [*table.columns, shapes], [*table.schema, field]
        table = pa.Table.from_arrays(columns, schema=pa.schema(fields))
        geometry = {
            "geometry_name": GEOMETRY,
            "geometry_type": layer.geometry_type,
            "crs": GEOGRAPHIC,
        }
    with gdal_failures_named(path):
        pyogrio.write_arrow(table, path, driver=driver, **geometry, **options)


def _without_times(table: pa.Table, plain: PlainTable) -> pa.Table:
    for name in plain.of_kind("datetime"):
        texts = [None if pd.isna(time) else time.isoformat() for time in plain.frame[name]]
        at = table.schema.get_field_index(name)
        table = table.set_column(at, name, pa.array(texts, type=pa.string()))
    return table


@contextmanager
def gdal_failures_named(path: Path) -> Iterator[None]:
    """Turn what GDAL raises into an error that names the file."""
    try:
        yield
    except (RuntimeError, ValueError, pa.ArrowException) as error:
        raise OutputFileError(f"cannot write {path.name}: {error}") from error
