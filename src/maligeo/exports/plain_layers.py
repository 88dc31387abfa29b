"""Layers made plain for files: one kind of shape, EPSG:4326, figures as columns of the units."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from maligeo import look
from maligeo.core.checks import require_columns, require_vintage_of
from maligeo.core.columns import DENSITY, frame_kind
from maligeo.core.crs import Shapes, positions_of, require_geographic, shapes_of
from maligeo.core.errors import ArgumentError, Fault, FrameError, GeometryError
from maligeo.core.files import require_portable
from maligeo.core.placenames import without_accents
from maligeo.exports.plain_tables import PlainTable, plain_table
from maligeo.look import Classes, Layer
from maligeo.text.readings import PeriodRows, in_language, read_periods

_EXPECTED: Final = {"incidents": "Point", "projects": "Point", "areas": "Polygon"}  # of no shape
_NOT_A_SIGN: Final = re.compile(r"[^a-z0-9]+")


class RegionValue(NamedTuple):
    """A column that holds a measure in one period.

    Attributes
    ----------
    column : str
        Its name, such as "incidents_per_100k_2021".
    layer : Layer
        The measure, as maps show it.
    classes : Classes
        Its classes, the same in all periods.
    labels : mapping of str to str
        The period in words, by language.
    zero : str
        Key of the words for what a zero of it says.
    """

    column: str
    layer: Layer
    classes: Classes
    labels: Mapping[str, str]
    zero: str = "legend.zero_note"


def region_values(
    units: gpd.GeoDataFrame, table: pd.DataFrame, keys: Sequence[str] | None = None
) -> tuple[gpd.GeoDataFrame, list[RegionValue]]:
    """Join the measures of a density table to units.

    Parameters
    ----------
    units : geopandas.GeoDataFrame, m rows
        Units of one vintage and level.
    table : pandas.DataFrame
        Density table of the same, as from `maligeo.concat_tables`.
    keys : sequence of str, optional
        What is joined, as for `maligeo.look.layers_of`.

    Returns
    -------
    geopandas.GeoDataFrame, m rows
        The units, and a column for each measure and period, rounded as maps show it;
        missing where the table has no value.
    list of RegionValue
        The columns; of each measure the newest period first, measures in the order of
        `maligeo.look.layers_of`.

    Raises
    ------
    FrameError
        If a column is missing.
    VintageError
        If table and units are of different vintages.
    UnknownNameError
        If the table does not hold what a key names.
    ArgumentError
        If the table has rows about other units, or holds nothing that a map can show.
    """
    require_columns(table, DENSITY, what="density table")
    require_vintage_of(units, table, what="density table")
    others = set(table.loc[table["place_kind"] == "unit", "pcode"]) - set(units["pcode"])
    if others:
        raise ArgumentError(f"the density table is about other units: {', '.join(sorted(others))}")
    values: list[RegionValue] = []
    columns: dict[str, pd.Series] = {}
    for layer in look.layers_of(table, keys):
        classes = look.classify(table, layer)
        read = read_periods(table, layer)
        french, english = (in_language(read, language) for language in ("fr", "en"))
        names = _names(layer, english)
        found = list(zip(names, french, english, strict=True))
        for name, first, second in reversed(found):
            columns[name] = units["pcode"].map(second.units["shown"]).astype("Float64")
            texts = {"fr": first.label, "en": second.label}
            values.append(RegionValue(name, layer, classes, texts, second.zero_note))
    return units.assign(**columns), values


def _names(layer: Layer, found: Sequence[PeriodRows]) -> list[str]:
    """Name a column for each period; the publisher is named where a period repeats."""
    spans = [_span(rows) for rows in found]
    names = []
    for span, rows in zip(spans, found, strict=True):
        parts = [layer.key, span]
        if spans.count(span) > 1:
            parts.append(_slug(rows.publisher))
        names.append("_".join(part for part in parts if part))
    return [f"{name}_{at}" if names.count(name) > 1 else name for at, name in enumerate(names, 1)]


def _span(rows: PeriodRows) -> str:
    """Write a period as "2021", "202101_202109" or "20210115_20210203"; empty for none."""
    first, last = (rows.rows[column].iloc[0] for column in ("period_start", "period_end"))
    if pd.isna(first) or pd.isna(last):
        return ""
    if not (first.is_month_start and last.is_month_end):
        return f"{first:%Y%m%d}_{last:%Y%m%d}"
    if (first.month, last.month) != (1, 12):
        return f"{first:%Y%m}_{last:%Y%m}"
    return f"{first:%Y}" if first.year == last.year else f"{first:%Y}_{last:%Y}"


def _slug(name: str) -> str:
    bare = without_accents(name.lower()).encode("ascii", "ignore").decode()
    return _NOT_A_SIGN.sub("_", bare).strip("_")


GEOMETRY: Final = "geometry"

_FAMILIES: Final = {0: "Point", 1: "LineString", 3: "Polygon"}
_MULTI: Final = {4: 0, 5: 1, 6: 3}
_POLYGON: Final = 3
_COLLECTIONS: Final = {
    "Point": shapely.multipoints,
    "LineString": shapely.multilinestrings,
    "Polygon": shapely.multipolygons,
}
_NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,59}")
_OWN_TABLES: Final = ("gpkg_", "rtree_", "sqlite_", "layer_styles")
_PLACE: Final = "place_kind"
_IDENTITY: Final = {"vintage", "pcode", "name"}


@dataclass(frozen=True)
class PlainLayer:
    """A layer that every format can hold.

    Attributes
    ----------
    name : str
        Name of the layer.
    table : PlainTable
        Its attributes.
    shapes : numpy.ndarray of shapely geometries or None
        One for each row, None where it is missing; None for a table without geometry.
    family : {"Point", "LineString", "Polygon", ""}
        Kind of all shapes; where there is none, that which such records have, or "".
    values : sequence of RegionValue
        The columns that hold measures of a density table, the first shown first.
    """

    name: str
    table: PlainTable
    shapes: Shapes | None = None
    family: str = ""
    values: Sequence[RegionValue] = ()

    @property
    def is_spatial(self) -> bool:
        """Whether the layer has a geometry."""
        return self.shapes is not None

    @property
    def geometry_type(self) -> str:
        """Name of the narrowest type that holds all shapes."""
        if self.shapes is None or not self.family:
            return "Unknown"
        return f"Multi{self.family}" if _some_are_multi(self.shapes) else self.family

    def one_type(self) -> Shapes:
        """Give the shapes as one type: all as collections where one of them is."""
        if self.shapes is None:
            raise ArgumentError(f"layer {self.name!r} has no geometry")
        if not self.geometry_type.startswith("Multi"):
            return self.shapes
        single = ~shapely.is_missing(self.shapes) & np.isin(
            shapely.get_type_id(self.shapes), list(_FAMILIES)
        )
        found = self.shapes.copy()
        made = [_COLLECTIONS[self.family]([shape]) for shape in self.shapes[single]]
        found[single] = np.array(made, dtype=object) if made else []
        return found


def _some_are_multi(shapes: Shapes) -> bool:
    return bool(np.isin(shapely.get_type_id(shapes), list(_MULTI)).any())


def plain_layers(
    layers: Mapping[str, pd.DataFrame], values: Mapping[str, Sequence[RegionValue]]
) -> list[PlainLayer]:
    """Make layers plain, in their order.

    Parameters
    ----------
    layers : mapping of str to geopandas.GeoDataFrame or pandas.DataFrame
        By name: small letters, digits, "_" and "-".
    values : mapping of str to sequence of RegionValue
        By layer: the columns that hold measures of a density table, the first shown first.

    Raises
    ------
    ArgumentError
        If there is none, or a name cannot be that of a layer.
    FrameError, CrsError, GeometryError
        If a layer cannot be written, see `plain_layer`.
    """
    if not layers:
        raise ArgumentError("there is no layer to write")
    return [
        replace(plain_layer(name, frame), values=values.get(name, ()))
        for name, frame in layers.items()
    ]


def plain_layer(name: str, frame: pd.DataFrame) -> PlainLayer:
    """Make one layer plain.

    Parameters
    ----------
    name : str
        Name of the layer.
    frame : geopandas.GeoDataFrame, EPSG:4326, or pandas.DataFrame
        Shapes of one family: points, lines or polygons, single or multiple. An empty shape, or a
        point without coordinates, counts as missing.

    Raises
    ------
    ArgumentError
        If the name cannot be that of a layer.
    OutputFileError
        If it cannot be that of a file in a data package.
    FrameError
        If names of columns differ in capitals alone, or one is "geometry" without being it;
        and as `plain_table`.
    CrsError
        If it is not in EPSG:4326.
    GeometryError
        If shapes are of several families, have heights, or lie outside the globe.
    """
    if not _NAME.fullmatch(name) or name.startswith(_OWN_TABLES):
        raise ArgumentError(
            f"{name!r} cannot be the name of a layer: up to 60 small letters, digits, '_' and "
            f"'-', the first a letter, and not beginning with {', '.join(_OWN_TABLES)}"
        )
    require_portable(name)
    what = f"layer {name!r}"
    if not isinstance(frame, gpd.GeoDataFrame):
        table = plain_table(frame, what=what)
        _require_apart(table, what)
        return PlainLayer(name, table)
    require_geographic(frame, what=what)
    table = plain_table(pd.DataFrame(frame.drop(columns=frame.geometry.name)), what=what)
    _require_apart(table, what)
    shapes = shapes_of(frame.geometry)
    family = _family(shapes, what) or _EXPECTED.get(frame_kind(frame), "")
    return PlainLayer(name, table, shapes, family)


def _require_apart(table: PlainTable, what: str) -> None:
    names = [name.lower() for name in table.kinds]
    faults = [
        Fault(None, name, name, "another column has this name in other capitals")
        for name in table.kinds
        if names.count(name.lower()) > 1
    ]
    faults += [
        Fault(None, name, name, "the name is kept for the geometry: rename the column")
        for name in table.kinds
        if name.lower() == GEOMETRY
    ]
    if faults:
        raise FrameError(what, faults)


def _family(shapes: Shapes, what: str) -> str:
    """Give the family of the shapes, and refuse what layers cannot hold."""
    there = shapes[~shapely.is_missing(shapes)]
    codes = {_MULTI.get(int(code), int(code)) for code in np.unique(shapely.get_type_id(there))}
    families = [_FAMILIES.get(code, "collection") for code in sorted(codes)]
    if len(families) > 1 or "collection" in families:
        raise GeometryError(
            f"{what} holds {' and '.join(families)}: make a layer of each of points, lines "
            "and polygons"
        )
    if shapely.has_z(there).any():
        raise GeometryError(f"{what} has heights: leave them out with shapely.force_2d")
    corners = shapely.get_coordinates(there)
    if not (np.abs(corners) <= (180, 90)).all():
        raise GeometryError(f"{what} has coordinates outside the globe")
    return families[0] if families else ""


def holds_units(frame: pd.DataFrame) -> bool:
    """Tell whether each row of a frame is a unit of its own, with its outline.

    A table about units and other places, such as an answer with its outlines, is none.
    """
    names = set(frame.columns)
    if not isinstance(frame, gpd.GeoDataFrame) or not names >= _IDENTITY or _PLACE in names:
        return False
    shapes = np.asarray(frame.geometry.array, dtype=object)
    codes = {_MULTI.get(int(code), int(code)) for code in np.unique(shapely.get_type_id(shapes))}
    return bool(codes == {_POLYGON} and frame["pcode"].is_unique)


def without_geometry(frame: pd.DataFrame, *, what: str) -> pd.DataFrame:
    """Turn points into the columns `lon` and `lat`, for tables.

    Parameters
    ----------
    frame : pandas.DataFrame or geopandas.GeoDataFrame, EPSG:4326
        A frame without geometry is given back as it is.
    what : str
        Name of the frame, for the message.

    Returns
    -------
    pandas.DataFrame
        `lon` and `lat` in degrees are the last columns, missing where the point is.

    Raises
    ------
    GeometryError
        If a shape is no point.
    FrameError
        If there are columns `lon` or `lat` already.
    CrsError
        If it is not in EPSG:4326.
    """
    if not isinstance(frame, gpd.GeoDataFrame):
        return frame
    taken = [name for name in ("lon", "lat") if name in frame.columns]
    if taken:
        reason = "the points of the frame would become this column: drop one of them"
        raise FrameError(what, [Fault(None, name, name, reason) for name in taken])
    lon, lat = positions_of(frame, what=what, instead="maligeo.write_layers writes other shapes")
    table = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    return table.assign(lon=lon, lat=lat)
