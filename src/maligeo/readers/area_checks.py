"""What is wrong with hazardous and released areas: shapes, overlaps, sizes, ids that repeat."""

from dataclasses import dataclass
from typing import Final, NamedTuple, Self

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import Geod

from maligeo import catalog
from maligeo.core.crs import EQUAL_AREA, GEOGRAPHIC, Flags
from maligeo.core.errors import ArgumentError
from maligeo.readers.cells.coordinates import inside_country
from maligeo.readers.formats import GEOMETRY
from maligeo.readers.quarantine import Faults

_OVERLAP_SHARE: Final = 0.01  # of the smaller; less is how people digitise neighbours


@dataclass(frozen=True)
class AreaLimits:
    """How much areas may be off.

    Attributes
    ----------
    area_tolerance : float
        Share of the computed area by which the declared one may differ.
    max_vertex_gap_m : float
        Greatest distance in metres between consecutive vertices.
    """

    area_tolerance: float = 0.1
    max_vertex_gap_m: float = 5_000.0

    def __post_init__(self) -> None:
        if not (self.area_tolerance >= 0 and self.max_vertex_gap_m >= 0):
            raise ArgumentError("area_tolerance and max_vertex_gap_m must not be negative")


class Names(NamedTuple):
    """Columns of the file, to name faults."""

    area_id: str
    declared: str
    geometry: str

    @classmethod
    def of(cls, found: dict[str, str]) -> Self:
        """Take them from the columns that were found."""
        declared = [theirs for ours, theirs in found.items() if ours.startswith("declared_area")]
        shape = found.get("wkt") or found.get("longitude") or GEOMETRY
        return cls(found.get("area_id", "(area_id)"), (declared or ["(declared_area)"])[0], shape)


@np.errstate(over="ignore", invalid="ignore")  # coordinates far off the globe are faults
def check_areas(areas: gpd.GeoDataFrame, names: Names, limits: AreaLimits) -> Faults:
    """Find what is wrong with areas.

    Parameters
    ----------
    areas : geopandas.GeoDataFrame, EPSG:4326
        With `area_id, status, start_date, end_date, declared_area_sqm, computed_area_sqm`.
    names : Names
        How the file calls them.
    limits : AreaLimits

    Returns
    -------
    Faults
        By the labels of `areas`: ids that repeat; shapes that are no polygon, have fewer
        than three vertices, cross themselves, repeat, overlap, have vertices far apart
        or lie outside the country; declared areas that are off.
    """
    faults = Faults()
    ids = areas["area_id"]
    again = ids.notna() & ids.str.casefold().duplicated()
    faults.add(again, names.area_id, ids, "is the id of an earlier area")
    shapes = areas.geometry.to_numpy()
    sound = _find_unsound(areas, names, faults)
    _find_outside(areas, shapes, names, faults)
    _find_gaps(areas, sound, names, limits, faults)
    _find_repeats(areas, sound, names, faults)
    _find_wrong_sizes(areas, sound, names, limits, faults)
    return faults


def _find_unsound(areas: gpd.GeoDataFrame, names: Names, faults: Faults) -> Flags:
    """Find shapes that enclose no land; give the mask of those that do."""
    shapes = areas.geometry.to_numpy()
    given = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
    polygon = given & np.isin(shapely.get_type_id(shapes), (3, 6))
    kinds = areas.geometry.geom_type
    other = pd.Series(given & ~polygon, index=areas.index)
    faults.add(other, names.geometry, kinds, "is not a polygon")
    corners = np.zeros(len(shapes), dtype=np.int64)
    corners[polygon] = [
        len(np.unique(shapely.get_coordinates(one), axis=0)) for one in shapes[polygon]
    ]
    few = polygon & (corners < 3)
    faults.add(pd.Series(few, areas.index), names.geometry, kinds, "has fewer than three vertices")
    valid = shapely.is_valid(shapes)
    broken = polygon & ~few & ~valid
    why = pd.Series([_told(reason) for reason in shapely.is_valid_reason(shapes)], areas.index)
    faults.add(pd.Series(broken, index=areas.index), names.geometry, kinds, why)
    on_globe = (np.abs(shapely.bounds(shapes)) <= (180, 90, 180, 90)).all(axis=1)
    sound: Flags = polygon & valid & ~few & on_globe  # the others lie outside, which is a fault
    return sound


def _told(reason: str | None) -> str:
    """Say in our words what GEOS found, without the position, which may be sensitive."""
    kind = (reason or "").partition("[")[0].strip().lower()
    crossing = kind in ("self-intersection", "ring self-intersection")
    return "crosses itself" if crossing else f"is not valid: {kind}"


