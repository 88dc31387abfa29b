"""Surfaces as files: what they hold, and for whom they are."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio
from rio_cogeo.cogeo import cog_validate

from maligeo.core.columns import Audience
from maligeo.core.errors import ArgumentError, OutputFileError, ReleaseError
from maligeo.measure.surface import Surface, density_surface
from maligeo.provenance import read_about
from maligeo.provenance.record import Provenance
from maligeo.tiles.raster import write_surface
from tests import worlds


@pytest.fixture(scope="module")
def surface() -> Surface:
    rng = np.random.default_rng(0)
    points = pd.DataFrame({"lon": rng.uniform(0, 2, 500), "lat": rng.uniform(0, 1, 500)})
    return density_surface(points, bandwidth_km=8, cell_km=0.25, units=worlds.square_units())


def test_the_file_is_a_valid_cog_with_its_provenance(surface: Surface, tmp_path: Path) -> None:
    path = tmp_path / "surface.tif"
    write_surface(surface, path, audience="internal")
    assert cog_validate(path) == (True, [], [])
    with rasterio.open(path) as raster:
        assert np.array_equal(raster.read(1), surface.values, equal_nan=True)
        assert raster.transform == surface.transform
        assert math.isnan(raster.nodata)
        assert raster.tags()["used"] == "500"
        assert raster.tags()["MALIGEO_AUDIENCE"] == "internal"
        assert raster.units == ("per 1,000 km²",)
        assert raster.overviews(1)
        assert raster.crs.to_dict()["proj"] == "laea"
    first = path.read_bytes()
    write_surface(surface, path, audience="internal")
    assert path.read_bytes() == first
    with pytest.raises(OutputFileError):
        write_surface(surface, path / "below" / "surface.tif", audience="internal")


def test_a_surface_is_for_the_audience_of_its_points(surface: Surface, tmp_path: Path) -> None:
    assert surface.audience == "internal"
    points = pd.DataFrame({"lon": [0.5], "lat": [0.5]})
    points.attrs["audience"] = "partner"
    partner = density_surface(points, bandwidth_km=8, cell_km=2)
    assert partner.audience == "partner"
    path = write_surface(partner, tmp_path / "partner.tif", audience="partner")
    with rasterio.open(path) as raster:
        assert raster.tags()["MALIGEO_AUDIENCE"] == "partner"
    refused: tuple[tuple[Surface, Audience], ...] = (
        (surface, "public"), (surface, "partner"), (partner, "public"),
    )  # fmt: skip
    for held, audience in refused:
        with pytest.raises(ReleaseError, match=f"the surface is not known .* '{audience}'"):
            write_surface(held, tmp_path / "never.tif", audience=audience)
    with pytest.raises(ReleaseError):
        write_surface(surface, tmp_path / "never.tif")
    with pytest.raises(ArgumentError, match="audience 'all'"):
        write_surface(surface, tmp_path / "never.tif", audience="all")  # type: ignore[arg-type]
    assert [entry.name for entry in tmp_path.iterdir()] == ["partner.tif"]


def test_the_record_stands_in_a_tag(surface: Surface, tmp_path: Path) -> None:
    about = Provenance("surface", {}, (), "public", {"numpy": "2"}, {"method": "noyau, « 25 km »"})
    path = write_surface(replace(surface, audience="public"), tmp_path / "a.tif", about=about)
    assert read_about(path) == about
    assert cog_validate(path) == (True, [], [])
