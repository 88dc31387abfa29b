"""People who live within a distance of incidents or of hazardous land."""

from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Geod, Transformer

from maligeo.core.checks import require_columns, require_one_vintage
from maligeo.core.crs import GEOGRAPHIC, Shapes, require_geographic, shapes_of
from maligeo.core.errors import ArgumentError
from maligeo.join.zonal import sum_raster

CORNERS: Final = 256  # of a circle: its area is right to 1e-4
EXACT_PLACES: Final = ("exact",)  # a place known to 25 km has no surroundings of 1 km

_EARTH = Geod(ellps="WGS84")


def people_near(
    places: gpd.GeoDataFrame,
    units: gpd.GeoDataFrame,
    *,
    distance_m: float,
    raster: str | Path,
    kind: str,
    year: int,
) -> pd.DataFrame:
    """Count the people within a distance of incidents or hazardous land, by unit.

    Parameters
    ----------
    places : geopandas.GeoDataFrame, EPSG:4326
        Points or polygons. Where there is a column `location_precision`, only the exact
        ones count; how many do not is said in `note`.
    units : geopandas.GeoDataFrame, EPSG:4326
        Units of one vintage, which do not overlap.
    distance_m : float
        Distance in metres, 0 or more; 0 is for the land itself.
    raster : str or pathlib.Path
        Raster of people.
    kind : {"count", "density"}
        Whether its cells hold people, or people per km².
    year : int
        Year that the raster is about.

    Returns
    -------
    pandas.DataFrame, one row per unit and one for what lies outside all of them
        `vintage, pcode, name, place_kind, distance_m, people_near, population, share,
        population_year, source, note`. Who lives near several places counts once.
        `population` are all people of the unit in the same raster, `share` the part of
        them that lives near; both are missing outside.

    Raises
    ------
    ArgumentError
        If the distance is negative, or as `maligeo.join.zonal.sum_raster` raises.
    FrameError, VintageError, CrsError, InputFileError, MissingDependencyError
        If a frame or the raster is not as described.

    Notes
    -----
    Circles are geodesic, on WGS 84 (Karney, C. F. F. (2013), Algorithms for geodesics,
    Journal of Geodesy 87, 43-55); polygons are widened in an azimuthal equidistant
    projection about their own middle.
    """
    if not distance_m >= 0:
        raise ArgumentError(f"distance_m must be 0 or more, not {distance_m}")
    require_columns(units, ("vintage", "pcode", "name", "geometry"), what="units")
    require_geographic(places, what="places")
    require_geographic(units, what="units")
    vintage = require_one_vintage(units["vintage"], what="units")
    exact, note = _exact_places(places)
    reach = shapely.union_all(_around(exact, distance_m))
    outlines = np.asarray(units.geometry.array, dtype=object)
    beyond = shapely.difference(reach, shapely.union_all(outlines))
    zones = np.concatenate([shapely.intersection(outlines, reach), [beyond], outlines])
    people = sum_raster(gpd.GeoSeries(zones, crs=GEOGRAPHIC), raster, kind=kind)
    near, whole = people[: len(units) + 1], people[len(units) + 1 :]
    table = pd.DataFrame(units[["pcode", "name"]]).reset_index(drop=True).astype("string")
    table = table.reindex(range(len(units) + 1)).assign(
        vintage=vintage, distance_m=float(distance_m), people_near=near
    )
    table["place_kind"] = ["unit"] * len(units) + ["outside"]
    table["population"] = pd.array([*whole, pd.NA], dtype="Float64")
    table["share"] = (table["people_near"] / table["population"]).mask(table["population"] == 0)
    table = table.assign(
        population_year=year, source=f"raster {Path(raster).name} ({kind})", note=note
    )
    order = ["vintage", "pcode", "name", "place_kind", "distance_m", "people_near"]
    return table[[*order, "population", "share", "population_year", "source", "note"]]


def _exact_places(places: gpd.GeoDataFrame) -> tuple[Shapes, str | None]:
    """Keep the places whose position is exact, and say how many are not."""
    shapes = shapes_of(places.geometry)
    known = ~shapely.is_missing(shapes)
    if "location_precision" in places.columns:
        precision = places["location_precision"].astype("object")
        known &= (precision.isna() | precision.isin(EXACT_PLACES)).to_numpy()
    left = int((~known).sum())
    note = (
        f"{left} of {len(places)} places have no exact position and are left out" if left else None
    )
    return shapes[known], note


def _around(shapes: Shapes, distance_m: float) -> Shapes:
    """Give the surroundings of points and polygons."""
    points = shapely.get_type_id(shapes) == shapely.GeometryType.POINT
    around = np.empty(len(shapes), dtype=object)
    around[points] = _circles(shapes[points], distance_m)
    around[~points] = [_widened(shape, distance_m) for shape in shapes[~points]]
    return around


def _circles(points: Shapes, distance_m: float) -> Shapes:
    lon, lat = shapely.get_x(points), shapely.get_y(points)
    bearing = np.linspace(0.0, 360.0, CORNERS, endpoint=False)
    x, y, _ = _EARTH.fwd(
        np.repeat(lon, CORNERS),
        np.repeat(lat, CORNERS),
        np.tile(bearing, len(points)),
        np.full(len(points) * CORNERS, distance_m),
    )
    rings = np.stack([x, y], axis=1).reshape(len(points), CORNERS, 2)
    return np.asarray(shapely.polygons(rings), dtype=object)


def _widened(shape: shapely.Geometry, distance_m: float) -> shapely.Geometry:
    if distance_m == 0:
        return shape
    middle = shapely.centroid(shape)
    local = CRS.from_dict({"proj": "aeqd", "lon_0": middle.x, "lat_0": middle.y, "datum": "WGS84"})
    there = Transformer.from_crs(GEOGRAPHIC, local, always_xy=True).transform
    back = Transformer.from_crs(local, GEOGRAPHIC, always_xy=True).transform
    plane = shapely.transform(shape, there, interleaved=False)
    wide = shapely.buffer(plane, distance_m, quad_segs=CORNERS // 4)
    return shapely.transform(wide, back, interleaved=False)
