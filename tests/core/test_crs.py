import geopandas as gpd
import numpy as np
import pytest
from pyproj import Geod
from shapely.geometry import MultiPolygon, Point, Polygon, box

from maligeo.core.crs import area_sqkm, positions_of, require_geographic, shapes_of
from maligeo.core.errors import CrsError, GeometryError
from maligeo.readers.boundaries import load_boundaries


def test_areas_agree_with_geodesic_ones() -> None:
    """Oracle: the geodesic area on the WGS 84 ellipsoid, edges made short for both."""
    units = load_boundaries()
    outlines = units.geometry.segmentize(0.01)
    geod = Geod(ellps="WGS84")
    geodesic = [abs(geod.geometry_area_perimeter(shape)[0]) / 1e6 for shape in outlines]
    np.testing.assert_allclose(area_sqkm(outlines), geodesic, rtol=1e-5)


def test_the_parts_of_a_polygon_add_up_to_it() -> None:
    whole, *parts = area_sqkm(
        gpd.GeoSeries(
            [box(0, 0, 8, 8), *(box(0, south, 8, south + 1) for south in range(8))],
            crs="EPSG:4326",
        )
    )
    slope = Polygon([(0, 0), (8, 8), (0, 8)])
    halves = area_sqkm(gpd.GeoSeries([slope, box(0, 0, 8, 8) - slope], crs="EPSG:4326"))
    assert sum(parts) == pytest.approx(whole, rel=1e-12)
    assert sum(halves) == pytest.approx(whole, rel=1e-12)


def test_the_parts_of_a_star_add_up_to_it() -> None:
    """What long edges lose by a cut weighs most where they enclose little."""
    east = [(0.0097, 0.9859), (0.0097, 1.0112), (0.0625, 1.0156), (0.0097, 1.0221)]
    west = [(0.0097, 1.0453), (-0.0013, 1.0234), (-0.0126, 1.0248), (-0.0042, 1.0101)]
    star = Polygon(east + west)
    shapes = [star, star & box(-1, 0, 1, 1), star & box(-1, 1, 1, 2)]
    whole, *parts = area_sqkm(gpd.GeoSeries(shapes, crs="EPSG:4326"))
    assert sum(parts) == pytest.approx(whole, rel=2e-9)


def test_parts_and_holes() -> None:
    ground = MultiPolygon([box(0, 0, 2, 2) - box(0.5, 0.5, 1, 1), box(3, 0, 4, 1)])
    pieces = [box(0, 0, 2, 2), box(0.5, 0.5, 1, 1), box(3, 0, 4, 1)]
    whole, outer, hole, other = area_sqkm(gpd.GeoSeries([ground, *pieces], crs="EPSG:4326"))
    assert whole == pytest.approx(outer - hole + other, rel=1e-12)


def test_a_spike_of_no_width_does_not_spoil_the_area() -> None:
    plain = [(0, 0), (1, 0), (1, 1), (0, 1)]
    spiked = [(0, 0), (1, 0), (1.7, 1.3), (1, 1e-17), (1, 1), (0, 1)]
    one, other = area_sqkm(gpd.GeoSeries([Polygon(plain), Polygon(spiked)], crs="EPSG:4326"))
    assert other == pytest.approx(one, rel=1e-9)


def test_missing_has_no_area_and_empty_has_none() -> None:
    shapes = [box(0, 0, 1, 1), None, Polygon()]
    areas = area_sqkm(gpd.GeoSeries(shapes, crs="EPSG:4326"))
    assert areas[0] > 0
    assert np.isnan(areas[1])
    assert areas[2] == 0


def test_no_crs_is_refused() -> None:
    frame = gpd.GeoDataFrame(geometry=[box(0, 0, 1, 1)])
    with pytest.raises(CrsError, match="points has no CRS"):
        require_geographic(frame, what="points")
    with pytest.raises(CrsError, match="none"):
        area_sqkm(frame.geometry)


def test_another_crs_is_refused_with_the_way_out() -> None:
    frame = gpd.GeoDataFrame(geometry=[box(0, 0, 1, 1)], crs="EPSG:32630")
    with pytest.raises(CrsError, match=r"UTM zone 30N.*to_crs\('EPSG:4326'\)"):
        require_geographic(frame, what="points")
    require_geographic(frame.to_crs("EPSG:4326"), what="points")


def test_a_point_without_coordinates_is_no_position() -> None:
    """What geopandas makes of missing coordinates, of one or of both."""
    shapes = [Point(-4.1, 14.1), None, Point(), Point(np.nan, np.nan), Point(1, np.nan)]
    frame = gpd.GeoDataFrame(geometry=shapes, crs="EPSG:4326")
    lon, lat = positions_of(frame, what="points")
    np.testing.assert_array_equal(np.isfinite(lon), [True, False, False, False, False])
    np.testing.assert_array_equal(np.isnan(lon), np.isnan(lat))
    assert list(shapes_of(frame.geometry)) == [shapes[0], None, None, None, None]
    assert frame.geometry.iloc[3] is not None, "the frame itself is not changed"


def test_what_is_no_point_has_no_position() -> None:
    frame = gpd.GeoDataFrame(geometry=[None, box(0, 0, 1, 1)], index=["a", "b"], crs="EPSG:4326")
    with pytest.raises(GeometryError, match=r"dots must be points: 1 are not \(row b is a Polygon"):
        positions_of(frame, what="dots")
