"""Polygons over units: which square metres lie where, and which were counted before.

Pieces are cut in longitude and latitude, as points are located, and measured in the
equal-area CRS. The shares of an area are the pieces' parts of their sum, so that its
square metres are conserved however the cut is rounded. Areas without an outline are placed
whole, as declared.
"""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from maligeo.core import columns
from maligeo.core.checks import require_columns, require_one_vintage
from maligeo.core.crs import (
    GEOGRAPHIC,
    SQM_PER_SQKM,
    Shapes,
    area_sqkm,
    require_geographic,
    shapes_of,
    to_geographic,
)
from maligeo.join.declared import COMPUTED, DECLARED, KINDS, place_declared, require_one_each
from maligeo.join.points import Locator

NO_POLYGON = "no polygon with an area"
CROSSES = "the outline crosses or touches itself; repaired"
SAME = "same polygon as {}"
NEGLIGIBLE = 1e-9  # of an area: what a cut leaves by rounding
THINNEST = 1e-8  # degrees, about a millimetre: an area over its outline's length

_SQM = ("computed_area_sqm", "area_sqm", "net_area_sqm")
_ADDED = (*_SQM, "basis", "allocate_note")


def allocate_areas(
    areas: gpd.GeoDataFrame, units: gpd.GeoDataFrame, how: Locator | None = None
) -> pd.DataFrame:
    """Divide polygons among units by area, and take out what an earlier one counted.

    Parameters
    ----------
    areas : geopandas.GeoDataFrame, in any stated CRS
        Polygons with `area_id` and `status`; where `end_date` is there, the passes over
        the same ground count in its order, else in the order of the rows. Areas without a
        polygon with `declared_area_sqm`, and `adm1_name, adm2_name, adm3_name` or
        `place_lon, place_lat`.
    units : geopandas.GeoDataFrame, EPSG:4326
        Units of one vintage; where units overlap the one that stands first has the ground.
    how : Locator, optional
        How areas without a polygon are joined to these units, as by a gazetteer.

    Returns
    -------
    pandas.DataFrame, one row per area and unit
        The input's columns without geometry and:

        - `vintage, pcode, name, place_kind, share, share_by`; what lies in no unit is a
          row "outside". An area without a polygon is one row, in the unit that its place
          leads to, else "countrywide", "joint", "outside" or "unattributed"
        - `computed_area_sqm`: of the whole polygon, in EPSG:6933, after making it valid
        - `area_sqm`: of its part in the unit; these add up to `computed_area_sqm`
        - `net_area_sqm`: of that part, what no earlier area of the same status covers;
          these add up to the ground that the status covers, each square metre once. Of an
          area without a polygon both are what is declared, whatever overlaps it
        - `basis`: "computed" of polygons, "declared" of areas without one
        - `allocate_note`: a repair, a duplicate, or why there is no area

    Raises
    ------
    FrameError
        If a column is missing, or an area without a polygon has the id of another.
    VintageError
        If the units are of several vintages.
    CrsError
        If the areas do not state their CRS, or the units are not in EPSG:4326.
    """
    require_columns(areas, ("area_id", "status", "geometry"), what="areas")
    require_columns(units, ("vintage", "pcode", "name", "geometry"), what="units")
    areas = to_geographic(areas, what="areas")
    require_geographic(units, what="units")
    vintage = require_one_vintage(units["vintage"], what="units")
    shapes, notes = _sound_polygons(areas)
    net = _net_of_earlier(areas, shapes, notes)
    rows = (
        pd.concat([_pieces(shapes, units, "area_sqm"), _pieces(net, units, "net_area_sqm")])
        .groupby(["area", "unit"], as_index=False)[["area_sqm", "net_area_sqm"]]
        .sum()
    )
    rows["computed_area_sqm"] = rows.groupby("area")["area_sqm"].transform("sum")
    rows["share"] = rows["area_sqm"] / rows["computed_area_sqm"]
    rows = _with_declared(rows, areas, units if how is None else how, notes)
    return _joined(rows, areas, units, vintage).assign(
        basis=rows["basis"].astype("string"),
        allocate_note=pd.array([notes.get(at, pd.NA) for at in rows["area"]], dtype="string"),
    )


def _sound_polygons(areas: gpd.GeoDataFrame) -> tuple[Shapes, dict[int, str]]:
    """Make every outline valid and keep its polygons; note what was done."""
    raw = shapes_of(areas.geometry)
    present = ~shapely.is_missing(raw)
    notes: dict[int, str] = {}
    broken = np.flatnonzero(present & ~shapely.is_valid(raw))
    shapes = raw.copy()
    # "structure" takes ground that an outline goes round twice as inside, not as a hole.
    shapes[broken] = shapely.make_valid(raw[broken], method="structure", keep_collapsed=False)
    notes |= dict.fromkeys(broken.tolist(), CROSSES)
    mixed = shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION
    for at in np.flatnonzero(present & mixed):
        parts = shapely.get_parts(shapes[at])
        shapes[at] = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    flat = ~present | ~(shapely.area(shapes) > shapely.length(shapes) * THINNEST)
    shapes[flat] = shapely.Polygon()
    return shapes, notes | dict.fromkeys(np.flatnonzero(flat).tolist(), NO_POLYGON)


