"""Where areas lie: outlines of a layer, WKT or turning points; else a position that places them."""

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from maligeo.core.crs import GEOGRAPHIC
from maligeo.core.errors import Fault
from maligeo.readers.cells import coordinates, values
from maligeo.readers.cells.coordinates import Positions
from maligeo.readers.declared_areas import declared_column
from maligeo.readers.formats import SourceFormat
from maligeo.readers.positions import find_positions
from maligeo.readers.quarantine import Faults
from maligeo.readers.turning_points import are_turning_points, build_polygons

_NO_OWNER = "says nowhere which area a point belongs to: say --column area_id=NAME"


class AreaShapes(NamedTuple):
    """Outlines and positions of areas.

    Attributes
    ----------
    outlines : geopandas.GeoSeries, EPSG:4326
        One per area, at the label of the area's first row; None where it has none.
    positions : Positions
        Of the same areas, where a position stands instead of an outline; else NaN.
    owner : pandas.Series
        For every row the label of its area's first row.
    speaker : pandas.Index
        For every area the label of the row that says what is known of it.
    marks : pandas.Index
        Labels of the rows that are marks outside a polygon and not corners of it.
    """

    outlines: gpd.GeoSeries
    positions: Positions
    owner: pd.Series
    speaker: pd.Index
    marks: pd.Index = pd.Index([])


def find_shapes(
    rows: pd.DataFrame, found: dict[str, str], geometry: gpd.GeoSeries | None, form: SourceFormat
) -> tuple[AreaShapes, Faults]:
    """Find the outlines of areas, and positions of those that declare an area without one.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows as read.
    found : dict of str to str
        Column of ours to column of the file.
    geometry : geopandas.GeoSeries or None
        Geometries of the file, for these rows.
    form : SourceFormat
        Its words for types of points.

    Returns
    -------
    shapes : AreaShapes
    faults : Faults
    """
    declared, faults = _declared(rows, found), Faults()
    if geometry is None and "wkt" in found:
        geometry = faults.taking(coordinates.parse_wkt(rows[found["wkt"]]))
    own = pd.Series(rows.index, index=rows.index)
    if geometry is not None:
        outlines, points = _apart(geometry, declared)
        positions = faults.taking(_positions(rows, found, outlines, points))
        return AreaShapes(outlines, positions, own, rows.index), faults
    if not are_turning_points(rows, found, declared=declared_column(found) is not None):
        outlines = gpd.GeoSeries([None] * len(rows), index=rows.index, crs=GEOGRAPHIC)
        positions, more, _ = find_positions(rows, found, None, swap=False)
        faults.extend(more)
        return AreaShapes(outlines, positions, own, rows.index), faults
    if "area_id" not in found:
        return _unowned(rows), Faults([Fault(None, "(area_id)", None, _NO_OWNER)])
    made, faults = build_polygons(rows, found, form, declared)
    nowhere = _nowhere(made.shapes.index)
    return AreaShapes(made.shapes, nowhere, made.owner, made.speaker, made.marks), faults


def _declared(rows: pd.DataFrame, found: dict[str, str]) -> "pd.Series[bool]":
    field = declared_column(found)
    if field is None:
        return pd.Series(False, index=rows.index)
    return values.strip_missing(rows[found[field]]).notna()


def _apart(
    geometry: gpd.GeoSeries, declared: "pd.Series[bool]"
) -> tuple[gpd.GeoSeries, gpd.GeoSeries]:
    """Take points of declared areas for positions; any other point is a faulty outline."""
    kinds = shapely.get_type_id(geometry.to_numpy())
    point = (kinds == shapely.GeometryType.POINT) & declared.to_numpy(dtype=bool)
    return geometry.mask(point, None), geometry.where(point, None)


def _positions(
    rows: pd.DataFrame, found: dict[str, str], outlines: gpd.GeoSeries, points: gpd.GeoSeries
) -> tuple[Positions, Faults]:
    """Read the positions of rows without an outline: their points, else columns."""
    lon, lat = _nowhere(rows.index)
    faults = Faults()
    bare = outlines.isna()
    others = {name: column for name, column in found.items() if name != "wkt"}
    for chosen, shapes in ((bare & points.notna(), points), (bare & points.isna(), None)):
        some = rows[chosen]
        given = None if shapes is None else shapes[chosen]
        read, more, _ = find_positions(some, others, given, swap=False)
        faults.extend(more)
        lon[chosen], lat[chosen] = read.lon, read.lat
    return Positions(lon, lat), faults


def _nowhere(index: pd.Index) -> Positions:
    return Positions(pd.Series(np.nan, index=index), pd.Series(np.nan, index=index))


def _unowned(rows: pd.DataFrame) -> AreaShapes:
    outlines = gpd.GeoSeries([None] * len(rows), index=rows.index, crs=GEOGRAPHIC)
    own = pd.Series(rows.index, index=rows.index)
    return AreaShapes(outlines, _nowhere(rows.index), own, rows.index)
