"""Where a table keeps positions: the kinds of columns that are known, and their reading."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from maligeo.core.crs import GEOGRAPHIC
from maligeo.readers.cells import coordinates
from maligeo.readers.cells.coordinates import PositionColumns, Positions
from maligeo.readers.formats import GEOMETRY
from maligeo.readers.quarantine import Faults


def find_positions(
    rows: pd.DataFrame,
    found: dict[str, str],
    geometry: gpd.GeoSeries | Positions | None,
    *,
    swap: bool,
    abroad: bool = False,
) -> tuple[Positions, Faults, int]:
    """Read and check the positions of rows, from the first kind of column that there is.

    The kinds, in their order: geometries of the file, latitude and longitude, UTM, MGRS,
    WKT, and both axes in one cell.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows as read.
    found : dict of str to str
        Column of ours to column of the file: `latitude` and `longitude`, `utm_zone`,
        `utm_easting` and `utm_northing`, `mgrs`, `wkt`, `coordinates`.
    geometry : geopandas.GeoSeries, Positions or None
        Geometries of the file, for these rows, or the points that they are.
    swap : bool
        Swap the positions that fall in the country only when swapped.
    abroad : bool, default False
        Let positions outside the country stand.

    Returns
    -------
    positions : Positions
        NaN where a row has none.
    faults : Faults
    swapped : int
        How many were swapped.
    """
    read, columns, faults = _read(rows, found, geometry)
    unread = faults.marks(rows.index) if len(faults) else None
    if unread is not None:
        read = Positions(read.lon.mask(unread), read.lat.mask(unread))
    positions, more, swapped = coordinates.check_positions(read, columns, swap=swap, abroad=abroad)
    faults.extend(more)
    return positions, faults, swapped


def _read(
    rows: pd.DataFrame, found: dict[str, str], geometry: gpd.GeoSeries | Positions | None
) -> tuple[Positions, PositionColumns, Faults]:
    if geometry is not None:
        shapes, faults = geometry, Faults()
        return *_points_of(shapes, faults, GEOMETRY), faults
    if {"latitude", "longitude"} <= found.keys():
        lat, faults = coordinates.parse_angles(rows[found["latitude"]], "lat")
        lon = faults.taking(coordinates.parse_angles(rows[found["longitude"]], "lon"))
        return Positions(lon, lat), PositionColumns(found["longitude"], found["latitude"]), faults
    utm = [found.get(name) for name in ("utm_zone", "utm_easting", "utm_northing")]
    if all(utm):
        positions, faults = coordinates.parse_utm(*(rows[name] for name in utm))
        return positions, PositionColumns(str(utm[1]), str(utm[2])), faults
    for kind, parse in (("mgrs", coordinates.parse_mgrs), ("coordinates", coordinates.parse_pairs)):
        if kind in found:
            positions, faults = parse(rows[found[kind]])
            return positions, PositionColumns(found[kind], found[kind]), faults
    if "wkt" in found:
        shapes, faults = coordinates.parse_wkt(rows[found["wkt"]])
        return *_points_of(shapes, faults, found["wkt"]), faults
    nothing = pd.Series(np.nan, index=rows.index)
    return Positions(nothing, nothing), PositionColumns("", ""), Faults()


def _points_of(
    shapes: gpd.GeoSeries | Positions, faults: Faults, column: str
) -> tuple[Positions, PositionColumns]:
    if isinstance(shapes, Positions):
        return shapes, PositionColumns(column, column)
    array = shapes.to_numpy()
    given = ~shapely.is_missing(array) & ~shapely.is_empty(array)
    point = given & (shapely.get_type_id(array) == shapely.GeometryType.POINT)
    kinds = pd.Series(shapes.geom_type, index=shapes.index)
    faults.add(pd.Series(given & ~point, index=shapes.index), column, kinds, "is not a point")
    lon, lat = (np.where(point, part(array), np.nan) for part in (shapely.get_x, shapely.get_y))
    positions = Positions(pd.Series(lon, index=shapes.index), pd.Series(lat, index=shapes.index))
    return positions, PositionColumns(column, column)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Make many objects at once, none of them garbage, without a search for any after each 700."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def to_points(positions: Positions) -> gpd.GeoSeries:
    """Make points of positions; None where there is none."""
    lon, lat = positions.lon.to_numpy(), positions.lat.to_numpy()
    given = ~(np.isnan(lon) | np.isnan(lat))
    with _uncollected():
        if given.all():
            points = shapely.points(lon, lat)
        else:
            points = np.full(len(lon), None, dtype=object)
            points[given] = shapely.points(lon[given], lat[given])
    return gpd.GeoSeries(points, index=positions.lon.index, crs=GEOGRAPHIC)