def _net_of_earlier(areas: gpd.GeoDataFrame, shapes: Shapes, notes: dict[int, str]) -> Shapes:
    """Take out of each polygon what earlier ones of the same status cover."""
    rank = _rank(areas)
    tree = shapely.STRtree(shapes)
    one, other = tree.query(shapes, predicate="intersects")
    status = areas["status"].astype("string").fillna("").to_numpy()
    earlier = (rank[other] < rank[one]) & (status[one] == status[other])
    one, other = one[earlier], other[earlier]
    net = shapes.copy()
    bounds = np.searchsorted(one, np.arange(len(shapes) + 1))
    for at in np.unique(one):
        before = other[bounds[at] : bounds[at + 1]]
        same = before[shapely.equals(shapes[before], shapes[at])]
        if len(same):
            first = areas["area_id"].iloc[same[np.argmin(rank[same])]]
            notes[at] = "; ".join(filter(None, [notes.get(at), SAME.format(first)]))
        net[at] = shapely.difference(shapes[at], shapely.union_all(shapes[before]))
    return net


def _rank(areas: gpd.GeoDataFrame) -> npt.NDArray[np.int64]:
    """Give each area its place in the order of passes; what has no date comes last."""
    rank = np.empty(len(areas), dtype=np.int64)
    dates = areas.get("end_date")
    if dates is None:
        return np.arange(len(areas), dtype=np.int64)
    dates = pd.to_datetime(dates).reset_index(drop=True)
    rank[dates.sort_values(kind="stable", na_position="last").index] = np.arange(len(areas))
    return rank


def _pieces(shapes: Shapes, units: gpd.GeoDataFrame, column: str) -> pd.DataFrame:
    """Cut polygons by units: rows of area, unit (-1 outside) and square metres."""
    outlines = np.asarray(units.geometry.array, dtype=object)
    area, unit = shapely.STRtree(outlines).query(shapes, predicate="intersects")
    order = np.lexsort((unit, area))
    area, unit = area[order], unit[order]
    cut = shapely.intersection(shapes[area], outlines[unit])
    if _overlapping(outlines):
        cut = _first_come(cut, area)
    covered = pd.Series(cut).groupby(area).agg(lambda parts: shapely.union_all(parts.to_numpy()))
    rest = shapes.copy()
    rest[covered.index] = shapely.difference(shapes[covered.index], covered.to_numpy())
    pieces = pd.DataFrame(
        {
            "area": np.concatenate([area, np.arange(len(shapes))]),
            "unit": np.concatenate([unit, np.full(len(shapes), -1)]),
            column: _square_metres(np.concatenate([cut, rest])),
        }
    )
    whole = pieces.groupby("area")[column].transform("sum")
    return pieces[pieces[column] > whole * NEGLIGIBLE]


def _overlapping(outlines: Shapes) -> bool:
    tree = shapely.STRtree(outlines)
    inside, around = tree.query(outlines, predicate="within")
    return tree.query(outlines, predicate="overlaps").size > 0 or bool((inside != around).any())


def _first_come(cut: Shapes, area: npt.NDArray[np.int64]) -> Shapes:
    """Leave ground that several units hold to the first of them."""
    taken: dict[int, shapely.Geometry] = {}
    apart = cut.copy()
    for at, owner in enumerate(area.tolist()):
        before = taken.get(owner)
        apart[at] = cut[at] if before is None else shapely.difference(cut[at], before)
        taken[owner] = cut[at] if before is None else shapely.union(before, cut[at])
    return apart


def _square_metres(shapes: Shapes) -> npt.NDArray[np.float64]:
    return area_sqkm(gpd.GeoSeries(shapes, crs=GEOGRAPHIC)) * SQM_PER_SQKM


def _with_declared(
    rows: pd.DataFrame,
    areas: gpd.GeoDataFrame,
    units: gpd.GeoDataFrame | Locator,
    notes: dict[int, str],
) -> pd.DataFrame:
    """Add a row for every area that has no square metre, and sort by area and unit."""
    missing = np.setdiff1d(np.arange(len(areas)), rows["area"])
    bare = pd.Series(np.isin(np.arange(len(areas)), missing), index=areas.index)
    require_one_each(areas, bare)
    placed = place_declared(pd.DataFrame(areas).iloc[missing].reset_index(drop=True), units)
    for at, note in zip(missing.tolist(), placed["note"], strict=True):
        notes[at] = note if pd.notna(note) else notes.get(at, NO_POLYGON)
    sqm = placed["sqm"].to_numpy(np.float64, na_value=np.nan)
    whole = {"share": 1.0, "area_sqm": sqm, "net_area_sqm": sqm, "basis": DECLARED}
    blank = pd.DataFrame({"area": missing, **placed[["unit", "together"]], **whole})
    rows = rows.assign(basis=COMPUTED, together=pd.Series(pd.NA, rows.index, dtype="string"))
    rows = pd.concat([rows, blank], ignore_index=True) if len(missing) else rows
    last = rows["unit"].where(rows["unit"] >= 0, np.iinfo(np.int64).max)
    return rows.assign(last=last).sort_values(["area", "last"], kind="stable", ignore_index=True)


def _joined(
    rows: pd.DataFrame, areas: gpd.GeoDataFrame, units: gpd.GeoDataFrame, vintage: str
) -> pd.DataFrame:
    """Bring together what is known of the areas, the units and the pieces."""
    own = pd.DataFrame(areas.drop(columns=["geometry", *_ADDED], errors="ignore"))
    table = own.iloc[rows["area"]].reset_index(drop=True)
    kind = rows["unit"].map({-1 - at: kind for at, kind in enumerate(KINDS)}).fillna("unit")
    for column in ("pcode", "name"):
        values = np.append(units[column].astype("object").to_numpy(), [pd.NA] * len(KINDS))
        table[column] = pd.array(values[rows["unit"]], dtype="string")
    table["name"] = table["name"].fillna(rows["together"])
    table["vintage"], table["place_kind"] = vintage, kind.astype("string")
    table["share"], table["share_by"] = rows["share"], "area"
    for column in _SQM:
        table[column] = rows[column]
    known = [*columns.ALLOCATION, *_SQM]
    return table[[*(column for column in table.columns if column not in known), *known]]