def _find_outside(
    areas: gpd.GeoDataFrame, shapes: npt.NDArray[np.object_], names: Names, faults: Faults
) -> None:
    west, south, east, north = shapely.bounds(shapes).T
    given = np.isfinite(west)
    outside = given & ~(inside_country(west, south) & inside_country(east, north))
    mirrored = outside & inside_country(south, west) & inside_country(north, east)
    country = catalog.country()["name_en"]
    extent = pd.Series(
        [f"{w:.10g} {s:.10g} {e:.10g} {n:.10g}" for w, s, e, n in shapely.bounds(shapes)],
        index=areas.index,
    )
    proof = f"lies outside {country}, but inside with longitude and latitude swapped"
    for marked, reason in ((outside & ~mirrored, f"lies outside {country}"), (mirrored, proof)):
        faults.add(pd.Series(marked, index=areas.index), names.geometry, extent, reason)


def _find_gaps(
    areas: gpd.GeoDataFrame, sound: Flags, names: Names, limits: AreaLimits, faults: Faults
) -> None:
    """Find vertices too far from the next, by geodesic distance."""
    rings, ring_of = shapely.get_rings(areas.geometry.to_numpy()[sound], return_index=True)
    points, at = shapely.get_coordinates(rings, return_index=True)
    if not len(points):
        return
    follows = at[1:] == at[:-1]
    start, end = points[:-1][follows], points[1:][follows]
    _, _, metres = Geod(ellps="WGS84").inv(start[:, 0], start[:, 1], end[:, 0], end[:, 1])
    widest = np.zeros(int(sound.sum()))
    np.maximum.at(widest, ring_of[at[1:][follows]], metres)
    gaps = pd.Series(0.0, index=areas.index)
    gaps[sound] = widest
    texts = gaps.map(lambda metres: f"{metres:.0f} m")
    reason = f"has consecutive vertices more than {limits.max_vertex_gap_m:.0f} m apart"
    faults.add(gaps > limits.max_vertex_gap_m, names.geometry, texts, reason)


def _find_repeats(areas: gpd.GeoDataFrame, sound: Flags, names: Names, faults: Faults) -> None:
    """Find polygons that stand twice, and those of one status that overlap."""
    land = areas[sound]
    if land.empty:
        return
    normal = shapely.normalize(shapely.remove_repeated_points(land.geometry.to_numpy()))
    again = pd.Series(shapely.to_wkb(normal), index=land.index, dtype=object).duplicated()
    faults.add(again, names.geometry, land["area_id"], "is the polygon of an earlier area")
    rest = land[~again].set_crs(GEOGRAPHIC, allow_override=True)
    flat = rest.geometry.to_crs(EQUAL_AREA).to_numpy()
    first, second = shapely.STRtree(flat).query(flat, predicate="intersects")
    first, second = first[first < second], second[first < second]
    alike = _same_pass(rest.iloc[first], rest.iloc[second])
    first, second = first[alike], second[alike]
    shared = shapely.area(shapely.intersection(flat[first], flat[second]))
    smaller = np.minimum(shapely.area(flat[first]), shapely.area(flat[second]))
    over = shared > _OVERLAP_SHARE * smaller
    partner = dict(zip(second[over][::-1], first[over][::-1], strict=True))
    reasons = pd.Series("", index=rest.index, dtype=object)
    for later, earlier in partner.items():
        reasons.iloc[later] = f"overlaps the area in row {rest.index[earlier]}"
    faults.add(reasons != "", names.geometry, rest["area_id"], reasons)


def _same_pass(left: pd.DataFrame, right: pd.DataFrame) -> Flags:
    """Tell which pairs have one status and no dates that set them apart."""
    same = left["status"].to_numpy(str, na_value="") == right["status"].to_numpy(str, na_value="")
    apart = np.zeros(len(left), dtype=bool)
    for name in ("start_date", "end_date"):
        one, other = left[name].to_numpy(), right[name].to_numpy()
        apart |= ~np.isnat(one) & ~np.isnat(other) & (one != other)
    repeated: Flags = np.asarray(same, dtype=bool) & ~apart
    return repeated


def _find_wrong_sizes(
    areas: gpd.GeoDataFrame, sound: Flags, names: Names, limits: AreaLimits, faults: Faults
) -> None:
    declared, computed = areas["declared_area_sqm"], areas["computed_area_sqm"]
    off = ((declared - computed).abs() > limits.area_tolerance * computed).fillna(False) & sound
    reasons = f"is off the computed area by more than {limits.area_tolerance:.0%}: that is "
    each = computed.map(lambda sqm: f"{reasons}{sqm:.0f} m²", na_action="ignore")
    faults.add(off, names.declared, declared, each)
