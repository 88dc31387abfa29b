"""People from rasters: in units, and near to incidents and hazardous land."""

import math
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from shapely.geometry import Point, box

from maligeo.core.crs import area_sqkm
from maligeo.core.errors import ArgumentError, CrsError, InputFileError, UnknownNameError
from maligeo.join.zonal import sum_raster
from maligeo.measure.densities import density
from maligeo.measure.exposure import people_near
from maligeo.measure.populations import population
from maligeo.readers.boundaries import load_boundaries
from tests import worlds
from tests.rasters import NO_DATA, write_raster

UNITS = worlds.square_units()
CELLS = [
    [1.0, 2.0, 3.0, 4.0],
    [5.0, NO_DATA, 7.0, 8.0],
    [9.0, 10.0, 11.0, 12.0],
]  # half a degree each, from 0° E and 1.25° N


def by_hand(zone: object, *, density: bool) -> float:
    """Add cells up by the part of each that lies in the zone, cell by cell."""
    total = 0.0
    for row, values in enumerate(CELLS):
        for column, value in enumerate(values):
            cell = box(column / 2, 1.25 - (row + 1) / 2, (column + 1) / 2, 1.25 - row / 2)
            part = cell.intersection(zone).area / cell.area
            area = area_sqkm(gpd.GeoSeries([cell], crs=4326))[0] if density else 1.0
            total += max(value, 0.0) * part * area
    return total


@pytest.fixture
def raster(tmp_path: Path) -> Path:
    return write_raster(tmp_path / "people.tif", CELLS, west=0, north=1.25, step=0.5)


@pytest.mark.parametrize("kind", ["count", "density"])
def test_people_agree_with_a_hand_count(raster: Path, kind: str) -> None:
    zones = [box(0, 0, 1, 1), box(0.3, 0.1, 1.9, 1.2), Point(1, 0.6).buffer(0.37)]
    found = sum_raster(gpd.GeoSeries(zones, crs=4326), raster, kind=kind)
    expected = [by_hand(zone, density=kind == "density") for zone in zones]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_the_population_of_units_from_a_raster(raster: Path) -> None:
    people = population(UNITS, raster=raster, kind="count", year=2020)
    assert people["name"].tolist() == ["Alpha", "Béta-Sud"]
    np.testing.assert_allclose(
        people["population"].to_numpy(float),
        [by_hand(unit, density=False) for unit in UNITS.geometry],
        rtol=1e-6,
    )
    assert set(people["population_year"]) == {2020}
    assert density(people, UNITS, measure="people")["count"].sum() == people["population"].sum()


def test_counts_and_densities_of_a_projected_raster(tmp_path: Path) -> None:
    grid = write_raster(
        tmp_path / "grid.tif", [[3.0, 4.0]], west=0, north=2000, step=2000, crs="EPSG:6933"
    )
    zone = gpd.GeoSeries([box(0, 0, 4000, 1000)], crs="EPSG:6933").to_crs(4326)
    assert sum_raster(zone, grid, kind="count")[0] == pytest.approx(3.5, rel=1e-6)
    assert sum_raster(zone, grid, kind="density")[0] == pytest.approx(14.0, rel=1e-6)
    mercator = write_raster(
        tmp_path / "mercator.tif", [[3.0]], west=0, north=2e6, step=2000, crs="EPSG:3857"
    )
    with pytest.raises(CrsError, match="distorts areas"):
        sum_raster(zone, mercator, kind="density")


class TestKinds:
    """Read as what they are not, rasters are caught."""

    def test_the_kind_has_to_be_said(self, raster: Path) -> None:
        with pytest.raises(ArgumentError, match="say what a cell"):
            population(UNITS, raster=raster, year=2020)
        with pytest.raises(ArgumentError, match="'people' is not known"):
            population(UNITS, raster=raster, kind="people", year=2020)
        with pytest.raises(ArgumentError, match="which year"):
            population(UNITS, raster=raster, kind="count")
        with pytest.raises(ArgumentError, match="kind is about a raster"):
            population(load_boundaries(), kind="count")

    def test_a_density_raster_taken_for_counts_differs_from_the_census(
        self, tmp_path: Path
    ) -> None:
        """18 people per km² everywhere, in cells of a tenth of a degree (some 119 km²)."""
        cells = [[18.0] * 170] * 160
        even = write_raster(tmp_path / "even.tif", cells, west=-12.5, north=25.5, step=0.1)
        units = load_boundaries()
        people = population(units, raster=even, kind="density", year=2020)
        assert people["population"].sum() == pytest.approx(18 * units["area_sqkm"].sum(), rel=1e-6)
        with pytest.raises(ArgumentError, match="where the census counted"):
            population(units, raster=even, kind="count", year=2020)
        cercles = units.assign(level=2, name=[f"unit {at}" for at in range(9)])
        with pytest.raises(ArgumentError, match="where the census counted"):
            population(cercles, raster=even, kind="count", year=2020)

    def test_a_count_raster_taken_for_densities_is_caught_too(self, tmp_path: Path) -> None:
        cells = [[18.0 * 119] * 170] * 160
        even = write_raster(tmp_path / "even.tif", cells, west=-12.5, north=25.5, step=0.1)
        population(load_boundaries(), raster=even, kind="count", year=2020)
        with pytest.raises(ArgumentError, match="probably holds what the other kind says"):
            population(load_boundaries(), raster=even, kind="density", year=2020)

    def test_no_place_on_earth_is_so_dense(self, tmp_path: Path) -> None:
        """5,000 people per km² in cells of some 0.0123 km², read as people per cell."""
        town = write_raster(tmp_path / "town.tif", [[5000.0] * 4], west=0, north=0.5, step=0.001)
        with pytest.raises(ArgumentError, match="more than any place"):
            population(UNITS, raster=town, kind="count", year=2020)

    def test_a_raster_that_calls_itself_a_density(self, tmp_path: Path) -> None:
        named = write_raster(tmp_path / "mli_pd_2020.tif", [[5.0]], west=0, north=1, step=1)
        with pytest.raises(ArgumentError, match="calls itself a density"):
            population(UNITS, raster=named, kind="count", year=2020)
        unit = write_raster(tmp_path / "plain.tif", [[5.0]], west=0, north=1, step=1)
        with rasterio.open(unit, "r+") as file:
            file.units = ["people per km2"]
        with pytest.raises(ArgumentError, match="calls itself a density"):
            population(UNITS, raster=unit, kind="count", year=2020)


