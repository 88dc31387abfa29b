"""What is wrong with boundaries that can be read: gaps, overlaps, nesting, repeated names."""

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from maligeo.core.checks import require_columns
from maligeo.core.crs import EQUAL_AREA, GEOGRAPHIC, SQM_PER_SQKM, require_geographic
from maligeo.core.errors import Fault
from maligeo.core.placenames import normalise
from maligeo.readers.boundary_units import outline_fault

_NEEDED: Final = ("level", "pcode", "name", "parent_pcode", "geometry")


def check_boundaries(
    units: gpd.GeoDataFrame,
    parents: gpd.GeoDataFrame | None = None,
    *,
    tolerance_sqkm: float = 0.01,
) -> list[Fault]:
    """List what is wrong with the units of one level.

    Parameters
    ----------
    units : geopandas.GeoDataFrame, EPSG:4326
        As `read_boundaries` gives it.
    parents : geopandas.GeoDataFrame, optional
        Units of the level above and of the same vintage, to check the nesting against.
    tolerance_sqkm : float, default 0.01
        Gaps, overlaps and parts outside the parent of no more than so many square
        kilometres are taken for rounding.

    Returns
    -------
    list of Fault
        Codes used twice; units whose name an earlier unit bears; outlines that are missing
        or not valid; pairs that overlap, and holes between units, with their area in km²
        (EPSG:6933); codes that do not begin with their parent's; and, with `parents`,
        parents that do not exist and parts outside of them. Empty where all is well.
        Outlines that are not valid take no part in the comparisons.

    Raises
    ------
    FrameError
        If a column is missing.
    CrsError
        If a frame is not in EPSG:4326.
    """
    require_columns(units, _NEEDED, what="units")
    require_geographic(units, what="units")
    faults = [*_repeated_codes(units), *_repeated_names(units), *_outlines(units)]
    sound = units[[outline_fault(outline) is None for outline in units.geometry]]
    flat = sound.to_crs(EQUAL_AREA)
    flat = flat[flat.is_valid]
    faults += _overlaps(flat, tolerance_sqkm)
    faults += _gaps(flat, tolerance_sqkm)
    faults += _code_nesting(units)
    if parents is not None:
        require_columns(parents, _NEEDED, what="parents")
        require_geographic(parents, what="parents")
        faults += _nesting(flat, parents.to_crs(EQUAL_AREA), tolerance_sqkm)
    return faults


def _repeated_codes(units: gpd.GeoDataFrame) -> list[Fault]:
    repeated = units["pcode"].notna() & units["pcode"].duplicated(keep=False)
    return [
        Fault(row, "pcode", code, "stands for several units")
        for row, code in units.loc[repeated, "pcode"].items()
    ]


def _repeated_names(units: gpd.GeoDataFrame) -> list[Fault]:
    """Find the units whose name an earlier one bears, however it is spelt."""
    first: dict[str, tuple[str, str]] = {}
    faults = []
    for row, name, code in zip(units.index, units["name"], units["pcode"], strict=True):
        if not isinstance(name, str):
            continue
        earlier = first.setdefault(normalise(name), (name, str(code)))
        if earlier != (name, str(code)):
            reason = f"{code} bears the same name as {earlier[1]}"
            faults.append(Fault(row, "name", name, reason))
    return faults


def _outlines(units: gpd.GeoDataFrame) -> list[Fault]:
    return [
        Fault(row, "geometry", _label(units.loc[[row]].iloc[0]), reason)
        for row, outline in units.geometry.items()
        if (reason := outline_fault(outline))
    ]


def _overlaps(flat: gpd.GeoDataFrame, tolerance_sqkm: float) -> list[Fault]:
    shapes = flat.geometry.to_numpy()
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    left, right = left[left < right], right[left < right]
    shared = shapely.area(shapely.intersection(shapes[left], shapes[right])) / SQM_PER_SQKM
    order = np.lexsort((right, left))
    return [
        Fault(
            flat.index[left[at]],
            "geometry",
            _label(flat.iloc[left[at]]),
            f"overlaps {_label(flat.iloc[right[at]])} by {shared[at]:,.2f} km²",
        )
        for at in order
        if shared[at] > tolerance_sqkm
    ]


def _gaps(flat: gpd.GeoDataFrame, tolerance_sqkm: float) -> list[Fault]:
    """Find the holes that all units together leave open."""
    covered = shapely.get_parts(shapely.union_all(flat.geometry.to_numpy()))
    covered = covered[shapely.get_type_id(covered) == shapely.GeometryType.POLYGON]
    holes = [ring for part in covered for ring in shapely.polygons(shapely.get_rings(part)[1:])]
    return [_gap(hole, flat) for hole in holes if hole.area / SQM_PER_SQKM > tolerance_sqkm]


def _gap(hole: shapely.Polygon, flat: gpd.GeoDataFrame) -> Fault:
    spot = gpd.GeoSeries([hole.representative_point()], crs=EQUAL_AREA).to_crs(GEOGRAPHIC)
    where = f"{spot.x.iloc[0]:.4f}, {spot.y.iloc[0]:.4f}"
    around = flat[flat.intersects(hole)]
    names = " and ".join(_label(unit) for _, unit in around.head(3).iterrows())
    size = hole.area / SQM_PER_SQKM
    return Fault(None, "geometry", where, f"is in a gap of {size:,.2f} km² next to {names}")


def _code_nesting(units: gpd.GeoDataFrame) -> list[Fault]:
    """Find codes that say another parent than the column does; only p-codes contain it."""
    faults = []
    for row, code, parent in zip(units.index, units["pcode"], units["parent_pcode"], strict=True):
        if isinstance(code, str) and isinstance(parent, str) and not code.startswith(parent):
            faults.append(Fault(row, "pcode", code, f"does not begin with its parent's {parent}"))
    return faults


def _nesting(
    flat: gpd.GeoDataFrame, parents: gpd.GeoDataFrame, tolerance_sqkm: float
) -> list[Fault]:
    outlines = dict(zip(parents["pcode"], parents.geometry, strict=True))
    faults = []
    for row, unit in flat.iterrows():
        parent = unit["parent_pcode"]
        if pd.isna(parent) or parent not in outlines:
            faults.append(Fault(row, "parent_pcode", parent, "is no unit of the level above"))
        elif outlines[parent] is not None and outlines[parent].is_valid:
            outside = unit.geometry.difference(outlines[parent]).area / SQM_PER_SQKM
            if outside > tolerance_sqkm:
                text = f"lies outside its parent {parent} by {outside:,.2f} km²"
                faults.append(Fault(row, "geometry", _label(unit), text))
    children = set(flat["parent_pcode"].dropna())
    childless = [code for code in outlines if code not in children]
    return faults + [
        Fault(None, "parent_pcode", code, "has no unit below it") for code in childless
    ]


def _label(unit: pd.Series) -> str:
    return f"{unit['name']} ({unit['pcode']})"
