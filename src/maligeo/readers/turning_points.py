"""Turning points to outlines: tables with one row per corner of an area."""

from typing import Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from maligeo.core.crs import GEOGRAPHIC
from maligeo.readers.cells.words import read_words
from maligeo.readers.formats import SourceFormat
from maligeo.readers.positions import find_positions
from maligeo.readers.quarantine import Faults

POSITIONS: Final = ("latitude", "longitude", "coordinates", "mgrs", "utm_easting", "utm_northing")
_OF_POINTS: Final = ("vertex_order", "vertex_type", "polygon")
_CORNER: Final = "corner"
_START: Final = "start"
_MARK: Final = "mark"
_FEWEST: Final = 3


def are_turning_points(rows: pd.DataFrame, found: dict[str, str], *, declared: bool) -> bool:
    """Tell corners of outlines from positions that each place one area.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows as read.
    found : dict of str to str
        Column of ours to column of the file.
    declared : bool
        Whether the file has a column of declared areas, without which a lone position says
        nothing of an area.
    """
    if found.keys().isdisjoint(POSITIONS):
        return False
    if not declared or not found.keys().isdisjoint(_OF_POINTS):
        return True
    return "area_id" in found and bool(
        rows[found["area_id"]].str.strip().dropna().duplicated().any()
    )


class Polygons(NamedTuple):
    """Outlines made of turning points.

    Attributes
    ----------
    shapes : geopandas.GeoSeries, EPSG:4326
        One polygon or multipolygon per area, at the label of the area's first row.
    owner : pandas.Series
        For every row the label of its area's first row.
    speaker : pandas.Index
        For every area the label of the row that says what is known of it: its first corner.
    marks : pandas.Index
        Labels of the rows that are marks outside a polygon and not corners of it.
    """

    shapes: gpd.GeoSeries
    owner: pd.Series
    speaker: pd.Index
    marks: pd.Index


def build_polygons(
    rows: pd.DataFrame,
    found: dict[str, str],
    form: SourceFormat,
    declared: "pd.Series[bool]",
) -> tuple[Polygons, Faults]:
    """Put turning points together to one shape per area.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row per point.
    found : dict of str to str
        Column of ours to column of the file: `area_id`, positions and, where there are
        any, `polygon`, `vertex_order` and `vertex_type`.
    form : SourceFormat
        Its words for types of points.
    declared : pandas.Series of bool
        Which rows declare an area; one without any position needs no corners then.

    Returns
    -------
    polygons : Polygons
    faults : Faults
        Of positions, orders and types; areas with fewer than three different corners;
        words for an area that contradict each other.
    """
    positions, faults, _ = find_positions(rows, found, None, swap=False)
    bare = declared & rows[[found[one] for one in POSITIONS if one in found]].isna().all(axis=1)
    areas = rows[found["area_id"]].str.strip()
    areas = areas.fillna(pd.Series(rows.index.astype(str), rows.index, dtype=areas.dtype))
    owner = pd.Series(rows.index, index=rows.index).groupby(areas.to_numpy()).transform("first")
    bare = bare.groupby(owner.to_numpy()).transform("all")
    types = _types(rows, found, form, faults)
    corner = (types != _MARK) | bare
    points = pd.DataFrame(
        {
            "area": owner,
            "part": _part(rows, found),
            "order": _order(rows, found, types.where(~bare, _MARK), faults),
            "lon": positions.lon,
            "lat": positions.lat,
        }
    )[corner & positions.lon.notna() & positions.lat.notna()]
    shapes = _shapes(points.sort_values(["area", "part", "order"], kind="stable"))
    firsts = pd.Index(owner.unique(), name=rows.index.name)
    series = gpd.GeoSeries(shapes.reindex(firsts), crs=GEOGRAPHIC)
    few = owner.isin(firsts[series.isna()]) & (owner == owner.index) & ~bare
    faults.add(few, found["area_id"], areas, "has fewer than three vertices")
    speaks = pd.Series(rows.index, index=rows.index)[corner]
    speaks = speaks.groupby(owner[corner].to_numpy()).first().reindex(firsts)
    speaker = speaks.fillna(firsts.to_series()).astype(rows.index.dtype)
    _find_contradictions(rows, found, owner.map(speaker), faults)
    return Polygons(series, owner, pd.Index(speaker), rows.index[~corner]), faults


def _types(
    rows: pd.DataFrame, found: dict[str, str], form: SourceFormat, faults: Faults
) -> "pd.Series[str]":
    """Tell start points, other corners and marks; what is not said is a corner."""
    if "vertex_type" not in found:
        return pd.Series(_CORNER, index=rows.index)
    texts = rows[found["vertex_type"]]
    words = faults.taking(read_words(texts, form, "vertex_type"))
    return words.fillna(_CORNER).astype(object)


def _part(rows: pd.DataFrame, found: dict[str, str]) -> pd.Series:
    if "polygon" not in found:
        return pd.Series("", index=rows.index)
    return rows[found["polygon"]].str.strip().fillna("").astype(object)


def _order(
    rows: pd.DataFrame, found: dict[str, str], types: "pd.Series[str]", faults: Faults
) -> "pd.Series[float]":
    """Give the order of the points: as numbered, a start point first, else as they stand."""
    if "vertex_order" not in found:
        return pd.Series(0.0, index=rows.index)
    texts = rows[found["vertex_order"]]
    # "TP12" and "12" both are the twelfth point.
    figures = texts.str.extract(r"([0-9]{1,6})\s*$", expand=False)
    unsaid = texts.isna() & (types == _START)
    faulty = figures.isna() & ~unsaid & (types != _MARK)
    faults.add(faulty, str(texts.name), texts, "is no number of a point")
    return figures.astype("Float64").astype("float64").mask(unsaid, -1.0).fillna(0.0)


def _shapes(points: pd.DataFrame) -> pd.Series:
    """Make polygons of ordered points; areas without enough different points have none."""
    if points.empty:
        return pd.Series(dtype=object)
    keys = ["area", "part"]
    distinct = points.drop_duplicates([*keys, "lon", "lat"]).groupby(keys)["lon"].transform("size")
    sizes = distinct.reindex(points.index).groupby([points[key] for key in keys]).transform("max")
    usable = points[sizes >= _FEWEST]
    too_few = set(points.loc[sizes < _FEWEST, "area"])
    usable = usable[~usable["area"].isin(too_few)]
    if usable.empty:
        return pd.Series(dtype=object)
    ring = usable.groupby(keys, sort=False).ngroup().to_numpy()
    polygons = shapely.polygons(
        shapely.linearrings(usable["lon"].to_numpy(), usable["lat"].to_numpy(), indices=ring)
    )
    areas = usable["area"].to_numpy()[np.unique(ring, return_index=True)[1]]
    return pd.Series(
        {
            area: group[0] if len(group) == 1 else shapely.multipolygons(group)
            for area, group in pd.Series(polygons).groupby(areas).agg(list).items()
        }
    )


def _find_contradictions(
    rows: pd.DataFrame, found: dict[str, str], speaker: pd.Series, faults: Faults
) -> None:
    """Find rows that say something else of their area than its first corner does."""
    of_area = ("status", "method", "start_date", "end_date", "devices", "organisation")
    declared = tuple(name for name in found if name.startswith("declared_area"))
    for ours in (*of_area, *declared):
        if ours in found:
            texts = rows[found[ours]]
            first = texts.loc[speaker].set_axis(texts.index)
            other = (texts.notna() & (texts != first)).fillna(True)
            faults.add(other, str(texts.name), texts, "differs from the first row of its area")