class TestFiles:
    def test_what_is_no_raster_of_people(self, tmp_path: Path) -> None:
        zones = UNITS.geometry
        with pytest.raises(InputFileError, match="cannot read"):
            sum_raster(zones, tmp_path / "none.tif", kind="count")
        below = write_raster(tmp_path / "below.tif", [[-5.0, 3.0]], west=0, north=1, step=1)
        with pytest.raises(InputFileError, match="-5 people"):
            sum_raster(zones, below, kind="count")
        bare = write_raster(tmp_path / "bare.tif", [[1.0]], west=0, north=1, step=1, crs=None)
        with pytest.raises(CrsError, match="has no CRS"):
            sum_raster(zones, bare, kind="count")

    def test_finer_units_have_no_census(self) -> None:
        with pytest.raises(UnknownNameError, match="bundled by region"):
            population(load_boundaries().assign(level=2))


class TestPeopleNear:
    @pytest.fixture
    def dense(self, tmp_path: Path) -> Path:
        """100 people per km², everywhere."""
        return write_raster(tmp_path / "d.tif", [[100.0] * 40] * 20, west=-1, north=1.5, step=0.1)

    def places(self, *points: tuple[float, float], precision: object = "exact") -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame(
            {"location_precision": [precision] * len(points)},
            geometry=[Point(point) for point in points],
            crs=4326,
        )

    def test_a_circle_holds_its_area_of_people(self, dense: Path) -> None:
        table = people_near(
            self.places((0.5, 0.5)), UNITS, distance_m=1000, raster=dense, kind="density", year=2020
        )
        alpha, beta, outside = table.to_dict("records")
        assert alpha["people_near"] == pytest.approx(100 * math.pi, rel=5e-4)
        assert alpha["share"] == pytest.approx(alpha["people_near"] / alpha["population"])
        assert beta["people_near"] == 0
        assert outside["place_kind"] == "outside"
        assert pd.isna(outside["population"])

    def test_who_lives_near_two_places_counts_once(self, dense: Path) -> None:
        options: dict[str, Any] = {
            "distance_m": 1000,
            "raster": dense,
            "kind": "density",
            "year": 2020,
        }
        one = people_near(self.places((0.5, 0.5)), UNITS, **options)
        same = people_near(self.places((0.5, 0.5), (0.5, 0.5)), UNITS, **options)
        assert same["people_near"].sum() == pytest.approx(one["people_near"].sum())

    def test_a_circle_over_a_border_is_divided_and_conserved(self, dense: Path) -> None:
        table = people_near(
            self.places((1.0, 0.5), (0.0, 0.5)), UNITS,
            distance_m=2000, raster=dense, kind="density", year=2020,
        )  # fmt: skip
        half = 100 * math.pi * 4 / 2
        assert table["people_near"].tolist() == pytest.approx([2 * half, half, half], rel=1e-3)

    def test_hazardous_land_and_its_surroundings(self, dense: Path) -> None:
        land = gpd.GeoDataFrame(geometry=[box(0.4, 0.4, 0.5, 0.5)], crs=4326)
        options: dict[str, Any] = {"raster": dense, "kind": "density", "year": 2020}
        inside = people_near(land, UNITS, distance_m=0, **options)["people_near"].sum()
        sides = math.sqrt(inside / 100)
        assert inside == pytest.approx(100 * float(area_sqkm(land.geometry)[0]), rel=1e-6)
        around = people_near(land, UNITS, distance_m=1000, **options)["people_near"].sum()
        assert around == pytest.approx(100 * (sides**2 + 4 * sides + math.pi), rel=2e-3)

    def test_inexact_places_are_left_out_and_told(self, dense: Path) -> None:
        places = pd.concat(
            [self.places((0.5, 0.5)), self.places((0.2, 0.2), precision="adm1")], ignore_index=True
        )
        table = people_near(places, UNITS, distance_m=500, raster=dense, kind="density", year=2020)
        assert table["people_near"].sum() == pytest.approx(100 * math.pi / 4, rel=1e-3)
        assert table["note"].str.startswith("1 of 2 places have no exact position").all()

    def test_no_place_at_all_and_a_negative_distance(self, dense: Path) -> None:
        options: dict[str, Any] = {"raster": dense, "kind": "density", "year": 2020}
        none = people_near(self.places(), UNITS, distance_m=500, **options)
        assert none["people_near"].sum() == 0
        with pytest.raises(ArgumentError, match="0 or more"):
            people_near(self.places(), UNITS, distance_m=-1, **options)
