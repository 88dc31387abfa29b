import geopandas as gpd
import numpy as np
import pytest
from pyproj import Geod
from shapely.geometry import box

from maligeo.boundaries import load_boundaries
from maligeo.crs import area_sqkm, require_geographic
from maligeo.errors import CrsError


def test_areas_agree_with_geodesic_ones() -> None:
    """Oracle: the geodesic area on the WGS 84 ellipsoid, edges made short for both."""
    units = load_boundaries()
    outlines = units.geometry.segmentize(0.01)
    geod = Geod(ellps="WGS84")
    geodesic = [abs(geod.geometry_area_perimeter(shape)[0]) / 1e6 for shape in outlines]
    np.testing.assert_allclose(area_sqkm(outlines), geodesic, rtol=1e-5)


def test_a_missing_geometry_has_no_area() -> None:
    areas = area_sqkm(gpd.GeoSeries([box(0, 0, 1, 1), None], crs="EPSG:4326"))
    assert areas[0] > 0
    assert np.isnan(areas[1])


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
